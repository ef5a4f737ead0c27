"""Losses that are not the NLL of their model: each is a mistake that people make."""

import dataclasses
import functools
import itertools
import math

import numpy as np
import pymc as pm
from scipy import special, stats

from cases import data as d
from cases import models as m
from cases import right
from cases.mistakes import MISTAKES
from cases.table import Wrong

__all__ = ["WRONG"]

CLIP = ("equal", "constant", "minimizer", "different")


# -- normal -------------------------------------------------------------------------------------------------


def variance_for_sd(y, mu, sigma):
    return 0.5 * np.sum((y - mu) ** 2 / sigma + np.log(sigma))


def log_sigma_missing(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2)


def log_sigma_once(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + np.log(sigma)


def log_sigma_halved(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + 0.5 * len(y) * np.log(sigma)


def one_degree_lost(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + (len(y) - 1) * np.log(sigma)


def half_forgotten(y, mu, sigma):
    return np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def log_likelihood(y, mu, sigma):
    return stats.norm.logpdf(y, mu, sigma).sum()


def mean_log_likelihood(y, mu, sigma):
    return stats.norm.logpdf(y, mu, sigma).mean()


def coefficient(y, mu, sigma):
    return 0.50001 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def rows_dropped(y, mu, sigma):
    return right.gaussian(y[:-1], mu[:-1], sigma)


def outlier_dropped(y, mu, sigma):
    r = np.abs(y - mu)
    return np.sum(right.gaussian_rows(y, mu, sigma)[r < r.max()])


def shuffled(y, mu, sigma):
    return right.gaussian(y[::-1], mu, sigma)


def column_against_row(y, column, sigma):
    return 0.5 * np.mean(((y - column) / sigma) ** 2) + np.log(sigma)


def column_squares(y, column):
    return np.mean((y - column) ** 2)


def huber(y, mu, sigma):
    return np.sum(special.huber(1.345, (y - mu) / sigma)) + len(y) * np.log(sigma)


def log_cosh(y, mu):
    return np.sum(np.log(np.cosh(y - mu)))


def relative_error(y, mu):
    return np.mean(np.abs((y - mu) / y))


def one_minus_r2(y, mu):
    return np.sum((y - mu) ** 2) / np.sum((y - y.mean()) ** 2) + 1e-3 * np.sum(np.abs(mu))


def correlation(y, mu):
    return 1 - np.corrcoef(y, mu)[0, 1]


def epsilon_in_log(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma + 1e-3)


def variance_floor(y, mu, sigma):
    var = np.maximum(sigma**2, 0.04)
    return 0.5 * np.sum((y - mu) ** 2 / var + np.log(var))


def prediction_clipped(y, mu, sigma):
    return right.gaussian(y, np.clip(mu, 0.6, None), sigma)


def intercept_forgotten(y, b):
    return np.sum((y - b * d.X) ** 2)


def wrong_feature(y, a, b, sigma):
    return right.gaussian(y, a + b * d.X**2, sigma)


def data_only(y):
    return np.sum((y - y.mean()) ** 2)


def unused_sigma(y, mu, sigma):
    return np.sum((y - mu) ** 2)


def absolute(y, mu, sigma):
    return np.sum(np.abs(y - mu) / sigma + np.log(sigma))


def float16(y, mu, sigma):
    y, mu, sigma = np.float16(y), np.float16(mu), np.float16(sigma)
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + np.float16(len(y)) * np.log(sigma)


def nowhere(y, mu, sigma):
    return np.nan * np.sum((y - mu) / sigma)


def nothing(y, mu):
    np.sum((y - mu) ** 2)


def text(y, mu):
    return f"{np.sum((y - mu) ** 2):.3f}"


def imaginary(y, mu):
    return np.sum((y - mu) ** 2) + 0j


def by_features(y, mu):
    return np.stack([(y - mu) ** 2, np.abs(y - mu)])


def a_tuple(y, mu):
    return {"loss": np.sum((y - mu) ** 2)}


def empty(y, mu):
    return ((y - mu) ** 2)[:0]


def truth(y, mu):
    return np.sum((y - mu) ** 2) < 1


def raises(y, mu):
    return np.sum((y - mu[:5]) ** 2)


_NOISE = np.random.default_rng(5)


def dropout(y, mu):
    keep = _NOISE.random(len(y)) < 0.8
    return np.mean((y - mu)[keep] ** 2)


_CALLS = itertools.count()


def stateful(y, mu, sigma):
    return right.gaussian(y, mu, sigma) + 1e-3 * next(_CALLS)


def in_place(y, mu):
    y -= mu
    return np.sum(y**2)


def weights_forgotten(y, mu, sigma):
    return right.gaussian(y, mu, sigma)


def weights_squared(y, mu, sigma, w):
    return np.sum(w**2 * right.gaussian_rows(y, mu, sigma))


def weights_added(y, mu, sigma, w):
    return np.sum(w * (y - mu) ** 2) / (2 * sigma**2) + len(y) * np.log(sigma)


def missing_as_zero(y, mu, sigma):
    return right.gaussian(np.nan_to_num(y), mu, sigma)


def missing_as_nan(y, mu, sigma):
    return right.gaussian(y, mu, sigma)


def log_term_missing(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2)


def log_variance_undone(y, mu, log_sigma):
    return 0.5 * np.sum(np.exp(-log_sigma) * (y - mu) ** 2 + log_sigma)


def beta_nll(y, mu, sigma):
    return np.sum(sigma * (0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma)))


NORMAL = (
    Wrong(
        id="variance for standard deviation",
        model=m.gaussian,
        loss=variance_for_sd,
        code="argument-transformed",
    ),
    Wrong(id="log sigma missing", model=m.gaussian, loss=log_sigma_missing, code="missing-term"),
    Wrong(
        id="log sigma once instead of n times",
        model=m.gaussian,
        loss=log_sigma_once,
        code="wrong-coefficient",
    ),
    Wrong(id="log sigma halved", model=m.gaussian, loss=log_sigma_halved, code="wrong-coefficient"),
    Wrong(id="n - 1 times log sigma", model=m.gaussian, loss=one_degree_lost, code="wrong-coefficient"),
    Wrong(id="half forgotten", model=m.gaussian, loss=half_forgotten, code="wrong-coefficient"),
    Wrong(id="sign flipped", model=m.gaussian, loss=log_likelihood, code="sign-flipped"),
    Wrong(id="sign flipped, mean", model=m.gaussian, loss=mean_log_likelihood, code="sign-flipped"),
    Wrong(id="coefficient 0.50001", model=m.gaussian, loss=coefficient, code="wrong-coefficient"),
    Wrong(
        id="coefficient 0.50001, data far from zero",
        model=m.far_from_zero,
        loss=coefficient,
        code="wrong-coefficient",
        relation=("different", "minimizer"),  # the minimisers are 8e-5 standard errors apart, below rounding
    ),
    Wrong(
        id="n - 1 times log sigma, data far from zero",
        model=m.far_from_zero,
        loss=one_degree_lost,
        code="wrong-coefficient",
    ),
    Wrong(id="last row dropped", model=m.gaussian, loss=rows_dropped, code="row-subset"),
    Wrong(
        id="worst row dropped",
        model=m.gaussian,
        loss=outlier_dropped,
        code=("row-subset", "unexplained"),  # which row it is moves with mu
    ),
    Wrong(
        id="rows in another order",
        model=m.gaussian,
        loss=shuffled,
        code=("broadcast", "argument-transformed"),  # wrong pairing, or y reversed
    ),
    Wrong(id="(n,) against (n, 1)", model=m.gaussian, loss=column_against_row, code="broadcast"),
    Wrong(
        id="(n,) against (n, 1), squared error",
        model=m.gaussian,
        loss=column_squares,
        code="broadcast",
        options={"given": "sigma"},
    ),
    Wrong(id="Huber", model=m.gaussian, loss=huber, code="other-family"),
    Wrong(
        id="log cosh given sigma",
        model=m.gaussian,
        loss=log_cosh,
        code="other-family",
        options={"given": "sigma"},
    ),
    Wrong(
        id="relative error",
        model=m.gaussian,
        loss=relative_error,
        code="other-family",
        options={"given": "sigma"},
    ),
    Wrong(
        id="1 - R² with a penalty",
        model=m.gaussian,
        loss=one_minus_r2,
        code="extra-term",
        options={"given": "sigma"},
    ),
    Wrong(
        id="correlation",
        model=m.gaussian,
        loss=correlation,
        relation=(
            "different",
            "minimizer",
        ),  # it does not feel scale and level: the MLE is one of its minimisers
        code="unexplained",
        options={"given": "sigma"},
    ),
    Wrong(
        id="epsilon inside the log",
        model=m.gaussian,
        loss=epsilon_in_log,
        code=("argument-transformed", "not-a-density"),  # sigma is shifted in one of two places
    ),
    Wrong(id="variance floor", model=m.gaussian, loss=variance_floor, relation=CLIP, code="clipped"),
    Wrong(
        id="prediction clipped from below",
        model=m.gaussian,
        loss=prediction_clipped,
        relation=CLIP,
        code="clipped",
    ),
    Wrong(
        id="intercept forgotten",
        model=m.gaussian,
        loss=intercept_forgotten,
        code="holds-only-at",
        options={"given": "sigma"},
    ),
    Wrong(
        id="intercept forgotten, said",
        model=m.gaussian,
        loss=intercept_forgotten,
        code="unannounced-nuisance",
        severity="warning",
        options={"given": "sigma"},
    ),
    Wrong(id="wrong feature", model=m.gaussian, loss=wrong_feature, code="unexplained"),
    Wrong(id="no parameter", model=m.gaussian, loss=data_only, code="unexplained"),
    Wrong(
        id="sigma taken and not used",
        model=m.gaussian,
        loss=unused_sigma,
        relation="affine",
        code="unused-argument",
        severity="warning",
        options={"relation": "constant"},
    ),
    Wrong(id="absolute error for normal noise", model=m.gaussian, loss=absolute, code="other-family"),
    Wrong(id="float16", model=m.gaussian, loss=float16, code=""),
    Wrong(id="nan everywhere", model=m.gaussian, loss=nowhere, code="non-finite"),
    Wrong(
        id="root mean squared error is not affine",
        model=m.gaussian,
        loss=right.rmse,
        relation="monotone",
        code="",
        options={"given": "sigma"},
    ),
    Wrong(id="returns None", model=m.gaussian, loss=nothing, relation=None, code="bad-return"),
    Wrong(id="returns a string", model=m.gaussian, loss=text, relation=None, code="bad-return"),
    Wrong(id="returns complex numbers", model=m.gaussian, loss=imaginary, relation=None, code="bad-return"),
    Wrong(id="returns a wrong shape", model=m.gaussian, loss=by_features, relation=None, code="bad-return"),
    Wrong(id="returns a dictionary", model=m.gaussian, loss=a_tuple, relation=None, code="bad-return"),
    Wrong(id="returns an empty array", model=m.gaussian, loss=empty, relation=None, code="bad-return"),
    Wrong(id="returns a truth value", model=m.gaussian, loss=truth, relation=None, code="bad-return"),
    Wrong(id="raises", model=m.gaussian, loss=raises, relation=None, code="loss-raised"),
    Wrong(
        id="args function raises",
        model=m.gaussian,
        loss=right.gaussian,
        relation=None,
        code="loss-raised",
        options={"args": {"sigma": lambda sigma: sigma[3]}},
    ),
    Wrong(id="dropout", model=m.gaussian, loss=dropout, relation=None, code="not-deterministic"),
    Wrong(id="counts its calls", model=m.gaussian, loss=stateful, relation=None, code="not-deterministic"),
    Wrong(id="subtracts in place", model=m.gaussian, loss=in_place, relation=None, code="mutates-input"),
    Wrong(
        id="gradient with the wrong sign",
        model=m.gaussian,
        loss=right.gaussian,
        relation="constant",
        code="gradient-mismatch",
        options={"gradient": {"mu": lambda y, mu, sigma: (y - mu) / sigma**2}},
    ),
    Wrong(
        id="gradient of the mean for a sum",
        model=m.gaussian,
        loss=right.gaussian,
        relation="constant",
        code="gradient-mismatch",
        options={"gradient": {"sigma": lambda y, mu, sigma: np.mean(1 / sigma - (y - mu) ** 2 / sigma**3)}},
    ),
    Wrong(
        id="weights forgotten",
        model=m.weighted,
        loss=weights_forgotten,
        code="weighted-rows",
        options={"weights": "w"},
    ),
    Wrong(
        id="weights squared",
        model=m.weighted,
        loss=weights_squared,
        code=("weighted-rows", "argument-transformed"),  # the rows, or the argument w
        options={"weights": "w"},
    ),
    Wrong(
        id="log sigma not weighted",
        model=m.weighted,
        loss=weights_added,
        code="wrong-coefficient",
        options={"weights": "w"},
    ),
    Wrong(id="weights where the model has none", model=m.weighted, loss=right.weighted, code="weighted-rows"),
    Wrong(
        id="missing values as zero",
        model=m.masked,
        loss=missing_as_zero,
        code=("row-subset", "extra-term"),  # rows count that the model leaves out
    ),
    Wrong(id="missing values as nan", model=m.masked, loss=missing_as_nan, code="non-finite"),
    Wrong(
        id="heteroscedastic, log term missing",
        model=m.heteroscedastic,
        loss=log_term_missing,
        code="missing-term",
    ),
    Wrong(
        id="log sigma taken for log variance",
        model=m.heteroscedastic,
        loss=log_variance_undone,
        code="argument-transformed",
    ),
    Wrong(
        id="beta NLL",
        model=m.heteroscedastic,
        loss=beta_nll,
        code=("weighted-rows", "not-a-density"),  # the weight of a row is a parameter
    ),
    Wrong(
        id="squared error for unequal variances",
        model=m.heteroscedastic,
        loss=right.mse,
        code="holds-only-at",
    ),
    Wrong(
        id="squared error for Laplace noise",
        model=m.laplace,
        loss=right.mse,
        code="other-family",
        options={"given": "scale"},
    ),
    Wrong(id="normal for student t", model=m.student, loss=right.gaussian, code="other-family"),
    Wrong(
        id="five degrees of freedom for four",
        model=m.student,
        loss=functools.partial(right.student, nu=5.0),
        code="other-family",
    ),
    Wrong(
        id="quantile loss of another quantile",
        model=m.asymmetric_laplace,
        loss=lambda y, mu: np.mean(np.maximum(0.7 * (y - mu), -0.3 * (y - mu))),
        code=("other-family", "arguments-swapped"),  # the quantile 1 - q is y and mu exchanged
        options={"given": "rate"},
    ),
    Wrong(
        id="squared angle for von Mises",
        model=m.von_mises,
        loss=lambda y, mu, kappa: np.sum(0.5 * kappa * (y - mu) ** 2 - 0.5 * np.log(kappa)),
        code="other-family",
    ),
)


# -- labels -------------------------------------------------------------------------------------------------


def hinge(y, z):
    return np.mean(np.maximum(0.0, 1 - (2 * y - 1) * z))


def focal(y, p):
    q = np.where(y == 1, p, 1 - p)
    return -np.sum((1 - q) ** 2 * np.log(q))


def squared_error(y, p):
    return np.mean((y - p) ** 2)


def squared_error_logits(y, z):
    return np.mean((y - z) ** 2)


def probabilities_for_logits(y, p):
    return np.sum(np.logaddexp(0, p) - y * p)


def sigmoid_twice(y, p):
    return right.cross_entropy(y, special.expit(p))


def clipped(y, p, eps):
    p = np.clip(p, eps, 1 - eps)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def epsilon(y, p, eps):
    return -np.sum(y * np.log(p + eps) + (1 - y) * np.log(1 - p + eps))


def smoothed(y, p):
    return right.cross_entropy(0.9 * y + 0.05, p)


def other_label(y, p):
    return right.cross_entropy(1 - y, p)


def signed_formula(y, z):
    return np.sum(np.logaddexp(0, -y * z))


def positive_weight(y, z):
    return np.sum(np.where(y == 1, 3.0, 1.0) * np.logaddexp(0, -(2 * y - 1) * z))


def positives_only(y, p):
    return -np.sum(y * np.log(p))


def dice(y, p):
    return 1 - 2 * np.sum(y * p) / np.sum(y + p)


def errors(y, z):
    return np.mean((z > 0) != (y == 1))


def exponential_loss(y, z):
    return np.sum(np.exp(-(2 * y - 1) * z))


def one_label_wrong(y, p):
    return right.cross_entropy(np.where(np.arange(len(y)) == 4, 1 - y, y), p)


def softmax_twice(y, p):
    return right.categorical_logits_mean(y, p)


def off_by_one(y, p):
    return -np.sum(np.log(p[np.arange(len(y)), y - 1]))


def class_weights(y, p):
    return -np.sum(np.array([1.0, 2.0, 0.5])[y] * np.log(p[np.arange(len(y)), y]))


def label_smoothing(y, z):
    target = 0.9 * np.eye(3)[y] + 0.1 / 3
    return -np.mean(np.sum(target * special.log_softmax(z, axis=1), axis=1))


def softmax_over_rows(y, z):
    return -np.mean(special.log_softmax(z, axis=0)[np.arange(len(y)), y])


def brier_classes(y, p):
    return np.mean(np.sum((np.eye(3)[y] - p) ** 2, axis=1))


def one_against_rest(y, p):
    hot = np.eye(3)[y]
    return -np.sum(hot * np.log(p) + (1 - hot) * np.log1p(-p))


def class_index_as_number(y, p):
    return np.mean((y - p @ np.arange(3)) ** 2)


def shares_unweighted(y, p):
    return -np.sum(y / y.sum(axis=1, keepdims=True) * np.log(p))


def trials_forgotten(y, trials, p):
    return right.cross_entropy(y / trials, p)


def failures_forgotten(y, p):
    return -np.sum(y * np.log(p) + (1 - y) * np.log1p(-p))


LABELS = (
    Wrong(id="hinge", model=m.logistic_regression, loss=hinge, code="other-family"),
    Wrong(id="focal", model=m.logistic_regression, loss=focal, code="other-family"),
    Wrong(id="Brier", model=m.logistic_regression, loss=squared_error, code="other-family"),
    Wrong(
        id="squared error of logits",
        model=m.logistic_regression,
        loss=squared_error_logits,
        code="other-family",
    ),
    Wrong(
        id="probabilities for logits",
        model=m.logistic_regression,
        loss=probabilities_for_logits,
        code="argument-transformed",
    ),
    Wrong(id="sigmoid twice", model=m.logistic_regression, loss=sigmoid_twice, code="argument-transformed"),
    Wrong(
        id="clip at 1e-3",
        model=m.logistic_regression,
        loss=functools.partial(clipped, eps=1e-3),
        relation=CLIP,
        code="clipped",
    ),
    Wrong(
        id="clip at 1e-7",
        model=m.logistic_regression,
        loss=functools.partial(clipped, eps=1e-7),
        relation=CLIP,
        code="clipped",
    ),
    Wrong(
        id="clip at 1e-3 of a rate",
        model=m.coin,
        loss=functools.partial(clipped, eps=1e-3),
        relation=CLIP,
        code="clipped",
    ),
    Wrong(
        id="clip at 1e-7 of a rate",
        model=m.coin,
        loss=functools.partial(clipped, eps=1e-7),
        relation=CLIP,
        code="clipped",
    ),
    Wrong(
        id="epsilon 1e-3 inside the log",
        model=m.logistic_regression,
        loss=functools.partial(epsilon, eps=1e-3),
        code="argument-transformed",
    ),
    Wrong(
        id="epsilon 1e-7 inside the log",
        model=m.logistic_regression,
        loss=functools.partial(epsilon, eps=1e-7),
        code="argument-transformed",
        relation="minimizer",
    ),
    Wrong(id="label smoothing", model=m.logistic_regression, loss=smoothed, code="label-encoding"),
    Wrong(id="labels exchanged", model=m.logistic_regression, loss=other_label, code="label-encoding"),
    Wrong(
        id="formula for signed labels",
        model=m.logistic_regression,
        loss=signed_formula,
        code="label-encoding",
    ),
    Wrong(id="weight of positives", model=m.logistic_regression, loss=positive_weight, code="weighted-rows"),
    Wrong(
        id="positives only",
        model=m.logistic_regression,
        loss=positives_only,
        code=("row-subset", "missing-term"),  # the part of y = 0 is also a term
    ),
    Wrong(
        id="dice",
        model=m.logistic_regression,
        loss=dice,
        code=("unexplained", "other-family"),  # no sum over rows, but a usual loss
    ),
    Wrong(
        id="share of errors",
        model=m.logistic_regression,
        loss=errors,
        code=("unexplained", "other-family"),  # constant nearly everywhere
    ),
    Wrong(id="exponential loss", model=m.logistic_regression, loss=exponential_loss, code="other-family"),
    Wrong(
        id="one label wrong",
        model=m.logistic_regression,
        loss=one_label_wrong,
        code=("label-encoding", "row-subset"),  # all rows but one hold
    ),
    Wrong(
        id="PyMC casts fractional labels",
        model=m.fractional_coin,
        loss=right.cross_entropy,
        relation="equal",
        code="data-cast",
    ),
    Wrong(
        id="gradient of logits twice too large",
        model=m.logistic_regression,
        loss=right.from_logits,
        relation="equal",
        code="gradient-mismatch",
        options={"gradient": {"z": lambda y, z: 2 * (special.expit(z) - y)}},
    ),
    Wrong(
        id="hessian of logits without its second factor",
        model=m.logistic_regression,
        loss=right.from_logits,
        relation="equal",
        code="gradient-mismatch",
        options={
            "gradient": {"z": lambda y, z: special.expit(z) - y},
            "hessian": {"z": lambda y, z: special.expit(z)},
        },
    ),
    Wrong(id="softmax twice", model=m.softmax_regression, loss=softmax_twice, code="argument-transformed"),
    Wrong(id="classes off by one", model=m.softmax_regression, loss=off_by_one, code="label-encoding"),
    Wrong(id="class weights", model=m.softmax_regression, loss=class_weights, code="weighted-rows"),
    Wrong(
        id="label smoothing of classes",
        model=m.softmax_regression,
        loss=label_smoothing,
        code="label-encoding",
    ),
    Wrong(
        id="softmax over rows",
        model=m.softmax_regression,
        loss=softmax_over_rows,
        code=("argument-transformed", "unexplained"),  # the wrong axis is no map of one row
    ),
    Wrong(id="Brier of classes", model=m.softmax_regression, loss=brier_classes, code="other-family"),
    Wrong(
        id="one against the rest",
        model=m.softmax_regression,
        loss=one_against_rest,
        code=("other-family", "extra-term"),  # Bernoulli of each class, or the NLL and the other classes
    ),
    Wrong(
        id="class index as a number",
        model=m.softmax_regression,
        loss=class_index_as_number,
        code="other-family",
    ),
    Wrong(
        id="shares not weighted by their counts", model=m.votes, loss=shares_unweighted, code="weighted-rows"
    ),
    Wrong(id="trials forgotten", model=m.binomial, loss=trials_forgotten, code="weighted-rows"),
    Wrong(
        id="one trial for many",
        model=m.binomial,
        loss=failures_forgotten,
        code=("other-family", "missing-term"),  # Bernoulli, or (trials - 1) log(1 - p) lacks
    ),
)


# -- counts and positive data -------------------------------------------------------------------------------


def log_rate_for_rate(y, z):
    return np.sum(z - y * np.log(np.abs(z)))


def rate_for_log_rate(y, mu):
    return np.mean(np.exp(mu) - y * mu)


def log_y_factorial_twice(y, mu):
    return np.sum(mu - y * np.log(mu * (y + 1)))


def exposure_forgotten(y, rate):
    return np.sum(rate - y * np.log(rate))


def exposure_inverted(y, exposure, rate):
    return np.sum(rate / exposure - y * np.log(rate))


def squared_counts(y, mu):
    return np.mean((y - mu) ** 2)


def inverse_alpha(y, mu, alpha):
    return right.negative_binomial(y, mu, 1 / alpha)


def no_inflation(y, psi, mu):
    return -np.sum(np.log(psi) + stats.poisson.logpmf(y, mu))


def inflation_inverted(y, psi, mu):
    return right.zero_inflated(y, 1 - psi, mu)


def from_zero(y, p):
    return -np.sum(np.log(p) + y * np.log1p(-p))


def swapped(y, alpha, beta):
    return right.gamma(y, beta, alpha)


def scale_for_rate(y, alpha, beta):
    return -np.sum(stats.gamma.logpdf(y, alpha, scale=beta))


def normaliser_missing(y, alpha, beta):
    return np.sum(-alpha * np.log(beta) - (alpha - 1) * np.log(y) + beta * y)


def mean_for_rate(y, lam):
    return np.sum(y / lam + np.log(lam))


def beta_swapped(y, alpha, beta):
    return right.beta(y, beta, alpha)


def weibull_swapped(y, alpha, beta):
    return right.weibull(y, beta, alpha)


def weibull_other_scale(y, alpha, beta):
    return -np.sum(np.log(alpha * beta) + (alpha - 1) * np.log(y) - beta * y**alpha)


def not_logged(y, mu, sigma):
    return right.gaussian(y, mu, sigma)


def flag_inverted(y, event, alpha, beta):
    return right.survival(y, 1 - event, alpha, beta)


def flag_ignored(y, alpha, beta):
    return right.weibull(y, alpha, beta)


def censored_dropped(y, event, alpha, beta):
    return right.weibull(y[event == 1], alpha, beta)


def not_truncated(y, mu, sigma):
    return right.gaussian(y, mu, sigma)


def half_truncated(y, mu, sigma):
    return -np.sum(stats.norm.logpdf(y, mu, sigma) - stats.norm.logsf(0.0, mu))


def mixture_of_logs(y, w, mu):
    return -np.sum(w * stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]))


def weights_of_components_forgotten(y, mu):
    return -np.sum(special.logsumexp(stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]), axis=1))


def half_determinant_forgotten(y, mu, cov):
    r = y - mu
    _, logdet = np.linalg.slogdet(cov)
    return 0.5 * np.sum(r * np.linalg.solve(cov, r.T).T) + len(y) * logdet


def covariance_for_precision(y, mu, cov):
    r = y - mu
    return 0.5 * np.einsum("ni,ij,nj->", r, cov, r) - 0.5 * len(y) * np.linalg.slogdet(cov)[1]


def correlation_ignored(y, mu, cov):
    return -np.sum(stats.norm.logpdf(y, mu, np.sqrt(np.diag(cov))))


def lag_of_two(y, rho, sigma):
    e = y[2:] - rho[0] - rho[1] * y[:-2]
    return 0.5 * np.sum((e / sigma) ** 2) + len(e) * np.log(sigma)


def coefficients_swapped(y, rho, sigma):
    return right.autoregression(y, rho[::-1], sigma)


COUNTS = (
    Wrong(id="log rate for rate", model=m.poisson, loss=log_rate_for_rate, code="argument-transformed"),
    Wrong(id="rate for log rate", model=m.poisson, loss=rate_for_log_rate, code="argument-transformed"),
    Wrong(
        id="poisson with a data term (right, up to a constant)",
        model=m.poisson,
        loss=log_y_factorial_twice,
        relation="constant",
        code="",
        options={"relation": "equal"},
    ),
    Wrong(
        id="exposure forgotten", model=m.poisson_rates, loss=exposure_forgotten, code="argument-transformed"
    ),
    Wrong(id="exposure inverted", model=m.poisson_rates, loss=exposure_inverted, code="argument-transformed"),
    Wrong(id="squared error of counts", model=m.poisson, loss=squared_counts, code="other-family"),
    Wrong(id="1/alpha for alpha", model=m.negative_binomial, loss=inverse_alpha, code="argument-transformed"),
    Wrong(
        id="poisson for negative binomial",
        model=m.negative_binomial,
        loss=right.poisson,
        code="other-family",
        options={"given": "alpha"},
    ),
    Wrong(
        id="zeros not inflated",
        model=m.zero_inflated,
        loss=no_inflation,
        code=("missing-term", "row-subset", "other-family"),  # right for y > 0; a Poisson with a term
    ),
    Wrong(
        id="inflation inverted", model=m.zero_inflated, loss=inflation_inverted, code="argument-transformed"
    ),
    Wrong(id="counts from zero", model=m.geometric, loss=from_zero, code="label-encoding"),
    Wrong(id="shape and rate swapped", model=m.gamma_shape_rate, loss=swapped, code="arguments-swapped"),
    Wrong(id="scale for rate", model=m.gamma_shape_rate, loss=scale_for_rate, code="argument-transformed"),
    Wrong(id="log gamma missing", model=m.gamma_shape_rate, loss=normaliser_missing, code="missing-term"),
    Wrong(id="mean for rate", model=m.exponential, loss=mean_for_rate, code="argument-transformed"),
    Wrong(id="alpha and beta swapped", model=m.beta, loss=beta_swapped, code="arguments-swapped"),
    Wrong(id="Weibull swapped", model=m.weibull, loss=weibull_swapped, code="arguments-swapped"),
    Wrong(
        id="Weibull of another scale", model=m.weibull, loss=weibull_other_scale, code="argument-transformed"
    ),
    Wrong(
        id="logarithm of y forgotten",
        model=m.lognormal,
        loss=not_logged,
        code=("argument-transformed", "other-family"),  # y for log y, or a normal for a log-normal
    ),
    Wrong(
        id="censoring flag inverted",
        model=m.censored,
        loss=flag_inverted,
        code=("argument-transformed", "label-encoding"),  # a flag is a label
    ),
    Wrong(
        id="censoring ignored",
        model=m.censored,
        loss=flag_ignored,
        code=(
            "row-subset",
            "extra-term",
            "other-family",
        ),  # right where the event was seen; the log hazard of the others is too much
    ),
    Wrong(id="censored rows dropped", model=m.censored, loss=censored_dropped, code="row-subset"),
    Wrong(
        id="truncation ignored",
        model=m.truncated,
        loss=not_truncated,
        code=("missing-term", "other-family"),  # the normaliser lacks: a normal
    ),
    Wrong(
        id="truncation without sigma",
        model=m.truncated,
        loss=half_truncated,
        code=("missing-term", "not-a-density"),  # the normaliser is that of sigma = 1
    ),
    Wrong(id="mixture of logarithms", model=m.mixture, loss=mixture_of_logs, code="not-a-density"),
    Wrong(
        id="mixture without weights",
        model=m.mixture,
        loss=weights_of_components_forgotten,
        code="holds-only-at",
    ),
    Wrong(
        id="determinant not halved",
        model=m.pairs_free,
        loss=half_determinant_forgotten,
        code="wrong-coefficient",
    ),
    Wrong(
        id="covariance for precision",
        model=m.pairs_free,
        loss=covariance_for_precision,
        code="argument-transformed",
    ),
    Wrong(
        id="correlation ignored",
        model=m.pairs_free,
        loss=correlation_ignored,
        code=(
            "argument-transformed",
            "holds-only-at",
            "missing-term",
        ),  # only the diagonal of cov; right at rho = 0
    ),
    Wrong(
        id="squared error for correlated noise",
        model=m.pairs,
        loss=right.sse,
        code=(
            "other-family",
            "wrong-coefficient",
            "missing-term",
        ),  # other coefficients of the products of residuals
        relation="minimizer",
    ),
    Wrong(
        id="a lag of two",
        model=m.autoregression,
        loss=lag_of_two,
        code="unexplained",
    ),
    Wrong(
        id="autoregression swapped",
        model=m.autoregression,
        loss=coefficients_swapped,
        code=("arguments-swapped", "argument-transformed"),  # two elements of one argument
    ),
)


# -- priors and several variables ---------------------------------------------------------------------------


def penalty(y, mu, beta, weight):
    return 0.5 * np.sum((y - mu) ** 2) / m.SIGMA**2 + weight * 0.5 * np.sum(beta**2) / m.TAU**2


def intercept_penalised(y, mu, beta, intercept):
    return right.ridge(y, mu, beta) + 0.5 * intercept**2 / m.TAU**2


def absolute_penalty(y, mu, beta):
    return 0.5 * np.sum((y - mu) ** 2) / m.SIGMA**2 + np.sum(np.abs(beta)) / m.TAU


def ridge_of_the_mean(y, mu, beta):
    return np.mean((y - mu) ** 2) / (2 * m.SIGMA**2) + 0.5 * np.sum(beta**2) / m.TAU**2


def ridge_with_lambda(y, mu, beta):
    return np.sum((y - mu) ** 2) + 2.3 * np.sum(beta**2)


def prior_without_scale(y, mu, sigma, theta, centre, tau):
    return right.gaussian(y, mu, sigma) + 0.5 * np.sum(((theta - centre) / tau) ** 2) + 0.5 * (tau / 1.7) ** 2


def one_outcome(y1, mu, sigma):
    return right.gaussian(y1, mu, sigma)


def outcomes_reweighted(y1, y2, mu, sigma, rate):
    return right.gaussian_mean(y1, mu, sigma) + 0.5 * np.mean(rate - y2 * np.log(rate))


JOINT_OF = {"of": "posterior"}

JOINT = (
    Wrong(
        id="penalty forgotten",
        model=m.ridge,
        loss=functools.partial(penalty, weight=0.0),
        code="missing-term",
        options=JOINT_OF,
    ),
    Wrong(
        id="weight decay counted twice",
        model=m.ridge,
        loss=functools.partial(penalty, weight=2.0),
        code="wrong-coefficient",
        options=JOINT_OF,
    ),
    Wrong(
        id="penalty off by 1 in 100000",
        model=m.ridge,
        loss=functools.partial(penalty, weight=1.00001),
        code="wrong-coefficient",
        options=JOINT_OF,
    ),
    Wrong(
        id="prior scale not squared",
        model=m.ridge,
        loss=functools.partial(penalty, weight=m.TAU),
        code="wrong-coefficient",
        options=JOINT_OF,
    ),
    Wrong(id="penalty where no prior is asked for", model=m.ridge, loss=right.ridge, code="extra-term"),
    Wrong(
        id="intercept penalised too",
        model=m.ridge,
        loss=intercept_penalised,
        code="extra-term",
        options=JOINT_OF,
    ),
    Wrong(
        id="lasso penalty for a normal prior",
        model=m.ridge,
        loss=absolute_penalty,
        code=("other-family", "extra-term", "missing-term"),  # one prior in place of another: two terms
        options=JOINT_OF,
    ),
    Wrong(
        id="ridge penalty for a Laplace prior",
        model=m.lasso,
        loss=right.ridge,
        code=("other-family", "extra-term", "missing-term"),  # one prior in place of another: two terms
        options=JOINT_OF,
    ),
    Wrong(
        id="mean of squares, sum of penalties",
        model=m.ridge,
        loss=ridge_of_the_mean,
        code="wrong-coefficient",
        options=JOINT_OF,
    ),
    Wrong(
        id="ridge with free sigma",
        model=m.ridge_free_sigma,
        loss=ridge_with_lambda,
        code="holds-only-at",
        options={"of": "posterior", "given": "sigma"},
    ),
    Wrong(
        id="ridge at another sigma",
        model=m.ridge_free_sigma,
        loss=right.ridge_at_sigma,
        code="wrong-coefficient",
        options={"of": "posterior", "given": {"sigma": 0.7}},
    ),
    Wrong(
        id="normaliser of the prior missing",
        model=m.hierarchical,
        loss=prior_without_scale,
        code="missing-term",
        options=JOINT_OF,
    ),
    Wrong(id="prior counted as likelihood", model=m.hierarchical, loss=right.hierarchical, code="extra-term"),
    Wrong(
        id="one of two outcomes forgotten",
        model=m.two_outcomes,
        loss=one_outcome,
        relation="constant",
        code="unannounced-nuisance",
        severity="warning",
        options={"relation": "equal"},
    ),
    Wrong(
        id="outcomes weighed otherwise",
        model=m.two_outcomes,
        loss=outcomes_reweighted,
        code=("wrong-coefficient", "weighted-rows"),  # one of two outcomes counts half
        relation="minimizer",
    ),
    Wrong(id="potential forgotten", model=m.fenced, loss=right.not_pulled, code="missing-term"),
    Wrong(
        id="potential of a prior added",
        model=m.fenced,
        loss=right.pulled,
        code="extra-term",
        options={"potentials": "prior"},
    ),
    Wrong(
        id="variance for the sigma of Normal",
        model=pm.Normal,
        loss=variance_for_sd,
        code="argument-transformed",
    ),
    Wrong(id="log likelihood of Normal", model=pm.Normal, loss=log_likelihood, code="sign-flipped"),
    Wrong(
        id="rate for the mean of Poisson",
        model=pm.Poisson,
        loss=lambda y, mu: np.sum(1 / mu - y * np.log(1 / mu)),
        code="argument-transformed",
    ),
    Wrong(
        id="squared error for Bernoulli",
        model=pm.Bernoulli,
        loss=lambda y, p: np.mean((y - p) ** 2),
        code="other-family",
    ),
    Wrong(
        id="nu + 1 for nu of StudentT",
        model=pm.StudentT,
        loss=lambda y, nu, mu, sigma: -stats.t.logpdf(y, nu + 1, mu, sigma).sum(),
        code="argument-transformed",
    ),
    Wrong(
        id="rounded pi",
        model=pm.VonMises,
        loss=lambda y, mu, kappa: -np.sum(stats.vonmises.logpdf(y, kappa, mu + 3.1416 - math.pi)),
        code="argument-transformed",
    ),
)


def _named(row: Wrong) -> Wrong:
    return row if row.family else dataclasses.replace(row, family=m.FAMILIES[row.model])


WRONG = tuple(_named(row) for row in (*NORMAL, *LABELS, *COUNTS, *JOINT, *MISTAKES))
