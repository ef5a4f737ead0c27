"""Do the values agree? L against N at every probe, tightest relation first, judged against rounding error."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nllcheck.evidence.monotone import is_monotone, is_surrounded
from nllcheck.evidence.profile import profiled_nll
from nllcheck.relation import Relation
from nllcheck.rounding import Fit, fit_affine, fit_constant, fit_equal
from nllcheck.scene import Sample, Scene

__all__ = ["Comparison", "Table", "compare_values", "in_range", "judge", "tabulate"]

ENOUGH = 8  # finite probes beyond the coefficients of a fit, below which nothing is decided
PROFILED = 12  # probes at which the nuisances are profiled out
GLANCED = 5  # of them, at which it is seen first whether the rest is worth it
HOPELESS = 100.0  # times the limit, beyond which it is not
LIMITED = 1e-7  # of the standard deviation of N over near probes: unexplained, but limited accuracy

_FITS: dict[Relation, Callable[..., Fit]] = {
    Relation.EQUAL: fit_equal,
    Relation.CONSTANT: fit_constant,
    Relation.AFFINE: fit_affine,
}


@dataclass(frozen=True, kw_only=True)
class Table:
    """Both sides at the probes where both are finite; every array has shape (n_probes,).

    Attributes
    ----------
    samples : tuple of Sample
    loss, nll : array
    loss_floor, nll_floor : array
    groups : array of int
        Index of the setting of each probe, counted from 0 within this table.
    """

    samples: tuple[Sample, ...]
    loss: np.ndarray
    nll: np.ndarray
    loss_floor: np.ndarray
    nll_floor: np.ndarray
    groups: np.ndarray

    def floor(self, scale: float) -> np.ndarray:
        """Return the rounding error of L − a·N."""
        return self.loss_floor + abs(scale) * self.nll_floor

    def against(self, nll: np.ndarray, nll_floor: np.ndarray, kept: np.ndarray) -> "Table":
        """Return the loss beside another N, at the probes that are `kept`; all have shape (n_probes,)."""
        return Table(
            samples=tuple(s for s, keep in zip(self.samples, kept, strict=True) if keep),
            loss=self.loss[kept],
            nll=nll[kept],
            loss_floor=self.loss_floor[kept],
            nll_floor=nll_floor[kept],
            groups=self.groups[kept],
        )

    @cached_property
    def near_spread(self) -> float:
        """Standard deviation of N over the near probes, the largest over the groups."""
        near = np.array([sample.point.kind == "near" for sample in self.samples])
        groups = [self.nll[near & (self.groups == g)] for g in np.unique(self.groups)]
        return max((float(np.std(group)) for group in groups if group.size), default=0.0)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What the values say.

    Attributes
    ----------
    relation : Relation or None
        From ``equal`` to ``monotone``; ``different`` if none of them; None if undecided.
    reason : str
        Why it is undecided.
    table : Table or None
    fit : Fit or None
        The fit of the relation found; for ``different``, the affine one.
    profiled : bool
        The relation holds with the nuisances profiled out.
    limited : bool
        It holds up to a small difference that is more than rounding error.
    flipped : bool
        L = a·N + c with a < 0.
    broken : tuple of Sample
        Probes at which the loss is not finite where N is.
    """

    relation: Relation | None
    reason: str = ""
    table: Table | None = None
    fit: Fit | None = None
    profiled: bool = False
    limited: bool = False
    flipped: bool = False
    broken: tuple[Sample, ...] = field(default=())

    @property
    def is_flat(self) -> bool:
        """Whether the loss is the same at all probes."""
        return self.table is not None and len(self.table.loss) > 0 and not np.ptp(self.table.loss) > 0

    @property
    def digits(self) -> float:
        """Digits to which a·N + c predicts L over the range of the probes, at most 16."""
        if self.fit is None or self.table is None or not self.table.loss.size:
            return 0.0
        span = float(np.ptp(self.table.loss))
        worst = float(np.max(np.abs(self.fit.residual)))
        if not span > 0 or not np.isfinite(worst):
            return 0.0
        return float(np.clip(-np.log10(max(worst / span, 1e-16)), 0.0, 16.0))


def tabulate(samples: list[Sample], settings: list[int]) -> Table:
    """Collect the samples that are finite on both sides and whose rounding error could be measured."""
    kept = [s for s in samples if np.isfinite(s.loss) and np.isfinite(s.floor) and np.isfinite(s.point.nll)]
    order = {setting: group for group, setting in enumerate(settings)}
    return Table(
        samples=tuple(kept),
        loss=np.array([s.loss for s in kept]),
        nll=np.array([s.point.nll for s in kept]),
        loss_floor=np.array([s.floor for s in kept]),
        nll_floor=np.array([s.point.floor for s in kept]),
        groups=np.array([order[s.point.setting] for s in kept], dtype=int),
    )


def compare_values(scene: Scene) -> Comparison:
    """Find the tightest relation from ``equal`` to ``monotone`` that holds for the data given."""
    settings = [i for i, s in enumerate(scene.prober.settings) if s.data_name == "given"]
    samples = [s for s in scene.samples(settings) if in_range(scene, s)]
    broken = tuple(s for s in samples if not np.isfinite(s.loss))
    table = tabulate(samples, settings)
    n_coefficients = 2 * len(settings)
    if broken and len(broken) >= max(1, len(samples) // 20):
        return Comparison(relation=Relation.DIFFERENT, table=table, fit=_affine(table), broken=broken)
    if len(table.loss) < n_coefficients + ENOUGH or len(np.unique(table.groups)) < len(settings):
        reason = (
            f"only {len(table.loss)} of {len(samples)} probes were finite on both sides; "
            f"{n_coefficients + ENOUGH} are needed"
        )
        return Comparison(relation=None, reason=reason, table=table, broken=broken)
    stuck = _unmoved(scene, table)
    if stuck:
        reason = f"no probe could move {stuck!r} without leaving the support"
        return Comparison(relation=None, reason=reason, table=table, broken=broken)
    return replace(_tightest(scene, table), broken=broken)


def _unmoved(scene: Scene, table: Table) -> str:
    """Return a parameter of the loss that is the same at all probes; empty if there is none."""
    for name in scene.prober.parts.of_loss:
        values = np.array([np.ravel(sample.point.x[name]) for sample in table.samples])
        if not np.any(np.ptp(values, axis=0) > 1e-6 * (np.abs(values[0]) + 1e-300)):
            return name
    return ""


def in_range(scene: Scene, sample: Sample) -> bool:
    """Return whether a probe counts: float32 has no probabilities between 1e-11 and 1e-5 of 1."""
    return not scene.is_low_precision or sample.point.excess <= 11.5


def _affine(table: Table) -> Fit | None:
    return judge(Relation.AFFINE, table) if len(table.loss) > 2 else None


def _tightest(scene: Scene, table: Table) -> Comparison:
    fixed = judge_all(scene, table)
    if fixed.relation is not None:
        return fixed
    affine = fixed.fit
    assert affine is not None
    flipped = (
        bool((affine.scale < -4 * affine.uncertainty).all())
        and affine.worst <= scene.limit
        and _varies(scene, table)
    )
    if flipped:
        return replace(fixed, relation=Relation.DIFFERENT, flipped=True)
    if scene.prober.parts.nuisances:
        profiled = _profile(scene, table)
        if profiled is not None:
            return profiled
    if is_monotone(scene, table.groups, table.loss, table.nll, table.floor):
        if is_surrounded(scene):
            return replace(fixed, relation=Relation.MONOTONE)
        reason = "the loss rises with N, but only far from where the two may differ was it seen: no optimum was found"
        return replace(fixed, relation=None, reason=reason)
    return replace(fixed, relation=Relation.DIFFERENT)


def judge(relation: Relation, table: Table) -> Fit:
    """Fit `relation` to the table, with floors for its scale."""
    if relation is not Relation.AFFINE:
        return _FITS[relation](table.loss, table.nll, table.floor(1.0), table.groups)
    rough = fit_affine(
        table.loss, table.nll, table.loss_floor + table.nll_floor * _slope(table), table.groups
    )
    floor = table.loss_floor + np.abs(rough.scale)[table.groups] * table.nll_floor
    return fit_affine(table.loss, table.nll, floor, table.groups)


def _slope(table: Table) -> float:
    span = float(np.ptp(table.nll))
    return float(np.ptp(table.loss)) / span if span > 0 else 1.0


def judge_all(scene: Scene, table: Table) -> Comparison:
    """Judge ``equal``, ``constant`` and ``affine``, first against rounding, then against limited accuracy.

    Where none holds, `relation` is None and `fit` is the affine one.
    """
    fits = {relation: judge(relation, table) for relation in _FITS}
    if not _varies(scene, table):
        return Comparison(relation=None, table=table, fit=fits[Relation.AFFINE])
    for relation, fit in fits.items():
        if fit.worst <= scene.limit and _is_proper(relation, fit):
            return Comparison(relation=relation, table=table, fit=fit)
    for relation, fit in fits.items():
        if _is_limited(table, fit) and _is_proper(relation, fit):
            return Comparison(relation=relation, table=table, fit=fit, limited=True)
    return Comparison(relation=None, table=table, fit=fits[Relation.AFFINE])


def _varies(scene: Scene, table: Table) -> bool:
    """Return whether N, and with it the question, moves at all over the probes of each group."""
    for group in np.unique(table.groups):
        rows = table.groups == group
        if not np.ptp(table.nll[rows]) > 1e3 * np.max(table.nll_floor[rows]):
            return False
        if not np.ptp(table.loss[rows]) > scene.limit * np.max(table.loss_floor[rows]):
            return False
    return True


def _is_proper(relation: Relation, fit: Fit) -> bool:
    """Refuse a scale that is not positive, or that is 1 within its own rounding error."""
    if relation is not Relation.AFFINE:
        return True
    positive = bool((fit.scale > 4 * fit.uncertainty).all())
    told_from_one = bool((np.abs(fit.scale - 1) > 4 * fit.uncertainty).any())
    return positive and told_from_one


def _is_limited(table: Table, fit: Fit) -> bool:
    """Return whether all residuals are below 1e-7 of the spread of N near the optimum."""
    scale = np.abs(fit.scale)[table.groups]
    bar = LIMITED * table.near_spread * scale
    return bool(table.near_spread > 0 and np.all(np.abs(fit.residual) <= bar))


def _profile(scene: Scene, table: Table) -> Comparison | None:
    """Judge the same relations against min over the nuisances of N."""
    first = np.flatnonzero(table.groups == 0)[:PROFILED]
    nll, floor = np.full((2, len(table.loss)), np.nan)
    for some in (first[:GLANCED], first[GLANCED:]):
        nll[some], floor[some] = profiled_nll(scene.prober, [table.samples[i].point for i in some])
        profile = table.against(nll, floor, np.isfinite(nll))
        if len(profile.loss) == GLANCED and judge(Relation.AFFINE, profile).worst > HOPELESS * scene.limit:
            return None  # what fails at a few probes fails at more, and each costs a minimisation
    if len(profile.loss) < 2 + ENOUGH:
        return None
    comparison = judge_all(scene, profile)
    return replace(comparison, profiled=True) if comparison.relation is not None else None
