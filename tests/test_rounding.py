"""Agreement is judged against measured rounding error: floors, jumps, noise levels and weighted fits."""

from collections.abc import Mapping

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import special

from nllcheck.rounding import (
    EPS,
    LIMIT,
    LIMIT_LOW,
    fit_affine,
    fit_constant,
    fit_equal,
    noise_level,
    nudges,
    spread,
)

RNG = np.random.default_rng(4711)
Y = 1.7 + 2.3 * RNG.normal(size=37)
MU = Y + 0.9 * RNG.normal(size=37)
VALUES = {"y": Y, "mu": MU, "sigma": np.array(0.83)}


def gaussian(values: Mapping[str, np.ndarray]) -> float:
    """Sum of squares and n log sigma."""
    z = (values["y"] - values["mu"]) / values["sigma"]
    return float(0.5 * np.sum(z**2) + z.size * np.log(values["sigma"]))


def size_of_terms(values: Mapping[str, np.ndarray]) -> float:
    z = (values["y"] - values["mu"]) / values["sigma"]
    return float(0.5 * np.sum(z**2) + z.size * abs(np.log(values["sigma"])))


def in_precision(dtype: type) -> object:
    """Return the same loss, computed in another precision inside."""

    def loss(values: Mapping[str, np.ndarray]) -> float:
        return gaussian({name: value.astype(dtype) for name, value in values.items()})

    return loss


def rng() -> np.random.Generator:
    return np.random.default_rng(99)


# -- moves by one unit in the last place ------------------------------------------------------------------


def test_a_nudge_moves_every_float_by_one_ulp_and_back() -> None:
    """The two moves are opposite, each of one unit in the last place; integers and frozen entries stay."""
    values = {"x": np.array([1.5, -3e8, 7e-12]), "k": np.array([2, 5])}
    frozen = {"x": np.array([False, True, False])}
    up, down = nudges(values, rng(), 1.0, frozen)
    assert_allclose(np.abs(up["x"] - values["x"]), [np.spacing(1.5), 0.0, np.spacing(7e-12)], rtol=0)
    assert_allclose(up["x"] - values["x"], values["x"] - down["x"], rtol=0)
    assert up["k"] is values["k"]


@pytest.mark.parametrize("ulps", [1.0, 4.0, 2.0**20])
def test_a_nudge_of_many_ulps_is_that_many_times_longer(ulps: float) -> None:
    """The length of the move is what was asked for."""
    (up, _) = nudges({"x": Y}, rng(), ulps, {})
    assert_allclose(np.abs(up["x"] - Y), ulps * np.spacing(np.abs(Y)), rtol=0)


# -- the spread under such moves --------------------------------------------------------------------------


def test_the_spread_of_a_smooth_loss_is_rounding_error() -> None:
    """A loss in float64 moves by far less than its terms times a few units in the last place."""
    moved, jumped = spread(gaussian, VALUES, gaussian(VALUES), size_of_terms(VALUES), rng=rng(), frozen={})
    assert not jumped
    assert 0 < moved < 20 * EPS * size_of_terms(VALUES)


def test_the_spread_covers_the_true_error() -> None:
    """What a cancellation loses, measured with 60 digits, is not above the spread by more than the limit."""
    y = np.array([1e8 + 0.25, 1e8 - 1.75, 1e8 + 3.5])
    values = {"y": y, "mu": np.array(1e8 + 0.7)}

    def loss(v: Mapping[str, np.ndarray]) -> float:  # the textbook's one-pass formula, which cancels
        return float(np.sum(v["y"] ** 2) - 2 * v["mu"] * np.sum(v["y"]) + len(v["y"]) * v["mu"] ** 2)

    with mpmath.workdps(60):
        exact = sum((mpmath.mpf(float(x)) - mpmath.mpf(float(values["mu"]))) ** 2 for x in y)
        error = abs(float(mpmath.mpf(loss(values)) - exact))
    size = float(4 * np.sum(y**2))
    moved, jumped = spread(loss, values, loss(values), size, rng=rng(), frozen={})
    assert not jumped
    assert error > 0.1  # the formula is bad indeed
    assert error < LIMIT * (moved + 3 * EPS * size)


@pytest.mark.parametrize("factor", [1e3, 1e6, 1e9])
def test_a_steep_slope_is_no_jump(factor: float) -> None:
    """An ill-conditioned loss moves much under one ulp, and more under sixteen: that is a slope."""
    values = {"x": np.array([0.734])}

    def loss(v: Mapping[str, np.ndarray]) -> float:
        return float(np.sum(v["x"] * factor)) * 1e4 - 7340.0 * factor + 1.0

    moved, jumped = spread(loss, values, loss(values), 1.0, rng=rng(), frozen={})
    assert not jumped
    assert_allclose(moved, np.spacing(0.734) * factor * 1e4, rtol=0.6)


def censored(values: Mapping[str, np.ndarray]) -> float:
    """Exponential waiting times, censored at exactly 2.5."""
    y, rate = values["y"], values["rate"]
    observed = y < 2.5
    return float(np.sum(np.where(observed, rate * y - np.log(rate), rate * 2.5)))


CENSORED = {"y": np.array([0.3, 1.9, 2.5, 2.5, 0.8, 2.5]), "rate": np.array(0.37)}


def test_a_data_atom_is_no_licence() -> None:
    """Data at exactly the bound of censoring jump under one ulp; the floor stays a rounding error."""
    moved, jumped = spread(censored, CENSORED, censored(CENSORED), 6.0, rng=rng(), frozen={}, draws=5)
    assert moved < 1e-9
    assert moved < 2.0**14 * EPS * 6.0 * 1.01
    assert jumped or moved < 1e-14


def test_a_jump_on_both_sides_is_a_jump() -> None:
    """A loss that leaps whichever way its input moves is called a jump, and its floor is bounded."""
    at = {"x": np.array([0.5, 0.7])}

    def spike(v: Mapping[str, np.ndarray]) -> float:
        return 3.0 if np.array_equal(v["x"], at["x"]) else 29.0

    moved, jumped = spread(spike, at, 3.0, 3.0, rng=rng(), frozen={})
    assert jumped
    assert_allclose(moved, 2.0**14 * EPS * 3.0, rtol=1e-12)


def test_frozen_data_do_not_move() -> None:
    """With the atoms frozen no jump is left, and the floor is that of the other rows."""
    frozen = {"y": CENSORED["y"] == 2.5}
    moved, jumped = spread(censored, CENSORED, censored(CENSORED), 6.0, rng=rng(), frozen=frozen, draws=5)
    assert not jumped
    assert moved < 1e-14


def test_a_loss_that_is_not_finite_nearby_has_no_floor() -> None:
    """Where every move ends in nan the rounding error is unknown: infinite."""
    at = {"x": np.array([0.5])}
    moved, _ = spread(lambda v: 1.0 if v["x"][0] == 0.5 else np.nan, at, 1.0, 1.0, rng=rng(), frozen={})
    assert moved == np.inf


# -- the noise level --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        pytest.param(np.float64, 1e-3 * EPS, 20 * EPS, id="float64"),
        pytest.param(np.float32, 1e-9, 1e-6, id="float32"),
    ],
)
def test_noise_level_tells_the_precision_inside(dtype: type, low: float, high: float) -> None:
    """A cast inside the loss, which float64 ulps do not reach, shows in the fourth differences."""
    level = noise_level(in_precision(dtype), VALUES, rng(), {}) / size_of_terms(VALUES)  # type: ignore[arg-type]
    assert low < level < high


def test_noise_level_of_a_known_noise() -> None:
    """Rounding to a grid of width h is uniform noise of standard deviation h/√12, found within a factor of 3."""
    h = 1e-7

    def loss(values: Mapping[str, np.ndarray]) -> float:
        return float(np.sum(np.round((values["y"] - values["mu"]) ** 2 / h) * h))

    level = noise_level(loss, VALUES, rng(), {})
    expected = h / np.sqrt(12) * np.sqrt(len(Y))
    assert expected / 3 < level < 3 * expected


def test_noise_level_without_floats_is_zero() -> None:
    """Integers have no units in the last place."""
    assert noise_level(lambda v: float(v["k"].sum()), {"k": np.array([1, 2])}, rng(), {}) == 0.0


def test_noise_level_of_a_smooth_loss_is_no_truncation_error() -> None:
    """A strongly curved loss in float64 is not mistaken for a noisy one."""
    values = {"x": np.array([13.7, -4.1, 9.9])}
    level = noise_level(lambda v: float(np.sum(np.exp(v["x"]))), values, rng(), {})
    assert level < 1e2 * EPS * float(np.sum(np.exp(values["x"])))


# -- fits -------------------------------------------------------------------------------------------------


def probes(m: int = 30, groups: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return N at probes near and far, its floors, and groups; N spans two orders of magnitude."""
    generator = np.random.default_rng([17, m, groups])
    nll = 30.0 + np.exp(generator.uniform(-1, 5.5, size=m * groups))
    return nll, 4 * EPS * nll, np.repeat(np.arange(groups), m)


def test_an_equal_loss_is_equal() -> None:
    """Two orders of summation of the same terms agree within the limit."""
    nll, floor, groups = probes()
    loss = nll * (1 + EPS * np.random.default_rng(1).choice([-1, 0, 1], size=nll.shape))
    for fit in (fit_equal, fit_constant, fit_affine):
        assert fit(loss, nll, floor, groups).worst < 1


@pytest.mark.parametrize("delta", [1e-12, 1e-9, 1e-5])
def test_a_wrong_coefficient_is_refused(delta: float) -> None:
    """A term whose coefficient is off by 1e-12 shows above eight floors in float64."""
    generator = np.random.default_rng(3)
    squares, logs = np.exp(generator.uniform(1, 5, size=36)), 37 * generator.normal(size=36)
    nll = squares + logs
    loss = squares * (1 + 2 * delta) + logs
    floor = 3 * EPS * (squares + np.abs(logs))
    groups = np.zeros(36, dtype=int)
    for fit in (fit_equal, fit_constant, fit_affine):
        assert fit(loss, nll, floor, groups).worst > LIMIT
    assert fit_constant(squares + logs, nll, floor, groups).worst < 1


def test_a_wrong_coefficient_in_float32_is_refused() -> None:
    """At the floors of float32 1e-5 is refused and 1e-8 is not."""
    generator = np.random.default_rng(3)
    squares, logs = np.exp(generator.uniform(1, 5, size=36)), 37 * generator.normal(size=36)
    floor, groups = 2.0**-24 * (squares + np.abs(logs)), np.zeros(36, dtype=int)
    worst = {
        d: fit_affine(squares * (1 + 2 * d) + logs, squares + logs, floor, groups).worst for d in (1e-5, 1e-8)
    }
    assert worst[1e-5] > LIMIT_LOW > worst[1e-8]


def test_far_probes_do_not_drown_near_ones() -> None:
    """A departure at a probe of small N is seen although others are a million times larger."""
    nll = np.array([1.0, 1.3, 2.1, 4.4, 1e6, 3e6, 7e6])
    loss = nll.copy()
    loss[1] += 1e-13
    fit = fit_affine(loss, nll, EPS * nll, np.zeros(7, dtype=int))
    assert int(np.argmax(fit.ratio)) == 1
    assert fit.worst > LIMIT


@given(
    scale=st.floats(1e-6, 1e6),
    shares=st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3),
    seed=st.integers(0, 2**31),
)
@settings(deadline=None, max_examples=60)
def test_scale_and_offset_are_recovered(scale: float, shares: list[float], seed: int) -> None:
    """The scale is found for every group, each with its own c, within the rounding error that the fit states."""
    nll, _, groups = probes(m=14, groups=3)
    offsets = scale * np.array(shares)
    loss = scale * nll + offsets[groups]
    floor = 4 * EPS * (np.abs(scale * nll) + np.abs(offsets)[groups])
    fit = fit_affine(loss, nll, floor, groups)
    assert fit.worst < LIMIT
    assert np.all(np.abs(fit.scale - scale) <= 10 * fit.uncertainty + 4 * EPS * scale)
    assert_allclose(fit.scale, scale, rtol=1e-11)
    assert_allclose(fit.offset, offsets, rtol=1e-9, atol=1e-10 * scale)


@given(st.integers(0, 29), st.sampled_from([np.nan, np.inf, -np.inf]), st.sampled_from(["loss", "nll"]))
@settings(deadline=None, max_examples=40)
def test_what_is_not_finite_never_agrees(where: int, value: float, side: str) -> None:
    """One nan or infinity on either side makes the worst residual infinite, whatever is judged."""
    nll, floor, groups = probes()
    sides = {"loss": nll.copy(), "nll": nll.copy()}
    sides[side][where] = value
    for fit in (fit_equal, fit_constant, fit_affine):
        with np.errstate(invalid="ignore"):
            assert fit(sides["loss"], sides["nll"], floor, groups).worst == np.inf


def test_nan_on_both_sides_never_agrees() -> None:
    """A nan is not equal to itself here either."""
    nll, floor, groups = probes()
    nll[3] = np.nan
    for fit in (fit_equal, fit_constant, fit_affine):
        assert fit(nll, nll, floor, groups).worst == np.inf


def test_no_probes_never_agree() -> None:
    """An empty table proves nothing."""
    nothing = np.zeros(0)
    assert fit_equal(nothing, nothing, nothing, np.zeros(0, dtype=int)).worst == np.inf


@given(st.floats(1e-8, 1e8), st.floats(-1e6, 1e6), st.integers(0, 2**31))
@settings(deadline=None, max_examples=60)
def test_the_verdict_does_not_depend_on_units(scale: float, shift: float, seed: int) -> None:
    """Scaling both sides and their floors, or shifting the loss, leaves the residuals in floors as they were."""
    generator = np.random.default_rng(seed)
    nll = np.exp(generator.uniform(0, 4, size=16))
    loss = nll + 1e-3 * generator.normal(size=16)
    floor, groups = np.full(16, 1e-2), np.zeros(16, dtype=int)
    first = fit_affine(loss, nll, floor, groups)
    scaled = fit_affine(scale * loss + scale * shift, scale * nll, scale * floor, groups)
    assert_allclose(scaled.ratio, first.ratio, rtol=1e-6, atol=1e-6)
    assert_allclose(scaled.scale, first.scale, rtol=1e-9)


@given(st.integers(0, 2**31))
@settings(deadline=None, max_examples=40)
def test_a_tighter_relation_implies_the_looser_ones(seed: int) -> None:
    """The sum of squares in floors never grows when a coefficient is freed."""
    generator = np.random.default_rng(seed)
    nll = np.exp(generator.uniform(0, 4, size=20))
    loss = nll + generator.normal(size=20)
    floor, groups = np.exp(generator.normal(size=20)), np.zeros(20, dtype=int)
    sums = [np.sum(fit(loss, nll, floor, groups).ratio ** 2) for fit in (fit_equal, fit_constant, fit_affine)]
    assert sums[0] >= sums[1] * (1 - 1e-12)
    assert sums[1] >= sums[2] * (1 - 1e-12)


def test_groups_are_judged_apart() -> None:
    """Each data set may have its own offset; one offset for both would be refused."""
    nll, floor, groups = probes(groups=2)
    loss = nll + np.array([3.0, -5.0])[groups]
    assert fit_constant(loss, nll, floor, groups).worst < 1
    assert fit_constant(loss, nll, floor, np.zeros_like(groups)).worst > 1e6


def test_the_weighted_fit_is_that_of_numpy() -> None:
    """Slope and intercept are those of a weighted least-squares fit by QR."""
    generator = np.random.default_rng(12)
    nll, floor = np.exp(generator.uniform(0, 4, size=25)), np.exp(generator.normal(size=25))
    loss = 0.37 * nll - 2.2 + floor * generator.normal(size=25)
    fit = fit_affine(loss, nll, floor, np.zeros(25, dtype=int))
    slope, intercept = np.polyfit(nll, loss, 1, w=1 / floor)
    assert_allclose(fit.scale, [slope], rtol=1e-11)
    assert_allclose(fit.offset, [intercept], rtol=1e-11)
    _, covariance = np.polyfit(nll, loss, 1, w=1 / floor, cov="unscaled")
    assert_allclose(fit.uncertainty, [np.sqrt(covariance[0, 0])], rtol=1e-10)


def test_limits_are_those_that_right_losses_keep() -> None:
    """Terms summed in ten orders, in both precisions, stay far below the limits."""
    generator = np.random.default_rng(5)
    terms = special.gammaln(generator.gamma(2.0, 3.0, size=(30, 200)) + 1)
    exact = np.array([float(mpmath.fsum(row.tolist())) for row in terms])
    size = np.abs(terms).sum(axis=1)
    groups = np.zeros(30, dtype=int)
    shuffled = np.array([sum(row[generator.permutation(200)]) for row in terms])
    assert fit_equal(shuffled, exact, 3 * EPS * size, groups).worst < LIMIT
    single = terms.astype(np.float32).sum(axis=1).astype(float)
    assert fit_equal(single, exact, 2.0**-24 * size, groups).worst < LIMIT_LOW


def test_half_precision_is_no_noise_to_be_excused() -> None:
    """What moves in steps wider than a millionth is no rounding error: its noise is not measured."""
    values = {"x": np.array([0.3, 1.7, 2.9, 4.1])}
    level = noise_level(
        lambda v: float(np.float16(np.sum(v["x"] ** 2))), values, np.random.default_rng(3), {}
    )
    assert level == 0.0
