"""PSIS-LOO against −AIC/2, where there is one normalised term per observation."""

import warnings
from typing import Any

import arviz_stats
import numpy as np
import xarray

from nllcheck.comparison.optima import Optima
from nllcheck.comparison.record import Prediction
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.log_densities import LogDensities
from nllcheck.likelihood.posterior import Posterior

__all__ = ["as_tree", "predict"]


def as_tree(posterior: Posterior, densities: LogDensities) -> Any:
    """Return draws and log-densities as ArviZ takes them."""

    def dataset(**arrays: np.ndarray) -> xarray.Dataset:
        return xarray.Dataset(
            {
                name: (("chain", "draw", *(f"{name}_{i}" for i in range(a.ndim - 2))), a)
                for name, a in arrays.items()
            }
        )

    rows = densities.rows if densities.rows.shape[-1] else densities.likelihood
    groups = {
        "/posterior": dataset(**posterior.draws),
        "/log_likelihood": dataset(y=rows),
        "/log_prior": dataset(prior=densities.prior),
    }
    return xarray.DataTree.from_dict(groups)


def predict(
    likelihood: Likelihood, optima: Optima, posterior: Posterior, densities: LogDensities
) -> Prediction:
    """Compare both estimates of how well the model predicts."""
    why_not = _why_not(likelihood, densities)
    if why_not:
        return Prediction(why_not=why_not)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # large Pareto k is told below
        loo = arviz_stats.loo(as_tree(posterior, densities), pointwise=True, var_name="y")
    k = np.asarray(loo.pareto_k.values, dtype=float).ravel()
    limit = float(loo.good_k)
    maximum = -likelihood.evaluate(likelihood.constrain(optima.mle.u)).total
    n = len(optima.mle.moved)
    found = Prediction(
        elpd_loo=float(loo.elpd),
        elpd_se=float(loo.se),
        p_loo=float(loo.p),
        log_likelihood=maximum,
        n_parameters=n,
        minus_half_aic=maximum - n,
        pareto_k_limit=limit,
        pareto_k_worst=float(np.max(k)),
        bad_rows=tuple(int(i) for i in np.flatnonzero(~(k <= limit))),
    )
    return Prediction(**{**found.__dict__, "sentence": _sentence(found)})


def _why_not(likelihood: Likelihood, densities: LogDensities) -> str:
    if likelihood.potentials:
        return f"the potentials {', '.join(likelihood.potentials)} belong to no observation"
    if len(likelihood.observed) != 1:
        return "several variables are observed: what one observation is, is not for us to say"
    if likelihood.imputed:
        return "some data are missing and imputed"
    n_rows = densities.rows.shape[-1]
    if n_rows == 0:
        return "there are too many draws and observations to keep their densities side by side"
    if n_rows < 2 or n_rows != likelihood.data.n_obs:
        return "the likelihood has no term of its own for each observation"
    if not np.isfinite(densities.rows).all():
        return "some log-densities of the draws are not finite"
    return ""


def _sentence(p: Prediction) -> str:
    assert p.elpd_loo is not None
    assert p.minus_half_aic is not None
    assert p.p_loo is not None
    said = (
        f"PSIS-LOO puts the expected log predictive density at {p.elpd_loo:.1f} ± {p.elpd_se:.1f} nats, −AIC/2 at "
        f"{p.minus_half_aic:.1f}; the posterior uses p_loo = {p.p_loo:.1f} effective parameters, AIC counts "
        f"{p.n_parameters}."
    )
    if p.bad_rows:
        rows = ", ".join(map(str, p.bad_rows[:5])) + (" …" if len(p.bad_rows) > 5 else "")
        said += (
            f" Pareto k is above {p.pareto_k_limit:.2f} for {len(p.bad_rows)} observation"
            f"{'s' if len(p.bad_rows) > 1 else ''} (row {rows}; at most {p.pareto_k_worst:.2f}): they are so "
            "influential that LOO is not to be trusted."
        )
    return said
