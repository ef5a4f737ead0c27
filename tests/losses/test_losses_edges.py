"""Large logits, certain probabilities, edges of supports: the losses keep their digits."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from nllcheck import losses

pytestmark = pytest.mark.filterwarnings("error")


def test_binary_logits_are_stable() -> None:
    """Logits of ±800 cost 800 nats on the wrong side and exp(−|z|) on the right one, as far as floats go."""
    loss = losses.binary_cross_entropy_with_logits
    z = np.array([800.0, -800.0, 40.0, -40.0, 700.0])
    rows = loss([1, 0, 1, 0, 1], z, reduction="none")
    with mp.workdps(400):
        exact = [float(mp.log1p(mp.exp(-abs(mp.mpf(value))))) for value in z]
    assert_allclose(rows, exact, rtol=1e-12)
    assert_array_equal(loss([0, 1], [800.0, -800.0], reduction="none"), [800.0, 800.0])


def test_class_logits_are_stable() -> None:
    """Logits of ±800 keep every digit, also of the small cost of the right class."""
    loss = losses.categorical_cross_entropy_with_logits
    z = np.array([[800.0, 760.0, -800.0], [-800.0, -840.0, -800.5]])
    with mp.workdps(100):
        total = [[mp.log(mp.fsum(mp.exp(mp.mpf(b) - mp.mpf(a)) for b in row)) for a in row] for row in z]
        exact = np.array([[float(value) for value in row] for row in total])
    for k in range(3):
        assert_allclose(loss([k, k], z, reduction="none"), exact[:, k], rtol=1e-12)
    assert_allclose(
        loss([[2, 0, 1], [1, 3, 0]], z, reduction="none"), [1600 + 2 * exact[0, 0], exact[1] @ [1, 3, 0]]
    )


def test_certain_probabilities() -> None:
    """0 log 0 is 0: a certain and right prediction costs nothing, a certain and wrong one is +inf."""
    certain = [[1.0, 0.0], [0.0, 1.0]]
    assert_array_equal(
        losses.binary_cross_entropy([0, 1, 1], [0.0, 1.0, 0.0], reduction="none"), [0, 0, np.inf]
    )
    assert_array_equal(losses.categorical_cross_entropy([0, 0], certain, reduction="none"), [0, np.inf])
    assert_array_equal(
        losses.categorical_cross_entropy([[3, 0], [1, 1]], certain, reduction="none"), [0, np.inf]
    )
    assert_array_equal(losses.binomial_nll([0, 4, 1], 4, [0.0, 1.0, 0.0], reduction="none"), [0, 0, np.inf])
    assert_array_equal(losses.binomial_nll([3, 1], [2, 0], 1.0, reduction="none"), [np.inf, np.inf])
    assert_array_equal(losses.poisson_nll([0, 2], 0.0, reduction="none"), [0, np.inf])
    assert_array_equal(losses.geometric_nll([1, 2], 1.0, reduction="none"), [0, np.inf])


def test_edges_of_closed_supports() -> None:
    """At the edge of its support the density decides: finite for shape 1, else zero or infinite."""
    shapes = [0.5, 1.0, 1.5]
    expected = [-np.inf, np.log(0.5), np.inf]
    assert_allclose(losses.gamma_nll([0.0] * 3, shapes, 2.0, reduction="none"), [-np.inf, -np.log(2), np.inf])
    assert_allclose(losses.weibull_nll([0.0] * 3, shapes, 0.5, reduction="none"), expected)
    assert_allclose(losses.beta_nll([0.0] * 3, shapes, 2.0, reduction="none"), expected)
    assert_allclose(losses.beta_nll([1.0] * 3, 2.0, shapes, reduction="none"), expected)


def test_large_parameters_do_not_cancel() -> None:
    """Near their Poisson and Gaussian limits, negative binomial and Student-t keep their digits."""
    with mp.workdps(50):
        y, mu, a = mp.mpf(7), mp.mpf("4.5"), mp.mpf(10) ** 9
        binomial = -mp.log(mp.binomial(y + a - 1, y)) + a * mp.log1p(mu / a) + y * mp.log1p(a / mu)
        nu = mp.mpf(10) ** 9
        norm = mp.loggamma(nu / 2) - mp.loggamma((nu + 1) / 2) + mp.log(nu * mp.pi) / 2
        student = norm + (nu + 1) / 2 * mp.log1p(mp.mpf("2.25") / nu)
    assert_allclose(losses.negative_binomial_nll([7], 4.5, 1e9), float(binomial), rtol=1e-11)
    assert_allclose(losses.student_t_nll([2.5], 1.0, 1.0, 1e9), float(student), rtol=1e-12)
