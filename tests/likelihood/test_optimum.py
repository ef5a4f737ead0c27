"""The optimum of a model: certified estimates, standard errors, or why there is none, in words."""

from collections.abc import Callable
from pathlib import Path

import mpmath
import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scipy import linalg, optimize, special, stats

from nllcheck.errors import UnsupportedModel
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.optimum import Optimum, find_optimum, standard_errors
from nllcheck.optimise import MinimumKind

RNG = np.random.default_rng(77)
DATA = Path(__file__).parents[2] / "models" / "data"
LONGLEY = np.loadtxt(DATA / "longley.csv", delimiter=",")
CERTIFIED = np.loadtxt(DATA / "longley_certified.csv", delimiter=",", usecols=(1, 2))
RSS = 836424.055505915  # certified
SPECTOR = np.loadtxt(DATA / "spector.csv", delimiter=",")
DOBSON = np.loadtxt(DATA / "dobson.csv", delimiter=",")


def solve(model: Callable[[], pm.Model], of: str = "likelihood") -> tuple[Likelihood, Optimum]:
    likelihood = Likelihood(build_model(model), of=of)
    return likelihood, find_optimum(likelihood)


# -- certified and reference values -----------------------------------------------------------------------


def longley() -> pm.Model:
    with pm.Model() as model:
        intercept, beta = pm.Flat("intercept"), pm.Flat("beta", shape=6)
        sigma = pm.HalfFlat("sigma")
        pm.Normal("y", intercept + pm.math.dot(LONGLEY[:, 1:], beta), sigma, observed=LONGLEY[:, 0])
    return model


@pytest.fixture(scope="module")
def longley_fit() -> tuple[Likelihood, Optimum]:
    return solve(longley)


def test_longley_coefficients_are_certified(longley_fit: tuple[Likelihood, Optimum]) -> None:
    """The maximum-likelihood coefficients agree with those that NIST certifies to nine significant digits."""
    likelihood, optimum = longley_fit
    x = likelihood.constrain(optimum.u)
    assert optimum.kind is MinimumKind.INTERIOR
    assert_allclose(np.r_[x["intercept"], x["beta"]], CERTIFIED[:, 0], rtol=5e-10)
    assert_allclose(x["sigma"], np.sqrt(RSS / 16), rtol=1e-9)


def test_longley_likelihood_is_its_closed_form(longley_fit: tuple[Likelihood, Optimum]) -> None:
    """At the optimum N = n/2·(log(2π·RSS/n) + 1)."""
    _, optimum = longley_fit
    assert_allclose(optimum.value, 8 * (np.log(2 * np.pi * RSS / 16) + 1), rtol=1e-12)


def test_longley_standard_errors_are_certified(longley_fit: tuple[Likelihood, Optimum]) -> None:
    """The errors are NIST's with 16 in place of 9 degrees of freedom, and that of sigma is σ̂/√(2n)."""
    likelihood, optimum = longley_fit
    errors = standard_errors(likelihood, optimum)
    ours = np.r_[errors["intercept"], errors["beta"]]
    assert_allclose(ours, CERTIFIED[:, 1] * np.sqrt(9 / 16), rtol=1e-5)
    assert_allclose(errors["sigma"], np.sqrt(RSS / 16) / np.sqrt(32), rtol=1e-5)


def spector(link: str = "logit") -> Callable[[], pm.Model]:
    def model() -> pm.Model:
        with pm.Model() as built:
            intercept, beta = pm.Flat("intercept"), pm.Flat("beta", shape=3)
            eta = intercept + pm.math.dot(SPECTOR[:, :3], beta)
            labels = SPECTOR[:, 3].astype(int)
            if link == "logit":
                pm.Bernoulli("y", logit_p=eta, observed=labels)
            else:
                pm.Bernoulli("y", p=pm.math.invprobit(eta), observed=labels)
        return built

    return model


def newton_logistic() -> tuple[np.ndarray, np.ndarray]:
    """Return estimates and standard errors of the logistic regression by Newton's method with 40 digits."""
    with mpmath.workdps(40):
        design = mpmath.matrix([[1, *map(float, row[:3])] for row in SPECTOR])
        y = mpmath.matrix(SPECTOR[:, 3].tolist())
        beta = mpmath.zeros(4, 1)
        for _ in range(30):
            p = (design * beta).apply(lambda z: 1 / (1 + mpmath.exp(-z)))
            information = mpmath.matrix(4)
            for i in range(len(SPECTOR)):
                information += p[i] * (1 - p[i]) * design[i, :].T * design[i, :]
            beta += mpmath.lu_solve(information, design.T * (y - p))
        covariance = information**-1
        errors = [mpmath.sqrt(covariance[j, j]) for j in range(4)]
        return np.array([float(b) for b in beta]), np.array([float(e) for e in errors])


def test_spector_logit_agrees_with_newton_in_high_precision() -> None:
    """Logistic coefficients agree with a solution in 40 digits to nine, their errors to five."""
    likelihood, optimum = solve(spector())
    x, errors = likelihood.constrain(optimum.u), standard_errors(likelihood, optimum)
    beta, deviations = newton_logistic()
    assert optimum.kind is MinimumKind.INTERIOR
    assert_allclose(np.r_[x["intercept"], x["beta"]], beta, rtol=1e-9)
    assert_allclose(np.r_[errors["intercept"], errors["beta"]], deviations, rtol=1e-5)


@pytest.mark.parametrize(
    ("link", "published", "log_likelihood"),
    [
        pytest.param("logit", (-13.021, 2.826, 0.095, 2.379), -12.890, id="logit"),
        pytest.param("probit", (-7.452, 1.626, 0.052, 1.426), -12.819, id="probit"),
    ],
)
def test_spector_agrees_with_greene(link: str, published: tuple[float, ...], log_likelihood: float) -> None:
    """Greene, Econometric Analysis, prints these estimates of both links to three decimals."""
    likelihood, optimum = solve(spector(link))
    x = likelihood.constrain(optimum.u)
    assert_allclose(np.r_[x["intercept"], x["beta"]], published, atol=6e-4)
    assert_allclose(-optimum.value, log_likelihood, atol=6e-4)


def test_dobson_poisson_has_its_closed_form() -> None:
    """In a table without interaction the Poisson means are row total times column total over the total."""
    outcome, treatment, counts = DOBSON.T
    design = np.column_stack([np.ones(9), outcome == 2, outcome == 3, treatment == 2, treatment == 3])

    def model() -> pm.Model:
        with pm.Model() as built:
            beta = pm.Flat("beta", shape=5)
            pm.Deterministic("mu", pm.math.exp(pm.math.dot(design, beta)))
            pm.Poisson("y", pm.math.exp(pm.math.dot(design, beta)), observed=counts.astype(int))
        return built

    likelihood, optimum = solve(model)
    expected = [
        counts[outcome == o].sum() * counts[treatment == t].sum() / counts.sum()
        for o, t in zip(outcome, treatment, strict=True)
    ]
    assert_allclose(likelihood.inject(optimum.u)["mu"], expected, rtol=1e-9)
    # printed in R's ?glm: 3.045, -0.4543, -0.2930, 0, 0
    beta = likelihood.constrain(optimum.u)["beta"]
    assert_allclose(beta[:3], [3.0445, -0.4543, -0.2930], atol=6e-5)
    assert_allclose(beta[3:], 0.0, atol=1e-9)


# -- closed forms of standard errors ----------------------------------------------------------------------

SAMPLE = np.random.default_rng(7).gamma(2.2, 1.3, size=41)
TRIALS = (np.random.default_rng(8).random(53) < 0.31).astype(int)
COUNTS = np.random.default_rng(9).poisson(3.3, size=29)


def normal_sample() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=SAMPLE)
    return model


def bernoulli_sample() -> pm.Model:
    with pm.Model() as model:
        pm.Bernoulli("y", pm.Uniform("p", 0, 1), observed=TRIALS)
    return model


def poisson_sample() -> pm.Model:
    with pm.Model() as model:
        pm.Poisson("y", pm.HalfFlat("mu"), observed=COUNTS)
    return model


def exponential_sample() -> pm.Model:
    with pm.Model() as model:
        pm.Exponential("y", pm.HalfFlat("lam"), observed=SAMPLE)
    return model


N, P = len(SAMPLE), TRIALS.mean()


@pytest.mark.parametrize(
    ("model", "estimates", "errors"),
    [
        pytest.param(
            normal_sample,
            {"mu": SAMPLE.mean(), "sigma": SAMPLE.std()},
            {"mu": SAMPLE.std() / np.sqrt(N), "sigma": SAMPLE.std() / np.sqrt(2 * N)},
            id="normal",
        ),
        pytest.param(bernoulli_sample, {"p": P}, {"p": np.sqrt(P * (1 - P) / len(TRIALS))}, id="bernoulli"),
        pytest.param(
            poisson_sample, {"mu": COUNTS.mean()}, {"mu": np.sqrt(COUNTS.mean() / len(COUNTS))}, id="poisson"
        ),
        pytest.param(
            exponential_sample,
            {"lam": 1 / SAMPLE.mean()},
            {"lam": 1 / SAMPLE.mean() / np.sqrt(N)},
            id="exponential",
        ),
    ],
)
def test_estimates_and_errors_have_their_closed_forms(
    model: Callable[[], pm.Model], estimates: dict[str, float], errors: dict[str, float]
) -> None:
    """Textbook estimates to twelve digits, and their standard errors to six, on the constrained scale."""
    likelihood, optimum = solve(model)
    x, found = likelihood.constrain(optimum.u), standard_errors(likelihood, optimum)
    assert optimum.kind is MinimumKind.INTERIOR
    for name, value in estimates.items():
        assert_allclose(x[name], value, rtol=1e-12 if name != "sigma" else 1e-10)
        assert_allclose(found[name], errors[name], rtol=1e-6)


def test_gamma_estimates_are_those_of_scipy() -> None:
    """Without a closed form: shape by scipy.stats, which solves the score equation itself."""

    def model() -> pm.Model:
        with pm.Model() as built:
            pm.Gamma("y", pm.HalfFlat("alpha"), pm.HalfFlat("beta"), observed=SAMPLE)
        return built

    likelihood, optimum = solve(model)
    x = likelihood.constrain(optimum.u)
    gap = np.log(SAMPLE.mean()) - np.log(SAMPLE).mean()
    alpha = optimize.brentq(lambda a: np.log(a) - special.digamma(a) - gap, 0.1, 50, xtol=1e-14)
    assert_allclose(x["alpha"], alpha, rtol=1e-10)
    assert_allclose(x["beta"], alpha / SAMPLE.mean(), rtol=1e-10)
    assert_allclose(x["alpha"], stats.gamma.fit(SAMPLE, floc=0)[0], rtol=1e-4)


# -- posterior modes --------------------------------------------------------------------------------------

DESIGN = np.random.default_rng(10).normal(size=(40, 6)) @ np.diag([1.0, 2.0, 0.5, 1.0, 3.0, 1.0])
RESPONSE = DESIGN @ np.array([1.2, 0.0, -0.9, 0.05, 0.0, 0.4]) + 0.7 * np.random.default_rng(11).normal(
    size=40
)
NOISE, WIDTH = 0.7, 0.08


def penalised(prior: type, width: float) -> Callable[[], pm.Model]:
    def model() -> pm.Model:
        with pm.Model() as built:
            beta = prior("beta", 0.0, width, shape=6)
            pm.Normal("y", pm.math.dot(DESIGN, beta), NOISE, observed=RESPONSE)
        return built

    return model


def test_ridge_has_its_closed_form() -> None:
    """The mode under a Gaussian prior is (XᵀX + (σ/τ)²I)⁻¹Xᵀy, with errors from σ²(XᵀX + (σ/τ)²I)⁻¹."""
    likelihood, optimum = solve(penalised(pm.Normal, WIDTH), of="posterior")
    penalised_gram = DESIGN.T @ DESIGN + (NOISE / WIDTH) ** 2 * np.eye(6)
    beta = linalg.solve(penalised_gram, DESIGN.T @ RESPONSE, assume_a="pos")
    assert_allclose(likelihood.constrain(optimum.u)["beta"], beta, rtol=1e-10)
    errors = standard_errors(likelihood, optimum)["beta"]
    assert_allclose(errors, NOISE * np.sqrt(np.diag(linalg.inv(penalised_gram))), rtol=1e-6)


@pytest.fixture(scope="module")
def lasso_fit() -> tuple[Likelihood, Optimum]:
    return solve(penalised(pm.Laplace, 0.02), of="posterior")


def test_lasso_sets_coefficients_exactly_to_zero(lasso_fit: tuple[Likelihood, Optimum]) -> None:
    """Under a Laplace prior some coefficients are exactly 0.0 at the mode, and it is called a kink."""
    likelihood, optimum = lasso_fit
    beta = likelihood.constrain(optimum.u)["beta"]
    assert optimum.kind is MinimumKind.KINK
    assert 0 < np.count_nonzero(beta) < 6
    assert standard_errors(likelihood, optimum) == {}


def test_lasso_meets_the_kkt_conditions(lasso_fit: tuple[Likelihood, Optimum]) -> None:
    """Xᵀ(y − Xβ)/σ² is sign(β)/b where β ≠ 0 and within ±1/b where β = 0."""
    likelihood, optimum = lasso_fit
    beta = likelihood.constrain(optimum.u)["beta"]
    score = DESIGN.T @ (RESPONSE - DESIGN @ beta) / NOISE**2 * 0.02
    active = beta != 0
    assert_allclose(score[active], np.sign(beta[active]), rtol=1e-8)
    assert np.all(np.abs(score[~active]) < 1)


def test_lasso_is_that_of_coordinate_descent(lasso_fit: tuple[Likelihood, Optimum]) -> None:
    """A second oracle: cyclic soft thresholding of the same objective."""
    likelihood, optimum = lasso_fit
    beta, threshold = np.zeros(6), NOISE**2 / 0.02
    for _ in range(3000):
        for j in range(6):
            partial = DESIGN[:, j] @ (RESPONSE - DESIGN @ beta + DESIGN[:, j] * beta[j])
            shrunk = np.sign(partial) * max(abs(partial) - threshold, 0)
            beta[j] = shrunk / (DESIGN[:, j] @ DESIGN[:, j])
    assert_allclose(likelihood.constrain(optimum.u)["beta"], beta, rtol=1e-9, atol=1e-12)


# -- where there is no plain optimum ----------------------------------------------------------------------

X = np.array([-1.4, -0.6, 0.2, 0.9, 1.3, 2.8])


def separable() -> pm.Model:
    with pm.Model() as model:
        eta = pm.Flat("a") + pm.Flat("b") * X
        pm.Bernoulli("y", logit_p=eta, observed=(X > 0.5).astype(int))
    return model


def saturated() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu", shape=4), pm.HalfFlat("sigma"), observed=np.array([0.3, -1.2, 2.2, 0.9]))
    return model


def one_observation() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=np.array([0.3]))
    return model


def upper_edge() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Uniform("mu", -2.0, 1.5), 0.8, observed=np.array([2.1, 1.9, 3.3]))
    return model


def lower_edge() -> pm.Model:
    with pm.Model() as model:
        pm.Poisson("y", pm.HalfFlat("mu"), observed=np.array([0, 0, 0, 0]))
    return model


def unit_edge() -> pm.Model:
    with pm.Model() as model:
        pm.Bernoulli("y", pm.Uniform("p", 0, 1), observed=np.array([1, 1, 1, 1, 1]))
    return model


def redundant() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("a") + pm.Flat("b") + 0.7 * X, 0.9, observed=1.3 * X + 0.2)
    return model


def unused() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("idle", 0.0, 1.0)
        pm.Normal("y", pm.Flat("mu"), 0.9, observed=X)
    return model


def median() -> pm.Model:
    with pm.Model() as model:
        pm.Laplace("y", pm.Flat("mu"), 0.8, observed=np.array([0.4, -2.2, 1.7, 0.9, 6.1]))
    return model


def quantile_line() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Flat("a") + pm.Flat("b") * X
        pm.Laplace("y", mu, pm.HalfFlat("scale"), observed=np.array([-1.6, 0.1, 0.6, 1.5, 0.8, 3.1]))
    return model


@pytest.mark.parametrize(
    ("model", "kind", "says"),
    [
        pytest.param(separable, MinimumKind.NOWHERE, "attained nowhere", id="separable"),
        pytest.param(saturated, MinimumKind.UNBOUNDED, "unbounded", id="saturated normal"),
        pytest.param(one_observation, MinimumKind.UNBOUNDED, "unbounded", id="one observation"),
        pytest.param(upper_edge, MinimumKind.EDGE, "edge of the support: mu = 1.5", id="uniform prior"),
        pytest.param(lower_edge, MinimumKind.EDGE, "edge of the support: mu = 0", id="no counts"),
        pytest.param(unit_edge, MinimumKind.EDGE, "edge of the support: p = 1", id="all successes"),
        pytest.param(redundant, MinimumKind.FLAT, "not unique", id="two intercepts"),
        pytest.param(unused, MinimumKind.FLAT, "not unique", id="idle parameter"),
        pytest.param(median, MinimumKind.KINK, "", id="median"),
        pytest.param(quantile_line, MinimumKind.KINK, "", id="least absolute deviations"),
    ],
)
def test_what_is_no_plain_optimum_is_said(
    model: Callable[[], pm.Model], kind: MinimumKind, says: str
) -> None:
    """An optimum on the edge, at a kink, not unique, nowhere or unbounded is the answer, in words."""
    likelihood, optimum = solve(model)
    assert optimum.kind is kind
    assert says in optimum.sentence
    assert standard_errors(likelihood, optimum) == {}


def test_the_median_is_found() -> None:
    """The maximum-likelihood location of Laplace noise is the median, 0.9."""
    likelihood, optimum = solve(median)
    assert_allclose(likelihood.constrain(optimum.u)["mu"], 0.9, atol=1e-8)


def test_least_absolute_deviations_are_those_of_a_linear_program() -> None:
    """Laplace regression is the linear program min Σ(u + v), a + bx + u − v = y."""
    likelihood, optimum = solve(quantile_line)
    y = np.array([-1.6, 0.1, 0.6, 1.5, 0.8, 3.1])
    cost = np.r_[np.zeros(4), np.ones(12)]
    design = np.column_stack([np.ones(6), -np.ones(6), X, -X, np.eye(6), -np.eye(6)])
    best = optimize.linprog(cost, A_eq=design, b_eq=y)
    x = likelihood.constrain(optimum.u)
    assert_allclose(np.abs(y - x["a"] - x["b"] * X).sum(), best.fun, rtol=1e-9)
    assert_allclose([x["a"], x["b"]], [best.x[0] - best.x[1], best.x[2] - best.x[3]], atol=1e-6)
    assert_allclose(x["scale"], best.fun / 6, rtol=1e-7)


def test_other_data_give_another_optimum() -> None:
    """The optimum of other data is found without compiling anew."""
    likelihood, _ = solve(normal_sample)
    other = SAMPLE[::-1] * 1.7 - 0.4
    optimum = find_optimum(likelihood, data={"y": other})
    assert_allclose(likelihood.constrain(optimum.u)["mu"], other.mean(), rtol=1e-11)
    assert_allclose(likelihood.constrain(optimum.u)["sigma"], other.std(), rtol=1e-9)


def test_parameters_that_are_held_stay() -> None:
    """Only the positions asked for are moved: with mu held, sigma is the root mean square around it."""
    likelihood = Likelihood(build_model(normal_sample))
    start = likelihood.unconstrain({"mu": np.array(1.1), "sigma": np.array(2.0)})
    optimum = find_optimum(likelihood, start=start, moved=likelihood.positions(["sigma"]))
    x = likelihood.constrain(optimum.u)
    assert_allclose(x["mu"], 1.1, rtol=1e-15)
    assert_allclose(x["sigma"], np.sqrt(np.mean((SAMPLE - 1.1) ** 2)), rtol=1e-9)
    assert set(standard_errors(likelihood, optimum)) == {"sigma"}


def test_data_outside_the_support_are_named_as_the_cause() -> None:
    """Where N is finite nowhere the error asks whether the data are inside the support."""

    def model() -> pm.Model:
        with pm.Model() as built:
            pm.Gamma("y", pm.HalfFlat("alpha"), pm.HalfFlat("beta"), observed=np.array([1.2, -0.4, 2.2]))
        return built

    likelihood = Likelihood(build_model(model))
    with pytest.raises(UnsupportedModel, match="not finite at any starting point: are the data inside"):
        find_optimum(likelihood)


# Drawn from a normal distribution, with tails lighter still: no finite number of degrees of freedom fits best.
LIGHT = 0.4 + 0.6 * stats.norm.ppf((np.arange(1, 30) - 0.4) / 29.2) + 0.01 * np.sin(np.arange(1, 30))


def light_tailed() -> pm.Model:
    with pm.Model() as model:
        pm.StudentT("y", nu=pm.HalfFlat("nu"), mu=pm.Flat("mu"), sigma=pm.HalfFlat("sigma"), observed=LIGHT)
    return model


def test_rounding_error_is_no_optimum() -> None:
    """Where log Γ((ν + 1)/2) − log Γ(ν/2) has lost its digits, what seems lower is not: the optimum is nowhere."""
    likelihood, optimum = solve(light_tailed)
    x = likelihood.constrain(optimum.u)
    assert optimum.kind is MinimumKind.NOWHERE
    normal = -stats.norm.logpdf(LIGHT, np.mean(LIGHT), np.std(LIGHT)).sum()
    assert x["nu"] > 1e3
    assert_allclose(optimum.value, normal, atol=1e-3)


# Clotting times of plasma (Hurn et al. 1945), McCullagh and Nelder (1989), section 8.4.2: 1/mu = a + b log(u).
PLASMA = np.log([5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0, 80.0, 100.0])
CLOTTING = np.array([118.0, 58.0, 42.0, 35.0, 27.0, 25.0, 21.0, 19.0, 18.0])
CENTRED = RNG.normal(size=(60, 3))


def reciprocal(x: np.ndarray, y: np.ndarray) -> Callable[[], pm.Model]:
    def model() -> pm.Model:
        with pm.Model() as built:
            inverse = pm.Flat("a") + pm.math.dot(x, pm.Flat("b", shape=x.shape[1]))
            shape = pm.HalfFlat("shape")
            pm.Gamma("y", alpha=shape, beta=shape * inverse, observed=y)
        return built

    return model


def test_the_reciprocal_link_of_clotting_times() -> None:
    """The published coefficients are found, although most coefficients give negative means."""
    likelihood, optimum = solve(reciprocal(PLASMA[:, None], CLOTTING))
    x = likelihood.constrain(optimum.u)
    assert optimum.kind is MinimumKind.INTERIOR
    assert_allclose([x["a"], *x["b"]], [-0.01655438, 0.01534311], rtol=1e-6)


@pytest.mark.parametrize("unit", [1.0, 1e-3, 300.0])
def test_a_start_is_found_where_only_an_intercept_is_feasible(unit: float) -> None:
    """With covariates of both signs and no intercept some mean is negative, whatever the slopes."""
    inverse = 2.0 + CENTRED @ np.array([0.3, -0.4, 0.1])
    y = unit * np.random.default_rng(3).gamma(4.0, 0.25, size=60) / inverse
    likelihood, optimum = solve(reciprocal(CENTRED, y))
    x = likelihood.constrain(optimum.u)
    assert optimum.kind is MinimumKind.INTERIOR

    def deviance(beta: np.ndarray) -> float:
        predicted = beta[0] + CENTRED @ beta[1:]
        return np.inf if predicted.min() <= 0 else float(np.sum(y / unit * predicted - np.log(predicted)))

    expected = optimize.minimize(
        deviance,
        np.array([2.0, 0.0, 0.0, 0.0]),
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 9000, "maxfev": 9000},
    )
    assert_allclose(unit * np.r_[x["a"], x["b"]], expected.x, rtol=1e-4)
