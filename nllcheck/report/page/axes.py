"""Axes of plots: from numbers to pixels, with ticks at round numbers."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Axis", "Tick", "label", "linear", "logarithmic", "pixel"]

MARGIN = 0.04  # of the range, left free at both ends
CHARACTER = 6.2  # pixels that a character of a label takes, with its share of the gap
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A place on an axis in pixels, and what is written there."""

    at: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A range of numbers, from pixel `start` to pixel `end`.

    A logarithmic axis holds the logarithms to base 10 in `low` and `high`.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[Tick, ...] = ()

    def at(self, value: float) -> float:
        """Return the pixel of a number, of its logarithm on a logarithmic axis; outside the range the end."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def holds(self, value: float) -> bool:
        """Return whether the axis shows this number."""
        return self.low <= value <= self.high


def pixel(value: float) -> str:
    """Write a pixel with one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def linear(
    values: Iterable[float], start: float, end: float, *, count: int = 4, character: float = CHARACTER
) -> Axis:
    """Return an axis that shows all finite `values`, with about `count` ticks; upwards or to the right."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    room = MARGIN * (high - low) or max(abs(high), 1e-300) * 1e-3 or 1.0
    low, high = low - room, high + room
    if not math.isfinite(high - low):  # beyond what floats can hold
        low, high = -1.0, 1.0
    bare = Axis(low=low, high=high, start=start, end=end)
    ticks = tuple(
        Tick(at=pixel(bare.at(value)), label=text) for value, text in _round_numbers(low, high, count)
    )
    return Axis(
        low=low, high=high, start=start, end=end, ticks=spread(ticks, character) if end > start else ticks
    )


def _round_numbers(low: float, high: float, count: int) -> list[tuple[float, str]]:
    """Return multiples of 1, 2 or 5 times a power of ten within a range, with labels that tell them apart."""
    power = math.floor(math.log10((high - low) / count))
    steps = [digit * 10.0 ** (power + shift) for shift in (0, 1) for digit in (1, 2, 5)]
    numbers = [range(math.ceil(low / step), math.floor(high / step) + 1) for step in steps if step > 0]
    best, step = min(zip(numbers, steps, strict=False), key=lambda pair: abs(len(pair[0]) - count))
    return [(number * step, label(number * step, step)) for number in best]


def spread(ticks: Sequence[Tick], character: float) -> tuple[Tick, ...]:
    """Leave out every other label of a horizontal axis until none runs into the next."""
    widest = max((len(tick.label) for tick in ticks), default=0) * character
    kept = list(ticks)
    while len(kept) > 1 and float(kept[1].at) - float(kept[0].at) < widest:
        kept = kept[::2]
    return tuple(kept)


def label(value: float, step: float) -> str:
    """Write a number to the digits that tell it from its neighbour `step` away."""
    size = max(abs(value), step)
    if value and (size >= 1e6 or step < 1e-5):
        digits = max(0, math.floor(math.log10(abs(value))) - math.floor(math.log10(step)))
        mantissa, exponent = f"{value:.{min(digits, 12)}e}".split("e")
        return f"{mantissa.replace('-', '−')}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value + 0.0:.{decimals}f}".replace("-", "−")


def logarithmic(low: int, high: int, start: float, end: float, *, count: int = 4) -> Axis:
    """Return an axis from 10**low to 10**high with ticks at powers of ten."""
    bare = Axis(low=low, high=high, start=start, end=end)
    step = max(1, math.ceil((high - low) / count))
    powers = range(-(-low // step) * step, high + 1, step)
    ticks = tuple(Tick(at=pixel(bare.at(p)), label=f"10{str(p).translate(_SUPERSCRIPTS)}") for p in powers)
    return Axis(low=low, high=high, start=start, end=end, ticks=ticks)
