"""Every wrong loss is refused, whatever is claimed of it, and told what is wrong."""

import pytest
from cases.table import Wrong
from helpers import WRONG, faults, loose_claims, run

ROWS = pytest.mark.parametrize("row", WRONG, ids=lambda row: row.id)


def test_the_table_is_broad():
    """The promise is 45 rows, each with its own name."""
    assert len({row.id for row in WRONG}) == len(WRONG) >= 45


@ROWS
def test_it_does_not_hold_and_says_why(row: Wrong, seed: int):
    """The relation found and the code are exactly those expected."""
    result = run(row, seed, claim=loose_claims(row)[-1])
    assert not faults(row, result), f"{faults(row, result)}\n{result}"


@ROWS
def test_no_claim_about_it_holds(row: Wrong, seed: int):
    """Equal, constant, affine, monotone: none of them is accepted."""
    held = [claim for claim in loose_claims(row)[:-1] if run(row, seed, claim=claim).holds]
    assert not held
