"""What rows share, and what weights are proportional to."""

import numpy as np

from nllcheck.diagnosis.causes.panel import Panel

__all__ = ["described", "named_weights", "shared_by"]

LEVELS = 6  # values of data up to which a rule is looked for
LISTED = 4  # rows that are named one by one
SAME = 1e-7  # two weights are one if they differ by less, relatively
ZERO = 1e-7


def _columns(panel: Panel, n: int) -> dict[str, np.ndarray]:
    """Return data of the model with one entry a row, observed ones first."""
    likelihood = panel.scene.likelihood
    values = panel.scene.prober.values(panel.reference[0])
    names = [*likelihood.data.injected, *(k for k, kind in likelihood.offers.items() if kind == "data")]
    columns = {name: np.asarray(values[name], dtype=float) for name in dict.fromkeys(names)}
    return {name: value for name, value in columns.items() if value.shape == (n,) and np.ptp(value) > 0}


def described(panel: Panel, chosen: np.ndarray) -> str:
    """Say which rows these are: by a rule over the data, else by their numbers."""
    numbers = np.flatnonzero(chosen)
    if len(numbers) == 1:
        return {0: "the first row", len(chosen) - 1: "the last row"}.get(int(numbers[0]), f"row {numbers[0]}")
    rule = shared_by(panel, chosen)
    if rule:
        return f"those with {rule}"
    if np.array_equal(numbers, np.arange(len(chosen) - len(numbers), len(chosen))):
        return f"the last {len(numbers)} rows"
    if np.array_equal(numbers, np.arange(len(numbers))):
        return f"the first {len(numbers)} rows"
    listed = ", ".join(str(i) for i in numbers[:LISTED].tolist())
    return f"rows {listed}{', …' if len(numbers) > LISTED else ''} ({len(numbers)} in all)"


def shared_by(panel: Panel, chosen: np.ndarray) -> str:
    """Return what the chosen rows, and no others, share; empty if nothing simple."""
    for name, value in _columns(panel, len(chosen)).items():
        inside, outside = value[chosen], value[~chosen]
        if not inside.size or not outside.size:
            continue
        levels = np.unique(inside)
        if len(levels) <= LEVELS // 2 and not np.isin(outside, levels).any():
            return f"{name} = {' or '.join(f'{level:g}' for level in levels)}"
        if inside.min() > outside.max() and len(inside) > 1:
            return f"{name} > {outside.max():g}"
        if inside.max() < outside.min() and len(inside) > 1:
            return f"{name} < {outside.min():g}"
    return ""


def named_weights(panel: Panel, weights: np.ndarray) -> tuple[str, np.ndarray | None]:
    """Return what weights are proportional to, and the exact weights; empty if nothing known."""
    n = len(weights)
    for name, value in _columns(panel, n).items():
        with np.errstate(all="ignore"):
            for text, candidate in (
                (name, value), (f"1/{name}", 1 / value), (f"{name}²", value**2), (f"√{name}", np.sqrt(value)),
                (f"1/{name}²", value**-2.0), (f"1/√{name}", value**-0.5), (f"|{name}|", np.abs(value)), (f"1 − {name}", 1 - value),
                (f"1 + {name}", 1 + value), (f"exp({name})", np.exp(value)), (f"log {name}", np.log(value)),
            ):  # fmt: skip
                if _proportional(weights, candidate):
                    return text, candidate
        levels = np.unique(value)
        if len(levels) <= LEVELS:
            per_level = [weights[value == level] for level in levels]
            if all(np.ptp(part) <= SAME * np.max(np.abs(weights)) for part in per_level):
                least = min(float(np.mean(part)) for part in per_level if np.mean(part) > ZERO)
                table = ", ".join(
                    f"{float(np.mean(part)) / least:.6g} for {name} = {level:g}"
                    for level, part in zip(levels, per_level, strict=True)
                )
                return table, None
    order = np.arange(n, dtype=float)
    for text, candidate in (("the row's number, from 1", order + 1), ("the row's number, from 0", order)):
        if _proportional(weights, candidate):
            return text, candidate
    with np.errstate(all="ignore"):
        ratios = weights[1:] / weights[:-1]
    if np.isfinite(ratios).all() and np.ptp(ratios) <= 1e-6:
        return f"powers of {float(np.median(ratios)):.6g}", None
    return "", None


def _proportional(weights: np.ndarray, candidate: np.ndarray) -> bool:
    if not np.isfinite(candidate).all() or not np.any(candidate):
        return False
    factor = float(candidate @ weights) / float(candidate @ candidate)
    return bool(np.all(np.abs(weights - factor * candidate) <= SAME * np.max(np.abs(weights))))
