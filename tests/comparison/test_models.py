"""The models of claim files compared: what is kept, and what the loss's scale means."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nllcheck.comparison.models import compare_models
from nllcheck.comparison.outcome import ComparisonRun
from nllcheck.comparison.record import Settings
from nllcheck.discovery import ClaimFile

FILE = """
import numpy as np
import pymc as pm
import nllcheck

Y = np.array([3.1, 1.7, 2.4, 4.9, 2.2, 3.6, 0.8])
FACTOR = 4.0


def mean():
    with pm.Model() as model:
        mu = pm.Normal("mu", 0, 5)
        pm.Normal("y", mu, 1.5, observed=Y)
    return model


def broken():
    raise RuntimeError("no data today")


@nllcheck.claim(mean, relation="affine")
def scaled(y, mu):
    return FACTOR * np.sum((y - mu) ** 2) / (2 * 1.5**2)


@nllcheck.claim(broken)
def lost(y):
    return 0.0
"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def compare(folder: Path) -> Callable[..., ComparisonRun]:
    def run(content: str, **options: object) -> ComparisonRun:
        path = folder / "claims.py"
        path.write_text(content)
        source = ClaimFile(path=path, display="claims.py")
        settings = Settings(draws=500, tune=500, chains=4, seed=3)
        return compare_models([source], settings=settings, cache=folder / "cache", **options)

    return run


@pytest.fixture(scope="session")
def first(compare: Callable[..., ComparisonRun]) -> ComparisonRun:
    return compare(FILE)


def test_each_model_has_an_outcome(first: ComparisonRun) -> None:
    """A model that raises is a problem of its own, and costs the others nothing."""
    by_name = {outcome.name: outcome for outcome in first.outcomes}
    assert set(by_name) == {"mean", "broken"}
    assert by_name["mean"].comparison is not None
    assert by_name["mean"].comparison.stands
    assert by_name["broken"].comparison is None
    assert "no data today" in by_name["broken"].problem.message


def test_a_loss_of_another_scale_is_told(first: ComparisonRun) -> None:
    """A loss of four times the NLL has the same minimiser, and exp(−loss) half the width."""
    comparison = first.outcomes[0].comparison
    assert comparison.loss.scale == pytest.approx(4.0, rel=1e-9)
    assert "2 times too narrow" in comparison.loss.sentence
    estimate = comparison.estimate("mu")
    assert estimate.loss_minimizer == pytest.approx(estimate.mle, rel=1e-6)


def test_a_second_run_reads_what_is_kept(first: ComparisonRun, compare: Callable[..., ComparisonRun]) -> None:
    """The same file gives the same record, loss included, without being compared again."""
    again = compare(FILE).outcomes[0].comparison
    assert again.cached
    assert again.estimates == first.outcomes[0].comparison.estimates
    assert again.loss == first.outcomes[0].comparison.loss


def test_another_loss_is_checked_anew(first: ComparisonRun, compare: Callable[..., ComparisonRun]) -> None:
    """A global that the loss uses is part of what the record is kept by."""
    changed = compare(FILE.replace("FACTOR = 4.0", "FACTOR = 9.0")).outcomes[0].comparison
    assert changed.loss.scale == pytest.approx(9.0, rel=1e-9)


def test_refresh_samples_the_same_draws_anew(
    first: ComparisonRun, compare: Callable[..., ComparisonRun]
) -> None:
    """The same seed gives the same estimates to the bit, and nothing is read from the cache."""
    fresh = compare(FILE, refresh=True).outcomes[0].comparison
    assert not fresh.cached
    assert [(e.mean, e.sd) for e in fresh.estimates] == [
        (e.mean, e.sd) for e in first.outcomes[0].comparison.estimates
    ]
