"""Finished comparisons on disk, by everything that they depend on; a warm run needs no more than this."""

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from nllcheck.comparison.loss_mark import installed, loss_mark
from nllcheck.comparison.record import Comparison, Settings
from nllcheck.errors import UsageError
from nllcheck.likelihood.build import Builder, BuiltModel
from nllcheck.likelihood.disk_cache import cache_folder, key_of, read_entry, write_entry
from nllcheck.likelihood.distribution import is_distribution
from nllcheck.likelihood.fingerprint import fingerprint
from nllcheck.likelihood.posterior import sampler_versions, some_model

__all__ = ["Kept", "ready", "versions"]


@cache
def versions() -> dict[str, str]:
    """Return the versions of all that a comparison depends on; nllcheck's own code by its content."""
    root = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        digest.update(path.read_bytes())
    others = {package: metadata.version(package) for package in ("nllcheck", "arviz-stats", "scipy")}
    return sampler_versions() | others | {"source": digest.hexdigest()[:12]}


def ready() -> None:
    """Do once, for all processes that are forked from this one, what does not depend on a file."""
    versions()
    installed()
    loss_mark(ready)
    fingerprint(some_model())  # PyMC collects its rewrites at the first model


@dataclass(kw_only=True)
class Kept:
    """The comparisons that a folder holds, and the keys by which they are found.

    Attributes
    ----------
    settings : Settings
    folder : Path or None
        None keeps nothing.
    refresh : bool
        Find nothing, whatever the folder holds.
    build : callable
        Returns the built model, the same for the same model.
    """

    settings: Settings = field(default_factory=Settings)
    folder: Path | None = field(default_factory=cache_folder)
    refresh: bool = False
    build: Callable[[Any], BuiltModel] = field(default_factory=Builder)
    _marks: dict[int, str | None] = field(default_factory=dict)  # by the identity of models that are built

    def mark(self, model: Any) -> str | None:
        """Return what tells the model from all others; None where that cannot be told."""
        if id(model) not in self._marks:
            self._marks[id(model)] = fingerprint(self.build(model).model)
        return self._marks[id(model)]

    def key(self, model: Any) -> str | None:
        """Return the key of the comparison without a loss; None where something it depends on cannot be told."""
        mark, name = self.mark(model), self.build(model).name  # sentences hold the name
        return None if mark is None else key_of("comparison", name, mark, asdict(self.settings), versions())

    def key_with(self, model: Any, *parts: Any) -> str | None:
        """Return the key of the comparison with `parts`, losses among them."""
        if is_distribution(model) or self.folder is None:
            return None
        key, mark = self.key(model), loss_mark(*parts)
        return None if key is None or mark is None else key_of("with losses", key, mark)

    def find(self, key: str | None) -> Comparison | None:
        """Return what is kept under `key`."""
        if key is None or self.folder is None or self.refresh:
            return None
        content = read_entry(self.folder, f"{key}.json")
        if content is None:
            return None
        with suppress(UsageError, ValueError):
            return replace(Comparison.from_dict(json.loads(content)), cached=True)
        return None

    def keep(self, key: str | None, comparison: Comparison) -> None:
        """Keep a finished comparison under a key from `key` or `key_with`."""
        if key is not None and self.folder is not None:
            write_entry(self.folder, f"{key}.json", json.dumps(comparison.to_dict()).encode())
