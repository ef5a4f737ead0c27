"""Ridge and lasso are posterior modes: a penalty is the negative log of a prior.

Progression of diabetes in 442 patients on ten standardised covariates (Efron et al., 2004). The
noise is taken as known, sigma = 54, the residual standard deviation of least squares on all
ten; the prior's scale is chosen, as it would be by cross-validation. With of="posterior" the
NLL is that of the joint density p(y, intercept, beta), whose mode is the MAP estimate.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

*COVARIATES, PROGRESSION = np.loadtxt(
    Path(__file__).parent / "data" / "diabetes.csv", delimiter=",", unpack=True
)
RAW = np.column_stack(COVARIATES)  # (442, 10)
X = (RAW - RAW.mean(axis=0)) / RAW.std(axis=0)
NAMES = ["age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"]

SIGMA = 54.0  # standard deviation of the noise
TAU = 15.0  # standard deviation of the Gaussian prior
B = 5.0  # scale of the Laplace prior


def _regression(prior):
    with pm.Model(coords={"covariate": NAMES}) as model:
        intercept = pm.Flat("intercept")
        beta = prior("beta")
        mu = pm.Deterministic("mu", intercept + pm.math.dot(X, beta))
        pm.Normal("y", mu, SIGMA, observed=PROGRESSION)
    return model


def ridge():
    """beta ~ Normal(0, TAU), y ~ Normal(intercept + X beta, SIGMA)."""
    return _regression(lambda name: pm.Normal(name, 0.0, TAU, dims="covariate"))


def lasso():
    """beta ~ Laplace(0, B), y ~ Normal(intercept + X beta, SIGMA)."""
    return _regression(lambda name: pm.Laplace(name, 0.0, B, dims="covariate"))


@nllcheck.claim(ridge, relation="constant", of="posterior")
def gaussian_nll_with_ridge_penalty(y, mu, beta):
    """A Gaussian prior with standard deviation tau is the penalty ½‖beta‖²/tau²."""
    return losses.gaussian_nll(y, mu, SIGMA) + losses.ridge_penalty(beta, TAU)


@nllcheck.claim(lasso, relation="constant", of="posterior")
def gaussian_nll_with_lasso_penalty(y, mu, beta):
    """A Laplace prior with scale b is the penalty ‖beta‖₁/b: its kink sets coefficients to exactly 0."""
    return losses.gaussian_nll(y, mu, SIGMA) + losses.lasso_penalty(beta, B)


@nllcheck.claim(ridge, relation="affine", of="posterior")
def sklearn_ridge(y, mu, beta):
    """scikit-learn's Ridge minimises SSE + alpha‖beta‖²: the NLL × 2σ² when alpha = σ²/τ²."""
    alpha = SIGMA**2 / TAU**2
    return np.sum((y - mu) ** 2) + alpha * np.sum(beta**2)


@nllcheck.claim(lasso, relation="affine", of="posterior")
def sklearn_lasso(y, mu, beta):
    """scikit-learn's Lasso minimises SSE/2n + alpha‖beta‖₁: the NLL × σ²/n when alpha = σ²/(n·b)."""
    alpha = SIGMA**2 / (len(y) * B)
    return np.sum((y - mu) ** 2) / (2 * len(y)) + alpha * np.sum(np.abs(beta))


@nllcheck.claim(ridge, relation="different", of="posterior", because="missing-term")
def ridge_penalty_forgotten(y, mu):
    """Without the penalty it is the NLL of the likelihood alone, and finds least squares, not the MAP."""
    return losses.gaussian_nll(y, mu, SIGMA)


@nllcheck.claim(lasso, relation="different", of="posterior")
def ridge_penalty_on_a_laplace_prior(y, mu, beta):
    """The other penalty at the same variance (tau² = 2b²): it shrinks, but sets nothing to 0."""
    return losses.gaussian_nll(y, mu, SIGMA) + losses.ridge_penalty(beta, np.sqrt(2) * B)
