"""Every PyMC distribution with a log-probability can stand in for a model; the others say clearly why not."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pymc as pm
import pymc.distributions
import pytest
from helpers import checker
from scipy import special, stats

from nllcheck import checker as engine
from nllcheck.diagnosis.causes import search
from nllcheck.errors import UnsupportedModel
from nllcheck.relation import Relation
from nllcheck.result import Severity


@dataclass(frozen=True, kw_only=True)
class Row:
    """A distribution, its NLL from an independent source, and what else `check` gets."""

    name: str
    loss: Callable[..., Any]
    variant: str = ""
    warnings: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return f"{self.name} {self.variant}".strip()


def inflated(zero: Any, y: Any, log_pmf: Any) -> Any:
    """Return log((1 − psi)·[y = 0] + psi·pmf), given log(1 − psi + psi·pmf(0)) as `zero`."""
    return np.where(y == 0, zero, log_pmf)


def zero_inflated(y, psi, log_pmf):
    return -inflated(np.log1p(-psi + psi * np.exp(log_pmf)), y, np.log(psi) + log_pmf)


def hurdle(y, psi, log_pdf, log_zero=-np.inf):
    return -np.where(y == 0, np.log1p(-psi), np.log(psi) + log_pdf - np.log(-np.expm1(log_zero)))


def negative_binomial(y, mu, alpha):
    return stats.nbinom.logpmf(y, alpha, alpha / (alpha + mu))


def asymmetric_laplace(y, kappa, mu, b):
    return -stats.laplace_asymmetric.logpdf(y, kappa, mu, 1 / b)


def wald(y, mu, lam):
    return 0.5 * (np.log(2 * np.pi * y**3) - np.log(lam)) + lam * (y - mu) ** 2 / (2 * mu**2 * y)


def skew_student(y, a, b, mu, sigma):
    return -stats.jf_skew_t.logpdf(y, a, b, mu, sigma)


def discrete_weibull(y, q, beta):
    return -np.log(q ** (y**beta) - q ** ((y + 1.0) ** beta))


def ordered(cdf):
    def loss(y, eta, cutpoints):
        eta = np.broadcast_to(eta, y.shape)
        steps = cdf(np.concatenate([[-np.inf], cutpoints, [np.inf]]) - eta[:, None])
        return -np.log(np.diff(steps, axis=1)[np.arange(len(y)), y])

    return loss


def mixture(y, w, mu, sigma):
    return -special.logsumexp(np.log(w) + stats.norm.logpdf(y[:, None], mu, sigma), axis=1)


def triangular(y, lower, upper, c):
    left = 2 * (y - lower) / ((upper - lower) * (c - lower))
    right = 2 * (upper - y) / ((upper - lower) * (upper - c))
    inside = (lower <= y) & (y <= upper)
    with np.errstate(all="ignore"):
        return -np.log(np.where(inside, np.where(y < c, left, right), 0.0))


def multivariate_normal(y, mu):
    return -stats.multivariate_normal(cov=COVARIANCE).logpdf(y - mu)


def multivariate_student(y, nu, mu):
    r = y - mu
    q = np.einsum("...i,ij,...j->...", r, np.linalg.inv(COVARIANCE), r)
    d = r.shape[-1]
    logdet = np.linalg.slogdet(COVARIANCE)[1]
    return (
        special.gammaln(nu / 2)
        - special.gammaln((nu + d) / 2)
        + d / 2 * np.log(nu * np.pi)
        + logdet / 2
        + (nu + d) / 2 * np.log1p(q / nu)
    )


def dirichlet(y, a):
    return -(special.gammaln(np.sum(a, -1)) + np.sum((a - 1) * np.log(y) - special.gammaln(a), -1))


def dirichlet_multinomial(y, n, a):
    total = np.sum(a, -1)
    rows = special.gammaln(y + a) - special.gammaln(a) - special.gammaln(y + 1)
    return -(special.gammaln(total) + special.gammaln(n + 1) - special.gammaln(n + total) + np.sum(rows, -1))


def multinomial(y, n, p):
    return -(special.gammaln(n + 1) + np.sum(special.xlogy(y, p) - special.gammaln(y + 1), -1))


def categorical(y, p):
    p = np.broadcast_to(p, (len(y), np.shape(p)[-1]))
    return -np.log(p[np.arange(len(y)), y])


COVARIANCE = np.array([[1.4, 0.5, 0.1], [0.5, 0.9, -0.2], [0.1, -0.2, 1.1]])

UNIVARIATE = (
    Row(name="AsymmetricLaplace", loss=asymmetric_laplace),
    Row(name="Bernoulli", loss=lambda y, p: -stats.bernoulli.logpmf(y, p)),
    Row(name="Bernoulli", variant="by logit", loss=lambda y, logit_p: np.logaddexp(0, logit_p) - y * logit_p),
    Row(name="Beta", loss=lambda y, alpha, beta: -stats.beta.logpdf(y, alpha, beta)),
    Row(
        name="Beta",
        variant="by mean",
        loss=lambda y, mu, nu: -stats.beta.logpdf(y, mu * nu, (1 - mu) * nu),
    ),
    Row(
        name="BetaBinomial",
        loss=lambda y, alpha, beta, n: -stats.betabinom.logpmf(y, n, alpha, beta),
        options={"constants": {"n": 10}},
    ),
    Row(name="Binomial", loss=lambda y, n, p: -stats.binom.logpmf(y, n, p)),
    Row(
        name="Binomial",
        variant="of ten",
        loss=lambda y, p: -stats.binom.logpmf(y, 10, p),
        options={"constants": {"n": 10}},
    ),
    Row(name="Cauchy", loss=lambda y, alpha, beta: -stats.cauchy.logpdf(y, alpha, beta)),
    Row(name="ChiSquared", loss=lambda y, nu: -stats.chi2.logpdf(y, nu)),
    Row(name="DiscreteWeibull", loss=discrete_weibull),
    Row(name="ExGaussian", loss=lambda y, mu, sigma, nu: -stats.exponnorm.logpdf(y, nu / sigma, mu, sigma)),
    Row(name="Exponential", loss=lambda y, lam: lam * y - np.log(lam)),
    Row(name="Exponential", variant="by scale", loss=lambda y, scale: -stats.expon.logpdf(y, scale=scale)),
    Row(name="Gamma", loss=lambda y, alpha, beta: -stats.gamma.logpdf(y, alpha, scale=1 / beta)),
    Row(
        name="Gamma",
        variant="by mean",
        loss=lambda y, mu, sigma: -stats.gamma.logpdf(y, (mu / sigma) ** 2, scale=sigma**2 / mu),
    ),
    Row(name="Geometric", loss=lambda y, p: -stats.geom.logpmf(y, p)),
    Row(name="Gumbel", loss=lambda y, mu, beta: -stats.gumbel_r.logpdf(y, mu, beta)),
    Row(name="HalfCauchy", loss=lambda y, beta: -stats.halfcauchy.logpdf(y, 0, beta)),
    Row(name="HalfNormal", loss=lambda y, sigma: -stats.halfnorm.logpdf(y, 0, sigma)),
    Row(name="HalfStudentT", loss=lambda y, nu, sigma: -stats.t.logpdf(y, nu, 0, sigma) - np.log(2)),
    Row(
        name="HurdleGamma",
        loss=lambda y, psi, alpha, beta: hurdle(
            y, psi, stats.gamma.logpdf(np.where(y == 0, 1.0, y), alpha, scale=1 / beta)
        ),
    ),
    Row(
        name="HurdleLogNormal",
        loss=lambda y, psi, mu, sigma: hurdle(
            y, psi, stats.lognorm.logpdf(np.where(y == 0, 1.0, y), sigma, scale=np.exp(mu))
        ),
    ),
    Row(
        name="HurdleNegativeBinomial",
        loss=lambda y, psi, mu, alpha: hurdle(
            y, psi, negative_binomial(y, mu, alpha), negative_binomial(0, mu, alpha)
        ),
    ),
    Row(name="HurdlePoisson", loss=lambda y, psi, mu: hurdle(y, psi, stats.poisson.logpmf(y, mu), -mu)),
    Row(name="InverseGamma", loss=lambda y, alpha, beta: -stats.invgamma.logpdf(y, alpha, scale=beta)),
    Row(
        name="Kumaraswamy",
        loss=lambda y, a, b: -(np.log(a * b) + (a - 1) * np.log(y) + (b - 1) * np.log1p(-(y**a))),
    ),
    Row(name="Laplace", loss=lambda y, mu, b: -stats.laplace.logpdf(y, mu, b)),
    Row(name="LogNormal", loss=lambda y, mu, sigma: -stats.lognorm.logpdf(y, sigma, scale=np.exp(mu))),
    Row(name="Logistic", loss=lambda y, mu, s: -stats.logistic.logpdf(y, mu, s)),
    Row(
        name="LogitNormal",
        loss=lambda y, mu, sigma: -stats.norm.logpdf(special.logit(y), mu, sigma) + np.log(y) + np.log1p(-y),
    ),
    Row(name="Lognormal", loss=lambda y, mu, sigma: -stats.lognorm.logpdf(y, sigma, scale=np.exp(mu))),
    Row(name="Moyal", loss=lambda y, mu, sigma: -stats.moyal.logpdf(y, mu, sigma)),
    Row(name="NegativeBinomial", loss=lambda y, mu, alpha: -negative_binomial(y, mu, alpha)),
    Row(name="NegativeBinomial", variant="by n, p", loss=lambda y, n, p: -stats.nbinom.logpmf(y, n, p)),
    Row(name="Normal", loss=lambda y, mu, sigma: -stats.norm.logpdf(y, mu, sigma)),
    Row(name="Normal", variant="by tau", loss=lambda y, mu, tau: -stats.norm.logpdf(y, mu, tau**-0.5)),
    Row(name="NormalMixture", loss=mixture),
    Row(name="OrderedLogistic", loss=ordered(special.expit)),
    Row(name="OrderedProbit", loss=ordered(special.ndtr)),
    Row(name="Pareto", loss=lambda y, alpha, m: -stats.pareto.logpdf(y, alpha, scale=m)),
    Row(name="Poisson", loss=lambda y, mu: -stats.poisson.logpmf(y, mu)),
    Row(name="Rice", loss=lambda y, nu, sigma: -stats.rice.logpdf(y, nu / sigma, scale=sigma)),
    Row(name="SkewNormal", loss=lambda y, alpha, mu, sigma: -stats.skewnorm.logpdf(y, alpha, mu, sigma)),
    Row(name="SkewStudentT", loss=skew_student),
    Row(name="StudentT", loss=lambda y, nu, mu, sigma: -stats.t.logpdf(y, nu, mu, sigma)),
    Row(
        name="TruncatedNormal",
        loss=lambda y, mu, sigma: -stats.norm.logpdf(y, mu, sigma) + stats.norm.logsf(-0.7, mu, sigma),
        options={"constants": {"lower": -0.7}},
    ),
    Row(
        name="Uniform",
        loss=lambda y, lower, upper: -stats.uniform.logpdf(y, lower, upper - lower),
    ),
    Row(name="VonMises", loss=lambda y, mu, kappa: -stats.vonmises.logpdf(y, kappa, mu)),
    Row(name="Wald", loss=wald),
    Row(name="Weibull", loss=lambda y, alpha, beta: -stats.weibull_min.logpdf(y, alpha, scale=beta)),
    Row(
        name="ZeroInflatedBinomial",
        loss=lambda y, psi, n, p: zero_inflated(y, psi, stats.binom.logpmf(y, n, p)),
    ),
    Row(
        name="ZeroInflatedNegativeBinomial",
        loss=lambda y, psi, mu, alpha: zero_inflated(y, psi, negative_binomial(y, mu, alpha)),
    ),
    Row(
        name="ZeroInflatedPoisson",
        loss=lambda y, psi, mu: zero_inflated(y, psi, stats.poisson.logpmf(y, mu)),
    ),
)

MULTIVARIATE = (
    Row(name="Categorical", loss=categorical),
    Row(
        name="Categorical",
        variant="by logit",
        loss=lambda y, logit_p: categorical(y, special.softmax(logit_p, axis=-1)),
    ),
    Row(name="Multinomial", loss=multinomial),
    Row(name="Dirichlet", loss=dirichlet),
    Row(name="DirichletMultinomial", loss=dirichlet_multinomial),
    Row(name="MvNormal", loss=multivariate_normal, options={"constants": {"cov": COVARIANCE}}),
    Row(name="MvStudentT", loss=multivariate_student, options={"constants": {"scale": COVARIANCE}}),
)

REFUSED = {
    "AR": "it takes a distribution for its start",
    "CAR": "it takes an adjacency matrix, and a draw is one row",
    "Censored": "it takes a distribution",
    "Continuous": "abstract",
    "CustomDist": "it takes a function",
    "DensityDist": "it takes a function",
    "DiracDelta": "its log-probability is 0 or −inf",
    "Discrete": "abstract",
    "DiscreteUniform": "its parameters are integers",
    "Distribution": "abstract",
    "EulerMaruyama": "it takes a function and a distribution",
    "Flat": "it has no parameters",
    "GARCH11": "a draw is one series",
    "GaussianRandomWalk": "it takes a distribution for its start",
    "HalfFlat": "it has no parameters",
    "HyperGeometric": "its parameters are integers",
    "ICAR": "it takes an adjacency matrix, and a draw is one row",
    "Interpolated": "its parameters are the points of a curve",
    "KroneckerNormal": "it takes lists of matrices",
    "LKJCholeskyCov": "it takes a distribution",
    "LKJCorr": "its values are matrices",
    "MatrixNormal": "its values are matrices",
    "Mixture": "it takes distributions",
    "MvGaussianRandomWalk": "it takes a distribution for its start",
    "MvStudentTRandomWalk": "it takes a distribution for its start",
    "RandomWalk": "it takes distributions",
    "Simulator": "it has no log-probability",
    "Truncated": "it takes a distribution",
    "Wishart": "its values are matrices",
}

EXCLUDED = {
    "OrderedMultinomial": "the values of a row are counts of ordered classes: as Multinomial",
    "PolyaGamma": "PyMC draws from it only with the package polyagamma",
    "StickBreakingWeights": "its values are weights whose number is a parameter",
    "SymbolicRandomVariable": "an operator, no distribution",
    "WishartBartlett": "a function that registers variables, no distribution",
    "ZeroSumNormal": "a draw sums to zero over its last axis: no rows",
}


def test_every_distribution_of_pymc_is_listed_once():
    """A distribution that a new PyMC brings must be put into one of the tables."""
    tables = [
        {row.name for row in UNIVARIATE},
        {row.name for row in MULTIVARIATE},
        set(UNDECIDED),
        set(REFUSED),
        set(EXCLUDED),
    ]
    assert sum(map(len, tables)) == len(set.union(*tables))
    assert set.union(*tables) == set(pymc.distributions.__all__)


UNDECIDED = {
    "Triangular": Row(name="Triangular", loss=triangular)
}  # bounds that bind each other leave no room


# Truncated draws are rejection loops of PyTensor, each half a second without a compiler; Wald tries four declarations.
SLOW = {
    "TruncatedNormal",
    "HurdleGamma",
    "HurdleLogNormal",
    "HurdleNegativeBinomial",
    "HurdlePoisson",
    "Wald",
}


def skip_slow(row: Row, request: pytest.FixtureRequest) -> None:
    """Leave out what takes ten seconds and more, unless asked."""
    if row.name in SLOW and not request.config.getoption("--slow"):
        pytest.skip(f"{row.name} takes ten seconds and more; pytest --slow runs it")


@pytest.mark.parametrize("row", [*UNIVARIATE, *MULTIVARIATE], ids=lambda row: row.id)
def test_its_nll_is_recognised(row: Row, seed: int, request: pytest.FixtureRequest):
    """The NLL of an independent source is found to be equal, without error or warning."""
    skip_slow(row, request)
    result = checker(seed).check(getattr(pm, row.name), row.loss, relation="equal", **row.options)
    assert result.holds, str(result)
    assert result.relation is Relation.EQUAL
    said = {f"{f.code}: {f.message}" for f in result.findings if f.severity is not Severity.NOTE}
    # SciPy's own formulas underflow and cancel in the far tails, which is said and no error
    tails = {"clipped", "non-finite", "low-precision"}
    assert {text.partition(":")[0] for text in said} - tails == set(row.warnings) - tails, said


@pytest.mark.parametrize("row", [*UNIVARIATE, *MULTIVARIATE], ids=lambda row: row.id)
def test_a_loss_off_by_a_part_in_ten_thousand_is_refused(
    row: Row, seed: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    """The same NLL with a small term of the data and the first parameter is not recognised as affine."""
    skip_slow(row, request)
    monkeypatch.setattr(search, "BUDGET", 0.0)  # that it is refused is tested, not which cause is named
    monkeypatch.setattr(engine, "DENSITY_BUDGET", 0.0)

    def spoilt(**arguments: Any) -> Any:
        y = arguments["y"]
        name = next(name for name in arguments if name not in ("y", "n"))
        parameter = arguments[name]
        return np.sum(row.loss(**arguments)) + 1e-3 * len(y) * float(np.mean(np.tanh(parameter) ** 2))

    spoilt.__signature__ = inspect.signature(row.loss)  # type: ignore[attr-defined]
    result = checker(seed).check(getattr(pm, row.name), spoilt, relation="monotone", **row.options)
    assert not result.holds, str(result)


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_cannot_be_probed_is_undecided(name: str):
    """A parameter that no probe can move inside the support leaves the claim undecided, never held."""
    result = checker(0).check(getattr(pm, name), UNDECIDED[name].loss, relation="equal")
    assert not result.holds
    assert "could move" in result.undecided


@pytest.mark.parametrize("name", REFUSED)
def test_it_says_why_it_cannot_stand_in_for_a_model(name: str):
    """A clear error that names the distribution and says what to write instead."""
    with pytest.raises(UnsupportedModel, match=name):
        checker(0).check(getattr(pm, name, None) or getattr(pymc.distributions, name), lambda y: np.sum(y**2))
