"""Sensitivity, specificity and speed over the tables: ``python tests/rates.py [SEED ...]``.

Each row is checked by a fresh checker, as a user's single `check` is. NLLCHECK_TEST_DATA=1 draws other data.
"""

import statistics
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cases.table import Right, Wrong
from helpers import RIGHT, WRONG, faults, loose_claims, run

SLOW = 2.0  # seconds


@dataclass(frozen=True)
class Outcome:
    """How one row went: whether the verdict was right, what else was not, and the time that it took."""

    row: Right | Wrong
    seed: int
    right: bool
    faults: tuple[str, ...]
    seconds: float


def outcome(row: Right | Wrong, seed: int) -> Outcome:
    """Check one row; a crash is a wrong verdict."""
    claim = row.relation if isinstance(row, Right) else loose_claims(row)[-1]
    try:
        result = run(row, seed, claim=claim, fresh=True)
    except Exception as error:
        return Outcome(row, seed, False, (f"{type(error).__name__}: {error}".splitlines()[0],), float("nan"))
    right = result.holds is isinstance(row, Right)
    return Outcome(row, seed, right, tuple(faults(row, result)), result.seconds)


def report(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines that are printed."""
    for label, kind in (
        ("sensitivity: right losses accepted", Right),
        ("specificity: wrong losses refused", Wrong),
    ):
        rows = [o for o in outcomes if isinstance(o.row, kind)]
        right = sum(o.right for o in rows)
        clean = sum(not o.faults for o in rows)
        yield f"{label:36s} {right}/{len(rows)} = {right / len(rows):.4f} (exactly as expected: {clean})"
    seconds = [o.seconds for o in outcomes if o.seconds == o.seconds]
    yield f"seconds a claim: median {statistics.median(seconds):.2f}, largest {max(seconds):.2f}"
    for o in outcomes:
        if not o.right or o.faults or not o.seconds < SLOW:
            mark = (
                "slow"
                if o.right and not o.faults
                else "seen"
                if o.right
                else "MISS"
                if isinstance(o.row, Wrong)
                else "FALSE ALARM"
            )
            yield f"  {mark} seed {o.seed}, {o.seconds:.2f} s, {o.row.id}: {'; '.join(o.faults)[:160]}"


def main(arguments: Sequence[str]) -> int:
    """Print the rates; exit code 1 if any verdict was wrong."""
    warnings.simplefilter("ignore")
    seeds = [int(argument) for argument in arguments] or [0, 1, 2]
    outcomes = [outcome(row, seed) for seed in seeds for row in (*RIGHT, *WRONG)]
    print(*report(outcomes), sep="\n")
    return int(not all(o.right for o in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
