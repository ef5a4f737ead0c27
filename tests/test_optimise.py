"""The minimiser finds minima whose scales are unknown, and says what kind of end it met."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import linalg, optimize, special

from nllcheck.optimise import Minimum, MinimumKind, minimise
from nllcheck.whitening import whiten

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]
RNG = np.random.default_rng(20240311)


def quadratic(curvature: np.ndarray, centre: np.ndarray, value: float = 0.0) -> Objective:
    """Return ½(v − m)ᵀ H (v − m) + c."""

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        slope = curvature @ (v - centre)
        return float(0.5 * (v - centre) @ slope) + value, slope

    return objective


def rotated(condition: float, n: int = 5) -> np.ndarray:
    """Return a curvature with this condition number in no special directions, shape (n, n)."""
    turn = linalg.qr(np.random.default_rng(n).normal(size=(n, n)))[0]
    return turn @ np.diag(np.geomspace(1.0, condition, n)) @ turn.T


@pytest.mark.parametrize("condition", [1.0, 1e4, 1e8])
def test_a_quadratic_is_minimised_whatever_its_condition(condition: float) -> None:
    """The minimum of a quadratic is its centre, in standard errors, and is called interior."""
    curvature, centre = rotated(condition), np.array([3.1, -0.4, 12.0, 0.07, -5.5])
    found = minimise(quadratic(curvature, centre), np.zeros(5))
    assert found.kind is MinimumKind.INTERIOR
    z = np.sqrt((found.v - centre) @ curvature @ (found.v - centre))
    assert_allclose(z, 0.0, atol=1e-6)
    assert_allclose(found.v, centre, rtol=1e-7)
    assert found.step < 1e-6


@pytest.mark.parametrize("scales", [(1e-4, 1e4), (1e-6, 1e3), (3e5, 7e8)])
def test_parameters_of_very_different_scale_are_found(scales: tuple[float, float]) -> None:
    """Coefficients of 1e-6 and 1e3 with curvatures to match are found to nine digits."""
    centre = np.array(scales) * np.array([1.7, -2.3])
    found = minimise(quadratic(np.diag(30.0 / np.array(scales) ** 2), centre), np.zeros(2))
    assert found.kind is MinimumKind.INTERIOR
    assert_allclose(found.v, centre, rtol=1e-9)


@pytest.mark.parametrize("condition", [1.0, 1e5, 1e10])
def test_whitening_gives_the_identity(condition: float) -> None:
    """In the whitened coordinates the Hessian is I: Wᵀ H W, measured by NumPy.

    Differences of a gradient that is known to eps·condition over steps of 1e-3 cannot do better than 2e-3.
    """
    curvature = rotated(condition)
    white = whiten(quadratic(curvature, np.ones(5)), np.zeros(5))
    assert_allclose(white.T @ curvature @ white, np.eye(5), atol=4e-3)


def rosenbrock(v: np.ndarray) -> tuple[float, np.ndarray]:
    return float(optimize.rosen(v)), optimize.rosen_der(v)


@pytest.mark.parametrize("start", [(-1.2, 1.0), (3.0, -4.0), (0.3, 0.1)])
def test_a_bent_valley_is_followed_to_its_end(start: tuple[float, float]) -> None:
    """Rosenbrock's function is smallest at (1, 1)."""
    found = minimise(rosenbrock, np.array(start))
    assert_allclose(found.v, [1.0, 1.0], rtol=1e-9)
    assert_allclose(found.value, 0.0, atol=1e-16)


# Misra (1978), NIST StRD nonlinear least squares, lower difficulty: certified to eleven digits.
MISRA_Y = [10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01, 66.4, 75.47, 81.78]
MISRA_X = [77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0]
MISRA_B = [2.3894212918e02, 5.5015643181e-04]
MISRA_SD = [2.7070075241e00, 7.2668688436e-06]
MISRA_RSS = 1.2455138894e-01


@pytest.mark.parametrize("start", [(500.0, 0.0001), (250.0, 0.0005)])
def test_nist_misra1a(start: tuple[float, float]) -> None:
    """From both of NIST's starting points the certified values are found to nine digits, with their errors."""
    y, x = np.array(MISRA_Y), np.array(MISRA_X)
    variance = MISRA_RSS / 12

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        decay = np.exp(-v[1] * x)
        residual = y - v[0] * (1 - decay)
        slopes = np.array([1 - decay, v[0] * x * decay])
        return float(residual @ residual) / (2 * variance), -(slopes @ residual) / variance

    found = minimise(objective, np.array(start))
    assert found.kind is MinimumKind.INTERIOR
    assert_allclose(found.v, MISRA_B, rtol=1e-9)
    assert_allclose(2 * variance * found.value, MISRA_RSS, rtol=1e-9)
    decay = np.exp(-MISRA_B[1] * x)
    jacobian = np.array([1 - decay, MISRA_B[0] * x * decay]).T
    assert_allclose(np.sqrt(np.diag(variance * np.linalg.inv(jacobian.T @ jacobian))), MISRA_SD, rtol=1e-6)


# -- what kind of end it was ------------------------------------------------------------------------------


def absolute(centre: np.ndarray) -> Objective:
    weights = 1.0 + np.arange(len(centre))
    return lambda v: (float(weights @ np.abs(v - centre)), weights * np.sign(v - centre))


def lasso(v: np.ndarray) -> tuple[float, np.ndarray]:
    """Soft thresholding: minimised at sign(b)·max(|b| − 1, 0) for b = (3.2, −0.4, −1.7)."""
    b = np.array([3.2, -0.4, -1.7])
    return float(0.5 * np.sum((v - b) ** 2) + np.sum(np.abs(v))), v - b + np.sign(v)


def falling(v: np.ndarray) -> tuple[float, np.ndarray]:
    return float(-2.0 * v[0] + 0.5 * v[1] ** 2), np.array([-2.0, v[1]])


def separable(v: np.ndarray) -> tuple[float, np.ndarray]:
    """Logistic loss of separable data: its infimum 0 lies at infinity."""
    x = np.array([1.3, 0.4, 2.2])
    return float(np.sum(np.logaddexp(0, -x * v[0]))), np.array([-np.sum(x * special.expit(-x * v[0]))])


def flat(v: np.ndarray) -> tuple[float, np.ndarray]:
    """Only the sum of two coordinates matters."""
    gap = v[0] + v[1] - 1.4
    return float(0.5 * gap**2), np.array([gap, gap])


def log_scale(v: np.ndarray) -> tuple[float, np.ndarray]:
    """Return n·log σ over log σ: a saturated normal, with no residuals left."""
    return float(7 * v[0]), np.array([7.0])


@pytest.mark.parametrize(
    ("objective", "n", "kind"),
    [
        pytest.param(absolute(np.array([0.7])), 1, MinimumKind.KINK, id="absolute value"),
        pytest.param(absolute(np.array([0.7, -3.3])), 2, MinimumKind.KINK, id="two absolute values"),
        pytest.param(lasso, 3, MinimumKind.KINK, id="soft threshold"),
        pytest.param(falling, 2, MinimumKind.UNBOUNDED, id="falls for ever"),
        pytest.param(log_scale, 1, MinimumKind.UNBOUNDED, id="saturated normal"),
        pytest.param(separable, 1, MinimumKind.NOWHERE, id="separable"),
        pytest.param(flat, 2, MinimumKind.FLAT, id="flat direction"),
    ],
)
def test_the_kind_of_end_is_told(objective: Objective, n: int, kind: MinimumKind) -> None:
    """Kinks, flat directions, and functions that fall for ever are the answer, in words."""
    start = 0.3 + 0.1 * np.arange(n)
    assert minimise(objective, start).kind is kind


def test_soft_thresholds_are_exact_zeros() -> None:
    """A coordinate that the absolute value holds at zero is exactly zero; the others are the closed form."""
    found = minimise(lasso, np.array([0.3, 0.2, 0.1]))
    assert found.v[1] == 0.0
    assert_allclose(found.v, [2.2, 0.0, -0.7], rtol=1e-9)


@pytest.mark.parametrize("start", [-4.0, 0.2, 6.0])
def test_a_kink_is_located(start: float) -> None:
    """A weighted median is found to eight digits from both sides."""
    found = minimise(absolute(np.array([0.7])), np.array([start]))
    assert_allclose(found.v, [0.7], atol=1e-8)


def absolute_errors(x: np.ndarray, y: np.ndarray, share: float = 0.5) -> Objective:
    """Return N of a regression with asymmetric Laplace noise over the coefficients and the log of the scale."""
    design = np.column_stack([np.ones(len(y)), x])

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        residual = y - design @ v[:-1]
        weight = np.where(residual > 0, share, share - 1)
        loss, scale = float(weight @ residual), np.exp(v[-1])
        slopes = np.r_[-(weight @ design) / scale, len(y) - loss / scale]
        return loss / scale + len(y) * v[-1], slopes

    return objective


def by_linear_programming(x: np.ndarray, y: np.ndarray, share: float = 0.5) -> np.ndarray:
    """Return the coefficients of the quantile regression, and the log of the scale, by SciPy's simplex."""
    n = len(y)
    design = np.column_stack([np.ones(n), x])
    solved = optimize.linprog(
        np.r_[np.zeros(design.shape[1]), np.full(n, share), np.full(n, 1 - share)],
        A_eq=np.column_stack([design, np.eye(n), -np.eye(n)]),
        b_eq=y,
        bounds=[(None, None)] * design.shape[1] + [(0, None)] * (2 * n),
    )
    return np.r_[solved.x[: design.shape[1]], np.log(solved.fun / n)]


MODELS_DATA = Path(__file__).parents[1] / "models" / "data"
STACKLOSS = np.loadtxt(MODELS_DATA / "stackloss.csv", delimiter=",")
ENGEL = np.loadtxt(MODELS_DATA / "engel.csv", delimiter=",")


@pytest.mark.parametrize(
    ("x", "y", "share"),
    [
        pytest.param(STACKLOSS[:, :3], STACKLOSS[:, 3] / 10, 0.5, id="stack loss, per cent"),
        pytest.param(STACKLOSS[:, :3], STACKLOSS[:, 3], 0.5, id="stack loss, per mille"),
        pytest.param(
            STACKLOSS[:, :3] - STACKLOSS[:, :3].mean(0), STACKLOSS[:, 3], 0.5, id="stack loss, centred"
        ),
        pytest.param(ENGEL[:, :1], ENGEL[:, 1], 0.1, id="Engel, 0.1"),
        pytest.param(ENGEL[:, :1], ENGEL[:, 1], 0.5, id="Engel, median"),
        pytest.param(ENGEL[:, :1], ENGEL[:, 1], 0.75, id="Engel, 0.75"),
    ],
)
def test_quantile_regressions_are_exact_in_any_unit(x: np.ndarray, y: np.ndarray, share: float) -> None:
    """The fit runs through as many points as it has coefficients, as the simplex finds them, and is a kink."""
    objective = absolute_errors(x, y, share)
    found = minimise(objective, np.zeros(x.shape[1] + 2))
    expected = by_linear_programming(x, y, share)
    assert found.kind is MinimumKind.KINK
    assert found.value - objective(expected)[0] < 1e-11 * abs(found.value)
    assert_allclose(found.v, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("centre", [(17.4,), (-39.7, 2.3), (0.6, 412.0)])
def test_a_kink_far_out_is_no_unbounded_function(centre: tuple[float, ...]) -> None:
    """Absolute values fall as steeply far out as near, and end all the same."""
    found = minimise(absolute(np.array(centre)), np.zeros(len(centre)))
    assert found.kind is MinimumKind.KINK
    assert_allclose(found.v, centre, rtol=1e-8)


def test_nothing_to_minimise_over() -> None:
    """With no coordinates the value is the answer."""
    found = minimise(lambda v: (3.5, np.zeros(0)), np.zeros(0))
    assert_allclose(found.value, 3.5)
    assert found.kind is MinimumKind.INTERIOR


def test_a_start_beside_a_wall_is_no_excuse() -> None:
    """Where the function is infinite on one side of the start, the minimum on the other is found."""

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        if v[0] <= 0:
            return np.inf, np.array([np.nan])
        return float(v[0] - 3 * np.log(v[0])), 1 - 3 / v

    found: Minimum = minimise(objective, np.array([1e-3]))
    assert found.kind is MinimumKind.INTERIOR
    assert_allclose(found.v, [3.0], rtol=1e-9)


def test_many_parameters_are_minimised_without_a_dense_curvature() -> None:
    """Beyond 300 parameters no matrix is formed, and the minimum is still found to 1e-5 standard errors."""
    n = 320
    curvature, centre = np.geomspace(1.0, 50.0, n), RNG.normal(size=n)

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        return float(0.5 * np.sum(curvature * (v - centre) ** 2)), curvature * (v - centre)

    found = minimise(objective, np.zeros(n))
    assert found.kind is MinimumKind.INTERIOR
    assert_allclose(found.v, centre, atol=1e-5)
