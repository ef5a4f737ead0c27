"""Links: what a parameter may be of an argument of the loss, such as its square or its logarithm."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, log_softmax, logit, ndtr, softmax

__all__ = ["Link", "links_to"]

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A map from an argument of the loss to a parameter of a family.

    Attributes
    ----------
    text : str
        The parameter in PyMC, ``{0}`` for the argument.
    function : callable
    source : str
        The domain of the argument.
    """

    text: str
    function: Callable[[Array], Array]
    source: str

    def of(self, argument: str) -> str:
        """Return the parameter as an expression in PyMC."""
        return self.text.format(argument)


def _identity(domain: str) -> Link:
    """Return the argument as it is."""
    return Link(text="{0}", function=lambda x: x, source=domain)


_POSITIVE = (
    Link(text="({0} ** 0.5)", function=np.sqrt, source="positive"),
    Link(text="({0} ** 2)", function=np.square, source="positive"),
    Link(text="pm.math.exp({0})", function=np.exp, source="real"),
    Link(text="pm.math.exp({0} / 2)", function=lambda x: np.exp(x / 2), source="real"),
    Link(text="(1 / {0})", function=np.reciprocal, source="positive"),
    Link(text="({0} ** -0.5)", function=lambda x: x**-0.5, source="positive"),
    Link(text="({0} ** -2)", function=lambda x: x**-2.0, source="positive"),
    Link(text="pm.math.exp(-{0})", function=lambda x: np.exp(-x), source="real"),
    Link(text="pm.math.exp(-{0} / 2)", function=lambda x: np.exp(-x / 2), source="real"),
    Link(text="(2 * {0})", function=lambda x: 2 * x, source="positive"),
    Link(text="({0} / 2)", function=lambda x: x / 2, source="positive"),
    Link(text="pm.math.log1pexp({0})", function=lambda x: np.logaddexp(0.0, x), source="real"),
)
_REAL = (
    Link(text="pm.math.log({0})", function=np.log, source="positive"),
    Link(text="pm.math.exp({0})", function=np.exp, source="real"),
    Link(text="pm.math.logit({0})", function=logit, source="unit"),
    Link(text="pm.math.sigmoid({0})", function=expit, source="real"),
    Link(text="(-{0})", function=np.negative, source="real"),
)
_UNIT = (
    Link(text="pm.math.sigmoid({0})", function=expit, source="real"),
    Link(text="pm.math.invprobit({0})", function=ndtr, source="real"),
    Link(text="(1 - {0})", function=lambda x: 1 - x, source="unit"),
    Link(text="pm.math.exp(-{0})", function=lambda x: np.exp(-x), source="positive"),
    Link(text="pm.math.exp({0})", function=np.exp, source="log probability"),
)
_SIMPLEX = (
    Link(text="pm.math.softmax({0}, axis=-1)", function=lambda z: softmax(z, axis=-1), source="logits"),
    Link(text="pm.math.exp({0})", function=np.exp, source="log simplex"),
)
_LOGITS = (
    Link(
        text="pm.math.log_softmax({0}, axis=-1)", function=lambda z: log_softmax(z, axis=-1), source="logits"
    ),
)
_TABLE: Mapping[str, tuple[Link, ...]] = {
    "positive": _POSITIVE,
    "real": _REAL,
    "unit": _UNIT,
    "simplex": _SIMPLEX,
    "logits": _LOGITS,
}


def links_to(domain: str) -> tuple[Link, ...]:
    """Return the links to a parameter of this domain, the argument itself first."""
    return (_identity(domain), *_TABLE.get(domain, ()))
