"""The process that runs the user's code: its own session, limits, and a pipe to report through."""

import atexit
import ctypes
import faulthandler
import fcntl
import io
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from nllcheck.capture import passed_on
from nllcheck.events import Event, heard_by
from nllcheck.execution.channel import Writer
from nllcheck.execution.ends import FAILED, UNHEARD
from nllcheck.execution.printed import mark
from nllcheck.execution.processes import LINUX, die_with_parent

__all__ = ["ASK", "work"]

ASK = signal.SIGUSR1  # to be asked where it is
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
        signal.signal(signal.SIGINT, signal.default_int_handler)
        printed = _out_of_the_way(output)
        _limit(order["memory"])
        faulthandler.enable(file=printed)
        faulthandler.register(ASK, file=printed)
        code = _Reporter(order["token"], _out_of_the_way(results), printed).report(order)
    finally:
        os._exit(code)


class _Reporter:
    """Tells what the work tells, returns or raises; what was printed before is cut off by a mark."""

    def __init__(self, token: str, results: int, printed: int) -> None:
        self._results, self._printed = Writer(results, token), Writer(printed, token)
        self._mark = mark(token)
        self._lock = threading.Lock()  # a sampler tells how far it is from a thread of its own

    def report(self, order: Mapping[str, Any]) -> int:
        """Run the work and report; return the exit status."""
        try:
            self._send(self._outcome(order))
        except OSError:
            return UNHEARD
        atexit._run_exitfuncs()
        return 0

    def _outcome(self, order: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with heard_by(self._tell), passed_on(1):
                return {"returned": _function(order["work"])(order["record"])}
        except BaseException as error:
            name, text = type(error).__name__, "".join(traceback.format_exception(error))
            return {"raised": {"type": name, "message": str(error), "traceback": text}}

    def _tell(self, event: Event) -> None:
        self._send({"event": event})

    def _send(self, message: Mapping[str, Any]) -> None:
        with self._lock:
            ctypes.CDLL(None).fflush(None)  # what C code has printed
            with suppress(OSError):  # closed: the other side tells by the time
                self._printed.write(self._mark)
            self._results.send(message)


def _out_of_the_way(descriptor: int) -> int:
    """Return a high copy of a descriptor, which loops over the first few hundreds do not meet."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, min(HIGH, most // 2))
    os.close(descriptor)
    return copy


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
    sys.stdout, sys.stderr = _stream(1), _stream(2)


def _stream(descriptor: int) -> io.TextIOWrapper:
    raw = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)


def _limit(limit: int) -> None:
    """Let this process address at most `limit` bytes (0: any number; Linux), and write no core files.

    Where the whole machine runs out of memory, this process is to be killed rather than another.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if LINUX:
        if limit:
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            Path("/proc/self/oom_score_adj").write_text("1000")
        except OSError:
            return
