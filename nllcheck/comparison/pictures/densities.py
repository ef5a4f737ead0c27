"""Posterior density, the Gaussian of the MLE and the prior, a panel a scalar."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from nllcheck.comparison.digits import percent
from nllcheck.comparison.pictures.looks import LOSS, MAP, MLE, POSTERIOR, PRIOR
from nllcheck.comparison.pictures.sheet import Sheet, ends, mark_axis

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate

__all__ = ["densities", "has_density"]

HEIGHT = 1.15  # inches of a panel
FILL = "#CFE3F1"
POINTS = 64  # of the Gaussian
POSTERIOR_BAR, MLE_BAR, FLOOR = -0.08, -0.19, -0.27  # below the densities, as shares of their height


def has_density(estimate: "Estimate") -> bool:
    """Return whether there is a posterior density to draw."""
    return any(math.isfinite(density) and density > 0 for density in estimate.curves.posterior)


def densities(comparison: "Comparison", estimates: "Sequence[Estimate]", title: str, note: str) -> Figure:
    """Draw the densities over the constrained scale, with both intervals below them."""
    sheet = Sheet(title=title, keys=_keys(comparison, estimates), note=note)
    figure, grid = sheet.panels([estimate.label for estimate in estimates], height=HEIGHT, left=0.12)
    for axes, estimate in zip(grid, estimates, strict=True):
        _panel(axes, estimate)
    return figure


def _keys(comparison: "Comparison", estimates: "Sequence[Estimate]") -> list[Artist]:
    share, z = percent(comparison.settings.prob), NormalDist().inv_cdf(0.5 + comparison.settings.prob / 2)
    keys: list[Artist] = [
        Patch(facecolor=FILL, edgecolor=POSTERIOR.colour, linewidth=1.2, label="posterior"),
        MLE.key("Gaussian of the MLE", marker=False),
    ]
    keys += [PRIOR.key("prior", marker=False)] if any(e.curves.prior for e in estimates) else []
    keys += [
        POSTERIOR.key(f"mean, {share} interval"),
        MLE.key(f"MLE ± {z:.3g} SE"),
        MAP.key("MAP", line=False),
    ]
    if any(estimate.loss_minimizer is not None for estimate in estimates):
        keys.append(LOSS.key("minimiser of the loss", line=False))
    return keys


def _panel(axes: Axes, estimate: "Estimate") -> None:
    curves = estimate.curves
    low, high = _reach(estimate)
    across = [low + (high - low) * i / (POINTS - 1) for i in range(POINTS)]
    gaussian = _gaussian(estimate, across)
    top = max(v for v in (*curves.posterior, *gaussian) if math.isfinite(v))
    axes.fill_between(curves.x, 0, curves.posterior, color=FILL, linewidth=0, zorder=0)
    axes.plot(curves.x, curves.posterior, color=POSTERIOR.colour, linewidth=1.2)
    for look, x, density in ((PRIOR, curves.x, curves.prior), (MLE, across, gaussian)):
        if density:
            look.draw(axes, x, density)
    axes.set_ylim(FLOOR * top, 1.08 * top)  # a prior that is higher leaves through the top
    axes.set_xlim(low, high)
    axes.axhline(0, color="0.6", linewidth=0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    mark_axis(axes)
    _bars(axes, estimate, top)


def _bars(axes: Axes, estimate: "Estimate", top: float) -> None:
    """Draw both intervals and the points; what lies beyond the panel is cut."""
    for interval, place, look in (
        (estimate.interval, POSTERIOR_BAR, POSTERIOR),
        (estimate.wald, MLE_BAR, MLE),
    ):
        if interval is not None:
            look.bars(axes, [place * top], [interval.low], [interval.high])
    low, high = axes.get_xlim()
    for value, place, look in (
        (estimate.mean, POSTERIOR_BAR, POSTERIOR),
        (estimate.map, 0.0, MAP),
        (estimate.mle, MLE_BAR, MLE),
        (estimate.loss_minimizer, MLE_BAR, LOSS),
    ):
        if value is not None and low <= value <= high:
            look.mark(axes, [value], [place * top], size=4.5)


def _reach(estimate: "Estimate") -> tuple[float, float]:
    """Return the ends of the panel: the posterior's, and with a margin the Wald interval's, within twice its width."""
    low, high = ends(estimate.curves.x)
    wald, span = estimate.wald, high - low
    if wald is None or not (math.isfinite(wald.low) and math.isfinite(wald.high)):
        return low, high
    margin = (wald.high - wald.low) / 6
    return min(low, max(wald.low - margin, low - span)), max(high, min(wald.high + margin, high + span))


def _gaussian(estimate: "Estimate", across: Sequence[float]) -> tuple[float, ...]:
    """Return the density of Normal(MLE, SE) at the points `across`; empty without a standard error."""
    mle, error = estimate.mle, estimate.standard_error
    if mle is None or error is None or not (math.isfinite(mle) and math.isfinite(error) and error > 0):
        return ()
    gaussian = NormalDist(mle, error)
    return tuple(gaussian.pdf(x) for x in across)
