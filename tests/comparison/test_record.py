"""The record of a comparison survives JSON, and refuses what is none."""

import json
from dataclasses import replace

import pytest
from comparison_records import comparison, estimate, failed, many, run

from nllcheck.comparison.record import Comparison
from nllcheck.errors import UsageError
from nllcheck.outcome import ExitCode


@pytest.mark.parametrize(
    "record", [comparison(), failed(), many(3), comparison(estimates=(estimate(ess_bulk=float("inf")),))]
)
def test_a_comparison_is_the_same_after_a_round_trip_through_json(record: Comparison) -> None:
    """Every field comes back with its type and value."""
    text = json.dumps(record.to_dict(), allow_nan=False)
    assert Comparison.from_dict(json.loads(text)) == record


def test_nan_stays_nan() -> None:
    """A number that came out as nan is spelled as a string in JSON and is nan again afterwards."""
    record = comparison(estimates=(estimate(r_hat=float("nan")),)).to_dict()
    assert record["estimates"][0]["r_hat"] == "nan"
    assert Comparison.from_dict(record).estimates[0].r_hat != Comparison.from_dict(record).estimates[0].r_hat


def test_what_may_differ_between_runs_stands_apart() -> None:
    """Two runs that differ in time, cache and versions only have the same record but for its block `run`."""
    record = comparison()
    other = replace(record, seconds=99.0, cached=True, versions={})
    one, two = record.to_dict(), other.to_dict()
    assert one.pop("run") != two.pop("run")
    assert one == two


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("schema",), 99, "schema 99"),
        (("n_obs",), "16", "comparison.n_obs"),
        (("estimates",), {}, "comparison.estimates"),
        (("run",), None, "no record"),
        (("settings",), {"draws": 1}, "comparison.settings lacks"),
        (("stranger",), 1, "stranger"),
    ],
)
def test_what_is_no_record_is_refused_by_name(path: tuple[str, ...], value: object, told: str) -> None:
    """A field of another type, a missing or an unknown one is named in the error."""
    record = comparison().to_dict()
    record[path[0]] = value
    with pytest.raises(UsageError, match=told):
        Comparison.from_dict(record)


def test_a_comparison_stands_only_if_every_gate_passed() -> None:
    """No gate at all is no comparison either."""
    assert comparison().stands
    assert not failed().stands
    assert not comparison(gates=()).stands


def test_an_estimate_is_found_by_its_label() -> None:
    """An unknown label names those that exist."""
    assert comparison().estimate("sigma").scale == "log"
    with pytest.raises(KeyError, match=r"beta\[gnp\]"):
        comparison().estimate("beta")


def test_the_exit_code_of_a_run_is_its_worst() -> None:
    """A gate that failed is no success: 4; nothing compared is 5."""
    assert run().exit_code is ExitCode.NOT_EVALUATED
    assert run(run().outcomes[0]).exit_code is ExitCode.OK
    assert replace(run(), outcomes=()).exit_code is ExitCode.NO_CLAIMS
