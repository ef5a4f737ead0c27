"""Logistic regression on the Spector & Mazzeo data, and the losses of binary classification.

Did a new way of teaching economics (psi) improve the grades of 32 students, given their grade
average (gpa) and an earlier test (tuce)? The classes overlap, so the maximum-likelihood
estimate is finite: -13.02, 2.826, 0.0952, 2.379 (Greene, Econometric Analysis).
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

*COVARIATES, IMPROVED = np.loadtxt(Path(__file__).parent / "data" / "spector.csv", delimiter=",", unpack=True)
X = np.column_stack(COVARIATES)  # (32, 3)


def grades():
    """improved ~ Bernoulli(p), eta = logit p = intercept + X beta."""
    with pm.Model(coords={"covariate": ["gpa", "tuce", "psi"]}) as model:
        intercept = pm.Flat("intercept")
        beta = pm.Flat("beta", dims="covariate")
        eta = pm.Deterministic("eta", intercept + pm.math.dot(X, beta))
        pm.Deterministic("p", pm.math.sigmoid(eta))
        pm.Bernoulli("y", logit_p=eta, observed=IMPROVED.astype(int))
    return model


# Summed binary cross-entropy is the Bernoulli NLL: from probabilities ...
cross_entropy = nllcheck.Claim(
    grades, losses.binary_cross_entropy, args={"y_true": "y", "y_pred_prob": "p"}, relation="equal"
)
# ... and from logits, which is the same number and stays finite where p rounds to 0 or 1.
cross_entropy_with_logits = nllcheck.Claim(
    grades, losses.binary_cross_entropy_with_logits, args={"y_true": "y", "logits": "eta"}, relation="equal"
)


@nllcheck.claim(grades, relation="affine")
def mean_cross_entropy(y, p):
    """What most libraries return: the NLL × 1/n. Same estimates; a prior added to it weighs n times more."""
    return losses.binary_cross_entropy(y, p, reduction="mean")


@nllcheck.claim(grades, relation="affine")
def bits(y, p):
    """Logarithms to base 2 measure the same surprise in bits: the NLL × 1/ln 2."""
    return losses.binary_cross_entropy(y, p) / np.log(2)


@nllcheck.claim(grades, relation="affine")
def minus_two_log_likelihood(y, eta):
    """The deviance of 0/1 labels (the best fit has likelihood 1), and the first term of AIC: the NLL × 2."""
    return 2 * np.sum(np.logaddexp(0, eta) - y * eta)


@nllcheck.claim(grades, relation="different")
def hinge(y, eta):
    """The support vector machine's loss is flat beyond its margin, where the NLL still falls.

    It wants labels of -1 and +1, made inside; exp(-loss) sums to no constant over the two labels,
    so it is the NLL of no distribution.
    """
    sign = 2 * y - 1
    return np.sum(np.maximum(0, 1 - sign * eta))


@nllcheck.claim(grades, relation="different")
def brier(y, p):
    """Squared error of probabilities forgives confident errors, for which the NLL has no upper bound.

    It is a proper score: with endless data it finds the true p as well. On these 32 students
    its coefficients differ from the maximum-likelihood estimate.
    """
    return np.mean((p - y) ** 2)


@nllcheck.claim(grades, relation="different")
def squared_error_of_labels(y, eta):
    """Least squares on the labels counts a confident right answer (eta = 5, y = 1) as a large error.

    It is the NLL of Gaussian noise around eta, and labels of 0 and 1 have none.
    """
    return np.mean((y - eta) ** 2)
