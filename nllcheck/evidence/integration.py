"""Nodes and weights for integrals over one observation: where they lie does not depend on luck.

One set of nodes serves the model's density, exp(−l/a) for every scale a that is tried, and every base measure;
so the loss is called once a node. Continuous values are integrated in a coordinate without bounds, from the modes
outwards on a scale of log distance (double-exponential substitutions; Takahasi & Mori, Publ. RIMS 9 (1974)):
peaks of any width and kinks at the mode are resolved alike. Integer values are summed.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

__all__ = ["Function", "Nodes", "Support", "count_values", "find_support", "locate", "place"]

Function = Callable[[np.ndarray], np.ndarray]

MOST_COUNTS = 2048  # terms of a sum over counts
TAIL = 36.0  # nats below the largest term, from which the rest of a sum is nothing
INWARD, OUTWARD = -3.4, 3.6  # range of the substitution: e^∓24 and e^29 widths from the mode
WITHIN = 3.2  # the same between two modes
REAL_BOUND = 300.0  # nats: a density that has fallen so far has overflowed, not ended
_LADDER = np.geomspace(1e-4, 1e4, 25)
_OFFSETS = np.concatenate([-_LADDER[::-1], [0.0], _LADDER])


@dataclass(frozen=True, kw_only=True)
class Support:
    """An interval of values of y, and the coordinate u that has no bounds: y, log distance to a bound, or logit."""

    lower: float = -np.inf
    upper: float = np.inf

    @property
    def is_real_line(self) -> bool:
        """Whether y has no bounds."""
        return not np.isfinite(self.lower) and not np.isfinite(self.upper)

    def value(self, u: np.ndarray) -> np.ndarray:
        """Return y at u."""
        with np.errstate(over="ignore", under="ignore"):
            if self.is_real_line:
                return np.asarray(u)
            if not np.isfinite(self.upper):
                return np.asarray(self.lower + np.exp(u))
            if not np.isfinite(self.lower):
                return np.asarray(self.upper - np.exp(-u))
            return np.asarray(self.lower + (self.upper - self.lower) * special.expit(u))

    def coordinate(self, y: np.ndarray | float) -> np.ndarray:
        """Return u at y; not finite at a bound or beyond it."""
        with np.errstate(all="ignore"):
            if self.is_real_line:
                return np.asarray(y, dtype=float)
            if not np.isfinite(self.upper):
                return np.log(np.asarray(y) - self.lower)
            if not np.isfinite(self.lower):
                return -np.log(self.upper - np.asarray(y))
            return np.asarray(special.logit((np.asarray(y) - self.lower) / (self.upper - self.lower)))

    def log_slope(self, u: np.ndarray) -> np.ndarray:
        """Return log dy/du."""
        if self.is_real_line:
            return np.zeros(np.shape(u))
        if not np.isfinite(self.upper):
            return np.asarray(u)
        if not np.isfinite(self.lower):
            return -np.asarray(u)
        width = np.log(self.upper - self.lower)
        return np.asarray(width + special.log_expit(u) + special.log_expit(-u))

    def contains(self, y: np.ndarray) -> np.ndarray:
        """Return where y lies inside, and is not a bound to which it was rounded."""
        return (y > self.lower) & (y < self.upper) & np.isfinite(y)


@dataclass(frozen=True, kw_only=True)
class Nodes:
    """Places y and weights of a sum that stands for an integral, or is one; all of shape (n_nodes,).

    Attributes
    ----------
    y : array
    log_weight : array
    coarse : array of bool
        Every other node: they give the integral at twice the step, and so its accuracy. All of a plain sum.
    edge : array of bool
        The two outermost nodes of each tail, in order outwards: where terms are not small there, or rise, the
        integral is infinite or not all of it.
    is_sum : bool
    """

    y: np.ndarray
    log_weight: np.ndarray
    coarse: np.ndarray
    edge: np.ndarray
    is_sum: bool = False


def find_support(nll: Function, inside: float, scale: float) -> Support:
    """Return the interval around `inside` where N is finite."""
    return Support(lower=_bound(nll, inside, -scale), upper=_bound(nll, inside, scale))


def _bound(nll: Function, inside: float, reach: float) -> float:
    ladder = inside + reach * np.geomspace(1e-3, 1e6, 19)
    outside = np.flatnonzero(~np.isfinite(nll(ladder)))
    infinite = float(np.copysign(np.inf, reach))
    if not len(outside):
        return infinite
    first = int(outside[0])
    near, far = (float(ladder[first - 1]) if first else inside), float(ladder[first])
    for _ in range(9):  # 257 values at once cost little more than 33
        grid = np.linspace(near, far, 257)
        gone = np.flatnonzero(~np.isfinite(nll(grid[1:-1])))
        step = int(gone[0]) + 1 if len(gone) else 256
        near, far = float(grid[step - 1]), float(grid[step])
    fall = nll(np.array([near, inside + (near - inside) * 0.999999]))
    if np.min(fall) - float(nll(np.array([inside]))[0]) > REAL_BOUND:
        return infinite
    simple = float(np.round(far, 9)) + 0.0
    return simple if abs(simple - far) <= 1e-12 * max(1.0, abs(reach)) else far


def locate(height: Function, start: float, width: float, rounds: int = 12) -> tuple[float, float]:
    """Return the lowest place of `height` that is found downhill from `start`, and the width of the valley.

    The width is the distance at which the height has risen by 1. Both are rough, but for places where the
    search begins: those it keeps exactly if nothing nearby is lower.
    """
    for _ in range(rounds):
        ladder = start + width * _OFFSETS
        heights = height(ladder)
        heights = np.where(np.isfinite(heights), heights, np.inf)
        middle = len(_LADDER)
        best = int(np.argmin(heights))
        if heights[best] >= heights[middle]:
            best = middle
        sides = [_rise(heights[best:], ladder[best:]), _rise(heights[best::-1], ladder[best::-1])]
        found = [side for side in sides if np.isfinite(side)]
        wider = float(np.exp(np.mean(np.log(found)))) if found else 10 * width
        settled = best == middle and 0.1 < wider / width < 10
        start, width = float(ladder[best]), wider
        if settled:
            break
    return start, width


def _rise(heights: np.ndarray, places: np.ndarray) -> float:
    """Return how far off the height first exceeds that of the first place by 1; inf if nowhere."""
    above = np.flatnonzero(heights[1:] >= heights[0] + 1)
    distance = float(abs(places[above[0] + 1] - places[0])) if len(above) else np.inf
    return distance if distance > 0 else np.inf


def place(support: Support, modes: Sequence[float], width: float, step: float) -> Nodes:
    """Return nodes from the `modes` (in u) outwards and between them; `width` is that of the peaks.

    Parameters
    ----------
    support : Support
    modes : sequence of float
        Modes and kinks; each is the end of a piece.
    width : float
        In u.
    step : float
        Step of the double-exponential rule; 0.08 gives about 1e-9.
    """
    ends = _apart(modes, 1e-7 * width)
    t = step * np.arange(round(INWARD / step), round(OUTWARD / step) + 1)
    log_distance = np.log(width) + np.pi / 2 * np.sinh(t)
    log_weight = log_distance + np.log(np.pi / 2 * np.cosh(t) * step)
    is_last = np.arange(len(t)) >= len(t) - 2
    pieces = [
        (ends[0] - np.exp(log_distance), log_weight, is_last),
        (ends[-1] + np.exp(log_distance), log_weight, is_last),
    ]
    t = step * np.arange(-round(WITHIN / step), round(WITHIN / step) + 1)
    inner = np.pi / 2 * np.sinh(t)
    for left, right in itertools.pairwise(ends):
        # distances from the nearer end, so that nodes close to it do not round to it
        share = special.expit(-2 * np.abs(inner))
        u = np.where(inner < 0, left + (right - left) * share, right - (right - left) * share)
        slope = np.log(right - left) + special.log_expit(2 * inner) + special.log_expit(-2 * inner)
        pieces.append((u, slope + np.log(np.pi * np.cosh(t) * step), np.zeros(len(t), dtype=bool)))
    u = np.concatenate([piece[0] for piece in pieces])
    log_weight = np.concatenate([piece[1] for piece in pieces])
    coarse = np.concatenate([np.arange(len(piece[0])) % 2 == 0 for piece in pieces])
    edge = np.concatenate([piece[2] for piece in pieces])
    y = support.value(u)
    # beyond a bound nothing is lost: it is reached only where the distance to it has underflowed
    kept = support.contains(y)
    return Nodes(
        y=y[kept], log_weight=(log_weight + support.log_slope(u))[kept], coarse=coarse[kept], edge=edge[kept]
    )


def _apart(modes: Sequence[float], distance: float) -> list[float]:
    """Return `modes` in order, those closer than `distance` to an earlier one left out."""
    kept: list[float] = []
    for mode in modes:
        if all(abs(mode - other) > distance for other in kept):
            kept.append(float(mode))
    return sorted(kept)


def count_values(nll: Function, heights: Sequence[Function], *, start: int = 64) -> Nodes | None:
    """Return the integers from 0 on, as far as N is finite, or until N and one of `heights` say that all is summed.

    Parameters
    ----------
    nll : callable
    heights : sequence of callable
        −log of the terms of other sums, up to constants; one of them must end.
    start : int
        How many values are tried first.

    Returns
    -------
    Nodes or None
        None where the sum has not ended after `MOST_COUNTS` terms, or no integer is possible.
    """
    size = start
    while size <= MOST_COUNTS:
        y = np.arange(size)
        own = nll(y)
        possible = np.isfinite(own)
        if not possible.any():
            return None
        if not possible[-1]:
            return _sum(y[possible], open_ended=False)
        others = [height(y) for height in heights]
        # a sum whose terms still fall may end later; one whose terms rise ends nowhere
        waiting = any(not _has_ended(other) and other[-1] > other[-2] for other in others)
        if _has_ended(own) and not waiting and any(map(_has_ended, others)):
            return _sum(y[possible], open_ended=True)
        size *= 2
    return None


def _has_ended(heights: np.ndarray) -> bool:
    """Return whether all terms beyond the last are small, were they to fall on as the last ones do."""
    if np.isnan(heights[-2:]).any():
        return False
    if heights[-1] == np.inf:
        return True
    rise = float(heights[-1] - heights[-2])
    return bool(
        rise > 0 and heights[-1] - np.nanmin(heights) - np.log1p(1 / np.expm1(min(rise, 50.0))) > TAIL
    )


def _sum(y: np.ndarray, *, open_ended: bool) -> Nodes:
    edge = np.zeros(len(y), dtype=bool)
    edge[-2:] = open_ended
    every = np.ones(len(y), dtype=bool)
    return Nodes(y=y, log_weight=np.zeros(len(y)), coarse=every, edge=edge, is_sum=True)
