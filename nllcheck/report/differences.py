"""One difference from a baseline in words, and the claims of a run with those that concern them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nllcheck.drift import Difference, Drift
from nllcheck.outcome import Outcome, Problem, Run, Verdict

__all__ = [
    "Case",
    "cases",
    "complaint",
    "kind",
    "notes",
    "numbers",
    "remaining",
    "standing",
    "units",
    "words",
]

SIGNS = {"regression": "✗", "accepted": "~", "told": "+"}
GONE = "Regression"  # kind of the problem of a recorded claim that has no outcome


@dataclass(frozen=True, kw_only=True)
class Case:
    """A claim of a run, or one that a baseline has and the run has not.

    Attributes
    ----------
    outcome : Outcome
        Of a claim that has none, one with the problem that it has none.
    differences : tuple of Difference
        From the baseline, accepted ones included.
    regressions : tuple of Difference
        Those for which the run fails.
    is_absent : bool
        The run has no outcome of it.
    strict : bool
        Warnings fail.
    """

    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    regressions: tuple[Difference, ...] = ()
    is_absent: bool = False
    strict: bool = False

    @property
    def passes(self) -> bool:
        """Whether the claim passes, and is as it was recorded."""
        return not self.regressions and self.outcome.passes(strict=self.strict)

    @property
    def is_failure(self) -> bool:
        """Whether it was evaluated and does not pass, or has drifted; what could not be evaluated is an error."""
        evaluated = self.outcome.verdict in (Verdict.FAILS, Verdict.HOLDS)
        return not self.passes and (evaluated or self.is_absent)

    @property
    def only_drifts(self) -> bool:
        """Whether it would pass but for the baseline, or is missing because of it."""
        return bool(self.regressions) and (self.is_absent or self.outcome.passes(strict=self.strict))


def cases(run: Run) -> list[Case]:
    """Return the claims by their ids, with the regressions of claims that the run has no outcome of."""
    drift = run.drift
    by_claim = {} if drift is None else drift.by_claim()
    found = [_case(run, outcome, by_claim.get(outcome.id, ())) for outcome in run.outcomes]
    known = {outcome.id for outcome in run.outcomes}
    found += [_absent(run, claim, by_claim[claim]) for claim in by_claim if claim not in known]
    present = [case for case in found if case.regressions or not case.is_absent]
    return sorted(present, key=lambda case: case.outcome.id)


def _case(run: Run, outcome: Outcome, differences: Sequence[Difference]) -> Case:
    fails = run.drift is not None and run.drift.fails
    regressions = tuple(difference for difference in differences if fails and difference.is_regression)
    return Case(outcome=outcome, differences=tuple(differences), regressions=regressions, strict=run.strict)


def _absent(run: Run, claim: str, differences: Sequence[Difference]) -> Case:
    path, _, name = claim.partition("::")
    problem = Problem(kind=GONE, message="; ".join(words(difference) for difference in differences))
    outcome = Outcome(path=path, name=name, problem=problem)
    return replace(_case(run, outcome, differences), is_absent=True)


def remaining(run: Run) -> list[Difference]:
    """Return the differences of claims that are no case: gone, and accepted or just recorded as such."""
    told = {case.outcome.id for case in cases(run)}
    differences = run.drift.differences if run.drift is not None else ()
    return [difference for difference in differences if difference.claim not in told]


def complaint(case: Case, drift: Drift) -> str:
    """Return why a claim fails that its baseline alone lets fail, in one line."""
    told = "; ".join(f"{kind(difference)}: {words(difference)}" for difference in case.regressions)
    return f"differs from {drift.path}: {told}"


def standing(difference: Difference, drift: Drift) -> str:
    """Return what a difference amounts to: a regression, accepted, or merely told."""
    if difference.reason:
        return "accepted"
    return "regression" if difference.fails and not drift.written else "told"


def kind(difference: Difference) -> str:
    """Return what differs, without the code of a finding."""
    return difference.what.partition(":")[0]


def words(difference: Difference) -> str:
    """Return what was and what is, after the code where it is a finding's."""
    code = difference.what.partition(":")[2]
    return f"{code}: {difference.message}" if code else difference.message


def numbers(difference: Difference) -> tuple[str, str] | None:
    """Return both values with the digits that tell them apart, and two more; None where they are no numbers."""
    before, after = difference.before, difference.after
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return None
    for digits in range(4, 16):
        if f"{before:.{digits}g}" != f"{after:.{digits}g}":
            return f"{before:.{digits + 2}g}", f"{after:.{digits + 2}g}"
    return repr(before), repr(after)


def units(difference: Difference) -> str:
    """Return how far apart two numbers are; empty where that is not known."""
    parts = []
    if difference.ulps is not None and math.isfinite(difference.ulps):
        parts.append(f"{_size(difference.ulps)} units in the last place")
    if difference.floors is not None and math.isfinite(difference.floors):
        parts.append(f"{_size(difference.floors)} noise floors")
    return ", ".join(parts)


def _size(value: float) -> str:
    return f"{value:.0f}" if value < 1000 else f"{value:.1e}"


def notes(drift: Drift) -> list[str]:
    """Return what there is to say besides differences and errors."""
    found = list(drift.notes)
    if drift.versions and any(difference.fails for difference in drift.differences):
        told = ", ".join(f"{name} {old} → {new}" for name, (old, new) in drift.versions.items())
        found.append(f"recorded with other versions: {told}")
    if drift.fails:
        found.append("if this is meant: --update-baseline records it, or list it under accept with a reason")
    return found
