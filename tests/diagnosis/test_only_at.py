"""A relation that holds at one value of a nuisance only: the finding gives the value."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scenes import N, X, Y, ask, codes, finding, line, ridge

TAU = 0.45


def penalised(weight: float, *, mean: bool) -> Callable[..., Any]:
    def loss(y: Any, mu: Any, beta: Any) -> Any:
        squares = (y - mu) ** 2
        return (squares.mean() if mean else squares.sum()) + weight * np.sum(beta**2)

    return loss


@pytest.mark.parametrize("weight", [0.3, 1.7, 0.02])
@pytest.mark.parametrize("mean", [True, False], ids=["mean", "sum"])
def test_ridge_with_free_sigma_holds_at_one_sigma(weight: float, mean: bool) -> None:
    """SSE + λ‖β‖² is the posterior's N × 2σ² only where σ² = λτ²; with the mean where σ² = λnτ²."""
    result = ask(ridge, penalised(weight, mean=mean), relation="affine", of="posterior", given="sigma")
    assert result.relation == "different"
    assert not result.holds
    found = finding(result, "holds-only-at")
    assert found.severity.value == "error"
    expected = np.sqrt(weight * TAU**2 * (N if mean else 1))
    assert_allclose(found.numbers["sigma"], expected, rtol=1e-8)


@pytest.mark.parametrize("weight", [0.3, 1.7])
def test_at_that_sigma_the_relation_holds(weight: float) -> None:
    """The advice of the finding, given={"sigma": value}, is right: the scale there is 2σ²/n."""
    sigma = np.sqrt(weight * TAU**2 * N)
    result = ask(
        ridge, penalised(weight, mean=True), relation="affine", of="posterior", given={"sigma": sigma}
    )
    assert result.holds
    assert_allclose(float(result.scale), 2 * sigma**2 / N, rtol=1e-9)  # type: ignore[arg-type]


def test_at_another_sigma_it_does_not() -> None:
    """One percent beside it the relation fails."""
    sigma = 1.01 * np.sqrt(0.3 * TAU**2 * N)
    result = ask(ridge, penalised(0.3, mean=True), relation="affine", of="posterior", given={"sigma": sigma})
    assert result.relation == "different"


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda y, mu: np.sum(np.abs(y - mu)), id="another family"),
        pytest.param(lambda y, mu: np.sum((y - mu) ** 2) + 0.1 * np.sum(mu**2), id="penalty without a prior"),
    ],
)
def test_no_value_is_invented(loss: Callable[..., Any]) -> None:
    """Where no sigma makes the relation hold, none is given."""
    result = ask(line, loss, relation="affine", given="sigma")
    assert result.relation == "different"
    assert "holds-only-at" not in codes(result)
    assert len(Y) == N


DISTANCE = np.array([0.4, 1.1, 1.9, 3.2, 4.5, 5.3])
DURATION = np.array([1.7, 2.1, 4.4, 6.2, 9.7, 9.9])


def forgotten(x: np.ndarray, y: np.ndarray, at: float) -> Callable[[], pm.Model]:
    """Return a model whose intercept, less `at`, does not reach the deterministic."""

    def model() -> pm.Model:
        with pm.Model() as built:
            slope = pm.Deterministic("slope", pm.Flat("b") * x)
            pm.Normal("y", pm.Flat("a") - at + slope, 0.8, observed=y)
        return built

    return model


@pytest.mark.parametrize("at", [0.0, 1.5, -0.25, 0.3])
@pytest.mark.parametrize(("x", "y"), [(DISTANCE, DURATION), (X, Y)], ids=["six", "twenty-three"])
def test_the_value_is_the_decimal_that_is_meant(x: np.ndarray, y: np.ndarray, at: float) -> None:
    """Squares about a slope without its intercept are the NLL where that is 0: exactly 0, not 4e-16."""
    result = ask(forgotten(x, y, at), lambda y, slope: np.sum((y - slope) ** 2), relation="affine")
    found = finding(result, "holds-only-at")
    assert found.numbers["a"] == at
    assert f"only at a = {at:g}" in found.message
    assert ("²" in found.message) == (at != 0)
    assert f"given={{'a': {at!r}}}" in found.advice


def test_a_value_that_is_no_decimal_keeps_its_digits() -> None:
    """A third is not shortened."""
    result = ask(forgotten(X, Y, 1 / 3), lambda y, slope: np.sum((y - slope) ** 2), relation="affine")
    assert_allclose(finding(result, "holds-only-at").numbers["a"], 1 / 3, rtol=1e-12)


def test_of_two_values_zero_is_told() -> None:
    """Σ(y − d)² is Σy² at d = 0 and at twice the mean; the drift that is left out is zero."""

    def drifting() -> pm.Model:
        with pm.Model() as model:
            pm.Normal("y", pm.Flat("drift"), pm.HalfFlat("sigma"), observed=Y)
        return model

    def without(y: Any, sigma: Any) -> Any:
        return np.sum(0.5 * (y / sigma) ** 2 + np.log(sigma))

    result = ask(drifting, without, relation="affine")
    assert finding(result, "holds-only-at").numbers["drift"] == 0.0
