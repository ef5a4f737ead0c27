"""Formats by their names: one table for what is printed and what is written."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from records import sample_run

from nllcheck import cli
from nllcheck.errors import UsageError
from nllcheck.outcome import Run
from nllcheck.report import formats
from nllcheck.report.formats import DEFAULT, FORMATS, parse_formats, rendered, write_reports


def test_the_command_line_offers_all_of_them() -> None:
    """What --format takes is the table; the command line lists it without importing it."""
    assert tuple(FORMATS) == cli.FORMATS


def test_names_are_checked() -> None:
    """Names come in any number, each counted once; an unknown one is told with its nearest."""
    assert parse_formats(None) == DEFAULT
    assert parse_formats(["html", " junit", "html"]) == ("html", "junit")
    with pytest.raises(UsageError, match="no report format 'htlm'; did you mean 'html'"):
        parse_formats(["htlm"])
    with pytest.raises(UsageError, match="no report format is named"):
        parse_formats([])


def test_files_have_names_of_their_own(tmp_path: Path) -> None:
    """All formats can be written side by side."""
    write_reports(sample_run(), tmp_path, FORMATS)
    assert {path.name for path in tmp_path.iterdir()} == {found.file for found in FORMATS.values()}
    assert len({found.file for found in FORMATS.values()}) == len(FORMATS)


def test_a_failed_render_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is rendered before the first file is written, and what was there stays."""

    def broken(run: Run) -> str:
        raise ZeroDivisionError

    (tmp_path / "report.html").write_text("old")
    monkeypatch.setattr(formats, "FORMATS", {**FORMATS, "junit": replace(FORMATS["junit"], render=broken)})
    with pytest.raises(ZeroDivisionError):
        write_reports(sample_run(), tmp_path, ("html", "md", "junit"))
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "old"


@pytest.mark.parametrize("run", [sample_run, Run], ids=["a run", "nothing"])
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_renders(name: str, run: Callable[[], Run]) -> None:
    """A run with outcomes of every kind, and an empty one, twice the same."""
    assert rendered(run(), name) == rendered(run(), name)
    assert "Traceback" not in rendered(run(), name)
