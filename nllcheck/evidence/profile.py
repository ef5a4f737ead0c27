"""The profile negative log-likelihood: N minimised over the nuisances at each probe."""

from collections.abc import Sequence

import numpy as np

from nllcheck.optimise import minimise
from nllcheck.probes import Point, Prober

__all__ = ["profiled_nll"]


def profiled_nll(prober: Prober, points: Sequence[Point]) -> tuple[np.ndarray, np.ndarray]:
    """Return min over the nuisances of N at each point, and its rounding error, both shape (n_points,).

    nan where the minimum was not reached.
    """
    values = [_profile(prober, point) for point in points]
    return np.array([nll for nll, _ in values]), np.array([floor for _, floor in values])


def _profile(prober: Prober, point: Point) -> tuple[float, float]:
    data = prober.settings[point.setting].data

    def full(v: np.ndarray) -> np.ndarray:
        u = point.u.copy()
        u[prober.nu] = v
        return u

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = prober.likelihood.objective(full(v), data)
        return value, gradient[prober.nu]

    try:
        found = minimise(objective, point.u[prober.nu])
    except (ValueError, np.linalg.LinAlgError):
        return np.nan, np.nan
    if found.step > 1e-5:
        return np.nan, np.nan
    profiled = prober.point(point.kind, point.setting, full(found.v))
    return profiled.nll, profiled.floor + found.step**2
