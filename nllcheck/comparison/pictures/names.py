"""Names that fit into a picture, and that matplotlib takes for text."""

import re
from itertools import batched

from nllcheck.display import printable

__all__ = ["fitted"]

_PART = re.compile(r"[^\s_,\[\].:]*[\s_,\[\].:]?")  # up to where a name may be broken


def fitted(name: str, width: int, lines: int = 2) -> str:
    """Return a name on as many `lines` of `width` characters as it needs; what is longer loses its middle."""
    text, room = printable(name), width * lines
    if len(text) > room:
        tail = room // 2 - 1
        text = f"{text[: room - tail - 1]}…{text[-tail:]}"
    return "\n".join(_broken(text, width, lines)).replace("$", r"\$")  # a dollar would start a formula


def _broken(text: str, width: int, lines: int) -> list[str]:
    """Break at a space, an underscore, a comma or a bracket if the lines suffice for that; else anywhere."""
    broken = [""]
    for part in _PART.findall(text):
        if broken[-1] and len(broken[-1]) + len(part.rstrip()) > width:
            broken.append("")
        broken[-1] += part
    if len(broken) > lines or max(map(len, broken)) > width + 1:
        broken = ["".join(letters) for letters in batched(text, width)]
    return [line.strip() for line in broken]
