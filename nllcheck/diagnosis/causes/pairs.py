"""Two arguments at once: both transformed, exchanged and transformed, or transformed beside other labels."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import combinations, product

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import (
    as_float,
    at_first,
    carries_data,
    exchanged,
    is_fixed,
    is_whole,
    maps_of,
    varies,
)
from nllcheck.diagnosis.causes.labels import n_classes
from nllcheck.diagnosis.causes.maps import NATURAL, PLAIN, SMOOTHED, Map, label_maps
from nllcheck.diagnosis.causes.panel import Arguments, Panel

__all__ = ["combined", "relabelled_and_transformed", "swapped_and_transformed"]

SHORT_LIST = (
    "{x}**2", "np.sqrt({x})", "1/{x}", "np.log({x})", "np.exp({x})", "1-{x}", "scipy.special.logit({x})",
    "scipy.special.expit({x})", "2*np.log({x})", "1/{x}**2", "{x}+1", "{x}-1", "2*{x}", "{x}/2", "-{x}", "np.deg2rad({x})",
    "np.rad2deg({x})", "{x}/100", "100*{x}", "10*{x}", "{x}/10", "1000*{x}", "{x}/1000",
)  # fmt: skip


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
            if with_data and first is second and first in PLAIN and not _is_mild(first):
                continue  # a scale common to data and prediction only shrinks what a threshold sees
            yield from _both(panel, {one: first, two: second})


def _is_mild(candidate: Map) -> bool:
    return "deg" in candidate.text or candidate.text in ("2*{x}", "{x}/2")


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
    return {**arguments, **{name: m.apply(as_float(arguments[name])) for name, m in maps.items()}}


def relabelled_and_transformed(panel: Panel) -> Iterator[Explanation]:
    """Yield another encoding of the labels, or smoothed labels, together with a natural map of another argument."""
    first = at_first(panel)
    labels = [n for n, v in first.items() if is_fixed(panel, n) and is_whole(v) and v.ndim == 1]
    for data, name in product(labels, first):
        if name == data or is_fixed(panel, name):
            continue
        for encoding in (*label_maps(first[data], n_classes(panel, first[data])), *SMOOTHED):
            for candidate in maps_of(panel, name):
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
    return {**turned, name: candidate.apply(as_float(turned[name]))}
