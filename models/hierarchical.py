"""Partial pooling in eight schools: the joint NLL of a hierarchical model, and what is left of it.

Did coaching raise the scores of the SAT? Eight estimates with their standard errors (Rubin, 1981).
With effects theta = mu + tau·z the school's deviations z are standard normal, and the joint density
has a mode (that of theta and tau has none: it grows without bound as tau goes to 0). The prior of
tau, Gamma(2, 0.1), is zero at 0, which keeps the mode off the edge (Chung et al., 2013); that of mu is flat.
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck

EFFECT, ERROR = np.loadtxt(Path(__file__).parent / "data" / "schools.csv", delimiter=",", unpack=True)


def schools():
    """z ~ Normal(0, 1), theta = mu + tau z, effect ~ Normal(theta, standard error)."""
    with pm.Model(coords={"school": list("ABCDEFGH")}) as model:
        mu = pm.Flat("mu")
        tau = pm.Gamma("tau", 2.0, 0.1)
        z = pm.Normal("z", 0.0, 1.0, dims="school")
        theta = pm.Deterministic("theta", mu + tau * z, dims="school")
        pm.Normal("y", theta, ERROR, observed=EFFECT)
    return model


def pooled():
    """The same with theta integrated out: effect ~ Normal(mu, √(standard error² + tau²))."""
    with pm.Model() as model:
        mu = pm.Flat("mu")
        tau = pm.HalfFlat("tau")
        pm.Normal("y", mu, pm.math.sqrt(ERROR**2 + tau**2), observed=EFFECT)
    return model


@nllcheck.claim(schools, relation="constant", of="posterior")
def joint_nll(y, theta, z, tau):
    """Misfit of the effects, a ridge penalty on the deviations, and the prior of their scale."""
    misfit = 0.5 * np.sum(((y - theta) / ERROR) ** 2)
    return misfit + 0.5 * np.sum(z**2) + 0.1 * tau - np.log(tau)


@nllcheck.claim(schools, relation="constant")
def misfit_alone(y, theta):
    """The likelihood is only this first term; nothing in it holds the eight schools together."""
    return 0.5 * np.sum(((y - theta) / ERROR) ** 2)


@nllcheck.claim(pooled, relation="constant")
def marginal_nll(y, mu, tau):
    """With the effects integrated out the schools share mu and tau. Its minimum is at tau = 0.

    There mu = 7.7, with standard error 4.1: the pooled estimate of Gelman et al. (section 5.5).
    """
    variance = ERROR**2 + tau**2
    return 0.5 * np.sum((y - mu) ** 2 / variance + np.log(variance))


@nllcheck.claim(schools, relation="different", of="posterior", because="missing-term")
def prior_of_the_deviations_forgotten(y, theta, tau):
    """Without the penalty each school keeps its own estimate: no pooling is left."""
    return 0.5 * np.sum(((y - theta) / ERROR) ** 2) + 0.1 * tau - np.log(tau)
