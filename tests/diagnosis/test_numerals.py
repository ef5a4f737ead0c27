"""Coefficients are named as people write them, and no number is named that is not simple."""

import math

import pytest
from numpy.testing import assert_allclose

from nllcheck.diagnosis.causes.numerals import named, near, plain

N = 29


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.5, "½"),
        (-1.0, "−1"),
        (1 / N, "1/n"),
        (2 / N, "2/n"),
        (N - 1.0, "n − 1"),
        (1 - 1 / N, "1 − 1/n"),
        (1 / math.log(2), "1/ln 2"),
        (0.037, "0.037"),
        (1.00002, "1.00002"),
        (0.0, "0"),
    ],
)
def test_simple_numbers_have_names(value: float, name: str) -> None:
    """Fractions, multiples of n, constants and short decimals; also a rounding error away."""
    assert named(value, N) == name
    assert named(value * (1 + 1e-13), N) == name


@pytest.mark.parametrize("value", [0.5000001234567, math.sqrt(7) / 3, 1 / (N + 0.01)])
def test_others_have_none(value: float) -> None:
    """A number with many digits is not taken for a simple one next to it."""
    assert named(value, N) is None


def test_a_known_error_widens_the_search() -> None:
    """With an error of 1e-8 a number 1e-7 from ½ is ½; without it is none."""
    assert named(0.5 + 1e-7, N, error=1e-8) == "½"
    assert named(0.50000012345, N) is None


def test_near_returns_the_number_itself() -> None:
    """For a fit that lost digits: the fraction next to it with its sign, or nothing."""
    assert_allclose(near(-0.500001, N, 1e-5), -0.5, rtol=0)
    assert near(0.51, N, 1e-5) is None


@pytest.mark.parametrize("value", [0.05, 1e-3, 1.345, 2.0, -0.1, 1 / 3])
def test_plain_numbers_are_read_back(value: float) -> None:
    """What is printed is what was meant."""
    assert_allclose(float(plain(value)), value, rtol=1e-8)
    assert len(plain(0.05)) == 4
