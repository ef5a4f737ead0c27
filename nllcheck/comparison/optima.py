"""The two optima of one model: the MLE with its standard errors, and the modes of the joint density."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np

from nllcheck.comparison.spikes import spike
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.modes import Unconstrained, scales_of_others
from nllcheck.likelihood.optimum import Optimum, find_optimum, standard_errors
from nllcheck.optimise import MinimumKind
from nllcheck.whitening import Objective, calibrate, whiten

__all__ = ["Optima", "confounded", "find_optima", "with_unconstrained_mode"]

EDGE = 9.0  # on the unconstrained scale: beyond, a parameter sits on the edge of its support
SINGULAR = 1e-7  # eigenvalue of a Hessian with unit diagonal below which a direction is flat to rounding
FAR = (
    1e3  # conditional standard errors along a direction without curvature: a curvature of 1e-9 rises by 5e-4
)
LEVEL = 1e-7  # of N: rises below are rounding error
COLLAPSE = (-4.0, -6.0, -8.0)  # logarithms of a scale on its way to 0
OTHER_STARTS = 3
SAME = 1e-6  # distance in standard errors of the joint density up to which two modes are one


@dataclass(frozen=True, kw_only=True)
class Optima:
    """Where the likelihood alone and the joint density are largest.

    Attributes
    ----------
    mle, map : Optimum
        `map` is the mode of the joint density on the constrained scale.
    at_mle, at_map : dict of str to array
        Constrained values; of `at_mle` only those of variables that enter the likelihood.
    errors : dict of str to array
        Standard errors on the constrained scale, nan on an edge; empty at a kink.
    unconstrained : dict of str to array
        Constrained values of the mode on the unconstrained scale; empty where it is the same mode.
    """

    mle: Optimum
    map: Optimum
    at_mle: dict[str, np.ndarray]
    at_map: dict[str, np.ndarray]
    errors: dict[str, np.ndarray]
    unconstrained: dict[str, np.ndarray] = field(default_factory=dict)


def find_optima(likelihood: Likelihood, joint: Likelihood, flat: Collection[str]) -> Optima:
    """Find both optima; what does not exist is said by its kind, and leaves the values empty.

    `flat` are the variables of constant prior density: where all are, and all enter the likelihood, the joint
    density is the likelihood.
    """
    entering = [n for n in likelihood.free if n in likelihood.entering]
    mle = _maximum(likelihood, likelihood.positions(entering))
    spiked = spike(likelihood, mle.u) if mle.exists else None
    mle = mle if spiked is None else replace(mle, kind=MinimumKind.UNBOUNDED, u=spiked)
    if mle.kind is MinimumKind.EDGE:
        edge = [n for n in entering if (mle.u[likelihood.positions([n])] < -EDGE).any()]
        collapsing = _collapsing(likelihood, np.clip(mle.u, -EDGE, EDGE), mle.moved, edge)
        mle = mle if collapsing is None else replace(mle, kind=MinimumKind.UNBOUNDED, u=collapsing)
    if mle.kind in (MinimumKind.KINK, MinimumKind.INTERIOR):
        mle = _reclassified(likelihood, mle)
    same = set(likelihood.free) <= set(flat) & likelihood.entering
    mode = mle if same else _mode(joint, mle)
    at_mle = {n: v for n, v in likelihood.constrain(mle.u).items() if n in entering} if mle.exists else {}
    return Optima(
        mle=mle,
        map=mode,
        at_mle=at_mle,
        at_map=_without_imputed(joint, mode.u) if mode.exists else {},
        errors=_errors(likelihood, mle),
    )


def _maximum(likelihood: Likelihood, moved: np.ndarray) -> Optimum:
    """Search from other starts where the first one is stationary without being an optimum."""
    found = find_optimum(likelihood, moved=moved)
    rng = np.random.default_rng(23)
    for _ in range(OTHER_STARTS):
        if found.kind is not MinimumKind.NOT_FOUND and not _is_saddle(likelihood, found):
            break
        start = rng.normal(size=likelihood.n_params)
        if np.isfinite(likelihood.objective(start)[0]):
            found = find_optimum(likelihood, moved=moved, start=start)
    return found


def _mode(joint: Likelihood, mle: Optimum) -> Optimum:
    moved = joint.positions(n for n in joint.free if n not in joint.imputed)
    started = mle.kind in (MinimumKind.INTERIOR, MinimumKind.KINK)
    mode = find_optimum(joint, start=mle.u if started else None, moved=moved)
    names = scales_of_others(joint)
    if mode.kind is MinimumKind.EDGE and any((mode.u[joint.positions([n])] < -EDGE).any() for n in names):
        return replace(mode, kind=MinimumKind.UNBOUNDED)
    collapsing = _collapsing(joint, mode.u, moved, names)
    if collapsing is not None:
        return replace(mode, kind=MinimumKind.UNBOUNDED, u=collapsing)
    if started and (not mode.exists or mode.kind is MinimumKind.EDGE):  # another start may do better
        return _better(mode, find_optimum(joint, moved=moved))
    return mode


def _collapsing(
    joint: Likelihood, u: np.ndarray, moved: np.ndarray, names: Collection[str]
) -> np.ndarray | None:
    """Return a point on the way along which the joint density grows without bound, or None.

    Where a scale of other free variables goes to 0 and they follow, each of them adds a factor 1/scale. An
    optimiser that starts beside another mode does not come by there.
    """
    for name in names:
        for j in joint.positions([name]):
            others = moved[moved != j]
            values, at = [], u.copy()
            for depth in COLLAPSE:
                at[j] = depth
                found = find_optimum(joint, start=at, moved=others)
                values.append(found.value)
                at = found.u.copy()
            falls = -np.diff(values)
            if np.isfinite(values).all() and (falls > 0.5 * -np.diff(COLLAPSE)).all():
                return at
    return None


def _reclassified(likelihood: Likelihood, mle: Optimum) -> Optimum:
    """Tell a true kink, where the gradient jumps, from a smooth valley, and a valley from a point."""
    if mle.kind is MinimumKind.INTERIOR:
        return replace(mle, kind=MinimumKind.FLAT) if _is_level_far_out(likelihood, mle) else mle
    if is_unidentified(likelihood, mle):
        return replace(mle, kind=MinimumKind.FLAT)
    if _jumps(likelihood, mle):
        return mle
    white = whiten(_restricted(likelihood, mle.u, mle.moved), mle.u[mle.moved])
    return replace(mle, kind=MinimumKind.INTERIOR, white=white)


def _restricted(likelihood: Likelihood, u: np.ndarray, moved: np.ndarray) -> Objective:
    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        full = u.copy()
        full[moved] = v
        value, gradient = likelihood.objective(full)
        return value, gradient[moved]

    return objective


def _jumps(likelihood: Likelihood, mle: Optimum) -> bool:
    """Return whether the gradient changes at once on the way across the optimum."""
    objective, v = _restricted(likelihood, mle.u, mle.moved), mle.u[mle.moved]
    slopes = [
        mle.white.T @ (objective(v + 1e-6 * column)[1] - objective(v - 1e-6 * column)[1])
        for column in mle.white.T
    ]
    return bool(np.max(np.abs(slopes), initial=0.0) > 1e-2)


def is_unidentified(likelihood: Likelihood, mle: Optimum) -> bool:
    """Return whether some direction of the parameters changes nothing."""
    return bool(len(_flat_directions(likelihood, mle)))


def _is_level_far_out(likelihood: Likelihood, mle: Optimum) -> bool:
    """Return whether N stays the same far along a direction without curvature.

    Curvature alone cannot tell a redundant parameter from a badly scaled design, whose N rises in the end.
    """
    objective, v = _restricted(likelihood, mle.u, mle.moved), mle.u[mle.moved]
    scale = np.diag(calibrate(objective, v, np.eye(len(v))))
    middle = objective(v)[0]
    for direction in _flat_directions(likelihood, mle):
        ends = [objective(v + sign * FAR * scale * direction)[0] - middle for sign in (1, -1)]
        if np.max(np.abs(ends)) < LEVEL * (1 + abs(middle)):
            return True
    return False


def _flat_directions(likelihood: Likelihood, mle: Optimum) -> np.ndarray:
    """Return directions along which N does not change, shape (n_flat, n_moved), each coordinate in its own scale.

    Where the gradient jumps, they are orthogonal to the gradients of all points around; else it is the
    curvature at the optimum that vanishes along them.
    """
    objective, v = _restricted(likelihood, mle.u, mle.moved), mle.u[mle.moved]
    scale = np.diag(calibrate(objective, v, np.eye(len(v))))
    if mle.kind is MinimumKind.KINK and _jumps(likelihood, mle):
        rng = np.random.default_rng(22)
        points = [v + scale * rng.normal(size=len(v)) for _ in range(4 * len(v) + 10)]
        rows = np.array([objective(point)[1] * scale for point in points])
        rows = rows[np.isfinite(rows).all(axis=1)]
        _, sizes, directions = np.linalg.svd(rows, full_matrices=True)
        sizes = np.concatenate([sizes, np.zeros(len(v) - len(sizes))])
        return directions[sizes < 1e-10 * max(sizes.max(initial=0.0), 1e-300)]
    hessian = _curvature(objective, v, scale)
    if not np.isfinite(hessian).all():
        return np.zeros((0, len(v)))
    diagonal = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-12))
    values, vectors = np.linalg.eigh(hessian / np.outer(diagonal, diagonal))
    directions = vectors.T[np.abs(values) < SINGULAR] / diagonal
    return directions / np.linalg.norm(directions, axis=1, keepdims=True)


def _curvature(objective: Objective, v: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return the Hessian in units of `scale`, shape (n_moved, n_moved), by differences of the gradient."""
    columns = [objective(v + d)[1] - objective(v - d)[1] for d in np.diag(1e-4 * scale)]
    hessian = np.array(columns).reshape(len(v), len(v)) / 2e-4 * scale
    return (hessian + hessian.T) / 2


def _is_saddle(likelihood: Likelihood, found: Optimum) -> bool:
    """Return whether what looked like a kink is a smooth place from which N falls both ways."""
    if found.kind is not MinimumKind.KINK or _jumps(likelihood, found):
        return False
    v = found.u[found.moved]
    hessian = _curvature(_restricted(likelihood, found.u, found.moved), v, np.ones(len(v)))
    if not np.isfinite(hessian).all():
        return False
    values = np.linalg.eigvalsh(hessian)
    return bool(values[0] < -1e-6 * max(abs(values[-1]), abs(values[0])))


def confounded(likelihood: Likelihood, mle: Optimum) -> list[str]:
    """Return the variables that the flat directions move, most moved first."""
    weight = np.sqrt(np.sum(_flat_directions(likelihood, mle) ** 2, axis=0))
    names = {}
    for name, where in likelihood.slices().items():
        inside = np.isin(mle.moved, np.arange(where.start, where.stop))
        if inside.any() and weight[inside].max() > 0.1:
            names[name] = float(weight[inside].max())
    return sorted(names, key=lambda name: -names[name])


def _better(one: Optimum, other: Optimum) -> Optimum:
    if MinimumKind.UNBOUNDED in (one.kind, other.kind):
        return one if one.kind is MinimumKind.UNBOUNDED else other
    if one.exists != other.exists:
        return one if one.exists else other
    return other if other.value < one.value - 1e-9 * (1 + abs(one.value)) else one


def _without_imputed(joint: Likelihood, u: np.ndarray) -> dict[str, np.ndarray]:
    return {name: value for name, value in joint.constrain(u).items() if name not in joint.imputed}


def with_unconstrained_mode(optima: Optima, joint: Likelihood, sampled: Unconstrained) -> Optima:
    """Add the mode on the unconstrained scale, if there are transforms that make it another one."""
    if not sampled.moves:
        return optima
    found = sampled.minimise(np.clip(optima.map.u, -EDGE, EDGE))
    if found.kind not in (MinimumKind.INTERIOR, MinimumKind.KINK):
        return optima
    apart = np.linalg.solve(found.white, found.v - optima.map.u)
    if np.linalg.norm(apart) <= SAME:
        return optima
    return replace(optima, unconstrained=_without_imputed(joint, found.v))


def _errors(likelihood: Likelihood, mle: Optimum) -> dict[str, np.ndarray]:
    """Return standard errors; on the edge of the support those of the others, the parameters there held."""
    if mle.kind is not MinimumKind.EDGE:
        return standard_errors(likelihood, mle)
    inside = mle.moved[np.abs(mle.u[mle.moved]) < EDGE]

    white = whiten(_restricted(likelihood, mle.u, inside), mle.u[inside])
    rest = replace(mle, kind=MinimumKind.INTERIOR, moved=inside, white=white)
    return standard_errors(likelihood, rest)
