"""Models whose estimates are known, and models that cannot be compared."""

from pathlib import Path

import numpy as np
import pymc as pm

WEIGHT, DIAM1, DIAM2, CANOPY, TOTAL, DENSITY, GROUP = np.loadtxt(
    Path(__file__).parent / "data" / "mesquite.csv", delimiter=",", unpack=True
)
LOG_WEIGHT = np.log(WEIGHT)
VOLUME = np.column_stack([np.ones(46), np.log(DIAM1 * DIAM2 * CANOPY)])  # (46, 2)
ALL = np.column_stack([np.ones(46), *np.log([DIAM1, DIAM2, CANOPY, TOTAL, DENSITY]), GROUP])  # (46, 7)

MEASURED = np.array([3.1, 1.7, 2.4, 4.9, 2.2, 3.6, 0.8])
NOISE, PRIOR_MEAN, PRIOR_SD = 1.5, -1.0, 0.9
SUCCESSES = np.array([1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1])
A, B = 2.5, 4.0

TIMES = np.array([-2.0, -1.3, -0.4, 0.3, 0.9, 1.6, 2.2, 3.1])
ANSWERS = (TIMES > 0.5).astype(int)  # separable
ROUGH = np.array([0.3, -1.1, 0.8, 2.1, 0.4, 1.9, 3.2, 2.4])


def _flat_regression(X: np.ndarray, y: np.ndarray) -> pm.Model:
    with pm.Model() as model:
        beta = pm.Flat("beta", shape=X.shape[1])
        sigma = pm.HalfFlat("sigma")
        pm.Normal("y", pm.math.dot(X, beta), sigma, observed=y)
    return model


def log_volume() -> pm.Model:
    """Flat priors on two coefficients and on sigma."""
    return _flat_regression(VOLUME, LOG_WEIGHT)


def log_mesquite() -> pm.Model:
    """Flat priors on seven coefficients and on sigma."""
    return _flat_regression(ALL, LOG_WEIGHT)


def conjugate() -> pm.Model:
    """A mean with known noise and a share: both have posteriors in closed form."""
    with pm.Model() as model:
        mu = pm.Normal("mu", PRIOR_MEAN, PRIOR_SD)
        p = pm.Beta("p", A, B)
        pm.Normal("measured", mu, NOISE, observed=MEASURED)
        pm.Bernoulli("success", p, observed=SUCCESSES)
    return model


def separable() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 0, 5)
        pm.Bernoulli("y", logit_p=a + b * TIMES, observed=ANSWERS)
    return model


def constant_predictor() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 0, 5)
        sigma = pm.HalfNormal("sigma", 2)
        pm.Normal("y", a + b * np.full(8, 3.0), sigma, observed=ROUGH)
    return model


def constant_predictor_of_the_median() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 0, 5)
        pm.Laplace("y", a + b * np.full(8, 3.0), 1.3, observed=ROUGH)
    return model


def unidentified() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 1, 5)
        pm.Normal("y", (a + b) * TIMES, 1.2, observed=ROUGH)
    return model


def unidentified_product() -> pm.Model:
    """The optima are a curve, a·b = constant; only the prior makes a point of it."""
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 1, 5)
        pm.Normal("y", a * b * TIMES, 1.2, observed=ROUGH)
    return model


def mixture() -> pm.Model:
    """A component that collapses on an observation has an unbounded likelihood, beside many local maxima."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 5, shape=2)
        sigma = pm.HalfNormal("sigma", 2, shape=2)
        w = pm.Beta("w", 2, 2)
        components = pm.Normal.dist(mu, sigma)
        pm.Mixture("y", pm.math.stack([w, 1 - w]), comp_dists=components, observed=ROUGH)
    return model


def labels_switch() -> pm.Model:
    """Two components of one known scale: nothing says which is which."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 5, shape=2)
        components = pm.Normal.dist(mu, 0.4)
        pm.Mixture("y", np.array([0.5, 0.5]), comp_dists=components, observed=np.r_[ROUGH, ROUGH + 7])
    return model


def one_observation() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 5)
        pm.Normal("y", mu, 1.2, observed=ROUGH[:1])
    return model


def non_centred_hierarchy() -> pm.Model:
    """Effects as mu + tau·z: the joint density has a mode, the likelihood alone cannot tell the three apart."""
    with pm.Model() as model:
        mu, tau = pm.Normal("mu", 0, 5), pm.HalfNormal("tau", 2)
        z = pm.Normal("z", shape=8)
        pm.Normal("y", mu + tau * z, 1.2, observed=ROUGH)
    return model


def centred_hierarchy() -> pm.Model:
    """Each effect is seen once: its MLE is the observation, and the joint density is unbounded as tau goes to 0."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 5)
        tau = pm.HalfNormal("tau", 2)
        theta = pm.Normal("theta", mu, tau, shape=8)
        pm.Normal("y", theta, 1.2, observed=ROUGH)
    return model


def unbounded_likelihood() -> pm.Model:
    """A line through two points: nothing is left for sigma."""
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 0, 5)
        sigma = pm.HalfNormal("sigma", 2)
        pm.Normal("y", a + b * TIMES[:2], sigma, observed=ROUGH[:2])
    return model


def funnel() -> pm.Model:
    """Neal's funnel with data that say next to nothing about its neck."""
    with pm.Model() as model:
        v = pm.Normal("v", 0, 3)
        x = pm.Normal("x", 0, pm.math.exp(v / 2), shape=8)
        pm.Normal("y", x, 30.0, observed=ROUGH)
    return model


def bimodal() -> pm.Model:
    """Only the square of mu − 0.4 is seen."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0.2, 3)
        pm.Normal("y", (mu - 0.4) ** 2, 1.2, observed=ROUGH + 4)
    return model


def bimodal_square() -> pm.Model:
    """Only the square of mu is seen: the start, 0, is a saddle between two equal modes."""
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 3)
        pm.Normal("y", mu**2, 1.2, observed=ROUGH + 4)
    return model


def median_line() -> pm.Model:
    """Laplace noise: the likelihood has kinks, and no Hessian, at its maximum."""
    with pm.Model() as model:
        a, b, s = pm.Flat("a"), pm.Flat("b"), pm.HalfFlat("s")
        pm.Laplace("y", a + b * TIMES, s, observed=ROUGH)
    return model


def upper_quantile() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 5), pm.Normal("b", 0, 5)
        pm.AsymmetricLaplace("y", mu=a + b * TIMES, b=1, q=0.8, observed=ROUGH)
    return model


def ill_conditioned() -> pm.Model:
    """Covariates of sizes 1e6 and 1e-4 that nearly coincide, but do not."""
    X = np.column_stack([np.ones(8), TIMES * 1e6, 1e-4 * (TIMES + TIMES**2)])
    with pm.Model() as model:
        beta = pm.Flat("beta", shape=3)
        pm.Normal("y", pm.math.dot(X, beta), 1.2, observed=ROUGH)
    return model


def no_parameters() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", 0.3, 1.2, observed=ROUGH)
    return model


def discrete() -> pm.Model:
    with pm.Model() as model:
        k = pm.Poisson("k", 3)
        pm.Normal("y", k, 1.2, observed=ROUGH)
    return model
