"""Data and arguments of every kind at which a loss is tried: nothing at special points, nothing symmetric."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from scipy.special import expit, log_softmax, softmax

__all__ = ["CLASSES", "KINDS", "draw_argument", "draw_data"]

Array = np.ndarray[Any, Any]
CLASSES = 3
KINDS: Mapping[str, tuple[str, ...]] = {
    "labels": ("binary", "signed"),
    "counts": ("counts", "positive counts"),
    "one row of shares": ("one row of shares", "one-hot"),
}
"""How data of a support are drawn where there are several ways; a support that is not listed is its own kind."""


def _shares(rng: np.random.Generator, n: int) -> Array:
    return rng.dirichlet([1.7, 0.9, 1.3], size=n)


def _labels(rng: np.random.Generator, n: int, high: int) -> Array:
    """Return labels below `high`, each of them at least once."""
    labels = rng.integers(0, high, size=n)
    labels[:high] = np.arange(high)
    return labels


_DATA: Mapping[str, Callable[[np.random.Generator, int], Array]] = {
    "real": lambda rng, n: 0.7 + 1.9 * rng.normal(size=n),
    "nonzero": lambda rng, n: 0.7 + 1.9 * rng.normal(size=n),
    "angle": lambda rng, n: rng.uniform(-2.6, 2.9, size=n),
    "nonnegative": lambda rng, n: 0.15 + rng.gamma(1.9, 0.9, size=n),
    "positive": lambda rng, n: 0.15 + rng.gamma(1.9, 0.9, size=n),
    "share": lambda rng, n: rng.beta(1.4, 1.9, size=n),
    "unit": lambda rng, n: rng.beta(1.4, 1.9, size=n),
    "counts": lambda rng, n: np.r_[0, 3, rng.poisson(2.6, size=n - 2)],
    "positive counts": lambda rng, n: 1 + rng.poisson(1.9, size=n),
    "tries": lambda rng, n: 1 + rng.poisson(1.9, size=n),
    "binary": lambda rng, n: _labels(rng, n, 2),
    "signed": lambda rng, n: 2 * _labels(rng, n, 2) - 1,
    "classes": lambda rng, n: _labels(rng, n, CLASSES),
    "one row of shares": _shares,
    "one-hot": lambda rng, n: np.eye(CLASSES)[_labels(rng, n, CLASSES)],
    "one row of reals": lambda rng, n: 0.4 + 1.7 * rng.normal(size=(n, CLASSES)),
    "one row of counts": lambda rng, n: rng.multinomial(rng.integers(5, 12, size=n), [0.5, 0.2, 0.3]),
}


def draw_data(kind: str, n: int, rng: np.random.Generator) -> Array:
    """Return data of one kind, shape (n,) or (n, n_classes)."""
    return _DATA[kind](rng, n)


def draw_argument(domain: str, per_row: bool, y: Array, rng: np.random.Generator) -> Array:
    """Return an argument of one domain, one value for each row of `y` or one for all."""
    rows = (len(y),) if per_row else ()
    z = rng.normal(size=rows)
    vectors = rng.normal(size=(*rows, CLASSES)) * 1.3
    match domain:
        case "positive":
            return np.asarray(np.exp(0.1 + 0.6 * z))
        case "unit":
            return np.asarray(expit(0.2 + 1.3 * z))
        case "log probability":
            return np.asarray(-np.logaddexp(0.0, 0.2 + 1.3 * z))
        case "simplex":
            return np.asarray(softmax(vectors, axis=-1))
        case "log simplex":
            return np.asarray(log_softmax(vectors, axis=-1))
        case "logits":
            return vectors
        case "concentrations":
            return np.exp(0.6 * vectors)
        case "shares":
            return np.asarray(expit(vectors))
        case "ordered":
            return np.cumsum(0.2 + np.exp(rng.normal(size=CLASSES - 1) * 0.4)) - 1.4
        case "trials":
            return np.asarray(y + 1 + (np.arange(len(y)) * 5) % 4)
        case "event":
            return np.asarray(rng.integers(0, 2, size=rows))
        case "fixed share":
            return np.asarray(0.37)
        case "fixed number":
            return np.asarray(1.7)
        case "bound":
            return np.asarray(rng.uniform(0.02, 0.12))
    return np.asarray(0.3 + 1.6 * z)
