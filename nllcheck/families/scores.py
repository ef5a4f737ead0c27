"""Scores of a whole forecast: proper ones estimate its parameters, and are no NLL."""

from collections.abc import Callable

import numpy as np
from scipy.special import ndtr

from nllcheck.families.family import Array, Family, Unknown

__all__ = ["SCORES"]

_PROPER = "It is a proper score: it estimates mu and sigma too, less efficiently, but is no NLL."
_SIGMA = Unknown(
    symbol="sigma",
    grid=tuple(np.geomspace(0.03, 30.0, 26).tolist()),
    usual=(1.0,),
    bounds=(0.0, np.inf),
    in_units_of_y=True,
)


def _normal(z: Array) -> Array:
    return z * (2 * ndtr(z) - 1) + np.sqrt(2 / np.pi) * np.exp(-0.5 * z**2) - 1 / np.sqrt(np.pi)


def _laplace(z: Array) -> Array:
    return np.abs(z) + np.exp(-np.abs(z)) - 0.75


def _logistic(z: Array) -> Array:
    return np.abs(z) + 2 * np.log1p(np.exp(-np.abs(z))) - 1


def _ranked(name: str, core: Callable[[Array], Array], unknown: Unknown | None = None) -> Family:
    """Return the integral of (F(x) − 1(x ≥ y))² of a forecast with location and scale.

    Closed forms: Jordan, Krüger and Lerch, 2019, "Evaluating probabilistic forecasts with scoringRules".
    """
    return Family(
        name=f"continuous ranked probability score of a {name}",
        data="real",
        parameters={"mu": "real"} if unknown else {"mu": "real", "sigma": "positive"},
        rows=lambda y, mu, sigma: sigma * core((y - mu) / sigma),
        unknown=unknown,
        is_density=False,
        reading=_PROPER,
    )


def _interval(y: Array, lower: Array, upper: Array, alpha: Array) -> Array:
    outside = np.maximum(lower - y, 0.0) + np.maximum(y - upper, 0.0)
    return upper - lower + 2 / alpha * outside


SCORES: tuple[Family, ...] = (
    _ranked("normal", _normal),
    _ranked("Laplace", _laplace),
    _ranked("logistic", _logistic),
    _ranked("normal of fixed width", _normal, _SIGMA),
    Family(
        name="interval score",
        data="real",
        parameters={"lower": "real", "upper": "real"},
        rows=_interval,
        unknown=Unknown(
            symbol="alpha",
            grid=tuple(np.linspace(0.01, 0.99, 25).tolist()),
            usual=(0.05, 0.1, 0.2, 0.5),
            bounds=(0.0, 1.0),
        ),
        is_density=False,
        reading="It estimates the quantiles alpha/2 and 1 − alpha/2 of y.",
    ),
)
