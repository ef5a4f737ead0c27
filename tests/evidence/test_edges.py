"""How far the relation holds: clips and overflows are located, inside the regular region and beyond it."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scenes import LABELS, ask, codes, coin, evidence, finding, labels, line
from scipy import special

from nllcheck.result import CheckResult, Status


def clipped_cross_entropy(bound: float) -> Callable[..., Any]:
    def loss(y: Any, p: Any) -> Any:
        p = np.clip(p, bound, 1 - bound)
        return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))

    return loss


def departures(result: CheckResult, code: str) -> np.ndarray:
    """Return where the departures of a finding begin, as distances from 0 or 1."""
    places = np.array(finding(result, code).numbers["from"], dtype=float)
    distances = np.minimum(places, 1 - places)
    return distances[distances > 0]  # a clip also shows at the exact bound


@pytest.mark.parametrize("model", [pytest.param(coin, id="shared"), pytest.param(labels, id="rows")])
@pytest.mark.parametrize(
    ("bound", "severity"),
    [
        (1e-15, "warning"),
        (1e-12, "warning"),
        (1e-9, "error"),
        (1e-7, "error"),
        (1e-5, "error"),
        (0.003, "error"),
    ],
)
def test_a_clip_is_located(model: Callable[..., Any], bound: float, severity: str) -> None:
    """The probability from which a clip acts is found to three digits; inside 1e-11 it is an error."""
    result = ask(model, clipped_cross_entropy(bound), relation="equal")
    found = finding(result, "clipped")
    assert found.severity.value == severity
    assert result.holds is (severity == "warning")
    assert found.numbers["argument"] == "p"
    # near 1 the distance is a multiple of 2⁻⁵³, which for 1e-15 are two digits less
    assert_allclose(departures(result, "clipped").max(), bound, rtol=1e-3 if bound > 1e-12 else 0.15)


def test_a_clip_near_zero_is_located_to_three_digits() -> None:
    """Near 0 there are probabilities enough to say 1.00e-15."""
    result = ask(coin, clipped_cross_entropy(1e-15), relation="equal")
    places = np.array(finding(result, "clipped").numbers["from"])
    assert_allclose(places[(places > 0) & (places < 0.5)].min(), 1e-15, rtol=1e-3)
    assert "1e-15" in finding(result, "clipped").message


def test_an_overflow_is_located() -> None:
    """log(1 + exp z) overflows where exp does, at z = 709.78, far outside the regular region."""

    def loss(y: Any, z: Any) -> Any:
        return np.sum(np.log(1 + np.exp(z)) - y * z)

    result = ask(labels, loss, relation="equal")
    found = finding(result, "non-finite")
    assert found.severity.value == "warning"
    assert result.holds
    assert_allclose(np.min(np.abs(found.numbers["from"])), np.log(np.finfo(float).max), rtol=1e-3)
    assert found.numbers["loss"] == np.inf


def test_rounding_of_one_plus_a_little_is_located() -> None:
    """log(1 + exp z) rounds to 0 below z = −36.7, where log1p does not: too small to be a departure of N."""
    result = ask(labels, lambda y, z: np.sum(np.log1p(np.exp(z)) - y * z), relation="equal")
    assert result.holds
    assert "clipped" not in codes(result)


@pytest.mark.parametrize(
    "loss",
    [
        pytest.param(lambda y, z: np.sum(np.logaddexp(0, z) - y * z), id="logaddexp"),
        pytest.param(lambda y, z: -np.sum(np.where(y == 1, special.log_expit(z), special.log_expit(-z))), id="log_expit"),
    ],
)  # fmt: skip
def test_stable_forms_have_no_edge(loss: Callable[..., Any]) -> None:
    """A stable loss from logits agrees to ±800."""
    result = ask(labels, loss, relation="equal")
    assert codes(result) == []
    assert evidence(result, "edges").status is Status.AGREES


def gaussian(y: Any, mu: Any, sigma: Any) -> Any:
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def test_a_floor_of_sigma_is_located() -> None:
    """max(sigma, 1e-4) departs where sigma falls below it: no probe near the data would tell."""
    result = ask(line, lambda y, mu, sigma: gaussian(y, mu, max(float(sigma), 1e-4)))
    found = finding(result, "clipped")
    assert found.numbers["argument"] == "sigma"
    places = np.array(found.numbers["from"])
    assert_allclose(places[places > 0].max(), 1e-4, rtol=1e-3)
    assert found.severity.value == "warning"


@pytest.mark.parametrize("power", [2, 4])
def test_sigma_down_to_1e_12_is_no_edge(power: int) -> None:
    """The Gaussian NLL itself, also over the variance, agrees however small sigma is."""

    def loss(y: Any, mu: Any, sigma: Any) -> Any:
        scale = sigma**power
        return 0.5 * np.sum((y - mu) ** 2) / scale ** (2 / power) + len(y) / power * np.log(scale)

    result = ask(line, loss)
    assert result.holds
    assert codes(result, "error") == []


def test_an_exact_bound_is_infinite_on_both_sides() -> None:
    """At p = 0 with a success N is +inf; a loss that stays finite there is clipped, one that does not agrees."""
    right = ask(
        coin, lambda y, p: -np.sum(special.xlogy(y, p) + special.xlog1py(1 - y, -p)), relation="equal"
    )
    assert codes(right) == []
    padded = ask(coin, lambda y, p: -np.sum(np.log(np.where(y == 1, p, 1 - p) + 1e-300)), relation="equal")
    assert finding(padded, "clipped").severity.value == "warning"


def test_an_epsilon_inside_the_logarithm_is_told() -> None:
    """The epsilon 1e-8 in log(p + eps) shows at probabilities of its size, and is an error there."""
    result = ask(
        labels, lambda y, p: -np.sum(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8)), relation="equal"
    )
    assert not result.holds
    assert set(codes(result, "error")) & {"clipped", "argument-transformed"}


def test_far_data_are_tried() -> None:
    """A loss that clips residuals at 30 departs in the tails of the data, outside the regular region."""

    def loss(y: Any, mu: Any, sigma: Any) -> Any:
        return 0.5 * np.sum(np.clip((y - mu) / sigma, -30, 30) ** 2) + len(y) * np.log(sigma)

    result = ask(line, loss)
    assert finding(result, "clipped").severity.value == "warning"
    assert result.holds


def test_an_exception_at_the_edge_is_no_breach() -> None:
    """A loss that refuses p of exactly 0 or beyond 1e-13 is told about, and holds."""

    def loss(y: Any, p: Any) -> Any:
        if np.min(p) < 1e-13 or np.max(p) > 1 - 1e-13:
            raise FloatingPointError(f"p out of range: {np.min(p)}")
        return -np.sum(np.where(y == 1, np.log(p), np.log1p(-p)))

    result = ask(coin, loss, relation="equal")
    assert result.holds
    assert finding(result, "non-finite").severity.value == "warning"
    assert LABELS.any()


def test_an_argument_that_is_not_used_has_no_edge() -> None:
    """A sigma that is taken and ignored is no clip at sigma = 0: that it is ignored was said."""
    result = ask(line, lambda y, mu, sigma: np.sum((y - mu) ** 2), relation="affine", given="sigma")
    assert "unused-argument" in codes(result)
    assert "clipped" not in codes(result)
    assert evidence(result, "edges").status is Status.AGREES


@pytest.mark.parametrize(
    "scale",
    [
        pytest.param(np.var, id="variance"),
        pytest.param(lambda y: np.abs(y).max(), id="largest"),
        pytest.param(lambda y: np.sum((y - np.mean(y)) ** 2), id="1 - R²"),
    ],
)
def test_a_scale_of_the_data_is_no_clip(scale: Callable[..., Any]) -> None:
    """Squares over the variance of y weigh other data otherwise, and follow N on each of them."""
    result = ask(line, lambda y, mu: np.mean((y - mu) ** 2) / scale(y), relation="affine", given="sigma")
    assert result.holds
    assert "clipped" not in codes(result)
    assert "data-dependent-scale" in codes(result)


def test_a_scale_of_the_data_hides_no_clip() -> None:
    """Clipped residuals are found although the scale depends on y too."""

    def loss(y: Any, mu: Any) -> Any:
        return np.sum(np.clip(y - mu, -20, 20) ** 2) / np.var(y)

    result = ask(line, loss, relation="affine", given="sigma")
    assert finding(result, "clipped").severity.value == "warning"
