"""What a run is told: arguments first, then `[tool.nllcheck]` of pyproject.toml, then the defaults, kept here."""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from nllcheck.errors import ConfigurationError

__all__ = ["FILE", "LARGEST", "Accepted", "Settings", "load", "nearest", "resolve", "shown"]

FILE = "pyproject.toml"
TABLE = "tool.nllcheck"
LARGEST = 1e6  # seconds or GiB: what is larger is a slip, and no operating system takes it


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """A difference from the baseline that is accepted: which, of which claim, and why.

    `location` is the ``"file:line"`` where it stands.
    """

    claim: str
    what: str
    reason: str
    location: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that can be configured, with its default.

    Attributes
    ----------
    paths : tuple of str
        Files or folders with claims, or ``PATH::NAME``.
    timeout : float
        Seconds for the import of a file and for each claim; 0 for no limit.
    memory : float
        GiB that one file may take; 0 for no limit.
    jobs : int or "auto"
        How many files are checked at once; "auto" is one a processor.
    seed : int
        Of the probes and of simulated data.
    strict : bool
        Warnings fail.
    report : str or None
        The folder where reports are written.
    formats : tuple of str or None
        Of those reports.
    baseline : str or None
        The file that holds the run to compare with.
    tolerance : float
        Standard errors by which estimates may move from the baseline.
    accept : tuple of Accepted
        Differences from the baseline that are accepted.
    configured : str or None
        The file that was read, None where no table was found.
    """

    paths: tuple[str, ...] = ("models",)
    timeout: float = 300.0
    memory: float = 0.0
    jobs: int | str = "auto"
    seed: int = 0
    strict: bool = False
    report: str | None = None
    formats: tuple[str, ...] | None = None
    baseline: str | None = None
    tolerance: float = 0.0
    accept: tuple[Accepted, ...] = ()
    configured: str | None = None


def resolve(*layers: Mapping[str, Any]) -> Settings:
    """Return the settings: of each, the first value in `layers` that is not None, else the default."""
    known = [field.name for field in fields(Settings)]
    chosen = {
        name: value for layer in reversed(layers) for name in known if (value := layer.get(name)) is not None
    }
    return Settings(**chosen)


def nearest(folder: Path) -> Path | None:
    """Return the nearest pyproject.toml: in `folder`, or in one of those above."""
    places = (place / FILE for place in (folder, *folder.parents))
    return next((place for place in places if place.is_file()), None)


def load(folder: Path) -> dict[str, Any]:
    """Return what `[tool.nllcheck]` of the nearest pyproject.toml sets, by the names of `Settings`.

    Parameters
    ----------
    folder : Path
        Absolute: where to look first. Places in the file are relative to the file's own folder; here they
        are absolute.

    Raises
    ------
    ConfigurationError
        The file cannot be read, a key is unknown or a value is of the wrong kind; the message says where.
    """
    file = nearest(folder)
    if file is None:
        return {}
    text = _read(file)
    table = _table(text, file)
    if table is None:
        return {}
    place = _Place(file=file, text=text)
    return {**{key: _value(key, value, place) for key, value in table.items()}, "configured": str(file)}


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{shown(file)} cannot be read: {error}") from error


def _table(text: str, file: Path) -> Mapping[str, Any] | None:
    """Return the table of nllcheck, None if there is none."""
    try:
        table: Any = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a whole number of 5000 digits is a plain ValueError
        raise ConfigurationError(f"{shown(file)} is no valid TOML: {error}") from error
    for name in TABLE.split("."):
        if not isinstance(table, dict):
            raise ConfigurationError(f"{shown(file)}: [{TABLE}] must be a table")
        if name not in table:
            return None
        table = table[name]
    if not isinstance(table, dict):
        raise ConfigurationError(f"{shown(file)}: [{TABLE}] must be a table, not {table!r}")
    return table


@dataclass(frozen=True, kw_only=True)
class _Place:
    """The file that a value stands in, to tell the user where."""

    file: Path
    text: str

    def of(self, key: str, number: int = 0) -> str:
        """Return ``"file:line"`` of a key, or of the table of that name with this number (from 1)."""
        line = _line(self.text, key, number)
        return f"{shown(self.file)}:{line}" if line else shown(self.file)

    def join(self, path: str) -> str:
        """Return a path of the file as an absolute one."""
        return os.path.normpath(self.file.parent / path)


def _line(text: str, key: str, number: int) -> int | None:
    """Find a line without a parser that knows lines; None where the file is written in another way."""
    header = re.compile(r"\[{1,2}\s*([\w.\s-]+?)\s*\]{1,2}\s*(#.*)?")
    table, seen = "", 0
    for position, line in enumerate(text.splitlines(), 1):
        if found := header.fullmatch(line.strip()):
            table = re.sub(r"\s", "", found.group(1))
            seen += table == f"{TABLE}.{key}"
            if number and seen == number:
                return position
        elif table == TABLE and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return position
    return None


def shown(path: str | Path) -> str:
    """Return a path as messages show it: relative to the working folder, with forward slashes."""
    try:
        return Path(os.path.relpath(path)).as_posix()
    except ValueError:  # another drive
        return str(path)


def _value(key: str, value: Any, place: _Place) -> Any:
    """Return a value as `Settings` holds it, or raise."""
    if key not in _KEYS:
        raise ConfigurationError(f"{place.of(key)}: [{TABLE}] has no key {key!r}{_near(key, _KEYS)}")
    fits, wanted, convert = _KEYS[key]
    if not fits(value):
        raise ConfigurationError(f"{place.of(key)}: [{TABLE}] {key} = {_toml(value)}: expected {wanted}")
    return convert(value, place)


def _near(key: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(key.lower(), known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"{hint} It has: {', '.join(known)}"


def _toml(value: Any) -> str:
    """Return a value as it is written in TOML, shortened."""
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _accepted(tables: list[dict[str, Any]], place: _Place) -> tuple[Accepted, ...]:
    return tuple(_entry(table, place.of("accept", number)) for number, table in enumerate(tables, 1))


def _entry(table: Mapping[str, Any], location: str) -> Accepted:
    names = dict.fromkeys(("claim", "what", "reason"), "")
    for key, value in table.items():
        if key not in names:
            raise ConfigurationError(f"{location}: an entry of accept has no key {key!r}{_near(key, names)}")
        if not _is_text(value):
            raise ConfigurationError(f"{location}: accept {key} = {_toml(value)}: expected a text")
    missing = [name for name in names if name not in table]
    if missing:
        raise ConfigurationError(
            f"{location}: an entry of accept lacks {' and '.join(missing)}; write claim (its id), what (the "
            "difference) and reason (why it is accepted)"
        )
    return Accepted(**table, location=location)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_text(item) for item in value)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_limit(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and 0 <= value <= LARGEST


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


def _as_it_is(value: Any, _: _Place) -> Any:
    return value


def _number(value: Any, _: _Place) -> float:
    return float(value)


def _path(value: str, place: _Place) -> str:
    return place.join(value)


def _paths(value: list[str], place: _Place) -> tuple[str, ...]:
    return tuple(place.join(path) for path in value)


_KEYS: dict[str, tuple[Callable[[Any], bool], str, Callable[[Any, _Place], Any]]] = {
    "paths": (_is_texts, 'a list of files or folders with claims, such as ["models"]', _paths),
    "timeout": (_is_limit, "a number of seconds up to 1e6, 0 for no limit", _number),
    "memory": (_is_limit, "a number of GiB up to 1e6, 0 for no limit", _number),
    "jobs": (
        lambda value: value == "auto" or (_is_whole(value) and value > 0),
        'a whole number from 1, or "auto"',
        _as_it_is,
    ),
    "seed": (lambda value: _is_whole(value) and value >= 0, "a whole number from 0", _as_it_is),
    "strict": (lambda value: isinstance(value, bool), "true or false", _as_it_is),
    "report": (_is_text, 'a folder, such as "reports"', _path),
    "formats": (_is_texts, 'a list of formats, such as ["json", "html"]', lambda value, _: tuple(value)),
    "baseline": (_is_text, 'a file, such as "reports/baseline.json"', _path),
    "tolerance": (_is_limit, "a number of standard errors, from 0", _number),
    "accept": (_is_tables, "a list of tables with claim, what and reason", _accepted),
}
