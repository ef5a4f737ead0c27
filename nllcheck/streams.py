"""Keeps standard output for what nllcheck itself prints."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["guarded_stdout"]


@contextmanager
def guarded_stdout(*, active: bool) -> Iterator[TextIO]:
    """Yield a stream to standard output; if `active`, all that others write to descriptor 1 goes to stderr.

    Python's `sys.stdout` is caught by the runner; this is for C code, `os.write` and child processes.
    """
    try:
        real = sys.stdout.fileno() == 1
    except (OSError, ValueError):
        real = False  # a test, or a notebook: nothing to guard
    if not (active and real):
        yield sys.stdout
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(
            kept, "w", encoding=sys.stdout.encoding, errors="backslashreplace", closefd=False
        ) as out:
            yield out
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
