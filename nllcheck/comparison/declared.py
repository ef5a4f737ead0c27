"""The models that a claim file declares, each with the claims about it."""

from collections.abc import Sequence
from typing import Any

from nllcheck.discovery import Found, Source

__all__ = ["models_of"]


def models_of(source: Source, claims: Sequence[Found]) -> dict[str, tuple[Any, list[Found]]]:
    """Return the models that a file declares, by name, each with the claims about it.

    Distribution classes have no data; a function from another file counts in that file.
    """
    models: dict[str, tuple[Any, list[Found]]] = {}
    path = str(getattr(source, "path", ""))
    for found in claims:
        model = found.claim.model
        code = getattr(model, "__code__", None)
        if isinstance(model, type) or (code is not None and path and code.co_filename != path):
            continue
        name = str(getattr(model, "__name__", None) or getattr(model, "name", "") or "model")
        models.setdefault(name, (model, []))[1].append(found)
    return models
