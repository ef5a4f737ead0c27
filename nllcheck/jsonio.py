"""Reads JSON that somebody else wrote: bounded, typed, and never in two minds about what it says."""

import json
import math
from collections.abc import Mapping
from typing import Any

from nllcheck.errors import UsageError

__all__ = ["LARGEST", "read_json", "take"]

LARGEST = 256 * 2**20  # bytes


def read_json(text: str | bytes, *, what: str = "this JSON", largest: int = LARGEST) -> Any:
    """Return what `text` says; numbers that are not finite, and keys said twice, are errors.

    Parameters
    ----------
    text : str or bytes
    what : str
        How messages call it.
    largest : int
        Longest text that is read at all.

    Raises
    ------
    UsageError
        It is too long, too deep, no JSON, has a key twice, or a number that a float or int cannot hold.
    """
    if len(text) > largest:
        raise UsageError(f"{what} is {len(text)} bytes long; at most {largest} are read")
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_finite, parse_constant=_refuse)
    except RecursionError:
        raise UsageError(f"{what} is nested too deeply") from None
    except ValueError as error:  # no JSON, no UTF-8, or a whole number of thousands of digits
        raise UsageError(f"{what} cannot be read: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(key for key in keys if keys.count(key) > 1)!r} is there twice")
    return record


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _refuse(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def take[Kind](record: Any, key: str, kind: type[Kind] | tuple[type[Kind], ...]) -> Kind:
    """Return ``record[key]`` if it is of the `kind`; True is no number.

    Raises
    ------
    UsageError
        The key is missing, or its value is of another kind.
    """
    if not isinstance(record, Mapping):
        raise UsageError(f"a record was expected, not a {type(record).__name__}")
    if key not in record:
        raise UsageError(f"the record lacks {key!r}")
    value = record[key]
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = " or ".join(each.__name__ for each in kinds)
        raise UsageError(f"{key!r} is a {type(value).__name__}, not a {wanted}")
    return value
