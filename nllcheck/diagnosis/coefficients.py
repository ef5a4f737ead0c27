"""The scale and the offset of a relation, with what they vary with and names that were verified."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nllcheck.diagnosis.names import Condition, name_offset, name_scale
from nllcheck.evidence.rows import Rows, Subset
from nllcheck.evidence.simulated import Simulated
from nllcheck.evidence.values import Comparison, Table
from nllcheck.relation import Relation
from nllcheck.result import Coefficient
from nllcheck.rounding import Fit, fit_affine, fit_constant
from nllcheck.scene import Scene

__all__ = ["coefficients"]


def coefficients(
    scene: Scene, comparison: Comparison, rows: Rows, simulated: Simulated
) -> tuple[Coefficient | None, Coefficient | None]:
    """Return scale and offset of the relation found; None where it has none."""
    if comparison.relation is Relation.EQUAL:
        return Coefficient(value=1.0, name="1"), Coefficient(value=0.0, name="0")
    if comparison.relation not in (Relation.CONSTANT, Relation.AFFINE):
        return None, None
    conditions = list(_conditions(scene, comparison, rows, simulated))
    if comparison.relation is Relation.CONSTANT:
        scale = Coefficient(value=1.0, name="1")
    else:
        scale = name_scale(conditions)
    return scale, name_offset(conditions, scale)


def _conditions(
    scene: Scene, comparison: Comparison, rows: Rows, simulated: Simulated
) -> Iterator[Condition]:
    assert comparison.table is not None
    assert comparison.fit is not None
    yield from _of_groups(scene, comparison.table, comparison.fit)
    if simulated.table is not None and simulated.fit is not None and simulated.finding is None:
        yield from _of_groups(scene, simulated.table, simulated.fit)
    if not comparison.profiled:
        for subset in rows.subsets:
            condition = _of_subset(scene, subset, comparison.relation is Relation.CONSTANT)
            if condition is not None:
                yield condition


def _of_groups(scene: Scene, table: Table, fit: Fit) -> Iterator[Condition]:
    for group in np.unique(table.groups):
        inside = table.groups == group
        setting = next(s.point.setting for s, keep in zip(table.samples, inside, strict=True) if keep)
        floor = table.floor(float(fit.scale[group]))[inside]
        nll = table.nll[inside]
        weight = floor**-2 / np.sum(floor**-2)
        yield Condition(
            scale=float(fit.scale[group]),
            scale_error=float(fit.uncertainty[group]),
            offset=float(fit.offset[group]),
            offset_error=float(np.min(floor) + fit.uncertainty[group] * abs(float(weight @ nll))),
            n_obs=scene.likelihood.data.n_obs,
            **_circumstances(scene, setting, None),
        )


def _of_subset(scene: Scene, subset: Subset, constant: bool) -> Condition | None:
    kept = np.isfinite(subset.loss) & np.isfinite(subset.nll) & np.isfinite(subset.floor)
    if np.count_nonzero(kept) < 4:
        return None
    loss, nll, floor = subset.loss[kept], subset.nll[kept], subset.floor[kept]
    groups = np.zeros(len(loss), dtype=int)
    fit = (fit_constant if constant else fit_affine)(loss, nll, floor, groups)
    if fit.worst > 64:
        return None
    return Condition(
        scale=float(fit.scale[0]),
        scale_error=float(fit.uncertainty[0]),
        offset=float(fit.offset[0]),
        offset_error=float(np.max(floor) + fit.uncertainty[0] * float(np.max(np.abs(nll)))),
        n_obs=len(subset.rows),
        **_circumstances(scene, subset.setting, subset.rows),
    )


def _circumstances(scene: Scene, setting: int, rows: np.ndarray | None) -> dict[str, Any]:
    chosen = scene.prober.settings[setting]
    x = scene.prober.constrain(chosen.u)
    data = {name: chosen.data[name] for name in scene.likelihood.observed}
    if rows is not None:
        data = {name: values[rows] for name, values in data.items()}
    return {
        "nuisances": {name: x[name] for name in (*scene.prober.parts.nuisances, *scene.prober.parts.fixed)},
        "data": data,
        "data_name": chosen.data_name,
    }
