"""The run as Markdown: a table that fits a step summary of CI, then the story of each claim."""

import re
from collections.abc import Callable, Sequence

from nllcheck.display import printable
from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.facts import codes, digits, kind_in_words
from nllcheck.report.machine import MOST_DIGITS, rounded_text
from nllcheck.story import story
from nllcheck.wording import conditions, headline, short

__all__ = ["escaped", "markdown", "verbatim"]

LIMIT = 1_000_000  # bytes: GitHub takes 1 MiB for the summary of a step
ROOM = 500  # bytes for what is said besides rows and stories
MARKS = {Verdict.HOLDS: "✓", Verdict.FAILS: "✗"}
_SPECIAL = re.compile(r"([\\`*_\[\]|~$]|^\s*[-+#](?=\s))")
_FENCE = re.compile(r"`{3,}")


def markdown(run: Run, *, limit: int = LIMIT) -> str:
    """Return the consistency report; it holds verdicts and rounded digits, no times.

    Parameters
    ----------
    run : Run
    limit : int
        Bytes that the text may take. What does not fit is left out, and counted; claims that hold go first.
    """
    outcomes = sorted(run.outcomes, key=lambda outcome: outcome.id)
    rows = _fitting(outcomes, _row, limit // 2)
    told = _fitting(outcomes, _section, limit - _size("\n".join(rows)) - ROOM)
    lines = ["# Consistency of losses and likelihoods", "", _sum(run), ""]
    lines += ["| | claim | claimed | the loss is | digits | |", "|---|---|---|---|---|---|", *rows]
    lines += _left_out(len(outcomes) - len(rows), "claim is not listed", "claims are not listed")
    lines += told
    lines += _left_out(len(outcomes) - len(told), "story is left out", "stories are left out")
    return "\n".join(lines) + "\n"


def _fitting(outcomes: Sequence[Outcome], tell: Callable[[Outcome], str], room: int) -> list[str]:
    """Return what is told of the outcomes as far as it fits into so many bytes; claims that hold go first."""
    texts, kept = [tell(outcome) for outcome in outcomes], set()
    for place in sorted(range(len(outcomes)), key=lambda place: outcomes[place].verdict is Verdict.HOLDS):
        size = _size(texts[place]) + 1
        if size <= room:
            kept.add(place)
            room -= size
    return [text for place, text in enumerate(texts) if place in kept]


def _size(text: str) -> int:
    return len(text.encode())


def _left_out(count: int, one: str, many: str) -> list[str]:
    return ["", f"{count} {one if count == 1 else many}: there is no room here."] if count else []


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


def _section(outcome: Outcome) -> str:
    title = f"## {MARKS.get(outcome.verdict, '?')} {escaped(outcome.id)}"
    return "\n".join(["", title, "", *_story(outcome)])


def _story(outcome: Outcome) -> list[str]:
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
