"""Differences from a baseline as text: what changed, by how much, and what to do."""

import re

import pytest
from records import NASTY

from nllcheck.drift import Difference, Drift
from nllcheck.report.drift import drift_lines, drift_summary
from nllcheck.report.text import Style

PLAIN = Style()
LOSS = Difference(
    claim="models/a.py::mse",
    what="loss",
    message="the loss has changed at 6 of 6 recorded probes, × (1 + 1e-09) at each; most at b = 2.5",
    before=7.547,
    after=7.547 * (1 + 1e-9),
    ulps=8.5e6,
    floors=3.6e5,
)
CLIPPED = Difference(
    claim="models/a.py::mse", what="finding:clipped", message="the warning is gone", fails=False
)
NEW = Difference(claim="models/b.py::new", what="claim", message="it is new (holds)", fails=False)
ACCEPTED = Difference(
    claim="models/b.py::mae", what="relation", message="the relation is looser", reason="on purpose"
)


def drift(*differences: Difference, **changes: object) -> Drift:
    """Return what is to be told."""
    values = {"path": "reports/baseline.json", "compared": 3, "places": 18, **changes}
    return Drift(differences=differences, **values)  # type: ignore[arg-type]


def test_differences_in_full() -> None:
    """By claim, what is new in one paragraph, and what to do at the end."""
    assert drift_lines(drift(LOSS, CLIPPED, ACCEPTED, NEW), PLAIN) == [
        "",
        "models/a.py::mse",
        "  ✗ loss     the loss has changed at 6 of 6 recorded probes, × (1 + 1e-09) at",
        "             each; most at b = 2.5: 7.547 → 7.5470000075 (8.5e+06 units in the",
        "             last place, 3.6e+05 noise floors)",
        "  + finding  clipped: the warning is gone",
        "",
        "models/b.py::mae",
        "  ~ relation  the relation is looser. Accepted: on purpose",
        "",
        "  + new: models/b.py::new",
        "",
        "  if this is meant: --update-baseline records it, or list it under accept with a",
        "  reason",
    ]


SUMS = [
    (drift(), "no difference from reports/baseline.json (3 claims, 18 recorded probes)"),
    (
        drift(unseen=2),
        "no difference from reports/baseline.json (3 claims, 18 recorded probes; 2 recorded claims not run)",
    ),
    (
        drift(LOSS, ACCEPTED, NEW),
        "1 regression, 1 accepted difference, 1 other difference from reports/baseline.json",
    ),
    (drift(LOSS, NEW, written=True), "reports/baseline.json written: 1 new, 1 changed"),
    (drift(written=True), "reports/baseline.json written: no change"),
]


@pytest.mark.parametrize(("record", "text"), SUMS)
def test_the_sum_is_one_line(record: Drift, text: str) -> None:
    """What differs, from what, and how much was compared."""
    assert drift_summary(record, PLAIN).startswith(text)


def test_colours_say_what_fails() -> None:
    """Red for a regression, not for what was just recorded."""
    colour = Style(colour=True)
    assert "\x1b[31m" in "".join(drift_lines(drift(LOSS), colour))
    assert "\x1b[31m" not in "".join(drift_lines(drift(LOSS, written=True), colour))
    assert drift_summary(drift(LOSS), colour).startswith("\x1b[1;31m")


def test_versions_are_told_where_something_fails() -> None:
    """And only there."""
    changed = {"pymc": ("6.4.0", "6.5.0")}
    assert "recorded with other versions: pymc 6.4.0 → 6.5.0" in "\n".join(
        drift_lines(drift(LOSS, versions=changed), PLAIN)
    )
    assert drift_lines(drift(versions=changed), PLAIN) == []


@pytest.mark.parametrize("nasty", NASTY.values(), ids=NASTY)
def test_names_steer_nothing(nasty: str) -> None:
    """Names and messages of others are text, in plain ASCII too."""
    record = drift(
        Difference(claim=nasty, what=f"finding:{nasty}", message=nasty, reason=nasty),
        Difference(claim=nasty, what="claim", message=nasty, fails=False),
        path=nasty,
        notes=(nasty,),
    )
    for style in (PLAIN, Style(ascii=True)):
        told = "\n".join([*drift_lines(record, style), drift_summary(record, style)])
        assert not any(c < " " and c != "\n" for c in told)
        assert not re.search(r"(^|\s)::error::", told)
    assert told.isascii()
