"""Gamma regression on clotting times of blood, the example of R's ?glm, and the gamma deviance.

Nine concentrations of plasma, two lots of the agent that starts the clotting. McCullagh and
Nelder model the reciprocal of the mean, a line in log u for each lot, u the concentration. R
prints -0.01655 + 0.01534·log u for the first lot, -0.02391 + 0.02360·log u for the second. The
line starts here at u = 5, the lowest concentration: start and slope are positive, so the mean is.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

CONCENTRATION, LOT, TIME = np.loadtxt(
    Path(__file__).parent / "data" / "clotting.csv", delimiter=",", unpack=True
)
WHICH = LOT.astype(int) - 1
LOG_U = np.log(CONCENTRATION / 5)


def clotting():
    """time ~ Gamma with mean mu = 1/(start + slope·log(u/5)) and variance mu²/shape."""
    with pm.Model(coords={"lot": [1, 2]}) as model:
        start = pm.HalfFlat("start", dims="lot")
        slope = pm.HalfFlat("slope", dims="lot")
        shape = pm.HalfFlat("shape")
        mu = pm.Deterministic("mu", 1 / (start[WHICH] + slope[WHICH] * LOG_U))
        pm.Gamma("y", alpha=shape, beta=shape / mu, observed=TIME)
    return model


@nllcheck.claim(clotting, relation="equal")
def gamma_nll(y, mu, shape):
    """Generalised linear models speak of mean and shape: the rate of the textbook is shape/mu."""
    return losses.gamma_nll(y, shape, shape / mu)


@nllcheck.claim(clotting, relation="affine", given="shape")
def gamma_deviance(y, mu):
    """What gradient boosting minimises for claims and rainfall: NLL × 2/shape, minus that of the best fit."""
    return 2 * np.sum((y - mu) / mu - np.log(y / mu))


@nllcheck.claim(clotting, relation="affine", given="shape")
def exponential_nll(y, mu):
    """The exponential distribution is the gamma with shape 1; for the mean, the shape does not matter."""
    return losses.exponential_nll(y, 1 / mu)


@nllcheck.claim(clotting, relation="different", given="shape")
def squared_relative_error(y, mu):
    """Dividing by the mean gets the variance right, but without log mu it rewards means that are too large."""
    return np.sum(((y - mu) / mu) ** 2)
