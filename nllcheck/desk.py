"""Hands requests to an executor, and tells what comes back file by file, in their order."""

import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from nllcheck.events import Event
from nllcheck.execution.choice import Hear
from nllcheck.filed import File
from nllcheck.outcome import Outcome
from nllcheck.request import Request

__all__ = ["Desk"]

INTERRUPTED = "interrupted"


class Desk:
    """Hands files out and puts in order what comes back.

    Parameters
    ----------
    requests : sequence of Request
    listener : object
        Has a method for every kind of news of a `File`.
    kind : type, optional
        Of the outcomes: `Outcome`, or another record of the same beginnings.
    retries : int
        How often claims that crashed or timed out are tried again.

    Attributes
    ----------
    files : list of File
        One a request, with their outcomes.
    interrupted, stopped : bool
        Ctrl-C; the first failure.
    """

    def __init__(
        self, requests: Sequence[Request], listener: object, *, kind: type[Any] = Outcome, retries: int = 0
    ) -> None:
        self.requests = requests
        self.files = [File(path=request.source.display, kind=kind) for request in requests]
        self.waiting = deque(requests)
        self.retries = [retries for _ in requests]
        self.listener = listener
        self.inbox: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self.owner = threading.current_thread()
        self.running = 0
        self.current = 0  # the file whose news is told; that of later ones waits
        self.interrupted = self.stopped = False

    @property
    def outcomes(self) -> tuple[Any, ...]:
        """Those of all files, in their order."""
        return tuple(outcome for file in self.files for outcome in file.outcomes)

    @property
    def deselected(self) -> int:
        """How many claims, or models, were left out."""
        return sum(file.deselected for file in self.files)

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
