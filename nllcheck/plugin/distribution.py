"""How pytest-xdist shares out claims among its workers: a file's go to one, all else test by test."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

__all__ = ["scheduler", "unit"]


def scheduler(config: pytest.Config, log: Any, files: Collection[Path]) -> Any:
    """Return what hands out whole claim files; None where the user has asked for another way than the default.

    The claims of a file share a child process and its compiled models: shared out one by one, each worker
    would build them all.

    Parameters
    ----------
    config : pytest.Config
    log : object
        That of pytest-xdist.
    files : collection of Path
        The claim files, resolved.
    """
    if config.getoption("dist") != "load":
        return None
    from xdist.scheduler import LoadScopeScheduling  # only where it runs

    class WholeFiles(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid, config.rootpath, files)

    return WholeFiles(config, log)


def unit(nodeid: str, root: Path, files: Collection[Path]) -> str:
    """Return the name of what is handed out together with a test: its file if that has claims, else itself."""
    path = nodeid.partition("::")[0]
    return path if (root / path).resolve() in files else nodeid
