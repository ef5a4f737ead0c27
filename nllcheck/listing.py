"""`nllcheck list`: the claims that there are, without checking any."""

import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

from nllcheck.discovery import Source
from nllcheck.display import printable
from nllcheck.events import Event
from nllcheck.execution.inprocess import InProcessExecutor
from nllcheck.jsonio import take
from nllcheck.outcome import Outcome, Problem, exit_code
from nllcheck.report.live import style_of
from nllcheck.request import Request
from nllcheck.selection import selector
from nllcheck.trouble import missing_problem
from nllcheck.work import list_file

__all__ = ["listing"]


def listing(
    sources: Sequence[Source],
    expression: str | None,
    *,
    executor: Callable[[Callable[[Mapping[str, Any], Event], None]], Executor] = InProcessExecutor,
    debug: bool = False,
) -> int:
    """Print the id of every claim that matches, problems to stderr; return the exit code."""
    if expression is not None:
        selector(expression)  # wrong usage is told before anything is imported
    folder, found, problems = str(Path.cwd()), 0, []
    with executor(_nobody) as pool:
        requests = (Request(source=source, folder=folder, select=expression) for source in sources)
        futures = [pool.submit(list_file, request.to_dict()) for request in requests]
        for source, future in zip(sources, futures, strict=True):
            claims, wrong = _listed(future, source.display)
            found += len(claims)
            for claim in claims:
                sys.stdout.write(style_of(sys.stdout).say(f"{printable(claim)}\n"))
            for problem in wrong:
                problems.append(problem)
                _complain(problem, debug)
    if problems:
        return int(exit_code(Outcome(path="", name="", problem=problem) for problem in problems))
    return 0 if found else int(exit_code(()))


def _listed(future: "Future[Any]", path: str) -> tuple[list[str], list[Problem]]:
    """Return the ids of the claims of one source, and what is wrong with it."""
    try:
        record = future.result()
        names = [take(claim, "name", str) for claim in take(record, "claims", list)]
        problems = [Problem.from_dict(take(item, "problem", dict)) for item in take(record, "problems", list)]
    except Exception as error:
        return [], [missing_problem(error, path, "", "")]
    return [f"{path}::{name}" for name in names], problems


def _nobody(record: Mapping[str, Any], event: Event) -> None:
    """Hear nothing: all is in what is returned."""


def _complain(problem: Problem, debug: bool) -> None:
    text = f"{problem.location}: {problem.message}" + (f"\n{problem.traceback}" if debug else "")
    sys.stderr.write(style_of(sys.stderr).say(f"{printable(text, newlines=debug)}\n"))
