"""Print the ratios of the speed targets, each measured in one run: ``python tests/benchmarks/ratios.py [N]``.

N is the number of rows of the large check, 1e7 unless given.
"""

import subprocess
import sys
import time
import warnings
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
MODELS = "import sys, pymc; sys.path.append('models')\n" + "\n".join(
    f"import {module}\n{module}.{function}()"
    for module, function in (
        ("bernoulli", "grades"),
        ("categorical", "alligators"),
        ("categorical", "afterlife"),
        ("chapter", "labels"),
        ("chapter", "numbers"),
        ("gaussian", "regression"),
        ("penalised", "lasso"),
        ("penalised", "ridge"),
        ("poisson", "trial"),
    )
)


def seconds(command, times=5):
    """Return the median wall time of a command."""
    spans = []
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        spans.append(time.perf_counter() - started)
    return median(spans)


def timed(function, times=3):
    """Return the median time of a function after one warm-up call."""
    function()
    spans = []
    for _ in range(times):
        started = time.perf_counter()
        function()
        spans.append(time.perf_counter() - started)
    return median(spans)


def small():
    """One small claim against the usual script."""
    from workloads import check_claim, hand_written_script

    ours, theirs = timed(check_claim), timed(hand_written_script)
    print(f"small claim        {ours:6.2f} s / {theirs:6.2f} s = {ours / theirs:5.2f}   target 0.5")


def folder():
    """The whole models/ folder against importing PyMC and building the models."""
    python = sys.executable
    ours = seconds([python, "-m", "nllcheck", "check", "models"])
    theirs = seconds([python, "-W", "ignore", "-c", MODELS])
    print(f"models folder      {ours:6.2f} s / {theirs:6.2f} s = {ours / theirs:5.2f}   target 3")


def start():
    """The help page against an empty Python program."""
    python = sys.executable
    ours, theirs = seconds([python, "-m", "nllcheck", "--help"], 15), seconds([python, "-c", "pass"], 15)
    print(f"nllcheck --help    {ours:6.3f} s / {theirs:6.3f} s = {ours / theirs:5.2f}   target 4")


def large(n):
    """A large claim, compiled functions warm, against its loss evaluations."""
    import resource

    from workloads import gaussian_nll, linear_model

    from nllcheck.checker import Checker

    spent = [0, 0.0]

    def loss(y, mu, sigma):
        started = time.perf_counter()
        value = gaussian_nll(y, mu, sigma)
        spent[0] += 1
        spent[1] += time.perf_counter() - started
        return value

    build, x, y = linear_model(n)
    checker = Checker()
    checker.check(build, gaussian_nll)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    checker._optima.clear()
    checker._probers.clear()
    started = time.perf_counter()
    assert checker.check(build, loss).holds
    span = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"n = {n:.0e}          {span:6.2f} s / {spent[1]:6.2f} s = {span / spent[1]:5.2f}   target 2   "
        f"({spent[0]} loss evaluations; peak {peak / 1e6:.2f} GB, {before / 1e6:.2f} before, "
        f"data {(x.nbytes + y.nbytes) / 1e9:.2f} GB)"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    start()
    small()
    folder()
    large(int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000_000)
