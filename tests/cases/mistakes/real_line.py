"""Noise that is not normal, and angles."""

import numpy as np
import pymc as pm
from scipy import special, stats

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def laplace_by_deviation(y, mu, scale):
    return np.mean(np.log(scale) + np.abs(y - mu) / (np.sqrt(2) * scale))


def laplace_log_scale_lost(y, mu, scale):
    return np.sum(np.abs(y - mu) / scale)


def laplace_squared_scale(y, mu, scale):
    return np.sum(np.abs(y - mu) / scale**2 + 2 * np.log(scale))


def laplace_halved(y, mu, scale):
    return -0.5 * stats.laplace.logpdf(y, mu, scale) + np.log(scale)


def student_scale_lost(y, mu, sigma):
    return -np.sum(stats.t.logpdf((y - mu) / sigma, 4.0))


def student_exponent(y, mu, sigma):
    return np.sum(2.0 * np.log1p(((y - mu) / sigma) ** 2 / 4) + np.log(sigma))


def student_variance(y, mu, sigma):
    return -np.mean(stats.t.logpdf(y, 4.0, mu, sigma * np.sqrt(4.0 / 2.0)))


def student_not_squared(y, mu, sigma):
    return np.sum(2.5 * np.log1p(np.abs(y - mu) / sigma / 4) + np.log(sigma))


def cauchy_twice(y, mu, scale):
    return np.sum(2 * np.log1p(((y - mu) / scale) ** 2) + np.log(scale))


def cauchy_log_scale_lost(y, mu, scale):
    return np.mean(np.log1p(((y - mu) / scale) ** 2))


def cauchy_inverse_scale(y, mu, scale):
    return -np.sum(stats.cauchy.logpdf(y, mu, 1 / scale))


def logistic_once(y, mu, s):
    z = (y - mu) / s
    return np.sum(z + np.log1p(np.exp(-z)) + np.log(s))


def logistic_by_deviation(y, mu, s):
    return -stats.logistic.logpdf(y, mu, s * np.sqrt(3) / np.pi).sum()


def logistic_as_normal(y, mu, s):
    return right.gaussian(y, mu, s)


def smallest_for_largest(y, mu, beta):
    return -np.sum(stats.gumbel_l.logpdf(y, mu, beta))


def gumbel_log_scale_lost(y, mu, beta):
    z = (y - mu) / beta
    return np.sum(z + np.exp(-z))


def gumbel_mean(y, mu, beta):
    return right.gumbel(y, mu - np.euler_gamma * beta, beta)


def gumbel_linear_term_lost(y, mu, beta):
    z = (y - mu) / beta
    return np.sum(np.exp(-z) + np.log(beta))


def bessel_lost(y, mu, kappa):
    return -np.sum(kappa * np.cos(y - mu))


def bessel_scaled(y, mu, kappa):
    return np.sum(np.log(special.i0e(kappa)) - kappa * np.cos(y - mu))


def bessel_not_logged(y, mu, kappa):
    return np.sum(special.i0(kappa) - kappa * np.cos(y - mu))


def degrees(y, mu, kappa):
    return np.sum(np.log(special.i0(kappa)) - kappa * np.cos(np.deg2rad(y - mu)))


def inverse_concentration(y, mu, kappa):
    k = 1 / kappa
    return np.sum(np.log(special.i0e(k)) + k - k * np.cos(y - mu))


def both_directions(y, mu, kappa):
    return np.sum(np.log(special.i0(kappa)) - kappa * np.cos(2 * (y - mu)))


def asymmetric_rate_lost(y, mu):
    r = y - mu
    return np.sum(np.maximum(0.3 * r, -0.7 * r) ** 2)


def asymmetric_scale(y, mu, rate):
    return np.sum(np.maximum(0.3 * (y - mu), -0.7 * (y - mu))) / np.sqrt(0.21) / rate + len(y) * np.log(rate)


def hard_assignment(y, w, mu):
    return -np.sum(np.max(np.log(w) + stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]), axis=1))


def sum_of_log_terms(y, w, mu):
    return -np.mean(np.sum(np.log(w) + stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]), axis=1))


def components_multiplied(y, w, mu):
    both = np.sum(stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]), axis=1, keepdims=True)
    return -np.sum(special.logsumexp(both + np.log(w), axis=1))


def weights_not_logged(y, w, mu):
    return -np.sum(special.logsumexp(w + stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]), axis=1))


def weights_of_the_other_component(y, w, mu):
    return right.mixture(y, w[::-1], mu)


def one_step_ahead(y, rho, sigma):
    e = y[1:] - rho[0] - rho[1] * y[1:]
    return 0.5 * np.sum((e / sigma) ** 2) + len(e) * np.log(sigma)


def deviations_from_the_mean(y, rho, sigma):
    e = (y[1:] - rho[0]) - rho[1] * (y[:-1] - rho[0])
    return 0.5 * np.sum((e / sigma) ** 2) + len(e) * np.log(sigma)


def sigma_of_the_series(y, rho, sigma):
    e = y[1:] - rho[0] - rho[1] * y[:-1]
    return 0.5 * np.sum(e**2 / sigma) + 0.5 * len(e) * np.log(sigma)


LAPLACE = (
    Wrong(
        id="standard deviation for the scale of a Laplace",
        model=m.laplace,
        loss=laplace_by_deviation,
        code=("wrong-coefficient", "argument-transformed"),  # the term by 1/√2, or √2 · scale
        source="jeffffffli/res-loglikelihood-regression#1",
    ),
    Wrong(
        id="log scale of a Laplace lost",
        model=m.laplace,
        loss=laplace_log_scale_lost,
        code="missing-term",
    ),
    Wrong(
        id="scale of a Laplace squared",
        model=m.laplace,
        loss=laplace_squared_scale,
        code="argument-transformed",
    ),
    Wrong(
        id="log scale of a Laplace added to a mean of halves",
        model=m.laplace,
        loss=laplace_halved,
        code="wrong-coefficient",
    ),
    Wrong(
        id="inverse scale of Laplace",
        model=pm.Laplace,
        loss=lambda y, mu, b: np.sum(np.abs(y - mu) * b - np.log(b)),
        code="argument-transformed",
    ),
)

STUDENT = (
    Wrong(
        id="log scale of a Student t removed",
        model=m.student,
        loss=student_scale_lost,
        code="missing-term",
        source="pytorch/pytorch#30228",
    ),
    Wrong(
        id="half of nu for half of nu + 1",
        model=m.student,
        loss=student_exponent,
        code="wrong-coefficient",
    ),
    Wrong(
        id="standard deviation for the scale of a Student t",
        model=m.student,
        loss=student_variance,
        code="argument-transformed",
        source="bashtage/arch#289",
    ),
    Wrong(
        id="residual of a Student t not squared",
        model=m.student,
        loss=student_not_squared,
        code=("other-family", "unexplained"),  # a family without a name
    ),
    Wrong(
        id="Cauchy with its exponent twice",
        model=m.cauchy,
        loss=cauchy_twice,
        code="wrong-coefficient",
    ),
    Wrong(
        id="log scale of a Cauchy lost",
        model=m.cauchy,
        loss=cauchy_log_scale_lost,
        code="missing-term",
    ),
    Wrong(
        id="inverse scale of a Cauchy",
        model=m.cauchy,
        loss=cauchy_inverse_scale,
        code="argument-transformed",
    ),
    Wrong(
        id="normal for Cauchy",
        model=m.cauchy,
        loss=lambda y, mu, scale: -stats.norm.logpdf(y, mu, scale),
        code="other-family",
    ),
)

EXTREMES = (
    Wrong(
        id="logistic with one softplus",
        model=m.logistic_noise,
        loss=logistic_once,
        code="wrong-coefficient",
    ),
    Wrong(
        id="standard deviation for the scale of a logistic",
        model=m.logistic_noise,
        loss=logistic_by_deviation,
        code="argument-transformed",
    ),
    Wrong(
        id="normal for logistic",
        model=m.logistic_noise,
        loss=logistic_as_normal,
        code="other-family",
    ),
    Wrong(
        id="smallest for largest values",
        model=m.gumbel,
        loss=smallest_for_largest,
        code=("other-family", "arguments-swapped"),  # which is y and mu exchanged
    ),
    Wrong(
        id="log scale of a Gumbel lost",
        model=m.gumbel,
        loss=gumbel_log_scale_lost,
        code="missing-term",
    ),
    Wrong(
        id="mean for the mode of a Gumbel",
        model=m.gumbel,
        loss=gumbel_mean,
        code=("argument-transformed", "wrong-coefficient"),  # mu - γ beta is a factor exp(-γ) of one term
    ),
    Wrong(
        id="linear term of a Gumbel lost",
        model=m.gumbel,
        loss=gumbel_linear_term_lost,
        code="missing-term",
    ),
)

ANGLES = (
    Wrong(
        id="Bessel function dropped as if it were a constant",
        model=m.von_mises,
        loss=bessel_lost,
        code="missing-term",
    ),
    Wrong(
        id="scaled Bessel function for the plain one",
        model=m.von_mises,
        loss=bessel_scaled,
        code=("extra-term", "missing-term"),  # n kappa is too little
    ),
    Wrong(
        id="Bessel function not logged",
        model=m.von_mises,
        loss=bessel_not_logged,
        code=("not-a-density", "missing-term"),  # another function stands for the normaliser
    ),
    Wrong(
        id="angles taken for degrees",
        model=m.von_mises,
        loss=degrees,
        code="argument-transformed",
    ),
    Wrong(
        id="inverse of the concentration",
        model=m.von_mises,
        loss=inverse_concentration,
        code="argument-transformed",
    ),
    Wrong(
        id="axes for directions",
        model=m.von_mises,
        loss=both_directions,
        code="argument-transformed",
    ),
)

MIXED = (
    Wrong(
        id="expectile for quantile",
        model=m.asymmetric_laplace,
        loss=asymmetric_rate_lost,
        code="other-family",
        options={"given": "rate"},
    ),
    Wrong(
        id="scale for rate of a quantile loss",
        model=m.asymmetric_laplace,
        loss=asymmetric_scale,
        code="argument-transformed",
    ),
    Wrong(
        id="best component only",
        model=m.mixture,
        loss=hard_assignment,
        code="not-a-density",
    ),
    Wrong(
        id="mixture of log probabilities",
        model=m.mixture,
        loss=sum_of_log_terms,
        code="not-a-density",
        source="tonyduan/mixture-density-network#1",
    ),
    Wrong(
        id="components multiplied before they are mixed",
        model=m.mixture,
        loss=components_multiplied,
        code="not-a-density",
        source="r9y9/wavenet_vocoder#34",
    ),
    Wrong(
        id="weights of components not logged",
        model=m.mixture,
        loss=weights_not_logged,
        code="argument-transformed",
    ),
    Wrong(
        id="weights of components reversed",
        model=m.mixture,
        loss=weights_of_the_other_component,
        code=("argument-transformed", "arguments-swapped"),  # two elements of one argument
    ),
    Wrong(
        id="present explained by itself",
        model=m.autoregression,
        loss=one_step_ahead,
        code="unexplained",
    ),
    Wrong(
        id="level for intercept",
        model=m.autoregression,
        loss=deviations_from_the_mean,
        code="argument-transformed",
    ),
    Wrong(
        id="variance for deviation of a series",
        model=m.autoregression,
        loss=sigma_of_the_series,
        code="argument-transformed",
    ),
)

ROWS = (*LAPLACE, *STUDENT, *EXTREMES, *ANGLES, *MIXED)
