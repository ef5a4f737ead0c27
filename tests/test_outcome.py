"""Verdicts, and the exit code that sums them up."""

import itertools
from dataclasses import replace

import pytest
from records import finding, looser, outcome, record, trouble, undecided

from nllcheck.errors import BadData, UsageError
from nllcheck.outcome import ExitCode, Outcome, Problem, Verdict, exit_code

HOLDS, FAILS, UNDECIDED = outcome(record()), outcome(looser()), outcome(undecided())
WARNS = outcome(record(findings=(finding(),)))
BROKEN = outcome(replace(undecided(), findings=(finding("bad-return", "error"),)))
ERROR = trouble()
USAGE, INTERNAL = trouble(verdict=Verdict.USAGE), trouble(verdict=Verdict.INTERNAL)


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (HOLDS, Verdict.HOLDS),
        (FAILS, Verdict.FAILS),
        (UNDECIDED, Verdict.UNDECIDED),
        (BROKEN, Verdict.FAILS),
        (ERROR, Verdict.NOT_EVALUATED),
        (USAGE, Verdict.USAGE),
        (Outcome(path="a.py", name="x"), Verdict.INTERNAL),
    ],
)
def test_verdicts(found: Outcome, verdict: Verdict) -> None:
    """A claim without a result is never a pass, and an undecided one no failure."""
    assert found.verdict is verdict
    assert found.passes() is (verdict is Verdict.HOLDS)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ((), ExitCode.NO_CLAIMS),
        ((HOLDS,), ExitCode.OK),
        ((HOLDS, WARNS), ExitCode.OK),
        ((HOLDS, FAILS, ERROR), ExitCode.FAILS),
        ((HOLDS, UNDECIDED), ExitCode.NOT_EVALUATED),
        ((HOLDS, ERROR), ExitCode.NOT_EVALUATED),
        ((USAGE, FAILS), ExitCode.USAGE),
        ((INTERNAL, USAGE, FAILS), ExitCode.INTERNAL),
    ],
)
def test_exit_codes(outcomes: tuple[Outcome, ...], code: ExitCode) -> None:
    """The code is the first that applies in the order 130, 3, 2, 1, 4, whatever the order of the claims."""
    for order in itertools.permutations(outcomes):
        assert exit_code(order) is code
        assert exit_code(order, interrupted=True) is ExitCode.INTERRUPTED


def test_strict_makes_warnings_fail() -> None:
    """Under --strict a claim with a warning does not pass."""
    assert exit_code((WARNS,), strict=True) is ExitCode.FAILS
    assert exit_code((WARNS, ERROR), strict=True) is ExitCode.FAILS
    assert not WARNS.passes(strict=True)
    assert exit_code((HOLDS,), strict=True) is ExitCode.OK


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (UsageError("x"), Verdict.USAGE),
        (BadData("x"), Verdict.NOT_EVALUATED),
        (SystemExit(0), Verdict.NOT_EVALUATED),
        (MemoryError(), Verdict.NOT_EVALUATED),
        (ZeroDivisionError(), Verdict.INTERNAL),
    ],
)
def test_whose_fault_an_error_is(error: BaseException, verdict: Verdict) -> None:
    """What nllcheck does not raise on purpose is a bug of its own."""
    assert Problem.verdict_of(error) is verdict


def test_ids_are_what_the_command_line_takes() -> None:
    """A claim is PATH::NAME, a problem of a whole file is its path."""
    assert HOLDS.id == "models/gaussian.py::gaussian_nll"
    assert Outcome(path="a.py", name="").id == "a.py"
