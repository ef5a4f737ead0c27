"""Penalties, priors and posteriors."""

import functools

import numpy as np
from scipy import stats

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def _squares(y, mu):
    return np.sum((y - mu) ** 2) / (2 * m.SIGMA**2)


def elastic(y, mu, beta, mix):
    penalty = 0.5 * np.sum(beta**2) / m.TAU**2 + mix * np.sum(np.abs(beta))
    return _squares(y, mu) + penalty


def decay_doubled(y, mu, beta):
    return _squares(y, mu) + np.sum(beta**2) / m.TAU**2


def decay_of_all(y, mu, beta, intercept):
    parameters = np.concatenate([[intercept], beta])
    return _squares(y, mu) + 0.5 * parameters @ parameters / m.TAU**2


def mean_of_dimensions(y, mu, beta):
    return _squares(y, mu) + 0.5 * np.mean(beta**2) / m.TAU**2


def mean_and_sum(y, mu, beta):
    return np.mean((y - mu) ** 2) / (2 * m.SIGMA**2) + np.sum(np.abs(beta)) / m.TAU


def norm_not_squared(y, mu, beta):
    return _squares(y, mu) + np.sqrt(np.sum(beta**2)) / m.TAU


def alpha_without_n(y, mu, beta):
    return np.sum((y - mu) ** 2) / (2 * len(y)) + np.sum(np.abs(beta)) / m.TAU


def largest_coefficient(y, mu, beta):
    return _squares(y, mu) + np.max(np.abs(beta)) / m.TAU


def first_coefficient_free(y, mu, beta):
    return _squares(y, mu) + 0.5 * np.sum(beta[1:] ** 2) / m.TAU**2


def lasso_of_all(y, mu, beta, intercept):
    return _squares(y, mu) + (np.sum(np.abs(beta)) + np.abs(intercept)) / m.TAU


def prior_centred_elsewhere(y, mu, beta):
    return _squares(y, mu) + 0.5 * np.sum((beta - 0.2) ** 2) / m.TAU**2


def log_normal_without_jacobian(y, mu, sigma):
    return right.gaussian(y, mu, sigma) + 0.5 * ((np.log(sigma) + 0.7) / 0.6) ** 2


def log_normal_of_the_scale(y, mu, sigma):
    return right.gaussian(y, mu, sigma) + np.log(sigma) + 0.5 * ((sigma + 0.7) / 0.6) ** 2


def scale_prior_forgotten(y, mu, sigma):
    return right.gaussian_mean(y, mu, sigma)


def on_the_log_scale(y, mu, sigma, theta, centre, tau):
    return right.hierarchical(y, mu, sigma, theta, centre, tau) - np.log(tau)


def tau_prior_forgotten(y, mu, sigma, theta, centre, tau):
    return right.hierarchical(y, mu, sigma, theta, centre, tau) - 0.5 * (tau / 1.7) ** 2


def groups_averaged(y, mu, sigma, theta, centre, tau):
    groups = np.mean(0.5 * ((theta - centre) / tau) ** 2 + np.log(tau))
    return right.gaussian(y, mu, sigma) + groups + 0.5 * (tau / 1.7) ** 2


def groups_around_zero(y, mu, sigma, theta, tau):
    groups = np.sum(0.5 * (theta / tau) ** 2 + np.log(tau))
    return right.gaussian(y, mu, sigma) + groups + 0.5 * (tau / 1.7) ** 2


def tau_as_variance(y, mu, sigma, theta, centre, tau):
    groups = -stats.norm.logpdf(theta, centre, np.sqrt(tau)).sum()
    return right.gaussian(y, mu, sigma) + groups + 0.5 * (tau / 1.7) ** 2


def tau_prior_exponential(y, mu, sigma, theta, centre, tau):
    return tau_prior_forgotten(y, mu, sigma, theta, centre, tau) + tau / 1.7


def groups_not_seen(y, mu, sigma, centre, tau):
    return right.gaussian(y, mu, sigma) + 0.5 * (tau / 1.7) ** 2 + 0.5 * centre**2


def pull_not_halved(y, mu, b):
    return right.not_pulled(y, mu) + ((b - 0.3) / 0.2) ** 2


def push(y, mu, b):
    return right.not_pulled(y, mu) - 0.5 * ((b - 0.3) / 0.2) ** 2


def pulled_twice(y, mu, a, b):
    return right.pulled(y, mu, b) + 0.5 * (a / 0.9) ** 2


def likelihood_tempered(y, mu, beta):
    return 0.5 * _squares(y, mu) + 0.5 * np.sum(beta**2) / m.TAU**2


JOINT = {"of": "posterior"}

ROWS = (
    Wrong(
        id="elastic net for a normal prior",
        model=m.ridge,
        loss=functools.partial(elastic, mix=0.4),
        code="extra-term",
        options=JOINT,
    ),
    Wrong(
        id="half of weight decay forgotten",
        model=m.ridge,
        loss=decay_doubled,
        code="wrong-coefficient",
        options=JOINT,
        source="titu1994/DenseNet#57",
    ),
    Wrong(
        id="weight decay of the bias too",
        model=m.ridge,
        loss=decay_of_all,
        code="extra-term",
        options=JOINT,
        source="ikhlestov/vision_networks#21",
    ),
    Wrong(
        id="mean over dimensions of the prior",
        model=m.ridge,
        loss=mean_of_dimensions,
        code="wrong-coefficient",
        options=JOINT,
        source="mkusner/grammarVAE#2",
    ),
    Wrong(
        id="mean of the rows beside the sum of the prior",
        model=m.lasso,
        loss=mean_and_sum,
        code="wrong-coefficient",
        options=JOINT,
        source="zdebruine/MMVAE#19",
    ),
    Wrong(
        id="norm of the coefficients not squared",
        model=m.ridge,
        loss=norm_not_squared,
        code=("other-family", "extra-term", "missing-term"),  # one prior in place of another: two terms
        options=JOINT,
    ),
    Wrong(
        id="alpha of the lasso without n",
        model=m.lasso,
        loss=alpha_without_n,
        code="wrong-coefficient",
        options=JOINT,
    ),
    Wrong(
        id="largest coefficient penalised",
        model=m.lasso,
        loss=largest_coefficient,
        code=("other-family", "missing-term"),  # one prior in place of another
        options=JOINT,
    ),
    Wrong(
        id="first coefficient taken for the intercept",
        model=m.ridge,
        loss=first_coefficient_free,
        code="missing-term",
        options=JOINT,
    ),
    Wrong(
        id="lasso of the intercept too",
        model=m.lasso,
        loss=lasso_of_all,
        code="extra-term",
        options=JOINT,
    ),
    Wrong(
        id="prior centred elsewhere",
        model=m.ridge,
        loss=prior_centred_elsewhere,
        code=("extra-term", "argument-transformed"),  # a term linear in beta; or the centre of the prior
        options=JOINT,
    ),
    Wrong(
        id="data count half beside the prior",
        model=m.ridge,
        loss=likelihood_tempered,
        code="wrong-coefficient",
        options=JOINT,
    ),
    Wrong(
        id="Jacobian of a log-normal prior missing",
        model=m.lognormal_scale,
        loss=log_normal_without_jacobian,
        code="missing-term",
        options=JOINT,
        source="jax-ml/jax#17042",
    ),
    Wrong(
        id="logarithm of a log-normal prior forgotten",
        model=m.lognormal_scale,
        loss=log_normal_of_the_scale,
        code=("other-family", "missing-term", "argument-transformed"),  # sigma for log sigma in the prior
        options=JOINT,
    ),
    Wrong(
        id="prior of the scale forgotten",
        model=m.lognormal_scale,
        loss=scale_prior_forgotten,
        code="missing-term",
        options=JOINT,
    ),
    Wrong(
        id="Jacobian of the unconstrained scale added",
        model=m.hierarchical,
        loss=on_the_log_scale,
        code="extra-term",
        options=JOINT,
    ),
    Wrong(
        id="prior of the group scale forgotten",
        model=m.hierarchical,
        loss=tau_prior_forgotten,
        code="missing-term",
        options=JOINT,
    ),
    Wrong(
        id="prior averaged over groups",
        model=m.hierarchical,
        loss=groups_averaged,
        code="wrong-coefficient",
        options=JOINT,
    ),
    Wrong(
        id="groups around zero",
        model=m.hierarchical,
        loss=groups_around_zero,
        code="holds-only-at",
        options=JOINT,
    ),
    Wrong(
        id="group scale taken for variance",
        model=m.hierarchical,
        loss=tau_as_variance,
        code=("argument-transformed", "wrong-coefficient"),  # tau in one of its two places; log tau halved
        options=JOINT,
    ),
    Wrong(
        id="exponential prior of the group scale",
        model=m.hierarchical,
        loss=tau_prior_exponential,
        code=("other-family", "missing-term", "extra-term"),  # one prior in place of another: two terms
        options=JOINT,
    ),
    Wrong(
        id="prior of the groups forgotten",
        model=m.hierarchical,
        loss=groups_not_seen,
        code=("missing-term", "extra-term"),  # and a prior of the centre that is none
        options=JOINT,
    ),
    Wrong(
        id="potential not halved",
        model=m.fenced,
        loss=pull_not_halved,
        code="wrong-coefficient",
    ),
    Wrong(
        id="potential with the wrong sign",
        model=m.fenced,
        loss=push,
        code="wrong-coefficient",
    ),
    Wrong(
        id="a potential that the model does not have",
        model=m.fenced,
        loss=pulled_twice,
        code="extra-term",
    ),
)
