"""The profile plot: both sides along each parameter, one over the other, with both minimisers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nllcheck.report.page.axes import Axis, linear, pixel
from nllcheck.result import CheckResult, Curve
from nllcheck.story import scalars

__all__ = ["Mark", "Slice", "slices"]

WIDTH, HEIGHT = 220, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 8, 26
CHARACTER = 8.0  # pixels that a character of a label takes, with its share of the gap


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A minimiser in pixels; `beyond` is -1 or 1 where it lies outside to the left or right."""

    x: str
    beyond: int


@dataclass(frozen=True, kw_only=True)
class Slice:
    """The geometry of one panel.

    Attributes
    ----------
    name : str
    x, y : Axis
        The parameter, and nats above the centre.
    nll, loss : str
        Paths; the loss's is empty for a nuisance.
    model, minimiser : Mark or None
    says : str
        How the loss is scaled.
    alt : str
        The panel in a sentence.
    """

    name: str
    x: Axis
    y: Axis
    nll: str
    loss: str
    model: Mark | None
    minimiser: Mark | None
    says: str
    alt: str


def slices(result: CheckResult) -> list[Slice]:
    """Return a panel for each curve of the record that has something finite to show."""
    model = dict(scalars(result.estimates.get("model", {})))
    loss = dict(scalars(result.estimates.get("loss", {})))
    panels = (_slice(result, c, model.get(c.name), loss.get(c.name)) for c in result.curves)
    return [panel for panel in panels if panel is not None]


def _floats(array: Any) -> list[float]:
    return [float(value) for value in array]


def _slice(result: CheckResult, curve: Curve, model: float | None, minimiser: float | None) -> Slice | None:
    places, nll = _floats(curve.x), _above(_floats(curve.nll))
    known = result.relation in ("equal", "constant", "affine") and result.scale is not None
    loss = _above(_floats(curve.loss))
    scale = float(result.scale.value) if known and result.scale else _fitting(loss, nll)
    loss = [value / scale for value in loss]
    if not any(map(math.isfinite, nll)) or not any(map(math.isfinite, places)):
        return None
    x = linear(places, LEFT, WIDTH - RIGHT, count=3, character=CHARACTER)
    y = linear([*nll, *loss], HEIGHT - BOTTOM, TOP, count=3)
    return Slice(
        name=curve.name,
        x=x,
        y=y,
        nll=_path(places, nll, x, y),
        loss=_path(places, loss, x, y),
        model=_mark(model, x),
        minimiser=_mark(minimiser, x),
        says="scaled to the same range" if not known else "divided by a" if scale != 1 else "",
        alt=_alt(curve.name, model, minimiser, taken=bool(loss)),
    )


def _above(values: Sequence[float]) -> list[float]:
    """Return `values` less the one in the middle, where the line passes through the centre."""
    middle = values[len(values) // 2] if values else 0.0
    if not math.isfinite(middle):
        middle = min((value for value in values if math.isfinite(value)), default=0.0)
    return [value - middle for value in values]


def _fitting(loss: Sequence[float], nll: Sequence[float]) -> float:
    """Return the scale at which both have the same range; 1 where that is nothing."""
    spans = [
        max(finite) - min(finite) if (finite := [v for v in values if math.isfinite(v)]) else 0.0
        for values in (loss, nll)
    ]
    return spans[0] / spans[1] if 0 < spans[0] < math.inf and 0 < spans[1] < math.inf else 1.0


def _path(places: Sequence[float], values: Sequence[float], x: Axis, y: Axis) -> str:
    """Return a path through the finite points; it is broken where one is missing."""
    parts, pen = [], "M"
    for place, value in zip(places, values, strict=False):
        if not (math.isfinite(place) and math.isfinite(value)):
            pen = "M"
            continue
        parts.append(f"{pen}{pixel(x.at(place))} {pixel(y.at(value))}")
        pen = "L"
    return "".join(parts)


def _mark(value: float | None, x: Axis) -> Mark | None:
    if value is None or not math.isfinite(value):
        return None
    beyond = -1 if value < x.low else 1 if value > x.high else 0
    return Mark(x=pixel(x.at(value)), beyond=beyond)


def _alt(name: str, model: float | None, minimiser: float | None, *, taken: bool) -> str:
    said = [f"−log p {'and the loss ' if taken else ''}along {name}"]
    said += [f"−log p is smallest at {model:.6g}"] if model is not None else []
    said += [f"the loss at {minimiser:.6g}"] if minimiser is not None else []
    return "; ".join(said)
