"""Losses for real-valued observations: Gaussian, Laplace, Student-t and the errors that stand for them."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from nllcheck.losses._rows import (
    HALF_LOG_2PI,
    Array,
    Loss,
    Reduction,
    as_rows,
    finite,
    only_where,
    positive,
    reduce_rows,
)

__all__ = [
    "gaussian_nll",
    "gaussian_nll_log_variance",
    "heteroscedastic_gaussian_nll",
    "laplace_nll",
    "mean_absolute_error",
    "mean_squared_error",
    "quantile_loss",
    "student_t_nll",
]


def gaussian_nll(y_true: ArrayLike, y_pred: ArrayLike, sigma: ArrayLike) -> Loss:
    """Gaussian NLL with one sigma for all rows: ½ Σ ((y − ŷ) / σ)² + n log σ.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their means.
    sigma : float
        Standard deviation (not variance), above zero.

    Returns
    -------
    floating
        The sum over rows, without the constant n/2 · log 2π.

    Raises
    ------
    ValueError
        `sigma` is no scalar: see `heteroscedastic_gaussian_nll`.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 1.54.

    Examples
    --------
    >>> float(gaussian_nll([2.0, 3.0, 4.5], [2.2, 2.8, 4.4], 1.0).round(12))
    0.045
    """
    y, mu, sd = as_rows(y_true=y_true, y_pred=y_pred, sigma=sigma)
    if sd.ndim:
        raise ValueError(
            f"sigma has shape {sd.shape}, but gaussian_nll takes one sigma for all rows; "
            "for one a row use heteroscedastic_gaussian_nll"
        )
    sd = positive(sd)
    nll: Loss = 0.5 * np.sum(((y - finite(mu)) / sd) ** 2) + y.size * np.log(sd)
    return nll


def heteroscedastic_gaussian_nll(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sigma: ArrayLike,
    *,
    full: bool = False,
    reduction: Reduction = "sum",
) -> Loss:
    """Gaussian NLL with a sigma for each row: ½ ((y − ŷ) / σ)² + log σ.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their means.
    sigma : array_like, shape (n_obs,) or scalar
        Standard deviation (not variance), above zero.
    full : bool
        Add the constant ½ log 2π of each row, which is dropped otherwise.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Nix and Weigend (1994), Estimating the mean and variance of the target probability distribution.

    Examples
    --------
    >>> float(heteroscedastic_gaussian_nll([2.0, 3.0], [1.0, 3.0], [0.5, 2.0]))
    2.0
    """
    y, mu, sd = as_rows(y_true=y_true, y_pred=y_pred, sigma=sigma)
    sd = positive(sd)
    nll = 0.5 * ((y - finite(mu)) / sd) ** 2 + np.log(sd)
    return reduce_rows(_with_constant(nll, full), reduction)


def gaussian_nll_log_variance(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    log_variance: ArrayLike,
    *,
    full: bool = False,
    reduction: Reduction = "sum",
) -> Loss:
    """Gaussian NLL from s = log σ²: ½ (s + (y − ŷ)² exp(−s)).

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their means.
    log_variance : array_like, shape (n_obs,) or scalar
        Natural logarithm of the variance, any real number.
    full : bool
        Add the constant ½ log 2π of each row, which is dropped otherwise.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Kendall and Gal (2017), What uncertainties do we need in Bayesian deep learning?, eq. 8.

    Examples
    --------
    >>> float(gaussian_nll_log_variance([2.0, 3.0], [1.0, 1.0], 0.0))
    2.5
    """
    y, mu, s = as_rows(y_true=y_true, y_pred=y_pred, log_variance=log_variance)
    s = finite(s)
    nll = 0.5 * (s + ((y - finite(mu)) * np.exp(-0.5 * s)) ** 2)
    return reduce_rows(_with_constant(nll, full), reduction)


def _with_constant(nll: Array, full: bool) -> Array:
    return nll + HALF_LOG_2PI if full else nll


def mean_squared_error(y_true: ArrayLike, y_pred: ArrayLike) -> Loss:
    """Mean squared error, (1/n) Σ (y − ŷ)²: for any fixed σ, 2σ²/n times the Gaussian NLL plus a constant.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their means.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, section 1.2.5.

    Examples
    --------
    >>> float(mean_squared_error([2.0, 3.0], [1.0, 5.0]))
    2.5
    """
    y, mu = as_rows(y_true=y_true, y_pred=y_pred)
    mean: Loss = np.mean((y - finite(mu)) ** 2)
    return mean


def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> Loss:
    """Mean absolute error, (1/n) Σ |y − ŷ|: for any fixed b, b/n times the Laplace NLL plus a constant.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their medians.

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 24.

    Examples
    --------
    >>> float(mean_absolute_error([2.0, 3.0], [1.0, 5.0]))
    1.5
    """
    y, mu = as_rows(y_true=y_true, y_pred=y_pred)
    mean: Loss = np.mean(np.abs(y - finite(mu)))
    return mean


def laplace_nll(y_true: ArrayLike, y_pred: ArrayLike, b: ArrayLike, *, reduction: Reduction = "sum") -> Loss:
    """Laplace NLL: |y − ŷ| / b + log 2b. No constant is dropped.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their medians.
    b : array_like, shape (n_obs,) or scalar
        Scale, above zero; the standard deviation is √2 b.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 24.

    Examples
    --------
    >>> float(laplace_nll([2.0, 3.0], [1.0, 5.0], 0.5))
    6.0
    """
    y, mu, scale = as_rows(y_true=y_true, y_pred=y_pred, b=b)
    scale = positive(scale)
    return reduce_rows(np.abs(y - finite(mu)) / scale + np.log(2 * scale), reduction)


def student_t_nll(
    y_true: ArrayLike, y_pred: ArrayLike, sigma: ArrayLike, nu: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Student-t NLL: log B(ν/2, ½) + ½ log ν + log σ + (ν + 1)/2 · log(1 + ((y − ŷ) / σ)² / ν).

    No constant is dropped. B is the beta function.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their locations.
    sigma : array_like, shape (n_obs,) or scalar
        Scale, above zero; the standard deviation is σ √(ν / (ν − 2)).
    nu : array_like, shape (n_obs,) or scalar
        Degrees of freedom, above zero and finite.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kotz and Balakrishnan (1995), Continuous Univariate Distributions 2, chapter 28.

    Examples
    --------
    >>> float(student_t_nll([2.0, 3.0], [1.0, 3.5], 0.5, 4.0).round(6))
    2.866091
    """
    y, mu, scale, df = as_rows(y_true=y_true, y_pred=y_pred, sigma=sigma, nu=nu)
    scale, df = positive(scale), positive(df)
    z = (y - finite(mu)) / scale
    normaliser = betaln(df / 2, 0.5) + 0.5 * np.log(df) + np.log(scale)
    return reduce_rows(normaliser + (df + 1) / 2 * np.log1p(z**2 / df), reduction)


def quantile_loss(
    y_true: ArrayLike, y_pred: ArrayLike, q: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Pinball loss max(q r, (q − 1) r) with r = y − ŷ, minimal at the quantile q.

    For any fixed scale b and q it is b times the NLL of the asymmetric Laplace distribution, whose density is
    q (1 − q) / b · exp(−loss / b), up to a constant: b log(q (1 − q) / b) a row is dropped.

    Parameters
    ----------
    y_true, y_pred : array_like, shape (n_obs,)
        Observations and their quantiles.
    q : array_like, shape (n_obs,) or scalar
        Probability of an observation below `y_pred`, in (0, 1).
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Koenker and Machado (1999), Goodness of fit and related inference processes for quantile regression.

    Examples
    --------
    >>> float(quantile_loss([2.0, 3.0], [1.0, 5.0], 0.75))
    1.25
    """
    y, quantile, level = as_rows(y_true=y_true, y_pred=y_pred, q=q)
    level = only_where((level > 0) & (level < 1), level)
    residual = y - finite(quantile)
    return reduce_rows(np.maximum(level * residual, (level - 1) * residual), reduction)
