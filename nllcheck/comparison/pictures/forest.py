"""The forest plot: every scalar on one axis, in standard errors from its MLE."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nllcheck.comparison.digits import percent, say_of
from nllcheck.comparison.pictures.canvas import (
    GRID,
    LOSS,
    MAP,
    MLE,
    POSTERIOR,
    Look,
    canvas,
    fitted,
    legend,
    numeric_axis,
)
from nllcheck.comparison.record import Comparison, Estimate, Interval
from nllcheck.display import printable

__all__ = ["forest"]

ROW = 0.36  # inches
ABOVE, BELOW = -0.22, 0.22  # of a row's middle, where the MAP is: the posterior, the MLE
NEAREST, FARTHEST = 2.6, 8.0  # ends of the axis, in standard errors
NAME = 26  # characters of a line of a name


@dataclass(frozen=True, kw_only=True)
class Row:
    """Where a scalar has its 0, and what one step of the axis is."""

    estimate: Estimate
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


def forest(comparison: Comparison, estimates: Sequence[Estimate], title: str, note: str) -> Figure:
    """Draw credible intervals, MLE ± z·SE, MAP and minimiser of the loss, one row a scalar."""
    rows = [_row(estimate) for estimate in estimates]
    figure = canvas(title, 1.4 + ROW * len(rows))
    axes = figure.subplots()
    limit = _limit(rows)
    for y, row in enumerate(rows):
        _draw(axes, row, y, limit)
    _frame(axes, rows, limit)
    _explain(figure, comparison, rows, note)
    return figure


def _row(estimate: Estimate) -> Row:
    centre = estimate.mean if estimate.mle is None else estimate.mle
    for unit in (estimate.standard_error, estimate.sd):
        if unit is not None and math.isfinite(unit) and unit > 0:
            return Row(estimate=estimate, centre=centre, unit=unit)
    return Row(estimate=estimate, centre=centre, unit=math.nan)


def _limit(rows: Sequence[Row]) -> float:
    places = [abs(place) for row in rows for place in row.places() if math.isfinite(place)]
    return min(max([NEAREST, *(1.06 * place for place in places)]), FARTHEST)


def _draw(axes: Axes, row: Row, y: int, limit: float) -> None:
    estimate = row.estimate
    _interval(axes, row, estimate.interval, y + ABOVE, limit, POSTERIOR)
    _interval(axes, row, estimate.wald, y + BELOW, limit, MLE)
    for value, place, look in (
        (estimate.mean, y + ABOVE, POSTERIOR),
        (estimate.map, y, MAP),
        (estimate.mle, y + BELOW, MLE),
        (estimate.loss_minimizer, y + BELOW, LOSS),
    ):
        _mark(axes, row.at(value), place, limit, look)


def _interval(axes: Axes, row: Row, ends: Interval | None, y: float, limit: float, look: Look) -> None:
    if ends is None:
        return
    low, high = (min(max(row.at(end), -limit), limit) for end in (ends.low, ends.high))
    if low < high:
        look.draw(axes, [low, high], [y, y])


def _mark(axes: Axes, x: float, y: float, limit: float, look: Look) -> None:
    """Draw a marker; beyond the axis an arrow points to where it is."""
    if abs(x) <= limit or math.isnan(x):
        look.mark(axes, x, y)
    else:
        side = math.copysign(limit, x)
        axes.plot([side], [y], marker=">" if x > 0 else "<", color=look.colour, markersize=6, clip_on=False)


def _frame(axes: Axes, rows: Sequence[Row], limit: float) -> None:
    axes.set_xlim(-limit, limit)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [fitted(row.estimate.label, NAME) for row in rows])
    axes.axvline(0, color=GRID, linewidth=0.8, zorder=0)
    for y in range(1, len(rows)):
        axes.axhline(y - 0.5, color="0.93", linewidth=0.6, zorder=0)
    numeric_axis(axes, ticks=9)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("standard errors from the MLE")
    values = axes.secondary_yaxis("right")
    values.set_yticks(range(len(rows)), [_value(row.estimate) for row in rows])
    values.tick_params(length=0)
    values.spines["right"].set_visible(False)


def _value(estimate: Estimate) -> str:
    say: Callable[[float | None], str] = say_of(estimate)
    if estimate.mle is None:
        return f"({say(estimate.mean)} ± {say(estimate.sd)})"
    error = "" if estimate.standard_error is None else f" ± {say(estimate.standard_error)}"
    return f"{say(estimate.mle)}{error}"


def _explain(figure: Figure, comparison: Comparison, rows: Sequence[Row], note: str) -> None:
    z = NormalDist().inv_cdf(0.5 + comparison.settings.prob / 2)
    shares = percent(comparison.settings.prob)
    keys = [
        POSTERIOR.key(f"posterior: mean and {shares} interval"),
        MLE.key(f"MLE ± {z:.3g} SE"),
        MAP.key("MAP", line=False),
    ]
    if comparison.loss is not None and any(row.estimate.loss_minimizer is not None for row in rows):
        keys.append(LOSS.key(f"minimiser of {fitted(comparison.loss.name, 30, lines=1)}", line=False))
    legend(figure, keys, f"{_note(rows)} {note}")


def _note(rows: Sequence[Row]) -> str:
    note = "Right: MLE ± SE in the parameter's own unit."
    odd = [row.estimate for row in rows if row.estimate.mle is None]
    if odd:
        names = ", ".join(printable(estimate.label) for estimate in odd[:4])
        note += f" In brackets, without an MLE ({names}): posterior mean ± sd, and the axis counts those."
    if any(row.estimate.mle is not None and row.estimate.standard_error is None for row in rows):
        note += " Without a standard error the axis counts posterior sds."
    return note
