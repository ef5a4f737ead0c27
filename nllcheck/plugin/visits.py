"""Which claim files pytest should visit, which it did, and what to say of those that it never saw."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from nllcheck.config import Settings
from nllcheck.discovery import ClaimFile
from nllcheck.errors import ConfigurationError, UsageError
from nllcheck.paths import display_path, find_files

__all__ = ["Visits"]

NARROWED = "nllcheck_narrowed"  # what an xdist worker is told


@dataclass(kw_only=True)
class Visits:
    """The claim files by the path that names them, and what became of them.

    Attributes
    ----------
    files : mapping of str to tuple of ClaimFile
        By the path of the configuration, or of `--nllcheck`, as it is shown.
    origin : str
        What names the paths, for messages.
    narrowed : bool
        The user named paths on the command line: then those that it leaves out are left out on purpose.
    seen : set of Path
        Files that pytest has visited.
    claims : dict of Path to tuple of str
        The names of the claims of each file that was imported.
    ids : dict of Path to str
        What pytest calls each of them.
    """

    files: dict[str, tuple[ClaimFile, ...]]
    origin: str
    narrowed: bool
    seen: set[Path] = field(default_factory=set)
    claims: dict[Path, tuple[str, ...]] = field(default_factory=dict)
    ids: dict[Path, str] = field(default_factory=dict)

    @classmethod
    def planned(cls, config: pytest.Config, settings: Settings) -> "Visits":
        """Find the claim files, or raise UsageError that names the path that leads to none."""
        here = config.invocation_params.dir
        named = config.getoption("nllcheck_paths") is not None
        origin = "--nllcheck" if named else f"{_shown(settings.configured, here)}: [tool.nllcheck] paths"
        files = {}
        for path in settings.paths:
            shown = display_path(Path(path), here)
            try:
                files[shown] = find_files([shown], folder=here)
            except UsageError as error:
                raise ConfigurationError(f"{origin}: {error}") from error
            if not files[shown]:
                raise ConfigurationError(f"{origin}: there is no .py file in {shown}")
        return cls(files=files, origin=origin, narrowed=_narrowed(config))

    def by_path(self) -> dict[Path, ClaimFile]:
        """Return every claim file once, by its real path, with all the claims that were named."""
        merged: dict[Path, ClaimFile] = {}
        for group in self.files.values():
            for file in group:
                path = file.path.resolve()
                merged[path] = _merged(merged.get(path), file)
        return merged

    def collected(self) -> dict[str, tuple[str, ...]]:
        """Return the claims of each file that was imported as a whole, by the id that pytest gives the file."""
        parts = {path for path, file in self.by_path().items() if file.names}
        return {self.ids[path]: names for path, names in self.claims.items() if path not in parts}

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong when all has been collected; nothing for what the user left out on purpose."""
        for path, group in self.files.items():
            missed = [file.display for file in group if file.path.resolve() not in self.seen]
            if missed and not self.narrowed:
                what = path if len(missed) == len(group) else ", ".join(missed)
                yield (
                    f"{self.origin}: pytest never visits {what}, so the claims there are not checked. Add it to "
                    "testpaths, or name it on the command line; look at norecursedirs and --ignore as well."
                )
            elif all(self.claims.get(file.path.resolve()) == () for file in group):
                yield (
                    f"{self.origin}: there is no claim in {path}; a claim is a loss under @nllcheck.claim(model), "
                    "or a nllcheck.Claim(model, loss)"
                )


def _shown(file: str | None, here: Path) -> str:
    return display_path(Path(file), here) if file else "the default"


def _merged(known: ClaimFile | None, file: ClaimFile) -> ClaimFile:
    if known is None:
        return file
    names = (*known.names, *file.names) if known.names and file.names else ()
    return ClaimFile(path=file.path, display=file.display, names=names)


def _narrowed(config: pytest.Config) -> bool:
    """Return whether the paths come from the user's fingers, not from testpaths, addopts or the working folder."""
    told = getattr(config, "workerinput", {}).get(NARROWED)
    if told is not None:
        return bool(told)
    typed = set(map(str, config.invocation_params.args))
    return config.args_source is pytest.Config.ArgsSource.ARGS and any(arg in typed for arg in config.args)
