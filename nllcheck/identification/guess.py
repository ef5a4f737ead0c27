"""A guess at what a loss is: a family, what stands for its parameters, and how many values they have."""

from collections.abc import Iterator
from dataclasses import dataclass

from nllcheck.families import Family
from nllcheck.identification.links import Link

__all__ = ["Guess", "ways"]

WAYS = ("usual", "one for all", "one a row")
ROWWISE = (
    "real",
    "unit",
    "simplex",
    "logits",
    "shares",
    "trials",
    "event",
)  # domains of what usually differs by row
SINGLE = ("ordered", "bound", "fixed share", "fixed number")  # of what never does


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A family, and what stands for its parameters.

    Attributes
    ----------
    family : Family
    kind : str
        How the data are drawn.
    arguments : tuple of str
        For each parameter, an argument of the loss.
    links : tuple of Link
        For each parameter, what it is of that argument.
    way : str
        Which arguments have one value a row: one of `WAYS`.
    unknown : float or None
    """

    family: Family
    kind: str
    arguments: tuple[str, ...]
    links: tuple[Link, ...]
    way: str
    unknown: float | None = None

    def per_row(self) -> dict[str, bool]:
        """Return which arguments have one value a row."""
        usual = {
            argument: domain in ROWWISE or name in ("mu", "rate", "exposure")
            for argument, (name, domain) in zip(self.arguments, self.family.parameters.items(), strict=True)
        }
        every = dict.fromkeys(self.arguments, self.way == "one a row")
        chosen = usual if self.way == "usual" else every
        domain_of = dict(zip(self.arguments, self.family.parameters.values(), strict=True))
        return {
            argument: domain_of[argument] in ("trials", "event")
            or (rows and domain_of[argument] not in SINGLE)
            for argument, rows in chosen.items()
        }

    @property
    def sources(self) -> dict[str, str]:
        """What stands for each parameter, as expressions in PyMC."""
        made = [link.of(argument) for link, argument in zip(self.links, self.arguments, strict=True)]
        return dict(zip(self.family.parameters, made, strict=True))


def ways(family: Family) -> Iterator[str]:
    """Yield the ways that differ for a family."""
    seen = []
    for way in WAYS:
        names = tuple(family.parameters)
        rows = Guess(family=family, kind="", arguments=names, links=(), way=way).per_row()
        if rows not in seen:
            seen.append(rows)
            yield way
