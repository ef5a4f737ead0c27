"""Both sides along each parameter."""

import json
from functools import cache
from typing import Any

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose, assert_array_less
from scenes import X, Y, labels, line

from nllcheck.checker import Checker
from nllcheck.diagnosis.causes import search
from nllcheck.result import CheckResult, Curve


def mse(y: Any, mu: Any) -> Any:
    return np.mean((y - mu) ** 2)


def cross_entropy(y: Any, z: Any) -> Any:
    return np.sum(np.logaddexp(0, z) - y * z)


@cache
def drawn() -> Checker:
    return Checker(seed=0, curves=True)


def curves_of(model: Any, loss: Any, **options: Any) -> dict[str, Curve]:
    return {curve.name: curve for curve in drawn().check(model, loss, **options).curves}


def test_they_are_made_where_they_are_asked_for() -> None:
    """A check that draws nothing pays nothing; one that does finds the same."""
    plain = Checker(seed=0).check(labels, cross_entropy)
    asked = drawn().check(labels, cross_entropy)
    assert plain.curves == ()
    assert len(asked.curves) == 2
    assert asked.relation == plain.relation
    assert asked.code["loss"].startswith("def cross_entropy(")
    assert "pm.Bernoulli" in asked.code["model"]


def test_they_pass_through_the_estimates() -> None:
    """The middle is the model's estimate, and N rises to both sides."""
    for curve in curves_of(labels, cross_entropy).values():
        assert len(curve.x) == len(curve.nll) == len(curve.loss) == 21
        assert curve.x[10] == curve.centre
        assert_array_less(-1e-9, curve.nll - curve.nll[10])


def test_they_reach_three_standard_errors() -> None:
    """Along a coefficient of a Gaussian, N is quadratic and rises by 4.5 nats to each side."""
    found = curves_of(line, mse, relation="affine", given="sigma")
    for name in ("a", "b"):
        assert_allclose((found[name].nll - found[name].nll[10])[[0, -1]], 4.5, rtol=1e-3)


def test_they_are_the_values_of_both_sides() -> None:
    """Against the closed form: the Gaussian NLL and the mean of squares along a and b."""
    found = curves_of(line, mse, relation="affine", given="sigma")
    slope, intercept = np.polyfit(X, Y, 1)
    sigma = np.sqrt(np.mean((Y - intercept - slope * X) ** 2))
    for value, nll, loss in zip(found["a"].x, found["a"].nll, found["a"].loss, strict=True):
        rest = Y - value - slope * X
        assert_allclose(loss, np.mean(rest**2), rtol=1e-9)
        closed = np.sum(0.5 * (rest / sigma) ** 2 + np.log(sigma) + 0.5 * np.log(2 * np.pi))
        assert_allclose(nll, closed, rtol=1e-9)


def test_a_nuisance_has_no_loss() -> None:
    """Squared error does not take sigma, whose curve is told on its own, positive scale."""
    sigma = curves_of(line, mse, relation="affine", given="sigma")["sigma"]
    assert len(sigma.loss) == 0
    assert (np.asarray(sigma.x) > 0).all()


def test_they_reach_the_minimiser_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loss with its minimum elsewhere is followed there."""
    monkeypatch.setattr(search, "BUDGET", 0.05)  # why it is elsewhere is not the question
    found = drawn().check(labels, lambda y, z: np.sum((y - 0.5 - 0.2 * z) ** 2), relation="different")
    for curve in found.curves:
        minimiser = float(np.asarray(found.estimates["loss"][curve.name]))
        assert curve.x[0] < minimiser < curve.x[-1]


def shares() -> pm.Model:
    with pm.Model() as model:
        p = pm.Dirichlet("p", np.ones(3))
        pm.Multinomial("y", n=20, p=p, observed=np.array([4, 9, 7]))
    return model


def many() -> pm.Model:
    with pm.Model() as model:
        pm.Normal(
            "y", pm.Flat("mu", shape=(2, 9)), pm.HalfFlat("sigma"), observed=np.arange(18.0).reshape(2, 9) % 7
        )
    return model


def test_entries_have_their_index_and_leave_room() -> None:
    """A long vector is drawn by its first entries, and the parameter after it is drawn as well."""
    found = curves_of(many, lambda y, mu: np.sum((y - mu) ** 2), relation="affine", given={"sigma": 1.0})
    assert list(found)[:2] == ["mu[0, 0]", "mu[0, 1]"]
    assert len(found) == 12


def test_shares_move_together() -> None:
    """A coordinate of a simplex moves all shares: its curve is told in standard errors."""
    found = curves_of(shares, lambda y, p: -np.sum(y * np.log(p)))
    assert list(found) == [f"p, direction {k} (standard errors)" for k in (1, 2)]
    assert_allclose(found["p, direction 1 (standard errors)"].x[[0, 10, 20]], [-3, 0, 3])


def test_they_come_back_from_json() -> None:
    """A record with curves and code is the same after a round trip."""
    result = drawn().check(line, mse, relation="affine", given="sigma")
    again = CheckResult.from_dict(json.loads(json.dumps(result.to_dict())))
    assert again == result
    assert_allclose(again.curves[0].x, result.curves[0].x)
