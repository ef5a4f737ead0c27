"""What is done with one source of claims, here or in another process: check them, or list them.

Both functions take a request and return a record, plain dictionaries that JSON can hold, so that any
`concurrent.futures.Executor` can run them.
"""

import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from nllcheck.capture import captured
from nllcheck.discovery import Found, Loaded
from nllcheck.events import tell
from nllcheck.isolation import isolated, on_path
from nllcheck.outcome import Outcome, clock
from nllcheck.request import Request
from nllcheck.result import CheckResult
from nllcheck.trouble import check_problem
from nllcheck.visits import Asked, Visits

__all__ = ["Checks", "check_file", "entered", "list_file"]


class Checks(Protocol):
    """What is needed of `nllcheck.checker.Checker`."""

    def check(self, *args: Any, **kwargs: Any) -> CheckResult:
        """Check one claim, or raise why it cannot be evaluated."""

    def visit(self, asked: Asked) -> Visits:
        """Evaluate the claim that was checked last at the places that a baseline remembers."""


def engine(seed: int, *, curves: bool = False) -> Checks:
    """Return the real checker, imported when it is first needed."""
    from nllcheck.checker import Checker

    return Checker(seed=seed, curves=curves)


def check_file(
    record: Mapping[str, Any], *, checker: Callable[[int], Checks] | None = None
) -> dict[str, Any]:
    """Check the claims of one source, and tell each as it ends.

    Parameters
    ----------
    record : mapping
        A `Request` as dictionary.
    checker : callable, optional
        Returns the checker for a seed; called once a seed.

    Returns
    -------
    dict
        ``path``, ``outcomes`` (each an `Outcome` as dictionary, in order), ``deselected`` (how many claims the
        request left out) and ``stopped`` (whether it ended at the first failure).

    Notes
    -----
    Tells ``{"event": "loading"}``, ``{"event": "loaded", "names", "deselected", "output"}``, for each claim
    ``{"event": "checking", "name"}`` and for each outcome ``{"event": "finished", "outcome"}``.
    """
    request = Request.from_dict(record)
    job = _Job(request=request, checker=checker or partial(engine, curves=request.curves))
    outcomes, stopped = [], False
    with entered(request):
        for outcome in job.outcomes():
            outcomes.append(_record(outcome))
            tell({"event": "finished", "outcome": outcomes[-1]})
            if request.fail_fast and not outcome.passes(strict=request.strict):
                stopped = True
                break
    return {
        "path": request.source.display,
        "outcomes": outcomes,
        "deselected": job.deselected,
        "stopped": stopped,
    }


def list_file(record: Mapping[str, Any]) -> dict[str, Any]:
    """Import one source and list its claims without checking any.

    Returns
    -------
    dict
        ``path``, ``claims`` (``{"name", "location"}`` of those that the request selects, in source order),
        ``problems`` (``{"name", "problem"}``; the name is empty where it is the file's), ``deselected`` and
        ``output`` (what the import printed).
    """
    request = Request.from_dict(record)
    with entered(request), captured() as output:
        loaded = request.source.load()
    chosen = [found for found in loaded.claims if request.selects(found.name)]
    return {
        "path": request.source.display,
        "claims": [{"name": found.name, "location": found.location} for found in chosen],
        "problems": [{"name": name, "problem": problem.to_dict()} for name, problem in loaded.problems],
        "deselected": len(loaded.claims) - len(chosen),
        "output": output.text,
    }


def _record(outcome: Outcome) -> dict[str, Any]:
    try:
        return outcome.to_dict()
    except Exception as error:  # costs this claim alone
        problem = check_problem(error, outcome.path)
        return Outcome(path=outcome.path, name=outcome.name, problem=problem, output=outcome.output).to_dict()


@contextmanager
def entered(request: Request) -> Iterator[None]:
    """Work in the folder of the request; what its source changes in the process is undone afterwards."""
    with on_path(request.folder), isolated(request.seed):
        os.chdir(request.folder)
        yield


@dataclass(kw_only=True)
class _Job:
    request: Request
    checker: Callable[[int], Checks]
    deselected: int = 0
    checkers: dict[int, Checks] = field(default_factory=dict)

    def outcomes(self) -> Generator[Outcome]:
        """Yield the outcomes of the source."""
        path = self.request.source.display
        tell({"event": "loading"})
        with captured() as output:
            loaded = self.request.source.load()
        claims = self._selected(loaded)
        names = [found.name for found in claims]
        tell({"event": "loaded", "names": names, "deselected": self.deselected, "output": output.text})
        for name, problem in loaded.problems:
            if not name or self.request.selects(name):
                yield Outcome(path=path, name=name, problem=problem, output=output.text)
        for found in claims:
            tell({"event": "checking", "name": found.name})
            yield self._claim(path, found)

    def _selected(self, loaded: Loaded) -> list[Found]:
        claims = [found for found in loaded.claims if self.request.selects(found.name)]
        left = sum(bool(name) and not self.request.selects(name) for name, _ in loaded.problems)
        self.deselected = len(loaded.claims) - len(claims) + left
        return claims

    def _claim(self, path: str, found: Found) -> Outcome:
        result, problem, visits, started = None, None, None, clock()
        with captured() as output:
            try:
                checker = self._checker(found)
                result = checker.check(
                    found.claim.model,
                    found.claim.loss,
                    **found.claim.options,
                    name=found.name,
                    source=found.location,
                )
                if self.request.visits is not None:
                    visits = checker.visit(self.request.visits.get(found.name, Asked()))
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
            visits=visits,
        )

    def _checker(self, found: Found) -> Checks:
        own = None if self.request.seed_given else found.claim.seed
        seed = self.request.seed if own is None else own
        if seed not in self.checkers:
            self.checkers[seed] = self.checker(seed)
        return self.checkers[seed]
