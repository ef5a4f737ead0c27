"""Workers of pytest-xdist: the claims of a file stay together, tests are shared out one by one."""

from pathlib import Path

import pytest

from nllcheck.plugin.distribution import scheduler, unit

FILES = {Path("/here/models/a.py")}


@pytest.mark.parametrize(
    ("nodeid", "name"),
    [
        ("models/a.py::mse", "models/a.py"),
        ("models/a.py::mse[x::y]", "models/a.py"),
        ("models/b.py::test_it", "models/b.py::test_it"),
        ("tests/test_a.py::test_rows[a.py::b]", "tests/test_a.py::test_rows[a.py::b]"),
    ],
)
def test_what_is_handed_out_together(nodeid: str, name: str) -> None:
    """A claim goes with its file, whatever its name holds; a test, and a row of its table, goes alone."""
    assert unit(nodeid, Path("/here"), FILES) == name


@pytest.mark.parametrize("dist", ["loadfile", "worksteal", "each", "loadgroup"])
def test_another_way_is_the_users(
    dist: str, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names a way of distribution gets that of pytest-xdist."""
    monkeypatch.setattr(pytestconfig.option, "dist", dist)
    assert scheduler(pytestconfig, None, FILES) is None
