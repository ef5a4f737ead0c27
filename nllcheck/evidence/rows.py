"""Is the loss a sum over rows? The loss of subsets of the rows, where its arguments can be cut into rows."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nllcheck.probes import Point
from nllcheck.scene import Scene

__all__ = ["Rows", "Subset", "cut_rows"]


@dataclass(frozen=True, kw_only=True)
class Subset:
    """Both sides over some of the rows at several probes of one setting.

    `loss` and `nll` have shape (n_probes,); `floor` is the rounding error of the loss.
    """

    rows: np.ndarray
    setting: int
    loss: np.ndarray
    nll: np.ndarray
    floor: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What cutting into rows showed.

    Attributes
    ----------
    additive : bool or None
        Whether the loss is a sum over rows, or n times it is; None where it cannot be told.
    reason : str
        Why it cannot be told.
    subsets : tuple of Subset
    """

    additive: bool | None
    reason: str = ""
    subsets: tuple[Subset, ...] = ()


def cut_rows(scene: Scene) -> Rows:
    """Cut every argument that has one entry a row, and ask whether the loss adds up."""
    n = _n_rows(scene)
    if n is None or n < 3:
        return Rows(additive=None, reason="the data cannot be cut into at least three rows")
    points = _points(scene)
    sliced = _sliced(scene, points[0], n)
    if not any(name in sliced for name in _data_arguments(scene)):
        return Rows(
            additive=None, reason="the loss does not take the data, so it cannot be given some rows only"
        )
    a, b, c = _thirds(n, scene.seed)
    for point in points[:2]:
        totals = {
            key: _loss(scene, point, sliced, rows)
            for key, rows in (("abc", None), ("ab", np.r_[a, b]), ("bc", np.r_[b, c]), ("b", b))
        }
        if not all(np.isfinite(total) for total in totals.values()):
            return Rows(additive=None, reason="the loss cannot be evaluated on some of the rows only")
        if not _adds_up(scene, point, totals, (n, len(a) + len(b), len(b) + len(c), len(b))):
            return Rows(additive=False)
    settings = [i for i, s in enumerate(scene.prober.settings) if s.data_name == "given"]
    subsets = tuple(
        _subset(scene, sliced, np.sort(rows), setting)
        for rows in (np.r_[a, b], np.r_[b, c])
        for setting in settings
    )
    return Rows(additive=True, subsets=subsets)


def _points(scene: Scene, setting: int = 0) -> list[Point]:
    return [p for p in scene.prober.points if p.setting == setting and p.excess < 9][1:8]


def _n_rows(scene: Scene) -> int | None:
    """Return the number of rows, where all observed variables have one row of N per entry of y."""
    point = scene.prober.points[0]
    if point.evaluated is None or not point.evaluated.rows:
        return None
    lengths = {rows.shape[0] if rows.ndim else 0 for rows in point.evaluated.rows.values()}
    data = {
        scene.likelihood.data.values[name].shape[0] if scene.likelihood.data.values[name].ndim else 0
        for name in scene.likelihood.observed
    }
    if lengths != data or len(lengths) != 1 or scene.likelihood.data.masks:
        return None
    return lengths.pop()


def _sliced(scene: Scene, point: Point, n: int) -> frozenset[str]:
    arguments = scene.loss.arguments(scene.prober.values(point))
    return frozenset(name for name, value in arguments.items() if value.ndim and value.shape[0] == n)


def _data_arguments(scene: Scene) -> set[str]:
    data = set(scene.likelihood.data.injected)
    return {binding.argument for binding in scene.loss.bindings if data & set(binding.reads)}


def _thirds(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return three disjoint sets of rows of unequal sizes that make up all of them."""
    order = np.random.default_rng([seed, 10]).permutation(n)
    first = max(1, n // 4)
    second = first + max(2 if n > 5 else 1, n // 3)
    return order[:first], order[first:second], order[second:]


def _cut(
    arguments: Mapping[str, np.ndarray], sliced: frozenset[str], rows: np.ndarray | None
) -> dict[str, np.ndarray]:
    if rows is None:
        return dict(arguments)
    rows = np.sort(rows)
    return {name: value[rows] if name in sliced else value for name, value in arguments.items()}


def _loss(scene: Scene, point: Point, sliced: frozenset[str], rows: np.ndarray | None) -> float:
    arguments = scene.loss.arguments(scene.prober.values(point))
    return scene.loss.call(_cut(arguments, sliced, rows)).total


def _adds_up(scene: Scene, point: Point, totals: Mapping[str, float], counts: tuple[int, ...]) -> bool:
    """Return whether second differences over sets of rows vanish, for the sum or for n times the mean."""
    sample = scene.sample(point)
    values = np.array([totals["abc"], totals["ab"], totals["bc"], totals["b"]])
    signs = np.array([1.0, -1.0, -1.0, 1.0])
    tolerance = 4 * scene.limit * max(sample.floor, np.finfo(float).eps * float(np.abs(values).sum()))
    as_sum = abs(float(signs @ values))
    as_mean = abs(float(signs @ (values * np.array(counts)))) / counts[0]
    return min(as_sum, as_mean) <= tolerance


def _subset(scene: Scene, sliced: frozenset[str], rows: np.ndarray, setting: int) -> Subset:
    losses, nlls, floors = [], [], []
    for point in _points(scene, setting):
        if point.evaluated is None:
            continue
        arguments = scene.loss.arguments(scene.prober.values(point))
        losses.append(scene.loss.call(_cut(arguments, sliced, rows)).total)
        nlls.append(
            sum(float(np.sum(part[rows])) for part in point.evaluated.rows.values()) + point.evaluated.rest
        )
        floors.append(scene.sample(point).floor)
    return Subset(
        rows=rows, setting=setting, loss=np.array(losses), nll=np.array(nlls), floor=np.array(floors)
    )
