"""A relation that holds at one value of a nuisance only: the finding gives the value."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scenes import N, Y, ask, codes, finding, line, ridge

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
