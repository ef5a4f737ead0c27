"""Every column against a closed form, within Monte Carlo error."""

import comparison_models as models
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import stats

from nllcheck.comparison.record import Comparison, Estimate

Y, X = models.LOG_WEIGHT, models.VOLUME


def within(estimate: Estimate, posterior: stats.rv_continuous) -> None:
    """Assert that all posterior columns are those of a frozen distribution, within four Monte Carlo errors."""
    error = estimate.mcse_mean
    assert abs(estimate.mean - posterior.mean()) < 4 * error
    spread = 4 * posterior.std() / np.sqrt(2 * min(estimate.ess_bulk, estimate.ess_tail)) * 1.3
    assert abs(estimate.sd - posterior.std()) < spread
    assert abs(estimate.median - posterior.median()) < 4 * 1.3 * error
    for end, share in ((estimate.interval.low, 0.025), (estimate.interval.high, 0.975)):
        place = posterior.ppf(share)
        density = posterior.pdf(place)
        assert abs(end - place) < 4 * np.sqrt(share * (1 - share) / estimate.ess_tail) / density
    third = 4 * np.sqrt(6 / min(estimate.ess_bulk, estimate.ess_tail))  # of n Gaussian draws: √(6/n)
    assert abs(estimate.skewness - posterior.stats("s")) < third


def test_flat_priors_leave_the_coefficients_at_the_mle(volume: Comparison) -> None:
    """With flat priors on coefficients and sigma the posterior mean is the MLE, within four Monte Carlo errors."""
    solution = np.linalg.lstsq(X, Y, rcond=None)[0]
    for j in range(2):
        estimate = volume.estimate(f"beta[{j}]")
        assert_allclose(estimate.mle, solution[j], rtol=1e-10)
        assert abs(estimate.mean - estimate.mle) < 4 * estimate.mcse_mean


def test_flat_priors_widen_by_the_degrees_of_freedom(volume: Comparison) -> None:
    """With sigma flat too, posterior sd over standard error is √(n/(n − p − 3)), within four Monte Carlo errors."""
    n, p = X.shape
    expected = np.sqrt(n / (n - p - 3))
    for j in range(2):
        estimate = volume.estimate(f"beta[{j}]")
        error = expected / np.sqrt(2 * min(estimate.ess_bulk, estimate.ess_tail))
        assert estimate.sd_ratio is not None
        assert abs(estimate.sd_ratio - expected) < 4 * 1.3 * error


def test_standard_errors_are_those_of_the_observed_information(volume: Comparison) -> None:
    """For a Gaussian regression: σ̂² (XᵀX)⁻¹ for the coefficients, σ̂/√(2n) for sigma (the delta method from log σ)."""
    n = len(Y)
    residual = Y - X @ np.linalg.lstsq(X, Y, rcond=None)[0]
    sigma = np.sqrt(residual @ residual / n)
    expected = sigma * np.sqrt(np.diag(np.linalg.inv(X.T @ X)))
    found = [volume.estimate(f"beta[{j}]").standard_error for j in range(2)]
    assert_allclose(found, expected, rtol=1e-5)
    assert_allclose(volume.estimate("sigma").mle, sigma, rtol=1e-10)
    assert_allclose(volume.estimate("sigma").standard_error, sigma / np.sqrt(2 * n), rtol=1e-5)


def test_the_mode_of_sigma_depends_on_the_scale(volume: Comparison) -> None:
    """σ²'s mode is SSE/n on its own scale; on the log scale the Jacobian makes it SSE/(n − 1)."""
    n = len(Y)
    residual = Y - X @ np.linalg.lstsq(X, Y, rcond=None)[0]
    estimate = volume.estimate("sigma")
    assert_allclose(estimate.map, np.sqrt(residual @ residual / n), rtol=1e-8)
    assert_allclose(estimate.map_unconstrained, np.sqrt(residual @ residual / (n - 1)), rtol=1e-6)
    assert estimate.scale == "log"


def test_a_mean_with_a_gaussian_prior(conjugate: Comparison) -> None:
    """All columns of a conjugate Gaussian mean are those of the closed form."""
    n, y = len(models.MEASURED), models.MEASURED.mean()
    precision = n / models.NOISE**2 + 1 / models.PRIOR_SD**2
    mean = (n * y / models.NOISE**2 + models.PRIOR_MEAN / models.PRIOR_SD**2) / precision
    estimate = conjugate.estimate("mu")
    within(estimate, stats.norm(mean, precision**-0.5))
    error = models.NOISE / np.sqrt(n)
    assert_allclose([estimate.mle, estimate.standard_error], [y, error], rtol=1e-5)
    assert_allclose([estimate.map, estimate.map_shift], [mean, (mean - y) / error], rtol=1e-5)
    assert_allclose([estimate.wald.low, estimate.wald.high], stats.norm(y, error).interval(0.95), rtol=1e-5)
    assert_allclose(estimate.mean_shift, (mean - y) / error, atol=4 * estimate.mcse_mean / error)


def test_a_share_with_a_beta_prior(conjugate: Comparison) -> None:
    """All columns of a beta-Bernoulli share are those of the closed form, on both scales of the mode."""
    s, n = int(models.SUCCESSES.sum()), len(models.SUCCESSES)
    a, b = models.A + s, models.B + n - s
    estimate = conjugate.estimate("p")
    within(estimate, stats.beta(a, b))
    assert_allclose(estimate.mle, s / n, rtol=1e-9)
    assert_allclose(estimate.standard_error, np.sqrt(s / n * (1 - s / n) / n), rtol=1e-5)
    assert_allclose(estimate.map, (a - 1) / (a + b - 2), rtol=1e-8)
    assert_allclose(estimate.map_unconstrained, a / (a + b), rtol=1e-6)


def test_a_prior_that_pulls_is_said(conjugate: Comparison) -> None:
    """The sentence names the prior, how far it pulls in standard errors and by how much it narrows."""
    estimate = conjugate.estimate("mu")
    assert "The prior pulls mu" in estimate.sentence
    assert f"{abs(estimate.mean_shift):.1f} standard errors towards 0" in estimate.sentence
    assert "narrows it by" in estimate.sentence
    assert estimate.same_story is False
    assert estimate.prior_sensitivity > 0.05


def test_the_curves_are_the_densities(conjugate: Comparison) -> None:
    """The prior is drawn exactly, the posterior as a density, the NLL as the parabola that it is."""
    curves = conjugate.estimate("mu").curves
    x = np.array(curves.x)
    assert_allclose(curves.prior, stats.norm(models.PRIOR_MEAN, models.PRIOR_SD).pdf(x), rtol=1e-12)
    assert_allclose(np.trapezoid(curves.posterior, x), 1.0, atol=0.02)
    at, error = np.array(curves.at), models.NOISE / np.sqrt(len(models.MEASURED))
    parabola = 0.5 * ((at - models.MEASURED.mean()) / error) ** 2
    assert_allclose(curves.nll, parabola, atol=1e-9)


def test_several_observed_variables_have_no_loo(conjugate: Comparison) -> None:
    """What one observation is, is not for nllcheck to say."""
    assert "several variables" in conjugate.prediction.why_not


def test_loo_is_close_to_aic_for_a_regular_model(volume: Comparison) -> None:
    """For flat priors and well-behaved data both estimate the same; p_loo is near the number of parameters."""
    p = volume.prediction
    sigma = volume.estimate("sigma").mle
    expected = stats.norm(X @ np.linalg.lstsq(X, Y, rcond=None)[0], sigma).logpdf(Y).sum()
    assert_allclose(p.log_likelihood, expected, rtol=1e-10)
    assert p.n_parameters == 3
    assert_allclose(p.minus_half_aic, expected - 3, rtol=1e-10)
    assert abs(p.elpd_loo - p.minus_half_aic) < p.elpd_se
    assert p.p_loo == pytest.approx(3, abs=1.5)
