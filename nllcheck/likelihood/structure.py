"""What a PyMC model has: which variables are free, observed or imputed, and what is refused before any graph."""

from typing import Any

import numpy as np
import pymc as pm

from nllcheck.errors import UnsupportedModel, UsageError
from nllcheck.likelihood.data import ObservedData

__all__ = ["imputed_names", "read_weights", "require_parameters", "select_observed"]


def imputed_names(model: pm.Model) -> frozenset[str]:
    """Return the free variables that stand for missing data; never injected, never part of N."""
    observed = {rv.name for rv in model.observed_RVs}
    return frozenset(
        rv.name
        for rv in model.free_RVs
        if rv.name.endswith("_unobserved") and rv.name.removesuffix("_unobserved") + "_observed" in observed
    )


def require_parameters(model: pm.Model, name: str) -> None:
    """Raise UnsupportedModel unless the model has free parameters, all of them continuous."""
    if not model.free_RVs:
        raise UnsupportedModel(
            f"the model {name} has no free parameters, so there is nothing to minimise over: "
            "give at least one parameter a prior, such as pm.Flat"
        )
    imputed = imputed_names(model)
    for rv in model.free_RVs:
        if rv.type.dtype.startswith(("int", "uint", "bool")) and rv.name not in imputed:
            raise UnsupportedModel(
                f"the free parameter {rv.name!r} of {name} is discrete: a loss has no gradient in it; marginalise "
                "it (pm.Mixture, pymc_extras.marginalize) or observe it"
            )


def select_observed(model: pm.Model, name: str, of: str | tuple[str, ...]) -> tuple[str, ...]:
    """Return the observed variables that N is of, or raise UsageError that lists those there are."""
    names = tuple(rv.name for rv in model.observed_RVs)
    if of in ("likelihood", "posterior"):
        return names
    wanted = (of,) if isinstance(of, str) else of
    for variable in wanted:
        if variable not in names and f"{variable}_observed" not in names:
            raise UsageError(
                f"of={of!r}: {variable!r} is no observed variable of {name}; use 'likelihood', 'posterior' or some "
                f"of {', '.join(names) or '(none are observed)'}"
            )
    return tuple(n for n in names if n in wanted or n.removesuffix("_observed") in wanted)


def read_weights(
    model: pm.Model, model_name: str, name: str | None, observed: tuple[str, ...], data: ObservedData
) -> np.ndarray | None:
    """Return the `pm.Data` that multiplies the rows of N, or raise UsageError if it does not fit them."""
    if name is None:
        return None
    known: dict[str, Any] = {variable.name: variable for variable in model.data_vars}
    if name not in known:
        raise UsageError(
            f"weights={name!r} is no pm.Data of {model_name}; it has {', '.join(known) or 'none'}"
        )
    weights = np.asarray(known[name].get_value(), dtype=float)
    for variable in observed:
        shape = data.values[variable].shape
        if weights.shape != shape[: weights.ndim]:
            raise UsageError(
                f"weights={name!r} has shape {weights.shape}, the observations {variable!r} {shape}"
            )
    return weights
