"""Arguments of a loss are injected by name, as pytest injects fixtures; what cannot be bound is named."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from nllcheck.binding import BoundLoss, bind, loss_name
from nllcheck.errors import UnknownArgument, UnreadableSignature, UsageError

OFFERS = {
    "a": "free parameter",
    "sigma": "free parameter",
    "p": "free parameter",
    "mu": "deterministic",
    "w": "data",
    "y": "observed",
}
VALUES = {
    "a": np.array(0.3),
    "sigma": np.array(1.7),
    "p": np.array(0.31),
    "mu": np.array([0.4, 1.9, -0.6]),
    "w": np.array([1.0, 2.0, 0.5]),
    "y": np.array([0.7, 2.2, -1.9]),
}
SQUARES = (VALUES["y"] - VALUES["mu"]) ** 2


def gaussian(y: Any, mu: Any, sigma: Any) -> Any:
    return np.sum((y - mu) ** 2) / (2 * sigma**2) + len(y) * np.log(sigma)


def squared(y: Any, mu: Any) -> Any:
    return np.sum((y - mu) ** 2)


def scaled(y: Any, mu: Any, factor: float = 2.0) -> Any:
    return factor * np.sum((y - mu) ** 2)


def default_known(y: Any, mu: Any, sigma: Any = 1.0) -> Any:
    return np.sum((y - mu) ** 2) / sigma


def keyword_only(*, y: Any, mu: Any) -> Any:
    return squared(y, mu)


def positional_only(mu: Any, y: Any, /) -> Any:
    return np.sum(y * mu) + mu[0]


def variadic(*args: Any) -> Any:
    return squared(*args)


def with_rest(y: Any, mu: Any, *args: Any, **kwargs: Any) -> Any:
    assert not args
    assert not kwargs
    return squared(y, mu)


def keywords(y: Any, **others: Any) -> Any:
    return squared(y, others["prediction"])


class Huber:
    """A loss object with a parameter of its own."""

    def __init__(self, delta: float) -> None:
        self.delta = delta

    def __call__(self, y: Any, mu: Any) -> Any:
        return self.delta * squared(y, mu)

    def method(self, y: Any, mu: Any) -> Any:
        return self.delta * squared(y, mu)

    @staticmethod
    def static(y: Any, mu: Any) -> Any:
        return squared(y, mu)

    @classmethod
    def of_class(cls, y: Any, mu: Any) -> Any:
        return squared(y, mu)


@functools.wraps(squared)
def decorated(*args: Any, **kwargs: Any) -> Any:
    return squared(*args, **kwargs)


GAUSSIAN = SQUARES.sum() / (2 * 1.7**2) + 3 * np.log(1.7)


@pytest.mark.parametrize(
    ("loss", "args", "reads", "value"),
    [
        pytest.param(gaussian, None, ("y", "mu", "sigma"), GAUSSIAN, id="names"),
        pytest.param(keyword_only, None, ("y", "mu"), SQUARES.sum(), id="keyword only"),
        pytest.param(
            positional_only, None, ("mu", "y"), VALUES["y"] @ VALUES["mu"] + 0.4, id="positional only"
        ),
        pytest.param(scaled, None, ("y", "mu"), 2 * SQUARES.sum(), id="default unknown to the model"),
        pytest.param(
            default_known, None, ("y", "mu", "sigma"), SQUARES.sum() / 1.7, id="default known to the model"
        ),
        pytest.param(with_rest, None, ("y", "mu"), SQUARES.sum(), id="args and kwargs stay empty"),
        pytest.param(functools.partial(gaussian, sigma=0.9), None, ("y", "mu"), None, id="partial by name"),
        pytest.param(
            functools.partial(gaussian, VALUES["y"] + 1),
            None,
            ("mu", "sigma"),
            None,
            id="partial by position",
        ),
        pytest.param(
            functools.partial(functools.partial(scaled, factor=3.0)),
            None,
            ("y", "mu"),
            3 * SQUARES.sum(),
            id="partial of partial",
        ),
        pytest.param(Huber(0.5), None, ("y", "mu"), 0.5 * SQUARES.sum(), id="instance"),
        pytest.param(Huber(0.5).method, None, ("y", "mu"), 0.5 * SQUARES.sum(), id="bound method"),
        pytest.param(Huber.static, None, ("y", "mu"), SQUARES.sum(), id="static method"),
        pytest.param(Huber.of_class, None, ("y", "mu"), SQUARES.sum(), id="class method"),
        pytest.param(lambda mu, y: squared(y, mu), None, ("mu", "y"), SQUARES.sum(), id="lambda"),
        pytest.param(decorated, None, ("y", "mu"), SQUARES.sum(), id="functools.wraps"),
        pytest.param(squared, ("mu", "y"), ("mu", "y"), SQUARES.sum(), id="args tuple"),
        pytest.param(squared, ["y", "mu"], ("y", "mu"), SQUARES.sum(), id="args list"),
        pytest.param(variadic, ("y", "mu"), ("y", "mu"), SQUARES.sum(), id="args tuple for *args"),
        pytest.param(np.hypot, ("a", "sigma"), ("a", "sigma"), np.hypot(0.3, 1.7), id="ufunc with args"),
        pytest.param(
            gaussian, {"mu": "w"}, ("y", "w", "sigma"), None, id="args mapping renames one, injects the rest"
        ),
        pytest.param(
            lambda y_true, y_pred: squared(y_true, y_pred),
            {"y_true": "y", "y_pred": "mu"},
            ("y", "mu"),
            SQUARES.sum(),
            id="args mapping",
        ),
        pytest.param(
            keywords, {"prediction": "mu"}, ("mu", "y"), SQUARES.sum(), id="args mapping for **kwargs"
        ),
        pytest.param(
            lambda y, mu, log_var: np.sum((y - mu) ** 2) * np.exp(-log_var),
            {"log_var": lambda sigma: 2 * np.log(sigma)},
            ("y", "mu", "sigma"),
            SQUARES.sum() / 1.7**2,
            id="args function",
        ),
        pytest.param(
            squared,
            ("y", lambda mu, w: mu * w),
            ("y", "mu", "w"),
            np.sum((VALUES["y"] - VALUES["mu"] * VALUES["w"]) ** 2),
            id="function by position",
        ),
        pytest.param(
            lambda y, mu, s: squared(y, mu) * s,
            {"s": lambda sigma, power=2: sigma**power},
            ("y", "mu", "sigma"),
            SQUARES.sum() * 1.7**2,
            id="function with a default of its own",
        ),
        pytest.param(
            lambda y, mu, scale=9.0: squared(y, mu) / scale,
            {"scale": "sigma"},
            ("y", "mu", "sigma"),
            SQUARES.sum() / 1.7,
            id="args for an argument with a default",
        ),
    ],
)
def test_arguments_are_injected(
    loss: Callable[..., Any], args: Any, reads: tuple[str, ...], value: float | None
) -> None:
    """The loss gets what its names, or args, say; its value is the one of a call by hand."""
    bound = bind(loss, OFFERS, args=args)
    assert bound.reads == reads
    returned = bound(VALUES)
    assert returned.problem == ""
    if value is not None:
        assert_allclose(returned.total, value, rtol=1e-14)


@pytest.mark.parametrize(
    ("loss", "args", "error", "says"),
    [
        pytest.param(
            lambda y, mo: 0.0, None, UnknownArgument, "'mo', which the model does not have; did you mean 'mu'", id="near"
        ),
        pytest.param(
            lambda y, temperature: 0.0,
            None,
            UnknownArgument,
            r"'temperature', which .* offers: a, sigma, p, mu, w, y",
            id="far",
        ),
        pytest.param(
            lambda y, sigma_log__: 0.0, None, UnknownArgument, r"take 'sigma' and write np.log\(sigma\)", id="log"
        ),
        pytest.param(
            lambda y, p_logodds__: 0.0, None, UnknownArgument, r"take 'p' and write logit\(p\)", id="log odds"
        ),
        pytest.param(np.hypot, None, UnreadableSignature, r"hypot is a NumPy ufunc.*args=\('y', 'mu'\)", id="ufunc"),
        pytest.param(variadic, None, UnreadableSignature, r"variadic takes \(\*args.*args=", id="only *args"),
        pytest.param(dict.fromkeys, ("q",), UnknownArgument, "args binds 'argument 1' to 'q'", id="unknown by position"),
        pytest.param(squared, {"mu": "nu"}, UnknownArgument, "args binds 'mu' to 'nu'.*did you mean 'mu'", id="unknown target"),
        pytest.param(squared, {"pred": "mu"}, UnknownArgument, "args names 'pred', but squared takes y, mu", id="unknown key"),
        pytest.param(
            squared, {"mu": lambda q: q}, UnknownArgument, "the function for 'mu' takes 'q'", id="unknown in function"
        ),
        pytest.param(squared, {"mu": 3.0}, UsageError, r"args\['mu'\] is 3.0; .*functools.partial", id="constant"),
        pytest.param(squared, "y", UsageError, r"args='y': pass a tuple of names", id="string"),
        pytest.param(squared, ("y", 2), UsageError, r"args=\('y', 2\)", id="number in tuple"),
        pytest.param(3.0, None, UsageError, "the loss is a float, not a callable", id="no callable"),
        pytest.param(type, None, UnreadableSignature, "signature of type|type takes", id="no signature"),
    ],
)  # fmt: skip
def test_what_cannot_be_bound_is_named(loss: Any, args: Any, error: type[Exception], says: str) -> None:
    """One message has the argument, what the model offers, and the nearest name or what to write instead."""
    with pytest.raises(error, match=says):
        bind(loss, OFFERS, args=args)


@pytest.mark.parametrize("name", ["kwargs", "args"])
def test_variadic_arguments_are_never_filled(name: str) -> None:
    """Even where the model has variables called args and kwargs."""
    bound = bind(with_rest, OFFERS | {name: "data"})
    assert bound.reads == ("y", "mu")


# -- what the loss gets -----------------------------------------------------------------------------------


def test_arrays_are_read_only_and_scalars_are_scalars() -> None:
    """A loss gets views that it cannot write to, and scalars that behave as numbers."""
    seen: dict[str, Any] = {}

    def loss(y: Any, sigma: Any) -> float:
        seen.update(y=y, sigma=sigma)
        return 1.0

    bind(loss, OFFERS)(VALUES)
    assert not seen["y"].flags.writeable
    assert isinstance(seen["sigma"], np.floating)
    assert VALUES["y"].flags.writeable


def test_dtypes_are_kept() -> None:
    """Integer data stay integers: they may be used as an index."""
    values = {"y": np.array([2, 0, 1]), "p": np.array([0.2, 0.5, 0.3])}
    bound = bind(lambda y, p: -np.sum(np.log(p[y])), {"y": "observed", "p": "free parameter"})
    assert_allclose(bound(values).total, -np.log([0.3, 0.2, 0.5]).sum(), rtol=1e-15)


class Tensor:
    """What a torch tensor that requires a gradient does: refuses asarray and float until it is detached."""

    def __init__(self, value: Any) -> None:
        self.value = np.asarray(value)
        self.detached = False

    def detach(self) -> "Tensor":
        new = Tensor(self.value)
        new.detached = True
        return new

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if not self.detached:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()")
        return self.value

    def __sub__(self, other: "Tensor") -> "Tensor":
        return Tensor(self.value - other.value)

    def __pow__(self, power: int) -> "Tensor":
        return Tensor(self.value**power)

    def sum(self) -> "Tensor":
        return Tensor(self.value.sum())


def test_convert_is_applied_to_every_array_and_its_return_is_detached() -> None:
    """A loss on tensors is called with tensors, writable copies, and its tensor is read."""
    made: list[np.ndarray] = []

    def as_tensor(value: np.ndarray) -> Tensor:
        made.append(value)
        return Tensor(value)

    bound = bind(lambda y, mu: ((y - mu) ** 2).sum(), OFFERS, convert=as_tensor)
    assert_allclose(bound(VALUES).total, SQUARES.sum(), rtol=1e-15)
    assert all(array.flags.writeable and array.base is None for array in made)
    assert_array_equal(VALUES["y"], [0.7, 2.2, -1.9])


def test_convert_applies_to_positions_and_functions() -> None:
    """It is also applied to what is passed by position and to what functions give."""
    bound = bind(
        lambda y, mu: ((y - mu) ** 2).sum(), OFFERS, args=("y", lambda mu, w: mu * w), convert=Tensor
    )
    assert_allclose(bound(VALUES).total, np.sum((VALUES["y"] - VALUES["mu"] * VALUES["w"]) ** 2), rtol=1e-15)


# -- what the loss returns --------------------------------------------------------------------------------


def returning(value: Any) -> BoundLoss:
    return bind(lambda y: value, OFFERS)


class FloatOnly:
    """An object that only float() takes."""

    def __float__(self) -> float:
        return 2.5


@pytest.mark.parametrize(
    ("value", "total", "shape"),
    [
        pytest.param(2.5, 2.5, (), id="float"),
        pytest.param(3, 3.0, (), id="int"),
        pytest.param(np.float32(0.25), 0.25, (), id="float32"),
        pytest.param(np.array(2.5), 2.5, (), id="0-d array"),
        pytest.param(np.array([2.5]), 2.5, (1,), id="one entry"),
        pytest.param(np.array([1.5, -0.5, 2.0]), 3.0, (3,), id="a value a row"),
        pytest.param([1.5, -0.5, 2.0], 3.0, (3,), id="list"),
        pytest.param(Tensor(2.5), 2.5, (), id="tensor"),
        pytest.param(FloatOnly(), 2.5, (), id="only float"),
        pytest.param(np.inf, np.inf, (), id="infinity"),
        pytest.param(
            np.ma.masked_array([1.5, 2.0], mask=[False, False]), 3.5, (2,), id="masked array, none masked"
        ),
    ],
)
def test_what_is_a_number_is_read(value: Any, total: float, shape: tuple[int, ...]) -> None:
    """Anything that float() or numpy.asarray takes is a fine return value; rows are summed."""
    returned = returning(value)(VALUES)
    assert returned.problem == ""
    assert_allclose(returned.total, total)
    assert returned.shape == shape


def test_float32_rows_are_summed_in_float64() -> None:
    """The sum over rows adds no error of its own: 100,000 values of 0.1 in float32."""
    rows = np.full(100_000, 0.1, dtype=np.float32)
    assert_allclose(returning(rows)(VALUES).total, 100_000 * float(np.float32(0.1)), rtol=1e-12)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param(None, "returned None; end the function with `return`", id="None"),
        pytest.param("0.3", "returned '0.3', a str", id="string"),
        pytest.param(True, "returned True, a bool", id="bool"),
        pytest.param(1 + 2j, "complex numbers", id="complex"),
        pytest.param(np.array([1 + 2j]), "complex numbers", id="complex array"),
        pytest.param(np.array([True, False]), "truth values", id="truth values"),
        pytest.param(np.array(["a"]), "strings", id="array of strings"),
        pytest.param(np.zeros(0), r"an empty array, shape \(0,\)", id="empty"),
        pytest.param({"loss": 2.0}, "a dict, which is no number", id="dict"),
        pytest.param(object(), "a object, which is no number|an object", id="object"),
        pytest.param(lambda: 0.0, "function, which is no number", id="function"),
        pytest.param(np.ma.masked, "masked", id="masked"),
        pytest.param(np.ma.masked_array([1.0, 2.0], mask=[True, False]), "a masked value", id="masked entry"),
        pytest.param([[1.0], [2.0, 3.0]], "a list that is no array", id="ragged"),
        pytest.param(np.array([np.datetime64("2020-01-01")]), "dtype datetime64", id="dates"),
        pytest.param((1.0, {"aux": 2}), "tuple|objects", id="value and extras"),
    ],
)
def test_what_is_no_number_is_said(value: Any, says: str) -> None:
    """A return value that is no real number is a problem in words, never an exception."""
    returned = returning(value)(VALUES)
    assert np.isnan(returned.total)
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(returned.problem)


@pytest.mark.parametrize(
    "error", [ValueError("bad shape (3,)"), ZeroDivisionError("division"), SystemExit(3)]
)
def test_what_the_loss_raises_is_kept(error: BaseException) -> None:
    """An exception of the loss, even SystemExit, is told by type and message."""

    def loss(y: Any) -> float:
        raise error

    returned = bind(loss, OFFERS)(VALUES)
    assert returned.error is error
    assert returned.problem == f"raised {type(error).__name__}: {error}"


def test_an_interrupt_is_not_swallowed() -> None:
    """Ctrl-C inside a loss ends the check."""

    def loss(y: Any) -> float:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bind(loss, OFFERS)(VALUES)


def test_runtime_warnings_are_captured() -> None:
    """What NumPy warns about inside a loss is kept once, and reaches nobody else."""

    def loss(y: Any) -> float:
        return float(np.sum(np.log(y - y)) + np.sum(np.log(y - y)))

    assert bind(loss, OFFERS)(VALUES).warnings == ("divide by zero encountered in log",)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        (gaussian, "gaussian"),
        (functools.partial(functools.partial(gaussian), sigma=1.0), "gaussian"),
        (Huber(1.0), "Huber"),
        (Huber(1.0).method, "method"),
        (np.hypot, "hypot"),
    ],
)
def test_a_loss_has_a_name(loss: Any, name: str) -> None:
    """Partials are called after their function, objects after their class."""
    assert loss_name(loss) == name
