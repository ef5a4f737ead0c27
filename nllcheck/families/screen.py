"""Families at several points at once: which arguments they admit, their sums, and how near those are to a loss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nllcheck.families.family import Array, Family

__all__ = ["Stack", "admissible", "closeness", "slopes", "totals", "typical_closeness"]

VECTORS = (
    "simplex",
    "logits",
    "ordered",
    "shares",
    "concentrations",
)  # one entry a class on an axis of their own
AT_ONCE = 2_000_000  # elements that are computed at once


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Arguments by label, each of shape (n_points, ...): the first axis runs over the points."""

    values: Mapping[str, Array]

    @classmethod
    def of(cls, values: Mapping[str, Sequence[Array]]) -> "Stack":
        """Stack the values of each label; labels whose values differ in shape are left out."""
        stacked = {}
        for label, parts in values.items():
            arrays = [np.asarray(part) for part in parts]
            if arrays and arrays[0].dtype.kind in "fiub" and len({a.shape for a in arrays}) == 1:
                array = np.stack(arrays)
                stacked[label] = array if array.dtype.kind == "f" else array.astype(float)
        return cls(values=stacked)

    @cached_property
    def domains(self) -> dict[str, frozenset[str]]:
        """Which domains of parameters the values of each label are in."""
        with np.errstate(all="ignore"):
            return {label: frozenset(_domains(value)) for label, value in self.values.items()}

    @cached_property
    def _admitted(self) -> dict[tuple[str, str], bool]:
        return {}

    def admits(self, family: Family, y: str) -> bool:
        """Return whether `y` is in the support of the family at all points."""
        if y not in self.values or (family.data == "one row of reals" and self.values[y].ndim < 3):
            return False
        key = (family.data, y)
        if key not in self._admitted:
            self._admitted[key] = family.admits(self.values[y])
        return self._admitted[key]

    def size(self, y: str, parameters: Sequence[str]) -> float:
        """Return the size of the residuals y − first parameter; that of y where there is none to subtract."""
        with np.errstate(all="ignore"):
            value, location = self.values[y], self.aligned(y, parameters[0], 0)
            size = float(np.median(np.abs(value - location)))
            around = float(np.median(np.abs(value)))
        return next((s for s in (size, around) if np.isfinite(s) and s > 0), 1.0)

    def aligned(self, y: str, label: str, extra: int) -> Array:
        """Return a parameter with as many axes as y, plus `extra` of its own at the end."""
        value, ndim = self.values[label], self.values[y].ndim + extra
        missing = max(ndim - value.ndim, 0)
        return value.reshape(value.shape[:1] + (1,) * missing + value.shape[1:])

    def rows(self, family: Family, y: str, parameters: Sequence[str], *unknown: Array) -> Array:
        """Return F of every row at every point."""
        extra = [_extra(family, domain) for domain in family.parameters.values()]
        aligned = [self.aligned(y, label, e) for label, e in zip(parameters, extra, strict=True)]
        return family.rows(self.values[y], *aligned, *unknown)


def _extra(family: Family, domain: str) -> int:
    return 1 if domain in VECTORS and family.data == "classes" else 0


def _domains(value: Array) -> list[str]:
    """Return the domains of parameters that values of shape (n_points, ...) are in."""
    if not np.isfinite(value).all():
        return []
    found = ["real"]
    found += ["positive", "bound", "fixed number"] if (value > 0).all() else []
    found += ["unit", "fixed share"] if ((value >= 0) & (value <= 1)).all() else []
    found += ["event"] if ((value == 0) | (value == 1)).all() else []
    found += ["trials"] if (value >= 1).all() and (value == np.round(value)).all() else []
    if value.ndim > 1 and value.shape[-1] > 1:
        sums = value.sum(axis=-1)
        found += ["logits"]
        found += ["shares"] if "unit" in found else []
        found += ["concentrations"] if "positive" in found else []
        found += ["simplex"] if (value >= 0).all() and (np.abs(sums - 1) < 1e-6).all() else []
    if value.ndim == 2 and (np.diff(value, axis=-1) > 0).all():
        found += ["ordered"]
    return found


def admissible(stack: Stack, family: Family, y: str, label: str, domain: str) -> bool:
    """Return whether the values of `label` can be a parameter with this domain, one value a row or one for all."""
    if domain not in stack.domains[label] or ("event" in stack.domains[label] and domain != "event"):
        return False
    own, rows = stack.values[label].shape[1:], stack.values[y].shape[1:]
    if not _fits(own[: len(own) - _extra(family, domain)], rows):
        return False
    value, data = stack.aligned(y, label, 0), stack.values[y]
    if domain == "trials":
        return bool((value >= data).all())
    return domain != "bound" or bool((value <= data).all())


def _fits(own: tuple[int, ...], rows: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(own, rows) == rows
    except ValueError:
        return False


def totals(
    stack: Stack,
    family: Family,
    y: str,
    parameters: Sequence[str],
    unknown: Array | None = None,
    *,
    by_row: bool = False,
) -> Array:
    """Return the sum of F over rows, shape (n_values, n_points); nan where it is not finite.

    n_values is 1 without `unknown`. With `by_row` the rows are kept, as one more axis at the end.
    """
    data = stack.values[y]
    values = np.zeros(1) if unknown is None else unknown
    step = max(1, AT_ONCE // max(data.size, 1))
    parts = []
    with np.errstate(all="ignore"):
        for start in range(0, len(values), step):
            chunk = values[start : start + step].reshape(-1, *(1,) * data.ndim)
            try:
                rows = stack.rows(family, y, parameters, *(() if unknown is None else (chunk,)))
            except (ValueError, IndexError, FloatingPointError):
                rows = np.asarray(np.nan)
            full = np.broadcast_to(rows, np.broadcast_shapes(rows.shape, (len(chunk), *data.shape)))
            flat = full.reshape(*full.shape[:2], -1)
            parts.append(flat if by_row else flat.sum(axis=-1))
    found = np.concatenate(parts)
    return np.where(np.isfinite(found), found, np.nan)


def slopes(loss: Array, sums: Array) -> Array:
    """Return a of L = a·F + c by least squares, shape (n_values,)."""
    y, x = loss - loss.mean(), sums - sums.mean(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        return np.asarray((x @ y) / np.sum(x * x, axis=-1))


def closeness(loss: Array, sums: Array) -> Array:
    """Return max |L − a·F − c| relative to the range of L, shape (n_values,); inf where it cannot be told."""
    y, x = loss - loss.mean(), sums - sums.mean(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        rest = y - slopes(loss, sums)[:, None] * x
        away = np.max(np.abs(rest), axis=-1) / np.max(np.abs(y))
    return np.where(np.isfinite(away), away, np.inf)


def typical_closeness(loss: Array, sums: Array) -> Array:
    """Return the same of the typical point: median |L − a·F − c| relative to the median distance of L from its median.

    Where one point is far above all others, every sum that is large there too is close to the loss.
    """
    y, x = loss - loss.mean(), sums - sums.mean(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        rest = y - slopes(loss, sums)[:, None] * x
        centred = np.abs(rest - np.median(rest, axis=-1, keepdims=True))
        away = np.median(centred, axis=-1) / np.median(np.abs(loss - np.median(loss)))
    return np.where(np.isfinite(away), away, np.inf)
