"""Poisson regression on Dobson's table of a randomised controlled trial, the example of R's ?glm.

Nine counts, three outcomes by three treatments, main effects on the log scale. R prints the
coefficients 3.045, -0.4543, -0.2930 and two that vanish (each treatment has 50 cases),
and a residual deviance of 5.1291.
"""

from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import xlogy

import nllcheck
from nllcheck import losses

TABLE = np.loadtxt(Path(__file__).parent / "data" / "dobson.csv", delimiter=",", dtype=int)
OUTCOME, TREATMENT, COUNT = TABLE.T
EFFECTS = ["outcome 2", "outcome 3", "treatment 2", "treatment 3"]  # against outcome 1, treatment 1
X = np.column_stack([OUTCOME == 2, OUTCOME == 3, TREATMENT == 2, TREATMENT == 3]).astype(float)


def trial():
    """count ~ Poisson(mu), eta = log mu = intercept + X beta."""
    with pm.Model(coords={"effect": EFFECTS}) as model:
        intercept = pm.Flat("intercept")
        beta = pm.Flat("beta", dims="effect")
        eta = pm.Deterministic("eta", intercept + pm.math.dot(X, beta))
        mu = pm.Deterministic("mu", pm.math.exp(eta))
        pm.Poisson("y", mu, observed=COUNT)
    return model


# Without log y!, as deep-learning libraries compute it: the constant depends on the data only.
poisson_nll = nllcheck.Claim(
    trial, losses.poisson_nll, args={"y_true": "y", "rate": "mu"}, relation="constant"
)


@nllcheck.claim(trial, relation="equal")
def full_poisson_nll(y, mu):
    """With log y! it is the NLL itself: needed to compare with another family, say negative binomial."""
    return losses.poisson_nll(y, mu, full=True)


@nllcheck.claim(trial, relation="constant")
def poisson_nll_of_log_rate(y, eta):
    """The same from the log rate, which needs no logarithm and cannot meet log 0."""
    return np.sum(np.exp(eta) - y * eta)


@nllcheck.claim(trial, relation="affine")
def deviance(y, mu):
    """Twice the distance in NLL to the model that fits every count: NLL × 2, minus that of the best fit."""
    return 2 * np.sum(xlogy(y, y / mu) - (y - mu))


@nllcheck.claim(trial, relation="different")
def mean_squared_error(y, mu):
    """Squared error trusts all counts alike; one expected to be 20 has twice the variance of one of 10."""
    return np.mean((y - mu) ** 2)
