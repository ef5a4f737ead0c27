"""Gaussian noise that grows with income: Engel's food data, and the loss of a log-variance head.

What 235 Belgian households spent on food in 1857. The rich differ among themselves more than
the poor, which is why Koenker and Bassett (1982) chose the data for a test of just that. Two
linear predictors as in a network with two outputs: one for the mean, one for log sigma².
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

INCOME, FOOD = np.loadtxt(Path(__file__).parent / "data" / "engel.csv", delimiter=",", unpack=True) / 1000
LOG_INCOME = np.log(INCOME)  # of incomes in thousands of francs, as the expenditure is


def households():
    """food ~ Normal(mu, sigma), mu = a + b·income, s = log sigma² = c + d·log income."""
    with pm.Model() as model:
        a, b, c, d = (pm.Flat(name) for name in "abcd")
        mu = pm.Deterministic("mu", a + b * INCOME)
        s = pm.Deterministic("s", c + d * LOG_INCOME)
        sigma = pm.Deterministic("sigma", pm.math.exp(s / 2))
        pm.Normal("y", mu, sigma, observed=FOOD)
    return model


@nllcheck.claim(households, relation="equal")
def full_nll_of_log_variance(y, mu, s):
    """Kendall and Gal's loss with its constant: no logarithm, no division, no bound on s."""
    return losses.gaussian_nll_log_variance(y, mu, s, full=True)


@nllcheck.claim(households, relation="constant")
def nll_of_sigma(y, mu, sigma):
    """The same from sigma, without n/2·log 2π."""
    return losses.heteroscedastic_gaussian_nll(y, mu, sigma)


@nllcheck.claim(households, relation="affine", args={"variance": lambda sigma: sigma**2})
def mean_nll_of_variance(y, mu, variance):
    """PyTorch's GaussianNLLLoss takes the variance and averages: the NLL × 1/n.

    PyTorch also raises variances below 1e-6 to that value; here none is near.
    """
    return 0.5 * np.mean(np.log(variance) + (y - mu) ** 2 / variance)


@nllcheck.claim(households, relation="different", because="holds-only-at")
def mean_squared_error(y, mu):
    """It trusts every household alike, as if d were 0; the NLL listens to the poor, who scatter less."""
    return np.mean((y - mu) ** 2)
