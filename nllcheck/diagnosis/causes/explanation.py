"""What a cause proposes: how the loss differs from the NLL, exactly, and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nllcheck.evidence.values import Comparison

__all__ = ["Explanation"]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One exact explanation of a loss.

    Attributes
    ----------
    code : str
        The finding that it becomes.
    cost : float
        How far-fetched it is: 1 for one plain mistake; the cheapest is told first.
    change : str
        The loss in terms of the NLL, as the end of a sentence: "if `sigma` is replaced by `sigma**2`".
    reading : str
        What that means, a sentence; may be empty.
    advice : str
        What to do about it.
    repaired : Comparison or None
        The relation found after the repair, judged to rounding at all probes.
    follows : bool
        Whether the repaired loss is the NLL of simulated data too.
    key : str
        Explanations with one key are one explanation in other words; only the cheapest is told.
    also : tuple of str
        Codes of what is wrong besides, such as ``"sign-flipped"``.
    numbers : mapping
        The evidence in machine form.
    is_family : bool
        Whether `change` is what the loss is, a noun, rather than how it differs from the NLL.
    """

    code: str
    cost: float
    change: str
    reading: str = ""
    advice: str = ""
    repaired: Comparison | None = None
    follows: bool = True
    key: str = ""
    also: tuple[str, ...] = ()
    numbers: Mapping[str, Any] = field(default_factory=dict)
    is_family: bool = False
