"""The comparison report as Markdown."""

import re

import pytest
from comparison_nasty import NASTY, nasty_run
from comparison_records import comparison, failed, many, run

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.report.comparisons.markdown import markdown


def test_an_overview_of_all_models() -> None:
    """One row a model with its headline, sorted by id, under the sum and the settings."""
    told = markdown(run(), {}).splitlines()
    assert told[2] == (
        "1 of 3 models compared; intervals of 95 %; 4 chains of 1000 draws after 1000 of tuning, seed 0."
    )
    assert told[6:9] == [
        r"| ✓ | models/gaussian.py::regression | The prior matters: it moves beta\[gnp\] by 0.8 standard errors. |",
        "| ? | models/mixture.py::mixture | not evaluated: unsupported model |",
        f"| ✗ | models/separable.py::grades | {failed().headline} |",
    ]


def test_a_section_of_each_model() -> None:
    """Headline, tables, sentences, what to note, and the pictures by their paths."""
    files = {"models/gaussian.py::regression": ("comparison/a-forest.svg", "comparison/a-densities.svg")}
    told = markdown(run(), files)
    assert "## ✓ models/gaussian.py::regression\n\n**The prior matters" in told
    assert "| parameter | MLE ± SE | loss | MAP | mean | sd | 95 % interval |\n|---|---:|" in told
    assert r"| beta\[gnp\] | 2.50 ± 0.50 | 2.50 | 2.12 | 2.10 | 0.35 | 1.41 to 2.79 |" in told
    assert "| sigma | +0.60 | -0.05 | 1.35 | 0.61 to 1.39 | no | 1.001 | 3210 | 2711 | 0.0062 |" in told
    assert "- Note well: The loss is the NLL × 1/n" in told
    assert "![regression](comparison/a-forest.svg)\n\n![regression](comparison/a-densities.svg)\n" in told


def test_a_failed_gate_has_advice_and_no_table() -> None:
    """The headline stands over what to try, and nothing is set side by side."""
    outcome = ComparisonOutcome(path="a.py", name="m", comparison=failed(estimates=comparison().estimates))
    told = markdown(ComparisonRun(outcomes=(outcome,)), {}).split("## ✗ a.py::m")[1]
    assert told.startswith("\n\n**There is no MLE")
    assert "- optimum: Add a proper prior" in told
    assert "|" not in told


def test_it_does_not_depend_on_order_or_time() -> None:
    """The same comparisons give the same file."""
    first = run()
    again = ComparisonRun(outcomes=first.outcomes[::-1], settings=first.settings, seconds=99.0)
    assert markdown(first, {}) == markdown(again, {})


def test_an_incomplete_run_says_so() -> None:
    """A report of a run that was cut short is not taken for a whole one."""
    assert "The run was interrupted." in markdown(
        ComparisonRun(outcomes=run().outcomes, interrupted=True), {}
    )


def test_many_parameters_are_all_there() -> None:
    """A file has room for forty rows; of a thousand it shows a hundred and says so."""
    for count, shown in ((40, 40), (1000, 100)):
        outcome = ComparisonOutcome(path="a.py", name="m", comparison=many(count, length=10))
        told = markdown(ComparisonRun(outcomes=(outcome,)), {})
        assert len(re.findall(r"^\| effect.*2\.50 ± 0\.50", told, flags=re.MULTILINE)) == shown
        assert ("the 100 of 1000 parameters" in told) is (count > shown)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_names_are_text(text: str) -> None:
    """No tag, no cell, no heading, no list, no image and no fence can be made by a name or a message."""
    files = {nasty_run(text).outcomes[0].id: ("comparison/a.svg",)}
    told = markdown(nasty_run(text), files)
    plain = markdown(nasty_run("plain"), {nasty_run("plain").outcomes[0].id: ("comparison/a.svg",)})
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", told)
    assert "<" not in told
    for pattern in ("^#", "^- ", r"!\[", r"(?<!\\)`", r"(?<!\\)\|", r"(?<!\\)\*"):
        found, wanted = (len(re.findall(pattern, page, flags=re.MULTILINE)) for page in (told, plain))
        assert found == wanted, pattern
