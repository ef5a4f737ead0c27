"""Log-densities of draws: the same at once as one by one, and as SciPy's."""

from collections.abc import Callable
from typing import Any

import comparison_models as models
import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from nllcheck.checker import Checker
from nllcheck.likelihood import log_densities as module
from nllcheck.likelihood.log_densities import log_densities
from nllcheck.likelihood.posterior import Posterior


def with_potential() -> pm.Model:
    """Two observed variables, a vector that is transformed, and a potential."""
    with pm.Model() as model:
        w = pm.Dirichlet("w", np.array([1.5, 2.0, 0.7]))
        s = pm.HalfNormal("s", 2)
        pm.Normal("y", w[0] - w[1], s, observed=models.ROUGH)
        pm.Poisson("k", np.exp(w[2]) * s, observed=np.array([2, 0, 3]))
        pm.Potential("pull", -((s - 1.3) ** 2))
    return model


def some_draws(joint: Any) -> Posterior:
    """Return draws that are far from all the same, two chains of five."""
    rng = np.random.default_rng(7)
    points = [[joint.constrain(rng.normal(scale=0.4, size=joint.n_params)) for _ in range(5)] for _ in "ab"]
    draws = {name: np.array([[x[name] for x in chain] for chain in points]) for name in joint.free}
    return Posterior(draws=draws, diverging=np.zeros((2, 5), dtype=bool), seconds=0.0)


@pytest.mark.parametrize("model", [models.conjugate, models.mixture, models.funnel, with_potential])
def test_at_once_is_as_one_by_one(model: Callable[[], pm.Model], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, likelihood and prior agree to rounding, also where a block ends in the middle of a chain."""
    joint = Checker().likelihood(model, of="posterior")
    posterior = some_draws(joint)
    monkeypatch.setattr(module, "AT_ONCE", 3 * joint.data.n_obs)
    together = module._all_at_once(joint, posterior)
    alone = module._one_by_one(joint, posterior, fits=True)
    for found, expected in zip(together, alone, strict=True):
        assert np.isfinite(expected).all()
        assert np.ptp(expected) > 1e-3  # the draws differ by far more than what is compared
        assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def test_a_mean_by_scipy() -> None:
    """Every number is SciPy's."""
    joint = Checker().likelihood(models.conjugate, of="posterior")
    posterior = some_draws(joint)
    found = log_densities(joint, posterior)
    mu, p = posterior.draws["mu"], posterior.draws["p"]
    prior = stats.norm(models.PRIOR_MEAN, models.PRIOR_SD).logpdf(mu) + stats.beta(models.A, models.B).logpdf(
        p
    )
    assert_allclose(found.prior, prior, rtol=1e-12)
    measured = stats.norm(mu[..., None], models.NOISE).logpdf(models.MEASURED)
    success = stats.bernoulli(p[..., None]).logpmf(models.SUCCESSES)
    assert_allclose(found.rows, np.concatenate([measured, success], axis=-1), rtol=1e-12)
    assert_allclose(found.likelihood, measured.sum(-1) + success.sum(-1), rtol=1e-12)


def test_what_is_batched_wrongly_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sum at one draw that is not that of the model's own function leaves it to the draws one by one."""
    joint = Checker().likelihood(models.conjugate, of="posterior")
    posterior = some_draws(joint)
    expected = log_densities(joint, posterior)
    right = module._piece

    def wrong(*arguments: Any) -> tuple[np.ndarray, np.ndarray]:
        rows, totals = right(*arguments)
        return rows + 1.0, totals + 1e-6

    monkeypatch.setattr(module, "_piece", wrong)
    found = log_densities(joint, posterior)
    assert_allclose(found.rows, expected.rows, rtol=1e-12)
    assert_allclose(found.likelihood, expected.likelihood, rtol=1e-12)
