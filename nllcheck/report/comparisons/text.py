"""Comparisons as lines of text: the story of each model, then an overview and the sum."""

from collections.abc import Iterator

from nllcheck.comparison import words
from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.story import story
from nllcheck.display import printable, wrap
from nllcheck.outcome import ExitCode
from nllcheck.report.facts import kind_in_words
from nllcheck.report.text import Style

__all__ = ["block", "nothing", "overview", "verdict"]

MARKS = {
    "compared": ("✓", "ok", "32"),
    "not comparable": ("✗", "NO", "31"),
    "not evaluated": ("?", "??", "33"),
}


def verdict(outcome: ComparisonOutcome) -> str:
    """Return what became of a model: compared, not comparable (a gate failed) or not evaluated."""
    if outcome.comparison is None:
        return "not evaluated"
    return "compared" if outcome.comparison.stands else "not comparable"


def block(outcome: ComparisonOutcome, style: Style, *, width: int, debug: bool = False) -> list[str]:
    """Return a model's title and story, or its problem."""
    title = f"{_mark(outcome, style)} {style.paint(style.say(printable(outcome.id)), '1')}"
    return [title, "", *_told(outcome, style, width, debug)]


def _mark(outcome: ComparisonOutcome, style: Style) -> str:
    sign, plain, colour = MARKS[verdict(outcome)]
    return style.paint(plain if style.ascii else sign, colour)


def _told(outcome: ComparisonOutcome, style: Style, width: int, debug: bool) -> Iterator[str]:
    if outcome.comparison is not None:
        told = story(outcome.comparison, width=width - 2, plain=style.ascii)
        yield from (f"  {line}".rstrip() for line in told.split("\n"))
    problem = outcome.problem
    if problem is None:
        return
    text = printable(f"{problem.location}: {problem.message}".removeprefix(": "), newlines=True)
    yield from wrap(style.say(text), first="  ", width=width)
    if debug and problem.traceback:
        lines = printable(problem.traceback, newlines=True).splitlines()
        yield from (f"  {style.say(line)}" for line in lines)


def overview(run: ComparisonRun, style: Style, *, width: int) -> list[str]:
    """Return the headline of each model where there are several, and the sum."""
    lines: list[str] = []
    for outcome in run.outcomes if len(run.outcomes) > 1 else ():
        lines.append(f"{_mark(outcome, style)} {style.say(printable(outcome.id))}")
        lines += wrap(style.say(_headline(outcome)), first="    ", width=width)
    return [*lines, "", _sum(run, style)] if lines else [_sum(run, style)]


def _headline(outcome: ComparisonOutcome) -> str:
    if outcome.comparison is not None:
        return words.headline(outcome.comparison)
    return printable(kind_in_words(outcome.problem.kind)) if outcome.problem else "nothing is known"


def _sum(run: ComparisonRun, style: Style) -> str:
    counts = {name: sum(verdict(outcome) == name for outcome in run.outcomes) for name in MARKS}
    compared = counts.pop("compared")
    parts = [f"{compared} {'model' if compared == 1 else 'models'} compared"]
    parts += [f"{count} {name}" for name, count in counts.items() if count]
    parts += [f"{run.deselected} deselected"] if run.deselected else []
    ending = " (interrupted)" if run.interrupted else ""
    text = style.say(f"{', '.join(parts)} — {run.seconds:.1f} s{ending}")
    return style.paint(text, "1;32" if run.exit_code is ExitCode.OK else "1;31")


def nothing(run: ComparisonRun, paths: list[str], expression: str | None, style: Style) -> list[str]:
    """Return what to say when no model was compared: where was looked, and for what."""
    if run.interrupted:
        return [_sum(run, style)]
    if run.deselected:
        why = f"no model was selected: -k {expression!r} matches none of {run.deselected}"
    else:
        where = ", ".join(paths or ["models"])
        why = f"no models found in {where}; a model is what a claim names: @nllcheck.claim(model) over a loss"
    return [style.paint(style.say(printable(why)), "1;31")]
