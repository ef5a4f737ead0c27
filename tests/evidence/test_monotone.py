"""L = g(N) with g increasing: the order of the probes, and equality on level sets."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scenes import X, Y, ask, codes, coin, labels, line, poisson
from scipy import special


def sse(y: Any, mu: Any) -> Any:
    return np.sum((y - mu) ** 2)


def cross_entropy(y: Any, z: Any) -> Any:
    return np.sum(np.logaddexp(0, z) - y * z)


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        pytest.param(line, lambda y, mu: np.sqrt(np.mean((y - mu) ** 2)), id="RMSE"),
        pytest.param(line, lambda y, mu: np.log1p(sse(y, mu)), id="log of 1 + SSE"),
        pytest.param(line, lambda y, mu: sse(y, mu) ** 1.7, id="power"),
        pytest.param(line, lambda y, mu: sse(y, mu) / (1 + sse(y, mu)), id="bounded"),
        pytest.param(labels, lambda y, z: np.exp(cross_entropy(y, z) / 20), id="perplexity"),
        pytest.param(labels, lambda y, z: np.arctan(cross_entropy(y, z) / 30), id="arctan"),
        pytest.param(labels, lambda y, z: cross_entropy(y, z) + 0.01 * cross_entropy(y, z) ** 2, id="bent"),
        pytest.param(coin, lambda y, p: 1 - np.exp(np.mean(special.xlogy(y, p) + special.xlog1py(1 - y, -p))), id="1 - L"),
        pytest.param(
            poisson, lambda y, mu: np.sqrt(50 + np.sum(mu - y * np.log(mu))), id="root of a Poisson NLL"
        ),
    ],
)  # fmt: skip
def test_an_increasing_function_of_n_is_monotone(model: Callable[..., Any], loss: Callable[..., Any]) -> None:
    """A bent scale is recognised, and called neither affine nor different."""
    result = ask(model, loss, relation="monotone", given="sigma" if model is line else None)
    assert result.relation == "monotone"
    assert result.holds


@pytest.mark.parametrize("delta", [0.3, 1e-2, 1e-4])
@pytest.mark.parametrize(
    "extra",
    [
        pytest.param(lambda z: np.sum(z**2), id="penalty"),
        pytest.param(lambda z: np.sum(X * z), id="another slope"),
        pytest.param(lambda z: np.sum(np.abs(z)), id="absolute values"),
    ],
)
def test_a_second_term_is_not_monotone(extra: Callable[..., Any], delta: float) -> None:
    """Two points on one level of N with different L refute it, however small the second term is."""
    result = ask(labels, lambda y, z: cross_entropy(y, z) + delta * extra(z), relation="monotone")
    assert result.relation == "different"
    assert not result.holds


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda y, z: -np.sqrt(cross_entropy(y, z)), id="decreasing"),
        pytest.param(lambda y, z: np.sin(cross_entropy(y, z) / 4), id="wavy"),
        pytest.param(lambda y, z: np.round(cross_entropy(y, z), 1), id="steps"),
        pytest.param(lambda y, z: np.maximum(cross_entropy(y, z), 30.0), id="flat below a bound"),
    ],
)
def test_a_function_of_n_that_does_not_increase_is_different(loss: Callable[..., Any]) -> None:
    """Falling, waving, stepping or constant functions of N have other minimisers or none of their own."""
    result = ask(labels, loss, relation="monotone")
    assert not result.holds
    assert codes(result, "error")


def drifting() -> pm.Model:
    """Laplace noise about 160, and a parameter along which the likelihood grows for ever."""
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.Flat("a") + 0.1 * pm.Flat("b") * X)
        pm.Potential("drift", 1.3 * pm.Flat("t"))
        pm.Laplace("y", mu, 1.0, observed=160.0 + 3.0 * Y)
    return model


def test_far_from_any_optimum_nothing_is_decided() -> None:
    """Huber's loss is linear wherever residuals are large: on such probes alone it is no function of N."""

    def huber(y: Any, mu: Any) -> Any:
        residual = np.abs(y - mu)
        return np.log(np.sum(np.where(residual < 1.345, residual**2 / 2, 1.345 * (residual - 1.345 / 2))))

    result = ask(drifting, huber, relation="monotone", given="t")
    assert result.relation is None
    assert not result.holds
    assert "no optimum" in result.undecided
