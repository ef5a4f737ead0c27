"""Turns what a user's file or our engine raised into a problem: where it is, what it is, what to try."""

import re
import traceback
from concurrent.futures import BrokenExecutor, CancelledError
from pathlib import Path

from nllcheck.display import exception_text
from nllcheck.errors import BUG, NllcheckError, NotReported, UsageError, WorkFailed
from nllcheck.outcome import Problem, Verdict

__all__ = ["check_problem", "import_problem", "left_problem", "missing_problem"]

MOST = 20_000  # characters of the beginning, and of the end, of a traceback


def import_problem(error: BaseException, path: Path, display: str) -> Problem:
    """Return why the file at `path` could not be imported; the location is a line of that file."""
    line = _line(error, path)
    what = f"raised {_named(error)}"
    if isinstance(error, SystemExit):
        what = f"called sys.exit({'' if error.code is None else repr(error.code)})"
    elif isinstance(error, MemoryError):
        what = f"ran out of memory ({error})" if str(error) else "ran out of memory"
    elif isinstance(error, SyntaxError):
        here = _is_at(error, path) or not error.filename
        what = f"is no valid Python: {error.msg}" if here else f"imports what is no valid Python: {error}"
    elif isinstance(error, OSError) and line is None and error.filename == str(path):
        what = f"cannot be read: {error.strerror}"
    kind = _kind(error) if isinstance(error, NllcheckError | MemoryError) else "ClaimFileFailed"
    return Problem(
        kind=kind,
        message=f"the file {what}. {_advice(error)}",
        location=f"{display}:{line}" if line else display,
        verdict=Verdict.USAGE if isinstance(error, UsageError) else Verdict.NOT_EVALUATED,
        traceback=_traceback(error),
    )


def check_problem(error: BaseException, location: str) -> Problem:
    """Return why the claim at `location` has no result."""
    verdict = Problem.verdict_of(error)
    message = str(error)
    if isinstance(error, SystemExit):
        message = (
            f"the model or the loss called sys.exit({error.code!r}); return or raise an exception instead"
        )
    elif isinstance(error, MemoryError):
        message = f"out of memory ({_named(error)}); check the claim on fewer rows, or raise --memory"
    elif verdict is Verdict.INTERNAL:
        message = f"{_named(error)}: {BUG}"
    return Problem(
        kind=_kind(error),
        message=message,
        location=location,
        verdict=verdict,
        traceback=_traceback(error),
    )


def _kind(error: BaseException) -> str:
    return "OutOfMemory" if isinstance(error, MemoryError) else type(error).__name__


def missing_problem(error: BaseException, path: str, name: str, checking: str) -> Problem:
    """Return why nothing was reported of the claim `name` while `checking`, or of the file if `name` is empty."""
    lost = isinstance(error, NotReported | BrokenExecutor | CancelledError)
    message = str(error) or type(error).__name__
    if isinstance(error, UsageError):  # of ours, about the record: not of the user's making
        message = f"what came back cannot be read: {error}"
    elif isinstance(error, WorkFailed):
        message = f"{error}: {BUG}"
    elif not lost:
        message = f"{_named(error)}: {BUG}"
    if name and checking and name != checking:
        message = f"not reached, because of {checking}: {message}"
    return Problem(
        kind=type(error).__name__ if lost else "NotReported",
        message=message,
        location=path,
        verdict=Verdict.NOT_EVALUATED if lost else Verdict.INTERNAL,
        traceback=error.details if isinstance(error, NotReported | WorkFailed) else _traceback(error),
    )


def left_problem(path: str, processes: int) -> Problem:
    """Return what is wrong with a file that leaves processes running."""
    count = "a process" if processes == 1 else f"{processes} processes"
    return Problem(
        kind="ProcessesLeft",
        message=f"the file left {count} running, now killed; wait for what you start, or end it in a finally",
        location=path,
    )


def _named(error: BaseException) -> str:
    return exception_text(error).rstrip(".")


def _line(error: BaseException, path: Path) -> int | None:
    """Return the line of the file at `path` that was running, or that cannot be parsed."""
    if isinstance(error, SyntaxError) and _is_at(error, path):
        return error.lineno
    lines = [
        number
        for frame, number in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == str(path)
    ]
    return lines[-1] if lines else None


def _is_at(error: SyntaxError, path: Path) -> bool:
    return bool(error.filename) and Path(str(error.filename)).absolute() == path


_ADVICE = (
    (MemoryError, "Read fewer rows, or raise the limit: --memory."),
    (SystemExit, "Remove the call, or move it below if __name__ == '__main__'."),
    (UsageError, "Correct the option."),
    (SyntaxError, "Correct the line."),
    (PermissionError, "Look at who may read it."),
    (
        ModuleNotFoundError,
        "Install the module, or put it beside the claim file or in the working folder: both are on sys.path.",
    ),
    (
        FileNotFoundError,
        "Relative paths start in the working folder; for a file beside this one write Path(__file__).parent / ...",
    ),
)


def _advice(error: BaseException) -> str:
    if isinstance(error, ImportError):
        if "relative import" in str(error):
            return "A claim file is imported alone: write `import helpers` for a file beside it."
        if re.search("partially initialized|circular", str(error)):
            return "Two files import each other: move what both need to a third."
    for kind, advice in _ADVICE:
        if isinstance(error, kind):
            return advice
    return "Correct the line; --debug shows the whole traceback."


def _traceback(error: BaseException) -> str:
    try:
        text = "".join(traceback.format_exception(error))
    except Exception:
        return "the traceback cannot be printed"
    return text if len(text) <= 2 * MOST else f"{text[:MOST]}\n[...]\n{text[-MOST:]}"
