"""Small data that look like measurements: drawn once, no special points, nothing symmetric.

The environment variable NLLCHECK_TEST_DATA (an integer, default 0) draws other data for the same models.
"""

import os

import numpy as np
from scipy import special

__all__ = ["DRAW", "N"]

DRAW = int(os.environ.get("NLLCHECK_TEST_DATA", "0"))
N = 29  # rows of the regressions


def _rng(number: int) -> np.random.Generator:
    return np.random.default_rng([20240917, DRAW, number])


X = np.sort(_rng(1).gamma(3.0, 0.7, size=N)) - 0.9
GAUSSIAN = 1.3 + 0.8 * X + 0.37 * _rng(2).normal(size=N)
LAPLACE = -0.4 + 1.1 * X + _rng(3).laplace(scale=0.6, size=N)
STUDENT = 2.1 - 0.7 * X + 0.5 * _rng(4).standard_t(4.0, size=N)
WEIGHTS = _rng(5).uniform(0.3, 2.7, size=N)
HETERO = 0.6 + 0.9 * X + np.exp(-0.8 + 0.35 * X) * _rng(6).normal(size=N)
MISSING = _rng(7).random(N) < 0.2
MASKED = np.ma.masked_array(GAUSSIAN + 0.11 * X**2, mask=MISSING)

N_BINARY = 47
X_BINARY = _rng(8).normal(0.3, 1.2, size=N_BINARY)
BINARY = (_rng(9).random(N_BINARY) < special.expit(-0.5 + 0.9 * X_BINARY)).astype(int)
COIN = (_rng(10).random(26) < 0.37).astype(int)
CLASSES = np.array(
    [
        _rng(110 + i).choice(3, p=special.softmax([0.0, -0.3 + 0.8 * x, 0.2 - 0.5 * x]))
        for i, x in enumerate(X_BINARY)
    ]
)
VOTES = _rng(13).multinomial([11, 8, 14, 9, 17, 12, 6, 10, 13], [0.17, 0.31, 0.12, 0.40])
TRIALS = _rng(14).integers(4, 15, size=23)
X_TRIALS = _rng(15).normal(0.2, 0.9, size=23)
SUCCESSES = _rng(16).binomial(TRIALS, special.expit(0.3 - 0.8 * X_TRIALS))

N_COUNTS = 33
X_COUNTS = _rng(17).uniform(-0.8, 1.6, size=N_COUNTS)
EXPOSURE = _rng(18).uniform(0.4, 3.1, size=N_COUNTS)
COUNTS = _rng(19).poisson(np.exp(0.9 + 0.6 * X_COUNTS))
RATES = _rng(20).poisson(EXPOSURE * np.exp(0.7 + 0.4 * X_COUNTS))
DISPERSED = _rng(21).negative_binomial(2.3, 2.3 / (2.3 + np.exp(1.4 + 0.5 * X_COUNTS)))
INFLATED = np.where(_rng(22).random(41) < 0.3, 0, _rng(23).poisson(2.7, size=41))
TRIES = _rng(24).geometric(0.34, size=22)

WAITING = _rng(25).exponential(1.7, size=24)
AMOUNTS = _rng(26).gamma(2.4, np.exp(0.3 + 0.5 * X) / 2.4)
SHARES = _rng(27).beta(2.3, 3.7, size=27)
INCOMES = np.exp(0.7 + 0.55 * _rng(28).normal(size=31))
LIVES = 2.6 * _rng(29).weibull(1.6, size=28)
DELAYS = 0.2 + 0.9 * X + 0.5 * _rng(30).gumbel(size=N)
ANGLES = _rng(31).vonmises(0.7, 2.1, size=34)
FLOODS = 3.2 + 0.8 * _rng(32).gumbel(size=26)
LOGISTIC = 0.4 + 0.7 * X + 0.45 * _rng(33).logistic(size=N)
COVARIANCE = np.array([[1.3, 0.5], [0.5, 0.8]])
PAIRS = np.array([0.7, -1.2]) + _rng(34).normal(size=(21, 2)) @ np.linalg.cholesky(COVARIANCE).T
HEIGHTS = np.concatenate([_rng(35).normal(-1.3, 0.7, size=19), _rng(36).normal(1.9, 0.9, size=28)])
LIMIT = 3.1
FAILURES = np.minimum(2.4 * _rng(37).weibull(1.4, size=38), LIMIT)
EVENT = (FAILURES < LIMIT).astype(float)
POSITIVE = (lambda z: z[z > 0][:35])(0.9 + 1.1 * _rng(38).normal(size=200))
SERIES = np.zeros(46)
for _t, _e in enumerate(_rng(39).normal(size=46)):
    SERIES[_t] = 0.3 + 0.6 * (SERIES[_t - 1] if _t else 0.9) + 0.7 * _e
SPEEDS = 1.4 * np.sqrt(2 * _rng(40).exponential(size=25))
GROUP = np.repeat(np.arange(5), [5, 7, 4, 6, 8])
GROUPED = 1.1 + np.array([0.6, -0.9, 0.2, 1.4, -0.5])[GROUP] + 0.8 * _rng(41).normal(size=30)
DESIGN = _rng(42).normal(0.2, 1.1, size=(32, 4))
RESPONSE = 0.7 + DESIGN @ np.array([0.9, -0.2, 0.0, 0.4]) + 0.8 * _rng(43).normal(size=32)
VISITS = _rng(44).poisson(np.exp(0.4 + 0.3 * X))
RATING = np.digitize(0.8 * X_BINARY + _rng(45).logistic(size=N_BINARY), [-0.7, 0.9])
DAMAGE = 1.3 * (1 - _rng(46).random(30)) ** (-1 / 2.2)
PASSAGE = _rng(47).wald(1.7, 3.4, size=27)

PROBIT = (_rng(48).random(N_BINARY) < special.ndtr(-0.3 + 0.6 * X_BINARY)).astype(int)
FRACTIONS = (lambda p: _rng(49).beta(9.0 * p, 9.0 * (1 - p)))(special.expit(-0.4 + 0.5 * X))
CLUSTERED = _rng(50).binomial(TRIALS, _rng(51).beta(2.6, 3.9, size=23))
SPENT = np.maximum(0.6 + 0.7 * X + 0.9 * _rng(52).normal(size=N), 0.0)
SPIKES = 0.9 + 0.6 * X + 0.4 * _rng(53).standard_cauchy(size=N)
RATIOS = 1 / _rng(54).gamma(3.4, 1 / 2.2, size=28)
REPAIRS = _rng(55).exponential(np.exp(-0.2 - 0.5 * X))
OUTCOMES = np.outer(X, [0.8, -0.5, 0.3]) + _rng(56).normal(size=(N, 3)) * np.array([0.5, 0.9, 0.3]) + 0.4
TAGS = (_rng(57).random((N_BINARY, 3)) < special.expit(np.outer(X_BINARY, [0.9, -0.6, 0.3]) - 0.3)).astype(
    int
)
BALLOTS = np.array(
    [_rng(158 + i).multinomial(9 + i % 5, p) for i, p in enumerate(_rng(58).dirichlet([2.1, 3.2, 1.4], 24))]
)
