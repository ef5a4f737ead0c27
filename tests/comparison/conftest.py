"""Comparisons that several tests look at; each model is sampled once a session."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import comparison_models as models
import pytest

from nllcheck.comparison.compare import Comparer
from nllcheck.comparison.kept import Kept
from nllcheck.comparison.record import Comparison, Settings


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def compared(cache: Path) -> Callable[[Any], Comparison]:
    """Return the comparison of a model function, sampled at its first use."""
    kept = Kept(settings=Settings(draws=1000, tune=1000, chains=4, seed=1), folder=cache)
    comparer = Comparer(kept=kept)
    return comparer.compare


@pytest.fixture(scope="session")
def volume(compared: Callable[[Any], Comparison]) -> Comparison:
    return compared(models.log_volume)


@pytest.fixture(scope="session")
def conjugate(compared: Callable[[Any], Comparison]) -> Comparison:
    return compared(models.conjugate)
