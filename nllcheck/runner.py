"""Runs claims file by file: what one of them does costs no other its result."""

import io
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nllcheck.discovery import Found, Source
from nllcheck.isolation import isolated, on_path
from nllcheck.outcome import Outcome, Run, clock
from nllcheck.result import CheckResult
from nllcheck.trouble import check_problem

__all__ = ["Checks", "Listener", "run"]


class Checks(Protocol):
    """What the runner needs of `nllcheck.checker.Checker`."""

    def check(self, *args: Any, **kwargs: Any) -> CheckResult:
        """Check one claim, or raise why it cannot be evaluated."""


class Listener(Protocol):
    """Hears what happens while it happens."""

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


def engine(seed: int, *, curves: bool = False) -> Checks:
    """Return the real checker, imported when it is first needed."""
    from nllcheck.checker import Checker

    return Checker(seed=seed, curves=curves)


def run(
    sources: Sequence[Source],
    *,
    checker: Callable[[int], Checks] = engine,
    seed: int = 0,
    select: Callable[[str], bool] | None = None,
    strict: bool = False,
    fail_fast: bool = False,
    listener: Listener | None = None,
) -> Run:
    """Check every claim of `sources`, one file after the other.

    Parameters
    ----------
    sources : sequence of Source
    checker : callable
        Returns the checker for a seed; called once a file and seed.
    seed : int
    select : callable, optional
        Whether a claim of this id, ``PATH::NAME``, is to be checked.
    strict, fail_fast : bool
        Warnings fail; stop at the first failure.
    listener : Listener, optional

    Returns
    -------
    Run
        Complete, or what was finished when Ctrl-C came.
    """
    work = _Work(checker=checker, seed=seed, select=select, listener=listener or Silent())
    outcomes: list[Outcome] = []
    started, interrupted, stopped = clock(), False, False
    try:
        with on_path(str(Path.cwd())), closing(work.outcomes(sources)) as stream:
            for outcome in stream:
                outcomes.append(outcome)
                work.listener.finished(outcome)
                if fail_fast and not outcome.passes(strict=strict):
                    stopped = True
                    break
    except KeyboardInterrupt:
        interrupted = True
    return Run(
        outcomes=tuple(outcomes),
        seed=seed,
        strict=strict,
        interrupted=interrupted,
        stopped=stopped,
        deselected=work.deselected,
        seconds=clock() - started,
    )


@dataclass(kw_only=True)
class _Work:
    checker: Callable[[int], Checks]
    seed: int
    select: Callable[[str], bool] | None
    listener: Listener
    deselected: int = 0
    checkers: dict[int, Checks] = field(default_factory=dict)

    def outcomes(self, sources: Sequence[Source]) -> Generator[Outcome]:
        """Yield the outcomes of all sources."""
        for source in sources:
            yield from self.file(source)

    def file(self, source: Source) -> Generator[Outcome]:
        """Yield the outcomes of one source; its traces in the process are gone afterwards."""
        self.listener.loading(source.display)
        self.checkers = {}
        with isolated(self.seed):
            with captured() as output:
                loaded = source.load()
            claims = [found for found in loaded.claims if self._selected(f"{source.display}::{found.name}")]
            self.listener.loaded(source.display, [found.name for found in claims], output.text)
            for name, problem in loaded.problems:
                if not name or self._selected(f"{source.display}::{name}"):
                    yield Outcome(path=source.display, name=name, problem=problem, output=output.text)
            for found in claims:
                self.listener.checking(source.display, found.name)
                yield self._claim(source.display, found)

    def _selected(self, claim: str) -> bool:
        if self.select is None or self.select(claim):
            return True
        self.deselected += 1
        return False

    def _claim(self, path: str, found: Found) -> Outcome:
        result, problem, started = None, None, clock()
        with captured() as output:
            try:
                result = self._checker(found).check(
                    found.claim.model,
                    found.claim.loss,
                    **found.claim.options,
                    name=found.name,
                    source=found.location,
                )
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a loss may also call sys.exit
                problem = check_problem(error, found.location)
        return Outcome(
            path=path,
            name=found.name,
            result=result,
            problem=problem,
            output=output.text,
            seconds=clock() - started,
        )

    def _checker(self, found: Found) -> Checks:
        seed = self.seed if found.claim.seed is None else found.claim.seed
        if seed not in self.checkers:
            self.checkers[seed] = self.checker(seed)
        return self.checkers[seed]


class Captured(io.BytesIO):
    """What was printed; a claim that closes its standard output closes nothing."""

    def close(self) -> None: ...

    @property
    def text(self) -> str:
        """The text, undecodable bytes escaped."""
        return super().getvalue().decode("utf-8", "backslashreplace")


@contextmanager
def captured() -> Iterator[Captured]:
    """Catch what is printed in Python, on either stream."""
    output = Captured()
    stream = io.TextIOWrapper(output, encoding="utf-8", errors="backslashreplace", write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        yield output
