"""What a baseline remembers of each claim, and how that is written as dictionaries and read back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nllcheck.errors import UsageError
from nllcheck.jsonio import take
from nllcheck.outcome import Outcome, Verdict
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Coefficient, Severity
from nllcheck.visits import STOPPED, Asked, Visit, nested

__all__ = ["Recorded", "remember"]

TIMED = frozenset({"proper-score"})  # notes that depend on how far a budget of time reaches
DIGITS, FEW = 9, 3  # significant digits of coefficients; of what is only a unit to measure in
RANKS = {
    severity.value: rank for rank, severity in enumerate((Severity.NOTE, Severity.WARNING, Severity.ERROR))
}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One claim as it was.

    Attributes
    ----------
    claimed : str
        The relation that was claimed.
    verdict : Verdict
    relation : Relation or None
        The one that was found; None where that was undecided.
    scale, offset : Coefficient or None
        Rounded: what moves less is seen at the probes.
    findings : mapping of str to str
        The severity of each code, the highest where it is there more than once.
    n_obs : int
    standard_errors : mapping of str to nested lists
        The unit in which estimates are compared.
    probes : tuple of Visit
        Both sides at a handful of probes and at the estimates, unrounded: the parameters must be the same.
    data : mapping of str to nested lists
        The data, where nllcheck had simulated them.
    left_out : str
        Why there are no probes.
    """

    claimed: str
    verdict: Verdict
    relation: Relation | None
    scale: Coefficient | None = None
    offset: Coefficient | None = None
    findings: Mapping[str, str] = field(default_factory=dict)
    n_obs: int = 0
    standard_errors: Mapping[str, Any] = field(default_factory=dict)
    probes: tuple[Visit, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    left_out: str = ""

    @property
    def asked(self) -> Asked:
        """What a later run is to evaluate again."""
        return Asked(places=self.probes, data=self.data)

    def to_dict(self) -> dict[str, Any]:
        """Return the block of this claim, JSON-ready."""
        return {
            "claimed": self.claimed,
            "verdict": self.verdict.value,
            "relation": None if self.relation is None else self.relation.value,
            "scale": _coefficient(self.scale),
            "offset": _coefficient(self.offset),
            "findings": dict(self.findings),
            "n_obs": self.n_obs,
            "standard_errors": dict(self.standard_errors),
            "probes": [probe.to_dict() for probe in self.probes],
            **({"data": dict(self.data)} if self.data else {}),
            **({"left_out": self.left_out} if self.left_out else {}),
        }

    @classmethod
    def from_dict(cls, record: Any) -> "Recorded":
        """Rebuild what `to_dict` wrote, or raise UsageError that names what is wrong."""
        unknown = set(record) - set(cls.__dataclass_fields__) if isinstance(record, dict) else ()
        if unknown:
            raise UsageError(f"the claim has an unknown key {min(unknown)!r}")
        relation = take(record, "relation", (str, type(None)))
        probes = tuple(Visit.from_dict(probe) for probe in take(record, "probes", list))
        if not all(probe.is_finite for probe in probes):
            raise UsageError("a probe holds a number that is not finite")
        return cls(
            claimed=Relation.parse(take(record, "claimed", str)),
            verdict=_verdict(take(record, "verdict", str)),
            relation=None if relation is None else Relation.parse(relation),
            scale=_read_coefficient(record, "scale"),
            offset=_read_coefficient(record, "offset"),
            findings=_findings(take(record, "findings", dict)),
            n_obs=take(record, "n_obs", int),
            standard_errors=nested(take(record, "standard_errors", dict)),
            probes=probes,
            data=nested(take(record, "data", dict)) if "data" in record else {},
            left_out=take(record, "left_out", str) if "left_out" in record else "",
        )


def remember(outcome: Outcome) -> Recorded | None:
    """Return what is to be remembered of an outcome; None where the claim was not evaluated."""
    result, visits = outcome.result, outcome.visits
    if result is None or visits is None:
        return None
    return Recorded(
        claimed=result.claimed.value,
        verdict=outcome.verdict,
        relation=result.relation,
        scale=_rounded(result.scale),
        offset=_rounded(result.offset),
        findings=severities(result),
        n_obs=result.n_obs,
        standard_errors=_finite(result.estimates.get("standard_error", {})),
        probes=tuple(_written(visit) for visit in visits.fresh if visit.kind != STOPPED),
        data=visits.data,
        left_out=visits.left_out,
    )


def severities(result: CheckResult) -> dict[str, str]:
    """Return the highest severity of each code among the findings, but for those that depend on the machine."""
    found: dict[str, str] = {}
    for finding in result.findings:
        if finding.code in TIMED:
            continue
        found[finding.code] = max(
            found.get(finding.code, "note"), finding.severity.value, key=RANKS.__getitem__
        )
    return dict(sorted(found.items()))


def _written(visit: Visit) -> Visit:
    """Round the floors up; the rest stays as it is."""
    return Visit(
        kind=visit.kind,
        parameters=visit.parameters,
        loss=visit.loss,
        nll=visit.nll,
        loss_floor=_up(visit.loss_floor),
        nll_floor=_up(visit.nll_floor),
    )


def _up(value: float) -> float:
    if not value > 0:
        return value
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / unit) * unit:.2g}")


def _finite(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arrays that are finite, rounded to a few digits."""
    values = {name: array.tolist() for name, array in arrays.items()}
    return {name: _few(value) for name, value in values.items() if _is_finite(value)}


def _is_finite(value: Any) -> bool:
    return all(map(_is_finite, value)) if isinstance(value, list) else math.isfinite(value)


def _few(value: Any) -> Any:
    return [_few(item) for item in value] if isinstance(value, list) else float(f"{value:.{FEW}g}")


def _rounded(coefficient: Coefficient | None) -> Coefficient | None:
    if coefficient is None or not math.isfinite(coefficient.value):
        return None
    value = float(f"{coefficient.value:.{DIGITS}g}") + 0.0  # + 0.0: no -0.0
    return Coefficient(value=value, name=coefficient.name, varies_with=coefficient.varies_with)


def _coefficient(coefficient: Coefficient | None) -> dict[str, Any] | None:
    if coefficient is None:
        return None
    varies = list(coefficient.varies_with)
    return {"value": coefficient.value, "name": coefficient.name, "varies_with": varies}


def _read_coefficient(record: Any, name: str) -> Coefficient | None:
    written = take(record, name, (dict, type(None)))
    if written is None:
        return None
    return Coefficient(
        value=float(take(written, "value", (int, float))),
        name=take(written, "name", (str, type(None))),
        varies_with=tuple(map(str, take(written, "varies_with", list))),
    )


def _verdict(text: str) -> Verdict:
    try:
        return Verdict(text)
    except ValueError:
        raise UsageError(f"{text!r} is no verdict") from None


def _findings(found: Mapping[str, Any]) -> dict[str, str]:
    for code, severity in found.items():
        if not isinstance(severity, str) or severity not in RANKS:
            raise UsageError(f"the finding {code!r} has the severity {severity!r}")
    return dict(found)
