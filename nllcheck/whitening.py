"""Coordinates in which a function of unknown scales is round: by its curvature, or by how fast it rises."""

from collections.abc import Callable

import numpy as np

__all__ = ["DENSE_LIMIT", "Objective", "calibrate", "or_inf", "whiten"]

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]

LONG = 1e2  # times the parameters: scales beyond are looked at twice
DENSE_LIMIT = 300  # parameters beyond which no curvature is formed


def whiten(objective: Objective, v: np.ndarray, attempts: int = 6) -> np.ndarray:
    """Return W, shape (n, n), from central differences of the gradient.

    The differences are repeated in the coordinates that they gave, so a direction of little curvature is
    measured as well as one of much. Directions of no curvature get length one.
    """
    n = len(v)
    if n > DENSE_LIMIT:
        return np.eye(n)
    white = np.diag(1e-1 * np.maximum(1.0, np.abs(v)))
    for attempt in range(attempts):
        hessian = _differences(objective, v, white, 1e-4)
        if not np.isfinite(hessian).all():
            return white if attempt else np.eye(n)
        white = _without_flat(objective, v, white @ _inverse_root(hessian))
        if _is_well_conditioned(hessian):
            break
    return white


def _without_flat(objective: Objective, v: np.ndarray, white: np.ndarray) -> np.ndarray:
    """Return W with length one along columns whose curvature was rounding error: nothing rises at their ends.

    A minimiser that took them for scales would wander off along them, as far as floats reach.
    """
    lengths = np.linalg.norm(white, axis=0)
    white = white.copy()
    for j in np.flatnonzero(lengths > LONG * (1 + float(np.max(np.abs(v), initial=0.0)))):
        if _rise(objective, v, white[:, j], objective(v)[0]) < 0.05:
            white[:, j] /= lengths[j]
    return white


def _differences(objective: Objective, v: np.ndarray, white: np.ndarray, step: float) -> np.ndarray:
    """Return the Hessian in z, shape (n, n), of v + W z."""
    columns = [
        white.T @ (objective(v + step * column)[1] - objective(v - step * column)[1]) / (2 * step)
        for column in white.T
    ]
    hessian = np.array(columns).reshape(len(v), len(v))
    return (hessian + hessian.T) / 2


def _is_well_conditioned(hessian: np.ndarray) -> bool:
    """Return whether differences gave every direction of the Hessian to several digits."""
    diagonal = np.diagonal(hessian)
    if not len(diagonal) or not (diagonal > 0).all():
        return False
    values = np.linalg.eigvalsh(hessian / np.sqrt(np.outer(diagonal, diagonal)))
    return bool(values[0] > 1e-3 * values[-1])


def _inverse_root(hessian: np.ndarray) -> np.ndarray:
    """Return V |λ|^-½, with length one kept where there is no curvature."""
    if not len(hessian):
        return np.zeros((0, 0))
    scale = np.sqrt(np.maximum(np.abs(np.diagonal(hessian)), 1e-200))
    scale[np.diagonal(hessian) == 0] = 1.0
    values, vectors = np.linalg.eigh(hessian / np.outer(scale, scale))
    known = np.abs(values) > 1e-11 * np.max(np.abs(values))
    lengths = np.where(known, 1 / np.sqrt(np.where(known, np.abs(values), 1.0)), 1.0)
    return (vectors * lengths) / scale[:, None]


def calibrate(objective: Objective, v: np.ndarray, white: np.ndarray) -> np.ndarray:
    """Return W with each column as long as it takes for the value to rise by about one half.

    Where the function has kinks, or `v` is no minimum, its curvature says little about that length. A column
    along which nothing changes gets length one.
    """
    middle = objective(v)[0]
    farthest = 1e2 * (1 + float(np.max(np.abs(v), initial=0.0)))  # beyond, nothing is worth calling a scale
    columns = []
    for column in white.T:
        length = 1.0
        for _ in range(80):
            rise = _rise(objective, v, length * column, middle)
            if 0.2 < rise < 1.0:
                break
            if rise < 0.2 and length * np.max(np.abs(column)) > farthest:
                length = 1 / max(float(np.linalg.norm(column)), 1e-300)
                break
            length *= 0.5 if rise > 0.5 else 1.7
        else:
            length = 1 / max(float(np.linalg.norm(column)), 1e-300)
        columns.append(length * column)
    return np.array(columns).reshape(white.shape).T


def _rise(objective: Objective, v: np.ndarray, step: np.ndarray, middle: float) -> float:
    """Return by how much the value rises above `middle` a step away, on the side where it rises more."""
    return max(or_inf(objective(v + sign * step)[0]) - middle for sign in (1, -1))


def or_inf(value: float) -> float:
    """Return the value, or infinity where it is nan or infinite."""
    return value if np.isfinite(value) else np.inf
