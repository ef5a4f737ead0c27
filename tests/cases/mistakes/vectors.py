"""Several outcomes a row: covariances, their roots and their determinants."""

import numpy as np

from cases import data as d
from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def _distance(r, cov):
    return np.sum(r * np.linalg.solve(cov, r.T).T)


def bracket_missing(y, mu, cov):
    return 0.5 * len(y) * np.linalg.slogdet(cov)[1] - _distance(y - mu, cov)


def determinant_not_logged(y, mu, cov):
    return 0.5 * (_distance(y - mu, cov) + len(y) * np.linalg.det(cov))


def determinant_lost(y, mu, cov):
    return 0.5 * _distance(y - mu, cov)


def root_of_the_determinant(y, mu, cov):
    z = np.linalg.solve(np.linalg.cholesky(cov), (y - mu).T)
    return 0.5 * np.sum(z**2) + 0.5 * len(y) * np.sum(np.log(np.diag(np.linalg.cholesky(cov))))


def determinant_once(y, mu, cov):
    return 0.5 * (_distance(y - mu, cov) + np.linalg.slogdet(cov)[1])


def root_for_covariance(y, mu, cov):
    return right.multivariate_by_hand(y, mu, cov @ cov)


def jitter(y, mu, cov):
    return right.multivariate(y, mu, cov + 0.02 * np.eye(2))


def correlation_not_scaled(y, mu, s, rho):
    cov = np.array([[s[0] ** 2, rho], [rho, s[1] ** 2]])
    return right.multivariate_by_hand(y, mu, cov)


def deviations_inverted(y, mu, s, rho):
    x = (y - mu) * s
    ohr = 1 / np.sqrt(1 - rho**2)
    q = x[:, 0] ** 2 + x[:, 1] ** 2 - 2 * rho * x[:, 0] * x[:, 1]
    return np.sum(ohr**2 * q - np.log(np.prod(s) * ohr))


def correlation_not_in_the_determinant(y, mu, s, rho):
    x = (y - mu) / s
    q = (x[:, 0] ** 2 + x[:, 1] ** 2 - 2 * rho * x[:, 0] * x[:, 1]) / (1 - rho**2)
    return np.mean(0.5 * q + np.log(np.prod(s)))


def sign_of_the_correlation(y, mu, s, rho):
    return correlation_not_in_the_determinant(y, mu, s, -rho) + 0.5 * np.log1p(-(rho**2))


def columns_exchanged(y, mu, cov):
    return right.multivariate(y[:, ::-1], mu, cov)


def first_outcome_only(y, mu, cov):
    return np.sum((y[:, 0] - mu[0]) ** 2) / (2 * cov[0, 0]) + 0.5 * len(y) * np.log(cov[0, 0])


def covariance_known(y, mu):
    r = y - mu
    return 0.5 * np.einsum("ni,ij,nj->", r, d.COVARIANCE, r)


def distance_not_squared(y, mu):
    r = y - mu
    return np.sum(np.sqrt(np.einsum("ni,ij,nj->n", r, np.linalg.inv(d.COVARIANCE), r)))


ROWS = (
    Wrong(
        id="bracket missing around the distance",
        model=m.pairs_free,
        loss=bracket_missing,
        code="wrong-coefficient",
        source="stan-dev/rstanarm#229",
    ),
    Wrong(
        id="determinant not logged",
        model=m.pairs_free,
        loss=determinant_not_logged,
        code=("missing-term", "extra-term"),  # det stands where log det should
        source="galacticusorg/galacticus#770",
    ),
    Wrong(id="determinant lost", model=m.pairs_free, loss=determinant_lost, code="missing-term"),
    Wrong(
        id="determinant of the root halved again",
        model=m.pairs_free,
        loss=root_of_the_determinant,
        code="wrong-coefficient",
        source="JuliaGaussianProcesses/Stheno.jl#70",
    ),
    Wrong(
        id="determinant once, not n times",
        model=m.pairs_free,
        loss=determinant_once,
        code="wrong-coefficient",
    ),
    Wrong(
        id="covariance taken for its root",
        model=m.pairs_free,
        loss=root_for_covariance,
        code="argument-transformed",
    ),
    Wrong(id="jitter on the diagonal", model=m.pairs_free, loss=jitter, code="argument-transformed"),
    Wrong(
        id="correlation taken for covariance",
        model=m.pairs_free,
        loss=correlation_not_scaled,
        code="argument-transformed",
    ),
    Wrong(
        id="deviations multiplied that should divide, half forgotten",
        model=m.pairs_free,
        loss=deviations_inverted,
        code=("argument-transformed", "wrong-coefficient"),  # both
        source="nachiket92/conv-social-pooling#7",
    ),
    Wrong(
        id="correlation not in the determinant",
        model=m.pairs_free,
        loss=correlation_not_in_the_determinant,
        code=("missing-term", "argument-transformed"),  # the determinant is that of the diagonal
    ),
    Wrong(
        id="correlation with the wrong sign",
        model=m.pairs_free,
        loss=sign_of_the_correlation,
        code="argument-transformed",
    ),
    Wrong(
        id="outcomes exchanged",
        model=m.pairs_free,
        loss=columns_exchanged,
        code=("argument-transformed", "arguments-swapped"),  # two columns of one argument
    ),
    Wrong(
        id="first of two columns",
        model=m.pairs_free,
        loss=first_outcome_only,
        code=("row-subset", "missing-term"),  # a marginal: a column is neither quite
    ),
    Wrong(
        id="covariance for its inverse",
        model=m.pairs,
        loss=covariance_known,
        relation="minimizer",  # the mean, whatever the weights of the products
        code=(
            "wrong-coefficient",
            "argument-transformed",
        ),  # of the products of residuals; or the matrix inverted
    ),
    Wrong(
        id="distance not squared",
        model=m.pairs,
        loss=distance_not_squared,
        code="other-family",
    ),
)
