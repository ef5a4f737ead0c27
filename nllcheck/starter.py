"""`nllcheck init`: a claim file to start from, and the configuration that names it."""

import shlex
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from nllcheck.config import FILE, Settings, load, shown
from nllcheck.display import printable
from nllcheck.errors import ConfigurationError, PathNotFound
from nllcheck.report.files import write_atomically
from nllcheck.report.live import style_of

__all__ = ["init"]

STARTER = files("nllcheck") / "templates" / "line.txt"
DEFAULTS = Settings()
OPTIONAL = (  # what the table mentions as comments, with its defaults
    ("seed", f"{DEFAULTS.seed}", "of the probes and of simulated data"),
    ("strict", str(DEFAULTS.strict).lower(), "true: warnings fail"),
    ("jobs", f'"{DEFAULTS.jobs}"', "files checked at once: one a processor, or a number"),
    ("timeout", f"{DEFAULTS.timeout:g}", "seconds for the import of a file and for each claim"),
)


@dataclass(frozen=True, kw_only=True)
class _Plan:
    """What is to be written where, and what stands there already."""

    folder: Path
    claims: Path
    before: str
    configured: bool

    @property
    def configuration(self) -> Path:
        return self.folder / FILE


def init(folder: Path, *, force: bool = False) -> int:
    """Write a claim file and `[tool.nllcheck]`, say what was done and what to run next; return the exit code.

    What is there already is left as it is, except a claim file under `force`.

    Parameters
    ----------
    folder : Path
        Of the project: where its pyproject.toml is, or will be.
    force : bool
        Overwrite the claim file.

    Raises
    ------
    UsageError
        The folder does not exist or cannot be written, or its pyproject.toml cannot be extended.
    """
    plan = _plan(folder)
    after = plan.before if plan.configured else _extended(plan)
    write_claims = force or not plan.claims.exists()
    if write_claims:
        write_atomically(plan.claims, STARTER.read_text(encoding="utf-8"))
    if not plan.configured:
        _write(plan.configuration.resolve(), after)  # a link stays a link
    done = (
        f"{shown(plan.claims)}: {'two claims to start from' if write_claims else 'exists, left as it is'}",
        f"{shown(plan.configuration)}: "
        + ("has [tool.nllcheck], left as it is" if plan.configured else "[tool.nllcheck] added"),
    )
    style = style_of(sys.stdout)
    for line in (*done, "", *_next(plan, after)):
        sys.stdout.write(style.say(f"{printable(line)}\n"))
    return 0


def _plan(folder: Path) -> _Plan:
    if not folder.is_dir():
        raise PathNotFound(f"{str(folder)!r} is no folder; name the folder of your project, or make it first")
    folder = folder.absolute()
    file = folder / FILE
    settings = load(folder) if file.is_file() else {}
    first = Path(str(settings.get("paths", (folder / "models",))[0]).partition("::")[0])
    return _Plan(
        folder=folder,
        claims=first if first.suffix == ".py" else first / "line.py",
        before=file.read_bytes().decode("utf-8") if file.is_file() else "",
        configured="configured" in settings,
    )


def _extended(plan: _Plan) -> str:
    """Return the file with the table at its end, every other character as it was."""
    table = "".join(f"{line}\n" for line in _table_lines())
    newline = "\r\n" if "\r\n" in plan.before else "\n"
    gap = "" if not plan.before else "\n" if plan.before.endswith("\n") else "\n\n"
    after = plan.before + (gap + table).replace("\n", newline)
    expected = tomllib.loads(plan.before)
    try:
        expected.setdefault("tool", {}).update(tomllib.loads(table)["tool"])
        fits = tomllib.loads(after) == expected
    except (ValueError, AttributeError):
        fits = False
    if not fits:
        raise ConfigurationError(
            f"{shown(plan.configuration)}: the tools are written in a way that no table can be added to, "
            "such as tool = {...}; write them as [tool.NAME], and run this again"
        )
    return after


def _write(file: Path, text: str) -> None:
    mode = file.stat().st_mode if file.exists() else None
    write_atomically(file, text)
    if mode is not None:
        file.chmod(mode)


def _table_lines() -> Iterator[str]:
    yield "[tool.nllcheck]"
    yield "# Files and folders with claims, relative to this file: for `nllcheck check` and for pytest."
    yield 'paths = ["models"]'
    yield "# Arguments of the command line come first. These are the defaults:"
    for name, value, meaning in OPTIONAL:
        yield f"# {f'{name} = {value}':<16}# {meaning}"


def _next(plan: _Plan, after: str) -> Iterator[str]:
    yield "Next:"
    if plan.folder != Path.cwd():
        yield f"  cd {shlex.quote(shown(plan.folder))}"
    place = plan.claims.parent.relative_to(plan.folder, walk_up=True).as_posix()
    yield "  nllcheck check        check every claim"
    yield f"  {f'pytest {shlex.quote(place)}':<20}  the same, each claim a test"
    visited = _testpaths(tomllib.loads(after))
    if visited and not any(plan.claims.is_relative_to(plan.folder / path) for path in visited):
        yield ""
        yield f'pytest visits only {", ".join(visited)}: add "{place}" to its testpaths,'
        yield "for claims that are configured and never visited are an error."


def _testpaths(configuration: dict[str, Any]) -> tuple[str, ...]:
    """Return the testpaths that pyproject.toml gives pytest."""
    table: Any = configuration
    for name in ("tool", "pytest", "ini_options"):
        table = table.get(name, {}) if isinstance(table, dict) else {}
    paths = table.get("testpaths", ()) if isinstance(table, dict) else ()
    return tuple(
        map(str, paths.split() if isinstance(paths, str) else paths if isinstance(paths, list) else ())
    )
