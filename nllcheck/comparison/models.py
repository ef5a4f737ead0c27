"""Compares every model that claim files declare: one comparison a model function, whatever number of claims."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Protocol

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import Settings
from nllcheck.comparison.work import compare_file, options_of
from nllcheck.desk import Desk
from nllcheck.discovery import Source
from nllcheck.execution.choice import Hear
from nllcheck.execution.inprocess import InProcessExecutor
from nllcheck.likelihood.disk_cache import cache_folder
from nllcheck.outcome import clock
from nllcheck.request import Request

__all__ = ["ComparisonListener", "compare_models"]


class ComparisonListener(Protocol):
    """Hears what happens while it happens, one file after the other."""

    def loading(self, path: str) -> None:
        """Hear that a file is about to be imported."""

    def loaded(self, path: str, names: Sequence[str], output: str) -> None:
        """Hear that a file was imported, which models are about to be compared, and what it printed."""

    def checking(self, path: str, name: str) -> None:
        """Hear that a model is about to be compared."""

    def sampling(self, drawn: int, of: int) -> None:
        """Hear how far its sampler is."""

    def finished(self, outcome: ComparisonOutcome) -> None:
        """Hear the outcome of a model, or of a whole file."""


class Silent:
    """A listener that does nothing."""

    def loading(self, path: str) -> None: ...

    def loaded(self, path: str, names: Sequence[str], output: str) -> None: ...

    def checking(self, path: str, name: str) -> None: ...

    def sampling(self, drawn: int, of: int) -> None: ...

    def finished(self, outcome: ComparisonOutcome) -> None: ...


def compare_models(
    sources: Sequence[Source],
    *,
    settings: Settings | None = None,
    select: str | None = None,
    refresh: bool = False,
    cache: Path | None = None,
    executor: Callable[[Hear], Executor] = InProcessExecutor,
    jobs: int = 1,
    listener: ComparisonListener | None = None,
) -> ComparisonRun:
    """Compare every model of `sources` that is declared there; a model that is imported counts where it stands.

    Parameters
    ----------
    sources : sequence of Source
    settings : Settings, optional
    select : str, optional
        An expression of ``-k``; it is tried on ``PATH::MODEL``.
    refresh : bool
        Sample anew, whatever the cache holds.
    cache : Path, optional
        Folder of the cache; by default the user's.
    executor : callable
        Gets the function that hears events, returns the executor; it is shut down at the end.
    jobs : int
        How many files are worked on at once; no result depends on it.
    listener : ComparisonListener, optional

    Returns
    -------
    ComparisonRun
        Complete, or what was finished when Ctrl-C came.
    """
    settings, folder = settings or Settings(), str(Path.cwd())
    options = options_of(settings, refresh=refresh, cache=cache_folder() if cache is None else cache)
    requests = [
        Request(
            source=source,
            folder=folder,
            number=number,
            select=select,
            seed=settings.seed,
            options=options,
        )
        for number, source in enumerate(sources)
    ]
    desk = Desk(requests, listener or Silent(), kind=ComparisonOutcome)
    started = clock()
    desk.serve(executor, compare_file, jobs)
    return ComparisonRun(
        outcomes=desk.outcomes,
        settings=settings,
        interrupted=desk.interrupted,
        deselected=desk.deselected,
        seconds=clock() - started,
    )
