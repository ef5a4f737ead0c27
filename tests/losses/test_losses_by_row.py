"""Every loss that sums over rows is the negative log-likelihood that it says it is."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats

from nllcheck import losses
from tests.losses.loss_cases import BAD, CASES, N_OBS, OUTSIDE, Case, every_case

pytestmark = pytest.mark.filterwarnings("error")


@every_case
def test_scipy(case: Case) -> None:
    """The values per row and their sum are SciPy's log densities, turned around."""
    expected = case.scipy(*case.args.values())
    assert_allclose(case(reduction="none"), expected, rtol=1e-12, atol=1e-13)
    assert_allclose(case(), np.sum(expected), rtol=1e-12)


@every_case
def test_fifty_digits(case: Case) -> None:
    """The values per row are the closed form evaluated in 50 digits."""
    assert_allclose(case(reduction="none"), case.exact(), rtol=1e-12)


@every_case
def test_reductions(case: Case) -> None:
    """Sum and mean count each row once, whether parameters are scalars or per row."""
    rows = case(reduction="none")
    assert rows.shape == (N_OBS,)
    assert_allclose(case(), rows.sum(), rtol=1e-15)
    assert_allclose(case(reduction="mean"), rows.sum() / N_OBS, rtol=1e-15)


@every_case
def test_scalars_count_once_a_row(case: Case) -> None:
    """A scalar parameter gives the same sum as that scalar repeated for every row."""
    first = {name: np.asarray(value).flat[0] for name, value in list(case.args.items())[1:]}
    repeated = {name: np.full(N_OBS, value) for name, value in first.items()}
    assert_array_equal(case.with_args(**first), case.with_args(**repeated))


@every_case
def test_columns_are_refused(case: Case) -> None:
    """(n, 1) against (n,) raises and names both shapes, instead of making (n, n)."""
    y = np.asarray(case.args["y_true"])
    parameter = list(case.args)[1]
    column = np.broadcast_to(case.args[parameter], N_OBS)[:, np.newaxis]
    with pytest.raises(ValueError, match=rf"{parameter} has shape \(7, 1\) and y_true has shape \(7,\)"):
        case.with_args(**{parameter: column})
    with pytest.raises(ValueError, match=r"\(7,\) and y_true has shape \(7, 1\)"):
        case.with_args(y_true=y[:, np.newaxis], **{parameter: column[:, 0]})


@every_case
def test_unknown_reduction(case: Case) -> None:
    """An unknown reduction is an error that lists the three that exist."""
    with pytest.raises(ValueError, match="'average' is unknown; choose 'sum', 'mean' or 'none'"):
        case(reduction="average")


@every_case
def test_inputs_are_left_alone(case: Case) -> None:
    """Read-only arrays and lists are as good as arrays, and give the same values."""
    expected = case(reduction="none")
    frozen = {name: np.array(value) for name, value in case.args.items()}
    for array in frozen.values():
        array.flags.writeable = False
    assert_array_equal(case.with_args(**frozen), expected)
    assert_array_equal(case.with_args(**{name: a.tolist() for name, a in frozen.items()}), expected)


@every_case
@pytest.mark.parametrize("reduction", ["sum", "mean", "none"])
def test_float32_stays(case: Case, reduction: str) -> None:
    """Data of float32 give a loss of float32, near the one of float64; Python numbers do not widen it."""
    single = {
        name: np.float32(value) if isinstance(value, np.ndarray) else value
        for name, value in case.args.items()
    }
    result = case.loss(**single, **case.keywords, reduction=reduction)
    assert result.dtype == np.float32
    assert_allclose(result, case(reduction=reduction), rtol=3e-5, atol=3e-6)


def test_widest_float_decides() -> None:
    """A float64 argument widens float32 data, integer labels do not, and float16 is computed as float32."""
    y, p = np.array([1, 0]), np.array([0.3, 0.6])
    assert losses.binary_cross_entropy(y, p.astype(np.float32)).dtype == np.float32
    assert losses.mean_squared_error(y, p.astype(np.float16)).dtype == np.float32
    assert losses.binary_cross_entropy(y.astype(np.float32), p).dtype == np.float64
    assert losses.binary_cross_entropy([1, 0], 0.4).dtype == np.float64


@pytest.mark.parametrize(("name", "value"), OUTSIDE)
def test_outside_the_support(name: str, value: float) -> None:
    """Data of density zero cost +inf in their row, which sum and mean show and other rows do not."""
    case = CASES[name]
    y = np.array(case.args["y_true"], dtype=float)
    y[2] = value
    rows = case.with_args(y_true=y)
    assert rows[2] == np.inf
    assert_array_equal(np.delete(rows, 2), np.delete(case(reduction="none"), 2))
    assert case.loss(**{**case.args, "y_true": y}, **case.keywords) == np.inf


@pytest.mark.parametrize(("name", "parameter", "value"), BAD)
def test_outside_the_domain(name: str, parameter: str, value: float) -> None:
    """A parameter outside its domain makes its row nan, even where the data are outside their support."""
    case = CASES[name]
    values = np.broadcast_to(case.args[parameter], N_OBS).astype(float)
    values[2] = value
    rows = case.with_args(**{parameter: values})
    assert np.isnan(rows[2])
    assert_array_equal(np.delete(rows, 2), np.delete(case(reduction="none"), 2))
    for outside in case.outside:
        assert np.all(np.isnan(case.with_args(**{"y_true": np.full(N_OBS, outside), parameter: value})))


@every_case
def test_missing_data_are_nan(case: Case) -> None:
    """A nan among the data is nan in its row, never taken for data of density zero."""
    y = np.array(case.args["y_true"], dtype=float)
    y[4] = np.nan
    assert_array_equal(np.isnan(case.with_args(y_true=y)), np.arange(N_OBS) == 4)


def test_two_dimensional_rows() -> None:
    """Observations of shape (n, k) take parameters per column, and each entry counts as a row."""
    y, m, sigma = np.array([[1.2, 0.4], [2.2, -0.3], [0.1, 1.9]]), np.array([0.6, 0.2]), np.array([0.5, 1.7])
    expected = -stats.norm.logpdf(y, m, sigma)
    assert_allclose(losses.heteroscedastic_gaussian_nll(y, m, sigma, full=True), expected.sum(), rtol=1e-12)
