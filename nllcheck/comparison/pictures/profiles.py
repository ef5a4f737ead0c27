"""Loss and NLL along each parameter, one over the other, with both minimisers."""

import math
from collections.abc import Sequence
from statistics import NormalDist

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nllcheck.comparison.digits import percent
from nllcheck.comparison.pictures.canvas import COLUMNS, GRID, LOSS, NLL, fitted, legend, panels
from nllcheck.comparison.record import Comparison, Estimate, LossSide

__all__ = ["has_profile", "profiles"]

HEIGHT = 1.75  # inches a row of panels
HIGHEST = 8.0  # nats


def has_profile(estimate: Estimate) -> bool:
    """Return whether the NLL was followed along this parameter."""
    return any(map(math.isfinite, estimate.curves.nll))


def profiles(comparison: Comparison, estimates: Sequence[Estimate], title: str, note: str) -> Figure:
    """Draw what loss and NLL are above their least values; a loss a·N is divided by a."""
    figure, grid = panels(title, [estimate.label for estimate in estimates], height=HEIGHT)
    height = NormalDist().inv_cdf(0.5 + comparison.settings.prob / 2) ** 2 / 2
    scale = None if comparison.loss is None else comparison.loss.scale
    for axes, estimate in zip(grid, estimates, strict=True):
        _panel(axes, estimate, scale, height)
    for axes in grid[::COLUMNS]:
        axes.set_ylabel("nats above the least")
    _explain(figure, comparison, estimates, note)
    return figure


def _panel(axes: Axes, estimate: Estimate, scale: float | None, height: float) -> None:
    curves = estimate.curves
    loss = _in_nats(estimate, scale)
    NLL.draw(axes, curves.at, curves.nll)
    if loss:
        LOSS.draw(axes, curves.at, loss)
    top = min(max([1.4 * height, *(v for v in curves.nll if math.isfinite(v))]), HIGHEST)
    axes.axhline(height, color=GRID, linewidth=0.8, zorder=0)
    axes.set_ylim(-0.06 * top, top)
    axes.set_xlim(curves.at[0], curves.at[-1])
    for value, look in ((estimate.mle, NLL), (estimate.loss_minimizer if loss else None, LOSS)):
        if value is not None and curves.at[0] <= value <= curves.at[-1]:
            look.mark(axes, value, 0)


def _in_nats(estimate: Estimate, scale: float | None) -> tuple[float, ...]:
    """Return the loss divided by its scale; one without a scale is stretched to the NLL's height."""
    curves = estimate.curves
    if scale is None or not (math.isfinite(scale) and scale > 0):
        scale = _highest(curves.loss) / _highest(curves.nll)
    return tuple(value / scale for value in curves.loss) if scale > 0 else ()


def _highest(values: Sequence[float]) -> float:
    return max((value for value in values if math.isfinite(value)), default=0.0) or math.nan


def _explain(figure: Figure, comparison: Comparison, estimates: Sequence[Estimate], note: str) -> None:
    keys = [NLL.key("NLL and the MLE")]
    loss = comparison.loss
    if loss is not None and any(estimate.curves.loss for estimate in estimates):
        keys.append(LOSS.key(fitted(f"{loss.name}{_divided(loss)}, and its minimiser", 90, lines=1)))
    told = "The other parameters are held. "
    told += f"The line marks the height at which a {percent(comparison.settings.prob)} interval of the likelihood ends."
    legend(figure, keys, f"{told} {note}")


def _divided(loss: LossSide) -> str:
    """Say what was done to the loss so that it can be laid over the NLL."""
    if loss.scale is None:
        return ", stretched to the NLL's height"
    return "" if loss.scale == 1.0 else f", divided by {loss.scale_name or f'{loss.scale:.4g}'}"
