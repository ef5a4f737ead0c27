"""The stages of the search: which families are tried, and how many arguments are transformed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from nllcheck.families import FAMILIES, Family, Unknown

__all__ = ["STAGES", "Stage"]

_CONSTANT = Unknown(
    symbol="",
    grid=tuple(np.geomspace(0.03, 30.0, 28).tolist()),
    usual=(0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0),
    bounds=(0.0, np.inf),
)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A kind of guess: what it is called, its families, and how many arguments are linked."""

    name: str
    families: tuple[Family, ...]
    linked: int


def _with_constants(families: tuple[Family, ...]) -> Iterator[Family]:
    """Yield families with one positive parameter that the loss has as a constant."""
    for family in families:
        for name, domain in family.parameters.items():
            if family.unknown is None and len(family.parameters) > 1 and domain == "positive":
                yield _with_constant(family, name)


def _with_constant(family: Family, name: str) -> Family:
    position = list(family.parameters).index(name)

    def rows(y: np.ndarray, *others: np.ndarray) -> np.ndarray:
        *parameters, value = others
        return family.rows(y, *parameters[:position], value, *parameters[position:])

    return replace(
        family,
        name=f"{family.name} of a fixed {name}",
        parameters={n: d for n, d in family.parameters.items() if n != name},
        rows=rows,
        unknown=replace(_CONSTANT, symbol=name),
    )


def _taken(family: Family) -> Family:
    """Return a family whose unknown number is an argument of the loss."""
    assert family.unknown is not None
    domain = "fixed share" if family.unknown.bounds == (0.0, 1.0) else "fixed number"
    return replace(family, parameters={**family.parameters, family.unknown.symbol: domain}, unknown=None)


_FIXED = tuple(family for family in FAMILIES if family.unknown is None)
_SHAPED = tuple(family for family in FAMILIES if family.unknown is not None)
STAGES = (
    Stage(name="as they are", families=_FIXED, linked=0),
    Stage(name="with an unknown number besides", families=_SHAPED, linked=0),
    Stage(name="with a constant among them", families=tuple(map(_taken, _SHAPED)), linked=0),
    Stage(name="one of them transformed", families=_FIXED, linked=1),
    Stage(name="with a number in place of one parameter", families=tuple(_with_constants(_FIXED)), linked=0),
    Stage(name="two of them transformed", families=_FIXED, linked=2),
    Stage(name="one of them transformed, with an unknown number besides", families=_SHAPED, linked=1),
)
