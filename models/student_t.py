"""Student-t noise on Newcomb's measurements of the speed of light, and a robust loss.

Sixty-six times that light took over 7442 metres, in nanoseconds above 24800. Two of them, -44
and -2, are outliers: the Gaussian estimate is the mean of all, 26.2 (Gelman et al., Bayesian Data
Analysis). Student's t with its heavy tails estimates 27.4, and 2.1 degrees of freedom.
Today's value of the speed of light makes it 33.0: robust is not the same as right.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

TIME = np.loadtxt(Path(__file__).parent / "data" / "newcomb.csv")


def light():
    """time ~ StudentT(nu, mu, sigma), the degrees of freedom nu unknown as well, from 0.5 to 50."""
    with pm.Model() as model:
        mu = pm.Flat("mu")
        sigma = pm.HalfFlat("sigma")
        nu = pm.Uniform("nu", 0.5, 50)
        pm.StudentT("y", nu=nu, mu=mu, sigma=sigma, observed=TIME)
    return model


# While nu is estimated its Beta function has to stay: no term can be dropped but n/2·log π.
student_t_nll = nllcheck.Claim(
    light,
    losses.student_t_nll,
    args={"y_true": "y", "y_pred": "mu", "sigma": "sigma", "nu": "nu"},
    relation="equal",
)


@nllcheck.claim(light, relation="constant", given={"nu": 4.0})
def robust_loss(y, mu, sigma):
    """At a fixed nu = 4 what remains is a logarithm: a far point pulls less, not more, the farther it is."""
    return 2.5 * np.sum(np.log1p(((y - mu) / sigma) ** 2 / 4)) + len(y) * np.log(sigma)


@nllcheck.claim(light, relation="constant", given={"nu": 1.0})
def cauchy_loss(y, mu, sigma):
    """At nu = 1 it is the NLL of Cauchy noise, known as Lorentzian loss in image processing."""
    return np.sum(np.log1p(((y - mu) / sigma) ** 2)) + len(y) * np.log(sigma)


@nllcheck.claim(light, relation="different", because="other-family", given="nu")
def gaussian_nll(y, mu, sigma):
    """The limit for endless nu. Here it moves the estimate by a nanosecond, and nearly triples sigma."""
    return losses.gaussian_nll(y, mu, sigma)
