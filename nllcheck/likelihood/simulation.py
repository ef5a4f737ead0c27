"""Data drawn from a likelihood, and what moves their mean."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from pymc.distributions.moments.means import mean
from pymc.logprob.utils import replace_rvs_by_values
from pymc.pytensorf import reseed_rngs
from pytensor.graph.replace import clone_replace
from pytensor.tensor.random.basic import BernoulliRV, binomial

from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.graphs import compile_draws, compile_graphs

__all__ = ["CannotSimulate", "Simulator"]


class CannotSimulate(Exception):
    """The model cannot draw data sets; the message says why."""


class Simulator:
    """Draws data sets of the same shapes as those given.

    Parameters
    ----------
    likelihood : Likelihood
    """

    def __init__(self, likelihood: Likelihood) -> None:
        self.likelihood = likelihood
        self._compiled: tuple[Any, list[Any]] | None = None

    def _function(self) -> tuple[Any, list[Any]]:
        if self._compiled is None:
            model, values = self.likelihood.model, self.likelihood.graphs.values
            if not model.observed_RVs:
                raise CannotSimulate("the model has potentials only")
            try:
                observed = [_quick(rv) for rv in model.observed_RVs]
                draws = clone_replace(observed, replace=dict(values))
                self._compiled = compile_draws(list(values.values()), draws)
            except (NotImplementedError, TypeError, ValueError) as error:
                raise CannotSimulate(f"PyMC cannot draw from this likelihood: {error}") from error
        return self._compiled

    def draw(self, x: Mapping[str, np.ndarray], seed: int) -> dict[str, np.ndarray]:
        """Return a data set drawn at constrained parameters `x`.

        Raises
        ------
        CannotSimulate
            PyMC cannot draw from this likelihood (a CustomDist without `random`, a potential).
        """
        function, generators = self._function()
        reseed_rngs(generators, seed)
        try:
            with np.errstate(all="ignore"):
                draws = function(*self.likelihood.inputs_of(x))
        except Exception as error:  # whatever the random function of a distribution raises
            raise CannotSimulate(f"PyMC cannot draw from this likelihood: {error}") from error
        given = self.likelihood.data.values
        drawn = {
            rv.name: np.asarray(v) for rv, v in zip(self.likelihood.model.observed_RVs, draws, strict=True)
        }
        for name, values in drawn.items():
            if values.shape != given[name].shape:
                raise CannotSimulate(f"a draw of {name!r} has shape {values.shape}, not that of the data")
        return {name: values.astype(given[name].dtype) for name, values in drawn.items()}


def _quick(rv: Any) -> Any:
    """Draw a Bernoulli variable as a binomial of one trial: the former imports SciPy's statistics, half a second."""
    if not isinstance(rv.owner.op, BernoulliRV):
        return rv
    rng, size, p = rv.owner.inputs
    _, draws = binomial(1, p, rng=rng, size=size, return_next_rng=True)
    return draws


def moves_location(likelihood: Likelihood, name: str, u: np.ndarray) -> bool:
    """Return whether the expected observations depend on the free variable called `name`."""
    means = []
    for rv in likelihood.model.observed_RVs:
        try:
            means.append(mean(rv))
        except Exception:  # noqa: S112 - PyMC knows no mean of it, or says that there is none: of classes, of a Cauchy
            continue
    if not means:
        return False
    values = likelihood.graphs.values
    replaced = replace_rvs_by_values(means, rvs_to_values=values, rvs_to_transforms=None)
    function = compile_graphs(list(values.values()), replaced, large=False)
    moved = u.copy()
    moved[likelihood.slices()[name]] += 0.3
    with np.errstate(all="ignore"):
        before, after = (function(*likelihood.inputs_of(likelihood.constrain(v))) for v in (u, moved))
    return any(np.any(np.abs(new - old) > 1e-9 * np.abs(old)) for old, new in zip(before, after, strict=True))
