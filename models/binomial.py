"""Dose and response: beetles in gaseous carbon disulphide, the binomial NLL and its deviance.

Eight doses, about sixty beetles each, and the number that died in five hours: the data that
Bliss (1935) made probit analysis with. Dobson (An Introduction to Generalized Linear Models)
fits the logistic model: -60.72, 34.27, deviance 11.23.
"""

from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import xlogy

import nllcheck
from nllcheck import losses

DOSE, BEETLES, KILLED = np.loadtxt(Path(__file__).parent / "data" / "beetles.csv", delimiter=",", unpack=True)


def beetles():
    """killed ~ Binomial(n, p), eta = logit p = intercept + slope·dose."""
    with pm.Model() as model:
        n = pm.Data("n", BEETLES.astype(int))
        intercept = pm.Flat("intercept")
        slope = pm.Flat("slope")
        eta = pm.Deterministic("eta", intercept + slope * DOSE)
        pm.Deterministic("p", pm.math.sigmoid(eta))
        pm.Binomial("y", n=n, logit_p=eta, observed=KILLED.astype(int))
    return model


@nllcheck.claim(beetles, relation="equal")
def binomial_nll(y, n, p):
    """With the binomial coefficient: the probability of the counts, in whatever order the beetles died."""
    return losses.binomial_nll(y, n, p)


@nllcheck.claim(beetles, relation="constant")
def cross_entropy_of_each_beetle(y, n, eta):
    """One row a beetle gives Bernoulli's NLL: the coefficient is missing, and no parameter is in it."""
    return np.sum(n * np.logaddexp(0, eta) - y * eta)


@nllcheck.claim(beetles, relation="affine")
def deviance(y, n, p):
    """Twice the distance in NLL to the model that fits every dose; at the optimum, Dobson's 11.23."""
    fitted = n * p
    return 2 * np.sum(xlogy(y, y / fitted) + xlogy(n - y, (n - y) / (n - fitted)))


@nllcheck.claim(beetles, relation="different")
def squared_error_of_proportions(y, n, p):
    """Least squares on the proportions: a proportion near 0 or 1 varies less than one near 1/2."""
    return np.sum((y / n - p) ** 2)
