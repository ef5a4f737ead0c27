"""What pytest says of a claim: pure functions of its outcome."""

import shlex

from nllcheck.display import printable, wrap
from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Problem, Verdict
from nllcheck.report.drift import drift_lines
from nllcheck.report.facts import codes, kind_in_words
from nllcheck.report.text import Style
from nllcheck.story import story
from nllcheck.wording import short

__all__ = ["headline", "location", "refusal", "text"]


def headline(outcome: Outcome, drift: Drift | None = None) -> str:
    """Return the reason for a failure in one line."""
    if drift is not None and drift.fails and outcome.verdict is Verdict.HOLDS:
        return printable(f"differs from {drift.path}: {', '.join(_kinds(drift))}")
    if outcome.problem is not None:
        return _reason(outcome.problem)
    result = outcome.result
    if result is None:
        return "no result"
    if outcome.verdict is Verdict.UNDECIDED:
        return printable(f"undecided: {result.undecided or 'no reason given'}")
    because = f" because {' or '.join(result.because)}" if result.because else ""
    claimed = "" if result.holds else f", claimed {result.claimed}{because}"
    found = codes(result)
    return printable(f"{short(result)}{claimed}" + (f": {', '.join(found)}" if found else ""))


def _kinds(drift: Drift) -> list[str]:
    return list(dict.fromkeys(difference.what for difference in drift.regressions))


def _reason(problem: Problem) -> str:
    first, *_ = problem.message.splitlines() or [""]
    kind = problem.verdict if problem.verdict is Verdict.INTERNAL else kind_in_words(problem.kind)
    return printable(f"{kind}: {first}")


def text(outcome: Outcome, drift: Drift | None = None, *, tracebacks: bool = False) -> str:
    """Return the whole story of a claim that fails, or why it has none, and what differs from a baseline."""
    told = _text(outcome, tracebacks)
    if drift is None or not drift.fails:
        return told
    return "\n".join([told, *drift_lines(drift, Style())])


def _text(outcome: Outcome, tracebacks: bool) -> str:
    if outcome.result is not None:
        return story(outcome.result)
    problem = outcome.problem
    if problem is None:
        return "no result"
    again = shlex.quote(printable(outcome.id))
    return f"{refusal(problem, tracebacks=tracebacks)}\n\n  again: nllcheck check {again} --debug"


def refusal(problem: Problem, *, output: str = "", tracebacks: bool = False) -> str:
    """Return why a claim or a file could not be evaluated, with its place."""
    told = printable(f"{problem.location}: {problem.message}".removeprefix(": "), newlines=True)
    lines = wrap(told)
    if tracebacks and problem.traceback:
        lines += ["", *printable(problem.traceback, newlines=True).splitlines()]
    if output:
        lines += ["", "It printed:", *(f"  {line}" for line in printable(output, newlines=True).splitlines())]
    return "\n".join(lines)


def location(outcome: Outcome) -> int | None:
    """Return the line at which the outcome points, None if it knows none."""
    source = outcome.result.source if outcome.result is not None else ""
    if outcome.problem is not None:
        source = outcome.problem.location
    line = source.rpartition(":")[2]
    return int(line) if line.isdecimal() else None
