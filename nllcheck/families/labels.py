"""Families of counts, of two labels and of classes, and the margin losses of classifiers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import betaln, expit, gammaln, log_expit, log_ndtr, log_softmax, softmax, xlog1py, xlogy

from nllcheck.families.family import Array, Family, Unknown

__all__ = ["CLASSES", "COUNTS", "LABELS"]

MEAN, LOG_MEAN, P, LOGIT = {"mu": "positive"}, {"eta": "real"}, {"p": "unit"}, {"eta": "real"}
SIMPLEX, LOGITS = {"p": "simplex"}, {"z": "logits"}

# -- counts -------------------------------------------------------------------------------------------------


def _negative_binomial(y: Array, mu: Array, alpha: Array) -> Array:
    share = (y + alpha) * np.log1p(mu / alpha) - xlogy(y, mu / alpha)
    return gammaln(alpha) - gammaln(y + alpha) + share


def _urn(y: Array, n: Array, alpha: Array, beta: Array) -> Array:
    return betaln(alpha, beta) - betaln(y + alpha, n - y + beta)


def _trials(y: Array, n: Array, p: Array) -> Array:
    return -xlogy(y, p) - xlog1py(n - y, -p)


def _hurdle(y: Array, psi: Array, mu: Array) -> Array:
    positive = mu - xlogy(y, mu) + np.log(-np.expm1(-mu)) - np.log(psi)
    return np.where(y == 0, -np.log1p(-psi), positive)


def _inflated(y: Array, psi: Array, mu: Array) -> Array:
    zero = -np.log(1 - psi + psi * np.exp(-mu))
    return np.where(y == 0, zero, mu - xlogy(y, mu) - np.log(psi))


_ALPHA = Unknown(
    symbol="alpha",
    grid=tuple(np.geomspace(0.03, 300.0, 26).tolist()),
    usual=(0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
    bounds=(0.0, np.inf),
)
_DISPERSED = "The variance of y is mu + mu ** 2 / alpha."
_ONE_EACH = "Every row counts the same, whatever its number of trials."
_POISSON = "It is the Poisson deviance too: the variance of y is its mean."


def _of_trials(name: str, rows: Callable[..., Array], reading: str, parameter: str = "p") -> Family:
    return Family(
        name=name,
        data="counts",
        parameters={"n": "trials", parameter: "unit" if parameter == "p" else "real"},
        rows=rows,
        is_density=False,
        reading=reading,
    )


COUNTS: tuple[Family, ...] = (
    Family(
        name="Poisson",
        data="counts",
        parameters=MEAN,
        rows=lambda y, mu: mu - xlogy(y, mu),
        distribution="Poisson",
        pymc="pm.Poisson('y', mu={mu}, observed=y)",
        reading=_POISSON,
    ),
    Family(
        name="Poisson of a log mean",
        data="counts",
        parameters=LOG_MEAN,
        rows=lambda y, eta: np.exp(eta) - y * eta,
        distribution="Poisson",
        pymc="pm.Poisson('y', mu=pm.math.exp({eta}), observed=y)",
        reading=_POISSON,
    ),
    Family(
        name="Poisson deviance",
        data="nonnegative",
        parameters=MEAN,
        rows=lambda y, mu: mu - xlogy(y, mu),
        is_density=False,
        reading="It estimates the mean, though amounts that are no counts have no Poisson density.",
    ),
    Family(
        name="Poisson deviance of a log mean",
        data="nonnegative",
        parameters=LOG_MEAN,
        rows=lambda y, eta: np.exp(eta) - y * eta,
        is_density=False,
        reading="It estimates the mean, though amounts that are no counts have no Poisson density.",
    ),
    Family(
        name="Poisson of a rate and an exposure",
        data="counts",
        parameters={"rate": "positive", "exposure": "positive"},
        rows=lambda y, rate, exposure: rate * exposure - xlogy(y, rate * exposure),
        distribution="Poisson",
        pymc="pm.Poisson('y', mu={rate} * {exposure}, observed=y)",
        reading=_POISSON,
    ),
    Family(
        name="negative binomial",
        data="counts",
        parameters={"mu": "positive", "alpha": "positive"},
        rows=_negative_binomial,
        distribution="NegativeBinomial",
        pymc="pm.NegativeBinomial('y', mu={mu}, alpha={alpha}, observed=y)",
        reading=_DISPERSED,
    ),
    Family(
        name="negative binomial of a dispersion",
        data="counts",
        parameters={"mu": "positive", "phi": "positive"},
        rows=lambda y, mu, phi: _negative_binomial(y, mu, 1 / phi),
        distribution="NegativeBinomial",
        pymc="pm.NegativeBinomial('y', mu={mu}, alpha=1 / {phi}, observed=y)",
        reading="The variance of y is mu + phi * mu ** 2.",
    ),
    Family(
        name="negative binomial of n and p",
        data="counts",
        parameters={"n": "positive", "p": "unit"},
        rows=lambda y, n, p: gammaln(n) - gammaln(y + n) - n * np.log(p) - xlog1py(y, -p),
        distribution="NegativeBinomial",
        pymc="pm.NegativeBinomial('y', n={n}, p={p}, observed=y)",
    ),
    Family(
        name="geometric",
        data="tries",
        parameters=P,
        rows=lambda y, p: -np.log(p) - xlog1py(y - 1, -p),
        distribution="Geometric",
        pymc="pm.Geometric('y', p={p}, observed=y)",
    ),
    Family(
        name="geometric from zero",
        data="counts",
        parameters=P,
        rows=lambda y, p: -np.log(p) - xlog1py(y, -p),
        distribution="NegativeBinomial",
        pymc="pm.NegativeBinomial('y', n=1.0, p={p}, observed=y)",
        reading="It counts the failures before the first success: a pm.Geometric of y + 1.",
    ),
    Family(
        name="binomial",
        data="counts",
        parameters={"n": "trials", "p": "unit"},
        rows=_trials,
        distribution="Binomial",
        pymc="pm.Binomial('y', n={n}, p={p}, observed=y)",
    ),
    Family(
        name="binomial of a logit",
        data="counts",
        parameters={"n": "trials", "eta": "real"},
        rows=lambda y, n, eta: n * np.logaddexp(0.0, eta) - y * eta,
        distribution="Binomial",
        pymc="pm.Binomial('y', n={n}, logit_p={eta}, observed=y)",
    ),
    _of_trials("squared error of shares of trials", lambda y, n, p: (y / n - p) ** 2, _ONE_EACH),
    _of_trials("absolute error of shares of trials", lambda y, n, p: np.abs(y / n - p), _ONE_EACH),
    _of_trials(
        "squared error of shares of trials from logits",
        lambda y, n, eta: (y / n - expit(eta)) ** 2,
        _ONE_EACH,
        "eta",
    ),
    _of_trials(
        "squared error of expected successes",
        lambda y, n, p: (y - n * p) ** 2,
        "Every row counts by the square of its number of trials.",
    ),
    _of_trials(
        "Pearson's chi-squared of trials",
        lambda y, n, p: (y - n * p) ** 2 / (n * p * (1 - p)),
        "It lacks the logarithm of the variance, so it prefers p near 1/2.",
    ),
    Family(
        name="squared error of rates",
        data="nonnegative",
        parameters={"rate": "positive", "exposure": "positive"},
        rows=lambda y, rate, exposure: (y / exposure - rate) ** 2,
        is_density=False,
        reading="Every row counts the same, whatever its exposure.",
    ),
    Family(
        name="squared error of expected counts",
        data="nonnegative",
        parameters={"rate": "positive", "exposure": "positive"},
        rows=lambda y, rate, exposure: 0.5 * (y - rate * exposure) ** 2,
        distribution="Normal",
        pymc="pm.Normal('y', mu={rate} * {exposure}, sigma=1.0, observed=y)",
        reading="Rows of large exposure count most.",
    ),
    Family(
        name="binomial of the mean of a beta",
        data="counts",
        parameters={"n": "trials", "alpha": "positive", "beta": "positive"},
        rows=lambda y, n, alpha, beta: _trials(y, n, alpha / (alpha + beta)),
        distribution="Binomial",
        pymc="pm.Binomial('y', n={n}, p={alpha} / ({alpha} + {beta}), observed=y)",
        reading="It has the mean of a beta-binomial, without its dispersion.",
    ),
    Family(
        name="beta-binomial of mean and precision",
        data="counts",
        parameters={"n": "trials", "mu": "unit", "nu": "positive"},
        rows=lambda y, n, mu, nu: _urn(y, n, mu * nu, (1 - mu) * nu),
        distribution="BetaBinomial",
        pymc="pm.BetaBinomial('y', n={n}, alpha={mu} * {nu}, beta=(1 - {mu}) * {nu}, observed=y)",
    ),
    Family(
        name="zero-truncated Poisson",
        data="tries",
        parameters=MEAN,
        rows=lambda y, mu: mu - xlogy(y, mu) + np.log(-np.expm1(-mu)),
        reading="It is a Poisson of counts of which none can be 0.",
    ),
    Family(
        name="hurdle Poisson",
        data="counts",
        parameters={"psi": "unit", "mu": "positive"},
        rows=_hurdle,
        distribution="HurdlePoisson",
        pymc="pm.HurdlePoisson('y', psi={psi}, mu={mu}, observed=y)",
        reading="All zeros are of one kind: the counts above it are a Poisson without zeros.",
    ),
    Family(
        name="zero-inflated Poisson",
        data="counts",
        parameters={"psi": "unit", "mu": "positive"},
        rows=_inflated,
        distribution="ZeroInflatedPoisson",
        pymc="pm.ZeroInflatedPoisson('y', psi={psi}, mu={mu}, observed=y)",
    ),
    Family(
        name="beta-binomial",
        data="counts",
        parameters={"n": "trials", "alpha": "positive", "beta": "positive"},
        rows=_urn,
        distribution="BetaBinomial",
        pymc="pm.BetaBinomial('y', n={n}, alpha={alpha}, beta={beta}, observed=y)",
    ),
    Family(
        name="negative binomial of a fixed alpha",
        data="counts",
        parameters=MEAN,
        rows=_negative_binomial,
        unknown=_ALPHA,
        distribution="NegativeBinomial",
        pymc="pm.NegativeBinomial('y', mu={mu}, alpha={alpha}, observed=y)",
        reading=_DISPERSED,
    ),
    Family(
        name="negative binomial of a log mean and a fixed alpha",
        data="counts",
        parameters=LOG_MEAN,
        rows=lambda y, eta, alpha: _negative_binomial(y, np.exp(eta), alpha),
        unknown=_ALPHA,
        distribution="NegativeBinomial",
        pymc="pm.NegativeBinomial('y', mu=pm.math.exp({eta}), alpha={alpha}, observed=y)",
        reading=_DISPERSED,
    ),
)

# -- two labels ---------------------------------------------------------------------------------------------

_MARGIN = (
    "It is a margin loss and no density: exp(−loss) is not normalised over the two labels for any scale."
)
_PROPER = "It still estimates the probability, but confident mistakes cost little; it is no NLL of a label."


def _signs(y: Array) -> Array:
    return np.where(y > 0, 1.0, -1.0)


def _of_margin(core: Callable[..., Array]) -> Callable[..., Array]:
    return lambda y, z, *unknown: core(_signs(y) * z, *unknown)


def _of_probability(core: Callable[..., Array]) -> Callable[..., Array]:
    return lambda y, p, *unknown: core(np.where(y > 0, p, 1 - p), *unknown)


def _of_logit(core: Callable[..., Array]) -> Callable[..., Array]:
    return lambda y, z, *unknown: core(expit(_signs(y) * z), *unknown)


def _focal(q: Array, gamma: Array) -> Array:
    return np.asarray(-((1 - q) ** gamma) * np.log(q))


def _generalised(q: Array, s: Array) -> Array:
    return np.asarray((1 - q**s) / s)


def _poly(q: Array, epsilon: Array) -> Array:
    return np.asarray(-np.log(q) + epsilon * (1 - q))


def _smooth_hinge(m: Array) -> Array:
    return np.where(m <= 0, 0.5 - m, 0.5 * np.maximum(1 - m, 0.0) ** 2)


def _modified_huber(m: Array) -> Array:
    return np.where(m >= -1, np.maximum(1 - m, 0.0) ** 2, -4 * m)


def _spherical(q: Array) -> Array:
    return np.asarray(-q / np.sqrt(q**2 + (1 - q) ** 2))


def _cauchit(y: Array, eta: Array) -> Array:
    return -np.log(0.5 + np.arctan(_signs(y) * eta) / np.pi)


def _loglog(y: Array, eta: Array) -> Array:
    return _cloglog(1 - y, -eta)


def _cloglog(y: Array, eta: Array) -> Array:
    rate = np.exp(eta)
    return np.where(y == 1, -np.log(-np.expm1(-rate)), rate)


_GAMMA = Unknown(
    symbol="gamma",
    grid=tuple(np.linspace(0.1, 8.0, 26).tolist()),
    usual=(0.5, 1.0, 1.5, 2.0, 3.0, 5.0),
    bounds=(0.0, 50.0),
)
_Q = Unknown(
    symbol="q",
    grid=tuple(np.linspace(0.03, 2.0, 24).tolist()),
    usual=(0.5, 0.7, 0.8),
    bounds=(0.0, 10.0),
    trivial=(1.0,),
)
_EPSILON = Unknown(
    symbol="epsilon",
    grid=tuple(np.geomspace(0.03, 30.0, 20).tolist()),
    usual=(1.0, 2.0, 4.0),
    bounds=(0.0, np.inf),
)
_WIDTH = Unknown(
    symbol="margin",
    grid=tuple(np.geomspace(0.02, 20.0, 26).tolist()),
    usual=(0.5, 2.0),
    bounds=(0.0, np.inf),
    trivial=(1.0,),
)
_FOCAL = "Easy rows are weighed down; it estimates no probability, and no density has it as its NLL."
_BOTH = "It is a Poly-1 loss or symmetric cross-entropy; no density has it as its NLL."
_ROBUST = "It lies between cross-entropy and absolute error; no density has it as its NLL."


def _labels(
    name: str, rows: Callable[..., Array], domain: str, reading: str, unknown: Unknown | None = None
) -> Family:
    parameters = {"p" if domain == "unit" else "z": domain}
    return Family(
        name=name,
        data="labels",
        parameters=parameters,
        rows=rows,
        unknown=unknown,
        is_density=False,
        reading=reading,
    )


LABELS: tuple[Family, ...] = (
    Family(
        name="Bernoulli",
        data="binary",
        parameters=P,
        rows=lambda y, p: -xlogy(y, p) - xlog1py(1 - y, -p),
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', p={p}, observed=y)",
    ),
    Family(
        name="Bernoulli of a logit",
        data="binary",
        parameters=LOGIT,
        rows=lambda y, eta: np.logaddexp(0.0, eta) - y * eta,
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', logit_p={eta}, observed=y)",
    ),
    Family(
        name="Bernoulli of a probit",
        data="binary",
        parameters=LOGIT,
        rows=lambda y, eta: -log_ndtr(_signs(y) * eta),
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', p=pm.math.invprobit({eta}), observed=y)",
    ),
    Family(
        name="Bernoulli of a complementary log-log",
        data="binary",
        parameters=LOGIT,
        rows=_cloglog,
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', p=1 - pm.math.exp(-pm.math.exp({eta})), observed=y)",
    ),
    Family(
        name="Bernoulli of a log-log",
        data="binary",
        parameters=LOGIT,
        rows=_loglog,
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', p=pm.math.exp(-pm.math.exp(-{eta})), observed=y)",
    ),
    Family(
        name="Bernoulli of a cauchit",
        data="binary",
        parameters=LOGIT,
        rows=_cauchit,
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', p=0.5 + pm.math.arctan({eta}) / np.pi, observed=y)",
    ),
    Family(
        name="Bernoulli of the labels −1 and 1",
        data="signed",
        parameters=LOGIT,
        rows=lambda y, eta: np.logaddexp(0.0, -y * eta),
        distribution="Bernoulli",
        pymc="pm.Bernoulli('y', logit_p={eta}, observed=(y + 1) // 2)",
        restored=lambda y: 2 * y - 1,
    ),
    _labels("Brier score", _of_probability(lambda q: (1 - q) ** 2), "unit", _PROPER),
    _labels("Brier score of logits", _of_logit(lambda q: (1 - q) ** 2), "real", _PROPER),
    _labels("absolute error of probabilities", _of_probability(lambda q: 1 - q), "unit", _MARGIN),
    _labels("absolute error of probabilities from logits", _of_logit(lambda q: 1 - q), "real", _MARGIN),
    _labels("hinge loss", _of_margin(lambda m: np.maximum(1 - m, 0.0)), "real", _MARGIN),
    _labels("squared hinge loss", _of_margin(lambda m: np.maximum(1 - m, 0.0) ** 2), "real", _MARGIN),
    _labels("perceptron loss", _of_margin(lambda m: np.maximum(-m, 0.0)), "real", _MARGIN),
    _labels("exponential loss", _of_margin(lambda m: np.exp(-m)), "real", _MARGIN),
    _labels("squared error of the margin", _of_margin(lambda m: (1 - m) ** 2), "real", _MARGIN),
    _labels("smooth hinge loss", _of_margin(_smooth_hinge), "real", _MARGIN),
    _labels("modified Huber loss", _of_margin(_modified_huber), "real", _MARGIN),
    _labels("ramp loss", _of_margin(lambda m: np.clip(1 - m, 0.0, 1.0)), "real", _MARGIN),
    _labels("tangent loss", _of_margin(lambda m: (2 * np.arctan(m) - 1) ** 2), "real", _MARGIN),
    _labels("spherical score", _of_probability(_spherical), "unit", _PROPER),
    _labels("spherical score of logits", _of_logit(_spherical), "real", _PROPER),
    _labels("cross-entropy plus absolute error", _of_probability(_poly), "unit", _BOTH, _EPSILON),
    _labels("cross-entropy plus absolute error of logits", _of_logit(_poly), "real", _BOTH, _EPSILON),
    _labels(
        "logistic loss of a margin",
        _of_margin(lambda m, width: np.logaddexp(0.0, width - m)),
        "real",
        _MARGIN,
        replace(_WIDTH, trivial=()),
    ),
    _labels("focal loss", _of_probability(_focal), "unit", _FOCAL, _GAMMA),
    _labels("focal loss of logits", _of_logit(_focal), "real", _FOCAL, _GAMMA),
    _labels("generalised cross-entropy", _of_probability(_generalised), "unit", _ROBUST, _Q),
    _labels("generalised cross-entropy of logits", _of_logit(_generalised), "real", _ROBUST, _Q),
    _labels("hinge loss", _of_margin(lambda m, width: np.maximum(width - m, 0.0)), "real", _MARGIN, _WIDTH),
)

_WEIGHT = Unknown(
    symbol="weight",
    grid=tuple(np.geomspace(0.01, 100.0, 25).tolist()),
    usual=(0.5, 2.0, 1 / 3, 3.0),
    bounds=(0.0, np.inf),
    trivial=(1.0,),
)


def _weighed(family: Family, *known: float) -> Family:
    """Return a loss in which the rows of one label count `weight` times those of the other."""
    number = f" ({family.unknown.symbol} = {known[0]:g})" if family.unknown else ""

    def rows(y: Array, x: Array, weight: Array) -> Array:
        return np.where(y > 0, weight, 1.0) * family.rows(y, x, *known)

    return replace(
        family,
        name=f"weighed {family.name}{number}",
        rows=rows,
        unknown=_WEIGHT,
        reading=f"The rows of the larger label count more or less than the others, by the weight. {family.reading}",
    )


LABELS += (
    *(_weighed(f) for f in LABELS if f.unknown is None and not f.is_density),
    *(_weighed(f, gamma) for f in LABELS if f.unknown is _GAMMA for gamma in (2.0, 1.0, 3.0, 5.0)),
)

# -- classes ------------------------------------------------------------------------------------------------


def _spread_out(y: Array, p: Array) -> tuple[Array, Array]:
    """Return p with one row for each y, and y as 0 and 1 in the classes."""
    p = np.broadcast_to(p, (*np.broadcast_shapes(y.shape, p.shape[:-1]), p.shape[-1]))
    return p, (np.broadcast_to(y, p.shape[:-1])[..., None] == np.arange(p.shape[-1])).astype(float)


def _picked(y: Array, p: Array) -> Array:
    p, hot = _spread_out(y, p)
    return np.where(hot.sum(axis=-1) > 0, np.sum(np.where(hot > 0, p, 0.0), axis=-1), np.nan)


def _brier(y: Array, p: Array) -> Array:
    p, hot = _spread_out(y, p)
    return np.sum((hot - p) ** 2, axis=-1)


def _as_number(y: Array, p: Array) -> Array:
    """Return y less the expectation of the number of the class."""
    return y - np.sum(p * np.arange(p.shape[-1]), axis=-1)


def _ranked(y: Array, p: Array) -> Array:
    p, hot = _spread_out(y, p)
    return np.sum(np.cumsum(hot - p, axis=-1) ** 2, axis=-1)


def _spherical_of_classes(y: Array, p: Array) -> Array:
    return -_picked(y, p) / np.sqrt(np.sum(p**2, axis=-1))


def _jensen_shannon(y: Array, p: Array) -> Array:
    middle = (y + p) / 2
    return 0.5 * (xlogy(y, y) + xlogy(p, p)) - xlogy(middle, middle)


def _one_against_rest(y: Array, p: Array) -> Array:
    p, hot = _spread_out(y, p)
    return -np.sum(xlogy(hot, p) + xlog1py(1 - hot, -p), axis=-1)


def _one_against_rest_of_logits(y: Array, z: Array) -> Array:
    z, hot = _spread_out(y, z)
    return np.sum(np.logaddexp(0.0, z) - hot * z, axis=-1)


def _margins(y: Array, z: Array) -> Array:
    """Return 1 + z_j − z_y for the other classes, −inf for y itself."""
    z, hot = _spread_out(y, z)
    return np.where(hot > 0, -np.inf, 1 + z - _picked(y, z)[..., None])


def _ordered(y: Array, eta: Array, cutpoints: Array, log_cdf: Callable[[Array], Array]) -> Array:
    """Return −log(G(c_y − eta) − G(c_{y−1} − eta)) with c_{−1} = −inf and c_K = inf, of the shorter tails."""
    ends = np.full((*cutpoints.shape[:-1], 1), np.inf)
    edges = np.concatenate([-ends, cutpoints, ends], axis=-1)
    upper, lower = _picked(y + 1, edges) - eta, _picked(y, edges) - eta
    upper, lower = np.where(lower > 0, -lower, upper), np.where(lower > 0, -upper, lower)
    high, low = log_cdf(upper), log_cdf(lower)
    return -high - np.log1p(-np.exp(low - high))


def _thresholds(y: Array, eta: Array, cutpoints: Array) -> Array:
    z = eta[..., None] - cutpoints
    above = y[..., None] > np.arange(cutpoints.shape[-1])
    return np.sum(np.logaddexp(0.0, z) - above * z, axis=-1)


def _classes(
    name: str,
    parameters: dict[str, str],
    rows: Callable[..., Array],
    reading: str,
    unknown: Unknown | None = None,
) -> Family:
    return Family(
        name=name,
        data="classes",
        parameters=parameters,
        rows=rows,
        unknown=unknown,
        is_density=False,
        reading=reading,
    )


_CLASSIFIER = "It is a margin loss and no density: it finds classes, not their probabilities."
_NUMBER = (
    "It takes the number of a class for an amount, and estimates its mean: no class has its probability."
)
_RANKED = "It is a proper score of ordered classes, the squared distance of cumulative probabilities; no NLL."
_REST = "It takes every class for a coin of its own, so the probabilities of a row need not add up to 1."

CLASSES: tuple[Family, ...] = (
    Family(
        name="categorical",
        data="classes",
        parameters=SIMPLEX,
        rows=lambda y, p: -np.log(_picked(y, p)),
        distribution="Categorical",
        pymc="pm.Categorical('y', p={p}, observed=y)",
    ),
    Family(
        name="categorical of logits",
        data="classes",
        parameters=LOGITS,
        rows=lambda y, z: -_picked(y, log_softmax(z, axis=-1)),
        distribution="Categorical",
        pymc="pm.Categorical('y', logit_p={z}, observed=y)",
    ),
    Family(
        name="ordered logistic",
        data="classes",
        parameters={"eta": "real", "cutpoints": "ordered"},
        rows=lambda y, eta, cutpoints: _ordered(y, eta, cutpoints, log_expit),
        distribution="OrderedLogistic",
        pymc="pm.OrderedLogistic('y', eta={eta}, cutpoints={cutpoints}, observed=y)",
    ),
    Family(
        name="ordered probit",
        data="classes",
        parameters={"eta": "real", "cutpoints": "ordered"},
        rows=lambda y, eta, cutpoints: _ordered(y, eta, cutpoints, log_ndtr),
        distribution="OrderedProbit",
        pymc="pm.OrderedProbit('y', eta={eta}, cutpoints={cutpoints}, observed=y)",
    ),
    _classes(
        "cross-entropy of independent thresholds",
        {"eta": "real", "cutpoints": "ordered"},
        _thresholds,
        "It takes every threshold for a coin of its own; their probabilities are not those of ordered classes.",
    ),
    Family(
        name="cross-entropy of shares of classes",
        data="one row of shares",
        parameters=SIMPLEX,
        rows=lambda y, p: -xlogy(y, p),
        distribution="Multinomial",
        pymc="pm.Multinomial('y', n=1, p={p}, observed=y)",
        reading="It is the Kullback-Leibler divergence too; with rows of 0 and 1 it is the categorical NLL.",
    ),
    Family(
        name="cross-entropy of shares of classes from logits",
        data="one row of shares",
        parameters=LOGITS,
        rows=lambda y, z: -y * log_softmax(z, axis=-1),
        distribution="Multinomial",
        pymc="pm.Multinomial('y', n=1, p=pm.math.softmax({z}, axis=-1), observed=y)",
        reading="It is the Kullback-Leibler divergence too; with rows of 0 and 1 it is the categorical NLL.",
    ),
    Family(
        name="reversed Kullback-Leibler divergence",
        data="one row of shares",
        parameters=SIMPLEX,
        rows=lambda y, p: xlogy(p, p) - p * np.log(y),
        is_density=False,
        reading="Model and data are exchanged: it seeks one mode instead of covering all the data.",
    ),
    Family(
        name="Jensen-Shannon divergence",
        data="one row of shares",
        parameters=SIMPLEX,
        rows=_jensen_shannon,
        is_density=False,
        reading="It is symmetric in data and model, and bounded; no density has it as its NLL.",
    ),
    Family(
        name="multinomial",
        data="one row of counts",
        parameters=SIMPLEX,
        rows=lambda y, p: -xlogy(y, p),
        distribution="Multinomial",
        pymc="pm.Multinomial('y', n=y.sum(axis=-1), p={p}, observed=y)",
    ),
    Family(
        name="multinomial of the mean of a Dirichlet",
        data="one row of counts",
        parameters={"a": "concentrations"},
        rows=lambda y, a: -xlogy(y, a / np.sum(a, axis=-1, keepdims=True)),
        distribution="Multinomial",
        pymc="pm.Multinomial('y', n=y.sum(axis=-1), p={a} / {a}.sum(axis=-1, keepdims=True), observed=y)",
        reading="It has the mean of a Dirichlet-multinomial, without its dispersion.",
    ),
    Family(
        name="squared error of shares",
        data="one row of counts",
        parameters=SIMPLEX,
        rows=lambda y, p: (y / np.sum(y, axis=-1, keepdims=True) - p) ** 2,
        is_density=False,
        reading="Every row counts the same, whatever its total.",
    ),
    _classes("Brier score of classes", SIMPLEX, _brier, _PROPER),
    _classes(
        "Brier score of classes from logits", LOGITS, lambda y, z: _brier(y, softmax(z, axis=-1)), _PROPER
    ),
    _classes("squared error of the expected class", SIMPLEX, lambda y, p: _as_number(y, p) ** 2, _NUMBER),
    _classes(
        "squared error of the expected class from logits",
        LOGITS,
        lambda y, z: _as_number(y, softmax(z, axis=-1)) ** 2,
        _NUMBER,
    ),
    _classes("absolute error of the expected class", SIMPLEX, lambda y, p: np.abs(_as_number(y, p)), _NUMBER),
    _classes("ranked probability score", SIMPLEX, _ranked, _RANKED),
    _classes(
        "ranked probability score from logits", LOGITS, lambda y, z: _ranked(y, softmax(z, axis=-1)), _RANKED
    ),
    _classes("spherical score", SIMPLEX, _spherical_of_classes, _PROPER),
    _classes("squared error of scores", LOGITS, _brier, _CLASSIFIER),
    _classes("one-against-rest cross-entropy", {"p": "shares"}, _one_against_rest, _REST),
    _classes("one-against-rest cross-entropy of logits", LOGITS, _one_against_rest_of_logits, _REST),
    _classes("absolute error of probabilities", SIMPLEX, lambda y, p: 1 - _picked(y, p), _CLASSIFIER),
    _classes(
        "multiclass hinge loss",
        LOGITS,
        lambda y, z: np.maximum(np.max(_margins(y, z), axis=-1), 0.0),
        _CLASSIFIER,
    ),
    _classes(
        "sum of hinge losses over classes",
        LOGITS,
        lambda y, z: np.sum(np.maximum(_margins(y, z), 0.0), axis=-1),
        _CLASSIFIER,
    ),
    _classes(
        "sum of squared hinge losses over classes",
        LOGITS,
        lambda y, z: np.sum(np.maximum(_margins(y, z), 0.0) ** 2, axis=-1),
        _CLASSIFIER,
    ),
    _classes(
        "sum of hinge losses over classes with a margin",
        LOGITS,
        lambda y, z, width: np.sum(np.maximum(_margins(y, z) - 1 + width, 0.0), axis=-1),
        _CLASSIFIER,
        _WIDTH,
    ),
    _classes(
        "cross-entropy plus absolute error",
        SIMPLEX,
        lambda y, p, epsilon: _poly(_picked(y, p), epsilon),
        _BOTH,
        _EPSILON,
    ),
    _classes(
        "cross-entropy plus absolute error of logits",
        LOGITS,
        lambda y, z, epsilon: _poly(_picked(y, softmax(z, axis=-1)), epsilon),
        _BOTH,
        _EPSILON,
    ),
    _classes("focal loss", SIMPLEX, lambda y, p, gamma: _focal(_picked(y, p), gamma), _FOCAL, _GAMMA),
    _classes(
        "focal loss of logits",
        LOGITS,
        lambda y, z, gamma: _focal(_picked(y, softmax(z, axis=-1)), gamma),
        _FOCAL,
        _GAMMA,
    ),
    _classes(
        "generalised cross-entropy", SIMPLEX, lambda y, p, q: _generalised(_picked(y, p), q), _ROBUST, _Q
    ),
    _classes(
        "generalised cross-entropy of logits",
        LOGITS,
        lambda y, z, q: _generalised(_picked(y, softmax(z, axis=-1)), q),
        _ROBUST,
        _Q,
    ),
)
