"""Messages survive whatever else is written to their pipe."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from nllcheck.execution.channel import Reader, Writer

TOKEN = "0123456789abcdef"
MESSAGES = [{"n": 1}, {"text": "a\nb\x00σ" + TOKEN}, {"large": "x" * 5000}, {}]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """Return both ends of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def read(data: bytes, sizes: random.Random) -> list[object]:
    """Feed `data` in pieces of random sizes."""
    reader, found = Reader(TOKEN), []
    while data:
        size = sizes.randint(1, 700)
        found += list(reader.feed(data[:size]))
        data = data[size:]
    return found


@pytest.mark.parametrize("junk", [b"", b"junk", b'{"n": 9}\n', b"\n\x1b[31m\xff\n", TOKEN.encode() + b"{\n"])
def test_messages_come_through(pipe: tuple[int, int], junk: bytes) -> None:
    """In pieces of any size, between junk, all of them arrive and nothing else does."""
    writer = Writer(pipe[1], TOKEN)
    for message in MESSAGES:
        os.write(pipe[1], junk)
        writer.send(message)
    os.write(pipe[1], junk)
    data = os.read(pipe[0], 2**16)
    for seed in range(20):
        assert read(data, random.Random(seed)) == MESSAGES


def test_truncation_gives_no_message(pipe: tuple[int, int]) -> None:
    """Cut at any byte, the message is not there rather than half of it."""
    Writer(pipe[1], TOKEN).send({"holds": True})
    data = os.read(pipe[0], 2**16)
    assert [list(Reader(TOKEN).feed(data[:cut])) for cut in range(len(data))] == [[]] * len(data)


def test_another_token_is_no_message(pipe: tuple[int, int]) -> None:
    """Who does not know the token reports nothing."""
    Writer(pipe[1], "f" * 16).send({"n": 1})
    assert list(Reader(TOKEN).feed(os.read(pipe[0], 2**16))) == []


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_forked_copy_reports_nothing(pipe: tuple[int, int]) -> None:
    """It ends instead."""
    writer = Writer(pipe[1], TOKEN)
    pid = os.fork()
    if not pid:
        writer.send({"n": 1})
        os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
    os.set_blocking(pipe[0], False)
    with pytest.raises(BlockingIOError):
        os.read(pipe[0], 1)


def test_nothing_is_written_to_a_file_in_its_place(tmp_path: Path) -> None:
    """A descriptor that was closed, and opened again by others, is theirs."""
    read_end, write_end = os.pipe()
    writer = Writer(write_end, TOKEN)
    os.close(write_end)
    with pytest.raises(OSError, match="Bad file descriptor"):
        writer.send({"n": 1})
    theirs = os.open(tmp_path / "theirs", os.O_WRONLY | os.O_CREAT)
    os.dup2(theirs, write_end)
    with pytest.raises(OSError, match="is used for another file"):
        writer.send({"n": 1})
    for descriptor in {theirs, write_end, read_end}:
        os.close(descriptor)
    assert (tmp_path / "theirs").read_bytes() == b""


def test_a_message_is_json(pipe: tuple[int, int]) -> None:
    """What JSON cannot hold is refused where it is sent."""
    for message in ({"a": float("nan")}, {"a": object()}):
        with pytest.raises((ValueError, TypeError)):
            Writer(pipe[1], TOKEN).send(message)
