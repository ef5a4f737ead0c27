"""The run as lines of text: one a claim, then the stories, then the sum."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from nllcheck.display import ascii_only, printable, wrap
from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.facts import codes, digits_told, distance_told, kind_in_words
from nllcheck.story import story
from nllcheck.wording import SHORT, conditions, short

__all__ = ["Style", "details", "header", "line", "nothing", "output_lines", "plain", "summary"]

MARKS = {Verdict.HOLDS: "✓", Verdict.FAILS: "✗"}
ASCII_MARKS = {Verdict.HOLDS: "ok", Verdict.FAILS: "NO"}
COLOURS = {Verdict.HOLDS: "32", Verdict.FAILS: "31"}
NAME, RELATION = 44, SHORT  # widest padding of the two columns of text; nothing is cut


@dataclass(frozen=True, kw_only=True)
class Style:
    """What the place where the text goes can show."""

    ascii: bool = False
    colour: bool = False

    def say(self, text: str) -> str:
        """Return `text` as this place can encode it."""
        return ascii_only(text) if self.ascii else text

    def paint(self, text: str, code: str) -> str:
        """Return `text` in the colour, or as bold (1) or faint (2) text."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def mark(self, outcome: Outcome) -> str:
        """Return the sign of a verdict, in its colour."""
        signs, other = (ASCII_MARKS, "??") if self.ascii else (MARKS, "?")
        return self.paint(signs.get(outcome.verdict, other), COLOURS.get(outcome.verdict, "33"))


def header(path: str, names: Sequence[str], style: Style) -> str:
    """Return the heading of a file, with the names of the columns."""
    shown = style.say(printable(path))
    width = _name_width(names, style) + (5 if style.ascii else 4)
    columns = f"  {'the loss is':<{RELATION}}  digits  {style.say('Δ/se'):>8}     time" if names else ""
    return style.paint(shown, "1") + (
        " " * (width - len(shown)) + style.paint(columns, "2") if columns else ""
    )


def _name_width(names: Sequence[str], style: Style) -> int:
    return min(NAME, max((len(style.say(printable(name))) for name in names), default=0))


def line(outcome: Outcome, names: Sequence[str], style: Style) -> str:
    """Return the line of a claim; `names` are those of its file, for the width of the first column."""
    name = style.say(printable(outcome.name or "(the file)"))
    start = f"  {style.mark(outcome)} {name:<{_name_width(names, style)}}  "
    if outcome.result is None:
        kind = outcome.problem.kind if outcome.problem else ""
        return f"{start}{printable(kind_in_words(kind))}".rstrip()
    cells = (
        f"{style.say(_relation(outcome)):<{RELATION}}",
        f"{digits_told(outcome.result):>6}",
        f"{distance_told(outcome.result):>8}",
        style.paint(f"{_time(outcome.seconds or outcome.result.seconds):>7}", "2"),
        style.paint(_codes(outcome), "33"),
    )
    return (start + "  ".join(cells)).rstrip()


def _relation(outcome: Outcome) -> str:
    result = outcome.result
    assert result is not None
    treated = [f"{name} profiled" for name, how in result.given.items() if how == "profiled"]
    treated += [conditions(result)] if not treated and "at " in conditions(result) else []
    return ", ".join([short(result), *map(printable, treated)])


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds < 100 else f"{seconds:.0f} s"


def _codes(outcome: Outcome) -> str:
    result, found = outcome.result, codes(outcome.result)
    if result is not None and outcome.verdict is Verdict.FAILS and not result.errors():
        found.insert(0, f"claimed {result.claimed}")
    return f"! {', '.join(map(printable, found))}" if found else ""


def output_lines(output: str, style: Style) -> list[str]:
    """Return what a claim printed, marked as such."""
    return [
        f"    {style.say('│')} {style.say(text)}".rstrip()
        for text in printable(output, newlines=True).splitlines()
    ]


def details(run: Run, style: Style, *, verbose: bool = False, debug: bool = False) -> list[str]:
    """Return the story of each claim that does not pass, or of every claim."""
    lines: list[str] = []
    for outcome in run.outcomes:
        if verbose or not outcome.passes(strict=run.strict):
            title = f"{style.mark(outcome)} {style.paint(style.say(printable(outcome.id)), '1')}"
            lines += ["", title, "", *_detail(outcome, style, debug)]
    return lines


def _detail(outcome: Outcome, style: Style, debug: bool) -> Iterator[str]:
    if outcome.result is not None:
        yield from (
            f"  {text}".rstrip() for text in story(outcome.result, width=78, plain=style.ascii).split("\n")
        )
    problem = outcome.problem
    if problem is None:
        return
    told = printable(f"{problem.location}: {problem.message}".removeprefix(": "), newlines=True)
    yield from (style.say(text) for text in wrap(style.say(told), first="  "))
    if debug and problem.traceback:
        yield from (
            f"  {style.say(text)}" for text in printable(problem.traceback, newlines=True).splitlines()
        )


def plain(run: Run) -> str:
    """Return the whole report as text: a line a claim, the stories of those that fail, and the sum."""
    style, lines = Style(), []
    for path, group in groupby(run.outcomes, key=lambda outcome: outcome.path):
        outcomes = list(group)
        names = [outcome.name for outcome in outcomes]
        lines += ["", header(path, names, style), *(line(outcome, names, style) for outcome in outcomes)]
    lines += [*details(run, style), "", summary(run, style)]
    return "".join(f"{text}\n" for text in lines[lines[0] == "" :])


def summary(run: Run, style: Style) -> str:
    """Return the sum of a run in one line."""
    holds, fails = run.count(Verdict.HOLDS), run.count(Verdict.FAILS)
    undecided, internal = run.count(Verdict.UNDECIDED), run.count(Verdict.INTERNAL)
    unevaluated = run.count(Verdict.NOT_EVALUATED, Verdict.USAGE)
    warnings = sum(outcome.warnings for outcome in run.outcomes)
    parts = [f"{_counted(holds, 'claim')} {'holds' if holds == 1 else 'hold'}"]
    parts += [f"{fails} {'does' if fails == 1 else 'do'} not"] if fails else []
    parts += [f"{undecided} {'is' if undecided == 1 else 'are'} undecided"] if undecided else []
    parts += [f"{unevaluated} could not be evaluated"] if unevaluated else []
    parts += [f"{internal} met a bug in nllcheck"] if internal else []
    parts += [_counted(warnings, "warning")] if warnings else []
    parts += [f"{run.deselected} deselected"] if run.deselected else []
    if not run.outcomes:
        parts = ["no claim was selected"] if run.deselected else ["no claims found"]
    ending = " (interrupted)" if run.interrupted else " (stopped at the first failure)" if run.stopped else ""
    passed = run.exit_code == 0
    text = style.say(f"{', '.join(parts)} — {run.seconds:.1f} s{ending}")
    return style.paint(text, "1;32" if passed else "1;31")


def nothing(run: Run, paths: Sequence[str], expression: str | None, style: Style) -> list[str]:
    """Return what to say when no claim was checked: where was looked, and for what."""
    if run.interrupted:
        return [summary(run, style)]
    if run.deselected:
        why = f"-k {expression!r} matches none of {_counted(run.deselected, 'claim')}; `nllcheck list` shows them"
    else:
        where = ", ".join(paths or ["models"])
        why = f"in {where}; a claim is a loss under @nllcheck.claim(model), or a nllcheck.Claim(model, loss)"
    return [summary(run, style), style.say(printable(why))]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
