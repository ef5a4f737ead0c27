"""Functions that executors run in another process, which imports this module."""

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nllcheck.events import tell


def echo(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Print from Python and from a child, and tell in between."""
    print("python")
    os.system("echo child")
    tell({"event": "half", "pid": os.getpid()})
    print("after")
    return {**record, "pid": os.getpid()}


def fail(record: Mapping[str, Any]) -> None:
    """Raise."""
    raise ValueError("ours")


def crash(record: Mapping[str, Any]) -> None:
    """End by a signal."""
    os.kill(os.getpid(), signal.SIGSEGV)


def kill_server(record: Mapping[str, Any]) -> None:
    """Kill the process that forks all others."""
    warden = Path(f"/proc/{os.getppid()}/stat").read_text().rpartition(")")[2].split()
    os.kill(int(warden[1]), signal.SIGKILL)
    time.sleep(0.5)


def hang(record: Mapping[str, Any]) -> None:
    """Sleep, as do a child and a grandchild in a session of their own."""
    if os.fork() == 0:
        os.setsid()
        os.fork()
    Path(record["pids"]).mkdir(exist_ok=True)
    (Path(record["pids"]) / str(os.getpid())).touch()
    tell({"event": "hangs"})
    time.sleep(600)
