"""Counts: rates, exposure, overdispersion, too many zeros."""

import functools

import numpy as np
from scipy import special, stats

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def with_epsilon(y, mu, eps):
    return np.mean(mu - y * np.log(mu + eps))


def log_of_one_more(y, mu):
    return np.sum(mu - y * np.log1p(mu))


def rate_per_exposure(y, exposure, rate):
    return np.sum(rate - y / exposure * np.log(rate))


def log_exposure_as_factor(y, exposure, rate):
    mu = rate * np.log1p(exposure)
    return np.sum(mu - y * np.log(mu))


def exposure_squared(y, exposure, rate):
    return right.poisson(y, exposure**2 * rate)


def counts_above_zero(y, mu):
    return np.sum((mu - y * np.log(mu))[y > 0])


def large_counts_capped(y, mu):
    return right.poisson(np.minimum(y, 5), mu)


def other_probability(y, n, p):
    return -np.sum(stats.nbinom.logpmf(y, n, 1 - p))


def mean_of_another_convention(y, mu, alpha):
    p = alpha / (alpha + mu)
    return -np.sum(special.gammaln(y + alpha) - special.gammaln(alpha) + alpha * np.log1p(-p) + y * np.log(p))


def gammas_dropped(y, mu, alpha):
    return np.sum((y + alpha) * np.log(alpha + mu) - alpha * np.log(alpha) - y * np.log(mu))


def one_gamma_dropped(y, mu, alpha):
    return right.negative_binomial(y, mu, alpha) - len(y) * special.gammaln(alpha)


def overdispersion_swapped(y, mu, alpha):
    return right.negative_binomial(y, alpha, mu)


def quadratic_variance(y, mu, alpha):
    return -np.sum(stats.norm.logpdf(y, mu, np.sqrt(mu + mu**2 / alpha)))


def hurdle(y, psi, mu):
    return -np.sum(np.where(y == 0, np.log1p(-psi), np.log(psi) + stats.poisson.logpmf(y, mu)))


def gate_twice(y, psi, mu):
    return right.zero_inflated(y, special.expit(psi), mu)


def zero_not_logged(y, psi, mu):
    zero = 1 - psi + psi * np.exp(-mu)
    return -np.sum(np.where(y == 0, zero, np.log(psi) + stats.poisson.logpmf(y, mu)))


def positive_part(y, psi, mu):
    positive = y > 0
    return -np.sum(np.log(psi) + stats.poisson.logpmf(y[positive], mu))


def failure_probability(y, p):
    return right.geometric(y, 1 - p)


def geometric_as_exponential(y, p):
    return np.sum(p * y - np.log(p))


def waits_only(y, p):
    return -np.mean((y - 1) * np.log1p(-p))


ROWS = (
    Wrong(
        id="epsilon inside the logarithm of a rate",
        model=m.poisson,
        loss=functools.partial(with_epsilon, eps=0.05),
        code="argument-transformed",
    ),
    Wrong(
        id="logarithm of one more than the rate",
        model=m.poisson,
        loss=log_of_one_more,
        code="argument-transformed",
    ),
    Wrong(
        id="counts per exposure, not weighted",
        model=m.poisson_rates,
        loss=rate_per_exposure,
        code="weighted-rows",
        source="dswah/pyGAM#98",
    ),
    Wrong(
        id="exposure logged twice",
        model=m.poisson_rates,
        loss=log_exposure_as_factor,
        code="argument-transformed",
        source="statsmodels/statsmodels#2019",
    ),
    Wrong(
        id="exposure counted twice",
        model=m.poisson_rates,
        loss=exposure_squared,
        code="argument-transformed",
    ),
    Wrong(
        id="rows without a count dropped",
        model=m.poisson,
        loss=counts_above_zero,
        code="row-subset",
    ),
    Wrong(
        id="counts capped at five",
        model=m.poisson,
        loss=large_counts_capped,
        code=("label-encoding", "row-subset"),  # other counts; right where y <= 5
    ),
    Wrong(
        id="probability of the other outcome",
        model=m.negative_binomial,
        loss=other_probability,
        code="argument-transformed",
        options={"args": {"n": lambda alpha: alpha, "p": lambda alpha, mu: alpha / (alpha + mu)}},
        source="pytorch/pytorch#62178",
    ),
    Wrong(
        id="mean in the convention of another library",
        model=m.negative_binomial,
        loss=mean_of_another_convention,
        code="argument-transformed",
        source="OpenTabular/DeepTab#429",
    ),
    Wrong(
        id="gamma functions dropped as if they were constants",
        model=m.negative_binomial,
        loss=gammas_dropped,
        code="missing-term",
    ),
    Wrong(
        id="one of two gamma functions dropped",
        model=m.negative_binomial,
        loss=one_gamma_dropped,
        code="missing-term",
    ),
    Wrong(
        id="mean and inverse dispersion exchanged",
        model=m.negative_binomial,
        loss=overdispersion_swapped,
        code="arguments-swapped",
        source="scverse/scvi-tools#1999",
    ),
    Wrong(
        id="normal with the variance of counts",
        model=m.negative_binomial,
        loss=quadratic_variance,
        code="other-family",
    ),
    Wrong(
        id="hurdle for inflation",
        model=m.zero_inflated,
        loss=hurdle,
        code=("missing-term", "row-subset", "other-family"),  # right for y > 0
    ),
    Wrong(
        id="logit of the gate taken for its probability",
        model=m.zero_inflated,
        loss=gate_twice,
        code="argument-transformed",
        source="pyro-ppl/pyro#3301",
    ),
    Wrong(
        id="probability of zero not logged",
        model=m.zero_inflated,
        loss=zero_not_logged,
        code=("row-subset", "not-a-density"),  # right for y > 0
    ),
    Wrong(
        id="zeros dropped before the fit",
        model=m.zero_inflated,
        loss=positive_part,
        code="row-subset",
    ),
    Wrong(
        id="failure probability for success",
        model=m.geometric,
        loss=failure_probability,
        code="argument-transformed",
    ),
    Wrong(
        id="exponential for geometric",
        model=m.geometric,
        loss=geometric_as_exponential,
        relation="minimizer",  # both put p at one over the mean
        code="other-family",
    ),
    Wrong(
        id="success of the last try forgotten",
        model=m.geometric,
        loss=waits_only,
        code="missing-term",
    ),
)
