"""Where a parameter may live, found by asking which values a distribution refuses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
from pymc.distributions import transforms

__all__ = ["DOMAINS", "Domain", "find_domain"]

PROBES = (-1000.0, -10.0, -1.0, -0.3, 0.3, 0.7, 0.95, 1.2, 2.5, 10.0, 1000.0)


@dataclass(frozen=True, kw_only=True)
class Domain:
    """An interval, or the simplex over the last axis.

    `lower` and `upper` may be infinite.
    """

    lower: float = -np.inf
    upper: float = np.inf
    simplex: bool = False
    ordered: bool = False

    def variable(self, name: str, shape: tuple[int, ...]) -> Any:
        """Return a free variable with this domain and a flat prior."""
        if self.simplex:
            return pm.Dirichlet(name, np.ones(shape[-1]), shape=shape)
        if self.ordered:
            return pm.Flat(name, shape=shape, transform=transforms.ordered)
        if np.isfinite(self.lower) and np.isfinite(self.upper):
            return pm.Uniform(name, self.lower, self.upper, shape=shape)
        if self.lower == 0:
            return pm.HalfFlat(name, shape=shape)
        if np.isfinite(self.lower) or np.isfinite(self.upper):
            bounds = [bound if np.isfinite(bound) else None for bound in (self.lower, self.upper)]
            return pm.Flat(name, shape=shape, transform=transforms.Interval(*bounds))
        return pm.Flat(name, shape=shape)

    def around(
        self, base: np.ndarray, shape: tuple[int, ...], rng: np.random.Generator, width: float
    ) -> np.ndarray:
        """Return values of this domain around `base`."""
        noise = rng.normal(scale=width, size=shape) + 0.07 * np.sign(width)
        if self.ordered:
            return np.sort(base + 0.3 * noise, axis=-1)
        if self.simplex:
            weights = base * np.exp(noise)
            return np.asarray(weights / weights.sum(axis=-1, keepdims=True))
        if np.isfinite(self.lower) and np.isfinite(self.upper):
            share = (base - self.lower) / (self.upper - self.lower)
            odds = share / (1 - share) * np.exp(noise)
            return np.asarray(self.lower + (self.upper - self.lower) * odds / (1 + odds))
        if np.isfinite(self.lower):
            return np.asarray(self.lower + (base - self.lower) * np.exp(noise))
        if np.isfinite(self.upper):
            return np.asarray(self.upper - (self.upper - base) * np.exp(noise))
        return np.asarray(base + 1.5 * noise)


DOMAINS = {
    "real": Domain(),
    "positive": Domain(lower=0.0),
    "unit": Domain(lower=0.0, upper=1.0),
    "probability": Domain(lower=0.0, upper=1.0),
    "simplex": Domain(simplex=True),
}


def find_domain(accepts: Callable[[np.ndarray], bool], base: np.ndarray) -> Domain:
    """Return the domain of a parameter that accepts `base`, by trying values around it.

    Bounds that are no simple number depend on other parameters; they are left open, and probes beyond them
    have probability 0.
    """
    if base.ndim:
        return _vector_domain(accepts, base)
    accepted = [value for value in PROBES if accepts(np.array(value))]
    below = [value for value in PROBES if value < base and value not in accepted]
    above = [value for value in PROBES if value > base and value not in accepted]
    lower = _bound(accepts, max(below), float(base)) if below else -np.inf
    upper = _bound(accepts, min(above), float(base)) if above else np.inf
    return Domain(lower=lower, upper=upper)


def _bound(accepts: Callable[[np.ndarray], bool], refused: float, accepted: float) -> float:
    """Locate a bound by bisection; return it if it is a simple number, else infinity on that side."""
    side = -np.inf if refused < accepted else np.inf
    for _ in range(40):
        middle = (refused + accepted) / 2
        if accepts(np.array(middle)):
            accepted = middle
        else:
            refused = middle
    for simple in (0.0, 1.0, -1.0, 0.5, 2.0):
        if abs(accepted - simple) < 1e-6:
            return simple
    return side


def _vector_domain(accepts: Callable[[np.ndarray], bool], base: np.ndarray) -> Domain:
    steps = np.arange(float(base.size))
    if accepts(-0.4 + 0.65 * steps):
        return Domain(ordered=not accepts((-0.4 + 0.65 * steps)[::-1]))
    if accepts(0.7 + 0.9 * steps):
        return Domain(lower=0.0)
    return Domain(simplex=True)
