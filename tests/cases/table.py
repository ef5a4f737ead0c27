"""What a row of the tables says: a claim, and what must be found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Estimates", "Right", "Wrong", "number"]

Estimates = Mapping[str, Any]  # the model's, on the constrained scale
Number = float | Callable[[Estimates], float]


def number(value: Number, at: Estimates) -> float:
    """Return a closed form at the model's estimates."""
    return float(value(at)) if callable(value) else float(value)


@dataclass(frozen=True, kw_only=True)
class Right:
    """A loss that is the NLL of a model in the relation claimed.

    Attributes
    ----------
    id, family : str
    model : callable or distribution class
    loss : callable
    relation : str
        The claim, and what must be found.
    scale, offset : number or callable, optional
        The second oracle: a closed form of a and c at the model's estimates.
    scale_name, offset_name : str, optional
        Where design.md says that it has a name.
    warnings, notes : tuple of str
        Codes that must be said; no other warning may be. Other notes may.
    rtol : float
        Relative accuracy of scale and offset.
    options : mapping
        What else `check` gets.
    """

    id: str
    family: str
    model: Any
    loss: Callable[..., Any]
    relation: str
    scale: Number | None = None
    scale_name: str | None = None
    offset: Number | None = None
    offset_name: str | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rtol: float = 1e-9
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A loss that is not the NLL of a model, or in a looser relation than one would hope.

    Attributes
    ----------
    id : str
    model : callable or distribution class
    loss : callable
    relation : str, tuple of str or None
        What must be found; None where the loss breaks the contract. For a clip it depends on whether a probe
        falls into it: a tuple says what may be found.
    code : str or tuple of str
        What must be said, or any of what may be said, where a fair expert would take several for the cause. Where the
        relation found is ``different`` it must be the first error; otherwise it must be among the errors (or the
        warnings, if `severity` says so).
    severity : str
    options : mapping
        What else `check` gets.
    family : str
        Of the model; the table fills it in.
    source : str
        Where the mistake was made: a public thread as ``owner/repository#number``, or ``common``.
    """

    id: str
    model: Any
    loss: Callable[..., Any]
    relation: str | tuple[str, ...] | None = "different"
    code: str | tuple[str, ...] = "unexplained"
    severity: str = "error"
    options: Mapping[str, Any] = field(default_factory=dict)
    family: str = ""
    source: str = ""

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that may be said; empty where none must be."""
        codes = self.code if isinstance(self.code, tuple) else (self.code,)
        return tuple(code for code in codes if code)

    @property
    def wants_cause(self) -> bool:
        """Whether the loss is ``different`` for a reason that the first error must name."""
        return self.relation == "different" and self.severity == "error" and bool(self.codes)
