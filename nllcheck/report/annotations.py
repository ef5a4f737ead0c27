"""The run as annotations for GitHub: one for each file with a claim that does not pass."""

from itertools import groupby

from nllcheck.display import printable
from nllcheck.outcome import Outcome, Run
from nllcheck.report.machine import portable
from nllcheck.wording import headline

__all__ = ["annotations"]

MOST = 10  # claims that one annotation names
LENGTH = 500  # characters told of each


def annotations(run: Run) -> str:
    """Return a workflow command a line; empty where all claims pass."""
    failing = [outcome for outcome in run.outcomes if not outcome.passes(strict=run.strict)]
    failing.sort(key=lambda outcome: (outcome.path, _line(outcome), outcome.name))
    groups = groupby(failing, key=lambda outcome: outcome.path)
    return "".join(f"{_annotation(path, list(group))}\n" for path, group in groups)


def _annotation(path: str, failing: list[Outcome]) -> str:
    file, line = _place(path, failing[0])
    count = "1 claim does" if len(failing) == 1 else f"{len(failing)} claims do"
    told = [_told(outcome) for outcome in failing[:MOST]]
    told += [f"… and {len(failing) - MOST} more"] if len(failing) > MOST else []
    title = f"{count} not pass in {path}"
    at = f"file={_property(file)},line={line}," if line else f"file={_property(file)},"
    return f"::error {at}title={_property(title)}::{_message(chr(10).join(told))}"


def _place(path: str, outcome: Outcome) -> tuple[str, int]:
    """Return the file and line at which the first failing claim is made."""
    file, _, line = outcome.location.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (path, 0)


def _line(outcome: Outcome) -> int:
    return _place(outcome.path, outcome)[1]


def _told(outcome: Outcome) -> str:
    said = outcome.problem.message if outcome.problem is not None else "there is no result"
    said = headline(outcome.result) if outcome.result is not None else said
    text = f"{outcome.name}: {said}" if outcome.name else said
    return text if len(text) <= LENGTH else f"{text[:LENGTH]} …"


def _message(text: str) -> str:
    """Escape the message of a workflow command."""
    safe = printable(portable(text), newlines=True)
    return safe.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a workflow command."""
    return _message(text[:LENGTH]).replace(":", "%3A").replace(",", "%2C")
