"""The record of one check: frozen, complete, and the same after a round trip through JSON."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

import numpy as np

from nllcheck import story
from nllcheck.errors import UsageError
from nllcheck.relation import Relation

__all__ = [
    "SCHEMA",
    "CheckResult",
    "Coefficient",
    "Curve",
    "Evidence",
    "Finding",
    "Probe",
    "Severity",
    "Status",
]

SCHEMA = 1


class Severity(StrEnum):
    """What a finding does to a claim: an error fails it, a warning only under --strict."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Status(StrEnum):
    """The answer to one question about a claim."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    NOT_APPLICABLE = "not applicable"
    UNDECIDED = "undecided"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that nllcheck has to say about a claim.

    Attributes
    ----------
    code : str
        Stable name, such as ``"sign-flipped"``.
    severity : Severity
    message : str
        A sentence with its numbers, as a colleague would say it.
    advice : str
        What to do about it; may be empty.
    numbers : mapping
        The evidence in machine form: numbers, strings and lists of them.
    """

    code: str
    severity: Severity
    message: str
    advice: str = ""
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One question asked about a claim: contract, values, minimizer, gradient or edges.

    `summary` is a phrase: what agrees, or why there is no answer. `numbers` holds what was measured.
    """

    question: str
    status: Status
    summary: str
    numbers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Coefficient:
    """The scale a or the offset c of L = a·N + c.

    Attributes
    ----------
    value : float
        At the reference point (the data given, the nuisances at their estimates).
    name : str or None
        Such as ``"1/n"`` or ``"2σ²/n"``; given only if it held while everything in it varied.
    varies_with : tuple of str
        What the value depends on: nuisances by their names, ``"n"``, ``"y"``.
    """

    value: float
    name: str | None = None
    varies_with: tuple[str, ...] = ()

    def __float__(self) -> float:
        return float(self.value)


@dataclass(frozen=True, kw_only=True)
class Probe:
    """A point at which both sides were evaluated.

    Attributes
    ----------
    kind : str
        ``"near"`` or ``"far"`` from the optimum.
    data : str
        ``"given"`` or ``"simulated 1"``, …
    parameters : mapping of str to array
        Free parameters on their constrained scale.
    loss, nll, floor, residual : float
        L; N in nats; the rounding error of L − a·N − c at this probe; and L − a·N − c itself.
    """

    kind: str
    data: str
    parameters: Mapping[str, Any]
    loss: float
    nll: float
    floor: float
    residual: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Curve:
    """Both sides along one parameter, the others held at the model's estimates.

    Attributes
    ----------
    name : str
        As printed, such as ``"beta[0]"``.
    x : array, shape (n_points,)
        The parameter, ascending unless its transform turns it round; on the constrained scale.
    nll, loss : array, shape (n_points,)
        N in nats, and L; `loss` is empty for a nuisance, which the loss does not take.
    centre : float
        The x at which the line passes through the model's estimates.
    """

    name: str
    x: Any
    nll: Any
    loss: Any
    centre: float


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckResult:
    """Everything that one check found; ``print(result)`` tells the story.

    Attributes
    ----------
    name, loss, model : str
        The claim's name; the loss's and the model's names.
    of : str
        ``"likelihood"``, ``"posterior"`` or the names of the observed variables.
    claimed, relation : Relation
        The relation that was claimed and the one found; `relation` is None when undecided.
    because : tuple of str
        For a claim of ``different``: the codes of which one must come first among the errors.
    holds : bool
    undecided : str
        Why no verdict was possible; empty when there is one.
    scale, offset : Coefficient or None
        a and c of L = a·N + c, where the relation is affine or tighter.
    given : mapping of str to str or number
        Nuisance parameters and how they were treated: ``"fixed"`` (held at several values, one at a
        time), the value at which `given=` fixed them, or ``"profiled"``.
    arguments : mapping of str to str
        Each argument of the loss and what was injected.
    n_obs : int
        Number of observations.
    evidence : tuple of Evidence
    findings : tuple of Finding
        Errors first.
    estimates : mapping
        ``"model"`` (MLE or MAP), ``"loss"`` (its minimiser), ``"standard_error"``, each
        ``{variable name: array}`` on the constrained scale.
    probes : tuple of Probe
    curves : tuple of Curve
        Of the first parameters, where they were asked for; none for large data.
    code : mapping of str to str
        The source of ``"model"`` and ``"loss"``, where it can be read.
    note : str
        The first paragraph of the loss's docstring.
    source : str
        ``"file:line"`` of the claim, where known.
    seconds : float
    versions : mapping of str to str
    seed : int
    """

    name: str
    loss: str
    model: str
    of: str
    claimed: Relation
    relation: Relation | None
    holds: bool
    because: tuple[str, ...] = ()
    undecided: str = ""
    scale: Coefficient | None = None
    offset: Coefficient | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)
    n_obs: int = 0
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    estimates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    probes: tuple[Probe, ...] = ()
    curves: tuple[Curve, ...] = ()
    code: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    source: str = ""
    seconds: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    def __str__(self) -> str:
        return story.story(self)

    def _repr_html_(self) -> str:
        return story.html(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CheckResult) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.name, self.loss, self.model, self.claimed, self.relation, self.seed))

    def errors(self) -> tuple[Finding, ...]:
        """Return the findings of severity error."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)

    def warnings(self) -> tuple[Finding, ...]:
        """Return the findings of severity warning."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON-ready dictionaries; non-finite numbers become strings."""
        run = ("seconds", "versions")
        body = {f.name: _encode(getattr(self, f.name)) for f in fields(self) if f.name not in run}
        return {"schema": SCHEMA, **body, "run": {name: _encode(getattr(self, name)) for name in run}}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "CheckResult":
        """Rebuild the record that `to_dict` wrote, or raise UsageError that names what is wrong."""
        if record.get("schema") != SCHEMA:
            raise UsageError(f"this record has schema {record.get('schema')!r}; this nllcheck reads {SCHEMA}")
        try:
            values = {**record, **record["run"]}
            del values["schema"], values["run"]
            return cls(**{name: _decode_field(name, value) for name, value in values.items()})
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(f"this is no record of a check: {error}") from error


def _encode(value: Any) -> Any:
    """Turn a field into what JSON can hold."""
    match value:
        case StrEnum():
            return value.value
        case None | bool() | str() | int():
            return value
        case float() | np.floating():
            return float(value) if math.isfinite(value) else str(float(value))
        case np.bool_() | np.integer():
            return value.item()
        case np.ndarray():
            return _encode(value.tolist())
        case Mapping():
            return {str(key): _encode(item) for key, item in value.items()}
        case list() | tuple():
            return [_encode(item) for item in value]
        case Finding() | Evidence() | Coefficient() | Probe() | Curve():
            return {f.name: _encode(getattr(value, f.name)) for f in fields(value)}
    raise TypeError(f"a record cannot hold a {type(value).__name__}")


def _decode(value: Any) -> Any:
    """Undo `_encode` inside mappings of numbers."""
    match value:
        case "nan" | "inf" | "-inf":
            return float(value)
        case dict():
            return {key: _decode(item) for key, item in value.items()}
        case list():
            return [_decode(item) for item in value]
    return value


def _decode_array(value: Any) -> Any:
    return np.asarray(_decode(value))


def _decode_coefficient(value: Any) -> Coefficient | None:
    if value is None:
        return None
    return Coefficient(
        value=float(value["value"]), name=value["name"], varies_with=tuple(value["varies_with"])
    )


def _decode_finding(value: Any) -> Finding:
    return Finding(**{**value, "severity": Severity(value["severity"]), "numbers": _decode(value["numbers"])})


def _decode_evidence(value: Any) -> Evidence:
    return Evidence(**{**value, "status": Status(value["status"]), "numbers": _decode(value["numbers"])})


def _decode_probe(value: Any) -> Probe:
    numbers = {name: float(value[name]) for name in ("loss", "nll", "floor", "residual")}
    parameters = {name: _decode_array(array) for name, array in value["parameters"].items()}
    return Probe(**{**value, **numbers, "parameters": parameters})


def _decode_curve(value: Any) -> Curve:
    arrays = {name: _decode_array(value[name]) for name in ("x", "nll", "loss")}
    return Curve(**{**value, **arrays, "centre": float(value["centre"])})


def _decode_field(name: str, value: Any) -> Any:
    """Undo `_encode` for the field called `name`."""
    match name:
        case "claimed":
            return Relation(value)
        case "relation":
            return None if value is None else Relation(value)
        case "because":
            return tuple(value)
        case "scale" | "offset":
            return _decode_coefficient(value)
        case "evidence":
            return tuple(_decode_evidence(item) for item in value)
        case "findings":
            return tuple(_decode_finding(item) for item in value)
        case "probes":
            return tuple(_decode_probe(item) for item in value)
        case "curves":
            return tuple(_decode_curve(item) for item in value)
        case "estimates":
            return {
                kind: {key: _decode_array(array) for key, array in arrays.items()}
                for kind, arrays in value.items()
            }
        case "given":
            return _decode(value)
        case "seconds":
            return float(value)
    return value
