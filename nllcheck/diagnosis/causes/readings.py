"""What the coefficient of a term means: missing, misweighed, added, or rows that are weighed."""

import re
from dataclasses import dataclass, replace

from nllcheck.diagnosis.causes.columns import Column
from nllcheck.diagnosis.causes.numerals import named

__all__ = ["Reading", "the_term"]

LOGARITHM = re.compile(r"−n·log \w+|−1·(?:n·|Σ )log \w+")  # once an observation
COMPLEMENT = re.compile(r"(?:n·|Σ )?log\(1 − \w+\)")
UNNAMED = ("a term of", "a part of")  # how columns call terms that are no sum of arguments


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What one term of L/a − N means; `value` is its coefficient there."""

    column: Column
    value: float
    coefficient: str | None
    code: str
    cost: float
    text: str
    meaning: str
    advice: str

    @classmethod
    def of(cls, column: Column, value: float, error: float, n: int, *, joint: bool) -> "Reading":
        """Read one coefficient; `joint` says that N holds priors, whose Jacobians are single terms."""
        if column.kind == "rows":
            return cls._of_rows(column, value, error, n)
        if column.kind == "prior":
            return cls._of_prior(column, value, error, n)
        if column.kind == "weights":
            return cls._of_weights(column, value, error, n)
        if not column.is_part:
            return cls._of_atom(column, value, error, n)
        readings = [cls._of_part(column, value, error, n)]
        readings += [
            cls._of_part(replace(column, name=name), value / ratio, error / abs(ratio), n)
            for name, ratio in column.twins
        ]
        single = value * column.factor if joint and column.factor else 0.0
        if abs(abs(single) - 1) <= 1e-9 and min(r.cost for r in readings) > 1.0:
            atom = replace(column, name=column.atom)
            readings.append(replace(cls._of_atom(atom, single, error, n), cost=1.05))
        return min(readings, key=lambda reading: reading.cost)

    @classmethod
    def _of_weights(cls, column: Column, value: float, error: float, n: int) -> "Reading":
        number = named(value, n, error)
        return cls(
            column=column, value=value, coefficient=number, code="weighted-rows", cost=1.1 if number else 1.7,
            text=f"rows weighted by 1 + {number or f'{value:.6g}'}·{column.name}", meaning="",
            advice="Drop the weights, or weigh the rows of the model too (weights=).",
        )  # fmt: skip

    @classmethod
    def _of_prior(cls, column: Column, value: float, error: float, n: int) -> "Reading":
        number = named(value, n, error)
        shown = "" if number == "1" else f"{number or f'{value:.7g}'} times "
        return cls(
            column=column, value=value, coefficient=number, code="extra-term", cost=1.05 if number == "1" else 1.4,
            text=f"{shown}{column.name}, a prior, which is added", meaning="",
            advice='Leave the prior out, or compare with the joint density: of="posterior".',
        )  # fmt: skip

    @classmethod
    def _of_rows(cls, column: Column, value: float, error: float, n: int) -> "Reading":
        weight = 1 + value
        if abs(weight) <= max(1e-9, 30 * error):
            return cls(
                column=column, value=value, coefficient="0", code="row-subset", cost=0.98,
                text=f"the rows with {column.name}, which it leaves out" if "=" in column.name else f"{column.name}, which it leaves out",
                meaning="", advice=f"Sum over all {'rows' if '=' in column.name else column.group}, or leave these out of the model too.",
            )  # fmt: skip
        number = named(weight, n, error)
        shown = number or f"{weight:.7g}"
        where = f"the rows with {column.name}" if "=" in column.name else column.name
        return cls(
            column=column, value=value, coefficient=number, code="weighted-rows", cost=0.99 if number and weight > 0 else 1.25 if weight > 0 else 1.9,  # who weighs by less than nothing?
            text=f"a weight {shown} on {where}", meaning="",
            advice="Drop the weight, or weigh the rows of the model too (weights=).",
        )  # fmt: skip

    @classmethod
    def _of_part(cls, column: Column, value: float, error: float, n: int) -> "Reading":
        kept = 1 + value
        if abs(kept) <= max(1e-9, 30 * error):
            return cls(
                column=column, value=value, coefficient="0", code="missing-term", cost=1.0,
                text=f"{the_term(column.name)}, which is missing", meaning="", advice=f"Add {column.name}.",
            )  # fmt: skip
        number = named(kept, n, error)
        far_fetched = 0.6 if kept < 0 and number != "−1" else 9.0 if number == "1" else 0.0
        return cls(
            column=column, value=value, coefficient=number, code="wrong-coefficient",
            cost=_cost_of(number) + far_fetched,
            text=f"{the_term(column.name)}, which has {_times(number, kept)} its weight", meaning="",
            advice=f"Give it the coefficient that the likelihood has: {column.name}.",
        )  # fmt: skip

    @classmethod
    def _of_atom(cls, column: Column, value: float, error: float, n: int) -> "Reading":
        number = named(value, n, error)
        code = "label-encoding" if "log-softmax" in column.name and "·" not in column.name else "extra-term"
        shown = number or f"{value:.7g}"
        term = (
            column.name if shown == "1" else f"−{column.name}" if shown == "−1" else f"{shown}·{column.name}"
        )
        if LOGARITHM.fullmatch(f"{number}·{column.name}") or (
            value > 0 and COMPLEMENT.fullmatch(column.name)
        ):
            lost = term.removeprefix("−") if value < 0 else f"−{term}"
            # what makes a density integrate to 1, and is no term of N where that is the logarithm of a sum
            return cls(
                column=column, value=value, coefficient=number, code="missing-term", cost=1.4 if number else 1.5,
                text=f"the term {lost}, which is missing", meaning="", advice=f"Add {lost}.",
            )  # fmt: skip
        smoothed = "Labels that are smoothed add such a term." if code == "label-encoding" else ""
        return cls(
            column=column, value=value, coefficient=number, code=code, cost=1.4 if number else 1.5,
            text=f"the term {term}, which is added", meaning=smoothed,
            advice=f"Drop {term}, or declare what it stands for (a prior, a pm.Potential) and claim of=\"posterior\".",
        )  # fmt: skip


def _cost_of(number: str | None) -> float:
    """Return what a coefficient costs: roots and π come from another convention of an argument."""
    if not number:
        return 1.6
    if "√" in number or "π" in number:
        return 1.55
    return 1.3 if "." in number else 1.1


def the_term(name: str) -> str:
    """Return the name of a term as it stands in a sentence."""
    return name if name.startswith(UNNAMED) else f"the term {name}"


def _times(number: str | None, value: float) -> str:
    words = {"−1": "the opposite of", "2": "twice", "½": "half"}
    return words.get(number or "", f"{number or f'{value:.10g}'} times")
