"""Agreement judged against rounding error: moves by one unit in the last place, noise levels, weighted fits."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

__all__ = [
    "EPS",
    "LIMIT",
    "LIMIT_LOW",
    "Fit",
    "fit_affine",
    "fit_constant",
    "fit_equal",
    "noise_level",
    "nudges",
    "spread",
]

EPS = float(np.finfo(float).eps)
LIMIT = 8.0  # residuals up to so many noise floors agree: right losses were seen at 0.003 to 0.4
LIMIT_LOW = 32.0  # the same for losses that compute in less than double precision: seen at 4 to 9
SMOOTH = 2.0**14  # a floor beyond so many eps·size must grow like a slope, else it is a jump
_STEPS = (4 * EPS, 1e-12, 1e-9, 1e-6)

Values = Mapping[str, np.ndarray]
Function = Callable[[Values], float]


def nudges(
    values: Values, rng: np.random.Generator, ulps: float, frozen: Mapping[str, np.ndarray]
) -> Iterator[dict[str, np.ndarray]]:
    """Yield `values` with every float moved by `ulps` units in the last place, then all the other way.

    `frozen` marks entries that must not move: data on an atom or a bound.
    """
    moves = {}
    for name, value in values.items():
        if value.dtype.kind != "f":
            continue
        move = rng.choice([-1.0, 1.0], size=value.shape) * ulps * np.spacing(np.abs(value))
        if name in frozen:
            move = np.where(frozen[name], 0.0, move)
        moves[name] = move
    for sign in (1.0, -1.0):
        yield {name: v + sign * moves[name] if name in moves else v for name, v in values.items()}


def spread(
    function: Function,
    values: Values,
    at: float,
    size: float,
    *,
    rng: np.random.Generator,
    frozen: Mapping[str, np.ndarray],
    ulps: float = 1.0,
    draws: int = 2,
) -> tuple[float, bool]:
    """Return by how much `function` moves when its inputs do so by `ulps`, and whether a jump was seen.

    Of a move and its opposite the smaller counts, for a jump shows on one side only. A spread too large for
    rounding must grow with the move as a slope does; one that does not is a jump, and gives no licence.
    """
    floor = max((_smaller(function, values, at, rng, frozen, ulps) for _ in range(draws)), default=0.0)
    bound = SMOOTH * EPS * ulps * size
    if not floor > bound:
        return floor, False
    wider = _smaller(function, values, at, rng, frozen, 16 * ulps)
    if np.isfinite(wider) and 4 * floor <= wider <= 64 * floor:
        return floor, False
    return (bound, True) if np.isfinite(floor) else (np.inf, False)


def _smaller(
    function: Function,
    values: Values,
    at: float,
    rng: np.random.Generator,
    frozen: Mapping[str, np.ndarray],
    ulps: float,
) -> float:
    changes = [abs(function(moved) - at) for moved in nudges(values, rng, ulps, frozen)]
    return float(min(changes)) if np.isfinite(changes).any() else np.inf


def noise_level(
    function: Function, values: Values, rng: np.random.Generator, frozen: Mapping[str, np.ndarray]
) -> float:
    """Return the noise of `function`, by fourth differences along one relative direction.

    The step grows until the value moves at most of eight points, so that noise of float32 inside is found.
    After Hamming's difference table as used by Moré & Wild, "Estimating computational noise", SIAM J. Sci.
    Comput. 33 (2011).
    """
    direction = {
        name: np.where(frozen.get(name, False), 0.0, rng.uniform(0.5, 1.0, size=value.shape))
        for name, value in values.items()
        if value.dtype.kind == "f"
    }
    if not direction:
        return 0.0
    for step in _STEPS:
        table = np.array(
            [
                function(
                    {n: v * (1 + k * step * direction[n]) if n in direction else v for n, v in values.items()}
                )
                for k in range(8)
            ]
        )
        if not np.isfinite(table).all():
            return 0.0
        if np.count_nonzero(np.diff(table) == 0) < 4:
            return float(np.sqrt(np.mean(np.diff(table, 4) ** 2) / 70))
    return 0.0


@dataclass(frozen=True, kw_only=True)
class Fit:
    """L = a·N + c, judged probe by probe.

    Attributes
    ----------
    scale, offset : array, shape (n_groups,)
        a and c of each group.
    uncertainty : array, shape (n_groups,)
        Rounding error of each a.
    residual : array, shape (n_probes,)
        L − a·N − c.
    ratio : array, shape (n_probes,)
        |residual| in noise floors; nan where it cannot be told.
    """

    scale: np.ndarray
    offset: np.ndarray
    uncertainty: np.ndarray
    residual: np.ndarray
    ratio: np.ndarray

    @property
    def worst(self) -> float:
        """The largest residual in noise floors; inf where any is nan."""
        if not self.ratio.size or np.isnan(self.ratio).any():
            return np.inf
        return float(np.max(self.ratio))


def _fit(
    loss: np.ndarray, nll: np.ndarray, floor: np.ndarray, groups: np.ndarray, scale: str, offset: bool
) -> Fit:
    n_groups = int(groups.max(initial=-1)) + 1
    a, c, sd = np.ones(n_groups), np.zeros(n_groups), np.zeros(n_groups)
    residual = np.full(loss.shape, np.nan)
    for g in range(n_groups):
        rows = groups == g
        y, x = loss[rows].astype(np.longdouble), nll[rows].astype(np.longdouble)
        weight = np.maximum(floor[rows], 1e-300).astype(np.longdouble) ** -2
        weight /= weight.sum()
        if scale == "free":
            dx = x - (weight * x).sum()
            spread_x = (weight * dx**2).sum()
            if spread_x > 0:
                slope = (weight * dx * (y - (weight * y).sum())).sum() / spread_x
                a[g] = float(slope)
                sd[g] = float(1 / np.sqrt((floor[rows].astype(np.longdouble) ** -2 * dx**2).sum()))
        rest = y - np.longdouble(a[g]) * x
        shift = (weight * rest).sum() if offset else np.longdouble(0)
        c[g] = float(shift)
        residual[rows] = (rest - shift).astype(float)
    with np.errstate(all="ignore"):
        ratio = np.abs(residual) / np.maximum(floor, 1e-300)
    return Fit(scale=a, offset=c, uncertainty=sd, residual=residual, ratio=ratio)


def fit_equal(loss: np.ndarray, nll: np.ndarray, floor: np.ndarray, groups: np.ndarray) -> Fit:
    """Judge L = N."""
    return _fit(loss, nll, floor, groups, "one", offset=False)


def fit_constant(loss: np.ndarray, nll: np.ndarray, floor: np.ndarray, groups: np.ndarray) -> Fit:
    """Judge L = N + c, with one c a group."""
    return _fit(loss, nll, floor, groups, "one", offset=True)


def fit_affine(loss: np.ndarray, nll: np.ndarray, floor: np.ndarray, groups: np.ndarray) -> Fit:
    """Judge L = a·N + c, with one a and one c a group; each probe weighs by its noise floor."""
    return _fit(loss, nll, floor, groups, "free", offset=True)
