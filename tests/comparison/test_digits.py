"""Numbers are written to the digits that their uncertainty gives a meaning to."""

import math

import pytest
from comparison_records import estimate

from nllcheck.comparison.digits import interval, percent, ratio, say_in, say_of, short, signed
from nllcheck.comparison.record import Interval


@pytest.mark.parametrize(
    ("unit", "largest", "value", "said"),
    [
        (0.5, 3.0, 2.51234, "2.51"),
        (0.5, 3.0, -0.001, "0.00"),
        (12.0, 500.0, 498.31, "498"),
        (1200.0, 5e6, 4982310.4, "4982310"),
        (0.00031, 0.01, 0.0123456, "0.01235"),
        (1e-9, 1e-6, 1.23456e-6, "1.2346e-06"),
        (2e6, 5e9, 4.98231e9, "4.9823e+09"),
        (None, 3.0, 2.123456789, "2.12346"),
        (0.5, 3.0, None, "–"),
        (0.5, 3.0, math.nan, "nan"),
        (0.5, 3.0, -math.inf, "-inf"),
    ],
)
def test_values_in_units(unit: float | None, largest: float, value: float | None, said: str) -> None:
    """Two digits of the unit; an exponent only where plain digits would not be read."""
    assert say_in(unit, largest)(value) == said


def test_the_unit_is_the_smaller_spread() -> None:
    """A posterior that is ten times narrower than the standard error keeps its digits."""
    assert say_of(estimate(standard_error=5.0, sd=0.05))(2.12345) == "2.123"
    assert say_of(estimate(standard_error=None, sd=0.5))(2.12345) == "2.12"
    assert say_of(estimate(standard_error=math.nan, sd=0.0))(2.1234567) == "2.12346"


def test_small_words() -> None:
    """Intervals, shifts and shares read as in a sentence."""
    assert interval(Interval(low=1.0, high=2.5), say_in(0.1, 2.5)) == "1.00 to 2.50"
    assert interval(None, str) == "–"
    assert [signed(value) for value in (0.8, -0.05, 0.001, None, -123.4, math.nan)] == [
        "+0.80",
        "-0.05",
        "0",
        "–",
        "-123",
        "nan",
    ]
    assert [short(value) for value in (3210.5, 0.00618, 1234567.0, None)] == [
        "3210",
        "0.0062",
        "1.2e+06",
        "–",
    ]
    assert [ratio(value) for value in (0.7, 12.345, 1234.5, None, math.inf)] == [
        "0.70",
        "12.35",
        "1.23e+03",
        "–",
        "inf",
    ]
    assert [percent(prob) for prob in (0.95, 0.999, 0.89)] == ["95 %", "99.9 %", "89 %"]
