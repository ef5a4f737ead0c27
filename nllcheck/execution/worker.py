"""The process that runs the user's code: its own session, limits, and a pipe to report through."""

import atexit
import ctypes
import faulthandler
import fcntl
import os
import signal
import sys
import traceback
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, NoReturn

from nllcheck.capture import passed_on
from nllcheck.events import Event, heard_by
from nllcheck.execution.channel import Writer
from nllcheck.execution.processes import die_with_parent, limit_memory

__all__ = ["ASK", "UNHEARD", "work"]

ASK = signal.SIGUSR1  # to be asked where it is
FAILED, UNHEARD = 70, 71  # exit statuses: nllcheck's own failure; the pipe to report through is gone
HIGH = 500


def work(order: Mapping[str, Any], results: int, output: int) -> NoReturn:
    """Run what `order` names on its record, tell all events, and end the process.

    Parameters
    ----------
    order : mapping
        ``work`` (``module:function``), ``record``, ``token`` and ``memory``.
    results, output : int
        Descriptors of the pipes for messages and for what is printed.
    """
    code = FAILED
    try:
        os.setsid()
        die_with_parent()
        _redirect(output)
        _reset_signals()
        writer = Writer(_out_of_the_way(results), order["token"])
        limit_memory(order["memory"])
        faulthandler.enable(file=output)
        faulthandler.register(ASK, file=output)
        code = _report(order, writer)
    finally:
        os._exit(code)


def _report(order: Mapping[str, Any], writer: Writer) -> int:
    """Run the work and report; return the exit status."""
    outcome = _outcome(order, writer)
    try:
        writer.send(outcome)
    except OSError:
        return UNHEARD
    atexit._run_exitfuncs()
    return 0


def _out_of_the_way(descriptor: int) -> int:
    """Return a high copy of a descriptor, which loops over the first few hundreds do not meet."""
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, HIGH)
    os.close(descriptor)
    return copy


def _outcome(order: Mapping[str, Any], writer: Writer) -> dict[str, Any]:
    def tell(event: Event) -> None:
        flush()
        writer.send({"event": event})

    try:
        with heard_by(tell), passed_on(1):
            value = _function(order["work"])(order["record"])
    except BaseException as error:
        flush()
        name, text = type(error).__name__, "".join(traceback.format_exception(error))
        return {"raised": {"type": name, "message": str(error), "traceback": text}}
    flush()
    return {"returned": value}


def flush() -> None:
    """Write out what C code has printed."""
    ctypes.CDLL(None).fflush(None)


def _function(name: str) -> Callable[[Any], Any]:
    module, _, attribute = name.partition(":")
    found: Any = import_module(module)
    for part in attribute.split("."):
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


def _redirect(output: int) -> None:
    """Read nothing; let descriptors 1 and 2 write to the pipe, in Python and in C."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor, for good
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
