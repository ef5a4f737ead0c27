"""Additivity over rows: a sum, a mean, or something whose minibatches have another optimum."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scenes import ask, codes, labels, line


@pytest.mark.parametrize(
    ("model", "loss", "additive"),
    [
        pytest.param(line, lambda y, mu: np.sum((y - mu) ** 2), True, id="sum"),
        pytest.param(line, lambda y, mu: np.mean((y - mu) ** 2), True, id="mean"),
        pytest.param(line, lambda y, mu: (y - mu) ** 2, True, id="rows"),
        pytest.param(
            line, lambda y, mu, sigma: np.sum((y - mu) ** 2) / (2 * sigma**2) + len(y) * np.log(sigma), True, id="nll"
        ),
        pytest.param(line, lambda y, mu: np.sqrt(np.mean((y - mu) ** 2)), False, id="RMSE"),
        pytest.param(line, lambda y, mu: len(y) / 2 * np.log(np.sum((y - mu) ** 2)), False, id="log SSE"),
        pytest.param(line, lambda y, mu: np.sum((y - mu) ** 2) / np.var(y), False, id="over the variance of y"),
        pytest.param(
            labels, lambda y, z: np.sum(np.logaddexp(0, z) - y * z) / max(1, y.sum()), False, id="over the positives"
        ),
        pytest.param(labels, lambda y, z: np.sum(np.logaddexp(0, z) - y * z) + 3.0, True, id="a constant is none"),
    ],
)  # fmt: skip
def test_additivity_is_told(model: Callable[..., Any], loss: Callable[..., Any], additive: bool) -> None:
    """A loss that is no sum over observations gets the note `not-additive`, and no other does."""
    result = ask(model, loss, relation="monotone", given=("sigma",) if model is line else None)
    assert result.holds
    assert ("not-additive" in codes(result, "note")) is not additive
