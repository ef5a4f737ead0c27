"""Which losses are −log of a density of y: the integral over one observation is right, and so is what it says."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import mpmath
import numpy as np
import pymc as pm
import pytest
from cases import models as m
from cases import right
from numpy.testing import assert_allclose
from scipy import integrate, special, stats

from nllcheck.binding import bind
from nllcheck.evidence.integration import Support, find_support, locate, place
from nllcheck.evidence.normalization import check_normalization
from nllcheck.evidence.values import compare_values
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.optimum import Optimum, find_optimum
from nllcheck.likelihood.simulation import Simulator
from nllcheck.parts import centre, divide
from nllcheck.probes import Prober
from nllcheck.relation import Relation
from nllcheck.result import Evidence, Finding, Status
from nllcheck.scene import Scene

Loss = Callable[..., Any]
Asked = tuple[Evidence, dict[str, Finding]]
PATIENT = 20.0  # seconds: what is judged here is the answer, on any machine


@cache
def likelihood(model: Callable[[], pm.Model], of: str) -> Likelihood:
    return Likelihood(build_model(model), of=of)


@cache
def optimum(model: Callable[[], pm.Model], of: str, moved: tuple[int, ...]) -> Optimum:
    return find_optimum(likelihood(model, of), moved=np.array(moved, dtype=int))


def scene(model: Callable[[], pm.Model], loss: Loss, of: str = "likelihood") -> Scene:
    side = likelihood(model, of)
    bound = bind(loss, side.offers)
    parts = divide(side, bound, None, frozenset())
    moved = side.positions(
        n for n in side.free if n in (*parts.of_loss, *parts.nuisances) and n in side.entering
    )
    around = centre(side, optimum(model, of, tuple(int(i) for i in moved)))
    return Scene(likelihood=side, loss=bound, prober=Prober(side, Simulator(side), around, parts, 0), seed=0)


def integrated(
    model: Callable[[], pm.Model], loss: Loss, of: str = "likelihood", budget: float = PATIENT
) -> Asked:
    """Ask by integrals, also where the values would have told."""
    with np.errstate(all="ignore"):
        asked = scene(model, loss, of)
        comparison = replace(compare_values(asked), relation=Relation.DIFFERENT, profiled=False)
        evidence, findings = check_normalization(asked, comparison, budget)
    return evidence, {finding.code: finding for finding in findings}


# -- losses that are densities ------------------------------------------------------------------------------


def narrow() -> pm.Model:
    """Have noise a hundred times smaller than the spread of the data."""
    x = np.random.default_rng(77).gamma(2.0, 1.3, size=25)
    noise = 0.01 * np.random.default_rng(78).normal(size=25)
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * x)
        pm.Normal("y", mu, pm.HalfFlat("sigma"), observed=0.7 + 1.9 * x + noise)
    return model


def gaussian(y, mu, sigma):
    return np.sum(0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma))


def in_single_precision(y, mu, sigma):
    z = (np.asarray(y - mu, dtype=np.float32) / np.float32(sigma)) ** 2
    return np.sum(np.float32(0.5) * z + np.log(np.float32(sigma)))


def pinball(y, mu):
    return np.sum(np.where(y > mu, 0.3 * (y - mu), 0.7 * (mu - y)))


def weibull_of_rate(y, alpha, beta):
    return -np.sum(np.log(alpha * beta) + (alpha - 1) * np.log(y) - beta * y**alpha)


def categories(y, p):
    return -np.sum(np.log(p[np.arange(len(y)), y]))


DENSITIES = [
    pytest.param(m.gaussian, gaussian, 1.0, id="normal without its constant"),
    pytest.param(m.gaussian, lambda y, mu, sigma: -stats.norm.logpdf(y, mu, sigma), 1.0, id="normal, per row"),
    pytest.param(m.gaussian, lambda y, mu, sigma: gaussian(y, mu, sigma) / len(y), 1 / 29, id="normal, mean"),
    pytest.param(m.gaussian, lambda y, mu, sigma: 2 * gaussian(y, mu, sigma), 2.0, id="−2 log L"),
    pytest.param(m.gaussian, in_single_precision, 1.0, id="normal in float32"),
    pytest.param(m.far_from_zero, gaussian, 1.0, id="data far from zero"),
    pytest.param(narrow, gaussian, 1.0, id="narrow"),
    pytest.param(narrow, lambda y, mu, sigma: gaussian(y, mu, sigma**2), 1.0, id="much narrower than the model"),
    pytest.param(narrow, lambda y, mu, sigma: np.sum(np.abs(y - mu) / sigma + np.log(sigma)), 1.0, id="narrow Laplace"),
    pytest.param(m.gaussian, lambda y, mu, sigma: np.sum(0.6 * ((y - mu) / sigma) ** 2 + np.log(sigma)), 1.0, id="0.6 for ½"),
    pytest.param(m.gaussian, lambda y, mu, sigma: np.sum(np.abs(y - mu) / sigma + np.log(sigma)), 1.0, id="Laplace for normal"),
    pytest.param(m.gaussian, lambda y, mu: np.sum(special.huber(0.7, y - mu)), None, id="Huber"),
    pytest.param(m.gaussian, pinball, None, id="quantile"),
    pytest.param(m.gaussian, lambda y, mu: np.sum(np.log(np.cosh(y - mu))), None, id="log-cosh"),
    pytest.param(m.gaussian, lambda y, mu, sigma: -np.sum(stats.t.logpdf(y, 3.0, mu, sigma)), 1.0, id="t for normal"),
    pytest.param(m.gaussian, lambda y, mu, sigma: np.sum(np.log1p(((y - mu) / sigma) ** 2) + np.log(sigma)), 1.0, id="Cauchy"),
    pytest.param(m.student, lambda y, mu, sigma: -np.sum(stats.t.logpdf(y, 1.3, mu, sigma)), 1.0, id="t of other nu"),
    pytest.param(m.laplace, lambda y, mu, scale: np.sum(np.abs(y - mu) / scale + np.log(scale)), 1.0, id="Laplace"),
    pytest.param(m.poisson, lambda y, mu: np.sum(mu - y * np.log(mu)), 1.0, id="Poisson without log y!"),
    pytest.param(m.poisson, lambda y, mu: -np.sum(stats.poisson.logpmf(y, mu)), 1.0, id="Poisson"),
    pytest.param(m.negative_binomial, right.negative_binomial, 1.0, id="negative binomial"),
    pytest.param(m.negative_binomial, lambda y, mu: np.sum(mu - y * np.log(mu)), 1.0, id="Poisson for negative binomial"),
    pytest.param(m.negative_binomial, lambda y, mu, alpha: right.negative_binomial(y, mu, 1 / alpha), 1.0, id="1/alpha"),
    pytest.param(m.binomial, right.binomial, 1.0, id="binomial"),
    pytest.param(m.gamma_shape_rate, right.gamma, 1.0, id="gamma"),
    pytest.param(m.gamma_shape_rate, lambda y, alpha, beta: right.gamma(y, beta, alpha), 1.0, id="gamma, swapped"),
    pytest.param(m.beta, right.beta, 1.0, id="beta"),
    pytest.param(m.weibull, right.weibull, 1.0, id="Weibull"),
    pytest.param(m.weibull, weibull_of_rate, 1.0, id="Weibull of another scale"),
    pytest.param(m.lognormal, lambda y, mu, sigma: gaussian(np.log(y), mu, sigma), 1.0, id="log-normal without log y"),
    pytest.param(m.lognormal, gaussian, 1.0, id="normal for log-normal"),
    pytest.param(m.exponential, lambda y, lam: np.sum(y / lam + np.log(lam)), 1.0, id="mean for rate"),
    pytest.param(m.coin, right.cross_entropy, 1.0, id="Bernoulli"),
    pytest.param(m.softmax_regression, categories, 1.0, id="categorical"),
    pytest.param(m.von_mises, lambda y, mu, kappa: -np.sum(stats.vonmises.logpdf(y, kappa, mu)), 1.0, id="von Mises"),
    pytest.param(m.gumbel, right.gumbel, 1.0, id="Gumbel"),
    pytest.param(m.inverse_gaussian, right.inverse_gaussian, 1.0, id="inverse Gaussian"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "loss", "scale"), DENSITIES)
def test_a_density_is_recognised(model: Callable[[], pm.Model], loss: Loss, scale: float | None) -> None:
    """Losses that are −a·log of a density, of this or another family, agree at their a and are no error."""
    evidence, findings = integrated(model, loss)
    assert evidence.status is Status.AGREES, evidence.summary
    assert "not-a-density" not in findings
    assert evidence.numbers["spread"] < (1e-5 if loss is not in_single_precision else 1e-4)
    if scale is not None:
        assert_allclose(evidence.numbers["scale"], scale)


@pytest.mark.parametrize("factor", [1.0, 2.0, 1 / 32])
def test_the_posterior_may_have_its_prior(factor: float) -> None:
    """A penalty that is the model's prior belongs to no row; what is left is a density of y."""
    evidence, findings = integrated(
        m.ridge, lambda y, mu, beta: factor * right.ridge(y, mu, beta), "posterior"
    )
    assert evidence.status is Status.AGREES, evidence.summary
    assert not findings
    assert_allclose(evidence.numbers["scale"], factor)


# -- losses that are none -----------------------------------------------------------------------------------


def brier(y, p):
    return np.mean((y - p) ** 2)


def focal(y, p):
    return -np.sum(np.where(y == 1, (1 - p) ** 2 * np.log(p), p**2 * np.log(1 - p)))


def hinge(y, z):
    return np.sum(np.maximum(0, 1 - (2 * y - 1) * z))


def beta_nll(y, mu, sigma):
    return np.sum(sigma * (0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma)))


def without_log_gamma(y, alpha, beta):
    return np.sum(-alpha * np.log(beta) - (alpha - 1) * np.log(y) + beta * y)


def trials_forgotten(y, p):
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


NO_DENSITIES = [
    pytest.param(m.logistic_regression, brier, id="Brier"),
    pytest.param(m.coin, brier, id="Brier of a coin"),
    pytest.param(m.logistic_regression, focal, id="focal"),
    pytest.param(m.logistic_regression, hinge, id="hinge"),
    pytest.param(m.logistic_regression, lambda y, z: 3.7 * hinge(y, z), id="scaled hinge"),
    pytest.param(m.logistic_regression, lambda y, z: np.mean(np.exp(-(2 * y - 1) * z)), id="exponential loss"),
    pytest.param(m.softmax_regression, lambda y, p: np.sum((p - np.eye(3)[y]) ** 2), id="Brier of classes"),
    pytest.param(m.gaussian, beta_nll, id="beta-NLL"),
    pytest.param(m.gamma_shape_rate, without_log_gamma, id="log gamma missing"),
    pytest.param(m.binomial, trials_forgotten, id="trials forgotten"),
    pytest.param(m.von_mises, lambda y, mu, kappa: -np.sum(kappa * np.cos(y - mu)), id="log I0 missing"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "loss"), NO_DENSITIES)
def test_what_is_no_density_is_named(model: Callable[[], pm.Model], loss: Loss) -> None:
    """The integral over y depends on the parameters whatever the scale; the finding gives its range."""
    evidence, findings = integrated(model, loss)
    assert evidence.status is Status.DISAGREES, evidence.summary
    found = findings["not-a-density"]
    assert found.severity.value == "error"
    assert np.ptp(found.numbers["log_z"]) > 1e-3
    assert "for any a > 0" in found.message


LACKING = [
    pytest.param(m.gaussian, lambda y, mu, sigma: 0.5 * np.sum(((y - mu) / sigma) ** 2), "log(sigma)", 1.0, id="log sigma"),
    pytest.param(narrow, lambda y, mu, sigma: 0.5 * np.mean(((y - mu) / sigma) ** 2), "log(sigma)", 1.0, id="narrow, mean"),
    pytest.param(m.heteroscedastic, lambda y, mu, log_sigma: 0.5 * np.sum(((y - mu) / np.exp(log_sigma)) ** 2), "log_sigma", 1.0, id="log sigma as argument"),
    pytest.param(m.exponential, lambda y, lam: np.sum(y * lam), "log(lam)", -1.0, id="log rate"),
    pytest.param(m.laplace, lambda y, mu, scale: np.sum(np.abs(y - mu) / scale), "log(scale)", 1.0, id="log scale"),
    pytest.param(m.zero_inflated, lambda y, psi, mu: -np.sum(np.log(psi) + stats.poisson.logpmf(y, mu)), "log(psi)", 1.0, id="log psi"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "loss", "term", "coefficient"), LACKING)
def test_the_term_that_is_lacking_is_named(
    model: Callable[[], pm.Model], loss: Loss, term: str, coefficient: float
) -> None:
    """log Z is a multiple of one term: that is what the loss lacks."""
    evidence, findings = integrated(model, loss)
    assert evidence.status is Status.DISAGREES
    found = findings["not-a-density"]
    assert found.numbers["lacks"] == term
    assert_allclose(found.numbers["coefficient"], coefficient, rtol=1e-6)
    assert term in found.message
    assert found.advice.startswith("Add" if coefficient > 0 else "Subtract")


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda y, mu: np.sum(1 - np.exp(-0.5 * (y - mu) ** 2)), id="Welsch"),
        pytest.param(lambda y, mu: np.sum(np.minimum((y - mu) ** 2, 2.0)), id="truncated squares"),
        pytest.param(lambda y, mu: np.sum((y - mu) ** 2 / (1 + (y - mu) ** 2)), id="Geman-McClure"),
    ],
)
def test_bounded_losses_cannot_be_normalised(loss: Loss) -> None:
    """A loss that stays bounded has an infinite integral for every scale."""
    evidence, findings = integrated(m.gaussian, loss)
    assert evidence.status is Status.DISAGREES
    assert "cannot be normalised" in findings["not-a-density"].message


# -- proper scores ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "loss", "efficiency"),
    [
        pytest.param(m.coin, brier, 1.0, id="Brier of a coin"),
        pytest.param(m.gaussian, lambda y, mu: np.mean(np.abs(y - mu)), 2 / np.pi, id="MAE for normal"),
        pytest.param(m.laplace, lambda y, mu: np.mean((y - mu) ** 2), 0.5, id="MSE for Laplace"),
        pytest.param(m.logistic_regression, brier, None, id="Brier of a regression"),
        pytest.param(m.softmax_regression, lambda y, p: np.sum((p - np.eye(3)[y]) ** 2), None, id="Brier of classes"),
        pytest.param(m.poisson, lambda y, mu: np.mean((y - mu) ** 2), None, id="squared error of counts"),
    ],
)  # fmt: skip
def test_proper_scores(model: Callable[[], pm.Model], loss: Loss, efficiency: float | None) -> None:
    """The expected gradient is zero under the model; the efficiency is the textbook's where there is one."""
    _, findings = integrated(model, loss)
    found = findings["proper-score"]
    assert found.severity.value == "note"
    shares = np.array(found.numbers["efficiency"])
    assert ((shares > 0.3) & (shares <= 1)).all()
    if efficiency is not None:
        assert_allclose(shares, efficiency, rtol=3e-4)


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        pytest.param(m.logistic_regression, hinge, id="hinge"),
        pytest.param(m.logistic_regression, focal, id="focal"),
        pytest.param(m.logistic_regression, lambda y, p: np.sum(np.abs(y - p)), id="absolute error"),
        pytest.param(m.gaussian, pinball, id="another quantile"),
        pytest.param(
            m.gaussian, lambda y, mu, sigma: gaussian(y, mu, sigma) + np.sum(np.log(sigma)), id="log sigma twice"
        ),
        pytest.param(m.exponential, lambda y, lam: np.sum(np.abs(y - 1 / lam)), id="median for mean"),
    ],
)  # fmt: skip
def test_what_is_no_proper_score(model: Callable[[], pm.Model], loss: Loss) -> None:
    """A loss with another minimiser gets no such note."""
    assert "proper-score" not in integrated(model, loss)[1]


# -- where the question is not asked ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "loss", "word"),
    [
        pytest.param(m.gaussian, lambda y, mu: np.sqrt(np.mean((y - mu) ** 2)), "no sum over rows", id="RMSE"),
        pytest.param(m.gaussian, lambda y, mu, sigma: 0.5 * np.sum(((y - mu) / sigma) ** 2) + 29 * np.log(sigma), "no sum over rows", id="n closed over"),
        pytest.param(m.gaussian, lambda y, mu, b: np.sum((y - mu) ** 2) + b**2, "no sum over rows", id="penalty"),
        pytest.param(m.ridge, lambda mu: np.sum(mu**2), "observed data", id="no data"),
        pytest.param(m.pairs, right.sse, "more than one observed value", id="pairs"),
        pytest.param(m.two_outcomes, lambda y1, y2, mu, rate: np.sum((y1 - mu) ** 2 + (y2 - rate) ** 2), "more than one observed variable", id="two outcomes"),
    ],
)  # fmt: skip
def test_not_applicable(model: Callable[[], pm.Model], loss: Loss, word: str) -> None:
    """Losses that are no sum over rows of one number each are not asked, and why is said."""
    evidence, findings = integrated(model, loss)
    assert evidence.status is Status.NOT_APPLICABLE
    assert word in evidence.summary
    assert not findings


def test_a_clear_answer_ends_the_question() -> None:
    """Where log Z moves over five parameter values, no others are asked."""
    evidence, _ = integrated(m.logistic_regression, focal)
    assert evidence.status is Status.DISAGREES
    assert len(evidence.numbers["log_z"]) == 5


def test_an_atom_withholds_the_verdict() -> None:
    """Where the model's own density does not integrate to 1, as censoring has it, nothing is decided."""
    evidence, findings = integrated(m.censored, lambda y, alpha, beta: right.weibull(y, alpha, beta))
    assert evidence.status is Status.UNDECIDED
    assert "instead of 1" in evidence.summary
    assert "not-a-density" not in findings


def test_affine_losses_cost_nothing() -> None:
    """Where the values prove L = a·N + c the answer follows, without another call of the loss."""
    with np.errstate(all="ignore"):
        asked = scene(m.gaussian, gaussian)
        comparison = compare_values(asked)
        calls = asked.loss.calls
        evidence, findings = check_normalization(asked, comparison)
    assert evidence.status is Status.AGREES
    assert not findings
    assert asked.loss.calls == calls


def test_a_slow_loss_is_left_undecided() -> None:
    """A budget that is over after a few parameter values gives no verdict, and no long wait."""

    def slow(y, mu, sigma):
        time.sleep(0.002)
        return 0.5 * np.sum(((y - mu) / sigma) ** 2)

    evidence, findings = integrated(m.gaussian, slow, budget=0.3)
    assert evidence.status is Status.UNDECIDED
    assert "time allowed" in evidence.summary
    assert not findings


# -- the integrals themselves -------------------------------------------------------------------------------


def log_integral(
    nll: Callable[[np.ndarray], np.ndarray], support: Support, start: float, width: float
) -> float:
    """Integrate as the tables do: find the peak from a rough start, place nodes, sum."""

    def height(u: np.ndarray) -> np.ndarray:
        y = support.value(u)
        return np.where(support.contains(y), nll(y) - support.log_slope(u), np.inf)

    with np.errstate(all="ignore"):
        mode, found = locate(height, start, width)
        nodes = place(support, [mode], found, 0.04)
        return float(special.logsumexp(nodes.log_weight - nll(nodes.y)))


@pytest.mark.parametrize("sigma", [1e-4, 0.01, 1.3, 2e3])
def test_normal_integrals(sigma: float) -> None:
    """A normal density whose peak is far from the start and of any width integrates to 1."""
    found = log_integral(lambda y: -stats.norm.logpdf(y, 0.83, sigma), Support(), 2.1, 1.0)
    assert abs(found) < 1e-9


@pytest.mark.parametrize(
    ("support", "nll", "integral"),
    [
        pytest.param(
            Support(lower=0.0),
            lambda y: 2.4 * np.log1p(y) + 0.3 * y + np.sqrt(y),
            lambda y: (1 + y) ** -2.4 * mpmath.exp(-0.3 * y - mpmath.sqrt(y)),
            id="half line",
        ),
        pytest.param(
            Support(lower=0.0, upper=1.0),
            lambda y: 0.6 * np.log(y) + 0.2 * np.log1p(-y) + np.sin(3 * y),
            lambda y: y**-0.6 * (1 - y) ** -0.2 * mpmath.exp(-mpmath.sin(3 * y)),
            id="unit interval with poles",
        ),
        pytest.param(
            Support(),
            lambda y: np.logaddexp(y - 0.4, -2 * (y - 0.4)),
            lambda y: 1 / (mpmath.exp(y - 0.4) + mpmath.exp(-2 * (y - 0.4))),
            id="skewed",
        ),
    ],
)  # fmt: skip
def test_integrals_against_mpmath(support: Support, nll: Loss, integral: Loss) -> None:
    """Integrals on each kind of support agree with mpmath to nine digits."""
    ends = [support.lower, *([1] if not np.isfinite(support.upper) else []), support.upper]
    with mpmath.workdps(50):  # at 15 digits mpmath itself loses 3e-8 at the poles
        exact = float(mpmath.log(mpmath.quad(integral, ends)))
    assert_allclose(log_integral(nll, support, 0.3, 1.0), exact, rtol=0, atol=1e-9)


def test_integrals_against_scipy() -> None:
    """An asymmetric kink at the mode agrees with scipy's adaptive quadrature."""

    def nll(y: Any) -> Any:
        return np.where(y > 0.31, 0.3 * (y - 0.31), 4.7 * (0.31 - y))

    exact = sum(
        integrate.quad(lambda y: float(np.exp(-nll(y))), *ends)[0]
        for ends in ((-np.inf, 0.31), (0.31, np.inf))
    )
    nodes = place(Support(), [0.31], 0.5, 0.04)
    assert_allclose(np.exp(special.logsumexp(nodes.log_weight - nll(nodes.y))), exact, rtol=1e-7)


@pytest.mark.parametrize(
    ("lower", "upper"), [(-np.inf, np.inf), (0.0, np.inf), (0.0, 1.0), (-1.7, 2.3), (-np.inf, 1.2)]
)
def test_supports_are_found(lower: float, upper: float) -> None:
    """Bounds of the support are found from where N is finite; an overflow is none."""

    def nll(y: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.where((y > lower) & (y < upper), np.exp(y) - y, np.inf)

    assert find_support(nll, 0.37, 0.8) == Support(lower=lower, upper=upper)
