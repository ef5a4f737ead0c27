"""Data drawn from the likelihood only add: a relation that fails there is said to hold for these data."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scenes import SERIES, TIMES, Y, ask, censored, codes, finding, labels, lagged, line


def flagged(y: Any, rate: Any, event: Any) -> Any:
    return np.sum(rate * y - event * np.log(rate))


def unflagged(y: Any, rate: Any) -> Any:
    return np.sum(rate * y - (y < 2.6) * np.log(rate))


def test_an_event_flag_holds_for_these_data() -> None:
    """A censoring flag cannot follow other data: a warning that names it, and the claim holds."""
    result = ask(censored, flagged, relation="equal")
    assert result.holds
    found = finding(result, "holds-for-these-data")
    assert found.severity.value == "warning"
    assert found.numbers["arguments"] == ["event"]
    assert "'event' could not follow" in found.message


def test_a_flag_made_from_the_data_follows() -> None:
    """The same loss that compares y with the limit holds for all data."""
    result = ask(censored, unflagged, relation="equal")
    assert result.holds
    assert codes(result, "warning") == []


def test_a_lag_that_the_model_holds_fixed_follows_as_the_model_does() -> None:
    """Yesterday's values as pm.Data are the same on both sides, so nothing is said."""
    result = ask(lagged, lambda y, mu: np.sum((y - mu) ** 2) / (2 * 0.49))
    assert result.holds
    assert "holds-for-these-data" not in codes(result)


@pytest.mark.parametrize(
    ("loss", "says"),
    [
        pytest.param(
            lambda y, mu, sigma: 0.5 * np.sum(((Y - mu) / sigma) ** 2 + 0 * y) + len(y) * np.log(sigma),
            "besides its arguments",
            id="data closed over",
        ),
        pytest.param(
            lambda y, mu, sigma: 0.5 * np.sum((((y + Y) / 2 - mu) / sigma) ** 2) + len(y) * np.log(sigma),
            "besides its arguments",
            id="half of the data closed over",
        ),
    ],
)
def test_data_that_are_closed_over_cannot_follow(loss: Callable[..., Any], says: str) -> None:
    """A loss that holds a copy of the data is right for these data only."""
    result = ask(line, loss)
    assert result.holds
    assert says in finding(result, "holds-for-these-data").message


def test_a_lag_closed_over_cannot_follow() -> None:
    """A loss with its own copy of the differences holds for these data."""

    def loss(y_data: Any, mu: Any, before: Any) -> Any:
        step = SERIES[1:] - before
        return np.sum((step + before - mu + 0 * y_data) ** 2) / (2 * 0.49)

    assert finding(ask(lagged, loss), "holds-for-these-data").severity.value == "warning"


@pytest.mark.parametrize(
    ("model", "loss", "relation"),
    [
        pytest.param(line, lambda y, mu: np.sum((y - mu) ** 2), "affine", id="SSE"),
        pytest.param(line, lambda y, mu: np.sum((y - mu) ** 2) / np.var(y), "affine", id="scale that depends on y"),
        pytest.param(labels, lambda y, z: np.sum(np.logaddexp(0, z) - y * z), "equal", id="cross-entropy"),
        pytest.param(lagged, lambda y_data, mu: np.sum((y_data - mu) ** 2), "affine", id="by its alias"),
        pytest.param(lagged, lambda step, before, mu: np.sum((step + before - mu) ** 2), "affine", id="by a deterministic"),
    ],
)  # fmt: skip
def test_losses_that_follow_are_left_alone(
    model: Callable[..., Any], loss: Callable[..., Any], relation: str
) -> None:
    """A loss whose data all come in by argument is right for simulated data too."""
    result = ask(model, loss, relation=relation, given="sigma" if model is line else None)
    assert result.holds
    assert "holds-for-these-data" not in codes(result)
    assert TIMES.max() == 2.6
