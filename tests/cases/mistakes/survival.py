"""Times to an event, some of them cut off."""

import numpy as np
from scipy import stats

from cases import data as d
from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def survival_sign(y, event, alpha, beta):
    z = y / beta
    hazard = np.log(alpha / beta) + (alpha - 1) * np.log(z)
    return -np.sum(event * hazard + z**alpha)


def everybody_survives(y, alpha, beta):
    return np.sum((y / beta) ** alpha)


def log_scale_lost(y, event, alpha, beta):
    z = y / beta
    return -np.mean(event * (np.log(alpha) + (alpha - 1) * np.log(z)) - z**alpha)


def distribution_for_survival(y, event, alpha, beta):
    died = stats.weibull_min.logpdf(y, alpha, scale=beta)
    return -np.sum(np.where(event == 1, died, stats.weibull_min.logcdf(y, alpha, scale=beta)))


def logarithms_clipped(y, event, alpha, beta):
    died = stats.weibull_min.logpdf(y, alpha, scale=beta)
    lived = np.clip(stats.weibull_min.logsf(y, alpha, scale=beta), 1e-50, 1)
    return -np.sum(event * died + (1 - event) * lived)


def rate_for_scale(y, event, alpha, beta):
    return right.survival(y, event, alpha, 1 / beta)


def event_twice(y, event, alpha, beta):
    return right.survival(y, 2 * event, alpha, beta)


def exponential_lives(y, event, beta):
    return np.sum(y / beta + event * np.log(beta))


def normal_lives(y, event, alpha, beta):
    return -np.sum(np.where(event == 1, stats.norm.logpdf(y, alpha, beta), stats.norm.logsf(y, alpha, beta)))


def hazard_without_log(y, event, alpha, beta):
    z = y / beta
    return np.sum(z**alpha - event * alpha / beta * z ** (alpha - 1))


def zeros_as_spending(y, mu, sigma):
    return right.gaussian(y, mu, sigma)


def zeros_dropped(y, mu, sigma):
    return np.sum(right.gaussian_rows(y, mu, sigma)[y > 0])


def tail_exchanged(y, mu, sigma):
    seen = stats.norm.logpdf(y, mu, sigma)
    return -np.sum(np.where(y > 0, seen, stats.norm.logsf(0.0, mu, sigma)))


def tail_in_other_units(y, mu, sigma):
    seen = stats.norm.logpdf(y, mu, sigma)
    return -np.sum(np.where(y > 0, seen, stats.norm.logcdf(-mu)))


def truncated_for_censored(y, mu, sigma):
    seen = stats.norm.logpdf(y, mu, sigma) - stats.norm.logsf(0.0, mu, sigma)
    return -np.sum(np.where(y > 0, seen, 0.0))


def normaliser_added(y, mu, sigma):
    return -np.sum(stats.norm.logpdf(y, mu, sigma) + stats.norm.logsf(0.0, mu, sigma))


def normaliser_once(y, mu, sigma):
    return -np.sum(stats.norm.logpdf(y, mu, sigma)) + stats.norm.logsf(0.0, mu, sigma)


def other_side(y, mu, sigma):
    return -np.mean(stats.norm.logpdf(y, mu, sigma) - stats.norm.logcdf(0.0, mu, sigma))


def limit_of_the_study(y, alpha, beta):
    return right.survival(y, y < d.LIMIT / 2, alpha, beta)


ROWS = (
    Wrong(
        id="cumulative hazard with the wrong sign",
        model=m.censored,
        loss=survival_sign,
        code="wrong-coefficient",
    ),
    Wrong(
        id="survival function for all",
        model=m.censored,
        loss=everybody_survives,
        code=("missing-term", "row-subset"),  # the log hazard lacks; right for the censored
    ),
    Wrong(
        id="log scale lost from the hazard",
        model=m.censored,
        loss=log_scale_lost,
        code="missing-term",
        source="ragulpr/wtte-rnn#56",
    ),
    Wrong(
        id="distribution function for survival",
        model=m.censored,
        loss=distribution_for_survival,
        code="row-subset",
    ),
    Wrong(
        id="log probabilities clipped as if they were probabilities",
        model=m.censored,
        loss=logarithms_clipped,
        code=("row-subset", "missing-term", "clipped"),  # which removes the censored rows
        source="CamDavidsonPilon/lifelines#1004",
    ),
    Wrong(
        id="rate for scale of lives",
        model=m.censored,
        loss=rate_for_scale,
        code="argument-transformed",
        source="CamDavidsonPilon/lifelines#642",
    ),
    Wrong(
        id="events coded as two",
        model=m.censored,
        loss=event_twice,
        code=(
            "argument-transformed",
            "label-encoding",
            "wrong-coefficient",
        ),  # a flag is a label; its term doubles
    ),
    Wrong(
        id="constant hazard",
        model=m.censored,
        loss=exponential_lives,
        code=("holds-only-at", "other-family"),  # an exponential, which is alpha = 1
    ),
    Wrong(
        id="normal lives",
        model=m.censored,
        loss=normal_lives,
        code="other-family",
    ),
    Wrong(
        id="hazard not logged",
        model=m.censored,
        loss=hazard_without_log,
        code=("missing-term", "unexplained"),  # of the cumulative hazard there is enough
        source="chjackson/flexsurv#101",
    ),
    Wrong(
        id="half of the follow-up",
        model=m.censored,
        loss=limit_of_the_study,
        code=(
            "row-subset",
            "argument-transformed",
            "unexplained",
        ),  # right for early events, and for halved times
    ),
    Wrong(
        id="zeros taken for spending",
        model=m.tobit,
        loss=zeros_as_spending,
        code=("row-subset", "other-family"),  # right for y > 0: a normal that is not censored
    ),
    Wrong(
        id="rows at zero dropped",
        model=m.tobit,
        loss=zeros_dropped,
        code="row-subset",
    ),
    Wrong(
        id="upper for lower tail at zero",
        model=m.tobit,
        loss=tail_exchanged,
        code="row-subset",
    ),
    Wrong(
        id="sigma forgotten in the tail at zero",
        model=m.tobit,
        loss=tail_in_other_units,
        code="row-subset",
    ),
    Wrong(
        id="truncated for censored",
        model=m.tobit,
        loss=truncated_for_censored,
        code=("other-family", "row-subset", "extra-term"),  # zeros dropped and a normaliser added
    ),
    Wrong(
        id="normaliser of the truncation with the wrong sign",
        model=m.truncated,
        loss=normaliser_added,
        code="wrong-coefficient",
    ),
    Wrong(
        id="normaliser of the truncation once",
        model=m.truncated,
        loss=normaliser_once,
        code="wrong-coefficient",
    ),
    Wrong(
        id="normaliser of the other side",
        model=m.truncated,
        loss=other_side,
        code=(
            "not-a-density",
            "missing-term",
            "argument-transformed",
        ),  # the normaliser is of y < 0: that of -y and -mu
    ),
)
