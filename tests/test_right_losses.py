"""Every right loss is accepted: the relation found, nothing against it, scale and offset by paper and pencil."""

from cases.table import Right, number
from helpers import RIGHT, by_row, faults, run
from numpy.testing import assert_allclose

from nllcheck.result import CheckResult, Coefficient


def test_the_table_is_broad():
    """The promise is 60 rows over 18 families, each row with its own name."""
    assert len({row.id for row in RIGHT}) == len(RIGHT) >= 60
    assert len({row.family for row in RIGHT}) >= 18


@by_row(RIGHT)
def test_it_holds_and_nothing_speaks_against_it(row: Right, seed: int):
    """The relation is exactly the one expected; no error, no warning but those listed.

    Scale and offset agree with a formula that nllcheck does not know, their names with design.md.
    """
    result = run(row, seed)
    assert not faults(row, result), f"{faults(row, result)}\n{result}"
    _compare(row, result, result.scale, row.scale, row.scale_name)
    _compare(row, result, result.offset, row.offset, row.offset_name)


def _compare(row: Right, result: CheckResult, found: Coefficient | None, value, name) -> None:
    if value is not None:
        assert found is not None, str(result)
        expected = number(value, result.estimates.get("model", {}))
        size = max((abs(probe.nll) for probe in result.probes if probe.kind == "near"), default=1.0)
        atol = row.rtol * (1.0 if found is result.scale else size)
        assert_allclose(found.value, expected, rtol=row.rtol, atol=atol if found is result.offset else 0)
    if name is not None:
        assert found is not None, str(result)
        assert found.name == name, str(result)
