"""What one file changes in the process, the next one does not see."""

import logging
import os
import random
import signal
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nllcheck.isolation import isolated, on_path


def change_environment() -> None:
    """Set, change and delete variables."""
    os.environ["NLLCHECK_TEST"] = "1"
    os.environ.pop("PATH")


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[], object]]] = {
    "errstate": (np.geterr, lambda: np.seterr(all="raise")),
    "print options": (lambda: np.get_printoptions()["precision"], lambda: np.set_printoptions(precision=2)),
    "numpy's generator": (lambda: np.random.get_state()[1].tolist(), lambda: np.random.seed(1)),  # noqa: NPY002
    "random": (random.getstate, lambda: random.seed(1)),
    "warnings": (lambda: list(warnings.filters), lambda: warnings.simplefilter("ignore")),
    "environment": (lambda: dict(os.environ), change_environment),
    "folder": (os.getcwd, lambda: os.chdir("/")),
    "sys.path": (lambda: list(sys.path), lambda: sys.path.insert(0, "/nowhere")),
    "sys.argv": (lambda: list(sys.argv), lambda: sys.argv.append("x")),
    "recursion": (sys.getrecursionlimit, lambda: sys.setrecursionlimit(5000)),
    "log level": (lambda: logging.getLogger().level, lambda: logging.getLogger().setLevel(5)),
    "log handlers": (
        lambda: list(logging.getLogger().handlers),
        lambda: logging.getLogger().addHandler(logging.NullHandler()),
    ),
    "log disabled": (lambda: logging.getLogger().manager.disable, lambda: logging.disable(50)),
    "stdout": (lambda: sys.stdout, lambda: setattr(sys, "stdout", None)),
    "excepthook": (lambda: sys.excepthook, lambda: setattr(sys, "excepthook", print)),
    "ctrl-c": (
        lambda: signal.getsignal(signal.SIGINT),
        lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    ),
}


@pytest.mark.parametrize(("state", "change"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("leave", [False, True], ids=["ends", "raises"])
def test_state_is_restored(state: Callable[[], Any], change: Callable[[], object], leave: bool) -> None:
    """Each global state is as it was, also when the file ends by an exception."""
    before = state()
    with pytest.raises(ZeroDivisionError) if leave else isolated(0):
        if leave:
            with isolated(0):
                change()
                assert state() != before
                raise ZeroDivisionError
        change()
        assert state() != before
    assert state() == before


def test_every_file_starts_from_the_same_random_numbers() -> None:
    """The global generators are seeded, so that a file is the same in any order of files."""
    drawn = []
    for _ in range(2):
        with isolated(5):
            drawn.append((random.random(), np.random.rand()))  # noqa: NPY002
    assert drawn[0] == drawn[1]
    with isolated(6):
        assert random.random() != drawn[0][0]


def test_helpers_of_one_name_are_not_mixed_up(tmp_path: Path) -> None:
    """Two folders may each have a helpers.py."""
    seen = []
    for value in (1, 2):
        folder = tmp_path / str(value)
        folder.mkdir()
        (folder / "helpers_of_mine.py").write_text(f"VALUE = {value}\n")
        with isolated(0):
            sys.path.append(str(folder))
            import helpers_of_mine  # type: ignore[import-not-found]

            seen.append(helpers_of_mine.VALUE)
            del helpers_of_mine
        assert "helpers_of_mine" not in sys.modules
    assert seen == [1, 2]


def test_installed_modules_stay_imported() -> None:
    """Only what came from an added folder is forgotten."""
    sys.modules.pop("this", None)
    with isolated(0):
        import colorsys  # noqa: F401
    assert "colorsys" in sys.modules


def test_a_state_that_cannot_be_restored_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A folder that was deleted meanwhile is told, the rest is restored."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    with isolated(0):
        os.chdir(tmp_path)
        gone.rmdir()
        sys.path.append("/nowhere")
    assert "/nowhere" not in sys.path
    assert "could not be restored" in caplog.text


def test_folders_come_last_on_the_path() -> None:
    """A folder is appended, once, and is gone afterwards."""
    before = list(sys.path)
    with on_path("/nowhere", before[-1]):
        assert sys.path == [*before, "/nowhere"]
    assert sys.path == before
