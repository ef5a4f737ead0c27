"""Quantile regression on Engel's food data: the pinball loss is an asymmetric Laplace NLL.

What do the 25 % of households that spend most on food spend at least, given their income?
The line of the 0.75 quantile is 62.40 + 0.644·income (statsmodels, quantreg); here in thousands of
francs, 0.0624 + 0.644·income.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

INCOME, FOOD = np.loadtxt(Path(__file__).parent / "data" / "engel.csv", delimiter=",", unpack=True) / 1000
Q = 0.75


def upper_quartile():
    """food ~ AsymmetricLaplace with P(food < mu) = Q, mu = intercept + slope·income.

    The density is Q(1 - Q)/scale · exp(-pinball/scale); PyMC's b is √(Q(1 - Q))/scale.
    """
    with pm.Model() as model:
        intercept = pm.Flat("intercept")
        slope = pm.Flat("slope")
        scale = pm.HalfFlat("scale")
        mu = pm.Deterministic("mu", intercept + slope * INCOME)
        pm.AsymmetricLaplace("y", mu=mu, b=np.sqrt(Q * (1 - Q)) / scale, q=Q, observed=FOOD)
    return model


@nllcheck.claim(upper_quartile, relation="equal")
def asymmetric_laplace_nll(y, mu, scale):
    """Pinball loss over scale, and the constant that makes it a density."""
    return losses.quantile_loss(y, mu, Q) / scale + len(y) * np.log(scale / (Q * (1 - Q)))


@nllcheck.claim(upper_quartile, relation="affine", given="scale")
def pinball(y, mu):
    """For any fixed scale it is the NLL × scale: each franc above the line costs three times one below."""
    residual = y - mu
    return np.sum(np.maximum(Q * residual, (Q - 1) * residual))


@nllcheck.claim(upper_quartile, relation="different", because="other-family", given="scale")
def expectile(y, mu):
    """Asymmetric squares look alike, but the line that they find is an expectile, no quantile."""
    residual = y - mu
    return np.sum(np.where(residual > 0, Q, 1 - Q) * residual**2)
