"""What the page shows of differences from a baseline: rows of text, nothing computed anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nllcheck.drift import Difference, Drift
from nllcheck.outcome import Run
from nllcheck.report.differences import SIGNS, kind, notes, numbers, remaining, standing, units, words
from nllcheck.report.drift import drift_summary
from nllcheck.report.text import Style

__all__ = ["BaselineView", "Row", "baseline_view", "rows"]

LABELS = {"regression": "regression", "accepted": "accepted", "told": "no regression"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A difference as text; `standing` is its class, and `label` says it in words."""

    claim: str
    standing: str
    sign: str
    label: str
    kind: str
    words: str
    before: str
    after: str
    units: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class BaselineView:
    """What is said of the baseline as a whole, above all claims."""

    fails: bool
    summary: str
    errors: tuple[str, ...]
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


def baseline_view(run: Run) -> BaselineView | None:
    """Return what the page says of the baseline; None without one."""
    drift = run.drift
    if drift is None:
        return None
    return BaselineView(
        fails=drift.fails or bool(drift.errors),
        summary=drift_summary(drift, Style()),
        errors=drift.errors,
        notes=tuple(notes(drift)),
        rows=tuple(rows(remaining(run), drift)),
    )


def rows(differences: Iterable[Difference], drift: Drift) -> Iterator[Row]:
    """Yield a row for each difference."""
    for difference in differences:
        what = standing(difference, drift)
        before, after = numbers(difference) or (_value(difference.before), _value(difference.after))
        yield Row(
            claim=difference.claim,
            standing=what,
            sign=SIGNS[what],
            label=LABELS[what],
            kind=kind(difference),
            words=words(difference),
            before=before,
            after=after,
            units=units(difference),
            reason=difference.reason,
        )


def _value(value: float | str | None) -> str:
    return "" if value is None else str(value)
