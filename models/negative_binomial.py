"""Negative binomial counts of red mites on apple leaves, and two names for their dispersion.

150 leaves of McIntosh trees: 70 without a mite, one with seven. The variance is twice the mean,
so Poisson does not fit. Bliss and Fisher (1953) report the maximum-likelihood estimate of the
exponent, k = 1.0246 at a mean of 1.1467. PyMC calls the exponent alpha; others give that
letter to its reciprocal.
"""

from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import betaln, gammaln

import nllcheck
from nllcheck import losses

MITES, LEAVES = np.loadtxt(Path(__file__).parent / "data" / "mites.csv", delimiter=",", dtype=int).T
COUNT = np.repeat(MITES, LEAVES)  # (150,)


def leaves():
    """count ~ NegativeBinomial(mu, alpha): variance mu + mu²/alpha."""
    with pm.Model() as model:
        mu = pm.HalfFlat("mu")
        alpha = pm.HalfFlat("alpha")
        pm.NegativeBinomial("y", mu=mu, alpha=alpha, observed=COUNT)
    return model


# All of it, with the binomial coefficient: alpha is in there, so it cannot be dropped as Poisson's log y! can.
negative_binomial_nll = nllcheck.Claim(
    leaves, losses.negative_binomial_nll, args={"y_true": "y", "mu": "mu", "alpha": "alpha"}, relation="equal"
)


@nllcheck.claim(leaves, relation="equal", args={"dispersion": lambda alpha: 1 / alpha})
def from_dispersion(y, mu, dispersion):
    """Econometrics (NB2) writes the variance as mu + dispersion·mu²: its dispersion is PyMC's 1/alpha."""
    size, ratio = 1 / dispersion, dispersion * mu
    log_coefficient = -np.log(size + y) - betaln(size, y + 1)
    return np.sum(size * np.log1p(ratio) + y * np.log1p(1 / ratio) - log_coefficient)


@nllcheck.claim(leaves, relation="constant")
def without_factorial(y, mu, alpha):
    """Only log y! is free of the parameters."""
    log_rising = gammaln(y + alpha) - gammaln(alpha)
    return np.sum((y + alpha) * np.log(mu + alpha) - alpha * np.log(alpha) - y * np.log(mu) - log_rising)


@nllcheck.claim(leaves, relation="minimizer", given="alpha")
def poisson_nll(y, mu):
    """Another family with the same estimate: without covariates both put the mean at the average.

    The curves differ, and with them the standard errors: Poisson's is too small by a third.
    """
    return losses.poisson_nll(y, mu)
