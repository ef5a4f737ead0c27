"""Axes: round numbers at true places."""

import math
from itertools import pairwise

import pytest

from nllcheck.report.page.axes import Axis, label, linear, logarithmic


@pytest.mark.parametrize(
    "values",
    [
        (0.0, 1.0),
        (-3.7, 12.9),
        (1e-9, 3e-9),
        (-3.4824e6, -3.4821e6),
        (1e300, 2e300),
        (0.0, 1.7e6),
        (5.0, 5.0),
        (0.0, 0.0),
        (-1e308, 1e308),
        (math.nan, 2.0, 3.0),
        (math.inf, -math.inf),
        (),
    ],
    ids=str,
)
def test_all_finite_values_are_shown(values: tuple[float, ...]) -> None:
    """Every finite value is inside the axis, and the ends have room; ticks lie inside, in order."""
    axis = linear(values, 40, 440)
    finite = [value for value in values if math.isfinite(value)]
    if math.isfinite(max(finite, default=0.0) * 2.2):
        assert all(axis.low < value < axis.high for value in finite)
    places = [float(tick.at) for tick in axis.ticks]
    assert places == sorted(places)
    assert all(40 <= place <= 440 for place in places)
    assert len(places) <= 8


def test_ticks_stand_where_they_say() -> None:
    """A label is the number at its pixel."""
    axis = linear((0.0, 100.0), 0, 1000)
    for tick in axis.ticks:
        assert abs(axis.at(float(tick.label.replace("−", "-"))) - float(tick.at)) < 0.06
    assert len(axis.ticks) >= 3


@pytest.mark.parametrize(
    ("value", "step", "says"),
    [
        (0.30000000000000004, 0.1, "0.3"),
        (-2.0, 0.5, "−2.0"),
        (0.0, 0.05, "0.00"),
        (-0.0, 1.0, "0"),
        (1500.0, 500.0, "1500"),
        (-3482400.0, 200.0, "−3.4824·10⁶"),
        (2e-7, 1e-7, "2·10⁻⁷"),
        (3e12, 1e12, "3·10¹²"),
    ],
)
def test_labels(value: float, step: float, says: str) -> None:
    """A label has the digits that tell it from its neighbour, and no more."""
    assert label(value, step) == says


def test_long_labels_do_not_run_into_each_other() -> None:
    """On a narrow horizontal axis labels are left out."""
    axis = linear((-3.48245e6, -3.48212e6), 44, 212, count=3, character=8)
    places = [float(tick.at) for tick in axis.ticks]
    widest = max(len(tick.label) for tick in axis.ticks)
    assert len(places) == 1 or min(b - a for a, b in pairwise(places)) > 7 * widest


def test_powers_of_ten() -> None:
    """A logarithmic axis has ticks at whole powers, zero among them."""
    axis = logarithmic(-2, 15, 100, 0)
    assert "10⁰" in [tick.label for tick in axis.ticks]
    assert 3 <= len(axis.ticks) <= 6
    assert (axis.at(-2), axis.at(15)) == (100, 0)


def test_what_is_outside_is_drawn_at_the_end() -> None:
    """No pixel is outside of the plot."""
    axis = Axis(low=0, high=1, start=10, end=20)
    assert (axis.at(-5), axis.at(7), axis.holds(7)) == (10, 20, False)
