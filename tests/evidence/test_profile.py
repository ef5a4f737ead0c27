"""The profile likelihood: sigma at its best value for each mu."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scenes import N, ask, codes, laplace, line


def log_sse(y: Any, mu: Any) -> Any:
    return len(y) / 2 * np.log(np.sum((y - mu) ** 2))


def log_sae(y: Any, mu: Any) -> Any:
    return len(y) * np.log(np.sum(np.abs(y - mu)))


@pytest.mark.parametrize(
    ("model", "loss", "offset"),
    [
        pytest.param(line, log_sse, -N / 2 * (np.log(2 * np.pi / N) + 1), id="normal"),
        pytest.param(laplace, log_sae, -N * (np.log(2 / N) + 1), id="Laplace"),
        pytest.param(
            line, lambda y, mu: log_sse(y, mu) + 2.3, 2.3 - N / 2 * (np.log(2 * np.pi / N) + 1), id="shifted"
        ),
    ],
)
def test_the_profile_is_recognised(
    model: Callable[..., Any], loss: Callable[..., Any], offset: float
) -> None:
    """n/2·log SSE is the normal NLL with sigma profiled out, with the offset of its closed form."""
    result = ask(model, loss)
    assert result.relation == "constant"
    assert result.holds
    assert set(result.given.values()) == {"profiled"}
    assert result.offset is not None
    assert_allclose(result.offset.value, offset, rtol=1e-10)
    assert "not-additive" in codes(result, "note")


def test_a_multiple_of_the_profile_is_affine() -> None:
    """(n − 2)/2·log SSE is the profile times (n − 2)/n."""
    result = ask(line, lambda y, mu: (len(y) - 2) / 2 * np.log(np.sum((y - mu) ** 2)), relation="affine")
    assert result.relation == "affine"
    assert set(result.given.values()) == {"profiled"}
    assert_allclose(float(result.scale), (N - 2) / N, rtol=1e-9)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda y, mu: N / 2 * np.log(1.0 + np.sum((y - mu) ** 2)), id="1 added"),
        pytest.param(
            lambda y, mu: N / 2 * np.log(np.sum((y - mu) ** 2)) + 1e-6 * np.sum(mu**2), id="penalty"
        ),
        pytest.param(lambda y, mu: N * np.log(np.sum(np.abs(y - mu))), id="another family"),
    ],
)
def test_what_only_resembles_the_profile_is_not_it(loss: Callable[..., Any]) -> None:
    """A small constant or penalty inside, or another norm, is neither constant nor affine."""
    result = ask(line, loss, relation="affine")
    assert result.relation not in ("equal", "constant", "affine")
    assert not result.holds
