"""Runs each function call in a process of its own that cannot harm this one, or outlive its deadline."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from nllcheck.errors import Crashed, UsageError
from nllcheck.events import UNPREPARED, Event
from nllcheck.execution.job import Job, NotStarted
from nllcheck.execution.launch import Launcher, Server

__all__ = ["SMALLEST_MEMORY", "TIMEOUT", "SupervisedExecutor"]

TIMEOUT = 300.0  # seconds
ATTEMPTS = 3
SMALLEST_MEMORY = 2 * 2**30  # bytes; PyMC does not start in less


class SupervisedExecutor(Executor):
    """An executor whose calls cannot crash, hang or exit this process.

    ``submit(function, record)`` takes a function that another process can import, and a record that JSON can
    hold. The future has the record that was returned, or one of the errors `NotReported` (with `Crashed`,
    `ExitedEarly`, `TimedOut`, `OutOfMemory`) and `WorkFailed`.

    Parameters
    ----------
    hear : callable, optional
        Gets the record that was submitted, and each event that the function tells, from any thread.
    jobs : int
        How many processes work at once.
    timeout : float
        Seconds until a call has told its first event, the next one, or its end; 0 for no limit.
    memory : int
        Bytes that a process may address (Linux); 0 for no limit.
    launcher : Launcher, optional
        Starts the processes; it is closed with the executor.
    """

    def __init__(
        self,
        hear: Callable[[Mapping[str, Any], Event], None] | None = None,
        *,
        jobs: int = 1,
        timeout: float = TIMEOUT,
        memory: int = 0,
        launcher: Launcher | None = None,
    ) -> None:
        if memory and memory < SMALLEST_MEMORY:
            raise UsageError(f"a memory limit of {memory / 2**30:.3g} GiB is too small; give at least 2 GiB")
        self._hear = hear or _nobody
        self._timeout, self._memory = timeout, memory
        self._launcher = launcher or Server()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="nllcheck")
        self._lock = threading.Lock()
        self._jobs: dict[Job, Mapping[str, Any]] = {}  # with the record that each works on
        self._closed = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn(record)`` in a process of its own."""
        (record,) = (*args, *kwargs.values())
        return self._threads.submit(self._run, _named(fn), record)

    def _run(self, work: str, record: Mapping[str, Any]) -> Any:
        for _ in range(ATTEMPTS):
            hear = partial(self._heard, record)
            job = Job(work, record, hear, timeout=self._timeout, memory=self._memory)
            with self._lock:
                if self._closed:
                    job.cancel()
                self._jobs[job] = record
            try:
                return job.run(self._launcher)
            except NotStarted:  # another call may have killed the server of all
                self._launcher.replace()
            finally:
                with self._lock:
                    del self._jobs[job]
        raise Crashed(f"no process could be started for it, {ATTEMPTS} times over")

    def _heard(self, record: Mapping[str, Any], event: Event) -> None:
        """Pass an event on; one is meant for the launcher."""
        if event.get("event") == UNPREPARED:
            self._launcher.prepare()
        else:
            self._hear(record, event)

    def cancel(self, record: Mapping[str, Any]) -> None:
        """Kill the process that works on `record`, the very object that was submitted."""
        with self._lock:
            for job, submitted in self._jobs.items():
                if submitted is record:
                    job.cancel()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what runs, or with `cancel_futures` kill it; then no process is left."""
        if cancel_futures:
            with self._lock:
                self._closed = True
                for job in self._jobs:
                    job.cancel()
        self._threads.shutdown(wait=wait, cancel_futures=cancel_futures)
        self._launcher.close()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.shutdown(cancel_futures=kind is not None)


def _named(fn: Callable[..., Any]) -> str:
    name = f"{getattr(fn, '__module__', '__main__')}:{getattr(fn, '__qualname__', '<locals>')}"
    if name.startswith("__main__:") or "<" in name:
        raise TypeError(f"{name} cannot be imported by another process; give a function of a module")
    return name


def _nobody(record: Mapping[str, Any], event: Event) -> None:
    """Hear nothing."""
