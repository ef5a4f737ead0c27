"""Numbers of one scalar, written to the digits that its uncertainty gives a meaning to."""

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nllcheck.comparison.record import Estimate, Interval


__all__ = ["ABSENT", "Say", "interval", "percent", "ratio", "say_in", "say_of", "short", "signed"]

ABSENT = "–"
DIGITS = 2  # of a standard error
MOST_DECIMALS, LARGEST = 6, 1e7  # beyond, numbers are written with an exponent
Say = Callable[[float | None], str]


def say_of(estimate: "Estimate") -> Say:
    """Return what writes the values of a scalar: two digits of its smallest standard error or deviation."""
    spreads = (estimate.standard_error, estimate.sd)
    values = (estimate.mle, estimate.map, estimate.mean, estimate.interval.low, estimate.interval.high)
    return say_in(_least(spreads), _largest((*values, *spreads)))


def say_in(unit: float | None, largest: float) -> Say:
    """Return what writes values up to `largest` to two digits of `unit`; to six digits without one."""
    if unit is None:
        return lambda value: _spelled(value, lambda number: f"{number:.6g}")
    last = DIGITS - 1 - math.floor(math.log10(unit))  # decimals; negative: places before the point
    if last <= MOST_DECIMALS and largest < LARGEST:
        return lambda value: _spelled(value, lambda number: _fixed(number, max(last, 0)))
    leading = math.floor(math.log10(largest)) if largest > 0 else 0
    digits = min(max(leading + last, 1), 15)
    return lambda value: _spelled(value, lambda number: f"{number:.{digits}e}")


def interval(ends: "Interval | None", say: Say) -> str:
    """Return an interval as words: "1.41 to 2.79"."""
    return ABSENT if ends is None else f"{say(ends.low)} to {say(ends.high)}"


def short(value: float | None, digits: int = 2) -> str:
    """Return a number to a few digits, without an exponent where it reads better."""
    return _spelled(value, lambda number: _general(number, digits))


def signed(value: float | None) -> str:
    """Return a shift in standard errors with its sign; "0" below a hundredth."""
    return _spelled(value, lambda number: "0" if abs(number) < 0.005 else f"{_decimal(number, '+')}")


def ratio(value: float | None) -> str:
    """Return a ratio to two decimals."""
    return _spelled(value, _decimal)


def percent(prob: float) -> str:
    """Return a probability as a percentage: "95 %", "99.9 %"."""
    return f"{100 * prob:.10g} %"


def _decimal(number: float, sign: str = "") -> str:
    return f"{number:{sign}.2f}" if abs(number) < 100 else f"{number:{sign}.3g}"


def _general(number: float, digits: int) -> str:
    if 10**digits <= abs(number) < 1e6:
        return f"{number:.0f}"
    return f"{number:.{digits}g}"


def _fixed(number: float, decimals: int) -> str:
    return f"{round(number, decimals) + 0.0:.{decimals}f}"  # + 0.0: no -0.0


def _spelled(value: float | None, say: Callable[[float], str]) -> str:
    if value is None:
        return ABSENT
    return say(value) if math.isfinite(value) else str(float(value))


def _least(values: Iterable[float | None]) -> float | None:
    return min((v for v in values if v is not None and math.isfinite(v) and v > 0), default=None)


def _largest(values: Iterable[float | None]) -> float:
    return max((abs(v) for v in values if v is not None and math.isfinite(v)), default=0.0)
