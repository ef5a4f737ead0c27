"""A run of comparisons as lines of text, while it goes and at its end."""

import io
import re
from dataclasses import replace

import pytest
from comparison_nasty import NASTY, nasty_run
from comparison_records import run

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.outcome import Problem
from nllcheck.report.comparisons.live import Telling, width_of
from nllcheck.report.comparisons.text import block, nothing, overview
from nllcheck.report.live import Progress
from nllcheck.report.text import Style

PLAIN = Style()


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_block_is_a_title_and_a_story() -> None:
    """A mark says whether it stands; the story is indented below."""
    titles = [block(outcome, PLAIN, width=80)[0] for outcome in run().outcomes]
    assert titles == [
        "✓ models/gaussian.py::regression",
        "✗ models/separable.py::grades",
        "? models/mixture.py::mixture",
    ]
    told = block(run().outcomes[0], PLAIN, width=80)
    assert told[2] == "  The prior matters: it moves beta[gnp] by 0.8 standard errors."
    assert max(map(len, told)) <= 80


def test_a_problem_says_where_and_what() -> None:
    """A model that could not be compared has the message, and under --debug the traceback."""
    problem = Problem(kind="BadData", message="y is empty", location="a.py:3", traceback="Traceback ...")
    outcome = ComparisonOutcome(path="a.py", name="m", problem=problem)
    assert block(outcome, PLAIN, width=80) == ["? a.py::m", "", "  a.py:3: y is empty"]
    assert block(outcome, PLAIN, width=80, debug=True)[-1] == "  Traceback ..."


def test_the_overview_has_a_headline_a_model() -> None:
    """At the end stands what each came to, and the sum."""
    told = overview(run(), PLAIN, width=80)
    assert told[:2] == [
        "✓ models/gaussian.py::regression",
        "    The prior matters: it moves beta[gnp] by 0.8 standard errors.",
    ]
    assert told[-2:] == ["", "1 model compared, 1 not comparable, 1 not evaluated — 6.5 s"]
    alone = ComparisonRun(outcomes=run().outcomes[:1], seconds=3.0)
    assert overview(alone, PLAIN, width=80) == ["1 model compared — 3.0 s"]
    assert overview(replace(run(), interrupted=True), PLAIN, width=80)[-1].endswith(" s (interrupted)")
    assert "2 deselected" in overview(replace(run(), deselected=2), PLAIN, width=80)[-1]


def test_nothing_says_where_was_looked() -> None:
    """No model, none selected, and none finished are three things."""
    assert nothing(ComparisonRun(), [], None, PLAIN)[0].startswith("no models found in models; a model is")
    told = nothing(ComparisonRun(deselected=3), ["a.py"], "mse", PLAIN)
    assert told == ["no model was selected: -k 'mse' matches none of 3"]
    assert nothing(ComparisonRun(interrupted=True), [], None, PLAIN)[0].endswith("(interrupted)")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("style", [PLAIN, Style(ascii=True)], ids=["unicode", "ascii"])
def test_nasty_names_cannot_steer(text: str, style: Style) -> None:
    """No name, path or message leaves its line or sends a command to the terminal."""
    found = nasty_run(text)
    blocks = [block(outcome, style, width=80, debug=True) for outcome in found.outcomes]
    told = "\n".join([*(line for lines in blocks for line in lines), *overview(found, style, width=80)])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", told)
    assert not any(line.lstrip().startswith("::") for line in told.splitlines())
    assert "##[" not in told


def tell(out: io.StringIO, progress: io.StringIO) -> None:
    """Tell a run of one model to a pair of streams."""
    telling = Telling(out, Progress(progress, style=PLAIN), style=PLAIN)
    telling.loading("models/gaussian.py")
    telling.loaded("models/gaussian.py", ["regression"], "")
    telling.checking("models/gaussian.py", "regression")
    telling.sampling(1200, 8000)
    telling.finished(run().outcomes[0])


def test_on_a_terminal_it_says_what_it_does() -> None:
    """One line shows what is imported, compiled and sampled, and it is gone before the story."""
    out, progress = io.StringIO(), Terminal()
    tell(out, progress)
    assert progress.getvalue().split("\r\x1b[K") == [
        "importing models/gaussian.py …",
        "comparing models/gaussian.py::regression (1/1) …",
        "comparing models/gaussian.py::regression (1/1): 1200 of 8000 draws …",
        "",
    ]
    assert out.getvalue().startswith("✓ models/gaussian.py::regression\n\n  The prior matters")


def test_on_a_pipe_it_says_nothing() -> None:
    """Progress is for who watches; the story comes all the same."""
    out, progress = io.StringIO(), io.StringIO()
    tell(out, progress)
    assert progress.getvalue() == ""
    assert out.getvalue().endswith("(nutpie, seed 0)\n\n")


def test_widths(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal's own width within what reads well; 80 on a pipe."""
    for columns, width in (("20", 40), ("72", 72), ("300", 100)):
        monkeypatch.setenv("COLUMNS", columns)
        assert width_of(Terminal()) == width
        assert width_of(io.StringIO()) == 80
