"""A fingerprint of a model: equal only where graph, data and transforms are equal."""

import hashlib
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from pytensor.graph.basic import Constant
from pytensor.graph.op import HasInnerGraph
from pytensor.graph.traversal import io_toposort, walk
from pytensor.link.c.type import CType
from pytensor.scalar.basic import ScalarOp

__all__ = ["fingerprint"]


class _Unknown(Exception):
    """Something in the graph has a state that cannot be read."""


def fingerprint(model: pm.Model) -> str | None:
    """Return a digest of the model's log-probability, names and data.

    None where some operation of the graph keeps state that cannot be read: what is sampled from such a model
    must not be taken from a cache.
    """
    digest = hashlib.sha256()
    try:
        with pytensor.config.change_flags(cast_policy="numpy+floatX"):
            graph = model.logp()
        parts = [*_names(model), *_graph([graph, *model.value_vars])]
    except (_Unknown, NotImplementedError, TypeError, ValueError, RuntimeError):
        return None
    for part in parts:
        digest.update(part)
        digest.update(b"\0")
    return digest.hexdigest()


def _names(model: pm.Model) -> Iterable[bytes]:
    """Yield names, dimensions and coordinates of the variables; the graph alone does not hold them."""
    for rv in [*model.free_RVs, *model.observed_RVs, *model.potentials]:
        dims = model.named_vars_to_dims.get(rv.name, ())
        coords = [model.coords.get(dim) for dim in dims if dim is not None]
        yield repr((rv.name, rv.type, type(model.rvs_to_transforms.get(rv)).__name__, dims, coords)).encode()


def _graph(outputs: list[Any]) -> Iterable[bytes]:
    """Yield every node below `outputs`: its operation and the numbers of its inputs, leaves by their values."""
    numbers: dict[Any, int] = {}

    def number(variable: Any) -> int:
        return numbers.setdefault(variable, len(numbers))

    leaves = [v for v in walk(outputs, _inputs) if v.owner is None]
    for leaf in leaves:
        yield f"{number(leaf)}".encode() + _leaf(leaf)
    for node in io_toposort(leaves, outputs):
        inputs = [number(v) for v in node.inputs]
        types = [(number(v), str(v.type)) for v in node.outputs]
        yield repr((_op(node.op), inputs, types)).encode()
    yield repr([number(v) for v in outputs]).encode()


def _inputs(variable: Any) -> list[Any]:
    return [] if variable.owner is None else list(variable.owner.inputs)


def _leaf(leaf: Any) -> bytes:
    if isinstance(leaf, Constant):
        return str(leaf.type).encode() + _value(leaf.data)
    if hasattr(leaf, "get_value"):  # a shared variable: its data count
        if "random" in str(leaf.type).lower():  # a generator takes no part in a log-probability
            return b"generator"
        return f"{leaf.name} {leaf.type}".encode() + _value(leaf.get_value(borrow=True))
    return f"{leaf.name} {leaf.type}".encode()


def _value(value: Any) -> bytes:
    if isinstance(value, np.ndarray | np.generic | bool | int | float):
        array = np.ascontiguousarray(value)
        if array.dtype.kind == "O":
            raise _Unknown
        return f"{array.dtype} {array.shape}".encode() + array.tobytes()
    if value is None or isinstance(value, str | slice | tuple):
        return repr(value).encode()
    raise _Unknown


def _op(op: Any) -> str:
    name = f"{type(op).__module__}.{type(op).__qualname__}"
    state = [_property(getattr(op, prop)) for prop in getattr(op, "__props__", ())]
    if isinstance(op, HasInnerGraph):
        inner = b"\0".join(_graph([*op.inner_outputs, *op.inner_inputs]))
        state.append(hashlib.sha256(inner).hexdigest())
    elif isinstance(op, ScalarOp):  # its class says what it does, the node's types the rest
        state.append(str(op.name))
    elif not hasattr(op, "__props__"):
        raise _Unknown
    return f"{name}({', '.join(state)})"


def _property(value: Any) -> str:
    """Return a property of an operation in words that are the same in every process."""
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if value is None or isinstance(value, str | int | float | bool | bytes | np.dtype | Enum | slice | CType):
        return repr(value)
    if isinstance(value, np.generic | np.ndarray):
        return _value(value).hex()
    if isinstance(value, tuple | list):
        return f"({', '.join(_property(item) for item in value)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_property(k)}: {_property(v)}' for k, v in value.items())}}}"
    if hasattr(value, "__props__") or isinstance(value, HasInnerGraph | ScalarOp):
        return _op(value)
    if callable(value) and hasattr(value, "__qualname__") and "<" not in value.__qualname__:
        return f"{value.__module__}.{value.__qualname__}"
    raise _Unknown
