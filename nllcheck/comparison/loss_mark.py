"""A digest of a loss with everything that it is made of: code, what it closes over, installed packages."""

import hashlib
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import cloudpickle

__all__ = ["loss_mark"]


def loss_mark(*parts: Any) -> str | None:
    """Return a digest of `parts`, functions among them; None where one cannot be taken apart.

    Functions of the user's own modules count by their code and by the values of the globals that they use, those of
    installed packages by the packages' versions. Two digests may differ for the same loss, which costs a
    check; they are not the same for two losses.
    """
    with ExitStack() as stack:
        for module in _own_modules():
            cloudpickle.register_pickle_by_value(module)
            stack.callback(cloudpickle.unregister_pickle_by_value, module)
        try:
            content = cloudpickle.dumps(parts)
        except Exception:  # whatever objects of the user's raise when they are pickled
            return None
    return hashlib.sha256(content + _installed()).hexdigest()


def _own_modules() -> Iterator[ModuleType]:
    """Yield the modules that are neither installed nor Python's own nor nllcheck's."""
    foreign = {Path(sysconfig.get_path(kind)) for kind in ("stdlib", "platstdlib", "purelib", "platlib")}
    foreign.add(Path(__file__).parents[1])
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(module, ModuleType) or not file or module.__name__ != name:
            continue
        if not foreign & set(Path(file).parents):
            yield module


@cache
def _installed() -> bytes:
    names = sorted(f"{found.name} {found.version}" for found in metadata.distributions())
    return "\n".join([sys.version, *names]).encode()
