"""`nllcheck compare` as a user runs it, in a process of its own, on a model that samples in seconds."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

MODEL = """
import numpy as np
import pymc as pm
import nllcheck

heights = np.array([1.71, 1.83, 1.64, 1.92, 1.77, 1.69, 1.88, 1.75])


def people():
    with pm.Model() as model:
        mean = pm.Normal("mean", 1.5, 0.05)
        pm.Normal("y", mean, 0.1, observed=heights)
    return model


@nllcheck.claim(people, relation="affine")
def mean_squared_error(y, mean):
    return np.mean((y - mean) ** 2)
"""
BROKEN = "import nllcheck\nraise RuntimeError('no such data')\n"


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, with a cache of its own there."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "NLLCHECK_CACHE": str(folder / "cache"),
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [sys.executable, "-m", "nllcheck", "compare", *arguments, "--draws", "500", "--tune", "500"],
        capture_output=True,
        encoding="utf-8",
        env=environment,
        cwd=folder,
        timeout=300,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write one file with a model, and one that cannot be imported."""
    place = tmp_path_factory.mktemp("compare")
    (place / "models").mkdir()
    (place / "models" / "broken.py").write_text(BROKEN, encoding="utf-8")
    (place / "models" / "people.py").write_text(MODEL, encoding="utf-8")
    return place


@pytest.fixture(scope="module")
def cold(folder: Path) -> subprocess.CompletedProcess[str]:
    """Compare both files, with a report."""
    return command(folder, "models", "--report", "report")


def test_a_real_comparison(folder: Path, cold: subprocess.CompletedProcess[str]) -> None:
    """The closed form comes out: a prior of 1.5 ± 0.05 pulls a mean of 1.77 ± 0.035 to 1.68 ± 0.029."""
    assert cold.returncode == 4, cold.stderr  # the other file cannot be imported
    assert cold.stderr == ""
    row = re.search(
        r"^ +mean +(1\.77\d?) ± (0\.035) +(1\.77\d?) +(1\.6\d\d?) +(1\.6\d\d?) +(0\.0\d+)", cold.stdout, re.M
    )
    assert row is not None, cold.stdout
    (found,) = [
        c for c in json.loads((folder / "report/comparison.json").read_text())["comparisons"] if c["name"]
    ]
    (mean,) = found["estimates"]
    weight = 1 / 0.05**2 / (1 / 0.05**2 + 8 / 0.1**2)
    assert mean["map"] == pytest.approx(weight * 1.5 + (1 - weight) * 1.77375, abs=1e-3)
    assert mean["sd"] == pytest.approx((1 / 0.05**2 + 8 / 0.1**2) ** -0.5, rel=0.1)
    assert mean["loss_minimizer"] == pytest.approx(1.77375, abs=1e-3)


def test_one_bad_file_loses_no_other_result(cold: subprocess.CompletedProcess[str]) -> None:
    """The file that cannot be imported is named with its line; the model of the other is compared."""
    assert "models/broken.py:2: the file raised RuntimeError: no such data." in cold.stdout
    assert "1 model compared, 1 not evaluated" in cold.stdout


def test_the_report_has_pictures(folder: Path, cold: subprocess.CompletedProcess[str]) -> None:
    """A forest, the densities and the profiles of the model stand beside the Markdown that shows them."""
    assert cold.returncode == 4
    names = sorted(path.name for path in (folder / "report" / "comparison").iterdir())
    assert names == [f"people-people-{kind}.svg" for kind in ("densities", "forest", "profiles")]


def test_again_it_is_the_same(folder: Path, cold: subprocess.CompletedProcess[str]) -> None:
    """From the cache come the same report and, in JSON, the same records, byte for byte."""
    before = {path: path.read_bytes() for path in (folder / "report").rglob("*.*")}
    warm = command(folder, "models", "--report", "report", "--format", "json")
    assert warm.returncode == cold.returncode
    assert {path: path.read_bytes() for path in (folder / "report").rglob("*.*")} == before
    found = json.loads(warm.stdout)
    assert found["run"]["comparisons"]["models/people.py::people"]["cached"] is True


def test_a_claim_that_is_not_there(folder: Path) -> None:
    """A name with a typo is usage, with the nearest name."""
    typo = command(folder, "models/people.py::mean_squared_eror")
    assert typo.returncode == 2
    assert "did you mean 'mean_squared_error'?" in typo.stdout + typo.stderr
