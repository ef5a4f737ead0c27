"""Classification: probabilities, logits, labels and their weights."""

import functools

import numpy as np
from scipy import special

from cases import models as m
from cases import right
from cases.table import Wrong

__all__ = ["ROWS"]


def chosen_probability(y, p):
    return -np.mean(p[np.arange(len(y)), y])


def tempered(y, z, temperature):
    return -np.sum(special.log_softmax(z / temperature, axis=1)[np.arange(len(y)), y])


def ignoring(y, p, index):
    rows = -np.log(p[np.arange(len(y)), y])
    return np.sum(np.where(y == index, 0.0, rows)) / np.sum(y != index)


def average_of_class_weights(y, z):
    weights = np.array([0.4, 1.0, 2.5])[y]
    rows = -special.log_softmax(z, axis=-1)[np.arange(len(y)), y]
    return np.sum(weights * rows) / np.sum(weights)


def softmax_then_cross_entropy(y, p):
    return -special.log_softmax(p, axis=1)[np.arange(len(y)), y]


def too_much_smoothing(y, p):
    target = 0.9 * np.eye(3)[y] + 1 / 3
    return -np.sum(target * np.log(p))


def smoothing_of_one_class_only(y, p):
    target = (1 - 0.3 / 3) * np.eye(3)[y] + 0.3 / 3
    return -np.mean(np.sum(target * np.log(p), axis=1))


def smoothing_over_other_classes(y, z):
    target = np.full((len(y), 3), 0.12 / 2)
    target[np.arange(len(y)), y] = 0.88
    return -np.sum(target * special.log_softmax(z, axis=1))


def one_hot_rolled(y, p):
    return -np.sum(np.roll(np.eye(3)[y], 1, axis=1) * np.log(p))


def squared_hinge(y, z):
    return np.mean(np.maximum(0, 1 - (2 * y - 1) * z) ** 2)


def smoothed_halves(y, p):
    return right.cross_entropy((y + 0.1) / 2, p)


def plus_one(y, z):
    return np.sum(np.logaddexp(0, z) - (y + 1) * z)


def signed_in_place_of_binary(y, z):
    signed = 2 * y - 1
    return np.mean(np.logaddexp(0, z) - signed * z)


def sigmoid_before_logits(y, p):
    return np.mean(np.maximum(p, 0) - p * y + np.log1p(np.exp(-np.abs(p))))


def tanh_probability(y, z):
    return right.cross_entropy(y, 0.5 * (1 + np.tanh(z)))


def probit_for_logit(y, z):
    return -np.sum(y * special.log_ndtr(z) + (1 - y) * special.log_ndtr(-z))


def logit_for_probit(y, z):
    return right.from_logits(y, z)


def probability_of_the_other(y, p):
    return -np.sum(np.log(np.where(y == 1, 1 - p, p)))


def share_weights(y, z):
    share = np.mean(y)
    weights = np.where(y == 1, 0.5 / share, 0.5 / (1 - share))
    return np.mean(weights * np.logaddexp(0, -(2 * y - 1) * z))


def hard_rows_only(y, p):
    rows = right.chosen(y, p)
    return np.sum(np.where((p > 0.2) & (p < 0.8), rows, 0.0))


def confidence_penalty(y, p):
    entropy = -np.sum(p * np.log(p) + (1 - p) * np.log1p(-p))
    return right.cross_entropy(y, p) - 0.1 * entropy


def logit_penalty(y, z):
    return right.from_logits(y, z) + 0.02 * np.sum(z**2)


def negatives_halved(y, p):
    return -np.sum(y * np.log(p) + 0.5 * (1 - y) * np.log1p(-p))


def generalised(y, p):
    q = np.where(y == 1, p, 1 - p)
    return np.mean((1 - q**0.7) / 0.7)


def absolute_error(y, p):
    return np.mean(np.abs(y - p))


def jaccard(y, p):
    both = np.sum(y * p)
    return 1 - both / (np.sum(y + p) - both)


def cut_signs(y, eta, cuts):
    return right.ordinal(y, -eta, cuts)


def independent_thresholds(y, eta, cuts):
    above = y[:, None] > np.arange(2)
    z = eta[:, None] - cuts
    return np.sum(np.logaddexp(0, z) - above * z)


def ranks_as_numbers(y, eta):
    return np.mean((y - eta) ** 2)


def ordinal_by_normal_tails(y, eta, cuts):
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    low, high = edges[y] - eta, edges[y + 1] - eta
    low, high = np.where(low > 0, -high, low), np.where(low > 0, -low, high)  # the shorter tail
    log_low, log_high = special.log_ndtr(low), special.log_ndtr(high)
    return -np.sum(log_high + np.log1p(-np.exp(log_low - log_high)))


def ranks_reversed(y, eta, cuts):
    return right.ordinal(2 - y, eta, cuts)


def shares_squared(y, p):
    return np.sum((y / y.sum(axis=1, keepdims=True) - p) ** 2)


def categories_rolled(y, p):
    return -np.sum(np.roll(y, 1, axis=1) * np.log(p))


def last_category_left_out(y, p):
    return -np.sum(y[:, :-1] * np.log(p[:-1]))


def successes_and_all_trials(y, trials, p):
    return -np.sum(y * np.log(p) + trials * np.log1p(-p))


def failures_for_successes(y, trials, p):
    return right.binomial(trials - y, trials, p)


def share_squared(y, trials, p):
    return np.mean((y / trials - p) ** 2)


def trials_squared(y, trials, p):
    return np.sum(trials * right.binomial_scipy(y, trials, p))


def beta_binomial(y, trials, alpha, beta):
    return -np.sum(special.betaln(y + alpha, trials - y + beta) - special.betaln(alpha, beta))


def swapped_urn(y, trials, alpha, beta):
    return beta_binomial(y, trials, beta, alpha)


def urn_without_normaliser(y, trials, alpha, beta):
    return -np.mean(special.betaln(y + alpha, trials - y + beta))


def mean_of_the_urn(y, trials, alpha, beta):
    return right.binomial(y, trials, alpha / (alpha + beta))


ROWS = (
    Wrong(
        id="probabilities where log probabilities are expected",
        model=m.softmax_regression,
        loss=chosen_probability,
        code=("argument-transformed", "other-family"),  # the log of p forgotten: an absolute error
        source="tkipf/pygcn#16",
    ),
    Wrong(
        id="temperature of two",
        model=m.softmax_regression,
        loss=functools.partial(tempered, temperature=2.0),
        code="argument-transformed",
    ),
    Wrong(
        id="a class taken for padding",
        model=m.softmax_regression,
        loss=functools.partial(ignoring, index=0),
        code="row-subset",
    ),
    Wrong(
        id="average with class weights",
        model=m.softmax_regression,
        loss=average_of_class_weights,
        code="weighted-rows",
        source="pytorch/pytorch#61309",
    ),
    Wrong(
        id="softmax in the model and in the loss",
        model=m.softmax_regression,
        loss=softmax_then_cross_entropy,
        code="argument-transformed",
        source="nfmcclure/tensorflow_cookbook#86",
    ),
    Wrong(
        id="label smoothing that adds one over the classes",
        model=m.softmax_regression,
        loss=too_much_smoothing,
        code=("label-encoding", "extra-term"),  # the labels of a row do not add up to one
        source="TimDettmers/ConvE#55",
    ),
    Wrong(
        id="label smoothing with a factor too near to one",
        model=m.softmax_regression,
        loss=smoothing_of_one_class_only,
        code=("label-encoding", "extra-term"),  # the labels of a row do not add up to one
        source="ildoonet/pytorch-randaugment#30",
    ),
    Wrong(
        id="label smoothing over the other classes",
        model=m.softmax_regression,
        loss=smoothing_over_other_classes,
        code="label-encoding",
        source="fastai/fastai#1814",
    ),
    Wrong(
        id="classes rolled by one",
        model=m.softmax_regression,
        loss=one_hot_rolled,
        code="label-encoding",
    ),
    Wrong(
        id="squared hinge",
        model=m.logistic_regression,
        loss=squared_hinge,
        code="other-family",
    ),
    Wrong(
        id="binary label smoothing that halves the labels",
        model=m.logistic_regression,
        loss=smoothed_halves,
        code="label-encoding",
        source="eladhoffer/utils.pytorch#13",
    ),
    Wrong(
        id="labels one and two",
        model=m.logistic_regression,
        loss=plus_one,
        code="label-encoding",
    ),
    Wrong(
        id="signed labels in the formula for binary ones",
        model=m.logistic_regression,
        loss=signed_in_place_of_binary,
        code="label-encoding",
    ),
    Wrong(
        id="sigmoid in the model and in the loss",
        model=m.logistic_regression,
        loss=sigmoid_before_logits,
        code="argument-transformed",
        source="NVIDIA-Merlin/models#1175",
    ),
    Wrong(
        id="tanh for the sigmoid",
        model=m.logistic_regression,
        loss=tanh_probability,
        code="argument-transformed",
    ),
    Wrong(
        id="probit link for logit",
        model=m.logistic_regression,
        loss=probit_for_logit,
        code=("argument-transformed", "other-family"),  # a link is a map of z, or names a family
    ),
    Wrong(
        id="logit link for probit",
        model=m.probit,
        loss=logit_for_probit,
        code=("argument-transformed", "other-family"),  # a link is a map of z, or names a family
    ),
    Wrong(
        id="probability of the other label",
        model=m.probit,
        loss=probability_of_the_other,
        code=("label-encoding", "argument-transformed"),  # 1 - y and 1 - p are the same
    ),
    Wrong(
        id="weights that balance the classes",
        model=m.logistic_regression,
        loss=share_weights,
        code="weighted-rows",
    ),
    Wrong(
        id="undecided rows only",
        model=m.logistic_regression,
        loss=hard_rows_only,
        code=("clipped", "row-subset"),  # holds for p between 0.2 and 0.8
    ),
    Wrong(
        id="bonus for uncertain predictions",
        model=m.logistic_regression,
        loss=confidence_penalty,
        code="extra-term",
    ),
    Wrong(
        id="penalty on the logits",
        model=m.logistic_regression,
        loss=logit_penalty,
        code="extra-term",
    ),
    Wrong(
        id="negatives count half",
        model=m.coin,
        loss=negatives_halved,
        code="weighted-rows",
    ),
    Wrong(
        id="generalised cross-entropy",
        model=m.logistic_regression,
        loss=generalised,
        code="other-family",
    ),
    Wrong(
        id="absolute error of probabilities",
        model=m.logistic_regression,
        loss=absolute_error,
        code="other-family",
    ),
    Wrong(
        id="soft Jaccard",
        model=m.logistic_regression,
        loss=jaccard,
        code=("unexplained", "other-family"),  # no sum over rows, but a usual loss
    ),
    Wrong(
        id="sign of the linear predictor",
        model=m.ratings,
        loss=cut_signs,
        code="argument-transformed",
    ),
    Wrong(
        id="independent thresholds for ordered ones",
        model=m.ratings,
        loss=independent_thresholds,
        code="other-family",
    ),
    Wrong(
        id="ranks as numbers",
        model=m.ratings,
        loss=ranks_as_numbers,
        code="other-family",
        options={"given": "cuts"},
    ),
    Wrong(
        id="ordered probit for ordered logit",
        model=m.ratings,
        loss=ordinal_by_normal_tails,
        code="other-family",
    ),
    Wrong(
        id="ranks counted from the top",
        model=m.ratings,
        loss=ranks_reversed,
        code="label-encoding",
    ),
    Wrong(
        id="squared error of shares",
        model=m.votes,
        loss=shares_squared,
        code="other-family",
    ),
    Wrong(
        id="categories rolled by one",
        model=m.votes,
        loss=categories_rolled,
        code=("label-encoding", "argument-transformed"),  # counts of another category, or p in another order
    ),
    Wrong(
        id="last category left out",
        model=m.votes,
        loss=last_category_left_out,
        code=("missing-term", "row-subset"),  # a column is neither quite
    ),
    Wrong(
        id="successes and all trials",
        model=m.binomial,
        loss=successes_and_all_trials,
        code=(
            "other-family",
            "extra-term",
            "missing-term",
        ),  # of the negative binomial; or Σ y log(1 - p), on one side or the other
    ),
    Wrong(
        id="failures counted as successes",
        model=m.binomial,
        loss=failures_for_successes,
        code=("label-encoding", "argument-transformed"),  # trials - y is also 1 - p
    ),
    Wrong(
        id="squared error of shares of trials",
        model=m.binomial,
        loss=share_squared,
        code="other-family",
    ),
    Wrong(
        id="trials counted twice",
        model=m.binomial,
        loss=trials_squared,
        code="weighted-rows",
    ),
    Wrong(
        id="alpha and beta of an urn exchanged",
        model=m.beta_binomial,
        loss=swapped_urn,
        code="arguments-swapped",
    ),
    Wrong(
        id="normaliser of the urn missing",
        model=m.beta_binomial,
        loss=urn_without_normaliser,
        code="missing-term",
    ),
    Wrong(
        id="binomial for beta-binomial",
        model=m.beta_binomial,
        loss=mean_of_the_urn,
        code="other-family",
    ),
)
