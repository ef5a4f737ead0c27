"""Fixtures of the plugin's tests."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from nllcheck import work
from nllcheck.execution.choice import PRELOAD
from nllcheck.execution.launch import Server
from nllcheck.execution.supervised import SupervisedExecutor
from nllcheck.plugin import desk


class Shared:
    """A launcher that outlives the executors that use it."""

    def __init__(self) -> None:
        self.server = Server(PRELOAD)

    def launch(self, descriptors: Sequence[int]) -> None:
        """Start a warden."""
        self.server.launch(descriptors)

    def replace(self) -> None:
        """Start another server."""
        self.server.replace()

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

    @contextmanager
    def chosen(*, jobs: int, timeout: float, memory: float, **_: Any) -> Iterator[Any]:
        limit = int(memory * 2**30)
        yield partial(SupervisedExecutor, jobs=jobs, timeout=timeout, memory=limit, launcher=shared)

    monkeypatch.setattr(desk, "chosen_executor", chosen)
    return partial(pytester.runpytest_inprocess, *LEAN)
