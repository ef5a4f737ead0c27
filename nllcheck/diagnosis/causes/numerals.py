"""Numbers that people write: short decimals, simple fractions, and what they are in terms of n."""

import math

__all__ = ["named", "near", "plain"]

SIMPLE = {
    "0": 0.0, "1": 1.0, "2": 2.0, "3": 3.0, "4": 4.0, "½": 0.5, "¼": 0.25, "1/3": 1 / 3, "1/8": 0.125, "3/2": 1.5, "10": 10.0,
    "100": 100.0, "1/ln 2": 1 / math.log(2), "ln 2": math.log(2), "1/ln 10": 1 / math.log(10), "ln 10": math.log(10),
    "√2": math.sqrt(2), "1/√2": math.sqrt(0.5), "2π": 2 * math.pi, "π": math.pi,
}  # fmt: skip
DIGITS = 6  # of a decimal that someone may have written


def named(value: float, n: int, error: float = 0.0) -> str | None:
    """Return how a coefficient may have been written: "½", "1/n", "n − 1", "0.1"; None if it looks like none."""
    tolerance = max(1e-9 * abs(value), 30 * error, 1e-14)
    for text, number in _candidates(n):
        if abs(abs(value) - number) <= tolerance:
            return f"−{text}" if value < 0 and number else text
    short = float(f"{value:.{DIGITS}g}")
    if abs(value - short) <= min(tolerance, 1e-8 * abs(value)):
        return f"{short:.{DIGITS}g}".replace("-", "−", 1)
    return None


def near(value: float, n: int, tolerance: float) -> float | None:
    """Return the fraction, multiple of n or constant next to `value`, relatively; None if there is none."""
    for _, number in _candidates(n):
        if number and abs(abs(value) - number) <= tolerance * number:
            return math.copysign(number, value)
    return None


def _candidates(n: int) -> list[tuple[str, float]]:
    found = list(SIMPLE.items())
    if n > 4:
        found += [
            ("n", float(n)), ("1/n", 1 / n), ("2/n", 2 / n), ("n/2", n / 2), ("1/(2n)", 0.5 / n), ("2n", 2.0 * n), ("n − 1", n - 1.0),
            ("n + 1", n + 1.0), ("1 − 1/n", 1 - 1 / n), ("1/(n − 1)", 1 / (n - 1)), ("√n", math.sqrt(n)), ("1/√n", 1 / math.sqrt(n)),
            ("n/(n − 1)", n / (n - 1)), ("1 + 1/n", 1 + 1 / n), ("n − 2", n - 2.0),
        ]  # fmt: skip
    return found


def plain(value: float) -> str:
    """Return a number as short as it may have been written: a decimal of few digits, else all its digits."""
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if abs(value - short) <= 1e-8 * max(abs(value), 1e-8):
            return f"{short:.{digits}g}"
    return repr(float(value))
