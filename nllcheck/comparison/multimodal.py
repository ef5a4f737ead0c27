"""Searches for a second mode of the posterior, from draws that lie far apart."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import optimize

from nllcheck.comparison.summaries import Scalar
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.modes import Unconstrained
from nllcheck.likelihood.posterior import Posterior
from nllcheck.optimise import Minimum, MinimumKind

__all__ = ["second_mode"]

APART = 1.0  # posterior standard deviations between two modes
COUNTS = 6.0  # nats below the best mode from which another one holds next to nothing
STARTS = 6
SWAPS = 3
PLAUSIBLE = 30.0  # nats that a draw with two components swapped may lose and still lie beside another mode
NEAR = 0.01  # of their standard deviations: two searches that end as close have found one mode
LIMIT = 60  # parameters beyond which searches are too dear


def second_mode(
    joint: Likelihood, sampled: Unconstrained, posterior: Posterior, scalars: Sequence[Scalar]
) -> dict[str, Any] | None:
    """Return where two modes of the density of u peak, and of which parameter; None if all searches meet."""
    if joint.n_params > LIMIT:
        return None
    best: tuple[float, dict[str, np.ndarray]] | None = None
    found: list[tuple[float, dict[str, np.ndarray]]] = []
    known: Minimum | None = None
    for start in [*_swapped(joint, sampled, posterior), *_starts(joint, posterior, scalars)]:
        if known is not None and _leads_to(known, sampled, start):
            continue
        end = sampled.minimise(start)
        if end.kind is not MinimumKind.INTERIOR or not np.isfinite(end.value):
            continue
        known = known or end
        found.append((end.value, joint.constrain(end.v)))
        best = min(best, found[-1], key=lambda pair: pair[0]) if best else found[-1]
    if best is None:
        return None
    for value, x in found:
        if value - best[0] > COUNTS:
            continue
        for scalar in scalars:
            one, other = float(best[1][scalar.name][scalar.index]), float(x[scalar.name][scalar.index])
            if abs(one - other) > APART * _sd(posterior, scalar):
                return {"parameter": scalar.label, "one": one, "other": other, "nats": value - best[0]}
    return None


def _leads_to(known: Minimum, sampled: Unconstrained, start: np.ndarray) -> bool:
    """Return whether a search from `start` in the scales of a mode comes back to it; that costs next to nothing."""

    def whitened(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = sampled.objective(known.v + known.white @ z)
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return np.inf, np.zeros(len(z))
        return value - known.value, known.white.T @ gradient

    away = np.linalg.solve(known.white, start - known.v)
    end = optimize.minimize(whitened, away, jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return bool(np.linalg.norm(end.x) < NEAR)


def _sd(posterior: Posterior, scalar: Scalar) -> float:
    return float(posterior.scalar(scalar.name, scalar.index).std())


def _starts(joint: Likelihood, posterior: Posterior, scalars: Sequence[Scalar]) -> list[np.ndarray]:
    """Return draws at the 2 % and 98 % of the scalars whose draws look least like one Gaussian bump."""
    shaped = []
    for scalar in scalars:
        draws = posterior.scalar(scalar.name, scalar.index).ravel()
        spread = max(float(draws.std()), 1e-300)
        kurtosis = float(np.mean(((draws - draws.mean()) / spread) ** 4))
        shaped.append((kurtosis, draws))
    shaped.sort(key=lambda pair: pair[0])  # two bumps have the least kurtosis
    starts = []
    for _, draws in shaped[: STARTS // 2]:
        for share in (0.02, 0.98):
            place = int(np.argsort(draws)[int(share * (len(draws) - 1))])
            chain, draw = divmod(place, posterior.shape[1])
            starts.append(joint.unconstrain(posterior.at(chain, draw)))
    return [u for u in starts if np.isfinite(u).all()]


def _swapped(joint: Likelihood, sampled: Unconstrained, posterior: Posterior) -> list[np.ndarray]:
    """Return a draw with two components swapped in all vectors of their length: chains may share one labelling."""
    u = joint.unconstrain(posterior.at(0, posterior.shape[1] - 1))
    starts = []
    for length in {where.stop - where.start for where in joint.slices().values()} - {0, 1}:
        blocks = [w.start for w in joint.slices().values() if w.stop - w.start == length]
        for i in range(min(length - 1, SWAPS)):
            v = u.copy()
            for block in blocks:
                v[[block + i, block + i + 1]] = u[[block + i + 1, block + i]]
            if abs(sampled.objective(v)[0] - sampled.objective(u)[0]) < PLAUSIBLE:
                starts.append(v)
    return starts[:SWAPS]
