"""Options of the test suite."""

import os
import signal
from typing import Any

import pytest

# Matrices are small here: threads of the linear algebra only take the cores from the other workers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_configure() -> None:
    """Let Ctrl-C interrupt, also where the suite was started in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True, tryfirst=True)  # before the plugin under test
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep tests that share something in one worker."""
    from scheduling import ByShared

    return ByShared(config, log)


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
