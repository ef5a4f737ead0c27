"""`nllcheck check --baseline`: what it prints, when it writes, and its exit codes."""

import json
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from baseline_records import FRESH
from records import FakeChecker, claim_file, record

from nllcheck import cli, work
from nllcheck.execution import InProcessExecutor
from nllcheck.visits import Asked, Visits

TWO = "".join(f"{name} = nllcheck.Claim('m', len)\n" for name in ("one", "two"))


class Engine(FakeChecker):
    """A fake checker whose loss can be changed by a factor."""

    factor = 1.0

    def visit(self, asked: Asked) -> Visits:
        """Return what was recorded, the loss times the factor."""
        places = tuple(replace(visit, loss=visit.loss * self.factor) for visit in FRESH)
        return Visits(again=places if asked.places else (), fresh=places)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with two claims."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_executor", lambda options: nullcontext(InProcessExecutor))
    engine(monkeypatch)
    claim_file(tmp_path, "models/a.py", TWO)
    return tmp_path


def engine(monkeypatch: pytest.MonkeyPatch, factor: float = 1.0, **answers: Any) -> None:
    """Check with a loss that has changed by that factor."""
    kind = type("Changed", (Engine,), {"factor": factor})
    monkeypatch.setattr(work, "engine", lambda seed, **_: kind(answers))


def check(*arguments: str) -> int:
    """Run the command with the baseline b.json."""
    return cli.main(["check", *arguments, "--baseline", "b.json"])


def test_a_baseline_from_first_to_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written when asked, silent while nothing changes, and fails when something does."""
    assert check("--update-baseline") == 0
    assert capsys.readouterr().out.endswith("b.json written: 2 new\n")
    recorded = Path("b.json").read_bytes()
    assert check() == 0
    assert capsys.readouterr().out.endswith("no difference from b.json (2 claims, 8 recorded probes)\n")
    engine(monkeypatch, factor=1 + 1e-9)
    assert check() == 1
    out = capsys.readouterr().out
    assert "  ✗ loss  the loss has changed at 4 of 4 recorded probes, × (1 + 1e-09) at each" in out
    assert out.endswith("2 regressions from b.json (2 claims, 8 recorded probes)\n")
    assert Path("b.json").read_bytes() == recorded
    assert check("--update-baseline") == 0
    assert "b.json written: 2 changed" in capsys.readouterr().out
    assert check() == 0


def test_json_has_the_differences(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For programs: each with its numbers, and the exit code."""
    check("--update-baseline")
    engine(monkeypatch, factor=2.0)
    capsys.readouterr()
    assert check("--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["exit_code"] == 1
    assert told["drift"]["regressions"] == 2
    assert [(d["what"], d["regression"], d["after"]) for d in told["drift"]["differences"]] == [
        ("loss", True, 31.594)
    ] * 2


def test_a_part_of_the_claims(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """-k and PATH::NAME leave the others alone, in the comparison and in the file."""
    check("--update-baseline")
    recorded = Path("b.json").read_bytes()
    for part in (("-k", "one"), ("models/a.py::one",)):
        assert check(*part) == 0
        assert "no difference from b.json (1 claim, 4 recorded probes; 1 recorded claim not run)" in (
            capsys.readouterr().out
        )
        assert check(*part, "--update-baseline") == 0
        assert Path("b.json").read_bytes() == recorded


BAD = {
    "missing": (None, "there is no baseline b.json; --update-baseline makes it"),
    "cut": ('{"about', "b.json cannot be read"),
    "newer": ('{"schema": 99, "checksum": ""}', "a newer nllcheck wrote it"),
    "edited": ('{"schema": 1, "checksum": "sha256:0"}', "edited or damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_baseline_that_cannot_be_read_is_wrong_usage(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 before anything is checked; the file stays as it is."""
    text, words = BAD[name]
    if text is not None:
        Path("b.json").write_text(text)
    assert check() == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err
    assert Path("b.json").exists() is (text is not None)
    assert text is None or Path("b.json").read_text() == text


def test_an_update_needs_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no default that could be overwritten."""
    assert cli.main(["check", "--update-baseline"]) == 2
    assert "needs --baseline FILE" in capsys.readouterr().err


def test_a_file_that_cannot_be_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said after the results, with the exit code of wrong usage."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert check("--update-baseline") == 2
    out = capsys.readouterr().out
    assert "cannot write" in out
    assert "2 claims hold" in out
    assert not Path("b.json").exists()


def test_the_configuration_names_the_file_and_what_is_accepted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """[tool.nllcheck] baseline and accept; an entry that matches nothing is an error with its line."""
    check("--update-baseline")
    entry = '{{claim = "models/a.py::{}", what = "loss", reason = "a better gammaln"}}'
    accept = ", ".join(entry.format(name) for name in ("one", "two"))
    (folder / "pyproject.toml").write_text(f'[tool.nllcheck]\nbaseline = "b.json"\naccept = [{accept}]\n')
    capsys.readouterr()
    assert cli.main(["check"]) == 2
    out = capsys.readouterr().out
    assert "pyproject.toml:3: accept lists 'loss' of models/a.py::one, but it does not" in " ".join(
        out.split()
    )
    assert "2 claims hold" in out
    engine(monkeypatch, factor=1 + 1e-9)
    assert cli.main(["check"]) == 0
    out = capsys.readouterr().out
    assert "Accepted: a better gammaln" in " ".join(out.split())
    assert "2 accepted differences from b.json" in out


def test_a_looser_relation_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The claim itself still holds."""
    check("--update-baseline")
    engine(monkeypatch, one=record(relation="equal"), two=record(claimed="affine", relation="affine"))
    assert check() == 1
    out = capsys.readouterr().out
    assert "  + relation  the relation is tighter: equal, no longer constant" in out
    assert "  ✗ relation  the relation is looser: affine, no longer constant" in out
