"""Watches over one worker: ends it at its deadline or on request, and leaves no process behind.

A process of its own, small and single-threaded: what the worker does to itself, to its threads or to its
descriptors does not reach it. On Linux all descendants of the worker that lose their parent become the warden's.
"""

import json
import os
import socket
import time
from collections.abc import Mapping
from typing import Any

from nllcheck.execution.ends import REPORT
from nllcheck.execution.processes import (
    adopt_orphans,
    kill_all,
    readable,
    stop_waking,
    wait_for_children,
    wake_on_children,
)
from nllcheck.execution.worker import ASK, work

__all__ = ["guard"]

GRACE = 2.0  # seconds for a worker to end after it has reported
LEAVING = 0.5  # seconds for processes to notice that their parent has ended
ASKED = 0.25  # seconds for a worker to write where it is


def guard(control: int, results: int, output: int) -> None:
    """Read an order from a socket, run it in a worker, and tell how that ended.

    The other side closes the socket to have everything killed, writes `EVENT` when it hears of an event, which starts
    the time anew, and `REPORT` when it has the worker's result.

    Parameters
    ----------
    control, results, output : int
        Descriptors of the socket, and of the pipes for the worker's messages and for what it prints.
    """
    with socket.socket(fileno=control) as channel:
        _guard(channel, results, output)


def _guard(control: socket.socket, results: int, output: int) -> None:
    if os.getsid(0) != os.getpid():
        os.setsid()
    adopt_orphans()
    order = _read_order(control)
    if order is None:
        return
    waking = wake_on_children()
    worker = os.fork()
    if not worker:
        control.close()
        stop_waking(waking)
        work(order, results, output)
    os.close(results)
    os.close(output)
    _say(control, {"started": os.getpid()})
    status, why = _watch(worker, control, waking[0], order["timeout"])
    left = wait_for_children(LEAVING) if why == "ended" else False
    met = kill_all(worker)
    _say(control, {**_spelled(status), "why": why, "left": met if left or why == "lingered" else 0})


def _read_order(control: socket.socket) -> dict[str, Any] | None:
    pieces: list[bytes] = []
    while not (pieces and pieces[-1].endswith(b"\n")):
        piece = control.recv(2**16)
        if not piece:
            return None
        pieces.append(piece)
    order: dict[str, Any] = json.loads(b"".join(pieces))
    return order


def _watch(worker: int, control: socket.socket, woken: int, timeout: float) -> tuple[int | None, str]:
    """Return the worker's status and why it ended: by itself, at the deadline, on request, or too slowly."""
    deadline, why = (time.monotonic() + timeout if timeout else None), "deadline"
    while True:
        pid, status = os.waitpid(worker, os.WNOHANG)
        if pid:
            return status, "ended"
        remaining = None if deadline is None else deadline - time.monotonic()
        if remaining is not None and remaining <= 0:
            return _end(worker, why), why
        ready = readable([control.fileno(), woken], remaining)
        if woken in ready:
            os.read(woken, 4096)
        if control.fileno() in ready:
            said = _received(control)
            if not said:
                return None, "cancelled"
            if REPORT in said:
                deadline, why = time.monotonic() + GRACE, "lingered"
            elif timeout and why == "deadline":
                deadline = time.monotonic() + timeout


def _received(control: socket.socket) -> bytes:
    try:
        return control.recv(4096)
    except OSError:
        return b""


def _end(worker: int, why: str) -> int | None:
    """Ask a worker that has not reported where it is; `kill_all` does the rest."""
    if why == "deadline":
        try:
            os.kill(worker, ASK)
        except ProcessLookupError:
            return None
        time.sleep(ASKED)
    return None


def _spelled(status: int | None) -> dict[str, int]:
    if status is None:
        return {}
    code = os.waitstatus_to_exitcode(status)
    return {"signal": -code} if code < 0 else {"exit": code}


def _say(control: socket.socket, message: Mapping[str, Any]) -> None:
    try:
        control.sendall(json.dumps(message).encode() + b"\n")
    except OSError:
        return  # nobody listens any more
