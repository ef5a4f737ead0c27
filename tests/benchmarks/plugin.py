"""Print what pytest adds to checking about 50 claims: ``python tests/benchmarks/plugin.py [TIMES]``.

The claims of some files of models/ are checked by pytest with the plugin, directly in one process, and by the
command with its default number of processes, in turn; medians of TIMES runs, 3 unless given.
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
NAMES = (
    "bernoulli categorical chapter gaussian poisson laplace penalised student_t gamma negative_binomial binomial "
    "weibull ordinal quantile"
)
FILES = [f"models/{name}.py" for name in NAMES.split()]


def present() -> list[str]:
    """Return the files that exist, up to 50 claims."""
    chosen: list[str] = []
    count = 0
    for file in FILES:
        if count < 50 and (ROOT / file).exists():
            chosen.append(file)
            count += (ROOT / file).read_text(encoding="utf-8").count("@nllcheck.claim(")
    print(f"{count} claims in {len(chosen)} files")
    return chosen


def seconds(command: Sequence[str]) -> float:
    """Return the wall time of a command that succeeds."""
    started = time.perf_counter()
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return time.perf_counter() - started


def commands(files: Sequence[str]) -> Mapping[str, list[str]]:
    """Return the three ways to check the same claims."""
    named = [argument for file in files for argument in ("--nllcheck", file)]
    lean = ["-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:benchmark"]
    return {
        "pytest": [sys.executable, "-m", "pytest", *lean, *named, *files],
        "directly, one process": [sys.executable, "-m", "nllcheck", "check", "--in-process", *files],
        "nllcheck check": [sys.executable, "-m", "nllcheck", "check", *files],
    }


def main(times: int = 3) -> None:
    """Measure in turn and print medians and ratios."""
    ways = commands(present())
    spans: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(times):
        for name, command in ways.items():
            spans[name].append(seconds(command))
    ours = median(spans["pytest"])
    for name, found in spans.items():
        print(f"{name:<24}{median(found):7.1f} s   pytest / this = {ours / median(found):.2f}")
    print("target: at most 1.20 of checking directly")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
