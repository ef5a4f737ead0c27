"""Causes inside the likelihood and inside vectors: one entry, one place, one replacement with one term."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from scenes import X, Y, ask, codes, finding, line, ridge

TAU = 0.45


def ridge_nll(y: Any, mu: Any, sigma: Any, beta: Any) -> Any:
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma) + 0.5 * np.sum(beta**2) / TAU**2


def without_entry(number: int) -> Callable[..., Any]:
    def loss(y: Any, mu: Any, sigma: Any, beta: Any) -> Any:
        return ridge_nll(y, mu, sigma, np.delete(beta, number))

    return loss


@pytest.mark.parametrize("number", [0, 1])
def test_the_prior_of_one_entry_is_missing(number: int) -> None:
    """A penalty that spares one coefficient lacks the prior of that one, which is named."""
    result = ask(ridge, without_entry(number), of="posterior")
    assert codes(result, "error")[0] == "missing-term"
    assert f"beta[{number}]" in finding(result, "missing-term").message


def test_the_whole_penalty_is_right() -> None:
    """With all coefficients penalised nothing is found."""
    result = ask(ridge, ridge_nll, of="posterior")
    assert result.relation == "constant"
    assert codes(result, "error") == []


def parabola() -> pm.Model:
    t = np.arange(12.0)
    with pm.Model() as model:
        level = pm.Flat("level", shape=3)
        pm.Normal("y", level[0] + level[1] * t + level[2] * t**2, 1.0, observed=np.sin(t))
    return model


def test_two_entries_are_exchanged() -> None:
    """A loss that takes the slope for the intercept, and the other way about."""

    def exchanged(y: Any, level: Any) -> Any:
        t = np.arange(12.0)
        return 0.5 * np.sum((y - level[1] - level[0] * t - level[2] * t**2) ** 2)

    result = ask(parabola, exchanged)
    assert codes(result, "error")[0] == "argument-transformed"
    assert "`level[0]` and `level[1]` are exchanged" in finding(result, "argument-transformed").message


def test_one_place_of_several() -> None:
    """σ² where the residual is divided, σ in the normaliser that should be log σ²: the place is told."""

    def loss(y: Any, mu: Any, sigma: Any) -> Any:
        return 0.5 * np.sum((y - mu) ** 2 / np.sqrt(sigma) ** 2) + len(y) * np.log(sigma)

    result = ask(line, loss)
    assert codes(result, "error")[0] == "argument-transformed"
    assert "sqrt(sigma)" in finding(result, "argument-transformed").message


def test_a_replacement_and_a_term() -> None:
    """A jitter of the scale together with a forgotten half is two mistakes, both told."""

    def loss(y: Any, mu: Any, sigma: Any) -> Any:
        jittered = sigma + 0.5
        return np.sum(((y - mu) / jittered) ** 2) + len(y) * np.log(jittered)

    result = ask(line, loss)
    assert result.relation == "different"
    first = result.errors()[0]
    assert "sigma + 0.5" in first.message
    assert "twice its weight" in first.message


def test_what_takes_an_argument_away_is_no_cause() -> None:
    """mu ** −intercept is next to nothing where both are large: with it the penalty is gone, and nothing explained."""

    def large() -> pm.Model:
        with pm.Model() as model:
            intercept = pm.Flat("intercept")
            mu = pm.Deterministic("mu", intercept + pm.Flat("b") * X)
            pm.Normal("y", mu, 1.0, observed=150.0 + Y)
        return model

    def penalised(y: Any, mu: Any, intercept: Any) -> Any:
        return 0.5 * np.sum((y - mu) ** 2) + 0.002 * intercept**2

    assert codes(ask(large, penalised, relation="affine"), "error")[0] == "extra-term"
