"""`nllcheck compare`: what it prints, where, what it writes, and its exit code."""

import json
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comparison_records import comparison, run
from records import claim_file

from nllcheck import cli, comparing
from nllcheck.comparison import models
from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.discovery import Source
from nllcheck.execution.inprocess import InProcessExecutor


class Fake:
    """Compares nothing: keeps what it was asked and answers with a run that was prepared."""

    def __init__(self, answer: ComparisonRun) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def __call__(self, sources: Sequence[Source], **options: Any) -> ComparisonRun:
        """Tell the listener of each outcome."""
        self.asked = {"sources": sources, **options}
        for outcome in self.answer.outcomes:
            options["listener"].finished(outcome)
        return self.answer


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Fake]:
    """Work in a folder with one claim file, on a comparison that answers at once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_executor", lambda options, **preload: nullcontext(InProcessExecutor))
    claim_file(tmp_path, "models/a.py", "one = nllcheck.Claim('m', len)\n")

    def prepare(answer: ComparisonRun) -> Fake:
        prepared = Fake(answer)
        monkeypatch.setattr(models, "compare_models", prepared)
        return prepared

    return prepare


ONE = ComparisonRun(outcomes=run().outcomes[:1], seconds=3.2)


def test_the_story_and_the_sum(fake: Callable[..., Fake], capsys: pytest.CaptureFixture[str]) -> None:
    """The story of each model, then the sum; nothing on stderr when piped."""
    fake(ONE)
    assert cli.main(["compare"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("✓ models/gaussian.py::regression\n\n  The prior matters")
    assert out.endswith("\n\n1 model compared — 3.2 s\n")
    assert err == ""


def test_options_are_passed_on(fake: Callable[..., Fake]) -> None:
    """Every setting of the command reaches the comparison; the default folder is models."""
    prepared = fake(ONE)
    given = ["--draws", "50", "--tune", "60", "--chains", "2", "--prob", "0.8", "--seed", "7", "--refresh"]
    assert cli.main(["compare", *given, "-k", "gauss and not mean"]) == 0
    settings = prepared.asked["settings"]
    assert (settings.draws, settings.tune, settings.chains, settings.prob, settings.seed) == (
        50,
        60,
        2,
        0.8,
        7,
    )
    assert prepared.asked["refresh"] is True
    assert prepared.asked["select"] == "gauss and not mean"
    assert [source.display for source in prepared.asked["sources"]] == ["models/a.py"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"outcomes": run().outcomes}, 4),
        ({"outcomes": run().outcomes[1:2]}, 4),
        ({"outcomes": run().outcomes[2:]}, 4),
        ({"outcomes": (ComparisonOutcome(path="a.py", name="m"),)}, 3),
        ({"outcomes": ()}, 5),
        ({"interrupted": True}, 130),
    ],
)
def test_exit_codes(fake: Callable[..., Fake], changes: dict[str, Any], code: int) -> None:
    """A gate that failed is no success: 4, as a model that could not be compared; the others as for check."""
    fake(replace(ONE, **changes))
    assert cli.main(["compare"]) == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--draws", "0"], "invalid whole number from 1 value: '0'"),
        (["--chains", "two"], "invalid whole number from 1 value: 'two'"),
        (["--prob", "1"], "invalid number between 0 and 1 value: '1'"),
        (["--prob", "nan"], "invalid number between 0 and 1 value: 'nan'"),
        (["--seed", "-1"], "invalid whole number from 0 value: '-1'"),
        (["--format", "html"], "invalid choice: 'html'"),
        (["--timeout", "-1"], "invalid number from 0 to 1e6 value: '-1'"),
        (["--jobs", "0"], "invalid number of processes value: '0'"),
    ],
)
def test_wrong_options(
    fake: Callable[..., Fake], capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """Argparse says which value is wrong and what it should be."""
    fake(ONE)
    with pytest.raises(SystemExit, match="2"):
        cli.main(["compare", *arguments])
    assert said in capsys.readouterr().err


def test_usage_errors(fake: Callable[..., Fake], capsys: pytest.CaptureFixture[str]) -> None:
    """A path that does not exist and an expression that ends too soon are usage: 2."""
    fake(ONE)
    assert cli.main(["compare", "model"]) == 2
    assert "did you mean 'models'?" in capsys.readouterr().err
    assert cli.main(["compare", "-k", "a and"]) == 2
    assert "ends where a word is missing" in capsys.readouterr().err


def test_nothing_found_says_where(fake: Callable[..., Fake], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a model there is one line that says what was looked for."""
    fake(ComparisonRun())
    assert cli.main(["compare", "models/a.py"]) == 5
    assert capsys.readouterr().out.startswith("no models found in models/a.py; a model is what a claim names")


def test_json_is_all_there_is_on_stdout(
    fake: Callable[..., Fake], capsys: pytest.CaptureFixture[str]
) -> None:
    """Full records, and no line beside them."""
    fake(ONE)
    assert cli.main(["compare", "--format", "json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["comparisons"]
    assert found["comparison"]["estimates"][0]["curves"]["x"]


def test_a_report_is_written(fake: Callable[..., Fake], tmp_path: Path) -> None:
    """JSON, Markdown and pictures; an interrupted run writes what was finished, and says so."""
    fake(replace(ONE, interrupted=True))
    assert cli.main(["compare", "--report", "out"]) == 130
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "comparison",
        "comparison.json",
        "comparison.md",
    ]
    assert "The run was interrupted." in (tmp_path / "out/comparison.md").read_text(encoding="utf-8")


def test_a_report_without_matplotlib_says_so(
    fake: Callable[..., Fake], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The comparison stands, so the code is 0; what is missing is told on stderr."""
    fake(ONE)
    for name in [name for name in sys.modules if name.startswith("nllcheck.comparison.pictures")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert cli.main(["compare", "--report", "out"]) == 0
    assert "pip install 'nllcheck[plots]'" in capsys.readouterr().err


def test_a_report_that_cannot_be_written(
    fake: Callable[..., Fake], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stories are printed all the same; the code is 2."""
    fake(ONE)
    (tmp_path / "out").write_text("", encoding="utf-8")
    assert cli.main(["compare", "--report", "out"]) == 2
    out, err = capsys.readouterr()
    assert out.endswith("1 model compared — 3.2 s\n")
    assert "cannot write" in err


def test_help_names_the_gates_and_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """What a failed gate is, and what each exit code means, stands in the help."""
    with pytest.raises(SystemExit, match="0"):
        cli.main(["compare", "--help"])
    told = capsys.readouterr().out
    assert "the exit code is 4" in told
    assert re.search(r"exit codes: 0 all models were compared, 2 usage", told)


def test_records_are_told_as_they_finish(
    fake: Callable[..., Fake], capsys: pytest.CaptureFixture[str]
) -> None:
    """What was printed when Ctrl-C came stays printed: nothing waits for the end."""
    prepared = fake(ONE)
    told = []

    def stop(*_: Any, listener: Any, **__: Any) -> ComparisonRun:
        listener.finished(replace(ONE.outcomes[0], comparison=comparison(headline="The first is done.")))
        told.append(capsys.readouterr().out)
        return replace(prepared.answer, interrupted=True)

    assert comparing.comparing((), compare=stop, settings=ONE.settings) == 130
    assert "The first is done." in told[0]
