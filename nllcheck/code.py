"""The source of what a claim compares, for those who read a report beside the claim's file."""

import functools
import inspect
from collections.abc import Mapping
from typing import Any

__all__ = ["source_code", "sources"]

LINES, COLUMNS = 80, 400  # beyond which a source is cut; a report shows it, it does not archive it

TYPED = ("<string>", "<stdin>")  # names that many texts share: another one's lines would be found


def sources(**things: Any) -> Mapping[str, str]:
    """Return the source of each of the named things that has one."""
    found = {name: source_code(thing) for name, thing in things.items()}
    return {name: text for name, text in found.items() if text}


def source_code(thing: Any) -> str:
    """Return the source of a function, or of the class of a callable object; empty where there is none.

    The indentation is taken off, and what is longer than `LINES` lines is cut with a note.
    """
    while isinstance(thing, functools.partial):
        thing = thing.func
    own = thing if inspect.isroutine(thing) or inspect.isclass(thing) else type(thing)
    try:
        if inspect.getfile(own) in TYPED:
            return ""
        text = inspect.cleandoc("\n" + inspect.getsource(own))
    except Exception:  # typed at a prompt, built in, compiled, or a file that changed under us
        return ""
    return _bounded(text)


def _bounded(text: str) -> str:
    lines = [line if len(line) <= COLUMNS else f"{line[:COLUMNS]} …" for line in text.rstrip().split("\n")]
    if len(lines) > LINES:
        lines = [*lines[:LINES], f"# … {len(lines) - LINES} more lines"]
    return "\n".join(lines)
