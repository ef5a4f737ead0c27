"""Losses for observations above zero or in [0, 1]: gamma, exponential, log-normal, Weibull, beta."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, xlog1py, xlogy

from nllcheck.losses._rows import (
    HALF_LOG_2PI,
    Array,
    Loss,
    Reduction,
    as_rows,
    finite,
    outside_unit,
    positive,
    reduce_rows,
    supported,
)

__all__ = ["beta_nll", "exponential_nll", "gamma_nll", "log_normal_nll", "weibull_nll"]


def _below_zero(y: Array) -> Array:
    """Rows outside [0, inf)."""
    return (y < 0) | np.isinf(y)


def gamma_nll(y_true: ArrayLike, alpha: ArrayLike, beta: ArrayLike, *, reduction: Reduction = "sum") -> Loss:
    """Gamma NLL: log Γ(α) − α log β − (α − 1) log y + β y. No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Observations in [0, inf).
    alpha : array_like, shape (n_obs,) or scalar
        Shape, above zero.
    beta : array_like, shape (n_obs,) or scalar
        Rate (not scale), above zero; the mean is α / β.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 17.

    Examples
    --------
    >>> float(gamma_nll([0.5, 3.0], 2.0, 4.0).round(6))
    8.049357
    """
    y, shape, rate = as_rows(y_true=y_true, alpha=alpha, beta=beta)
    shape, rate = positive(shape), positive(rate)
    outside = _below_zero(y)
    y = supported(y, outside)
    nll = gammaln(shape) - shape * np.log(rate) - xlogy(shape - 1, y) + rate * y
    return reduce_rows(nll, reduction, outside)


def exponential_nll(y_true: ArrayLike, rate: ArrayLike, *, reduction: Reduction = "sum") -> Loss:
    """Exponential NLL: λ y − log λ. No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Observations in [0, inf).
    rate : array_like, shape (n_obs,) or scalar
        λ, above zero; the mean is 1 / λ.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 19.

    Examples
    --------
    >>> float(exponential_nll([0.5, 3.0], 2.0).round(6))
    5.613706
    """
    y, lam = as_rows(y_true=y_true, rate=rate)
    lam = positive(lam)
    outside = _below_zero(y)
    return reduce_rows(lam * supported(y, outside) - np.log(lam), reduction, outside)


def log_normal_nll(
    y_true: ArrayLike, mu: ArrayLike, sigma: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Log-normal NLL: ½ ((log y − μ) / σ)² + log σ + log y + ½ log 2π. No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Observations in (0, inf).
    mu, sigma : array_like, shape (n_obs,) or scalar
        Mean, and standard deviation (above zero), of log y.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 14.

    Examples
    --------
    >>> float(log_normal_nll([0.5, 3.0], 1.0, 0.5).round(6))
    6.609991
    """
    y, mean, sd = as_rows(y_true=y_true, mu=mu, sigma=sigma)
    sd = positive(sd)
    outside = (y <= 0) | np.isinf(y)
    log_y = np.log(supported(y, outside))
    nll = 0.5 * ((log_y - finite(mean)) / sd) ** 2 + np.log(sd) + log_y + HALF_LOG_2PI
    return reduce_rows(nll, reduction, outside)


def weibull_nll(
    y_true: ArrayLike, alpha: ArrayLike, beta: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Weibull NLL: (y/β)^α − (α − 1) log(y/β) − log(α/β). No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Observations in [0, inf).
    alpha : array_like, shape (n_obs,) or scalar
        Shape, above zero.
    beta : array_like, shape (n_obs,) or scalar
        Scale (not rate), above zero.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, chapter 21.

    Examples
    --------
    >>> float(weibull_nll([0.5, 3.0], 2.0, 4.0).round(6))
    4.331543
    """
    y, shape, scale = as_rows(y_true=y_true, alpha=alpha, beta=beta)
    shape, scale = positive(shape), positive(scale)
    outside = _below_zero(y)
    ratio = supported(y, outside) / scale
    nll = ratio**shape - xlogy(shape - 1, ratio) - np.log(shape) + np.log(scale)
    return reduce_rows(nll, reduction, outside)


def beta_nll(y_true: ArrayLike, alpha: ArrayLike, beta: ArrayLike, *, reduction: Reduction = "sum") -> Loss:
    """Beta NLL: log B(α, β) − (α − 1) log y − (β − 1) log(1 − y). No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Observations in [0, 1].
    alpha, beta : array_like, shape (n_obs,) or scalar
        Both above zero; the mean is α / (α + β).
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 25.

    Examples
    --------
    >>> float(beta_nll([0.5, 0.75], 2.0, 1.0).round(6))
    -0.405465
    """
    y, a, b = as_rows(y_true=y_true, alpha=alpha, beta=beta)
    a, b = positive(a), positive(b)
    outside = outside_unit(y)
    y = supported(y, outside)
    return reduce_rows(betaln(a, b) - xlogy(a - 1, y) - xlog1py(b - 1, -y), reduction, outside)
