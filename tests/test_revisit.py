"""A claim is evaluated at recorded places by the loss and the model of today."""

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pymc as pm
import pytest
from pymc.distributions.discrete import Poisson
from pymc.logprob.abstract import _logprob
from scipy import special

from nllcheck.baseline.claim import differences
from nllcheck.baseline.record import Recorded, remember
from nllcheck.checker import Checker
from nllcheck.errors import UsageError
from nllcheck.outcome import Outcome
from nllcheck.visits import Asked, Visits

X = np.array([0.3, 1.1, 1.7, 2.2, 2.9, 3.6, 4.1, 4.8])
COUNTS = np.array([1, 2, 1, 3, 6, 4, 9, 12])
CLAIM = "counts.py::poisson_nll"


def counts() -> pm.Model:
    """Return a Poisson regression."""
    with pm.Model() as model:
        a, b = pm.Normal("a", 0, 10), pm.Flat("b")
        lam = pm.Deterministic("lam", pm.math.exp(a + b * X))
        pm.Poisson("y", lam, observed=COUNTS)
    return model


def poisson_nll(y: np.ndarray, lam: np.ndarray) -> float:
    """Return the NLL, with functions of SciPy."""
    return float(np.sum(lam - special.xlogy(y, lam) + special.gammaln(y + 1)))


def checked(asked: Asked | None = None) -> Outcome:
    """Check the claim and visit what is asked."""
    checker = Checker()
    result = checker.check(counts, poisson_nll, name="poisson_nll")
    return Outcome(
        path="counts.py", name="poisson_nll", result=result, visits=checker.visit(asked or Asked())
    )


@pytest.fixture(scope="module")
def before() -> Recorded:
    """What is remembered of the claim."""
    remembered = remember(checked())
    assert remembered is not None
    return remembered


def test_probes_and_estimates_are_remembered(before: Recorded) -> None:
    """Near and far ones; L = N at each, and the values are those of the closed form."""
    assert [probe.kind for probe in before.probes] == ["near", "far", "far", "estimate", "minimiser"]
    for probe in before.probes:
        lam = np.exp(probe.parameters["a"] + probe.parameters["b"] * X)
        expected = float(np.sum(lam - COUNTS * np.log(lam) + special.gammaln(COUNTS + 1.0)))
        np.testing.assert_allclose([probe.loss, probe.nll], expected, rtol=1e-14)
        assert 0 < probe.loss_floor < 1e-12
    estimate, minimiser = (probe.parameters for probe in before.probes[-2:])
    np.testing.assert_allclose(estimate["b"], minimiser["b"], rtol=1e-6)


def test_the_same_code_is_silent(before: Recorded) -> None:
    """Also after the record went through JSON."""
    restored = Recorded.from_dict(json.loads(json.dumps(before.to_dict())))
    assert restored == before
    assert list(differences(CLAIM, restored, checked(restored.asked))) == []


def test_a_dependency_of_the_loss_that_changes_by_one_part_in_a_billion(
    before: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, though the relation, the estimates and all digits shown are the same."""
    honest = special.xlogy
    monkeypatch.setattr(special, "xlogy", lambda x, y: honest(x, y) * (1 + 1e-9))
    found = list(differences(CLAIM, before, checked(before.asked)))
    assert "loss" in {d.what for d in found if d.fails}
    assert "likelihood" not in {d.what for d in found}


@pytest.fixture
def other_pymc() -> Iterator[None]:
    """A PyMC whose Poisson differs by one part in a billion."""
    kind = Poisson.rv_op.__class__
    honest = _logprob.dispatch(kind)

    @_logprob.register(kind)
    def _(op, values, *inputs, **options):  # type: ignore[no-untyped-def]
        return honest(op, values, *inputs, **options) * (1 + 1e-9)

    yield
    _logprob.register(kind)(honest)


@pytest.mark.usefixtures("other_pymc")
def test_a_log_probability_that_changes_by_one_part_in_a_billion(before: Recorded) -> None:
    """A new version of PyMC cannot change a number unseen."""
    found = {d.what: d for d in differences(CLAIM, before, checked(before.asked))}
    assert found["likelihood"].fails
    assert "× (1 + 1e-09) at each" in found["likelihood"].message
    assert "loss" not in found


def test_a_model_that_does_not_fit_any_more(before: Recorded) -> None:
    """Parameters that are gone, new or of another shape are said; nothing is compared instead."""
    near = before.probes[0]
    shapes = {
        "no parameter 'c'": {**near.parameters, "c": 1.0},
        "'b' is new": {"a": 1.0},
        "'b' has shape ()": {"a": 1.0, "b": [1.0, 2.0]},
    }
    places = tuple(replace(near, parameters=parameters) for parameters in shapes.values())
    visits = checked(Asked(places=places)).visits
    assert visits is not None
    for visit, words in zip(visits.again, shapes, strict=True):
        assert words in visit.problem
        assert not visit.is_finite


def test_the_data_of_a_distribution_class_are_remembered() -> None:
    """Recorded data are used again, whatever PyMC draws today."""

    def nll(y: np.ndarray, mu: np.ndarray) -> float:
        return float(0.5 * np.sum((y - mu) ** 2))

    checker = Checker()
    checker.check(pm.Normal, nll, given={"sigma": 1.0})
    first = checker.visit(Asked())
    data = {"y": [value + 0.5 for value in first.data["y"]]}
    asked = Asked(places=first.fresh, data=data)
    again = checker.visit(asked).again[0]
    y, mu = np.array(data["y"]), np.array(again.parameters["mu"])
    np.testing.assert_allclose(again.loss, 0.5 * np.sum((y - mu) ** 2), rtol=1e-13)
    np.testing.assert_allclose(again.nll, again.loss + 6 * np.log(2 * np.pi), rtol=1e-13)
    assert checker.visit(replace(asked, data=first.data)).again == first.fresh
    short = checker.visit(replace(asked, data={"y": [1.0, 2.0]})).again[0]
    assert "have another shape" in short.problem


def test_visits_survive_the_way_between_processes() -> None:
    """Values that are not finite too."""
    lost = replace(checked().visits.fresh[0], loss=np.nan, nll=np.inf, problem="the loss raised X")  # type: ignore[union-attr]
    visits = Visits(again=(lost,), fresh=(), left_out="why")
    text = json.dumps(visits.to_dict(), allow_nan=False)
    assert repr(Visits.from_dict(json.loads(text))) == repr(visits)


def test_nothing_was_checked() -> None:
    """Without a claim there is nothing to visit."""
    with pytest.raises(UsageError, match="nothing to visit"):
        Checker().visit(Asked())
