"""An argument is transformed: the loss expects a map of what it is given, or a map of a map."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import (
    as_float,
    at_first,
    carries_data,
    changed,
    is_fixed,
    is_whole,
    maps_of,
    varies,
)
from nllcheck.diagnosis.causes.maps import NATURAL, PLAIN, Map
from nllcheck.diagnosis.causes.panel import Panel

__all__ = ["composed", "plainly_transformed", "transformed"]

NEGATED = next(candidate for candidate in PLAIN if candidate.text == "-{x}")


def transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield single natural maps of one argument under which the loss is the NLL."""
    for name in at_first(panel):
        if carries_data(panel, name) and is_whole(at_first(panel)[name]):
            continue  # labels and counts have encodings instead
        for candidate in maps_of(panel, name):
            found = accepted(panel, name, candidate, cost=1.0 + _far_fetched(panel, name))
            if found is not None and "log_softmax" in candidate.text and not _is_linear(panel, name):
                found = replace(found, cost=1.6)  # it hides what the loss adds to its own softmax
            if found is not None:
                yield found
        if _has_both_signs(panel, name):
            found = accepted(panel, name, NEGATED, cost=1.3)
            if found is not None:
                yield found


def _is_linear(panel: Panel, name: str) -> bool:
    """Return whether a loss is linear in an argument, as one is that expects log-probabilities."""
    values = []
    for factor in (0.0, 1.0, 2.0):
        arguments = at_first(panel)
        values.append(panel.scene.loss.call({**arguments, name: factor * as_float(arguments[name])}).total)
    return bool(abs(values[2] - 2 * values[1] + values[0]) <= 1e-9 * (abs(values[1]) + abs(values[2])))


def _has_both_signs(panel: Panel, name: str) -> bool:
    """Return whether an argument that the parameters move is one of the real line."""
    value = np.asarray([np.ravel(panel.arguments[id(p)][name]) for p in panel.screened], dtype=float)
    return not carries_data(panel, name) and bool(value.min() < 0 < value.max())


def plainly_transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield multiples and shifts of one argument; they often restate a wrong coefficient."""
    for name in at_first(panel):
        if carries_data(panel, name) and is_whole(at_first(panel)[name]):
            continue
        for candidate in PLAIN:
            found = accepted(panel, name, candidate, cost=1.5)
            if found is not None:
                yield found


def _far_fetched(panel: Panel, name: str) -> float:
    return 0.05 if carries_data(panel, name) else 0.1 if is_fixed(panel, name) else 0.0


def accepted(panel: Panel, name: str, candidate: Map, cost: float) -> Explanation | None:
    if not varies(panel, name, candidate.apply):
        return None
    bound = panel.altered(partial(changed, name=name, function=candidate.apply))
    repaired = panel.accept(bound)
    if repaired is None or not panel.depends_on(bound, name):
        return None
    text = candidate.of(name)
    return Explanation(
        code="argument-transformed",
        cost=cost,
        change=f"if `{name}` is replaced by `{text}`",
        reading=f"It expects {candidate.said(name)}.",
        advice=_pass(panel, name, text, candidate.apply),
        repaired=repaired,
        follows=panel.follows(bound),
        key=f"map {name}",
        numbers={"argument": name, "replacement": text},
    )


def _pass(panel: Panel, name: str, text: str, function: Callable[[np.ndarray], np.ndarray]) -> str:
    offered = _offered_as(panel, name, function)
    instead = f" (the model offers it as `{offered}`)" if offered else ""
    return f"Pass `{text}` for `{name}`{instead}, or let the loss take `{name}` as the model means it."


def _offered_as(panel: Panel, name: str, function: Callable[[np.ndarray], np.ndarray]) -> str:
    """Return the name under which the model offers the mapped argument; empty if it does not."""
    values = panel.scene.prober.values(panel.screened[0])
    with np.errstate(all="ignore"):
        wanted = function(as_float(at_first(panel)[name]))
    for other, value in values.items():
        if other != name and np.shape(value) == np.shape(wanted):
            difference = np.max(np.abs(np.asarray(value, dtype=float) - wanted), initial=0.0)
            if difference <= 1e-9 * np.max(np.abs(wanted), initial=1e-300):
                return other
    return ""


def _after(
    first: Callable[[np.ndarray], np.ndarray], second: Callable[[np.ndarray], np.ndarray]
) -> Callable[[np.ndarray], np.ndarray]:
    return lambda x: second(first(x))


def composed(panel: Panel) -> Iterator[Explanation]:
    """Yield compositions of two maps of one argument under which the loss is the NLL."""
    for name in at_first(panel):
        if carries_data(panel, name):
            continue
        for first, second in product(NATURAL, (*NATURAL, *PLAIN)):
            if not panel.has_time:
                return
            composition = Map(
                text=second.text.format(x="(" + first.text + ")"),
                apply=_after(first.apply, second.apply),
            )
            found = accepted(panel, name, composition, cost=2.5)
            if found is not None:
                yield found
