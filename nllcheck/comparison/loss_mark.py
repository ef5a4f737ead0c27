"""A digest of a loss with everything that it is made of: code, what it closes over, installed packages."""

import hashlib
import io
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
import numpy as np

__all__ = ["installed", "loss_mark"]


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
        content = io.BytesIO()
        try:
            _Pickler(content).dump(parts)
        except Exception:  # whatever objects of the user's raise when they are pickled
            return None
    return hashlib.sha256(content.getvalue() + installed()).hexdigest()


class _Pickler(cloudpickle.Pickler):
    """Finds the ufuncs of NumPy and SciPy where they are.

    They do not say it themselves: pickle would look for each in every module, and have lazy ones import all that
    they know.
    """

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, np.ufunc):
            name = getattr(obj, "__name__", "")
            for module in map(sys.modules.get, ("numpy", "scipy.special")):
                if module is not None and getattr(module, name, None) is obj:
                    return getattr, (module, name)
        return super().reducer_override(obj)


def _own_modules() -> Iterator[ModuleType]:
    """Yield the modules that are neither installed nor Python's own nor nllcheck's."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if not isinstance(module, ModuleType) or not file or module.__name__ != name:
            continue
        if not _is_foreign(file):
            yield module


@cache
def _foreign() -> frozenset[Path]:
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    return frozenset({*(Path(sysconfig.get_path(kind)) for kind in kinds), Path(__file__).parents[1]})


@cache
def _is_foreign(file: str) -> bool:
    """Return whether a file belongs to Python, to an installed package or to nllcheck."""
    return not _foreign().isdisjoint(Path(file).parents)


@cache
def installed() -> bytes:
    """Return the versions of Python and of every installed package, as text."""
    names = sorted(f"{found.name} {found.version}" for found in metadata.distributions())
    return "\n".join([sys.version, *names]).encode()
