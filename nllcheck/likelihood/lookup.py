"""Distributions of PyMC by their names."""

from difflib import get_close_matches

import pymc as pm

from nllcheck.errors import UsageError

__all__ = ["distribution_called"]


def distribution_called(name: str) -> type:
    """Return the distribution of PyMC that is called `name`, or raise UsageError with the nearest name."""
    known = {key: kind for key, kind in vars(pm).items() if isinstance(kind, type) and hasattr(kind, "dist")}
    if name in known:
        return known[name]
    near = [key for key in known if key.lower() == name.lower()] or get_close_matches(name, known, n=1)
    raise UsageError(f"pymc has no distribution {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
