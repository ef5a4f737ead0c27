"""Names of scales and offsets, given only where they hold while everything in them varies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from scipy.special import gammaln

from nllcheck.result import Coefficient

__all__ = ["Condition", "name_offset", "name_scale", "symbol"]

GREEK = {
    "sigma": "σ", "tau": "τ", "alpha": "α", "beta": "β", "lam": "λ", "lambda": "λ", "lambda_": "λ", "mu": "μ",
    "nu": "ν", "kappa": "κ", "theta": "θ", "phi": "φ", "psi": "ψ", "eta": "η",
}  # fmt: skip
SUPERSCRIPT = {2: "²", 3: "³", 4: "⁴"}
NUMBERS = {
    "1": 1.0, "2": 2.0, "½": 0.5, "4": 4.0, "¼": 0.25, "3": 3.0, "1/3": 1 / 3, "10": 10.0, "1/10": 0.1, "100": 100.0,
    "1/ln 2": 1 / np.log(2), "2/ln 2": 2 / np.log(2), "1/ln 10": 1 / np.log(10), "10/ln 10": 10 / np.log(10),
}  # fmt: skip
OFFSET_FACTORS = (1.0, -1.0, 0.5, -0.5, 2.0, -2.0)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One circumstance under which a and c were found: rows, nuisances and data.

    `scale_error` and `offset_error` are rounding errors.
    """

    scale: float
    scale_error: float
    offset: float
    offset_error: float
    n_obs: int
    nuisances: Mapping[str, np.ndarray]
    data: Mapping[str, np.ndarray]
    data_name: str


def symbol(name: str) -> str:
    """Return how a parameter is written in a formula."""
    return GREEK.get(name, name)


def _varies(values: Sequence[float], errors: Sequence[float]) -> bool:
    values_, errors_ = np.asarray(values), np.asarray(errors)
    return bool(np.ptp(values_) > 10 * np.max(errors_) + 1e-12 * np.max(np.abs(values_), initial=0.0))


def _scalars(condition: Condition) -> dict[str, float]:
    return {name: float(value) for name, value in condition.nuisances.items() if np.ndim(value) == 0}


def what_varies(conditions: Sequence[Condition], attribute: str) -> tuple[str, ...]:
    """Return what a coefficient depends on: nuisances by name, ``"n"``, ``"y"``."""
    first = conditions[0]
    error = f"{attribute}_error"
    found = []

    def differs(group: list[Condition]) -> bool:
        return len(group) > 1 and _varies(
            [getattr(c, attribute) for c in group], [getattr(c, error) for c in group]
        )

    full = [c for c in conditions if c.n_obs == first.n_obs]
    given = [c for c in full if c.data_name == first.data_name]
    if differs(given):
        found += list(first.nuisances)
    same = [c for c in conditions if _same_nuisances(c, first)]
    if differs([c for c in same if c.data_name == first.data_name]):
        found.append("n")
    if differs([c for c in same if c.n_obs == first.n_obs]):
        found.append("y")
    return tuple(found)


def _same_nuisances(one: Condition, other: Condition) -> bool:
    return all(np.array_equal(one.nuisances[name], other.nuisances[name]) for name in one.nuisances)


def name_scale(conditions: Sequence[Condition]) -> Coefficient:
    """Return the scale a with its name, verified over `conditions`; the first is the reference."""
    varies = what_varies(conditions, "scale")
    value = conditions[0].scale
    candidates = list(_scale_candidates(conditions))
    named = [name for name, values in candidates if _matches(values, conditions)]
    return Coefficient(value=value, name=named[0] if named else None, varies_with=varies)


def _matches(values: np.ndarray, conditions: Sequence[Condition]) -> bool:
    scales = np.array([c.scale for c in conditions])
    errors = np.array([c.scale_error for c in conditions])
    return bool(np.all(np.abs(values - scales) <= 30 * errors + 2e-13 * np.abs(scales)))


def _scale_candidates(conditions: Sequence[Condition]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield names and their values per condition, simple ones first; only with what varied."""
    n = np.array([c.n_obs for c in conditions], dtype=float)
    powers_of_n = (0, -1, 1) if np.ptp(n) > 0 else (0,)
    scalars = [_scalars(c) for c in conditions]
    varied = [name for name in scalars[0] if np.ptp([s[name] for s in scalars]) > 0]
    factors: list[tuple[str, int]] = [("", 0)]
    factors += [(name, power) for name in varied for power in (1, 2, -1, -2)]
    for (name, power), power_of_n, (text, number) in product(factors, powers_of_n, NUMBERS.items()):
        values = number * n**power_of_n
        if name:
            values = values * np.array([s[name] for s in scalars]) ** power
        yield _product_name(text, name, power, power_of_n), values


def _product_name(text: str, name: str, power: int, power_of_n: int) -> str:
    """Write number × name^power × n^power as one fraction, such as 2σ²/n or 1/(n·ln 2)."""
    top, _, bottom = {"½": "1/2", "¼": "1/4"}.get(text, text).partition("/")
    above, below = [top] if top != "1" else [], [bottom] if bottom.isdigit() else []
    (above if power_of_n > 0 else below if power_of_n < 0 else []).append("n")
    if name:
        part = symbol(name) + (SUPERSCRIPT.get(abs(power), "") if abs(power) > 1 else "")
        (above if power > 0 else below).append(part)
    if bottom.startswith("ln"):
        below.append(bottom)
    numerator = _joined(above) or "1"
    if not below:
        return numerator
    denominator = _joined(below)
    return (
        f"{numerator}/({denominator})"
        if len(below) > 1 and "·" in denominator
        else f"{numerator}/{denominator}"
    )


def _joined(parts: Sequence[str]) -> str:
    text = ""
    for part in parts:
        needs_dot = text and not (
            text[-1].isdigit() and not part[0].isdigit() and len(part.rstrip("²³⁴")) == 1
        )
        text += ("·" if needs_dot else "") + part
    return text


def name_offset(conditions: Sequence[Condition], scale: Coefficient) -> Coefficient:
    """Return the offset c with its name as c = a·(named terms), verified over `conditions`."""
    value = conditions[0].offset
    varies = what_varies(conditions, "offset")
    if all(abs(c.offset) <= 30 * c.offset_error for c in conditions):
        return Coefficient(value=value, name="0", varies_with=())
    name = _offset_name(conditions)
    if name is None:
        return Coefficient(value=value, name=None, varies_with=varies)
    if scale.name != "1":
        name = f"a·({name})"
    return Coefficient(value=value, name=name, varies_with=varies)


def _offset_name(conditions: Sequence[Condition]) -> str | None:
    target = np.array([c.offset / c.scale for c in conditions])
    error = np.array([c.offset_error / abs(c.scale) for c in conditions])
    terms = _offset_terms(conditions)
    if len(conditions) < 2:
        return None
    for count in (1, 2, 3):
        for names in combinations(terms, count):
            columns = np.array([terms[name] for name in names])
            for factors in product(OFFSET_FACTORS, repeat=count):
                sizes = np.abs(columns).T @ np.abs(factors)
                if np.all(np.abs(np.array(factors) @ columns - target) <= 30 * error + 1e-13 * sizes):
                    return _sum_name(names, factors)
    return None


def _offset_terms(conditions: Sequence[Condition]) -> dict[str, np.ndarray]:
    n = np.array([c.n_obs for c in conditions], dtype=float)
    terms = {
        "n/2·log 2π": n / 2 * np.log(2 * np.pi),
        "n·log 2": n * np.log(2),
        "n·log π": n * np.log(np.pi),
    }
    scalars = [_scalars(c) for c in conditions]
    for name in scalars[0]:
        values = np.array([s[name] for s in scalars])
        if (values > 0).all() and np.ptp(values) > 0:
            terms[f"n·log {symbol(name)}"] = n * np.log(values)
    for name in conditions[0].data:
        columns = _data_terms(name, [np.asarray(c.data[name]) for c in conditions])
        terms |= {text: values for text, values in columns.items() if np.isfinite(values).all()}
    if np.ptp(n) == 0:  # a multiple of n is not told from a plain number
        terms = {text: values for text, values in terms.items() if np.ptp(values) > 0}
    return terms


def _data_terms(name: str, data: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    terms: dict[str, np.ndarray] = {}
    if all((values > 0).all() for values in data):
        terms[f"Σ log {name}"] = np.array([np.sum(np.log(values)) for values in data])
    if all(values.dtype.kind in "iu" and (values >= 0).all() for values in data):
        terms[f"Σ log {name}!"] = np.array([np.sum(gammaln(values + 1.0)) for values in data])
        if any(values.max(initial=0) > 1 for values in data):
            safe = [np.where(values > 0, values, 1) for values in data]
            terms[f"Σ {name}·log {name}"] = np.array([np.sum(v * np.log(v)) for v in safe])
            terms[f"Σ {name}"] = np.array([float(np.sum(values)) for values in data])
        if all(values.ndim == 2 for values in data):
            terms[f"Σ log (Σ {name})!"] = np.array([np.sum(gammaln(v.sum(axis=1) + 1.0)) for v in data])
    return {text: values for text, values in terms.items() if np.any(values != 0)}


def _sum_name(names: Sequence[str], factors: Sequence[float]) -> str:
    text = ""
    for name, factor in zip(names, factors, strict=True):
        sign = "−" if factor < 0 else "+"
        number = {1.0: "", 0.5: "½·", 2.0: "2·"}[abs(factor)]
        if abs(factor) != 1.0 and name.startswith("n/2·"):
            number, name = "", {2.0: "n·", 0.5: "n/4·"}[abs(factor)] + name.removeprefix("n/2·")
        text += f" {sign} {number}{name}" if text else f"{'−' if factor < 0 else ''}{number}{name}"
    return text
