"""Too many zeros: cholera in an Indian village, and the zero-inflated Poisson NLL.

In 168 of 223 households nobody fell ill. McKendrick (1926) saw that many of these had never been
exposed, and estimated how many: the oldest reference in the paper that named the EM algorithm
(Meng, 1997). The maximum-likelihood estimates are 0.972 cases in an exposed household, and 40 % exposed.
"""

from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import gammaln

import nllcheck
from nllcheck import losses

CASES, HOUSEHOLDS = np.loadtxt(Path(__file__).parent / "data" / "cholera.csv", delimiter=",", dtype=int).T
COUNT = np.repeat(CASES, HOUSEHOLDS)  # (223,)


def village():
    """count ~ ZeroInflatedPoisson(psi, mu): a household is exposed with probability psi."""
    with pm.Model() as model:
        psi = pm.Uniform("psi", 0, 1)
        mu = pm.HalfFlat("mu")
        pm.ZeroInflatedPoisson("y", psi=psi, mu=mu, observed=COUNT)
    return model


@nllcheck.claim(village, relation="equal")
def zero_inflated_poisson_nll(y, psi, mu):
    """A zero comes from either source, a case only from exposure."""
    zero = np.logaddexp(np.log1p(-psi), np.log(psi) - mu)
    some = np.log(psi) - mu + y * np.log(mu) - gammaln(y + 1)
    return -np.sum(np.where(y == 0, zero, some))


@nllcheck.claim(village, relation="constant")
def hurdle_nll(y, psi, mu):
    """The same in two steps, any case at all and then how many: cross-entropy and a Poisson cut at zero."""
    log_some = np.log(psi) + np.log(-np.expm1(-mu))
    answered = np.sum(np.where(y > 0, -log_some, -np.log1p(-np.exp(log_some))))
    positive = y[y > 0]
    return answered + np.sum(mu - positive * np.log(mu) + np.log(-np.expm1(-mu)))


@nllcheck.claim(
    village, relation="different", because="other-family", args={"rate": lambda psi, mu: psi * mu}
)
def poisson_of_the_mean(y, rate):
    """A Poisson with the same mean psi·mu cannot tell few exposed households from a mild disease."""
    return losses.poisson_nll(y, rate)
