"""Comparisons in processes of their own: nothing hangs, nothing depends on how many there are."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import comparison_models as models
import pytest

from nllcheck import cli
from nllcheck.comparison.models import compare_models
from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import Settings
from nllcheck.execution.launch import Launcher, Server
from nllcheck.execution.supervised import SupervisedExecutor
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.posterior import sample
from nllcheck.outcome import ExitCode
from nllcheck.paths import find_files

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are supervised on POSIX only")
SETTINGS = Settings(draws=1000, tune=500, chains=2, seed=3)
MODEL = """
import time
import numpy as np
import pymc as pm
import nllcheck

Y = np.array([3.1, 1.7, 2.4, 4.9, 2.2, 3.6, 0.8])


def {name}():
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, {sd})
        pm.Normal("y", mu, 1.5, observed=Y)
    return model


@nllcheck.claim({name}, relation="affine")
def {name}_loss(y, mu):
    return np.mean((y - mu) ** 2)
"""
HANGING = """

def hangs():
    time.sleep(600)


@nllcheck.claim(hangs)
def never(y):
    return 0.0
"""
TWICE = """

@nllcheck.claim(twice, relation="affine")
def twice_loss(y, mu):
    return np.sum((y - mu) ** 2)
"""


def model(name: str, sd: float = 5.0) -> str:
    """Return a claim file with one model that is compared in no time."""
    return MODEL.format(name=name, sd=sd)


Compare = Callable[..., ComparisonRun]


class Lent:
    """A launcher that outlives the executors which close it."""

    def __init__(self, launcher: Launcher) -> None:
        self.launch, self.prepare, self.replace = launcher.launch, launcher.prepare, launcher.replace

    def close(self) -> None:
        """Leave it to whoever has lent it."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("processes")
    files = {"a": model("one"), "b": model("two", 0.6), "twice": model("twice") + TWICE}
    files |= {"hangs": model("before") + HANGING, "sleeps": "import time\ntime.sleep(600)\n"}
    for name, content in files.items():
        (place / f"{name}.py").write_text(content)
    return place


@pytest.fixture(scope="module")
def server() -> Iterator[Launcher]:
    """Return a server that has all imported and compiled that models have in common."""
    server = Server([*cli.COMPARES, *cli.SAMPLES])
    yield Lent(server)
    server.close()


@pytest.fixture(scope="module")
def compare(folder: Path, server: Launcher) -> Compare:
    """Return what compares files of the folder in processes of their own."""

    def run(*names: str, cache: str, jobs: int = 1, timeout: float = 120.0, **options: Any) -> ComparisonRun:
        executor = partial(SupervisedExecutor, jobs=jobs, timeout=timeout, launcher=server)
        sources = find_files([f"{name}.py" for name in names], folder=folder)
        cache_folder = folder / cache
        return compare_models(
            sources, settings=SETTINGS, cache=cache_folder, executor=executor, jobs=jobs, **options
        )

    return run


@pytest.fixture(scope="module")
def alone(compare: Compare) -> ComparisonRun:
    return compare("a", "b", "hangs", cache="alone", select="one or two or before")


def test_two_processes_find_what_one_finds(compare: Compare, alone: ComparisonRun) -> None:
    """Outcomes are in the order of the files, and their records the same to the bit."""
    together = compare("a", "b", cache="together", jobs=2)
    assert [outcome.id for outcome in together.outcomes] == ["a.py::one", "b.py::two"]
    for one, other in zip(alone.outcomes[:2], together.outcomes, strict=True):
        assert one.comparison is not None
        assert other.comparison is not None
        assert not other.comparison.cached
        assert one.comparison.stands, one.comparison.headline
        assert one.comparison.estimates == other.comparison.estimates
        assert one.comparison.loss == other.comparison.loss
        assert one.comparison.remarks == other.comparison.remarks


def test_draws_do_not_depend_on_the_number_of_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """One processor draws what eight draw."""
    built, found = build_model(models.conjugate), []
    for processors in (1, 8):
        monkeypatch.setattr(os, "cpu_count", lambda processors=processors: processors)
        found.append(sample(built, draws=100, tune=100, chains=3, seed=5, target_accept=0.9))
    assert (found[0].draws["mu"] == found[1].draws["mu"]).all()
    assert (found[0].draws["p"] == found[1].draws["p"]).all()
    assert found[0].draws["mu"].std() > 0.1


def test_records_come_back_whole(alone: ComparisonRun) -> None:
    """An outcome that went through another process is what `to_dict` writes."""
    for outcome in alone.outcomes:
        again = ComparisonOutcome.from_dict(outcome.to_dict())
        assert again == outcome
        assert again.comparison == outcome.comparison


def test_a_model_that_hangs_is_ended(compare: Compare, alone: ComparisonRun) -> None:
    """It times out with the limit and the option that sets it; the model before it is compared; exit code 4."""
    done = compare("a", "hangs", cache="alone", timeout=8.0)
    by_name = {outcome.name: outcome for outcome in done.outcomes}
    assert by_name["one"].comparison is not None
    assert by_name["before"].comparison is not None
    problem = by_name["hangs"].problem
    assert problem is not None
    assert problem.kind == "TimedOut"
    assert "timed out after 8 s in hangs (line" in problem.message
    assert "--timeout sets the limit" in problem.message
    assert done.exit_code is ExitCode.NOT_EVALUATED


def test_a_file_that_hangs_is_ended(compare: Compare, alone: ComparisonRun) -> None:
    """The import of a file has the same limit; other files are compared."""
    done = compare("sleeps", "a", cache="alone", timeout=8.0)
    assert [outcome.id for outcome in done.outcomes] == ["a.py::one", "sleeps.py"]
    assert done.outcomes[0].comparison is not None
    assert done.outcomes[0].comparison.cached
    assert done.outcomes[1].problem is not None
    assert done.outcomes[1].problem.kind == "TimedOut"


def test_two_claims_of_one_name_are_told(compare: Compare) -> None:
    """Which of them was meant cannot be known: it is said with both lines, and the exit code is 4."""
    done = compare("twice", cache="twice")
    (outcome,) = done.outcomes
    assert outcome.problem is not None
    assert outcome.problem.kind == "DuplicateClaim"
    assert "twice.py:17 and twice.py:22" in outcome.problem.message
    assert done.exit_code is ExitCode.NOT_EVALUATED


def test_ctrl_c_keeps_what_is_finished(folder: Path, alone: ComparisonRun) -> None:
    """The comparison that was told stands above the sum, the exit code is 130, and it comes at once."""
    environment = {**os.environ, "NLLCHECK_CACHE": str(folder / "alone"), "PYTHONIOENCODING": "utf-8"}
    settings = ["--draws", "1000", "--tune", "500", "--chains", "2", "--seed", "3", "--jobs", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "nllcheck", "compare", "a.py", "hangs.py", "-k", "one or hangs", *settings],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        cwd=folder,
        env={**environment, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert process.stdout is not None
    first = process.stdout.readline()
    assert first == "✓ a.py::one\n"
    process.send_signal(signal.SIGINT)
    started = time.monotonic()
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - started < 20
    assert "1 model compared — " in rest
    assert rest.rstrip().endswith("(interrupted)")
    assert errors == ""
