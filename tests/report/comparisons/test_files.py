"""The folder of a report: JSON, Markdown and pictures, each whole or not at all."""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from comparison_nasty import NASTY, nasty_run
from comparison_records import comparison, estimate, run

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.errors import UsageError
from nllcheck.report.comparisons.files import write


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def outcome(path: str, name: str) -> ComparisonOutcome:
    """Return a small comparison."""
    return ComparisonOutcome(path=path, name=name, comparison=comparison(estimates=(estimate("b"),)))


def test_the_report_is_written(tmp_path: Path) -> None:
    """Beside JSON and Markdown stand the pictures of what was compared; the Markdown shows them all."""
    assert write(run(), tmp_path / "new" / "folder") == ""
    folder = tmp_path / "new" / "folder"
    pictures = {f"comparison/gaussian-regression-{kind}.svg" for kind in ("forest", "densities", "profiles")}
    assert names(folder) == {"comparison.json", "comparison.md", *pictures}
    shown = re.findall(r"!\[.*?\]\((.*?)\)", (folder / "comparison.md").read_text(encoding="utf-8"))
    assert set(shown) == pictures
    for picture in pictures:
        ElementTree.parse(folder / picture)


def test_the_report_is_the_same_twice(tmp_path: Path) -> None:
    """Written again, no byte changes."""
    for folder in ("a", "b"):
        write(run(), tmp_path / folder)
    assert names(tmp_path / "a") == names(tmp_path / "b")
    for name in names(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_models_of_like_names_have_files_of_their_own(tmp_path: Path) -> None:
    """Names that differ only in what a file name cannot hold, in case, or after sixty letters do not collide."""
    likes = [
        ("x/a.py", "m"),
        ("y/a.py", "m"),
        ("a.py", "M"),
        ("a.py", "m!"),
        ("a.py", "l" * 99),
        ("b.py", "σ"),
    ]
    write(ComparisonRun(outcomes=tuple(outcome(*like) for like in likes)), tmp_path)
    forests = {name.casefold() for name in names(tmp_path) if name.endswith("-forest.svg")}
    assert len(forests) == len(likes)
    assert all(re.fullmatch(r"comparison/[a-z0-9_-]{1,80}\.svg", name) for name in forests)


@pytest.mark.parametrize("key", ["escape", "right to left", "nul", "surrogate", "long", "newline"])
def test_nasty_names_are_no_paths(tmp_path: Path, key: str) -> None:
    """Whatever a model is called, its pictures stay in the folder."""
    write(nasty_run(NASTY[key]), tmp_path / "report")
    assert all(re.fullmatch(r"comparison[a-z0-9_./-]*", name) for name in names(tmp_path / "report"))
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_model_named_like_a_path_stays_inside(tmp_path: Path) -> None:
    """Two dots and a slash lead nowhere."""
    write(ComparisonRun(outcomes=(outcome("../../a.py", "../../../b"),)), tmp_path / "report")
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_without_matplotlib_the_rest_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who lacks the extra gets the text without pictures, and is told how to have them."""
    for name in [name for name in sys.modules if name.startswith("nllcheck.comparison.pictures")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "pip install 'nllcheck[plots]'" in write(run(), tmp_path)
    assert names(tmp_path) == {"comparison.json", "comparison.md"}
    assert "![" not in (tmp_path / "comparison.md").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A file where the folder should be is named."""
    (tmp_path / "report").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"cannot write .*report"):
        write(run(), tmp_path / "report")
