"""Gradients and Hessians that are given, against differences of the loss and the model's exact ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scenes import ask, codes, evidence, finding, labels, laplace, line
from scipy import special

from nllcheck.errors import UsageError
from nllcheck.result import Status


def cross_entropy(y: Any, z: Any) -> Any:
    return np.sum(np.logaddexp(0, z) - y * z)


def mean_cross_entropy(y: Any, z: Any) -> Any:
    return np.mean(np.logaddexp(0, z) - y * z)


def by_row(y: Any, z: Any) -> Any:
    return np.logaddexp(0, z) - y * z


def slope(y: Any, z: Any) -> Any:
    return special.expit(z) - y


def bend(y: Any, z: Any) -> Any:
    return special.expit(z) * special.expit(-z)


def gaussian(y: Any, mu: Any, sigma: Any) -> Any:
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def by_mu(y: Any, mu: Any, sigma: Any) -> Any:
    return (mu - y) / sigma**2


def by_sigma(y: Any, mu: Any, sigma: Any) -> Any:
    return len(y) / sigma - np.sum((y - mu) ** 2) / sigma**3


def twice_by_sigma(y: Any, mu: Any, sigma: Any) -> Any:
    return -len(y) / sigma**2 + 3 * np.sum((y - mu) ** 2) / sigma**4


@pytest.mark.parametrize(
    ("model", "loss", "relation", "options"),
    [
        pytest.param(labels, cross_entropy, "equal", {"gradient": {"z": slope}}, id="gradient"),
        pytest.param(labels, cross_entropy, "equal", {"hessian": {"z": bend}}, id="hessian"),
        pytest.param(labels, by_row, "equal", {"gradient": {"z": slope}, "hessian": {"z": bend}}, id="rows"),
        pytest.param(
            labels, mean_cross_entropy, "affine", {"gradient": {"z": lambda y, z: slope(y, z) / len(y)}}, id="mean"
        ),
        pytest.param(line, gaussian, "constant", {"gradient": {"mu": by_mu, "sigma": by_sigma}}, id="two arguments"),
        pytest.param(line, gaussian, "constant", {"hessian": {"sigma": twice_by_sigma}}, id="scalar hessian"),
        pytest.param(line, gaussian, "constant", {"gradient": {"sigma": by_sigma}}, id="one of two arguments"),
    ],
)  # fmt: skip
def test_right_derivatives_agree(
    model: Callable[..., Any], loss: Callable[..., Any], relation: str, options: dict[str, Any]
) -> None:
    """Derivatives of the returned value, summed over rows, elementwise for arguments of one value a row."""
    result = ask(model, loss, relation=relation, **options)
    assert result.holds
    assert "gradient-mismatch" not in codes(result)
    assert evidence(result, "gradient").status is Status.AGREES


def swapped(y: Any, z: Any) -> Any:
    return y - special.expit(z)


def one_row_off(y: Any, z: Any) -> Any:
    wrong = slope(y, z)
    wrong[7] += 1e-3
    return wrong


@pytest.mark.parametrize(
    ("options", "argument", "factor"),
    [
        pytest.param({"gradient": {"z": swapped}}, "z", -1.0, id="sign"),
        pytest.param({"gradient": {"z": lambda y, z: 2 * slope(y, z)}}, "z", 2.0, id="twice"),
        pytest.param({"gradient": {"z": lambda y, z: slope(y, z) / len(y)}}, "z", 1 / 23, id="mean"),
        pytest.param({"gradient": {"z": one_row_off}}, "z", None, id="one row"),
        pytest.param({"gradient": {"z": lambda y, z: slope(y, z) * (1 + 1e-5)}}, "z", 1 + 1e-5, id="1e-5 off"),
        pytest.param({"gradient": {"z": lambda y, z: special.expit(z) - 0.5}}, "z", None, id="other labels"),
        pytest.param({"hessian": {"z": lambda y, z: 4 * bend(y, z)}}, "z", 4.0, id="hessian times four"),
        pytest.param({"hessian": {"z": lambda y, z: special.expit(z)}}, "z", None, id="hessian forgot a factor"),
        pytest.param({"gradient": {"z": slope}, "hessian": {"z": lambda y, z: -bend(y, z)}}, "z", -1.0, id="hessian sign"),
    ],
)  # fmt: skip
def test_wrong_derivatives_are_found(options: dict[str, Any], argument: str, factor: float | None) -> None:
    """The mismatch names the argument and, where there is one, the factor by which it is wrong everywhere."""
    result = ask(labels, cross_entropy, relation="equal", **options)
    assert not result.holds
    found = finding(result, "gradient-mismatch")
    assert found.severity.value == "error"
    assert found.numbers["argument"] == argument
    if factor is None:
        assert np.isnan(found.numbers["factor"])
    else:
        assert_allclose(found.numbers["factor"], factor, rtol=1e-6)
    assert evidence(result, "gradient").status is Status.DISAGREES


def raises(y: Any, z: Any) -> Any:
    raise RuntimeError("not implemented for these shapes")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (raises, "raised RuntimeError: not implemented for these shapes"),
        (lambda y, z: slope(y, z)[:-1], r"has shape \(22,\); the argument has \(23,\)"),
        (lambda y, z: np.sum(slope(y, z)), r"has shape \(\); the argument has \(23,\)"),
        (lambda y, z: None, "None|nan"),
        (lambda y, z: "steep", "str|number|convert"),
    ],
)
def test_derivatives_that_are_none_are_named(function: Callable[..., Any], says: str) -> None:
    """A derivative that raises, or has another shape, is a mismatch in words, never an exception."""
    result = ask(labels, cross_entropy, relation="equal", gradient={"z": function})
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(finding(result, "gradient-mismatch").message)


@pytest.mark.parametrize("kind", ["gradient", "hessian"])
def test_a_derivative_by_an_unknown_argument_is_refused(kind: str) -> None:
    """The error lists what the loss takes."""
    with pytest.raises(UsageError, match=f"{kind}= names 'w'; cross_entropy takes y, z"):
        ask(labels, cross_entropy, relation="equal", **{kind: {"w": slope}})


def test_without_a_gradient_the_slope_at_the_optimum_is_told() -> None:
    """A right loss is stationary at the model's optimum; a wrong one is not."""
    right = evidence(ask(labels, cross_entropy, relation="equal"), "gradient")
    assert right.status is Status.AGREES
    assert abs(right.numbers["slope"]) < 1e-6
    wrong = evidence(ask(labels, lambda y, z: cross_entropy(y, z) + z[0], relation="equal"), "gradient")
    assert wrong.status is Status.DISAGREES


def test_at_a_kink_there_is_no_stationarity() -> None:
    """For Laplace noise the question does not apply, and says why."""
    found = evidence(
        ask(laplace, lambda y, mu, scale: np.sum(np.abs(y - mu)) / scale + len(y) * np.log(scale)), "gradient"
    )
    assert found.status is Status.NOT_APPLICABLE
    assert "kink" in found.summary
