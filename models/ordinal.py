"""Ordered answers: how bitter is the wine? The proportional-odds NLL.

Nine judges rated 72 bottles from 1, least bitter, to 5. The grapes were crushed warm or cold, the
juice left on the skins or not (Randall, 1989). R's package ordinal prints 2.503
(warm), 1.528 (contact), cutpoints -1.344, 1.251, 3.467, 5.006 and log-likelihood -86.49.
"""

from pathlib import Path

import numpy as np
import pymc as pm
from scipy.special import expit, log_expit

import nllcheck
from nllcheck import losses

TABLE = np.loadtxt(Path(__file__).parent / "data" / "wine.csv", delimiter=",", dtype=int)
BOTTLES = TABLE[:, 2:]  # (4 kinds of wine, 5 ratings)
WARM, CONTACT = np.repeat(TABLE[:, :2], BOTTLES.sum(axis=1), axis=0).T
RATING = np.concatenate([np.repeat(np.arange(5), row) for row in BOTTLES])  # 0 is the least bitter


def wine():
    """P(rating <= k) = sigmoid(cutpoints[k] - eta), eta = warm + contact."""
    ordered = pm.distributions.transforms.ordered
    with pm.Model() as model:
        warm = pm.Flat("warm")
        contact = pm.Flat("contact")
        cutpoints = pm.Flat("cutpoints", shape=4, transform=ordered, initval=[-1.5, 0.0, 1.5, 3.0])
        eta = pm.Deterministic("eta", warm * WARM + contact * CONTACT)
        pm.OrderedLogistic("y", eta=eta, cutpoints=cutpoints, observed=RATING)
    return model


@nllcheck.claim(wine, relation="equal")
def ordered_logistic_nll(y, eta, cutpoints):
    """The probability of a rating is the logistic distribution's between the cutpoints around it."""
    edges = np.concatenate([[-np.inf], cutpoints, [np.inf]])
    return -np.sum(np.log(expit(edges[y + 1] - eta) - expit(edges[y] - eta)))


# From the five probabilities it is plain cross-entropy: the order lives in how they are made.
cross_entropy = nllcheck.Claim(
    wine, losses.categorical_cross_entropy, args={"y_true": "y", "y_pred_prob": "y_probs"}, relation="equal"
)


@nllcheck.claim(wine, relation="different")
def one_question_per_cutpoint(y, eta, cutpoints):
    """The rank losses of deep learning: is it above 1, above 2, ...? Four sigmoids with shared eta.

    It counts a bottle four times, as if its four answers were independent; they are nested.
    """
    above = y[:, None] > np.arange(4)
    logits = eta[:, None] - cutpoints
    return -np.sum(np.where(above, log_expit(logits), log_expit(-logits)))


@nllcheck.claim(wine, relation="different", because="other-family", given="cutpoints")
def squared_error_of_ratings(y, eta):
    """Least squares takes the ratings for numbers, with the same distance from 1 to 2 as from 4 to 5."""
    return np.mean((y - eta) ** 2)
