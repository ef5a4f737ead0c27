"""How a run differs from the one that a baseline recorded: a record, for the faces to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["FINDING", "WHAT", "Difference", "Drift"]

FINDING = "finding:"  # stands before the code
WHAT = {
    "claim": "a claim is no longer made, or is new",
    "claimed": "another relation is claimed",
    "verdict": "a claim was decided and is not, or held and does not",
    "relation": "the relation that was found",
    "scale": "the scale a of L = a·N + c: its value, its name, or what it varies with",
    "offset": "the offset c of L = a·N + c",
    "estimate": "the MLE or MAP of the model",
    "minimiser": "the minimiser of the loss",
    "loss": "the loss at the recorded probes",
    "likelihood": "the model's log-probability at the recorded probes",
    "data": "the number of observations",
    f"{FINDING}CODE": "a finding, such as finding:clipped",
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing about one claim that is not as it was recorded.

    Attributes
    ----------
    claim : str
        ``PATH::NAME``.
    what : str
        One of `WHAT`.
    fails : bool
        It is a regression; otherwise it is told and changes nothing.
    message : str
        What was and what is, in words.
    before, after : number, str or None
        The two values, where there are two.
    ulps : float or None
        How far apart two numbers are in units in the last place.
    floors : float or None
        The same in noise floors: rounding errors, the larger of both sides.
    reason : str
        Why it is accepted; empty where it is not.
    """

    claim: str
    what: str
    message: str
    fails: bool = True
    before: float | str | None = None
    after: float | str | None = None
    ulps: float | None = None
    floors: float | None = None
    reason: str = ""

    @property
    def is_regression(self) -> bool:
        """Whether the run fails for it."""
        return self.fails and not self.reason


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What differs between a run and its baseline.

    Attributes
    ----------
    path : str
        The file, as it is shown.
    differences : tuple of Difference
        By claim, in the order of `WHAT`.
    compared : int
        Claims that were compared.
    places : int
        Recorded probes at which both sides were evaluated again.
    unseen : int
        Recorded claims that this run was not to check, or did not reach.
    versions : mapping of str to tuple of str
        Packages whose version is another: before, after.
    written : bool
        The file was written with this run.
    notes : tuple of str
        What else there is to say, such as why a claim was not recorded.
    errors : tuple of str
        Why the comparison is not what was asked for: wrong usage, told after the run.
    """

    path: str
    differences: tuple[Difference, ...] = ()
    compared: int = 0
    places: int = 0
    unseen: int = 0
    versions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    written: bool = False
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """The differences for which the run fails."""
        return tuple(difference for difference in self.differences if difference.is_regression)

    @property
    def fails(self) -> bool:
        """Whether the run fails: there are regressions, and they were not just recorded."""
        return bool(self.regressions) and not self.written

    def by_claim(self) -> dict[str, Sequence[Difference]]:
        """Return the differences of each claim that has some."""
        return {
            claim: [difference for difference in self.differences if difference.claim == claim]
            for claim in dict.fromkeys(difference.claim for difference in self.differences)
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready dictionaries."""
        return {
            "baseline": self.path,
            "regressions": len(self.regressions),
            "differences": [
                {name: getattr(difference, name) for name in Difference.__dataclass_fields__}
                | {"regression": difference.is_regression}
                for difference in self.differences
            ],
            "compared": self.compared,
            "probes": self.places,
            "unseen": self.unseen,
            "versions": {name: list(pair) for name, pair in self.versions.items()},
            "written": self.written,
            "notes": list(self.notes),
            "errors": list(self.errors),
        }
