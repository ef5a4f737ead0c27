"""A loss by its import path, against a distribution by its name."""

import sys
from pathlib import Path

import pytest

from nllcheck.adhoc import NamedLoss, named_losses, parse_args
from nllcheck.discovery import Loaded
from nllcheck.errors import UsageError
from nllcheck.isolation import isolated
from nllcheck.outcome import Verdict


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a folder with a package that has losses."""
    (tmp_path / "mine_of_mine").mkdir()
    (tmp_path / "mine_of_mine/__init__.py").touch()
    (tmp_path / "mine_of_mine/losses.py").write_text(
        "def mse(y, mu): ...\nclass Huber:\n    @staticmethod\n    def loss(y, mu): ...\nDELTA = 1.0\n"
    )
    (tmp_path / "mine_of_mine/bad.py").write_text("import sys\nsys.exit(0)\n")
    (tmp_path / "mine_of_mine/lacks.py").write_text("import no_such_module\n")
    return tmp_path


def load(folder: Path, path: str, against: str = "Normal") -> Loaded:
    """Load one loss as the runner does."""
    (named,) = named_losses([path], against)
    with isolated(0):
        sys.path.append(str(folder))
        return named.load()


def test_a_loss_is_found(package: Path) -> None:
    """The claim is about the function and the distribution."""
    import pymc

    (found,) = load(package, "mine_of_mine.losses:mse").claims
    assert found.name == found.claim.__name__ == "mse"
    assert found.claim.model is pymc.Normal
    assert found.location == "mine_of_mine.losses:1"
    (nested,) = load(package, "mine_of_mine.losses:Huber.loss").claims
    assert nested.name == "Huber.loss"


@pytest.mark.parametrize(
    ("path", "against", "verdict", "says"),
    [
        ("mine_of_mine.loses:mse", "Normal", Verdict.USAGE, "there is no module 'mine_of_mine.loses'"),
        ("mine_of_mine.losses:mes", "Normal", Verdict.USAGE, "has no 'mes'; did you mean 'mse'?"),
        ("mine_of_mine.losses:DELTA", "Normal", Verdict.USAGE, "is a float, not a loss"),
        (
            "mine_of_mine.losses:mse",
            "Norml",
            Verdict.USAGE,
            "pymc has no distribution 'Norml'; did you mean 'Normal'?",
        ),
        ("mine_of_mine.losses:mse", "normal", Verdict.USAGE, "did you mean 'Normal'?"),
        ("mine_of_mine.losses:mse", "Model", Verdict.USAGE, "pymc has no distribution 'Model'"),
        ("mine_of_mine.bad:mse", "Normal", Verdict.NOT_EVALUATED, "cannot be imported: SystemExit: 0"),
        ("mine_of_mine.lacks:mse", "Normal", Verdict.NOT_EVALUATED, "No module named 'no_such_module'"),
    ],
)
def test_what_is_wrong_is_named(package: Path, path: str, against: str, verdict: Verdict, says: str) -> None:
    """A wrong name is a usage error with the nearest one; a module that fails could not be evaluated."""
    ((_, problem),) = load(package, path, against).problems
    assert says in problem.message
    assert problem.verdict is verdict


def test_arguments_by_position_and_by_name() -> None:
    """Names joined by commas, with or without the loss's own names."""
    assert parse_args("y, mu") == ("y", "mu")
    assert parse_args("y_true=y,y_pred=mu") == {"y_true": "y", "y_pred": "mu"}
    for text in ("", "y,", "y=mu,x", "a=b=c"):
        with pytest.raises(UsageError, match="write y,mu or y_true=y,y_pred=mu"):
            parse_args(text)


def test_relation_and_arguments_are_claimed() -> None:
    """What the command line says is what is claimed."""
    assert named_losses(["a.b:c"], "Normal", "affine", "y,mu") == (
        NamedLoss(module="a.b", attribute="c", against="Normal", relation="affine", args=("y", "mu")),
    )
    with pytest.raises(UsageError, match="relation='x' is no relation"):
        named_losses(["a.b:c"], "Normal", "x")
