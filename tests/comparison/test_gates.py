"""What cannot be compared has a headline of its own, and no table."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import comparison_models as models
import numpy as np
import pytest

from nllcheck.comparison.gates import after_sampling, modes_gate
from nllcheck.comparison.record import Comparison, Settings
from nllcheck.comparison.summaries import Summary
from nllcheck.errors import UnsupportedModel

SUMMARY = Summary(
    label="b", mean=0.1, median=0.1, sd=1.0, low=-2, high=2, r_hat=1.001, ess_bulk=2000, ess_tail=2000,
    mcse_mean=0.02, skewness=0.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("model", "code", "told"),
    [
        (models.separable, "optimum", "separable"),
        (models.constant_predictor, "information", "tell b and a apart|tell a and b apart"),
        (models.constant_predictor_of_the_median, "information", "tell b and a apart|tell a and b apart"),
        (models.unidentified, "information", "tell b and a apart|tell a and b apart"),
        (models.unidentified_product, "information", "tell b and a apart|tell a and b apart"),
        (models.non_centred_hierarchy, "information", "information matrix is singular"),
        (models.mixture, "optimum", "likelihood is unbounded"),
        (models.one_observation, "observations", "one observation"),
        (models.unbounded_likelihood, "optimum", "likelihood is unbounded"),
        (models.centred_hierarchy, "density", "unbounded, as tau"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_no_sampler_mends_is_said_before_sampling(
    compared: Callable[[Any], Comparison], model: Any, code: str, told: str
) -> None:
    """The headline names the reason, there is not one estimate, and nothing was sampled."""
    comparison = compared(model)
    assert not comparison.stands
    assert [gate.code for gate in comparison.failed] == [code]
    assert any(part in comparison.headline for part in told.split("|")), comparison.headline
    assert comparison.headline == comparison.failed[0].message
    assert comparison.estimates == ()
    assert comparison.sampling_seconds == 0


def test_only_the_prior_identifies_the_factors_of_a_product(compared: Callable[[Any], Comparison]) -> None:
    """Where the priors are no flat ones, the headline says that they alone tell the values."""
    told = compared(models.unidentified_product).headline
    assert "fit equally well, and only the prior says which, not the data" in told


def test_a_funnel_is_said(compared: Callable[[Any], Comparison]) -> None:
    """The sampler diverges in the neck of a funnel, and that is the headline."""
    comparison = compared(models.funnel)
    assert comparison.failed[0].code in ("divergences", "r-hat", "ess")
    assert comparison.estimates == ()


@pytest.mark.parametrize(
    ("model", "between"),
    [(models.bimodal, 0.4), (models.bimodal_square, 0.0), (models.labels_switch, 4.0)],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_two_modes_are_said(compared: Callable[[Any], Comparison], model: Any, between: float) -> None:
    """A mean between two modes is no estimate; the headline says where both are."""
    comparison = compared(model)
    assert comparison.failed[0].code == "modes"
    one, other = (comparison.failed[0].numbers[name] for name in ("one", "other"))
    assert (one - between) * (other - between) < 0
    assert comparison.estimates == ()


@pytest.mark.parametrize("model", [models.median_line, models.upper_quantile, models.ill_conditioned])
def test_what_is_unusual_but_right_stands(compared: Callable[[Any], Comparison], model: Any) -> None:
    """Kinks have no Hessian, and a badly scaled design is identified all the same: neither fails a gate."""
    comparison = compared(model)
    assert comparison.stands, comparison.headline
    assert all(np.isfinite([e.mle, e.mean, e.sd]).all() for e in comparison.estimates)


def test_a_model_without_parameters_is_refused(compared: Callable[[Any], Comparison]) -> None:
    """There is nothing to estimate, and the message says so."""
    with pytest.raises(UnsupportedModel, match="parameter"):
        compared(models.no_parameters)


def test_discrete_parameters_are_refused(compared: Callable[[Any], Comparison]) -> None:
    """The message names the variable and what to do."""
    with pytest.raises(UnsupportedModel, match=r"'k'.*discrete.*marginalise"):
        compared(models.discrete)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"r_hat": 1.02}, "r-hat"),
        ({"r_hat": np.nan}, "r-hat"),
        ({"ess_bulk": 399.0}, "ess"),
        ({"ess_tail": 399.0}, "ess"),
        ({"ess_tail": np.nan}, "ess"),
    ],
)
def test_draws_that_say_too_little_fail(change: dict[str, float], code: str) -> None:
    """One bad scalar among good ones fails its gate, and nan fails."""
    gates = after_sampling([SUMMARY, replace(SUMMARY, label="bad", **change), SUMMARY], 0, Settings())
    assert [gate.code for gate in gates if not gate.passed] == [code]
    assert "bad" in next(gate.message for gate in gates if not gate.passed)


def test_good_draws_pass() -> None:
    """Without a fault all gates of the sampler pass; one divergence in 4000 draws is no fault."""
    assert all(gate.passed for gate in after_sampling([SUMMARY], 1, Settings()))
    assert modes_gate(None).passed


def test_divergences_fail() -> None:
    """More than one draw in a thousand that diverged fails."""
    gates = after_sampling([SUMMARY], 5, Settings())
    assert [gate.code for gate in gates if not gate.passed] == ["divergences"]
