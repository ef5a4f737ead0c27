"""One place, one entry, one column or one class of many: what is right elsewhere."""

import numpy as np
from scipy import special

from cases import data as d
from cases import models as m
from cases.table import Wrong

__all__ = ["ROWS"]

PRECISION = np.linalg.inv(d.COVARIANCE)


def square_not_divided_by_nu(y, mu, sigma, nu):
    z = (y - mu) / sigma
    norm = special.gammaln(nu / 2) - special.gammaln((nu + 1) / 2) + 0.5 * np.log(nu * np.pi) + np.log(sigma)
    return np.sum(norm + (nu + 1) / 2 * np.log1p(z**2))


def _rows(y, mu, sigma):
    return 0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma)


def last_outcome_left_out(y, mu, sigma):
    return np.sum(_rows(y, mu, sigma)[:, :2])


def outcomes_weighed(y, mu, sigma):
    return np.sum(np.array([1.0, 2.0, 0.5]) * _rows(y, mu, sigma))


def spreads_in_another_order(y, mu, sigma):
    return np.sum(_rows(y, mu, sigma[[1, 0, 2]]))


def products_forgotten(y, mu):
    return 0.5 * np.sum((y - mu) ** 2 * np.diag(PRECISION))


def logsumexp_penalised(y, z):
    rows = -special.log_softmax(z, axis=1)[np.arange(len(y)), y]
    return np.mean(rows) + 0.01 * np.mean(special.logsumexp(z, axis=1) ** 2)


ROWS = (
    Wrong(
        id="square of a Student t not divided by nu",
        model=m.student_free,
        loss=square_not_divided_by_nu,
        code=("argument-transformed", "missing-term", "wrong-coefficient"),  # nu in one of its places
    ),
    Wrong(
        id="last outcome left out",
        model=m.outcomes,
        loss=last_outcome_left_out,
        code=("row-subset", "missing-term"),
    ),
    Wrong(
        id="outcomes weighed",
        model=m.outcomes,
        loss=outcomes_weighed,
        relation="minimizer",  # each outcome has parameters of its own
        code="weighted-rows",
    ),
    Wrong(
        id="spreads of two outcomes exchanged",
        model=m.outcomes,
        loss=spreads_in_another_order,
        code="argument-transformed",
    ),
    Wrong(
        id="products of residuals forgotten",
        model=m.pairs,
        loss=products_forgotten,
        relation="minimizer",  # the mean, whatever the weights
        code=("argument-transformed", "extra-term", "wrong-coefficient", "missing-term"),
    ),
    Wrong(
        id="penalty on the normaliser of the softmax",
        model=m.softmax_regression,
        loss=logsumexp_penalised,
        code="extra-term",
    ),
)
