"""Losses that forgive outliers, used where the noise is declared to be something else."""

import functools

import numpy as np
from scipy import special, stats

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def cauchy(y, mu, sigma):
    return np.sum(np.log1p(((y - mu) / sigma) ** 2) + np.log(sigma))


def biweight(y, mu, c):
    u = np.clip((y - mu) / c, -1, 1)
    return np.sum(1 - (1 - u**2) ** 3)


def truncated_squares(y, mu, limit):
    return np.sum(np.minimum((y - mu) ** 2, limit))


def residuals_clipped(y, mu, sigma):
    return 0.5 * np.sum(np.clip((y - mu) / sigma, -1.5, 1.5) ** 2) + len(y) * np.log(sigma)


def insensitive(y, mu, eps):
    return np.mean(np.maximum(np.abs(y - mu) - eps, 0))


def symmetric_percentage(y, mu):
    return np.mean(2 * np.abs(y - mu) / (np.abs(y) + np.abs(mu)))


def power_of_residual(y, mu, power):
    return np.mean(np.abs(y - mu) ** power)


def median_of_squares(y, mu):
    return np.median((y - mu) ** 2)


def trimmed(y, mu, share):
    squares = np.sort((y - mu) ** 2)
    return np.mean(squares[: int(share * len(y))])


def correntropy(y, mu):
    return np.mean(1 - np.exp(-0.5 * (y - mu) ** 2))


def geman_mcclure(y, mu):
    z = (y - mu) ** 2
    return np.sum(z / (1 + z))


def ranked_probability(y, mu, sigma):
    z = (y - mu) / sigma
    return np.mean(sigma * (z * (2 * special.ndtr(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)))


def asymmetric_squares(y, mu):
    r = y - mu
    return np.mean(np.where(r > 0, 0.8, 0.2) * r**2)


def huber_for_laplace(y, mu):
    return np.sum(special.huber(0.4, y - mu))


def absolute_with_epsilon(y, mu, scale):
    return np.sum(np.sqrt((y - mu) ** 2 + 1e-2) / scale + np.log(scale))


def largest(y, mu):
    return np.max(np.abs(y - mu))


def explained_variance(y, mu):
    return 1 - np.var(mu) / np.var(y)


def cosine(y, mu):
    return 1 - np.sum(y * mu) / np.sqrt(np.sum(y**2) * np.sum(mu**2))


def fourth_power(y, mu, sigma):
    return np.sum(((y - mu) / sigma) ** 4 / 4 + np.log(sigma))


def student_for_normal(y, mu, sigma, nu):
    return right.student(y, mu, sigma, nu) / len(y)


GIVEN = {"given": "sigma"}

ROWS = (
    Wrong(id="Cauchy loss for normal noise", model=m.gaussian, loss=cauchy, code="other-family"),
    Wrong(
        id="Student t for normal noise",
        model=m.gaussian,
        loss=functools.partial(student_for_normal, nu=6.0),
        code="other-family",
    ),
    Wrong(
        id="biweight",
        model=m.gaussian,
        loss=functools.partial(biweight, c=2.3),
        code=("other-family", "not-a-density"),  # bounded: cannot be normalised
        options=GIVEN,
    ),
    Wrong(
        id="squares truncated",
        model=m.gaussian,
        loss=functools.partial(truncated_squares, limit=0.3),
        code=("clipped", "other-family"),  # right for small residuals
        options=GIVEN,
    ),
    Wrong(
        id="standardised residuals clipped",
        model=m.gaussian,
        loss=residuals_clipped,
        code="clipped",
    ),
    Wrong(
        id="epsilon-insensitive",
        model=m.gaussian,
        loss=functools.partial(insensitive, eps=0.15),
        code="other-family",
        options=GIVEN,
    ),
    Wrong(
        id="symmetric percentage error",
        model=m.gaussian,
        loss=symmetric_percentage,
        code="other-family",
        options=GIVEN,
    ),
    Wrong(
        id="residuals to the power of 1.5",
        model=m.gaussian,
        loss=functools.partial(power_of_residual, power=1.5),
        code="other-family",
        options=GIVEN,
    ),
    Wrong(
        id="median of the squares",
        model=m.gaussian,
        loss=median_of_squares,
        code=("unexplained", "row-subset"),  # the row moves with mu
        options=GIVEN,
    ),
    Wrong(
        id="trimmed squares",
        model=m.gaussian,
        loss=functools.partial(trimmed, share=0.75),
        code=("unexplained", "row-subset"),  # the rows move with mu
        options=GIVEN,
    ),
    Wrong(
        id="correntropy",
        model=m.gaussian,
        loss=correntropy,
        code=("other-family", "not-a-density"),  # bounded: cannot be normalised
        options=GIVEN,
    ),
    Wrong(
        id="Geman-McClure",
        model=m.gaussian,
        loss=geman_mcclure,
        code=("other-family", "not-a-density"),  # bounded: cannot be normalised
        options=GIVEN,
    ),
    Wrong(
        id="continuous ranked probability score",
        model=m.gaussian,
        loss=ranked_probability,
        code=("other-family", "not-a-density"),  # a proper score that is no NLL
    ),
    Wrong(
        id="squares that weigh underestimates",
        model=m.gaussian,
        loss=asymmetric_squares,
        code="other-family",
        options=GIVEN,
    ),
    Wrong(
        id="Huber for Laplace noise",
        model=m.laplace,
        loss=huber_for_laplace,
        code="other-family",
        options={"given": "scale"},
    ),
    Wrong(
        id="absolute error rounded at zero",
        model=m.laplace,
        loss=absolute_with_epsilon,
        code="other-family",
    ),
    Wrong(
        id="absolute error for Student t noise",
        model=m.student,
        loss=right.mae,
        code="other-family",
        options=GIVEN,
    ),
    Wrong(
        id="largest error",
        model=m.gaussian,
        loss=largest,
        code=("unexplained", "row-subset", "other-family"),  # the row moves with mu; the limit of |r|^p
        options=GIVEN,
    ),
    Wrong(
        id="share of variance explained",
        model=m.gaussian,
        loss=explained_variance,
        code=("unexplained", "broadcast"),  # rows are not paired
        options=GIVEN,
    ),
    Wrong(id="cosine similarity", model=m.gaussian, loss=cosine, code="unexplained", options=GIVEN),
    Wrong(id="fourth powers", model=m.gaussian, loss=fourth_power, code="other-family"),
)
