"""What every report takes from an outcome."""

import re
from math import isfinite
from typing import Any

from nllcheck.result import CheckResult

__all__ = ["codes", "digits", "digits_told", "distance", "distance_told", "kind_in_words"]

NEGLIGIBLE = 0.001  # standard errors


def digits(result: CheckResult | None) -> float | None:
    """Return the digits to which the loss is a·N + c; None where it is not."""
    if result is None or result.relation not in ("equal", "constant", "affine"):
        return None
    return _number(result, "values", "digits")


def distance(result: CheckResult | None) -> float | None:
    """Return how far the loss's minimiser is from the model's estimate, in standard errors."""
    return _number(result, "minimizer", "distance")


def digits_told(result: CheckResult | None) -> str:
    """Return the digits of agreement for a table; empty where there are none to tell."""
    value = digits(result)
    return "" if value is None else f"{int(value)}" if isfinite(value) else "all"


def distance_told(result: CheckResult | None) -> str:
    """Return the distance of the minimisers for a table; empty where there is none to tell."""
    value = distance(result)
    if value is None:
        return ""
    if 0 < value < NEGLIGIBLE:
        return f"<{NEGLIGIBLE:g}"
    return f"{value:.0f}" if 100 <= value < 1e6 else f"{value:.2g}"


def _number(result: CheckResult | None, question: str, name: str) -> float | None:
    for evidence in result.evidence if result else ():
        value: Any = evidence.numbers.get(name) if evidence.question == question else None
        if isinstance(value, int | float):
            return float(value)
    return None


def codes(result: CheckResult | None) -> list[str]:
    """Return the codes of the errors against the claim, then of the warnings."""
    if result is None:
        return []
    proof = result.holds and result.claimed == "different"  # the errors are what was claimed
    found = [*(() if proof else result.errors()), *result.warnings()]
    return list(dict.fromkeys(finding.code for finding in found))


def kind_in_words(kind: str) -> str:
    """Return the name of a class of errors as words: UnknownArgument is "unknown argument"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()
