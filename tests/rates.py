"""Sensitivity, specificity, causes and speed over the tables: ``python tests/rates.py [SEED ...]``.

Each row is checked by a fresh checker, as a user's single `check` is, on every core (one process a core).
NLLCHECK_TEST_DATA=1 draws other data.
"""

import math
import os
import statistics
import sys
import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from cases.table import Right, Wrong
from helpers import RIGHT, WRONG, faults, first_error, loose_claims, run, says_why

ROWS: tuple[Right | Wrong, ...] = (*RIGHT, *WRONG)
SLOW = 2.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How one row went.

    Attributes
    ----------
    index : int
        Of the row in `ROWS`.
    seed : int
    right : bool
        Whether the verdict was.
    explained : bool
        Whether the code is the one expected, first where the row wants a cause.
    first : str
        The code of the first error, or what was raised.
    faults : tuple of str
        What else was not as expected.
    seconds : float
        The time that it took; nan where the row crashed.
    """

    index: int
    seed: int
    right: bool = False
    explained: bool = False
    first: str = ""
    faults: tuple[str, ...] = ()
    seconds: float = math.nan

    @property
    def row(self) -> Right | Wrong:
        """The row of the table; it holds functions, which do not travel between processes."""
        return ROWS[self.index]


def outcome(index: int, seed: int) -> Outcome:
    """Check one row; a crash is a wrong verdict."""
    row = ROWS[index]
    claim = row.relation if isinstance(row, Right) else loose_claims(row)[-1]
    try:
        result = run(row, seed, claim=claim, fresh=True)
    except Exception as error:
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        return Outcome(index=index, seed=seed, first=type(error).__name__, faults=(text,))
    return Outcome(
        index=index,
        seed=seed,
        right=result.holds is isinstance(row, Right),
        explained=isinstance(row, Wrong) and says_why(row, result),
        first=first_error(result),
        faults=tuple(faults(row, result)),
        seconds=result.seconds,
    )


def report(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines that are printed."""
    accepted = [o for o in outcomes if isinstance(o.row, Right)]
    refused = [o for o in outcomes if isinstance(o.row, Wrong)]
    yield _verdicts("sensitivity: right losses accepted", accepted)
    yield _verdicts("specificity: wrong losses refused", refused)
    alarms = sum(bool(o.first) for o in accepted)
    yield f"{'right losses with an error finding:':36s} {alarms}/{len(accepted)}"
    yield from _causes([o for o in refused if o.row.wants_cause])
    yield f"seconds a claim: {_times(outcomes)}"
    yield f"  right rows: {_times(accepted)}"
    yield f"  failing rows: {_times(refused)}"
    yield from _details(outcomes)


def _verdicts(label: str, rows: Sequence[Outcome]) -> str:
    right = sum(o.right for o in rows)
    clean = sum(not o.faults for o in rows)
    return f"{label:36s} {_share(right, len(rows))} (exactly as expected: {clean})"


def _causes(rows: Sequence[Outcome]) -> Iterator[str]:
    yield f"{'right code first:':36s} {_share(sum(o.explained for o in rows), len(rows))}"
    for o in rows:
        if not o.explained:
            yield f"  code seed {o.seed}, {o.row.id}: expected {' or '.join(o.row.codes)}, found {o.first or 'none'}"


def _details(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for o in outcomes:
        if mark := _mark(o):
            yield f"  {mark} seed {o.seed}, {o.seconds:.2f} s, {o.row.id}: {'; '.join(o.faults)[:160]}"


def _mark(o: Outcome) -> str:
    if not o.right:
        return "MISS" if isinstance(o.row, Wrong) else "FALSE ALARM"
    if o.faults:
        return "seen"
    return "" if o.seconds < SLOW else "slow"


def _share(part: int, whole: int) -> str:
    return f"{part}/{whole} = {part / whole:.4f}" if whole else "0/0"


def _times(outcomes: Iterable[Outcome]) -> str:
    seconds = [o.seconds for o in outcomes if not math.isnan(o.seconds)]
    if not seconds:
        return "none"
    return f"median {statistics.median(seconds):.2f}, largest {max(seconds):.2f}"


def _told(o: Outcome) -> Outcome:
    """Say at once what is not as expected: a run takes long."""
    if o.faults:
        print(f"seed {o.seed}, {o.row.id}: {'; '.join(o.faults)[:160]}", file=sys.stderr, flush=True)
    return o


def main(arguments: Sequence[str]) -> int:
    """Print the rates; exit code 1 if any verdict was wrong."""
    seeds = [int(argument) for argument in arguments] or [0, 1, 2]
    with ProcessPoolExecutor(initializer=warnings.simplefilter, initargs=("ignore",)) as pool:
        done = [pool.map(partial(outcome, seed=seed), range(len(ROWS)), chunksize=4) for seed in seeds]
        outcomes = [_told(o) for of_seed in done for o in of_seed]
    print(*report(outcomes), sep="\n")
    return int(not all(o.right for o in outcomes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
