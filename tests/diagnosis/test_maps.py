"""Every map of the catalogue does what it says: its text, evaluated, is its function."""

import numpy as np
import pytest
import scipy
from numpy.testing import assert_allclose
from scipy import special

from nllcheck.diagnosis.causes.maps import (
    LABELS,
    MATRICES,
    NATURAL,
    PLAIN,
    SMOOTHED,
    TABLES,
    Map,
    label_maps,
    vector_maps,
)

assert special
RNG = np.random.default_rng(77)
SHARES = RNG.uniform(0.1, 0.8, size=7)
MATRIX = np.array([[1.7, 0.4], [0.4, 0.9]])


def evaluated(candidate: Map, x: np.ndarray) -> np.ndarray:
    """Return what the text says, as Python reads it."""
    return eval(candidate.of("x"), {"np": np, "scipy": scipy, "x": x})


@pytest.mark.parametrize("candidate", [*NATURAL, *PLAIN], ids=lambda m: m.text)
def test_maps_of_numbers(candidate: Map) -> None:
    """On numbers between 0 and 1, where all of them are defined."""
    assert_allclose(candidate.apply(SHARES), evaluated(candidate, SHARES), rtol=1e-12)


@pytest.mark.parametrize("candidate", SMOOTHED, ids=lambda m: m.text)
def test_smoothed_labels(candidate: Map) -> None:
    """What undoes the smoothing gives the labels back."""
    labels = np.array([0.0, 1.0, 1.0, 0.0])
    assert_allclose(candidate.apply(labels), evaluated(candidate, labels), rtol=1e-12)


@pytest.mark.parametrize("candidate", MATRICES, ids=lambda m: m.text)
def test_maps_of_matrices(candidate: Map) -> None:
    """On a covariance matrix."""
    assert_allclose(candidate.apply(MATRIX), evaluated(candidate, MATRIX), rtol=1e-12)


@pytest.mark.parametrize("candidate", vector_maps(SHARES), ids=lambda m: m.text)
def test_maps_of_vectors(candidate: Map) -> None:
    """Along the last axis of a short vector."""
    assert_allclose(candidate.apply(SHARES), evaluated(candidate, SHARES), rtol=1e-12)


@pytest.mark.parametrize("candidate", TABLES, ids=lambda m: m.text)
def test_maps_of_tables(candidate: Map) -> None:
    """On counts of three categories."""
    counts = RNG.integers(0, 9, size=(5, 3))
    assert_allclose(candidate.apply(counts), evaluated(candidate, counts), rtol=0)


def test_encodings_of_labels() -> None:
    """Every encoding that is offered for some labels is what its text says, and changes some label."""
    for labels, classes in (
        (np.array([0, 1, 1, 0, 1]), 0),
        (np.array([-1, 1, 1]), 0),
        (np.array([0, 2, 1, 2, 3]), 4),
        (np.array([3, 0, 7, 1]), 0),
    ):
        for candidate in label_maps(labels, classes):
            assert_allclose(candidate.apply(labels), evaluated(candidate, labels), rtol=0)
            assert np.any(candidate.apply(labels) != labels) or classes == 0
    assert len(LABELS) >= 7
