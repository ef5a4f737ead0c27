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

WHAT = "a claim is a loss under @nllcheck.claim(model), or a nllcheck.Claim(model, loss)"


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
    folder, found, left, problems = str(Path.cwd()), 0, 0, []
    with executor(_nobody) as pool:
        requests = (Request(source=source, folder=folder, select=expression) for source in sources)
        futures = [pool.submit(list_file, request.to_dict()) for request in requests]
        for source, future in zip(sources, futures, strict=True):
            claims, deselected, wrong = _listed(future, source.display)
            found += len(claims)
            left += deselected
            for claim in claims:
                sys.stdout.write(style_of(sys.stdout).say(f"{printable(claim)}\n"))
            for problem in wrong:
                problems.append(problem)
                _complain(problem, debug)
    if problems:
        return int(exit_code(Outcome(path="", name="", problem=problem) for problem in problems))
    if not found:
        why = f"-k {expression!r} matches none of them" if left else WHAT
        sys.stderr.write(style_of(sys.stderr).say(f"nllcheck: no claims found; {printable(why)}\n"))
        return int(exit_code(()))
    return 0


def _listed(future: "Future[Any]", path: str) -> tuple[list[str], int, list[Problem]]:
    """Return the ids of the claims of one source, how many were deselected, and what is wrong with it."""
    try:
        record = future.result()
        names = [take(claim, "name", str) for claim in take(record, "claims", list)]
        deselected = take(record, "deselected", int)
        problems = [Problem.from_dict(take(item, "problem", dict)) for item in take(record, "problems", list)]
    except Exception as error:
        return [], 0, [missing_problem(error, path, "", "")]
    return [f"{path}::{name}" for name in names], deselected, problems


def _nobody(record: Mapping[str, Any], event: Event) -> None:
    """Hear nothing: all is in what is returned."""


def _complain(problem: Problem, debug: bool) -> None:
    text = f"{problem.location}: {problem.message}" + (f"\n{problem.traceback}" if debug else "")
    sys.stderr.write(style_of(sys.stderr).say(f"{printable(text, newlines=debug)}\n"))
