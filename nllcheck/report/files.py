"""Writes files whole or not at all."""

import os
import secrets
import time
from glob import escape
from pathlib import Path

from nllcheck.errors import UsageError

__all__ = ["write_atomically"]

ABANDONED = 3600.0  # seconds after which a temporary file is that of a writer that was killed


def write_atomically(path: Path, text: str) -> None:
    """Replace the file at `path` by `text`, which is complete on disk before the old file goes.

    Several may write at once: the last one that is ready stays. A link stays a link.

    Raises
    ------
    UsageError
        The folder cannot be made or written; the old file stands.
    """
    temporary = None
    try:
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        temporary = target.parent / f".{target.name}.{secrets.token_hex(8)}.tmp"
        # the mode is cut by the umask, which only the system can read safely while other threads write
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        temporary = None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}; name another folder") from error
    finally:
        if temporary is not None:
            _remove(temporary)


def _sweep(target: Path) -> None:
    """Remove what writers of this file that were killed have left."""
    for left in target.parent.glob(f".{escape(target.name)}.*.tmp"):
        try:
            if time.time() - left.stat().st_mtime > ABANDONED:
                left.unlink()
        except OSError:
            continue  # it is gone already, or another's


def _remove(temporary: Path) -> None:
    try:
        temporary.unlink(missing_ok=True)
    except OSError:  # the folder is not to be written: it was not made
        return
