"""The panels along each parameter."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from records import CURVES, ESTIMATES, STEPS, pictured

from nllcheck.report.page.slices import Slice, slices
from nllcheck.result import Coefficient


def panel(**changes: Any) -> Slice:
    """Return the panel of the intercept."""
    return slices(pictured(**changes))[0]


def test_both_sides_lie_on_each_other_where_they_agree() -> None:
    """N and a loss that is N + c are the same path; the smallest value of both is marked at the centre."""
    found = panel()
    assert found.nll == found.loss
    assert found.model is not None
    assert found.minimiser is not None
    assert found.model == found.minimiser
    assert found.model.beyond == 0
    assert found.says == ""


def test_a_known_scale_is_divided_out() -> None:
    """Mean reduction is drawn in the units of N."""
    curve = replace(CURVES[0], loss=np.asarray(CURVES[0].loss) / 16)
    found = panel(relation="affine", scale=Coefficient(value=1 / 16), curves=(curve,))
    assert found.nll == found.loss
    assert found.says == "divided by a"


def test_a_loss_without_scale_is_fitted_to_the_range() -> None:
    """A loss that is no a·N + c fills the height, and the legend says so."""
    curve = replace(CURVES[0], loss=700 * np.abs(STEPS - 1))
    found = panel(relation="different", scale=None, curves=(curve,))
    assert found.nll != found.loss
    assert found.says == "scaled to the same range"


def test_a_nuisance_has_one_curve() -> None:
    """The loss does not take sigma."""
    sigma = slices(pictured())[1]
    assert sigma.loss == ""
    assert sigma.alt.startswith("−log p along sigma")


def test_a_minimiser_that_is_far_away_is_told_by_its_side() -> None:
    """What lies outside of the panel is drawn at its edge."""
    estimates = {**ESTIMATES, "loss": {"intercept": np.array(400.0)}}
    found = panel(estimates=estimates)
    assert found.minimiser is not None
    assert found.minimiser.beyond == 1
    assert "the loss at 400" in found.alt


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_breaks_the_path(bad: float) -> None:
    """A path has a gap where a side is not finite, the centre included; a panel of nothing is left out."""
    nll = np.array(CURVES[0].nll)
    nll[[3, 10]] = bad
    found = panel(curves=(replace(CURVES[0], nll=nll),))
    assert found.nll.count("M") == 3
    assert "nan" not in found.nll
    assert slices(pictured(curves=(replace(CURVES[0], nll=np.full(21, bad)),))) == []
    flat = panel(curves=(replace(CURVES[0], loss=np.full(21, bad)),))
    assert flat.loss == ""
