"""The formats in which a run can be reported, and what each is called on disk."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from nllcheck.errors import UsageError
from nllcheck.outcome import Run
from nllcheck.report.files import write_atomically

__all__ = ["DEFAULT", "FORMATS", "Format", "parse_formats", "rendered", "write_reports"]

DEFAULT = ("consistency", "md")  # what `--report` writes unless told otherwise: files for version control


def _text(run: Run) -> str:
    from nllcheck.report.drift import drift_text
    from nllcheck.report.text import plain

    return plain(run) + drift_text(run.drift)


def _json(run: Run) -> str:
    from nllcheck.report.machine import complete

    return complete(run)


def _consistency(run: Run) -> str:
    from nllcheck.report.machine import consistency

    return consistency(run)


def _markdown(run: Run) -> str:
    from nllcheck.report.markdown import markdown

    return markdown(run)


def _html(run: Run) -> str:
    from nllcheck.report.html import html

    return html(run)


def _junit(run: Run) -> str:
    from nllcheck.report.junit import junit

    return junit(run)


def _github(run: Run) -> str:
    from nllcheck.report.annotations import annotations

    return annotations(run)


@dataclass(frozen=True, kw_only=True)
class Format:
    """A format: the file that holds it, and what renders a run.

    `curves` says that it draws curves, which are computed only where that is asked for.
    """

    file: str
    render: Callable[[Run], str]
    curves: bool = False


FORMATS: Mapping[str, Format] = {
    "text": Format(file="report.txt", render=_text),
    "json": Format(file="report.json", render=_json),
    "md": Format(file="consistency.md", render=_markdown),
    "html": Format(file="report.html", render=_html, curves=True),
    "junit": Format(file="junit.xml", render=_junit),
    "github": Format(file="annotations.txt", render=_github),
    "consistency": Format(file="consistency.json", render=_consistency),
}


def parse_formats(names: Iterable[str] | None) -> tuple[str, ...]:
    """Return the names of formats, each once; the default for None.

    Raises
    ------
    UsageError
        A name is not known, or there is none.
    """
    if names is None:
        return DEFAULT
    wanted = tuple(dict.fromkeys(name.strip() for name in names))
    for name in wanted:
        if name not in FORMATS:
            near = get_close_matches(name, FORMATS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise UsageError(f"there is no report format {name!r}{hint} There are: {', '.join(FORMATS)}")
    if not wanted:
        raise UsageError(f"no report format is named; there are: {', '.join(FORMATS)}")
    return wanted


def rendered(run: Run, name: str) -> str:
    """Return the run in the format called `name`."""
    return FORMATS[name].render(run)


def write_reports(run: Run, folder: Path, names: Iterable[str]) -> None:
    """Write a file for each format into `folder`; all are rendered before the first is written.

    Raises
    ------
    UsageError
        The folder cannot be made or written.
    """
    texts = {FORMATS[name].file: rendered(run, name) for name in names}
    for file, text in texts.items():
        write_atomically(folder / file, text)
