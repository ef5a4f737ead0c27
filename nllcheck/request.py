"""What is asked of one source of claims, as a record that JSON can hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nllcheck.adhoc import NamedLoss
from nllcheck.discovery import ClaimFile, Source
from nllcheck.errors import UsageError
from nllcheck.jsonio import take
from nllcheck.selection import selector
from nllcheck.visits import Asked

__all__ = ["Request"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """One source, and what to do with its claims.

    Attributes
    ----------
    source : Source
    folder : str
        The working folder, absolute; it is appended to sys.path.
    number : int
        Tells requests of one run apart.
    select : str or None
        An expression of ``-k``.
    only : tuple of str or None
        Names of claims, exactly as they are listed; claims of other names are not checked.
    seed : int
    seed_given : bool
        The seed was an argument: it comes before that of a claim, which comes before a configured one.
    strict, fail_fast : bool
        Warnings fail; stop at the first failure.
    curves : bool
        Both sides are recorded along each parameter too, for reports that draw them.
    visits : mapping of str to Asked, or None
        What a baseline asks of each claim, by its name; None where there is no baseline.
    options : mapping of str
        What the work takes besides; JSON can hold it.
    """

    source: Source
    folder: str
    number: int = 0
    select: str | None = None
    only: tuple[str, ...] | None = None
    seed: int = 0
    seed_given: bool = False
    strict: bool = False
    fail_fast: bool = False
    curves: bool = False
    visits: Mapping[str, Asked] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def selects(self, name: str) -> bool:
        """Return whether the claim called `name` is to be checked."""
        if self.only is not None and name not in self.only:
            return False
        return self.select is None or selector(self.select)(f"{self.source.display}::{name}")

    def to_dict(self) -> dict[str, Any]:
        """Return the request as JSON-ready dictionaries."""
        return {
            "source": self.source.to_dict(),
            "folder": self.folder,
            "number": self.number,
            "select": self.select,
            "only": None if self.only is None else list(self.only),
            "seed": self.seed,
            "seed_given": self.seed_given,
            "strict": self.strict,
            "fail_fast": self.fail_fast,
            "curves": self.curves,
            "visits": None
            if self.visits is None
            else {name: asked.to_dict() for name, asked in self.visits.items()},
            "options": dict(self.options),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Request":
        """Rebuild what `to_dict` wrote, or raise UsageError; all but the source and the folder may be missing."""
        record = {**_DEFAULTS, **record}
        only = take(record, "only", (list, tuple, type(None)))
        visits = take(record, "visits", (dict, type(None)))
        return cls(
            source=_source(take(record, "source", dict)),
            folder=take(record, "folder", str),
            number=take(record, "number", int),
            select=take(record, "select", (str, type(None))),
            only=None if only is None else tuple(map(str, only)),
            seed=take(record, "seed", int),
            seed_given=take(record, "seed_given", bool),
            strict=take(record, "strict", bool),
            fail_fast=take(record, "fail_fast", bool),
            curves=take(record, "curves", bool),
            visits=None
            if visits is None
            else {name: Asked.from_dict(asked) for name, asked in visits.items()},
            options=take(record, "options", dict),
        )


_DEFAULTS: dict[str, Any] = {
    "number": 0,
    "select": None,
    "only": None,
    "seed": 0,
    "seed_given": False,
    "strict": False,
    "fail_fast": False,
    "curves": False,
    "visits": None,
    "options": {},
}


def _source(record: Mapping[str, Any]) -> Source:
    match take(record, "kind", str):
        case "file":
            return ClaimFile(
                path=Path(take(record, "path", str)),
                display=take(record, "display", str),
                names=tuple(map(str, take(record, "names", (list, tuple)))),
            )
        case "loss":
            args = take(record, "args", (list, tuple, dict, type(None)))
            texts = {name: take(record, name, str) for name in ("module", "attribute", "against", "relation")}
            return NamedLoss(**texts, args=tuple(args) if isinstance(args, list) else args)
        case other:
            raise UsageError(f"there is no source of kind {other!r}")
