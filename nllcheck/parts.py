"""Which parameters a claim is about: those of the loss, nuisances, those held or fixed; and where probes begin."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nllcheck.binding import BoundLoss
from nllcheck.errors import UnknownArgument, UsageError
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.optimum import Optimum, surroundings

__all__ = ["Parts", "centre", "divide", "starting_values"]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The free parameters by the part they play in a claim.

    Attributes
    ----------
    of_loss : tuple of str
        Those that the loss depends on.
    nuisances : tuple of str
        Those that only N depends on.
    held : tuple of str
        Those that neither depends on.
    fixed : mapping of str to array
        Those that `given` fixed, at their constrained values.
    """

    of_loss: tuple[str, ...]
    nuisances: tuple[str, ...]
    held: tuple[str, ...]
    fixed: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What probes depend on."""
        fixed = tuple((name, value.tobytes()) for name, value in sorted(self.fixed.items()))
        return (self.of_loss, self.nuisances, fixed)


def divide(likelihood: Likelihood, bound: BoundLoss, given: Any, unused: frozenset[str]) -> Parts:
    """Divide the free parameters into those of the loss, nuisances, and those that play no part."""
    fixed = _fixed(likelihood, given)
    reads = tuple(name for b in bound.bindings if b.argument not in unused for name in b.reads)
    read = {parent for name in reads for parent in likelihood.parents(name)} - set(fixed)
    read = {name for name in read if name in reads or _moves(likelihood, reads, name)}
    rest = [name for name in likelihood.free if name not in read and name not in fixed]
    return Parts(
        of_loss=tuple(name for name in likelihood.free if name in read),
        nuisances=tuple(name for name in rest if name in likelihood.entering),
        held=tuple(
            name for name in rest if name not in likelihood.entering and name not in likelihood.imputed
        ),
        fixed=fixed,
    )


def _moves(likelihood: Likelihood, reads: tuple[str, ...], name: str) -> bool:
    """Return whether moving a parameter changes anything that the loss reads."""
    rng = np.random.default_rng(15)
    u = rng.normal(scale=0.3, size=likelihood.n_params)
    before = likelihood.inject(u)
    u[likelihood.slices()[name]] += 0.37
    after = likelihood.inject(u)
    return any(not np.array_equal(before[n], after[n], equal_nan=False) for n in reads)


def _fixed(likelihood: Likelihood, given: Any) -> dict[str, np.ndarray]:
    names = [given] if isinstance(given, str) else list(given or ())
    for name in names:
        if name not in likelihood.free:
            raise UnknownArgument(
                f"given names {name!r}, which is no free parameter of {likelihood.name}; it has "
                f"{', '.join(likelihood.free)}"
            )
    if not isinstance(given, Mapping):
        return {}
    shapes = likelihood.constrain(np.zeros(likelihood.n_params))
    fixed = {}
    for name, value in given.items():
        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise UsageError(f"given[{name!r}] is {value!r}; give a number") from None
        if array.shape not in ((), shapes[name].shape):
            raise UsageError(
                f"given[{name!r}] has shape {array.shape}; the parameter has {shapes[name].shape}"
            )
        fixed[name] = np.array(np.broadcast_to(array, shapes[name].shape))
    return fixed


def starting_values(likelihood: Likelihood, parts: Parts) -> np.ndarray | None:
    """Return a start with the fixed parameters at their values; None where nothing is fixed."""
    if not parts.fixed:
        return None
    x = likelihood.constrain(np.zeros(likelihood.n_params)) | dict(parts.fixed)
    u = likelihood.unconstrain(x)
    if not np.isfinite(u).all():
        bad = ", ".join(f"{name} = {value}" for name, value in parts.fixed.items())
        raise UsageError(f"given fixes {bad}, which is outside the support of {likelihood.name}")
    return u


def centre(likelihood: Likelihood, optimum: Optimum) -> Optimum:
    """Return what the probes surround: the optimum, or a point well inside where there is none."""
    if optimum.kind in ("interior", "kink", "flat", "declared"):
        return optimum
    inside = np.clip(optimum.u, -2.0, 2.0) if optimum.kind == "edge" else _inside(likelihood, optimum)
    return surroundings(likelihood, inside, optimum.moved, optimum.sentence, optimum.kind)


def _inside(likelihood: Likelihood, optimum: Optimum) -> np.ndarray:
    rng = np.random.default_rng(16)
    for scale in (0.3, 0.1, 0.03, 0.0):
        u = np.array(optimum.u)
        u[optimum.moved] = rng.normal(scale=scale, size=len(optimum.moved)) if scale else 0.0
        if np.isfinite(likelihood.objective(u)[0]):
            return u
    return likelihood.initial_point()
