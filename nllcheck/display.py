"""Text that is safe to show: nothing in a name can steer a terminal, a log or a layout."""

import re
import textwrap
import unicodedata

__all__ = ["ascii_only", "exception_text", "printable", "unbroken", "wrap"]

LONGEST = 2000  # characters that are told of what others raised

_UNSAFE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f"  # C0 and C1 controls but the newline
    "\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # invisible, and those that turn the direction
    "\ud800-\udfff]"  # half a character: cannot be encoded
)
_COMMAND = re.compile(r"(^|\s)::(?=\S)")  # "::error::" at the start of a line is a command to GitHub
_NEWLINES = re.compile(r"\r\n?|\n")

_SPELLED = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "eps", "η": "eta", "θ": "theta", "κ": "kappa",
    "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi",
    "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "delta", "Σ": "sum", "Π": "prod", "Φ": "Phi",
    "¹": "^1", "²": "^2", "³": "^3", "½": "1/2", "¼": "1/4", "·": "*", "×": "*", "÷": "/", "−": "-", "±": "+/-",
    "√": "sqrt", "∞": "inf", "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "∂": "d", "∫": "integral ", "∈": "in",
    "→": "->", "←": "<-", "↔": "<->", "‖": "||", "…": "...", "—": "-", "–": "-", "‘": "'", "’": "'", "“": '"',
    "”": '"', "•": "*", "✓": "ok", "✗": "x", "│": "|", "▸": ">",
}  # fmt: skip


def printable(text: object, *, newlines: bool = False) -> str:
    """Return `text` with every character escaped that a terminal or a log would obey.

    Parameters
    ----------
    text : object
        A name, or a message written by others.
    newlines : bool
        Keep line breaks; otherwise they are escaped as well.
    """
    safe = _NEWLINES.sub("\n" if newlines else r"\\n", str(text).replace("\t", "    "))
    safe = _UNSAFE.sub(_escape, safe).replace("##[", "# #[")
    return _COMMAND.sub(r"\1: :", safe)


def _escape(found: re.Match[str]) -> str:
    return found.group().encode("unicode_escape").decode("ascii")


def exception_text(error: BaseException) -> str:
    """Return the type and the message of an exception that others wrote: cut, and never an exception itself."""
    try:
        said = str(error)
    except Exception:
        said = "an exception that cannot be printed"
    said = said if len(said) <= LONGEST else f"{said[:LONGEST]} …"
    name = type(error).__name__
    return f"{name}: {said}" if said else name


def ascii_only(text: str) -> str:
    """Spell out every character beyond ASCII: σ² becomes sigma^2, ✓ becomes ok."""
    if text.isascii():
        return text
    return "".join(_spell(character) for character in text)


def _spell(character: str) -> str:
    if character.isascii() or character == "\u00a0":
        return character
    if character in _SPELLED:
        return _SPELLED[character]
    base = "".join(
        part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part)
    )
    if base.isascii():
        return base  # an accent is dropped: ŷ becomes y
    return character.encode("ascii", "backslashreplace").decode("ascii")


def wrap(text: str, *, first: str = "", rest: str | None = None, width: int = 80) -> list[str]:
    """Wrap each line of `text`; `first` stands before the first line, `rest` before the others.

    A no-break space is a space at which no line ends.
    """
    indent = " " * len(first) if rest is None else rest
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines += textwrap.wrap(
            paragraph,
            width,
            initial_indent=indent if lines else first,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    return [line.replace("\u00a0", " ") for line in lines] or [first.rstrip()]


def unbroken(text: str) -> str:
    """Return `text` so that `wrap` keeps it on one line."""
    return text.replace(" ", "\u00a0")
