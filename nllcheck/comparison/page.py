"""A comparison as HTML for a notebook: all text of others is escaped."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import chain
from typing import TYPE_CHECKING

from nllcheck.comparison import words
from nllcheck.comparison.table import most_different, tables
from nllcheck.display import printable

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate

__all__ = ["html"]

ROWS = 100  # of the table; a notebook scrolls
GOOD, BAD = "#2e7d32", "#c62828"
CELL = "white-space: nowrap; padding: 0.1em 0.7em; font-size: inherit; text-align: "


def html(comparison: "Comparison") -> str:
    """Render the comparison: the headline in bold, the table, and what it means; or the gates that failed."""
    colour = GOOD if comparison.stands else BAD
    body = _comparison(comparison) if comparison.stands else _failure(comparison)
    parts = "".join(
        (_paragraph(words.headline(comparison), "b"), *body, _paragraph(words.facts(comparison), "small"))
    )
    return f'<div style="border-left: 4px solid {colour}; padding: 0.2em 0 0.2em 0.8em">{parts}</div>'


def _comparison(comparison: "Comparison") -> Iterator[str]:
    chosen = comparison.estimates
    if len(chosen) > ROWS:
        chosen = most_different(chosen, ROWS)
        yield _paragraph(words.left_out(comparison, len(chosen)))
    yield _table(comparison, chosen)
    yield from (_paragraph(text, "small") for text in (*words.legend(comparison), *words.modes(chosen)))
    yield _list(words.sentences(chosen))
    yield _list(f"Note well: {text}" if warning else text for warning, text in words.remarks(comparison))
    yield from (_paragraph(f"✓ {text}", "small") for text in words.passed(comparison))


def _failure(comparison: "Comparison") -> Iterator[str]:
    yield _list(
        ": ".join(part for part in (code, message, advice) if part)
        for code, message, advice in words.failures(comparison)
    )
    yield _paragraph(words.NO_TABLE)


def _table(comparison: "Comparison", estimates: "Sequence[Estimate]") -> str:
    parts = tables(comparison, estimates)
    heads = ["", *chain.from_iterable(part.heads for part in parts)]
    rows = zip(parts[0].names, *(part.rows for part in parts), strict=True)
    cells = [[name, *chain.from_iterable(values)] for name, *values in rows]
    body = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in cells)
    table = f"<table><thead><tr>{_cells(heads, 'th')}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div style="overflow: auto; max-height: 40em">{table}</div>'


def _cells(texts: Iterable[str], tag: str) -> str:
    first, *others = texts
    start = f'<{tag} style="{CELL}left">{_safe(first)}</{tag}>'
    return start + "".join(f'<{tag} style="{CELL}right">{_safe(text)}</{tag}>' for text in others)


def _paragraph(text: str, tag: str = "span") -> str:
    return f'<p style="margin: 0.3em 0"><{tag}>{_safe(text)}</{tag}></p>'


def _list(texts: Iterable[str]) -> str:
    items = "".join(f"<li>{_safe(text)}</li>" for text in texts)
    return f"<ul>{items}</ul>" if items else ""


def _safe(text: str) -> str:
    return escape(printable(text))
