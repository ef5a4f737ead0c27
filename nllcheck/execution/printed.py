"""What a worker prints, as far as anybody will read it."""

__all__ = ["Printed"]

MOST = 2**18  # bytes kept of what is printed between two events


class Printed:
    """Collects bytes; the end of what is too long is counted, not kept."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._dropped = 0

    def add(self, data: bytes) -> None:
        """Take more of it."""
        room = MOST - len(self._kept)
        self._kept += data[:room]
        self._dropped += len(data[room:])

    def take(self) -> str:
        """Return the text since the last time, undecodable bytes escaped."""
        text = self._kept.decode("utf-8", "backslashreplace")
        if self._dropped:
            text += f"\n… and {self._dropped} bytes more\n"
        self._kept, self._dropped = bytearray(), 0
        return text
