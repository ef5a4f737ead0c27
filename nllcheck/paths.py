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
        path, name = _split(folder, argument)
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


def _split(folder: Path, argument: str) -> tuple[str, str]:
    """Return path and name: the shortest path that exists, for both may have colons of their own."""
    parts = argument.split("::")
    if not parts[0].strip():
        raise UsageError(f"the path {argument!r} is empty; name a .py file with claims, or a folder of them")
    for count in range(1, len(parts) + 1):
        path = "::".join(parts[:count])
        if (folder / path).exists():
            return path, "::".join(parts[count:])
    return parts[0], "::".join(parts[1:])


def _below(folder: Path, argument: str, *, alone: bool) -> Iterator[Path]:
    path = Path(os.path.normpath(folder / argument))
    if path.is_dir():
        if alone:
            raise UsageError(f"{argument} is a folder; ::NAME goes with a file")
        yield from _walk(path)
    elif not path.exists():
        raise PathNotFound(_not_found(argument, path))
    elif path.suffix != ".py" or not path.is_file():
        raise UsageError(f"{argument} is no Python file; name a .py file or a folder of them")
    else:
        yield path


def _walk(root: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(root, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if _visible(Path(place, name)))
        for path in (Path(place, name) for name in sorted(files) if name.endswith(".py") and name[0] != "."):
            if path.is_file() or path.is_symlink():  # a link to nothing is told, a pipe would wait for ever
                yield path


def _unreadable(error: OSError) -> None:
    raise UsageError(f"cannot read the folder {error.filename}: {error.strerror}") from error


def _visible(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in SKIPPED
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _not_found(argument: str, path: Path) -> str:
    if path.is_symlink():
        return f"{argument!r} is a link to {str(path.readlink())!r}, which does not exist. Mend or remove it."
    shown = Path(argument)
    while not path.parent.is_dir():
        path, shown = path.parent, shown.parent
    near = get_close_matches(path.name, _listed(path.parent), n=1)
    hint = f"; did you mean {(shown.parent / near[0]).as_posix()!r}?" if near else "."
    return f"{argument!r} does not exist{hint} Name a .py file with claims, or a folder of them."


def _listed(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:  # there is nothing to propose
        return []


def display_path(path: Path, folder: Path) -> str:
    """Return `path` as it is shown: relative to the working folder, with forward slashes."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.name
