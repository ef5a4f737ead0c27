"""The classical mistakes, each on the model of another file and each claimed to be what it is: different.

Every loss here has been trained with by somebody: it runs, it falls, and it gives estimates. A
claim of `different` holds when nllcheck refutes the loss; `because` says which cause it is to
name first. Read the docstrings as answers to "what happens if I ...".
"""

import numpy as np
import pymc as pm
from bernoulli import grades
from binomial import beetles
from categorical import alligators
from exposure import ships
from gaussian import regression
from heteroscedastic import households
from negative_binomial import leaves
from ordinal import wine
from penalised import SIGMA, TAU, ridge
from poisson import trial
from quantile import Q, upper_quartile
from scipy.special import expit
from weibull import TREATED, WEEKS, remission
from zero_inflated import village

import nllcheck
from nllcheck import losses

PLACEBO = WEEKS[TREATED == 0]  # 21 times of remission, none censored


def exponential():
    """weeks ~ Exponential with mean `scale`."""
    with pm.Model() as model:
        scale = pm.HalfFlat("scale")
        pm.Exponential("y", scale=scale, observed=PLACEBO)
    return model


def gamma():
    """weeks ~ Gamma(shape, rate)."""
    with pm.Model() as model:
        shape = pm.HalfFlat("shape")
        rate = pm.HalfFlat("rate")
        pm.Gamma("y", alpha=shape, beta=rate, observed=PLACEBO)
    return model


# Numbers with Gaussian noise


@nllcheck.claim(regression, relation="different", because="argument-transformed")
def variance_for_standard_deviation(y, mu, sigma):
    """A loss that wants sigma² gets sigma. The coefficients survive, the noise comes out squared."""
    variance = sigma
    return 0.5 * np.sum((y - mu) ** 2 / variance) + 0.5 * len(y) * np.log(variance)


@nllcheck.claim(regression, relation="different", because="missing-term")
def log_sigma_forgotten(y, mu, sigma):
    """Nothing stops sigma: the larger, the smaller the loss."""
    return 0.5 * np.sum(((y - mu) / sigma) ** 2)


@nllcheck.claim(regression, relation="different", because="wrong-coefficient")
def half_forgotten(y, mu, sigma):
    """Twice the misfit against once log sigma: sigma comes out √2 too large."""
    return np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


@nllcheck.claim(regression, relation="different", because="wrong-coefficient")
def mean_of_one_term_only(y, mu, sigma):
    """The misfit is averaged, n·log sigma is not: sigma comes out √n too small."""
    return 0.5 * np.mean(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


@nllcheck.claim(regression, relation="different", because="other-family", given="sigma")
def absolute_error_for_gaussian_noise(y, mu):
    """The NLL of Laplace noise: a fine loss, but its estimate is a median, not a mean."""
    return np.sum(np.abs(y - mu))


@nllcheck.claim(
    regression,
    relation="different",
    because="broadcast",
    given="sigma",
    args={"output": lambda mu: mu[:, None], "y": "y"},
)
def column_against_row(output, y):
    """A network returns (n, 1), the labels are (n,): the difference is (n, n), every label with every prediction.

    It is smallest when all predictions are the mean of y.
    """
    return np.mean((y - output) ** 2)


@nllcheck.claim(households, relation="different", because="argument-transformed")
def log_variance_taken_for_log_sigma(y, mu, s):
    """The head means log sigma², the loss reads log sigma."""
    return np.sum(0.5 * ((y - mu) * np.exp(-s)) ** 2 + s)


@nllcheck.claim(upper_quartile, relation="different", because="arguments-swapped", given="scale")
def prediction_and_target_exchanged(y, mu):
    """Squared error does not notice the order of its arguments; the pinball loss turns 0.75 into 0.25."""
    return losses.quantile_loss(mu, y, Q)


# Labels


@nllcheck.claim(grades, relation="different", because="sign-flipped")
def sign_flipped(y, p):
    """The log-likelihood handed to a minimiser: it looks for the worst fit there is."""
    return np.sum(y * np.log(p) + (1 - y) * np.log1p(-p))


@nllcheck.claim(grades, relation="different", because="argument-transformed")
def logits_taken_for_probabilities(y, eta):
    """The sigmoid is forgotten, and a clip hides it: no nan, only a gradient of zero in most rows."""
    p = np.clip(eta, 1e-15, 1 - 1e-15)
    return -np.sum(y * np.log(p) + (1 - y) * np.log1p(-p))


@nllcheck.claim(grades, relation="different", because="argument-transformed")
def sigmoid_twice(y, p):
    """Probabilities handed to a loss that wants logits: it sees nothing below 0.5 or above 0.73."""
    return losses.binary_cross_entropy_with_logits(y, p)


@nllcheck.claim(grades, relation="different", because=("missing-term", "row-subset"))
def positives_only(y, p):
    """The cross-entropy of one-hot labels, applied to one column: predicting 1 for all costs nothing."""
    return -np.sum(y * np.log(p))


@nllcheck.claim(grades, relation="different", because="label-encoding")
def formula_for_signed_labels(y, eta):
    """log(1 + exp(-y·eta)) is for labels of -1 and +1; here they are 0 and 1, and a 0 silences its row."""
    return np.sum(np.logaddexp(0, -y * eta))


@nllcheck.claim(grades, relation="different", because="label-encoding")
def label_smoothing(y, p):
    """Labels of 0.05 and 0.95: a regulariser, but no longer the likelihood of labels that were seen."""
    return losses.binary_cross_entropy(0.9 * y + 0.05, p)


@nllcheck.claim(grades, relation="different", because="clipped")
def clipped_probabilities(y, p):
    """A clip at 0.05 is no guard against log 0: confident rows stop teaching."""
    return losses.binary_cross_entropy(y, np.clip(p, 0.05, 0.95))


@nllcheck.claim(grades, relation="different", because="weighted-rows")
def positive_weight(y, p):
    """`pos_weight=2`: as if each positive had been seen twice. The probabilities come out too large."""
    return -np.sum(2 * y * np.log(p) + (1 - y) * np.log1p(-p))


@nllcheck.claim(grades, relation="different", because=("other-family", "not-a-density"))
def hinge_for_a_likelihood(y, eta):
    """A support vector machine's scores are no logits: exp(-hinge) is the likelihood of nothing."""
    return np.sum(np.maximum(0, 1 - (2 * y - 1) * eta))


@nllcheck.claim(alligators, relation="different", because="weighted-rows")
def class_weights(y, p):
    """Weights against class imbalance: the probabilities are no longer those of the data's classes."""
    weight = np.array([1.0, 1.5, 2.0])
    return -np.sum(weight[y] * np.log(p[np.arange(len(y)), y]))


@nllcheck.claim(beetles, relation="different", because="weighted-rows")
def proportions_without_their_numbers(y, n, p):
    """Cross-entropy of the proportions: a dose tried on 56 beetles counts as much as one on 63."""
    return losses.binary_cross_entropy(y / n, p)


@nllcheck.claim(wine, relation="different", because="argument-transformed")
def cutpoints_plus_eta(y, eta, cutpoints):
    """SAS writes cutpoint + eta, R and PyMC cutpoint - eta: the effects have the other sign."""
    edges = np.concatenate([[-np.inf], cutpoints, [np.inf]])
    return -np.sum(np.log(expit(edges[y + 1] + eta) - expit(edges[y] + eta)))


# Counts


@nllcheck.claim(trial, relation="different", because="argument-transformed")
def rate_taken_for_log_rate(y, mu):
    """PyTorch's PoissonNLLLoss expects the log of the rate unless told otherwise."""
    return np.sum(np.exp(mu) - y * mu)


@nllcheck.claim(ships, relation="different", because="argument-transformed")
def exposure_forgotten(y, rate):
    """A ship in service ten times as long has ten times the accidents: Poisson's mean is exposure × rate."""
    return losses.poisson_nll(y, rate)


@nllcheck.claim(leaves, relation="different", because="argument-transformed")
def dispersion_for_exponent(y, mu, alpha):
    """Two conventions, one letter: alpha here, 1/alpha there."""
    return losses.negative_binomial_nll(y, mu, 1 / alpha)


@nllcheck.claim(village, relation="different", because="argument-transformed")
def psi_of_the_zeros(y, psi, mu):
    """PyMC's psi is the share of the Poisson counts; R's pscl reports the share of the extra zeros."""
    zero = np.log(psi + (1 - psi) * np.exp(-mu))
    some = np.log1p(-psi) - mu + y * np.log(mu)
    return -np.sum(np.where(y == 0, zero, some))


# Times


@nllcheck.claim(exponential, relation="different", because="argument-transformed")
def scale_for_rate(y, scale):
    """NumPy and SciPy take the mean of an exponential distribution, R and PyTorch its reciprocal."""
    return losses.exponential_nll(y, scale)


@nllcheck.claim(gamma, relation="different", because="arguments-swapped")
def shape_and_rate_exchanged(y, shape, rate):
    """Two positive numbers in a row: nothing but the fit tells their order."""
    return losses.gamma_nll(y, rate, shape)


@nllcheck.claim(remission, relation="different", because="row-subset")
def censored_rows_dropped(y, end, alpha, scale):
    """Leaving out who had not relapsed leaves out the best results: the treatment looks worse than it is."""
    relapsed = y < end
    return np.sum(losses.weibull_nll(y, alpha, scale, reduction="none")[relapsed])


# Penalties


@nllcheck.claim(ridge, relation="different", of="posterior", because="wrong-coefficient")
def penalty_without_its_half(y, mu, beta):
    """lambda‖beta‖² or lambda/2‖beta‖²: with 1/tau² for lambda the first shrinks as a prior of tau/√2."""
    return losses.gaussian_nll(y, mu, SIGMA) + np.sum(beta**2) / TAU**2


@nllcheck.claim(ridge, relation="different", of="posterior", because="extra-term")
def intercept_penalised(y, mu, beta, intercept):
    """Weight decay on all parameters pulls the mean of y towards 0, which no prior asked for."""
    return losses.gaussian_nll(y, mu, SIGMA) + losses.ridge_penalty(beta, TAU) + 0.5 * (intercept / TAU) ** 2
