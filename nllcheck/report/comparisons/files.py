"""Writes the report of a run of comparisons: JSON, Markdown and the pictures beside them."""

import re
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.report.comparisons.machine import rounded
from nllcheck.report.comparisons.markdown import markdown
from nllcheck.report.files import write_atomically

__all__ = ["write"]

FOLDER = "comparison"  # of the pictures, beside comparison.md
LONGEST = 60  # characters of the name of a file


def write(run: ComparisonRun, folder: Path) -> str:
    """Write ``comparison.json``, ``comparison.md`` and the pictures, each file whole or not at all.

    Returns
    -------
    str
        Why there are no pictures; empty if there are.

    Raises
    ------
    UsageError
        The folder cannot be written.
    """
    write_atomically(folder / "comparison.json", rounded(run))
    pictures, why_not = _pictures(run)
    for texts in pictures.values():
        for file, text in texts.items():
            write_atomically(folder / file, text)
    write_atomically(
        folder / "comparison.md", markdown(run, {name: tuple(texts) for name, texts in pictures.items()})
    )
    return why_not


def _pictures(run: ComparisonRun) -> tuple[Mapping[str, Mapping[str, str]], str]:
    """Return the pictures of each model that was compared, by their file names."""
    from nllcheck.errors import MissingPackage

    try:
        from nllcheck.comparison.pictures import plot
    except MissingPackage as error:
        return {}, str(error)
    found: dict[str, Mapping[str, str]] = {}
    taken: set[str] = set()
    for outcome in run.outcomes:
        if outcome.comparison is not None and outcome.comparison.stands:
            stem = _stem(outcome, taken)
            svgs = plot(outcome.comparison).svgs()
            found[outcome.id] = {f"{FOLDER}/{stem}-{kind}.svg": text for kind, text in svgs.items()}
    return found, ""


def _stem(outcome: ComparisonOutcome, taken: set[str]) -> str:
    """Return a name for files that no other model has, also where upper and lower case are one."""
    name = f"{Path(outcome.path).stem}-{outcome.name}"
    stem = re.sub(r"[^A-Za-z0-9_]+", "-", name).strip("-")[:LONGEST]
    if not stem or stem.casefold() in taken or len(name) > LONGEST:
        stem = f"{stem}-{crc32(outcome.id.encode('utf-8', 'surrogatepass')):08x}".lstrip("-")
    taken.add(stem.casefold())
    return stem
