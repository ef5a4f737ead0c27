"""An argument is not what the loss takes it for: transformed, exchanged, relabelled, or another variable's place."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations, product

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.maps import NATURAL, PLAIN, SMOOTHED, TABLES, Map, label_maps, vector_maps
from nllcheck.diagnosis.causes.panel import Arguments, Panel

__all__ = [
    "at_first",
    "carries_data",
    "changed",
    "combined",
    "composed",
    "exchanged",
    "exposures",
    "in_another_place",
    "is_fixed",
    "is_whole",
    "plainly_transformed",
    "relabelled",
    "relabelled_and_transformed",
    "relabelled_arguments",
    "swapped",
    "swapped_and_transformed",
    "transformed",
]

POWERS = (-2.0, -1.0, -0.5, 0.5, 1.0, 2.0)
SHORT_LIST = (
    "{x}**2", "np.sqrt({x})", "1/{x}", "np.log({x})", "np.exp({x})", "1-{x}", "scipy.special.logit({x})",
    "scipy.special.expit({x})", "2*np.log({x})", "1/{x}**2", "{x}+1", "{x}-1", "2*{x}", "{x}/2", "-{x}", "np.deg2rad({x})",
    "np.rad2deg({x})", "{x}/100", "100*{x}", "10*{x}", "{x}/10", "1000*{x}", "{x}/1000",
)  # fmt: skip


# -- what the loss takes ------------------------------------------------------------------------------------


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
    return {**arguments, name: function(_float(arguments[name]))}


def _float(value: np.ndarray) -> np.ndarray:
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
            one, two = np.asarray(function(_float(first))), np.asarray(function(_float(last)))
        except Exception:
            return False
    if np.array_equal(first, last):  # data: they must differ from row to row
        return one.size == 1 or bool(np.any(one != one.flat[0]))
    return one.shape != two.shape or bool(np.any(np.abs(one - two) > 1e-9 * np.abs(one)))


def _maps_of(panel: Panel, name: str) -> Iterator[Map]:
    value = at_first(panel)[name]
    yield from NATURAL
    yield from vector_maps(value)


# -- one argument transformed -------------------------------------------------------------------------------


def transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield single natural maps of one argument under which the loss is the NLL."""
    for name in at_first(panel):
        if carries_data(panel, name) and is_whole(at_first(panel)[name]):
            continue  # labels and counts have encodings instead
        for candidate in _maps_of(panel, name):
            found = _accepted(panel, name, candidate, cost=1.0 + _far_fetched(panel, name))
            if found is not None:
                yield found


def plainly_transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield multiples and shifts of one argument; they often restate a wrong coefficient."""
    for name in at_first(panel):
        if carries_data(panel, name) and is_whole(at_first(panel)[name]):
            continue
        for candidate in PLAIN:
            found = _accepted(panel, name, candidate, cost=1.5)
            if found is not None:
                yield found


def _far_fetched(panel: Panel, name: str) -> float:
    return 0.05 if carries_data(panel, name) else 0.1 if is_fixed(panel, name) else 0.0


def _accepted(panel: Panel, name: str, candidate: Map, cost: float) -> Explanation | None:
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
        wanted = function(_float(at_first(panel)[name]))
    for other, value in values.items():
        if other != name and np.shape(value) == np.shape(wanted):
            difference = np.max(np.abs(np.asarray(value, dtype=float) - wanted), initial=0.0)
            if difference <= 1e-9 * np.max(np.abs(wanted), initial=1e-300):
                return other
    return ""


# -- labels -------------------------------------------------------------------------------------------------


def relabelled(panel: Panel) -> Iterator[Explanation]:
    """Yield other encodings of whole-number data under which the loss is the NLL."""
    for name, value in at_first(panel).items():
        binary = is_fixed(panel, name) and set(np.unique(value).tolist()) <= {0, 1} and value.ndim == 1
        if not is_whole(value) or not (carries_data(panel, name) or binary):
            continue
        encodings = label_maps(value, _n_classes(panel, value)) if value.ndim < 2 else TABLES
        for candidate in encodings:
            bound = panel.altered(partial(relabelled_arguments, name=name, function=candidate.apply))
            repaired = panel.accept(bound)
            if repaired is None:
                continue
            text = candidate.of(name)
            yield Explanation(
                code="label-encoding",
                cost=0.95,
                change=f"if `{name}` is replaced by `{text}`",
                reading=f"It expects {candidate.said(name)}.",
                advice=f"Pass `{text}` for `{name}`, or let the loss count as the model does.",
                repaired=repaired,
                follows=panel.follows(bound),
                key=f"labels {name}",
                numbers={"argument": name, "replacement": text},
            )


def _n_classes(panel: Panel, labels: np.ndarray) -> int:
    """Return the number of columns of a table of probabilities or scores, one row an observation; 0 if none."""
    for value in at_first(panel).values():
        if (
            value.ndim == 2
            and labels.ndim == 1
            and value.shape[0] == len(labels)
            and 2 < value.shape[1] <= 50
        ):
            return int(value.shape[1])
    return 0


# -- arguments exchanged ------------------------------------------------------------------------------------


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


def exchanged(arguments: Arguments, *, order: dict[str, str]) -> Arguments:
    """Return `arguments` with each taken from the one that `order` names."""
    return {**arguments, **{name: arguments[other] for name, other in order.items()}}


# -- another variable in the argument's place -----------------------------------------------------------------


def in_another_place(panel: Panel) -> Iterator[Explanation]:
    """Yield variables of the model, and products of two, that the loss should have been given."""
    offered = _offers(panel)
    for name in at_first(panel):
        for text, reads, function in _substitutes(panel, name, offered):
            if not panel.has_time:
                return
            bound = panel.rebound(name, reads, function)
            repaired = panel.accept(bound)
            if repaired is None:
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
    fitting = [o for o in offered if np.shape(values[o]) in (shape, ())]
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
    ("{a}+np.log({b})", lambda a, b: a + np.log(b)),
    ("{a}-np.log({b})", lambda a, b: a - np.log(b)),
    ("{a}*np.exp({b})", lambda a, b: a * np.exp(b)),
    ("{a}**{b}", lambda a, b: a**b),
    ("{a}**-{b}", lambda a, b: a**-b),
    ("{a}**(1/{b})", lambda a, b: a ** (1 / b)),
    ("{a}**(-1/{b})", lambda a, b: a ** (-1 / b)),
    ("np.hypot({a}, {b})", np.hypot),
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


# -- two maps at once -----------------------------------------------------------------------------------------


def combined(panel: Panel) -> Iterator[Explanation]:
    """Yield maps of two arguments at once under which the loss is the NLL, and a map after an exchange."""
    names = [
        name for name in at_first(panel) if not is_fixed(panel, name) or not is_whole(at_first(panel)[name])
    ]
    short = [m for m in (*NATURAL, *PLAIN) if m.text in SHORT_LIST]
    for one, two in combinations(names, 2):
        with_data = carries_data(panel, one) or carries_data(panel, two)
        for first, second in _pairs_of(short):
            if not panel.has_time:
                return
            if with_data and first is second and first in PLAIN and "deg" not in first.text:
                continue  # a scale common to data and prediction only shrinks what a threshold sees
            yield from _both(panel, {one: first, two: second})


def _pairs_of(maps: list[Map]) -> Iterable[tuple[Map, Map]]:
    """Return the same map twice first: both in degrees, both as logarithms."""
    return [(m, m) for m in maps] + [pair for pair in product(maps, maps) if pair[0] is not pair[1]]


def _both(panel: Panel, maps: dict[str, Map]) -> Iterator[Explanation]:
    if not all(varies(panel, name, m.apply) for name, m in maps.items()):
        return
    bound = panel.altered(partial(_mapped, maps=maps))
    repaired = panel.accept(bound)
    if repaired is not None:
        texts = {name: m.of(name) for name, m in maps.items()}
        yield Explanation(
            code="argument-transformed",
            cost=2.0,
            change="if " + " and ".join(f"`{name}` is replaced by `{text}`" for name, text in texts.items()),
            reading="",
            advice="Pass " + " and ".join(f"`{text}` for `{name}`" for name, text in texts.items()) + ".",
            repaired=repaired,
            follows=panel.follows(bound),
            key="maps of two",
            numbers={"replacements": [f"{name}: {text}" for name, text in texts.items()]},
        )


def _mapped(arguments: Arguments, *, maps: dict[str, Map]) -> Arguments:
    return {**arguments, **{name: m.apply(_float(arguments[name])) for name, m in maps.items()}}


def relabelled_and_transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield another encoding of the labels, or smoothed labels, together with a natural map of another argument."""
    first = at_first(panel)
    labels = [n for n, v in first.items() if is_fixed(panel, n) and is_whole(v) and v.ndim == 1]
    for data, name in product(labels, first):
        if name == data or is_fixed(panel, name):
            continue
        for encoding in (*label_maps(first[data], _n_classes(panel, first[data])), *SMOOTHED):
            for candidate in _maps_of(panel, name):
                if not panel.has_time:
                    return
                for found in _both(panel, {name: candidate, data: encoding}):
                    yield replace(found, key="maps of labels", also=("label-encoding",))
                    return


def swapped_and_transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield an exchange of two arguments together with a natural map of one of them."""
    for one, two in combinations(at_first(panel), 2):
        order = {one: two, two: one}
        for name in (one, two):
            for candidate in NATURAL:
                if not panel.has_time:
                    return
                if not varies(panel, order[name], candidate.apply):
                    continue
                bound = panel.altered(
                    partial(_exchanged_and_mapped, order=order, name=name, candidate=candidate)
                )
                repaired = panel.accept(bound)
                if repaired is not None:
                    text = candidate.of(order[name])
                    yield Explanation(
                        code="arguments-swapped",
                        cost=2.1,
                        change=f"if `{one}` and `{two}` are exchanged and `{name}` is given `{text}`",
                        advice=f"Exchange `{one}` and `{two}` in the call, and pass `{text}` for `{name}`.",
                        repaired=repaired,
                        follows=panel.follows(bound),
                        key="swap",
                        also=("argument-transformed",),
                        numbers={"arguments": [one, two], "replacement": text},
                    )


def _exchanged_and_mapped(
    arguments: Arguments, *, order: dict[str, str], name: str, candidate: Map
) -> Arguments:
    turned = exchanged(arguments, order=order)
    return {**turned, name: candidate.apply(_float(turned[name]))}


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
            found = _accepted(panel, name, composition, cost=2.5)
            if found is not None:
                yield found
