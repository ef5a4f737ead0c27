"""`nllcheck list`: the claims that there are, without checking any."""

import sys
from collections.abc import Sequence
from pathlib import Path

from nllcheck.capture import captured
from nllcheck.discovery import Loaded, Source
from nllcheck.display import printable
from nllcheck.isolation import isolated, on_path
from nllcheck.outcome import Outcome, Problem, exit_code
from nllcheck.report.live import style_of
from nllcheck.selection import selector

__all__ = ["listing"]


def listing(sources: Sequence[Source], expression: str | None, *, debug: bool = False) -> int:
    """Print the id of every claim that matches, problems to stderr; return the exit code."""
    select = selector(expression) if expression is not None else _any
    found, problems = 0, []
    with on_path(str(Path.cwd())):
        for source in sources:
            loaded = _load(source)
            ids = [f"{source.display}::{claim.name}" for claim in loaded.claims]
            chosen = [claim for claim in ids if select(claim)]
            found += len(chosen)
            for claim in chosen:
                sys.stdout.write(style_of(sys.stdout).say(f"{printable(claim)}\n"))
            for _, problem in loaded.problems:
                problems.append(problem)
                _complain(problem, debug)
    if problems:
        return int(exit_code(Outcome(path="", name="", problem=problem) for problem in problems))
    return 0 if found else int(exit_code(()))


def _any(_: str) -> bool:
    return True


def _load(source: Source) -> Loaded:
    with isolated(0), captured():
        return source.load()


def _complain(problem: Problem, debug: bool) -> None:
    text = f"{problem.location}: {problem.message}" + (f"\n{problem.traceback}" if debug else "")
    sys.stderr.write(style_of(sys.stderr).say(f"{printable(text, newlines=debug)}\n"))
