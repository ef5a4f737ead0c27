"""Families of lives that may be censored: an event has its density, a censored life the probability to outlast it."""

from collections.abc import Callable

import numpy as np
from scipy.special import log_expit, log_ndtr

from nllcheck.families.family import Array, Family

__all__ = ["SURVIVAL"]

_READING = "Rows with an event have the density, censored ones the probability to live on."


def _lives(
    name: str, data: str, parameters: dict[str, str], terms: Callable[..., tuple[Array, Array]]
) -> Family:
    """Return a family of lives; `terms` are the cumulative hazard and the log hazard of y."""

    def rows(y: Array, event: Array, *values: Array) -> Array:
        cumulative, log_hazard = terms(y, *values)
        return cumulative - event * log_hazard

    return Family(
        name=f"{name} of lives",
        data=data,
        parameters={"event": "event", **parameters},
        rows=rows,
        reading=_READING,
    )


def _weibull(y: Array, alpha: Array, beta: Array) -> tuple[Array, Array]:
    return (y / beta) ** alpha, np.log(alpha / beta) + (alpha - 1) * np.log(y / beta)


def _normal(y: Array, mu: Array, sigma: Array) -> tuple[Array, Array]:
    z = (y - mu) / sigma
    cumulative = -log_ndtr(-z)
    return cumulative, cumulative - 0.5 * z**2 - np.log(sigma)


def _truncated(y: Array, mu: Array, sigma: Array) -> Array:
    seen = 0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma) + log_ndtr(mu / sigma)
    return np.where(y > 0, seen, 0.0)


def _tobit(y: Array, mu: Array, sigma: Array) -> Array:
    seen = 0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma)
    return np.where(y > 0, seen, -log_ndtr(-mu / sigma))


def _log_normal(y: Array, mu: Array, sigma: Array) -> tuple[Array, Array]:
    cumulative, log_hazard = _normal(np.log(y), mu, sigma)
    return cumulative, log_hazard


def _logistic(y: Array, mu: Array, s: Array) -> tuple[Array, Array]:
    z = (y - mu) / s
    return -log_expit(-z), log_expit(z) - np.log(s)


def _smallest(y: Array, mu: Array, beta: Array) -> tuple[Array, Array]:
    z = (y - mu) / beta
    return np.exp(z), z - np.log(beta)


SURVIVAL: tuple[Family, ...] = (
    _lives("exponential", "nonnegative", {"lam": "positive"}, lambda y, lam: (lam * y, np.log(lam))),
    _lives("exponential of a mean", "nonnegative", {"mu": "positive"}, lambda y, mu: (y / mu, -np.log(mu))),
    _lives(
        "exponential of a log hazard", "nonnegative", {"eta": "real"}, lambda y, eta: (y * np.exp(eta), eta)
    ),
    _lives("Weibull", "positive", {"alpha": "positive", "beta": "positive"}, _weibull),
    _lives("log-normal", "positive", {"mu": "real", "sigma": "positive"}, _log_normal),
    _lives(
        "log-logistic",
        "positive",
        {"alpha": "positive", "beta": "positive"},
        lambda y, alpha, beta: _logistic(np.log(y), np.log(beta), 1 / alpha),
    ),
    _lives("Normal", "real", {"mu": "real", "sigma": "positive"}, _normal),
    _lives("logistic", "real", {"mu": "real", "s": "positive"}, _logistic),
    _lives("Gumbel of minima", "real", {"mu": "real", "beta": "positive"}, _smallest),
    Family(
        name="Normal truncated at zero of the data above it",
        data="nonnegative",
        parameters={"mu": "real", "sigma": "positive"},
        rows=_truncated,
        is_density=False,
        reading="The zeros are left out.",
    ),
    Family(
        name="Normal censored at zero",
        data="nonnegative",
        parameters={"mu": "real", "sigma": "positive"},
        rows=_tobit,
        pymc="pm.Censored('y', pm.Normal.dist(mu={mu}, sigma={sigma}), lower=0.0, upper=None, observed=y)",
        reading="It is a Tobit: zeros stand for all that lies below.",
    ),
)
