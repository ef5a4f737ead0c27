"""The one unknown number of a family: a grid, a refinement, and short decimals first."""

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from nllcheck.families.family import Array, Unknown
from nllcheck.families.screen import closeness, slopes

__all__ = ["PROMISING", "find_unknown", "short_numbers"]

PROMISING = 0.3
EXACT = 1e-9  # the same, of a value of the grid that needs no refinement
Sums = Callable[[Array], Array]


def find_unknown(
    loss: Array, sums: Sums, unknown: Unknown, size: float, promising: float = PROMISING
) -> Iterator[float]:
    """Yield values at which L = a·F + c may hold: short ones near the best, then the best itself.

    Parameters
    ----------
    loss : array, shape (n_points,)
    sums : callable
        F of an array of values, shape (n_values, n_points).
    unknown : Unknown
    size : float
        Size of the residuals of y.
    promising : float
        Residual relative to the range of L over the grid, beyond which no value is sought.
    """
    grid = unknown.values(size)
    away = closeness(loss, sums(grid))
    best = int(np.argmin(away))
    if not away[best] <= promising:
        return
    found = float(grid[best])
    if away[best] > EXACT:
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        found = _refined(loss, sums, unknown, (float(low), float(high)), found)
    if _matters(loss, sums, found) and not unknown.is_trivial(found):
        yield from short_numbers(found)
        yield found


def _matters(loss: Array, sums: Sums, found: float) -> bool:
    """Return whether the number is told by the points: a delta beyond all residuals is not."""
    return bool(np.max(closeness(loss, sums(np.array([0.99, 1.01]) * found))) > 10 * EXACT)


def _refined(loss: Array, sums: Sums, unknown: Unknown, bounds: tuple[float, float], start: float) -> float:
    """Return the number where the residual vanishes: a bounded search, then Gauss-Newton steps."""

    def distance(value: float) -> float:
        return float(closeness(loss, sums(np.array([value])))[0])

    options = {"xatol": 1e-5 * start, "maxiter": 30}
    rough = minimize_scalar(distance, bounds=bounds, method="bounded", options=options)
    at, away = (float(rough.x), float(rough.fun)) if rough.fun < distance(start) else (start, np.inf)
    for _ in range(6):
        moved = _step(loss, sums, at)
        closer = distance(moved) if unknown.bounds[0] < moved < unknown.bounds[1] else np.inf
        if not closer < away:
            break
        at, away = moved, closer
    return at


def _step(loss: Array, sums: Sums, at: float) -> float:
    """Return where the residual would vanish if it were linear in the number."""
    width = 1e-6 * at
    here, beside = (_residual(loss, sums(np.array([value]))) for value in (at, at + width))
    slope = (beside - here) / width
    size = float(slope @ slope)
    return at - float(slope @ here) / size if size > 0 else np.nan


def _residual(loss: Array, sums: Array) -> Array:
    return np.asarray(loss - loss.mean() - slopes(loss, sums)[0] * (sums[0] - sums[0].mean()))


def short_numbers(value: float) -> Iterator[float]:
    """Yield the short decimals and simple fractions that are near a number."""
    rounded = [float(f"{value:.{digits}g}") for digits in range(1, 9)]
    rounded.insert(2, float(Fraction(value).limit_denominator(12)))
    for near in dict.fromkeys(rounded):
        if abs(near - value) <= 1e-5 * abs(value):
            yield near
