"""Cross-entropy of several classes, from labels or counts, probabilities or logits."""

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special, stats

from nllcheck import losses

pytestmark = pytest.mark.filterwarnings("error")

# Classes: 5 rows, 3 classes, labels and counts.
CLASS_LOGITS = np.random.default_rng(7).normal(0.3, 1.9, (5, 3))
CLASS_PROBS = special.softmax(CLASS_LOGITS, axis=1)
CLASS_LABELS = np.array([2, 0, 0, 1, 0])
CLASS_COUNTS = np.array([[3, 0, 1], [0, 2, 2], [5, 1, 0], [0, 0, 1], [1, 4, 2]])
class_losses = pytest.mark.parametrize(
    ("loss", "scores"),
    [
        (losses.categorical_cross_entropy, CLASS_PROBS),
        (losses.categorical_cross_entropy_with_logits, CLASS_LOGITS),
    ],
    ids=["probabilities", "logits"],
)


@class_losses
def test_labels_of_classes(loss: Callable[..., Any], scores: np.ndarray) -> None:
    """Integer labels cost −log p of their class, in SciPy and in 50 digits."""
    rows = loss(CLASS_LABELS, scores, reduction="none")
    one_hot = np.eye(3)[CLASS_LABELS]
    scipy = [-stats.multinomial.logpmf(y, 1, p) for y, p in zip(one_hot, CLASS_PROBS, strict=True)]
    assert_allclose(rows, scipy, rtol=1e-12)
    with mp.workdps(50):
        exact = [
            float(mp.log(mp.fsum(mp.exp(mp.mpf(b)) for b in z)) - mp.mpf(z[k]))
            for z, k in zip(CLASS_LOGITS, CLASS_LABELS, strict=True)
        ]
    assert_allclose(rows, exact, rtol=1e-12)
    assert_allclose(loss(one_hot, scores, reduction="none"), rows, rtol=1e-14)
    assert_allclose(loss(CLASS_LABELS.astype(float), scores), sum(exact), rtol=1e-12)
    assert_allclose(loss(CLASS_LABELS, scores, reduction="mean"), sum(exact) / 5, rtol=1e-12)


@class_losses
def test_counts_of_classes(loss: Callable[..., Any], scores: np.ndarray) -> None:
    """A matrix of counts gives the multinomial NLL without its coefficient; (1, k) is shared by all rows."""
    n = CLASS_COUNTS.sum(axis=1)
    coefficient = special.gammaln(n + 1) - special.gammaln(CLASS_COUNTS + 1).sum(axis=1)
    expected = -stats.multinomial.logpmf(CLASS_COUNTS, n, CLASS_PROBS) + coefficient
    assert_allclose(loss(CLASS_COUNTS, scores, reduction="none"), expected, rtol=1e-12)
    shared = loss(CLASS_COUNTS, scores[:1])
    assert_allclose(shared, loss(CLASS_COUNTS.sum(axis=0)[np.newaxis], scores[:1]), rtol=1e-14)


@class_losses
@pytest.mark.parametrize("label", [-1, 3, 0.5, np.inf])
def test_labels_outside(loss: Callable[..., Any], scores: np.ndarray, label: float) -> None:
    """A label that names no class costs +inf, a nan label is nan, and the other rows stand."""
    for value, expected in ((label, np.inf), (np.nan, np.nan)):
        y = CLASS_LABELS.astype(float)
        y[1] = value
        rows = loss(y, scores, reduction="none")
        assert_array_equal(rows[1], expected)
        assert_array_equal(np.delete(rows, 1), np.delete(loss(CLASS_LABELS, scores, reduction="none"), 1))


@class_losses
def test_counts_outside(loss: Callable[..., Any], scores: np.ndarray) -> None:
    """A row of counts with a negative or infinite one costs +inf, one with a nan is nan."""
    y = CLASS_COUNTS.astype(float)
    y[1, 0], y[2, 1], y[3, 2] = -1, np.nan, np.inf
    rows = loss(y, scores, reduction="none")
    assert_array_equal(rows[1:4], [np.inf, np.nan, np.inf])
    assert_array_equal(rows[[0, 4]], loss(CLASS_COUNTS, scores, reduction="none")[[0, 4]])


@class_losses
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_scores_outside(loss: Callable[..., Any], scores: np.ndarray, value: float) -> None:
    """A row with an impossible probability or logit is nan, whichever class was seen."""
    changed = scores.copy()
    changed[4, 2] = value
    for y in (CLASS_LABELS, CLASS_COUNTS):
        assert_array_equal(np.isnan(loss(y, changed, reduction="none")), np.arange(5) == 4)


def test_excluded_class() -> None:
    """A logit of −inf excludes its class: it costs nothing unseen and +inf seen; all −inf is nan."""
    loss = losses.categorical_cross_entropy_with_logits
    z = np.array([[0.4, -np.inf, 1.1], [0.4, -np.inf, 1.1], [-np.inf] * 3])
    expected = [np.log1p(np.exp(0.7)), np.inf, np.nan]
    assert_allclose(loss([0, 1, 0], z, reduction="none"), expected, rtol=1e-14)
    assert_allclose(loss(np.eye(3)[[0, 1, 0]], z, reduction="none"), expected, rtol=1e-14)


@class_losses
@pytest.mark.parametrize(
    ("y", "shape"),
    [
        (CLASS_LABELS[:, np.newaxis], (5, 3)),
        (CLASS_LABELS, (4, 3)),
        (CLASS_LABELS, (3,)),
        (CLASS_LABELS, (5,)),
        (CLASS_COUNTS, (5, 2)),
        (CLASS_COUNTS, (5, 3, 1)),
        (np.array(2), (1, 3)),
    ],
)
def test_class_shapes(
    loss: Callable[..., Any], scores: np.ndarray, y: np.ndarray, shape: tuple[int, ...]
) -> None:
    """Labels and scores that do not fit raise a ValueError that names both shapes."""
    with pytest.raises(ValueError, match="has shape") as caught:
        loss(y, np.full(shape, 0.2))
    assert str(y.shape) in str(caught.value)
    assert str(shape) in str(caught.value)


@class_losses
def test_classes_keep_float32(loss: Callable[..., Any], scores: np.ndarray) -> None:
    """Scores of float32 give a loss of float32, for labels and for counts."""
    for y in (CLASS_LABELS, CLASS_COUNTS):
        for reduction in ("sum", "mean", "none"):
            assert loss(y, scores.astype(np.float32), reduction=reduction).dtype == np.float32


@class_losses
def test_classes_leave_inputs_alone(loss: Callable[..., Any], scores: np.ndarray) -> None:
    """Read-only scores and labels are accepted, and an unknown reduction is an error."""
    frozen = [CLASS_COUNTS.copy(), CLASS_LABELS.copy(), scores.copy()]
    for array in frozen:
        array.flags.writeable = False
    counts, labels, table = frozen
    assert loss(counts, table) == loss(CLASS_COUNTS, scores)
    assert loss(labels, table) == loss(CLASS_LABELS.tolist(), scores.tolist())
    with pytest.raises(ValueError, match="'total' is unknown"):
        loss(labels, table, reduction="total")
