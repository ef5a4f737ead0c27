"""What every report takes from an outcome."""

import re
from typing import Any

from nllcheck.result import CheckResult

__all__ = ["codes", "digits", "distance", "kind_in_words"]


def digits(result: CheckResult | None) -> float | None:
    """Return the digits to which the loss is a·N + c; None where it is not."""
    if result is None or result.relation not in ("equal", "constant", "affine"):
        return None
    return _number(result, "values", "digits")


def distance(result: CheckResult | None) -> float | None:
    """Return how far the loss's minimiser is from the model's estimate, in standard errors."""
    return _number(result, "minimizer", "distance")


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
