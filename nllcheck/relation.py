"""The relations that can hold between a loss L and a negative log-likelihood N."""

from enum import StrEnum

from nllcheck.errors import UsageError

__all__ = ["Relation"]


class Relation(StrEnum):
    """How a loss L relates to N = −log p, from the tightest relation to none.

    The members are ordered by what they promise: ``a.implies(b)`` says that a loss which
    stands in relation ``a`` also stands in relation ``b``.
    """

    EQUAL = "equal"  # L = N
    CONSTANT = "constant"  # L = N + c
    AFFINE = "affine"  # L = a·N + c, a > 0
    MONOTONE = "monotone"  # L = g(N), g increasing
    MINIMIZER = "minimizer"  # the same minimiser on several data sets
    DIFFERENT = "different"  # none of these

    @classmethod
    def parse(cls, value: str) -> "Relation":
        """Return the relation called `value`, or raise UsageError that lists them all."""
        try:
            return cls(value)
        except ValueError:
            names = ", ".join(member.value for member in cls)
            raise UsageError(f"relation={value!r} is no relation; choose one of {names}") from None

    def implies(self, other: "Relation") -> bool:
        """Return whether this relation is at least as tight as `other`."""
        order = list(Relation)
        return order.index(self) <= order.index(other)

    @property
    def meaning(self) -> str:
        """The relation as an equation or a few words."""
        return _MEANINGS[self]


_MEANINGS = {
    Relation.EQUAL: "L = N",
    Relation.CONSTANT: "L = N + c",
    Relation.AFFINE: "L = a·N + c",
    Relation.MONOTONE: "L = g(N), g increasing",
    Relation.MINIMIZER: "the same minimiser, otherwise different",
    Relation.DIFFERENT: "not the negative log-likelihood",
}
