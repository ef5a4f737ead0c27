"""A claim stays a callable, knows where it stands, and refuses nonsense early."""

import inspect
import subprocess
import sys

import numpy as np
import pytest

from nllcheck.claims import Claim, claim
from nllcheck.errors import UsageError
from nllcheck.relation import Relation


def model() -> None:
    """Stand in for a function that returns a model."""


def loss(y: float, mu: float) -> float:
    """Squared error."""
    return (y - mu) ** 2


def test_a_decorated_loss_is_the_function_itself() -> None:
    """The decorator returns the loss, and leaves what was claimed on it, in source order."""
    given = claim(model, relation="affine", given="sigma")(claim(model)(loss))
    assert given is loss
    claims = loss.__nllcheck_claims__  # type: ignore[attr-defined]
    assert [stated.relation for stated in claims] == [Relation.AFFINE, Relation.CONSTANT]


def test_a_claim_is_called_like_its_loss() -> None:
    """The object passes its arguments on, and shows the signature and name of the loss."""
    stated = Claim(model, loss)
    assert stated(3.0, mu=1.0) == 4.0
    assert list(inspect.signature(stated).parameters) == ["y", "mu"]
    assert stated.__name__ == "loss"


def test_a_claim_on_a_claim_takes_its_loss() -> None:
    """One loss may be claimed for several models by way of a claim."""
    assert Claim(model, Claim(model, loss)).loss is loss


def test_a_claim_knows_its_place() -> None:
    """File and line of the statement are kept."""
    frame = inspect.currentframe()
    assert frame is not None
    line, stated = frame.f_lineno, Claim(model, loss)
    assert (stated.file, stated.line) == (__file__, line)


def test_options_are_what_the_engine_takes() -> None:
    """Name and seed are the runner's business; the rest goes to the checker."""
    stated = Claim(model, loss, relation="affine", given="sigma", name="x", seed=3)
    assert stated.options["relation"] is Relation.AFFINE
    assert stated.options["given"] == "sigma"
    assert not {"name", "seed"} & set(stated.options)


def test_a_ufunc_can_be_decorated() -> None:
    """What takes no attribute is returned as it is."""
    assert claim(model, args=("y",))(np.square) is np.square


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"relation": "afine"}, "relation='afine' is no relation; choose one of equal"),
        ({"because": "missing-term"}, "needs relation='different', not constant"),
        ({"relation": "different", "because": 3}, "because=3: give the code"),
        ({"realtion": "equal"}, "no option 'realtion'; did you mean 'relation'?"),
        ({"of": ()}, r"of=\(\): give 'likelihood'"),
        ({"args": "y"}, "args='y': give"),
        ({"given": 1.0}, "given=1.0: give 'sigma'"),
        ({"weights": 2}, "weights=2: give the name"),
        ({"gradient": {"mu": 3}}, "gradient=.*give {argument name: function}"),
        ({"hessian": abs}, "hessian=.*give {argument name: function}"),
        ({"convert": "torch"}, "convert='torch': give a function"),
        ({"potentials": "both"}, "potentials='both': give 'likelihood' or 'prior'"),
        ({"constants": [1]}, "constants="),
        ({"domain": "positive"}, "domain="),
        ({"seed": -1}, "seed=-1: give a whole number"),
        ({"name": " "}, "name=' ': give a name"),
    ],
)
def test_nonsense_is_refused(options: dict[str, object], says: str) -> None:
    """The message has the value received and what would do."""
    with pytest.raises(UsageError, match=says):
        claim(model, **options)  # type: ignore[arg-type]


def test_a_loss_must_be_callable() -> None:
    """Model and loss in the wrong order, or a value for a loss, are told apart from a claim."""
    with pytest.raises(UsageError, match="the loss is a float, not a callable; the model comes first"):
        Claim(model, 3.0)  # type: ignore[arg-type]


def test_import_is_light() -> None:
    """Importing nllcheck and stating claims imports neither NumPy nor PyMC."""
    code = (
        "import sys, nllcheck; nllcheck.claim; nllcheck.Claim; nllcheck.Relation\n"
        "print([name for name in ('numpy', 'scipy', 'pymc', 'pytensor') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_public_names() -> None:
    """What is public is listed, is there, and nothing else is found by accident."""
    import nllcheck

    assert set(nllcheck.__all__) <= set(dir(nllcheck))
    for name in nllcheck.__all__:
        assert getattr(nllcheck, name) is not None
    assert nllcheck.claim is claim
    with pytest.raises(AttributeError, match="no attribute 'chek'"):
        nllcheck.chek  # noqa: B018
