"""Explanations as findings: what the loss is, with the evidence, and what to do."""

from collections.abc import Iterator, Sequence

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.numerals import named
from nllcheck.evidence.values import Comparison
from nllcheck.relation import Relation
from nllcheck.result import Finding, Severity
from nllcheck.scene import Scene

__all__ = ["tell"]

AS_GOOD = 0.35  # how much dearer another explanation may be to be told as well


def tell(scene: Scene, found: Sequence[Explanation]) -> Iterator[Finding]:
    """Yield the findings of the cheapest explanation: the cause, and what is wrong besides."""
    if not found:
        return
    best = found[0]
    others = [other for other in found[1:] if other.cost <= best.cost + AS_GOOD and other.change]
    yield _cause(scene, best, others[:2])
    if "sign-flipped" in best.also:
        yield Finding(
            code="sign-flipped",
            severity=Severity.ERROR,
            message=f"Besides, {scene.loss.name} has the sign of the log-likelihood: minimising it minimises that.",
            advice="Return its negative.",
        )


def _cause(scene: Scene, best: Explanation, others: Sequence[Explanation]) -> Finding:
    parts = [_sentence(scene, best), best.reading, _equally(others)]
    return Finding(
        code=best.code,
        severity=Severity.ERROR,
        message=" ".join(part for part in parts if part),
        advice=best.advice,
        numbers={
            **best.numbers,
            "cost": best.cost,
            "also": list(best.also),
            "repaired": "" if best.repaired is None else str(best.repaired.relation),
            "residual": _residual(best.repaired),
            "n_probes": _count(best.repaired),
        },
    )


def _sentence(scene: Scene, best: Explanation) -> str:
    name = scene.loss.name
    if not best.change or best.repaired is None:
        return f"{name} is not the NLL of {scene.likelihood.name}."
    if best.is_family:
        return f"{name} is {best.change} ({_accuracy(best.repaired)})."
    what = _what(best.repaired, scene.likelihood.data.n_obs)
    return f"{name} is {what} {best.change} ({_tried(best.repaired)})."


def _what(repaired: Comparison, n: int) -> str:
    """Return what the loss is after the repair: "exactly the NLL", "the NLL × 1/n plus a constant"."""
    if repaired.relation is Relation.EQUAL:
        return "exactly the NLL"
    if repaired.relation is Relation.CONSTANT:
        return "the NLL up to a constant"
    assert repaired.fit is not None
    scale = float(repaired.fit.scale[0])
    minus = "minus " if repaired.flipped else ""
    if len(repaired.fit.scale) > 1 and float(np.ptp(repaired.fit.scale)) > 1e-9 * abs(scale):
        return f"{minus}a multiple of the NLL plus a constant (a = {abs(scale):.6g} here)"
    text = named(abs(scale), n, float(repaired.fit.uncertainty[0])) or f"{abs(scale):.6g}"
    return f"{minus}the NLL up to a constant" if text == "1" else f"{minus}the NLL × {text} up to a constant"


def _accuracy(repaired: Comparison) -> str:
    return f"residual {_residual(repaired):.2g} rounding errors over {_count(repaired)} probes"


def _tried(repaired: Comparison) -> str:
    """Say what holds after the repair, which was tried."""
    flipped = " with its sign turned" if repaired.flipped else ""
    return f"tried{flipped}: `{repaired.relation}`, {_accuracy(repaired)}"


def _equally(others: Sequence[Explanation]) -> str:
    if not others:
        return ""
    return "Equally exact: " + "; ".join(f"{other.change} ({other.code})" for other in others) + "."


def _residual(repaired: Comparison | None) -> float:
    return float("nan") if repaired is None or repaired.fit is None else repaired.fit.worst


def _count(repaired: Comparison | None) -> int:
    return 0 if repaired is None or repaired.table is None else len(repaired.table.loss)
