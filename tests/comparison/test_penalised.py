"""Ridge and lasso are MAP estimates: against solvers that know nothing of PyMC."""

from pathlib import Path

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scipy import optimize

from nllcheck.comparison.optima import find_optima
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood

DATA = Path(__file__).parents[2] / "models" / "data" / "diabetes.csv"
*COVARIATES, Y = np.loadtxt(DATA, delimiter=",", unpack=True)
RAW = np.column_stack(COVARIATES)
X = (RAW - RAW.mean(axis=0)) / RAW.std(axis=0)  # (442, 10)
CENTRED = Y - Y.mean()
SIGMA, TAU, B = 54.0, 11.0, 4.0


def estimated(prior: str) -> dict[str, np.ndarray]:
    def model() -> pm.Model:
        with pm.Model() as built:
            intercept = pm.Flat("intercept")
            beta = (
                pm.Normal("beta", 0, TAU, shape=10)
                if prior == "ridge"
                else pm.Laplace("beta", 0, B, shape=10)
            )
            pm.Normal("y", intercept + pm.math.dot(X, beta), SIGMA, observed=Y)
        return built

    built = build_model(model)
    return find_optima(Likelihood(built), Likelihood(built, of="posterior"), ("intercept",)).at_map


def ridge() -> np.ndarray:
    return np.linalg.solve(X.T @ X + SIGMA**2 / TAU**2 * np.eye(10), X.T @ CENTRED)


def lasso() -> np.ndarray:
    """Split into positive and negative parts the problem is smooth, with bounds."""

    def objective(w: np.ndarray) -> tuple[float, np.ndarray]:
        residual = CENTRED - X @ (w[:10] - w[10:])
        slope = X.T @ residual / SIGMA**2
        value = 0.5 * residual @ residual / SIGMA**2 + w.sum() / B
        return float(value), np.concatenate([1 / B - slope, 1 / B + slope])

    options = {"maxiter": 20_000, "maxfun": 100_000, "ftol": 1e-16, "gtol": 1e-11}
    bounds = [(0, None)] * 20
    w = optimize.minimize(
        objective, np.ones(20), jac=True, method="L-BFGS-B", bounds=bounds, options=options
    ).x
    return w[:10] - w[10:]


@pytest.mark.parametrize("solver", [ridge, lasso])
def test_the_map_is_the_penalised_solution(solver: object) -> None:
    """Coefficients agree with an independent solver to six digits, zeros included."""
    found, expected = estimated(solver.__name__), solver()
    assert_allclose(found["beta"], expected, rtol=1e-6, atol=1e-6)
    assert_allclose(found["intercept"], Y.mean(), rtol=1e-9)
    if solver is lasso:
        assert (np.abs(expected) < 1e-7).any()
