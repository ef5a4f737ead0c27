"""Which claim files the paths on a command line stand for."""

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from nllcheck.discovery import ClaimFile
from nllcheck.errors import PathNotFound, UsageError

__all__ = ["display_path", "find_files"]

SKIPPED = frozenset({"__pycache__", "site-packages", "node_modules"})


def find_files(arguments: Sequence[str], *, folder: Path | None = None) -> tuple[ClaimFile, ...]:
    """Return the claim files named by `arguments`: ``PATH`` (a file or a folder) or ``PATH::NAME``.

    Raises
    ------
    PathNotFound
        A path does not exist; the message has the nearest one that does.
    UsageError
        A path is no Python file.
    """
    folder = folder or Path.cwd()
    names: dict[Path, set[str] | None] = {}
    for argument in arguments:
        path, _, name = argument.partition("::")
        for file in _below(folder, path, alone=bool(name)):
            known = names.setdefault(file, set())
            names[file] = known | {name} if name and known is not None else None
    files = (
        ClaimFile(path=file, display=display_path(file, folder), names=tuple(sorted(wanted or ())))
        for file, wanted in names.items()
    )
    return tuple(
        sorted(files, key=lambda file: file.display)
    )  # the same report in whatever order they are named


def _below(folder: Path, argument: str, *, alone: bool) -> Iterator[Path]:
    path = Path(os.path.normpath(folder / argument))
    if path.is_dir():
        if alone:
            raise UsageError(f"{argument} is a folder; ::NAME goes with a file")
        yield from _walk(path)
    elif not path.exists():
        raise PathNotFound(_not_found(argument, path))
    elif path.suffix != ".py":
        raise UsageError(f"{argument} is no Python file; name a .py file or a folder of them")
    else:
        yield path


def _walk(root: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if _visible(Path(place, name)))
        yield from (Path(place, name) for name in sorted(files) if name.endswith(".py") and name[0] != ".")


def _visible(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in SKIPPED
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _not_found(argument: str, path: Path) -> str:
    shown = Path(argument)
    while not path.parent.is_dir():
        path, shown = path.parent, shown.parent
    near = get_close_matches(path.name, [entry.name for entry in path.parent.iterdir()], n=1)
    hint = f"; did you mean {(shown.parent / near[0]).as_posix()!r}?" if near else "."
    return f"{argument!r} does not exist{hint} Name a .py file with claims, or a folder of them."


def display_path(path: Path, folder: Path) -> str:
    """Return `path` as it is shown: relative to the working folder, with forward slashes."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.name
