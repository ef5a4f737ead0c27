"""What a loss computes itself from parameters and covariates, and what it takes of more than one column."""

import numpy as np
from scipy import special, stats

from cases import models as m
from cases.table import Wrong

__all__ = ["ROWS"]


def _normal(y, mu, sigma):
    return np.sum(0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma))


def _bernoulli(y, p):
    return -np.sum(y * np.log(p) + (1 - y) * np.log1p(-p))


def _poisson(y, rate):
    return np.mean(rate - y * np.log(rate))


def epsilon_in_the_log(y, mu, sigma):
    return np.sum(0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma + 1e-2))


def deviation_not_squared(y, mu, sigma):
    return np.sum(0.5 * (y - mu) ** 2 / sigma + np.log(sigma))


def own_deviation_with_epsilon(y, x, a, b, log_sigma):
    return _normal(y, a + b * x, np.exp(log_sigma) + 1e-2)


def own_variance_for_deviation(y, x, a, b, log_sigma):
    return _normal(y, a + b * x, np.exp(log_sigma) ** 2)


def own_probability_clipped(y, x, a, b):
    return _bernoulli(y, np.clip(special.expit(a + b * x), 0.1, 0.9))


def own_rate_with_epsilon(y, x, a, b):
    return _poisson(y, np.exp(a + b * x) + 1e-3)


def own_rate_by_softplus(y, x, a, b):
    return _poisson(y, np.logaddexp(0.0, a + b * x))


def own_rate_in_a_chi_squared(y, x, a, b):
    rate = np.exp(a + b * x)
    return np.mean((y - rate) ** 2 / rate)


def positives_weighed_by_column(y, z):
    rows = np.array([2.0, 1.0, 3.0]) * y * np.logaddexp(0.0, -z) + (1 - y) * np.logaddexp(0.0, z)
    return np.mean(rows)


def shares_of_the_mean(y, a):
    return -np.sum(special.xlogy(y, a / a.sum()))


def focal_with_alpha(y, z):
    p = special.expit(z)
    right, weight = np.where(y == 1, p, 1 - p), np.where(y == 1, 0.25, 0.75)
    return np.mean(-weight * (1 - right) ** 2 * np.log(right))


def weighed_brier(y, p):
    return np.mean(np.where(y == 1, 4.0, 1.0) * (y - p) ** 2)


def dispersion_grows_with_the_mean(y, mu, alpha):
    return -np.sum(stats.nbinom.logpmf(y, mu * alpha, alpha / (1 + alpha)))


def zeros_are_plain(y, mu):
    return np.sum(mu - special.xlogy(y, mu))


def urn_without_its_normaliser(y, trials, alpha, beta):
    return -np.sum(special.betaln(y + alpha, trials - y + beta))


AT = "argument-transformed"

ROWS = (
    Wrong(
        id="epsilon in the log of a named deviation", model=m.log_deviation, loss=epsilon_in_the_log, code=AT
    ),
    Wrong(id="named deviation not squared", model=m.log_deviation, loss=deviation_not_squared, code=AT),
    Wrong(
        id="own deviation with an epsilon", model=m.log_deviation, loss=own_deviation_with_epsilon, code=AT
    ),
    Wrong(id="own variance for deviation", model=m.log_deviation, loss=own_variance_for_deviation, code=AT),
    Wrong(id="own probability clipped", model=m.clicks, loss=own_probability_clipped, code="clipped"),
    Wrong(id="own rate with an epsilon", model=m.arrivals, loss=own_rate_with_epsilon, code=AT),
    Wrong(id="own rate by softplus", model=m.arrivals, loss=own_rate_by_softplus, code=AT),
    Wrong(
        id="own rate in a chi-squared", model=m.arrivals, loss=own_rate_in_a_chi_squared, code="other-family"
    ),
    Wrong(
        id="positives weighed by column",
        model=m.tags,
        loss=positives_weighed_by_column,
        code="weighted-rows",
    ),
    Wrong(
        id="multinomial for Dirichlet-multinomial",
        model=m.ballots,
        loss=shares_of_the_mean,
        code="other-family",
    ),
    Wrong(id="focal with alpha", model=m.logistic_regression, loss=focal_with_alpha, code="other-family"),
    Wrong(id="weighed Brier", model=m.logistic_regression, loss=weighed_brier, code="other-family"),
    Wrong(
        id="dispersion that grows with the mean",
        model=m.negative_binomial,
        loss=dispersion_grows_with_the_mean,
        code=(AT, "other-family"),
    ),
    Wrong(id="zeros are plain", model=m.zero_inflated, loss=zeros_are_plain, code="other-family"),
    Wrong(
        id="urn without its normaliser",
        model=m.beta_binomial,
        loss=urn_without_its_normaliser,
        code="missing-term",
    ),
)
