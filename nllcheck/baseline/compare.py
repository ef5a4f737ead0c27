"""A run against its baseline: every recorded claim, and every one that is new."""

from collections.abc import Iterator, Mapping, Sequence

from nllcheck.baseline.claim import differences
from nllcheck.baseline.file import Baseline
from nllcheck.baseline.record import Recorded, remember
from nllcheck.baseline.scope import Covers
from nllcheck.drift import WHAT, Difference
from nllcheck.outcome import Outcome, Run

__all__ = ["all_differences", "by_id", "is_complete", "versions_of"]


def by_id(run: Run) -> dict[str, Outcome]:
    """Return the outcomes of claims by their ids; those of whole files are left out."""
    return {outcome.id: outcome for outcome in run.outcomes if outcome.name}


def is_complete(run: Run) -> bool:
    """Return whether the run came to its end: what it has not reported was not there."""
    return not (run.interrupted or run.stopped)


def all_differences(
    baseline: Baseline, run: Run, covers: Covers, *, tolerance: float = 0.0
) -> tuple[Difference, ...]:
    """Return how a run differs from a baseline, by claim, in the order of `WHAT`."""
    found = [*_of_recorded(baseline.claims, run, covers, tolerance), *_new(baseline.claims, run)]
    order = list(WHAT)
    return tuple(
        sorted(found, key=lambda d: (d.claim, order.index(d.what) if d.what in WHAT else len(order), d.what))
    )


def _of_recorded(
    claims: Mapping[str, Recorded], run: Run, covers: Covers, tolerance: float
) -> Iterator[Difference]:
    outcomes, broken = by_id(run), _broken_files(run.outcomes)
    for claim, before in claims.items():
        outcome = outcomes.get(claim)
        if outcome is not None:
            yield from differences(claim, before, outcome, tolerance=tolerance)
        elif claim.partition("::")[0] in broken and covers(claim):
            why = broken[claim.partition("::")[0]]
            yield Difference(
                claim=claim, what="verdict", message=f"it could be evaluated, and cannot be any more: {why}"
            )
        elif covers(claim) and is_complete(run):
            yield Difference(claim=claim, what="claim", message="it is no longer claimed")


def _broken_files(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """Return the files that have a problem as a whole, and what it is."""
    return {
        outcome.path: outcome.problem.message for outcome in outcomes if not outcome.name and outcome.problem
    }


def _new(claims: Mapping[str, Recorded], run: Run) -> Iterator[Difference]:
    for claim, outcome in by_id(run).items():
        if claim not in claims and remember(outcome) is not None:
            message = f"it is new ({outcome.verdict}); --update-baseline records it"
            yield Difference(claim=claim, what="claim", message=message, fails=False)


def versions_of(run: Run) -> dict[str, str]:
    """Return the versions that the results name."""
    found: dict[str, str] = {}
    for outcome in run.outcomes:
        found |= outcome.result.versions if outcome.result is not None else {}
    return found
