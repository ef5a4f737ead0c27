"""Posteriors kept on disk; a file that no longer says what it should is as good as none."""

import io
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from nllcheck.likelihood.disk_cache import read_entry, write_entry
from nllcheck.likelihood.posterior import Posterior

__all__ = ["load_posterior", "store_posterior"]


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
