"""Scales and offsets get a name only if it held while everything in it varied."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scenes import COUNTS, LABELS, N, Y, ask, codes, labels, laplace, line, poisson
from scipy import special

from nllcheck.diagnosis.names import Condition, name_offset, name_scale, symbol
from nllcheck.result import Coefficient


def squares(y: Any, mu: Any) -> Any:
    return np.sum((y - mu) ** 2)


def gaussian(y: Any, mu: Any, sigma: Any) -> Any:
    return np.sum((y - mu) ** 2) / (2 * sigma**2) + len(y) * np.log(sigma)


def cross_entropy(y: Any, z: Any) -> Any:
    return np.sum(np.logaddexp(0, z) - y * z)


def poisson_nll(y: Any, mu: Any) -> Any:
    return np.sum(mu - y * np.log(mu))


@pytest.mark.parametrize(
    ("model", "loss", "name", "value", "varies"),
    [
        pytest.param(line, gaussian, "1", lambda x: 1.0, (), id="constant"),
        pytest.param(line, lambda y, mu: squares(y, mu) / len(y), "2σ²/n", lambda x: 2 * x["sigma"] ** 2 / N, ("sigma", "n"), id="MSE"),
        pytest.param(line, squares, "2σ²", lambda x: 2 * x["sigma"] ** 2, ("sigma",), id="SSE"),
        pytest.param(line, lambda y, mu: squares(y, mu) / 2, "σ²", lambda x: x["sigma"] ** 2, ("sigma",), id="half SSE"),
        pytest.param(laplace, lambda y, mu: np.mean(np.abs(y - mu)), "scale/n", lambda x: x["scale"] / N, ("scale", "n"), id="MAE"),
        pytest.param(labels, lambda y, z: cross_entropy(y, z) / len(y), "1/n", lambda x: 1 / N, ("n",), id="mean"),
        pytest.param(labels, lambda y, z: 2 * cross_entropy(y, z), "2", lambda x: 2.0, (), id="deviance"),
        pytest.param(labels, lambda y, z: cross_entropy(y, z) / np.log(2), "1/ln 2", lambda x: 1 / np.log(2), (), id="bits"),
        pytest.param(labels, lambda y, z: 2 * cross_entropy(y, z) / len(y), "2/n", lambda x: 2 / N, ("n",), id="mean deviance"),
        pytest.param(labels, lambda y, z: cross_entropy(y, z) / 23, None, lambda x: 1 / 23, (), id="over 23, which is n here"),
        pytest.param(labels, lambda y, z: 0.37 * cross_entropy(y, z), None, lambda x: 0.37, (), id="no name"),
        pytest.param(line, lambda y, mu: squares(y, mu) / np.var(y), None, None, ("sigma", "y"), id="over the variance of y"),
        pytest.param(labels, lambda y, z: cross_entropy(y, z) / y.sum(), None, lambda x: 1 / LABELS.sum(), ("y",), id="over the positives"),
    ],
)  # fmt: skip
def test_scales_are_named_when_verified(
    model: Callable[..., Any], loss: Callable[..., Any], name: str | None, value: Any, varies: tuple[str, ...]
) -> None:
    """The name, the value at the reference point, and what it varies with, are those of the closed form."""
    given = {"line": "sigma", "laplace": "scale"}.get(model.__name__)
    result = ask(model, loss, relation="affine", given=given)
    assert result.scale is not None
    assert (result.scale.name or None) == name or (
        name is None and result.scale.name == f"{result.scale.value:.6g}"
    )
    assert set(result.scale.varies_with) == set(varies)
    if value is not None:
        assert_allclose(float(result.scale), value(result.estimates["model"]), rtol=1e-8)
    assert ("data-dependent-scale" in codes(result)) is ("y" in varies)


@pytest.mark.parametrize(
    ("model", "loss", "name", "value"),
    [
        pytest.param(line, gaussian, "−n/2·log 2π", -N / 2 * np.log(2 * np.pi), id="without log 2π"),
        pytest.param(line, lambda y, mu, sigma: gaussian(y, mu, sigma) + len(y) * np.log(2 * np.pi), "n/2·log 2π", N / 2 * np.log(2 * np.pi), id="twice"),
        pytest.param(poisson, poisson_nll, "−Σ log y!", -special.gammaln(COUNTS + 1.0).sum(), id="without log y!"),
        pytest.param(
            poisson, lambda y, mu: poisson_nll(y, mu) + np.sum(special.xlogy(y, y) - y), None, None, id="half deviance"
        ),
        pytest.param(laplace, lambda y, mu, scale: np.sum(np.abs(y - mu)) / scale + len(y) * np.log(scale), "−n·log 2", -N * np.log(2), id="without log 2"),
        pytest.param(line, lambda y, mu, sigma: gaussian(y, mu, sigma) + 0.7, None, 0.7 - N / 2 * np.log(2 * np.pi), id="0.7 added"),
        pytest.param(line, lambda y, mu, sigma: gaussian(y, mu, sigma) + 23 / 2 * np.log(2 * np.pi) + Y[0], None, Y[0], id="a value closed over"),
    ],
)  # fmt: skip
def test_offsets_are_named_when_verified(
    model: Callable[..., Any], loss: Callable[..., Any], name: str | None, value: float | None
) -> None:
    """What was left out is named where it stands for other n and other data too, and never otherwise."""
    result = ask(model, loss)
    assert result.relation == "constant"
    assert result.offset is not None
    if name is not None:
        assert result.offset.name == name
    elif value is not None:
        assert result.offset.name is None
    if value is not None:
        assert_allclose(float(result.offset), value, rtol=1e-8)


def test_equal_has_no_offset() -> None:
    """L = N is scale 1 and offset 0, by name."""
    result = ask(labels, cross_entropy, relation="equal")
    assert result.scale == Coefficient(value=1.0, name="1")
    assert result.offset == Coefficient(value=0.0, name="0")


@pytest.mark.parametrize(
    ("model", "loss", "dependent"),
    [
        pytest.param(line, gaussian, False, id="log 2π"),
        pytest.param(poisson, poisson_nll, True, id="log y!"),
        pytest.param(
            line, lambda y, mu, sigma: gaussian(y, mu, sigma) + np.sum(y**2), True, id="squares of y"
        ),
    ],
)
def test_offsets_that_depend_on_the_data_are_noted(
    model: Callable[..., Any], loss: Callable[..., Any], dependent: bool
) -> None:
    """An offset that varies with y is harmless here and wrong between families: a note."""
    result = ask(model, loss)
    assert result.offset is not None
    assert ("y" in result.offset.varies_with) is dependent
    assert ("data-dependent-offset" in codes(result, "note")) is dependent


def test_mean_squared_error_says_what_it_assumes() -> None:
    """As a likelihood, MSE assumes sigma² = n/2."""
    result = ask(line, lambda y, mu: np.mean((y - mu) ** 2), relation="affine", given="sigma")
    (note,) = [f for f in result.findings if f.code == "scaled-posterior"]
    assert "sigma² = n/2 = 11.5" in note.message


# -- on conditions made by hand ---------------------------------------------------------------------------


def condition(
    scale: float, offset: float = 0.0, n: int = 10, sigma: float = 1.3, data: str = "given"
) -> Condition:
    y = np.random.default_rng([n, len(data)]).gamma(2.0, size=n)
    return Condition(
        scale=scale,
        scale_error=1e-15 * abs(scale),
        offset=offset,
        offset_error=1e-15 * max(1.0, abs(offset)),
        n_obs=n,
        nuisances={"sigma": np.array(sigma)},
        data={"y": y},
        data_name=data,
    )


SETTINGS = ((10, 1.3), (10, 0.7), (10, 2.9), (6, 1.3), (7, 1.3))


@pytest.mark.parametrize(
    ("formula", "name"),
    [
        (lambda n, s: 1.0, "1"),
        (lambda n, s: 0.5, "1/2"),
        (lambda n, s: s, "σ"),
        (lambda n, s: s**2, "σ²"),
        (lambda n, s: s**2 / 2, "σ²/2"),
        (lambda n, s: 1 / s**2, "1/σ²"),
        (lambda n, s: 2 * s**2 / n, "2σ²/n"),
        (lambda n, s: 1 / (2 * n), "1/(2·n)"),
        (lambda n, s: 1 / (n * s), "1/(n·σ)"),
        (lambda n, s: n, "n"),
        (lambda n, s: 1 / (n * np.log(2)), "1/(n·ln 2)"),
        (lambda n, s: s**3, None),
        (lambda n, s: 1 / (n - 1), None),
        (lambda n, s: (1 + 1e-9) / n, None),
    ],
)
def test_a_scale_is_named_over_all_conditions(
    formula: Callable[[int, float], float], name: str | None
) -> None:
    """A formula that fits every condition to rounding is the name; a near miss has none."""
    found = name_scale([condition(formula(n, s), n=n, sigma=s) for n, s in SETTINGS])
    if name is None:
        assert found.name is None
    else:
        assert found.name is not None
        plain = str.maketrans("", "", "()·")
        assert found.name.translate(plain) == name.translate(plain)


def test_a_name_needs_what_it_names_to_vary() -> None:
    """With one n only, 0.1 is not called 1/n."""
    found = name_scale([condition(0.1, sigma=s) for s in (1.3, 0.7)])
    assert found.name in ("1/10", None)


def test_an_offset_within_its_error_is_zero() -> None:
    """An offset that is rounding error is called 0."""
    conditions = [condition(2.0, offset=1e-15, n=n, sigma=s) for n, s in SETTINGS]
    assert name_offset(conditions, Coefficient(value=2.0, name="2")).name == "0"


@pytest.mark.parametrize(
    ("name", "written"), [("sigma", "σ"), ("lambda_", "λ"), ("scale", "scale"), ("b", "b")]
)
def test_parameters_are_written_as_the_field_does(name: str, written: str) -> None:
    """Greek letters where the name is one."""
    assert symbol(name) == written
