"""N per row, in all, and its derivatives, against scipy.stats and differences, for every shape of model."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import mpmath
import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse, special, stats

from nllcheck.errors import BadData, CannotEvaluate, ModelFailed, UnsupportedModel, UsageError
from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.simulation import CannotSimulate, Simulator

Values = Mapping[str, np.ndarray]
RNG = np.random.default_rng(31)
X = RNG.gamma(2.0, 0.8, size=13) - 0.7
Y = 0.4 + 1.3 * X + 0.6 * RNG.normal(size=13)
COUNTS = RNG.poisson(np.exp(0.3 + 0.4 * X))
LABELS = (RNG.random(13) < special.expit(X)).astype(int)
CLASSES = RNG.integers(0, 3, size=13)
POSITIVE = RNG.gamma(1.7, 1.1, size=13)
PAIRS = RNG.normal(size=(9, 2)) @ np.array([[1.1, 0.3], [0.0, 0.7]]) + np.array([0.4, -1.3])
COVARIANCE = np.array([[1.4, 0.6], [0.6, 0.9]])
GROUP = np.array([0, 0, 1, 2, 2, 2, 1, 0, 1, 2, 1, 0, 2])
DESIGN = np.column_stack([np.ones(13), X, X**2])
WEIGHTS = RNG.uniform(0.2, 2.5, size=13)
LIMIT = 1.9
CENSORED = np.minimum(POSITIVE, LIMIT)


@dataclass(frozen=True)
class Case:
    """A model, constrained values, and −log p per observed variable by SciPy."""

    model: Callable[[], pm.Model]
    at: dict[str, Any]
    rows: Callable[[Values], dict[str, Any]]
    rest: Callable[[Values], float] = lambda x: 0.0
    options: dict[str, Any] = field(default_factory=dict)
    hessian: bool = True


def regression() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * X)
        pm.Normal("y", mu, pm.HalfFlat("sigma"), observed=Y)
    return model


def logistic() -> pm.Model:
    with pm.Model() as model:
        pm.Bernoulli("y", logit_p=pm.math.dot(DESIGN, pm.Flat("beta", shape=3)), observed=LABELS)
    return model


def multinomial() -> pm.Model:
    with pm.Model() as model:
        pm.Categorical("y", logit_p=pm.math.dot(DESIGN, pm.Flat("W", shape=(3, 3))), observed=CLASSES)
    return model


def two_outcomes() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Flat("a"), pm.Flat("b")
        pm.Normal("y1", a + b * X, 0.7, observed=Y)
        pm.Poisson("y2", pm.math.exp(a * X), observed=COUNTS)
    return model


def hierarchical() -> pm.Model:
    with pm.Model() as model:
        centre, tau = pm.Normal("centre", 0.3, 2.2), pm.HalfNormal("tau", 1.7)
        theta = pm.Normal("theta", centre, tau, shape=3)
        pm.Normal("y", theta[GROUP], 0.8, observed=Y)
    return model


def hierarchical_prior(x: Values) -> float:
    return -float(
        stats.norm.logpdf(x["centre"], 0.3, 2.2)
        + stats.halfnorm.logpdf(x["tau"], scale=1.7)
        + stats.norm.logpdf(x["theta"], x["centre"], x["tau"]).sum()
    )


def censored() -> pm.Model:
    with pm.Model() as model:
        life = pm.Exponential.dist(pm.HalfFlat("lam"))
        pm.Censored("y", life, lower=None, upper=LIMIT, observed=CENSORED)
    return model


def truncated() -> pm.Model:
    with pm.Model() as model:
        pm.Truncated("y", pm.Normal.dist(pm.Flat("mu"), pm.HalfFlat("sigma")), lower=0.0, observed=POSITIVE)
    return model


def mixture() -> pm.Model:
    with pm.Model() as model:
        w = pm.Dirichlet("w", np.ones(2))
        pm.NormalMixture("y", w=w, mu=pm.Flat("mu", shape=2), sigma=np.array([0.7, 1.9]), observed=Y)
    return model


def multivariate() -> pm.Model:
    with pm.Model() as model:
        pm.MvNormal("y", pm.Flat("mu", shape=2), cov=COVARIANCE, observed=PAIRS)
    return model


def autoregression() -> pm.Model:
    with pm.Model() as model:
        start = pm.Normal.dist(0.4, 1.3)
        rho = pm.Flat("rho", shape=2)
        pm.AR("y", rho, sigma=pm.HalfFlat("sigma"), constant=True, init_dist=start, observed=Y)
    return model


def autoregression_rows(x: Values) -> dict[str, Any]:
    steps = stats.norm.logpdf(Y[1:], x["rho"][0] + x["rho"][1] * Y[:-1], x["sigma"]).sum()
    return {"y": -(steps + stats.norm.logpdf(Y[0], 0.4, 1.3))}


def custom_logp(value: Any, scale: Any) -> Any:
    return pt.log(value) - 2 * pt.log(scale) - 0.5 * (value / scale) ** 2


def custom() -> pm.Model:
    with pm.Model() as model:
        pm.CustomDist("y", pm.HalfFlat("scale"), logp=custom_logp, observed=POSITIVE)
    return model


def custom_random(scale: Any, rng: Any = None, size: Any = None) -> Any:
    return rng.rayleigh(scale, size=size)


def custom_with_random() -> pm.Model:
    with pm.Model() as model:
        scale = pm.HalfFlat("scale")
        pm.CustomDist("y", scale, logp=custom_logp, random=custom_random, observed=POSITIVE)
    return model


def potential_only() -> pm.Model:
    with pm.Model() as model:
        pm.Potential("fit", -0.5 * pt.sum((Y - pm.Flat("a") - pm.Flat("b") * X) ** 2))
    return model


def potential_beside() -> pm.Model:
    with pm.Model() as model:
        b = pm.Flat("b")
        pm.Normal("y", b * X, 0.7, observed=Y)
        pm.Potential("pull", -((b - 0.3) ** 2))
    return model


def masked() -> pm.Model:
    with pm.Model() as model, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        observed = np.ma.masked_array(Y, mask=np.arange(13) % 4 == 2)
        pm.Normal("y", pm.Flat("a") + pm.Flat("b") * X, pm.HalfFlat("sigma"), observed=observed)
    return model


PRESENT = np.arange(13) % 4 != 2


def weighted() -> pm.Model:
    with pm.Model() as model:
        pm.Data("w", WEIGHTS)
        pm.Poisson("y", pm.math.exp(pm.Flat("a") + pm.Flat("b") * X), observed=COUNTS)
    return model


def simplex() -> pm.Model:
    with pm.Model() as model:
        pm.Multinomial(
            "y", n=7, p=pm.Dirichlet("p", np.array([2.0, 3.5, 1.2])), observed=[[2, 4, 1], [0, 3, 4]]
        )
    return model


def counts() -> pm.Model:
    with pm.Model() as model:
        mu = pm.math.exp(pm.Flat("a") + 0.3 * X)
        pm.NegativeBinomial("y", mu=mu, alpha=pm.HalfFlat("alpha"), observed=COUNTS)
    return model


def gamma_and_student() -> pm.Model:
    with pm.Model() as model:
        alpha, beta, nu = pm.HalfFlat("alpha"), pm.HalfFlat("beta"), pm.HalfFlat("nu")
        pm.Gamma("y1", alpha=alpha, beta=beta, observed=POSITIVE)
        pm.StudentT("y2", nu=nu, mu=0.3, sigma=beta, observed=Y)
    return model


def mixture_rows(x: Values) -> dict[str, Any]:
    parts = np.log(x["w"]) + stats.norm.logpdf(Y[:, None], x["mu"], [0.7, 1.9])
    return {"y": -special.logsumexp(parts, axis=1)}


def truncated_rows(x: Values) -> dict[str, Any]:
    lower = -x["mu"] / x["sigma"]
    return {"y": -stats.truncnorm.logpdf(POSITIVE, lower, np.inf, loc=x["mu"], scale=x["sigma"])}


def normal_rows(x: Values) -> dict[str, Any]:
    return {"y": -stats.norm.logpdf(Y, x["a"] + x["b"] * X, x["sigma"])}


def multinomial_rows(x: Values) -> dict[str, Any]:
    return {"y": -special.log_softmax(DESIGN @ x["W"], axis=1)[np.arange(13), CLASSES]}


CASES = {
    "scalar parameters": Case(regression, {"a": 0.31, "b": 1.17, "sigma": 0.83}, normal_rows),
    "vector parameter": Case(
        logistic,
        {"beta": [0.3, -0.7, 0.2]},
        lambda x: {"y": -stats.bernoulli.logpmf(LABELS, special.expit(DESIGN @ x["beta"]))},
    ),
    "matrix parameter": Case(
        multinomial, {"W": [[0.3, -0.2, 0.9], [0.1, 0.7, -1.1], [0.4, 0.05, -0.3]]}, multinomial_rows
    ),
    "two observed": Case(
        two_outcomes,
        {"a": 0.31, "b": 1.17},
        lambda x: {
            "y1": -stats.norm.logpdf(Y, x["a"] + x["b"] * X, 0.7),
            "y2": -stats.poisson.logpmf(COUNTS, np.exp(x["a"] * X)),
        },
    ),
    "one of two observed": Case(
        two_outcomes,
        {"a": 0.31, "b": 1.17},
        lambda x: {"y2": -stats.poisson.logpmf(COUNTS, np.exp(x["a"] * X))},
        options={"of": ("y2",)},
    ),
    "hierarchical likelihood": Case(
        hierarchical,
        {"centre": 0.2, "tau": 0.9, "theta": [0.3, -0.4, 1.3]},
        lambda x: {"y": -stats.norm.logpdf(Y, x["theta"][GROUP], 0.8)},
    ),
    "hierarchical posterior": Case(
        hierarchical,
        {"centre": 0.2, "tau": 0.9, "theta": [0.3, -0.4, 1.3]},
        lambda x: {"y": -stats.norm.logpdf(Y, x["theta"][GROUP], 0.8)},
        hierarchical_prior,
        options={"of": "posterior"},
    ),
    "censored": Case(
        censored,
        {"lam": 0.77},
        lambda x: {
            "y": -np.where(
                CENSORED < LIMIT,
                stats.expon.logpdf(CENSORED, scale=1 / x["lam"]),
                stats.expon.logsf(LIMIT, scale=1 / x["lam"]),
            )
        },
    ),
    "truncated": Case(truncated, {"mu": 0.4, "sigma": 1.3}, truncated_rows),
    "mixture": Case(mixture, {"w": [0.37, 0.63], "mu": [-0.6, 1.4]}, mixture_rows),
    "multivariate": Case(
        multivariate,
        {"mu": [0.3, -0.9]},
        lambda x: {"y": -stats.multivariate_normal.logpdf(PAIRS, x["mu"], COVARIANCE)},
    ),
    "autoregression": Case(autoregression, {"rho": [0.2, 0.55], "sigma": 0.9}, autoregression_rows),
    "custom": Case(
        custom, {"scale": 1.6}, lambda x: {"y": -stats.rayleigh.logpdf(POSITIVE, scale=x["scale"])}
    ),
    "custom with random": Case(
        custom_with_random,
        {"scale": 1.6},
        lambda x: {"y": -stats.rayleigh.logpdf(POSITIVE, scale=x["scale"])},
    ),
    "potential only": Case(
        potential_only,
        {"a": 0.3, "b": 1.1},
        lambda x: {},
        lambda x: float(0.5 * np.sum((Y - x["a"] - x["b"] * X) ** 2)),
    ),
    "potential beside": Case(
        potential_beside,
        {"b": 1.1},
        lambda x: {"y": -stats.norm.logpdf(Y, x["b"] * X, 0.7)},
        lambda x: float((x["b"] - 0.3) ** 2),
    ),
    "potential as prior": Case(
        potential_beside,
        {"b": 1.1},
        lambda x: {"y": -stats.norm.logpdf(Y, x["b"] * X, 0.7)},
        options={"potentials": "prior"},
    ),
    "masked": Case(
        masked,
        {"a": 0.31, "b": 1.17, "sigma": 0.83},
        lambda x: {"y_observed": normal_rows(x)["y"][PRESENT]},
    ),
    "weights": Case(
        weighted,
        {"a": 0.2, "b": 0.4},
        lambda x: {"y": -WEIGHTS * stats.poisson.logpmf(COUNTS, np.exp(x["a"] + x["b"] * X))},
        options={"weights": "w"},
    ),
    "simplex posterior": Case(
        simplex,
        {"p": [0.27, 0.52, 0.21]},
        lambda x: {"y": -stats.multinomial.logpmf([[2, 4, 1], [0, 3, 4]], 7, x["p"])},
        lambda x: -float(stats.dirichlet.logpdf(x["p"] / x["p"].sum(), [2.0, 3.5, 1.2])),
        options={"of": "posterior"},
    ),
    "negative binomial": Case(
        counts,
        {"a": 0.4, "alpha": 2.3},
        lambda x: {
            "y": -stats.nbinom.logpmf(
                COUNTS, x["alpha"], x["alpha"] / (x["alpha"] + np.exp(x["a"] + 0.3 * X))
            )
        },
    ),
    "gamma and Student": Case(
        gamma_and_student,
        {"alpha": 1.9, "beta": 1.4, "nu": 4.7},
        lambda x: {
            "y1": -stats.gamma.logpdf(POSITIVE, x["alpha"], scale=1 / x["beta"]),
            "y2": -stats.t.logpdf(Y, x["nu"], 0.3, x["beta"]),
        },
    ),
}


@pytest.fixture(scope="module")
def likelihoods() -> dict[str, Likelihood]:
    """Return likelihoods built so far: each is built once for all properties."""
    return {}


def build(name: str, built: dict[str, Likelihood]) -> tuple[Likelihood, Case, dict[str, np.ndarray]]:
    case = CASES[name]
    if name not in built:
        built[name] = Likelihood(build_model(case.model), **case.options)
    return built[name], case, {key: np.array(value) for key, value in case.at.items()}


def unconstrain(likelihood: Likelihood, x: dict[str, np.ndarray]) -> np.ndarray:
    return likelihood.unconstrain(likelihood.constrain(np.zeros(likelihood.n_params)) | x)


def total_by_scipy(case: Case, x: Values) -> float:
    return sum(float(np.sum(rows)) for rows in case.rows(x).values()) + case.rest(x)


@pytest.mark.parametrize("name", CASES)
def test_rows_and_total_are_those_of_scipy(name: str, likelihoods: dict[str, Likelihood]) -> None:
    """N per observation, its potentials and priors, and the total, to rounding error."""
    likelihood, case, x = build(name, likelihoods)
    evaluated = likelihood.evaluate(x)
    expected = case.rows(x)
    assert set(evaluated.rows) == set(expected)
    for variable, rows in expected.items():
        assert_allclose(evaluated.rows[variable], rows, rtol=1e-12, atol=1e-13)
    assert_allclose(evaluated.rest, case.rest(x), rtol=1e-12, atol=1e-13)
    assert_allclose(evaluated.total, total_by_scipy(case, x), rtol=1e-13)
    assert evaluated.size >= 0.999 * abs(evaluated.total)


@pytest.mark.parametrize("name", CASES)
def test_the_unconstrained_scale_goes_there_and_back(name: str, likelihoods: dict[str, Likelihood]) -> None:
    """Transforms undo each other, and N is the same on both scales: there is no Jacobian."""
    likelihood, case, x = build(name, likelihoods)
    u = unconstrain(likelihood, x)
    assert u.shape == (likelihood.n_params,)
    back = likelihood.constrain(u)
    for variable, value in x.items():
        assert_allclose(back[variable], value, rtol=1e-13)
    assert_allclose(likelihood.objective(u)[0], total_by_scipy(case, x), rtol=1e-12)


def differences(function: Callable[[np.ndarray], Any], u: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Return derivatives by central differences of sixth order, shape (n_params, ...)."""
    weights = np.array([-1, 9, -45, 45, -9, 1]) / 60
    columns = []
    for unit in np.eye(len(u)):
        values = [np.asarray(function(u + k * step * unit)) for k in (-3, -2, -1, 1, 2, 3)]
        columns.append(sum(w * v for w, v in zip(weights, values, strict=True)) / step)
    return np.array(columns)


@pytest.mark.parametrize("name", CASES)
def test_the_gradient_is_that_of_scipys_value(name: str, likelihoods: dict[str, Likelihood]) -> None:
    """The exact gradient agrees with differences of scipy.stats over the unconstrained parameters."""
    likelihood, case, x = build(name, likelihoods)
    u = unconstrain(likelihood, x)
    numerical = differences(lambda v: total_by_scipy(case, likelihood.constrain(v)), u)
    assert_allclose(likelihood.objective(u)[1], numerical, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("name", CASES)
def test_the_hessian_is_that_of_the_gradient(name: str, likelihoods: dict[str, Likelihood]) -> None:
    """The exact Hessian is symmetric and agrees with differences of the gradient."""
    likelihood, _, x = build(name, likelihoods)
    u = unconstrain(likelihood, x)
    hessian = likelihood.hessian(u)
    assert_allclose(hessian, hessian.T, rtol=1e-15)
    assert_allclose(hessian, differences(lambda v: likelihood.objective(v)[1], u), rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_data_drawn_keep_shapes_types_and_seed(name: str, likelihoods: dict[str, Likelihood]) -> None:
    """The same seed draws the same data, another other ones, in the shapes and dtypes of the data given."""
    likelihood, _, x = build(name, likelihoods)
    simulator = Simulator(likelihood)
    if name in ("custom", "potential only"):
        with pytest.raises(CannotSimulate, match=r"cannot draw|potentials only"):
            simulator.draw(x, seed=3)
        return
    first, again, other = (simulator.draw(x, seed=seed) for seed in (3, 3, 4))
    for variable, given in likelihood.data.values.items():
        assert first[variable].shape == given.shape
        assert first[variable].dtype == given.dtype
        assert_array_equal(first[variable], again[variable])
    assert any(not np.array_equal(first[variable], other[variable]) for variable in first)
    assert np.isfinite(likelihood.evaluate(x, first).total)


# -- data -------------------------------------------------------------------------------------------------


def on_other_data(kind: str, data: np.ndarray) -> Callable[[], pm.Model]:
    def model() -> pm.Model:
        with pm.Model() as built:
            match kind:
                case "censored":
                    pm.Censored("y", pm.Exponential.dist(pm.HalfFlat("s")), None, LIMIT, observed=data)
                case "multivariate":
                    pm.MvNormal("y", pm.HalfFlat("s") * np.ones(2), cov=COVARIANCE, observed=data)
                case "autoregression":
                    start = pm.Normal.dist(0.4, 1.3)
                    pm.AR("y", [0.3], sigma=pm.HalfFlat("s"), init_dist=start, observed=data)
                case "counts":
                    pm.Poisson("y", pm.HalfFlat("s") * np.exp(X), observed=data)
        return built

    return model


@pytest.mark.parametrize(
    ("kind", "data"),
    [("censored", CENSORED), ("multivariate", PAIRS), ("autoregression", Y), ("counts", COUNTS)],
)
def test_other_data_need_no_other_function(kind: str, data: np.ndarray) -> None:
    """N of drawn data is, to the last digit, that of a model which observes those data."""
    likelihood = Likelihood(build_model(on_other_data(kind, data)))
    x = {"s": np.array(0.73)}
    drawn = Simulator(likelihood).draw(x, seed=11)
    other = Likelihood(build_model(on_other_data(kind, drawn["y"])))
    assert_allclose(likelihood.evaluate(x, drawn).total, other.evaluate(x).total, rtol=1e-15)
    assert abs(other.evaluate(x).total - likelihood.evaluate(x).total) > 0.01
    u = likelihood.unconstrain(x)
    assert_allclose(likelihood.objective(u, drawn)[1], other.objective(u)[1], rtol=1e-14)


def aliased() -> pm.Model:
    with pm.Model() as model:
        y = pm.Data("y_data", Y)
        mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * X)
        pm.Deterministic("residual", y - mu)
        pm.Potential("penalty", -0.1 * pt.sum(y) * mu[0] ** 2)
        pm.Normal("y", mu, 0.8, observed=y)
    return model


def test_every_alias_of_the_data_is_replaced() -> None:
    """A pm.Data that is observed is one thing with its variable: both names, deterministics and potentials follow."""
    likelihood = Likelihood(build_model(aliased))
    x = {"a": np.array(0.3), "b": np.array(0.9)}
    other = 0.5 * Y[::-1] + 0.2
    evaluated = likelihood.evaluate(x, {"y": other})
    mu = 0.3 + 0.9 * X
    assert_array_equal(evaluated.values["y"], other)
    assert_array_equal(evaluated.values["y_data"], other)
    assert_allclose(evaluated.values["residual"], other - mu, rtol=1e-14)
    assert_allclose(evaluated.rest, 0.1 * other.sum() * mu[0] ** 2, rtol=1e-13)
    assert_allclose(evaluated.rows["y"], -stats.norm.logpdf(other, mu, 0.8), rtol=1e-13)
    assert_allclose(likelihood.evaluate(x).values["residual"], Y - mu, rtol=1e-14)


def test_what_can_be_injected_is_listed() -> None:
    """Free variables, deterministics, data and observed variables, each with what it is."""
    offers = Likelihood(build_model(aliased)).offers
    assert offers == {
        "a": "free parameter",
        "b": "free parameter",
        "mu": "deterministic",
        "residual": "deterministic",
        "y_data": "observed",
        "y": "observed",
    }


def test_masked_data_are_given_with_nan_and_without() -> None:
    """The data have nan where missing, y_observed the present entries, and the imputed variable is never offered."""
    likelihood = Likelihood(build_model(masked))
    values = likelihood.evaluate({"a": np.array(0.3), "b": np.array(0.9), "sigma": np.array(1.1)}).values
    assert_array_equal(values["y"], np.where(PRESENT, Y, np.nan))
    assert_array_equal(values["y_observed"], Y[PRESENT])
    assert "y_unobserved" not in likelihood.offers
    assert likelihood.inject(np.zeros(likelihood.n_params)).keys() == likelihood.offers.keys()


@pytest.mark.parametrize(
    "name", ["scalar parameters", "hierarchical likelihood", "masked", "simplex posterior"]
)
def test_injection_without_n_gives_the_same_values(name: str, likelihoods: dict[str, Likelihood]) -> None:
    """What is injected at u is what is injected at its constrained values."""
    likelihood, _, x = build(name, likelihoods)
    u = unconstrain(likelihood, x)
    quick, full = likelihood.inject(u), likelihood.evaluate(likelihood.constrain(u)).values
    assert set(quick) == set(full) == set(likelihood.offers)
    for key, value in full.items():
        assert_allclose(quick[key], value, rtol=1e-15)


def test_parents_are_free_variables() -> None:
    """A deterministic knows which free variables it is computed from; data come from none."""
    likelihood = Likelihood(build_model(aliased))
    assert likelihood.parents("mu") == {"a", "b"}
    assert likelihood.parents("a") == {"a"}
    assert likelihood.parents("y") == frozenset()


def test_hyperparameters_do_not_enter_the_likelihood() -> None:
    """Under the likelihood alone only theta enters; under the posterior everything does."""
    likelihood = Likelihood(build_model(hierarchical))
    assert likelihood.entering == {"theta"}
    posterior = Likelihood(build_model(hierarchical), of="posterior")
    assert posterior.entering == {"theta", "centre", "tau"}
    u = np.array([0.2, -0.1, 0.3, 0.4, -0.6])
    assert_array_equal(likelihood.objective(u)[1][:2], [0.0, 0.0])


def test_draws_come_from_the_distribution() -> None:
    """A thousand draws of one normal pass a Kolmogorov–Smirnov test against SciPy's."""

    def model() -> pm.Model:
        with pm.Model() as built:
            pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=np.linspace(-1, 2.2, 1000))
        return built

    likelihood = Likelihood(build_model(model))
    drawn = Simulator(likelihood).draw({"mu": np.array(1.7), "sigma": np.array(0.6)}, seed=5)["y"]
    assert stats.kstest(drawn, stats.norm(1.7, 0.6).cdf).pvalue > 0.01
    assert stats.kstest(drawn, stats.norm(1.6, 0.6).cdf).pvalue < 0.001


# -- precision --------------------------------------------------------------------------------------------


def literal() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu"), 10, observed=Y)
    return model


def no_literal() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=Y)
    return model


def test_functions_are_built_at_full_precision() -> None:
    """The literal 10 of a model function is a float64: N agrees with SciPy to rounding."""
    likelihood = Likelihood(build_model(literal))
    assert likelihood.full_precision
    rows = likelihood.evaluate({"mu": np.array(0.3)}).rows["y"]
    assert_allclose(rows, -stats.norm.logpdf(Y, 0.3, 10), rtol=1e-15)


def test_ready_built_models_with_float32_constants_are_flagged() -> None:
    """PyTensor's default casts the literal 10 so that log 10 is computed in float32; this is known, and measured."""
    likelihood = Likelihood(build_model(literal()))
    assert not likelihood.full_precision
    error = np.abs(likelihood.evaluate({"mu": np.array(0.3)}).rows["y"] + stats.norm.logpdf(Y, 0.3, 10))
    assert 1e-9 < error.max() < 1e-6


def test_ready_built_models_without_literals_are_at_full_precision() -> None:
    """Where no constant is rounded a ready-built model is as good as a function."""
    likelihood = Likelihood(build_model(no_literal()))
    assert likelihood.full_precision
    rows = likelihood.evaluate({"mu": np.array(0.3), "sigma": np.array(1.3)}).rows["y"]
    assert_allclose(rows, -stats.norm.logpdf(Y, 0.3, 1.3), rtol=1e-14)


def mites() -> pm.Model:
    with pm.Model() as model:
        pm.NegativeBinomial("y", mu=pm.HalfFlat("mu"), alpha=pm.HalfFlat("alpha"), observed=COUNTS)
    return model


def exact_mites(mu: float, alpha: float) -> float:
    """Return N of `mites` with 40 digits."""
    with mpmath.workdps(40):
        total = mpmath.mpf(0)
        for y in COUNTS.tolist():
            rising = mpmath.loggamma(y + mpmath.mpf(alpha)) - mpmath.loggamma(alpha) - mpmath.loggamma(y + 1)
            share = mpmath.mpf(mu) / (mpmath.mpf(mu) + mpmath.mpf(alpha))
            total -= rising + alpha * mpmath.log1p(-share) + y * mpmath.log(share)
        return float(total)


@pytest.mark.parametrize("alpha", [0.7, 3e2, 2.3e6, 4.1e8])
def test_the_size_is_that_of_what_cancels(alpha: float) -> None:
    """log Γ(y + α) − log Γ(α) costs digits that the total does not show, and the size of the terms does."""
    likelihood = Likelihood(build_model(mites))
    evaluated = likelihood.evaluate({"mu": np.array(1.9), "alpha": np.array(alpha)})
    error = abs(evaluated.total - exact_mites(1.9, alpha))
    assert error <= 8 * np.finfo(float).eps * evaluated.size
    rising = np.sum(special.gammaln(COUNTS + alpha)) + len(COUNTS) * abs(special.gammaln(alpha))
    assert evaluated.size <= 3 * (rising + evaluated.total)
    if alpha > 1e6:
        assert error > 8 * np.finfo(float).eps * evaluated.total


def branches(value: Any, rate: Any) -> Any:
    """Exponential; for values that do not occur something large, and something that is nan here."""
    absent = pt.switch(pt.gt(value, 1e3), 1e9 * value - pt.log(rate - 1e6), pt.log(rate) - rate * value)
    return pt.switch(pt.ge(value, 0), absent, -np.inf)


def test_branches_not_taken_have_no_size() -> None:
    """Of a switch counts what is added: the other branch, however large or undefined, is no licence."""

    def model() -> pm.Model:
        with pm.Model() as built:
            pm.CustomDist("y", pm.HalfFlat("rate"), logp=branches, observed=POSITIVE)
        return built

    likelihood = Likelihood(build_model(model))
    size = likelihood.evaluate({"rate": np.array(0.3)}).size
    assert_allclose(size, 13 * abs(np.log(0.3)) + 0.3 * np.sum(POSITIVE), rtol=1e-12)


def test_nothing_is_raised_out_of_support() -> None:
    """At impossible parameters N is infinite."""
    likelihood = Likelihood(build_model(no_literal))
    assert likelihood.evaluate({"mu": np.array(0.3), "sigma": np.array(-1.0)}).total == np.inf


# -- what cannot be done ----------------------------------------------------------------------------------


def observing(data: Any, distribution: Any = pm.Normal, **options: Any) -> Callable[[], pm.Model]:
    def model() -> pm.Model:
        with pm.Model() as built, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            distribution("y", pm.Flat("mu"), observed=data, **options)
        return built

    return model


def nothing_observed() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("mu", 0.3, 1.7)
    return model


def nothing_free() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", 0.3, 1.7, observed=Y)
    return model


def discrete() -> pm.Model:
    with pm.Model() as model:
        k = pm.Poisson("k", 3.0)
        pm.Normal("y", k + pm.Flat("a"), 1.7, observed=Y)
    return model


def unseeded() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu"), 1.7, observed=np.random.default_rng().normal(size=7))
    return model


def unseeded_covariate() -> pm.Model:
    with pm.Model() as model:
        x = pm.Data("x", np.random.default_rng().normal(size=13))
        pm.Normal("y", pm.Flat("b") * x, 1.7, observed=Y)
    return model


def raises() -> pm.Model:
    raise KeyError("no such column 'price'")


def returns_none() -> None:
    with pm.Model():
        pm.Normal("y", pm.Flat("mu"), 1.7, observed=Y)


def nan_data() -> pm.Model:
    with pm.Model() as model:
        y = pm.Data("y_data", np.array([1.1, 2.3, 0.7, 0.4]))
        pm.Normal("y", pm.Flat("mu"), 1.7, observed=y)
    y.set_value(np.array([1.1, 2.3, np.nan, 0.4]))
    return model


def wants_arguments(data: Any) -> pm.Model:
    return observing(data)()


def no_density() -> pm.Model:
    def draws(rng: Any, mu: Any, size: Any = None) -> Any:
        return rng.normal(mu, 1.0, size=size)

    with pm.Model() as model:
        pm.Simulator("y", draws, pm.Flat("mu"), observed=Y)
    return model


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # raised by pm.Simulator itself
@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        pytest.param(
            nothing_observed, UnsupportedModel, "nothing_observed observes nothing", id="no observed"
        ),
        pytest.param(nothing_free, UnsupportedModel, "nothing_free has no free parameters", id="no free"),
        pytest.param(discrete, UnsupportedModel, "parameter 'k' of discrete is discrete", id="discrete"),
        pytest.param(observing(np.zeros(0)), BadData, "'y' are empty", id="empty data"),
        pytest.param(
            nan_data,
            BadData,
            r"'y' hold nan at index \(2,\) \(1 in all\): drop these rows, or pass a masked array",
            id="nan data",
        ),
        pytest.param(unseeded, BadData, r"data of 'y' differ from one call of unseeded\(\)", id="unseeded"),
        pytest.param(
            unseeded_covariate, BadData, "pm.Data 'x' differs from one call", id="unseeded covariate"
        ),
        pytest.param(raises, ModelFailed, r"raises\(\) raised KeyError: .*price", id="model raises"),
        pytest.param(returns_none, ModelFailed, "returned NoneType.*return model", id="model returns None"),
        pytest.param(
            wants_arguments, ModelFailed, "wants_arguments.*without arguments", id="takes arguments"
        ),
        pytest.param(3.7, UnsupportedModel, "the model is a float; pass a pymc.Model", id="no model"),
        pytest.param(no_density, UnsupportedModel, "'y'.*no log-probability|no log-prob.*y", id="simulator"),
        pytest.param(
            observing(sparse.csr_matrix(np.eye(3))),
            CannotEvaluate,
            "y.*dense|dense.*y|sparse",
            id="sparse data",
        ),
        pytest.param(observing(np.array(["a", "b"])), CannotEvaluate, "y|observing|model", id="strings"),
    ],
)
def test_what_cannot_be_done_is_said(model: Any, error: type[Exception], says: str) -> None:
    """One clear error names the variable, or the model, and the reason."""
    with pytest.raises(error, match=says):
        Likelihood(build_model(model))


@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (regression, {"of": ("z",)}, r"'z' is no observed variable of regression; .*some of y"),
        (regression, {"of": "prior"}, "'prior' is no observed variable"),
        (weighted, {"weights": "v"}, "weights='v' is no pm.Data of weighted; it has w"),
        (regression, {"weights": "w"}, "weights='w' is no pm.Data of regression; it has none"),
    ],
)
def test_options_that_name_nothing_are_refused(model: Any, options: dict[str, Any], says: str) -> None:
    """The error lists what there is."""
    with pytest.raises(UsageError, match=says):
        Likelihood(build_model(model), **options)


def test_weights_of_another_length_are_refused() -> None:
    """Weights need one entry a row."""

    def model() -> pm.Model:
        with pm.Model() as built:
            pm.Data("w", WEIGHTS[:5])
            pm.Normal("y", pm.Flat("mu"), 1.7, observed=Y)
        return built

    with pytest.raises(UsageError, match=r"weights='w' has shape \(5,\), the observations 'y' \(13,\)"):
        Likelihood(build_model(model), weights="w")


@pytest.mark.parametrize(
    ("data", "distribution", "index", "given", "used", "count"),
    [
        (np.array([1.0, 0.0, 0.9, 0.3]), lambda n, mu, observed: pm.Bernoulli(n, logit_p=mu, observed=observed), 2, 0.9, 0, 2),
        (np.array([2.0, 2.5, 3.0]), lambda n, mu, observed: pm.Poisson(n, pt.exp(mu), observed=observed), 1, 2.5, 2, 1),
    ],
)  # fmt: skip
def test_data_that_pymc_truncates_are_known(
    data: np.ndarray, distribution: Any, index: int, given: float, used: float, count: int
) -> None:
    """Fractions that an integer likelihood cuts off are kept beside what it made of them."""
    (cast,) = Likelihood(build_model(observing(data, distribution))).data.casts
    assert (cast.name, cast.index, cast.given, cast.used, cast.count) == ("y", (index,), given, used, count)


def test_whole_numbers_in_floats_are_no_cast() -> None:
    """Labels 0.0 and 1.0 are the integers 0 and 1."""
    data = np.array([1.0, 0.0, 1.0])
    model = observing(data, lambda n, mu, observed: pm.Bernoulli(n, logit_p=mu, observed=observed))
    assert Likelihood(build_model(model)).data.casts == ()


def test_complex_data_never_pass_in_silence() -> None:
    """PyMC drops imaginary parts; that is refused, or kept as a cast."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            likelihood = Likelihood(build_model(observing(np.array([1.0, 2.0]) + 1j)))
        except CannotEvaluate as error:
            assert "complex" in str(error)  # noqa: PT017  either answer is right
        else:
            assert likelihood.data.casts


def test_nan_in_plain_arrays_is_missing_data() -> None:
    """PyMC takes nan in an array that is passed as observed for missing entries, and so does nllcheck."""
    likelihood = Likelihood(build_model(observing(np.array([1.2, np.nan, 0.3]))))
    values = likelihood.evaluate({"mu": np.array(0.4)}).values
    assert_array_equal(values["y"], [1.2, np.nan, 0.3])
    assert_array_equal(values["y_observed"], [1.2, 0.3])
