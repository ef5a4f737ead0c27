"""`nllcheck explain`: what each finding means, how it is found and what to do, from the Markdown files beside."""

import re
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from nllcheck.display import ascii_only, wrap
from nllcheck.errors import UsageError

__all__ = ["explain", "explanation", "explanations"]

FOLDER = files("nllcheck") / "explanations"
SEVERITIES = ("error", "warning", "note")
START = re.compile(r"# (?P<code>\S+)\n\nSeverity: (?P<severity>(?P<group>\w+).*)\n\n(?P<meaning>(?:.+\n)+)")


def explain(code: str | None) -> int:
    """Print the explanation of `code`, or the table of all codes; return the exit code."""
    text = overview() if code is None else explanation(code)
    sys.stdout.write(text if _encodes(text) else ascii_only(text))
    return 0


@cache
def explanations() -> tuple[str, ...]:
    """Return the codes that can be explained, in alphabetical order."""
    names = (entry.name for entry in FOLDER.iterdir())
    return tuple(sorted(name.removesuffix(".md") for name in names if name.endswith(".md")))


def explanation(code: str) -> str:
    """Return the explanation of a finding, as Markdown.

    Raises
    ------
    UsageError
        There is no such code; the message has the nearest one.
    """
    if code not in explanations():
        near = get_close_matches(code.lower().replace("_", "-"), explanations(), n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise UsageError(f"there is no finding {code!r}{hint} `nllcheck explain` lists them all.")
    return (FOLDER / f"{code}.md").read_text(encoding="utf-8")


def overview() -> str:
    """Return the table of all codes with what they mean, errors first."""
    starts = [found for code in explanations() if (found := START.match(explanation(code)))]
    lines = [line for severity in SEVERITIES for line in _section(severity, starts)]
    return (
        "\n".join([*lines, "nllcheck explain CODE tells how it is found and what to do, with an example."])
        + "\n"
    )


def _section(severity: str, starts: list[re.Match[str]]) -> Iterator[str]:
    widest = max(len(start["code"]) for start in starts)
    yield f"{severity}s"
    for start in starts:
        if start["group"] == severity:
            meaning = " ".join(start["meaning"].split())
            if start["severity"] != severity:  # one that depends
                meaning += f" ({start['severity']})"
            yield from wrap(meaning, first=f"  {start['code']:<{widest}}  ")
    yield ""


def _encodes(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True
