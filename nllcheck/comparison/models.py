"""Compares every model that claim files declare: one comparison a model function, whatever number of claims."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from nllcheck.capture import captured
from nllcheck.comparison.ahead import Ahead
from nllcheck.comparison.compare import Comparer
from nllcheck.comparison.declared import models_of
from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import Comparison, Settings
from nllcheck.discovery import Found, Source
from nllcheck.isolation import isolated, on_path
from nllcheck.likelihood.posterior_cache import cache_folder
from nllcheck.outcome import Verdict, clock
from nllcheck.relation import Relation
from nllcheck.result import CheckResult
from nllcheck.trouble import check_problem

__all__ = ["ComparisonListener", "compare_models"]


class ComparisonListener(Protocol):
    """Hears what happens while it happens."""

    def loading(self, path: str) -> None:
        """Hear that a file is about to be imported."""

    def loaded(self, path: str, names: Sequence[str], output: str) -> None:
        """Hear that a file was imported, which models are about to be compared, and what it printed."""

    def comparing(self, path: str, name: str) -> None:
        """Hear that a model is about to be compared."""

    def finished(self, outcome: ComparisonOutcome) -> None:
        """Hear the outcome of a model, or of a whole file."""


class Silent:
    """A listener that does nothing."""

    def loading(self, path: str) -> None: ...

    def loaded(self, path: str, names: Sequence[str], output: str) -> None: ...

    def comparing(self, path: str, name: str) -> None: ...

    def finished(self, outcome: ComparisonOutcome) -> None: ...


def compare_models(
    sources: Sequence[Source],
    *,
    settings: Settings | None = None,
    select: Callable[[str], bool] | None = None,
    refresh: bool = False,
    cache: Path | None = None,
    jobs: int = 2,
    listener: ComparisonListener | None = None,
) -> ComparisonRun:
    """Compare every model of `sources` that is declared there; a model that is imported counts where it stands.

    Parameters
    ----------
    sources : sequence of Source
    settings : Settings, optional
    select : callable, optional
        Whether a model of this id, ``PATH::MODEL``, is to be compared.
    refresh : bool
        Sample anew, whatever the cache holds.
    cache : Path, optional
        Folder of the cache; by default the user's.
    jobs : int
        Processes; those beyond this one work ahead, from the last file, once a model is not in the cache.
    listener : ComparisonListener, optional
    """
    settings = settings or Settings()
    comparer = Comparer(settings=settings, refresh=refresh, folder=cache_folder() if cache is None else cache)
    ahead = Ahead(sources, comparer, jobs=jobs)
    work = _Work(comparer=comparer, ahead=ahead, select=select, listener=listener or Silent())
    outcomes: list[ComparisonOutcome] = []
    started, interrupted = clock(), False
    try:
        with on_path(str(Path.cwd())), ahead, closing(work.outcomes(sources)) as stream:  # type: ignore[type-var]
            for outcome in stream:
                outcomes.append(outcome)
                work.listener.finished(outcome)
    except KeyboardInterrupt:
        interrupted = True
    return ComparisonRun(
        outcomes=tuple(outcomes),
        settings=settings,
        interrupted=interrupted,
        deselected=work.deselected,
        seconds=clock() - started,
    )


@dataclass(kw_only=True)
class _Work:
    comparer: Comparer
    ahead: Ahead
    select: Callable[[str], bool] | None
    listener: ComparisonListener
    deselected: int = 0
    outputs: list[str] = field(default_factory=list)

    def outcomes(self, sources: Sequence[Source]) -> Iterator[ComparisonOutcome]:
        for source in sources:
            yield from self.file(source)

    def file(self, source: Source) -> Iterator[ComparisonOutcome]:
        """Yield the outcomes of one source; its traces in the process are gone afterwards."""
        self.listener.loading(source.display)
        with isolated(self.comparer.settings.seed):
            with captured() as output:
                loaded = source.load()
            models = models_of(source, loaded.claims)
            models = {name: m for name, m in models.items() if self._selected(f"{source.display}::{name}")}
            self.listener.loaded(source.display, list(models), output.text)
            for name, problem in loaded.problems:
                if not name or problem.verdict is Verdict.USAGE:  # a claim that was asked for is not there
                    yield ComparisonOutcome(
                        path=source.display, name=name, problem=problem, output=output.text
                    )
            for name, (model, claims) in models.items():
                self.listener.comparing(source.display, name)
                yield self._model(source, name, model, claims)

    def _selected(self, model: str) -> bool:
        if self.select is None or self.select(model):
            return True
        self.deselected += 1
        return False

    def _model(self, source: Source, name: str, model: Any, claims: Sequence[Found]) -> ComparisonOutcome:
        comparison, problem, started = None, None, clock()
        with captured() as output:
            try:
                if not self.comparer.is_kept(model):
                    self.ahead.wait(source)
                comparison = self._compare(source, model, claims)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a model may also call sys.exit
                problem = check_problem(error, source.display)
        return ComparisonOutcome(
            path=source.display,
            name=name,
            comparison=comparison,
            problem=problem,
            output=output.text,
            seconds=clock() - started,
        )

    def _compare(self, source: Source, model: Any, claims: Sequence[Found]) -> Comparison:
        """Return what is kept of the model with its claims, else compare them and keep it."""
        parts = [(found.name, found.location, found.claim.loss, found.claim.options) for found in claims]
        key, kept = self.comparer.kept(model, source.display, parts)
        if kept is not None:
            return kept
        made = self._anew(source, model, claims)
        self.comparer.keep(key, made)
        return made

    def _anew(self, source: Source, model: Any, claims: Sequence[Found]) -> Comparison:
        alone = self.comparer.compare(model, source=source.display)
        if not alone.stands:
            return alone
        chosen = self._tightest(claims)
        if chosen is None:
            return alone
        found, result = chosen
        return self.comparer.compare(
            model, found.claim.loss, source=source.display, checked=result, **found.claim.options
        )

    def _tightest(self, claims: Sequence[Found]) -> tuple[Found, CheckResult] | None:
        """Return the claim of the tightest relation that holds, checked; those of no relation are passed over."""
        order = list(Relation)
        able = [found for found in claims if found.claim.relation != Relation.DIFFERENT]
        for found in sorted(able, key=lambda f: order.index(Relation(f.claim.relation))):
            options = {**found.claim.options, "name": found.name, "source": found.location}
            result = self.comparer.checker.check(found.claim.model, found.claim.loss, **options)
            if result.holds:
                return found, result
        return None
