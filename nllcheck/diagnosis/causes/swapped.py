"""Arguments in another order: two exchanged, or three moved round."""

from collections.abc import Iterator
from functools import partial
from itertools import combinations

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import at_first, carries_data, exchanged
from nllcheck.diagnosis.causes.panel import Panel

__all__ = ["swapped"]


def swapped(panel: Panel) -> Iterator[Explanation]:
    """Yield exchanges of two arguments, and cycles of three, under which the loss is the NLL."""
    names = list(at_first(panel))
    orders = [dict(zip(pair, reversed(pair), strict=True)) for pair in combinations(names, 2)]
    if len(names) <= 5:
        for triple in combinations(names, 3):
            orders += [dict(zip(triple, np.roll(triple, shift).tolist(), strict=True)) for shift in (1, 2)]
    for order in orders:
        bound = panel.altered(partial(exchanged, order=order))
        repaired = panel.accept(bound)
        if repaired is None:
            continue
        listed = " and ".join(f"`{name}`" for name in order)
        yield Explanation(
            code="arguments-swapped",
            cost=1.45
            if any(carries_data(panel, name) for name in order)
            else 0.9
            if len(order) == 2
            else 1.1,
            change=f"if {listed} are exchanged",
            reading="It is called with its arguments in the wrong order." if len(order) == 2 else "",
            advice=f"Exchange {listed} in the call; keyword arguments keep such losses safe.",
            repaired=repaired,
            follows=panel.follows(bound),
            key="swap",
            numbers={"arguments": list(order)},
        )
