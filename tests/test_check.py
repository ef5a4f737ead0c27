"""What bad input gets: one message that says what, where, which value, and what to try."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scenes import N, X, Y, ask, codes, finding, labels, line
from scipy import special

import nllcheck
from nllcheck.errors import (
    BadData,
    CannotEvaluate,
    ModelFailed,
    UnknownArgument,
    UnreadableSignature,
    UnsupportedModel,
    UsageError,
)
from nllcheck.result import CheckResult


def gaussian(y: Any, mu: Any, sigma: Any) -> Any:
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def model_of(data: Any) -> Callable[[], pm.Model]:
    def model() -> pm.Model:
        with pm.Model() as built:
            mu = pm.Flat("mu")
            pm.Normal("y", mu, pm.HalfFlat("sigma"), observed=data)
        return built

    return model


def no_observed() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("mu", 0.0, 1.0)
        pm.HalfNormal("sigma", 1.0)
    return model


def no_parameters() -> pm.Model:
    with pm.Model() as model:
        pm.Normal("y", 0.3, 1.2, observed=Y)
    return model


def discrete_prior() -> pm.Model:
    with pm.Model() as model:
        switch = pm.DiscreteUniform("switch", 0, N)
        mu = pm.Deterministic("mu", pm.math.switch(switch > np.arange(N), pm.Flat("a"), pm.Flat("b")))
        pm.Normal("y", mu, pm.HalfFlat("sigma"), observed=Y)
    return model


def broken() -> pm.Model:
    return pm.Model(coords={"row": ["a", "a"]}).undefined_name  # type: ignore[no-any-return]


def forgot_return() -> None:
    model_of(Y)()


def unseeded() -> pm.Model:
    return model_of(np.random.default_rng().normal(size=9))()


def nan_data() -> pm.Model:
    with pm.Model() as model:
        y = pm.Data("y_data", np.array([1.0, 2.0, 4.0]))
        pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=y)
    y.set_value(np.array([1.0, np.nan, 4.0]))
    return model


def wants(y: Any, mean: Any) -> Any:
    return np.sum((y - mean) ** 2)


def log_sigma(y: Any, mu: Any, sigma_log__: Any) -> Any:
    return np.sum((y - mu) ** 2) * np.exp(-2 * sigma_log__)


def variadic(*args: Any) -> Any:
    return 0.0


@pytest.mark.parametrize(
    ("model", "loss", "error", "says"),
    [
        pytest.param(no_observed, gaussian, UnsupportedModel, "no_observed observes nothing: give .*observed=", id="no observed"),
        pytest.param(no_parameters, lambda y: np.sum(y), UnsupportedModel, "no_parameters has no free parameters.*pm.Flat", id="no parameters"),
        pytest.param(discrete_prior, gaussian, UnsupportedModel, "parameter 'switch' of discrete_prior is discrete.*marginalise", id="discrete prior"),
        pytest.param(model_of(np.zeros(0)), gaussian, BadData, "'y' are empty", id="empty data"),
        pytest.param(nan_data, gaussian, BadData, r"'y' hold nan at index \(1,\).*drop these rows", id="nan"),
        pytest.param(unseeded, gaussian, BadData, "'y' differ from one call.*default_rng", id="unseeded"),
        pytest.param(broken, gaussian, ModelFailed, r"broken\(\) raised AttributeError: .*undefined_name", id="model raises"),
        pytest.param(forgot_return, gaussian, ModelFailed, "forgot_return.*NoneType.*return model", id="model returns None"),
        pytest.param("line", gaussian, UnsupportedModel, "the model is a str; pass a pymc.Model", id="model is a string"),
        pytest.param(gaussian, line, CannotEvaluate, "gaussian", id="model and loss swapped"),
        pytest.param(line, wants, UnknownArgument, "wants takes 'mean', which line does not have.*offers: .*args=", id="unknown argument"),
        pytest.param(line, log_sigma, UnknownArgument, r"'sigma_log__'.*np.log\(sigma\)", id="log transform"),
        pytest.param(line, variadic, UnreadableSignature, "args=", id="no names"),
        pytest.param(line, 0.3, UsageError, "the loss is a float, not a callable", id="loss is a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_evaluated_raises_one_clear_error(
    model: Any, loss: Any, error: type[Exception], says: str
) -> None:
    """The type says the situation; the message what, where, which value and what to try, in one paragraph."""
    with pytest.raises(error, match=says) as caught:
        nllcheck.check(model, loss)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, CannotEvaluate | UsageError)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"relation": "same"}, UsageError, "relation='same' is no relation; choose one of equal, constant"),
        ({"of": "prior"}, UsageError, "'prior' is no observed variable of line.*'posterior'"),
        ({"of": ("y", "z")}, UsageError, "'z' is no observed variable of line"),
        ({"potentials": "none"}, UsageError, "potentials='none': give 'likelihood' or 'prior'"),
        ({"weights": "w"}, UsageError, "weights='w' is no pm.Data of line; it has none"),
        ({"given": "tau"}, UnknownArgument, "given names 'tau', which is no free parameter of line; it has a, b, sigma"),
        ({"given": {"sigma": -1.0}}, UsageError, "given fixes sigma = -1.0, which is outside the support of line"),
        ({"given": {"sigma": [1.0, 2.0]}}, UsageError, r"given\['sigma'\] has shape \(2,\); the parameter has \(\)"),
        ({"given": {"sigma": "one"}}, UsageError, "given.*sigma.*one"),
        ({"given": {"sigma": np.nan}}, UsageError, "given fixes sigma = nan, which is outside the support"),
        ({"args": ("y", "mo", "sigma")}, UnknownArgument, "args binds 'argument 2' to 'mo'.*did you mean 'mu'"),
        ({"args": {"mean": "mu"}}, UnknownArgument, "args names 'mean', but gaussian takes y, mu, sigma"),
        ({"gradient": {"tau": gaussian}}, UsageError, "gradient= names 'tau'; gaussian takes y, mu, sigma"),
        ({"args": 3}, UsageError, "args=3"),
        ({"because": "unexplained"}, UsageError, "because.*different"),
        ({"given": 3}, UsageError, "given=3"),
        ({"gradient": {"mu": 3}}, UsageError, "gradient"),
        ({"convert": "torch"}, UsageError, "convert='torch'"),
    ],
)  # fmt: skip
def test_options_that_make_no_sense_are_refused(
    options: dict[str, Any], error: type[Exception], says: str
) -> None:
    """The message has the option, the value received and what would do."""
    with pytest.raises(error, match=says):
        ask(line, gaussian, **options)


def returns_none(y: Any, mu: Any, sigma: Any) -> None:
    gaussian(y, mu, sigma)


def raises(y: Any, mu: Any, sigma: Any) -> Any:
    raise IndexError("index 23 is out of bounds")


def wrong_shape(y: Any, mu: Any, sigma: Any) -> Any:
    return np.zeros((2, len(y))) + gaussian(y, mu, sigma)


def not_a_number(y: Any, mu: Any, sigma: Any) -> Any:
    return np.nan * gaussian(y, mu, sigma)


def infinite(y: Any, mu: Any, sigma: Any) -> Any:
    return np.inf


def constant(y: Any, mu: Any, sigma: Any) -> Any:
    return 3.7


def sometimes_nan(y: Any, mu: Any, sigma: Any) -> Any:
    return gaussian(y, mu, sigma) if mu[0] > Y[0] else np.nan


def data_only(y: Any) -> Any:
    return np.sum((y - 1.3) ** 2)


@pytest.mark.parametrize(
    ("loss", "code", "says"),
    [
        (returns_none, "bad-return", "returns_none returned None"),
        (lambda y, mu, sigma: "12.3", "bad-return", "returned '12.3', a str"),
        (wrong_shape, "bad-return", r"shape \(2, 23\)"),
        (lambda y, mu, sigma: gaussian(y, mu, sigma) * 1j, "bad-return", "complex numbers"),
        (raises, "loss-raised", "raises raised IndexError: index 23 is out of bounds"),
        (not_a_number, "non-finite", "not_a_number returns nan at .* where the NLL is finite"),
        (infinite, "non-finite", "infinite returns inf"),
        (sometimes_nan, "non-finite", "sometimes_nan returns nan"),
        (constant, "unexplained", "constant"),
        (data_only, "unexplained", r"data_only depends on no parameter of line.*\(y\).*a, b, sigma"),
    ],
)  # fmt: skip
def test_losses_that_are_none_are_findings(loss: Callable[..., Any], code: str, says: str) -> None:
    """A loss that gives no usable number never holds and never raises: the first error says what it did."""
    result = ask(line, loss, relation="monotone")
    assert not result.holds
    assert codes(result, "error")[0] == code
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(finding(result, code).message)
    assert finding(result, code).message.rstrip().endswith(".")


@pytest.mark.parametrize("loss", [not_a_number, constant, data_only, raises, returns_none])
def test_no_error_passes_as_difference_unnamed(loss: Callable[..., Any]) -> None:
    """The record of a bad loss still goes through JSON and tells its story."""
    result = ask(line, loss)
    again = CheckResult.from_dict(result.to_dict())
    assert again == result
    assert str(again) == str(result)


def test_assert_nll_raises_the_story() -> None:
    """A claim that fails raises AssertionError with the text of the result; one that holds returns nothing."""
    assert nllcheck.assert_nll(line, gaussian) is None  # type: ignore[func-returns-value]
    with pytest.raises(AssertionError, match="sign-flipped"):
        nllcheck.assert_nll(line, lambda y, mu, sigma: -gaussian(y, mu, sigma))


def test_a_ready_built_model_is_told_by_its_precision() -> None:
    """A float32 constant in a ready-built model is a note, and the claim holds at that accuracy."""
    with pm.Model(name="") as model:
        pm.Normal("y", pm.Flat("mu"), 2.5, observed=Y)

    def loss(y: Any, mu: Any) -> Any:
        return np.sum((y - mu) ** 2) / (2 * 2.5**2) + len(y) * np.log(2.5) + len(y) / 2 * np.log(2 * np.pi)

    result = nllcheck.check(model, loss, relation="equal")
    assert result.holds
    assert "low-precision" in codes(result, "note")


def test_nan_in_data_is_explained() -> None:
    """PyMC takes nan for missing; a loss that does not gets a message that says so, and y_observed."""
    data = Y.copy()
    data[4] = np.nan
    with pytest.warns(Warning, match="imputed"):
        result = nllcheck.check(model_of(data), lambda y, mu, sigma: gaussian(y, mu, sigma))
    assert not result.holds
    assert "y_observed" in str(result)


def test_an_array_of_another_length_is_located() -> None:
    """A loss that fails on shapes is told with the shapes that it was called with."""

    def loss(y: Any, mu: Any) -> Any:
        return np.sum((y[:5] - mu) ** 2)

    found = finding(ask(line, loss, given="sigma"), "loss-raised")
    assert "could not be broadcast together" in found.message
    assert f"y = y float64[{N}]" in found.advice


def test_a_forgotten_intercept_is_a_warning() -> None:
    """A nuisance that moves the location of y, and was not announced, is named."""

    def model() -> pm.Model:
        with pm.Model() as built:
            slope = pm.Deterministic("slope", pm.Flat("b") * X)
            pm.Normal("y", pm.Flat("a") + slope, 0.8, observed=Y)
        return built

    result = nllcheck.check(model, lambda y, slope: np.sum((y - slope) ** 2), relation="affine")
    assert not result.holds
    found = finding(result, "unannounced-nuisance")
    assert found.severity.value == "warning"
    assert "'a'" in found.message


def test_a_nuisance_of_classes_is_no_crash() -> None:
    """PyMC says of the mean of classes that there is none; a temperature that is not announced is left at that."""
    classes = np.arange(N) % 3

    def model() -> pm.Model:
        with pm.Model() as built:
            z = pm.Deterministic("z", np.outer(X, [0.0, 0.3, -0.4]) + pm.Flat("b", shape=3))
            pm.Categorical("y", p=pm.math.softmax(z / pm.HalfFlat("t"), axis=1), observed=classes)
        return built

    def loss(y: Any, z: Any) -> Any:
        return -special.log_softmax(z, axis=1)[np.arange(len(y)), y].mean()

    assert not nllcheck.check(model, loss, relation="affine").holds


def test_the_same_seed_gives_the_same_record() -> None:
    """Two checks with one seed agree in everything but time; another seed probes elsewhere."""
    first, again, other = (
        nllcheck.check(labels, lambda y, z: np.sum(np.logaddexp(0, z) - y * z), seed=s) for s in (5, 5, 6)
    )
    assert first.to_dict() | {"run": 0} == again.to_dict() | {"run": 0}
    assert_allclose([p.nll for p in first.probes][:3], [p.nll for p in again.probes][:3])
    assert [p.nll for p in first.probes] != [p.nll for p in other.probes]
    assert other.holds
