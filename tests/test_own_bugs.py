"""A failure of nllcheck itself, wherever it happens: exit code 3, a request for a report, and no traceback."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from records import check_quickly, claim_file, fake_engine

from nllcheck import cli, work
from nllcheck.execution.inprocess import InProcessExecutor

PATH = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
CLAIMS = "@nllcheck.claim('m')\ndef one(): ...\n@nllcheck.claim('m')\ndef two(): ...\n"
ASKS = "this is a bug of nllcheck, not of your claims; run again with --debug and report the traceback"


def broken(*_: Any, **__: Any) -> Any:
    """Fail as code does that nobody has foreseen."""
    raise LookupError("ours")


PARENT = [  # a command, and what fails in it
    (["check"], "nllcheck.config.resolve"),
    (["check"], "nllcheck.paths.find_files"),
    (["check"], "nllcheck.runner.run"),
    (["check"], "nllcheck.report.text.summary"),
    (["check", "--format", "json"], "nllcheck.report.machine.complete"),
    (["check", "--report", "out"], "nllcheck.report.markdown.markdown"),
    (["check", "--baseline", "b.json", "--update-baseline"], "nllcheck.baseline.Session.updated"),
    (["list"], "nllcheck.listing.listing"),
    (["compare"], "nllcheck.comparison.models.compare_models"),
    (["identify", "a:b"], "nllcheck.identification.command.tell"),
    (["init"], "nllcheck.starter.init"),
    (["explain"], "nllcheck.explain.explain"),
    (["schema"], "nllcheck.report.schema.schema"),
]


@pytest.mark.parametrize(("arguments", "place"), PARENT, ids=[f"{' '.join(a)}: {p}" for a, p in PARENT])
def test_in_the_command(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    place: str,
) -> None:
    """One line on standard error names what was raised and asks for a report; --debug shows the traceback."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_executor", lambda *_, **__: nullcontext(InProcessExecutor))
    monkeypatch.setattr(work, "engine", fake_engine())
    monkeypatch.setattr(place, broken)
    claim_file(tmp_path, "models/a.py", CLAIMS)
    assert cli.main(arguments) == 3
    out, err = capsys.readouterr()
    assert err == f"nllcheck: internal error: LookupError: ours: {ASKS}\n"
    assert "Traceback" not in out
    assert cli.main([*arguments, "--debug"]) == 3
    out, err = capsys.readouterr()
    assert err.startswith("nllcheck: Traceback (most recent call last):\n")
    assert "in broken\n" in err


def fails_at_two(record: Mapping[str, Any]) -> dict[str, Any]:
    """Check claims as `check_quickly` does, with an engine that fails at the second one."""
    return work.check_file(record, checker=lambda seed: fake_engine({"two": LookupError("ours")})(seed))


def fails_at_the_end(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fail after the claims of a file were checked."""
    check_quickly(record)
    raise LookupError("ours")


def fails_at_once(record: Mapping[str, Any]) -> dict[str, Any]:
    """Fail before anything was imported."""
    raise LookupError("ours")


COMMAND = """
import sys
import test_own_bugs
from nllcheck import cli, runner
from nllcheck.execution.choice import chosen_executor
runner.run.__kwdefaults__["work"] = getattr(test_own_bugs, sys.argv.pop(1))
cli._executor = lambda options: chosen_executor(
    in_process=False, jobs=1, timeout=60.0, memory=0.0, preload=("records",)
)
sys.exit(cli.main())
"""
WORKER = {  # what fails, and the verdicts of both claims of each file
    "fails_at_two": {"::one": "holds", "::two": "internal error"},
    "fails_at_the_end": {"::one": "holds", "::two": "holds", "": "internal error"},
    "fails_at_once": {"": "internal error"},
}


@pytest.mark.skipif(os.name != "posix", reason="processes are supervised on POSIX only")
@pytest.mark.parametrize("function", WORKER)
def test_in_a_process_of_its_own(tmp_path: Path, function: str) -> None:
    """What was finished keeps its result, the rest has the reason; other files are checked all the same."""
    claim_file(tmp_path, "a.py", CLAIMS)
    claim_file(tmp_path, "b.py", CLAIMS)
    done, debugged = (
        subprocess.run(
            [sys.executable, "-c", COMMAND, function, "check", "a.py", "b.py", *options],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": PATH},
            timeout=120,
        )
        for options in (("--report", "out", "--report-formats", "json"), ("--debug",))
    )
    record = json.loads((tmp_path / "out/report.json").read_text())
    assert {claim["id"]: claim["verdict"] for claim in record["claims"]} == {
        f"{file}{name}": verdict for file in ("a.py", "b.py") for name, verdict in WORKER[function].items()
    }
    assert [(each.returncode, each.stderr) for each in (done, debugged)] == [(3, "")] * 2
    assert " ".join(done.stdout.split()).count(f"LookupError: ours: {ASKS}") == 2
    assert "Traceback" not in done.stdout
    assert debugged.stdout.count("Traceback (most recent call last)") == 2
