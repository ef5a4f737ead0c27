"""What is timed: one small claim, the usual script for the same question, and the same at many rows."""

import numpy as np
import pymc as pm
from scipy import optimize

from nllcheck.checker import Checker

N_SMALL = 500


def linear_model(n):
    """Return a function that builds a linear regression with `n` rows."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, 2))
    y = 0.7 + x @ [1.4, -0.6] + 1.3 * rng.normal(size=n)

    def regression():
        with pm.Model() as model:
            intercept, beta = pm.Flat("intercept"), pm.Flat("beta", shape=2)
            sigma = pm.HalfFlat("sigma")
            mu = pm.Deterministic("mu", intercept + x @ beta)
            pm.Normal("y", mu, sigma, observed=y)
        return model

    return regression, x, y


def gaussian_nll(y, mu, sigma):
    """The chapter's Gaussian NLL."""
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def check_claim():
    """Check one small claim from scratch."""
    return Checker().check(linear_model(N_SMALL)[0], gaussian_nll)


def hand_written_script():
    """Compare loss and model as a careful user would today."""
    build, x, y = linear_model(N_SMALL)
    model = build()
    logp, dlogp = model.compile_logp(jacobian=False), model.compile_dlogp(jacobian=False)
    with model:
        best = pm.find_MAP(progressbar=False, jitter=False, return_inferencedata=False)

    def loss(theta):
        return gaussian_nll(y, theta[0] + x @ theta[1:3], np.exp(theta[3]))

    found = optimize.minimize(loss, np.zeros(4)).x
    at_best = {name: best[name] for name in ("intercept", "beta", "sigma_log__")}
    assert np.abs(dlogp(at_best)).max() < 1.0
    np.testing.assert_allclose(found[1:3], best["beta"], rtol=1e-2)
    return bool(np.isfinite(logp(at_best)))
