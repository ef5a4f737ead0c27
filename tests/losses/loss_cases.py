"""The table of losses that sum over rows: asymmetric data, and the values by SciPy and mpmath."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from scipy import special, stats

from nllcheck import losses

N_OBS = 7


@dataclass(frozen=True, kw_only=True)
class Case:
    """One loss with asymmetric data, and its value per row by SciPy and by mpmath.

    `outside` lists data of density zero, `bad` a value outside each parameter's domain.
    """

    loss: Callable[..., Any]
    args: dict[str, Any]
    scipy: Callable[..., Any]
    mpmath: Callable[..., Any]
    keywords: dict[str, Any] = field(default_factory=dict)
    outside: tuple[float, ...] = ()
    bad: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def __call__(self, **options: Any) -> Any:
        return self.loss(**self.args, **self.keywords, **options)

    def with_args(self, **args: Any) -> Any:
        return self.loss(**{**self.args, **args}, **self.keywords, reduction="none")

    def exact(self) -> list[float]:
        """The value of each row from the closed form in 50 digits."""
        rows = zip(*(np.broadcast_to(value, N_OBS) for value in self.args.values()), strict=True)
        with mp.workdps(50):
            return [float(self.mpmath(*(mp.mpf(float(value)) for value in row))) for row in rows]


def _cases() -> dict[str, Case]:
    rng = np.random.default_rng(20240611)
    mu = rng.normal(1.3, 2.0, N_OBS)
    real = mu + rng.gumbel(0.4, 1.7, N_OBS)
    above = rng.gamma(1.6, 2.3, N_OBS)
    scale = rng.uniform(0.3, 2.9, N_OBS)
    shape = rng.uniform(0.4, 3.7, N_OBS)
    rate = rng.uniform(0.6, 9.0, N_OBS)
    counts = rng.negative_binomial(2, 0.3, N_OBS)
    p = rng.uniform(0.04, 0.81, N_OBS)
    labels = np.array([1, 0, 0, 1, 0, 0, 0])
    trials = rng.integers(4, 30, N_OBS)
    kappa = np.sqrt(0.23 / 0.77)
    half_log_2pi = 0.5 * np.log(2 * np.pi)
    no_scale, no_chance, no_count = (0.0, -0.7, np.nan), (-0.1, 1.2, np.nan), (-1.0, 2.5, np.inf)
    return {
        "heteroscedastic gaussian": Case(
            loss=losses.heteroscedastic_gaussian_nll,
            args={"y_true": real, "y_pred": mu, "sigma": scale},
            scipy=lambda y, m, s: -stats.norm.logpdf(y, m, s) - half_log_2pi,
            mpmath=lambda y, m, s: ((y - m) / s) ** 2 / 2 + mp.log(s),
            outside=(np.inf, -np.inf),
            bad={"sigma": no_scale, "y_pred": (np.inf, np.nan)},
        ),
        "heteroscedastic gaussian, one sigma, full": Case(
            loss=losses.heteroscedastic_gaussian_nll,
            args={"y_true": real, "y_pred": mu, "sigma": 1.7},
            scipy=lambda y, m, s: -stats.norm.logpdf(y, m, s),
            mpmath=lambda y, m, s: ((y - m) / s) ** 2 / 2 + mp.log(s) + mp.log(2 * mp.pi) / 2,
            keywords={"full": True},
        ),
        "gaussian, log variance": Case(
            loss=losses.gaussian_nll_log_variance,
            args={"y_true": real, "y_pred": mu, "log_variance": np.log(shape)},
            scipy=lambda y, m, s: -stats.norm.logpdf(y, m, np.exp(s / 2)) - half_log_2pi,
            mpmath=lambda y, m, s: (s + (y - m) ** 2 * mp.exp(-s)) / 2,
            bad={"log_variance": (np.inf, np.nan)},
        ),
        "gaussian, log variance, full": Case(
            loss=losses.gaussian_nll_log_variance,
            args={"y_true": real, "y_pred": mu, "log_variance": -0.8},
            scipy=lambda y, m, s: -stats.norm.logpdf(y, m, np.exp(s / 2)),
            mpmath=lambda y, m, s: (s + (y - m) ** 2 * mp.exp(-s) + mp.log(2 * mp.pi)) / 2,
            keywords={"full": True},
        ),
        "laplace": Case(
            loss=losses.laplace_nll,
            args={"y_true": real, "y_pred": mu, "b": scale},
            scipy=lambda y, m, b: -stats.laplace.logpdf(y, m, b),
            mpmath=lambda y, m, b: abs(y - m) / b + mp.log(2 * b),
            bad={"y_pred": (np.inf,), "b": no_scale},
        ),
        "student t": Case(
            loss=losses.student_t_nll,
            args={"y_true": real, "y_pred": mu, "sigma": scale, "nu": 2.6},
            scipy=lambda y, m, s, nu: -stats.t.logpdf(y, nu, m, s),
            mpmath=lambda y, m, s, nu: (
                (nu + 1) / 2 * mp.log1p(((y - m) / s) ** 2 / nu)
                + mp.log(s)
                + mp.log(nu * mp.pi) / 2
                + mp.loggamma(nu / 2)
                - mp.loggamma((nu + 1) / 2)
            ),
            bad={"y_pred": (np.inf,), "sigma": no_scale, "nu": (*no_scale, np.inf)},
        ),
        "quantile": Case(
            loss=losses.quantile_loss,
            args={"y_true": real, "y_pred": mu, "q": 0.23},
            scipy=lambda y, m, q: (
                0.9
                * (
                    -stats.laplace_asymmetric.logpdf(y, kappa, m, 0.9 / np.sqrt(q * (1 - q)))
                    + np.log(q * (1 - q) / 0.9)
                )
            ),
            mpmath=lambda y, m, q: q * (y - m) if y > m else (1 - q) * (m - y),
            bad={"y_pred": (np.inf, -np.inf), "q": (0.0, 1.0, -0.1, 1.2, np.nan)},
        ),
        "gamma": Case(
            loss=losses.gamma_nll,
            args={"y_true": above, "alpha": shape, "beta": rate},
            scipy=lambda y, a, b: -stats.gamma.logpdf(y, a, scale=1 / b),
            mpmath=lambda y, a, b: mp.loggamma(a) - a * mp.log(b) - (a - 1) * mp.log(y) + b * y,
            outside=(-0.2, np.inf),
            bad={"alpha": no_scale, "beta": no_scale},
        ),
        "exponential": Case(
            loss=losses.exponential_nll,
            args={"y_true": above, "rate": 0.37},
            scipy=lambda y, r: -stats.expon.logpdf(y, scale=1 / r),
            mpmath=lambda y, r: r * y - mp.log(r),
            outside=(-0.2, np.inf),
            bad={"rate": no_scale},
        ),
        "log-normal": Case(
            loss=losses.log_normal_nll,
            args={"y_true": above, "mu": mu, "sigma": scale},
            scipy=lambda y, m, s: -stats.lognorm.logpdf(y, s, scale=np.exp(m)),
            mpmath=lambda y, m, s: (
                ((mp.log(y) - m) / s) ** 2 / 2 + mp.log(s) + mp.log(y) + mp.log(2 * mp.pi) / 2
            ),
            outside=(0.0, -0.2, np.inf),
            bad={"mu": (np.inf, np.nan), "sigma": no_scale},
        ),
        "weibull": Case(
            loss=losses.weibull_nll,
            args={"y_true": above, "alpha": shape, "beta": rate},
            scipy=lambda y, a, b: -stats.weibull_min.logpdf(y, a, scale=b),
            mpmath=lambda y, a, b: (y / b) ** a - (a - 1) * mp.log(y / b) - mp.log(a / b),
            outside=(-0.2, np.inf),
            bad={"alpha": no_scale, "beta": no_scale},
        ),
        "beta": Case(
            loss=losses.beta_nll,
            args={"y_true": p, "alpha": shape, "beta": rate},
            scipy=lambda y, a, b: -stats.beta.logpdf(y, a, b),
            mpmath=lambda y, a, b: mp.log(mp.beta(a, b)) - (a - 1) * mp.log(y) - (b - 1) * mp.log(1 - y),
            outside=(-0.2, 1.1),
            bad={"alpha": no_scale, "beta": no_scale},
        ),
        "poisson": Case(
            loss=losses.poisson_nll,
            args={"y_true": counts, "rate": rate},
            scipy=lambda y, r: -stats.poisson.logpmf(y, r) - special.gammaln(y + 1),
            mpmath=lambda y, r: r - y * mp.log(r),
            outside=no_count,
            bad={"rate": (-0.1, np.inf, np.nan)},
        ),
        "poisson, full": Case(
            loss=losses.poisson_nll,
            args={"y_true": counts, "rate": 3.4},
            scipy=lambda y, r: -stats.poisson.logpmf(y, r),
            mpmath=lambda y, r: r - y * mp.log(r) + mp.log(mp.factorial(y)),
            keywords={"full": True},
            outside=no_count,
        ),
        "negative binomial": Case(
            loss=losses.negative_binomial_nll,
            args={"y_true": counts, "mu": rate, "alpha": shape},
            scipy=lambda y, m, a: -stats.nbinom.logpmf(y, a, a / (m + a)),
            mpmath=lambda y, m, a: (
                -mp.log(mp.binomial(y + a - 1, y)) - a * mp.log(a / (m + a)) - y * mp.log(m / (m + a))
            ),
            outside=no_count,
            bad={"mu": no_scale, "alpha": no_scale},
        ),
        "binomial": Case(
            loss=losses.binomial_nll,
            args={"y_true": trials // 3, "n_trials": trials, "p": p},
            scipy=lambda y, n, p: -stats.binom.logpmf(y, n, p),
            mpmath=lambda y, n, p: -mp.log(mp.binomial(n, y)) - y * mp.log(p) - (n - y) * mp.log(1 - p),
            outside=(*no_count, 31.0),
            bad={"n_trials": (-1.0, 10.5, np.nan), "p": no_chance},
        ),
        "geometric": Case(
            loss=losses.geometric_nll,
            args={"y_true": counts + 1, "p": p},
            scipy=lambda y, p: -stats.geom.logpmf(y, p),
            mpmath=lambda y, p: -mp.log(p) - (y - 1) * mp.log(1 - p),
            outside=(0.0, *no_count),
            bad={"p": (0.0, *no_chance)},
        ),
        "binary cross-entropy": Case(
            loss=losses.binary_cross_entropy,
            args={"y_true": labels, "y_pred_prob": p},
            scipy=lambda y, p: -stats.bernoulli.logpmf(y, p),
            mpmath=lambda y, p: -mp.log(p if y == 1 else 1 - p),
            outside=(-1.0, 2.0, np.inf),
            bad={"y_pred_prob": no_chance},
        ),
        "binary cross-entropy, soft labels": Case(
            loss=losses.binary_cross_entropy,
            args={"y_true": rng.uniform(0.1, 0.8, N_OBS), "y_pred_prob": 0.34},
            scipy=lambda y, p: -y * stats.bernoulli.logpmf(1, p) - (1 - y) * stats.bernoulli.logpmf(0, p),
            mpmath=lambda y, p: -y * mp.log(p) - (1 - y) * mp.log(1 - p),
        ),
        "binary cross-entropy, logits": Case(
            loss=losses.binary_cross_entropy_with_logits,
            args={"y_true": labels, "logits": mu},
            scipy=lambda y, z: -stats.bernoulli.logpmf(y, special.expit(z)),
            mpmath=lambda y, z: mp.log1p(mp.exp(-z if y == 1 else z)),
            outside=(-1.0, 2.0, np.inf),
            bad={"logits": (np.inf, -np.inf, np.nan)},
        ),
    }


CASES = _cases()
OUTSIDE = [(name, value) for name, case in CASES.items() for value in case.outside]
BAD = [(name, arg, x) for name, case in CASES.items() for arg, values in case.bad.items() for x in values]
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
