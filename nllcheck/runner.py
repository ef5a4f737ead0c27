"""Runs claims file by file: what one of them does costs no other its result."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from nllcheck.desk import Desk
from nllcheck.discovery import Source
from nllcheck.execution.choice import Hear
from nllcheck.execution.inprocess import InProcessExecutor
from nllcheck.outcome import Outcome, Run, clock
from nllcheck.request import Request
from nllcheck.visits import Asked
from nllcheck.work import Checks, check_file

__all__ = ["Listener", "run"]


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
    desk = Desk(requests, listener or Silent(), retries=retries)
    started = clock()
    desk.serve(executor, work if checker is None else partial(check_file, checker=checker), jobs)
    return Run(
        outcomes=desk.outcomes,
        seed=seed,
        strict=strict,
        interrupted=desk.interrupted,
        stopped=desk.stopped,
        deselected=desk.deselected,
        seconds=clock() - started,
    )
