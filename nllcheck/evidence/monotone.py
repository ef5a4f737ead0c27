"""Is L an increasing function of N? Points on one level of N must have equal L, and higher levels more."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize

from nllcheck.optimise import MinimumKind
from nllcheck.probes import FAR, Setting
from nllcheck.rounding import EPS
from nllcheck.scene import Scene

__all__ = ["is_monotone", "is_surrounded"]

LEVELS = (0.002, 0.05, 0.25, 0.6, 0.95)  # of the range of N that rays reach
RISE = 1e-7  # of that range: a step of N over which L must rise


def is_monotone(
    scene: Scene,
    groups: np.ndarray,
    loss: np.ndarray,
    nll: np.ndarray,
    floor: Callable[[float], np.ndarray],
) -> bool:
    """Return whether L = g(N) with g increasing, in every setting; first by the probes, then on level sets."""
    for group in np.unique(groups):
        rows = groups == group
        slope = float(np.ptp(loss[rows]) / np.ptp(nll[rows])) if np.ptp(nll[rows]) > 0 else 1.0
        if not _is_ordered(loss[rows], nll[rows], scene.limit * floor(slope)[rows]):
            return False
    return all(_levels_agree(scene, int(group)) for group in np.unique(groups))


def is_surrounded(scene: Scene) -> bool:
    """Return whether the probes surround an optimum, or the end of a likelihood that grows for ever.

    Far from either, losses that differ from N only where they are small are increasing functions of it.
    """
    lost = (MinimumKind.UNBOUNDED, MinimumKind.NOT_FOUND)
    return scene.prober.optimum.kind not in lost


def _is_ordered(loss: np.ndarray, nll: np.ndarray, tolerance: np.ndarray) -> bool:
    order = np.argsort(nll)
    falls = -np.diff(loss[order])
    return (
        bool(np.all(falls <= tolerance[order][1:] + tolerance[order][:-1])) and np.ptp(loss) > tolerance.max()
    )


def _levels_agree(scene: Scene, index: int) -> bool:
    """Compare L where several rays from the optimum cross the same level of N."""
    prober = scene.prober
    setting = prober.settings[index]
    rng = np.random.default_rng([scene.seed, 7, index])
    n_rays, shares = (3, LEVELS) if index == 0 else (2, LEVELS[2:4])
    directions = [d for _ in range(n_rays) for one in (prober.direction(rng),) for d in (one, -one)]
    bottom = prober.evaluate(setting.u, setting.data).total
    rays = [(d, *_reach(scene, setting, d)) for d in directions]
    ceiling = sorted(top for *_, top in rays)[-2]
    if not ceiling > bottom:
        return False

    def crossed(level: float, most: int) -> _Level:
        reaching = [(d, length) for d, length, top in rays if top > level][:most]
        return _Level(level, [s for d, length in reaching for s in _cross(scene, index, d, length, level)])

    levels = [bottom + share * (ceiling - bottom) for share in shares]
    crossings = [crossed(level, len(rays)) for level in levels]
    if not all(len(level.samples) > 1 for level in crossings) or not _judge(scene, crossings):
        return False
    return all(_rises(scene, level, crossed(level.nll + RISE * (ceiling - bottom), 1)) for level in crossings)


@dataclass(frozen=True)
class _Level:
    """A level of N and (L, rounding error of L) where rays cross it."""

    nll: float
    samples: list[tuple[float, float]]

    @property
    def losses(self) -> np.ndarray:
        return np.array([loss for loss, _ in self.samples])

    @property
    def floor(self) -> float:
        return max(floor for _, floor in self.samples)


def _judge(scene: Scene, levels: list[_Level]) -> bool:
    """Return whether L is equal on each level to rounding, N's own carried over by the local slope, and rises."""
    nll = np.array([level.nll for level in levels])
    means = np.array([np.mean(level.losses) for level in levels])
    for level, slope in zip(levels, np.abs(np.gradient(means, nll)), strict=True):
        tolerance = level.floor + slope * (4 * EPS * abs(level.nll) + _nll_floor(scene))
        if not np.ptp(level.losses) <= 2 * scene.limit * tolerance:
            return False
    return bool(np.all(np.diff(means) > 0))


def _rises(scene: Scene, level: _Level, next_level: _Level) -> bool:
    """Return whether L is greater on the next level, on the first ray: neither flat nor in steps."""
    if not next_level.samples:
        return True
    rise = next_level.losses[0] - level.losses[0]
    return bool(rise > scene.limit * (level.samples[0][1] + next_level.samples[0][1]))


def _nll_floor(scene: Scene) -> float:
    return max(point.floor for point in scene.prober.points if point.setting == 0)


def _reach(scene: Scene, setting: Setting, direction: np.ndarray) -> tuple[float, float]:
    """Return how far along `direction` no row leaves the regular region, and N there."""
    prober = scene.prober
    base = prober.evaluate(setting.u, setting.data)
    length, best = 0.5, (0.0, base.total)
    for _ in range(12):
        there = prober.evaluate(setting.u + length * direction, setting.data)
        if prober.excess(there, base) > FAR[-1] or there.total <= best[1]:
            break
        best = (length, there.total)
        length *= 1.6
    return best


def _cross(
    scene: Scene, index: int, direction: np.ndarray, length: float, level: float
) -> list[tuple[float, float]]:
    """Return L and its rounding error where N reaches `level` along `direction`; empty where it does not."""
    prober = scene.prober
    setting = prober.settings[index]

    def above(t: float) -> float:
        return prober.evaluate(setting.u + t * direction, setting.data).total - level

    if not above(0.0) < 0 < above(length):
        return []
    root = optimize.brentq(above, 0.0, length, xtol=1e-300, rtol=4 * EPS)
    sample = scene.sample(prober.point("level", index, setting.u + root * direction))
    return [(sample.loss, sample.floor)]
