"""The two optima of one model: the MLE with its standard errors, and the modes of the joint density."""

from dataclasses import dataclass, field, replace

import numpy as np

from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.modes import Unconstrained
from nllcheck.likelihood.optimum import Optimum, find_optimum, standard_errors
from nllcheck.optimise import MinimumKind
from nllcheck.whitening import whiten

__all__ = ["Optima", "confounded", "find_optima", "with_unconstrained_mode"]

EDGE = 9.0  # on the unconstrained scale: beyond, a parameter sits on the edge of its support
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


def find_optima(likelihood: Likelihood, joint: Likelihood) -> Optima:
    """Find both optima; what does not exist is said by its kind, and leaves the values empty."""
    entering = [n for n in likelihood.free if n in likelihood.entering]
    mle = find_optimum(likelihood, moved=likelihood.positions(entering))
    start = mle.u if mle.kind in (MinimumKind.INTERIOR, MinimumKind.KINK) else None
    moved = joint.positions(n for n in joint.free if n not in joint.imputed)
    mode = find_optimum(joint, start=start, moved=moved)
    if start is not None and mode.kind is not MinimumKind.INTERIOR:  # another start may do better
        mode = _better(mode, find_optimum(joint, moved=moved))
    at_mle = {n: v for n, v in likelihood.constrain(mle.u).items() if n in entering} if mle.exists else {}
    return Optima(
        mle=mle,
        map=mode,
        at_mle=at_mle,
        at_map=_without_imputed(joint, mode.u) if mode.exists else {},
        errors=_errors(likelihood, mle),
    )


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
    if not any(joint.model.rvs_to_transforms.get(rv) is not None for rv in joint.model.free_RVs):
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

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        u = mle.u.copy()
        u[inside] = v
        value, gradient = likelihood.objective(u)
        return value, gradient[inside]

    white = whiten(objective, mle.u[inside])
    rest = replace(mle, kind=MinimumKind.INTERIOR, moved=inside, white=white)
    return standard_errors(likelihood, rest)


def confounded(likelihood: Likelihood, mle: Optimum) -> list[str]:
    """Return the labels' variables along whose directions the likelihood does not change, most moved first."""
    moved = mle.moved
    step = 1e-4 * np.maximum(1.0, np.abs(mle.u[moved]))
    columns = []
    for j, length in zip(moved, step, strict=True):
        shift = np.zeros_like(mle.u)
        shift[j] = length
        up, down = likelihood.objective(mle.u + shift)[1], likelihood.objective(mle.u - shift)[1]
        columns.append((up - down)[moved] / 2)
    hessian = np.array(columns) * step  # in units of the steps
    scale = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
    scale[scale < 1e-7 * scale.max(initial=0.0)] = 1.0
    with np.errstate(all="ignore"):
        values, vectors = np.linalg.eigh((hessian + hessian.T) / 2 / np.outer(scale, scale))
    flat = vectors[:, np.abs(values) < 1e-5 * max(np.max(np.abs(values), initial=0.0), 1e-300)]
    weight = np.sqrt(np.sum(flat**2, axis=1))
    names = {}
    for name, where in likelihood.slices().items():
        inside = np.isin(moved, np.arange(where.start, where.stop))
        if inside.any() and weight[inside].max() > 0.1:
            names[name] = float(weight[inside].max())
    return sorted(names, key=lambda name: -names[name])
