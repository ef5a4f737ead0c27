"""The pytest plugin: one test a claim, of the files that `[tool.nllcheck] paths` or `--nllcheck PATH` names.

Where neither names a file it does nothing; loading it imports neither NumPy nor PyMC.
"""

import pytest

__all__: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("nllcheck", "claims about losses (nllcheck)")
    group.addoption(
        "--nllcheck",
        dest="nllcheck_paths",
        action="append",
        metavar="PATH",
        help="collect the claims of this file or folder; in place of [tool.nllcheck] paths; can be repeated",
    )
    group.addoption(
        "--nllcheck-timeout",
        type=_limit,
        metavar="SECONDS",
        help="for the import of a file and for each claim; 0: none (default: 300)",
    )
    group.addoption("--nllcheck-strict", action="store_true", default=None, help="claims with warnings fail")
    group.addoption("--nllcheck-seed", type=_seed, metavar="SEED", help="of the probes and of simulated data")
    group.addoption(
        "--nllcheck-baseline", metavar="FILE", help="the record to compare with; never written by pytest"
    )
    group.addoption(
        "--nllcheck-in-process",
        action="store_true",
        help="check claims in the process of pytest, for debuggers and coverage; --pdb implies it",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the hooks that collect claims, if there are any to collect."""
    from nllcheck.plugin.configuration import configured

    configured(config)


def _limit(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1e6:
        raise ValueError
    return value


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError
    return value


_limit.__name__ = "number of seconds"  # argparse: invalid number of seconds value: '-1'
_seed.__name__ = "whole number from 0"
