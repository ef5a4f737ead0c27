"""A parameter is another in one of the places where the likelihood uses it: a square lost in one denominator."""

from collections.abc import Iterator

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.one_use import USES, Use, is_close, probes_of_uses
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.evidence.values import Comparison
from nllcheck.likelihood.occurrences import Occurrences, occurrences_of
from nllcheck.probes import Point
from nllcheck.rounding import EPS

__all__ = ["replaced_in_one_place"]

FEW = 4  # probes of the quick test
SHORT = tuple(use for use in USES if not use.epsilon) + tuple(
    use for use in USES if use.text in ("{x} + 0.001", "{x} + 1e-06", "{x} + 1e-08", "{x} + 0.5")
)
COST = 1.3
MULTIPLES = (
    "2*{x}",
    "{x}/2",
    "-{x}",
)  # in one place these are another coefficient of a term, which reads better


def replaced_in_one_place(panel: Panel) -> Iterator[Explanation]:
    """Yield replacements of one parameter in one of its places in N that make it the loss."""
    likelihood = panel.scene.likelihood
    points = probes_of_uses(panel)
    if likelihood.is_large or likelihood.is_posterior or not points or not likelihood.observed:
        return
    places = occurrences_of(likelihood, panel.scene.loss.reads)
    loss = np.array([panel.scene.sample(p).loss for p in points])
    for number, place in enumerate(places.places):
        for use in SHORT:
            if not panel.has_time:
                return
            if not _explains(panel, places, number, use, points, loss):
                continue
            repaired = _judged(panel, places, number, use)
            if repaired is not None:
                yield _told(place.name, place.within, use, repaired)
                return


def _explains(
    panel: Panel, places: Occurrences, number: int, use: Use, points: list[Point], loss: np.ndarray
) -> bool:
    """Ask at a few probes, then at some more, whether the changed N is the loss."""
    nll: list[float] = []
    for count in (FEW, len(points)):
        nll += [_nll(panel, places, number, use, p) for p in points[len(nll) : count]]
        if not np.isfinite(nll).all() or not is_close(panel, loss[: len(nll)], np.array(nll)):
            return False
    return True


def _nll(
    panel: Panel, places: Occurrences, number: int, use: Use | None, point: Point, ulps: float = 0.0
) -> float:
    """Return N at a probe with another value in one place, moved by some units in the last place."""
    named = panel.scene.prober.values(point)
    value = np.asarray(named[places.places[number].name], dtype=float)
    value = value + ulps * np.spacing(np.abs(value))
    with np.errstate(all="ignore"):
        used = value if use is None else use.apply(value)
    data = panel.scene.prober.settings[point.setting].data
    return places.evaluate(point.x, data, named, {number: used})


def _judged(panel: Panel, places: Occurrences, number: int, use: Use) -> Comparison | None:
    """Judge L against the changed N to rounding, at all probes where that is finite."""
    table = panel.table
    points = [sample.point for sample in table.samples]
    nll = np.array([_nll(panel, places, number, use, p) for p in points])
    moved = np.array([_nll(panel, places, number, use, p, ulps=1.0) for p in points])
    sizes = np.array([p.size for p in points])
    floor = table.nll_floor + np.abs(moved - nll) + 16 * EPS * (sizes + np.abs(nll))
    kept = np.isfinite(nll) & np.isfinite(floor)
    if np.count_nonzero(kept) < len(kept) // 2:
        return None
    judged = table.against(nll, floor, kept)
    return panel.affine(panel.scene, judged, len(table.loss))


def _told(name: str, within: str, use: Use, repaired: Comparison) -> Explanation:
    text = use.text.format(x=name)
    where = f", in `{within}`" if within else ""
    left_out = "{x}" not in use.text  # a constant stands where the parameter should
    return Explanation(
        code="missing-term" if left_out else "argument-transformed",
        cost=COST + 0.2 * (use.text in MULTIPLES),
        change=(
            f"without `{name}` in one of its places, {text} there{where}"
            if left_out
            else f"but for `{text}` in one of the places of `{name}`{where}"
        ),
        reading="Everywhere else it uses it as the likelihood does.",
        advice=f"Use `{name}` there too.",
        repaired=repaired,
        key=f"use {name}",
        numbers={"argument": name, "used": text, "within": within},
    )
