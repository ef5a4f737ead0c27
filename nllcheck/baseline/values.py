"""Values and estimates of a claim against those that were recorded."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nllcheck.baseline.numbers import Change, allowed, apart, scalars
from nllcheck.baseline.record import Recorded
from nllcheck.drift import Difference
from nllcheck.result import CheckResult
from nllcheck.visits import MINIMISER, MODEL, STOPPED, Visit, Visits

__all__ = ["estimates", "values"]

SIDES = {"loss": "the loss", "likelihood": "−log p of the model"}
FIELDS = {"loss": "loss", "likelihood": "nll"}
# Standard errors: the minimiser of the loss comes from a search by differences, which ends about so close to it.
SEARCHED = 1e-3
Pair = tuple[Visit, Visit]


def values(claim: str, before: Recorded, visits: Visits | None) -> Iterator[Difference]:
    """Yield what has changed at the recorded probes: at most one difference a side."""
    if not before.probes:
        return
    if visits is None or len(visits.again) != len(before.probes):
        message = "the recorded probes were not evaluated"
        yield Difference(claim=claim, what="likelihood", message=message)
        return
    pairs = list(zip(before.probes, visits.again, strict=True))
    misfits = [visit.problem for _, visit in pairs if visit.problem and math.isnan(visit.nll)]
    if misfits:
        message = f"the recorded probes cannot be evaluated: {misfits[0]}"
        yield Difference(claim=claim, what="likelihood", message=message)
        return
    for what in SIDES:
        yield from _side(claim, what, pairs)


def _side(claim: str, what: str, pairs: Sequence[Pair]) -> Iterator[Difference]:
    name = FIELDS[what]
    changes = [
        (pair, change)
        for pair in pairs
        if (change := apart(*(getattr(visit, part) for part in (name, f"{name}_floor") for visit in pair)))
    ]
    if not changes:
        return
    (_, visit), worst = max(changes, key=lambda found: _size(found[1]))
    where = f"{len(changes)} of {len(pairs)} recorded probes" if len(pairs) > 1 else "the recorded probe"
    how = (
        f" ({visit.problem})"
        if visit.problem and what == "loss"
        else _pattern([c for _, c in changes], pairs)
    )
    yield Difference(
        claim=claim,
        what=what,
        message=f"{SIDES[what]} has changed at {where}{how}; most {_place(visit)}",
        before=worst.before,
        after=worst.after,
        ulps=worst.ulps,
        floors=worst.floors,
    )


def _size(change: Change) -> float:
    return change.floors if not math.isnan(change.floors) else math.inf


def _pattern(changes: Sequence[Change], pairs: Sequence[Pair]) -> str:
    """Return what all values have in common: the same factor, or the same summand."""
    if len(changes) < 2 or len(changes) < len(pairs):
        return ""
    shifts = [change.after - change.before for change in changes]
    factors = [change.after / change.before if change.before else math.nan for change in changes]
    if _alike(factors, [factor - 1 for factor in factors]):
        return f", × {_factor(factors[0])} at each"
    return f", by {shifts[0]:+.4g} at each" if _alike(shifts, shifts) else ""


def _alike(numbers: Sequence[float], sizes: Sequence[float]) -> bool:
    return max(numbers) - min(numbers) <= 1e-3 * min(map(abs, sizes))


def _factor(factor: float) -> str:
    return (
        f"{factor:.6g}"
        if abs(factor - 1) > 1e-4
        else f"(1 {'+' if factor > 1 else '−'} {abs(factor - 1):.2g})"
    )


def _place(visit: Visit) -> str:
    """Return where a probe is, in a few words."""
    if visit.kind in (MODEL, MINIMISER):
        return f"at the recorded {'estimate' if visit.kind == MODEL else 'minimiser of the loss'}"
    numbers = [pair for name, value in visit.parameters.items() for pair in scalars(name, value)]
    told = ", ".join(f"{name} = {value:.4g}" for name, value in numbers[:3])
    return f"at {told}{', …' if len(numbers) > 3 else ''}"


def estimates(
    claim: str, before: Recorded, result: CheckResult, visits: Visits | None, tolerance: float
) -> Iterator[Difference]:
    """Yield the estimates that have moved by more than rounding, and by more than `tolerance` standard errors.

    Two estimates are the same where what they minimise cannot tell them apart: the distance is the root deviance
    √(2ΔN), defined at kinks, edges and along flat directions too, and standard errors where N is smooth.
    """
    for what, side in ((MODEL, "likelihood"), (MINIMISER, "loss")):
        recorded, again = _of_kind(before.probes, what), _of_kind(visits.again if visits else (), what)
        now = _of_kind(visits.fresh if visits else (), what, *([STOPPED] if what == MINIMISER else []))
        noun = "the estimate" if what == MODEL else "the minimiser of the loss"
        if recorded and not now:
            why = visits.left_out if visits and visits.left_out else "none was found"
            yield Difference(claim=claim, what=what, message=f"{noun} is gone: {why}")
        elif now and not recorded and before.probes and what == MODEL:
            yield Difference(claim=claim, what=what, message=f"{noun} is found now", fails=False)
        elif recorded and now and again and not again.problem:
            yield from _moved(claim, what, noun, side, before, again, now, result, tolerance)


def _of_kind(visits: Sequence[Visit], *kinds: str) -> Visit | None:
    return next((visit for visit in visits if visit.kind in kinds), None)


def _moved(
    claim: str,
    what: str,
    noun: str,
    side: str,
    before: Recorded,
    then: Visit,
    now: Visit,
    result: CheckResult,
    tolerance: float,
) -> Iterator[Difference]:
    name = FIELDS[side]
    rise = abs(getattr(then, name) - getattr(now, name))
    if rise <= allowed(getattr(then, f"{name}_floor"), getattr(now, f"{name}_floor")):
        return
    scale = 1.0 if what == MODEL else float(result.scale) if result.scale else math.nan
    moves = _moves(then.parameters, now.parameters, before.standard_errors)
    label, old, new, errors = max(moves, key=lambda move: move[3] if not math.isnan(move[3]) else -1.0)
    distance = math.sqrt(2 * rise / scale) if scale > 0 else errors
    if distance <= max(tolerance, 0.0 if what == MODEL else SEARCHED):
        return
    yield Difference(
        claim=claim,
        what=what,
        message=f"{noun} has moved by {distance:.2g} standard errors, most in {label}",
        before=old,
        after=new,
        ulps=abs(new - old) / math.ulp(old),
    )


def _moves(
    old: Mapping[str, Any], new: Mapping[str, Any], errors: Mapping[str, Any]
) -> list[tuple[str, float, float, float]]:
    """Return each scalar with both values and its move in standard errors; nan where there are none."""
    flat = [
        {label: v for name, value in side.items() for label, v in scalars(name, value)}
        for side in (old, new, errors)
    ]
    return [
        (
            label,
            value,
            flat[1][label],
            abs(flat[1][label] - value) / flat[2][label] if flat[2].get(label) else math.nan,
        )
        for label, value in flat[0].items()
        if label in flat[1]
    ]
