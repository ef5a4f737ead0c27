"""The probes at which causes are tried: arrays of both sides, a quick screen, and the judge to rounding."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from nllcheck.binding import BoundLoss, Returned
from nllcheck.deadline import Deadline
from nllcheck.evidence.values import Comparison, Table, judge_all, tabulate
from nllcheck.likelihood.pieces import Pieces, pieces_of
from nllcheck.likelihood.simulation import CannotSimulate
from nllcheck.probes import Point
from nllcheck.relation import Relation
from nllcheck.rounding import spread
from nllcheck.scene import Sample, Scene

__all__ = ["Alteration", "Altered", "Arguments", "Panel"]

Arguments = dict[str, np.ndarray]
Alteration = Callable[[Arguments], Arguments]

SCREENED = 6  # probes of the quick test
CLOSE = 1e-6  # residual of the quick test, relative to the range of L
CLOSE_LOW = 3e-3  # the same for losses that compute in less than double precision
NEARER = (6.5, 3.0)  # nats by which the worst row may fall at the nearer probes
SETS = 2  # simulated data sets


class Altered(BoundLoss):
    """A loss whose arguments are changed at the boundary, after they are injected."""

    def __init__(self, bound: BoundLoss, alter: Alteration) -> None:
        super().__init__(bound.loss, bound.bindings, bound.convert)
        self.alter = alter

    def call(
        self, arguments: Mapping[str, np.ndarray], function: Callable[..., object] | None = None
    ) -> Returned:
        """Call the loss with its arguments changed; what the change raises is no value."""
        try:
            with np.errstate(all="ignore"):
                changed = self.alter(dict(arguments))
        except Exception as error:
            return Returned(total=np.nan, error=error, problem="the change cannot be made")
        return super().call(changed, function)

    def noise_after(self, arguments: Mapping[str, np.ndarray], total: float, size: float, seed: int) -> float:
        """Return how far the loss moves when its changed arguments move by one unit in the last place."""
        with np.errstate(all="ignore"):
            changed = self.alter(dict(arguments))
        moved, _ = spread(
            lambda values: BoundLoss.call(self, values).total,
            {name: np.asarray(value) for name, value in changed.items()},
            total,
            size,
            rng=np.random.default_rng([seed, 22]),
            frozen={},
            draws=1,
        )
        return moved


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A loss that is not what was claimed, at all probes at which it can be evaluated.

    Attributes
    ----------
    scene : Scene
    comparison : Comparison
        What the values said.
    deadline : Deadline
        When the search ends.
    everywhere : bool
        Whether an explanation must hold at all probes, those far out too.
    kept : dict
        What causes compute once for several of them.
    beneath : tuple of str
        Deterministics of the model that may be replaced in N instead of what the loss reads.
    """

    scene: Scene
    comparison: Comparison
    deadline: Deadline
    everywhere: bool = False
    kept: dict[str, Any] = field(default_factory=dict)
    beneath: tuple[str, ...] = ()

    @property
    def has_time(self) -> bool:
        """Whether the search may go on."""
        return not self.deadline.has_passed

    @cached_property
    def n(self) -> int:
        """Number of observations."""
        return self.scene.likelihood.data.n_obs

    # -- where ------------------------------------------------------------------------------------------

    @cached_property
    def given(self) -> list[int]:
        """Settings with the data given; the first is the reference, others hold the nuisances elsewhere."""
        return [i for i, s in enumerate(self.scene.prober.settings) if s.data_name == "given"]

    @cached_property
    def points(self) -> list[Point]:
        """Probes on the data given: those of the verdict, and as many fresh ones at the reference."""
        prober = self.scene.prober
        kept = [p for p in prober.points if p.setting in self.given]
        return kept + prober.fresh

    @cached_property
    def simulated(self) -> list[Point]:
        """Probes on simulated data; empty where there are none, or where the loss cannot follow them."""
        if not set(self.scene.loss.reads) & set(self.scene.likelihood.data.injected):
            return []
        try:
            settings = self.scene.prober.simulated(SETS)
        except CannotSimulate:
            return []
        return [p for p in self.scene.prober.points if p.setting in settings]

    @cached_property
    def table(self) -> Table:
        """Both sides on the data given."""
        return self.tabulate(self.scene, self.points)

    def tabulate(self, scene: Scene, points: list[Point]) -> Table:
        """Evaluate the loss of `scene` with its rounding error at `points`."""
        samples = [s for s in map(scene.sample, points) if self._counts(scene, s)]
        present = sorted({s.point.setting for s in samples if np.isfinite(s.loss) and np.isfinite(s.floor)})
        return tabulate(samples, present)

    def _counts(self, scene: Scene, sample: Sample) -> bool:
        return not scene.is_low_precision or sample.point.excess <= 11.5

    @cached_property
    def reference(self) -> list[Point]:
        """Probes of the reference setting, from near to far."""
        points = [p for p in self.points if p.setting == 0 and np.isfinite(p.nll)]
        return sorted(points, key=lambda p: p.excess)

    @cached_property
    def arguments(self) -> dict[int, Arguments]:
        """What is injected at each probe of the reference setting, by the probe's `id`."""
        return {id(p): self.scene.loss.arguments(self.scene.prober.values(p)) for p in self.reference}

    @cached_property
    def screened(self) -> list[Point]:
        """A few probes of the reference setting that differ in N, not the farthest."""
        kept = [p for p in self.reference if p.excess <= 9.0] or self.reference
        step = max(1, len(kept) // (SCREENED + 2))
        return kept[::step]

    @cached_property
    def pieces(self) -> Pieces:
        """The terms of N, which may be asked what they are for other values of what the loss reads."""
        return pieces_of(self.scene.likelihood, self.beneath or self.scene.loss.reads)

    def terms_at(self, points: Sequence[Point]) -> tuple[np.ndarray, np.ndarray]:
        """Return the terms of N at some probes and their sizes, both of shape (n_points, n_pieces).

        They are evaluated once for all losses of a likelihood.
        """
        kept, prober = self.pieces.kept, self.scene.prober
        new = [p for p in points if kept.get(id(p), (None,))[0] is not p]
        if new:
            tables = self.pieces.evaluate_all(
                [(p.x, prober.settings[p.setting].data, prober.values(p)) for p in new]
            )
            kept.update({id(p): (p, *rows) for p, *rows in zip(new, *tables, strict=True)})
        return np.array([kept[id(p)][1] for p in points]), np.array([kept[id(p)][2] for p in points])

    def named(self, point: Point) -> dict[str, np.ndarray]:
        """Return what can be replaced in N by name at a probe: what is injected, and covariances."""
        data = self.scene.prober.settings[point.setting].data
        return {**self.scene.prober.values(point), **self.pieces.covariances_at(point.x, data)}

    # -- judging ----------------------------------------------------------------------------------------

    def altered(self, alter: Alteration) -> Altered:
        """Return the loss with its arguments changed."""
        return Altered(self.scene.loss, alter)

    def rebound(self, name: str, reads: tuple[str, ...], transform: Callable[..., np.ndarray]) -> BoundLoss:
        """Return the loss with one argument bound to a function of other names of the model."""
        bindings = tuple(
            replace(b, reads=reads, transform=transform) if b.argument == name else b
            for b in self.scene.loss.bindings
        )
        return BoundLoss(self.scene.loss.loss, bindings, self.scene.loss.convert)

    def screen(self, bound: BoundLoss) -> bool:
        """Ask, at a few probes and roughly, whether another loss is affine in N, with either sign."""
        loss: list[float] = []
        nll: list[float] = []
        for position, point in enumerate(self.screened):
            total = bound(self.scene.prober.values(point)).total
            if np.isfinite(total):
                loss.append(total)
                nll.append(point.nll)
            if len(loss) >= 3 and not self._is_close(loss, nll):
                return False
            if len(loss) == SCREENED or position - len(loss) >= len(self.screened) - 4:
                break
        return len(loss) >= 4

    def _is_close(self, loss: list[float], nll: list[float]) -> bool:
        """Return whether the points (N, L) lie on a line that is not level."""
        y, x = np.array(loss), np.array(nll)
        y, x = y - y.mean(), x - x.mean()
        slope = float(x @ y) / max(float(x @ x), 1e-300)
        close = CLOSE_LOW if self.scene.is_low_precision else CLOSE
        size = float(np.max(np.abs(y)))
        return size > 0 and slope != 0 and float(np.max(np.abs(y - slope * x))) <= close * size

    def judge(self, bound: BoundLoss) -> Comparison | None:
        """Judge an altered loss to rounding at all probes; None unless it is affine in N, with either sign."""
        scene = self.scene_of(bound)
        table = self.tabulate(scene, self.points)
        return self.affine(scene, self._with_noise(bound, table), len(self.points))

    def _with_noise(self, bound: BoundLoss, table: Table) -> Table:
        """Add the rounding error of the change itself, which may lose digits: 1 − (1 − p) of a small p."""
        if not isinstance(bound, Altered):
            return table
        floor = table.loss_floor.copy()
        for i, sample in enumerate(table.samples):
            arguments = bound.arguments(self.scene.prober.values(sample.point))
            size = self.scene.slope * sample.point.size + abs(sample.loss)
            moved = bound.noise_after(arguments, sample.loss, size, self.scene.seed)
            if np.isfinite(moved):
                floor[i] = max(floor[i], moved)
        return replace(table, loss_floor=floor)

    def depends_on(self, bound: BoundLoss, name: str) -> bool:
        """Return whether a changed loss still feels an argument; a change that hides one explains nothing."""
        near, far = (self.scene.prober.values(point) for point in (self.screened[0], self.screened[-1]))
        first, last = bound.arguments(near), bound.arguments(far)
        reads = next(b.reads for b in bound.bindings if b.argument == name)
        fixed = all(np.array_equal(near[read], far[read]) for read in reads)
        mixed = {**first, name: _one_entry_changed(first[name]) if fixed else last[name]}
        before, after = bound.call(first).total, bound.call(mixed).total
        return not abs(after - before) <= 1e-9 * (abs(before) + abs(after))

    def scene_of(self, bound: BoundLoss) -> Scene:
        """Return the scene of another loss at the same probes."""
        return Scene(
            likelihood=self.scene.likelihood, loss=bound, prober=self.scene.prober, seed=self.scene.seed
        )

    def affine(self, scene: Scene, table: Table, wanted: int) -> Comparison | None:
        """Judge a table to rounding; None unless L = a·N + c, with a of either sign, at half of the probes."""
        groups = len(np.unique(table.groups))
        if len(table.loss) < max(wanted // 2, 2 * groups + 6):
            return None
        comparison = self._judged(scene, table)
        if comparison is not None or self.everywhere or len(table.loss) < 2 * groups + 10:
            return comparison
        for excess in NEARER if self.comparison.broken else NEARER[:1]:
            near = self._near(table, excess)
            comparison = self._judged(scene, near) if len(near.loss) >= 2 * groups + 8 else None
            if comparison is not None:
                break
        return comparison

    def _near(self, table: Table, excess: float) -> Table:
        """Return the nearer probes: far out a loss may cancel its digits in ways that no move of its inputs shows."""
        kept = np.array([s.point.excess <= excess for s in table.samples])
        order = {g: i for i, g in enumerate(np.unique(table.groups[kept]))}
        return Table(
            samples=tuple(s for s, keep in zip(table.samples, kept, strict=True) if keep),
            loss=table.loss[kept],
            nll=table.nll[kept],
            loss_floor=table.loss_floor[kept],
            nll_floor=table.nll_floor[kept],
            groups=np.array([order[g] for g in table.groups[kept]], dtype=int),
        )

    def _judged(self, scene: Scene, table: Table) -> Comparison | None:
        comparison = judge_all(scene, table)
        if comparison.relation is not None:
            return None if comparison.limited else comparison
        fit = comparison.fit
        if fit is None or fit.worst > scene.limit or not bool((fit.scale < -4 * fit.uncertainty).all()):
            return None
        mirrored = judge_all(scene, replace(table, loss=-table.loss))
        if mirrored.relation is None or mirrored.limited:
            return None
        return replace(comparison, relation=Relation.AFFINE, flipped=True)

    def accept(self, bound: BoundLoss) -> Comparison | None:
        """Screen and judge another loss in the place of this one."""
        return self.judge(bound) if self.screen(bound) else None

    def follows(self, bound: BoundLoss) -> bool:
        """Return whether an altered loss is affine in N on simulated data too; True where there are none."""
        if not self.simulated:
            return True
        scene = self.scene_of(bound)
        table = self._with_noise(bound, self.tabulate(scene, self.simulated))
        if len(table.loss) < 6:
            return False
        return self.affine(scene, table, len(self.simulated)) is not None


def _one_entry_changed(data: np.ndarray) -> np.ndarray:
    """Return data with the first entry replaced by one that differs from it: another order may not matter."""
    changed = np.array(data)
    if not changed.ndim:
        return changed + 1
    others = np.flatnonzero(np.ravel(data) != np.ravel(data)[0])
    if len(others):
        changed.flat[0] = np.ravel(data)[others[0]]
    return changed
