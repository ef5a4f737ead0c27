"""How a worker ended, in words."""

import os
import re
import signal
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nllcheck.errors import Crashed, ExitedEarly, NotReported, OutOfMemory, TimedOut, WorkFailed

__all__ = ["EVENT", "FAILED", "REPORT", "UNHEARD", "Ending", "lost", "raised"]

EVENT, REPORT = b"+", b"."  # what is said to a warden
FAILED, UNHEARD = 70, 71  # exit statuses: nllcheck's own failure; the pipe to report through is gone

_MEMORY = re.compile(r"bad_alloc|MemoryError|[Oo]ut of memory|[Cc]annot allocate memory|[Mm]emory allocation")


_FRAME = re.compile(r'File "([^"\n]+)", line (\d+) in ([^\n]+)')
_LIBRARIES = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")})


@dataclass(frozen=True, kw_only=True)
class Ending:
    """What a warden says of its worker.

    Attributes
    ----------
    why : str
        ``"ended"`` by itself, ``"deadline"``, ``"lingered"`` after its report, or ``"cancelled"``.
    exit, signal : int or None
        The exit status, or the signal that killed it.
    left : int
        Processes that it left running.
    """

    why: str
    exit: int | None = None
    signal: int | None = None
    left: int = 0


def lost(ending: Ending | None, printed: str, *, timeout: float, memory: int) -> NotReported:
    """Return the error of a worker that ended without a report; `printed` is what it printed last."""
    if ending is None:
        return Crashed("the process that watches over it was killed; its results were lost", details=printed)
    if ending.why == "deadline":
        return TimedOut(
            f"timed out after {timeout:g} s{_place(printed)}; --timeout sets the limit", details=printed
        )
    if ending.why == "cancelled":
        return NotReported("it was ended before it had reported", details=printed)
    if memory and _MEMORY.search(printed):
        return out_of_memory(memory, printed)
    if ending.signal is not None:
        return Crashed(
            f"the process was killed by {_signal(ending.signal)}{_place(printed)}", details=printed
        )
    return ExitedEarly(_exited(ending.exit), details=printed)


def out_of_memory(memory: int, details: str) -> OutOfMemory:
    """Return the error of a worker that met its limit."""
    limit = f" (the limit is {memory / 2**30:.3g} GiB: --memory)" if memory else ""
    return OutOfMemory(f"out of memory{limit}; check the claim on fewer rows", details=details)


def raised(record: Mapping[str, Any], *, memory: int) -> Exception:
    """Return the error of work that raised."""
    kind, message, details = (str(record.get(key, "")) for key in ("type", "message", "traceback"))
    if kind == "MemoryError":
        return out_of_memory(memory, details)
    if kind == "KeyboardInterrupt":
        return NotReported("it raised KeyboardInterrupt", details=details)
    return WorkFailed(f"{kind}: {message}".removesuffix(": "), details=details)


def _exited(status: int | None) -> str:
    if status == UNHEARD:
        return "it closed the descriptor through which nllcheck hears of results; close only what you have opened"
    if status == FAILED:
        return "the process could not be set up, or its interpreter failed"
    return f"the process exited with status {status} before it had reported (os._exit, or an exit in C code)"


def _signal(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    said = {"SIGKILL": "often the system, out of memory"}.get(name) or signal.strsignal(number)
    return f"{name} ({said})".lower().replace(name.lower(), name) if said else name


def _place(printed: str) -> str:
    """Return where the worker was: the innermost line of a user's file that faulthandler has written."""
    dump = printed.rpartition("Current thread")[2]
    frames = _FRAME.findall(dump.partition("\n\n")[0])
    mine = [frame for frame in frames if not _is_library(frame[0])]
    for path, line, name in (mine or frames)[:1]:
        near = os.path.relpath(path)
        return f" in {name} (line {line} of {path if near.startswith('..') else near})"
    return ""


def _is_library(path: str) -> bool:
    folders = (*_LIBRARIES, os.path.dirname(os.path.dirname(__file__)))  # noqa: PTH120
    return path.startswith(folders) or not os.path.isabs(path)  # noqa: PTH117 - <string>, <frozen importlib>
