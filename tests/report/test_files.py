"""Files are written whole or not at all."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
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


WRITER = """
import os, resource, signal, sys
from pathlib import Path
from nllcheck.errors import UsageError
from nllcheck.report.files import write_atomically
path, letter, times = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
{before}
print("ready", flush=True)
try:
    for _ in range(times):
        write_atomically(path, letter * 300_000 + "end")
except UsageError as error:
    print(error)
"""


def writer(path: Path, letter: str, times: int, before: str = "") -> "subprocess.Popen[str]":
    """Start a process that writes the file so many times; it has imported what it needs when this returns."""
    code = WRITER.format(before=before)
    arguments = [sys.executable, "-c", code, str(path), letter, str(times)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def assert_whole(path: Path, letters: str) -> None:
    """Check that the file is what one writer wrote, and all of it."""
    text = path.read_text()
    assert text == text[0] * 300_000 + "end"
    assert text[0] in letters


def temporaries(path: Path) -> list[str]:
    """Return what else there is in the folder."""
    return [entry.name for entry in path.parent.iterdir() if entry != path]


def test_a_writer_that_is_killed_leaves_a_whole_file(tmp_path: Path) -> None:
    """At whatever moment SIGKILL comes; what is left beside it is swept later."""
    path = tmp_path / "file"
    path.write_text("0" * 300_000 + "end")
    moments = random.Random(1)
    for letter in "abcdefghijkl":
        process = writer(path, letter, 10_000)
        time.sleep(moments.uniform(0.0, 0.03))
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert_whole(path, "0abcdefghijkl")
    for name in temporaries(path):
        os.utime(tmp_path / name, (0, 0))
    write_atomically(path, "new")
    assert temporaries(path) == []


def test_eight_writers_at_once(tmp_path: Path) -> None:
    """Whoever reads meanwhile sees a whole file, and nothing is left beside it."""
    path = tmp_path / "file"
    path.write_text("0" * 300_000 + "end")
    writers = [writer(path, letter, 20) for letter in "abcdefgh"]
    while any(process.poll() is None for process in writers):
        assert_whole(path, "0abcdefgh")
    assert [process.communicate()[0] for process in writers] == [""] * 8
    assert_whole(path, "abcdefgh")
    assert temporaries(path) == []


def test_threads_do_not_lose_the_umask(tmp_path: Path) -> None:
    """Writing never changes what else the process makes: eight threads, and the umask is as it was."""
    before = os.umask(0o027)
    try:
        threads = [
            threading.Thread(target=lambda n=n: [write_atomically(tmp_path / f"{n}", "x") for _ in range(40)])
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {entry.stat().st_mode & 0o777 for entry in tmp_path.iterdir()} == {0o640}
    finally:
        assert os.umask(before) == 0o027


def test_a_disk_that_is_full_while_writing(tmp_path: Path) -> None:
    """The system takes no more than a part: the old file stands, and no part of the new one."""
    path = tmp_path / "file"
    path.write_text("old")
    before = "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))"
    said = writer(path, "a", 1, before).communicate()[0]
    assert said == f"cannot write {path}: File too large; name another folder\n"
    assert path.read_text() == "old"
    assert temporaries(path) == []


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that others may enter; that of pytest is closed to them."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


def test_a_folder_that_is_read_only(open_folder: Path) -> None:
    """It is said, and the file stands; root, who may write everywhere, writes as somebody else."""
    path = open_folder / "file"
    path.write_text("old")
    open_folder.chmod(0o555)
    before = "os.setuid(65534)" if os.geteuid() == 0 else ""
    said = writer(path, "a", 1, before).communicate()[0]
    assert said == f"cannot write {path}: Permission denied; name another folder\n"
    assert path.read_text() == "old"
    assert temporaries(path) == []


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The file that it leads to is replaced."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert target.read_text() == "new"
