"""What is done with one source of claims, here or in another process: compare the models that it declares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nllcheck.capture import captured
from nllcheck.comparison.declared import models_of
from nllcheck.comparison.outcome import ComparisonOutcome
from nllcheck.comparison.record import Comparison, Settings
from nllcheck.discovery import Found
from nllcheck.events import MEANWHILE, UNPREPARED, listener, tell
from nllcheck.outcome import Problem, Verdict, clock
from nllcheck.relation import Relation
from nllcheck.request import Request
from nllcheck.result import CheckResult
from nllcheck.trouble import check_problem
from nllcheck.work import entered

if TYPE_CHECKING:
    from nllcheck.comparison.compare import Comparer
    from nllcheck.comparison.kept import Kept
    from nllcheck.likelihood.posterior import Progress

__all__ = ["compare_file", "options_of"]


def options_of(settings: Settings, *, refresh: bool, cache: Path) -> dict[str, Any]:
    """Return what `compare_file` takes beside the source, as the ``options`` of a `Request`."""
    return {"settings": asdict(settings), "refresh": refresh, "cache": str(cache)}


def compare_file(record: Mapping[str, Any]) -> dict[str, Any]:
    """Compare the models of one source, and tell each as it ends.

    Parameters
    ----------
    record : mapping
        A `Request` as dictionary, with the options of `options_of`.

    Returns
    -------
    dict
        ``path``, ``outcomes``, ``deselected`` and ``stopped``, as `nllcheck.work.check_file`; the events are the
        same, and an outcome is a `ComparisonOutcome`.
    """
    from nllcheck.comparison.kept import Kept  # knows PyMC: whoever only submits this does without

    request = Request.from_dict(record)
    options = request.options
    settings = Settings(**options["settings"])
    kept = Kept(settings=settings, refresh=options["refresh"], folder=Path(options["cache"]))
    job = _Job(request=request, kept=kept)
    outcomes = []
    with entered(request):
        for outcome in job.outcomes():
            outcomes.append(outcome.to_dict())
            tell({"event": "finished", "outcome": outcomes[-1]})
    return {
        "path": request.source.display,
        "outcomes": outcomes,
        "deselected": job.deselected,
        "stopped": False,
    }


def _progress() -> "Progress | None":
    """Return what tells how many draws are taken, from any thread."""
    hear = listener()
    if hear is None:
        return None
    return lambda drawn, of: hear({"event": "sampling", "drawn": drawn, "of": of, MEANWHILE: True})


@dataclass(kw_only=True)
class _Job:
    request: Request
    kept: "Kept"
    deselected: int = 0

    @cached_property
    def comparer(self) -> "Comparer":
        """The engine, imported when the first model is not kept."""
        tell({"event": UNPREPARED})
        from nllcheck.comparison.compare import Comparer

        return Comparer(kept=self.kept, progress=_progress())

    def outcomes(self) -> Iterator[ComparisonOutcome]:
        """Yield the outcomes of the source."""
        path = self.request.source.display
        tell({"event": "loading"})
        with captured() as output:
            loaded = self.request.source.load()
        models = models_of(self.request.source, loaded.claims)
        chosen = {name: model for name, model in models.items() if self.request.selects(name)}
        self.deselected = len(models) - len(chosen)
        tell({"event": "loaded", "names": list(chosen), "deselected": self.deselected, "output": output.text})
        whole = bool(chosen) or self.request.select is None
        for name, problem in loaded.problems:  # names are those of claims, where -k is about models
            if whole or not name or problem.verdict is Verdict.USAGE:
                yield ComparisonOutcome(path=path, name=name, problem=problem, output=output.text)
        for name, (model, claims) in chosen.items():
            tell({"event": "checking", "name": name})
            yield self._model(name, model, claims)

    def _model(self, name: str, model: Any, claims: Sequence[Found]) -> ComparisonOutcome:
        comparison: Comparison | None = None
        problem: Problem | None = None
        started = clock()
        with captured() as output:
            try:
                comparison = self._compared(model, claims)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a model may also call sys.exit
                problem = check_problem(error, self.request.source.display)
        return ComparisonOutcome(
            path=self.request.source.display,
            name=name,
            comparison=comparison,
            problem=problem,
            output=output.text,
            seconds=clock() - started,
        )

    def _compared(self, model: Any, claims: Sequence[Found]) -> Comparison:
        """Return what is kept of the model with its claims, else compare them and keep it."""
        parts = [(found.name, found.location, found.claim.loss, found.claim.options) for found in claims]
        key = self.kept.key_with(model, self.request.source.display, parts)
        found = self.kept.find(key)
        if found is not None:
            return found
        made = self._anew(model, claims)
        self.kept.keep(key, made)
        return made

    def _anew(self, model: Any, claims: Sequence[Found]) -> Comparison:
        source = self.request.source.display
        alone = self.comparer.compare(model, source=source)
        if not alone.stands:
            return alone
        chosen = self._tightest(claims)
        if chosen is None:
            return alone
        found, result = chosen
        return self.comparer.compare(
            model, found.claim.loss, source=source, checked=result, **found.claim.options
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
