"""The consistency report as Markdown."""

import re

import pytest
from records import NASTY, finding, outcome, record, sample_run, trouble, wrong

from nllcheck.outcome import Outcome, Run
from nllcheck.report.markdown import escaped, markdown


def test_a_table_of_all_claims() -> None:
    """One row a claim with its verdict, sorted by id, under the sum."""
    told = markdown(sample_run()).splitlines()
    assert told[2] == "3 of 7 claims hold, with 1 warning."
    rows = [row for row in told if row.startswith("| ")][1:]
    assert rows[0] == (r"| ✓ | models/gaussian.py::clip | constant | = NLL − n/2·log 2π | ≥ 12 | clipped |")
    assert rows[4].startswith(
        "| ✓ | models/gaussian.py::mse | affine | = NLL × 2σ²/n + c, for each fixed sigma |"
    )
    assert rows[5] == "| ? | models/gaussian.py::typo |  | not evaluated: unknown argument |  |  |"
    assert len(rows) == 7


def test_a_story_of_each_claim() -> None:
    """Answer, the loss's own sentence, and the evidence as it stands."""
    told = markdown(Run(outcomes=(outcome(record()),)))
    assert "## ✓ models/gaussian.py::gaussian\\_nll\n\n**Yes: gaussian\\_nll is the negative" in told
    assert "\n\n*The Gaussian NLL, constants left out.*\n\n```text\n  ✓ contract" in told
    assert told.endswith("--seed 0\n```\n")


def test_it_does_not_depend_on_order_or_time() -> None:
    """The same claims give the same file."""
    run = sample_run()
    assert markdown(run) == markdown(Run(outcomes=run.outcomes[::-1], seconds=9.0))


def test_an_incomplete_run_says_so() -> None:
    """A report of a run that was cut short is not taken for a whole one."""
    assert "The run was interrupted." in markdown(sample_run(interrupted=True))
    assert "The run stopped early." in markdown(sample_run(stopped=True))


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_names_are_text(text: str) -> None:
    """No tag, no cell, no heading and no fence can be made by a name or a message."""
    bad = record(name=text, loss=text, model=text, note=text, findings=(finding(text, message=text),))
    run = Run(
        outcomes=(
            Outcome(path="a.py", name=text, result=bad),
            Outcome(path="b.py", name=text, problem=trouble(kind=text).problem),
        )
    )
    told = markdown(run)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", told)
    fence = re.search("^(`{3,})text$", told, flags=re.MULTILINE)
    assert fence is not None
    outside = re.sub(f"^{fence[1]}text\n.*?^{fence[1]}$", "", told, flags=re.MULTILINE | re.DOTALL)
    assert "<" not in outside
    rows = [row for row in outside.splitlines() if row.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [7] * 4
    assert len(re.findall("^#", outside, flags=re.MULTILINE)) == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- a", r"\- a"),
        ("a - b (c) + d!", "a - b (c) + d!"),
        ("a_b|c", r"a\_b\|c"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("@ada $x$", r"&#64;ada \$x\$"),
        ("# a", r"\# a"),
    ],
)
def test_escaping(text: str, shown: str) -> None:
    """Only what would mean something is escaped."""
    assert escaped(text) == shown


def test_it_fits_a_step_summary() -> None:
    """Beyond the limit stories of claims that hold go first, and what is left out is counted."""
    failing = outcome(wrong())
    many = tuple(outcome(record(name=f"claim {number:05}")) for number in range(400))
    told = markdown(Run(outcomes=(*many, failing)), limit=40_000)
    assert len(told.encode()) <= 40_000
    assert "## ✗ models/gaussian.py::mae" in told
    listed = len(re.findall(r"^\| [✓✗]", told, flags=re.MULTILINE))
    stories = len(re.findall("^## ", told, flags=re.MULTILINE))
    assert f"\n{401 - listed} claims are not listed: there is no room here.\n" in told
    assert told.endswith(f"\n{401 - stories} stories are left out: there is no room here.\n")
    assert 0 < stories < listed < 401


def test_names_without_end_do_not_break_the_limit() -> None:
    """Even a single story may be too long."""
    told = markdown(Run(outcomes=(outcome(record(name="x" * 1_200_000)),)))
    assert len(told.encode()) < 1_000_000
    assert "1 claim is not listed" in told
