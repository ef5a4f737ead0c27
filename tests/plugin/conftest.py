"""Fixtures of the plugin's tests."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest

from nllcheck import work
from nllcheck.execution import SupervisedExecutor
from nllcheck.execution.launch import Server
from nllcheck.execution.supervised import PRELOAD
from nllcheck.plugin import desk


class Shared:
    """A launcher that outlives the executors that use it."""

    def __init__(self) -> None:
        self.server = Server(PRELOAD)

    def launch(self, descriptors: Sequence[int]) -> None:
        """Start a warden."""
        self.server.launch(descriptors)

    def close(self) -> None:
        """Leave the server alone."""


@pytest.fixture(scope="session")
def shared() -> Iterator[Shared]:
    """Import PyMC once for all tests that check in child processes."""
    launcher = Shared()
    yield launcher
    launcher.server.close()


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take back what the conftest.py of a project does to the engine."""
    monkeypatch.setattr(work, "engine", work.engine)


LEAN = ("-p", "no:benchmark", "-p", "no:hypothesispytest")  # hypothesis costs seconds at the end of a session


@pytest.fixture
def run(pytester: pytest.Pytester) -> Callable[..., pytest.RunResult]:
    """Return what runs pytest in this process, claims in this process as well."""
    return partial(pytester.runpytest_inprocess, *LEAN, "--nllcheck-in-process")


@pytest.fixture
def supervise(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, shared: Shared
) -> Callable[..., pytest.RunResult]:
    """Return what runs pytest in this process, claims in child processes of the shared server."""
    monkeypatch.setattr(desk, "SupervisedExecutor", partial(SupervisedExecutor, launcher=shared))
    return partial(pytester.runpytest_inprocess, *LEAN)
