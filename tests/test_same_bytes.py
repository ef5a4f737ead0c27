"""The same seed and the same files give the same reports, byte for byte, but for the block of times and versions."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hostile import GOOD

ROOT = Path(__file__).parents[1]
FILES = ("chapter.py", "fails.py", "good.py")
FAILS = GOOD.replace(
    "((y - mu) ** 2 / 1.69)", "((y - mu) ** 2 / 1.69) + 0.7 * mu ** 2"
)  # `second` has a penalty
REPORTS = {  # file of a report, and what in it may differ
    "report.json": r'(?ms)^  "run": \{.*?^  \},?\n',
    "report.html": r'(?s)<p id="run">.*?</p>',
    "consistency.json": None,
    "consistency.md": None,
}
RUNS = {  # how many processes, the hash seed, the time zone, and the language
    "alone": (1, FILES, "0", "UTC", "C.UTF-8"),
    "four at once": (4, FILES[::-1], "1", "Asia/Tokyo", "tr_TR.UTF-8"),
    "shuffled": (2, (FILES[1], FILES[2], FILES[0]), "2", "America/Lima", "C"),
}
pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are supervised on POSIX only")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Check a claim file of models/, one with a claim that fails, and one that is good, in different surroundings."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "models" / "chapter.py", folder)
    (folder / "fails.py").write_text(FAILS, encoding="utf-8")
    (folder / "good.py").write_text(GOOD, encoding="utf-8")
    written = {}
    for run, (jobs, files, seed, zone, language) in RUNS.items():
        options = ("-j", str(jobs), "--report-formats", "json,html,consistency,md")
        written[run] = tmp_path_factory.mktemp("reports")
        done = subprocess.run(
            [sys.executable, "-m", "nllcheck", "check", *files, *options, "--report", str(written[run])],
            cwd=folder,
            capture_output=True,
            text=True,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "PYTHONHASHSEED": seed,
                "TZ": zone,
                "LANG": language,
                "LC_ALL": language,
            },
            timeout=300,
        )
        assert (done.returncode, done.stderr) == (1, "")
    return written


@pytest.mark.parametrize("file", REPORTS)
def test_reports_are_the_same(reports: dict[str, Path], file: str) -> None:
    """Workers, the order of files, the hash seed, the time zone and the language change nothing."""
    own = REPORTS[file]
    texts = {run: (folder / file).read_bytes().decode("utf-8") for run, folder in reports.items()}
    if own is not None:
        texts = {run: "".join(parts) for run, text in texts.items() if len(parts := re.split(own, text)) == 2}
    assert len(texts) == len(RUNS)
    assert all(
        claim in texts["alone"] for claim in ("chapter.py::bernoulli_nll", "fails.py::second", "extra-term")
    )
    for run in RUNS:
        assert texts[run] == texts["alone"], run
