"""Decides whether pytest has claims to collect, from its options and from pyproject.toml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from nllcheck.config import Settings, load, resolve
from nllcheck.errors import UsageError

__all__ = ["configured"]


def configured(config: pytest.Config) -> None:
    """Register the hooks that collect claims; do nothing where no file was named.

    Raises
    ------
    pytest.UsageError
        The configuration, or a path in it, cannot be meant.
    """
    try:
        settings = _settings(config)
        if settings is not None:
            _register(config, settings)
    except UsageError as error:
        raise pytest.UsageError(f"nllcheck: {error}") from error


def _settings(config: pytest.Config) -> Settings | None:
    """Return the settings, None if no paths are set."""
    layers = (_options(config), load(config.rootpath))
    if all(layer.get("paths") is None for layer in layers):
        return None
    return resolve(*layers)


def _options(config: pytest.Config) -> Mapping[str, Any]:
    paths = config.getoption("nllcheck_paths")
    baseline = config.getoption("nllcheck_baseline")
    here = config.invocation_params.dir
    if "" in (paths or ()):
        raise UsageError("--nllcheck: the path is empty; name a .py file with claims, or a folder of them")
    return {
        "baseline": None if baseline is None else str(here / baseline),
        "paths": None if paths is None else tuple(str(here / path) for path in paths),
        "timeout": config.getoption("nllcheck_timeout"),
        "strict": config.getoption("nllcheck_strict"),
        "seed": config.getoption("nllcheck_seed"),
    }


def _register(config: pytest.Config, settings: Settings) -> None:
    """Import what collects, which costs NumPy, and let pytest know of it."""
    from nllcheck.plugin.desk import Desk
    from nllcheck.plugin.hooks import Hooks
    from nllcheck.plugin.recorded import Recorded
    from nllcheck.plugin.visits import Visits

    if config.getoption("nllcheck_paths") is not None:
        _visit(config, settings.paths)
    visits = Visits.planned(config, settings)
    in_process = config.getoption("nllcheck_in_process") or config.getoption("usepdb")
    desk = Desk(
        settings,
        folder=config.invocation_params.dir,
        in_process=in_process,
        seed_given=config.getoption("nllcheck_seed") is not None,
        alone=not hasattr(config, "workerinput"),
    )
    config.addinivalue_line("markers", "nllcheck: a claim about a loss; every claim has it")
    config.pluginmanager.register(Hooks(settings, visits, desk, Recorded(settings)), "nllcheck-claims")


def _visit(config: pytest.Config, paths: tuple[str, ...]) -> None:
    """Let pytest visit what `--nllcheck` names, also where its other arguments lead elsewhere."""
    here = config.invocation_params.dir
    known = [(here / argument.partition("::")[0]).resolve() for argument in config.args]
    for path in paths:
        place = Path(path.partition("::")[0])
        if not any(place.resolve().is_relative_to(folder) for folder in known):
            config.args.append(str(place))
