"""The run as JSON: complete, deterministic, and rounded where it goes to version control."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records import NASTY, finding, outcome, record, sample_run, trouble

from nllcheck.outcome import Outcome, Run
from nllcheck.report.machine import complete, consistency, portable, rounded_text
from nllcheck.result import CheckResult, Coefficient


def shuffled(run: Run, seconds: float) -> Run:
    """Return the same run at another speed."""
    slower = [replace(found, seconds=seconds) for found in run.outcomes]
    return replace(run, outcomes=tuple(slower), seconds=seconds)


def test_records_are_complete() -> None:
    """Each record can be rebuilt from the JSON, with the times of the run put back."""
    found = json.loads(complete(sample_run()))
    first = found["claims"][0]
    rebuilt = CheckResult.from_dict(
        {**first["result"], "run": {"seconds": 0.123, "versions": record().versions}}
    )
    assert rebuilt == record()
    assert first["id"] == "models/gaussian.py::gaussian_nll"
    assert found["claims"][-1]["problem"]["kind"] == "UnknownArgument"
    assert found["exit_code"] == 1
    assert found["summary"]["holds"] == 3


def test_times_and_versions_stand_apart() -> None:
    """But for the block `run` the JSON of two runs is the same, byte for byte."""
    texts = []
    for seconds in (1.0, 2.0):
        found = json.loads(complete(shuffled(sample_run(), seconds)))
        assert found.pop("run")["seconds"] == seconds
        texts.append(json.dumps(found))
    assert texts[0] == texts[1]
    assert "seconds" not in texts[0]


def test_the_report_has_no_times() -> None:
    """The report under version control is the same at any speed and in any order, and has no probes."""
    run = sample_run()
    backwards = replace(shuffled(run, 9.0), outcomes=run.outcomes[::-1])
    assert consistency(run) == consistency(backwards)
    assert '"probes"' not in consistency(run)
    assert '"seconds"' not in consistency(run)


def rounded(**changes: Any) -> dict[str, Any]:
    """Return what the report says about one record."""
    found = json.loads(consistency(Run(outcomes=(outcome(record(**changes)),))))
    return dict(found["claims"][0])


def test_the_report_is_rounded() -> None:
    """Six digits of what means something; nothing of what is noise."""
    noisy = {
        "model": {"b": np.array([1.23456789, 1e-13, -0.0, np.nan])},
        "standard_error": {"b": np.array([0.5, 0.5, 0.5, 0.5])},
    }
    told = rounded(estimates=noisy, offset=Coefficient(value=-14.7030165312))
    assert told["estimates"]["model"]["b"] == [1.23457, 0.0, 0.0, "nan"]
    assert told["offset"]["value"] == -14.703
    assert told["digits"] == 12
    assert told["distance"] == 0.0


def test_noise_does_not_change_the_report() -> None:
    """What differs by rounding error gives the same file."""
    run = [
        {"estimates": {"model": {"b": np.array(2.5 + error)}, "standard_error": {"b": np.array(0.1)}}}
        for error in (0.0, 1e-9)
    ]
    assert rounded(**run[0]) == rounded(**run[1])
    assert rounded(offset=Coefficient(value=3.4e-15)) == rounded(offset=Coefficient(value=-4.9e-17))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("residual 2.3e-16 over 64 probes", "residual <1e-6 over 64 probes"),
        ("clipped at 1e-15", "clipped at 1e-15"),
        ("agrees to 15.3 digits", "agrees to 12 digits or more"),
        ("residual 0.55 noise floors", "residual ≤ 1 noise floors"),
        ("residual 0.045 rounding errors over 28 probes", "residual ≤ 1 rounding errors over 28 probes"),
        ("residual 0 rounding errors over 28 probes", "residual ≤ 1 rounding errors over 28 probes"),
        ("1e13 times its rounding error.", "1e13 times its rounding error."),
        ("from p = 1 − 8.9e-16 on", "from p = 1 − 8.9e-16 on"),
        ("agrees to 7.9 digits", "agrees to 7 digits"),
        ("c = 0.123456789", "c = 0.123457"),
        ("c = -3.25, n = 1234567890", "c = -3.25, n = 1234567890"),
        ("version 1.2.3, x1.5e-9y", "version 1.2.3, x1.5e-9y"),
        ("<function f at 0x7f3a2c>", "<function f at 0x…>"),
    ],
)
def test_numbers_in_sentences(text: str, says: str) -> None:
    """Sentences are rounded as well; limits, counts and versions stay."""
    assert rounded_text(text) == says


def test_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder and the home folder are not named."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")
    assert portable(f"{tmp_path}/models/a.py and {tmp_path}") == "models/a.py and ."
    assert portable("/home/ada/.venv/x.py") == "~/.venv/x.py"


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("render", [complete, consistency])
def test_nasty_names_come_back(text: str, render: Any) -> None:
    """JSON is ASCII, and a name that is read back is the name that went in."""
    bad = record(name=text, findings=(finding(text, message=text),), note=text)
    run = Run(outcomes=(Outcome(path="a.py", name=text, result=bad, output=text),))
    written = render(run)
    assert written.isascii()
    assert "\x1b" not in written
    (claim,) = json.loads(written)["claims"]
    assert claim["name"] == text


def test_numbers_that_json_lacks_are_spelled() -> None:
    """Not a number and infinity are strings."""
    written = complete(
        Run(outcomes=(outcome(record(offset=Coefficient(value=np.inf))), trouble()), seconds=1.0)
    )
    assert json.loads(written, parse_constant=pytest.fail)["claims"][0]["result"]["offset"]["value"] == "inf"
