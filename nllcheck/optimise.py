"""Minimising a function whose scales are unknown: whitened quasi-Newton, Newton, and what kind of end it met."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy import optimize

from nllcheck.whitening import DENSE_LIMIT, Objective, calibrate, or_inf, whiten

__all__ = ["Minimum", "MinimumKind", "minimise"]

CONVERGED = 1e-6  # a Newton step shorter than this, in standard errors, is an optimum
PRECISE = 1e-9  # and one shorter than this ends the search at once


class MinimumKind(StrEnum):
    """What a search ended with."""

    INTERIOR = "interior"
    KINK = "kink"
    EDGE = "edge"
    FLAT = "flat"
    NOWHERE = "nowhere"
    UNBOUNDED = "unbounded"
    NOT_FOUND = "not found"
    DECLARED = "declared"


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """Where a function of v, shape (n,), is smallest.

    Attributes
    ----------
    kind : MinimumKind
    v : array, shape (n,)
    value : float
    white : array, shape (n, n)
        W such that v + W z has the Hessian I in z: columns of one standard error each.
    step : float
        Length of the Newton step that is left, in standard errors.
    """

    kind: MinimumKind
    v: np.ndarray
    value: float
    white: np.ndarray
    step: float


def minimise(objective: Objective, start: np.ndarray) -> Minimum:
    """Minimise `objective`, which returns value and gradient, from `start`, shape (n,)."""
    with np.errstate(all="ignore"):
        found = _classify(objective, _search(objective, np.array(start, dtype=float)))
        if found.kind not in (MinimumKind.KINK, MinimumKind.NOT_FOUND) or len(found.v) > DENSE_LIMIT:
            return found
        # a search that curvature misled may have ended beside a minimum that is smooth all the same
        again = _search(objective, found.v)
        smooth = again.value <= found.value + 1e-12 * (1 + abs(found.value)) and _is_round(objective, again)
        return replace(again, kind=_interior_or_nowhere(objective, again)) if smooth else found


def _search(objective: Objective, v: np.ndarray) -> Minimum:
    white = whiten(objective, v, attempts=2)
    step = np.inf
    for attempt in range(5):
        moved = _newton(objective, _quasi_newton(objective, v, white), white)
        if not attempt and np.array_equal(moved, v):  # beside a wall: measure scales by rises
            moved, _ = _nonsmooth(objective, v, calibrate(objective, v, np.eye(len(v))))
        stuck = np.array_equal(moved, v)
        v, white = moved, whiten(objective, moved)
        v = _newton(objective, v, white)
        step = float(np.linalg.norm(white.T @ objective(v)[1]))
        if step < PRECISE or (step < CONVERGED and attempt) or stuck:
            break
    return Minimum(kind=MinimumKind.NOT_FOUND, v=v, value=objective(v)[0], white=white, step=step)


def _quasi_newton(objective: Objective, v: np.ndarray, white: np.ndarray) -> np.ndarray:
    def whitened(z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = objective(v + white @ z)
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return np.inf, np.zeros(len(v))
        return value, white.T @ gradient

    options = {"maxiter": 200, "maxfun": 400, "ftol": 1e-15, "gtol": 1e-8, "maxcor": 20}
    result = optimize.minimize(whitened, np.zeros(len(v)), jac=True, method="L-BFGS-B", options=options)
    moved = v + white @ result.x
    return moved if objective(moved)[0] <= objective(v)[0] else v


def _newton(objective: Objective, v: np.ndarray, white: np.ndarray) -> np.ndarray:
    """Take Newton steps with the curvature in `white` for as long as they shorten."""
    value, gradient = objective(v)
    slope = white.T @ gradient
    for _ in range(30):
        candidate = v - white @ slope
        new_value, new_gradient = objective(candidate)
        new_slope = white.T @ new_gradient
        # close to the minimum the value is rounding error, and only the slope still tells progress
        lower = new_value <= value + 1e-10 * (1 + abs(value))
        if not lower or not np.linalg.norm(new_slope) < 0.7 * np.linalg.norm(slope):
            break
        v, value, slope = candidate, new_value, new_slope
    return v


def _classify(objective: Objective, found: Minimum) -> Minimum:
    """Judge the end of a search by the values around it, never by what the optimiser says."""
    if len(found.v) > DENSE_LIMIT:
        return replace(found, kind=MinimumKind.INTERIOR if found.step < 1e-2 else MinimumKind.NOT_FOUND)
    if _is_round(objective, found):
        return replace(found, kind=_interior_or_nowhere(objective, found))
    rises = _rises(objective, found, 0.1) / (0.1**2 / 2)
    is_level = (rises > -1e-6).all() and ((rises < 1e-3) | (rises > 0.3)).all() and (rises < 3).all()
    if is_level and found.step < 1e-4 and not _is_sharp(objective, found, rises):
        return replace(found, kind=_flat_or_nowhere(objective, found))
    running = _running_away(objective, found)
    if running is not None:
        return replace(found, kind=running)
    return _at_kink(objective, found)


def _is_round(objective: Objective, found: Minimum) -> bool:
    """Return whether the value rises in all directions as the curvature in `white` says."""
    rises = _rises(objective, found, 0.1) / (0.1**2 / 2)
    round_ = bool(((rises > 0.3) & (rises < 3)).all())
    return round_ and found.step < 1e-4 and not _is_sharp(objective, found, rises)


def _is_sharp(objective: Objective, found: Minimum, rises: np.ndarray) -> bool:
    """Return whether the value rises in proportion to the distance, as at a kink, not to its square."""
    closer = _rises(objective, found, 0.01) / (0.01**2 / 2)
    visible = closer > 1e-9 * (1 + abs(found.value))
    return bool((visible & (closer > 3 * np.abs(rises))).any())


def _rises(objective: Objective, found: Minimum, length: float) -> np.ndarray:
    """Return how much the value rises `length` standard errors away both ways, shape (2, n)."""
    return np.array(
        [
            [objective(found.v + sign * length * column)[0] - found.value for column in found.white.T]
            for sign in (1, -1)
        ]
    ).reshape(2, len(found.v))


def _interior_or_nowhere(objective: Objective, found: Minimum) -> MinimumKind:
    rises = _rises(objective, found, 3.0)
    rises = rises[np.isfinite(rises)]
    return MinimumKind.NOWHERE if (rises < 0.05).any() else MinimumKind.INTERIOR


def _flat_or_nowhere(objective: Objective, found: Minimum) -> MinimumKind:
    if np.max(np.abs(found.v), initial=0.0) < 8:
        return MinimumKind.FLAT
    outward = objective(2.0 * found.v)[0] - found.value
    inward = max(objective(factor * found.v)[0] - found.value for factor in (0.05, 0.01, 0.002))
    return MinimumKind.NOWHERE if outward < 1e-3 < inward else MinimumKind.FLAT


def _running_away(objective: Objective, found: Minimum) -> MinimumKind | None:
    """Recognise a function that falls without bound, or whose infimum lies at infinity."""
    v, white = found.v, found.white
    if any(_keeps_falling(objective, v, int(j)) for j in np.flatnonzero(np.abs(v) > 9)):
        return MinimumKind.UNBOUNDED
    gradient = objective(v)[1]
    steepest = [-white @ (white.T @ gradient), np.where(np.abs(v) > 8, v, 0.0), v]
    for direction in steepest:
        length = np.max(np.abs(direction), initial=0.0)
        if not np.isfinite(length) or length == 0:
            continue
        reach = max(1.0, float(np.max(np.abs(v)))) * direction / length
        falls = [found.value - objective(v + t * reach)[0] for t in (0.25, 0.5, 1.0)]
        if not np.isfinite(falls).all() or not 0 <= falls[0] <= falls[1] <= falls[2]:
            continue
        if falls[2] > 3 * falls[0] and falls[2] > 0.5:
            return MinimumKind.UNBOUNDED
        if np.max(np.abs(v)) > 8 and falls[2] < 0.5:
            return MinimumKind.NOWHERE
    return None


def _keeps_falling(objective: Objective, v: np.ndarray, j: int) -> bool:
    """Return whether the value falls along a coordinate as fast far out as near: on a true edge it settles."""

    def at(length: float) -> float:
        moved = v.copy()
        moved[j] = np.sign(v[j]) * length
        return objective(moved)[0]

    near, far = at(6) - at(9), at(9) - at(12)
    last = at(0.9 * abs(v[j])) - at(abs(v[j]))
    beyond = at(1.05 * abs(v[j]))
    if np.isfinite(beyond) and beyond > at(abs(v[j])):  # a bottom, such as a kink, that lies far out
        return False
    return bool(far > 0.1 and far > 0.5 * near and last > 0.25 * far / 3 * 0.1 * abs(v[j]))


def _at_kink(objective: Objective, found: Minimum) -> Minimum:
    """Finish where the gradient jumps, and measure scales by rises of the value."""
    found = _at_zeros(objective, found)
    if found.step > CONVERGED:
        found = _without_derivatives(objective, _down_a_crease(objective, found))
    found = replace(found, white=calibrate(objective, found.v, np.eye(len(found.v))))
    rises = _rises(objective, found, 1e-4)
    sharp = np.isfinite(rises).all() and (rises > -1e-12 * (1 + abs(found.value))).all()
    return replace(found, kind=MinimumKind.KINK if sharp else MinimumKind.NOT_FOUND)


def _at_zeros(objective: Objective, found: Minimum) -> Minimum:
    """Hold the coordinates that are best at zero, as under an absolute value, and minimise over the others."""
    v, zeros = found.v.copy(), np.zeros(len(found.v), dtype=bool)
    for _ in range(8):
        best_at_zero = np.array([_is_best_at_zero(objective, v, j) for j in range(len(v))], dtype=bool)
        if np.array_equal(best_at_zero, zeros):
            break
        zeros = best_at_zero
        v[zeros] = 0.0
        v = _minimise_others(objective, v, ~zeros)
    others = np.flatnonzero(~zeros)
    slope = _restricted(objective, v, others)(v[others])[1]
    white = whiten(_restricted(objective, v, others), v[others]) if zeros.any() else found.white
    value = objective(v)[0]
    if not value <= found.value + 1e-12 * abs(found.value):
        return found
    return replace(found, v=v, value=value, step=float(np.linalg.norm(white.T @ slope)))


def _is_best_at_zero(objective: Objective, v: np.ndarray, j: int) -> bool:
    at_zero = v.copy()
    at_zero[j] = 0.0
    step = 1e-6 * max(1e-3, float(np.max(np.abs(v))))
    middle = objective(at_zero)[0]
    rises = []
    for sign in (1.0, -1.0):
        at_zero[j] = sign * step
        rises.append(objective(at_zero)[0] - middle)
    return min(rises) > 1e-14 * abs(middle) and middle <= objective(v)[0] + 0.5


def _restricted(objective: Objective, v: np.ndarray, others: np.ndarray) -> Objective:
    def over_others(w: np.ndarray) -> tuple[float, np.ndarray]:
        full = v.copy()
        full[others] = w
        value, gradient = objective(full)
        return value, gradient[others]

    return over_others


def _minimise_others(objective: Objective, v: np.ndarray, others: np.ndarray) -> np.ndarray:
    positions = np.flatnonzero(others)
    if not len(positions):
        return v
    restricted = _restricted(objective, v, positions)
    w = v[positions]
    for _ in range(3):
        white = whiten(restricted, w, attempts=3)
        w = _newton(restricted, _quasi_newton(restricted, w, white), white)
    moved = v.copy()
    moved[positions] = w
    return moved


def _down_a_crease(objective: Objective, found: Minimum) -> Minimum:
    """Descend where the gradient jumps, by BFGS from starts beside the best place, until none goes lower."""
    rng = np.random.default_rng(21)
    v, value, idle = found.v, found.value, 0
    for attempt in range(10):
        white = calibrate(objective, v, np.eye(len(v)))
        beside = v + white @ rng.normal(scale=0.03 if attempt else 0.0, size=len(v))
        moved, lower = _nonsmooth(objective, beside, white)
        idle = 0 if lower < value - 1e-13 * (1 + abs(value)) else idle + 1
        if lower < value:
            v, value = moved, lower
        if idle > 2:
            break
    return replace(found, v=v, value=value)


def _nonsmooth(objective: Objective, v: np.ndarray, white: np.ndarray) -> tuple[np.ndarray, float]:
    """Return where BFGS with a weak Wolfe line search ends from `v`, and the value there.

    Lewis and Overton, "Nonsmooth optimization via quasi-Newton methods", Math. Program. 141 (2013): across a
    crease the curvature grows without bound, and steps follow it.
    """
    value, gradient = objective(v)
    slope = white.T @ gradient
    inverse = np.eye(len(v)) / max(float(np.linalg.norm(slope)), 1e-300)
    for number in range(60 + 20 * len(v)):
        direction = -inverse @ slope
        step = _weak_wolfe(objective, v, value, slope, white, direction)
        if step is None:
            break
        length, v, value, new_slope = step
        moved, bent = length * direction, new_slope - slope
        slope, along = new_slope, float(moved @ bent)
        if not along > 0:
            break
        if number == 0:
            inverse = np.eye(len(v)) * along / float(bent @ bent)
        turn = np.eye(len(v)) - np.outer(moved, bent) / along
        inverse = turn @ inverse @ turn.T + np.outer(moved, moved) / along
    return v, value


def _weak_wolfe(
    objective: Objective,
    v: np.ndarray,
    value: float,
    slope: np.ndarray,
    white: np.ndarray,
    direction: np.ndarray,
) -> tuple[float, np.ndarray, float, np.ndarray] | None:
    """Return a step that falls enough and flattens enough, what it leads to, or None if there is none."""
    falls = float(slope @ direction)
    if not falls < 0:
        return None
    low, high, length = 0.0, np.inf, 1.0
    for _ in range(60):
        moved = v + white @ (length * direction)
        new_value, gradient = objective(moved)
        new_slope = white.T @ gradient
        if not new_value < value + 1e-4 * length * falls or not np.isfinite(new_slope).all():
            high = length
        elif new_slope @ direction < 0.5 * falls:
            low = length
        else:
            return length, moved, new_value, new_slope
        length = (low + high) / 2 if np.isfinite(high) else 2 * low
    return None


def _without_derivatives(objective: Objective, found: Minimum) -> Minimum:
    white = calibrate(objective, found.v, np.eye(len(found.v)))
    result = optimize.minimize(
        lambda z: or_inf(objective(found.v + white @ z)[0]),
        np.zeros(len(found.v)),
        method="Powell",
        options={"xtol": 1e-9, "ftol": 1e-14, "maxfev": 200 * max(1, len(found.v))},
    )
    if not result.fun < found.value:
        return found
    return replace(found, v=found.v + white @ result.x, value=float(result.fun))
