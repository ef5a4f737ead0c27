"""Penalties on weights: the negative log-density of a prior, without its constants."""

import numpy as np
from numpy.typing import ArrayLike

from nllcheck.losses._rows import Loss, as_rows, positive

__all__ = ["lasso_penalty", "ridge_penalty"]


def ridge_penalty(weights: ArrayLike, tau: ArrayLike) -> Loss:
    """Ridge penalty ½ ‖w / τ‖²: the negative log-density of a Normal(0, τ) prior.

    k log τ + k/2 · log 2π is dropped: a constant only while τ is fixed.

    Parameters
    ----------
    weights : array_like, shape (n_weights,)
    tau : array_like, shape (n_weights,) or scalar
        Standard deviation of the prior, above zero.

    References
    ----------
    Hoerl and Kennard (1970), Ridge regression: biased estimation for nonorthogonal problems.

    Examples
    --------
    >>> float(ridge_penalty([3.0, -1.0], 2.0))
    1.25
    """
    w, scale = as_rows(weights=weights, tau=tau)
    penalty: Loss = 0.5 * np.sum((w / positive(scale)) ** 2)
    return penalty


def lasso_penalty(weights: ArrayLike, b: ArrayLike) -> Loss:
    """Lasso penalty ‖w / b‖₁: the negative log-density of a Laplace(0, b) prior.

    k log 2b is dropped: a constant only while b is fixed.

    Parameters
    ----------
    weights : array_like, shape (n_weights,)
    b : array_like, shape (n_weights,) or scalar
        Scale of the prior, above zero.

    References
    ----------
    Tibshirani (1996), Regression shrinkage and selection via the lasso, section 5.

    Examples
    --------
    >>> float(lasso_penalty([3.0, -1.0], 2.0))
    2.0
    """
    w, scale = as_rows(weights=weights, b=b)
    penalty: Loss = np.sum(np.abs(w / positive(scale)))
    return penalty
