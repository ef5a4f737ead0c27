"""Losses for labels: cross-entropy of two or more classes, from probabilities or from logits."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import log_expit, logsumexp, xlog1py, xlogy

from nllcheck.losses._rows import (
    Array,
    Loss,
    Reduction,
    as_floats,
    as_rows,
    finite,
    only_where,
    outside_unit,
    probability,
    reduce_rows,
    supported,
)

__all__ = [
    "bernoulli_nll",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "categorical_cross_entropy",
    "categorical_cross_entropy_with_logits",
]

EPS = 1e-15


def bernoulli_nll(y_true: ArrayLike, y_pred_prob: ArrayLike) -> Loss:
    """Cross-entropy −Σ (y log p + (1 − y) log(1 − p)) with p clipped to [ε, 1 − ε], ε = 1e-15.

    No constant is dropped. Outside [ε, 1 − ε] it is no longer the Bernoulli NLL: its slope there is zero.
    In float32, 1 − ε is 1, so that the upper clip does nothing.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Labels 0 and 1 (not tested).
    y_pred_prob : array_like, shape (n_obs,) or scalar
        Probability of label 1; values outside [0, 1] are clipped as well.

    Returns
    -------
    floating
        The sum over rows.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 4.90.

    Examples
    --------
    >>> float(bernoulli_nll([1, 0, 1, 1], [0.9, 0.2, 0.8, 0.7]).round(4))
    0.9083
    """
    y, p = as_rows(y_true=y_true, y_pred_prob=y_pred_prob)
    p = np.clip(p, EPS, 1 - EPS)
    return reduce_rows(-xlogy(y, p) - xlog1py(1 - y, -p), "sum")


def binary_cross_entropy(y_true: ArrayLike, y_pred_prob: ArrayLike, *, reduction: Reduction = "sum") -> Loss:
    """Bernoulli NLL from probabilities, unclipped: −y log p − (1 − y) log(1 − p), with 0 log 0 = 0.

    No constant is dropped.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Labels 0 and 1, or soft labels between them.
    y_pred_prob : array_like, shape (n_obs,) or scalar
        Probability of label 1, in [0, 1].
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 4.90.

    Examples
    --------
    >>> float(binary_cross_entropy([1, 0], [0.5, 0.0]).round(6))
    0.693147
    """
    y, p = as_rows(y_true=y_true, y_pred_prob=y_pred_prob)
    p = probability(p)
    outside = outside_unit(y)
    y = supported(y, outside)
    return reduce_rows(-xlogy(y, p) - xlog1py(1 - y, -p), reduction, outside)


def binary_cross_entropy_with_logits(
    y_true: ArrayLike, logits: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Bernoulli NLL from logits z: −y log s(z) − (1 − y) log s(−z), where s is the logistic function.

    No constant is dropped; exact to rounding for logits of any size.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,)
        Labels 0 and 1, or soft labels between them.
    logits : array_like, shape (n_obs,) or scalar
        Log-odds of label 1, log(p / (1 − p)), finite.
    reduction : {"sum", "mean", "none"}

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 4.90 with 4.59.

    Examples
    --------
    >>> float(binary_cross_entropy_with_logits([1, 0], [-800.0, -800.0]))
    800.0
    """
    y, z = as_rows(y_true=y_true, logits=logits)
    z, outside = finite(z), outside_unit(y)
    y = supported(y, outside)
    return reduce_rows(-y * log_expit(z) - (1 - y) * log_expit(-z), reduction, outside)


def categorical_cross_entropy(
    y_true: ArrayLike, y_pred_prob: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Categorical NLL from probabilities: −log p[y], or −Σₖ yₖ log pₖ, with 0 log 0 = 0.

    For labels no constant is dropped; for counts, the log of the multinomial coefficient is.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,) or (n_obs, n_classes)
        Labels 0, …, n_classes − 1, or the counts (one-hot, soft labels) of each class.
    y_pred_prob : array_like, shape (n_obs, n_classes) or (1, n_classes)
        Probabilities in [0, 1]. That rows sum to one is assumed, not tested.
    reduction : {"sum", "mean", "none"}
        Over rows.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 4.108.

    Examples
    --------
    >>> float(categorical_cross_entropy([0, 2], [[0.5, 0.25, 0.25], [0.5, 0.0, 0.5]]).round(6))
    1.386294
    """
    y, p, outside = _as_classes(y_true, y_pred_prob=y_pred_prob)
    p = only_where(((p >= 0) & (p <= 1)).all(axis=1, keepdims=True), p)
    nll = -xlogy(1, _pick(p, y)) if y.ndim == 1 else -xlogy(y, p).sum(axis=1)
    return reduce_rows(nll, reduction, outside)


def categorical_cross_entropy_with_logits(
    y_true: ArrayLike, logits: ArrayLike, *, reduction: Reduction = "sum"
) -> Loss:
    """Categorical NLL from logits z: log Σⱼ exp zⱼ − z[y], or Σₖ yₖ (log Σⱼ exp zⱼ − zₖ).

    For labels no constant is dropped; for counts, the log of the multinomial coefficient is.
    Exact to rounding for logits of any size.

    Parameters
    ----------
    y_true : array_like, shape (n_obs,) or (n_obs, n_classes)
        Labels 0, …, n_classes − 1, or the counts (one-hot, soft labels) of each class.
    logits : array_like, shape (n_obs, n_classes) or (1, n_classes)
        Log-probabilities up to a constant of the row. −inf excludes a class; the largest is finite.
    reduction : {"sum", "mean", "none"}
        Over rows.

    References
    ----------
    Bishop (2006), Pattern Recognition and Machine Learning, eq. 4.108 with 4.104.

    Examples
    --------
    >>> float(categorical_cross_entropy_with_logits([0, 2], [[800.0, 0.0, 0.0], [800.0, 0.0, 0.0]]))
    800.0
    """
    y, z, outside = _as_classes(y_true, logits=logits)
    largest = finite(z.max(axis=1, keepdims=True))
    z = only_where(~np.isnan(largest), z) - largest  # so that nothing large cancels
    log_total = logsumexp(z, axis=1, keepdims=True)
    if y.ndim == 1:
        return reduce_rows((log_total - _pick(z, y)[:, np.newaxis])[:, 0], reduction, outside)
    cost = np.multiply(y, log_total - z, where=y != 0, out=np.zeros_like(y))
    return reduce_rows(cost.sum(axis=1), reduction, outside)


def _as_classes(y_true: ArrayLike, **scores: ArrayLike) -> tuple[Array, Array, Array]:
    """Return labels or counts, scores of shape (n_obs, n_classes), and the rows outside the support.

    Raises
    ------
    ValueError
        The shapes do not fit; the message names both.
    """
    ((name, given),) = scores.items()
    y, table = as_floats(y_true=y_true, **{name: given})
    n_obs = y.shape[0] if y.ndim else 0
    n_classes = table.shape[-1] if table.ndim else 0
    labels_fit = y.shape in ((n_obs,), (n_obs, n_classes))
    if y.ndim == 0 or not labels_fit or table.shape not in ((n_obs, n_classes), (1, n_classes)):
        raise ValueError(
            f"y_true has shape {y.shape} and {name} has shape {table.shape}; give y_true as (n_obs,) or "
            f"(n_obs, n_classes) and {name} as (n_obs, n_classes) or (1, n_classes)"
        )
    table = np.broadcast_to(table, (n_obs, n_classes))
    if y.ndim == 2:
        negative = (y < 0) | np.isinf(y)
        return supported(y, negative), table, negative.any(axis=1)
    return y, table, (y < 0) | (y >= n_classes) | (np.floor(y) < y)


def _pick(table: Array, labels: Array) -> Array:
    """Return the entry of each row at its label; nan where the label is nan, anything outside the support."""
    usable = (labels >= 0) & (labels < table.shape[1])
    columns = np.where(usable, labels, 0).astype(np.intp)
    picked = np.take_along_axis(table, columns[:, np.newaxis], axis=1)[:, 0]
    return np.where(np.isnan(labels), np.nan, picked)
