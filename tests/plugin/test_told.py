"""What pytest says of an outcome: one line, and the story."""

import re
from typing import Any

import pytest
from records import NASTY, finding, looser, outcome, record, trouble, undecided, wrong

from nllcheck.outcome import Outcome, Problem, Verdict
from nllcheck.plugin import told
from nllcheck.report.junit import properties

LINES = [
    (looser(), "= NLL × 1/n − ½·log 2π, claimed constant"),
    (wrong(), "≠ NLL, claimed constant: unexplained"),
    (undecided(), "undecided: the loss is nan at every probe"),
    (record(findings=(finding(),)), "= NLL − n/2·log 2π: clipped"),
    (
        record(holds=False, findings=(finding("clipped", "error"),)),
        "= NLL − n/2·log 2π, claimed constant: clipped",
    ),
    (record(holds=False, claimed="different"), "= NLL − n/2·log 2π, claimed different"),
    (
        record(
            holds=False,
            claimed="different",
            relation="different",
            because=("sign-flipped", "broadcast"),
            findings=(finding("unexplained", "error"),),
        ),
        "≠ NLL, claimed different because sign-flipped or broadcast: unexplained",
    ),
]


@pytest.mark.parametrize(("result", "line"), LINES, ids=[line for _, line in LINES])
def test_one_line(result: Any, line: str) -> None:
    """The line says what was found, what was claimed, and the codes."""
    assert told.headline(outcome(result)) == line


def test_one_line_of_a_problem() -> None:
    """A problem is its kind in words and the first line of its message; a bug is called one."""
    assert told.headline(trouble()).startswith("unknown argument: mse takes 'sigma_log__'; ")
    bug = trouble(kind="ZeroDivisionError", verdict=Verdict.INTERNAL)
    assert told.headline(bug).startswith("internal error: ")
    two = Problem(kind="Crashed", message="first\nsecond")
    assert told.headline(Outcome(path="a.py", name="x", problem=two)) == "crashed: first"
    assert told.headline(Outcome(path="a.py", name="x")) == "no result"


def test_the_place_of_an_outcome() -> None:
    """The line of the claim, or of what is wrong with it; none where it is not known."""
    assert told.location(outcome(record())) == 35
    assert told.location(trouble()) == 12
    assert told.location(outcome(record(source=""))) is None
    assert told.location(Outcome(path="a.py", name="x")) is None


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_names_cannot_steer_anything(text: str) -> None:
    """Whatever a name holds, lines stay lines and nothing in them is obeyed by a terminal or a log."""
    problem = Problem(kind="Crashed", message=text, location=f"{text}:3", traceback=text)
    result = wrong()
    nasty = record(name=text, loss=text, model=text, undecided=text, relation=None, holds=False)
    outcomes = (
        Outcome(path=text, name=text, problem=problem),
        Outcome(path=text, name=text, result=nasty),
        Outcome(path=text, name=text, result=result),
    )
    for each in outcomes:
        lines = [told.headline(each), *told.text(each, tracebacks=True).split("\n")]
        lines += [value for _, value in properties(each)]
        assert "\n" not in lines[0]
        for line in lines:
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800-\udfff]", line)
            assert not re.search(r"(^|\s)::\S", line)
