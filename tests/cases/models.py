"""The PyMC models of the tables: flat priors unless the prior is the point, deterministics for what losses take."""

import warnings
from collections.abc import Callable

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from cases import data as d

SIGMA = 0.8  # known noise of the penalised regressions
TAU = 0.45  # scale of their priors


def _line(x: np.ndarray) -> pt.TensorVariable:
    return pm.Flat("a") + pm.Flat("b") * x


def gaussian() -> pm.Model:
    with pm.Model() as model:
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Deterministic("column", mu[:, None])
        pm.Normal("y", mu, sigma, observed=d.GAUSSIAN)
    return model


def far_from_zero() -> pm.Model:
    """Have data whose digits are mostly spent on their location, as years, prices and timestamps have."""
    with pm.Model() as model:
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Normal("y", mu, sigma, observed=d.GAUSSIAN + 1.2e6)
    return model


def weighted() -> pm.Model:
    with pm.Model() as model:
        w = pm.Data("w", d.WEIGHTS)
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Deterministic("doubled", 2 * w)
        pm.Normal("y", mu, sigma, observed=d.GAUSSIAN)
    return model


def masked() -> pm.Model:
    with pm.Model() as model:
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pm.exceptions.ImputationWarning)
            pm.Normal("y", mu, sigma, observed=d.MASKED)
    return model


def heteroscedastic() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", _line(d.X))
        s = pm.Deterministic("log_sigma", pm.Flat("c") + pm.Flat("e") * d.X)
        sigma = pm.Deterministic("sigma", pt.exp(s))
        pm.Normal("y", mu, sigma, observed=d.HETERO)
    return model


def laplace() -> pm.Model:
    with pm.Model() as model:
        scale = pm.HalfFlat("scale")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Laplace("y", mu, scale, observed=d.LAPLACE)
    return model


def student() -> pm.Model:
    with pm.Model() as model:
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.StudentT("y", nu=4.0, mu=mu, sigma=sigma, observed=d.STUDENT)
    return model


def student_free() -> pm.Model:
    with pm.Model() as model:
        nu, sigma = pm.HalfFlat("nu"), pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.StudentT("y", nu=nu, mu=mu, sigma=sigma, observed=d.STUDENT)
    return model


def outcomes() -> pm.Model:
    """Have three outcomes a row, each with a spread of its own."""
    with pm.Model() as model:
        level, slope = pm.Flat("level", shape=3), pm.Flat("slope", shape=3)
        mu = pm.Deterministic("mu", level + slope * d.X[:, None])
        pm.Normal("y", mu, pm.HalfFlat("sigma", shape=3), observed=d.OUTCOMES)
    return model


def logistic_regression() -> pm.Model:
    with pm.Model() as model:
        z = pm.Deterministic("z", _line(d.X_BINARY))
        pm.Deterministic("p", pm.math.sigmoid(z))
        pm.Bernoulli("y", logit_p=z, observed=d.BINARY)
    return model


def coin() -> pm.Model:
    with pm.Model() as model:
        p = pm.Uniform("p", 0, 1)
        pm.Bernoulli("y", p=p, observed=d.COIN)
    return model


def fractional_coin() -> pm.Model:
    with pm.Model() as model:
        p = pm.Uniform("p", 0, 1)
        pm.Bernoulli("y", p=p, observed=np.clip(d.COIN * 0.9 + 0.05, 0, 1))
    return model


def softmax_regression() -> pm.Model:
    with pm.Model() as model:
        intercept, slope = pm.Flat("intercept", shape=2), pm.Flat("slope", shape=2)
        eta = intercept + slope * d.X_BINARY[:, None]
        z = pm.Deterministic("z", pt.concatenate([pt.zeros((d.N_BINARY, 1)), eta], axis=1))
        pm.Deterministic("p", pt.special.softmax(z, axis=1))
        pm.Categorical("y", logit_p=z, observed=d.CLASSES)
    return model


def all_weights() -> pm.Model:
    """Have a softmax of which no class is the reference: a constant added to all weights changes nothing."""
    with pm.Model() as model:
        design = np.column_stack([np.ones(d.N_BINARY), d.X_BINARY])
        z = pm.Deterministic("z", pt.dot(design, pm.Flat("weights", shape=(2, 3))))
        p = pm.Deterministic("p", pm.math.softmax(z, axis=1))
        pm.Categorical("y", p=p, observed=d.CLASSES)
    return model


def votes() -> pm.Model:
    with pm.Model() as model:
        p = pm.Dirichlet("p", np.ones(4))
        pm.Multinomial("y", n=d.VOTES.sum(axis=1), p=p, observed=d.VOTES)
    return model


def binomial() -> pm.Model:
    with pm.Model() as model:
        trials = pm.Data("trials", d.TRIALS)
        p = pm.Deterministic("p", pm.math.sigmoid(_line(d.X_TRIALS)))
        pm.Binomial("y", n=trials, p=p, observed=d.SUCCESSES)
    return model


def binomial_read_from_csv() -> pm.Model:
    """Have every column as float, as `numpy.loadtxt` returns them."""
    with pm.Model() as model:
        trials = pm.Data("trials", d.TRIALS.astype(float))
        p = pm.Deterministic("p", pm.math.sigmoid(_line(d.X_TRIALS)))
        pm.Binomial("y", n=trials, p=p, observed=d.SUCCESSES.astype(float))
    return model


def poisson() -> pm.Model:
    with pm.Model() as model:
        z = pm.Deterministic("z", _line(d.X_COUNTS))
        mu = pm.Deterministic("mu", pt.exp(z))
        pm.Poisson("y", mu, observed=d.COUNTS)
    return model


def poisson_rates() -> pm.Model:
    with pm.Model() as model:
        exposure = pm.Data("exposure", d.EXPOSURE)
        rate = pm.Deterministic("rate", pt.exp(_line(d.X_COUNTS)))
        pm.Poisson("y", exposure * rate, observed=d.RATES)
    return model


def negative_binomial() -> pm.Model:
    with pm.Model() as model:
        alpha = pm.HalfFlat("alpha")
        mu = pm.Deterministic("mu", pt.exp(_line(d.X_COUNTS)))
        pm.NegativeBinomial("y", mu=mu, alpha=alpha, observed=d.DISPERSED)
    return model


def zero_inflated() -> pm.Model:
    with pm.Model() as model:
        psi, mu = pm.Uniform("psi", 0, 1), pm.HalfFlat("mu")
        pm.ZeroInflatedPoisson("y", psi=psi, mu=mu, observed=d.INFLATED)
    return model


def geometric() -> pm.Model:
    with pm.Model() as model:
        pm.Geometric("y", pm.Uniform("p", 0, 1), observed=d.TRIES)
    return model


def exponential() -> pm.Model:
    with pm.Model() as model:
        pm.Exponential("y", pm.HalfFlat("lam"), observed=d.WAITING)
    return model


def gamma() -> pm.Model:
    with pm.Model() as model:
        alpha = pm.HalfFlat("alpha")
        mu = pm.Deterministic("mu", pt.exp(_line(d.X)))
        pm.Deterministic("rate", alpha / mu)
        pm.Gamma("y", alpha=alpha, beta=alpha / mu, observed=d.AMOUNTS)
    return model


def gamma_shape_rate() -> pm.Model:
    with pm.Model() as model:
        pm.Gamma("y", pm.HalfFlat("alpha"), pm.HalfFlat("beta"), observed=d.AMOUNTS)
    return model


def beta() -> pm.Model:
    with pm.Model() as model:
        pm.Beta("y", pm.HalfFlat("alpha"), pm.HalfFlat("beta"), observed=d.SHARES)
    return model


def lognormal() -> pm.Model:
    with pm.Model() as model:
        pm.LogNormal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=d.INCOMES)
    return model


def weibull() -> pm.Model:
    with pm.Model() as model:
        pm.Weibull("y", pm.HalfFlat("alpha"), pm.HalfFlat("beta"), observed=d.LIVES)
    return model


def asymmetric_laplace() -> pm.Model:
    with pm.Model() as model:
        b = pm.HalfFlat("rate")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.AsymmetricLaplace("y", mu=mu, b=b, q=0.3, observed=d.DELAYS)
    return model


def von_mises() -> pm.Model:
    with pm.Model() as model:
        pm.VonMises("y", pm.Uniform("mu", -2, 3), pm.HalfFlat("kappa"), observed=d.ANGLES)
    return model


def gumbel() -> pm.Model:
    with pm.Model() as model:
        pm.Gumbel("y", pm.Flat("mu"), pm.HalfFlat("beta"), observed=d.FLOODS)
    return model


def logistic_noise() -> pm.Model:
    with pm.Model() as model:
        s = pm.HalfFlat("s")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Logistic("y", mu, s, observed=d.LOGISTIC)
    return model


def pareto() -> pm.Model:
    with pm.Model() as model:
        pm.Pareto("y", alpha=pm.HalfFlat("alpha"), m=1.2, observed=d.DAMAGE)
    return model


def inverse_gaussian() -> pm.Model:
    with pm.Model() as model:
        pm.Wald("y", mu=pm.HalfFlat("mu"), lam=pm.HalfFlat("lam"), observed=d.PASSAGE)
    return model


def pairs() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Flat("mu", shape=2)
        pm.MvNormal("y", mu, cov=d.COVARIANCE, observed=d.PAIRS)
    return model


def pairs_free() -> pm.Model:
    with pm.Model() as model:
        mu, s = pm.Flat("mu", shape=2), pm.HalfFlat("s", shape=2)
        rho = pm.Uniform("rho", -1, 1)
        cov = pt.stacklists([[s[0] ** 2, rho * s[0] * s[1]], [rho * s[0] * s[1], s[1] ** 2]])
        pm.Deterministic("cov", cov)
        pm.MvNormal("y", mu, cov=cov, observed=d.PAIRS)
    return model


def mixture() -> pm.Model:
    with pm.Model() as model:
        w = pm.Dirichlet("w", np.ones(2))
        mu = pm.Flat("mu", shape=2, initval=np.array([-1.0, 2.0]))
        pm.NormalMixture("y", w=w, mu=mu, sigma=np.array([0.7, 0.9]), observed=d.HEIGHTS)
    return model


def censored() -> pm.Model:
    with pm.Model() as model:
        pm.Data("event", d.EVENT)
        life = pm.Weibull.dist(alpha=pm.HalfFlat("alpha"), beta=pm.HalfFlat("beta"))
        pm.Censored("y", life, lower=None, upper=d.LIMIT, observed=d.FAILURES)
    return model


def truncated() -> pm.Model:
    with pm.Model() as model:
        normal = pm.Normal.dist(pm.Flat("mu"), pm.HalfFlat("sigma"))
        pm.Truncated("y", normal, lower=0.0, observed=d.POSITIVE)
    return model


def autoregression() -> pm.Model:
    with pm.Model() as model:
        rho, sigma = pm.Flat("rho", shape=2), pm.HalfFlat("sigma")
        start = pm.Normal.dist(0.4, 1.3)
        pm.AR("y", rho, sigma=sigma, constant=True, init_dist=start, observed=d.SERIES)
    return model


def rayleigh() -> pm.Model:
    def logp(value: pt.TensorVariable, scale: pt.TensorVariable) -> pt.TensorVariable:
        return pt.log(value) - 2 * pt.log(scale) - 0.5 * (value / scale) ** 2

    with pm.Model() as model:
        pm.CustomDist("y", pm.HalfFlat("scale"), logp=logp, observed=d.SPEEDS)
    return model


def hierarchical() -> pm.Model:
    with pm.Model() as model:
        centre, tau = pm.Flat("centre"), pm.HalfNormal("tau", 1.7)
        theta = pm.Normal("theta", centre, tau, shape=5)
        sigma = pm.HalfFlat("sigma")
        pm.Deterministic("mu", theta[d.GROUP])
        pm.Normal("y", theta[d.GROUP], sigma, observed=d.GROUPED)
    return model


def two_outcomes() -> pm.Model:
    with pm.Model() as model:
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        rate = pm.Deterministic("rate", pt.exp(pm.Flat("c") + pm.Flat("e") * d.X))
        pm.Normal("y1", mu, sigma, observed=d.GAUSSIAN)
        pm.Poisson("y2", rate, observed=d.VISITS)
    return model


def _penalised(prior: Callable[[str], pt.TensorVariable], noise: Callable[[], pt.TensorVariable]) -> pm.Model:
    with pm.Model() as model:
        beta = prior("beta")
        mu = pm.Deterministic("mu", pm.Flat("intercept") + pm.math.dot(d.DESIGN, beta))
        pm.Normal("y", mu, noise(), observed=d.RESPONSE)
    return model


def ridge() -> pm.Model:
    return _penalised(lambda name: pm.Normal(name, 0.0, TAU, shape=4), lambda: pt.as_tensor(SIGMA))


def ridge_free_sigma() -> pm.Model:
    return _penalised(lambda name: pm.Normal(name, 0.0, TAU, shape=4), lambda: pm.HalfFlat("sigma"))


def lasso() -> pm.Model:
    return _penalised(lambda name: pm.Laplace(name, 0.0, TAU, shape=4), lambda: pt.as_tensor(SIGMA))


def potential_only() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Potential("fit", -0.5 * pt.sum(((d.GAUSSIAN - mu) / 0.4) ** 2))
    return model


def fenced() -> pm.Model:
    """Have a likelihood and a potential that pulls the slope."""
    with pm.Model() as model:
        a, b = pm.Flat("a"), pm.Flat("b")
        mu = pm.Deterministic("mu", a + b * d.X)
        pm.Normal("y", mu, 0.4, observed=d.GAUSSIAN)
        pm.Potential("pull", -0.5 * ((b - 0.3) / 0.2) ** 2)
    return model


def ratings() -> pm.Model:
    with pm.Model() as model:
        eta = pm.Deterministic("eta", pm.Flat("b") * d.X_BINARY)
        cuts = pm.Flat(
            "cuts", shape=2, transform=pm.distributions.transforms.ordered, initval=np.array([-0.6, 0.8])
        )
        pm.OrderedLogistic("y", eta=eta, cutpoints=cuts, observed=d.RATING)
    return model


def probit() -> pm.Model:
    with pm.Model() as model:
        z = pm.Deterministic("z", _line(d.X_BINARY))
        p = pm.Deterministic("p", pm.math.invprobit(z))
        pm.Bernoulli("y", p=p, observed=d.PROBIT)
    return model


def beta_regression() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.math.sigmoid(_line(d.X)))
        pm.Beta("y", mu=mu, nu=pm.HalfFlat("nu"), observed=d.FRACTIONS)
    return model


def beta_binomial() -> pm.Model:
    with pm.Model() as model:
        trials = pm.Data("trials", d.TRIALS)
        alpha, beta = pm.HalfFlat("alpha"), pm.HalfFlat("beta")
        pm.BetaBinomial("y", n=trials, alpha=alpha, beta=beta, observed=d.CLUSTERED)
    return model


def tobit() -> pm.Model:
    """Have spending that cannot fall below zero."""
    with pm.Model() as model:
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Censored("y", pm.Normal.dist(mu, sigma), lower=0.0, upper=None, observed=d.SPENT)
    return model


def cauchy() -> pm.Model:
    with pm.Model() as model:
        scale = pm.HalfFlat("scale")
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Cauchy("y", alpha=mu, beta=scale, observed=d.SPIKES)
    return model


def inverse_gamma() -> pm.Model:
    with pm.Model() as model:
        pm.InverseGamma("y", alpha=pm.HalfFlat("alpha"), beta=pm.HalfFlat("beta"), observed=d.RATIOS)
    return model


def hazards() -> pm.Model:
    with pm.Model() as model:
        lam = pm.Deterministic("lam", pt.exp(_line(d.X)))
        pm.Exponential("y", lam, observed=d.REPAIRS)
    return model


def lognormal_scale() -> pm.Model:
    """Have a prior whose own density has a Jacobian."""
    with pm.Model() as model:
        sigma = pm.LogNormal("sigma", -0.7, 0.6)
        mu = pm.Deterministic("mu", _line(d.X))
        pm.Normal("y", mu, sigma, observed=d.GAUSSIAN)
    return model


def log_deviation() -> pm.Model:
    """Name what a loss may compute itself from the free parameters and the covariate."""
    with pm.Model() as model:
        x = pm.Data("x", d.X)
        log_sigma = pm.Flat("log_sigma")
        mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * x)
        pm.Normal("y", mu, pm.Deterministic("sigma", pt.exp(log_sigma)), observed=d.GAUSSIAN)
    return model


def clicks() -> pm.Model:
    with pm.Model() as model:
        x = pm.Data("x", d.X_BINARY)
        p = pm.Deterministic("p", pm.math.sigmoid(pm.Flat("a") + pm.Flat("b") * x))
        pm.Bernoulli("y", p, observed=d.BINARY)
    return model


def arrivals() -> pm.Model:
    with pm.Model() as model:
        x = pm.Data("x", d.X_COUNTS)
        rate = pm.Deterministic("rate", pt.exp(pm.Flat("a") + pm.Flat("b") * x))
        pm.Poisson("y", rate, observed=d.COUNTS)
    return model


def tags() -> pm.Model:
    with pm.Model() as model:
        level, slope = pm.Flat("level", shape=3), pm.Flat("slope", shape=3)
        z = pm.Deterministic("z", level + slope * d.X_BINARY[:, None])
        pm.Bernoulli("y", logit_p=z, observed=d.TAGS)
    return model


def ballots() -> pm.Model:
    with pm.Model() as model:
        a = pm.HalfFlat("a", shape=3)
        pm.DirichletMultinomial("y", n=d.BALLOTS.sum(axis=1), a=a, observed=d.BALLOTS)
    return model


FAMILIES = {
    log_deviation: "normal",
    clicks: "bernoulli",
    arrivals: "poisson",
    tags: "several labels",
    ballots: "dirichlet-multinomial",
    gaussian: "normal",
    far_from_zero: "normal",
    weighted: "normal",
    masked: "normal",
    heteroscedastic: "heteroscedastic normal",
    laplace: "laplace",
    student: "student t",
    student_free: "student t",
    outcomes: "three outcomes",
    cauchy: "cauchy",
    logistic_regression: "bernoulli",
    coin: "bernoulli",
    fractional_coin: "bernoulli",
    probit: "probit",
    softmax_regression: "categorical",
    all_weights: "categorical",
    votes: "multinomial",
    binomial: "binomial",
    beta_binomial: "beta-binomial",
    poisson: "poisson",
    poisson_rates: "poisson",
    negative_binomial: "negative binomial",
    zero_inflated: "zero-inflated",
    geometric: "geometric",
    exponential: "exponential",
    hazards: "exponential",
    gamma: "gamma",
    gamma_shape_rate: "gamma",
    inverse_gamma: "inverse gamma",
    beta: "beta",
    beta_regression: "beta",
    lognormal: "lognormal",
    weibull: "weibull",
    censored: "censored weibull",
    tobit: "censored normal",
    truncated: "truncated normal",
    asymmetric_laplace: "asymmetric laplace",
    von_mises: "von Mises",
    gumbel: "gumbel",
    logistic_noise: "logistic",
    pareto: "pareto",
    inverse_gaussian: "inverse gaussian",
    pairs: "multivariate normal",
    pairs_free: "multivariate normal",
    mixture: "mixture",
    autoregression: "autoregression",
    ratings: "ordered logistic",
    hierarchical: "hierarchical",
    lognormal_scale: "normal with a prior",
    ridge: "ridge",
    ridge_free_sigma: "ridge",
    lasso: "lasso",
    fenced: "potential",
    two_outcomes: "two outcomes",
    pm.Bernoulli: "bernoulli",
    pm.Exponential: "exponential",
    pm.Laplace: "laplace",
    pm.Normal: "normal",
    pm.Poisson: "poisson",
    pm.StudentT: "student t",
    pm.VonMises: "von Mises",
}
