"""Linear regression with Gaussian noise on the Longley data, and the losses of least squares.

Sixteen years of US employment on six series that rise together: the classical test of
least-squares programs. In raw units the design matrix has condition number 5e9: an optimiser
that is careless about scale stops far from the certified coefficients (data/longley_certified.csv,
from NIST), and a sampler diverges. So the model standardises the series, and has the raw
coefficients as deterministics. Flat priors: the mode is the maximum-likelihood estimate.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

EMPLOYED, *SERIES = np.loadtxt(Path(__file__).parent / "data" / "longley.csv", delimiter=",", unpack=True)
X = np.column_stack(SERIES)  # (16, 6)
CENTRE, SPREAD = X.mean(axis=0), X.std(axis=0)
Z = (X - CENTRE) / SPREAD
COVARIATES = ["deflator", "gnp", "unemployed", "armed_forces", "population", "year"]


def regression():
    """employed ~ Normal(intercept + X beta, sigma), in standardised coordinates."""
    with pm.Model(coords={"covariate": COVARIATES}) as model:
        level = pm.Flat("level")  # of a year in which all series are at their means
        slope = pm.Flat("slope", dims="covariate")  # for one standard deviation of a series
        sigma = pm.HalfFlat("sigma")
        beta = pm.Deterministic("beta", slope / SPREAD, dims="covariate")
        pm.Deterministic("intercept", level - pm.math.dot(CENTRE, beta))
        mu = pm.Deterministic("mu", level + pm.math.dot(Z, slope))
        pm.Normal("y", mu, sigma, observed=EMPLOYED)
    return model


@nllcheck.claim(regression, relation="equal")
def full_gaussian_nll(y, mu, sigma):
    """With every constant written out it is the NLL itself, comparable between models by AIC."""
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma) + 0.5 * len(y) * np.log(2 * np.pi)


# The chapter's version drops n/2·log 2π: another value, the same minimiser and the same curvature.
chapter_gaussian_nll = nllcheck.Claim(
    regression,
    losses.gaussian_nll,
    args={"y_true": "y", "y_pred": "mu", "sigma": "sigma"},
    relation="constant",
)


@nllcheck.claim(regression, relation="affine", given="sigma")
def mean_squared_error(y, mu):
    """For any fixed sigma it is the NLL times 2σ²/n, plus a constant: "Gaussian noise leads to MSE"."""
    return np.mean((y - mu) ** 2)


@nllcheck.claim(regression, relation="monotone", given="sigma")
def root_mean_squared_error(y, mu):
    """The root bends the scale, so it is no multiple of the NLL, but it orders all coefficients alike."""
    return np.sqrt(np.mean((y - mu) ** 2))


@nllcheck.claim(regression, relation="constant", given=("sigma",))
def profile_nll(y, mu):
    """With sigma at its best value for each mu (σ̂² = SSE/n) the NLL becomes n/2·log SSE plus a constant."""
    return 0.5 * len(y) * np.log(np.sum((y - mu) ** 2))


@nllcheck.claim(regression, relation="different", given="sigma")
def mean_absolute_error(y, mu):
    """It is the NLL of Laplace noise: it fits a conditional median, and other coefficients than NIST's."""
    return np.mean(np.abs(y - mu))
