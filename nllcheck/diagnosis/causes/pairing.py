"""Rows that are not paired: the loss is the same when one of its arguments is put in another order."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import at_first, carries_data, is_fixed
from nllcheck.diagnosis.causes.panel import Arguments, Panel

__all__ = ["unpaired"]

ORDERS = 2  # permutations that are tried at as many probes
SMALL = 1e-6  # relative move that every loss feels but one that rounds its value


def unpaired(panel: Panel) -> Iterator[Explanation]:
    """Yield ``broadcast`` if the order of the data does not matter where that of another argument should."""
    if _moves_in_steps(panel):
        return  # it does not feel another order because it feels little at all
    names = _row_arguments(panel)
    data = [name for name in names if carries_data(panel, name)]
    others = [name for name in names if not is_fixed(panel, name)]
    for name in data:
        for other in others:
            if other == name or not _is_symmetric(panel, name) or not _matters(panel, name):
                continue
            both = _is_symmetric(panel, other)
            yield Explanation(
                code="broadcast",
                cost=0.8,
                change="",
                reading=(
                    f"It stays the same when `{name}` is put in another order"
                    + (f", or `{other}`," if both else "")
                    + f" while `{other if not both else 'the rest'}` keeps its own: its rows are not paired."
                ),
                advice=(
                    "Compare row by row: look for shapes (n,) against (n, 1), a sort, a shuffle, or means and "
                    "covariances taken over the rows of each argument alone."
                ),
                key="broadcast",
                numbers={"arguments": [name, other]},
            )
            return
    yield from _reordered(panel, data, others)


def _reordered(panel: Panel, data: list[str], others: list[str]) -> Iterator[Explanation]:
    """Yield ``broadcast`` if the loss is the NLL for the rows of the data in the opposite or a shifted order."""
    if not others:
        return
    for name in data:
        for text, order in (
            ("in the opposite order", _reversed),
            ("one row later", _rolled),
            ("one row earlier", _rolled_back),
        ):
            bound = panel.altered(partial(_in_order, name=name, order=order))
            repaired = panel.accept(bound)
            if repaired is not None:
                yield Explanation(
                    code="broadcast",
                    cost=0.95,
                    change=f"if the rows of `{name}` are read {text}",
                    reading="Its rows are paired with those of other observations.",
                    advice="Keep all arguments in the order of the data.",
                    repaired=repaired,
                    key="order",
                    numbers={"argument": name, "order": text},
                )


def _reversed(n: int) -> np.ndarray:
    return np.arange(n)[::-1]


def _rolled(n: int) -> np.ndarray:
    return np.roll(np.arange(n), 1)


def _rolled_back(n: int) -> np.ndarray:
    return np.roll(np.arange(n), -1)


def _in_order(arguments: Arguments, *, name: str, order: object) -> Arguments:
    value = arguments[name]
    return {**arguments, name: value[order(len(value))]}  # type: ignore[operator]


def _row_arguments(panel: Panel) -> list[str]:
    """Return arguments with one entry an observation, not all the same."""
    return [
        name
        for name, value in at_first(panel).items()
        if value.ndim and value.shape[0] > 2 and value.size >= panel.n > 2 and np.any(value != value.flat[0])
    ]


def _moves_in_steps(panel: Panel) -> bool:
    """Return whether the loss stays exactly the same, at most probes, when all of its arguments move a little."""
    same = 0
    for point in panel.screened:
        arguments = panel.arguments[id(point)]
        moved = {
            name: value * (1 + SMALL) if value.dtype.kind == "f" else value
            for name, value in arguments.items()
        }
        same += panel.scene.loss.call(moved).total == panel.scene.sample(point).loss
    return 2 * same > len(panel.screened)


def _is_symmetric(panel: Panel, name: str) -> bool:
    """Return whether the loss is the same, to rounding, for other orders of one argument."""
    rng = np.random.default_rng([panel.scene.seed, 21])
    for point in panel.screened[-ORDERS:]:
        arguments = panel.arguments[id(point)]
        axis = int(np.argmax(arguments[name].shape))
        before = panel.scene.sample(point)
        order = rng.permutation(arguments[name].shape[axis])
        moved = {**arguments, name: np.take(arguments[name], order, axis=axis)}
        after = panel.scene.loss.call(moved).total
        if not abs(after - before.loss) <= 4 * panel.scene.limit * before.floor:
            return False
    return True


def _matters(panel: Panel, name: str) -> bool:
    """Return whether the loss feels other values of an argument, in more than an offset."""
    first, last = panel.screened[0], panel.screened[-1]
    changes = []
    for point in (first, last):
        arguments = panel.arguments[id(point)]
        value = arguments[name]
        moved = {**arguments, name: np.roll(value, 1, axis=0) * 0 + np.repeat(value[:1], len(value), axis=0)}
        changes.append(panel.scene.loss.call(moved).total - panel.scene.loss.call(arguments).total)
    floors = panel.scene.sample(first).floor + panel.scene.sample(last).floor
    return bool(np.isfinite(changes).all()) and abs(changes[1] - changes[0]) > 100 * floors
