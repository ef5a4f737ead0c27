"""Print what pytest adds to checking 50 claims: ``python tests/benchmarks/plugin.py [TIMES]``.

Ten files with five claims each are checked by pytest with the plugin, directly in one process, and by the command
with its usual processes, in turn. Wall time and processor time are medians of TIMES runs, 3 unless given; on a
busy machine the second is the one to trust.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

FILES = 10
SOURCE = """
import numpy as np
import pymc as pm

import nllcheck

x = np.array([0.5, 1.2, 1.9, 2.7, 3.1, 4.4, 5.0, 6.3])
data = np.array([1.9, 2.2, 4.1, 4.8, 6.6, 8.1, 10.2, {last}])


def line():
    with pm.Model() as model:
        a, b, sigma = pm.Flat("a"), pm.Flat("b"), pm.HalfFlat("sigma")
        mu = pm.Deterministic("mu", a + b * x)
        pm.Normal("y", mu, sigma, observed=data)
    return model


@nllcheck.claim(line)
def gaussian_nll(y, mu, sigma):
    return np.sum(0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma))


@nllcheck.claim(line, relation="affine")
def mean_nll(y, mu, sigma):
    return np.mean(0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma))


@nllcheck.claim(line, relation="affine", given="sigma")
def mean_squared_error(y, mu):
    return np.mean((y - mu) ** 2)


@nllcheck.claim(line, relation="affine", given="sigma")
def sum_of_squares(y, mu):
    return np.sum((y - mu) ** 2)


@nllcheck.claim(line, relation="monotone", given="sigma")
def root_mean_square(y, mu):
    return np.sqrt(np.mean((y - mu) ** 2))
"""


def spent(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Return the wall time and the processor time, of all its processes, of a command that succeeds."""
    wall, before = time.perf_counter(), os.times()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - wall, used


LEAN = ["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:benchmark"]
COMMANDS = {
    "pytest": [sys.executable, "-m", "pytest", *LEAN],
    "directly, one process": [sys.executable, "-m", "nllcheck", "check", "--in-process"],
    "nllcheck check": [sys.executable, "-m", "nllcheck", "check"],
}


def main(times: int = 3) -> None:
    """Measure in turn and print medians and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "pyproject.toml").write_text("[tool.nllcheck]\npaths = ['models']\n", encoding="utf-8")
        (folder / "models").mkdir()
        for number in range(FILES):
            text = SOURCE.replace("{last}", f"{12.3 + number / 7:.3f}")
            (folder / "models" / f"line_{number}.py").write_text(text, encoding="utf-8")
        spans: dict[str, list[tuple[float, float]]] = {name: [] for name in COMMANDS}
        for _ in range(times):
            for name, command in COMMANDS.items():
                spans[name].append(spent(command, folder))
    medians = {name: [median(column) for column in zip(*found, strict=True)] for name, found in spans.items()}
    for name, (wall, used) in medians.items():
        walls, useds = medians["pytest"][0] / wall, medians["pytest"][1] / used
        print(f"{name:<24}{wall:7.1f} s wall, ratio {walls:.2f}  {used:7.1f} s processor, ratio {useds:.2f}")
    print("target: pytest at most 1.20 of checking directly")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
