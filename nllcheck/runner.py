"""Runs claims file by file: what one of them does costs no other its result."""

import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from nllcheck.discovery import Source
from nllcheck.events import Event
from nllcheck.execution.choice import Hear
from nllcheck.execution.inprocess import InProcessExecutor
from nllcheck.filed import File
from nllcheck.outcome import Outcome, Run, clock
from nllcheck.request import Request
from nllcheck.visits import Asked
from nllcheck.work import Checks, check_file

__all__ = ["Listener", "run"]

INTERRUPTED = "interrupted"


class Listener(Protocol):
    """Hears what happens while it happens, one file after the other."""

    def loading(self, path: str) -> None:
        """Hear that a file is about to be imported."""

    def loaded(self, path: str, names: Sequence[str], output: str) -> None:
        """Hear that a file was imported, which claims are about to be checked, and what it printed."""

    def checking(self, path: str, name: str) -> None:
        """Hear that a claim is about to be checked."""

    def finished(self, outcome: Outcome) -> None:
        """Hear the outcome of a claim, or of a whole file."""


class Silent:
    """A listener that does nothing."""

    def loading(self, path: str) -> None: ...

    def loaded(self, path: str, names: Sequence[str], output: str) -> None: ...

    def checking(self, path: str, name: str) -> None: ...

    def finished(self, outcome: Outcome) -> None: ...


def run(
    sources: Sequence[Source],
    *,
    checker: Callable[[int], Checks] | None = None,
    work: Callable[[Mapping[str, Any]], Mapping[str, Any]] = check_file,
    executor: Callable[[Hear], Executor] = InProcessExecutor,
    jobs: int = 1,
    retries: int = 0,
    seed: int = 0,
    seed_given: bool = False,
    select: str | None = None,
    strict: bool = False,
    fail_fast: bool = False,
    curves: bool = False,
    visits: Callable[[str], Mapping[str, Asked]] | None = None,
    listener: Listener | None = None,
) -> Run:
    """Check every claim of `sources`; outcomes are in their order, whatever the order in which files end.

    Parameters
    ----------
    sources : sequence of Source
    checker : callable, optional
        Returns the checker for a seed; for an executor in this process.
    work : callable
        What is submitted for each source: takes a request as dictionary, returns what `check_file` returns.
    executor : callable
        Gets the function that hears events, returns the executor; it is shut down at the end.
    jobs : int
        How many files are submitted at once.
    retries : int
        How often claims that crashed or timed out are tried again; a result of another try has a warning.
    seed : int
    seed_given : bool
        It was an argument, and comes before the seeds of claims.
    select : str, optional
        An expression of ``-k``.
    strict, fail_fast : bool
        Warnings fail; stop at the first failure.
    curves : bool
        Record both sides along each parameter too.
    visits : callable, optional
        Returns what a baseline asks of the claims of a file, by their names.
    listener : Listener, optional

    Returns
    -------
    Run
        Complete, or what was finished when Ctrl-C came.
    """
    folder = str(Path.cwd())
    requests = [
        Request(
            source=source,
            folder=folder,
            number=number,
            select=select,
            seed=seed,
            seed_given=seed_given,
            strict=strict,
            fail_fast=fail_fast,
            curves=curves,
            visits=visits(source.display) if visits else None,
        )
        for number, source in enumerate(sources)
    ]
    desk = _Desk(requests, listener or Silent(), retries=retries)
    started = clock()
    desk.serve(executor, work if checker is None else partial(check_file, checker=checker), jobs)
    return Run(
        outcomes=tuple(outcome for file in desk.files for outcome in file.outcomes),
        seed=seed,
        strict=strict,
        interrupted=desk.interrupted,
        stopped=desk.stopped,
        deselected=sum(file.deselected for file in desk.files),
        seconds=clock() - started,
    )


class _Desk:
    """Hands files out and puts in order what comes back."""

    def __init__(self, requests: Sequence[Request], listener: Listener, *, retries: int) -> None:
        self.requests = requests
        self.files = [File(path=request.source.display) for request in requests]
        self.waiting = deque(requests)
        self.retries = [retries for _ in requests]
        self.listener = listener
        self.inbox: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self.owner = threading.current_thread()
        self.running = 0
        self.current = 0  # the file whose news is told; that of later ones waits
        self.interrupted = self.stopped = False

    def serve(self, executor: Callable[[Hear], Executor], work: Callable[..., Any], jobs: int) -> None:
        """Return when all files have ended, the first failure ends the run, or Ctrl-C does."""
        try:
            with executor(self.hear) as pool, self._told_of_interrupts():
                while not self.stopped and (self.waiting or self.running):
                    while self.waiting and self.running < jobs and not self.stopped:
                        self._submit(pool, work)
                        self._read_all()
                    if self.running and not self.stopped:
                        self._read(*self.inbox.get())
                pool.shutdown(cancel_futures=self.stopped)
        except KeyboardInterrupt:
            self.interrupted = True
        if not self.stopped:
            self._tell_rest()

    def hear(self, record: Mapping[str, Any], event: Event) -> None:
        """Take an event from any thread; in this one it is told at once."""
        self.inbox.put((record["number"], event))
        if threading.current_thread() is self.owner:
            self._read_all()

    def _submit(self, pool: Executor, work: Callable[..., Any]) -> None:
        request = self.waiting.popleft()
        self.running += 1
        self.submitting = True
        try:
            future = pool.submit(work, request.to_dict())
        finally:
            self.submitting = False
        future.add_done_callback(lambda done: self.inbox.put((request.number, done)))

    def _read_all(self) -> None:
        while True:
            try:
                message = self.inbox.get_nowait()
            except queue.Empty:
                return
            self._read(*message)

    def _read(self, number: int, message: Any) -> None:
        if message is INTERRUPTED:
            raise KeyboardInterrupt
        if isinstance(message, Future):
            self.running -= 1
            self._end(number, message)
        else:
            self.files[number].hear(message)
        self._tell()

    def _end(self, number: int, future: "Future[Any]") -> None:
        names = self.files[number].end(future, again=self.retries[number] > 0)
        if names is not None:
            self.retries[number] -= 1
            self.waiting.appendleft(replace(self.requests[number], only=names or None))

    def _tell(self) -> None:
        """Tell the news of the current file, then of those after it that have ended before."""
        while not self.stopped and self.current < len(self.files):
            file = self.files[self.current]
            self._tell_news(file)
            if not file.ended:
                return
            self.current += 1

    def _tell_rest(self) -> None:
        """Tell what had ended of later files when the run was interrupted."""
        for file in self.files[self.current :]:
            self._tell_news(file)

    def _tell_news(self, file: File) -> None:
        for kind, *news in file.news():
            getattr(self.listener, kind)(*news)
            if kind == "finished" and self._is_last(news[0]):
                self.stopped = True

    def _is_last(self, outcome: Outcome) -> bool:
        return self.requests[0].fail_fast and not outcome.passes(strict=self.requests[0].strict)

    submitting = False

    @contextmanager
    def _told_of_interrupts(self) -> Iterator[None]:
        """Let Ctrl-C come as a message, so that it never cuts a line or loses a result.

        While a file is submitted it is raised: an executor in this process is at work then.
        """

        def interrupt(*_: object) -> None:
            if self.submitting:
                raise KeyboardInterrupt
            self.inbox.put((-1, INTERRUPTED))

        usual = signal.default_int_handler
        if (
            threading.current_thread() is not threading.main_thread()
            or signal.getsignal(signal.SIGINT) != usual
        ):
            yield
            return
        signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, usual)
