"""A run that fails only by drift from its baseline fails in every format, and one that does not, in none."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from records import NASTY, drifting_run, looser, outcome, sample_run, undecided

from nllcheck.drift import Difference, Drift
from nllcheck.outcome import ExitCode, Run
from nllcheck.report.annotations import annotations
from nllcheck.report.differences import cases
from nllcheck.report.formats import FORMATS, rendered
from nllcheck.report.html import html
from nllcheck.report.junit import junit
from nllcheck.report.markdown import markdown

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066\ufeff\ud800-\udfff]")


def changed(run: Run, **changes: object) -> Run:
    """Return the run with another drift."""
    assert run.drift is not None
    return replace(run, drift=replace(run.drift, **changes))  # type: ignore[arg-type]


def accepted(run: Run) -> Run:
    """Return the run with a reason for each of its differences."""
    assert run.drift is not None
    return changed(run, differences=tuple(replace(each, reason="meant") for each in run.drift.differences))


def junit_cases(run: Run) -> dict[str, ElementTree.Element]:
    """Return the cases of a JUnit report by their names."""
    return {str(case.get("name")): case for case in ElementTree.fromstring(junit(run)).iter("testcase")}


def test_the_run_fails_although_all_claims_hold() -> None:
    """The exit code, the cases and their count say the same; an accepted claim that is gone is no case."""
    run = drifting_run()
    assert run.exit_code is ExitCode.FAILS
    told = {case.outcome.id: (case.passes, case.is_absent) for case in cases(run)}
    assert told == {
        "models/gaussian.py::gaussian_nll": (False, False),
        "models/gone.py::lost": (False, True),
        "models/other.py::mse": (True, False),
    }


@pytest.mark.parametrize(
    "tame", [accepted, lambda run: changed(run, written=True)], ids=["accepted", "written"]
)
def test_what_is_accepted_or_just_recorded_fails_nowhere(tame: Callable[[Run], Run]) -> None:
    """No format shows a failure where the run passes."""
    run = tame(drifting_run())
    assert run.exit_code is ExitCode.OK
    assert annotations(run) == ""
    assert ElementTree.fromstring(junit(run)).get("failures") == "0"
    assert "✗" not in markdown(run)
    assert 'class="sum good">All 2 claims hold.' in html(run)
    assert 'class="claim fails' not in html(run)


def test_junit_has_a_failure() -> None:
    """A drifting claim and one that is gone are failures with what differs; the counts include them."""
    root = ElementTree.fromstring(junit(drifting_run()))
    assert [root.get(name) for name in ("tests", "failures", "errors")] == ["3", "2", "0"]
    found = junit_cases(drifting_run())
    (failure,) = found["gaussian_nll"].findall("failure")
    assert failure.get("type") == "regression"
    assert str(failure.get("message")).startswith(
        "differs from reports/baseline.json: loss: the loss has changed"
    )
    assert "7.547 → 7.5470000075" in " ".join(str(failure.text).split())
    assert "again: nllcheck check" in str(failure.text)
    assert "it is no longer claimed" in str(found["lost"].findall("failure")[0].text)
    assert found["mse"].find("failure") is None


def test_a_claim_that_fails_anyway_keeps_its_own_trouble() -> None:
    """What the claim itself fails by stays type and message; undecided stays an error; drift stands below."""
    differences = tuple(
        Difference(claim=f"models/gaussian.py::{name}", what="verdict", message="it held, and does not")
        for name in ("mean_nll", "flat")
    )
    run = Run(
        outcomes=(outcome(looser()), outcome(undecided())),
        drift=Drift(path="b.json", differences=differences),
    )
    found = junit_cases(run)
    (failure,), (error,) = found["mean_nll"].findall("failure"), found["flat"].findall("error")
    assert [failure.get("type"), error.get("type")] == ["does not hold", "undecided"]
    assert all("it held, and does not" in str(each.text) for each in (failure, error))
    assert "It differs from b.json" in annotations(run)


def test_markdown_marks_and_lists_it() -> None:
    """The row, the list of differences with all their digits, and a line for the baseline as a whole."""
    text = markdown(drifting_run())
    assert "Baseline: 3 regressions, 2 accepted differences from reports/baseline.json" in text
    assert "| ✗ | models/gaussian.py::gaussian\\_nll |" in text
    assert "differs from the baseline: loss, scale" in text
    assert "7.547 → 7.5470000075 (8.5e+06 units in the last place" in text
    assert "| ✗ | models/gone.py::lost |  | not in this run |" in text
    assert "models/gone.py::dropped: it is no longer claimed. Accepted: old" in text
    assert markdown(replace(drifting_run(), drift=None)).count("Baseline") == 0


def test_the_consistency_report_tells_it() -> None:
    """Each difference with the digits that tell both values apart, although all else there is rounded."""
    drift = json.loads(rendered(drifting_run(), "consistency"))["drift"]
    assert (drift["baseline"], drift["regressions"], drift["compared"]) == ("reports/baseline.json", 3, 2)
    loss, scale, *_, lost, dropped = drift["differences"]
    assert (loss["claim"], loss["what"]) == ("models/gaussian.py::gaussian_nll", "loss")
    assert (loss["before"], loss["after"]) == (7.547, 7.5470000075)
    assert (scale["before"], scale["after"], scale["regression"]) == ("1/n", "2/n", True)
    assert [each["claim"] for each in (lost, dropped)] == ["models/gone.py::lost", "models/gone.py::dropped"]
    assert (dropped["regression"], dropped["reason"]) == (False, "old")


def test_markdown_keeps_its_limit() -> None:
    """However much has drifted, the text fits into the summary of a CI step."""
    differences = tuple(
        Difference(claim=f"models/a.py::n{n}", what="claim", message="x" * 2000) for n in range(2000)
    )
    notes = tuple("y" * 5000 for _ in range(500))
    run = changed(drifting_run(), differences=differences, notes=notes)
    assert len(markdown(run, limit=100_000).encode()) <= 100_000


def test_one_annotation_a_file() -> None:
    """Each file with regressions, also one that is gone, is annotated once."""
    lines = annotations(drifting_run()).splitlines()
    assert [re.search(r"file=([^,]*)", line).group(1) for line in lines] == [  # type: ignore[union-attr]
        "models/gaussian.py",
        "models/gone.py",
    ]
    assert "gaussian_nll: differs from reports/baseline.json: loss: the loss has changed" in lines[0]


def test_the_page_has_a_section_a_claim() -> None:
    """The sum, the status that the filter goes by, and before, after and units in the card."""
    page = html(drifting_run())
    assert (
        'class="sum bad">All 2 claims hold, but 1 differs from reports/baseline.json and 1 is missing.'
        in page
    )
    assert page.count('<details class="claim fails drifted" open>') == 2
    assert page.count('<details class="claim holds"') == 1
    assert re.search(r'<label for="show-fails" class="fails"><b>2</b> fail</label>', page)
    for text in ("7.547", "7.5470000075", "8.5e+06 units in the last place", "1/n", "2/n", "Accepted: meant"):
        assert text in page
    assert "models/gone.py::dropped" in page


def test_a_comparison_that_failed_is_told_everywhere() -> None:
    """Wrong usage, such as an accepted difference that matches nothing, passes in no format."""
    said = "accept: models/a.py::mse loss matches nothing"
    run = changed(accepted(drifting_run()), errors=(said,))
    assert run.exit_code is ExitCode.USAGE
    root = ElementTree.fromstring(junit(run))
    assert [root.get(name) for name in ("tests", "errors")] == ["3", "1"]
    assert annotations(run).count("\n") == 1
    for name in FORMATS:
        assert "matches nothing" in rendered(run, name), name
    assert 'class="sum bad">All 2 claims hold, but the comparison' in html(run)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("name", FORMATS)
def test_nasty_words_steer_nothing(name: str, text: str) -> None:
    """Whatever claims, messages, values and the baseline's path hold, it stays text."""
    said = rendered(changed(drifting_run(text), errors=(text,), notes=(text,)), name)
    assert not CONTROL.search(said)
    lines = said.splitlines()
    if name == "junit":
        assert ElementTree.fromstring(said).get("errors") == "1"
    elif name in ("json", "consistency"):
        json.loads(said)
    elif name == "github":
        assert len(lines) == 3
        assert all(line.startswith("::error file=") for line in lines)
    else:
        assert not any(re.match(r"\s*::\S", line) for line in lines)
        assert "##[error]" not in said or name == "text"
    if name in ("html", "md"):
        said = re.sub(r"^(`{3,})text$.*?^\1$", "", said, flags=re.DOTALL | re.MULTILINE)  # shown as it stands
        assert "<script>alert" not in said
        assert "<img" not in said


def test_without_drift_nothing_is_said() -> None:
    """A run without a baseline has no word of one."""
    for name in FORMATS:
        assert '"drift"' not in rendered(sample_run(), name)
        assert "aseline</" not in rendered(sample_run(), name)
        assert "recorded run" not in rendered(sample_run(), name)
