"""`nllcheck compare`: the models of claim files, each compared, told and written as it was asked."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from nllcheck.comparison.outcome import ComparisonRun
from nllcheck.comparison.record import Settings
from nllcheck.discovery import Source
from nllcheck.display import printable
from nllcheck.report.comparisons.files import write
from nllcheck.report.comparisons.live import Telling, width_of
from nllcheck.report.comparisons.machine import complete
from nllcheck.report.comparisons.text import nothing, overview
from nllcheck.report.live import Progress, style_of
from nllcheck.selection import selector
from nllcheck.streams import guarded_stdout

__all__ = ["Compare", "comparing"]

Compare = Callable[..., ComparisonRun]


def comparing(
    sources: Sequence[Source],
    *,
    compare: Compare,
    settings: Settings,
    paths: Sequence[str] = (),
    expression: str | None = None,
    refresh: bool = False,
    report: Path | None = None,
    as_json: bool = False,
    debug: bool = False,
) -> int:
    """Compare the models of `sources` by `compare`, print what was found and return the exit code."""
    if expression is not None:
        selector(expression)  # wrong usage is told first
    with guarded_stdout(active=as_json) as out:
        progress = Progress(sys.stderr, style=style_of(sys.stderr))
        telling = Telling(None if as_json else out, progress, style=style_of(out), debug=debug)
        done = compare(sources, settings=settings, select=expression, refresh=refresh, listener=telling)
        progress.clear()
        if as_json:
            out.write(complete(done))
        else:
            _conclude(done, out, paths, expression)
        out.flush()
    if report is not None:
        _write(done, report)
    return int(done.exit_code)


def _conclude(done: ComparisonRun, out: TextIO, paths: Sequence[str], expression: str | None) -> None:
    style = style_of(out)
    if done.outcomes:
        lines = overview(done, style, width=width_of(out))
    else:
        lines = nothing(done, list(paths), expression, style)
    out.write("".join(f"{line}\n" for line in lines))


def _write(done: ComparisonRun, report: Path) -> None:
    why_not = write(done, report)
    if why_not:
        sys.stderr.write(style_of(sys.stderr).say(f"nllcheck: {printable(why_not)}\n"))
