"""What the draws of one scalar come to."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from arviz_stats.base import array_stats
from scipy import stats

from nllcheck.comparison.record import Settings
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.posterior import Posterior

__all__ = ["Scalar", "Summary", "scalars", "summarise"]

TAILS = (0.05, 0.95)  # quantiles at which the tails' effective sample size is taken


@dataclass(frozen=True, kw_only=True)
class Scalar:
    """One scalar of a free variable: the variable's name, its place in it, and its label."""

    name: str
    index: tuple[int, ...]
    label: str


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The posterior of one scalar; see `nllcheck.comparison.record.Estimate`."""

    label: str
    mean: float
    median: float
    sd: float
    low: float
    high: float
    r_hat: float
    ess_bulk: float
    ess_tail: float
    mcse_mean: float
    skewness: float


def scalars(joint: Likelihood) -> list[Scalar]:
    """Return every scalar of the free variables, those that stand for missing data left out."""
    shapes = joint.constrain(np.zeros(joint.n_params))
    return [
        s for name in joint.free if name not in joint.imputed for s in _of(joint, name, shapes[name].shape)
    ]


def _of(joint: Likelihood, name: str, shape: tuple[int, ...]) -> Iterator[Scalar]:
    dims = joint.model.named_vars_to_dims.get(name) or (None,) * len(shape)
    levels = [_levels(joint, dim, length) for dim, length in zip(dims, shape, strict=True)]
    for index in np.ndindex(*shape):
        inside = ", ".join(level[i] for level, i in zip(levels, index, strict=True))
        yield Scalar(name=name, index=index, label=f"{name}[{inside}]" if shape else name)


def _levels(joint: Likelihood, dim: str | None, length: int) -> list[str]:
    coords = joint.model.coords.get(dim) if dim is not None else None
    if coords is None or len(coords) != length:
        return [str(i) for i in range(length)]
    return [str(level) for level in coords]


def summarise(posterior: Posterior, scalar: Scalar, settings: Settings) -> Summary:
    """Sum up the draws of one scalar; a statistic that has no value is nan."""
    draws = posterior.scalar(scalar.name, scalar.index)
    flat = draws.ravel()
    axes: dict[str, Any] = {"chain_axis": 0, "draw_axis": 1}
    with np.errstate(all="ignore"):
        low, high = array_stats.eti(flat, settings.prob)
        return Summary(
            label=scalar.label,
            mean=float(flat.mean()),
            median=float(np.median(flat)),
            sd=float(flat.std(ddof=1)),
            low=float(low),
            high=float(high),
            r_hat=float(array_stats.rhat(draws, method="rank", **axes)),
            ess_bulk=float(array_stats.ess(draws, method="bulk", **axes)),
            ess_tail=float(array_stats.ess(draws, method="tail", prob=TAILS, **axes)),
            mcse_mean=float(array_stats.mcse(draws, method="mean", **axes)),
            skewness=float(stats.skew(flat)),
        )
