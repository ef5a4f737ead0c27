"""What comparing the models of claim files came to: one outcome a model."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nllcheck.comparison.record import Comparison, Settings
from nllcheck.jsonio import take
from nllcheck.outcome import EXIT_CODES, ORDER, ExitCode, Problem

__all__ = ["ComparisonOutcome", "ComparisonRun"]


@dataclass(frozen=True, kw_only=True)
class ComparisonOutcome:
    """One model of a file with its comparison, or the problem that kept it from having one.

    Attributes
    ----------
    path : str
        The claim file, relative to the working folder, with forward slashes.
    name : str
        The model's name in that file; empty when the problem is the whole file's.
    comparison : Comparison or None
    problem : Problem or None
    output : str
        What the file or the model printed meanwhile.
    seconds : float
    """

    path: str
    name: str
    comparison: Comparison | None = None
    problem: Problem | None = None
    output: str = ""
    seconds: float = 0.0

    @property
    def id(self) -> str:
        """``PATH::MODEL``."""
        return f"{self.path}::{self.name}" if self.name else self.path

    @property
    def exit_code(self) -> ExitCode:
        """0 when the comparison stands, 4 when a gate failed, else that of the problem."""
        if self.problem is not None:
            return EXIT_CODES[self.problem.verdict]
        if self.comparison is None:
            return ExitCode.INTERNAL
        return ExitCode.OK if self.comparison.stands else ExitCode.NOT_EVALUATED

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready dictionaries."""
        return {
            "path": self.path,
            "name": self.name,
            "comparison": None if self.comparison is None else self.comparison.to_dict(),
            "problem": None if self.problem is None else self.problem.to_dict(),
            "output": self.output,
            "seconds": self.seconds,
        }

    @classmethod
    def from_dict(cls, record: Any) -> "ComparisonOutcome":
        """Rebuild what `to_dict` wrote, or raise UsageError that names what is wrong."""
        comparison = take(record, "comparison", (dict, type(None)))
        problem = take(record, "problem", (dict, type(None)))
        return cls(
            path=take(record, "path", str),
            name=take(record, "name", str),
            comparison=None if comparison is None else Comparison.from_dict(comparison),
            problem=None if problem is None else Problem.from_dict(problem),
            output=take(record, "output", str),
            seconds=float(take(record, "seconds", (int, float))),
        )


@dataclass(frozen=True, kw_only=True)
class ComparisonRun:
    """All outcomes of a run, in the order of the files.

    Attributes
    ----------
    outcomes : tuple of ComparisonOutcome
    settings : Settings
    interrupted : bool
        Ctrl-C: the outcomes are those that were finished.
    deselected : int
        Models that ``-k`` left out.
    seconds : float
    """

    outcomes: tuple[ComparisonOutcome, ...] = ()
    settings: Settings = field(default_factory=Settings)
    interrupted: bool = False
    deselected: int = 0
    seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """Of the codes that apply the first in the order 130, 3, 2, 1, 4; 5 if there was no model."""
        codes: Iterable[ExitCode] = {outcome.exit_code for outcome in self.outcomes}
        if self.interrupted:
            return ExitCode.INTERRUPTED
        if not codes:
            return ExitCode.NO_CLAIMS
        return next((code for code in ORDER if code in codes), ExitCode.OK)
