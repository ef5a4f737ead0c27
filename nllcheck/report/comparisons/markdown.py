"""Comparisons as Markdown: an overview, then each model with its tables, sentences and pictures."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from nllcheck.comparison import words
from nllcheck.comparison.digits import percent
from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import Comparison
from nllcheck.comparison.table import Table, most_different, tables
from nllcheck.report.comparisons.text import MARKS, verdict
from nllcheck.report.facts import kind_in_words
from nllcheck.report.markdown import escaped, verbatim

__all__ = ["markdown"]

ROWS = 100  # of a table
Files = Mapping[str, Sequence[str]]  # the pictures of each model, as paths from the report


def markdown(run: ComparisonRun, pictures: Files) -> str:
    """Return the comparison report; it holds rounded digits and no times."""
    outcomes = sorted(run.outcomes, key=lambda outcome: outcome.id)
    lines = ["# Bayesian and maximum-likelihood estimates, side by side", "", _sum(run), ""]
    lines += ["| | model | |", "|---|---|---|", *map(_row, outcomes)]
    for outcome in outcomes:
        lines += ["", f"## {_mark(outcome)} {escaped(outcome.id)}", ""]
        lines += _section(outcome, pictures.get(outcome.id, ()))
    return "\n".join(lines) + "\n"


def _mark(outcome: ComparisonOutcome) -> str:
    return MARKS[verdict(outcome)][0]


def _sum(run: ComparisonRun) -> str:
    compared = sum(verdict(outcome) == "compared" for outcome in run.outcomes)
    settings = run.settings
    cut = " The run was interrupted." if run.interrupted else ""
    return (
        f"{compared} of {len(run.outcomes)} models compared; intervals of {percent(settings.prob)}; "
        f"{settings.chains} chains of {settings.draws} draws after {settings.tune} of tuning, "
        f"seed {settings.seed}.{cut}"
    )


def _row(outcome: ComparisonOutcome) -> str:
    if outcome.comparison is not None:
        said = words.headline(outcome.comparison)
    else:
        said = (
            f"not evaluated: {kind_in_words(outcome.problem.kind) if outcome.problem else 'nothing is known'}"
        )
    return f"| {_mark(outcome)} | {escaped(outcome.id)} | {_plain(said)} |"


def _section(outcome: ComparisonOutcome, pictures: Sequence[str]) -> Iterator[str]:
    comparison, problem = outcome.comparison, outcome.problem
    if problem is not None:
        yield escaped(f"{problem.location}: {problem.message}".removeprefix(": "))
    if comparison is None:
        return
    yield f"**{_plain(words.headline(comparison))}**"
    body = _comparison(comparison, pictures) if comparison.stands else _failure(comparison)
    yield from body
    yield from ("", f"{_plain(words.facts(comparison))}.")


def _comparison(comparison: Comparison, pictures: Sequence[str]) -> Iterator[str]:
    chosen = comparison.estimates
    if len(chosen) > ROWS:
        chosen = most_different(chosen, ROWS)
        yield from ("", _plain(words.left_out(comparison, len(chosen))))
    estimates, *others = tables(comparison, chosen)
    yield from _table([estimates])
    yield from chain.from_iterable(
        ("", _plain(text)) for text in (*words.legend(comparison), *words.modes(chosen))
    )
    yield from _table(others)
    yield from _list(words.sentences(chosen))
    yield from _list(f"Note well: {text}" if warning else text for warning, text in words.remarks(comparison))
    yield from _list(f"Checked: {text}" for text in words.passed(comparison))
    for file in pictures:
        yield from ("", f"![{verbatim(comparison.name)}]({file})")


def _failure(comparison: Comparison) -> Iterator[str]:
    failures = words.failures(comparison)
    yield from _list(": ".join(part for part in failure if part) for failure in failures)
    yield from ("", words.NO_TABLE)
    yield from _list(f"Checked: {text}" for text in words.passed(comparison))


def _table(parts: Sequence[Table]) -> Iterator[str]:
    """Yield tables of the same scalars as one."""
    heads = ["parameter", *chain.from_iterable(part.heads for part in parts)]
    yield ""
    yield _cells(heads)
    yield f"|---|{'---:|' * (len(heads) - 1)}"
    for name, *rows in zip(parts[0].names, *(part.rows for part in parts), strict=True):
        yield _cells([name, *chain.from_iterable(rows)])


def _cells(texts: Sequence[str]) -> str:
    return f"| {' | '.join(map(verbatim, texts))} |"


def _list(texts: Iterable[str]) -> Iterator[str]:
    items = [f"- {_plain(text)}" for text in texts]
    yield from ("", *items) if items else ()


def _plain(text: str) -> str:
    return escaped(text.replace("\u00a0", " "))
