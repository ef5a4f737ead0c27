"""When two numbers of two runs are the same: judged by their rounding errors, here and there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["LIMIT", "Change", "allowed", "apart", "scalars"]

# Other machines have other mathematical functions and other orders of summation, and a floor is measured on one of
# them: so many floors are no news. A change of one part in 1e9 is about 1e5 floors.
LIMIT = 32.0
GROWTH = 16.0  # a floor that has grown by more than this licenses no more: the code has become less precise


@dataclass(frozen=True, kw_only=True)
class Change:
    """Two numbers that are not the same."""

    before: float
    after: float
    ulps: float
    floors: float


def allowed(before: float, after: float) -> float:
    """Return by how much a value may move whose floors are `before` and `after`."""
    return LIMIT * _floor(before, after)


def _floor(before: float, after: float) -> float:
    return max(before, min(after, GROWTH * before))


def apart(before: float, after: float, floor_before: float, floor_after: float) -> Change | None:
    """Return how a value has changed by more than rounding; None where it has not. nan is never the same."""
    moved = abs(after - before)
    if moved <= allowed(floor_before, floor_after):
        return None
    floor = _floor(floor_before, floor_after)
    return Change(
        before=before,
        after=after,
        ulps=moved / math.ulp(before),
        floors=moved / floor if floor > 0 else math.inf,
    )


def scalars(name: str, value: Any) -> Iterator[tuple[str, float]]:
    """Yield every number of nested lists with its label, such as ``beta[0]``."""
    yield from _entries(name, value, ())


def _entries(name: str, value: Any, index: tuple[int, ...]) -> Iterator[tuple[str, float]]:
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from _entries(name, item, (*index, position))
        return
    yield (f"{name}[{', '.join(map(str, index))}]" if index else name), float(value)
