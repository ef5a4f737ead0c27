"""Forks wardens from a process that has imported already what every worker needs.

Single-threaded, and it runs no code of the user's: what its children do to themselves does not reach it.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from importlib import import_module

from nllcheck.execution.processes import adopt_orphans, children, kill, reap, wake_on_children
from nllcheck.execution.warden import guard

__all__ = ["serve", "single"]


def serve() -> None:
    """Import modules, then fork a warden for each message on a socket, which carries three descriptors.

    The last argument of the command is JSON: ``descriptors`` (of the socket) and ``preload`` (names of modules).
    """
    order = json.loads(sys.argv[-1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    adopt_orphans()
    for name in order["preload"]:
        _import(name)
    gc.collect()
    gc.freeze()  # the collector of a worker leaves these pages shared
    with socket.socket(fileno=order["descriptors"][0]) as requests:
        _accept(requests)


def single() -> None:
    """Be the warden of one worker, where forking a process that has imported much is not safe.

    The last argument of the command is JSON: ``descriptors`` (three).
    """
    guard(*json.loads(sys.argv[-1])["descriptors"])


def _accept(requests: socket.socket) -> None:
    woken = wake_on_children()
    wardens: set[int] = set()
    while True:
        readable, _, _ = select.select([requests.fileno(), woken], [], [])
        if woken in readable:
            os.read(woken, 4096)
            wardens -= reap() or set()
            for orphan in children() - wardens:  # left by a warden that was killed
                kill(orphan)
        if requests.fileno() in readable:
            message, descriptors, _, _ = socket.recv_fds(requests, 1, 3)
            if not message:
                return
            wardens.add(_fork(requests, descriptors))


def _fork(requests: socket.socket, descriptors: list[int]) -> int:
    pid = os.fork()
    if not pid:
        try:
            requests.close()
            guard(*descriptors)
        finally:
            os._exit(0)
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _import(name: str) -> None:
    try:
        import_module(name)
    except Exception:
        return  # each claim that needs it will tell
