"""The loss as nllcheck calls it: which arguments it takes, what is injected, what it returned."""

import difflib
import functools
import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nllcheck.display import exception_text
from nllcheck.errors import UnknownArgument, UnreadableSignature, UsageError

__all__ = ["Binding", "BoundLoss", "Returned", "bind", "loss_name", "parameters_to_inject"]

Values = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Binding:
    """One argument of the loss: its name or position, the names it reads, and the map between, if any."""

    argument: str
    reads: tuple[str, ...]
    transform: Callable[..., Any] | None = None
    positional: bool = False

    def value(self, values: Values) -> Any:
        """Return what is injected for this argument."""
        if self.transform is None:
            return values[self.reads[0]]
        return self.transform(*(values[name] for name in self.reads))

    def describe(self) -> str:
        """Return what is injected, in words."""
        return self.reads[0] if self.transform is None else f"f({', '.join(self.reads)})"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What one call of the loss gave.

    Attributes
    ----------
    total : float
        The sum over what was returned; nan where `problem` is set.
    shape : tuple of int
    dtype : str
    problem : str
        Why the value is no loss; empty otherwise.
    warnings : tuple of str
        RuntimeWarnings that the loss caused.
    error : Exception or None
        What the loss raised.
    size : float
        Sum of absolute values of what was returned.
    """

    total: float
    shape: tuple[int, ...] = ()
    dtype: str = ""
    problem: str = ""
    warnings: tuple[str, ...] = ()
    error: BaseException | None = None
    size: float = 0.0


def loss_name(loss: Any) -> str:
    """Return a readable name of a callable."""
    while isinstance(loss, functools.partial):
        loss = loss.func
    return getattr(loss, "__name__", type(loss).__name__)


class BoundLoss:
    """A loss whose arguments are bound to names that the model offers.

    Parameters
    ----------
    loss : callable
    bindings : sequence of Binding
    convert : callable, optional
        Applied to every array before the call.
    """

    def __init__(
        self,
        loss: Callable[..., Any],
        bindings: tuple[Binding, ...],
        convert: Callable[..., Any] | None = None,
    ) -> None:
        self.loss = loss
        self.name = loss_name(loss)
        self.bindings = bindings
        self.convert = convert
        self.calls = 0

    @property
    def reads(self) -> tuple[str, ...]:
        """Names of the model that the loss sees, in the order of its arguments."""
        return tuple(dict.fromkeys(name for binding in self.bindings for name in binding.reads))

    def arguments(self, values: Values) -> dict[str, Any]:
        """Return what is injected for each argument, arrays as they come."""
        return {binding.argument: np.asarray(binding.value(values)) for binding in self.bindings}

    def __call__(self, values: Values) -> Returned:
        """Call the loss on the named `values` of the model; nothing that it does is raised."""
        try:
            arguments = self.arguments(values)
        except MemoryError:
            raise  # says nothing of the loss
        except Exception as error:
            return Returned(total=np.nan, error=error, problem="an `args` function raised")
        return self.call(arguments)

    def call(self, arguments: Mapping[str, Any], function: Callable[..., Any] | None = None) -> Returned:
        """Call the loss, or `function`, with injected `arguments`, read-only; nothing is raised."""
        self.calls += 1
        with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn", under="ignore"):
            warnings.simplefilter("always")
            try:
                positional, named = self._prepare(arguments)
                value = (function or self.loss)(*positional, **named)
            except (MemoryError, KeyboardInterrupt):
                raise
            except BaseException as error:  # a loss may also call sys.exit
                return Returned(total=np.nan, error=error, problem=f"raised {exception_text(error)}")
            returned = read_return(value)
        if not caught:
            return returned
        said = (str(item.message) for item in caught if issubclass(item.category, RuntimeWarning))
        return Returned(**{**returned.__dict__, "warnings": tuple(dict.fromkeys(said))})

    def writes_to(self, arguments: Mapping[str, np.ndarray]) -> bool:
        """Call the loss with writable `arguments` themselves; return whether that went well."""
        ready = {n: (self.convert(v) if self.convert else v) for n, v in arguments.items()}
        positional = [ready.pop(b.argument) for b in self.bindings if b.positional]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                self.loss(*positional, **ready)
            except Exception:
                return False
        return True

    def _prepare(self, arguments: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        ready = {}
        for name, value in arguments.items():
            if self.convert is not None:
                ready[name] = self.convert(np.array(value))
                continue
            view = np.asarray(value).view()
            view.flags.writeable = False
            ready[name] = view[()] if view.ndim == 0 else view
        positional = [ready.pop(b.argument) for b in self.bindings if b.positional and b.argument in ready]
        return positional, ready


def read_return(value: Any) -> Returned:
    """Judge what a loss returned: a real scalar, or an array of real numbers."""
    detach = getattr(value, "detach", None)
    if callable(detach):
        value = detach()
    if value is None:
        return Returned(total=np.nan, problem="returned None; end the function with `return`")
    if isinstance(value, str | bytes | bool):
        return Returned(total=np.nan, problem=f"returned {value!r}, a {type(value).__name__}")
    if isinstance(value, np.ma.MaskedArray) and np.ma.getmaskarray(value).any():
        return Returned(total=np.nan, problem="returned a masked value; sum over the present entries")
    try:
        array = np.asarray(value)
    except Exception as error:
        return Returned(total=np.nan, problem=f"returned a {type(value).__name__} that is no array: {error}")
    if array.dtype.kind == "O" and array.ndim == 0:
        try:
            array = np.asarray(float(value))
        except (TypeError, ValueError):
            return Returned(total=np.nan, problem=f"returned a {type(value).__name__}, which is no number")
    if array.dtype.kind not in "fiu":
        kinds = {"c": "complex numbers", "b": "truth values", "O": "objects", "U": "strings", "S": "bytes"}
        what = kinds.get(array.dtype.kind, f"dtype {array.dtype}")
        return Returned(total=np.nan, problem=f"returned {what} instead of real numbers")
    if array.size == 0:
        return Returned(
            total=np.nan, shape=array.shape, problem=f"returned an empty array, shape {array.shape}"
        )
    with np.errstate(all="ignore"):
        total = float(np.sum(array, dtype=np.float64)) if array.ndim else float(array)
        size = float(np.sum(np.abs(array), dtype=np.float64)) if array.ndim else abs(total)
    return Returned(total=total, shape=array.shape, dtype=str(array.dtype), size=size)


def bind(
    loss: Any,
    offers: Mapping[str, str],
    *,
    args: Any = None,
    convert: Callable[..., Any] | None = None,
    model: str = "the model",
) -> BoundLoss:
    """Bind the arguments of `loss` to the names in `offers`.

    Raises
    ------
    UnreadableSignature
        The loss does not name its arguments and `args` is not given.
    UnknownArgument
        An argument without default, or a name in `args`, is not offered.
    UsageError
        `args` is neither a sequence nor a mapping.
    """
    if not callable(loss):
        raise UsageError(f"the loss is a {type(loss).__name__}, not a callable")
    if args is not None and not isinstance(args, Mapping):
        if isinstance(args, str) or not all(isinstance(name, str) or callable(name) for name in args):
            raise UsageError(
                f"args={args!r}: pass a tuple of names such as ('y', 'mu'), or a mapping such as {{'y_true': 'y'}}"
            )
        bindings = tuple(
            _binding(f"argument {position + 1}", source, offers, model, positional=True)
            for position, source in enumerate(args)
        )
        return BoundLoss(loss, bindings, convert)
    return BoundLoss(loss, _bind_by_name(loss, offers, dict(args or {}), model), convert)


def _bind_by_name(
    loss: Any, offers: Mapping[str, str], args: dict[str, Any], model: str
) -> tuple[Binding, ...]:
    parameters = parameters_to_inject(loss)
    unknown = [name for name in args if name not in {p.name for p in parameters}]
    if unknown and not _takes_keywords(loss):
        raise UnknownArgument(
            f"args names {unknown[0]!r}, but {loss_name(loss)} takes "
            f"{', '.join(p.name for p in parameters) or 'nothing that can be injected'}"
        )
    bindings = [_binding(name, args[name], offers, model) for name in unknown]
    for parameter in parameters:
        positional = parameter.kind is parameter.POSITIONAL_ONLY
        if parameter.name in args:
            bindings.append(_binding(parameter.name, args[parameter.name], offers, model, positional))
        elif parameter.name in offers:
            bindings.append(_binding(parameter.name, parameter.name, offers, model, positional))
        elif parameter.default is parameter.empty:
            raise UnknownArgument(_unknown(f"{loss_name(loss)} takes", parameter.name, offers, model))
    return tuple(bindings)


def parameters_to_inject(loss: Any) -> list[inspect.Parameter]:
    """Return the parameters of `loss` that nllcheck may fill."""
    try:
        signature = inspect.signature(loss)
    except Exception as error:  # also of an object that raises when it is looked at
        raise UnreadableSignature(
            f"the signature of {loss_name(loss)} cannot be read ({exception_text(error)}); say what it takes: args=('y', 'mu')"
        ) from error
    if isinstance(loss, np.ufunc):
        raise UnreadableSignature(
            f"{loss_name(loss)} is a NumPy ufunc with positional arguments; say what it takes: args=('y', 'mu')"
        )
    fixed = loss.keywords if isinstance(loss, functools.partial) else {}
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = [p for p in signature.parameters.values() if p.kind not in variadic and p.name not in fixed]
    if not parameters and len(signature.parameters) > len(fixed):
        raise UnreadableSignature(
            f"{loss_name(loss)} takes {signature} and does not name its arguments; say what it takes: "
            "args=('y', 'mu'), or wrap it in a function that names them"
        )
    return parameters


def _takes_keywords(loss: Any) -> bool:
    parameters = inspect.signature(loss).parameters.values()
    return any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)


def _binding(
    argument: str, source: Any, offers: Mapping[str, str], model: str, positional: bool = False
) -> Binding:
    if isinstance(source, str):
        if source not in offers:
            raise UnknownArgument(_unknown(f"args binds {argument!r} to", source, offers, model))
        return Binding(argument=argument, reads=(source,), positional=positional)
    if not callable(source):
        raise UsageError(
            f"args[{argument!r}] is {source!r}; give a name of the model or a function of names, and fix "
            "constants with functools.partial"
        )
    reads = tuple(p.name for p in parameters_to_inject(source) if p.default is p.empty or p.name in offers)
    for name in reads:
        if name not in offers:
            raise UnknownArgument(_unknown(f"the function for {argument!r} takes", name, offers, model))
    return Binding(argument=argument, reads=reads, transform=source, positional=positional)


def _unknown(what: str, name: str, offers: Mapping[str, str], model: str) -> str:
    listing = ", ".join(offers) or "nothing"
    for suffix, advice in (("_log__", "np.log({})"), ("_logodds__", "logit({})")):
        base = name.removesuffix(suffix)
        if base != name and base in offers:
            write = advice.format(base)
            return f"{what} {name!r}: losses get parameters on their natural scale; take {base!r} and write {write}"
    near = difflib.get_close_matches(name, offers, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"{what} {name!r}, which {model} does not have{hint} It offers: {listing}. Use args= to rename."
