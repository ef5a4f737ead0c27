"""Models are told apart by all that their posterior depends on."""

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pymc as pm
import pytest

from nllcheck.likelihood.fingerprint import fingerprint

Y = np.array([1.2, -0.7, 2.9])


def model(
    sd: float = 2.0, data: np.ndarray = Y, name: str = "mu", family: Callable[..., object] = pm.Normal
) -> pm.Model:
    with pm.Model() as built:
        mu = pm.Normal(name, 0.0, sd)
        family("y", mu, 1.3, observed=data)
    return built


def test_equal_models_have_equal_fingerprints() -> None:
    """A model that is built again is the same model."""
    assert fingerprint(model()) == fingerprint(model()) is not None


@pytest.mark.parametrize(
    "other",
    [
        lambda: model(sd=2.0 + 1e-12),
        lambda: model(data=Y + np.array([0, 0, 1e-12])),
        lambda: model(name="m"),
        lambda: model(family=pm.Laplace),
        lambda: model(data=Y.reshape(3, 1)),
    ],
    ids=["a prior's scale", "one datum", "a name", "the family", "the shape"],
)
def test_what_the_posterior_depends_on_changes_the_fingerprint(other: Callable[[], pm.Model]) -> None:
    """The smallest change of a number, a name, a family or a shape is another model."""
    assert fingerprint(other()) not in (fingerprint(model()), None)


def test_shared_data_count() -> None:
    """Data in pm.Data belong to the model, by value."""

    def shared(value: float) -> pm.Model:
        with pm.Model() as built:
            x = pm.Data("x", np.array([value, 2.0, 3.0]))
            b = pm.Normal("b", 0.0, 1.0)
            pm.Normal("y", b * x, 1.3, observed=Y)
        return built

    assert fingerprint(shared(1.0)) == fingerprint(shared(1.0))
    assert fingerprint(shared(1.0)) != fingerprint(shared(1.5))


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    """No address, no hash seed and no counter enters it."""
    code = (
        "import numpy as np, pymc as pm\n"
        "from nllcheck.likelihood.fingerprint import fingerprint\n"
        "with pm.Model() as m:\n"
        "    pm.Flat('other')\n"
        "with pm.Model() as m:\n"
        "    mu = pm.Normal('mu', 0.0, 2.0)\n"
        "    pm.Normal('y', mu, 1.3, observed=np.array([1.2, -0.7, 2.9]))\n"
        "print(fingerprint(m))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7"}
    ).stdout.strip()
    assert found == fingerprint(model())
