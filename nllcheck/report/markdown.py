"""The run as Markdown: a table that fits a step summary of CI, then the story of each claim."""

import re

from nllcheck.display import printable
from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.facts import codes, digits, kind_in_words
from nllcheck.report.machine import MOST_DIGITS, rounded_text
from nllcheck.story import story
from nllcheck.wording import conditions, headline, short

__all__ = ["escaped", "markdown", "verbatim"]

MARKS = {Verdict.HOLDS: "✓", Verdict.FAILS: "✗"}
_SPECIAL = re.compile(r"([\\`*_\[\]|~$]|^\s*[-+#](?=\s))")
_FENCE = re.compile(r"`{3,}")


def markdown(run: Run) -> str:
    """Return the consistency report; it holds verdicts and rounded digits, no times."""
    outcomes = sorted(run.outcomes, key=lambda outcome: outcome.id)
    lines = ["# Consistency of losses and likelihoods", "", _sum(run), ""]
    lines += ["| | claim | claimed | the loss is | digits | |", "|---|---|---|---|---|---|"]
    lines += [_row(outcome) for outcome in outcomes]
    for outcome in outcomes:
        lines += ["", f"## {MARKS.get(outcome.verdict, '?')} {escaped(outcome.id)}", "", *_section(outcome)]
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return text, its numbers rounded, that Markdown and HTML show as it stands."""
    return verbatim(rounded_text(text))


def verbatim(text: str) -> str:
    """Return text that Markdown and HTML show as it stands."""
    safe = (
        printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
    )
    return _SPECIAL.sub(r"\\\1", safe)


def _sum(run: Run) -> str:
    holds, total = run.count(Verdict.HOLDS), len(run.outcomes)
    warnings = sum(outcome.warnings for outcome in run.outcomes)
    ending = f", with {warnings} warnings" if warnings > 1 else ", with 1 warning" if warnings else ""
    cut = " The run was interrupted." if run.interrupted else " The run stopped early." if run.stopped else ""
    return f"{holds} of {total} claims hold{ending}.{cut}"


def _row(outcome: Outcome) -> str:
    result = outcome.result
    if result is None:
        kind = kind_in_words(outcome.problem.kind) if outcome.problem else ""
        cells = ("", f"not evaluated: {escaped(kind)}", "", "")
    else:
        treated = conditions(result)
        found = escaped(short(result)) + (f", {escaped(treated)}" if treated else "")
        cells = (f"{result.claimed}", found, _digits(outcome), escaped(", ".join(codes(result))))
    return f"| {MARKS.get(outcome.verdict, '?')} | {escaped(outcome.id)} | {' | '.join(cells)} |"


def _digits(outcome: Outcome) -> str:
    value = digits(outcome.result)
    if value is None:
        return ""
    return f"{int(value)}" if value < MOST_DIGITS else f"≥ {MOST_DIGITS}"


def _section(outcome: Outcome) -> list[str]:
    result = outcome.result
    if result is None:
        problem = outcome.problem
        return [escaped(f"{problem.location}: {problem.message}")] if problem else []
    told = rounded_text(story(result)).split("\n\n", 1)
    answer = [f"**{escaped(headline(result))}**"]
    note = ["", f"*{escaped(result.note)}*"] if result.note else []
    body = told[1] if len(told) > 1 else ""
    fence = "`" * max([3, *(len(run) + 1 for run in _FENCE.findall(body))])
    return [*answer, *note, "", f"{fence}text", body, fence]
