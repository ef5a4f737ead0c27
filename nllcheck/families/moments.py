"""Normals whose variance is a function of their mean: what stands for counts, shares and amounts by their moments."""

from collections.abc import Callable

import numpy as np

from nllcheck.families.family import Array, Family, Unknown

__all__ = ["MOMENTS"]

_READING = "It has the mean and the variance of {0}, not its density."


def _normal(
    name: str,
    parameters: dict[str, str],
    moments: Callable[..., tuple[Array, Array]],
    line: str,
    reading: str,
    unknown: Unknown | None = None,
    data: str = "real",
) -> Family:
    """Return a Normal with the mean and variance that `moments` gives; `line` has both in PyMC."""

    def rows(y: Array, *values: Array) -> Array:
        mean, variance = moments(*values)
        return 0.5 * (y - mean) ** 2 / variance + 0.5 * np.log(variance)

    return Family(
        name=f"Normal with {name}",
        data=data,
        parameters=parameters,
        rows=rows,
        unknown=unknown,
        distribution="Normal",
        pymc=f"pm.Normal('y', {line}, observed=y)",
        reading=reading,
    )


_ALPHA = Unknown(
    symbol="alpha",
    grid=tuple(np.geomspace(0.03, 300.0, 26).tolist()),
    usual=(0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
    bounds=(0.0, np.inf),
)
_QUADRATIC = "mu={mu}, sigma=({mu} + {mu} ** 2 / {alpha}) ** 0.5"
_NEGATIVE_BINOMIAL = _READING.format("a negative binomial")

MOMENTS: tuple[Family, ...] = (
    _normal(
        "the variance of counts",
        {"mu": "positive", "alpha": "positive"},
        lambda mu, alpha: (mu, mu + mu**2 / alpha),
        _QUADRATIC,
        _NEGATIVE_BINOMIAL,
    ),
    _normal(
        "the variance of counts of a dispersion",
        {"mu": "positive", "phi": "positive"},
        lambda mu, phi: (mu, mu + phi * mu**2),
        "mu={mu}, sigma=({mu} + {phi} * {mu} ** 2) ** 0.5",
        _NEGATIVE_BINOMIAL,
    ),
    _normal(
        "a variance in proportion to the mean",
        {"mu": "positive", "phi": "positive"},
        lambda mu, phi: (mu, phi * mu),
        "mu={mu}, sigma=({phi} * {mu}) ** 0.5",
        "The variance of y is phi * mu, as of counts that are dispersed.",
    ),
    _normal(
        "a standard deviation in proportion to the mean",
        {"mu": "positive", "cv": "positive"},
        lambda mu, cv: (mu, (cv * mu) ** 2),
        "mu={mu}, sigma={cv} * {mu}",
        "The standard deviation of y is cv * mu, as of a gamma.",
    ),
    _normal(
        "the variance of a gamma of shape and rate",
        {"alpha": "positive", "beta": "positive"},
        lambda alpha, beta: (alpha / beta, alpha / beta**2),
        "mu={alpha} / {beta}, sigma={alpha} ** 0.5 / {beta}",
        _READING.format("a gamma"),
        data="nonnegative",
    ),
    _normal(
        "the variance of a binomial",
        {"n": "trials", "p": "unit"},
        lambda n, p: (n * p, n * p * (1 - p)),
        "mu={n} * {p}, sigma=({n} * {p} * (1 - {p})) ** 0.5",
        _READING.format("a binomial"),
        data="counts",
    ),
    _normal(
        "the variance of a beta",
        {"mu": "unit", "nu": "positive"},
        lambda mu, nu: (mu, mu * (1 - mu) / (1 + nu)),
        "mu={mu}, sigma=({mu} * (1 - {mu}) / (1 + {nu})) ** 0.5",
        _READING.format("a beta"),
        data="share",
    ),
    _normal(
        "the variance of counts of a fixed alpha",
        {"mu": "positive"},
        lambda mu, alpha: (mu, mu + mu**2 / alpha),
        _QUADRATIC,
        _NEGATIVE_BINOMIAL,
        _ALPHA,
    ),
)
