"""What may be said about a claim, and which of it makes sense."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, TypedDict

from nllcheck.errors import UsageError
from nllcheck.relation import Relation

__all__ = ["Options", "validate"]


class Options(TypedDict, total=False):
    """What may be said about a claim; the same options as `nllcheck.check`."""

    relation: str
    of: str | tuple[str, ...]
    args: Any
    given: Any
    weights: str | None
    because: str | tuple[str, ...] | None
    gradient: Mapping[str, Callable[..., Any]] | None
    hessian: Mapping[str, Callable[..., Any]] | None
    convert: Callable[..., Any] | None
    potentials: str
    constants: Mapping[str, Any] | None
    domain: Mapping[str, str] | None
    seed: int | None
    name: str | None


def validate(options: Mapping[str, Any]) -> None:
    """Raise UsageError for the first option that makes no sense."""
    for name in options:
        if name not in Options.__annotations__:
            near = get_close_matches(name, Options.__annotations__, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UsageError(
                f"a claim has no option {name!r}{hint} It has: {', '.join(Options.__annotations__)}"
            )
    relation = Relation.parse(options.get("relation", "constant"))
    if options.get("because") and relation is not Relation.DIFFERENT:
        raise UsageError(
            f"because={options['because']!r} says why a loss is no NLL; it needs relation='different', not {relation!s}"
        )
    for name, kind, wanted in _KINDS:
        value = options.get(name)
        if value is not None and not kind(value):
            raise UsageError(f"{name}={value!r}: {wanted}")


def _names(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, tuple | list) and bool(value) and all(isinstance(name, str) for name in value)
    )


def _functions(value: Any) -> bool:
    return isinstance(value, Mapping) and all(callable(function) for function in value.values())


_KINDS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("of", _names, "give 'likelihood', 'posterior' or the names of observed variables"),
    ("args", lambda value: isinstance(value, Mapping | tuple | list), "give ('y', 'mu') or {'y_true': 'y'}"),
    (
        "given",
        lambda value: isinstance(value, Mapping) or _names(value),
        "give 'sigma', ('sigma',) or {'sigma': 1.0}",
    ),
    ("weights", lambda value: isinstance(value, str), "give the name of the pm.Data that holds the weights"),
    ("because", _names, "give the code of a finding, or a tuple of codes"),
    ("gradient", _functions, "give {argument name: function}"),
    ("hessian", _functions, "give {argument name: function}"),
    ("convert", callable, "give a function such as torch.as_tensor"),
    ("potentials", lambda value: value in ("likelihood", "prior"), "give 'likelihood' or 'prior'"),
    ("constants", lambda value: isinstance(value, Mapping), "give {'n': 10}"),
    ("domain", lambda value: isinstance(value, Mapping), "give {'mu': 'positive'}"),
    ("seed", lambda value: isinstance(value, int) and value >= 0, "give a whole number from 0"),
    ("name", lambda value: isinstance(value, str) and bool(value.strip()), "give a name that is not empty"),
)
