"""Options of the test suite."""

import os
import signal
from pathlib import Path

import pytest

# Matrices are small here: threads of the linear algebra only take the cores from the other workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

HERE = Path(__file__).parent
TOGETHER = {"comparison"}  # folders whose files share posteriors


def pytest_configure() -> None:
    """Let Ctrl-C interrupt, also where the suite was started in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep what shares compiled models and sampled posteriors in one worker: a folder's, a file's, a model's."""
    for item in items:
        if HERE in item.path.parents and item.get_closest_marker("xdist_group") is None:
            shares = item.path.parent if item.path.parent.name in TOGETHER else item.path
            item.add_marker(pytest.mark.xdist_group(str(shares.relative_to(HERE))))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--seeds", default="0", help="seeds of the probes for the tables of losses, such as 0,1,2 (default 0)"
    )
    parser.addoption(
        "--slow", action="store_true", help="also the distributions whose draws take PyMC seconds each"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        seeds = [int(seed) for seed in metafunc.config.getoption("--seeds").split(",")]
        metafunc.parametrize("seed", seeds, ids=[f"seed {seed}" for seed in seeds])
