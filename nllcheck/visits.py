"""Both sides at given parameters: what a baseline records of a claim, and asks for again."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nllcheck.errors import UsageError
from nllcheck.jsonio import take

__all__ = ["MINIMISER", "MODEL", "STOPPED", "Asked", "Visit", "Visits"]

MODEL, MINIMISER, STOPPED = "estimate", "minimiser", "stopped"  # kinds of places that are more than probes
KINDS = ("near", "far", "moved", MODEL, MINIMISER, STOPPED)
Nested = Any  # a float, or lists of them
DEEPEST = 16  # dimensions of an array


@dataclass(frozen=True, kw_only=True)
class Visit:
    """The loss and the model at one place.

    Attributes
    ----------
    kind : str
        ``"near"`` or ``"far"`` from the optimum, ``"moved"`` (the nuisances too), ``"estimate"`` (the MLE or MAP
        of the model), ``"minimiser"`` (that of the loss) or ``"stopped"`` (where the search for it stopped early).
    parameters : mapping of str to nested lists of float
        Free parameters that play a part, on the constrained scale.
    loss, nll : float
        L, and N in nats; nan where `problem` is set.
    loss_floor, nll_floor : float
        Their rounding errors.
    problem : str
        Why the place cannot be visited; empty otherwise.
    """

    kind: str
    parameters: Mapping[str, Nested]
    loss: float = math.nan
    nll: float = math.nan
    loss_floor: float = math.inf
    nll_floor: float = math.inf
    problem: str = ""

    @property
    def is_finite(self) -> bool:
        """Whether there are two values and two floors to compare with."""
        return all(map(math.isfinite, (self.loss, self.nll, self.loss_floor, self.nll_floor)))

    def to_dict(self) -> dict[str, Any]:
        """Return the visit as JSON-ready dictionary; numbers that are not finite become strings."""
        numbers = {name: _spelled(getattr(self, name)) for name in _NUMBERS}
        problem = {"problem": self.problem} if self.problem else {}
        return {"kind": self.kind, "at": dict(self.parameters), **numbers, **problem}

    @classmethod
    def from_dict(cls, record: Any) -> "Visit":
        """Rebuild what `to_dict` wrote, or raise UsageError that names what is wrong."""
        kind = take(record, "kind", str)
        if kind not in KINDS:
            raise UsageError(f"a probe of kind {kind!r} is unknown; there are {', '.join(KINDS)}")
        numbers = {name: _number(take(record, name, (int, float, str)), name) for name in _NUMBERS}
        problem = take(record, "problem", str) if "problem" in record else ""
        return cls(kind=kind, parameters=nested(take(record, "at", dict)), problem=problem, **numbers)


_NUMBERS = ("loss", "nll", "loss_floor", "nll_floor")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The places that are to be visited again, and the data if they were simulated; both may be empty."""

    places: tuple[Visit, ...] = ()
    data: Mapping[str, Nested] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return this as JSON-ready dictionaries."""
        return {"places": [place.to_dict() for place in self.places], "data": dict(self.data)}

    @classmethod
    def from_dict(cls, record: Any) -> "Asked":
        """Rebuild what `to_dict` wrote, or raise UsageError that names what is wrong."""
        places = tuple(Visit.from_dict(place) for place in take(record, "places", list))
        return cls(places=places, data=nested(take(record, "data", dict)))


@dataclass(frozen=True, kw_only=True)
class Visits:
    """What came of them.

    Attributes
    ----------
    again : tuple of Visit
        The places that were asked for, in their order.
    fresh : tuple of Visit
        A handful of probes of this check, and its estimates.
    data : mapping of str to nested lists
        The data, where they were simulated for a distribution class.
    left_out : str
        Why there is nothing fresh; empty otherwise.
    """

    again: tuple[Visit, ...] = ()
    fresh: tuple[Visit, ...] = ()
    data: Mapping[str, Nested] = field(default_factory=dict)
    left_out: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return this as JSON-ready dictionaries."""
        lists = {name: [visit.to_dict() for visit in getattr(self, name)] for name in ("again", "fresh")}
        return {**lists, "data": dict(self.data), "left_out": self.left_out}

    @classmethod
    def from_dict(cls, record: Any) -> "Visits":
        """Rebuild what `to_dict` wrote, or raise UsageError that names what is wrong."""
        again, fresh = (
            tuple(Visit.from_dict(visit) for visit in take(record, name, list)) for name in ("again", "fresh")
        )
        data = nested(take(record, "data", dict))
        return cls(again=again, fresh=fresh, data=data, left_out=take(record, "left_out", str))


def nested(values: Mapping[str, Any]) -> dict[str, Nested]:
    """Return arrays as they are written, or raise UsageError for the first that is no array of numbers."""
    for name, value in values.items():
        if not _is_array(value):
            raise UsageError(f"{name!r} is no array of numbers")
    return dict(values)


def _is_array(value: Any, depth: int = 0) -> bool:
    if isinstance(value, list):
        if depth == DEEPEST or not all(_is_array(item, depth + 1) for item in value):
            return False
        return len({_shape(item) for item in value}) <= 1
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < 2**63
    return isinstance(value, float) and math.isfinite(value)


def _shape(value: Any) -> tuple[int, ...]:
    return (len(value), *(_shape(value[0]) if value else ())) if isinstance(value, list) else ()


def _spelled(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _number(value: Any, name: str) -> float:
    if isinstance(value, str) and value not in ("nan", "inf", "-inf"):
        raise UsageError(f"{name!r} is {value!r}, not a number")
    return float(value)
