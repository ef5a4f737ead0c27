"""What a loss takes, and its arguments changed at the boundary."""

from collections.abc import Callable, Iterator

import numpy as np

from nllcheck.diagnosis.causes.maps import NATURAL, Map, vector_maps
from nllcheck.diagnosis.causes.panel import Arguments, Panel

__all__ = [
    "as_float",
    "at_first",
    "carries_data",
    "changed",
    "exchanged",
    "is_fixed",
    "is_whole",
    "maps_of",
    "relabelled_arguments",
    "varies",
]


def at_first(panel: Panel) -> Arguments:
    """Return the arguments at the first probe."""
    return panel.arguments[id(panel.screened[0])]


def carries_data(panel: Panel, argument: str) -> bool:
    """Return whether an argument is computed from observed variables."""
    injected = set(panel.scene.likelihood.data.injected)
    return any(b.argument == argument and injected & set(b.reads) for b in panel.scene.loss.bindings)


def is_fixed(panel: Panel, argument: str) -> bool:
    """Return whether an argument is the same at all probes."""
    first = at_first(panel)[argument]
    return all(
        np.array_equal(panel.arguments[id(p)][argument], first, equal_nan=True) for p in panel.screened[1:4]
    )


def is_whole(value: np.ndarray) -> bool:
    """Return whether all entries are whole numbers."""
    return bool(value.size) and bool(np.all(value == np.round(value))) and bool(np.all(np.abs(value) < 1e9))


def changed(arguments: Arguments, *, name: str, function: Callable[[np.ndarray], np.ndarray]) -> Arguments:
    """Return `arguments` with `function` applied to one of them."""
    return {**arguments, name: function(as_float(arguments[name]))}


def as_float(value: np.ndarray) -> np.ndarray:
    """Return whole numbers as floats, for maps that leave them."""
    return value.astype(float) if value.dtype.kind in "iub" else value


def relabelled_arguments(
    arguments: Arguments, *, name: str, function: Callable[[np.ndarray], np.ndarray]
) -> Arguments:
    """Return `arguments` with labels in another encoding, of the same dtype where it can hold them."""
    labels = arguments[name]
    signed = labels.astype(np.int64) if labels.dtype.kind in "ub" else labels
    return {**arguments, name: np.asarray(function(signed))}


def varies(panel: Panel, name: str, function: Callable[[np.ndarray], np.ndarray]) -> bool:
    """Refuse maps whose value does not depend on what is mapped: they hide an argument that matters."""
    first, last = (panel.arguments[id(p)][name] for p in (panel.screened[0], panel.screened[-1]))
    with np.errstate(all="ignore"):
        try:
            one, two = np.asarray(function(as_float(first))), np.asarray(function(as_float(last)))
        except Exception:
            return False
    if np.array_equal(first, last):  # data: they must differ from row to row
        return one.size == 1 or bool(np.any(one != one.flat[0]))
    return one.shape != two.shape or bool(np.any(np.abs(one - two) > 1e-9 * np.abs(one)))


def maps_of(panel: Panel, name: str) -> Iterator[Map]:
    """Yield the natural maps that fit an argument."""
    value = at_first(panel)[name]
    yield from NATURAL
    yield from vector_maps(value)


def exchanged(arguments: Arguments, *, order: dict[str, str]) -> Arguments:
    """Return `arguments` with each taken from the one that `order` names."""
    return {**arguments, **{name: arguments[other] for name, other in order.items()}}
