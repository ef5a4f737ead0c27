"""One function call in a supervised process, seen from this side: send the order, hear the events, get the result."""

import json
import os
import secrets
import selectors
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from nllcheck.errors import NotReported
from nllcheck.events import MEANWHILE, Event
from nllcheck.execution.channel import Reader
from nllcheck.execution.ends import EVENT, REPORT, Ending, lost, raised
from nllcheck.execution.launch import Launcher
from nllcheck.execution.printed import Printed
from nllcheck.execution.processes import kill

__all__ = ["Job", "NotStarted"]

STARTING = 120.0  # seconds until a warden has started: the server imports first
SLACK = 2.5  # seconds that a warden may take to end everything
FOREVER = float("inf")
PIPE = 2**20  # bytes: the most that a pipe holds


class NotStarted(Exception):
    """There is no process that runs the function: what should have started it has ended, or does not answer."""


class Job:
    """A call of a function that a child can import.

    Parameters
    ----------
    work : str
        ``module:function``.
    record : mapping
    hear : callable
        Gets each event; what was printed since the one before is its ``printed``.
    timeout : float
        Seconds until the first event, between two, and after the last; 0 for none. Those told meanwhile do not count.
    memory : int
        Bytes that the child may address; 0 for any number.
    """

    def __init__(
        self,
        work: str,
        record: Mapping[str, Any],
        hear: Callable[[Event], None],
        *,
        timeout: float,
        memory: int,
    ) -> None:
        self._timeout, self._memory, self._hear = timeout, memory, hear
        token = secrets.token_hex(8)
        self._order = {
            "work": work,
            "record": record,
            "token": token,
            "timeout": timeout,
            "memory": memory,
        }
        self._reader, self._printed = Reader(token), Printed(token)
        self._control, self._theirs = socket.socketpair()
        self._results = self._output = -1
        self._said = b""
        self._warden = 0
        self._ends = time.monotonic()
        self._ending: Ending | None = None
        self._report: Mapping[str, Any] | None = None
        self._over = self._cancelled = False

    def cancel(self) -> None:
        """Have everything killed; `run` then raises."""
        self._cancelled = True
        try:
            self._control.shutdown(socket.SHUT_WR)
        except OSError:
            return  # it has ended

    def run(self, launcher: Launcher) -> Any:
        """Return what the function returned, or raise why there is nothing; NotStarted if it may be tried again."""
        self._results, results = os.pipe()
        self._output, output = os.pipe()
        try:
            self._launch(launcher, results, output)
            self._follow()
        finally:
            self._control.close()
            os.close(self._results)
            os.close(self._output)
        return self._concluded()

    def _launch(self, launcher: Launcher, results: int, output: int) -> None:
        try:
            launcher.launch([self._theirs.fileno(), results, output])
        finally:
            self._theirs.close()
            os.close(results)
            os.close(output)
        self._ends = time.monotonic() + STARTING
        try:
            self._control.sendall(json.dumps(self._order).encode() + b"\n")
        except OSError:
            return  # it was killed: its ending will be missing

    def _follow(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ, self._listen)
            for source, read in ((self._results, self._take), (self._output, self._print)):
                os.set_blocking(source, False)
                selector.register(source, selectors.EVENT_READ, read)
            while not self._over:
                ready = selector.select(None if self._ends == FOREVER else self._ends - time.monotonic())
                for key, _ in ready:
                    if not key.data():
                        selector.unregister(key.fileobj)
                if not ready and time.monotonic() > self._ends:
                    self._give_up()
        self._print()
        self._take()

    def _give_up(self) -> None:
        """Kill a warden that does not keep its deadline; the server then kills what it had in care."""
        self._over = True
        if self._warden:
            kill(self._warden)

    def _listen(self) -> bool:
        """Read what the warden says; return whether it may say more."""
        try:
            piece = self._control.recv(2**16)
        except OSError:
            piece = b""
        *lines, self._said = (self._said + piece).split(b"\n")
        for line in lines:
            self._told(json.loads(line))
        self._over |= not piece
        return bool(piece)

    def _told(self, message: Mapping[str, Any]) -> None:
        if "started" in message:
            self._warden = message["started"]
            self._start_time()
        else:
            self._ending, self._over = Ending(**message), True

    def _print(self) -> bool:
        """Read what was printed until now; return whether there may be more."""
        data = _read(self._output)
        self._printed.add(data or b"")
        return data != b""

    def _take(self) -> bool:
        """Read the worker's messages; return whether there may be more."""
        data = _read(self._results)
        if data:
            self._print()  # what was printed before a message is there when the message is
            for message in self._reader.feed(data):
                self._receive(message)
        return data != b""

    def _receive(self, message: Mapping[str, Any]) -> None:
        if isinstance(message.get("event"), Mapping):
            if not message["event"].get(MEANWHILE):
                self._say(EVENT)
                self._start_time()
            self._hear({**message["event"], "printed": self._printed.take()})
        elif self._report is None:
            self._say(REPORT)
            self._report = message

    def _say(self, what: bytes) -> None:
        """Tell the warden; one that does not read is met by the time."""
        with suppress(OSError):
            self._control.send(what, socket.MSG_DONTWAIT)

    def _start_time(self) -> None:
        self._ends = time.monotonic() + self._timeout + SLACK if self._timeout else FOREVER

    def _concluded(self) -> Any:
        printed = self._printed.rest()
        if not self._warden and not self._cancelled:
            raise NotStarted
        if self._report is None:
            raise lost(self._ending, printed, timeout=self._timeout, memory=self._memory)
        if isinstance(self._report.get("raised"), Mapping):
            raise raised(self._report["raised"], memory=self._memory)
        if self._ending is not None and self._ending.left:
            self._hear({"event": "left", "processes": self._ending.left, "printed": printed})
        if "returned" not in self._report:
            raise NotReported(
                "what it reported cannot be read: it has changed the modules that report", details=printed
            )
        return self._report["returned"]


def _read(descriptor: int) -> bytes | None:
    """Return what there is to read: nothing at the end, None for now."""
    try:
        return os.read(descriptor, PIPE)
    except BlockingIOError:
        return None
