"""Records as JSON-ready dictionaries and back, by the types that their fields declare."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

__all__ = ["decode", "encode"]

NON_FINITE = ("nan", "inf", "-inf")


def encode(value: Any) -> Any:
    """Turn a record, or what one holds, into what JSON can hold; non-finite numbers become strings."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    match value:
        case None | bool() | str() | int():
            return value
        case float():
            return float(value) if math.isfinite(value) else str(float(value))
        case Mapping():
            return {str(key): encode(item) for key, item in value.items()}
        case list() | tuple():
            return [encode(item) for item in value]
    raise TypeError(f"a record cannot hold a {type(value).__name__}")


def decode(kind: Any, value: Any, where: str) -> Any:
    """Undo `encode` for a field of the declared type `kind`; `where` names it in the error.

    Raises
    ------
    TypeError, ValueError
        The value is not of that type, or a field is missing or unknown.
    """
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, value, where)
    if isinstance(kind, UnionType):
        return _union(kind, value, where)
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise TypeError(f"{where} is no list")
        (item,) = {part for part in get_args(kind) if part is not Ellipsis}
        return tuple(decode(item, element, f"{where}[{i}]") for i, element in enumerate(value))
    if get_origin(kind) is Mapping:
        if not isinstance(value, dict):
            raise TypeError(f"{where} is no mapping")
        item = get_args(kind)[1]
        return {str(key): decode(item, element, f"{where}.{key}") for key, element in value.items()}
    return _plain(kind, value, where)


def _record(kind: type, value: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{where} is no mapping")
    hints = get_type_hints(kind)
    if set(value) != set(hints):
        odd = sorted(set(value) ^ set(hints))
        raise ValueError(f"{where} lacks or does not know {', '.join(map(str, odd))}")
    return kind(**{name: decode(hints[name], value[name], f"{where}.{name}") for name in hints})


def _union(kind: UnionType, value: Any, where: str) -> Any:
    """Decode an optional value: all unions of the records are ``X | None``."""
    if value is None:
        return None
    (inner,) = (part for part in get_args(kind) if part is not NoneType)
    return decode(inner, value, where)


def _plain(kind: Any, value: Any, where: str) -> Any:
    if kind is Any:
        return _free(value)
    if kind is float:
        return _number(value, where)
    if type(value) is not kind:
        raise TypeError(f"{where} is {value!r}, not of type {kind.__name__}")
    return value


def _number(value: Any, where: str) -> float:
    if (isinstance(value, int | float) and not isinstance(value, bool)) or value in NON_FINITE:
        return float(value)
    raise TypeError(f"{where} is {value!r}, not a number")


def _free(value: Any) -> Any:
    """Undo `encode` where no type is declared: mappings, tuples, numbers and strings."""
    match value:
        case "nan" | "inf" | "-inf":
            return float(value)
        case dict():
            return {str(key): _free(item) for key, item in value.items()}
        case list():
            return tuple(_free(item) for item in value)
    return value
