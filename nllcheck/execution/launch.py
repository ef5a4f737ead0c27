"""Starts the processes in which workers are watched over: one server that forks them, or each on its own."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

__all__ = ["Launcher", "Server", "Spawner"]

# The path is set before anything is imported: a user's json.py must not hide the standard one.
BOOT = "import sys; sys.path[:] = sys.argv[1:-1]; from nllcheck.execution.server import {0}; {0}()"
LAUNCH, PREPARE = b".", b"+"  # what is said to a server
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


class Launcher(Protocol):
    """Starts wardens."""

    def launch(self, descriptors: Sequence[int]) -> None:
        """Start a warden on three descriptors, if possible."""

    def prepare(self) -> None:
        """Have what starts them import what not every worker needs, for those to come."""

    def replace(self) -> None:
        """Have what starts them replaced: it does not answer."""

    def close(self) -> None:
        """End what was started for all."""


class Server:
    """A process that has imported `preload` and forks a warden in a hundredth of a second.

    Parameters
    ----------
    preload : sequence of str
        Names of modules, or of functions that are called: ``module:function``.
    later : sequence of str
        What is imported, or called, once a worker tells that it is needed.
    """

    def __init__(self, preload: Sequence[str] = (), later: Sequence[str] = ()) -> None:
        self._names = {"preload": list(preload), "later": list(later)}
        self._lock = threading.Lock()
        self._used = False
        self._start()

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = _popen("serve", [theirs.fileno()], **self._names)
        self._prepared = False

    def launch(self, descriptors: Sequence[int]) -> None:
        """Start a warden on three descriptors; a server that has ended is replaced."""
        with self._lock:
            if self._process.poll() is not None:
                self._socket.close()
                self._start()
            self._used = True
            try:
                socket.send_fds(self._socket, [LAUNCH], list(descriptors))
            except OSError:
                return  # it has just ended: no warden will say that it has started

    def prepare(self) -> None:
        """Have the server import what is wanted later, at the first call; meanwhile it starts nobody."""
        with self._lock:
            if not self._prepared:
                self._prepared = True
                with suppress(OSError):  # it has just ended
                    self._socket.sendall(PREPARE)

    def close(self) -> None:
        """End the server, and with it whatever may still run."""
        self._socket.close()
        if not self._used:
            self._process.kill()
        _end(self._process)

    def replace(self) -> None:
        """Kill a server that does not answer; the next launch starts another."""
        self._process.kill()


class Spawner:
    """Starts a new interpreter for each warden: slower, and safe where a process cannot be forked after imports."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []

    def launch(self, descriptors: Sequence[int]) -> None:
        """Start a warden on three descriptors."""
        self._processes = [process for process in self._processes if process.poll() is None]
        self._processes.append(_popen("single", descriptors))

    def prepare(self) -> None:
        """Nothing is shared by the processes: there is nothing to prepare."""

    def replace(self) -> None:
        """Nothing is shared by the processes: there is nothing to replace."""

    def close(self) -> None:
        """Wait until all have ended."""
        for process in self._processes:
            _end(process)


def _popen(function: str, descriptors: Sequence[int], **order: object) -> subprocess.Popen[bytes]:
    """Start an interpreter with the paths of this one, in a session of its own: Ctrl-C does not reach it.

    Matrices are small here: threads of the linear algebra cost more than they give, rounding depends on their
    number, and a process with threads cannot be forked in good order.
    """
    flags = [f"-W{option}" for option in sys.warnoptions] + ["-B"] * sys.dont_write_bytecode
    paths = [path or os.getcwd() for path in sys.path]  # noqa: PTH109
    said = json.dumps({"descriptors": list(descriptors), **order})
    return subprocess.Popen(  # noqa: S603 - this interpreter
        [sys.executable, *flags, "-P", "-c", BOOT.format(function), *paths, said],
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env={**dict.fromkeys(THREADS, "1"), **os.environ},
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
