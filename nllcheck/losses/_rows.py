"""What all losses share: shapes and dtype of the arguments, domains, supports and the reduction."""

import math
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "HALF_LOG_2PI",
    "Array",
    "Loss",
    "Reduction",
    "as_floats",
    "as_rows",
    "finite",
    "only_where",
    "outside_unit",
    "positive",
    "probability",
    "reduce_rows",
    "supported",
]

Array = np.ndarray[Any, Any]
Loss = np.ndarray[Any, Any] | np.floating[Any]
Reduction = Literal["sum", "mean", "none"]

HALF_LOG_2PI = 0.5 * math.log(2 * math.pi)  # a Python float: it leaves float32 alone


def as_floats(**arguments: ArrayLike) -> tuple[Array, ...]:
    """Return the arguments as arrays of one floating dtype: the widest among those that are floating."""
    arrays = {name: np.asarray(value) for name, value in arguments.items()}
    floating = [
        array.dtype
        for name, array in arrays.items()
        if array.dtype.kind == "f" and type(arguments[name]) is not float
    ]
    dtype = np.result_type(np.float32, *floating) if floating else np.dtype(np.float64)
    return tuple(array.astype(dtype, copy=False) for array in arrays.values())


def as_rows(**arguments: ArrayLike) -> tuple[Array, ...]:
    """Return the arguments as arrays of one dtype that all broadcast to the shape of the first.

    Raises
    ------
    ValueError
        An argument would change the shape of the first one; the message names both shapes.
    """
    arrays = as_floats(**arguments)
    first, rows = next(iter(arguments)), arrays[0].shape
    for name, array in zip(arguments, arrays, strict=True):
        if not _broadcasts(array.shape, rows):
            raise ValueError(
                f"{name} has shape {array.shape} and {first} has shape {rows}; "
                f"give {name} as a scalar or with the shape of {first}"
            )
    return arrays


def _broadcasts(shape: tuple[int, ...], rows: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, rows) == rows
    except ValueError:
        return False


def only_where(valid: Any, parameter: Array) -> Array:
    """Return `parameter` with nan where it is not `valid`: nan passes through every formula, silently."""
    return np.where(valid, parameter, np.nan)


def positive(parameter: Array) -> Array:
    """Return `parameter` with nan where it is not above zero and finite."""
    return only_where((parameter > 0) & (parameter < np.inf), parameter)


def probability(parameter: Array) -> Array:
    """Return `parameter` with nan where it is not in [0, 1]."""
    return only_where((parameter >= 0) & (parameter <= 1), parameter)


def finite(parameter: Array) -> Array:
    """Return `parameter` with nan where it is infinite."""
    return only_where(np.isfinite(parameter), parameter)


def outside_unit(y: Array) -> Array:
    """Return which rows lie outside [0, 1]."""
    return (y < 0) | (y > 1)


def supported(y: Array, outside: Any, inside: int = 1) -> Array:
    """Return `y` with `inside`, a point of the support, for rows `outside`: `reduce_rows` makes them +inf."""
    return np.where(outside, inside, y)


def reduce_rows(nll: Array, reduction: Reduction, outside: Any = False) -> Loss:
    """Return the sum or mean of the values per row, or the values; rows `outside` the support are +inf.

    Raises
    ------
    ValueError
        `reduction` is none of the three.
    """
    if reduction not in get_args(Reduction):
        raise ValueError(f"reduction={reduction!r} is unknown; choose 'sum', 'mean' or 'none'")
    if np.any(outside):
        nll = np.where(outside & ~np.isnan(nll), np.inf, nll)
    if reduction == "none":
        return nll
    total: Loss = np.sum(nll) if reduction == "sum" else np.mean(nll)
    return total
