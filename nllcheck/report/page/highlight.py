"""Python source as HTML: escaped, and coloured by a handful of classes."""

from itertools import groupby

from markupsafe import Markup, escape
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType

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
    tokens = ((_class(kind), value) for kind, value in _LEXER.get_tokens(safe))
    return Markup("").join(
        _span(name, "".join(value for _, value in group)) for name, group in groupby(tokens, key=lambda t: t[0])
    )


def _class(kind: _TokenType) -> str:
    return next((name for parent, name in _CLASSES if kind in parent), "")


def _span(name: str, text: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(name, text) if name else escape(text)
