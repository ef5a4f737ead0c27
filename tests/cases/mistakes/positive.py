"""Positive data and shares."""

import numpy as np
import pymc as pm
from scipy import special, stats

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def root_of_lambda_missing(y, mu, lam):
    return -np.sum(np.log(lam) - lam * (y - mu) ** 2 / (2 * mu**2 * y))


def raw_mean_for_scipy(y, mu, lam):
    return -np.sum(stats.invgauss.logpdf(y, mu, scale=lam))


def mean_once(y, mu, lam):
    return 0.5 * np.sum(lam * (y - mu) ** 2 / (mu * y) - np.log(lam))


def rate_logged_once(y, alpha, beta):
    return np.sum(special.gammaln(alpha) - np.log(beta) - alpha * np.log(y) + beta * y)


def mean_for_rate(y, alpha, beta):
    return -np.sum(stats.gamma.logpdf(y, alpha, scale=beta / alpha))


def gamma_of_the_inverse(y, alpha, beta):
    return np.sum(special.gammaln(alpha) - alpha * np.log(beta) + alpha * np.log(y) + beta * y)


def inverse_rate(y, alpha, beta):
    return -np.sum(stats.invgamma.logpdf(y, alpha, scale=1 / beta))


def normaliser_dropped(y, alpha, beta):
    return np.sum(alpha * np.log(y) + beta / y - alpha * np.log(beta))


def log_variance_for_deviation(y, mu, sigma):
    r = np.log(y) - mu
    return 0.5 * np.sum(r**2 / sigma + np.log(sigma))


def mean_of_amounts(y, mu, sigma):
    return right.gaussian_of_logs(y, mu - 0.5 * sigma**2, sigma)


def base_ten(y, mu, sigma):
    return -np.sum(stats.norm.logpdf(np.log10(y), mu, sigma))


def one_more(y, mu, sigma):
    return right.gaussian(np.log1p(y), mu, sigma)


def log_sigma_lost(y, mu, sigma):
    return np.sum((np.log(y) - mu) ** 2 / (2 * sigma**2))


def shape_not_logged(y, alpha, beta):
    return np.sum((y / beta) ** alpha - alpha * np.log(y / beta))


def normaliser_halved(y, alpha, beta):
    return np.sum(0.5 * special.betaln(alpha, beta) - alpha * np.log(y) - beta * np.log1p(-y))


def gammas_not_logged(y, alpha, beta):
    return -np.sum((alpha - 1) * np.log(y) + (beta - 1) * np.log1p(-y))


def precision_inverted(y, mu, nu):
    return right.beta(y, mu / nu, (1 - mu) / nu)


def cross_entropy_of_shares(y, mu):
    return right.cross_entropy(y, mu)


def logit_normal(y, mu, nu):
    z = special.logit(y) - special.logit(mu)
    return 0.5 * np.sum(nu * z**2 - np.log(nu))


def mean_exchanged(y, mu, nu):
    return np.mean(right.beta(y, (1 - mu) * nu, mu * nu))


def start_forgotten(y, alpha):
    return np.sum((alpha + 1) * np.log(y) - np.log(alpha))


def exponential_of_excess(y, alpha):
    return np.sum(alpha * (y - 1.2) - np.log(alpha))


def inverse_tail(y, alpha):
    return right.pareto(y, 1 / alpha)


def hazard_not_logged(y, lam):
    return np.sum(lam * y - lam)


def time_not_included(y, lam):
    return np.sum(lam - np.log(lam))


def mean_waiting_time(y, lam):
    return stats.expon.logpdf(y, scale=lam) * -1


ROWS = (
    Wrong(
        id="square root of lambda missing",
        model=m.inverse_gaussian,
        loss=root_of_lambda_missing,
        code="wrong-coefficient",
        source="LaplacesDemonR/LaplacesDemon#31",
    ),
    Wrong(
        id="mean not divided by lambda for SciPy",
        model=m.inverse_gaussian,
        loss=raw_mean_for_scipy,
        code="argument-transformed",
        source="dswah/pyGAM#536",
    ),
    Wrong(
        id="mean not squared",
        model=m.inverse_gaussian,
        loss=mean_once,
        code=("not-a-density", "argument-transformed"),  # lambda mu, and half a logarithm of mu
    ),
    Wrong(
        id="log rate once, not alpha times",
        model=m.gamma_shape_rate,
        loss=rate_logged_once,
        code=("wrong-coefficient", "missing-term"),  # alpha is the coefficient that lacks
    ),
    Wrong(
        id="mean for rate of a gamma",
        model=m.gamma_shape_rate,
        loss=mean_for_rate,
        code="argument-transformed",
    ),
    Wrong(
        id="inverse gamma for gamma",
        model=m.gamma_shape_rate,
        loss=lambda y, alpha, beta: -stats.invgamma.logpdf(y, alpha, scale=beta),
        code=("other-family", "argument-transformed"),  # of y, or of 1/y
    ),
    Wrong(
        id="sign of one exponent of the gamma",
        model=m.gamma_shape_rate,
        loss=gamma_of_the_inverse,
        code="wrong-coefficient",
    ),
    Wrong(
        id="rate for scale of an inverse gamma",
        model=m.inverse_gamma,
        loss=inverse_rate,
        code="argument-transformed",
    ),
    Wrong(
        id="log gamma dropped as if it were a constant",
        model=m.inverse_gamma,
        loss=normaliser_dropped,
        code="missing-term",
    ),
    Wrong(
        id="gamma for inverse gamma",
        model=m.inverse_gamma,
        loss=lambda y, alpha, beta: right.gamma(y, alpha, beta),
        code=("other-family", "argument-transformed"),  # of y, or of 1/y
    ),
    Wrong(
        id="variance of the logarithms for their deviation",
        model=m.lognormal,
        loss=log_variance_for_deviation,
        code="argument-transformed",
    ),
    Wrong(
        id="mean of the amounts for the mean of their logarithms",
        model=m.lognormal,
        loss=mean_of_amounts,
        code="argument-transformed",
    ),
    Wrong(
        id="common logarithm of the amounts",
        model=m.lognormal,
        loss=base_ten,
        code="argument-transformed",
    ),
    Wrong(
        id="logarithm of one more than the amount",
        model=m.lognormal,
        loss=one_more,
        code="argument-transformed",
    ),
    Wrong(
        id="log sigma of a log-normal lost",
        model=m.lognormal,
        loss=log_sigma_lost,
        code="missing-term",
    ),
    Wrong(
        id="logarithm of the shape lost",
        model=m.weibull,
        loss=shape_not_logged,
        code="missing-term",
    ),
    Wrong(
        id="half of the normaliser of a beta",
        model=m.beta,
        loss=normaliser_halved,
        code="wrong-coefficient",
    ),
    Wrong(
        id="normaliser of a beta dropped",
        model=m.beta,
        loss=gammas_not_logged,
        code="missing-term",
    ),
    Wrong(
        id="dispersion for the precision of shares",
        model=m.beta_regression,
        loss=precision_inverted,
        code="argument-transformed",
    ),
    Wrong(
        id="cross-entropy of shares",
        model=m.beta_regression,
        loss=cross_entropy_of_shares,
        code="other-family",
        options={"given": "nu"},
    ),
    Wrong(
        id="normal logits of shares",
        model=m.beta_regression,
        loss=logit_normal,
        code="other-family",
    ),
    Wrong(
        id="mean of the other share",
        model=m.beta_regression,
        loss=mean_exchanged,
        code="argument-transformed",
    ),
    Wrong(
        id="start of the tail forgotten",
        model=m.pareto,
        loss=start_forgotten,
        code="missing-term",
    ),
    Wrong(
        id="exponential tail",
        model=m.pareto,
        loss=exponential_of_excess,
        code=("other-family", "argument-transformed"),  # y - 1.2 in place of log(y / 1.2)
    ),
    Wrong(
        id="inverse of the tail exponent",
        model=m.pareto,
        loss=inverse_tail,
        code="argument-transformed",
    ),
    Wrong(
        id="rate not logged",
        model=m.hazards,
        loss=hazard_not_logged,
        code=("missing-term", "extra-term", "argument-transformed"),  # lam stands where log lam should
        source="chjackson/flexsurv#101",
    ),
    Wrong(
        id="waiting times forgotten",
        model=m.hazards,
        loss=time_not_included,
        code=("missing-term", "extra-term"),  # lam stands where lam y should
    ),
    Wrong(
        id="mean of each wait for its rate",
        model=m.hazards,
        loss=mean_waiting_time,
        code="argument-transformed",
    ),
    Wrong(
        id="rate for mean of Exponential",
        model=pm.Exponential,
        loss=lambda y, lam: np.mean(np.log(lam) + y / lam),
        code="argument-transformed",
    ),
)
