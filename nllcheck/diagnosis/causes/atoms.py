"""Sums that people write into losses, of the arguments that the loss takes: Σ r², n·log σ, Σ |β|, Σ y·log p."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, permutations

import numpy as np
from scipy import special

__all__ = ["atoms"]

Values = Mapping[str, np.ndarray]
Sum = tuple[str, np.ndarray]  # how it is written, and what is summed

FEW = 6  # entries of a vector of which pairs of residuals are formed
ONE: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("{x}", lambda x: x),
    ("log {x}", np.log),
    ("{x}²", np.square),
    ("|{x}|", np.abs),
    ("1/{x}", lambda x: 1 / x),
    ("1/{x}²", lambda x: x**-2.0),
    ("√{x}", np.sqrt),
    ("log(1 − {x})", lambda x: np.log1p(-x)),
    ("log(1 + {x})", np.log1p),
    ("exp({x})", np.exp),
    ("exp(−{x})", lambda x: np.exp(-x)),
    ("exp(−2·{x})", lambda x: np.exp(-2 * x)),
    ("log(1 + exp {x})", lambda x: np.logaddexp(0.0, x)),
    ("log Γ({x})", special.gammaln),
    ("{x}·log {x}", lambda x: special.xlogy(x, x)),
    ("log² {x}", lambda x: np.log(x) ** 2),
    ("{x}³", lambda x: x**3),
    ("{x}⁴", lambda x: x**4),
    ("logit {x}", special.logit),
    ("entropy of Bernoulli({x})", lambda x: -special.xlogy(x, x) - special.xlog1py(1 - x, -x)),
    ("log I₀({x})", lambda x: np.log(special.i0e(x)) + np.abs(x)),
    ("Γ({x})", special.gamma),
)
BY_DATA = (
    "{x}",
    "log {x}",
    "{x}²",
    "1/{x}",
    "1/{x}²",
    "√{x}",
    "log(1 − {x})",
    "log(1 + {x})",
    "exp({x})",
    "exp(−{x})",
    "logit {x}",
)
TWO: tuple[tuple[str, Callable[[np.ndarray, np.ndarray], np.ndarray]], ...] = (
    ("{a}·{b}", lambda a, b: a * b),
    ("{a}·log {b}", lambda a, b: a * np.log(b)),
    ("{a}/{b}", lambda a, b: a / b),
    ("log({a} + {b})", lambda a, b: np.log(a + b)),
    ("log Γ({a} + {b})", lambda a, b: special.gammaln(a + b)),
    ("{a}²/{b}", lambda a, b: a**2 / b),
    ("{a}/{b}²", lambda a, b: a / b**2),
    ("{a}²/{b}²", lambda a, b: (a / b) ** 2),
    ("KL(Normal({a}, {b}) ‖ Normal(0, 1))", lambda a, b: 0.5 * (a**2 + b**2 - 1) - np.log(b)),
    ("KL(Normal({a}, exp({b}/2)) ‖ Normal(0, 1))", lambda a, b: 0.5 * (a**2 + np.exp(b) - 1 - b)),
    ("log B({a}, {b})", special.betaln),
)  # fmt: skip
RESIDUAL: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("({r})²", np.square),
    ("|{r}|", np.abs),
    ("({r})", lambda r: r),
    ("({r})⁴", lambda r: r**4),
)


def atoms(arguments: Values, data: Sequence[str], parameters: Sequence[str]) -> dict[str, np.ndarray]:
    """Return named sums at one probe, each with the terms that it adds up.

    Parameters
    ----------
    arguments : mapping of str to array
        What the loss is given.
    data, parameters : sequence of str
        Which of them carry observed data, and which are free parameters themselves.
    """
    with np.errstate(all="ignore"):
        return dict(_atoms({n: np.asarray(v, dtype=float) for n, v in arguments.items()}, data, parameters))


def _atoms(x: Values, data: Sequence[str], parameters: Sequence[str]) -> Iterator[Sum]:
    free = [name for name in x if name not in data]
    for name in x:
        for text, function in ONE:
            yield f"Σ {text.format(x=name)}", function(x[name])
    for name in free:
        if x[name].ndim == 2 and x[name].shape[1] > 1:
            yield from _table(name, x[name])
        if x[name].ndim == 1 and x[name].size > 1:
            yield f"Σ ({name}[1:])²", x[name][1:] ** 2
            yield f"Σ |{name}[1:]|", np.abs(x[name][1:])
            yield f"Σ (differences of {name})²", np.diff(x[name]) ** 2
            yield f"Σ |differences of {name}|", np.abs(np.diff(x[name]))
            yield f"max |{name}|", np.max(np.abs(x[name]), keepdims=True)
            yield f"‖{name}‖", np.sqrt(np.sum(x[name] ** 2, keepdims=True))
    yield from _with_data(x, data, free)
    for a, b in permutations(free, 2):
        if _fits(x[a], x[b]):
            for text, joined in TWO:
                yield f"Σ {text.format(a=a, b=b)}", joined(x[a], x[b])
    yield from _penalties(x, parameters)


def _fits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape or a.ndim == 0 or b.ndim == 0


def _table(name: str, value: np.ndarray) -> Iterator[Sum]:
    """Yield sums over the classes of a table with one row an observation, and of matrices."""
    yield f"Σ log-softmax {name}", special.log_softmax(value, axis=1)
    yield f"Σ (logsumexp {name})²", special.logsumexp(value, axis=1) ** 2
    yield f"Σ logsumexp {name}", special.logsumexp(value, axis=1)
    p = special.softmax(value, axis=1)
    yield f"Σ softmax·log-softmax {name}", p * special.log_softmax(value, axis=1)
    if value.shape[0] == value.shape[1]:
        yield f"log det {name}", np.atleast_1d(np.linalg.slogdet(value)[1])
        yield f"det {name}", np.atleast_1d(np.linalg.det(value))
        yield f"trace {name}", np.diag(value)
        yield f"Σ log diag {name}", np.log(np.diag(value))


def _with_data(x: Values, data: Sequence[str], free: Sequence[str]) -> Iterator[Sum]:
    by_data = [(text, function) for text, function in ONE if text in BY_DATA]
    for y in data:
        for name in free:
            if not _fits(x[y], x[name]):
                continue
            for text, function in by_data:
                yield f"Σ {y}·{text.format(x=name)}", x[y] * function(x[name])
                yield f"Σ (1 − {y})·{text.format(x=name)}", (1 - x[y]) * function(x[name])
                yield f"Σ log {y}·{text.format(x=name)}", np.log(x[y]) * function(x[name])
            for text, value in _residuals(x, y, name, free):
                yield text, value
        for a, b in combinations(free, 2):
            if _fits(x[y], x[a]) and _fits(x[y], x[b]):
                yield f"Σ {y}·{a}·{b}", x[y] * x[a] * x[b]
                yield f"Σ ({y}/{a})^{b}", (x[y] / x[a]) ** x[b]
                yield f"Σ ({y}/{b})^{a}", (x[y] / x[b]) ** x[a]
                yield f"Σ log Γ({y} + {a})", special.gammaln(x[y] + x[a])
                yield f"Σ log Γ({y} + {b})", special.gammaln(x[y] + x[b])
                yield f"Σ {y}·log({a} + {b})", x[y] * np.log(x[a] + x[b])


def _residuals(x: Values, y: str, mu: str, free: Sequence[str]) -> Iterator[Sum]:
    r = x[y] - x[mu]
    text = f"{y} − {mu}"
    for form, function in RESIDUAL:
        yield f"Σ {form.format(r=text)}", function(r)
    yield f"(Σ ({text}))²", np.atleast_1d(np.sum(r) ** 2)
    yield f"log Σ ({text})²", np.atleast_1d(np.log(np.sum(r**2)))
    yield f"√(Σ ({text})²)", np.atleast_1d(np.sqrt(np.sum(r**2)))
    yield f"max |{text}|", np.atleast_1d(np.max(np.abs(r)))
    for s in free:
        if s == mu or not _fits(r, x[s]):
            continue
        yield f"Σ ({text})²/{s}²", (r / x[s]) ** 2
        yield f"Σ ({text})²/{s}", r**2 / x[s]
        yield f"Σ ({text})²·{s}", r**2 * x[s]
        yield f"Σ ({text})²·exp(−{s})", r**2 * np.exp(-x[s])
        yield f"Σ ({text})²·exp(−2·{s})", r**2 * np.exp(-2 * x[s])
        yield f"Σ |{text}|/{s}", np.abs(r) / x[s]
        yield f"Σ ({text})/{s}", r / x[s]
        yield f"Σ exp(−({text})/{s})", np.exp(-r / x[s])
    if r.ndim == 2 and r.shape[1] <= FEW:
        for i in range(r.shape[1]):
            for j in range(i, r.shape[1]):
                yield f"Σ r[{i}]·r[{j}], r = {text}", r[:, i] * r[:, j]


def _penalties(x: Values, parameters: Sequence[str]) -> Iterator[Sum]:
    """Penalties of several parameters together: of any two, and of all of them."""
    groups = [g for k in range(2, len(parameters) + 1) for g in combinations(parameters, k)]
    for group in groups[:20]:
        together = np.concatenate([np.ravel(x[name]) for name in group])
        listed = " + ".join(group)
        yield f"Σ squares of {listed}", together**2
        yield f"Σ |·| of {listed}", np.abs(together)
