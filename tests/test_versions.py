"""The lower bounds that we state are those that CI tests."""

import tomllib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parents[1]


def required() -> Iterator[tuple[str, str]]:
    """Yield the name and the lower bound of what we need to run and to test."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    for requirement in (*project["dependencies"], *extras["plots"], *extras["test"]):
        name, _, bound = requirement.partition(">=")
        if not name.startswith("nllcheck"):
            yield name.partition("[")[0], bound


def pinned() -> Iterator[tuple[str, str]]:
    """Yield the name and the version that CI installs."""
    for line in (ROOT / ".ci" / "lowest.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, version = line.partition("==")
            yield name, version


def same(bound: str, version: str) -> bool:
    """Return whether two versions are the same: 1.3 is 1.3.0."""
    return all(a == b for a, b in zip_longest(bound.split("."), version.split("."), fillvalue="0"))


def test_every_lower_bound_is_tested():
    """Each dependency is pinned at its lower bound, and nothing else is pinned."""
    wanted, found = dict(required()), dict(pinned())
    assert wanted.keys() == found.keys()
    assert {name for name in wanted if not same(wanted[name], found[name])} == set()
