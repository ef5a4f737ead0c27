"""The expressions of -k."""

import pytest

from nllcheck.errors import UsageError
from nllcheck.selection import selector

IDS = ["models/gaussian.py::mse", "models/gaussian.py::mean_mse", "models/Poisson.py::poisson_nll"]


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ("mse", [0, 1]),
        ("MSE", [0, 1]),
        ("poisson", [2]),
        ("not mse", [2]),
        ("not not mse", [0, 1]),
        ("mse and not mean", [0]),
        ("mean or poisson", [1, 2]),
        ("mean or mse and poisson", [1]),
        ("(mean or mse) and gaussian", [0, 1]),
        ("gaussian.py::mse", [0]),
        ("NOT (mse OR poisson)", []),
        ("nothing", []),
    ],
)
def test_expressions(expression: str, chosen: list[int]) -> None:
    """Words match anywhere in the id; `not` binds tightest, then `and`, then `or`."""
    select = selector(expression)
    assert [position for position, claim in enumerate(IDS) if select(claim)] == chosen


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("mse and", r"ends where a word is missing \(column 8\)"),
        ("and mse", r"lacks a word before 'and' \(column 1\)"),
        ("(mse", "lacks a closing parenthesis"),
        ("mse)", r"does not go on with '\)'"),
        ("mse mean", r"does not go on with 'mean' \(column 5\)"),
        ("()", r"lacks a word before '\)'"),
    ],
)
def test_incomplete_expressions(expression: str, says: str) -> None:
    """The message has the column."""
    with pytest.raises(UsageError, match=says):
        selector(expression)


def test_nothing_is_evaluated() -> None:
    """An expression is words, not code."""
    assert not selector("__import__.os.getcwd")("x")
