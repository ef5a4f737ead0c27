"""Losses are identified with the likelihood behind them, which a check of a model in PyMC proves; others are not."""

import functools
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pymc as pm
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

import nllcheck
from nllcheck import losses
from nllcheck.cli import main
from nllcheck.errors import UnreadableSignature, UsageError
from nllcheck.identification import Identified


def pinball(y, mu):
    return np.mean(np.maximum(0.9 * (y - mu), -0.1 * (y - mu)))


def deep_gaussian(target, mean, log_var):
    return np.mean(log_var + (target - mean) ** 2 * np.exp(-log_var))


def rate_of_counts(y, log_rate):
    return np.mean(np.exp(log_rate) - y * log_rate)


def signed_logistic(y, f):
    return np.mean(np.log1p(np.exp(-y * f)))


def cross_entropy(labels, logits):
    rows = np.arange(len(labels))
    return np.mean(special.logsumexp(logits, axis=-1) - logits[rows, labels])


def one_hot_cross_entropy(y, p):
    assert y.shape == p.shape
    return -np.sum(y * np.log(p))


def log_probability(y, log_p):
    return -np.sum(y * log_p + (1 - y) * np.log1p(-np.exp(log_p)))


def huber(y, pred):
    return np.sum(special.huber(1.345, y - pred))


def weibull_of_shape(t, scale):
    return -np.sum(stats.weibull_min.logpdf(t, 1.5, scale=scale))


def negative_binomial(y, mu):
    return -np.sum(stats.nbinom.logpmf(y, 2.5, 2.5 / (2.5 + mu)))


def student(y, mu, s):
    return -np.sum(stats.t.logpdf(y, 4, mu, s))


def gamma_of_dispersion(y, mu, phi):
    return -np.sum(stats.gamma.logpdf(y, 1 / phi, scale=mu * phi))


def normal_of_precision_root(y, mu, k):
    return 0.5 * np.sum((k * (y - mu)) ** 2 - np.log(k**2))


def single_precision(y, mu):
    return np.mean((np.float32(y) - np.float32(mu)) ** 2)


def binomial(k, n, p):
    return -np.sum(stats.binom.logpmf(k, n, p))


def squared_log_error(y, pred):
    return np.mean((np.log1p(y) - np.log1p(pred)) ** 2)


def in_bits(y, p):
    return -np.mean(y * np.log2(p) + (1 - y) * np.log2(1 - p))


def cauchy(y, mu, gamma):
    return -np.sum(stats.cauchy.logpdf(y, mu, gamma))


def per_row(y, mu):
    return np.abs(y - mu)


def ordered(y, eta, cuts):
    edges = np.concatenate([[-np.inf], cuts, [np.inf]])
    return -np.sum(np.log(special.expit(edges[y + 1] - eta) - special.expit(edges[y] - eta)))


FOUND: tuple[tuple[Callable[..., Any], str, str], ...] = (
    (pinball, "pm.AsymmetricLaplace('y', mu=mu, b=(0.9 * (1 - 0.9)) ** 0.5, q=0.9, observed=y)", "1/n"),
    (deep_gaussian, "pm.Normal('y', mu=mean, sigma=pm.math.exp(log_var / 2), observed=y)", "2/n"),
    (rate_of_counts, "pm.Poisson('y', mu=pm.math.exp(log_rate), observed=y)", "1/n"),
    (signed_logistic, "pm.Bernoulli('y', logit_p=f, observed=(y + 1) // 2)", "1/n"),
    (cross_entropy, "pm.Categorical('y', logit_p=logits, observed=y)", "1/n"),
    (one_hot_cross_entropy, "pm.Multinomial('y', n=1, p=p, observed=y)", "1"),
    (log_probability, "pm.Bernoulli('y', p=pm.math.exp(log_p), observed=y)", "1"),
    (weibull_of_shape, "pm.Weibull('y', alpha=1.5, beta=scale, observed=y)", "1"),
    (negative_binomial, "pm.NegativeBinomial('y', mu=mu, alpha=2.5, observed=y)", "1"),
    (student, "pm.StudentT('y', nu=4.0, mu=mu, sigma=s, observed=y)", "1"),
    (gamma_of_dispersion, "pm.Gamma('y', alpha=1 / phi, beta=1 / (phi * mu), observed=y)", "1"),
    (single_precision, "pm.Normal('y', mu=mu, sigma=1.0, observed=y)", "2/n"),
    (binomial, "pm.Binomial('y', n=n, p=p, observed=y)", "1"),
    (squared_log_error, "pm.Normal('y', mu=pm.math.log1p(pred), sigma=1.0, observed=np.log1p(y))", "2/n"),
    (in_bits, "pm.Bernoulli('y', p=p, observed=y)", "1/(n·ln 2)"),
    (cauchy, "pm.Cauchy('y', alpha=mu, beta=gamma, observed=y)", "1"),
    (per_row, "pm.Laplace('y', mu=mu, b=1.0, observed=y)", "1"),
    (ordered, "pm.OrderedLogistic('y', eta=eta, cutpoints=cuts, observed=y)", "1"),
    (losses.gaussian_nll, "pm.Normal('y', mu=y_pred, sigma=sigma, observed=y)", "1"),
    (losses.beta_nll, "pm.Beta('y', alpha=alpha, beta=beta, observed=y)", "1"),
    (losses.geometric_nll, "pm.Geometric('y', p=p, observed=y)", "1"),
    (
        losses.quantile_loss,
        "pm.AsymmetricLaplace('y', mu=y_pred, b=(q * (1 - q)) ** 0.5, q=q, observed=y)",
        "1",
    ),
)


@functools.cache
def identified(loss: Callable[..., Any]) -> Identified:
    return nllcheck.identify(loss)


@pytest.mark.parametrize(("loss", "declaration", "scale"), FOUND, ids=[row[0].__name__ for row in FOUND])
def test_a_likelihood_is_found(loss: Callable[..., Any], declaration: str, scale: str) -> None:
    """The distribution, its arguments and the scale are named, and a check has proven them."""
    result = identified(loss)
    assert result.found, str(result)
    best = result.matches[0]
    assert (best.declaration, best.scale.name) == (declaration, scale)
    assert best.is_likelihood
    assert best.residual < 32
    assert declaration.replace("'", '"') in result.model
    assert str(result).startswith("Yes: ")


def test_the_printed_model_runs() -> None:
    """The model is what was checked: with data and a covariate it is a model of PyMC."""
    rng = np.random.default_rng(3)
    names: dict[str, Any] = {"pm": pm, "np": np, "x": rng.normal(size=8), "y": rng.normal(size=8)}
    exec(identified(student).model, names)
    assert isinstance(names["model"], pm.Model)
    assert [rv.name for rv in names["model"].observed_RVs] == ["y"]


def test_an_unknown_number_is_told() -> None:
    """The number that shapes the family is in the record, exactly."""
    best = identified(huber).matches[0]
    assert_allclose(best.unknown["delta"], 1.345, rtol=0)
    assert best.family == "Huber loss"
    assert "CustomDist" in identified(huber).model


def test_a_link_is_told() -> None:
    """An argument that is a root of the precision is told as such."""
    result = identified(normal_of_precision_root)
    assert result.found, str(result)
    assert result.matches[0].arguments["mu"] == "mu"
    assert "k" in list(result.matches[0].arguments.values())[1] != "k"


@pytest.mark.parametrize(
    ("loss", "family"),
    [
        (lambda y, f: np.mean(np.maximum(0, 1 - y * f)), "hinge loss"),
        (lambda y, mu: np.mean(np.abs((y - mu) / y)), "mean absolute percentage error"),
        (lambda y, mu: np.sum(1 - np.exp(-((y - mu) ** 2) / 4)), "Welsch loss"),
    ],
    ids=["hinge", "percentage error", "Welsch"],
)
def test_a_loss_that_is_no_likelihood_is_named(loss: Callable[..., Any], family: str) -> None:
    """A well-known loss is recognised, and it is said that no distribution has it as its NLL."""
    result = nllcheck.identify(loss)
    assert not result.found
    assert result.matches[0].family == family
    assert str(result).startswith("No likelihood: ")


def test_the_log_likelihood_is_no_loss() -> None:
    """A sign that is flipped is told."""
    result = nllcheck.identify(lambda y, mu, sigma: stats.norm.logpdf(y, mu, sigma).sum())
    assert not result.found
    assert "return its negative" in str(result)


@pytest.mark.parametrize(
    "loss",
    [
        lambda y, mu: np.mean(np.abs(y - mu) ** 1.5 * np.exp(-(mu**2))),
        lambda y, mu, sigma: np.sum(((y - mu) / sigma) ** 2) + np.log(sigma),
        lambda y, mu: 1 - np.corrcoef(y, mu)[0, 1],
        lambda y, p: -np.sum(y * np.log(p)) / np.sum(p**2),
    ],
    ids=["invented", "log sigma once", "correlation", "a ratio"],
)
def test_what_is_no_family_is_not_identified(loss: Callable[..., Any]) -> None:
    """None is found, with what was tried and how far the nearest candidate is."""
    result = nllcheck.identify(loss)
    assert not result.matches
    assert not result.found
    assert "tried" in str(result)
    assert result.nearest is None or 1e-9 < result.nearest.distance < 0.5


def test_a_scale_that_depends_on_the_data_is_told() -> None:
    """1 − R² is a Gaussian NLL, with another scale for other data."""
    result = nllcheck.identify(lambda y, mu: np.sum((y - mu) ** 2) / np.sum((y - np.mean(y)) ** 2))
    assert result.found
    assert result.matches[0].scale.name is None
    assert "another number for other data" in " ".join(str(result).split())


def test_a_loss_that_always_raises_is_told() -> None:
    """What it raised is in the answer."""

    def loss(y, mu):
        return y.detach() - mu

    result = nllcheck.identify(loss)
    assert not result.found
    assert "AttributeError" in str(result)


def test_the_data_are_found_by_name_or_said() -> None:
    """`y` is the data wherever it stands; another name must be said where it is not the first."""

    def loss(mu, observation_of_mine):
        return np.sum(np.exp(mu) - observation_of_mine * mu)

    assert nllcheck.identify(lambda mu, y: np.sum(np.abs(y - mu))).data == "y"
    assert not nllcheck.identify(loss).found
    assert nllcheck.identify(loss, data="observation_of_mine").found


def test_positional_arguments_get_names() -> None:
    """A loss that does not name its arguments is identified under the names given."""
    result = nllcheck.identify(lambda *a: np.sum(np.abs(a[0] - a[1])), args=("y", "mu"))
    assert result.matches[0].declaration == "pm.Laplace('y', mu=mu, b=1.0, observed=y)"
    with pytest.raises(UnreadableSignature, match="args="):
        nllcheck.identify(lambda *a: np.sum(np.abs(a[0] - a[1])))


@pytest.mark.parametrize(
    ("loss", "options", "says"),
    [
        (lambda y: np.sum(y**2), {}, "takes y alone"),
        (lambda y, mu: 0.0, {"data": "z"}, "takes y, mu"),
        (lambda y, mu: 0.0, {"args": "y,mu"}, "tuple of names"),
        (3.0, {}, "not a callable"),
        (lambda: 0.0, {}, "no argument"),
    ],
    ids=["data only", "unknown data", "args as text", "no callable", "no argument"],
)
def test_wrong_usage_is_told(loss: Any, options: dict[str, Any], says: str) -> None:
    """The message says what was given and what to try."""
    with pytest.raises(UsageError, match=says):
        nllcheck.identify(loss, **options)


def test_names_that_the_model_needs_are_no_trouble() -> None:
    """Arguments called like what stands in the model get other names there."""
    result = nllcheck.identify(lambda y, slope, x: 0.5 * np.sum(((y - slope) / x) ** 2 + 2 * np.log(x)))
    assert result.found, str(result)
    assert "slope_ = " in result.model


def test_the_same_seed_gives_the_same_answer() -> None:
    """Nothing depends on anything but the loss and the seed."""
    assert str(nllcheck.identify(huber, seed=3)) == str(nllcheck.identify(huber, seed=3))
    assert nllcheck.identify(huber, seed=4).found


def test_the_command_answers_with_its_exit_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """0 if a likelihood was found, 1 if none, 2 for wrong usage."""
    assert main(["identify", "nllcheck.losses:laplace_nll"]) == 0
    assert "pm.Laplace" in capsys.readouterr().out
    assert main(["identify", "scipy.special:expit", "--args", "y,mu"]) == 1
    assert capsys.readouterr().out.startswith("No")
    assert main(["identify", "nllcheck.losses:laplace"]) == 2
    assert "did you mean" in capsys.readouterr().err
    assert main(["identify", "losses.py"]) == 2
    assert main(["identify", "nllcheck.losses:laplace_nll", "--args", "a=b"]) == 2


def test_what_the_loss_prints_is_not_the_answer(tmp_path: Path) -> None:
    """Standard output holds the answer alone."""
    (tmp_path / "chatty.py").write_text(
        "import numpy as np\ndef loss(y, mu):\n    print('hello')\n    return np.sum(np.abs(y - mu))\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "nllcheck", "identify", "chatty:loss"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Yes: loss is")
    assert "hello" in done.stderr
