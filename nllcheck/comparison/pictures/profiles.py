"""Loss and NLL along each parameter, one over the other, with both minimisers."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nllcheck.comparison.digits import percent
from nllcheck.comparison.pictures.looks import GRID, LOSS, NLL
from nllcheck.comparison.pictures.names import fitted
from nllcheck.comparison.pictures.sheet import COLUMNS, Sheet, ends, mark_axis

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate, LossSide

__all__ = ["has_profile", "profiles"]

HEIGHT = 1.15  # inches of a panel
HIGHEST = 8.0  # nats


def has_profile(estimate: "Estimate") -> bool:
    """Return whether the NLL was followed along this parameter."""
    return any(map(math.isfinite, estimate.curves.nll))


def profiles(comparison: "Comparison", estimates: "Sequence[Estimate]", title: str, note: str) -> Figure:
    """Draw what loss and NLL are above their least values; a loss a·N is divided by a."""
    sheet = Sheet(title=title, keys=_keys(comparison, estimates), note=f"{_told(comparison)} {note}".strip())
    figure, grid = sheet.panels([estimate.label for estimate in estimates], height=HEIGHT, left=0.42)
    height = NormalDist().inv_cdf(0.5 + comparison.settings.prob / 2) ** 2 / 2
    for axes, estimate in zip(grid, estimates, strict=True):
        _panel(axes, estimate, comparison.loss, height)
    for axes in grid[:: min(COLUMNS, len(grid))]:
        axes.set_ylabel("nats above the least", fontsize=7)
    return figure


def _panel(axes: Axes, estimate: "Estimate", loss_side: "LossSide | None", height: float) -> None:
    curves = estimate.curves
    loss = _in_nats(estimate, loss_side)
    NLL.draw(axes, curves.at, curves.nll)
    if loss:
        LOSS.draw(axes, curves.at, loss)
    top = min(max([1.4 * height, *(v for v in curves.nll if math.isfinite(v))]), HIGHEST)
    axes.axhline(height, color=GRID, linewidth=0.8, zorder=0)
    axes.set_ylim(-0.06 * top, top)
    axes.set_xlim(*ends(curves.at))
    mark_axis(axes)
    for value, look in ((estimate.mle, NLL), (estimate.loss_minimizer if loss else None, LOSS)):
        if value is not None and curves.at[0] <= value <= curves.at[-1]:
            look.mark(axes, [value], [0.0])


def _in_nats(estimate: "Estimate", loss: "LossSide | None") -> tuple[float, ...]:
    """Return the loss divided by its scale; one without a scale is stretched to the NLL's height."""
    curves, scale = estimate.curves, None if loss is None else loss.scale
    if scale is None or not (math.isfinite(scale) and scale > 0):
        scale = _highest(curves.loss) / _highest(curves.nll)
    return tuple(value / scale for value in curves.loss) if scale > 0 else ()


def _highest(values: Sequence[float]) -> float:
    return max((value for value in values if math.isfinite(value)), default=0.0) or math.nan


def _keys(comparison: "Comparison", estimates: "Sequence[Estimate]") -> list[Artist]:
    keys: list[Artist] = [NLL.key("NLL and the MLE")]
    loss = comparison.loss
    if loss is not None and any(estimate.curves.loss for estimate in estimates):
        keys.append(LOSS.key(fitted(f"{loss.name}{_divided(loss)}, and its minimiser", 90, lines=1)))
    return keys


def _told(comparison: "Comparison") -> str:
    share = percent(comparison.settings.prob)
    return f"The other parameters are held. The line is the height at which a {share} interval of the likelihood ends."


def _divided(loss: "LossSide") -> str:
    """Say what was done to the loss so that it can be laid over the NLL."""
    if loss.scale is None:
        return ", stretched to the NLL's height"
    return "" if loss.scale == 1.0 else f", divided by {loss.scale_name or f'{loss.scale:.4g}'}"
