"""Which executor a command gets, by what was asked for and what the system can do."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from typing import Any

from nllcheck.events import Event
from nllcheck.execution.inprocess import InProcessExecutor
from nllcheck.execution.launch import Launcher, Server, Spawner
from nllcheck.execution.processes import LINUX
from nllcheck.execution.supervised import SupervisedExecutor

__all__ = ["PRELOAD", "Hear", "chosen_executor", "unlimited"]

PRELOAD = ("pymc", "nllcheck.checker", "nllcheck.work")  # what checks claims

Hear = Callable[[Mapping[str, Any], Event], None]
POSIX = os.name == "posix"


@contextmanager
def chosen_executor(
    *,
    in_process: bool,
    jobs: int,
    timeout: float,
    memory: float,
    preload: Sequence[str] = PRELOAD,
    later: Sequence[str] = (),
) -> Iterator[Callable[[Hear], Executor]]:
    """Yield what makes the executor: supervised if that is possible and nothing else was asked for.

    Its server starts at once, and imports `preload` while this process has other things to do.

    Parameters
    ----------
    in_process : bool
    jobs : int
    timeout : float
        Seconds for the import of a file, and for each of its claims; 0 for no limit.
    memory : float
        GiB for each file; 0 for no limit.
    preload, later : sequence of str, optional
        Names of modules, or of functions that are called; those of `later` once a worker asks for them.
    """
    if in_process or not POSIX:
        yield InProcessExecutor
        return
    launcher: Launcher = Server(preload, later) if LINUX else Spawner()
    try:
        yield partial(
            SupervisedExecutor, jobs=jobs, timeout=timeout, memory=int(memory * 2**30), launcher=launcher
        )
    finally:
        launcher.close()


def unlimited(memory: float) -> str:
    """Return what this system cannot limit, as a sentence; empty where it can."""
    if not POSIX:
        return f"on {sys.platform} claims are checked in this process, one after the other, without limits"
    if memory and not LINUX:
        return f"--memory limits nothing on {sys.platform}"
    return ""
