"""What one claim file changes in the process is undone before the next one starts."""

import logging
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np

__all__ = ["isolated", "on_path"]


@contextmanager
def isolated(seed: int) -> Iterator[None]:
    """Start from seeded global generators, and restore every global state that is known on the way out.

    What a file does to threads, open files or C libraries is beyond this.
    """
    with ExitStack() as stack:
        for aspect in (_interpreter, _environment, _random, _logging, _numpy, _pytensor, _modules):
            stack.enter_context(_quietly(aspect()))
        stack.enter_context(warnings.catch_warnings())
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002 - the user's global generator, not ours
        yield


@contextmanager
def _quietly(aspect: AbstractContextManager[None]) -> Iterator[None]:
    """Enter `aspect`; a state that cannot be restored must not cost the results that stand."""
    aspect.__enter__()
    try:
        yield
    finally:
        try:
            aspect.__exit__(None, None, None)
        except Exception as error:
            logging.getLogger("nllcheck").warning("a global state could not be restored: %s", error)


@contextmanager
def on_path(*folders: str) -> Iterator[None]:
    """Append `folders` to sys.path, never put them first: a glob.py there must not hide the standard one."""
    before = list(sys.path)
    sys.path += [folder for folder in folders if folder not in sys.path]
    try:
        yield
    finally:
        sys.path[:] = before


@contextmanager
def _interpreter() -> Iterator[None]:
    path, argv, limit = list(sys.path), list(sys.argv), sys.getrecursionlimit()
    streams, hook = (sys.stdin, sys.stdout, sys.stderr), sys.excepthook
    in_main = threading.current_thread() is threading.main_thread()
    handler = signal.getsignal(signal.SIGINT)
    yield
    sys.path[:], sys.argv[:] = path, argv
    sys.setrecursionlimit(limit)
    (sys.stdin, sys.stdout, sys.stderr), sys.excepthook = streams, hook
    if in_main and handler is not None and signal.getsignal(signal.SIGINT) is not handler:
        signal.signal(signal.SIGINT, handler)


@contextmanager
def _modules() -> Iterator[None]:
    """Forget what was imported from folders that were added to sys.path meanwhile.

    Two folders may both hold a `helpers.py`. Modules of the working folder and installed packages stay.
    """
    names, path = set(sys.modules), set(sys.path)
    yield
    added = {
        os.path.realpath(folder) for folder in sys.path if isinstance(folder, str) and folder not in path
    }
    for name in [name for name in sys.modules if name not in names]:
        root = sys.modules.get(name.partition(".")[0], sys.modules[name])
        if root.__name__ != "nllcheck" and _folder(root) in added:
            del sys.modules[name]


def _folder(module: ModuleType) -> str:
    """Return the folder on sys.path from which a top-level module came."""
    file = getattr(module, "__file__", None)
    if file is None:
        places = list(getattr(module, "__path__", []))
        return os.path.realpath(Path(places[0]).parent) if places else ""
    place = Path(file)
    return os.path.realpath(place.parent.parent if place.stem == "__init__" else place.parent)


@contextmanager
def _environment() -> Iterator[None]:
    environment, folder = dict(os.environ), Path.cwd()
    yield
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
    os.chdir(folder)


@contextmanager
def _random() -> Iterator[None]:
    ours, numpys = random.getstate(), np.random.get_state()  # noqa: NPY002
    yield
    random.setstate(ours)
    np.random.set_state(numpys)  # noqa: NPY002


@contextmanager
def _logging() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers, disabled = root.level, list(root.handlers), root.manager.disable
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    root.manager.disable = disabled


@contextmanager
def _numpy() -> Iterator[None]:
    options, errors, call = np.get_printoptions(), np.geterr(), np.geterrcall()
    yield
    np.set_printoptions(**options)
    np.seterrcall(call)
    np.seterr(**errors)


@contextmanager
def _pytensor() -> Iterator[None]:
    """Restore PyTensor's configuration; values that nobody asked for yet are not computed."""
    pytensor = sys.modules.get("pytensor")
    config = getattr(pytensor, "config", None)
    parameters = getattr(config, "_config_var_dict", {})
    before = {
        name: parameter.val
        for name, parameter in parameters.items()
        if parameter.mutable and hasattr(parameter, "val")
    }
    yield
    for name, value in before.items():
        if parameters[name].val != value:
            setattr(config, name, value)
