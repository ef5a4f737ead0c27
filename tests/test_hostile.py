"""Claim files that misbehave cost themselves alone, and are reported as what they were."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hostile import GOOD, HOSTILE, IN_LOSSES, LIMITS, Hostile, write

from nllcheck.explain import explanation

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are supervised on POSIX only")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What the command did in a folder."""

    folder: Path
    code: int
    out: str
    err: str
    names: Mapping[str, str]

    def claims(self, path: str) -> list[dict[str, Any]]:
        """Return the records of one file."""
        return [claim for claim in json.loads(self.out)["claims"] if claim["path"] == path]


def command(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Any:
    """Run nllcheck in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "nllcheck", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        timeout=300,
    )


def checked(folder: Path, rows: Mapping[str, Hostile], timeout: float, *options: str) -> Done:
    """Check the files of `rows` between two good ones."""
    names = write(folder, rows)
    for good in ("00_a_good.py", "zz_good.py"):
        (folder / good).write_text(GOOD, encoding="utf-8")
    limits = ("--timeout", str(timeout), "--memory", str(LIMITS["memory"]), "-j", "4")
    done = command(folder, "check", ".", "--format", "json", *limits, *options)
    return Done(folder=folder, code=done.returncode, out=done.stdout, err=done.stderr, names=names)


@pytest.fixture(scope="module")
def at_import(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Check all files that misbehave when they are imported."""
    return checked(tmp_path_factory.mktemp("at_import"), HOSTILE, LIMITS["timeout"])


@pytest.fixture(scope="module")
def in_losses(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Check all files whose second claim misbehaves."""
    return checked(tmp_path_factory.mktemp("in_losses"), IN_LOSSES, 30)


def judge(done: Done, name: str, row: Hostile) -> None:
    """Compare the outcomes of a row's file with what must be said."""
    claims = done.claims(done.names[name])
    assert {claim["name"]: claim["verdict"] for claim in claims} == row.verdicts
    problems = [claim["problem"] for claim in claims if claim["problem"] is not None]
    assert [problem["kind"] for problem in problems[:1]] == ([row.kind] if row.kind else [])
    assert row.says in "".join(problem["message"] for problem in problems[:1])


@pytest.mark.parametrize("name", HOSTILE)
def test_files_that_misbehave(at_import: Done, name: str) -> None:
    """Each has exactly the verdict, the kind and the reason that its row gives."""
    judge(at_import, name, HOSTILE[name])


@pytest.mark.parametrize("name", IN_LOSSES)
def test_losses_that_misbehave(in_losses: Done, name: str) -> None:
    """What was finished before keeps its result; what never reported is not a pass."""
    judge(in_losses, name, IN_LOSSES[name])


def test_exit_codes(at_import: Done, in_losses: Done) -> None:
    """Files that cannot be evaluated give 4; a loss that raises is evaluated, and gives 1."""
    assert at_import.code == 4
    assert in_losses.code == 1


def test_good_files_are_as_alone(at_import: Done, in_losses: Done, tmp_path: Path) -> None:
    """The results of the files around are those of a run without the bad ones, byte for byte."""
    (tmp_path / "00_a_good.py").write_text(GOOD, encoding="utf-8")
    (tmp_path / "zz_good.py").write_text(GOOD, encoding="utf-8")
    alone = command(tmp_path, "check", ".", "--format", "json", "-j", "1")
    assert alone.returncode == 0, alone.stderr
    expected = json.loads(alone.stdout)["claims"]
    assert len(expected) == 6
    for done in (at_import, in_losses):
        found = done.claims("00_a_good.py") + done.claims("zz_good.py")
        assert json.dumps(found) == json.dumps(expected)


def test_nothing_lives_on(at_import: Done, in_losses: Done) -> None:
    """Neither children, nor theirs, nor those in sessions of their own are left; all started in the folder."""
    for done in (at_import, in_losses):
        assert [pid for pid, place in working_folders() if place == str(done.folder)] == []


def working_folders() -> list[tuple[str, str]]:
    """Return the processes that can be looked at, with their working folders."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found.append((entry.name, str((entry / "cwd").readlink())))
        except OSError:
            continue
    return found


def test_printed_junk_stays_out(at_import: Done) -> None:
    """What is written to every descriptor reaches neither standard output nor standard error."""
    assert at_import.err == ""
    (claim,) = at_import.claims(at_import.names["writes everywhere"])
    assert claim["output"].startswith('{"event": "finished"}\n\x1b[31m')


def test_what_is_printed_for_ever_is_cut(at_import: Done) -> None:
    """Of endless output a part is kept."""
    (claim,) = at_import.claims(at_import.names["prints for ever"])
    assert len(claim["output"]) < 2**19


def test_listing_survives_them(tmp_path: Path) -> None:
    """`nllcheck list` names the claims of the good files, tells what is wrong with the others, and exits with 4."""
    rows = {name: HOSTILE[name] for name in ("os._exit(0)", "segfault", "sleeps", "closes descriptors")}
    names = write(tmp_path, rows)
    (tmp_path / "good.py").write_text(GOOD, encoding="utf-8")
    done = command(tmp_path, "list", ".", "--timeout", str(LIMITS["timeout"]))
    assert done.returncode == 4
    assert done.stdout.split() == [f"good.py::{name}" for name in ("first", "second", "third")]
    for name, row in rows.items():
        assert any(line.startswith(names[name]) and row.says in line for line in done.stderr.splitlines())


def test_the_example_of_a_flaky_claim(tmp_path: Path) -> None:
    """Tried again, it holds with the warning `flaky`, which fails under --strict."""
    (example,) = re.findall(r"```python\n(.*?)```", explanation("flaky"), flags=re.DOTALL)
    (tmp_path / "flaky.py").write_text(example)
    done = command(tmp_path, "check", ".", "--retry", "1", "--strict", "--format", "json")
    (claim,) = json.loads(done.stdout)["claims"]
    assert (claim["verdict"], done.returncode) == ("holds", 1)
    (finding,) = [finding for finding in claim["result"]["findings"] if finding["code"] == "flaky"]
    assert finding["severity"] == "warning"
    assert "killed by SIGABRT (aborted) in gaussian_nll (line " in finding["message"]
