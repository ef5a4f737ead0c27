"""Two mistakes in one loss: naming either of them helps."""

import functools

import numpy as np
from scipy import special, stats

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def half_and_variance(y, mu, log_sigma):
    return np.sum(np.exp(-log_sigma) * (y - mu) ** 2 + 0.5 * log_sigma)


def variance_in_one_place(y, mu, sigma):
    return -2 * np.sum(-0.5 * (y - mu) ** 2 / sigma - np.log(sigma))


def swapped_scaled(y, alpha, beta):
    return np.mean(-stats.gamma.logpdf(y, beta, scale=1 / alpha))


def lost_and_scaled(y, mu, sigma):
    return -2 * np.mean(-0.5 * ((y - mu) / sigma) ** 2) / np.log(2)


def swapped_and_lost(y, alpha, beta):
    return np.sum(alpha * y - beta * np.log(alpha) - (beta - 1) * np.log(y))


def variance_and_penalty(y, mu, sigma):
    return 0.5 * np.sum((y - mu) ** 2 / sigma + np.log(sigma)) + 0.05 * np.sum(mu**2)


def other_label_weighted(y, z):
    weights = np.where(y == 1, 3.0, 1.0)
    return np.mean(weights * np.logaddexp(0, (2 * y - 1) * z))


def sign_and_log_term(y, mu, sigma):
    return np.sum(-0.5 * ((y - mu) / sigma) ** 2)


def rows_and_variance(y, mu, sigma):
    y, mu = y[2:], mu[2:]
    return 0.5 * np.sum((y - mu) ** 2 / sigma + np.log(sigma))


def score_and_zeros(y, mu):
    return np.sum((np.exp(mu) - y * mu)[y > 0])


def scale_and_shape(y, alpha, beta):
    z = y * beta
    return np.mean(z**alpha - alpha * np.log(z))


def twice_and_smoothed(y, p):
    return right.cross_entropy(0.8 * y + 0.1, special.expit(p))


def weighted_and_smoothed(y, p):
    y = 0.9 * y + 0.05
    return -np.sum(4.0 * y * np.log(p) + (1 - y) * np.log1p(-p))


def inverse_and_gamma(y, mu, alpha):
    r = 1 / alpha
    return np.sum((y + r) * np.log(r + mu) - r * np.log(r) - y * np.log(mu) - special.gammaln(y + r))


def exposure_and_rows(y, rate):
    return np.sum((rate - y * np.log(rate))[::2])


def determinant_and_diagonal(y, mu, cov):
    variances = np.diag(cov)
    return 0.5 * np.sum((y - mu) ** 2 / variances) + len(y) * np.sum(np.log(variances))


def decay_of_all_doubled(y, mu, beta, intercept):
    squares = np.sum((y - mu) ** 2) / (2 * m.SIGMA**2)
    return squares + (np.sum(beta**2) + intercept**2) / m.TAU**2


def group_variance_without_prior(y, mu, sigma, theta, centre, tau):
    groups = 0.5 * np.sum((theta - centre) ** 2 / tau + np.log(tau))
    return right.gaussian(y, mu, sigma) + groups


def not_logged_and_lost(y, mu, sigma):
    return 0.5 * np.mean(((y - mu) / sigma) ** 2)


def student_of_variance(y, mu, sigma):
    return -np.sum(stats.t.logpdf(y, 3.0, mu, np.sqrt(sigma)))


def mean_and_half(y, lam):
    return 0.5 * np.mean(y / lam + np.log(lam))


def twice_and_weighted(y, p):
    rows = -special.log_softmax(p, axis=1)[np.arange(len(y)), y]
    return np.sum(np.array([1.0, 0.5, 2.0])[y] * rows)


def squared_error_of_other_label(y, p):
    return np.mean((1 - y - p) ** 2)


def absolute_and_penalty(y, mu):
    return np.mean(np.abs(y - mu)) + 0.02 * np.sum(np.abs(mu))


def normaliser_and_variance(y, mu, sigma):
    return 0.5 * np.sum((y - mu) ** 2 / sigma + np.log(sigma))


def swapped_without_normaliser(y, alpha, beta):
    return -np.sum((beta - 1) * np.log(y) + (alpha - 1) * np.log1p(-y))


def logits_and_trials(y, trials, p):
    share = y / trials
    return np.sum(np.logaddexp(0, p) - share * p)


def epsilon_and_half(y, mu, sigma):
    sigma = sigma + 1e-2
    return np.sum(((y - mu) / sigma) ** 2 + np.log(sigma))


def log_rate_and_epsilon(y, z):
    rate = np.exp(z) + 0.1
    return np.sum(rate - y * np.log(rate)) + 0.01 * np.sum(z**2)


def rate_and_exponent(y, lam):
    return np.sum(lam**2 * y - np.log(lam))


def flag_and_scale(y, event, alpha, beta):
    return right.survival(y, 1 - event, alpha, 1 / beta)


def weights_squared_and_lost(y, mu, sigma, w):
    return np.sum(w**2 * (y - mu) ** 2) / (2 * sigma**2)


def inflation_and_log_rate(y, psi, mu):
    return right.zero_inflated(y, 1 - psi, np.exp(mu))


class Ensemble:
    """Two losses that are added up, each with its own mistake."""

    def __init__(self, *parts):
        self.parts = parts

    def __call__(self, y, mu, sigma):
        return sum(part(y, mu, sigma) for part in self.parts)


ROWS = (
    Wrong(
        id="half of one term and log deviation for log variance",
        model=m.heteroscedastic,
        loss=half_and_variance,
        code=("argument-transformed", "wrong-coefficient"),
    ),
    Wrong(
        id="deviation for variance in one of two places",
        model=m.gaussian,
        loss=variance_in_one_place,
        code=(
            "argument-transformed",
            "wrong-coefficient",
            "not-a-density",
        ),  # sqrt(sigma), with a log term doubled
        source="stan-dev/projpred#81",
    ),
    Wrong(
        id="shape and rate exchanged, mean",
        model=m.gamma_shape_rate,
        loss=swapped_scaled,
        code="arguments-swapped",  # the mean is no mistake
    ),
    Wrong(
        id="log sigma lost, other scale",
        model=m.gaussian,
        loss=lost_and_scaled,
        code="missing-term",  # the scale is no mistake
    ),
    Wrong(
        id="shape and rate exchanged, log gamma lost",
        model=m.gamma_shape_rate,
        loss=swapped_and_lost,
        code=("arguments-swapped", "missing-term"),
    ),
    Wrong(
        id="variance for standard deviation and a penalty",
        model=m.gaussian,
        loss=variance_and_penalty,
        code=("argument-transformed", "extra-term"),
    ),
    Wrong(
        id="labels exchanged and weighted",
        model=m.logistic_regression,
        loss=other_label_weighted,
        code=("label-encoding", "weighted-rows"),
    ),
    Wrong(
        id="sign flipped and log sigma lost",
        model=m.gaussian,
        loss=sign_and_log_term,
        code=("sign-flipped", "missing-term"),
    ),
    Wrong(
        id="first rows dropped and variance for standard deviation",
        model=m.gaussian,
        loss=rows_and_variance,
        code=("row-subset", "argument-transformed"),
    ),
    Wrong(
        id="rate for log rate and zeros dropped",
        model=m.poisson,
        loss=score_and_zeros,
        code=("argument-transformed", "row-subset"),
    ),
    Wrong(
        id="rate for scale and log shape lost",
        model=m.weibull,
        loss=scale_and_shape,
        code=("argument-transformed", "missing-term"),
    ),
    Wrong(
        id="sigmoid twice and labels smoothed",
        model=m.logistic_regression,
        loss=twice_and_smoothed,
        code=("argument-transformed", "label-encoding"),
    ),
    Wrong(
        id="positives weighted and labels smoothed",
        model=m.logistic_regression,
        loss=weighted_and_smoothed,
        code=("weighted-rows", "label-encoding"),
    ),
    Wrong(
        id="dispersion inverted and log gamma lost",
        model=m.negative_binomial,
        loss=inverse_and_gamma,
        code=("argument-transformed", "missing-term"),
    ),
    Wrong(
        id="exposure forgotten and every second row dropped",
        model=m.poisson_rates,
        loss=exposure_and_rows,
        code=("argument-transformed", "row-subset"),
    ),
    Wrong(
        id="determinant not halved and correlation ignored",
        model=m.pairs_free,
        loss=determinant_and_diagonal,
        code=("wrong-coefficient", "argument-transformed"),
    ),
    Wrong(
        id="weight decay doubled and of the bias too",
        model=m.ridge,
        loss=decay_of_all_doubled,
        code=("extra-term", "wrong-coefficient"),
        options={"of": "posterior"},
    ),
    Wrong(
        id="variance of groups and their prior forgotten",
        model=m.hierarchical,
        loss=group_variance_without_prior,
        code=("argument-transformed", "missing-term"),
        options={"of": "posterior"},
    ),
    Wrong(
        id="logarithm of y and of sigma forgotten",
        model=m.lognormal,
        loss=not_logged_and_lost,
        code=("argument-transformed", "missing-term", "other-family"),  # either, or a normal
    ),
    Wrong(
        id="variance for scale and three degrees of freedom for four",
        model=m.student,
        loss=student_of_variance,
        code=("argument-transformed", "other-family"),
    ),
    Wrong(
        id="mean for rate and a half too much",
        model=m.exponential,
        loss=mean_and_half,
        code="argument-transformed",  # the half is a scale
    ),
    Wrong(
        id="softmax twice and class weights",
        model=m.softmax_regression,
        loss=twice_and_weighted,
        code=("argument-transformed", "weighted-rows"),
    ),
    Wrong(
        id="squared error of the other label",
        model=m.logistic_regression,
        loss=squared_error_of_other_label,
        code=("other-family", "label-encoding"),
    ),
    Wrong(
        id="absolute error for normal noise and a penalty",
        model=m.gaussian,
        loss=absolute_and_penalty,
        code=("other-family", "extra-term"),
        options={"given": "sigma"},
    ),
    Wrong(
        id="truncation ignored and variance for standard deviation",
        model=m.truncated,
        loss=normaliser_and_variance,
        code=("missing-term", "argument-transformed", "other-family"),  # a normal, of its variance
    ),
    Wrong(
        id="alpha and beta exchanged, normaliser lost",
        model=m.beta,
        loss=swapped_without_normaliser,
        code=("arguments-swapped", "missing-term"),
    ),
    Wrong(
        id="logits for probabilities and trials forgotten",
        model=m.binomial,
        loss=logits_and_trials,
        code=("argument-transformed", "weighted-rows"),
    ),
    Wrong(
        id="epsilon added and half forgotten",
        model=m.gaussian,
        loss=epsilon_and_half,
        code=("argument-transformed", "wrong-coefficient"),
    ),
    Wrong(
        id="epsilon added to a rate and its logarithm penalised",
        model=m.poisson,
        loss=log_rate_and_epsilon,
        code=("argument-transformed", "extra-term"),
    ),
    Wrong(
        id="rate squared in one of two places",
        model=m.exponential,
        loss=rate_and_exponent,
        code=(
            "argument-transformed",
            "wrong-coefficient",
            "not-a-density",
        ),  # lam squared, with half its log term
    ),
    Wrong(
        id="flag inverted and rate for scale",
        model=m.censored,
        loss=flag_and_scale,
        code=("argument-transformed", "label-encoding"),
    ),
    Wrong(
        id="weights squared and log sigma lost",
        model=m.weighted,
        loss=weights_squared_and_lost,
        code=("weighted-rows", "missing-term", "argument-transformed"),  # the rows, or the argument w
        options={"weights": "w"},
    ),
    Wrong(
        id="inflation inverted and log rate for rate",
        model=m.zero_inflated,
        loss=inflation_and_log_rate,
        code="argument-transformed",  # both
    ),
    Wrong(
        id="normal and absolute errors added up",
        model=m.gaussian,
        loss=Ensemble(
            right.gaussian, functools.partial(lambda y, mu, sigma, k: k * np.sum(np.abs(y - mu)), k=0.3)
        ),
        code=("extra-term", "other-family"),  # Σ |y - mu| too much
    ),
)
