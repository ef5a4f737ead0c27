"""How a run differs from its baseline, as lines of text."""

from collections.abc import Iterator

from nllcheck.display import printable, unbroken, wrap
from nllcheck.drift import Difference, Drift
from nllcheck.report.differences import SIGNS, kind, notes, numbers, standing, units
from nllcheck.report.text import Style

__all__ = ["drift_lines", "drift_summary", "drift_text"]

WIDTH = 80
COLOURS = {"regression": "31", "accepted": "33", "told": "32"}


def drift_lines(drift: Drift, style: Style) -> list[str]:
    """Return each difference by claim, then what else there is to say; nothing where nothing differs."""
    new = [d.claim for d in drift.differences if d.what == "claim" and not d.fails]
    lines: list[str] = []
    for claim, differences in drift.by_claim().items():
        if claim in new:
            continue
        lines += ["", style.paint(style.say(printable(claim)), "1")]
        widest = max(len(printable(kind(difference))) for difference in differences)
        for difference in differences:
            lines += _difference(difference, drift, widest, style)
    if new:  # all in one paragraph: a first record has nothing else
        told = style.say(f"new: {', '.join(map(printable, new))}")
        lines += ["", *wrap(told, first=style.say(f"  {SIGNS['told']} "), width=WIDTH)]
    lines += _notes(drift, style)
    return lines


def drift_text(drift: Drift | None) -> str:
    """Return all of it as plain text, to stand below a report; empty without a baseline."""
    if drift is None:
        return ""
    return "".join(f"{line}\n" for line in (*drift_lines(drift, Style()), drift_summary(drift, Style())))


def drift_summary(drift: Drift, style: Style) -> str:
    """Return the sum of the comparison in one line."""
    regressions, accepted = len(drift.regressions), sum(bool(d.reason) for d in drift.differences)
    told = len(drift.differences) - regressions - accepted
    if drift.written:
        return style.say(printable(f"{drift.path} written: {_changes(drift)}"))
    parts = [f"{_counted(regressions, 'regression')}"] if regressions else []
    parts += [f"{_counted(accepted, 'accepted difference')}"] if accepted else []
    parts += [f"{_counted(told, 'other difference')}"] if told else []
    parts = parts or ["no difference"]
    seen = f"{_counted(drift.compared, 'claim')}, {_counted(drift.places, 'recorded probe')}"
    seen += f"; {_counted(drift.unseen, 'recorded claim')} not run" if drift.unseen else ""
    text = f"{', '.join(parts)} from {printable(drift.path)} ({seen})"
    text += f", {_counted(len(drift.errors), 'error')}" if drift.errors else ""
    return style.paint(style.say(text), "1;31" if drift.fails or drift.errors else "1;32")


def _changes(drift: Drift) -> str:
    new = sum(d.what == "claim" and not d.fails for d in drift.differences)
    gone = sum(d.what == "claim" and d.fails for d in drift.differences)
    changed = len({d.claim for d in drift.differences if d.what != "claim"})
    parts = [
        f"{count} {word}" for count, word in ((new, "new"), (changed, "changed"), (gone, "gone")) if count
    ]
    return ", ".join(parts) or "no change"


def _difference(difference: Difference, drift: Drift, widest: int, style: Style) -> Iterator[str]:
    what = standing(difference, drift)
    label = style.say(f"  {SIGNS[what]} {printable(kind(difference)):<{widest}}  ")
    for number, line in enumerate(wrap(style.say(_told(difference)), first=label, width=WIDTH)):
        head = style.paint(line[: len(label)], COLOURS[what]) + line[len(label) :]
        yield head.rstrip() if number == 0 else line.rstrip()


def _told(difference: Difference) -> str:
    code = difference.what.partition(":")[2]
    text = unbroken(printable(code)) + ": " * bool(code) + printable(difference.message)
    pair, apart = numbers(difference), units(difference)
    text += f": {' → '.join(pair)}" if pair else ""
    text += f" ({apart})" if apart else ""
    return f"{text}. Accepted: {printable(difference.reason)}" if difference.reason else text


def _notes(drift: Drift, style: Style) -> list[str]:
    labelled = [(style.say("  ✗ error "), error) for error in drift.errors]
    labelled += [("  ", note) for note in notes(drift)]
    lines = [
        line
        for first, text in labelled
        for line in wrap(style.say(printable(text)), first=first, width=WIDTH)
    ]
    return ["", *lines] if lines else []


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
