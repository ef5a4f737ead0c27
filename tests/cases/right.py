"""Losses that are the NLL of their model, with the scale and offset that paper and pencil give."""

import functools
import math

import numpy as np
import pymc as pm
from scipy import special, stats

from cases import data as d
from cases import models as m
from cases.table import Right

__all__ = ["RIGHT"]

LOG_2PI = math.log(2 * math.pi)


# -- normal -------------------------------------------------------------------------------------------------


def gaussian(y, mu, sigma):
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def gaussian_rows(y, mu, sigma):
    return 0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma) + 0.5 * LOG_2PI


def gaussian_scipy(y, mu, sigma):
    return -stats.norm.logpdf(y, mu, sigma).sum()


def gaussian_mean(y, mu, sigma):
    return np.mean(gaussian_rows(y, mu, sigma))


def deviance(y, mu, sigma):
    return -2 * np.sum(stats.norm.logpdf(y, mu, sigma))


def bits(y, mu, sigma):
    return np.sum(gaussian_rows(y, mu, sigma)) / np.log(2)


def sse(y, mu):
    return np.sum((y - mu) ** 2)


def half_sse(y, mu):
    return 0.5 * np.sum((y - mu) ** 2)


def mse(y, mu):
    return np.mean((y - mu) ** 2)


def rmse(y, mu):
    return np.sqrt(np.mean((y - mu) ** 2))


def float32(y, mu, sigma):
    y, mu, sigma = np.float32(y), np.float32(mu), np.float32(sigma)
    return np.sum(np.float32(0.5) * ((y - mu) / sigma) ** 2 + np.log(sigma))


def log_variance(y, mu, log_var):
    return 0.5 * np.sum(log_var + (y - mu) ** 2 / np.exp(log_var))


def precision(y, mu, tau):
    return 0.5 * np.sum(tau * (y - mu) ** 2 - np.log(tau))


def by_position(target, prediction, spread, /):
    return np.sum(((target - prediction) / spread) ** 2) + 2 * len(target) * np.log(spread)


def reduced(y, mu, sigma, reduction):
    rows = gaussian_rows(y, mu, sigma)
    return {"sum": np.sum, "mean": np.mean}[reduction](rows)


def keywords_only(*, y, mu, sigma, eps=0.0):
    return gaussian(y, mu, sigma + eps)


class GaussianLoss:
    """As deep-learning libraries write a loss: an object with settings that is called."""

    def __init__(self, full):
        self.full = full

    def __call__(self, y, mu, sigma):
        return np.sum(gaussian_rows(y, mu, sigma)) - (0 if self.full else 0.5 * len(y) * LOG_2PI)


def pure_python(y, mu, sigma):
    return sum(0.5 * ((a - b) / sigma) ** 2 + math.log(sigma) for a, b in zip(y, mu, strict=True))


def profile(y, mu):
    return 0.5 * len(y) * np.log(np.sum((y - mu) ** 2))


def log_rmse(y, mu):
    return np.log(np.sqrt(np.mean((y - mu) ** 2)))


def weighted(y, mu, sigma, w):
    return np.sum(w * gaussian_rows(y, mu, sigma))


def weighted_average(y, mu, w):
    return np.average((y - mu) ** 2, weights=w)


def nan_sum(y, mu, sigma):
    return np.nansum(gaussian_rows(y, mu, sigma))


def present_only(y_observed, mu, sigma):
    return gaussian(y_observed, mu[~d.MISSING], sigma)


def heteroscedastic(y, mu, sigma):
    return np.sum(np.log(sigma) + (y - mu) ** 2 / (2 * sigma**2))


def kendall_gal(y, mu, s):
    return np.mean(0.5 * np.exp(-s) * (y - mu) ** 2 + 0.5 * s)


def swamped(y, mu, sigma):
    return gaussian(y, mu, sigma) + 1e6


def expanded(y, mu, sigma):
    n = len(y)
    return (np.sum(y**2) - 2 * np.sum(y * mu) + np.sum(mu**2)) / (2 * sigma**2) + n * np.log(sigma)


NORMAL = (
    Right(id="normal, SciPy", family="normal", model=m.gaussian, loss=gaussian_scipy, relation="equal"),
    Right(
        id="normal, one value a row", family="normal", model=m.gaussian, loss=gaussian_rows, relation="equal"
    ),
    Right(
        id="normal without its constant",
        family="normal",
        model=m.gaussian,
        loss=gaussian,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        offset_name="−n/2·log 2π",
    ),
    Right(
        id="normal, data far from zero",
        family="normal",
        model=m.far_from_zero,
        loss=gaussian,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        offset_name="−n/2·log 2π",
        rtol=1e-6,
    ),
    Right(
        id="normal, mean",
        family="normal",
        model=m.gaussian,
        loss=gaussian_mean,
        relation="affine",
        scale=1 / d.N,
        scale_name="1/n",
        offset=0.0,
        offset_name="0",
    ),
    Right(
        id="normal, minus two log likelihood",
        family="normal",
        model=m.gaussian,
        loss=deviance,
        relation="affine",
        scale=2.0,
        scale_name="2",
        offset=0.0,
        offset_name="0",
    ),
    Right(
        id="normal, bits",
        family="normal",
        model=m.gaussian,
        loss=bits,
        relation="affine",
        scale=1 / math.log(2),
        scale_name="1/ln 2",
        offset=0.0,
    ),
    Right(
        id="squared error given sigma",
        family="normal",
        model=m.gaussian,
        loss=sse,
        relation="affine",
        scale=lambda at: 2 * at["sigma"] ** 2,
        scale_name="2σ²",
        options={"given": "sigma"},
    ),
    Right(
        id="mean squared error given sigma",
        family="normal",
        model=m.gaussian,
        loss=mse,
        relation="affine",
        scale=lambda at: 2 * at["sigma"] ** 2 / d.N,
        scale_name="2σ²/n",
        offset=lambda at: -2 * at["sigma"] ** 2 * (LOG_2PI / 2 + np.log(at["sigma"])),
        notes=("scaled-posterior",),
        options={"given": ("sigma",)},
    ),
    Right(
        id="mean squared error, sigma not announced",
        family="normal",
        model=m.gaussian,
        loss=mse,
        relation="affine",
        scale=lambda at: 2 * at["sigma"] ** 2 / d.N,
        scale_name="2σ²/n",
    ),
    Right(
        id="half the squared error at sigma = 1",
        family="normal",
        model=m.gaussian,
        loss=half_sse,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        offset_name="−n/2·log 2π",
        options={"given": {"sigma": 1.0}},
    ),
    Right(
        id="mean squared error at sigma = 0.3",
        family="normal",
        model=m.gaussian,
        loss=mse,
        relation="affine",
        scale=2 * 0.3**2 / d.N,
        options={"given": {"sigma": 0.3}},
    ),
    Right(
        id="root mean squared error given sigma",
        family="normal",
        model=m.gaussian,
        loss=rmse,
        relation="monotone",
        notes=("not-additive",),
        options={"given": "sigma"},
    ),
    Right(
        id="normal in float32",
        family="normal",
        model=m.gaussian,
        loss=float32,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        notes=("low-precision",),
        rtol=1e-5,
    ),
    Right(
        id="normal by its log variance",
        family="normal",
        model=m.gaussian,
        loss=log_variance,
        relation="constant",
        options={"args": {"log_var": lambda sigma: 2 * np.log(sigma)}},
    ),
    Right(
        id="normal by its precision",
        family="normal",
        model=m.gaussian,
        loss=precision,
        relation="constant",
        options={"args": {"tau": lambda sigma: sigma**-2}},
    ),
    Right(
        id="normal, arguments by position",
        family="normal",
        model=m.gaussian,
        loss=by_position,
        relation="affine",
        scale=2.0,
        scale_name="2",
        offset=-d.N * LOG_2PI,
        options={"args": ("y", "mu", "sigma")},
    ),
    Right(
        id="normal, partial",
        family="normal",
        model=m.gaussian,
        loss=functools.partial(reduced, reduction="mean"),
        relation="affine",
        scale=1 / d.N,
        scale_name="1/n",
    ),
    Right(
        id="normal, keywords only", family="normal", model=m.gaussian, loss=keywords_only, relation="constant"
    ),
    Right(
        id="normal, an object", family="normal", model=m.gaussian, loss=GaussianLoss(True), relation="equal"
    ),
    Right(
        id="normal, a bound method",
        family="normal",
        model=m.gaussian,
        loss=GaussianLoss(False).__call__,
        relation="constant",
        offset_name="−n/2·log 2π",
    ),
    Right(
        id="normal, pure Python",
        family="normal",
        model=m.gaussian,
        loss=pure_python,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        options={"convert": lambda array: array.tolist()},
    ),
    Right(
        id="normal beside a large constant",
        family="normal",
        model=m.gaussian,
        loss=swamped,
        relation="constant",
        offset=1e6 - d.N / 2 * LOG_2PI,
    ),
    Right(
        id="normal, squares expanded", family="normal", model=m.gaussian, loss=expanded, relation="constant"
    ),
    Right(
        id="profile likelihood of squared error",
        family="normal",
        model=m.gaussian,
        loss=profile,
        relation="constant",
        offset=-d.N / 2 * (LOG_2PI + 1 - math.log(d.N)),
        notes=("not-additive",),
        options={"given": "sigma"},
    ),
    Right(
        id="logarithm of the root mean squared error",
        family="normal",
        model=m.gaussian,
        loss=log_rmse,
        relation="affine",
        scale=1 / d.N,
        options={"given": "sigma"},
    ),
    Right(
        id="sample weights",
        family="normal",
        model=m.weighted,
        loss=weighted,
        relation="equal",
        options={"weights": "w"},
    ),
    Right(
        id="weighted average of squares",
        family="normal",
        model=m.weighted,
        loss=weighted_average,
        relation="affine",
        scale=lambda at: 2 * at["sigma"] ** 2 / d.WEIGHTS.sum(),
        options={"weights": "w", "given": "sigma"},
    ),
    Right(
        id="masked data, nan skipped",
        family="normal",
        model=m.masked,
        loss=nan_sum,
        relation="equal",
        warnings=("clipped",),  # nansum hides the nan at sigma = 0
    ),
    Right(
        id="masked data, present entries",
        family="normal",
        model=m.masked,
        loss=present_only,
        relation="constant",
        offset=-(~d.MISSING).sum() / 2 * LOG_2PI,
    ),
    Right(
        id="heteroscedastic normal",
        family="heteroscedastic normal",
        model=m.heteroscedastic,
        loss=heteroscedastic,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        offset_name="−n/2·log 2π",
    ),
    Right(
        id="heteroscedastic normal by predicted log variance, mean",
        family="heteroscedastic normal",
        model=m.heteroscedastic,
        loss=kendall_gal,
        relation="affine",
        scale=1 / d.N,
        scale_name="1/n",
        offset=-LOG_2PI / 2,
        options={"args": {"s": lambda log_sigma: 2 * log_sigma}},
    ),
)


# -- other families on the line -----------------------------------------------------------------------------


def laplace(y, mu, scale):
    return np.sum(np.abs(y - mu)) / scale + len(y) * np.log(scale)


def laplace_full(y, mu, scale):
    return laplace(y, mu, scale) + len(y) * np.log(2)


def mae(y, mu):
    return np.mean(np.abs(y - mu))


def sum_absolute(y, mu):
    return np.abs(y - mu).sum()


def student(y, mu, sigma, nu=4.0):
    return np.sum((nu + 1) / 2 * np.log1p(((y - mu) / sigma) ** 2 / nu) + np.log(sigma))


def student_scipy(y, mu, sigma):
    return -stats.t.logpdf(y, 4.0, mu, sigma).sum()


def pinball(y, mu):
    r = y - mu
    return np.mean(np.maximum(0.3 * r, (0.3 - 1) * r))


def von_mises(y, mu, kappa):
    return np.sum(np.log(special.i0(kappa)) - kappa * np.cos(y - mu))


def cosine(y, mu):
    return -np.mean(np.cos(y - mu))


def gumbel(y, mu, beta):
    z = (y - mu) / beta
    return np.sum(z + np.exp(-z) + np.log(beta))


def logistic_noise(y, mu, s):
    return -stats.logistic.logpdf(y, mu, s)


def mahalanobis(y, mu):
    r = y - mu
    return 0.5 * np.einsum("ni,ij,nj->", r, np.linalg.inv(d.COVARIANCE), r)


def mahalanobis_rows(y, mu):
    return stats.multivariate_normal(cov=d.COVARIANCE).logpdf(y - mu) * -1


def multivariate(y, mu, cov):
    return -np.sum(stats.multivariate_normal.logpdf(y, mu, cov))


def multivariate_by_hand(y, mu, cov):
    r = (y - mu)[:, :, None]
    _, logdet = np.linalg.slogdet(cov)
    return 0.5 * np.sum(np.swapaxes(r, 1, 2) @ np.linalg.solve(cov, r)) + 0.5 * len(y) * logdet


def mixture(y, w, mu):
    return -np.sum(special.logsumexp(np.log(w) + stats.norm.logpdf(y[:, None], mu, [0.7, 0.9]), axis=1))


def autoregression(y, rho, sigma):
    e = y[1:] - rho[0] - rho[1] * y[:-1]
    return 0.5 * np.sum((e / sigma) ** 2) + len(e) * np.log(sigma)


def conditional_least_squares(y, rho):
    return np.mean((y[1:] - rho[0] - rho[1] * y[:-1]) ** 2)


def truncated(y, mu, sigma):
    return -np.sum(stats.norm.logpdf(y, mu, sigma) - stats.norm.logsf(0.0, mu, sigma))


REAL = (
    Right(
        id="laplace without its constant",
        family="laplace",
        model=m.laplace,
        loss=laplace,
        relation="constant",
        offset=-d.N * math.log(2),
        offset_name="−n·log 2",
    ),
    Right(id="laplace", family="laplace", model=m.laplace, loss=laplace_full, relation="equal"),
    Right(
        id="mean absolute error given its scale",
        family="laplace",
        model=m.laplace,
        loss=mae,
        relation="affine",
        scale=lambda at: at["scale"] / d.N,
        scale_name="scale/n",
        options={"given": "scale"},
    ),
    Right(
        id="sum of absolute errors at scale 1",
        family="laplace",
        model=m.laplace,
        loss=sum_absolute,
        relation="constant",
        offset=-d.N * math.log(2),
        options={"given": {"scale": 1.0}},
    ),
    Right(id="student t", family="student t", model=m.student, loss=student_scipy, relation="equal"),
    Right(
        id="student t without its constants",
        family="student t",
        model=m.student,
        loss=student,
        relation="constant",
        offset=d.N * (special.gammaln(2.5) - special.gammaln(2.0) - 0.5 * math.log(4 * math.pi)),
    ),
    Right(
        id="quantile loss given its scale",
        family="asymmetric laplace",
        model=m.asymmetric_laplace,
        loss=pinball,
        relation="affine",
        scale=lambda at: math.sqrt(0.3 * 0.7) / at["rate"] / d.N,
        options={"given": "rate"},
    ),
    Right(
        id="von Mises without its constant",
        family="von Mises",
        model=m.von_mises,
        loss=von_mises,
        relation="constant",
        offset=-len(d.ANGLES) * LOG_2PI,
        offset_name="−n·log 2π",
        warnings=("non-finite",),  # i0 overflows at kappa = 710
    ),
    Right(
        id="mean cosine given the concentration",
        family="von Mises",
        model=m.von_mises,
        loss=cosine,
        relation="affine",
        scale=lambda at: 1 / at["kappa"] / len(d.ANGLES),
        scale_name="1/(n·κ)",
        options={"given": "kappa"},
    ),
    Right(id="gumbel", family="gumbel", model=m.gumbel, loss=gumbel, relation="equal"),
    Right(
        id="logistic noise", family="logistic", model=m.logistic_noise, loss=logistic_noise, relation="equal"
    ),
    Right(
        id="mahalanobis distance",
        family="multivariate normal",
        model=m.pairs,
        loss=mahalanobis,
        relation="constant",
        offset=-len(d.PAIRS) * (LOG_2PI + 0.5 * math.log(np.linalg.det(d.COVARIANCE))),
    ),
    Right(
        id="multivariate normal, one value a row",
        family="multivariate normal",
        model=m.pairs,
        loss=mahalanobis_rows,
        relation="equal",
    ),
    Right(
        id="multivariate normal with free covariance",
        family="multivariate normal",
        model=m.pairs_free,
        loss=multivariate,
        relation="equal",
    ),
    Right(
        id="multivariate normal by hand",
        family="multivariate normal",
        model=m.pairs_free,
        loss=multivariate_by_hand,
        relation="constant",
        offset=-len(d.PAIRS) * LOG_2PI,
    ),
    Right(id="mixture of normals", family="mixture", model=m.mixture, loss=mixture, relation="equal"),
    Right(
        id="autoregression",
        family="autoregression",
        model=m.autoregression,
        loss=autoregression,
        relation="constant",
        offset=-(len(d.SERIES) - 1) / 2 * LOG_2PI + stats.norm.logpdf(d.SERIES[0], 0.4, 1.3),
    ),
    Right(
        id="conditional least squares",
        family="autoregression",
        model=m.autoregression,
        loss=conditional_least_squares,
        relation="affine",
        scale=lambda at: 2 * at["sigma"] ** 2 / (len(d.SERIES) - 1),
        options={"given": "sigma"},
    ),
    Right(id="truncated normal", family="truncated", model=m.truncated, loss=truncated, relation="equal"),
)


# -- labels and counts --------------------------------------------------------------------------------------


def cross_entropy(y, p):
    return -np.sum(special.xlogy(y, p) + special.xlog1py(1 - y, -p))


def textbook_cross_entropy(y, p):
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def plain_cross_entropy(y, p):
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


def from_logits(y, z):
    return np.sum(np.logaddexp(0, z) - y * z)


def from_logits_mean(y, z):
    return np.mean(np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z))))


def naive_softplus(y, z):
    return np.sum(np.log(1 + np.exp(z)) - y * z)


def signed_labels(y, z):
    s = 2 * y - 1
    return np.sum(np.logaddexp(0, -s * z))


def chosen(y, p):
    return -np.log(np.where(y == 1, p, 1 - p))


def brier(y, p):
    return np.mean((y - p) ** 2)


def categorical(y, p):
    return -np.sum(np.log(p[np.arange(len(y)), y]))


def categorical_logits_mean(y, z):
    return -np.mean(special.log_softmax(z, axis=1)[np.arange(len(y)), y])


def one_hot(onehot, p):
    return -np.sum(onehot * np.log(p))


def perplexity(y, p):
    return np.exp(-np.mean(np.log(p[np.arange(len(y)), y])))


def multinomial(y, p):
    return -np.sum(y * np.log(p))


def kullback_leibler(y, p):
    q = y / y.sum(axis=1, keepdims=True)
    return np.sum(y.sum(axis=1, keepdims=True) * special.rel_entr(q, p))


def binomial(y, trials, p):
    return -np.sum(y * np.log(p) + (trials - y) * np.log1p(-p))


def binomial_scipy(y, trials, p):
    return -stats.binom.logpmf(y, trials, p)


def poisson(y, mu):
    return np.sum(mu - y * np.log(mu))


def poisson_full(y, mu):
    return np.sum(mu - y * np.log(mu) + special.gammaln(y + 1))


def poisson_log_input(y, z):
    return np.mean(np.exp(z) - y * z)


def poisson_deviance(y, mu):
    return 2 * np.sum(special.xlogy(y, y / mu) - y + mu)


def poisson_rates(y, exposure, rate):
    return np.sum(exposure * rate - y * np.log(rate))


def negative_binomial(y, mu, alpha):
    return -np.sum(
        special.gammaln(y + alpha)
        - special.gammaln(alpha)
        - special.gammaln(y + 1)
        + alpha * np.log(alpha / (alpha + mu))
        + y * np.log(mu / (alpha + mu))
    )


def negative_binomial_scipy(y, n, p):
    return -stats.nbinom.logpmf(y, n, p).sum()


def zero_inflated(y, psi, mu):
    zero = np.log(1 - psi + psi * np.exp(-mu))
    return -np.sum(np.where(y == 0, zero, np.log(psi) + stats.poisson.logpmf(y, mu)))


def geometric(y, p):
    return -np.sum(np.log(p) + (y - 1) * np.log1p(-p))


def ordinal(y, eta, cuts):
    cdf = special.expit(np.concatenate([[-np.inf], cuts, [np.inf]]) - eta[:, None])
    rows = np.arange(len(y))
    return -np.sum(np.log(cdf[rows, y + 1] - cdf[rows, y]))


COUNTS = (
    Right(
        id="binary cross-entropy",
        family="bernoulli",
        model=m.logistic_regression,
        loss=cross_entropy,
        relation="equal",
    ),
    Right(
        id="binary cross-entropy of a rate",
        family="bernoulli",
        model=m.coin,
        loss=cross_entropy,
        relation="equal",
    ),
    Right(
        id="binary cross-entropy, plain logarithms",
        family="bernoulli",
        model=m.coin,
        loss=plain_cross_entropy,
        relation="equal",
    ),
    Right(
        id="binary cross-entropy, clipped at 1e-15",
        family="bernoulli",
        model=m.coin,
        loss=textbook_cross_entropy,
        relation="equal",
        warnings=("clipped",),
    ),
    Right(
        id="binary cross-entropy of logits",
        family="bernoulli by logit",
        model=m.logistic_regression,
        loss=from_logits,
        relation="equal",
        options={
            "gradient": {"z": lambda y, z: special.expit(z) - y},
            "hessian": {"z": lambda y, z: special.expit(z) * special.expit(-z)},
        },
    ),
    Right(
        id="binary cross-entropy of logits, mean",
        family="bernoulli by logit",
        model=m.logistic_regression,
        loss=from_logits_mean,
        relation="affine",
        scale=1 / d.N_BINARY,
        scale_name="1/n",
        offset=0.0,
        offset_name="0",
        options={"gradient": {"z": lambda y, z: (special.expit(z) - y) / len(y)}},
    ),
    Right(
        id="binary cross-entropy of logits, naive softplus",
        family="bernoulli by logit",
        model=m.logistic_regression,
        loss=naive_softplus,
        relation="equal",
        warnings=("non-finite",),
    ),
    Right(
        id="logistic loss of signed labels",
        family="bernoulli by logit",
        model=m.logistic_regression,
        loss=signed_labels,
        relation="equal",
    ),
    Right(
        id="log of the chosen probability",
        family="bernoulli",
        model=m.logistic_regression,
        loss=chosen,
        relation="equal",
    ),
    Right(
        id="Brier score of a rate",
        family="bernoulli",
        model=m.coin,
        loss=brier,
        relation="minimizer",
    ),
    Right(
        id="categorical cross-entropy",
        family="categorical",
        model=m.softmax_regression,
        loss=categorical,
        relation="equal",
    ),
    Right(
        id="categorical cross-entropy of logits, mean",
        family="categorical",
        model=m.softmax_regression,
        loss=categorical_logits_mean,
        relation="affine",
        scale=1 / d.N_BINARY,
        scale_name="1/n",
    ),
    Right(
        id="categorical cross-entropy with all weights free, mean",
        family="categorical",
        model=m.all_weights,
        loss=categorical_logits_mean,
        relation="affine",
        scale=1 / d.N_BINARY,
        scale_name="1/n",
    ),
    Right(
        id="categorical cross-entropy with all weights free",
        family="categorical",
        model=m.all_weights,
        loss=categorical,
        relation="equal",
    ),
    Right(
        id="categorical cross-entropy, one-hot labels",
        family="categorical",
        model=m.softmax_regression,
        loss=one_hot,
        relation="equal",
        options={"args": {"onehot": lambda y: np.eye(3)[y]}},
    ),
    Right(
        id="perplexity",
        family="categorical",
        model=m.softmax_regression,
        loss=perplexity,
        relation="monotone",
        notes=("not-additive",),
    ),
    Right(
        id="multinomial without its coefficient",
        family="multinomial",
        model=m.votes,
        loss=multinomial,
        relation="constant",
        offset=np.sum(special.gammaln(d.VOTES.sum(axis=1) + 1)) - np.sum(special.gammaln(d.VOTES + 1)),
        notes=("data-dependent-offset",),
    ),
    Right(
        id="Kullback-Leibler divergence from shares",
        family="multinomial",
        model=m.votes,
        loss=kullback_leibler,
        relation="constant",
        notes=("data-dependent-offset",),
    ),
    Right(
        id="binomial without its coefficient",
        family="binomial",
        model=m.binomial,
        loss=binomial,
        relation="constant",
        offset=float(np.sum(np.log(special.comb(d.TRIALS, d.SUCCESSES)))),
        notes=("data-dependent-offset",),
    ),
    Right(id="binomial", family="binomial", model=m.binomial, loss=binomial_scipy, relation="equal"),
    Right(
        id="binomial, trials as floats",
        family="binomial",
        model=m.binomial_read_from_csv,
        loss=binomial_scipy,
        relation="equal",
    ),
    Right(
        id="poisson without log y!",
        family="poisson",
        model=m.poisson,
        loss=poisson,
        relation="constant",
        offset=-float(np.sum(special.gammaln(d.COUNTS + 1))),
        offset_name="−Σ log y!",
        notes=("data-dependent-offset",),
    ),
    Right(id="poisson", family="poisson", model=m.poisson, loss=poisson_full, relation="equal"),
    Right(
        id="poisson by log rate, mean",
        family="poisson",
        model=m.poisson,
        loss=poisson_log_input,
        relation="affine",
        scale=1 / d.N_COUNTS,
        scale_name="1/n",
        offset=-float(np.mean(special.gammaln(d.COUNTS + 1))),
        offset_name="a·(−Σ log y!)",
    ),
    Right(
        id="poisson deviance",
        family="poisson",
        model=m.poisson,
        loss=poisson_deviance,
        relation="affine",
        scale=2.0,
        scale_name="2",
        notes=("data-dependent-offset",),
    ),
    Right(
        id="poisson with exposure",
        family="poisson",
        model=m.poisson_rates,
        loss=poisson_rates,
        relation="constant",
        offset=float(np.sum(d.RATES * np.log(d.EXPOSURE) - special.gammaln(d.RATES + 1))),
    ),
    Right(
        id="negative binomial",
        family="negative binomial",
        model=m.negative_binomial,
        loss=negative_binomial,
        relation="equal",
    ),
    Right(
        id="negative binomial by trials and probability",
        family="negative binomial",
        model=m.negative_binomial,
        loss=negative_binomial_scipy,
        relation="equal",
        options={"args": {"n": lambda alpha: alpha, "p": lambda alpha, mu: alpha / (alpha + mu)}},
        warnings=("clipped",),  # p rounds to 1 for tiny mu
    ),
    Right(
        id="zero-inflated poisson",
        family="zero-inflated",
        model=m.zero_inflated,
        loss=zero_inflated,
        relation="equal",
    ),
    Right(id="geometric", family="geometric", model=m.geometric, loss=geometric, relation="equal"),
    Right(id="ordered logistic", family="ordered logistic", model=m.ratings, loss=ordinal, relation="equal"),
)


# -- positive data ------------------------------------------------------------------------------------------


def exponential(y, lam):
    return np.sum(lam * y - np.log(lam))


def exponential_by_mean(y, theta):
    return np.mean(y / theta + np.log(theta))


def gamma(y, alpha, beta):
    return -np.sum(stats.gamma.logpdf(y, alpha, scale=1 / beta))


def gamma_without_y(y, alpha, beta):
    return np.sum(special.gammaln(alpha) - alpha * np.log(beta) - alpha * np.log(y) + beta * y)


def gamma_deviance(y, mu):
    return 2 * np.mean(-np.log(y / mu) + (y - mu) / mu)


def beta(y, alpha, beta):
    return np.sum(special.betaln(alpha, beta) - (alpha - 1) * np.log(y) - (beta - 1) * np.log1p(-y))


def gaussian_of_logs(y, mu, sigma):
    return -np.sum(stats.norm.logpdf(np.log(y), mu, sigma))


def weibull(y, alpha, beta):
    return -np.sum(np.log(alpha / beta) + (alpha - 1) * np.log(y / beta) - (y / beta) ** alpha)


def pareto(y, alpha):
    return np.sum((alpha + 1) * np.log(y) - np.log(alpha) - alpha * np.log(1.2))


def inverse_gaussian(y, mu, lam):
    return -stats.invgauss.logpdf(y, mu / lam, scale=lam).sum()


def rayleigh(y, scale):
    return -stats.rayleigh.logpdf(y, scale=scale).sum()


def survival(y, event, alpha, beta):
    z = y / beta
    hazard = np.log(alpha / beta) + (alpha - 1) * np.log(z)
    return np.sum(z**alpha - event * hazard)


def survival_where(y, event, alpha, beta):
    log_density = stats.weibull_min.logpdf(y, alpha, scale=beta)
    return -np.sum(np.where(event == 1, log_density, stats.weibull_min.logsf(y, alpha, scale=beta)))


def survival_by_limit(y, alpha, beta):
    return survival(y, y < d.LIMIT, alpha, beta)


POSITIVE = (
    Right(id="exponential", family="exponential", model=m.exponential, loss=exponential, relation="equal"),
    Right(
        id="exponential by its mean",
        family="exponential",
        model=m.exponential,
        loss=exponential_by_mean,
        relation="affine",
        scale=1 / len(d.WAITING),
        scale_name="1/n",
        options={"args": {"theta": lambda lam: 1 / lam}},
    ),
    Right(id="gamma", family="gamma", model=m.gamma_shape_rate, loss=gamma, relation="equal"),
    Right(
        id="gamma without the Jacobian of log y",
        family="gamma",
        model=m.gamma_shape_rate,
        loss=gamma_without_y,
        relation="constant",
        offset=-float(np.sum(np.log(d.AMOUNTS))),
        offset_name="−Σ log y",
        notes=("data-dependent-offset",),
    ),
    Right(
        id="gamma deviance given the shape",
        family="gamma",
        model=m.gamma,
        loss=gamma_deviance,
        relation="affine",
        scale=lambda at: 2 / at["alpha"] / d.N,
        scale_name="2/(n·α)",
        options={"given": "alpha"},
    ),
    Right(id="beta", family="beta", model=m.beta, loss=beta, relation="equal"),
    Right(
        id="normal of log y",
        family="lognormal",
        model=m.lognormal,
        loss=gaussian_of_logs,
        relation="constant",
        offset=-float(np.sum(np.log(d.INCOMES))),
        offset_name="−Σ log y",
        notes=("data-dependent-offset",),
    ),
    Right(id="weibull", family="weibull", model=m.weibull, loss=weibull, relation="equal"),
    Right(id="pareto", family="pareto", model=m.pareto, loss=pareto, relation="equal"),
    Right(
        id="inverse gaussian",
        family="inverse gaussian",
        model=m.inverse_gaussian,
        loss=inverse_gaussian,
        relation="equal",
    ),
    Right(id="custom Rayleigh", family="custom", model=m.rayleigh, loss=rayleigh, relation="equal"),
    Right(
        id="censored Weibull with an event flag",
        family="censored",
        model=m.censored,
        loss=survival,
        relation="equal",
        warnings=("holds-for-these-data",),
    ),
    Right(
        id="censored Weibull, a float flag compared with 1",
        family="censored",
        model=m.censored,
        loss=survival_where,
        relation="equal",
        warnings=("holds-for-these-data",),
    ),
    Right(
        id="censored Weibull by its limit",
        family="censored",
        model=m.censored,
        loss=survival_by_limit,
        relation="equal",
    ),
)


# -- several variables, priors, potentials ------------------------------------------------------------------


def first_outcome(y1, mu, sigma):
    return gaussian(y1, mu, sigma)


def both_outcomes(y1, y2, mu, sigma, rate):
    return gaussian(y1, mu, sigma) + poisson(y2, rate)


def hierarchical(y, mu, sigma, theta, centre, tau):
    prior = 0.5 * np.sum(((theta - centre) / tau) ** 2) + len(theta) * np.log(tau)
    return gaussian(y, mu, sigma) + prior + 0.5 * (tau / 1.7) ** 2


def ridge(y, mu, beta):
    return 0.5 * np.sum((y - mu) ** 2) / m.SIGMA**2 + 0.5 * np.sum(beta**2) / m.TAU**2


def ridge_scaled(y, mu, beta, lam):
    return np.sum((y - mu) ** 2) + lam * np.sum(beta**2)


def ridge_full(y, mu, beta):
    return -stats.norm.logpdf(y, mu, m.SIGMA).sum() - stats.norm.logpdf(beta, 0, m.TAU).sum()


def lasso_scaled(y, mu, beta, alpha):
    return np.sum((y - mu) ** 2) / (2 * len(y)) + alpha * np.sum(np.abs(beta))


def ridge_at_sigma(y, mu, beta):
    return np.sum((y - mu) ** 2) / 0.6**2 + np.sum(beta**2) / m.TAU**2


def potential(mu):
    return 0.5 * np.sum(((d.GAUSSIAN - mu) / 0.4) ** 2)


def pulled(y, mu, b):
    return 0.5 * np.sum((y - mu) ** 2) / 0.4**2 + 0.5 * ((b - 0.3) / 0.2) ** 2


def not_pulled(y, mu):
    return 0.5 * np.sum((y - mu) ** 2) / 0.4**2


N_RIDGE = len(d.RESPONSE)

JOINT = (
    Right(
        id="one of two outcomes",
        family="two outcomes",
        model=m.two_outcomes,
        loss=first_outcome,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI,
        options={"of": ("y1",)},
    ),
    Right(
        id="both outcomes",
        family="two outcomes",
        model=m.two_outcomes,
        loss=both_outcomes,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI - float(np.sum(special.gammaln(d.VISITS + 1))),
    ),
    Right(
        id="hierarchical, likelihood",
        family="hierarchical",
        model=m.hierarchical,
        loss=gaussian,
        relation="constant",
        offset=-len(d.GROUPED) / 2 * LOG_2PI,
        offset_name="−n/2·log 2π",
    ),
    Right(
        id="hierarchical, posterior",
        family="hierarchical",
        model=m.hierarchical,
        loss=hierarchical,
        relation="constant",
        offset=-(len(d.GROUPED) + 5) / 2 * LOG_2PI + stats.halfnorm.logpdf(0, scale=1.7),
        options={"of": "posterior"},
    ),
    Right(
        id="ridge, all constants",
        family="ridge",
        model=m.ridge,
        loss=ridge_full,
        relation="equal",
        options={"of": "posterior"},
    ),
    Right(
        id="ridge",
        family="ridge",
        model=m.ridge,
        loss=ridge,
        relation="constant",
        offset=-(N_RIDGE + 4) / 2 * LOG_2PI - N_RIDGE * math.log(m.SIGMA) - 4 * math.log(m.TAU),
        options={"of": "posterior"},
    ),
    Right(
        id="ridge by its penalty",
        family="ridge",
        model=m.ridge,
        loss=functools.partial(ridge_scaled, lam=m.SIGMA**2 / m.TAU**2),
        relation="affine",
        scale=2 * m.SIGMA**2,
        notes=("scaled-posterior",),
        options={"of": "posterior"},
    ),
    Right(
        id="lasso by its penalty",
        family="lasso",
        model=m.lasso,
        loss=functools.partial(lasso_scaled, alpha=m.SIGMA**2 / (N_RIDGE * m.TAU)),
        relation="affine",
        scale=m.SIGMA**2 / N_RIDGE,
        options={"of": "posterior"},
    ),
    Right(
        id="ridge at a given sigma",
        family="ridge",
        model=m.ridge_free_sigma,
        loss=ridge_at_sigma,
        relation="affine",
        scale=2.0,
        scale_name="2",
        options={"of": "posterior", "given": {"sigma": 0.6}},
    ),
    Right(
        id="a model with a potential only",
        family="potential",
        model=m.potential_only,
        loss=potential,
        relation="equal",
    ),
    Right(
        id="likelihood and potential",
        family="potential",
        model=m.fenced,
        loss=pulled,
        relation="constant",
        offset=-d.N / 2 * LOG_2PI - d.N * math.log(0.4),
    ),
    Right(
        id="potential counted as prior",
        family="potential",
        model=m.fenced,
        loss=not_pulled,
        relation="constant",
        options={"potentials": "prior"},
    ),
)


# -- a distribution in place of a model ---------------------------------------------------------------------


DISTRIBUTIONS = (
    Right(
        id="Normal",
        family="normal",
        model=pm.Normal,
        loss=gaussian,
        relation="constant",
        offset_name="−n/2·log 2π",
    ),
    Right(
        id="StudentT",
        family="student t",
        model=pm.StudentT,
        loss=lambda y, nu, mu, sigma: -stats.t.logpdf(y, nu, mu, sigma).sum(),
        relation="equal",
    ),
    Right(
        id="Poisson",
        family="poisson",
        model=pm.Poisson,
        loss=poisson,
        relation="constant",
        offset_name="−Σ log y!",
        notes=("data-dependent-offset",),
    ),
    Right(
        id="Bernoulli by logits",
        family="bernoulli by logit",
        model=pm.Bernoulli,
        loss=lambda y, logit_p: np.sum(np.logaddexp(0, logit_p) - y * logit_p),
        relation="equal",
    ),
    Right(
        id="Binomial of ten",
        family="binomial",
        model=pm.Binomial,
        loss=lambda y, p: -stats.binom.logpmf(y, 10, p).sum(),
        relation="equal",
        options={"constants": {"n": 10}},
    ),
)

RIGHT = (*NORMAL, *REAL, *COUNTS, *POSITIVE, *JOINT, *DISTRIBUTIONS)
