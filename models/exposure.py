"""Counts over unequal times: damage to ships, and Poisson's exposure.

Cargo ships of five types, built in four periods and watched in two; the counts of waves' damage
go with months of service between 45 and 44882. McCullagh and Nelder (section 6.3.2) fit a
log-linear rate: deviance 38.7 on 25 degrees of freedom, -0.54, -0.69, -0.08, 0.33 for the types
B to E against A, 0.70, 0.82, 0.45 for the periods of construction, 0.38 for the later operation.
"""

from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import xlogy

import nllcheck
from nllcheck import losses

TABLE = np.loadtxt(Path(__file__).parent / "data" / "ships.csv", delimiter=",", dtype=int)
TYPE, BUILT, OPERATED, MONTHS, INCIDENTS = TABLE.T
EFFECTS = ["B", "C", "D", "E", "built 1965-69", "built 1970-74", "built 1975-79", "operated 1975-79"]
X = np.column_stack(
    [*(k == TYPE for k in (2, 3, 4, 5)), *(k == BUILT for k in (2, 3, 4)), OPERATED == 2]
).astype(float)  # (34, 8)


def ships():
    """incidents ~ Poisson(mu), mu = exposure·rate, log rate = intercept + X beta."""
    with pm.Model(coords={"effect": EFFECTS}) as model:
        exposure = pm.Data("exposure", MONTHS / 1000.0)
        intercept = pm.Flat("intercept")
        beta = pm.Flat("beta", dims="effect")
        rate = pm.Deterministic("rate", pm.math.exp(intercept + pm.math.dot(X, beta)))
        mu = pm.Deterministic("mu", exposure * rate)
        pm.Poisson("y", mu, observed=INCIDENTS)
    return model


# From the mean it is the usual loss.
poisson_nll = nllcheck.Claim(
    ships, losses.poisson_nll, args={"y_true": "y", "rate": "mu"}, relation="constant"
)


@nllcheck.claim(ships, relation="constant")
def weighted_rate_nll(y, exposure, rate):
    """From the rate, the observed rates y/exposure are counts with the exposure for a weight."""
    return np.sum(exposure * (rate - y / exposure * np.log(rate)))


@nllcheck.claim(ships, relation="affine")
def deviance(y, mu):
    """NLL × 2, minus that of the best fit; its minimum is McCullagh and Nelder's 38.7."""
    return 2 * np.sum(xlogy(y, y / mu) - (y - mu))


@nllcheck.claim(ships, relation="different", because="weighted-rows")
def rates_without_weights(y, exposure, rate):
    """The loss of the rates alone trusts 45 months of service as much as 44882."""
    return np.sum(rate - y / exposure * np.log(rate))
