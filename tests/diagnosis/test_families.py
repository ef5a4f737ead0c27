"""Losses of another family are named with their arguments and unknown numbers; other mistakes are no family."""

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pymc as pm
import pytest
from cases import data as d
from cases import models as m
from cases import right
from numpy.testing import assert_allclose
from scipy import special, stats

from nllcheck.binding import bind
from nllcheck.deadline import Deadline
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.families import (
    families_with_unknown,
    fixed_families,
    linked_families,
    penalised_families,
)
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.evidence.values import compare_values
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.optimum import find_optimum
from nllcheck.likelihood.simulation import Simulator
from nllcheck.parts import centre, divide, starting_values
from nllcheck.probes import Prober
from nllcheck.scene import Scene

Model = Callable[[], pm.Model]
Loss = Callable[..., Any]


@cache
def likelihood_of(model: Model) -> Likelihood:
    return Likelihood(build_model(model))


def panel_of(model: Model, loss: Loss) -> Panel:
    """Return the probes of a failing claim, as a check has them."""
    likelihood = likelihood_of(model)
    bound = bind(loss, likelihood.offers)
    parts = divide(likelihood, bound, None, frozenset())
    moved = likelihood.positions(n for n in likelihood.free if n in likelihood.entering)
    optimum = find_optimum(likelihood, start=starting_values(likelihood, parts), moved=moved)
    prober = Prober(likelihood, Simulator(likelihood), centre(likelihood, optimum), parts, 0)
    scene = Scene(likelihood=likelihood, loss=bound, prober=prober, seed=0)
    return Panel(scene=scene, comparison=compare_values(scene), deadline=Deadline(30))


def explained(model: Model, loss: Loss) -> list[Explanation]:
    """Return what the stages say, each only if those before it say nothing, as in the search."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel = panel_of(model, loss)
        stages = (fixed_families, families_with_unknown, linked_families, penalised_families)
        return next((found for stage in stages if (found := list(stage(panel)))), [])


def counts() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.math.exp(pm.Flat("a") + pm.Flat("b") * d.X_COUNTS))
        pm.Deterministic("z", pm.math.log(mu))
        pm.NegativeBinomial("y", mu=mu, alpha=3.7, observed=d.DISPERSED)
    return model


def z_of(y: Any, mu: Any, sigma: Any) -> Any:
    return (y - mu) / sigma


def margin(y: Any, z: Any) -> Any:
    return (2 * y - 1) * z


def right_label(y: Any, p: Any) -> Any:
    return np.where(y == 1, p, 1 - p)


def multiclass_hinge(y: Any, z: Any) -> Any:
    rows = np.arange(len(y))
    margins = 1 + z - z[rows, y][:, None]
    margins[rows, y] = 0.0
    return np.mean(margins.max(axis=1))


FIXED: tuple[tuple[str, Model, Loss, str], ...] = (
    (
        "absolute error for normal noise",
        m.gaussian,
        lambda y, mu, sigma: np.sum(np.abs(z_of(y, mu, sigma)) + np.log(sigma)),
        "the NLL of pm.Laplace(mu=mu, b=sigma)",
    ),
    (
        "mean absolute error",
        m.gaussian,
        lambda y, mu: np.mean(np.abs(y - mu)),
        "the absolute error, the NLL of pm.Laplace(mu=mu, b=1.0), × 1/n",
    ),
    (
        "mean squared error",
        m.laplace,
        lambda y, mu: np.mean((y - mu) ** 2),
        "the squared error, the NLL of pm.Normal(mu=mu, sigma=1.0), × 2/n",
    ),
    (
        "logistic noise",
        m.gaussian,
        lambda y, mu, sigma: -stats.logistic.logpdf(y, mu, sigma).sum(),
        "the NLL of pm.Logistic(mu=mu, s=sigma)",
    ),
    (
        "Cauchy",
        m.gaussian,
        lambda y, mu, sigma: -stats.cauchy.logpdf(y, mu, sigma).mean(),
        "the NLL of pm.Cauchy(alpha=mu, beta=sigma), × 1/n",
    ),
    (
        "Gumbel",
        m.gaussian,
        lambda y, mu, sigma: -stats.gumbel_r.logpdf(y, mu, sigma).sum(),
        "the NLL of pm.Gumbel(mu=mu, beta=sigma)",
    ),
    ("log cosh", m.gaussian, lambda y, mu: np.sum(np.log(np.cosh(y - mu))), "the log-cosh loss of mu"),
    (
        "normal for student t",
        m.student,
        right.gaussian,
        "the NLL of pm.Normal(mu=mu, sigma=sigma)",
    ),
    (
        "percentage error",
        m.gaussian,
        lambda y, mu: 100 * np.mean(np.abs((y - mu) / y)),
        "the mean absolute percentage error of mu, × 100/n",
    ),
    (
        "normal for a log-normal",
        m.lognormal,
        right.gaussian,
        "the NLL of pm.Normal(mu=mu, sigma=sigma)",
    ),
    (
        "inverse gamma",
        m.gamma_shape_rate,
        lambda y, alpha, beta: -stats.invgamma.logpdf(y, alpha, scale=beta).sum(),
        "the NLL of pm.InverseGamma(alpha=alpha, beta=beta)",
    ),
    (
        "Weibull for gamma",
        m.gamma_shape_rate,
        lambda y, alpha, beta: -stats.weibull_min.logpdf(y, alpha, scale=beta).sum(),
        "the NLL of pm.Weibull(alpha=alpha, beta=beta)",
    ),
    (
        "Kumaraswamy for beta",
        m.beta,
        lambda y, alpha, beta: (
            -np.sum(np.log(alpha * beta) + (alpha - 1) * np.log(y) + (beta - 1) * np.log1p(-(y**alpha)))
        ),
        "the NLL of pm.Kumaraswamy(a=alpha, b=beta)",
    ),
    ("Brier score", m.logistic_regression, lambda y, p: np.mean((y - p) ** 2), "the Brier score of p, × 1/n"),
    (
        "hinge",
        m.logistic_regression,
        lambda y, z: np.mean(np.maximum(0, 1 - margin(y, z))),
        "the hinge loss of z, × 1/n",
    ),
    (
        "squared hinge",
        m.logistic_regression,
        lambda y, z: np.sum(np.maximum(0, 1 - margin(y, z)) ** 2),
        "the squared hinge loss of z",
    ),
    (
        "exponential loss",
        m.logistic_regression,
        lambda y, z: np.sum(np.exp(-margin(y, z))),
        "the exponential loss of z",
    ),
    (
        "Brier score of classes",
        m.softmax_regression,
        lambda y, p: np.mean(np.sum((np.eye(3)[y] - p) ** 2, axis=1)),
        "the Brier score of classes of p, × 1/n",
    ),
    ("multiclass hinge", m.softmax_regression, multiclass_hinge, "the multiclass hinge loss of z, × 1/n"),
    (
        "squared error of counts",
        m.poisson,
        lambda y, mu: np.mean((y - mu) ** 2),
        "the squared error, the NLL of pm.Normal(mu=mu, sigma=1.0), × 2/n",
    ),
    (
        "Poisson for negative binomial",
        m.negative_binomial,
        lambda y, mu: np.mean(mu - y * np.log(mu)),
        "the NLL of pm.Poisson(mu=mu), × 1/n",
    ),
    (
        "Pearson",
        m.poisson,
        lambda y, mu: np.sum((y - mu) ** 2 / mu),
        "the Pearson's chi-squared of mu",
    ),
    (
        "class index as a number",
        m.softmax_regression,
        lambda y, z: np.sum((y - special.softmax(z, axis=1) @ np.arange(3)) ** 2),
        "the squared error of the expected class from logits of z",
    ),
    (
        "ranked probabilities of classes",
        m.softmax_regression,
        lambda y, p: np.sum((np.cumsum(p, axis=1) - (np.arange(3) >= y[:, None])) ** 2),
        "the ranked probability score of p",
    ),
    (
        "moments of a negative binomial",
        m.negative_binomial,
        lambda y, mu, alpha: -np.sum(stats.norm.logpdf(y, mu, np.sqrt(mu + mu**2 / alpha))),
        "the NLL of pm.Normal(mu=mu, sigma=(mu + mu ** 2 / alpha) ** 0.5)",
    ),
    (
        "moments of a binomial",
        m.binomial,
        lambda y, trials, p: -np.sum(stats.norm.logpdf(y, trials * p, np.sqrt(trials * p * (1 - p)))),
        "the NLL of pm.Normal(mu=trials * p, sigma=(trials * p * (1 - p)) ** 0.5)",
    ),
    (
        "absolute error of shares of trials",
        m.binomial,
        lambda y, trials, p: np.sum(np.abs(y / trials - p)),
        "the absolute error of shares of trials of trials, p",
    ),
    (
        "mean of an urn",
        m.beta_binomial,
        lambda y, trials, alpha, beta: right.binomial(y, trials, alpha / (alpha + beta)),
        "the NLL of pm.Binomial(n=trials, p=alpha / (alpha + beta))",
    ),
    (
        "normal logits of shares",
        m.beta_regression,
        lambda y, mu, nu: -np.sum(stats.norm.logpdf(special.logit(y), special.logit(mu), nu**-0.5)),
        "the NLL of pm.LogitNormal(mu=pm.math.logit(mu), tau=nu)",
    ),
    (
        "score of a logistic forecast",
        m.gaussian,
        lambda y, mu, sigma: np.sum(
            sigma * (z_of(y, mu, sigma) - 2 * special.log_expit(z_of(y, mu, sigma)) - 1)
        ),
        "the continuous ranked probability score of a logistic of mu, sigma",
    ),
    (
        "lives of another family",
        m.censored,
        lambda y, event, alpha, beta: (
            -np.sum(
                np.where(
                    event == 1, stats.fisk.logpdf(y, alpha, 0, beta), stats.fisk.logsf(y, alpha, 0, beta)
                )
            )
        ),
        "the log-logistic of lives of event, alpha, beta",
    ),
    (
        "truncated",
        m.lognormal,
        lambda y, mu, sigma: -np.sum(stats.truncnorm.logpdf(y, -mu / sigma, np.inf, mu, sigma)),
        "the NLL of pm.TruncatedNormal(mu=mu, sigma=sigma, lower=0.0)",
    ),
    (
        "distance of rows",
        m.pairs,
        lambda y, mu: np.sum(np.linalg.norm(y - mu, axis=1)),
        "the distance of mu",
    ),
    (
        "modified Huber",
        m.logistic_regression,
        lambda y, z: np.mean(
            np.where(margin(y, z) >= -1, np.maximum(0, 1 - margin(y, z)) ** 2, -4 * margin(y, z))
        ),
        "the modified Huber loss of z, × 1/n",
    ),
    (
        "von Mises as squared angle",
        m.von_mises,
        lambda y, mu, kappa: np.sum(0.5 * kappa * (y - mu) ** 2 - 0.5 * np.log(kappa)),
        "the NLL of pm.Normal(mu=mu, tau=kappa)",
    ),
)

UNKNOWN: tuple[tuple[str, Model, Loss, str, float], ...] = (
    (
        "Huber of z",
        m.gaussian,
        lambda y, mu, sigma: np.sum(special.huber(1.345, z_of(y, mu, sigma))) + len(y) * np.log(sigma),
        "delta",
        1.345,
    ),
    ("Huber", m.gaussian, lambda y, mu: np.mean(special.huber(0.31, y - mu)), "delta", 0.31),
    ("pseudo-Huber", m.gaussian, lambda y, mu: np.sum(special.pseudo_huber(0.7, y - mu)), "delta", 0.7),
    (
        "Student t",
        m.gaussian,
        lambda y, mu, sigma: -stats.t.logpdf(y, 5, mu, sigma).sum(),
        "nu",
        5.0,
    ),
    (
        "another nu than the model's",
        m.student,
        lambda y, mu, sigma: -stats.t.logpdf(y, 6.5, mu, sigma).mean(),
        "nu",
        6.5,
    ),
    ("quantile", m.gaussian, lambda y, mu: np.mean(np.maximum(0.7 * (y - mu), -0.3 * (y - mu))), "tau", 0.7),
    (
        "expectile",
        m.gaussian,
        lambda y, mu: np.mean(np.where(y > mu, 0.85, 0.15) * (y - mu) ** 2),
        "tau",
        0.85,
    ),
    ("power", m.gaussian, lambda y, mu: np.sum(np.abs(y - mu) ** 1.3), "p", 1.3),
    ("insensitive", m.gaussian, lambda y, mu: np.sum(np.maximum(np.abs(y - mu) - 0.12, 0)), "epsilon", 0.12),
    (
        "Tukey",
        m.gaussian,
        lambda y, mu: np.sum(1 - np.maximum(1 - ((y - mu) / 1.4) ** 2, 0) ** 3),
        "c",
        1.4,
    ),
    (
        "focal",
        m.logistic_regression,
        lambda y, p: -np.sum((1 - right_label(y, p)) ** 2 * np.log(right_label(y, p))),
        "gamma",
        2.0,
    ),
    (
        "focal of logits",
        m.logistic_regression,
        lambda y, z: np.mean(special.expit(-margin(y, z)) ** 1.7 * np.logaddexp(0, -margin(y, z))),
        "gamma",
        1.7,
    ),
    (
        "generalised cross-entropy",
        m.logistic_regression,
        lambda y, p: np.mean((1 - right_label(y, p) ** 0.7) / 0.7),
        "q",
        0.7,
    ),
    (
        "focal of classes",
        m.softmax_regression,
        lambda y, p: np.mean(-((1 - p[np.arange(len(y)), y]) ** 2) * np.log(p[np.arange(len(y)), y])),
        "gamma",
        2.0,
    ),
    (
        "Tweedie",
        m.gamma,
        lambda y, mu: np.mean(-y * mu ** (-0.4) / (-0.4) + mu**0.6 / 0.6),
        "p",
        1.4,
    ),
    (
        "negative binomial of another alpha",
        counts,
        lambda y, mu: -np.sum(stats.nbinom.logpmf(y, 2.6, 2.6 / (2.6 + mu))),
        "alpha",
        2.6,
    ),
    (
        "exponential power",
        m.gaussian,
        lambda y, mu, sigma: np.sum(np.abs(z_of(y, mu, sigma)) ** 4 / 4 + np.log(sigma)),
        "p",
        4.0,
    ),
    (
        "absolute error rounded at zero",
        m.laplace,
        lambda y, mu, scale: np.sum(np.sqrt((y - mu) ** 2 + 1e-2) / scale + np.log(scale)),
        "epsilon",
        0.1,
    ),
    (
        "smooth L1",
        m.gaussian,
        lambda y, mu, sigma: np.sum(special.huber(0.8, z_of(y, mu, sigma)) / 0.8 + np.log(sigma)),
        "beta",
        0.8,
    ),
    ("Barron", m.gaussian, lambda y, mu: np.sum(3 * (((y - mu) ** 2 / 1.5 + 1) ** 0.25 - 1)), "alpha", 0.5),
    ("Linex", m.gaussian, lambda y, mu: np.mean(np.exp(0.9 * (y - mu)) - 0.9 * (y - mu)), "a", 0.9),
    (
        "Poly-1",
        m.softmax_regression,
        lambda y, p: np.mean(1.5 * (1 - p[np.arange(len(y)), y]) - np.log(p[np.arange(len(y)), y])),
        "epsilon",
        1.5,
    ),
    (
        "another nu, of a variance",
        m.student,
        lambda y, mu, sigma: -stats.t.logpdf(y, 3.0, mu, np.sqrt(sigma)).sum(),
        "nu",
        3.0,
    ),
    (
        "Huber of a log scale",
        m.gaussian,
        lambda y, mu, sigma: np.sum(special.huber(0.4, z_of(y, mu, np.exp(sigma))) + sigma),
        "delta",
        0.4,
    ),
    (
        "a number without a short form",
        m.gaussian,
        lambda y, mu: np.sum(special.pseudo_huber(np.sqrt(0.3), y - mu)),
        "delta",
        float(np.sqrt(0.3)),
    ),
)

OWN: tuple[tuple[str, Model, Loss, str], ...] = (
    (
        "mean for rate",
        m.exponential,
        lambda y, lam: np.sum(y / lam + np.log(lam)),
        "if y were pm.Exponential(scale=lam)",
    ),
    (
        "exposure forgotten",
        m.poisson_rates,
        lambda y, rate: np.sum(rate - y * np.log(rate)),
        "if y were pm.Poisson(mu=rate)",
    ),
    (
        "probabilities for logits",
        m.logistic_regression,
        lambda y, p: np.sum(np.logaddexp(0, p) - y * p),
        "if y were pm.Bernoulli(logit_p=p)",
    ),
    (
        "scale for rate",
        m.gamma_shape_rate,
        lambda y, alpha, beta: -np.sum(stats.gamma.logpdf(y, alpha, scale=beta)),
        "if y were pm.Gamma(alpha=alpha, beta=1 / beta)",
    ),
    (
        "dispersion for alpha",
        m.negative_binomial,
        lambda y, mu, alpha: right.negative_binomial(y, mu, 1 / alpha),
        "if y were pm.NegativeBinomial(mu=mu, alpha=1 / alpha)",
    ),
)

NONE: tuple[tuple[str, Model, Loss], ...] = (
    (
        "log sigma once",
        m.gaussian,
        lambda y, mu, sigma: 0.5 * np.sum(z_of(y, mu, sigma) ** 2) + np.log(sigma),
    ),
    ("half forgotten", m.gaussian, lambda y, mu, sigma: np.sum(z_of(y, mu, sigma) ** 2 + np.log(sigma))),
    ("log sigma missing", m.gaussian, lambda y, mu, sigma: 0.5 * np.sum(z_of(y, mu, sigma) ** 2)),
    (
        "coefficient",
        m.gaussian,
        lambda y, mu, sigma: 0.50001 * np.sum(z_of(y, mu, sigma) ** 2) + len(y) * np.log(sigma),
    ),
    ("rows dropped", m.gaussian, lambda y, mu, sigma: right.gaussian(y[:-1], mu[:-1], sigma)),
    ("labels exchanged", m.logistic_regression, lambda y, p: right.cross_entropy(1 - y, p)),
    ("positives only", m.logistic_regression, lambda y, p: -np.sum(y * np.log(p))),
    ("one trial for many", m.binomial, lambda y, p: -np.sum(y * np.log(p) + (1 - y) * np.log1p(-p))),
    ("trials forgotten", m.binomial, lambda y, trials, p: right.cross_entropy(y / trials, p)),
    (
        "log gamma missing",
        m.gamma_shape_rate,
        lambda y, alpha, beta: np.sum(-alpha * np.log(beta) - (alpha - 1) * np.log(y) + beta * y),
    ),
    ("correlation", m.gaussian, lambda y, mu: 1 - np.corrcoef(y, mu)[0, 1]),
    ("penalty added", m.gaussian, lambda y, mu, b, sigma: right.gaussian(y, mu, sigma) + 0.3 * b**2),
    ("epsilon in the logarithm", m.gaussian, lambda y, mu, sigma: right.gaussian(y, mu, sigma + 1e-3)),
)


@pytest.mark.parametrize(
    ("model", "loss", "change"), [row[1:] for row in FIXED], ids=[row[0] for row in FIXED]
)
def test_a_family_is_named_with_its_arguments(model: Model, loss: Loss, change: str) -> None:
    """The loss of another family is told as that family, its arguments in place, and its scale."""
    (found,) = explained(model, loss)
    assert (found.code, found.change) == ("other-family", change)
    assert found.repaired is not None
    assert found.repaired.relation is not None
    assert found.follows
    assert found.advice


@pytest.mark.parametrize(
    ("model", "loss", "symbol", "value"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN]
)
def test_an_unknown_number_is_recovered(model: Model, loss: Loss, symbol: str, value: float) -> None:
    """The one number that shapes a family is found: exactly where it is short, else to ten digits."""
    (found,) = explained(model, loss)
    assert found.code == "other-family"
    assert_allclose(found.numbers[symbol], value, rtol=1e-10)


@pytest.mark.parametrize(("model", "loss", "change"), [row[1:] for row in OWN], ids=[row[0] for row in OWN])
def test_the_models_own_family_is_a_transformed_argument(model: Model, loss: Loss, change: str) -> None:
    """The model's family with other arguments is no other family."""
    (found,) = explained(model, loss)
    assert (found.code, found.change) == ("argument-transformed", change)


@pytest.mark.parametrize(("model", "loss"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_other_mistakes_are_no_family(model: Model, loss: Loss) -> None:
    """A missing term, a wrong coefficient, lost rows or labels are left to other causes."""
    assert not explained(model, loss)


@pytest.mark.parametrize("scaled", [False, True], ids=["residuals", "standardised residuals"])
def test_squares_that_stop_growing_are_clipped(scaled: bool) -> None:
    """A squared error that is cut off is told as such, with the point where it is."""

    def residuals(y: Any, mu: Any) -> Any:
        return np.sum(np.minimum((y - mu) ** 2, 0.3))

    def standardised(y: Any, mu: Any, sigma: Any) -> Any:
        return 0.5 * np.sum(np.clip(z_of(y, mu, sigma), -1.5, 1.5) ** 2) + len(y) * np.log(sigma)

    (found,) = explained(m.gaussian, standardised if scaled else residuals)
    assert found.code == "clipped"
    assert_allclose(found.numbers["c"], 1.5 if scaled else 0.3**0.5, rtol=1e-10)


def test_a_scale_may_be_a_function_of_an_argument() -> None:
    """A family with a function of an argument for its scale is named so, at a higher cost."""
    (found,) = explained(m.student, lambda y, mu, sigma: -stats.t.logpdf(y, 3.0, mu, np.sqrt(sigma)).sum())
    assert found.change == "the NLL of pm.StudentT(nu=3.0, mu=mu, sigma=(sigma ** 0.5))"
    (plain,) = explained(m.student, lambda y, mu, sigma: -stats.t.logpdf(y, 3.0, mu, sigma).sum())
    assert found.cost > plain.cost


def test_a_penalty_beside_another_family_is_named() -> None:
    """A margin loss with a penalty on the weights is both, the weight as it was written."""

    def machine(y: Any, z: Any, b: Any) -> Any:
        return np.mean(np.maximum(0, 1 - margin(y, z))) + 0.05 * b**2

    (found,) = explained(m.logistic_regression, machine)
    assert (found.code, found.change) == ("other-family", "the hinge loss of z, × 1/n, plus 0.05·Σ b²")


def test_distances_in_units_of_the_covariance_are_named() -> None:
    """The Mahalanobis distance that is not squared is told from the rows of the NLL."""

    def distance(y: Any, mu: Any) -> Any:
        r = y - mu
        return np.sum(np.sqrt(np.einsum("ni,ij,nj->n", r, np.linalg.inv(d.COVARIANCE), r)))

    (found,) = explained(m.pairs, distance)
    assert found.code == "other-family"
    assert found.change.startswith("the sum of distances")
    least = 0.5 * np.linalg.slogdet(2 * np.pi * d.COVARIANCE)[1]
    assert_allclose(found.numbers["m"], least, rtol=1e-9)


def test_what_the_loss_closes_over_is_sought_in_the_model() -> None:
    """A loss that takes parameters instead of the prediction is still recognised, at a higher cost."""
    (found,) = explained(m.gaussian, lambda y, a, b: np.sum(np.abs(y - a - b * d.X)))
    assert found.change == "the absolute error, the NLL of pm.Laplace(mu=mu, b=1.0)"
    (taken,) = explained(m.gaussian, lambda y, mu: np.sum(np.abs(y - mu)))
    assert found.cost > taken.cost


def test_a_flipped_sign_is_seen_in_the_repair() -> None:
    """The log-likelihood of another family is found as well, with its sign."""
    (found,) = explained(m.gaussian, lambda y, mu, sigma: stats.laplace.logpdf(y, mu, sigma).sum())
    assert found.repaired is not None
    assert found.repaired.flipped
    assert found.change.endswith("× −1")
