"""Families of real data: each is a function of z = (y − location)/scale, plus log scale."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import gammaln, i0e, log_ndtr

from nllcheck.families.family import Array, Family, Unknown

__all__ = ["REAL"]

Core = Callable[..., Array]
LOCATION = {"mu": "real"}
_ROBUST = "It forgives large residuals more than the squared error does, so it estimates something between mean and median."


def _spaced(low: float, high: float, *usual: float, count: int = 28) -> tuple[float, ...]:
    return tuple(sorted({*np.geomspace(low, high, count).tolist(), *usual}))


def _number(symbol: str, *usual: float, trivial: tuple[float, ...] = ()) -> Unknown:
    """Return an unknown width: any positive number, in units of y."""
    return Unknown(
        symbol=symbol,
        grid=_spaced(0.03, 30.0),
        usual=usual,
        bounds=(0.0, np.inf),
        in_units_of_y=True,
        trivial=trivial,
    )


def _fixed(core: Core) -> Core:
    return lambda y, mu, *unknown: core(y - mu, *unknown)


def _scaled(core: Core) -> Core:
    return lambda y, mu, scale, *unknown: core((y - mu) / scale, *unknown) + np.log(scale)


def _of_width(core: Core) -> Core:
    return lambda y, mu, width: core((y - mu) / width)


# -- cores --------------------------------------------------------------------------------------------------


def _square(z: Array) -> Array:
    return 0.5 * z**2


def _logistic(z: Array) -> Array:
    return np.abs(z) + 2 * np.log1p(np.exp(-np.abs(z)))


def _cauchy(z: Array) -> Array:
    return np.log1p(z**2)


def _gumbel(z: Array) -> Array:
    return z + np.exp(-z)


def _moyal(z: Array) -> Array:
    return 0.5 * (z + np.exp(-z))


def _log_cosh(z: Array) -> Array:
    return np.abs(z) + np.log1p(np.exp(-2 * np.abs(z)))


def _student(z: Array, nu: Array) -> Array:
    return (nu + 1) / 2 * np.log1p(z**2 / nu)


def _student_full(y: Array, nu: Array, mu: Array, sigma: Array) -> Array:
    normaliser = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu)
    return _student((y - mu) / sigma, nu) + np.log(sigma) - normaliser


def _huber(z: Array, delta: Array) -> Array:
    size = np.abs(z)
    return np.where(size <= delta, 0.5 * z**2, delta * (size - 0.5 * delta))


def _pseudo_huber(z: Array, delta: Array) -> Array:
    return delta**2 * (np.sqrt(1 + (z / delta) ** 2) - 1)


def _quantile(z: Array, tau: Array) -> Array:
    return np.where(z >= 0, tau * z, (tau - 1) * z)


def _expectile(z: Array, tau: Array) -> Array:
    return np.where(z >= 0, tau, 1 - tau) * z**2


def _power(z: Array, p: Array) -> Array:
    return np.abs(z) ** p


def _insensitive(z: Array, epsilon: Array) -> Array:
    return np.maximum(np.abs(z) - epsilon, 0.0)


def _insensitive_squared(z: Array, epsilon: Array) -> Array:
    return np.maximum(np.abs(z) - epsilon, 0.0) ** 2


def _tukey(z: Array, c: Array) -> Array:
    return 1 - np.maximum(1 - (z / c) ** 2, 0.0) ** 3


def _welsch(z: Array, c: Array) -> Array:
    return -np.exp(-((z / c) ** 2))


def _geman(z: Array, c: Array) -> Array:
    return z**2 / (z**2 + c**2)


def _fair(z: Array, c: Array) -> Array:
    return c**2 * (np.abs(z) / c - np.log1p(np.abs(z) / c))


def _truncated(z: Array, c: Array) -> Array:
    return 0.5 * np.minimum(z**2, c**2)


def _capped(z: Array, c: Array) -> Array:
    return np.minimum(np.abs(z), c)


def _barron(z: Array, alpha: Array) -> Array:
    """Return Barron's general robust loss of width 1 (2019, "A general and adaptive robust loss function")."""
    bend = np.abs(alpha - 2)
    return bend / alpha * ((z**2 / bend + 1) ** (alpha / 2) - 1)


def _cauchy_of_width(z: Array, c: Array) -> Array:
    return 0.5 * c**2 * np.log1p((z / c) ** 2)


def _smooth(z: Array, epsilon: Array) -> Array:
    return np.sqrt(z**2 + epsilon**2)


def _logarithmic(z: Array, c: Array) -> Array:
    return np.log1p(np.abs(z) / c)


def _linear_exponential(z: Array, a: Array) -> Array:
    return np.expm1(a * z) - a * z


def _quantile_huber(z: Array, tau: Array) -> Array:
    return np.where(z >= 0, tau, 1 - tau) * _huber(z, np.asarray(1.0))


def _skewed(y: Array, mu: Array, sigma: Array, alpha: Array) -> Array:
    z = (y - mu) / sigma
    return 0.5 * z**2 - log_ndtr(alpha * z) + np.log(sigma)


def _exponential_added(y: Array, mu: Array, sigma: Array, nu: Array) -> Array:
    z = (y - mu) / sigma
    return np.log(nu) + z * sigma / nu - 0.5 * (sigma / nu) ** 2 - log_ndtr(z - sigma / nu)


def _asymmetric_laplace(y: Array, mu: Array, b: Array, tau: Array) -> Array:
    return _quantile(y - mu, tau) * b - np.log(b)


def _von_mises(y: Array, mu: Array, kappa: Array) -> Array:
    return kappa * (1 - np.cos(y - mu)) + np.log(i0e(kappa))


# -- families -----------------------------------------------------------------------------------------------


def _where(distribution: str) -> str:
    """Return what PyMC calls the location."""
    return "alpha" if distribution == "Cauchy" else "mu"


def _pair(
    name: str, distribution: str, scale: str, core: Core, loss: str = "", of_loss: str = "", reading: str = ""
) -> tuple[Family, ...]:
    """Return a family of PyMC with location and scale, and the same where the scale is 1."""
    line = f"pm.{distribution}('y', {_where(distribution)}={{mu}}, {scale}={{{scale}}}, observed=y)"
    return (
        Family(
            name=name,
            data="real",
            parameters={"mu": "real", scale: "positive"},
            rows=_scaled(core),
            distribution=distribution,
            pymc=line,
            reading=reading,
        ),
        Family(
            name=loss or name,
            data="real",
            parameters=LOCATION,
            rows=_fixed(core),
            distribution=distribution,
            pymc=line.replace(f"{{{scale}}}", "1.0"),
            reading=of_loss or reading,
        ),
    )


def _normal(name: str, scale: str, domain: str, sigma: Callable[[Array], Array], argument: str) -> Family:
    """Return the Normal with another parameter for its scale."""
    return Family(
        name=f"Normal of a {name}",
        data="real",
        parameters={"mu": "real", scale: domain},
        rows=lambda y, mu, other: 0.5 * ((y - mu) / sigma(other)) ** 2 + np.log(sigma(other)),
        distribution="Normal",
        pymc=f"pm.Normal('y', mu={{mu}}, {argument}, observed=y)",
        reading="It estimates the mean of y.",
    )


def _wide(name: str, distribution: str, scale: str, core: Core) -> Family:
    """Return a family of PyMC whose scale is a number that the loss writes as a constant."""
    return Family(
        name=name,
        data="real",
        parameters=LOCATION,
        rows=_of_width(core),
        unknown=_number(scale, trivial=(1.0,)),
        distribution=distribution,
        pymc=f"pm.{distribution}('y', {_where(distribution)}={{mu}}, {scale}={{{scale}}}, observed=y)",
        reading=_ROBUST,
    )


def _robust(
    name: str, core: Core, unknown: Unknown, logp: str, reading: str = _ROBUST, is_density: bool = True
) -> tuple[Family, Family]:
    """Return a loss of the residual with one unknown number, and the same of z with log scale.

    `logp` is the log-density in terms of z in PyTensor, for those that PyMC does not have.
    """
    custom = "pm.CustomDist('y', {args}, logp=lambda value, {names}: {logp}, observed=y)"
    fixed = custom.format(args="{mu}", names="mu", logp=_in_terms_of("(value - mu)", logp))
    scaled_logp = _in_terms_of("((value - mu) / sigma)", logp) + " - pm.math.log(sigma)"
    scaled = custom.format(args="{mu}, {sigma}", names="mu, sigma", logp=scaled_logp)
    return (
        Family(
            name=name,
            data="real",
            parameters=LOCATION,
            rows=_fixed(core),
            unknown=unknown,
            is_density=is_density,
            pymc=fixed if logp else "",
            reading=reading,
        ),
        Family(
            name=f"{name} with a scale",
            data="real",
            parameters={"mu": "real", "sigma": "positive"},
            rows=_scaled(core),
            unknown=replace(unknown, in_units_of_y=False),
            is_density=is_density,
            pymc=scaled if logp else "",
            reading=reading,
        ),
    )


def _clipped(name: str, core: Core) -> tuple[Family, ...]:
    """Return a bounded loss as a finding of its own: right for small residuals, and level beyond."""
    return tuple(
        replace(family, code="clipped")
        for family in _robust(name, core, _number("c", 1.0), "", _REDESCENDING, False)
    )


def _in_terms_of(z: str, logp: str) -> str:
    return logp.replace("abs(z)", f"abs{z}").replace("z", z)


_TAU = Unknown(
    symbol="tau",
    grid=tuple(np.linspace(0.01, 0.99, 25).tolist()),
    usual=(0.05, 0.1, 0.2, 0.25, 0.3, 0.7, 0.75, 0.8, 0.9, 0.95),
    bounds=(0.0, 1.0),
    trivial=(0.5,),
)
_NU = Unknown(
    symbol="nu",
    grid=_spaced(0.4, 300.0),
    usual=(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 30.0),
    bounds=(0.0, np.inf),
)
_POWER = Unknown(
    symbol="p",
    grid=tuple(np.linspace(0.3, 6.0, 28).tolist()),
    usual=(1.5, 3.0, 4.0),
    bounds=(0.0, 20.0),
    trivial=(1.0, 2.0),
)
_BEND = Unknown(
    symbol="alpha",
    grid=tuple(np.linspace(0.05, 1.95, 24).tolist()),
    usual=(0.5, 1.5),
    bounds=(0.0, 2.0),
    trivial=(1.0,),
)
_SLOPE = Unknown(symbol="a", grid=_spaced(0.03, 10.0, count=24), usual=(0.5, 1.0, 2.0), bounds=(0.0, np.inf))
_ASYMMETRIC = "Errors of one sign cost far more than those of the other, so it estimates no mean."
_QUANTILE = "It estimates the quantile tau of y instead of its mean."
_EXPECTILE = "It estimates an expectile of y: its mean only where tau = 1/2."
_REDESCENDING = (
    "It is bounded: far data count nothing, and no density has it as its NLL, for it cannot be normalised."
)

REAL: tuple[Family, ...] = (
    *_pair("Normal", "Normal", "sigma", _square, "squared error", "It estimates the mean of y."),
    _normal("precision", "tau", "positive", lambda tau: tau**-0.5, "tau={tau}"),
    _normal("variance", "variance", "positive", np.sqrt, "sigma={variance} ** 0.5"),
    _normal(
        "log variance",
        "log_variance",
        "real",
        lambda s: np.exp(s / 2),
        "sigma=pm.math.exp({log_variance} / 2)",
    ),
    _normal("log sigma", "log_sigma", "real", np.exp, "sigma=pm.math.exp({log_sigma})"),
    Family(
        name="Normal of a mean and equal variance",
        data="real",
        parameters={"mu": "positive"},
        rows=lambda y, mu: 0.5 * (y - mu) ** 2 / mu + 0.5 * np.log(mu),
        distribution="Normal",
        pymc="pm.Normal('y', mu={mu}, sigma={mu} ** 0.5, observed=y)",
        reading="It is the normal approximation of a Poisson.",
    ),
    Family(
        name="Normal of a mean and equal standard deviation",
        data="real",
        parameters={"mu": "positive"},
        rows=lambda y, mu: 0.5 * ((y - mu) / mu) ** 2 + np.log(mu),
        distribution="Normal",
        pymc="pm.Normal('y', mu={mu}, sigma={mu}, observed=y)",
        reading="The standard deviation of y is its mean.",
    ),
    *_pair(
        "Laplace",
        "Laplace",
        "b",
        np.abs,
        "absolute error",
        reading="It estimates the median of y instead of the mean.",
    ),
    *_pair("logistic", "Logistic", "s", _logistic, reading=_ROBUST),
    *_pair("Cauchy", "Cauchy", "beta", _cauchy, reading="Far data hardly count; it has no mean to estimate."),
    *_pair(
        "Gumbel", "Gumbel", "beta", _gumbel, reading="Its density is skewed: mu is its mode, not its mean."
    ),
    *_pair("Moyal", "Moyal", "sigma", _moyal, reading="Its density is skewed: mu is its mode, not its mean."),
    Family(
        name="Gumbel of minima",
        data="real",
        parameters={"mu": "real", "beta": "positive"},
        rows=lambda y, mu, beta: _gumbel((mu - y) / beta) + np.log(beta),
        reading="Its density is skewed to the left: mu is its mode, not its mean. −y has a pm.Gumbel at −mu.",
    ),
    Family(
        name="Gumbel of minima with beta = 1",
        data="real",
        parameters=LOCATION,
        rows=lambda y, mu: _gumbel(mu - y),
        reading="Its density is skewed to the left: mu is its mode, not its mean. −y has a pm.Gumbel at −mu.",
    ),
    Family(
        name="log-cosh loss",
        data="real",
        parameters=LOCATION,
        rows=_fixed(_log_cosh),
        pymc="pm.CustomDist('y', {mu}, logp=lambda value, mu: -pm.math.log(pm.math.cosh(value - mu)), observed=y)",
        reading=f"It is the NLL of a hyperbolic secant density. {_ROBUST}",
    ),
    Family(
        name="log-cosh loss with a scale",
        data="real",
        parameters={"mu": "real", "sigma": "positive"},
        rows=_scaled(_log_cosh),
        pymc=(
            "pm.CustomDist('y', {mu}, {sigma}, logp=lambda value, mu, sigma: "
            "-pm.math.log(pm.math.cosh((value - mu) / sigma)) - pm.math.log(sigma), observed=y)"
        ),
        reading=f"It is the NLL of a hyperbolic secant density. {_ROBUST}",
    ),
    Family(
        name="skew normal",
        data="real",
        parameters={"mu": "real", "sigma": "positive", "alpha": "real"},
        rows=_skewed,
        distribution="SkewNormal",
        pymc="pm.SkewNormal('y', mu={mu}, sigma={sigma}, alpha={alpha}, observed=y)",
        reading="Its density is skewed: mu is not its mean.",
    ),
    Family(
        name="normal plus exponential",
        data="real",
        parameters={"mu": "real", "sigma": "positive", "nu": "positive"},
        rows=_exponential_added,
        distribution="ExGaussian",
        pymc="pm.ExGaussian('y', mu={mu}, sigma={sigma}, nu={nu}, observed=y)",
        reading="Its density is skewed: its mean is mu + nu.",
    ),
    Family(
        name="Student t",
        data="real",
        parameters={"nu": "positive", "mu": "real", "sigma": "positive"},
        rows=_student_full,
        distribution="StudentT",
        pymc="pm.StudentT('y', nu={nu}, mu={mu}, sigma={sigma}, observed=y)",
        reading=_ROBUST,
    ),
    Family(
        name="von Mises",
        data="angle",
        parameters={"mu": "real", "kappa": "positive"},
        rows=_von_mises,
        distribution="VonMises",
        pymc="pm.VonMises('y', mu={mu}, kappa={kappa}, observed=y)",
        reading="It takes y for an angle.",
    ),
    Family(
        name="von Mises with kappa = 1",
        data="angle",
        parameters=LOCATION,
        rows=lambda y, mu: -np.cos(y - mu),
        distribution="VonMises",
        pymc="pm.VonMises('y', mu={mu}, kappa=1.0, observed=y)",
        reading="It takes y for an angle.",
    ),
    Family(
        name="log-cosh loss of a width",
        data="real",
        parameters=LOCATION,
        rows=_of_width(_log_cosh),
        unknown=_number("c", trivial=(1.0,)),
        pymc="pm.CustomDist('y', {mu}, logp=lambda value, mu: -pm.math.log(pm.math.cosh((value - mu) / {c})), observed=y)",
        reading=f"It is the NLL of a hyperbolic secant density. {_ROBUST}",
    ),
    Family(
        name="Student t",
        data="real",
        parameters={"mu": "real", "sigma": "positive"},
        rows=_scaled(_student),
        unknown=_NU,
        distribution="StudentT",
        pymc="pm.StudentT('y', nu={nu}, mu={mu}, sigma={sigma}, observed=y)",
        reading=_ROBUST,
    ),
    Family(
        name="Student t with sigma = 1",
        data="real",
        parameters=LOCATION,
        rows=_fixed(_student),
        unknown=_NU,
        distribution="StudentT",
        pymc="pm.StudentT('y', nu={nu}, mu={mu}, sigma=1.0, observed=y)",
        reading=_ROBUST,
    ),
    Family(
        name="quantile loss",
        data="real",
        parameters=LOCATION,
        rows=_fixed(_quantile),
        unknown=_TAU,
        distribution="AsymmetricLaplace",
        pymc="pm.AsymmetricLaplace('y', mu={mu}, b=({tau} * (1 - {tau})) ** 0.5, q={tau}, observed=y)",
        reading=_QUANTILE,
    ),
    Family(
        name="asymmetric Laplace",
        data="real",
        parameters={"mu": "real", "sigma": "positive"},
        rows=_scaled(_quantile),
        unknown=_TAU,
        distribution="AsymmetricLaplace",
        pymc="pm.AsymmetricLaplace('y', mu={mu}, b=({tau} * (1 - {tau})) ** 0.5 / {sigma}, q={tau}, observed=y)",
        reading=_QUANTILE,
    ),
    Family(
        name="asymmetric Laplace of a rate",
        data="real",
        parameters={"mu": "real", "rate": "positive"},
        rows=_asymmetric_laplace,
        unknown=_TAU,
        distribution="AsymmetricLaplace",
        pymc="pm.AsymmetricLaplace('y', mu={mu}, b=({tau} * (1 - {tau})) ** 0.5 * {rate}, q={tau}, observed=y)",
        reading=_QUANTILE,
    ),
    *_robust(
        "Huber loss",
        _huber,
        _number("delta", 1.0, 1.345, 1.5, 0.5, 2.0),
        "-pm.math.where(abs(z) <= {delta}, z ** 2 / 2, {delta} * (abs(z) - {delta} / 2))",
    ),
    *_robust(
        "pseudo-Huber loss",
        _pseudo_huber,
        _number("delta", 1.0, 1.345, 1e-3),
        "-{delta} ** 2 * (pm.math.sqrt(1 + (z / {delta}) ** 2) - 1)",
    ),
    *_robust(
        "expectile loss", _expectile, _TAU, "-pm.math.where(z >= 0, {tau}, 1 - {tau}) * z ** 2", _EXPECTILE
    ),
    *_robust("power of the absolute error", _power, _POWER, "-abs(z) ** {p}", ""),
    *_robust(
        "epsilon-insensitive loss",
        _insensitive,
        _number("epsilon", 0.1),
        "-pm.math.maximum(abs(z) - {epsilon}, 0.0)",
        "Residuals below epsilon cost nothing; beyond, it is the absolute error.",
    ),
    *_robust(
        "squared epsilon-insensitive loss",
        _insensitive_squared,
        _number("epsilon", 0.1),
        "-pm.math.maximum(abs(z) - {epsilon}, 0.0) ** 2",
        "Residuals below epsilon cost nothing.",
    ),
    _wide("Cauchy", "Cauchy", "beta", _cauchy),
    _wide("logistic", "Logistic", "s", _logistic),
    _wide("Gumbel", "Gumbel", "beta", _gumbel),
    *_robust(
        "Fair loss",
        _fair,
        _number("c", 1.0, 1.3998),
        "-{c} ** 2 * (abs(z) / {c} - pm.math.log1p(abs(z) / {c}))",
    ),
    *_robust(
        "Cauchy loss",
        _cauchy_of_width,
        _number("c", 1.0, 2.3849),
        "-{c} ** 2 / 2 * pm.math.log1p((z / {c}) ** 2)",
    )[1:],
    *_robust("general robust loss", _barron, _BEND, "", _ROBUST),
    *_robust("smoothed absolute error", _smooth, _number("epsilon", 1e-3, 0.1), "", _ROBUST)[1:],
    Family(
        name="smoothed absolute error with a scale of its own",
        data="real",
        parameters={"mu": "real", "b": "positive"},
        rows=lambda y, mu, b, epsilon: _smooth(y - mu, epsilon) / b + np.log(b),
        unknown=_number("epsilon", 1e-3, 0.1),
        is_density=False,
        reading="It is the NLL of a Laplace but for residuals near zero, where it is rounded off.",
    ),
    *_robust(
        "smooth absolute error",
        lambda z, beta: _huber(z, beta) / beta,
        _number("beta", 1.0),
        "-pm.math.where(abs(z) <= {beta}, z ** 2 / (2 * {beta}), abs(z) - {beta} / 2)",
    )[1:],
    *_robust("exponential power loss", lambda z, p: np.abs(z) ** p / p, _POWER, "-abs(z) ** {p} / {p}", "")[
        1:
    ],
    _robust("quantile Huber loss", _quantile_huber, _TAU, "", _QUANTILE)[0],
    _robust("linear-exponential loss", _linear_exponential, _SLOPE, "", _ASYMMETRIC)[0],
    _robust(
        "reversed linear-exponential loss",
        lambda z, a: _linear_exponential(-z, a),
        _SLOPE,
        "",
        _ASYMMETRIC,
    )[0],
    _robust("logarithmic error", _logarithmic, _number("c", 1.0), "", _ROBUST, False)[0],
    Family(
        name="beta-NLL of a Normal",
        data="real",
        parameters={"mu": "real", "sigma": "positive"},
        rows=lambda y, mu, sigma, beta: sigma ** (2 * beta) * (_square((y - mu) / sigma) + np.log(sigma)),
        unknown=replace(_TAU, symbol="beta", usual=(0.5,), trivial=()),
        is_density=False,
        reading="It weighs rows by a power of their variance, which is meant for gradients that leave the weight out.",
    ),
    *_clipped("truncated squared error", _truncated),
    *_clipped("truncated absolute error", _capped),
    *_robust("Tukey biweight loss", _tukey, _number("c", 4.685), "", _REDESCENDING, False),
    *_robust("Welsch loss", _welsch, _number("c", 2.9846), "", _REDESCENDING, False),
    *_robust("Geman-McClure loss", _geman, _number("c", 1.0), "", _REDESCENDING, False),
)
