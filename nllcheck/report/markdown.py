"""The run as Markdown: a table that fits a step summary of CI, then the story of each claim."""

import re
from collections.abc import Callable, Sequence

from nllcheck.display import printable
from nllcheck.drift import Difference, Drift
from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.differences import (
    SIGNS,
    Case,
    cases,
    kind,
    notes,
    numbers,
    remaining,
    standing,
    units,
    words,
)
from nllcheck.report.drift import drift_summary
from nllcheck.report.facts import codes, digits, kind_in_words
from nllcheck.report.machine import MOST_DIGITS, portable, rounded_text
from nllcheck.report.text import Style
from nllcheck.story import story
from nllcheck.wording import conditions, headline, short

__all__ = ["escaped", "markdown", "verbatim"]

LIMIT = 1_000_000  # bytes: GitHub takes 1 MiB for the summary of a step
LENGTH = 1000  # characters told of a difference
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
    told, drift = cases(run), run.drift
    above = _baseline(run, limit // 4)
    rows = _fitting(told, _row, limit // 2)
    taken = _size("\n".join([*above, *rows]))
    stories = _fitting(told, lambda case: _section(case, drift), limit - taken - ROOM)
    lines = ["# Consistency of losses and likelihoods", "", _sum(run), "", *above]
    lines += ["| | claim | claimed | the loss is | digits | |", "|---|---|---|---|---|---|", *rows]
    lines += _left_out(len(told) - len(rows), "claim is not listed", "claims are not listed")
    lines += stories
    lines += _left_out(len(told) - len(stories), "story is left out", "stories are left out")
    return "\n".join(lines) + "\n"


def _fitting(told: Sequence[Case], tell: Callable[[Case], str], room: int) -> list[str]:
    """Return what is told of the claims as far as it fits into so many bytes; those that pass go first."""
    texts, kept = [tell(case) for case in told], set()
    for place in sorted(range(len(told)), key=lambda place: _can_wait(told[place])):
        size = _size(texts[place]) + 1
        if size <= room:
            kept.add(place)
            room -= size
    return [text for place, text in enumerate(texts) if place in kept]


def _can_wait(case: Case) -> bool:
    return case.outcome.verdict is Verdict.HOLDS and not case.regressions


def _size(text: str) -> int:
    return len(text.encode())


def _left_out(count: int, one: str, many: str) -> list[str]:
    return ["", f"{count} {one if count == 1 else many}: there is no room here."] if count else []


def escaped(text: str) -> str:
    """Return text, its numbers rounded, that Markdown and HTML show as it stands."""
    return verbatim(rounded_text(text))


def verbatim(text: str) -> str:
    """Return text that Markdown and HTML show as it stands."""
    return _escaped(rounded_text(text))


def _escaped(text: str) -> str:
    """Return text as it stands, with all of its digits: rounding would hide what has drifted."""
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


def _baseline(run: Run, room: int) -> list[str]:
    """Return what is to be said of the baseline as a whole; nothing where nothing differs."""
    drift = run.drift
    if drift is None or drift.written or not (drift.differences or drift.errors):
        return []
    said = [*(f"error: {error}" for error in drift.errors), *notes(drift)]
    said += [f"{difference.claim}: {_sentence(difference)}" for difference in remaining(run)]
    shown: list[str] = []
    for text in said:
        line = f"- {_escaped(_cut(text))}"
        room -= _size(line) + 1
        if room < 0:
            break
        shown.append(line)
    left = len(said) - len(shown)
    lines = [f"Baseline: {_escaped(_cut(drift_summary(drift, Style())))}", "", *shown]
    return [*lines, *([f"- … and {left} more"] if left else []), *([""] if said else [])]


def _sentence(difference: Difference) -> str:
    pair, apart = numbers(difference), units(difference)
    text = f"{words(difference)}{': ' + ' → '.join(pair) if pair else ''}{f' ({apart})' if apart else ''}"
    return f"{text}. Accepted: {difference.reason}" if difference.reason else text


def _cut(text: str) -> str:
    text = portable(text)
    return text if len(text) <= LENGTH else f"{text[:LENGTH]} …"


def _mark(case: Case) -> str:
    return "✗" if case.regressions else MARKS.get(case.outcome.verdict, "?")


def _row(case: Case) -> str:
    outcome, result = case.outcome, case.outcome.result
    drifted = ", ".join(dict.fromkeys(kind(difference) for difference in case.regressions))
    differs = f"differs from the baseline: {_escaped(drifted)}" if drifted else ""
    if case.is_absent:
        cells = ("", "not in this run", "", differs)
    elif result is None:
        problem = kind_in_words(outcome.problem.kind) if outcome.problem else ""
        cells = ("", f"not evaluated: {escaped(problem)}", "", differs)
    else:
        treated = conditions(result)
        found = escaped(short(result)) + (f", {escaped(treated)}" if treated else "")
        last = "; ".join(filter(None, (escaped(", ".join(codes(result))), differs)))
        cells = (f"{result.claimed}", found, _digits(outcome), last)
    return f"| {_mark(case)} | {escaped(outcome.id)} | {' | '.join(cells)} |"


def _digits(outcome: Outcome) -> str:
    value = digits(outcome.result)
    if value is None:
        return ""
    return f"{int(value)}" if value < MOST_DIGITS else f"≥ {MOST_DIGITS}"


def _section(case: Case, drift: Drift | None) -> str:
    title = f"## {_mark(case)} {escaped(case.outcome.id)}"
    story = [] if case.is_absent else ["", *_story(case.outcome)]
    return "\n".join(["", title, *_differences(case, drift), *story])


def _differences(case: Case, drift: Drift | None) -> list[str]:
    if drift is None or drift.written or not case.differences:
        return []
    items = [
        f"- {SIGNS[standing(each, drift)]} {_escaped(kind(each))}: {_escaped(_cut(_sentence(each)))}"
        for each in case.differences
    ]
    return ["", f"**Compared with {_escaped(_cut(drift.path))}:**", "", *items]


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
