"""Hand-written negative log-likelihoods (NLLs), in NumPy and SciPy only: in nats, lower is better.

Rules that hold for every loss here, so that its docstring need not repeat them:

Shapes
    One row is one observation. The first argument sets the shape, usually ``(n_obs,)``; every other
    argument is a scalar or broadcasts to that shape, else a ValueError names both shapes. ``(n_obs, 1)``
    against ``(n_obs,)`` never becomes ``(n_obs, n_obs)``.
Precision
    The widest floating argument decides (at least float32; Python numbers follow, integers do not count;
    float64 if there is none). Computing and the value returned are of that dtype. Inputs are not written to.
Invalid values
    A row whose data lie outside the support of the distribution has density zero: +inf. A row with a
    parameter outside its domain (infinite ones are, unless said otherwise), or with a nan, is nan,
    whatever its data. Neither is hidden by a reduction, and neither raises or warns; a finite value too
    large for the dtype overflows to inf with NumPy's warning. `bernoulli_nll` keeps the textbook formula:
    it tests no label and clips any probability.
Reduction
    ``reduction="sum"`` (default) is the NLL of the data, ``"mean"`` its average over rows, ``"none"`` the
    values per row. Any other value is a ValueError.
"""

from nllcheck.losses.bounded import beta_nll, exponential_nll, gamma_nll, log_normal_nll, weibull_nll
from nllcheck.losses.counts import binomial_nll, geometric_nll, negative_binomial_nll, poisson_nll
from nllcheck.losses.labels import (
    bernoulli_nll,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    categorical_cross_entropy,
    categorical_cross_entropy_with_logits,
)
from nllcheck.losses.penalties import lasso_penalty, ridge_penalty
from nllcheck.losses.real_line import (
    gaussian_nll,
    gaussian_nll_log_variance,
    heteroscedastic_gaussian_nll,
    laplace_nll,
    mean_absolute_error,
    mean_squared_error,
    quantile_loss,
    student_t_nll,
)

__all__ = [
    "bernoulli_nll",
    "beta_nll",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "binomial_nll",
    "categorical_cross_entropy",
    "categorical_cross_entropy_with_logits",
    "exponential_nll",
    "gamma_nll",
    "gaussian_nll",
    "gaussian_nll_log_variance",
    "geometric_nll",
    "heteroscedastic_gaussian_nll",
    "laplace_nll",
    "lasso_penalty",
    "log_normal_nll",
    "mean_absolute_error",
    "mean_squared_error",
    "negative_binomial_nll",
    "poisson_nll",
    "quantile_loss",
    "ridge_penalty",
    "student_t_nll",
    "weibull_nll",
]
