"""Every wrong loss is refused, whatever is claimed of it, and told what is wrong."""

import re

import pytest
from cases.mistakes import MISTAKES
from cases.table import Wrong
from helpers import WRONG, faults, loose_claims, run

CAUSES = {
    "argument-transformed",
    "arguments-swapped",
    "broadcast",
    "clipped",
    "extra-term",
    "holds-only-at",
    "label-encoding",
    "missing-term",
    "other-family",
    "row-subset",
    "sign-flipped",
    "weighted-rows",
    "wrong-coefficient",
}
ROWS = pytest.mark.parametrize("row", WRONG, ids=lambda row: row.id)
ADDED = {row.id for row in MISTAKES}


def test_the_table_is_broad():
    """The promise is 250 rows, each with its own name and the family of its model."""
    assert len({row.id for row in WRONG}) == len(WRONG) >= 250
    assert all(row.family for row in WRONG)


def test_the_causes_are_broad():
    """The promise is 100 rows over 15 families whose cause is stated; each cause of the design has rows."""
    rows = [row for row in WRONG if row.wants_cause and row.codes != ("unexplained",)]
    assert len(rows) >= 100
    assert len({row.family for row in rows}) >= 15
    assert {row.code for row in rows} >= CAUSES


def test_few_rows_leave_the_cause_open():
    """Most rows have one cause; none has more than three."""
    rows = [row for row in WRONG if row.wants_cause]
    assert max(len(row.codes) for row in rows) <= 3
    assert sum(len(row.codes) > 1 for row in rows) <= len(rows) / 3


def test_what_was_added_names_its_source():
    """A thread is written as owner/repository#number; what everybody gets wrong is ``common``."""
    for row in MISTAKES:
        assert re.fullmatch(r"common|[\w.-]+/[\w.-]+#\d+", row.source), row.id


@ROWS
def test_it_does_not_hold_and_says_why(row: Wrong, seed: int):
    """The relation found and the code are exactly those expected."""
    result = run(row, seed, claim=loose_claims(row)[-1])
    assert not faults(row, result), f"{faults(row, result)}\n{result}"


@pytest.mark.parametrize("row", [row for row in WRONG if row.id not in ADDED], ids=lambda row: row.id)
def test_no_claim_about_it_holds(row: Wrong, seed: int):
    """Equal, constant, affine, monotone: none of them is accepted; above, each row met the loosest."""
    held = [claim for claim in loose_claims(row)[:-1] if run(row, seed, claim=claim).holds]
    assert not held
