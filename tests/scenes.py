"""Small models for the tests of evidence and diagnosis, each built and compiled once for all of them."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt
from scipy import special

from nllcheck.checker import Checker
from nllcheck.result import CheckResult, Evidence, Finding

__all__ = [
    "COUNTS",
    "EVENT",
    "LABELS",
    "SERIES",
    "TIMES",
    "N",
    "X",
    "Y",
    "ask",
    "censored",
    "codes",
    "coin",
    "evidence",
    "finding",
    "labels",
    "lagged",
    "laplace",
    "line",
    "poisson",
    "ridge",
    "shifted",
]  # fmt: skip

RNG = np.random.default_rng(8086)
N = 23
X = RNG.gamma(2.3, 0.7, size=N) - 0.8
Y = 0.9 + 1.2 * X + 0.55 * RNG.normal(size=N)
LABELS = (RNG.random(N) < special.expit(0.4 + 0.9 * X)).astype(int)
COUNTS = RNG.poisson(np.exp(0.8 + 0.3 * X))
LIFE = RNG.exponential(2.1, size=N)
EVENT = (LIFE < 2.6).astype(float)
TIMES = np.minimum(LIFE, 2.6)
SERIES = np.cumsum(RNG.normal(size=N + 1)) * 0.4 + 1.1
DESIGN = RNG.normal(size=(N, 3)) + 0.2
TARGET = DESIGN @ np.array([0.9, -0.5, 0.2]) + 0.6 * RNG.normal(size=N)


def line() -> pm.Model:
    with pm.Model() as model:
        a, b = pm.Flat("a"), pm.Flat("b")
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", a + b * X)
        pm.Deterministic("column", mu[:, None])
        pm.Normal("y", mu, sigma, observed=Y)
    return model


def labels() -> pm.Model:
    with pm.Model() as model:
        z = pm.Deterministic("z", pm.Flat("a") + pm.Flat("b") * X)
        pm.Deterministic("p", pm.math.sigmoid(z))
        pm.Bernoulli("y", logit_p=z, observed=LABELS)
    return model


def coin() -> pm.Model:
    with pm.Model() as model:
        pm.Bernoulli("y", pm.Uniform("p", 0, 1), observed=LABELS)
    return model


def poisson() -> pm.Model:
    with pm.Model() as model:
        mu = pm.Deterministic("mu", pm.math.exp(pm.Flat("a") + pm.Flat("b") * X))
        pm.Poisson("y", mu, observed=COUNTS)
    return model


def laplace() -> pm.Model:
    with pm.Model() as model:
        scale = pm.HalfFlat("scale")
        mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * X)
        pm.Laplace("y", mu, scale, observed=Y)
    return model


def censored() -> pm.Model:
    with pm.Model() as model:
        pm.Data("event", EVENT)
        life = pm.Exponential.dist(pm.HalfFlat("rate"))
        pm.Censored("y", life, lower=None, upper=2.6, observed=TIMES)
    return model


def lagged() -> pm.Model:
    """Have yesterday's value as a covariate that does not follow other data."""
    with pm.Model() as model:
        before = pm.Data("before", SERIES[:-1])
        y = pm.Data("y_data", SERIES[1:])
        mu = pm.Deterministic("mu", pm.Flat("a") + pm.Flat("b") * before)
        pm.Deterministic("step", y - SERIES[:-1])
        pm.Normal("y", mu, 0.7, observed=y)
    return model


def shifted() -> pm.Model:
    """Have an intercept that no deterministic of the slope holds."""
    with pm.Model() as model:
        slope = pm.Deterministic("slope", pm.Flat("b") * X)
        pm.Normal("y", pm.Flat("a") + slope, pm.HalfFlat("sigma"), observed=Y)
    return model


def ridge() -> pm.Model:
    with pm.Model() as model:
        beta = pm.Normal("beta", 0.0, 0.45, shape=3)
        sigma = pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", pt.dot(DESIGN, beta))
        pm.Normal("y", mu, sigma, observed=TARGET)
    return model


@cache
def _checker() -> Checker:
    return Checker(seed=0)


def ask(model: Callable[[], pm.Model], loss: Callable[..., Any], **options: Any) -> CheckResult:
    """Check one claim; models are compiled once for the whole test session."""
    return _checker().check(model, loss, **options)


def evidence(result: CheckResult, question: str) -> Evidence:
    (found,) = [item for item in result.evidence if item.question == question]
    return found


def codes(result: CheckResult, severity: str | None = None) -> list[str]:
    return [f.code for f in result.findings if severity in (None, f.severity.value)]


def finding(result: CheckResult, code: str) -> Finding:
    found = [item for item in result.findings if item.code == code]
    assert found, f"no {code!r} among {codes(result)}: {result}"
    return found[0]
