"""Median regression on the stack-loss data: Laplace noise, and the loss of mean absolute error.

Twenty-one days of a plant that makes nitric acid; four of them are outliers that pull at a
least-squares fit. Absolute error lets them be; its fit runs exactly through four of the days.
R's quantreg prints -39.690, 0.832, 0.574, -0.061 for its example; here the loss of ammonia is in
per cent, not tenths of it, and the coefficients are a tenth as large.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

TABLE = np.loadtxt(Path(__file__).parent / "data" / "stackloss.csv", delimiter=",")
X, LOSS = TABLE[:, :3], TABLE[:, 3] / 10  # (21, 3), (21,)
DELTA = 0.2  # per cent


def plant():
    """stack loss ~ Laplace(mu, b), mu = intercept + X beta: the conditional median."""
    with pm.Model(coords={"covariate": ["air flow", "water temperature", "acid"]}) as model:
        intercept = pm.Flat("intercept")
        beta = pm.Flat("beta", dims="covariate")
        b = pm.HalfFlat("b")
        mu = pm.Deterministic("mu", intercept + pm.math.dot(X, beta))
        pm.Laplace("y", mu, b, observed=LOSS)
    return model


# |y − mu|/b + log 2b, summed: nothing is dropped.
laplace_nll = nllcheck.Claim(
    plant, losses.laplace_nll, args={"y_true": "y", "y_pred": "mu", "b": "b"}, relation="equal"
)


@nllcheck.claim(plant, relation="affine", given="b")
def mean_absolute_error(y, mu):
    """For any fixed b it is the NLL times b/n, plus a constant: Laplace noise leads to MAE."""
    return np.mean(np.abs(y - mu))


@nllcheck.claim(plant, relation="constant", given="b")
def profile_nll(y, mu):
    """With b at its best value for each mu (b̂ = the mean absolute error) the NLL is n log SAE plus a constant."""
    return len(y) * np.log(np.sum(np.abs(y - mu)))


@nllcheck.claim(plant, relation="different", because="other-family", given="b")
def huber(y, mu):
    """Huber's loss is absolute error with a round bottom: quadratic within DELTA, linear beyond.

    It is the NLL of another density, Gaussian in the middle with Laplace's tails; its estimates
    lie between those of least squares and of the median.
    """
    residual = np.abs(y - mu)
    return np.sum(np.where(residual < DELTA, 0.5 * residual**2, DELTA * (residual - 0.5 * DELTA)))
