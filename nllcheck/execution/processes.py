"""What the operating system offers to keep processes in hand; what it lacks is left out and told."""

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = [
    "adopt_orphans",
    "children",
    "die_with_parent",
    "kill",
    "kill_all",
    "readable",
    "reap",
    "stop_waking",
    "wait_for_children",
    "wake_on_children",
]

LINUX = sys.platform == "linux"
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
PATIENCE = 1.5  # seconds in which all processes must be dead


def adopt_orphans() -> None:
    """Become the parent of every descendant whose parent ends (Linux): none gets out of reach."""
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the parent ends (Linux)."""
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def kill_all(group: int | None = None) -> int:
    """Kill every descendant, and return how many were met; elsewhere than on Linux, the process group."""
    met: set[int] = set()
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = descendants()
        met |= found
        for pid in found:
            kill(pid)
        if group is not None:
            _kill_group(group)
        if not wait_for_children(0.0):
            break
        time.sleep(0.002)
    return len(met)


def wait_for_children(seconds: float) -> bool:
    """Wait until there are no children; return whether some are left."""
    ends = time.monotonic() + seconds
    while reap() is not None:
        if time.monotonic() >= ends:
            return True
        time.sleep(0.005)
    return False


def reap() -> set[int] | None:
    """Return the children that have ended since the last time; None if there are no children at all."""
    ended: set[int] = set()
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended or None
        if not pid:
            return ended
        ended.add(pid)


def wake_on_children() -> tuple[int, int]:
    """Return a pipe whose reading end can be read whenever a child has ended."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return read, write


def stop_waking(pipe: tuple[int, int]) -> None:
    """Undo `wake_on_children` in a forked process."""
    signal.set_wakeup_fd(-1)
    for descriptor in pipe:
        os.close(descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def readable(descriptors: Iterable[int], seconds: float | None = None) -> set[int]:
    """Wait until some of `descriptors` can be read, or have ended, and return them."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(None if seconds is None else max(0.0, seconds) * 1000)}


def children() -> set[int]:
    """Return the living children of this process (Linux)."""
    return {pid for pid, parent in _parents() if parent == os.getpid()}


def descendants() -> set[int]:
    """Return the living descendants of this process (Linux)."""
    parents, known = dict(_parents()), {os.getpid()}
    while new := {pid for pid, parent in parents.items() if parent in known} - known:
        known |= new
    return known - {os.getpid()}


def _parents() -> Iterator[tuple[int, int]]:
    for entry in os.listdir("/proc") if LINUX else ():  # noqa: PTH208 - thousands of entries: no objects for them
        if entry.isdigit():
            try:
                text = Path(f"/proc/{entry}/stat").read_bytes()
            except OSError:
                continue  # it has ended
            state, parent = text[text.rindex(b")") + 2 :].split()[:2]
            if state != b"Z":
                yield int(entry), int(parent)


def kill(pid: int) -> None:
    """Kill a process that may have ended."""
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
