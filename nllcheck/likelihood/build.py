"""From what the user hands over as a model to a `pymc.Model`, at full precision where nllcheck builds it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor

from nllcheck.display import exception_text
from nllcheck.errors import BadData, ModelFailed, NllcheckError, UnsupportedModel

__all__ = ["Builder", "BuiltModel", "build_model"]


@dataclass(frozen=True, kw_only=True)
class BuiltModel:
    """A model and what is known of how it was built.

    Attributes
    ----------
    model : pymc.Model
    name : str
    raw_data : mapping of str to array
        What was passed as ``observed=``, before PyMC cast it; only for models built here.
    full_precision : bool
        Whether the constants of the graph were kept in float64.
    """

    model: pm.Model
    name: str
    raw_data: Mapping[str, Any]
    full_precision: bool


def build_model(model: Any, name: str = "") -> BuiltModel:
    """Return the model behind `model`, a `pymc.Model` or a function that returns one.

    A function is called twice: data that differ between the calls are not reproducible.

    Raises
    ------
    ModelFailed
        The function raised or returned something else.
    BadData
        The function returns other data at every call.
    """
    if isinstance(model, pm.Model):
        return BuiltModel(model=model, name=name or model.name or "model", raw_data={}, full_precision=False)
    if not callable(model):
        raise UnsupportedModel(
            f"the model is a {type(model).__name__}; pass a pymc.Model, a function that returns one, "
            "or a PyMC distribution class such as pm.Normal"
        )
    name = name or getattr(model, "__name__", type(model).__name__)
    first, again = _call(model, name), _call(model, name)
    _require_same_data(first, again)
    return first


class Builder:
    """Builds models, each once."""

    def __init__(self) -> None:
        self._built: dict[int, tuple[Any, BuiltModel]] = {}  # with the model itself: its id stays its own

    def __call__(self, model: Any) -> BuiltModel:
        """Return what `build_model` returns, the same every time."""
        if id(model) not in self._built:
            self._built[id(model)] = model, build_model(model)
        return self._built[id(model)][1]


def _call(function: Any, name: str) -> BuiltModel:
    with pytensor.config.change_flags(cast_policy="numpy+floatX"), _recorded_data() as raw_data:
        try:
            model = function()
        except (NllcheckError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # whatever it is, it is not ours
            raise ModelFailed(
                f"the model function {name}() raised {exception_text(error)}; "
                "it must run without arguments and return a pymc.Model"
            ) from error
    if not isinstance(model, pm.Model):
        raise ModelFailed(
            f"the model function {name}() returned {type(model).__name__}, not a pymc.Model; "
            "end it with `return model`"
        )
    return BuiltModel(model=model, name=name, raw_data=raw_data, full_precision=True)


@contextmanager
def _recorded_data() -> Iterator[dict[str, Any]]:
    """Record what models built inside are given as observed, before PyMC casts it in silence."""
    recorded: dict[str, Any] = {}
    original = pm.Model.make_obs_var

    def make_obs_var(self: pm.Model, rv_var: Any, data: Any, *args: Any, **kwargs: Any) -> Any:
        recorded[rv_var.name] = data
        return original(self, rv_var, data, *args, **kwargs)

    pm.Model.make_obs_var = make_obs_var
    try:
        yield recorded
    finally:
        pm.Model.make_obs_var = original


def _require_same_data(first: BuiltModel, again: BuiltModel) -> None:
    for name, data in first.raw_data.items():
        other = again.raw_data.get(name)
        if isinstance(data, pytensor.graph.basic.Variable):
            continue
        if not _same(data, other):
            raise BadData(
                f"the data of {name!r} differ from one call of {first.name}() to the next; "
                "seed the random generator inside it: rng = np.random.default_rng(0)"
            )
    for variable, other_variable in zip(first.model.data_vars, again.model.data_vars, strict=False):
        if not _same(variable.get_value(), other_variable.get_value()):
            raise BadData(
                f"pm.Data {variable.name!r} differs from one call of {first.name}() to the next; "
                "seed the random generator inside it: rng = np.random.default_rng(0)"
            )


def _same(data: Any, other: Any) -> bool:
    if data is other:
        return True
    data, other = np.ma.asarray(data), np.ma.asarray(other)
    if data.dtype.kind == "O":  # sparse matrices and the like are refused later
        return True
    if data.shape != other.shape or not np.array_equal(np.ma.getmaskarray(data), np.ma.getmaskarray(other)):
        return False
    present = ~np.ma.getmaskarray(data)
    values, others = np.asarray(data)[present], np.asarray(other)[present]
    floating = values.dtype.kind in "fc" and others.dtype.kind in "fc"
    return bool(np.array_equal(values, others, equal_nan=floating))
