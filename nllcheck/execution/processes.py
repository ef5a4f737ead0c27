"""What the operating system offers to keep processes in hand; what it lacks is left out and told."""

import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

__all__ = [
    "adopt_orphans",
    "children",
    "die_with_parent",
    "kill",
    "kill_all",
    "limit_memory",
    "reap",
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


def limit_memory(limit: int) -> None:
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


def kill_all(group: int) -> int:
    """Kill every descendant, and return how many were met; elsewhere than on Linux, the process group."""
    met: set[int] = set()
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        found = descendants()
        met |= found
        for pid in found:
            kill(pid)
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


def wake_on_children() -> int:
    """Return a descriptor that can be read whenever a child has ended."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return read


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
    if not LINUX:
        return
    for entry in os.listdir("/proc"):  # noqa: PTH208 - thousands of entries: no objects for them
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
