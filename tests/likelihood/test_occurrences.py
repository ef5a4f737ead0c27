"""Each place in which N uses a parameter may be given another value, and only that place feels it."""

import numpy as np
import pytest
from cases import models as m
from numpy.testing import assert_allclose
from scipy import special

from nllcheck.likelihood.build import build_model
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.occurrences import Occurrences

X = {"a": np.array(1.7), "b": np.array(-0.6), "sigma": np.array(0.8), "nu": np.array(3.4)}


@pytest.fixture(scope="module")
def places() -> Occurrences:
    return Occurrences(Likelihood(build_model(m.student_free)), ("mu", "nu", "y"))


def test_own_values_give_n(places: Occurrences):
    """With the parameter's own value in every place it is N."""
    evaluated = places.likelihood.evaluate(X)
    assert_allclose(places.evaluate(X, None, evaluated.values, {}), evaluated.total, rtol=1e-13)


def test_nu_has_the_places_of_the_density(places: Occurrences):
    """The degrees of freedom stand in the gamma functions, the normaliser, the exponent and under the square."""
    assert [place.name for place in places.places].count("nu") >= 4


def test_another_value_in_one_place_is_the_density_with_that_place_changed(places: Occurrences):
    """1 in the place of nu under the square gives the loss that forgets to divide by nu."""
    values = places.likelihood.evaluate(X).values
    y, mu, sigma, nu = values["y"], values["mu"], X["sigma"], X["nu"]
    norm = special.gammaln(nu / 2) - special.gammaln((nu + 1) / 2) + 0.5 * np.log(nu * np.pi) + np.log(sigma)
    wanted = np.sum(norm + (nu + 1) / 2 * np.log1p(((y - mu) / sigma) ** 2))
    found = [places.evaluate(X, None, values, {i: np.array(1.0)}) for i in range(len(places.places))]
    assert_allclose(min(found, key=lambda nll: abs(nll - wanted)), wanted, rtol=1e-12)
