"""What a run was to check: arguments and -k, as the command line takes them."""

from pathlib import Path

import pytest

from nllcheck.baseline import covers

MSE = "models/a.py::mse"
CASES = [
    (["models"], None, MSE, True),
    (["models/"], None, MSE, True),
    (["./models/../models"], None, MSE, True),
    (["."], None, MSE, True),
    (["mod"], None, MSE, False),
    (["models/a.py"], None, MSE, True),
    (["models/a.py::mse"], None, MSE, True),
    (["models/a.py::mse"], None, "models/a.py::mse[2]", True),
    (["models/a.py::mse[2]"], None, MSE, False),
    (["models/a.py::ms"], None, MSE, False),
    (["models/b.py", "models/a.py"], None, MSE, True),
    (["."], None, "../elsewhere/a.py::mse", False),
    (["../elsewhere"], None, "../elsewhere/a.py::mse", True),
    (["models"], "mse and not gauss", MSE, True),
    (["models"], "gauss", MSE, False),
    (["losses:mse"], None, "losses::mse", True),
    (["losses:mse"], None, "losses::mae", False),
]


@pytest.mark.parametrize(("arguments", "expression", "claim", "expected"), CASES)
def test_what_is_covered(
    arguments: list[str], expression: str | None, claim: str, expected: bool, tmp_path: Path
) -> None:
    """A recorded claim is missed only where it was to be checked."""
    assert covers(arguments, expression, folder=tmp_path)(claim) is expected
