"""Messages through a pipe that others may write to as well: what does not carry the token is no message."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from nllcheck.errors import UsageError
from nllcheck.jsonio import LARGEST, read_json

__all__ = ["Reader", "Writer"]


class Writer:
    """Writes messages to a descriptor, from one process alone.

    Parameters
    ----------
    descriptor : int
    token : str
        Stands before each message.
    """

    def __init__(self, descriptor: int, token: str) -> None:
        self._descriptor = descriptor
        self._token = token
        self._pid = os.getpid()
        self._pipe = _identity(descriptor)

    def send(self, message: Mapping[str, Any]) -> None:
        """Write `message`, or raise OSError if the descriptor is no longer the pipe that it was.

        A forked copy of the process has nothing to report: it ends here.
        """
        if os.getpid() != self._pid:
            os._exit(1)
        text = json.dumps(message, allow_nan=False)
        self.write(f"\n{self._token}{text}\n".encode())

    def write(self, data: bytes) -> None:
        """Write bytes, or raise OSError as `send` does."""
        if _identity(self._descriptor) != self._pipe:
            raise OSError("the pipe to nllcheck was closed, and its descriptor is used for another file")
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]


def _identity(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_dev, found.st_ino


class Reader:
    """Collects messages from what was read.

    Parameters
    ----------
    token : str
    """

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Any]:
        """Yield the messages that `data` completes; what cannot be read is passed over."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            whole = b"".join([*self._pieces, line])
            self._pieces, self._size = [], 0
            if whole.startswith(self._token):
                yield from _message(whole[len(self._token) :])
        if self._size + len(rest) <= LARGEST:
            self._pieces.append(rest)
            self._size += len(rest)


def _message(text: bytes) -> Iterator[Any]:
    try:
        message = read_json(text)
    except UsageError:
        return
    if isinstance(message, dict):
        yield message
