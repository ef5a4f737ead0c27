"""What a run found: one outcome a claim, and the exit code that sums them up."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum, StrEnum
from typing import Any

from nllcheck.drift import Drift
from nllcheck.errors import CannotEvaluate, UsageError
from nllcheck.jsonio import take
from nllcheck.result import CheckResult
from nllcheck.visits import Visits

__all__ = ["ExitCode", "Outcome", "Problem", "Run", "Verdict", "clock", "exit_code"]

clock = time.perf_counter


class ExitCode(IntEnum):
    """What the command returns to the shell."""

    OK = 0  # all claims hold
    FAILS = 1  # a claim was evaluated and does not hold
    USAGE = 2
    INTERNAL = 3  # a bug of nllcheck's own
    NOT_EVALUATED = 4
    NO_CLAIMS = 5
    INTERRUPTED = 130


ORDER = (ExitCode.INTERRUPTED, ExitCode.INTERNAL, ExitCode.USAGE, ExitCode.FAILS, ExitCode.NOT_EVALUATED)


class Verdict(StrEnum):
    """What became of one claim."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"
    NOT_EVALUATED = "not evaluated"
    USAGE = "usage error"
    INTERNAL = "internal error"


EXIT_CODES = {
    Verdict.HOLDS: ExitCode.OK,
    Verdict.FAILS: ExitCode.FAILS,
    Verdict.UNDECIDED: ExitCode.NOT_EVALUATED,
    Verdict.NOT_EVALUATED: ExitCode.NOT_EVALUATED,
    Verdict.USAGE: ExitCode.USAGE,
    Verdict.INTERNAL: ExitCode.INTERNAL,
}


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a claim, or a whole file, has no result.

    Attributes
    ----------
    kind : str
        Name of the class of the error, such as ``"UnknownArgument"``.
    message : str
        What happened, the value, and what to try.
    location : str
        ``"file:line"``, where known.
    verdict : Verdict
        ``NOT_EVALUATED``, ``USAGE`` or ``INTERNAL``.
    traceback : str
        Shown only under ``--debug``.
    """

    kind: str
    message: str
    location: str = ""
    verdict: Verdict = Verdict.NOT_EVALUATED
    traceback: str = ""

    @staticmethod
    def verdict_of(error: BaseException) -> Verdict:
        """Return whose fault an error is: the user's call, the user's files, or ours."""
        if isinstance(error, UsageError):
            return Verdict.USAGE
        if isinstance(error, CannotEvaluate | SystemExit | MemoryError):
            return Verdict.NOT_EVALUATED
        return Verdict.INTERNAL

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready dictionary."""
        return {**asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Problem":
        """Rebuild what `to_dict` wrote, or raise UsageError; a problem never has the verdict of a pass."""
        texts = {name: take(record, name, str) for name in ("kind", "message", "location", "traceback")}
        verdict = take(record, "verdict", str)
        if verdict not in (Verdict.NOT_EVALUATED, Verdict.USAGE, Verdict.INTERNAL):
            raise UsageError(f"a problem cannot have the verdict {verdict!r}")
        return cls(**texts, verdict=Verdict(verdict))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One claim with its result or the problem that kept it from having one.

    Attributes
    ----------
    path : str
        The claim's file, relative to the working folder, with forward slashes.
    name : str
        The claim's name in that file; empty when the problem is the whole file's.
    result : CheckResult or None
    problem : Problem or None
    output : str
        What the file or the claim printed meanwhile.
    seconds : float
    visits : Visits or None
        What a baseline has asked of the claim; None where there is none, or no result.
    """

    path: str
    name: str
    result: CheckResult | None = None
    problem: Problem | None = None
    output: str = ""
    seconds: float = 0.0
    visits: Visits | None = None

    @property
    def id(self) -> str:
        """``PATH::NAME``, as the command line takes it."""
        return f"{self.path}::{self.name}" if self.name else self.path

    @property
    def location(self) -> str:
        """``"file:line"`` of the claim or of its problem, where known."""
        if self.problem is not None:
            return self.problem.location
        return self.result.source if self.result is not None else ""

    @property
    def verdict(self) -> Verdict:
        """What became of the claim."""
        if self.problem is not None:
            return self.problem.verdict
        if self.result is None:
            return Verdict.INTERNAL
        if self.result.holds:
            return Verdict.HOLDS
        undecided = self.result.undecided or self.result.relation is None
        # A loss that breaks the contract (returns None, is nan) was evaluated, and does not hold.
        return Verdict.UNDECIDED if undecided and not self.result.errors() else Verdict.FAILS

    @property
    def warnings(self) -> int:
        """How many warnings the result carries."""
        return 0 if self.result is None else len(self.result.warnings())

    def passes(self, *, strict: bool = False) -> bool:
        """Return whether the claim holds, under `strict` without a warning."""
        return self.verdict is Verdict.HOLDS and not (strict and self.warnings)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready dictionaries."""
        return {
            "path": self.path,
            "name": self.name,
            "result": None if self.result is None else self.result.to_dict(),
            "problem": None if self.problem is None else self.problem.to_dict(),
            "output": self.output,
            "seconds": self.seconds,
            "visits": None if self.visits is None else self.visits.to_dict(),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Outcome":
        """Rebuild what `to_dict` wrote, or raise UsageError that names what is wrong."""
        result = take(record, "result", (dict, type(None)))
        problem = take(record, "problem", (dict, type(None)))
        visits = record.get("visits")
        return cls(
            path=take(record, "path", str),
            name=take(record, "name", str),
            result=None if result is None else CheckResult.from_dict(result),
            problem=None if problem is None else Problem.from_dict(problem),
            output=take(record, "output", str),
            seconds=float(take(record, "seconds", (int, float))),
            visits=None if visits is None else Visits.from_dict(visits),
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """All outcomes of a run, in order.

    Attributes
    ----------
    outcomes : tuple of Outcome
    seed : int
    strict : bool
        Warnings fail.
    interrupted : bool
        Ctrl-C: the outcomes are those that were finished.
    stopped : bool
        Ended at the first failure because of ``--fail-fast``.
    deselected : int
        Claims that ``-k`` left out.
    seconds : float
    drift : Drift or None
        How it differs from a baseline, where there is one.
    """

    outcomes: tuple[Outcome, ...] = ()
    seed: int = 0
    strict: bool = False
    interrupted: bool = False
    stopped: bool = False
    deselected: int = 0
    seconds: float = 0.0
    drift: Drift | None = None

    def count(self, *verdicts: Verdict) -> int:
        """Return how many outcomes have one of the `verdicts`."""
        return sum(outcome.verdict in verdicts for outcome in self.outcomes)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the command."""
        return exit_code(self.outcomes, strict=self.strict, interrupted=self.interrupted, drift=self.drift)


def exit_code(
    outcomes: Iterable[Outcome],
    *,
    strict: bool = False,
    interrupted: bool = False,
    drift: Drift | None = None,
) -> ExitCode:
    """Sum up a run: of the codes that apply, the first in the order 130, 3, 2, 1, 4; 5 if nothing was checked."""
    outcomes = tuple(outcomes)
    codes = {EXIT_CODES[outcome.verdict] for outcome in outcomes}
    if interrupted:
        codes.add(ExitCode.INTERRUPTED)
    if drift is not None and drift.fails:
        codes.add(ExitCode.FAILS)
    if drift is not None and drift.errors:
        codes.add(ExitCode.USAGE)
    if strict and any(outcome.warnings for outcome in outcomes):
        codes.add(ExitCode.FAILS)
    if not codes:
        return ExitCode.NO_CLAIMS
    return next((code for code in ORDER if code in codes), ExitCode.OK)
