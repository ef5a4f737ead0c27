"""Other processes that fill the cache from the last file on, while this one works from the first."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from nllcheck.capture import captured
from nllcheck.comparison.compare import Comparer
from nllcheck.comparison.declared import models_of
from nllcheck.comparison.record import Settings
from nllcheck.discovery import ClaimFile, Source
from nllcheck.isolation import isolated, on_path

__all__ = ["Ahead"]


class Ahead:
    """Fills the cache ahead of the run; what a process cannot do is left for the run itself to do or to tell.

    Parameters
    ----------
    sources : sequence of Source
    comparer : Comparer
    jobs : int
        Processes, this one included.
    """

    def __init__(self, sources: Sequence[Source], comparer: Comparer, *, jobs: int) -> None:
        self.sources = [source for source in sources if isinstance(source, ClaimFile)]
        self.comparer = comparer
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None
        self._futures: dict[str, Future[None]] = {}

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, cancel_futures=True)

    def wait(self, source: Source) -> None:
        """Return once no other process is at work on `source`; start the others at the first call."""
        if self.jobs < 2 or self.comparer.folder is None or self.comparer.refresh or len(self.sources) < 2:
            return
        if self._pool is None:
            self._start(source)
        future = self._futures.pop(source.display, None)
        if future is not None and not future.cancel():
            with suppress(Exception):  # the run meets the same error again, and tells it
                future.result()

    def _start(self, first: Source) -> None:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(max_workers=self.jobs - 1, mp_context=context)
        names = [source.display for source in self.sources]
        here = names.index(first.display) if first.display in names else 0
        settings, folder = self.comparer.settings, self.comparer.folder
        assert folder is not None
        with suppress(BrokenProcessPool):
            for source in reversed(self.sources[here + 1 :]):
                path = str(source.path)
                self._futures[source.display] = self._pool.submit(
                    fill, path, source.display, settings, folder
                )


def fill(path: str, display: str, settings: Settings, folder: Path) -> None:
    """Compare the models of one file, so that the cache holds them."""
    comparer = Comparer(settings=settings, folder=folder)
    source = ClaimFile(path=Path(path), display=display)
    with on_path(str(Path.cwd())), isolated(settings.seed), captured():
        for model, _ in models_of(source, source.load().claims).values():
            if not comparer.is_kept(model):
                with suppress(Exception):
                    comparer.compare(model)
