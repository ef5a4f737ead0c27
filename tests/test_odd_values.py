"""What is not finite, not real, or of another shape or type is a verdict: it never agrees, and never raises."""

import decimal
from collections.abc import Callable
from typing import Any

import numpy as np
import pymc as pm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scenes import N, Y, ask, codes, line, poisson

import nllcheck
from nllcheck.binding import read_return
from nllcheck.diagnosis.causes import search
from nllcheck.errors import BadData, CannotEvaluate
from nllcheck.rounding import LIMIT_LOW, fit_affine, fit_constant, fit_equal

Loss = Callable[..., Any]


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for verdicts, not for causes."""
    monkeypatch.setattr(search, "BUDGET", 0.2)


def rows(y: Any, mu: Any, sigma: Any) -> Any:
    return 0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma)


def first_rows(y: Any, mu: Any, sigma: Any, value: Any) -> Any:
    """Return the loss of each row, with `value` in place of the first ones."""
    return np.where(np.arange(len(y)) < 4, value, rows(y, mu, sigma))


NEVER: dict[str, tuple[Loss, Loss, str]] = {  # model, loss, the first error
    "nan": (line, lambda y, mu, sigma: np.nan, "non-finite"),
    "inf": (line, lambda y, mu, sigma: np.inf, "non-finite"),
    "-inf": (line, lambda y, mu, sigma: -np.inf, "non-finite"),
    "inf - inf": (line, lambda y, mu, sigma: rows(y, mu, sigma).sum() + (np.inf - np.inf), "non-finite"),
    "0 * inf": (line, lambda y, mu, sigma: rows(y, mu, sigma).sum() + 0.0 * np.inf, "non-finite"),
    "a row of nan": (line, lambda y, mu, sigma: first_rows(y, mu, sigma, np.nan), "non-finite"),
    "a row of inf": (line, lambda y, mu, sigma: first_rows(y, mu, sigma, np.inf), "non-finite"),
    "inf and -inf": (line, lambda y, mu, sigma: first_rows(y, mu, sigma, np.inf * (-1.0) ** np.arange(N)), "non-finite"),
    "complex": (line, lambda y, mu, sigma: rows(y, mu, sigma).sum() + 0j, "bad-return"),
    "complex rows": (line, lambda y, mu, sigma: rows(y, mu, sigma) + 0j, "bad-return"),
    "objects": (line, lambda y, mu, sigma: rows(y, mu, sigma).astype(object), "bad-return"),
    "None in an array": (line, lambda y, mu, sigma: np.full(len(y), None), "bad-return"),
    "truth values": (line, lambda y, mu, sigma: mu > 0, "bad-return"),
    "dates": (line, lambda y, mu, sigma: np.full(len(y), np.datetime64("2020-01-01")), "bad-return"),
    "a structured array": (line, lambda y, mu, sigma: np.zeros(len(y), dtype=[("a", "f8")]), "bad-return"),
    "empty": (line, lambda y, mu, sigma: rows(y, mu, sigma)[:0], "bad-return"),
    "the sum of nothing": (line, lambda y, mu, sigma: rows(y, mu, sigma)[:0].sum(), "unexplained"),
    "masked rows": (line, lambda y, mu, sigma: np.ma.masked_less(rows(y, mu, sigma), 0.1), "bad-return"),
    "masked rows of nan": (line, lambda y, mu, sigma: np.ma.masked_invalid(first_rows(y, mu, sigma, np.nan)), "bad-return"),
    "the masked constant": (line, lambda y, mu, sigma: np.ma.masked, "bad-return"),
    "a gradient beside it": (line, lambda y, mu, sigma: (rows(y, mu, sigma).sum(), np.zeros(2)), "bad-return"),
    "whole numbers": (line, lambda y, mu, sigma: int(rows(y, mu, sigma).sum()), "unexplained"),
    "int64 that overflows": (line, lambda y, mu, sigma: np.sum((rows(y, mu, sigma) * 1e18).astype(np.int64)), "clipped"),
    "uint8 below zero": (poisson, lambda y, mu: np.sum(mu - (y.astype(np.uint8) - np.uint8(9) + 9.0) * np.log(mu)), ""),
}  # fmt: skip
STILL: dict[str, tuple[Loss, Loss]] = {
    "a 0-d array": (line, lambda y, mu, sigma: np.array(rows(y, mu, sigma).sum())),
    "an array of one": (line, lambda y, mu, sigma: rows(y, mu, sigma).sum(keepdims=True)),
    "a number in an object": (line, lambda y, mu, sigma: np.array(rows(y, mu, sigma).sum(), dtype=object)),
    "a Decimal": (line, lambda y, mu, sigma: decimal.Decimal(float(rows(y, mu, sigma).sum()))),
    "a list": (line, lambda y, mu, sigma: list(rows(y, mu, sigma))),
    "extended precision": (line, lambda y, mu, sigma: rows(y.astype("g"), mu, np.longdouble(sigma)).sum()),
    "masked, nothing missing": (
        line,
        lambda y, mu, sigma: np.ma.masked_array(rows(y, mu, sigma), mask=False),
    ),
    "float32": (line, lambda y, mu, sigma: rows(np.float32(y), np.float32(mu), np.float32(sigma)).sum()),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_never_agrees(name: str) -> None:
    """Not even as `monotone`: the first error says what it was, in a record that tells its story."""
    model, loss, code = NEVER[name]
    result = ask(model, loss, relation="monotone")
    assert not result.holds
    assert result.errors()
    assert codes(result, "error")[0] == code or not code
    assert "No" in str(result) or "cannot" in str(result) or "undecided" in str(result).lower()


@pytest.mark.parametrize("name", STILL)
def test_what_is_a_number_all_the_same(name: str) -> None:
    """What `float` and `numpy.asarray` take is compared as the number that it is."""
    model, loss = STILL[name]
    result = ask(model, loss)
    assert result.holds
    assert codes(result) == (["low-precision"] if name == "float32" else [])


def nan_normal() -> pm.Model:
    """Have a log-probability that is nan wherever mu is above a value: nan against nan is asked for there."""
    with pm.Model() as model:
        mu = pm.Flat("mu")
        pm.Normal("y", pm.math.sqrt(1.1 - mu), 0.9, observed=Y)
    return model


def test_nan_on_both_sides_is_no_agreement() -> None:
    """Where both sides are nan nothing is shown; the finite part alone decides, and a difference there is seen."""

    def same(y: Any, mu: Any) -> Any:
        with np.errstate(invalid="ignore"):
            return np.sum((y - np.sqrt(1.1 - mu)) ** 2) / (2 * 0.81)

    def other(y: Any, mu: Any) -> Any:
        return same(y, mu) + 0.1 * mu

    result = nllcheck.check(nan_normal, same)
    finite = [probe for probe in result.probes if np.isfinite(probe.nll)]
    assert result.holds is (len(finite) >= 8)
    assert not nllcheck.check(nan_normal, other, relation="monotone").holds


def test_all_nan_on_both_sides_is_an_error() -> None:
    """A model and a loss that are nan everywhere agree in nothing."""

    def nowhere() -> pm.Model:
        with pm.Model() as model:
            pm.Normal("y", pm.Flat("mu") * np.nan, 1.0, observed=Y)
        return model

    with pytest.raises(CannotEvaluate, match="not finite"):
        nllcheck.check(nowhere, lambda y, mu: np.nan)


DATA = {
    "empty": (np.zeros(0), "are empty"),
    "empty rows": (np.zeros((0, 3)), "are empty"),
    "complex": (Y + 0j, "(?i)complex"),
    "objects": (np.array([1.3, "a", None], dtype=object), "raised TypeError"),
    "text": (np.array(["1", "2"]), "raised TypeError"),
    "infinite": (np.array([1.0, np.inf, 2.0]), "not finite"),
}


@pytest.mark.parametrize("name", DATA)
def test_data_that_are_none(name: str) -> None:
    """They are refused by name, in one line."""
    data, says = DATA[name]
    with pytest.raises(CannotEvaluate, match=says) as refused:
        nllcheck.check(normal(data), lambda y, mu, sigma: rows(y, mu, sigma).sum())
    assert "\n" not in str(refused.value)


def normal(data: Any) -> Loss:
    """Return a model of data of any type and shape."""

    def model() -> pm.Model:
        with pm.Model() as built:
            pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=data)
        return built

    return model


@pytest.mark.filterwarnings("ignore:Data in y contains missing values")
def test_masked_data() -> None:
    """Masked entries reach the loss as nan, never as the numbers below the mask; with none left there is no claim."""
    masked = np.ma.masked_less(Y, 0.5)
    assert 2 < np.ma.count_masked(masked) < N - 2
    result = nllcheck.check(normal(masked), lambda y, mu, sigma: rows(y, mu, sigma).sum())
    assert not result.holds
    assert codes(result, "error") == ["non-finite"]
    assert nllcheck.check(
        normal(masked), lambda y_observed, mu, sigma: rows(y_observed, mu, sigma).sum()
    ).holds
    with pytest.raises(BadData, match="are empty"):
        nllcheck.check(
            normal(np.ma.masked_array(Y, mask=True)), lambda y, mu, sigma: rows(y, mu, sigma).sum()
        )


@pytest.mark.parametrize("data", [np.array(1.3), Y.astype(np.float32)], ids=["0-d", "float32"])
def test_data_of_other_shapes_and_types(data: Any) -> None:
    """The loss gets them as the model uses them, and the right one holds."""
    assert nllcheck.check(normal(data), lambda y, mu, sigma: rows(y, mu, sigma).sum()).holds


DTYPES = st.one_of(
    hnp.floating_dtypes(),
    hnp.integer_dtypes(),
    hnp.complex_number_dtypes(),
    hnp.boolean_dtypes(),
    hnp.byte_string_dtypes(max_len=3),
    hnp.unicode_string_dtypes(max_len=3),
    hnp.datetime64_dtypes(),
    hnp.timedelta64_dtypes(),
)


@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3)))
@settings(deadline=None, max_examples=150)
def test_any_array_is_a_number_or_a_problem(value: np.ndarray) -> None:
    """What is no real number has a problem and is nan; what is one has its sum in double precision."""
    returned = read_return(value)
    real = value.dtype.kind in "fiu" and value.size > 0
    assert bool(returned.problem) is not real
    with np.errstate(all="ignore"):
        total = np.sum(value, dtype=np.float64) if real else np.nan
    assert np.array_equal(returned.total, total, equal_nan=True)


SIDES = hnp.arrays(float, 12, elements=st.floats(allow_nan=True, allow_infinity=True))
FLOORS = hnp.arrays(float, 12, elements=st.floats(1e-300, 1e300))


@given(SIDES, SIDES, FLOORS, st.booleans())
@settings(deadline=None, max_examples=150)
def test_agreement_means_finite_sides(
    loss: np.ndarray, nll: np.ndarray, floor: np.ndarray, same: bool
) -> None:
    """Whatever the sides, nan and infinity included and the same on both, only finite values can agree."""
    other = loss if same else nll
    for fit in (fit_equal, fit_constant, fit_affine):
        with np.errstate(all="ignore"):
            judged = fit(loss, other, floor, np.zeros(12, dtype=int))
        if judged.worst <= LIMIT_LOW:
            assert np.isfinite(loss).all()
            assert np.isfinite(other).all()
