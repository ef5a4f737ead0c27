"""Searches for a likelihood that grows without bound as a scale collapses on one observation."""

import numpy as np

from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.modes import scale_name

__all__ = ["spike"]

DEPTHS = (-8.0, -12.0, -16.0)  # logarithms of a scale on its way to 0, in units of nothing that data come in
RISE = 0.5  # nats per unit of log scale: one observation under a spike adds 1, another share of it less
PLACES = 12  # observations, evenly chosen by size, at which a spike is tried
INSIDE = 4.0  # on the unconstrained scale: off the edges of the supports
PAIRS = 64  # of a scale with a location


def spike(likelihood: Likelihood, u: np.ndarray) -> np.ndarray | None:
    """Return a point on the way along which the likelihood grows without bound, or None.

    A component of a mixture that sits on one observation adds 1/scale to its density, while the others explain
    the rest; an optimiser that starts elsewhere stops at a local maximum and does not come by there (Day,
    "Estimating the components of a mixture of normal distributions", Biometrika 56 (1969)).

    Parameters
    ----------
    u : array, shape (n_params,)
        Where the search ended; all but one scale and one location are held there.
    """
    places = _observations(likelihood)
    locations = _positions(likelihood, "")
    pairs = [(j, i) for j in _positions(likelihood, "log") for i in locations]
    base = np.clip(u, -INSIDE, INSIDE)  # a component of no weight could not rise
    base[locations] = u[locations]
    for scale, location in pairs[:PAIRS]:
        for place in places:
            at = base.copy()
            at[location] = place
            values = []
            for depth in DEPTHS:
                at[scale] = depth
                values.append(likelihood.objective(at)[0])
            if np.isfinite(values).all() and (-np.diff(values) > RISE * -np.diff(DEPTHS)).all():
                return at
    return None


def _positions(likelihood: Likelihood, scale: str) -> list[int]:
    """Return the coordinates of u that enter N and live on that unconstrained scale."""
    names = [n for n in likelihood.free if n in likelihood.entering and scale_name(likelihood, n) == scale]
    return [int(j) for j in likelihood.positions(names)]


def _observations(likelihood: Likelihood) -> np.ndarray:
    """Return some observed values, the smallest and the largest among them."""
    values = [np.ravel(likelihood.data.values[name]) for name in likelihood.observed]
    every = np.concatenate([np.zeros(0), *(v[np.isfinite(v)] for v in values)])
    every = np.unique(every)
    return every[np.unique(np.linspace(0, len(every) - 1, min(PLACES, len(every))).round().astype(int))]
