"""How long a check takes, against what a careful user would write by hand. Run by hand:

pytest tests/benchmarks/bench_check.py --benchmark-group-by=group

Only ratios within one run mean anything; `python tests/benchmarks/ratios.py` prints them.
"""

import pytest
from workloads import check_claim, hand_written_script

pytest.importorskip("pytest_benchmark", reason="benchmarks need the extra dev")


@pytest.mark.benchmark(group="small claim", min_rounds=3)
def test_check(benchmark):
    """One small claim, model built and compiled anew."""
    assert benchmark(check_claim).holds


@pytest.mark.benchmark(group="small claim", min_rounds=3)
def test_hand_written_script(benchmark):
    """The usual script on the same model: compile, find the MAP, minimise the loss, compare."""
    assert benchmark(hand_written_script)
