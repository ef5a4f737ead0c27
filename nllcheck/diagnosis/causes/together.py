"""Two mistakes at once: an argument that is transformed or exchanged, and a term that is lost or misweighed."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations

import numpy as np

from nllcheck.binding import BoundLoss
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import (
    at_first,
    carries_data,
    changed,
    exchanged,
    is_whole,
    relabelled_arguments,
    varies,
)
from nllcheck.diagnosis.causes.maps import NATURAL, PLAIN, SMOOTHED, Map, label_maps, plus, vector_maps
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.diagnosis.causes.places import exposures
from nllcheck.diagnosis.causes.rows import n_rows, rows_of_altered
from nllcheck.diagnosis.causes.terms import Screen, explain_by_terms

__all__ = ["map_and_rows", "map_and_term"]

SHIFTS = tuple(
    Map(text=f"{{x}} - {epsilon:g}", apply=plus(-epsilon), expects=f"{{x}} − {epsilon:g}")
    for epsilon in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1.0)
)
MULTIPLES = tuple(m for m in PLAIN if m.text in ("2*{x}", "{x}/2", "-{x}", "{x}+1", "{x}-1"))
CLEAR = 1.3  # cost of a term after which no other pair is sought
CODES = {"map": "argument-transformed", "labels": "label-encoding", "swap": "arguments-swapped"}


def map_and_term(panel: Panel) -> Iterator[Explanation]:
    """Yield changes of the arguments after which one named term is all that is left to explain."""
    screen = Screen.of(panel)
    if screen is None:
        return
    for kind, change, advice, bound in _changes(panel):
        if not panel.has_time:
            return
        if not screen.admits(bound):
            continue
        scene = panel.scene_of(bound)
        explained = list(explain_by_terms(panel, scene, most=1))
        for found in explained:
            yield replace(
                found,
                code=CODES[kind],
                cost=1.2 + found.cost + (0.2 if "." in found.change else 0.0),
                change=f"{change} and {found.change}",
                advice=f"{advice} {found.advice}",
                key="map and term",
                also=(found.code, *found.also),
            )
        if explained and explained[0].cost < CLEAR:
            return


def map_and_rows(panel: Panel) -> Iterator[Explanation]:
    """Yield changes of the arguments after which weights of the rows, or rows left out, are all that is left."""
    if n_rows(panel) is None:
        return
    for kind, change, advice, bound in _changes(panel):
        if not panel.has_time:
            return
        for found in rows_of_altered(panel, bound):
            yield replace(
                found,
                code=CODES[kind],
                cost=1.2 + found.cost,
                change=f"{change}, {found.change}",
                advice=f"{advice} {found.advice}",
                key="map and rows",
                also=(found.code, *found.also),
            )
            return


def _changes(panel: Panel) -> Iterator[tuple[str, str, str, BoundLoss]]:
    """Yield each change as its kind, its clause, its advice, and the loss after it."""
    first = at_first(panel)
    for one, two in combinations([name for name in first if not carries_data(panel, name)], 2):
        bound: BoundLoss = panel.altered(partial(exchanged, order={one: two, two: one}))
        yield (
            "swap",
            f"if `{one}` and `{two}` are exchanged",
            f"Exchange `{one}` and `{two}` in the call.",
            bound,
        )
    for name in first:
        if not carries_data(panel, name):
            for text, reads, function in exposures(panel, name):
                bound = panel.rebound(name, reads, function)
                yield "map", f"if `{name}` is replaced by `{text}`", f"Pass `{text}` for `{name}`.", bound
    for name, value in first.items():
        whole = carries_data(panel, name) and is_whole(value)
        if whole and value.ndim <= 1:
            binary = value.ndim == 1 and set(np.unique(value).tolist()) <= {0, 1}
            for candidate in (*label_maps(value), *(SMOOTHED if binary else ())):
                bound = panel.altered(partial(relabelled_arguments, name=name, function=candidate.apply))
                text = candidate.of(name)
                yield "labels", f"if `{name}` is replaced by `{text}`", f"Pass `{text}` for `{name}`.", bound
        if whole:
            continue
        for candidate in (*NATURAL, *MULTIPLES, *SHIFTS, *vector_maps(value)):
            if varies(panel, name, candidate.apply):
                altered = panel.altered(partial(changed, name=name, function=candidate.apply))
                if not panel.depends_on(altered, name):
                    continue
                text = candidate.of(name)
                yield "map", f"if `{name}` is replaced by `{text}`", f"Pass `{text}` for `{name}`.", altered
