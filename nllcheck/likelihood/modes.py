"""Modes of the joint density, on the constrained and on the unconstrained scale, and what the priors are."""

from functools import cached_property
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pymc.distributions.continuous import FlatRV, HalfFlatRV
from pytensor.graph.traversal import ancestors
from pytensor.tensor.random.basic import UniformRV

from nllcheck.errors import UnsupportedModel
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.graphs import compile_graphs
from nllcheck.optimise import Minimum, minimise

__all__ = ["Unconstrained", "flat_priors", "prior_density", "prior_words", "scale_name", "scales_of_others"]

FLAT = (FlatRV, HalfFlatRV, UniformRV)


class Unconstrained:
    """−log of the joint density of the unconstrained vector u: what the sampler sees, Jacobian included."""

    def __init__(self, joint: Likelihood) -> None:
        self.joint = joint
        self.model = joint.model
        #: Whether there are transforms: without, this is the density of `joint`.
        self.moves = any(self.model.rvs_to_transforms.get(rv) is not None for rv in self.model.free_RVs)

    @cached_property
    def _function(self) -> Any:
        values = [self.model.rvs_to_values[rv] for rv in self.model.free_RVs]
        with pytensor.config.change_flags(cast_policy="numpy+floatX"):
            total = -self.model.logp()
            try:
                parts = pytensor.grad(total, values, disconnected_inputs="ignore")
            except (NotImplementedError, pytensor.gradient.NullTypeGradError) as error:
                raise UnsupportedModel(
                    f"the density of {self.joint.name} has no gradient: {error}"
                ) from error
            gradient = pt.concatenate([pt.zeros(0), *(part.ravel() for part in parts)])
        return compile_graphs(values, [total, gradient], large=self.joint.is_large)

    def objective(self, u: np.ndarray) -> tuple[float, np.ndarray]:
        """Return −log p(u, y) and its gradient, shape (n_params,)."""
        if not self.moves:
            return self.joint.objective(u)
        with np.errstate(all="ignore"):
            value, gradient = self._function(*self.joint._scale.split(u))
        return float(value), np.asarray(gradient, dtype=float)

    def minimise(self, start: np.ndarray) -> Minimum:
        """Return the mode that is reached from `start`, shape (n_params,)."""
        return minimise(self.objective, start)


def scale_name(joint: Likelihood, name: str) -> str:
    """Return the unconstrained scale of a free variable: empty where it is the constrained one."""
    (rv,) = (rv for rv in joint.model.free_RVs if rv.name == name)
    transform = joint.model.rvs_to_transforms.get(rv)
    if transform is None:
        return ""
    names = {"LogTransform": "log", "Interval": "logit", "LogOddsTransform": "logit"}
    return names.get(type(transform).__name__, type(transform).__name__)


def scales_of_others(joint: Likelihood) -> list[str]:
    """Return the positive free variables that priors of other free variables are made of."""
    graphs = joint.graphs
    below = {name: set(ancestors([prior])) for name, prior in graphs.priors.items()}
    return [
        rv.name
        for rv, value in graphs.values.items()
        if scale_name(joint, rv.name) == "log"
        and any(value in found for name, found in below.items() if name != rv.name)
    ]


def flat_priors(joint: Likelihood) -> tuple[str, ...]:
    """Return the free variables whose prior density is constant on its support, which depends on no parameter."""
    free = set(joint.model.free_RVs)
    return tuple(
        rv.name
        for rv in joint.model.free_RVs
        if isinstance(rv.owner.op, FLAT) and not free & set(ancestors(list(rv.owner.inputs)))
    )


def prior_words(joint: Likelihood) -> dict[str, str]:
    """Return each free variable's prior as PyMC writes it: ``Normal(0, 10)``."""
    return {
        rv.name: str(rv.str_repr(formatting="plain", include_params=True)).partition(" ~ ")[2]
        for rv in joint.model.free_RVs
    }


def prior_density(joint: Likelihood, name: str, points: np.ndarray) -> np.ndarray | None:
    """Return the prior densities of the scalars of a variable at `points`, constrained scale.

    Parameters
    ----------
    points : array, shape (n_points, *variable)
        Values of the whole variable.

    Returns
    -------
    array, shape (n_points, *variable), or None where the prior depends on other parameters or is flat
    """
    graph = joint.graphs.priors[name]
    values = {rv.name: value for rv, value in joint.graphs.values.items()}
    inputs = set(values.values())
    below = inputs & set(ancestors([graph]))
    if name in flat_priors(joint) or below - {values[name]} or graph.type.ndim != points.ndim - 1:
        return None
    function = compile_graphs([values[name]], [graph], large=False)
    with np.errstate(all="ignore"):
        return np.exp(np.array([function(np.asarray(p, dtype=values[name].dtype))[0] for p in points]))
