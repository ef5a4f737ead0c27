"""Comparisons as JSON: complete, deterministic, and rounded where it goes to version control."""

import json
from dataclasses import replace
from typing import Any

import pytest
from comparison_nasty import NASTY, nasty_run
from comparison_records import comparison, estimate, failed, run

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import Comparison
from nllcheck.report.comparisons.machine import complete, rounded

NAN = float("nan")


def of(record: Comparison) -> ComparisonRun:
    """Return a run of one comparison."""
    return ComparisonRun(outcomes=(ComparisonOutcome(path="a.py", name="m", comparison=record),))


def test_records_are_complete() -> None:
    """Each record can be rebuilt from the JSON, with the times of the run put back."""
    found = json.loads(complete(run()))
    first, second, third = found["comparisons"]
    times = found["run"]["comparisons"][first["id"]]
    rebuilt = Comparison.from_dict({**first["comparison"], "run": {**comparison().to_dict()["run"]}})
    assert rebuilt == comparison()
    assert times["sampling_seconds"] == 2.9
    assert (first["verdict"], second["verdict"], third["verdict"]) == (
        "compared",
        "not comparable",
        "not evaluated",
    )
    assert third["problem"]["kind"] == "UnsupportedModel"
    assert found["exit_code"] == 4
    assert found["settings"]["prob"] == 0.95


def test_times_and_versions_stand_apart() -> None:
    """But for the block `run` the JSON of a warm run is that of a cold one."""
    texts = []
    for seconds, cached in ((3.2, False), (0.1, True)):
        record = comparison(seconds=seconds, sampling_seconds=seconds, cached=cached)
        found = json.loads(complete(replace(of(record), seconds=seconds)))
        assert found.pop("run")["seconds"] == seconds
        texts.append(json.dumps(found))
    assert texts[0] == texts[1]


def first(record: Comparison) -> dict[str, Any]:
    """Return what the report says about one comparison."""
    return dict(json.loads(rounded(of(record)))["comparisons"][0])


def test_the_report_is_rounded_and_has_no_curves() -> None:
    """Two digits of a standard error, three of a ratio, two of a sample size; no curves, no times."""
    row = estimate(mle=2.4987654, mean_shift=-0.798765, ess_bulk=3214.9, wald=None)
    told = first(comparison(estimates=(row,)))["estimates"][0]
    assert (told["mle"], told["mean_shift"], told["ess_bulk"], told["wald"]) == (2.5, -0.799, 3200.0, None)
    assert told["interval"] == {"low": 1.41, "high": 2.79}
    text = rounded(run())
    assert not any(word in text for word in ('"curves"', '"seconds"', '"cached"'))


def test_the_report_does_not_depend_on_order_or_time() -> None:
    """The same comparisons give the same file, however long they took and in whatever order they came."""
    assert rounded(run()) == rounded(replace(run(), outcomes=run().outcomes[::-1], seconds=9.0))


def test_noise_of_the_last_digits_is_no_news() -> None:
    """What another processor computes differently in the tenth digit gives the same file."""
    noisy = estimate(mle=2.5 + 1e-10, mean=2.1 - 1e-11, mean_shift=-0.8 + 1e-9, r_hat=1.0012 + 1e-9)
    assert first(comparison(estimates=(noisy,))) == first(comparison(estimates=(estimate(),)))


def test_a_failed_gate_leaves_no_estimates() -> None:
    """What is no comparison is not written as one; its gates are."""
    told = first(failed(estimates=(estimate(),)))
    assert told["estimates"] == []
    assert [gate["passed"] for gate in told["gates"]] == [True, False]


def test_numbers_that_json_lacks_are_spelled() -> None:
    """Not a number and infinity are strings, and what does not exist is null."""
    row = estimate(mean=NAN, mle=float("inf"), map=None, r_hat=NAN, sd_ratio=float("-inf"))
    for render in (complete, rounded):
        json.loads(render(of(comparison(estimates=(row,)))), parse_constant=pytest.fail)
    told = first(comparison(estimates=(row,)))["estimates"][0]
    assert (told["mean"], told["mle"], told["map"], told["r_hat"], told["sd_ratio"]) == (
        "nan",
        "inf",
        None,
        "nan",
        "-inf",
    )


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("render", [complete, rounded])
def test_nasty_names_come_back(text: str, render: Any) -> None:
    """JSON is ASCII, and a name that is read back is the name that went in."""
    written = render(nasty_run(text))
    assert written.isascii()
    assert "\x1b" not in written
    assert json.loads(written)["comparisons"][-1]["name"] == text
