"""The story of one comparison as text: pure functions of its record, and of nothing else."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from nllcheck.comparison import words
from nllcheck.comparison.page import html
from nllcheck.comparison.table import Table, laid_out, most_different, tables
from nllcheck.display import ascii_only, wrap

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison

__all__ = ["html", "story"]

WIDTH = 80
ROWS = 12  # of a table of text; of more scalars, those on which the two analyses differ most
Say = Callable[[str], str]
Told = Iterable[tuple[str, str]]  # what stands before the first line, and the text


def story(comparison: "Comparison", *, width: int = WIDTH, plain: bool = False) -> str:
    """Tell what the comparison comes to, or which gate failed; a failed gate leaves no table."""
    say = ascii_only if plain else str
    tell = _comparison if comparison.stands else _failure
    blocks = [_wrapped([("", words.headline(comparison))], width, say), *tell(comparison, width, say)]
    blocks.append(_wrapped([("  ", words.facts(comparison))], width, say))
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block)


def _comparison(comparison: "Comparison", width: int, say: Say) -> Iterator[list[str]]:
    chosen = comparison.estimates
    if len(chosen) > ROWS + 2:
        chosen = most_different(chosen, ROWS)
        yield _wrapped([("  ", words.left_out(comparison, len(chosen)))], width, say)
    first, *others = (laid_out(_said(table, say), width=width) for table in tables(comparison, chosen))
    yield first
    legend = (*words.legend(comparison), *words.modes(chosen))
    yield _wrapped((("  ", text) for text in legend), width, say)
    yield from others
    yield _wrapped((("  • ", text) for text in words.sentences(chosen)), width, say)
    remarks = words.remarks(comparison)
    yield _wrapped((("  ! " if warning else "  • ", text) for warning, text in remarks), width, say)
    yield _wrapped(_passed(comparison), width, say)


def _failure(comparison: "Comparison", width: int, say: Say) -> Iterator[list[str]]:
    """Yield what failed and what to try, then what was in order."""
    told: list[tuple[str, str]] = []
    for code, message, advice in words.failures(comparison):
        told += [(f"  ✗ {code}  ", message)] if message else [(f"  ✗ {code}", "")]
        told += [("    → ", advice)] if advice else []
    yield _wrapped(told, width, say)
    yield _wrapped([("  ", words.NO_TABLE)], width, say)
    yield _wrapped(_passed(comparison), width, say)


def _passed(comparison: "Comparison") -> Told:
    return [("  ✓ ", message) for message in words.passed(comparison)]


def _said(table: Table, say: Say) -> Table:
    """Return the table as the place where it goes can encode it, before columns are made equally wide."""
    rows = tuple(tuple(map(say, row)) for row in table.rows)
    names = tuple(map(say, table.names))
    return replace(table, title=say(table.title), names=names, heads=tuple(map(say, table.heads)), rows=rows)


def _wrapped(told: Told, width: int, say: Say) -> list[str]:
    """Wrap labelled texts; a label alone is a line that is already laid out."""
    lines: list[str] = []
    for first, text in told:
        lines += wrap(say(text), first=say(first), width=width) if text else [say(first)]
    return lines
