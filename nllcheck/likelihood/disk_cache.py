"""Files kept on disk by everything that they depend on; one that cannot be read is as good as none."""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import platformdirs

__all__ = ["cache_folder", "key_of", "read_entry", "write_entry"]

CHECKSUM = 32  # bytes of SHA-256 at the end of each file


def cache_folder() -> Path:
    """Return the folder of the cache: ``NLLCHECK_CACHE`` if it is set, else the user's own."""
    given = os.environ.get("NLLCHECK_CACHE")
    return Path(given) if given else platformdirs.user_cache_path("nllcheck", appauthor=False)


def key_of(*parts: Any) -> str:
    """Return the name under which something is kept that depends on `parts`, which JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def write_entry(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole or not at all, with a checksum; what cannot be written is left unwritten."""
    temporary = None
    with suppress(OSError):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".tmp", dir=folder)
            with os.fdopen(handle, "wb") as file:
                file.write(content + hashlib.sha256(content).digest())
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(folder / name)
            temporary = None
        finally:
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)


def read_entry(folder: Path, name: str) -> bytes | None:
    """Return the content of a file that `write_entry` wrote, or None if it is missing or damaged."""
    try:
        whole = (folder / name).read_bytes()
    except OSError:
        return None
    content, checksum = whole[:-CHECKSUM], whole[-CHECKSUM:]
    return content if hashlib.sha256(content).digest() == checksum else None
