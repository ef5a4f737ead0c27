"""The course chapter's toy data: three numbers, four labels, and two losses written by hand.

A loss can only be a likelihood of *something that is estimated*. The chapter's predictions are
constants, so each model adds the smallest honest unknown, a bias that recalibrates the
predictor: on the scale of y for the numbers, on the logit scale for the labels.

Two of the chapter's three statements are claims here; "a multinomial likelihood leads to
categorical cross-entropy" is in categorical.py, "Gaussian noise leads to MSE" once more on
real data in gaussian.py.
"""

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

NUMBERS = np.array([2.0, 3.0, 4.5])
PREDICTED_NUMBERS = np.array([2.2, 2.8, 4.4])
LABELS = np.array([1, 0, 1, 1])
PREDICTED_PROBABILITIES = np.array([0.9, 0.2, 0.8, 0.7])


def numbers():
    """y ~ Normal(ŷ + bias, sigma)."""
    with pm.Model() as model:
        y_hat = pm.Data("y_hat", PREDICTED_NUMBERS)
        bias = pm.Flat("bias")
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", y_hat + bias)
        pm.Normal("y", mu, sigma, observed=NUMBERS)
    return model


def labels():
    """y ~ Bernoulli(p), logit p = logit p̂ + bias."""
    with pm.Model() as model:
        p_hat = pm.Data("p_hat", PREDICTED_PROBABILITIES)
        bias = pm.Flat("bias")
        eta = pm.Deterministic("eta", pm.math.logit(p_hat) + bias)
        p = pm.Deterministic("p", pm.math.sigmoid(eta))
        pm.Bernoulli("y", p, observed=LABELS)
    return model


# The chapter's gaussian_nll leaves out n/2·log 2π, which no parameter can change.
gaussian_nll = nllcheck.Claim(
    numbers,
    losses.gaussian_nll,
    args={"y_true": "y", "y_pred": "mu", "sigma": "sigma"},
    relation="constant",
)

# "Assuming Gaussian noise leads to mean squared error": for any one sigma, MSE = 2σ²/n · N + c.
gaussian_noise_leads_to_mse = nllcheck.Claim(
    numbers,
    losses.mean_squared_error,
    args={"y_true": "y", "y_pred": "mu"},
    relation="affine",
    given="sigma",
)

# The chapter's bernoulli_nll clips p at 1e-15: the NLL exactly, until p comes that close to 0 or 1.
bernoulli_nll = nllcheck.Claim(
    labels,
    losses.bernoulli_nll,
    args={"y_true": "y", "y_pred_prob": "p"},
    relation="equal",
)

# "Bernoulli labels lead to binary cross-entropy": not merely related, the same number.
bernoulli_leads_to_cross_entropy = nllcheck.Claim(
    labels,
    losses.binary_cross_entropy,
    args={"y_true": "y", "y_pred_prob": "p"},
    relation="equal",
)
