"""Losses for counts: Poisson, negative binomial, binomial, geometric."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, xlog1py, xlogy

from nllcheck.losses._rows import (
    Array,
    Loss,
    Reduction,
    as_rows,
    only_where,
    positive,
    probability,
    reduce_rows,
    supported,
)

__all__ = ["binomial_nll", "geometric_nll", "negative_binomial_nll", "poisson_nll"]


def _no_count(y: Array, lowest: int = 0) -> Array:
    """Rows that are no whole number from `lowest` on; nan is left to the formula."""
    return (y < lowest) | (np.floor(y) < y) | np.isinf(y)


def poisson_nll(
    y_true: ArrayLike, rate: ArrayLike, *, full: bool = False, reduction: Reduction = "sum"
) -> Loss:
    """Poisson NLL: λ − y log λ, without log y! unless `full`.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Counts 0, 1, 2, …
    rate : array_like, shape (n_obs,) or scalar
        λ, the mean (not its logarithm), at least zero, finite; 0 log 0 is 0.
    full : bool
        Add log y! of each row, which depends on the data only and is dropped otherwise.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, chapter 4.

    Examples
    --------
    >>> float(poisson_nll([0, 3], 2.0).round(6)), float(poisson_nll([0, 3], 2.0, full=True).round(6))
    (1.920558, 3.712318)
    """
    y, lam = as_rows(y_true=y_true, rate=rate)
    lam = only_where((lam >= 0) & (lam < np.inf), lam)
    outside = _no_count(y)
    y = supported(y, outside)
    nll = lam - xlogy(y, lam)
    return reduce_rows(nll + gammaln(y + 1) if full else nll, reduction, outside)


def negative_binomial_nll(
    y_true: ArrayLike, mu: ArrayLike, alpha: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Negative binomial NLL by mean and dispersion: −log C(y + α − 1, y) + α log(1 + μ/α) + y log(1 + α/μ).

    No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Counts 0, 1, 2, …
    mu : array_like, shape (n_obs,) or scalar
        Mean, above zero.
    alpha : array_like, shape (n_obs,) or scalar
        As in PyMC, above zero: the variance is μ + μ²/α (many books call 1/α the dispersion).
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, chapter 5.

    Examples
    --------
    >>> float(negative_binomial_nll([0, 3], 2.0, 4.0).round(6))
    3.543825
    """
    y, mean, a = as_rows(y_true=y_true, mu=mu, alpha=alpha)
    mean, a = positive(mean), positive(a)
    outside = _no_count(y)
    y = supported(y, outside)
    choose = -betaln(y + 1, a) - np.log(y + a)  # log C(y + α − 1, y); gammaln would cancel for large α
    return reduce_rows(a * np.log1p(mean / a) + y * np.log1p(a / mean) - choose, reduction, outside)


def binomial_nll(
    y_true: ArrayLike, n_trials: ArrayLike, p: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Binomial NLL: −log C(n, y) − y log p − (n − y) log(1 − p). No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Successes 0, 1, …, `n_trials`.
    n_trials : array_like, shape (n_obs,) or scalar
        Number of trials of a row, 0, 1, 2, …
    p : array_like, shape (n_obs,) or scalar
        Probability of success in [0, 1]; 0 log 0 is 0.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, chapter 3.

    Examples
    --------
    >>> float(binomial_nll([0, 3], 4, 0.25).round(6))
    4.210999
    """
    y, n, chance = as_rows(y_true=y_true, n_trials=n_trials, p=p)
    n, chance = only_where(~_no_count(n), n), probability(chance)
    outside = _no_count(y) | (y > n)
    y = supported(y, outside, inside=0)
    choose = -betaln(n - y + 1, y + 1) - np.log1p(n)
    nll = -xlogy(y, chance) - xlog1py(n - y, -chance) - choose
    return reduce_rows(nll, reduction, outside)


def geometric_nll(y_true: ArrayLike, p: ArrayLike, *, reduction: Reduction = "sum") -> Loss:
    """Geometric NLL of the trial that first succeeds: −log p − (y − 1) log(1 − p). No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Trials 1, 2, 3, … (not failures from 0).
    p : array_like, shape (n_obs,) or scalar
        Probability of success in (0, 1]; 0 log 0 is 0.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Johnson, Kemp and Kotz (2005), Univariate Discrete Distributions, chapter 5.

    Examples
    --------
    >>> float(geometric_nll([1, 3], 0.25).round(6))
    3.347953
    """
    y, chance = as_rows(y_true=y_true, p=p)
    chance = positive(probability(chance))
    outside = _no_count(y, lowest=1)
    y = supported(y, outside)
    return reduce_rows(-np.log(chance) - xlog1py(y - 1, -chance), reduction, outside)
