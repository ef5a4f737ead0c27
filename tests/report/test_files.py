"""Files are written whole or not at all."""

import os
from pathlib import Path

import pytest

from nllcheck.errors import UsageError
from nllcheck.report.files import write_atomically


def test_a_file_and_its_folder_are_made(tmp_path: Path) -> None:
    """The text is there as given, with the rights of an ordinary file, and nothing else is left."""
    path = tmp_path / "new" / "report.md"
    write_atomically(path, "σ\n")
    assert path.read_bytes() == "σ\n".encode()
    assert [entry.name for entry in path.parent.iterdir()] == ["report.md"]
    (tmp_path / "plain").touch()
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_the_old_file_stands_if_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk costs neither the old file nor leaves a temporary one, and is said in a sentence."""
    path = tmp_path / "report.md"
    path.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot write .*report\.md: No space left on device"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.md"]


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    """The message names the path and what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot write .*; name another folder"):
        write_atomically(tmp_path / "file" / "report.md", "new")
