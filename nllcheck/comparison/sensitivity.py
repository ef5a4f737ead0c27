"""How much the posterior would change if prior or likelihood weighed a little more (power-scaling)."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import arviz_stats
import numpy as np

from nllcheck.comparison.prediction import as_tree
from nllcheck.comparison.summaries import Scalar
from nllcheck.likelihood.log_densities import LogDensities
from nllcheck.likelihood.posterior import Posterior

__all__ = ["THRESHOLD", "Sensitivity", "sensitivities"]

THRESHOLD = (
    0.05  # Kallioinen et al., "Detecting and diagnosing prior and likelihood sensitivity", Stat. Comput. 2024
)


@dataclass(frozen=True, kw_only=True)
class Sensitivity:
    """Power-scaling sensitivities of one scalar, and ArviZ's diagnosis."""

    prior: float
    likelihood: float
    diagnosis: str


def sensitivities(
    posterior: Posterior, densities: LogDensities, scalars: list[Scalar]
) -> dict[str, Sensitivity]:
    """Return the sensitivities by label; empty where the prior says the same of every draw."""
    if not np.isfinite(densities.prior).all() or np.ptp(densities.prior) == 0:
        return {}
    with _quiet(), np.errstate(all="ignore"):
        table = arviz_stats.psense_summary(
            as_tree(posterior, densities), threshold=THRESHOLD, alphas=(0.99, 1.01), round_to=6
        )
    found = {}
    for label, row in zip(_labels(posterior, scalars), table.itertuples(index=False), strict=True):
        found[label] = Sensitivity(
            prior=float(row.prior), likelihood=float(row.likelihood), diagnosis=str(row.diagnosis)
        )
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep ArviZ from telling what the record tells."""
    log = logging.getLogger(arviz_stats.psense_summary.__module__)
    disabled, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = disabled


def _labels(posterior: Posterior, scalars: list[Scalar]) -> list[str]:
    """Return the labels in the order of ArviZ's table: variable by variable, indices last to first."""
    return [scalar.label for name in posterior.draws for scalar in scalars if scalar.name == name]
