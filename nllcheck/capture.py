"""Catches what files and claims print in Python."""

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from contextvars import ContextVar

__all__ = ["Captured", "captured", "passed_on"]

_passed: ContextVar[int | None] = ContextVar("nllcheck_passed_on", default=None)


class Captured(io.BytesIO):
    """What was printed; a claim that closes its standard output closes nothing."""

    def close(self) -> None:
        """Stay open."""

    @property
    def text(self) -> str:
        """The text, undecodable bytes escaped."""
        return super().getvalue().decode("utf-8", "backslashreplace")


@contextmanager
def captured() -> Iterator[Captured]:
    """Catch what is printed in Python, on either stream; inside `passed_on` nothing is kept."""
    output, descriptor = Captured(), _passed.get()
    raw = output if descriptor is None else io.FileIO(descriptor, "w", closefd=False)
    stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
    with redirect_stdout(stream), redirect_stderr(stream):
        yield output


@contextmanager
def passed_on(descriptor: int) -> Iterator[None]:
    """Let what is printed go to a file descriptor at once: it is not lost when the process is."""
    token = _passed.set(descriptor)
    try:
        yield
    finally:
        _passed.reset(token)
