"""What pictures of one scalar need: densities of posterior and prior, NLL and loss along the parameter."""

from collections.abc import Callable, Mapping

import numpy as np
from arviz_stats.base import array_stats

from nllcheck.comparison.record import Curves
from nllcheck.comparison.summaries import Scalar
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.modes import prior_density
from nllcheck.likelihood.posterior import Posterior

__all__ = ["curves_of", "loss_along"]

GRID = 64
STEPS = 41
REACH = 3.0  # standard errors to either side of the minimiser
Values = Mapping[str, np.ndarray]


def curves_of(
    joint: Likelihood,
    likelihood: Likelihood,
    posterior: Posterior,
    scalars: list[Scalar],
    at_mle: Values,
    widths: Mapping[str, float],
) -> list[Curves]:
    """Return the curves of every scalar; `widths` by label are about one standard error."""
    grids = {scalar.label: _density(posterior, scalar) for scalar in scalars}
    priors = _priors(joint, scalars, grids)
    curves = []
    for scalar in scalars:
        x, density = grids[scalar.label]
        at, nll = _along(likelihood, at_mle, scalar, widths[scalar.label])
        curves.append(
            Curves(
                x=_floats(x),
                posterior=_floats(density),
                prior=_floats(priors.get(scalar.label, ())),
                at=_floats(at),
                nll=_floats(nll),
            )
        )
    return curves


def _along(
    likelihood: Likelihood, at_mle: Values, scalar: Scalar, width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return places around the MLE and how much higher N is there; empty where there is no MLE."""
    nothing = np.zeros(0), np.zeros(0)
    if scalar.name not in at_mle or not np.isfinite(width) or not width > 0:
        return nothing
    places = float(at_mle[scalar.name][scalar.index]) + width * np.linspace(-REACH, REACH, STEPS)
    nll = np.array([likelihood.evaluate(_moved(at_mle, scalar, place)).total for place in places])
    keep = np.isfinite(nll)
    return (places[keep], nll[keep] - nll[keep].min()) if keep.sum() > 2 else nothing


def loss_along(
    likelihood: Likelihood,
    loss: Callable[[Values], float],
    scalar: Scalar,
    places: tuple[float, ...],
    base: Values,
) -> tuple[float, ...]:
    """Return how much higher the loss is at `places` than at its lowest there, through the point `base`."""
    if scalar.name not in base or not places:
        return ()
    points = [likelihood.evaluate(_moved(base, scalar, place)).values for place in places]
    values = np.array([loss(point) for point in points])
    finite = values[np.isfinite(values)]
    return _floats(values - finite.min()) if len(finite) else ()


def _moved(base: Values, scalar: Scalar, value: float) -> dict[str, np.ndarray]:
    array = np.array(base[scalar.name], dtype=float)
    array[scalar.index] = value
    return {**base, scalar.name: array}


def _floats(values: object) -> tuple[float, ...]:
    return tuple(float(value) for value in np.ravel(np.asarray(values, dtype=float)))


def _density(posterior: Posterior, scalar: Scalar) -> tuple[np.ndarray, np.ndarray]:
    draws = posterior.scalar(scalar.name, scalar.index).ravel()
    if not np.isfinite(draws).all() or not np.ptp(draws) > 0:
        return np.zeros(0), np.zeros(0)
    grid, density, _ = array_stats.kde(draws, grid_len=512)
    chosen = np.linspace(0, len(grid) - 1, GRID).round().astype(int)
    return np.asarray(grid)[chosen], np.asarray(density)[chosen]


def _priors(
    joint: Likelihood, scalars: list[Scalar], grids: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return prior densities on the same grids, where a variable has a prior of its own."""
    found: dict[str, np.ndarray] = {}
    for name in dict.fromkeys(scalar.name for scalar in scalars):
        mine = [scalar for scalar in scalars if scalar.name == name]
        if any(len(grids[scalar.label][0]) != GRID for scalar in mine):
            continue
        shape = np.shape(joint.constrain(np.zeros(joint.n_params))[name])
        points = np.stack([grids[scalar.label][0] for scalar in mine], axis=1).reshape(GRID, *shape)
        density = prior_density(joint, name, points)
        if density is not None and density.shape == points.shape and np.isfinite(density).all():
            columns = density.reshape(GRID, -1).T
            found |= dict(zip((scalar.label for scalar in mine), columns, strict=True))
    return found
