"""Sample records of comparisons, made by hand: tests of the faces need no sampling."""

from dataclasses import replace
from typing import Any

import numpy as np

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import (
    Comparison,
    Curves,
    Estimate,
    Gate,
    Interval,
    LossSide,
    Prediction,
    Remark,
    Settings,
)
from nllcheck.outcome import Problem

Z = 1.959963984540054


def gaussian(x: np.ndarray, mean: float, sd: float) -> np.ndarray:
    return np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))


def floats(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def curves(mle: float, se: float, mean: float, sd: float, prior_sd: float | None = 10.0) -> Curves:
    """Return the curves of a Gaussian posterior, a Gaussian prior around 0 and a parabola."""
    x = np.linspace(mean - 4 * sd, mean + 4 * sd, 64)
    at = np.linspace(mle - 3 * se, mle + 3 * se, 41)
    nll = 0.5 * ((at - mle) / se) ** 2
    return Curves(
        x=floats(x),
        posterior=floats(gaussian(x, mean, sd)),
        prior=() if prior_sd is None else floats(gaussian(x, 0.0, prior_sd)),
        at=floats(at),
        nll=floats(nll),
        loss=floats(nll / 16),
    )


def estimate(label: str = "beta[gnp]", **changes: Any) -> Estimate:
    """Return a scalar that its prior pulls 0.8 standard errors towards 0 and narrows by 30 %."""
    mle, se, mean, sd = 2.5, 0.5, 2.1, 0.35
    values: dict[str, Any] = {
        "name": label.partition("[")[0],
        "label": label,
        "mle": mle,
        "standard_error": se,
        "wald": Interval(low=mle - Z * se, high=mle + Z * se),
        "map": 2.12,
        "loss_minimizer": 2.5,
        "mean": mean,
        "median": 2.098,
        "sd": sd,
        "interval": Interval(low=1.41, high=2.79),
        "r_hat": 1.0012,
        "ess_bulk": 3210.5,
        "ess_tail": 2711.2,
        "mcse_mean": 0.00618,
        "skewness": 0.04,
        "mean_shift": (mean - mle) / se,
        "map_shift": (2.12 - mle) / se,
        "sd_ratio": sd / se,
        "low_shift": (1.41 - (mle - Z * se)) / se,
        "high_shift": (2.79 - (mle + Z * se)) / se,
        "overlap": 0.704,
        "same_story": False,
        "prior_sensitivity": 0.11,
        "likelihood_sensitivity": 0.21,
        "sensitivity": "potential prior-data conflict",
        "sentence": f"The prior pulls {label} 0.8 standard errors towards 0 and narrows it by 30 %.",
        "curves": curves(mle, se, mean, sd),
    }
    return Estimate(**{**values, **changes})


def scale_estimate(**changes: Any) -> Estimate:
    """Return a scale: a positive, skewed scalar that the loss does not know, with two different modes."""
    mle, se, mean, sd = 1.0, 0.2, 1.12, 0.27
    values: dict[str, Any] = {
        "scale": "log",
        "mle": mle,
        "standard_error": se,
        "wald": Interval(low=mle - Z * se, high=mle + Z * se),
        "map": 0.99,
        "map_unconstrained": 1.07,
        "loss_minimizer": None,
        "mean": mean,
        "median": 1.08,
        "sd": sd,
        "interval": Interval(low=0.72, high=1.77),
        "skewness": 1.1,
        "mean_shift": (mean - mle) / se,
        "map_shift": (0.99 - mle) / se,
        "sd_ratio": sd / se,
        "low_shift": 0.56,
        "high_shift": 1.89,
        "overlap": 0.58,
        "prior_sensitivity": 0.01,
        "likelihood_sensitivity": 0.19,
        "sensitivity": "✓",
        "sentence": "The posterior of sigma is skewed: its mean lies 0.6 standard errors above the MLE.",
        "curves": replace(curves(mle, se, mean, sd, None), loss=()),
    }
    return estimate("sigma", **{**values, **changes})


def hyperparameter(**changes: Any) -> Estimate:
    """Return a scalar that does not enter the likelihood: it has no MLE, and nothing that is told from it."""
    without: dict[str, Any] = dict.fromkeys(
        ("mle", "standard_error", "wald", "loss_minimizer", "mean_shift", "map_shift", "sd_ratio"),
    )
    without |= dict.fromkeys(("low_shift", "high_shift", "overlap", "same_story"))
    sentence = "tau does not enter the likelihood: it has a posterior, but no MLE."
    values = {**without, "scale": "log", "sentence": sentence, "curves": Curves()}
    return estimate("tau", **{**values, **changes})


GATES = (
    Gate(code="observations", passed=True, message="16 observations for 7 parameters", numbers={"n_obs": 16}),
    Gate(code="optimum", passed=True, message="the MLE is an interior optimum"),
    Gate(code="information", passed=True, message="the observed information is positive definite"),
    Gate(code="divergences", passed=True, message="no divergent transition in 4000 draws"),
    Gate(code="r-hat", passed=True, message="R-hat is at most 1.0012", numbers={"worst": 1.0012}),
    Gate(code="ess", passed=True, message="the effective sample size is at least 2711"),
)

PREDICTION = Prediction(
    elpd_loo=-21.4,
    elpd_se=3.1,
    p_loo=6.2,
    log_likelihood=-14.9,
    n_parameters=3,
    minus_half_aic=-17.9,
    pareto_k_limit=0.7,
    pareto_k_worst=0.83,
    bad_rows=(3, 11),
    sentence="PSIS-LOO puts the elpd at −21.4 ± 3.1, −AIC/2 at −17.9; p_loo = 6.2 against 3 parameters.",
)

LOSS = LossSide(
    name="mean_squared_error",
    relation="affine",
    holds=True,
    scale=0.0625,
    scale_name="1/n",
    nuisances=("sigma",),
    source="models/gaussian.py:48",
    sentence="The loss is the NLL × 1/n: it has the MLE as its minimiser, but a posterior made of exp(−loss) "
    "would be 4 times as wide, and a penalty added to it weighs 16 times as much.",
)

REMARKS = (
    Remark(code="scaled-loss", message=LOSS.sentence, warning=True, numbers={"scale": 0.0625}),
    Remark(
        code="not-gaussian",
        parameter="sigma",
        message="The posterior of sigma is skewed (1.1): the Gaussian approximation is poor.",
        numbers={"skewness": 1.1},
    ),
    Remark(code="no-mle", parameter="tau", message="tau does not enter the likelihood, so it has no MLE."),
)


def comparison(**changes: Any) -> Comparison:
    """Return a comparison that stands: a coefficient, a scale and a hyperparameter."""
    values: dict[str, Any] = {
        "name": "regression",
        "source": "models/gaussian.py",
        "headline": "The prior matters: it moves beta[gnp] by 0.8 standard errors.",
        "gates": GATES,
        "estimates": (estimate(), scale_estimate(), hyperparameter()),
        "flat_priors": ("intercept",),
        "n_obs": 16,
        "n_parameters": 3,
        "loss": LOSS,
        "prediction": PREDICTION,
        "remarks": REMARKS,
        "priors": {"beta": "Normal(0, tau)", "sigma": "HalfNormal(2)", "tau": "HalfCauchy(1)"},
        "seconds": 3.2,
        "sampling_seconds": 2.9,
        "versions": {"pymc": "6.4.0", "nutpie": "0.16.11"},
    }
    return Comparison(**{**values, **changes})


def failed(**changes: Any) -> Comparison:
    """Return separable data: the headline is the gate, and what estimates there are form no table."""
    gate = Gate(
        code="optimum",
        passed=False,
        message="There is no MLE: the likelihood still grows as parameters go to infinity (separable data?).",
        advice="Add a proper prior, merge categories, or remove the covariate that separates the classes.",
    )
    values: dict[str, Any] = {
        "headline": gate.message,
        "gates": (GATES[0], gate),
        "estimates": (),
        "prediction": Prediction(why_not="a gate failed"),
        "remarks": (),
        "loss": None,
    }
    return comparison(**{**values, **changes})


def many(n: int = 40, length: int = 60) -> Comparison:
    """Return a comparison of `n` parameters with names of `length` characters."""
    labels = [f"effect[{'a long level name ' * (length // 18 + 1):.{length}}{i}]" for i in range(n)]
    rows = [
        estimate(label, mean=2.1 + i / 10, interval=Interval(low=1.41 + i / 10, high=2.79 + i / 10))
        for i, label in enumerate(labels)
    ]
    return comparison(estimates=tuple(rows), n_parameters=n)


def run(*outcomes: ComparisonOutcome) -> ComparisonRun:
    """Return a run with one model that stands, one whose gate failed and one that could not be compared."""
    several = outcomes or (
        ComparisonOutcome(path="models/gaussian.py", name="regression", comparison=comparison(), seconds=3.2),
        ComparisonOutcome(path="models/separable.py", name="grades", comparison=failed(name="grades")),
        ComparisonOutcome(
            path="models/mixture.py",
            name="mixture",
            problem=Problem(
                kind="UnsupportedModel", message="the free variable 'z' is discrete; sum it out to compare"
            ),
        ),
    )
    return ComparisonRun(outcomes=several, settings=Settings(), seconds=6.5)
