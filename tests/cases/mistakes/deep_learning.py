"""Networks that predict a mean and a spread."""

import functools

import numpy as np

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def divided_by_two_sigma(x, mu, sigma):
    return np.mean((x - mu) ** 2 / (2 * sigma) + np.log(sigma) / 2)


class NormalLoss:
    """As in deep-learning libraries: prediction first, variance last, clamped from below."""

    def __init__(self, *, eps=1e-30, reduction="mean"):
        self.eps = eps
        self.reduction = getattr(np, reduction)

    def __call__(self, prediction, target, variance):
        variance = np.maximum(variance, self.eps)
        return self.reduction(0.5 * (np.log(variance) + (prediction - target) ** 2 / variance))


def log_deviation(y, mu, log_var):
    return np.mean(0.5 * ((y - mu) * np.exp(-log_var)) ** 2 + log_var)


def half_of_one_term(y, mu, log_var):
    return np.sum(0.5 * np.exp(-log_var) * (y - mu) ** 2 + log_var)


def log_term_subtracted(y, mu, sigma):
    return np.sum(0.5 * ((y - mu) / sigma) ** 2 - np.log(sigma))


def log_term_doubled(y, mu, sigma):
    variance = sigma**2
    return np.sum((y - mu) ** 2) / (2 * variance) + len(y) * np.log(variance)


def absolute_log_term(y, mu, log_var):
    return np.mean(np.exp(-log_var) * (y - mu) ** 2 + np.abs(log_var))


def softplus_again(y, mu, sigma):
    return right.gaussian_scipy(y, mu, np.logaddexp(0, sigma))


def spread_with_epsilon(y, mu, sigma, eps):
    return right.gaussian(y, mu, sigma + eps)


def variance_with_epsilon(y, mu, sigma):
    variance = sigma**2 + 1e-2
    return 0.5 * np.mean((y - mu) ** 2 / variance + np.log(variance))


def precision_for_spread(y, mu, sigma):
    return right.precision(y, mu, sigma)


def natural_and_common_logarithm(y, mu, sigma):
    return np.mean(0.5 * ((y - mu) / sigma) ** 2 + np.log10(sigma))


def spread_of_the_batch(y, mu):
    z = (y - mu) / np.std(y - mu)
    return np.mean(z**4)


def mean_squared(y, mu):
    return np.mean(y - mu) ** 2


def outer(y, mu, sigma):
    difference = np.subtract.outer(y, mu)
    return np.mean(0.5 * (difference / sigma) ** 2 + np.log(sigma))


def sorted_both(y, mu, sigma):
    return right.gaussian(np.sort(y), np.sort(mu), sigma)


def in_single_precision(y, mu, sigma):
    y, mu, sigma = np.float32(y), np.float32(mu), np.float32(sigma)
    return np.sum(np.float32(0.5) * (y - mu) ** 2 / sigma + np.float32(0.5) * np.log(sigma))


def row_by_row(y, mu, sigma):
    total = 0.0
    for i in range(len(y)):
        if i % 8 == 0:  # the first of each batch is lost
            continue
        total += 0.5 * ((y[i] - mu[i]) / sigma) ** 2 + np.log(sigma)
    return total


def last_batch_dropped(y, mu, sigma):
    n = len(y) // 8 * 8
    return -np.mean(-right.gaussian_rows(y[:n], mu[:n], sigma))


def recent_rows_count_more(y, mu, sigma):
    age = np.arange(len(y))[::-1]
    return np.sum(0.95**age * right.gaussian_rows(y, mu, sigma))


def by_size(y, mu, sigma):
    return np.average(right.gaussian_rows(y, mu, sigma), weights=1 + np.abs(y))


def kl_to_standard_normal(y, mu, sigma):
    divergence = 0.5 * np.sum(mu**2 + sigma**2 - np.log(sigma**2) - 1)
    return right.gaussian(y, mu, sigma) + 0.05 * divergence


def activity_penalty(y, mu, log_sigma):
    sigma = np.exp(log_sigma)
    return right.heteroscedastic(y, mu, sigma) + 0.01 * np.sum(mu**2)


def entropy_bonus(y, mu, sigma):
    return right.heteroscedastic(y, mu, sigma) - 0.1 * np.sum(np.log(sigma))


def smoothness_penalty(y, mu, sigma):
    return right.heteroscedastic(y, mu, sigma) + 0.3 * np.sum(np.diff(mu) ** 2)


LOG_VARIANCE = {"args": {"log_var": lambda sigma: 2 * np.log(sigma)}}
LOG_VARIANCES = {"args": {"log_var": lambda log_sigma: 2 * log_sigma}}

ROWS = (
    Wrong(
        id="spread not squared in the loss of a detector",
        model=m.heteroscedastic,
        loss=divided_by_two_sigma,
        code="argument-transformed",
        options={"args": {"x": "y"}},
        source="jwchoi384/Gaussian_YOLOv3#19",
    ),
    Wrong(
        id="standard deviation handed to a loss that takes the variance",
        model=m.gaussian,
        loss=NormalLoss(),
        code="argument-transformed",
        options={"args": ("mu", "y", "sigma")},
    ),
    Wrong(
        id="standard deviations handed to a loss that takes variances",
        model=m.heteroscedastic,
        loss=NormalLoss(reduction="sum").__call__,
        code="argument-transformed",
        options={"args": ("mu", "y", "sigma")},
    ),
    Wrong(
        id="log variance taken for log deviation",
        model=m.gaussian,
        loss=log_deviation,
        code="argument-transformed",
        options=LOG_VARIANCE,
    ),
    Wrong(
        id="half before one of two terms",
        model=m.heteroscedastic,
        loss=half_of_one_term,
        code="wrong-coefficient",
        options=LOG_VARIANCES,
    ),
    Wrong(
        id="log variance without its half in a loss of several tasks",
        model=m.gaussian,
        loss=log_term_doubled,
        code="wrong-coefficient",
        source="ranandalon/mtl#4",
    ),
    Wrong(
        id="log term with the wrong sign",
        model=m.heteroscedastic,
        loss=log_term_subtracted,
        code="wrong-coefficient",
    ),
    Wrong(
        id="absolute value of the log variance",
        model=m.gaussian,
        loss=absolute_log_term,
        code=(
            "clipped",
            "missing-term",
            "extra-term",
        ),  # right for variances above 1; one term in place of another
        options=LOG_VARIANCE,
        source="yaringal/multi-task-learning-example#6",
    ),
    Wrong(
        id="softplus of a standard deviation",
        model=m.heteroscedastic,
        loss=softplus_again,
        code="argument-transformed",
    ),
    Wrong(
        id="epsilon added to every standard deviation",
        model=m.heteroscedastic,
        loss=functools.partial(spread_with_epsilon, eps=1e-3),
        code="argument-transformed",
    ),
    Wrong(
        id="epsilon added to the variance",
        model=m.gaussian,
        loss=variance_with_epsilon,
        code="argument-transformed",
    ),
    Wrong(
        id="standard deviation taken for precision",
        model=m.gaussian,
        loss=precision_for_spread,
        code="argument-transformed",
    ),
    Wrong(
        id="common logarithm of one term",
        model=m.gaussian,
        loss=natural_and_common_logarithm,
        code="wrong-coefficient",
    ),
    Wrong(
        id="standard deviation inverted",
        model=m.gaussian,
        loss=lambda y, mu, sigma: np.sum(right.gaussian_rows(y, mu, 1 / sigma)),
        code="argument-transformed",
    ),
    Wrong(
        id="kurtosis of standardised residuals",
        model=m.gaussian,
        loss=spread_of_the_batch,
        code="unexplained",
        options={"given": "sigma"},
    ),
    Wrong(
        id="square of the mean for mean of the squares",
        model=m.gaussian,
        loss=mean_squared,
        code=("broadcast", "unexplained"),  # rows are not paired
        options={"given": "sigma"},
    ),
    Wrong(
        id="every row against every prediction",
        model=m.gaussian,
        loss=outer,
        code="broadcast",
        source="pytorch/pytorch#16045",
    ),
    Wrong(
        id="data and predictions sorted",
        model=m.gaussian,
        loss=sorted_both,
        code="broadcast",
    ),
    Wrong(
        id="variance for standard deviation in float32",
        model=m.gaussian,
        loss=in_single_precision,
        code="argument-transformed",
    ),
    Wrong(
        id="first row of each batch skipped in a loop",
        model=m.gaussian,
        loss=row_by_row,
        code="row-subset",
    ),
    Wrong(
        id="last incomplete batch dropped",
        model=m.gaussian,
        loss=last_batch_dropped,
        code="row-subset",
    ),
    Wrong(
        id="old rows discounted",
        model=m.gaussian,
        loss=recent_rows_count_more,
        code="weighted-rows",
    ),
    Wrong(
        id="rows weighted by their size",
        model=m.gaussian,
        loss=by_size,
        code="weighted-rows",
    ),
    Wrong(
        id="divergence from a standard normal added",
        model=m.gaussian,
        loss=kl_to_standard_normal,
        code="extra-term",
    ),
    Wrong(
        id="activity penalty",
        model=m.heteroscedastic,
        loss=activity_penalty,
        code="extra-term",
    ),
    Wrong(
        id="entropy bonus of the predicted spread",
        model=m.heteroscedastic,
        loss=entropy_bonus,
        code="wrong-coefficient",
    ),
    Wrong(
        id="penalty on differences of neighbours",
        model=m.heteroscedastic,
        loss=smoothness_penalty,
        code="extra-term",
    ),
)
