"""Forks wardens from a process that has imported already what every worker needs.

Single-threaded, and it runs no code of the user's: what its children do to themselves does not reach it.
"""

import gc
import json
import os
import signal
import socket
import sys
import time
import traceback
import warnings
from contextlib import suppress
from importlib import import_module

from nllcheck.execution.processes import (
    adopt_orphans,
    children,
    kill,
    kill_all,
    readable,
    reap,
    stop_waking,
    wake_on_children,
)
from nllcheck.execution.warden import guard

__all__ = ["serve", "single"]

LEAVING = 2.5  # seconds for wardens to end what they have in care


def serve() -> None:
    """Import modules, then fork a warden for each message on a socket, which carries three descriptors.

    The last argument of the command is JSON: ``descriptors`` (of the socket), ``preload`` and ``later`` (names of
    modules, or of functions that are called).
    """
    order = json.loads(sys.argv[-1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    _prepare(order["preload"])
    with socket.socket(fileno=order["descriptors"][0]) as requests:
        _accept(requests, order["later"])


def single() -> None:
    """Be the warden of one worker, where forking a process that has imported much is not safe.

    The last argument of the command is JSON: ``descriptors`` (three).
    """
    guard(*json.loads(sys.argv[-1])["descriptors"])


def _accept(requests: socket.socket, later: list[str]) -> None:
    waking = wake_on_children()
    woken = waking[0]
    wardens: set[int] = set()
    while True:
        ready = readable([requests.fileno(), woken])
        if woken in ready:
            os.read(woken, 4096)
            _tidy(wardens)
        if requests.fileno() in ready:
            message, descriptors, _, _ = socket.recv_fds(requests, 1, 3)
            if not message:
                return _dismiss(wardens)
            if not descriptors:
                _prepare(later)
                continue
            wardens.add(_fork(requests, waking, descriptors))


def _tidy(wardens: set[int]) -> bool:
    """Forget wardens that have ended, and kill what killed ones have left; return whether there are children."""
    ended = reap()
    wardens -= ended or set()
    for orphan in children() - wardens:
        kill(orphan)
    return ended is not None


def _dismiss(wardens: set[int]) -> None:
    """Wait for wardens, which end when nobody listens to them; then kill what is left."""
    ends = time.monotonic() + LEAVING
    while _tidy(wardens) and time.monotonic() < ends:
        time.sleep(0.005)
    kill_all()


def _fork(requests: socket.socket, waking: tuple[int, int], descriptors: list[int]) -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of threads: those of linear algebra, which provides for forks
        pid = os.fork()
    if not pid:
        try:
            requests.close()
            stop_waking(waking)
            guard(*descriptors)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _prepare(names: list[str]) -> None:
    """Import modules and call functions; what fails, each claim that needs it will tell."""
    for name in names:
        module, _, function = name.partition(":")
        with suppress(Exception):
            found = import_module(module)
            if function:
                getattr(found, function)()
    gc.collect()
    gc.freeze()  # the collector of a worker leaves these pages shared
