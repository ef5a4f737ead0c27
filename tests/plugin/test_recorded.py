"""Claims against a baseline, in pytest: what differs fails its claim, and nothing is ever written."""

from collections.abc import Callable
from pathlib import Path

import pytest
from plugin.projects import CONFIGURED, claims, project

from nllcheck import cli

pytest_plugins = ("pytester",)
Run = Callable[..., pytest.RunResult]

ENGINE = """
from dataclasses import replace
import nllcheck.work
from baseline_records import FRESH
from nllcheck.visits import Visits
from records import FakeChecker

class Engine(FakeChecker):
    def visit(self, asked):
        places = tuple(replace(visit, loss=visit.loss * FACTOR) for visit in FRESH)
        return Visits(again=places if asked.places else (), fresh=places)

nllcheck.work.engine = lambda seed, **_: Engine()
"""


def engine(pytester: pytest.Pytester, factor: float = 1.0) -> None:
    """Check with a loss that has changed by that factor."""
    pytester.makeconftest(f"FACTOR = {factor!r}\n{ENGINE}")


@pytest.fixture
def recorded(pytester: pytest.Pytester) -> Path:
    """Return a project with a baseline of two claims."""
    folder = project(pytester, CONFIGURED + "baseline = 'b.json'\n", models__a=claims("one", "two"))
    engine(pytester)
    exec(compile((folder / "conftest.py").read_text(encoding="utf-8"), "conftest.py", "exec"), {})
    assert cli.main(["check", "--in-process", "--update-baseline"]) == 0
    return folder


def test_what_differs_fails_its_claim(pytester: pytest.Pytester, run: Run, recorded: Path) -> None:
    """One part in 1e9 of the loss at the recorded probes is a failure that says so; the file stays as it is."""
    run().assert_outcomes(passed=2)
    before = (recorded / "b.json").read_bytes()
    engine(pytester, 1 + 1e-9)
    done = run("-k", "two")
    done.assert_outcomes(failed=1, deselected=1)
    done.stdout.fnmatch_lines(
        [
            "*the loss has changed at 4 of 4 recorded probes*",
            "FAILED models/a.py::two - differs from b.json: loss",
        ]
    )
    assert (recorded / "b.json").read_bytes() == before


def test_accepted_differences(pytester: pytest.Pytester, run: Run, recorded: Path) -> None:
    """A difference that is listed with a reason passes; one that is listed and is not there is an error."""
    entry = "[[tool.nllcheck.accept]]\nclaim = 'models/a.py::two'\nwhat = 'loss'\nreason = 'a new term'\n"
    pytester.makepyprojecttoml(f"{CONFIGURED}baseline = 'b.json'\n{entry}")
    engine(pytester, 1 + 1e-9)
    run().assert_outcomes(passed=1, failed=1)
    engine(pytester)
    done = run()
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(
        ["*pyproject.toml:4: accept lists 'loss' of models/a.py::two, but it does not*"]
    )
    done.stdout.no_fnmatch_line("*nodes.py*")


def test_claims_that_are_gone(pytester: pytest.Pytester, run: Run, recorded: Path) -> None:
    """A recorded claim that is no longer made is an error of the collection, a deselected one is not."""
    run("-k", "one").assert_outcomes(passed=1, deselected=1)
    path = recorded / "models" / "a.py"
    path.write_text(claims("one"), encoding="utf-8")
    done = run("--continue-on-collection-errors")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines(["b.json: models/a.py::two is recorded, and no longer claimed. *"])
    path.rename(path.with_name("b.py"))
    run("--continue-on-collection-errors").assert_outcomes(passed=1, errors=2)
    run("models").assert_outcomes(passed=1)


def test_a_baseline_that_cannot_be_read(pytester: pytest.Pytester, run: Run, recorded: Path) -> None:
    """It is a usage error: missing, damaged, or recorded with another seed."""
    done = run("--nllcheck-baseline", "other.json")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert "other.json" in done.stderr.str()
    assert run("--nllcheck-seed", "3").ret == pytest.ExitCode.USAGE_ERROR
    (recorded / "b.json").write_text("{", encoding="utf-8")
    assert run().ret == pytest.ExitCode.USAGE_ERROR
