"""Another variable of the model belongs in an argument's place, or a product of two: a forgotten exposure."""

from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import at_first
from nllcheck.diagnosis.causes.panel import Panel

__all__ = ["JOINED", "exposures", "in_another_place"]


def in_another_place(panel: Panel) -> Iterator[Explanation]:
    """Yield variables of the model, and products of two, that the loss should have been given."""
    offered = _offers(panel)
    for name in at_first(panel):
        for text, reads, function in _substitutes(panel, name, offered):
            if not panel.has_time:
                return
            bound = panel.rebound(name, reads, function)
            repaired = panel.accept(bound)
            if repaired is None or not panel.depends_on(bound, name):
                continue
            own = set(reads) <= set(panel.scene.loss.reads)
            simple = len(reads) == 1
            yield Explanation(
                code="argument-transformed",
                cost=(1.05 if simple else 1.15) + (0.0 if own or simple else 0.05),
                change=f"if `{name}` is replaced by `{text}`",
                reading=f"It is given `{name}` where the likelihood has `{text}`.",
                advice=f"Pass `{text}` for `{name}`.",
                repaired=repaired,
                follows=panel.follows(bound),
                key=f"place {name}",
                numbers={"argument": name, "replacement": text},
            )


def _offers(panel: Panel) -> list[str]:
    """Return the names of what the model offers besides the observed data."""
    injected = set(panel.scene.likelihood.data.injected)
    return [name for name in panel.scene.likelihood.offers if name not in injected]


def _substitutes(
    panel: Panel, name: str, offered: list[str]
) -> Iterator[tuple[str, tuple[str, ...], Callable[..., np.ndarray]]]:
    """Yield what could stand in an argument's place: how it is written, what it reads, how it is computed."""
    shape = at_first(panel)[name].shape
    reads = {n for b in panel.scene.loss.bindings if b.argument == name for n in b.reads}
    values = panel.scene.prober.values(panel.screened[0])
    rows = {np.shape(data) for data in panel.scene.likelihood.data.values.values()}
    shapes = {shape, ()} | (rows if shape == () else set())  # with a value a row a number has one a row too
    fitting = [o for o in offered if np.shape(values[o]) in shapes]
    for other in fitting:
        if other not in reads and np.shape(values[other]) == shape:
            yield other, (other,), _itself
    for one, two in permutations(fitting, 2):
        if not {one, two} & reads:
            continue
        for text, function in JOINED:
            if one > two and text in SYMMETRIC:
                continue
            yield text.format(a=one, b=two), (one, two), function


def exposures(panel: Panel, name: str) -> Iterator[tuple[str, tuple[str, ...], Callable[..., np.ndarray]]]:
    """Yield products of an argument with data that the model has besides: a forgotten exposure."""
    data = {o for o in _offers(panel) if panel.scene.likelihood.offers[o] == "data"}
    for text, reads, function in _substitutes(panel, name, _offers(panel)):
        one, two = (*reads, "")[:2]
        multiplied = text == f"{one}*{two}" and bool({one, two} & data)
        if multiplied or (two in data and text == f"{one}+np.log({two})"):
            yield text, reads, function


def _itself(value: np.ndarray) -> np.ndarray:
    return value


SYMMETRIC = ("{a}*{b}", "{a}+{b}", "np.hypot({a}, {b})", "1/({a}*{b})")
JOINED: tuple[tuple[str, Callable[..., np.ndarray]], ...] = (
    ("{a}*{b}", lambda a, b: a * b),
    ("{a}/{b}", lambda a, b: a / b),
    ("{a}+{b}", lambda a, b: a + b),
    ("{a}-{b}", lambda a, b: a - b),
    ("{a}/{b}**2", lambda a, b: a / b**2),
    ("{a}*{b}**2", lambda a, b: a * b**2),
    ("{a}**2*{b}", lambda a, b: a**2 * b),
    ("{a}**2/{b}", lambda a, b: a**2 / b),
    ("({a}/{b})**2", lambda a, b: (a / b) ** 2),
    ("{a}/np.sqrt({b})", lambda a, b: a / np.sqrt(b)),
    ("{a}*np.sqrt({b})", lambda a, b: a * np.sqrt(b)),
    ("{a}/({a}+{b})", lambda a, b: a / (a + b)),
    ("{a}*(1-{b})", lambda a, b: a * (1 - b)),
    ("{a}/(1-{b})", lambda a, b: a / (1 - b)),
    ("{a}+np.log({b})", lambda a, b: a + np.log(b)),
    ("{a}-np.log({b})", lambda a, b: a - np.log(b)),
    ("{a}*np.exp({b})", lambda a, b: a * np.exp(b)),
    ("{a}**{b}", lambda a, b: a**b),
    ("{a}**-{b}", lambda a, b: a**-b),
    ("{a}**(1/{b})", lambda a, b: a ** (1 / b)),
    ("{a}**(-1/{b})", lambda a, b: a ** (-1 / b)),
    ("np.hypot({a}, {b})", np.hypot),
    ("{a}*np.sqrt(1-2/{b})", lambda a, b: a * np.sqrt(1 - 2 / b)),
    ("{a}*np.sqrt({b}/({b}-2))", lambda a, b: a * np.sqrt(b / (b - 2))),
    ("{a}*np.sqrt(1-{b}**2)", lambda a, b: a * np.sqrt(1 - b**2)),
    ("{a}/np.sqrt(1-{b}**2)", lambda a, b: a / np.sqrt(1 - b**2)),
    ("1/({a}*{b})", lambda a, b: 1 / (a * b)),
    ("{a} + {a}**2/{b}", lambda a, b: a + a**2 / b),
    ("{a} + {b}*{a}**2", lambda a, b: a + b * a**2),
    ("{a}/(1+{a}*{b})", lambda a, b: a / (1 + a * b)),
    ("1/(1+{a}*{b})", lambda a, b: 1 / (1 + a * b)),
    ("{a}-{b}**2/2", lambda a, b: a - b**2 / 2),
    ("{a}+{b}**2/2", lambda a, b: a + b**2 / 2),
    ("np.log({a})-{b}**2/2", lambda a, b: np.log(a) - b**2 / 2),
    ("np.exp({a}+{b}**2/2)", lambda a, b: np.exp(a + b**2 / 2)),
    ("{a}+np.euler_gamma*{b}", lambda a, b: a + np.euler_gamma * b),
    ("{a}-np.euler_gamma*{b}", lambda a, b: a - np.euler_gamma * b),
    ("{a}*(1-{a})/{b}", lambda a, b: a * (1 - a) / b),
    ("{a}*({b}+1)", lambda a, b: a * (b + 1)),
    ("{a}*({b}-1)", lambda a, b: a * (b - 1)),
    ("np.sqrt(np.log1p(({b}/{a})**2))", lambda a, b: np.sqrt(np.log1p((b / a) ** 2))),
    ("{a}*np.log({b})", lambda a, b: a * np.log(b)),
)
