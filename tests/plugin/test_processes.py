"""Claims in processes: under xdist, when interrupted, and in the process of pytest where that is asked for."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from plugin.conftest import LEAN
from plugin.projects import CHILD, CLAIMS, CONFIGURED, NAMES, claims, project

pytest_plugins = ("pytester",)
Run = Callable[..., pytest.RunResult]
TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def spawn(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs pytest in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", TESTS)

    def run(*arguments: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*LEAN, *arguments, timeout=300)

    return run


def ids(pytester: pytest.Pytester) -> list[str]:
    """Return the ids of a JUnit file, sorted."""
    root = ElementTree.parse(pytester.path / "junit.xml").getroot()
    return sorted(f"{case.attrib['classname']}::{case.attrib['name']}" for case in root.iter("testcase"))


def test_xdist_splits_a_file_and_loses_nothing(pytester: pytest.Pytester, spawn: Run) -> None:
    """Under --dist worksteal the claims of one file go to two workers, each with children of its own."""
    project(pytester, models__a=f"{CHILD}{CLAIMS}", models__b=f"{CHILD}{CLAIMS}")
    done = spawn("-n", "2", "--dist", "worksteal", "--junitxml=junit.xml")
    done.assert_outcomes(passed=4, failed=4, errors=6)
    assert ids(pytester) == sorted(f"models.{file}::{name}" for file in "ab" for name in NAMES)
    done.stdout.fnmatch_lines_random(
        [
            "FAILED models/b.py::mae - ≠ NLL, claimed constant: unexplained",
            "ERROR models/b.py::flat - undecided: the loss is nan at every probe",
            "models/a.py:*: ≠ NLL, claimed constant: unexplained",
        ]
    )
    assert 'name="offset_name" value="−n/2·log 2π"' in (pytester.path / "junit.xml").read_text("utf-8")


def test_xdist_by_file(pytester: pytest.Pytester, spawn: Run) -> None:
    """Under --dist loadfile a file stays with one worker; ids are the same."""
    project(pytester, models__a=CLAIMS, models__b=CLAIMS)
    done = spawn("-n", "2", "--dist", "loadfile", "--nllcheck-in-process", "--junitxml=junit.xml")
    done.assert_outcomes(passed=4, failed=4, errors=6)
    assert ids(pytester) == sorted(f"models.{file}::{name}" for file in "ab" for name in NAMES)


def test_xdist_tells_what_was_never_visited(pytester: pytest.Pytester, spawn: Run) -> None:
    """The error comes from the workers and is shown once; what the user narrowed is no error there either."""
    configuration = f"{CONFIGURED}[tool.pytest.ini_options]\ntestpaths = ['tests']\n"
    project(pytester, configuration, models__a=CLAIMS, tests__test_a="def test_a(): pass\n")
    done = spawn("-n", "2", "--nllcheck-in-process")
    done.assert_outcomes(passed=1, errors=1)
    assert done.ret == pytest.ExitCode.TESTS_FAILED
    done = spawn("-n", "1", "--nllcheck-in-process", "tests")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["nllcheck: the claims of models were not checked: *"])


def test_in_this_process_means_in_this_process(pytester: pytest.Pytester, run: Run) -> None:
    """For a debugger and for coverage, losses run where pytest runs; --pdb needs no further option."""
    project(pytester, models__a=f"import os\nassert os.getpid() == {os.getpid()}\n{claims('good')}")
    done = run()
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["nllcheck: claims of models (checked in this process)"])
    done = pytester.runpytest_inprocess(*LEAN, "--pdb")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["nllcheck: claims of models (checked in this process)"])


BREAKPOINT = """
import nllcheck.work, records

def stop(loss):
    inside = "seen by the debugger"
    breakpoint()
    return records.record()

nllcheck.work.engine = records.fake_engine({"stopped": stop})
"""


def test_a_breakpoint_in_a_claim_stops(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A debugger can talk: what it prints is not caught, and what is typed reaches it."""
    project(pytester, models__a=claims("stopped"))
    pytester.makeconftest(BREAKPOINT)
    monkeypatch.setenv("PYTHONPATH", TESTS)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *LEAN, "--nllcheck-in-process"],
        input="print(inside)\ncontinue\n",
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "seen by the debugger" in done.stdout
    assert "1 passed" in done.stdout


HANGING = """
import os, pathlib, time

def hang(loss):
    pathlib.Path("pid").write_text(str(os.getpid()))
    time.sleep(600)

ANSWERS["second"] = hang
"""


def test_an_interrupt_leaves_no_process_behind(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C during a check: what was finished is told, children are dead, and pytest says interrupted."""
    project(pytester, models__a=CHILD + HANGING + claims("first", "second"))
    monkeypatch.setenv("PYTHONPATH", TESTS)
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *LEAN, "-v"], stdout=subprocess.PIPE, text=True
    )
    written = pytester.path / "pid"
    ends = time.monotonic() + 120
    while not written.exists() and time.monotonic() < ends:
        time.sleep(0.05)
    pid = int(written.read_text())
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert "models/a.py::first PASSED" in out
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
