"""One claim against what was recorded of it: every question is one small function."""

import math
import re
from collections.abc import Iterator

from nllcheck.baseline.record import RANKS, Recorded, severities
from nllcheck.baseline.values import estimates, values
from nllcheck.drift import FINDING, Difference
from nllcheck.outcome import Outcome, Verdict
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Coefficient, Severity

__all__ = ["differences"]

# Of a scale and an offset: they are told at the estimates, which are known to about this many standard errors.
# What changes less changes the values at the recorded probes.
RELATIVE = 1e-6


def differences(
    claim: str, before: Recorded, outcome: Outcome, *, tolerance: float = 0.0
) -> Iterator[Difference]:
    """Yield how a claim differs from its record.

    Parameters
    ----------
    claim : str
        Its id.
    before : Recorded
    outcome : Outcome
    tolerance : float
        Standard errors by which estimates may move; rounding is always allowed.
    """
    result = outcome.result
    if result is None:
        yield _lost(claim, before, outcome)
        return
    yield from _claimed(claim, before, result)
    yield from _verdict(claim, before, outcome)
    yield from _relation(claim, before, result)
    yield from _coefficient(
        claim, "scale", before.scale, result.scale, abs(before.scale.value) if before.scale else 0.0
    )
    yield from _coefficient(claim, "offset", before.offset, result.offset, _size(before))
    yield from estimates(claim, before, result, outcome.visits, tolerance)
    yield from values(claim, before, outcome.visits)
    yield from _data(claim, before, result)
    yield from _findings(claim, before, result)


def _lost(claim: str, before: Recorded, outcome: Outcome) -> Difference:
    why = outcome.problem.message if outcome.problem else "it has no result"
    return Difference(
        claim=claim,
        what="verdict",
        message=f"it could be evaluated, and cannot be any more: {why}",
        before=before.verdict.value,
        after=outcome.verdict.value,
    )


def _claimed(claim: str, before: Recorded, result: CheckResult) -> Iterator[Difference]:
    if before.claimed != result.claimed:
        yield Difference(
            claim=claim,
            what="claimed",
            message=f"{result.claimed} is claimed, no longer {before.claimed}",
            fails=False,
            before=before.claimed,
            after=result.claimed.value,
        )


def _verdict(claim: str, before: Recorded, outcome: Outcome) -> Iterator[Difference]:
    after = outcome.verdict
    if after is before.verdict:
        return
    worse = before.verdict is Verdict.HOLDS or after is Verdict.UNDECIDED
    said = {Verdict.HOLDS: "it holds now", Verdict.UNDECIDED: "it could be decided, and cannot be any more"}
    yield Difference(
        claim=claim,
        what="verdict",
        message=said.get(
            after, "it held, and does not any more" if worse else "it can be decided now, and does not hold"
        ),
        fails=worse,
        before=before.verdict.value,
        after=after.value,
    )


def _relation(claim: str, before: Recorded, result: CheckResult) -> Iterator[Difference]:
    old, new = before.relation, result.relation
    if old is new or (new is None and before.verdict is not Verdict.UNDECIDED and not result.errors()):
        return  # the verdict says it
    if old is None or new is None:
        fails, message = new is None, "no relation is found any more" if new is None else f"the loss is {new}"
    else:
        fails = not new.implies(old)
        message = f"the relation is {'looser' if fails else 'tighter'}: {new}, no longer {old}"
    yield Difference(
        claim=claim,
        what="relation",
        message=message,
        fails=fails,
        before=old and old.value,
        after=new and new.value,
    )


def _size(before: Recorded) -> float:
    """Return what the rounding of an offset is relative to: the terms that it is the difference of."""
    scale = abs(before.scale.value) if before.scale else 1.0
    terms = [max(abs(probe.loss), scale * abs(probe.nll)) for probe in before.probes]
    return max(abs(before.offset.value) if before.offset else 0.0, max(terms, default=0.0))


def _coefficient(
    claim: str, what: str, old: Coefficient | None, new: Coefficient | None, size: float
) -> Iterator[Difference]:
    if old is None or new is None:  # the relation says it
        return
    moved = abs(new.value - old.value)
    if not moved <= RELATIVE * size:
        names = [side.name or "no name" for side in (old, new)]
        named = f" ({' → '.join(names)})" if old.name != new.name else f" ({old.name})" if old.name else ""
        yield Difference(
            claim=claim,
            what=what,
            message=f"the {what} has changed{named}",
            before=old.value,
            after=new.value,
            ulps=moved / math.ulp(old.value),
        )
    elif old.name != new.name:
        yield Difference(
            claim=claim,
            what=what,
            message=_renamed(what, old.name, new.name),
            fails=old.name is not None,
            before=old.name,
            after=new.name,
        )
    elif set(old.varies_with) != set(new.varies_with):
        varies = [", ".join(sorted(side.varies_with)) or "nothing" for side in (old, new)]
        yield Difference(
            claim=claim,
            what=what,
            message=f"the {what} varies with {varies[1]}, no longer with {varies[0]}",
            fails=not set(new.varies_with) < set(old.varies_with),
            before=varies[0],
            after=varies[1],
        )


def _renamed(what: str, old: str | None, new: str | None) -> str:
    if new is None:
        return f"the {what} is not recognised as {old} any more"
    return f"the {what} is {new}, no longer {old}" if old else f"the {what} is recognised now: {new}"


def _data(claim: str, before: Recorded, result: CheckResult) -> Iterator[Difference]:
    if before.n_obs != result.n_obs:
        message = f"there are {result.n_obs} observations, no longer {before.n_obs}"
        yield Difference(claim=claim, what="data", message=message, before=before.n_obs, after=result.n_obs)


def _findings(claim: str, before: Recorded, result: CheckResult) -> Iterator[Difference]:
    now = severities(result)
    for code in sorted({*before.findings, *now}):
        old, new = before.findings.get(code), now.get(code)
        if old == new:
            continue
        if new is None:
            message = f"the {old} is gone"
        elif old is None:
            message = f"new {new}: {_first_sentence(result, code)}"
        else:
            message = f"it is {_article(new)} now, no longer {_article(old)}"
        worse = new not in (None, "note") and (old is None or RANKS[new] > RANKS[old])
        fails = worse and not _is_explained(before, result, new)
        yield Difference(
            claim=claim, what=f"{FINDING}{code}", message=message, fails=fails, before=old, after=new
        )


def _is_explained(before: Recorded, result: CheckResult, severity: str | None) -> bool:
    """Return whether an error explains a difference that was there before.

    The search for causes has a budget of time: a slow machine names fewer of them, or others. What is different
    now and was not before has changed the relation, or the values at the recorded probes.
    """
    searched = (Relation.DIFFERENT, Relation.MINIMIZER)
    return severity == Severity.ERROR and before.relation is result.relation and result.relation in searched


def _first_sentence(result: CheckResult, code: str) -> str:
    message = next(finding.message for finding in result.findings if finding.code == code)
    return re.split(r"(?<=\.)\s", message, maxsplit=1)[0].rstrip(".")


def _article(severity: str) -> str:
    return f"an {severity}" if severity[0] in "aeiou" else f"a {severity}"
