"""Finds claim files, imports each on its own, and lists what it claims."""

import ast
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Protocol
from zlib import crc32

from nllcheck.claims import Claim, Collection, collecting
from nllcheck.outcome import Problem, Verdict
from nllcheck.trouble import import_problem

__all__ = ["ClaimFile", "Found", "Loaded", "Source"]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A claim with the name under which it is listed and the place where it stands, ``"file:line"``."""

    name: str
    claim: Claim
    location: str


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What a source claims, and what is wrong with it: problems by the name of the claim, or of the file ("")."""

    claims: tuple[Found, ...] = ()
    problems: tuple[tuple[str, Problem], ...] = ()


class Source(Protocol):
    """Something that states claims: a file, or a loss named on the command line."""

    @property
    def display(self) -> str:
        """The path that stands before ``::NAME``."""

    def load(self) -> Loaded:
        """Import it; only KeyboardInterrupt is raised."""

    def to_dict(self) -> dict[str, Any]:
        """Return what another process needs to load it."""


@dataclass(frozen=True, kw_only=True)
class ClaimFile:
    """A Python file with claims.

    Attributes
    ----------
    path : Path
        Absolute.
    display : str
        Relative to the working folder, with forward slashes.
    names : tuple of str
        Check only these claims; all if empty.
    """

    path: Path
    display: str
    names: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return what another process needs to load the file."""
        return {
            "kind": "file",
            "path": str(self.path),
            "display": self.display,
            "names": list(self.names),
        }

    def load(self) -> Loaded:
        """Import the file and list its claims, in source order."""
        with collecting(str(self.path)) as collection:
            try:
                module = _import(self.path)
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # a file may also call sys.exit
                return Loaded(problems=(("", import_problem(error, self.path, self.display)),))
        return self._select(self._listed(collection, module))

    def _listed(self, collection: Collection, module: ModuleType) -> Loaded:
        names = _variables(module)
        by_name: dict[str, list[Claim]] = {}
        targets = _assigned(self.path)
        for claim in sorted(collection.claims, key=lambda claim: claim.line):
            name = claim.name or names.get(id(claim)) or targets.get(claim.line) or _plain_name(claim)
            by_name.setdefault(name, []).append(claim)
        claims: list[Found] = []
        problems = [("", self._idle(line)) for line in _idle_lines(collection)]
        for name, group in by_name.items():
            if _stacked(group):
                claims += [self._found(claim, name, position) for position, claim in enumerate(group, 1)]
            else:
                problems.append((name, self._duplicate(name, group)))
        claims.sort(key=lambda found: found.claim.line)
        return Loaded(claims=tuple(claims), problems=tuple(problems))

    def _found(self, claim: Claim, name: str, position: int) -> Found:
        return Found(
            name=name if position == 1 else f"{name}[{position}]",
            claim=claim,
            location=f"{self.display}:{claim.line}",
        )

    def _duplicate(self, name: str, group: Sequence[Claim]) -> Problem:
        lines = " and ".join(f"{self.display}:{claim.line}" for claim in group)
        return Problem(
            kind="DuplicateClaim",
            message=f"{len(group)} claims are called {name!r}: {lines}. Rename one of them, or give it name='...'.",
            location=f"{self.display}:{group[-1].line}",
        )

    def _idle(self, line: int) -> Problem:
        return Problem(
            kind="UnusedClaim",
            message="claim(...) decorates no loss, so nothing is claimed. Write @nllcheck.claim(model) above the "
            "loss, or nllcheck.Claim(model, loss).",
            location=f"{self.display}:{line}",
        )

    def _select(self, loaded: Loaded) -> Loaded:
        if not self.names:
            return loaded
        known = [found.name for found in loaded.claims] + [name for name, _ in loaded.problems if name]
        missing = [name for name in self.names if not any(_matches(name, other) for other in known)]
        return Loaded(
            claims=tuple(found for found in loaded.claims if _wanted(found.name, self.names)),
            problems=(
                *(problem for problem in loaded.problems if _wanted(problem[0], self.names)),
                *((name, self._missing(name, known)) for name in missing),
            ),
        )

    def _missing(self, name: str, known: Sequence[str]) -> Problem:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        return Problem(
            kind="UnknownClaim",
            message=f"{self.display} claims nothing called {name!r}; {hint}It claims: {', '.join(known) or 'nothing'}.",
            location=self.display,
            verdict=Verdict.USAGE,
        )


def _matches(wanted: str, name: str) -> bool:
    return name == wanted or name.partition("[")[0] == wanted


def _wanted(name: str, names: Iterable[str]) -> bool:
    return any(_matches(wanted, name) for wanted in names)


def _plain_name(claim: Claim) -> str:
    return claim.__name__.strip("<>")


def _stacked(group: Sequence[Claim]) -> bool:
    """Return whether claims of one name are several claims of one function, not two of the same name."""
    return len(group) == 1 or (
        all(claim.name is None for claim in group) and len({id(claim.loss) for claim in group}) == 1
    )


def _idle_lines(collection: Collection) -> list[int]:
    return [announced.line for announced in collection.announced if not announced.applied]


def _variables(module: ModuleType) -> dict[int, str]:
    """Return the variable of each Claim object at module level, by the object's id."""
    return {id(value): name for name, value in reversed(vars(module).items()) if isinstance(value, Claim)}


def _assigned(path: Path) -> dict[int, str]:
    """Return the variable that an assignment on a line fills: `x = Claim(...)`, also where x is filled again."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):  # the file changed while it was imported
        return {}
    return {
        node.value.lineno: target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


class _Loader(SourceFileLoader):
    """Compiles the source as it stands: a cached .pyc of the same second and size would be another file."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self.source_to_code(self.get_data(path), path)


def _import(path: Path) -> ModuleType:
    """Import the file under a name of its own; its folder is on sys.path for what it imports, but last."""
    name = f"nllcheck_file_{path.stem}_{crc32(os.fsencode(path)):08x}"
    loader = _Loader(name, str(path))
    spec = spec_from_file_location(name, path, loader=loader)
    if spec is None:  # only for loaders without a file
        raise ImportError(f"{path} cannot be imported")
    module = module_from_spec(spec)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return module
