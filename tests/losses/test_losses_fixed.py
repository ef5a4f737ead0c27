"""The chapter's losses, mean errors and penalties: what has no `reduction`."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from nllcheck import losses

pytestmark = pytest.mark.filterwarnings("error")


def test_chapter_gaussian() -> None:
    """The chapter's example gives 0.045, and n log sigma is added once a row."""
    y, prediction = [2.0, 3.0, 4.5], [2.2, 2.8, 4.4]
    assert_allclose(losses.gaussian_nll(y, prediction, 1), 0.045, rtol=1e-14)
    assert_allclose(losses.gaussian_nll(y, prediction, 0.3), 0.5 + 3 * np.log(0.3), rtol=1e-14)
    full = -stats.norm.logpdf(y, prediction, 0.3).sum()
    assert_allclose(losses.gaussian_nll(y, prediction, 0.3) + 1.5 * np.log(2 * np.pi), full, rtol=1e-14)


def test_chapter_bernoulli() -> None:
    """The chapter's example is −log .9 − log .8 − log .8 − log .7, which is 0.9083."""
    value = losses.bernoulli_nll([1, 0, 1, 1], [0.9, 0.2, 0.8, 0.7])
    assert_allclose(value, -np.log(0.9) - 2 * np.log(0.8) - np.log(0.7), rtol=1e-15)
    assert f"{value:.4f}" == "0.9083"


def test_chapter_bernoulli_clips() -> None:
    """Probabilities beyond 1e-15 of 0 and 1 cost what they cost there: 34.5 nats, not infinitely many."""
    assert_allclose(losses.bernoulli_nll([1, 0], [0.0, 1.0]), -np.log(1e-15) - np.log1p(-(1 - 1e-15)))
    assert losses.bernoulli_nll([1], [1e-16]) == losses.bernoulli_nll([1], [0.0])
    assert losses.bernoulli_nll([1], [2e-15]) < losses.bernoulli_nll([1], [1e-15])


def test_chapter_gaussian_takes_one_sigma() -> None:
    """A sigma for each row is refused, with the name of the loss that takes it."""
    with pytest.raises(ValueError, match=r"sigma has shape \(2,\).*heteroscedastic_gaussian_nll"):
        losses.gaussian_nll([2.0, 3.0], [1.0, 2.5], [0.4, 0.6])


FIXED = [
    lambda y, m: losses.gaussian_nll(y, m, 0.6),
    losses.bernoulli_nll,
    losses.mean_squared_error,
    losses.mean_absolute_error,
]


@pytest.mark.parametrize("loss", FIXED, ids=["gaussian", "bernoulli", "mse", "mae"])
def test_losses_without_reduction(loss: Callable[..., Any]) -> None:
    """Losses with a fixed reduction return a scalar, keep float32, show nan, and refuse (n, 1)."""
    y, prediction = np.array([1, 0, 1], np.float32), np.array([0.7, 0.4, 0.2], np.float32)
    value = loss(y, prediction)
    assert np.ndim(value) == 0
    assert value.dtype == np.float32
    assert np.isnan(loss(y, [0.7, np.nan, 0.2]))
    with pytest.raises(ValueError, match=r"\(3, 1\).*\(3,\)"):
        loss(y, prediction[:, np.newaxis])


@pytest.mark.parametrize("loss", [FIXED[0], *FIXED[2:]], ids=["gaussian", "mse", "mae"])
def test_infinite_predictions(loss: Callable[..., Any]) -> None:
    """A prediction that is infinite gives nan, an observation that is infinite costs +inf."""
    assert np.isnan(loss([1.2, 0.4], [0.7, np.inf]))
    assert loss([1.2, np.inf], [0.7, 0.9]) == np.inf


@pytest.mark.parametrize("sigma", [0.0, -0.4, np.nan])
def test_scale_of_fixed_losses(sigma: float) -> None:
    """A scale that is not positive gives nan in the chapter's Gaussian and in the penalties."""
    assert np.isnan(losses.gaussian_nll([2.0, 3.0], [1.0, 2.5], sigma))
    assert np.isnan(losses.ridge_penalty([2.0, 3.0], sigma))
    assert np.isnan(losses.lasso_penalty([2.0, 3.0], sigma))


def test_errors_are_nlls_of_fixed_scale() -> None:
    """MSE is 2σ²/n times the Gaussian NLL, MAE is b/n times the Laplace NLL, up to a constant."""
    y, m, scale = np.array([1.2, -0.4, 3.1]), np.array([0.3, 0.9, 2.2]), 0.7
    gaussian = -stats.norm.logpdf(y, m, scale) - 0.5 * np.log(2 * np.pi * scale**2)
    laplace = -stats.laplace.logpdf(y, m, scale) - np.log(2 * scale)
    assert_allclose(losses.mean_squared_error(y, m), 2 * scale**2 / 3 * gaussian.sum(), rtol=1e-12)
    assert_allclose(losses.mean_absolute_error(y, m), scale / 3 * laplace.sum(), rtol=1e-12)


@pytest.mark.parametrize("scale", [0.6, np.array([0.6, 2.2, 1.4])], ids=["one scale", "one a weight"])
def test_penalties_are_priors(scale: Any) -> None:
    """Ridge and lasso are the negative log-densities of Normal and Laplace priors without constants."""
    w = np.array([0.8, -2.1, 0.3])
    normal = -stats.norm.logpdf(w, 0, scale) - np.log(scale) - 0.5 * np.log(2 * np.pi)
    laplace = -stats.laplace.logpdf(w, 0, scale) - np.log(2 * scale)
    assert_allclose(losses.ridge_penalty(w, scale), normal.sum(), rtol=1e-12)
    assert_allclose(losses.lasso_penalty(w, scale), laplace.sum(), rtol=1e-12)


@pytest.mark.parametrize("penalty", [losses.ridge_penalty, losses.lasso_penalty])
def test_penalties_keep_float32(penalty: Callable[..., Any]) -> None:
    """Penalties of float32 weights are float32, and a column of scales is refused."""
    assert penalty(np.array([0.8, -2.1], np.float32), 0.6).dtype == np.float32
    with pytest.raises(ValueError, match=r"\(2, 1\) and weights has shape \(2,\)"):
        penalty([0.8, -2.1], [[0.6], [1.2]])
