"""The catalogue of maps that people forget, or apply twice, between a model and a loss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from scipy import linalg, special

__all__ = [
    "LABELS",
    "MATRICES",
    "NATURAL",
    "PLAIN",
    "SMOOTHED",
    "TABLES",
    "Map",
    "label_maps",
    "plus",
    "times",
    "unsmoothed",
    "vector_maps",
]

Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Map:
    """A map of one argument.

    Attributes
    ----------
    text : str
        As Python writes it, with ``{x}`` for the argument.
    apply : callable
    expects : str
        What a loss expects that is the NLL after this map: "the logarithm of {x}".
    """

    text: str
    apply: Function
    expects: str = ""

    def of(self, name: str) -> str:
        """Return the map of `name` as Python writes it."""
        return self.text.format(x=name)

    def said(self, name: str) -> str:
        """Return what the loss expects where it is given `name`."""
        return (self.expects or self.text).format(x=name)


LONGEST = 12  # entries of a vector that is not one value a row


def times(factor: float) -> Function:
    """Return the multiplication by a number."""
    return lambda x: factor * x


def plus(number: float) -> Function:
    """Return the addition of a number."""
    return lambda x: x + number


def unsmoothed(share: float) -> Function:
    """Return what undoes the smoothing of binary labels by `share`."""
    return lambda y: (y - share / 2) / (1 - share)


def _shift(shift: int, count: int) -> Function:
    return lambda y: np.mod(y + shift, count).astype(y.dtype)


def _recode(table: np.ndarray) -> Function:
    return lambda y: table[y.astype(int)].astype(y.dtype)


def _inverse_softplus(x: np.ndarray) -> np.ndarray:
    return x + np.log(-np.expm1(-x))


# A loss that is the NLL after the map expects the map of what it is given.
NATURAL = (
    Map(text="{x}**2", apply=np.square, expects="the square of {x} (a variance, if {x} is a standard deviation)"),
    Map(text="np.sqrt({x})", apply=np.sqrt, expects="the square root of {x} (a standard deviation, if {x} is a variance)"),
    Map(text="1/{x}", apply=np.reciprocal, expects="the reciprocal of {x} (a scale for a rate, a rate for a scale)"),
    Map(text="1/{x}**2", apply=lambda x: x**-2.0, expects="1/{x}² (a precision, if {x} is a standard deviation)"),
    Map(text="1/np.sqrt({x})", apply=lambda x: x**-0.5, expects="1/√{x} (a standard deviation, if {x} is a precision)"),
    Map(text="np.log({x})", apply=np.log, expects="the logarithm of {x}"),
    Map(text="2*np.log({x})", apply=lambda x: 2 * np.log(x), expects="the logarithm of {x}² (a log-variance, if {x} is a standard deviation)"),
    Map(text="0.5*np.log({x})", apply=lambda x: 0.5 * np.log(x), expects="half the logarithm of {x} (a log standard deviation, if {x} is a variance)"),
    Map(text="-np.log({x})", apply=lambda x: -np.log(x), expects="minus the logarithm of {x}"),
    Map(text="-2*np.log({x})", apply=lambda x: -2 * np.log(x), expects="a log-precision, −2·log {x}"),
    Map(text="np.exp({x})", apply=np.exp, expects="exp({x}): {x} is a logarithm and is taken for the value itself"),
    Map(text="np.exp(2*{x})", apply=lambda x: np.exp(2 * x), expects="exp(2·{x}): a variance, if {x} is a log standard deviation"),
    Map(text="np.exp({x}/2)", apply=lambda x: np.exp(x / 2), expects="exp({x}/2): a standard deviation, if {x} is a log-variance"),
    Map(text="np.exp(-{x})", apply=lambda x: np.exp(-x), expects="exp(−{x})"),
    Map(text="np.exp(-2*{x})", apply=lambda x: np.exp(-2 * x), expects="exp(−2·{x}): a precision, if {x} is a log standard deviation"),
    Map(text="np.exp(-{x}/2)", apply=lambda x: np.exp(-x / 2), expects="exp(−{x}/2)"),
    Map(text="1-{x}", apply=lambda x: 1 - x, expects="the complement, 1 − {x}"),
    Map(text="scipy.special.logit({x})", apply=special.logit, expects="logits where it is given the probability {x}: it applies the sigmoid itself"),
    Map(text="scipy.special.expit({x})", apply=special.expit, expects="probabilities where it is given the logits {x}: apply the sigmoid"),
    Map(text="scipy.special.log_expit({x})", apply=special.log_expit, expects="log-probabilities where it is given the logits {x}"),
    Map(text="np.logaddexp(0, {x})", apply=lambda x: np.logaddexp(0.0, x), expects="softplus({x})"),
    Map(text="{x} + np.log(-np.expm1(-{x}))", apply=_inverse_softplus, expects="the inverse softplus of {x}: it applies softplus itself"),
    Map(text="np.log1p({x})", apply=np.log1p, expects="log(1 + {x})"),
    Map(text="np.expm1({x})", apply=np.expm1, expects="exp({x}) − 1"),
    Map(text="{x}/(1-{x})", apply=lambda x: x / (1 - x), expects="the odds of {x}"),
    Map(text="(1-{x})/{x}", apply=lambda x: (1 - x) / x, expects="the odds against {x}"),
    Map(text="{x}/(1+{x})", apply=lambda x: x / (1 + x), expects="the probability whose odds are {x}"),
    Map(text="1/(1+{x})", apply=lambda x: 1 / (1 + x), expects="1/(1 + {x})"),
    Map(text="1/(1-{x})", apply=lambda x: 1 / (1 - x), expects="1/(1 − {x})"),
    Map(text="np.log2({x})", apply=np.log2, expects="the binary logarithm of {x}"),
    Map(text="np.log10({x})", apply=np.log10, expects="the decimal logarithm of {x}"),
    Map(text="2.0**{x}", apply=lambda x: 2.0**x, expects="2 to the power of {x}"),
    Map(text="10.0**{x}", apply=lambda x: 10.0**x, expects="10 to the power of {x}"),
    Map(text="scipy.special.ndtri({x})", apply=special.ndtri, expects="the probit of {x}"),
    Map(text="scipy.special.ndtr({x})", apply=special.ndtr, expects="the normal distribution function of {x}"),
    Map(text="np.log(-np.log1p(-{x}))", apply=lambda x: np.log(-np.log1p(-x)), expects="the complementary log-log of {x}"),
    Map(text="-np.expm1(-np.exp({x}))", apply=lambda x: -np.expm1(-np.exp(x)), expects="the inverse complementary log-log of {x}"),
    Map(text="np.log(-np.log({x}))", apply=lambda x: np.log(-np.log(x)), expects="log(−log {x})"),
    Map(text="np.tan({x})", apply=np.tan, expects="the tangent of {x}"),
    Map(text="np.arctanh({x})", apply=np.arctanh, expects="the Fisher transform of {x}: it applies tanh itself"),
    Map(text="np.tanh({x})", apply=np.tanh, expects="tanh({x})"),
    Map(text="scipy.special.gamma({x})", apply=special.gamma, expects="the gamma function of {x}"),
)  # fmt: skip

# Multiples and shifts: tried after everything that reads as one mistake, for they restate wrong coefficients.
PLAIN = (
    *(
        Map(text=text, apply=times(k), expects=text)
        for text, k in (
            ("2*{x}", 2.0), ("{x}/2", 0.5), ("-{x}", -1.0), ("np.sqrt(2)*{x}", np.sqrt(2)), ("{x}/np.sqrt(2)", np.sqrt(0.5)),
            ("3*{x}", 3.0), ("{x}/3", 1 / 3), ("4*{x}", 4.0), ("{x}/4", 0.25), ("10*{x}", 10.0), ("{x}/10", 0.1),
            ("100*{x}", 100.0), ("{x}/100", 0.01), ("1000*{x}", 1000.0), ("{x}/1000", 1e-3), ("np.deg2rad({x})", np.pi / 180),
            ("np.rad2deg({x})", 180 / np.pi), ("np.log(2)*{x}", np.log(2)), ("{x}/np.log(2)", 1 / np.log(2)),
        )
    ),
    *(
        Map(text=text, apply=times(k), expects=text)
        for text, k in (
            ("np.sqrt(3)/np.pi*{x}", np.sqrt(3) / np.pi), ("np.pi/np.sqrt(3)*{x}", np.pi / np.sqrt(3)),
            ("np.sqrt(6)/np.pi*{x}", np.sqrt(6) / np.pi), ("np.pi/np.sqrt(6)*{x}", np.pi / np.sqrt(6)),
            ("2*np.sqrt(2*np.log(2))*{x}", np.sqrt(8 * np.log(2))), ("{x}/(2*np.sqrt(2*np.log(2)))", 1 / np.sqrt(8 * np.log(2))),
            ("1.4826*{x}", 1.4826), ("{x}/1.4826", 1 / 1.4826), ("2*np.pi*{x}", 2 * np.pi), ("{x}/(2*np.pi)", 0.5 / np.pi),
            ("60*{x}", 60.0), ("{x}/60", 1 / 60), ("{x}/12", 1 / 12), ("12*{x}", 12.0), ("{x}/365.25", 1 / 365.25),
        )
    ),
    Map(text="{x}+1", apply=lambda x: x + 1, expects="{x} + 1"),
    Map(text="{x}-1", apply=lambda x: x - 1, expects="{x} − 1"),
    Map(text="2-{x}", apply=lambda x: 2 - x, expects="2 − {x}"),
    Map(text="{x}**np.log(10)", apply=lambda x: x ** np.log(10), expects="natural logarithms: it takes decimal ones of {x}"),
    Map(text="{x}**np.log(2)", apply=lambda x: x ** np.log(2), expects="natural logarithms: it takes binary ones of {x}"),
    Map(text="{x}**3", apply=lambda x: x**3, expects="the cube of {x}"),
    Map(text="{x}**4", apply=lambda x: x**4, expects="the fourth power of {x}"),
    Map(text="1/(2*{x})", apply=lambda x: 0.5 / x, expects="1/(2·{x})"),
    Map(text="2/{x}", apply=lambda x: 2 / x, expects="2/{x}"),
    Map(text="1/(2*{x}**2)", apply=lambda x: 0.5 / x**2, expects="1/(2·{x}²)"),
    Map(text="np.abs({x})", apply=np.abs, expects="the absolute value of {x}"),
    Map(text="2*{x}-1", apply=lambda x: 2 * x - 1, expects="2·{x} − 1"),
    Map(text="({x}+1)/2", apply=lambda x: (x + 1) / 2, expects="({x} + 1)/2"),
)  # fmt: skip


VECTORS = (
    Map(text="scipy.special.softmax({x}, axis=-1)", apply=lambda x: special.softmax(x, axis=-1), expects="probabilities where it is given the logits {x}: apply the softmax"),
    Map(text="scipy.special.log_softmax({x}, axis=-1)", apply=lambda x: special.log_softmax(x, axis=-1), expects="log-probabilities where it is given the logits {x}"),
    Map(text="{x}[..., ::-1]", apply=lambda x: x[..., ::-1], expects="the entries of {x} in the opposite order"),
    Map(text="np.cumsum({x}, axis=-1)", apply=lambda x: np.cumsum(x, axis=-1), expects="the running sums of {x}"),
    Map(text="np.diff({x}, axis=-1, prepend=0)", apply=lambda x: np.diff(x, axis=-1, prepend=0.0), expects="the increments of {x}"),
    Map(text="{x}/{x}.sum(axis=-1, keepdims=True)", apply=lambda x: x / x.sum(axis=-1, keepdims=True), expects="shares that sum to 1"),
)  # fmt: skip

TABLES = (
    Map(text="{x}[:, ::-1]", apply=lambda y: y[:, ::-1], expects="the categories of {x} in the opposite order"),
    Map(text="np.roll({x}, 1, axis=1)", apply=lambda y: np.roll(y, 1, axis=1), expects="the categories of {x} shifted by one"),
    Map(text="np.roll({x}, -1, axis=1)", apply=lambda y: np.roll(y, -1, axis=1), expects="the categories of {x} shifted by one"),
    Map(text="1-{x}", apply=lambda y: 1 - y, expects="1 − {x}: the labels are exchanged"),
)  # fmt: skip

MATRICES = (
    Map(text="scipy.linalg.sqrtm({x})", apply=lambda x: np.real(linalg.sqrtm(x)), expects="the square root of the matrix {x}"),
    Map(text="{x} @ {x}", apply=lambda x: x @ x, expects="the square of the matrix {x}"),
    Map(text="np.linalg.inv({x})", apply=np.linalg.inv, expects="the inverse of the matrix {x} (a precision for a covariance)"),
    Map(text="np.linalg.cholesky({x})", apply=np.linalg.cholesky, expects="the Cholesky factor of {x}"),
    Map(text="{x} @ {x}.T", apply=lambda x: x @ np.swapaxes(x, -1, -2), expects="the covariance where it is given the Cholesky factor {x}"),
    Map(text="{x}.T", apply=lambda x: np.swapaxes(x, -1, -2), expects="the transpose of {x}"),
    Map(text="np.linalg.cholesky(np.linalg.inv({x}))", apply=lambda x: np.linalg.cholesky(np.linalg.inv(x)), expects="the Cholesky factor of the precision"),
)  # fmt: skip


def vector_maps(value: np.ndarray) -> tuple[Map, ...]:
    """Return the maps along the last axis, and of square matrices, that fit `value`."""
    if value.ndim == 0 or value.shape[-1] < 2 or (value.ndim == 1 and len(value) > LONGEST):
        return ()
    square = value.ndim >= 2 and value.shape[-1] == value.shape[-2]
    return VECTORS + (MATRICES if square else ())


LABELS = (
    (Map(text="1-{x}", apply=lambda y: 1 - y, expects="1 − {x}: the labels are exchanged"), (0, 1)),
    (Map(text="2*{x}-1", apply=lambda y: 2 * y - 1, expects="labels −1 and +1 where it is given 0 and 1"), (0, 1)),
    (Map(text="1-2*{x}", apply=lambda y: 1 - 2 * y, expects="labels +1 and −1 where it is given 0 and 1"), (0, 1)),
    (Map(text="({x}+1)/2", apply=lambda y: (y + 1) / 2, expects="labels that it turns into 2·{x} − 1: a formula for 0 and 1 is fed with −1 and +1"), (0, 1)),
    (Map(text="({x}+1)//2", apply=lambda y: (y + 1) // 2, expects="labels 0 and 1 where it is given −1 and +1"), (-1, 1)),
    (Map(text="-{x}", apply=lambda y: -y, expects="−{x}: the labels are exchanged"), (-1, 1)),
    (Map(text="{x}+1", apply=lambda y: y + 1, expects="{x} + 1: it counts from 1"), None),
    (Map(text="{x}-1", apply=lambda y: y - 1, expects="{x} − 1: it counts from 0"), None),
)  # fmt: skip


SMOOTHED = tuple(
    Map(
        text=f"({{x}} - {e / 2:g})/{1 - e:g}",
        apply=unsmoothed(e),
        expects=f"labels of which it makes {1 - e:g}·{{x}} + {e / 2:g}: smoothed ones",
    )
    for e in (0.1, 0.2, 0.05, 0.01, 0.02, 0.15, 0.3)
)


def label_maps(y: np.ndarray, n_classes: int = 0) -> Iterator[Map]:
    """Yield other encodings of labels or counts `y`, whole numbers; with `n_classes` also permutations."""
    values = np.unique(y)
    for candidate, needed in LABELS:
        if needed is None or set(values.tolist()) <= set(needed):
            yield candidate
    highest = n_classes - 1 if n_classes else int(values.max(initial=0))
    if n_classes > 2 or (2 <= highest <= 5 and len(values) <= 6):
        yield from _shifted(highest + 1)
        if highest <= 3:
            yield from _permuted(highest + 1)
    yield Map(
        text=f"{highest}-{{x}}",
        apply=lambda y: highest - y,
        expects=f"the labels in the opposite order, {highest} − {{x}}",
    )


def _shifted(count: int) -> Iterator[Map]:
    for shift in range(1, count):
        yield Map(
            text=f"({{x}}+{shift}) % {count}",
            apply=_shift(shift, count),
            expects=f"classes numbered from another one, ({{x}} + {shift}) mod {count}",
        )


def _permuted(count: int) -> Iterator[Map]:
    for order in permutations(range(count)):
        if order == tuple(range(count)):
            continue
        table = np.array(order)
        yield Map(
            text=f"np.array({list(order)})[{{x}}]",
            apply=_recode(table),
            expects=f"the classes in the order {list(order)}",
        )
