"""Objectives and metrics of gradient boosting and of forecasting."""

import numpy as np

from cases import models as m
from cases.table import Wrong

__all__ = ["ROWS"]


def gamma_metric(y, mu):
    return np.mean(1 + y / mu)


def doubled_once(y, mu):
    return np.mean(2 * np.log(mu / y) + y / mu - 1)


def squared_log_error(y, mu):
    return np.mean((np.log1p(mu) - np.log1p(y)) ** 2)


def pseudo_huber(y, mu, slope=1.0):
    return np.mean(slope**2 * (np.sqrt(1 + ((y - mu) / slope) ** 2) - 1))


def absolute_quantile(y, mu, q=0.3):
    r = np.abs(mu - y)
    return np.mean(np.maximum(q * r, (q - 1) * r))


def quantile_without_sign(y, mu, q=0.3):
    r = y - mu
    over = y > mu
    return (q * r[over].sum() + (1 - q) * r[~over].sum()) / len(y)


def implicit_quantile(y, mu):
    return np.sum((0.3 - (mu < y)) * (mu - y))


def pinball_of_the_mean(y, mu):
    r = np.mean(y) - mu
    return np.mean(np.maximum(0.3 * r, -0.7 * r))


def score_with_and_without_log(y, mu):
    return np.sum(mu - y * mu)


def tweedie(y, mu, power=1.5):
    return np.mean(-y * mu ** (1 - power) / (1 - power) + mu ** (2 - power) / (2 - power))


def poisson_deviance_without_mu(y, mu):
    return 2 * np.sum(-y * np.log(mu))


def pearson(y, mu):
    return np.sum((y - mu) ** 2 / mu)


def square_roots(y, mu):
    return np.sum((np.sqrt(y) - np.sqrt(mu)) ** 2)


def percentage(y, mu):
    return 100 * np.mean(np.abs((y - mu) / y))


def log_mean_for_mean(y, mu):
    return np.sum(np.exp(-mu) * y + mu)


def labels_scaled(y, mu):
    return np.mean(np.log(mu) + (y / 100) / mu)


ROWS = (
    Wrong(
        id="gamma metric without its logarithm",
        model=m.gamma,
        loss=gamma_metric,
        code="missing-term",
        options={"given": "alpha"},
        source="dmlc/xgboost#7273",
    ),
    Wrong(
        id="deviance with one of its terms doubled",
        model=m.gamma,
        loss=doubled_once,
        code="wrong-coefficient",
        options={"given": "alpha"},
        source="Nixtla/utilsforecast#270",
    ),
    Wrong(
        id="squared log error for gamma",
        model=m.gamma,
        loss=squared_log_error,
        code="other-family",
        options={"given": "alpha"},
    ),
    Wrong(
        id="Tweedie of power 1.5 for gamma",
        model=m.gamma,
        loss=tweedie,
        code="other-family",
        options={"given": "alpha"},
    ),
    Wrong(
        id="score taken for its exponential in a gamma objective",
        model=m.gamma,
        loss=log_mean_for_mean,
        code="argument-transformed",
        options={"given": "alpha"},
        source="lightgbm-org/LightGBM#3155",
    ),
    Wrong(
        id="amounts in other units than their prediction",
        model=m.gamma,
        loss=labels_scaled,
        code=("argument-transformed", "wrong-coefficient"),  # y / 100, or the term with y
        options={"given": "alpha"},
    ),
    Wrong(
        id="pseudo-Huber",
        model=m.gaussian,
        loss=pseudo_huber,
        code="other-family",
        options={"given": "sigma"},
    ),
    Wrong(
        id="quantile loss of absolute errors",
        model=m.asymmetric_laplace,
        loss=absolute_quantile,
        code="other-family",
        options={"given": "rate"},
        source="Nixtla/utilsforecast#63",
    ),
    Wrong(
        id="quantile loss that is negative below",
        model=m.asymmetric_laplace,
        loss=quantile_without_sign,
        code=("not-a-density", "row-subset"),  # rows above hold, rows below have the wrong sign
        options={"given": "rate"},
        source="scikit-learn/scikit-learn#6076",
    ),
    Wrong(
        id="quantile loss with prediction and target exchanged",
        model=m.asymmetric_laplace,
        loss=implicit_quantile,
        code=("arguments-swapped", "other-family"),  # which is the quantile 1 - q
        options={"given": "rate"},
        source="awslabs/gluonts#1784",
    ),
    Wrong(
        id="quantile loss of the average",
        model=m.asymmetric_laplace,
        loss=pinball_of_the_mean,
        code="broadcast",
        options={"given": "rate"},
    ),
    Wrong(
        id="log of the rate forgotten in one of two terms",
        model=m.poisson,
        loss=score_with_and_without_log,
        code=("missing-term", "extra-term", "argument-transformed"),  # y mu where y log mu should stand
    ),
    Wrong(
        id="Tweedie of power 1.5 for counts",
        model=m.poisson,
        loss=tweedie,
        code="other-family",
    ),
    Wrong(
        id="deviance without the rate itself",
        model=m.poisson,
        loss=poisson_deviance_without_mu,
        code="missing-term",
    ),
    Wrong(
        id="Pearson's chi-squared",
        model=m.poisson,
        loss=pearson,
        code="other-family",
    ),
    Wrong(
        id="squared error of square roots",
        model=m.poisson,
        loss=square_roots,
        code="other-family",
    ),
    Wrong(
        id="percentage error for gamma",
        model=m.gamma,
        loss=percentage,
        code="other-family",
        options={"given": "alpha"},
    ),
)
