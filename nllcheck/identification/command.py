"""The command `nllcheck identify package.module:loss`."""

import sys
from pathlib import Path

from nllcheck.adhoc import import_loss, parse_args
from nllcheck.display import ascii_only
from nllcheck.errors import UsageError
from nllcheck.identification.search import identify
from nllcheck.isolation import on_path
from nllcheck.streams import guarded_stdout

__all__ = ["tell"]

FOUND, NONE = 0, 1


def tell(path: str, *, args: str | None, data: str | None, seed: int) -> int:
    """Print what the loss at the import path ``package.module:loss`` is; return the exit code."""
    module, _, attribute = path.partition(":")
    names = None if args is None else parse_args(args)
    if isinstance(names, dict):
        raise UsageError(f"--args {args!r}: write the names by position: y,mu")
    with guarded_stdout(active=True) as out, on_path(str(Path.cwd())):
        result = identify(import_loss(module, attribute), args=names, data=data, seed=seed)
        out.write(f"{_readable(str(result))}\n")
        out.flush()
    return FOUND if result.found else NONE


def _readable(text: str) -> str:
    """Return the text as standard output can show it."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return ascii_only(text)
    return text
