"""The same minimiser: judged by the values reached, also at kinks and along flat directions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scenes import LABELS, X, Y, ask, codes, coin, evidence, labels, laplace, line, poisson
from scipy import linalg, optimize

from nllcheck.result import Status


def separable() -> pm.Model:
    with pm.Model() as model:
        z = pm.Deterministic("z", pm.Flat("a") + pm.Flat("b") * X)
        pm.Bernoulli("y", logit_p=z, observed=(np.median(X) < X).astype(int))
    return model


def two_intercepts() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.Flat("a1") + pm.Flat("a2") + pm.Flat("b") * X)
        pm.Normal("y", mu, 0.6, observed=Y)
    return model


def squares(y: Any, mu: Any) -> Any:
    return np.sum((y - mu) ** 2)


def absolute(y: Any, mu: Any) -> Any:
    return np.sum(np.abs(y - mu))


def cross_entropy(y: Any, z: Any) -> Any:
    return np.sum(np.logaddexp(0, z) - y * z)


@pytest.mark.parametrize(
    ("model", "loss", "options"),
    [
        pytest.param(line, squares, {"given": "sigma", "relation": "affine"}, id="smooth"),
        pytest.param(laplace, absolute, {"given": "scale", "relation": "affine"}, id="kink"),
        pytest.param(two_intercepts, squares, {"relation": "affine"}, id="flat direction"),
        pytest.param(labels, cross_entropy, {"relation": "equal"}, id="labels"),
        pytest.param(poisson, lambda y, mu: np.sum(mu - y * np.log(mu)), {}, id="counts"),
    ],
)
def test_right_losses_have_the_minimiser(
    model: Callable[..., Any], loss: Callable[..., Any], options: dict[str, Any]
) -> None:
    """Within rounding error the loss's own minimiser is the MLE, on smooth, kinked and flat likelihoods."""
    result = ask(model, loss, **options)
    assert result.holds
    assert evidence(result, "minimizer").status is Status.AGREES


def test_the_estimates_are_those_of_least_squares() -> None:
    """Both estimates and the standard errors are on the constrained scale, equal to a textbook's."""
    result = ask(line, squares, given="sigma", relation="affine")
    design = np.column_stack([np.ones_like(X), X])
    beta, rss, *_ = linalg.lstsq(design, Y)
    sigma = np.sqrt(rss / len(Y))
    for side, rtol in (("model", 1e-10), ("loss", 1e-6)):
        assert_allclose([result.estimates[side]["a"], result.estimates[side]["b"]], beta, rtol=rtol)
    assert_allclose(result.estimates["model"]["sigma"], sigma, rtol=1e-9)
    errors = sigma * np.sqrt(np.diag(linalg.inv(design.T @ design)))
    assert_allclose([result.estimates["standard_error"][n] for n in "ab"], errors, rtol=1e-5)
    assert "sigma" not in result.estimates["loss"]


def root_deviance(result: Any) -> float:
    return float(evidence(result, "minimizer").numbers["distance"])


def test_the_distance_is_the_root_deviance() -> None:
    """For the MAE under a normal NLL with known sigma it is √(2(N(θ_L) − N(θ̂))), with θ_L a linear program's."""

    def known() -> pm.Model:
        with pm.Model() as model:
            mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * X)
            pm.Normal("y", mu, 0.6, observed=Y)
        return model

    result = ask(known, absolute, relation="different")
    n = len(Y)
    design = np.column_stack([np.ones(n), X])
    solved = optimize.linprog(
        np.r_[np.zeros(2), np.ones(2 * n)],
        A_eq=np.column_stack([design, np.eye(n), -np.eye(n)]),
        b_eq=Y,
        bounds=[(None, None)] * 2 + [(0, None)] * (2 * n),
    )
    best = linalg.lstsq(design, Y)[0]
    gap = design @ (solved.x[:2] - best)
    assert evidence(result, "minimizer").status is Status.DISAGREES
    assert_allclose(root_deviance(result), np.sqrt(gap @ gap) / 0.6, rtol=0.05)


def test_brier_score_of_one_probability_has_the_minimiser_only() -> None:
    """The Brier score of an intercept-only Bernoulli is minimised at the mean, on every data set."""
    result = ask(coin, lambda y, p: np.mean((y - p) ** 2), relation="minimizer")
    assert result.relation == "minimizer"
    assert result.holds
    assert_allclose(result.estimates["loss"]["p"], LABELS.mean(), rtol=1e-6)


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        pytest.param(labels, lambda y, p: np.mean((y - p) ** 2), id="Brier with a covariate"),
        pytest.param(labels, lambda y, z: np.sum(np.maximum(0, 1 - (2 * y - 1) * z)), id="hinge"),
        pytest.param(line, absolute, id="MAE for normal noise"),
        pytest.param(coin, lambda y, p: np.mean((y - p) ** 2) + 1e-4 * p, id="Brier with a small pull"),
        pytest.param(coin, lambda y, p: (p - LABELS.mean()) ** 2, id="minimiser of these data only"),
        pytest.param(labels, lambda y, z: cross_entropy(y, z) + 1e-5 * np.sum(z**2), id="tiny penalty"),
    ],
)
def test_another_minimiser_is_different(model: Callable[..., Any], loss: Callable[..., Any]) -> None:
    """A minimiser that is elsewhere, on these or on other data, is no `minimizer`."""
    result = ask(model, loss, relation="minimizer", given="sigma" if model is line else None)
    assert result.relation == "different"
    assert not result.holds
    assert codes(result, "error")


def test_without_an_optimum_the_question_does_not_apply() -> None:
    """For separable data the answer is in words, and the values alone decide."""
    result = ask(separable, cross_entropy, relation="equal")
    assert result.relation == "equal"
    assert result.holds
    found = evidence(result, "minimizer")
    assert found.status is Status.NOT_APPLICABLE
    assert "attained nowhere" in found.summary
    assert result.estimates == {}
