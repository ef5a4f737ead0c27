"""Which recorded claims a run was to check: what it left out on purpose has not disappeared."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from nllcheck.paths import display_path
from nllcheck.selection import selector

__all__ = ["Covers", "covers"]

Covers = Callable[[str], bool]


def covers(arguments: Sequence[str], expression: str | None = None, *, folder: Path | None = None) -> Covers:
    """Return whether a claim, by its id, is among those that `arguments` and the expression of ``-k`` select.

    Parameters
    ----------
    arguments : sequence of str
        Files, folders, ``PATH::NAME`` or ``package.module:loss``, as on the command line.
    expression : str, optional
    folder : Path, optional
        The working folder.
    """
    here = folder or Path.cwd()
    wanted = [_wanted(argument, here) for argument in arguments]
    chosen = selector(expression) if expression is not None else None

    def covered(claim: str) -> bool:
        path, _, name = claim.partition("::")
        named = any(_is_below(path, where) and _is_called(name, only) for where, only in wanted)
        return named and (chosen is None or chosen(claim))

    return covered


def _wanted(argument: str, folder: Path) -> tuple[str, str]:
    """Return the path and the name that an argument selects; an empty name is any."""
    path, separator, name = argument.partition("::")
    module, colon, loss = argument.partition(":")
    if not separator and colon and not (folder / argument).exists():
        return module, loss
    return display_path(Path(os.path.normpath(folder / path)), folder), name


def _is_below(path: str, where: str) -> bool:
    if where == ".":
        return not path.startswith("../")
    return path == where or path.startswith(f"{where}/")


def _is_called(name: str, only: str) -> bool:
    return not only or name == only or name.partition("[")[0] == only
