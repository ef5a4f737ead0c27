"""The forest plot: every scalar on one axis, in standard errors from its MLE."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nllcheck.comparison.digits import percent, say_of
from nllcheck.comparison.pictures.looks import GRID, LOSS, MAP, MLE, POSTERIOR, Look
from nllcheck.comparison.pictures.names import fitted
from nllcheck.comparison.pictures.sheet import Sheet, inches, mark_axis
from nllcheck.display import printable

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate, Interval

__all__ = ["forest"]

ROW = 0.36  # inches
ABOVE, BELOW = -0.22, 0.22  # of a row's middle, where the MAP is: the posterior, the MLE
NEAREST, FARTHEST = 2.6, 8.0  # ends of the axis, in standard errors
NAME = 26  # characters of a line of a name
NAMED = 4  # of those without an MLE


@dataclass(frozen=True, kw_only=True)
class Row:
    """Where a scalar has its 0, and what one step of the axis is."""

    estimate: "Estimate"
    centre: float
    unit: float

    def at(self, value: float | None) -> float:
        """Return the place of a value on the axis; nan for one that does not exist."""
        return math.nan if value is None else (value - self.centre) / self.unit

    def places(self) -> Iterator[float]:
        """Yield all places that are drawn."""
        estimate = self.estimate
        for ends in (estimate.interval, estimate.wald):
            yield from (self.at(ends.low), self.at(ends.high)) if ends is not None else ()
        yield from map(self.at, (estimate.map, estimate.mean, estimate.loss_minimizer))


def forest(comparison: "Comparison", estimates: "Sequence[Estimate]", title: str, note: str) -> Figure:
    """Draw credible intervals, MLE ± z·SE, MAP and minimiser of the loss, one row a scalar."""
    rows = [_row(estimate) for estimate in estimates]
    names = [fitted(estimate.label, NAME) for estimate in estimates]
    values = [_value(estimate) for estimate in estimates]
    sheet = Sheet(title=title, keys=_keys(comparison, estimates), note=f"{_note(estimates)} {note}".strip())
    left, right = (max(map(inches, texts)) + 0.2 for texts in (names, values))
    figure, axes = sheet.single(height=ROW * len(rows), left=left, right=right, below=0.2)
    limit = _limit(rows)
    _draw(axes, rows, limit)
    _frame(axes, names, values, limit)
    return figure


def _row(estimate: "Estimate") -> Row:
    centre = estimate.mean if estimate.mle is None else estimate.mle
    for unit in (estimate.standard_error, estimate.sd):
        if unit is not None and math.isfinite(unit) and unit > 0:
            return Row(estimate=estimate, centre=centre, unit=unit)
    return Row(estimate=estimate, centre=centre, unit=math.nan)


def _limit(rows: Sequence[Row]) -> float:
    places = [abs(place) for row in rows for place in row.places() if math.isfinite(place)]
    return min(max([NEAREST, *(1.06 * place for place in places)]), FARTHEST)


def _draw(axes: Axes, rows: Sequence[Row], limit: float) -> None:
    _intervals(axes, [(row, row.estimate.interval) for row in rows], ABOVE, limit, POSTERIOR)
    _intervals(axes, [(row, row.estimate.wald) for row in rows], BELOW, limit, MLE)
    for values, place, look in (
        ([row.estimate.mean for row in rows], ABOVE, POSTERIOR),
        ([row.estimate.map for row in rows], 0.0, MAP),
        ([row.estimate.mle for row in rows], BELOW, MLE),
        ([row.estimate.loss_minimizer for row in rows], BELOW, LOSS),
    ):
        places = [row.at(value) for row, value in zip(rows, values, strict=True)]
        _marks(axes, places, place, limit, look)


def _intervals(
    axes: Axes, ends: "Sequence[tuple[Row, Interval | None]]", place: float, limit: float, look: Look
) -> None:
    """Draw the intervals of one kind, cut at the ends of the axis, where arrows say so."""
    bars = []
    for y, (row, interval) in enumerate(ends):
        if interval is not None:
            low, high = (min(max(row.at(end), -limit), limit) for end in (interval.low, interval.high))
            if low < high:
                bars.append((y + place, low, high))
                for end in (interval.low, interval.high):
                    _arrow(axes, row.at(end), y + place, limit, look)
    if bars:
        look.bars(axes, *zip(*bars, strict=True))


def _marks(axes: Axes, places: Sequence[float], place: float, limit: float, look: Look) -> None:
    """Draw the markers of one kind; beyond the axis an arrow points to where it is."""
    inside = [x if abs(x) <= limit else math.nan for x in places]
    look.mark(axes, inside, [y + place for y in range(len(places))])
    for y, x in enumerate(places):
        _arrow(axes, x, y + place, limit, look)


def _arrow(axes: Axes, x: float, y: float, limit: float, look: Look) -> None:
    """Point to `x` from the end of the axis, if it lies beyond."""
    if abs(x) > limit:
        side, arrow = math.copysign(limit, x), ">" if x > 0 else "<"
        axes.plot([side], [y], marker=arrow, color=look.colour, markersize=6, clip_on=False)


def _frame(axes: Axes, names: Sequence[str], values: Sequence[str], limit: float) -> None:
    rows = range(len(names))
    axes.set_xlim(-limit, limit)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(rows, names)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color=GRID, linewidth=0.8, zorder=0)
    axes.hlines([y - 0.5 for y in rows[1:]], -limit, limit, colors="0.93", linewidth=0.6, zorder=0)
    for y, value in zip(rows, values, strict=True):
        axes.text(1.02, y, value, transform=axes.get_yaxis_transform(), va="center")
    mark_axis(axes, ticks=9)
    axes.set_xlabel("standard errors from the MLE", labelpad=2)


def _value(estimate: "Estimate") -> str:
    say: Callable[[float | None], str] = say_of(estimate)
    if estimate.mle is None:
        return f"({say(estimate.mean)} ± {say(estimate.sd)})"
    error = "" if estimate.standard_error is None else f" ± {say(estimate.standard_error)}"
    return f"{say(estimate.mle)}{error}"


def _keys(comparison: "Comparison", estimates: "Sequence[Estimate]") -> list[Artist]:
    z, share = NormalDist().inv_cdf(0.5 + comparison.settings.prob / 2), percent(comparison.settings.prob)
    keys: list[Artist] = [
        POSTERIOR.key(f"posterior: mean and {share} interval"),
        MLE.key(f"MLE ± {z:.3g} SE"),
        MAP.key("MAP", line=False),
    ]
    if comparison.loss is not None and any(estimate.loss_minimizer is not None for estimate in estimates):
        keys.append(LOSS.key(f"minimiser of {fitted(comparison.loss.name, 40, lines=1)}", line=False))
    return keys


def _note(estimates: "Sequence[Estimate]") -> str:
    note = "Right: MLE ± SE in the parameter's own unit."
    odd = [printable(estimate.label) for estimate in estimates if estimate.mle is None]
    if odd:
        more = ", …" if len(odd) > NAMED else ""
        names = f"{', '.join(odd[:NAMED])}{more}"
        note += f" In brackets, without an MLE ({names}): posterior mean ± sd, from which the axis counts."
    if any(estimate.mle is not None and estimate.standard_error is None for estimate in estimates):
        note += " Without a standard error the axis counts posterior sds."
    return note
