"""The run as annotations for GitHub: one for each file with a claim that does not pass."""

from itertools import groupby

from nllcheck.display import printable
from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Run
from nllcheck.report.differences import Case, cases, complaint
from nllcheck.report.machine import portable
from nllcheck.wording import headline

__all__ = ["annotations"]

MOST = 10  # claims that one annotation names
LENGTH = 500  # characters told of each


def annotations(run: Run) -> str:
    """Return a workflow command a line; empty where all claims pass and are as they were recorded."""
    drift = run.drift
    failing = [case for case in cases(run) if not case.passes]
    failing.sort(key=lambda case: (case.outcome.path, _line(case.outcome), case.outcome.name))
    groups = groupby(failing, key=lambda case: case.outcome.path)
    lines = [_annotation(path, list(group), drift) for path, group in groups]
    if drift is not None and drift.errors:
        title = f"{drift.path} could not be compared as asked"
        lines.append(_command(drift.path, 0, title, list(drift.errors)))
    return "".join(f"{line}\n" for line in lines)


def _annotation(path: str, failing: list[Case], drift: Drift | None) -> str:
    file, line = _place(path, failing[0].outcome)
    count = "1 claim does" if len(failing) == 1 else f"{len(failing)} claims do"
    return _command(file, line, f"{count} not pass in {path}", [_told(case, drift) for case in failing])


def _command(file: str, line: int, title: str, told: list[str]) -> str:
    shown = [*told[:MOST], *([f"… and {len(told) - MOST} more"] if len(told) > MOST else [])]
    at = f"file={_property(file)},line={line}," if line else f"file={_property(file)},"
    return f"::error {at}title={_property(title)}::{_message(chr(10).join(shown))}"


def _place(path: str, outcome: Outcome) -> tuple[str, int]:
    """Return the file and line at which the first failing claim is made."""
    file, _, line = outcome.location.rpartition(":")
    return (file, int(line)) if line.isdecimal() else (path, 0)


def _line(outcome: Outcome) -> int:
    return _place(outcome.path, outcome)[1]


def _told(case: Case, drift: Drift | None) -> str:
    outcome = case.outcome
    said = outcome.problem.message if outcome.problem is not None else "there is no result"
    said = headline(outcome.result) if outcome.result is not None else said
    if drift is not None and case.regressions:
        differs = complaint(case, drift)
        said = differs if case.only_drifts else f"{said} It {differs}"
    text = f"{outcome.name}: {said}" if outcome.name else said
    return text if len(text) <= LENGTH else f"{text[:LENGTH]} …"


def _message(text: str) -> str:
    """Escape the message of a workflow command."""
    safe = printable(portable(text), newlines=True)
    return safe.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property of a workflow command."""
    return _message(text[:LENGTH]).replace(":", "%3A").replace(",", "%2C")
