"""One item a claim: its id, its verdict, what is told of it, in the terminal and in JUnit."""

import os
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from plugin.projects import CHILD, CLAIMS, CONFIGURED, NAMES, claims, project

pytest_plugins = ("pytester",)
Run = Callable[..., pytest.RunResult]

VERDICTS = {
    "good": "passed",
    "warned": "passed",
    "mean": "failure",
    "mae": "failure",
    "flat": "error",
    "typo": "error",
    "bug": "error",
}


def cases(pytester: pytest.Pytester, name: str = "junit.xml") -> dict[str, ElementTree.Element]:
    """Return the test cases of a JUnit file, by their names."""
    root = ElementTree.parse(pytester.path / name).getroot()
    return {case.attrib["name"]: case for case in root.iter("testcase")}


def verdicts(found: dict[str, ElementTree.Element]) -> dict[str, str]:
    """Return what JUnit says of each case."""
    return {
        name: next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
        for name, case in found.items()
    }


def test_verdicts_in_child_processes(pytester: pytest.Pytester, supervise: Run) -> None:
    """A claim that does not hold is a failure, one that could not be decided an error, in JUnit as well."""
    project(pytester, models__a=f"{CHILD}{CLAIMS}")
    done = supervise("--junitxml=junit.xml")
    done.assert_outcomes(passed=2, failed=2, errors=3)
    found = cases(pytester)
    assert verdicts(found) == VERDICTS
    assert {case.attrib["classname"] for case in found.values()} == {"models.a"}
    done.stdout.no_fnmatch_line("*Traceback*")


def test_verdicts_in_this_process(pytester: pytest.Pytester, run: Run) -> None:
    """Checking in the process of pytest gives the same verdicts."""
    project(pytester, models__a=CLAIMS)
    run("--junitxml=junit.xml").assert_outcomes(passed=2, failed=2, errors=3)
    assert verdicts(cases(pytester)) == VERDICTS


def test_a_failure_is_a_story_and_a_line(pytester: pytest.Pytester, run: Run) -> None:
    """The story is shown with the place of the claim; the summary and JUnit have one line."""
    project(pytester, models__a=CLAIMS)
    done = run("--junitxml=junit.xml")
    done.stdout.fnmatch_lines(
        [
            "*___ mae ___*",
            "No: minimising mae is not maximising the likelihood of regression.",
            "  ✗ error unexplained: L − a·N − c is 3.21*",
            "models/a.py:6: ≠ NLL, claimed constant: unexplained",
            "FAILED models/a.py::mean - = NLL × 1/n − ½·log 2π, claimed constant",
            "FAILED models/a.py::mae - ≠ NLL, claimed constant: unexplained",
            "ERROR models/a.py::flat - undecided: the loss is nan at every probe",
            "ERROR models/a.py::typo - unknown argument: typo takes 'sigma_log__'; *",
            "ERROR models/a.py::bug - internal error: ZeroDivisionError: division *",
        ]
    )
    done.stdout.no_fnmatch_line("*Traceback*")
    found = cases(pytester)
    failure, error = found["mae"].find("failure"), found["flat"].find("error")
    assert failure is not None
    assert failure.attrib["message"] == "≠ NLL, claimed constant: unexplained"
    assert str(failure.text).startswith("No: minimising mae is not maximising the likelihood")
    assert error is not None
    assert error.attrib["message"] == 'failed on setup with "undecided: the loss is nan at every probe"'


def test_properties_reach_junit(pytester: pytest.Pytester, run: Run) -> None:
    """Relation, scale, offset and digits are properties of the case; a claim without result has none."""
    project(pytester, models__a=CLAIMS)
    run("--junitxml=junit.xml")
    found = {
        name: {entry.attrib["name"]: entry.attrib["value"] for entry in case.iter("property")}
        for name, case in cases(pytester).items()
    }
    assert found["good"] == {
        "claimed": "constant",
        "relation": "constant",
        "scale": "1",
        "offset": "-14.702999999999999",
        "offset_name": "−n/2·log 2π",
        "digits": "15",
    }
    assert found["mean"]["scale_name"] == "1/n"
    assert found["mae"] == {"claimed": "constant", "relation": "different", "findings": "unexplained"}
    assert found["flat"]["relation"] == "undecided"
    assert found["typo"] == {}


def test_strictness(pytester: pytest.Pytester, run: Run) -> None:
    """Warnings fail under --nllcheck-strict and where it is configured."""
    project(pytester, models__a=CLAIMS)
    run("--nllcheck-strict", "-k", "warned").assert_outcomes(failed=1, deselected=6)
    project(pytester, CONFIGURED + "strict = true\n")
    done = run("-k", "warned")
    done.assert_outcomes(failed=1, deselected=6)
    done.stdout.fnmatch_lines(["FAILED models/a.py::warned - = NLL − n/2·log 2π: clipped"])


def test_seeds(pytester: pytest.Pytester, run: Run) -> None:
    """A seed of the command line comes before a claim's, that before the configured one."""
    project(
        pytester,
        CONFIGURED + "seed = 5\n",
        models__a="import nllcheck\n\na = nllcheck.Claim('m', len)\nb = nllcheck.Claim('m', len, seed=7)\n",
    )
    pytester.makeconftest(
        "import nllcheck.work, records\n"
        "def engine(seed, **_):\n"
        "    with open('seeds', 'a') as file:\n"
        "        file.write(f'{seed} ')\n"
        "    return records.FakeChecker()\n"
        "nllcheck.work.engine = engine\n"
    )
    run().assert_outcomes(passed=2)
    run("--nllcheck-seed", "3").assert_outcomes(passed=2)
    assert (pytester.path / "seeds").read_text(encoding="utf-8") == "5 7 3 3 "


def test_tracebacks_only_when_asked(pytester: pytest.Pytester, run: Run) -> None:
    """--full-trace shows where nllcheck itself failed."""
    project(pytester, models__a=claims("bug"))
    run().stdout.no_fnmatch_line("*Traceback*")
    run("--full-trace").stdout.fnmatch_lines(["*Traceback (most recent call last):*"])


def test_a_line_when_a_line_is_asked_for(pytester: pytest.Pytester, run: Run) -> None:
    """--tb=line shows one line a failure and no story."""
    project(pytester, models__a=CLAIMS)
    done = run("--tb=line", "-k", "mae")
    done.stdout.fnmatch_lines(["*models/a.py:6: ≠ NLL, claimed constant: unexplained"])
    done.stdout.no_fnmatch_line("*No: minimising*")


def test_ids_survive_edits(pytester: pytest.Pytester, run: Run) -> None:
    """Ids are path and name: they stay when lines move, and select what they name."""
    path = project(pytester, models__a=claims("good", "mae")) / "models" / "a.py"
    ids = [f"models/a.py::{name}" for name in ("good", "mae")]
    run("--collect-only", "-q").stdout.fnmatch_lines(ids)
    path.write_text("# one\n# two\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    run("--collect-only", "-q").stdout.fnmatch_lines(ids)
    run("models/a.py::mae").assert_outcomes(failed=1)
    run("models/a.py::other").stderr.fnmatch_lines(["ERROR: not found: *models/a.py::other*"])


def test_selections_of_pytest_work(pytester: pytest.Pytester, run: Run) -> None:
    """-k, -m, -x and --lf do for claims what they do for tests."""
    project(pytester, models__a=CLAIMS, test_b="def test_b(): pass\n")
    run("-k", "good or mean").assert_outcomes(passed=1, failed=1, deselected=6)
    run("-m", "nllcheck").assert_outcomes(passed=2, failed=2, errors=3, deselected=1)
    run("-m", "not nllcheck").assert_outcomes(passed=1, deselected=7)
    run("-x").assert_outcomes(passed=2, failed=1)
    run()
    run("--lf").assert_outcomes(failed=2, errors=3)
    run("-q", "--co", "--lf").stdout.no_fnmatch_line("*test_b*")


def test_stacked_and_wrongly_declared_claims(pytester: pytest.Pytester, run: Run) -> None:
    """Stacked claims are numbered; what is wrong with one claim, or beside the claims, costs no other its result."""
    project(
        pytester,
        models__a="""
import nllcheck

@nllcheck.claim("m")
@nllcheck.claim("m")
def stacked(y):
    return y

one = nllcheck.Claim("m", len, name="twice")
two = nllcheck.Claim("m", len, name="twice")
nllcheck.claim("m")
""",
    )
    done = run("-v")
    done.stdout.fnmatch_lines(
        [
            "models/a.py::stacked PASSED*",
            "models/a.py::stacked?2? PASSED*",
            "models/a.py::(the file) ERROR*",
            "models/a.py::twice ERROR*",
            "*2 claims are called 'twice': models/a.py:9 and models/a.py:10*",
        ]
    )
    done.assert_outcomes(passed=2, errors=2)


def test_a_claim_that_is_also_a_test_is_collected_once(pytester: pytest.Pytester, run: Run) -> None:
    """A test module with claims has its tests as tests and its claims as claims."""
    text = """
import nllcheck

@nllcheck.claim("m")
def test_loss(y, mu):
    return 0

test_good = nllcheck.Claim("m", len)

def test_other():
    assert test_loss(1, 2) == 0
"""
    project(pytester, models__test_a=text)
    done = run("--collect-only", "-q")
    ids = [line for line in done.outlines if "::" in line]
    assert sorted(ids) == [f"models/test_a.py::test_{name}" for name in ("good", "loss", "other")]
    run().assert_outcomes(passed=3)
    run("models/test_a.py").assert_outcomes(passed=3)


def test_a_claim_file_that_is_named_is_no_test_module(pytester: pytest.Pytester, supervise: Run) -> None:
    """pytest imports no claim file for being named: that happens in a child process."""
    text = f"{CHILD}import os\nassert os.getpid() != {os.getpid()}\n{claims('good')}"
    project(pytester, models__a=text)
    supervise("models/a.py").assert_outcomes(passed=1)
    supervise("models/a.py::good").assert_outcomes(passed=1)


def test_what_claims_print_is_shown_with_their_failure(pytester: pytest.Pytester, run: Run) -> None:
    """Output of a claim is captured, and cannot steer the terminal."""
    pytester.makepyprojecttoml(CONFIGURED)
    pytester.makeconftest(
        "import nllcheck.work, records\n"
        "def answer(loss):\n"
        "    print('printed \\x1b[2J ::error::x')\n"
        "    return records.wrong()\n"
        "nllcheck.work.engine = records.fake_engine({'loud': answer})\n"
    )
    path = pytester.mkdir("models") / "a.py"
    path.write_text(claims("loud"), encoding="utf-8")
    done = run()
    done.assert_outcomes(failed=1)
    assert "printed" in done.stdout.str()


def test_names_cannot_steer_anything(pytester: pytest.Pytester, run: Run) -> None:
    """Nasty names of claims are escaped in the terminal, and JUnit can be parsed back."""
    from records import NASTY

    lines = [f"Claim('m', len, name={text!r})" for text in NASTY.values()]
    text = "from nllcheck import Claim\n" + "".join(f"c{n} = {line}\n" for n, line in enumerate(lines))
    project(pytester, models__a=text)
    done = run("-v", "--junitxml=junit.xml")
    done.assert_outcomes(passed=len(NASTY))
    assert len(cases(pytester)) == len(NASTY)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", done.stdout.str().replace("\r", ""))


def test_every_name_was_used() -> None:
    """The table of verdicts has a row for each claim of the sample."""
    assert set(VERDICTS) == set(NAMES)
