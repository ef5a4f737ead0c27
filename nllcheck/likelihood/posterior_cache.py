"""Posteriors kept on disk by everything that they depend on; a file that cannot be read is as good as none."""

import hashlib
import io
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from nllcheck.likelihood.posterior import Posterior

__all__ = ["cache_folder", "key_of", "load_posterior", "read_entry", "store_posterior", "write_entry"]

CHECKSUM = 32  # bytes of SHA-256 at the end of each file


def cache_folder() -> Path:
    """Return the folder of the cache: ``NLLCHECK_CACHE`` if it is set, else the user's own."""
    given = os.environ.get("NLLCHECK_CACHE")
    return Path(given) if given else platformdirs.user_cache_path("nllcheck", appauthor=False)


def key_of(*parts: Any) -> str:
    """Return the name under which something is kept that depends on `parts`, which JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def store_posterior(folder: Path, key: str, posterior: Posterior) -> None:
    """Keep `posterior`; a folder that cannot be written costs nothing but the time of the next run."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {f"draws:{name}": values for name, values in posterior.draws.items()}
    np.savez(buffer, diverging=posterior.diverging, seconds=np.array(posterior.seconds), **arrays)
    write_entry(folder, f"{key}.npz", buffer.getvalue())


def load_posterior(
    folder: Path, key: str, names: tuple[str, ...], shape: tuple[int, int]
) -> Posterior | None:
    """Return what is kept under `key`, or None if there is nothing that holds these variables and chains."""
    content = read_entry(folder, f"{key}.npz")
    if content is None:
        return None
    with suppress(Exception):  # a file that no longer says what it should
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            draws = {name: np.asarray(arrays[f"draws:{name}"], dtype=float) for name in names}
            diverging = np.asarray(arrays["diverging"], dtype=bool)
            seconds = float(arrays["seconds"])
        if diverging.shape == shape and all(values.shape[:2] == shape for values in draws.values()):
            return Posterior(draws=draws, diverging=diverging, seconds=seconds)
    return None


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
