"""Multinomial logistic regression, one row per individual and as a table of counts.

What does an alligator eat, given its length? Food is 0 fish, 1 invertebrates or 2 other, and
"other" is the baseline whose logit is 0. Agresti (2007, section 6.1) reports
1.618 - 0.110·length for fish and 5.697 - 2.465·length for invertebrates.

The same likelihood for counts, on a survey table: do people believe in an afterlife?
"""

from pathlib import Path

import numpy as np
import pymc as pm

import nllcheck
from nllcheck import losses

DATA = Path(__file__).parent / "data"
LENGTH, FOOD = np.loadtxt(DATA / "alligators.csv", delimiter=",", unpack=True)
FEMALE, WHITE, *BELIEF = np.loadtxt(DATA / "afterlife.csv", delimiter=",", unpack=True)
COUNTS = np.column_stack(BELIEF).astype(int)  # (4 groups, 3 answers)
WITH_BASELINE = np.eye(2, 3)  # appends the baseline's zero logit: (n, 2) @ (2, 3)


def alligators():
    """food ~ Categorical(softmax(eta)), eta = intercept + beta·length, 0 for the baseline."""
    with pm.Model(coords={"contrast": ["fish/other", "invertebrates/other"]}) as model:
        intercept = pm.Flat("intercept", dims="contrast")
        beta = pm.Flat("beta", dims="contrast")
        eta = pm.Deterministic("eta", pm.math.dot(intercept + LENGTH[:, None] * beta, WITH_BASELINE))
        p = pm.Deterministic("p", pm.math.softmax(eta, axis=1))
        pm.Categorical("y", p=p, observed=FOOD.astype(int))
    return model


def afterlife():
    """counts ~ Multinomial(n, softmax(eta)), with main effects of gender and race; baseline "no"."""
    with pm.Model(coords={"contrast": ["yes/no", "undecided/no"]}) as model:
        intercept = pm.Flat("intercept", dims="contrast")
        female = pm.Flat("female", dims="contrast")
        white = pm.Flat("white", dims="contrast")
        linear = intercept + FEMALE[:, None] * female + WHITE[:, None] * white
        eta = pm.math.dot(linear, WITH_BASELINE)
        p = pm.Deterministic("p", pm.math.softmax(eta, axis=1))
        pm.Multinomial("y", n=COUNTS.sum(axis=1), p=p, observed=COUNTS)
    return model


# "A multinomial likelihood leads to categorical cross-entropy": exactly, from probabilities ...
cross_entropy = nllcheck.Claim(
    alligators, losses.categorical_cross_entropy, args={"y_true": "y", "y_pred_prob": "p"}, relation="equal"
)
# ... and from logits, where softmax and logarithm are done in one stable step.
cross_entropy_with_logits = nllcheck.Claim(
    alligators,
    losses.categorical_cross_entropy_with_logits,
    args={"y_true": "y", "logits": "eta"},
    relation="equal",
)


@nllcheck.claim(alligators, relation="affine")
def mean_cross_entropy(y, p):
    """The mean over rows is the NLL × 1/n."""
    return -np.mean(np.log(p[np.arange(len(y)), y]))


@nllcheck.claim(afterlife, relation="constant")
def cross_entropy_of_counts(y, p):
    """For counts the multinomial coefficient is missing: it counts orderings, and no parameter is in it."""
    return -np.sum(y * np.log(p))


@nllcheck.claim(alligators, relation="different", because="argument-transformed")
def softmax_twice(y, p):
    """The classical slip: probabilities handed to a loss that wants logits.

    Its softmax squeezes them to between 0.21 and 0.58. To be heard the model exaggerates: here the
    coefficients run off to infinity.
    """
    return losses.categorical_cross_entropy_with_logits(y, p)


@nllcheck.claim(alligators, relation="different")
def one_against_rest(y, eta):
    """One sigmoid a class instead of one softmax: three yes-or-no questions, answered separately.

    Their probabilities need not sum to one: the likelihood of data with several labels a row.
    """
    is_class = np.eye(eta.shape[1])[y]
    return np.sum(np.logaddexp(0, eta) - is_class * eta)
