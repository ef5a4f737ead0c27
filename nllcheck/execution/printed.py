"""What a worker prints, cut where it told something, and as far as anybody will read it."""

from collections import deque

__all__ = ["Printed", "mark"]

MOST = 2**18  # bytes kept of what is printed between two marks
LAST = 2**14  # bytes kept of the end of what is longer: it may say where the worker died


def mark(token: str) -> bytes:
    """Return what a worker writes between the output before and after a message."""
    return b"\0" + token.encode() + b"\0"


class Printed:
    """Collects the bytes of one worker.

    Parameters
    ----------
    token : str
        Of the marks.
    """

    def __init__(self, token: str) -> None:
        self._mark = mark(token)
        self._sections: deque[str] = deque()
        self._held = b""  # may be the beginning of a mark
        self._section = _Section()

    def add(self, data: bytes) -> None:
        """Take more of it."""
        *parts, rest = (self._held + data).split(self._mark)
        for part in parts:
            self._section.add(part)
            self._close()
        safe = max(0, len(rest) - len(self._mark) + 1)
        self._section.add(rest[:safe])
        self._held = rest[safe:]

    def take(self) -> str:
        """Return the text before the next mark; where marks fail to come, all that there is."""
        if not self._sections:
            self._section.add(self._held)
            self._held = b""
            self._close()
        return self._sections.popleft()

    def rest(self) -> str:
        """Return the text that has not been taken."""
        self._section.add(self._held)
        self._close()
        return "".join(self._sections)

    def _close(self) -> None:
        self._sections.append(self._section.text())
        self._section = _Section()


class _Section:
    def __init__(self) -> None:
        self._start, self._end = bytearray(), b""
        self._dropped = 0

    def add(self, data: bytes) -> None:
        room = MOST - len(self._start)
        self._start += data[:room]
        end = self._end + data[room:]
        self._dropped += max(0, len(end) - LAST)
        self._end = end[-LAST:]

    def text(self) -> str:
        """Return what was kept, undecodable bytes escaped."""
        start, end = (part.decode("utf-8", "backslashreplace") for part in (self._start, self._end))
        return f"{start}\n… {self._dropped} bytes left out …\n{end}" if self._dropped else start + end
