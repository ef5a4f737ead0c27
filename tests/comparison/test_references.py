"""Published reference posteriors of real regressions; tests/data/README.md names the source."""

from collections.abc import Callable
from typing import Any

import comparison_models as models
import numpy as np
import pytest

from nllcheck.comparison.record import Comparison

LOG_VOLUME = {
    "beta[0]": (5.17084758450824, 0.000873165446265347),
    "beta[1]": (0.722008519434549, 0.000563651945878131),
    "sigma": (0.426670305955934, 0.000480101525987333),
}
LOG_MESQUITE = {
    "beta[0]": (5.35036438720819, 0.00177355248053093),
    "beta[1]": (0.398570465445401, 0.00293044451296333),
    "beta[2]": (1.1491959478628, 0.002174929078818),
    "beta[3]": (0.377209789143197, 0.00289973236778383),
    "beta[4]": (0.390044355818078, 0.00334068808075089),
    "beta[5]": (0.109251053163576, 0.00126433354495249),
    "beta[6]": (-0.584668727994285, 0.00134933878993046),
    "sigma": (0.340679741485552, 0.00040281052484726),
}


@pytest.mark.parametrize(
    ("model", "reference"),
    [(models.log_volume, LOG_VOLUME), (models.log_mesquite, LOG_MESQUITE)],
    ids=["log volume", "log mesquite"],
)
def test_means_agree_with_published_posteriors(
    compared: Callable[[Any], Comparison], model: Any, reference: dict[str, tuple[float, float]]
) -> None:
    """Posterior means are within three combined Monte Carlo errors of the reference."""
    comparison = compared(model)
    assert comparison.stands
    for label, (mean, error) in reference.items():
        estimate = comparison.estimate(label)
        assert abs(estimate.mean - mean) < 3 * np.hypot(estimate.mcse_mean, error), label
