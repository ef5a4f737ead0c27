"""Python source as HTML: escaped, and coloured by a handful of classes."""

from itertools import groupby
from typing import Any

from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from nllcheck.display import printable

__all__ = ["highlight"]

_LEXER = PythonLexer(stripnl=False, ensurenl=False)
_CLASSES = (
    (Comment, "c"),
    (String, "s"),
    (Number, "n"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (Name.Decorator, "d"),
    (Name.Function, "f"),
)


def highlight(text: str) -> Markup:
    """Return Python source as HTML; what a terminal or a browser would obey is escaped."""
    safe = "::".join(printable(part, newlines=True) for part in text.split("::"))  # x[::2] stays as it is
    tokens = (
        (_class(kind), _first_line(value) if kind in String.Doc else value)
        for kind, value in _LEXER.get_tokens(safe)
    )
    return Markup("").join(
        _span(name, "".join(value for _, value in group))
        for name, group in groupby(tokens, key=lambda t: t[0])
    )


def _first_line(docstring: str) -> str:
    """Leave the first line of a docstring: the formulas below it are what the reader came for."""
    first, newline, _ = docstring.partition("\n")
    return f"{first} …{docstring[-3:]}" if newline else docstring


def _class(kind: Any) -> str:
    return next((name for parent, name in _CLASSES if kind in parent), "")


def _span(name: str, text: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text)
