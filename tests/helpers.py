"""The tables of right and wrong losses, and how a row of them is run and judged."""

from collections.abc import Iterable, Sequence
from functools import cache

import pytest
from cases.right import RIGHT
from cases.table import Right, Wrong, number
from cases.wrong import WRONG

from nllcheck.checker import Checker
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Severity

__all__ = [
    "RIGHT",
    "WRONG",
    "by_row",
    "checker",
    "faults",
    "first_error",
    "loose_claims",
    "number",
    "run",
    "says_why",
]

LOOSE = (Relation.EQUAL, Relation.CONSTANT, Relation.AFFINE, Relation.MONOTONE)


@cache
def checker(seed: int) -> Checker:
    """Return one checker a seed, so that each model is built once."""
    return Checker(seed=seed)


def run(row: Right | Wrong, seed: int, *, claim: str | None = None, fresh: bool = False) -> CheckResult:
    """Check the claim of a row, or another `claim` about its loss."""
    relation = claim or (row.relation if isinstance(row, Right) else "affine")
    examiner = Checker(seed=seed) if fresh else checker(seed)
    return examiner.check(row.model, row.loss, **{"relation": relation, **row.options})


def by_row(rows: Sequence[Right | Wrong]) -> pytest.MarkDecorator:
    """Return the parametrisation by rows; the model in their ids is what workers share."""
    return pytest.mark.parametrize(
        "row", [pytest.param(row, id=f"{getattr(row.model, '__name__', row.id)}: {row.id}") for row in rows]
    )


def expected(row: Right | Wrong) -> tuple[Relation | None, ...]:
    """Return the relations that may be found."""
    relations = row.relation if isinstance(row.relation, tuple) else (row.relation,)
    return tuple(None if relation is None else Relation(relation) for relation in relations)


def loose_claims(row: Wrong) -> list[str]:
    """Return the claims that must not hold: all from ``equal`` to ``monotone`` tighter than what must be found."""
    if "relation" in row.options:
        return [row.options["relation"]]
    errors = row.severity == "error" and bool(row.codes)
    found = expected(row)
    return [
        claim.value for claim in LOOSE if errors or not found or not any(f.implies(claim) for f in found if f)
    ]


def codes(result: CheckResult, severity: Severity) -> set[str]:
    """Return the codes of the findings of one severity."""
    return {finding.code for finding in result.findings if finding.severity is severity}


def first_error(result: CheckResult) -> str:
    """Return the code of the first error, which is the cause; empty where there is none."""
    errors = result.errors()
    return errors[0].code if errors else ""


def says_why(row: Wrong, result: CheckResult) -> bool:
    """Return whether an expected code is the first error of a loss that is ``different``, else whether it is said."""
    if not row.codes:
        return True
    if row.severity == "error" and result.relation is Relation.DIFFERENT:
        return first_error(result) in row.codes
    return bool(codes(result, Severity(row.severity)).intersection(row.codes))


def faults(row: Right | Wrong, result: CheckResult) -> list[str]:
    """Return what the result of a row gets wrong, in words; empty for what was expected."""
    allowed = expected(row)
    found = [] if result.relation in allowed else [f"found {result.relation}, expected {row.relation}"]
    if isinstance(row, Right):
        return found + list(_right(row, result))
    return found + list(_wrong(row, result))


def _right(row: Right, result: CheckResult) -> Iterable[str]:
    if not result.holds:
        yield "does not hold"
    for finding in result.errors():
        yield f"error {finding.code}: {finding.message}"
    warned = codes(result, Severity.WARNING)
    if warned != set(row.warnings):
        yield f"warns {sorted(warned)}, expected {sorted(row.warnings)}"
    if missing := set(row.notes) - codes(result, Severity.NOTE):
        yield f"does not note {sorted(missing)}"


def _wrong(row: Wrong, result: CheckResult) -> Iterable[str]:
    if result.holds:
        yield "holds"
    if not says_why(row, result):
        said = [f"{finding.severity} {finding.code}" for finding in result.findings]
        yield f"says {said}, expected {row.severity} {row.code}{' first' if row.wants_cause else ''}"
