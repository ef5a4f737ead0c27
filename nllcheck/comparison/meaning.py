"""What the difference between the two analyses means: shifts, widths, and sentences that say them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from nllcheck.comparison.record import Comparison, Estimate, Interval, Remark, Settings
from nllcheck.comparison.summaries import Summary
from nllcheck.wording import listed

__all__ = ["SKEWED", "Sides", "estimate_of", "headline", "remarks_of"]

SKEWED = 0.5  # skewness from which an interval around a middle misleads
SMALL = 0.1  # standard errors, or share of one, below which a difference is none to speak of
STORY = 0.5  # standard errors that an end of an interval may move


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What is known of one scalar besides its posterior; None where there is none."""

    name: str
    scale: str
    mle: float | None = None
    standard_error: float | None = None
    map: float | None = None
    map_unconstrained: float | None = None
    loss_minimizer: float | None = None
    enters: bool = True
    on_edge: bool = False
    flat: bool = False


def estimate_of(sides: Sides, summary: Summary, settings: Settings, *, prior_free: bool) -> Estimate:
    """Put both sides of one scalar together, and say what their difference is."""
    interval = Interval(low=summary.low, high=summary.high)
    wald = _wald(sides, settings)
    told: dict[str, float | bool | None] = {}
    se = sides.standard_error
    if sides.mle is not None and se is not None and wald is not None:
        low, high = (interval.low - wald.low) / se, (interval.high - wald.high) / se
        told = {
            "mean_shift": (summary.mean - sides.mle) / se,
            "map_shift": None if sides.map is None else (sides.map - sides.mle) / se,
            "sd_ratio": summary.sd / se,
            "low_shift": low,
            "high_shift": high,
            "overlap": _overlap(interval, wald),
            "same_story": _same_story(interval, wald, low, high, free=sides.scale == ""),
        }
    estimate = Estimate(
        name=sides.name,
        label=summary.label,
        scale=sides.scale,
        mle=sides.mle,
        standard_error=se,
        wald=wald,
        map=sides.map,
        map_unconstrained=sides.map_unconstrained,
        loss_minimizer=sides.loss_minimizer,
        mean=summary.mean,
        median=summary.median,
        sd=summary.sd,
        interval=interval,
        r_hat=summary.r_hat,
        ess_bulk=summary.ess_bulk,
        ess_tail=summary.ess_tail,
        mcse_mean=summary.mcse_mean,
        skewness=summary.skewness,
        **told,  # type: ignore[arg-type]
    )
    return Estimate(**{**estimate.__dict__, "sentence": _sentence(estimate, sides, prior_free=prior_free)})


def _wald(sides: Sides, settings: Settings) -> Interval | None:
    if sides.mle is None or sides.standard_error is None:
        return None
    z = float(stats.norm.ppf(0.5 + settings.prob / 2))
    return Interval(low=sides.mle - z * sides.standard_error, high=sides.mle + z * sides.standard_error)


def _overlap(one: Interval, other: Interval) -> float:
    common = min(one.high, other.high) - max(one.low, other.low)
    together = max(one.high, other.high) - min(one.low, other.low)
    return max(common, 0.0) / together


def _same_story(one: Interval, other: Interval, low: float, high: float, *, free: bool) -> bool:
    """Return whether no end moves far, and, for a parameter that may be negative, both tell its sign or neither."""
    moved = max(abs(low), abs(high))
    signs = [(i.low > 0) - (i.high < 0) for i in (one, other)]
    return bool(moved <= STORY and (not free or signs[0] == signs[1]))


def _sentence(e: Estimate, sides: Sides, *, prior_free: bool) -> str:
    if not sides.enters:
        return f"{e.label} does not enter the likelihood: it has a posterior, but no MLE."
    if e.mle is None:
        return f"{e.label} has no MLE."
    if sides.on_edge:
        return f"The MLE of {e.label} lies on the edge of its support; there is no standard error to compare with."
    if e.mean_shift is None or e.sd_ratio is None:
        shift = abs(e.mean - e.mle) / e.sd
        return f"{e.label} has no standard error (a kink); its posterior mean is {shift:.1f} posterior sd from the MLE."
    return _moves(e, prior_free=prior_free)


def _moves(e: Estimate, *, prior_free: bool) -> str:
    assert e.mean_shift is not None
    assert e.sd_ratio is not None
    moved, widened = abs(e.mean_shift) >= SMALL, abs(e.sd_ratio - 1) >= SMALL
    if not moved and not widened:
        return f"Both analyses agree about {e.label}."
    who = "Averaging over the posterior" if prior_free or _is_skew(e) else "The prior"
    parts = []
    if moved:
        verb = "pulls" if who == "The prior" else "moves"
        parts.append(f"{verb} {e.label} {abs(e.mean_shift):.1f} standard errors {_direction(e)}")
    if widened:
        what = "it" if moved else e.label
        share = abs(e.sd_ratio - 1)
        change = f"by {100 * share:.0f} %" if e.sd_ratio < 2 else f"{e.sd_ratio:.1f} times"
        parts.append(f"{'narrows' if e.sd_ratio < 1 else 'widens'} {what} {change}")
    return f"{who} {' and '.join(parts)}."


def _is_skew(e: Estimate) -> bool:
    """Return whether the mean moved although the mode did not: then skewness did it, not the prior."""
    return e.map_shift is not None and abs(e.map_shift) < 0.5 * abs(e.mean_shift or 0.0)


def _direction(e: Estimate) -> str:
    assert e.mle is not None
    if e.scale == "" and abs(e.mean) < abs(e.mle) and e.mean * e.mle > 0:
        return "towards 0"
    return "up" if e.mean > e.mle else "down"


def headline(estimates: Sequence[Estimate], *, prior_free: bool) -> str:
    """Return what the whole comparison comes to, in one sentence."""
    told = [e for e in estimates if e.mean_shift is not None and e.sd_ratio is not None]
    start = "All priors are flat. " if prior_free else ""
    if not told:
        return f"{start}There are no standard errors to compare the posterior with."
    shift = max(told, key=lambda e: abs(e.mean_shift or 0.0))
    ratio = max(told, key=lambda e: abs(np.log(e.sd_ratio or 1.0)))
    far, wide = abs(shift.mean_shift or 0.0), ratio.sd_ratio or 1.0
    if all(e.same_story for e in told):
        return (
            f"{start}Both analyses agree: every posterior mean is within {_up(far)} standard errors of its MLE, and "
            f"posterior sds are {_range(told)} of the standard errors."
        )
    differ = [e.label for e in told if not e.same_story]
    named = f"{', '.join(differ[:3])} and {len(differ) - 3} more" if len(differ) > 3 else listed(differ)
    whose = "its posterior sd" if shift is ratio else f"the posterior sd of {ratio.label}"
    return (
        f"{start}The two analyses disagree about {named}: the posterior mean of {shift.label} is {far:.1f} standard "
        f"errors from its MLE, and {whose} is {100 * wide:.0f} % of its standard error."
    )


def _up(value: float) -> str:
    return f"{np.ceil(value * 10) / 10:.1f}"


def _range(estimates: Sequence[Estimate]) -> str:
    ratios = [100 * (e.sd_ratio or 0.0) for e in estimates]
    low, high = round(min(ratios)), round(max(ratios))
    return f"{low} %" if low == high else f"{low} to {high} %"


def remarks_of(comparison: Comparison) -> list[Remark]:
    """Return what there is to know about a comparison that stands, from its record."""
    remarks = []
    if comparison.prior_free:
        remarks.append(
            Remark(
                code="prior-free",
                message="All priors are flat, on the scale of the table: what differs comes from averaging over the "
                "posterior, not from a prior.",
            )
        )
    for e in comparison.estimates:
        remarks += _about(e)
    p = comparison.prediction
    if p.bad_rows:
        remarks.append(
            Remark(code="pareto-k", message=p.sentence, warning=True, numbers={"rows": p.bad_rows})
        )
    if comparison.loss is not None and comparison.loss.sentence:
        off = comparison.loss.scale is not None and comparison.loss.scale != 1
        remarks.append(
            Remark(code="scaled-loss" if off else "loss", message=comparison.loss.sentence, warning=off)
        )
    if comparison.n_divergent:
        remarks.append(
            Remark(
                code="divergences", message=f"{comparison.n_divergent} draws diverged: too few to bend means."
            )
        )
    return remarks


def _skewed(e: Estimate) -> str:
    side, wrong = "right", "too far down and not far enough up"
    if e.skewness < 0:
        side, wrong = "left", "too far up and not far enough down"
    return (
        f"The posterior of {e.label} is skewed to the {side} (skewness {e.skewness:.1f}): an interval of equal arms "
        f"about the MLE reaches {wrong}."
    )


def _about(e: Estimate) -> list[Remark]:
    remarks = []
    if e.mle is None:
        remarks.append(Remark(code="no-mle", message=e.sentence, parameter=e.label))
    if abs(e.skewness) > SKEWED:
        remarks.append(
            Remark(
                code="not-gaussian",
                message=_skewed(e),
                parameter=e.label,
                warning=e.same_story is False,
                numbers={"skewness": e.skewness},
            )
        )
    if e.mle is not None and e.standard_error is None:
        remarks.append(Remark(code="no-standard-error", message=e.sentence, parameter=e.label))
    if "conflict" in e.sensitivity:
        remarks.append(
            Remark(
                code="prior-data-conflict",
                message=f"Prior and data disagree about {e.label}: the posterior depends on both (power-scaling: prior "
                f"{e.prior_sensitivity:.2f}, likelihood {e.likelihood_sensitivity:.2f}).",
                parameter=e.label,
                warning=True,
            )
        )
    elif "prior" in e.sensitivity:
        remarks.append(
            Remark(
                code="prior-sensitivity",
                message=f"The data say little about {e.label}: its posterior follows the prior (power-scaling: prior "
                f"{e.prior_sensitivity:.2f}, likelihood {e.likelihood_sensitivity:.2f}).",
                parameter=e.label,
                warning=True,
            )
        )
    if e.map_unconstrained is not None and e.map is not None and e.scale:
        remarks.append(
            Remark(
                code="map-scale",
                message=f"The MAP of {e.label}, {e.map:.4g}, is the mode on its own scale; on the {e.scale} scale, "
                f"which samplers use, the mode is at {e.map_unconstrained:.4g}.",
                parameter=e.label,
                numbers={"map": e.map, "map_unconstrained": e.map_unconstrained},
            )
        )
    return remarks
