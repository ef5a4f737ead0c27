"""The source of models and losses."""

import functools
import math
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nllcheck.code import LINES, source_code, sources


def model() -> None:
    """A model."""


class Loss:
    """A loss that is an object."""

    def __call__(self, y: Any) -> Any:
        return y


def test_a_function_has_its_source() -> None:
    """Indentation is taken off, partial functions and objects are looked through."""

    def inner(y: Any) -> Any:
        return y + 1

    assert source_code(inner) == "def inner(y: Any) -> Any:\n    return y + 1"
    assert source_code(functools.partial(inner, 3)) == source_code(inner)
    assert source_code(Loss()).startswith("class Loss:\n")
    assert sources(model=model, loss=np.log) == {"model": 'def model() -> None:\n    """A model."""'}


@pytest.mark.parametrize(
    "thing",
    [np.exp, math.log, len, 3, eval("lambda y: y")],
    ids=["ufunc", "C", "built-in", "number", "typed"],
)
def test_what_has_no_source_is_left_out(thing: Any) -> None:
    """Nothing is raised for what was compiled or typed."""
    assert source_code(thing) == ""


def test_a_source_is_bounded(tmp_path: Path) -> None:
    """Long functions and long lines are cut, and say so."""
    path = tmp_path / "long.py"
    path.write_text("def f(y):\n" + "    y = y + 1\n" * 200 + f"    return '{'x' * 10_000}'\n")
    text = source_code(runpy.run_path(str(path))["f"])
    assert text.count("\n") == LINES
    assert text.endswith("# … 122 more lines")
    path.write_text(f"def g(y):\n    return '{'x' * 10_000}'\n")
    assert len(source_code(runpy.run_path(str(path))["g"])) < 500
