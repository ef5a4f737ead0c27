"""What a family is: the NLL of one row, what its data and parameters may be, and how PyMC declares it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["SUPPORTS", "Array", "Family", "Unknown"]

Array = np.ndarray[Any, Any]
_NAME, _DATA = "'y', ", ", observed=y"  # of a declaration


def _whole(y: Array) -> bool:
    return bool(np.all(y == np.round(y)))


SUPPORTS: Mapping[str, Callable[[Array], bool]] = {
    "real": lambda y: bool(np.isfinite(y).all()),
    "angle": lambda y: bool((np.abs(y) <= np.pi + 1e-12).all()),
    "nonnegative": lambda y: bool((y >= 0).all()),
    "positive": lambda y: bool((y > 0).all()),
    "nonzero": lambda y: bool((y != 0).all()),
    "share": lambda y: bool(((y >= 0) & (y <= 1)).all()),
    "unit": lambda y: bool(((y > 0) & (y < 1)).all()),
    "counts": lambda y: _whole(y) and bool((y >= 0).all()),
    "tries": lambda y: _whole(y) and bool((y >= 1).all()),
    "binary": lambda y: bool(((y == 0) | (y == 1)).all()),
    "signed": lambda y: bool((np.abs(y) == 1).all()),
    "labels": lambda y: bool(((y == 0) | (y == 1)).all() or (np.abs(y) == 1).all()),
    "classes": lambda y: _whole(y) and bool((y >= 0).all() and y.max(initial=0) < 1000),
    "one row of shares": lambda y: (
        y.ndim >= 2 and bool((y >= 0).all() and (np.abs(y.sum(axis=-1) - 1) < 1e-9).all())
    ),
    "one row of counts": lambda y: y.ndim >= 2 and _whole(y) and bool((y >= 0).all()),
    "one row of reals": lambda y: y.ndim >= 2 and bool(np.isfinite(y).all()),
}
"""Predicates of the data, by the name of the support."""


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """One number that belongs to the shape of a family and that losses write as a constant.

    Attributes
    ----------
    symbol : str
    grid : tuple of float
        Values to begin with, increasing.
    usual : tuple of float
        Values that people write.
    bounds : tuple of float
        The open interval of what is possible.
    in_units_of_y : bool
        Whether the grid is to be multiplied by the size of the residuals.
    trivial : tuple of float
        Values at which the family is one without unknown number.
    """

    symbol: str
    grid: tuple[float, ...]
    usual: tuple[float, ...]
    bounds: tuple[float, float]
    in_units_of_y: bool = False
    trivial: tuple[float, ...] = ()

    def values(self, size: float) -> Array:
        """Return the values to begin with, for residuals of this `size`."""
        grid = (size if self.in_units_of_y else 1.0) * np.array(self.grid)
        every = np.unique([*grid, *self.usual])
        return every[(every > self.bounds[0]) & (every < self.bounds[1])]

    def is_trivial(self, value: float) -> bool:
        """Return whether the family is another one at this value."""
        return any(abs(value - other) <= 1e-6 * abs(other) for other in self.trivial)


@dataclass(frozen=True, kw_only=True)
class Family:
    """A distribution, or a loss that is used like one.

    Attributes
    ----------
    name : str
    data : str
        The support of y: a key of `SUPPORTS`.
    parameters : mapping of str to str
        Names and domains: ``"real"``, ``"positive"``, ``"unit"``, ``"simplex"`` and ``"logits"`` (one entry a class on
        the last axis), ``"shares"`` (the same, not normalised), ``"concentrations"`` (the same, positive),
        ``"ordered"`` (cutpoints), ``"trials"`` (at least y), ``"bound"`` (positive and at most y), ``"fixed share"``
        and ``"fixed number"`` (the unknown number, where a loss takes it as an argument), ``"event"`` (1 where y is
        seen, 0 where it is censored).
    rows : callable
        F(y, *parameters, unknown): NLL in nats or loss, one value a row, with or without what depends on y only.
    unknown : Unknown, optional
    is_density : bool
        Whether exp(−F) is the density of y for every value of the parameters, up to a factor without them.
    distribution : str
        Its name in PyMC; empty where PyMC has none.
    pymc : str
        The line that declares it, with ``{parameter}`` for what stands there; empty where none does.
    reading : str
        What it means to minimise this loss: a sentence.
    restored : callable or None
        y of what the model observes, where that is a function of y such as its logarithm.
    code : str
        The finding that it is in a check.
    """

    name: str
    data: str
    parameters: Mapping[str, str]
    rows: Callable[..., Array]
    unknown: Unknown | None = None
    is_density: bool = True
    distribution: str = ""
    pymc: str = ""
    reading: str = ""
    restored: Callable[[Array], Array] | None = None
    code: str = "other-family"

    def admits(self, y: Array) -> bool:
        """Return whether these data are in its support."""
        return y.dtype.kind in "fiub" and y.size > 0 and SUPPORTS[self.data](y)

    def declaration(self, sources: Mapping[str, str], unknown: float | None = None) -> str:
        """Return the line that declares it, with `sources` for the parameters; empty where there is none."""
        values = dict(sources)
        if self.unknown is not None and unknown is not None:
            values[self.unknown.symbol] = repr(float(unknown))
        return self.pymc.format(**values)

    def distributed(self, sources: Mapping[str, str], unknown: float | None = None) -> str:
        """Return the distribution alone: ``pm.Laplace(mu=mu, b=sigma)``; empty where there is none."""
        return self.declaration(sources, unknown).replace(_NAME, "").replace(_DATA, "")

    def phrase(self, sources: Mapping[str, str], unknown: float | None = None) -> str:
        """Return it as a noun phrase: ``the NLL of pm.Laplace(mu=mu, b=sigma)``."""
        line = self.distributed(sources, unknown)
        of = f" with {self.unknown.symbol} = {unknown:.12g}" if self.unknown and unknown is not None else ""
        if not self.distribution:
            of_sources = f" of {', '.join(sources.values())}" if sources else ""
            return f"the {self.name}{of_sources}{of}"
        is_loss = "error" in self.name or "loss" in self.name
        return f"the {self.name}{of}, the NLL of {line}" if is_loss else f"the NLL of {line}"
