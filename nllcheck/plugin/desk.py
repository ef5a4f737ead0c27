"""Where the plugin has claim files listed and checked: in child processes, or in pytest's own."""

import itertools
import os
import queue
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nllcheck.capture import passed_on
from nllcheck.config import Settings
from nllcheck.discovery import ClaimFile
from nllcheck.events import Event
from nllcheck.execution.choice import chosen_executor
from nllcheck.execution.supervised import SupervisedExecutor
from nllcheck.outcome import Problem
from nllcheck.request import Request
from nllcheck.trouble import left_problem, missing_problem
from nllcheck.visits import Asked
from nllcheck.work import check_file, list_file

__all__ = ["Desk", "Job", "Listed"]

PROCESSES = 2  # one that works, and one that may still be ending
Inbox = queue.SimpleQueue[Any]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """What a file claims, without checking it.

    Attributes
    ----------
    claims : tuple of (str, int)
        Each name with its line, in source order.
    problems : tuple of (str, Problem)
        What is wrong with a claim, by its name; the name is empty where it is the file's.
    refused : Problem or None
        Why nothing could be listed.
    output : str
        What the import printed.
    """

    claims: tuple[tuple[str, int], ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()
    refused: Problem | None = None
    output: str = ""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A file that is being worked on: its inbox gets events, and at last the future itself."""

    record: Mapping[str, Any]
    future: "Future[Any]"
    inbox: Inbox


class Desk:
    """Hands files out, one after the other; starts nothing before there is something to do.

    Parameters
    ----------
    settings : Settings
    folder : Path
        The working folder of the files.
    in_process : bool
        Work in this process: for debuggers and coverage, without deadline and without protection.
    seed_given : bool
        The seed comes before those of claims.
    alone : bool
        No other process of pytest works beside this one, as under xdist.
    """

    def __init__(
        self, settings: Settings, *, folder: Path, in_process: bool, seed_given: bool, alone: bool
    ) -> None:
        self.settings = settings
        self._seed_given = seed_given
        self.in_process = in_process
        self._jobs = max(PROCESSES, _processes(settings.jobs) if alone else 0)
        self._folder = str(folder)
        self._numbers = itertools.count()
        self._inboxes: dict[int, Inbox] = {}
        self._lists: dict[Path, Job] = {}
        self._pool: Executor | None = None
        self._started = ExitStack()

    def expect(self, source: ClaimFile) -> None:
        """Start to list the claims of a file that will be asked for; some at once where there are processes."""
        if not self.in_process and source.path not in self._lists:
            self._lists[source.path] = self._submit(list_file, self._request(source))

    def listed(self, source: ClaimFile) -> Listed:
        """Import a file and list its claims."""
        job = self._lists.pop(source.path, None) or self._submit(list_file, self._request(source))
        try:
            record = job.future.result()
            return _listed(record, _left(job.inbox))
        except Exception as error:
            return Listed(refused=missing_problem(error, source.display, "", ""))

    def check(
        self, source: ClaimFile, names: tuple[str, ...], asked: Mapping[str, Asked] | None = None
    ) -> Job:
        """Start to check these claims of a file; `asked` is what a baseline wants to know of them."""
        return self._submit(check_file, self._request(source, names, asked))

    def cancel(self, job: Job) -> None:
        """End a job that nobody waits for."""
        self._inboxes.pop(job.record["number"], None)
        if not job.future.cancel() and isinstance(self._pool, SupervisedExecutor):
            self._pool.cancel(job.record)

    def close(self) -> None:
        """Kill what still works."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None
            self._started.close()

    def _request(
        self,
        source: ClaimFile,
        names: tuple[str, ...] | None = None,
        asked: Mapping[str, Asked] | None = None,
    ) -> Request:
        return Request(
            source=source,
            folder=self._folder,
            number=next(self._numbers),
            only=names,
            seed=self.settings.seed,
            seed_given=self._seed_given,
            strict=self.settings.strict,
            visits=asked,
        )

    def _submit(self, work: Callable[..., Any], request: Request) -> Job:
        inbox = self._inboxes[request.number] = queue.SimpleQueue()
        record = request.to_dict()
        if self._pool is None:
            self._pool = self._executor()
        with passed_on(1):  # in this process: pytest captures what is printed, and a debugger can talk
            future = self._pool.submit(work, record)
        future.add_done_callback(inbox.put)
        return Job(record=record, future=future, inbox=inbox)

    def _executor(self) -> Executor:
        executor = chosen_executor(
            in_process=self.in_process,
            jobs=self._jobs,
            timeout=self.settings.timeout,
            memory=self.settings.memory,
        )
        return self._started.enter_context(executor)(self._hear)

    def _hear(self, record: Mapping[str, Any], event: Event) -> None:
        inbox = self._inboxes.get(record["number"])
        if inbox is not None:
            inbox.put(event)


def _processes(jobs: int | str) -> int:
    return jobs if isinstance(jobs, int) else os.cpu_count() or 1


def _left(inbox: Inbox) -> int:
    """Return how many processes were left running, from the events of a job that has ended."""
    left = 0
    while not inbox.empty():
        event = inbox.get()
        left += event["processes"] if isinstance(event, Mapping) and event.get("event") == "left" else 0
    return left


def _listed(record: Mapping[str, Any], left: int) -> Listed:
    claims = tuple((claim["name"], _line(claim["location"])) for claim in record["claims"])
    problems = tuple((entry["name"], Problem.from_dict(entry["problem"])) for entry in record["problems"])
    if left and not claims:  # otherwise it is told when they are checked
        problems = (*problems, ("", left_problem(record["path"], left)))
    output = record["output"]
    if not claims and problems and not any(name for name, _ in problems):
        return Listed(refused=problems[0][1], output=output)
    return Listed(claims=claims, problems=problems, output=output)


def _line(location: str) -> int:
    line = location.rpartition(":")[2]
    return int(line) if line.isdecimal() else 1
