"""Families of positive data and of shares, and the errors on relative and other scales that go with them."""

from collections.abc import Callable

import numpy as np
from scipy.special import betaln, gammaln, log_ndtr, logit, xlogy

from nllcheck.families.family import Array, Family, Unknown

__all__ = ["POSITIVE", "RELATIVE", "SHARES"]

MEAN, RATE = {"mu": "positive"}, {"lam": "positive"}
_RELATIVE = "It weighs each row by its size, and no density of y has it as its NLL: it cannot be normalised."
_LOGS = "It estimates the mean of log y: the median of y, not its mean."


def _gamma(y: Array, alpha: Array, beta: Array) -> Array:
    return gammaln(alpha) - alpha * np.log(beta) - (alpha - 1) * np.log(y) + beta * y


def _beta(y: Array, alpha: Array, beta: Array) -> Array:
    return betaln(alpha, beta) - (alpha - 1) * np.log(y) - (beta - 1) * np.log1p(-y)


def _weibull(y: Array, alpha: Array, beta: Array) -> Array:
    return alpha * np.log(beta) - np.log(alpha) - (alpha - 1) * np.log(y) + (y / beta) ** alpha


def _wald(y: Array, mu: Array, lam: Array) -> Array:
    return 0.5 * lam * (y - mu) ** 2 / (mu**2 * y) - 0.5 * np.log(lam)


def _pareto(y: Array, alpha: Array, m: Array) -> Array:
    return (alpha + 1) * np.log(y) - np.log(alpha) - alpha * np.log(m)


def _half_student(y: Array, sigma: Array, nu: Array) -> Array:
    return (nu + 1) / 2 * np.log1p((y / sigma) ** 2 / nu) + np.log(sigma)


def _tweedie(y: Array, mu: Array, p: Array) -> Array:
    return np.asarray(-y * mu ** (1 - p) / (1 - p) + mu ** (2 - p) / (2 - p))


def _normal(z: Array, sigma: Array) -> Array:
    return 0.5 * (z / sigma) ** 2 + np.log(sigma)


_BOUND = Unknown(
    symbol="m",
    grid=tuple(np.geomspace(0.05, 5.0, 24).tolist()),
    usual=(1.0,),
    bounds=(0.0, np.inf),
    in_units_of_y=True,
)

POSITIVE: tuple[Family, ...] = (
    Family(
        name="exponential",
        data="nonnegative",
        parameters=RATE,
        rows=lambda y, lam: lam * y - np.log(lam),
        distribution="Exponential",
        pymc="pm.Exponential('y', lam={lam}, observed=y)",
    ),
    Family(
        name="exponential, or gamma deviance,",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu: y / mu + np.log(mu),
        distribution="Exponential",
        pymc="pm.Exponential('y', scale={mu}, observed=y)",
        reading="It is the gamma deviance too: mu is the mean of y, and its standard deviation grows with it.",
    ),
    Family(
        name="exponential, or gamma deviance, of a log mean",
        data="nonnegative",
        parameters={"eta": "real"},
        rows=lambda y, eta: y * np.exp(-eta) + eta,
        distribution="Exponential",
        pymc="pm.Exponential('y', scale=pm.math.exp({eta}), observed=y)",
        reading="It is the gamma deviance too: exp(eta) is the mean of y, and its standard deviation grows with it.",
    ),
    Family(
        name="gamma",
        data="positive",
        parameters={"alpha": "positive", "beta": "positive"},
        rows=_gamma,
        distribution="Gamma",
        pymc="pm.Gamma('y', alpha={alpha}, beta={beta}, observed=y)",
    ),
    Family(
        name="gamma of shape and scale",
        data="positive",
        parameters={"alpha": "positive", "scale": "positive"},
        rows=lambda y, alpha, scale: _gamma(y, alpha, 1 / scale),
        distribution="Gamma",
        pymc="pm.Gamma('y', alpha={alpha}, beta=1 / {scale}, observed=y)",
    ),
    Family(
        name="gamma of mean and shape",
        data="positive",
        parameters={"mu": "positive", "alpha": "positive"},
        rows=lambda y, mu, alpha: _gamma(y, alpha, alpha / mu),
        distribution="Gamma",
        pymc="pm.Gamma('y', alpha={alpha}, beta={alpha} / {mu}, observed=y)",
    ),
    Family(
        name="gamma of mean and standard deviation",
        data="positive",
        parameters={"mu": "positive", "sigma": "positive"},
        rows=lambda y, mu, sigma: _gamma(y, (mu / sigma) ** 2, mu / sigma**2),
        distribution="Gamma",
        pymc="pm.Gamma('y', mu={mu}, sigma={sigma}, observed=y)",
    ),
    Family(
        name="inverse gamma",
        data="positive",
        parameters={"alpha": "positive", "beta": "positive"},
        rows=lambda y, alpha, beta: (
            gammaln(alpha) - alpha * np.log(beta) + (alpha + 1) * np.log(y) + beta / y
        ),
        distribution="InverseGamma",
        pymc="pm.InverseGamma('y', alpha={alpha}, beta={beta}, observed=y)",
    ),
    Family(
        name="Weibull",
        data="positive",
        parameters={"alpha": "positive", "beta": "positive"},
        rows=_weibull,
        distribution="Weibull",
        pymc="pm.Weibull('y', alpha={alpha}, beta={beta}, observed=y)",
    ),
    Family(
        name="Weibull of a rate",
        data="positive",
        parameters={"alpha": "positive", "lam": "positive"},
        rows=lambda y, alpha, lam: lam * y**alpha - np.log(alpha * lam) - (alpha - 1) * np.log(y),
        distribution="Weibull",
        pymc="pm.Weibull('y', alpha={alpha}, beta={lam} ** (-1 / {alpha}), observed=y)",
    ),
    Family(
        name="log-normal",
        data="positive",
        parameters={"mu": "real", "sigma": "positive"},
        rows=lambda y, mu, sigma: _normal(np.log(y) - mu, sigma),
        distribution="LogNormal",
        pymc="pm.LogNormal('y', mu={mu}, sigma={sigma}, observed=y)",
        reading=_LOGS,
    ),
    Family(
        name="squared error of log y",
        data="positive",
        parameters={"mu": "real"},
        rows=lambda y, mu: 0.5 * (np.log(y) - mu) ** 2,
        distribution="LogNormal",
        pymc="pm.LogNormal('y', mu={mu}, sigma=1.0, observed=y)",
        reading=_LOGS,
    ),
    Family(
        name="squared error of logarithms",
        data="positive",
        parameters=MEAN,
        rows=lambda y, mu: 0.5 * (np.log(y) - np.log(mu)) ** 2,
        distribution="LogNormal",
        pymc="pm.LogNormal('y', mu=pm.math.log({mu}), sigma=1.0, observed=y)",
        reading=_LOGS,
    ),
    Family(
        name="inverse Gaussian",
        data="positive",
        parameters={"mu": "positive", "lam": "positive"},
        rows=_wald,
        distribution="Wald",
        pymc="pm.Wald('y', mu={mu}, lam={lam}, observed=y)",
    ),
    Family(
        name="inverse Gaussian with lam = 1",
        data="positive",
        parameters=MEAN,
        rows=lambda y, mu: _wald(y, mu, np.asarray(1.0)),
        distribution="Wald",
        pymc="pm.Wald('y', mu={mu}, lam=1.0, observed=y)",
    ),
    Family(
        name="half-normal",
        data="nonnegative",
        parameters={"sigma": "positive"},
        rows=lambda y, sigma: _normal(y, sigma),
        distribution="HalfNormal",
        pymc="pm.HalfNormal('y', sigma={sigma}, observed=y)",
    ),
    Family(
        name="Rayleigh",
        data="positive",
        parameters={"sigma": "positive"},
        rows=lambda y, sigma: 0.5 * (y / sigma) ** 2 + 2 * np.log(sigma),
        distribution="Weibull",
        pymc="pm.Weibull('y', alpha=2.0, beta=2**0.5 * {sigma}, observed=y)",
        reading="It is the Rayleigh density: a Weibull of shape 2.",
    ),
    Family(
        name="half-Cauchy",
        data="nonnegative",
        parameters={"beta": "positive"},
        rows=lambda y, beta: np.log1p((y / beta) ** 2) + np.log(beta),
        distribution="HalfCauchy",
        pymc="pm.HalfCauchy('y', beta={beta}, observed=y)",
    ),
    Family(
        name="Pareto",
        data="positive",
        parameters={"alpha": "positive", "m": "bound"},
        rows=_pareto,
        distribution="Pareto",
        pymc="pm.Pareto('y', alpha={alpha}, m={m}, observed=y)",
    ),
    Family(
        name="half-Student t",
        data="nonnegative",
        parameters={"sigma": "positive"},
        rows=_half_student,
        unknown=Unknown(
            symbol="nu",
            grid=tuple(np.geomspace(0.4, 300.0, 26).tolist()),
            usual=(2.0, 3.0, 4.0, 5.0, 7.0),
            bounds=(0.0, np.inf),
        ),
        distribution="HalfStudentT",
        pymc="pm.HalfStudentT('y', nu={nu}, sigma={sigma}, observed=y)",
    ),
    Family(
        name="Pareto of a bound",
        data="positive",
        parameters={"alpha": "positive"},
        rows=_pareto,
        unknown=_BOUND,
        distribution="Pareto",
        pymc="pm.Pareto('y', alpha={alpha}, m={m}, observed=y)",
    ),
    Family(
        name="log-normal of a median",
        data="positive",
        parameters={"median": "positive", "sigma": "positive"},
        rows=lambda y, median, sigma: _normal(np.log(y / median), sigma),
        distribution="LogNormal",
        pymc="pm.LogNormal('y', mu=pm.math.log({median}), sigma={sigma}, observed=y)",
        reading=_LOGS,
    ),
    Family(
        name="log-normal of a mean",
        data="positive",
        parameters={"mean": "positive", "sigma": "positive"},
        rows=lambda y, mean, sigma: _normal(np.log(y / mean) + sigma**2 / 2, sigma),
        distribution="LogNormal",
        pymc="pm.LogNormal('y', mu=pm.math.log({mean}) - {sigma} ** 2 / 2, sigma={sigma}, observed=y)",
    ),
    Family(
        name="log-Laplace",
        data="positive",
        parameters={"mu": "real", "b": "positive"},
        rows=lambda y, mu, b: np.abs(np.log(y) - mu) / b + np.log(b),
        reading="It estimates the median of log y: log y has a pm.Laplace.",
    ),
    Family(
        name="absolute error of log y",
        data="positive",
        parameters={"mu": "real"},
        rows=lambda y, mu: np.abs(np.log(y) - mu),
        reading="It estimates the median of log y: log y has a pm.Laplace.",
    ),
    Family(
        name="log-logistic",
        data="positive",
        parameters={"alpha": "positive", "beta": "positive"},
        rows=lambda y, alpha, beta: (
            2 * np.logaddexp(0.0, alpha * np.log(y / beta)) - np.log(alpha) - alpha * np.log(y / beta)
        ),
        reading="log y has a pm.Logistic at log(beta), of scale 1/alpha.",
    ),
    Family(
        name="gamma of mean and dispersion",
        data="positive",
        parameters={"mu": "positive", "phi": "positive"},
        rows=lambda y, mu, phi: _gamma(y, 1 / phi, 1 / (phi * mu)),
        distribution="Gamma",
        pymc="pm.Gamma('y', alpha=1 / {phi}, beta=1 / ({phi} * {mu}), observed=y)",
    ),
    Family(
        name="Lomax",
        data="nonnegative",
        parameters={"alpha": "positive", "m": "positive"},
        rows=lambda y, alpha, m: (alpha + 1) * np.log1p(y / m) - np.log(alpha) + np.log(m),
        reading="y + m has a pm.Pareto that begins at m.",
    ),
    Family(
        name="Maxwell",
        data="nonnegative",
        parameters={"a": "positive"},
        rows=lambda y, a: 0.5 * (y / a) ** 2 + 3 * np.log(a),
        reading="It is the density of the length of a vector of three Normals.",
    ),
    Family(
        name="Normal truncated at zero",
        data="nonnegative",
        parameters={"mu": "real", "sigma": "positive"},
        rows=lambda y, mu, sigma: _normal(y - mu, sigma) + log_ndtr(mu / sigma),
        distribution="TruncatedNormal",
        pymc="pm.TruncatedNormal('y', mu={mu}, sigma={sigma}, lower=0.0, observed=y)",
        reading="What lies below 0 is never seen.",
    ),
    Family(
        name="folded Normal",
        data="nonnegative",
        parameters={"mu": "real", "sigma": "positive"},
        rows=lambda y, mu, sigma: (
            np.log(sigma) - np.logaddexp(-0.5 * ((y - mu) / sigma) ** 2, -0.5 * ((y + mu) / sigma) ** 2)
        ),
        reading="It takes y for the absolute value of a Normal.",
    ),
    Family(
        name="exponential beyond a bound",
        data="positive",
        parameters=RATE,
        rows=lambda y, lam, m: lam * (y - m) - np.log(lam),
        unknown=_BOUND,
        reading="y − m is exponential.",
    ),
)

_P = Unknown(
    symbol="p",
    grid=(*np.linspace(1.03, 1.97, 20).tolist(), *np.linspace(2.05, 3.6, 12).tolist()),
    usual=(1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.5, 3.0),
    bounds=(1.0, 10.0),
)
_ADDED = Unknown(
    symbol="c",
    grid=tuple(np.geomspace(1e-4, 10.0, 24).tolist()),
    usual=(1e-3, 1e-2, 0.1, 0.5, 1.0),
    bounds=(0.0, np.inf),
    trivial=(1.0,),
)
_TWEEDIE = "It is the Tweedie deviance: the variance of y grows as mu ** p; PyMC has no such distribution."

RELATIVE: tuple[Family, ...] = (
    Family(
        name="mean absolute percentage error",
        data="nonzero",
        parameters={"mu": "real"},
        rows=lambda y, mu: np.abs(y - mu) / np.abs(y),
        is_density=False,
        reading=_RELATIVE,
    ),
    Family(
        name="symmetric percentage error",
        data="real",
        parameters={"mu": "real"},
        rows=lambda y, mu: np.abs(y - mu) / (np.abs(y) + np.abs(mu)),
        is_density=False,
        reading="It is bounded, so no density has it as its NLL: it cannot be normalised.",
    ),
    Family(
        name="squared relative error",
        data="nonzero",
        parameters={"mu": "real"},
        rows=lambda y, mu: ((y - mu) / y) ** 2,
        is_density=False,
        reading=_RELATIVE,
    ),
    Family(
        name="squared error relative to the prediction",
        data="real",
        parameters={"mu": "real"},
        rows=lambda y, mu: ((y - mu) / mu) ** 2,
        is_density=False,
        reading="It lacks the term log|mu| of a Normal with sigma = mu: large predictions look good.",
    ),
    Family(
        name="absolute error relative to the prediction",
        data="real",
        parameters={"mu": "real"},
        rows=lambda y, mu: np.abs((y - mu) / mu),
        is_density=False,
        reading="It lacks the term log|mu| of a Laplace with b = mu: large predictions look good.",
    ),
    Family(
        name="Pearson's chi-squared",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu: (y - mu) ** 2 / mu,
        is_density=False,
        reading="It lacks the term log(mu) of a Normal with variance mu: large predictions look good.",
    ),
    Family(
        name="Neyman's chi-squared",
        data="nonzero",
        parameters={"mu": "real"},
        rows=lambda y, mu: (y - mu) ** 2 / y,
        is_density=False,
        reading="It weighs each row by 1/y: small data count most.",
    ),
    Family(
        name="squared error of square roots",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu: (np.sqrt(y) - np.sqrt(mu)) ** 2,
        reading="It is the Hellinger distance: squared error on a scale on which counts have equal variances.",
    ),
    Family(
        name="squared logarithmic error log(1 + y)",
        data="nonnegative",
        parameters={"mu": "positive"},
        rows=lambda y, mu: 0.5 * (np.log1p(y) - np.log1p(mu)) ** 2,
        distribution="Normal",
        pymc="pm.Normal('y', mu=pm.math.log1p({mu}), sigma=1.0, observed=np.log1p(y))",
        restored=np.expm1,
        reading="It is squared error on the scale log(1 + y): it estimates a median-like value below the mean.",
    ),
    Family(
        name="squared error of log(1 + y)",
        data="nonnegative",
        parameters={"eta": "real"},
        rows=lambda y, eta: 0.5 * (np.log1p(y) - eta) ** 2,
        distribution="Normal",
        pymc="pm.Normal('y', mu={eta}, sigma=1.0, observed=np.log1p(y))",
        restored=np.expm1,
        reading="It is squared error on the scale log(1 + y): it estimates a median-like value below the mean.",
    ),
    Family(
        name="absolute error of logarithms",
        data="positive",
        parameters=MEAN,
        rows=lambda y, mu: np.abs(np.log(y) - np.log(mu)),
        reading="It estimates the median of y.",
    ),
    Family(
        name="absolute error of log(1 + y)",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu: np.abs(np.log1p(y) - np.log1p(mu)),
        reading="It estimates the median of y.",
    ),
    Family(
        name="squared error of reciprocals",
        data="positive",
        parameters=MEAN,
        rows=lambda y, mu: (1 / y - 1 / mu) ** 2,
        is_density=False,
        reading="Small data count most.",
    ),
    Family(
        name="squared error of squares",
        data="real",
        parameters={"mu": "real"},
        rows=lambda y, mu: (y**2 - mu**2) ** 2,
        is_density=False,
        reading="Large data count most, and the sign of mu does not matter.",
    ),
    Family(
        name="squared symmetric percentage error",
        data="real",
        parameters={"mu": "real"},
        rows=lambda y, mu: ((y - mu) / (np.abs(y) + np.abs(mu))) ** 2,
        is_density=False,
        reading="It is bounded, so no density has it as its NLL: it cannot be normalised.",
    ),
    Family(
        name="squared error of the roots of counts",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu: (np.sqrt(y + 0.375) - np.sqrt(mu + 0.375)) ** 2,
        reading="It is squared error on Anscombe's scale, on which counts have equal variances.",
    ),
    Family(
        name="squared error of log(c + y)",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu, c: (np.log(y + c) - np.log(mu + c)) ** 2,
        unknown=_ADDED,
        reading="It estimates a median-like value below the mean.",
    ),
    Family(
        name="mean absolute percentage error of |y| + c",
        data="real",
        parameters={"mu": "real"},
        rows=lambda y, mu, c: np.abs(y - mu) / (np.abs(y) + c),
        unknown=_ADDED,
        is_density=False,
        reading=_RELATIVE,
    ),
    Family(
        name="Itakura-Saito divergence of precision",
        data="positive",
        parameters=MEAN,
        rows=lambda y, mu: mu / y - np.log(mu),
        distribution="InverseGamma",
        pymc="pm.InverseGamma('y', alpha=1.0, beta={mu}, observed=y)",
    ),
    Family(
        name="Tweedie deviance",
        data="nonnegative",
        parameters=MEAN,
        rows=_tweedie,
        unknown=_P,
        reading=_TWEEDIE,
    ),
    Family(
        name="Tweedie deviance of a log mean",
        data="nonnegative",
        parameters={"eta": "real"},
        rows=lambda y, eta, p: _tweedie(y, np.exp(eta), p),
        unknown=_P,
        reading=_TWEEDIE,
    ),
)
_MEDIAN = "It estimates the mean of the logits of y: the median of y, not its mean."


def _of_logits(name: str, parameters: dict[str, str], rows: Callable[..., Array], scale: str) -> Family:
    """Return the Normal of the logits of y, of which the median of y is given."""
    return Family(
        name=name,
        data="unit",
        parameters=parameters,
        rows=rows,
        distribution="LogitNormal",
        pymc=f"pm.LogitNormal('y', mu=pm.math.logit({{p}}), {scale}, observed=y)",
        reading=_MEDIAN,
    )


def _continuous_bernoulli(y: Array, p: Array) -> Array:
    """Return the cross-entropy less log(2 artanh(1 − 2p)/(1 − 2p)), by its series near p = 1/2."""
    x = 1 - 2 * p
    near = np.abs(x) < 1e-3
    far = np.where(near, 0.5, x)
    log_constant = np.where(near, np.log(2.0) + x**2 / 3, np.log(2 * np.arctanh(far) / far))
    return -xlogy(y, p) - xlogy(1 - y, 1 - p) - log_constant


SHARES: tuple[Family, ...] = (
    Family(
        name="beta",
        data="unit",
        parameters={"alpha": "positive", "beta": "positive"},
        rows=_beta,
        distribution="Beta",
        pymc="pm.Beta('y', alpha={alpha}, beta={beta}, observed=y)",
    ),
    Family(
        name="beta of mean and precision",
        data="unit",
        parameters={"mu": "unit", "nu": "positive"},
        rows=lambda y, mu, nu: _beta(y, mu * nu, (1 - mu) * nu),
        distribution="Beta",
        pymc="pm.Beta('y', mu={mu}, nu={nu}, observed=y)",
    ),
    Family(
        name="Kumaraswamy",
        data="unit",
        parameters={"a": "positive", "b": "positive"},
        rows=lambda y, a, b: -np.log(a * b) - (a - 1) * np.log(y) - (b - 1) * np.log1p(-(y**a)),
        distribution="Kumaraswamy",
        pymc="pm.Kumaraswamy('y', a={a}, b={b}, observed=y)",
    ),
    Family(
        name="logit-normal",
        data="unit",
        parameters={"mu": "real", "sigma": "positive"},
        rows=lambda y, mu, sigma: _normal(logit(y) - mu, sigma),
        distribution="LogitNormal",
        pymc="pm.LogitNormal('y', mu={mu}, sigma={sigma}, observed=y)",
    ),
    _of_logits(
        "squared error of logits", {"p": "unit"}, lambda y, p: 0.5 * (logit(y) - logit(p)) ** 2, "sigma=1.0"
    ),
    _of_logits(
        "logit-normal of a median",
        {"p": "unit", "sigma": "positive"},
        lambda y, p, sigma: _normal(logit(y) - logit(p), sigma),
        "sigma={sigma}",
    ),
    _of_logits(
        "logit-normal of a median and a precision",
        {"p": "unit", "tau": "positive"},
        lambda y, p, tau: _normal(logit(y) - logit(p), tau**-0.5),
        "tau={tau}",
    ),
    Family(
        name="squared error of logits from a real",
        data="unit",
        parameters={"mu": "real"},
        rows=lambda y, mu: 0.5 * (logit(y) - mu) ** 2,
        distribution="LogitNormal",
        pymc="pm.LogitNormal('y', mu={mu}, sigma=1.0, observed=y)",
        reading=_MEDIAN,
    ),
    Family(
        name="squared error of angular shares",
        data="share",
        parameters={"p": "unit"},
        rows=lambda y, p: (np.arcsin(np.sqrt(y)) - np.arcsin(np.sqrt(p))) ** 2,
        is_density=False,
        reading="It is squared error on a scale on which shares have equal variances.",
    ),
    Family(
        name="continuous Bernoulli",
        data="share",
        parameters={"p": "unit"},
        rows=_continuous_bernoulli,
        reading="It is the cross-entropy with its normaliser: a density of shares, of which p is not the mean.",
    ),
    Family(
        name="cross-entropy of shares",
        data="share",
        parameters={"p": "unit"},
        rows=lambda y, p: -xlogy(y, p) - xlogy(1 - y, 1 - p),
        is_density=False,
        reading="It estimates the mean of the shares, but no density of shares has it as its NLL.",
    ),
    Family(
        name="cross-entropy of shares from logits",
        data="share",
        parameters={"eta": "real"},
        rows=lambda y, eta: np.logaddexp(0.0, eta) - y * eta,
        is_density=False,
        reading="It estimates the mean of the shares, but no density of shares has it as its NLL.",
    ),
)
