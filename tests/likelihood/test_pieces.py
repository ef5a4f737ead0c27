"""The terms read from a graph add up to N, and follow when a parameter is given another value."""

import numpy as np
import pytest
from cases import models as m
from numpy.testing import assert_allclose
from scipy import stats

from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.pieces import Pieces

MODELS = (
    m.gaussian, m.heteroscedastic, m.student, m.laplace, m.logistic_regression, m.poisson, m.poisson_rates,
    m.negative_binomial, m.binomial, m.votes, m.gamma, m.beta, m.weibull, m.censored, m.truncated, m.pairs_free,
    m.von_mises, m.inverse_gaussian, m.weighted, m.two_outcomes, m.ridge, m.hierarchical,
)  # fmt: skip


def at(likelihood: Likelihood, seed: int) -> tuple[dict, dict, float]:
    u = 0.3 * np.random.default_rng(seed).normal(size=likelihood.n_params)
    x = likelihood.constrain(u)
    evaluated = likelihood.evaluate(x)
    return x, evaluated.values, evaluated.total


@pytest.mark.parametrize("of", ["likelihood", "posterior"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_the_terms_add_up(model, of: str) -> None:
    """The wholes add up to N up to constant priors; so do the finest terms, up to a constant."""
    likelihood = Likelihood(build_model(model), of=of)
    pieces = Pieces(likelihood, likelihood.offers)
    rests = {"whole": [], "fine": []}
    for seed in (1, 2, 3):
        x, named, total = at(likelihood, seed)
        values, sizes = pieces.evaluate(x, None, named)
        assert np.isfinite(values).all()
        assert np.all(np.abs(values) <= sizes * (1 + 1e-12))
        own = [not piece.prior for piece in pieces.pieces]
        whole = sum(v for v, p, o in zip(values, pieces.pieces, own, strict=True) if o and p.whole)
        split = {p.name for p in pieces.pieces if p.fine}
        fine = sum(
            v
            for v, p, o in zip(values, pieces.pieces, own, strict=True)
            if o and (p.fine or (p.whole and p.name not in split))
        )
        rests["whole"].append(total - whole)
        rests["fine"].append(total - fine)
    for rest in rests.values():
        assert_allclose(rest, rest[0], rtol=0, atol=1e-9 * (1 + abs(total)))


def test_a_deterministic_takes_another_value() -> None:
    """With p shifted, the terms are those of the shifted p: by paper and pencil."""
    likelihood = Likelihood(build_model(m.logistic_regression))
    pieces = Pieces(likelihood, ("p",))
    assert pieces.deterministics == ("p",)
    x, named, _ = at(likelihood, 4)
    p, y = named["p"] * 0.9 + 0.01, named["y"]
    values, _ = pieces.evaluate(x, None, {**named, "p": p})
    whole = next(v for v, piece in zip(values, pieces.pieces, strict=True) if piece.whole)
    assert_allclose(whole, -np.sum(np.where(y == 1, np.log(p), np.log1p(-p))), rtol=1e-12)


def test_priors_are_told_apart() -> None:
    """Under the likelihood the priors are pieces too, marked as no part of N; flat ones are none."""
    likelihood = Likelihood(build_model(m.hierarchical))
    assert {p.name for p in Pieces(likelihood).pieces if p.prior} == {"tau", "theta"}
    assert not [p for p in Pieces(Likelihood(build_model(m.gaussian))).pieces if p.prior]


def test_a_covariance_may_be_replaced():
    """A covariance that the model holds as a constant can be given another value in N."""
    likelihood = Likelihood(build_model(m.pairs))
    pieces = Pieces(likelihood)
    (name,) = pieces.covariances
    x = {"mu": np.array([0.4, -0.9])}
    r = likelihood.data.values["y"] - x["mu"]
    other = np.array([[0.9, -0.2], [-0.2, 1.6]])
    values, _ = pieces.evaluate(x, None, {name: other})
    whole = next(v for v, p in zip(values, pieces.pieces, strict=True) if p.whole)
    wanted = 0.5 * np.sum(r * np.linalg.solve(other, r.T).T) + len(r) * (
        np.log(2 * np.pi) + 0.5 * np.linalg.slogdet(other)[1]
    )
    assert_allclose(whole, wanted, rtol=1e-12)


def test_categories_add_up():
    """The parts of the categories of a table of counts differ from N by a constant."""
    likelihood = Likelihood(build_model(m.votes))
    pieces = Pieces(likelihood)
    rests = []
    for seed in (1, 2):
        x, named, total = at(likelihood, seed)
        values, _ = pieces.evaluate(x, None, named)
        parts = [v for v, p in zip(values, pieces.pieces, strict=True) if p.category is not None]
        assert len(parts) == 4
        rests.append(total - sum(parts))
    assert_allclose(rests[1], rests[0], rtol=1e-12)


def test_priors_of_entries_add_up():
    """The priors of the entries of a short vector are its prior."""
    likelihood = Likelihood(build_model(m.ridge), of="posterior")
    pieces = Pieces(likelihood)
    x, named, _ = at(likelihood, 3)
    values, _ = pieces.evaluate(x, None, named)
    of = {piece.name: value for value, piece in zip(values, pieces.pieces, strict=True) if piece.name != "y"}
    assert_allclose(of.pop("beta"), sum(of.values()), rtol=1e-13)
    assert list(of) == [f"beta[{k}]" for k in range(4)]


def test_a_truncation_is_one_term():
    """What two formulas compute, each where it is accurate, is one term: n·log P(y > 0), without data."""
    likelihood = Likelihood(build_model(m.truncated))
    pieces = Pieces(likelihood)
    x, named, _ = at(likelihood, 5)
    values, _ = pieces.evaluate(x, None, named)
    wanted = len(named["y"]) * stats.norm.logsf(0.0, x["mu"], x["sigma"])
    near = [p for v, p in zip(values, pieces.pieces, strict=True) if abs(v - wanted) <= 1e-12 * abs(wanted)]
    assert [p.normalises for p in near if not p.fine] == [True]


def test_a_named_scalar_takes_another_value() -> None:
    """PyMC computes exp(log_sigma) again with an axis for the rows; the named one stands for it all the same."""
    likelihood = Likelihood(build_model(m.log_deviation))
    pieces = Pieces(likelihood, ("sigma",))
    assert pieces.deterministics == ("sigma",)
    x, named, _ = at(likelihood, 5)
    values, _ = pieces.evaluate(x, None, {**named, "sigma": np.asarray(0.7)})
    (whole,) = (v for v, piece in zip(values, pieces.pieces, strict=True) if piece.whole and not piece.prior)
    assert_allclose(whole, -stats.norm.logpdf(named["y"], named["mu"], 0.7).sum(), rtol=1e-12)


def test_columns_of_a_multivariate_normal() -> None:
    """The marginal of each column is that of SciPy's normal, up to a constant; none is a part of N."""
    likelihood = Likelihood(build_model(m.pairs_free))
    pieces = Pieces(likelihood)
    marginals = [k for k, piece in enumerate(pieces.pieces) if piece.marginal]
    assert [pieces.pieces[k].category for k in marginals] == [0, 1]
    rests = []
    for seed in (6, 7):
        x, named, _ = at(likelihood, seed)
        values, _ = pieces.evaluate(x, None, named)
        covariance = pieces.covariances_at(x, None)["the covariance of y"]
        deviations = np.sqrt(np.diag(covariance))
        ours = values[marginals]
        theirs = [-stats.norm.logpdf(named["y"][:, k], named["mu"][k], deviations[k]).sum() for k in (0, 1)]
        rests.append(ours - theirs)
    assert_allclose(rests[0], rests[1], rtol=0, atol=1e-10 * len(likelihood.data.values["y"]))
