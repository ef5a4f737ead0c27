"""Survival with censored times: remission of leukaemia, and the Weibull NLL with its event flag.

Forty-two young patients, half of them treated with 6-mercaptopurine. Twelve of the treated were still
in remission when last seen: their time is only known to be longer. Such a row contributes
the probability to last that long, not a density. Venables and Ripley (MASS) print for survreg:
intercept 3.516, placebo -1.267, scale 0.732 (= 1/alpha).
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck

TREATED, WEEKS, RELAPSED = np.loadtxt(
    Path(__file__).parent / "data" / "leukaemia.csv", delimiter=",", unpack=True
)
END = np.where(RELAPSED == 1, np.inf, WEEKS)  # when watching ended, known only for those censored


def remission():
    """weeks ~ Weibull(alpha, scale) censored at the end, log scale = intercept + placebo·(1 - treated)."""
    with pm.Model() as model:
        end = pm.Data("end", END)
        intercept = pm.Flat("intercept")
        placebo = pm.Flat("placebo")
        alpha = pm.HalfFlat("alpha")
        scale = pm.Deterministic("scale", pm.math.exp(intercept + placebo * (1 - TREATED)))
        pm.Censored("y", pm.Weibull.dist(alpha, scale), lower=None, upper=end, observed=WEEKS)
    return model


@nllcheck.claim(remission, relation="equal")
def censored_weibull_nll(y, end, alpha, scale):
    """-log density for a relapse, -log survival = (y/scale)^alpha for a row that was censored."""
    relapsed = y < end
    hazard = (y / scale) ** alpha
    log_density = np.log(alpha / scale) + (alpha - 1) * np.log(y / scale) - hazard
    return -np.sum(np.where(relapsed, log_density, -hazard))


@nllcheck.claim(remission, relation="constant")
def log_time_nll(y, end, alpha, scale):
    """Packages take logarithms of the times: a smallest-extreme-value NLL, less Σ log y of the relapses."""
    z = alpha * (np.log(y) - np.log(scale))
    return np.sum(np.exp(z)) - np.sum((y < end) * (z + np.log(alpha)))


@nllcheck.claim(remission, relation="constant", given={"alpha": 1.0})
def poisson_nll_of_the_event(y, end, scale):
    """Survival by Poisson regression: the event flag as a count whose mean is the cumulative hazard.

    With a constant hazard (alpha = 1, exponential times) that is y/scale; the rest is free of the parameters.
    """
    hazard = y / scale
    return np.sum(hazard - (y < end) * np.log(hazard))
