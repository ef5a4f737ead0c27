"""The loss of one observation alone, as a function of the value observed there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from nllcheck.binding import read_return
from nllcheck.probes import Point
from nllcheck.scene import Scene

__all__ = ["CannotCut", "RowLoss", "row_loss"]

SINGLES = 40  # rows whose losses are added up
LINEAR = 1e-7  # of the movement: a part that belongs to no row is the prior, or not

Values = Mapping[str, np.ndarray]


class CannotCut(ValueError):
    """The loss has no rows that could be asked one at a time; says why."""


@dataclass(frozen=True, kw_only=True)
class RowLoss:
    """Calls a loss on one row, whose observed value is replaced.

    Attributes
    ----------
    scene : Scene
    name : str
        The observed variable.
    share : float
        Loss of all rows over the sum of those of single rows: 1 for a sum, 1/n for a mean.
    rest : mapping of int to float
        By ``id`` of a probe, the part of each single row's loss that belongs to no row: penalties.
    prior_scale : float or None
        What multiplies the prior in that part, where it varies.
    """

    scene: Scene
    name: str
    share: float
    rest: Mapping[int, float]
    prior_scale: float | None

    def __call__(self, point: Point, row: int, y: np.ndarray) -> np.ndarray:
        """Return the loss of `row` at the parameters of `point`, for each value `y`, shape (n_nodes,)."""
        return self.at(self.scene.prober.values(point), row, y) - self.rest.get(id(point), 0.0)

    def at(self, values: Values, row: int, y: np.ndarray) -> np.ndarray:
        """Return the same at named values, whatever belongs to no row included."""
        return _each(self.scene, self.name, _repeated(self.scene, self.name, values, row, y))

    def named(self, point: Point, row: int) -> np.ndarray:
        """Return the numbers that `row` reads of the parameters and data, shape (n,)."""
        values = self.scene.prober.values(point)
        aligned = _row_names(self.scene, self.name, values)
        cut = (np.asarray(values[r])[row] if r in aligned else values[r] for r in self.scene.loss.reads)
        return np.concatenate([np.zeros(0), *(np.ravel(v).astype(float) for v in cut if np.size(v) < 10)])


def row_loss(scene: Scene, name: str, points: list[Point], rows: list[int]) -> RowLoss:
    """Cut the loss into rows, after proof that they add up to it.

    Raises
    ------
    CannotCut
        They do not, or a single row cannot be evaluated.
    """
    n = len(scene.likelihood.data.values[name])
    _require_plain(scene, name, points[0])
    some = np.unique([*rows, *np.random.default_rng([scene.seed, 19]).permutation(n)[:SINGLES]])
    possible = [_reductions(scene, name, point, some) for point in points]
    shares = [share for share in possible[0] if all(share in other for other in possible)]
    if not shares:
        raise CannotCut("it is no sum over rows")
    rest = {id(point): found[shares[0]] for point, found in zip(points, possible, strict=True)}
    prior_scale = _prior_scale(points, rest) if shares[0] == 1.0 else None
    return RowLoss(scene=scene, name=name, share=shares[0], rest=rest, prior_scale=prior_scale)


def _row_names(scene: Scene, name: str, values: Values) -> set[str]:
    """Return what the loss reads that has one entry a row."""
    n = len(scene.likelihood.data.values[name])
    return {read for read in scene.loss.reads if np.ndim(values[read]) and len(values[read]) == n}


def _y_names(scene: Scene, name: str) -> set[str]:
    return {name, *(alias for alias, of in scene.likelihood.data.aliases.items() if of == name)}


def _repeated(scene: Scene, name: str, values: Values, row: int, y: np.ndarray) -> dict[str, np.ndarray]:
    """Return values in which every row is `row`, but for its observed value."""
    aligned = _row_names(scene, name, values)
    replaced = {}
    for read in scene.loss.reads:
        value = np.asarray(values[read])
        if read in _y_names(scene, name):
            value = np.asarray(y, dtype=value.dtype)
        elif read in aligned:
            value = np.repeat(value[row : row + 1], len(y), axis=0)
        replaced[read] = value
    return replaced


def _cut(scene: Scene, name: str, values: Values, rows: np.ndarray) -> dict[str, np.ndarray]:
    aligned = _row_names(scene, name, values)
    return {
        read: np.asarray(values[read])[rows] if read in aligned else np.asarray(values[read])
        for read in scene.loss.reads
    }


def _each(scene: Scene, name: str, cut: Values) -> np.ndarray:
    """Return the loss of each row of `cut` alone, shape (n_rows,); nan where it raises."""
    aligned = _row_names(scene, name, scene.prober.values(scene.prober.points[0]))
    n = len(next(iter(cut[read] for read in aligned)))
    try:
        arguments = scene.loss.arguments(cut)
    except Exception:  # a transform in `args` that raises is a loss that does
        return np.full(n, np.nan)
    sliced = {
        binding.argument
        for binding in scene.loss.bindings
        if set(binding.reads) & aligned
        and arguments[binding.argument].ndim
        and len(arguments[binding.argument]) == n
    }
    found: list[np.ndarray] = []
    scene.loss.call(arguments, partial(_by_row, scene.loss, sliced, n, found))
    return found[0] if found else np.full(n, np.nan)


def _by_row(
    loss: Any, sliced: set[str], n: int, found: list[np.ndarray], *positional: Any, **named: Any
) -> float:
    """Call `loss` on one row after another; what it gave is appended to `found`."""
    names = [b.argument for b in loss.bindings if b.positional]
    ready = dict(zip(names, positional, strict=True)) | named
    function: Callable[..., Any] = loss.loss
    totals = np.full(n, np.nan)
    for k in range(n):
        one = {name: value[k : k + 1] if name in sliced else value for name, value in ready.items()}
        try:
            value = function(*(one.pop(name) for name in names), **one)
        except Exception:  # noqa: S112 - it is told by its nan
            continue
        totals[k] = float(value) if isinstance(value, float | np.floating) else read_return(value).total
    found.append(totals)
    return 0.0


def _require_plain(scene: Scene, name: str, point: Point) -> None:
    """Refuse losses that take what is computed from y, which other values of y would have to change."""
    y = scene.likelihood.data.values[name]
    other = {**scene.likelihood.data.values, name: y[::-1].copy()}
    here, there = (scene.likelihood.evaluate(point.x, data).values for data in (None, other))
    for read in set(scene.loss.reads) - _y_names(scene, name):
        if not np.array_equal(here[read], there[read], equal_nan=True):
            raise CannotCut(f"it takes {read!r}, which is computed from the data")
    if not _y_names(scene, name) & set(scene.loss.reads):
        raise CannotCut("it does not take the observed data")


def _reductions(scene: Scene, name: str, point: Point, rows: np.ndarray) -> dict[float, float]:
    """Return 1 for a sum, 1/n for a mean, whichever it may be, each with what then belongs to no row."""
    values, n = scene.prober.values(point), len(scene.likelihood.data.values[name])
    singles = _each(scene, name, _cut(scene, name, values, rows))
    together = scene.loss(_cut(scene, name, values, rows)).total
    if not np.isfinite(singles).all() or not np.isfinite(together):
        raise CannotCut("it cannot be evaluated on one row alone")
    tolerance = max(1e-9, 1e3 * scene.relative_noise) * (float(np.abs(singles).sum()) + abs(together))
    found = {1 / n: 0.0} if abs(float(np.mean(singles)) - together) <= tolerance else {}
    rest = (float(np.sum(singles)) - together) / max(1, len(rows) - 1)
    if abs(rest) * len(rows) <= tolerance:
        found[1.0] = 0.0
    elif scene.likelihood.is_posterior:
        found[1.0] = rest
    others = np.setdiff1d(np.arange(n), rows)
    if not len(others):
        return found
    apart = scene.loss(_cut(scene, name, values, others)).total
    total = scene.loss(_cut(scene, name, values, np.arange(n))).total
    sums = {1.0: together + apart - rest, 1 / n: (len(rows) * together + len(others) * apart) / n}
    return {
        share: part for share, part in found.items() if abs(total - sums[share]) <= tolerance * n / len(rows)
    }


def _prior_scale(points: list[Point], rest: Mapping[int, float]) -> float | None:
    """Return what multiplies the prior in the part of the loss that belongs to no row; None if there is none.

    Raises
    ------
    CannotCut
        That part is no multiple of the model's prior.
    """
    part = np.array([rest[id(point)] for point in points])
    if not np.ptp(part) > 0:
        return None
    prior = np.array([point.evaluated.rest if point.evaluated else np.nan for point in points])
    steps, moves = part - part.mean(), prior - prior.mean()
    slope = float(steps @ moves) / max(float(moves @ moves), 1e-300)
    if not slope > 0 or not np.max(np.abs(steps - slope * moves)) <= LINEAR * np.ptp(part):
        raise CannotCut("a part of it belongs to no row, and is not the model's prior")
    return slope
