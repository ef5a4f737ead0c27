"""One entry of a short vector is transformed, combined with another, or exchanged for it."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations, permutations

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import as_float, at_first, carries_data, is_fixed
from nllcheck.diagnosis.causes.maps import NATURAL
from nllcheck.diagnosis.causes.panel import Arguments, Panel
from nllcheck.diagnosis.causes.places import JOINED

__all__ = ["one_entry"]

MOST = 4  # entries of a vector that are told apart
Change = Callable[[np.ndarray], np.ndarray]


def one_entry(panel: Panel) -> Iterator[Explanation]:
    """Yield changes of the entries of one vector under which the loss is the NLL."""
    for name, value in at_first(panel).items():
        if (
            value.ndim != 1
            or not 2 <= len(value) <= MOST
            or carries_data(panel, name)
            or is_fixed(panel, name)
        ):
            continue
        for cost, text, change in _changes(name, len(value)):
            if not panel.has_time:
                return
            bound = panel.altered(partial(_changed, name=name, change=change))
            repaired = panel.accept(bound)
            if repaired is None or not panel.depends_on(bound, name):
                continue
            yield Explanation(
                code="argument-transformed",
                cost=cost,
                change=f"if {text}",
                reading="The other entries are what the likelihood has."
                if "exchanged" not in text
                else "Its entries are in another order.",
                advice=f"Give the loss `{name}` with that change, or let it read the entries as the model does.",
                repaired=repaired,
                follows=panel.follows(bound),
                key=f"entry {name}",
                numbers={"argument": name, "change": text},
            )
            return


def _changes(name: str, count: int) -> Iterator[tuple[float, str, Change]]:
    """Yield each change as its cost, its words, and the function of the vector."""
    for i, j in combinations(range(count), 2):
        yield 1.0, f"`{name}[{i}]` and `{name}[{j}]` are exchanged", partial(_exchanged, i=i, j=j)
    for i in range(count):
        for candidate in NATURAL:
            text = f"`{name}[{i}]` is replaced by `{candidate.of(f'{name}[{i}]')}`"
            yield 1.15, text, partial(_mapped, i=i, function=candidate.apply)
    for i, j in permutations(range(count), 2):
        for text, function in JOINED:
            written = text.format(a=f"{name}[{i}]", b=f"{name}[{j}]")
            yield (
                1.2,
                f"`{name}[{i}]` is replaced by `{written}`",
                partial(_joined, i=i, j=j, function=function),
            )


def _changed(arguments: Arguments, *, name: str, change: Change) -> Arguments:
    return {**arguments, name: change(as_float(arguments[name]).copy())}


def _exchanged(x: np.ndarray, *, i: int, j: int) -> np.ndarray:
    x[[i, j]] = x[[j, i]]
    return x


def _mapped(x: np.ndarray, *, i: int, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    x[i] = function(x[i])
    return x


def _joined(
    x: np.ndarray, *, i: int, j: int, function: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> np.ndarray:
    x[i] = function(x[i], x[j])
    return x
