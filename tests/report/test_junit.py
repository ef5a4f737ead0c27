"""JUnit XML: what CI shows of a run, read back by a parser."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from records import NASTY, finding, looser, outcome, record, sample_run, trouble, wrong

from nllcheck.outcome import Outcome, Run
from nllcheck.report.junit import junit


def cases(run: Run) -> dict[str, ElementTree.Element]:
    """Return the cases of a report by their names."""
    root = ElementTree.fromstring(junit(run))
    return {case.get("name", ""): case for case in root.iter("testcase")}


def test_one_suite_a_file_and_one_case_a_claim() -> None:
    """Suites and the root count what is in them."""
    root = ElementTree.fromstring(junit(sample_run()))
    assert [root.get(name) for name in ("tests", "failures", "errors")] == ["7", "2", "2"]
    assert {suite.get("name"): suite.get("tests") for suite in root} == {
        "models/gaussian.py": "6",
        "models/other.py": "1",
    }


def test_what_does_not_hold_fails_and_what_could_not_be_evaluated_is_an_error() -> None:
    """Exit code 1 is a failure, 4 an error, with the first finding as its type and the answer as its message."""
    found = cases(sample_run())
    (failure,) = found["mae"].findall("failure")
    assert failure.get("type") == "unexplained"
    assert str(failure.get("message")).startswith("No: minimising mae is not maximising")
    assert "again: nllcheck check" in str(failure.text)
    assert found["flat"].find("error") is not None
    (error,) = found["typo"].findall("error")
    assert error.get("type") == "unknown argument"
    assert "models/gaussian.py:12" in str(error.text)
    assert (
        list(
            found["gaussian_nll"].iter(
                "failure",
            )
        )
        == []
    )


def test_properties_tell_relation_scale_offset_and_digits() -> None:
    """The numbers that a claim is about can be read by a program."""
    case = cases(Run(outcomes=(outcome(looser()),)))["mean_nll"]
    told = {item.get("name"): item.get("value") for item in case.iter("property")}
    assert told == {
        "claimed": "constant",
        "relation": "affine",
        "scale": "0.0625",
        "scale_name": "1/n",
        "offset": "-0.91900000000000004",
        "offset_name": "−½·log 2π",
        "digits": "15",
    }
    assert (case.get("file"), case.get("line")) == ("models/gaussian.py", "35")


def test_warnings_fail_a_strict_run() -> None:
    """Under --strict a claim that holds with a warning is a failure."""
    run = Run(outcomes=(outcome(record(findings=(finding(),))),))
    assert cases(run)["gaussian_nll"].find("failure") is None
    failure = cases(replace(run, strict=True))["gaussian_nll"].find("failure")
    assert failure is not None
    assert failure.get("type") == "clipped"


@pytest.mark.parametrize("text", [*NASTY.values(), "\ufffe\uffff"], ids=[*NASTY, "no character"])
def test_nasty_names_give_valid_xml(text: str) -> None:
    """Whatever a name holds, the document parses, has one case, and nothing in it is a command or a control."""
    bad = record(name=text, loss=text, holds=False, findings=(finding(text, "error", message=text),))
    outcomes = (
        Outcome(path=text, name=text, result=bad, output=text),
        Outcome(path=text, name=text, problem=trouble(kind=text).problem, output=text),
    )
    document = junit(Run(outcomes=outcomes))
    root = ElementTree.fromstring(document.encode())
    assert [element.tag for element in root.iter("testcase")] == ["testcase"] * 2
    assert "\x1b" not in document
    assert not any(line.lstrip().startswith("::") for line in document.splitlines())


def test_only_times_differ_between_runs() -> None:
    """Without its times the document depends on the results alone, not on their order."""
    run = sample_run()
    slow = replace(run, seconds=0.0, outcomes=tuple(replace(o, seconds=0.0) for o in run.outcomes[::-1]))
    quick = replace(run, seconds=0.0, outcomes=tuple(replace(o, seconds=0.0) for o in run.outcomes))
    assert junit(slow) == junit(quick)


def test_long_texts_are_cut() -> None:
    """A claim that prints for ever does not fill the server of CI."""
    long = Outcome(path="a.py", name="a", result=wrong(), output="x" * 300_000)
    document = junit(Run(outcomes=(long,)))
    assert len(document) < 120_000
    assert "200000 more characters" in document
