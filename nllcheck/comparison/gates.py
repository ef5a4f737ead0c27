"""The conditions without which there is no comparison; each that fails has a headline of its own."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nllcheck.comparison.optima import Optima, confounded
from nllcheck.comparison.record import Gate, Settings
from nllcheck.comparison.summaries import Summary
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.modes import flat_priors
from nllcheck.optimise import MinimumKind
from nllcheck.wording import listed

__all__ = ["R_HAT", "after_sampling", "before_sampling", "modes_gate", "sampling_gate"]

R_HAT = 1.01  # Vehtari et al., "Rank-normalization, folding, and localization", Bayesian Anal. 16 (2021)
ESS_PER_CHAIN = 100  # the same source
DIVERGENT = 1e-3  # share of the draws from which divergences are no accident


def before_sampling(likelihood: Likelihood, joint: Likelihood, optima: Optima) -> list[Gate]:
    """Judge data and optima; later gates are left out once one fails."""
    gates: list[Gate] = []
    judges: list[Callable[[], Gate]] = [
        lambda: _observations(likelihood),
        lambda: _optimum(likelihood, optima),
        lambda: _information(likelihood, joint, optima),
        lambda: _density(joint, optima),
    ]
    for judge in judges:
        gates.append(judge())
        if not gates[-1].passed:
            break
    return gates


def _observations(likelihood: Likelihood) -> Gate:
    n = likelihood.data.n_obs
    names = ", ".join(likelihood.free)
    if n == 1:
        return _failed(
            "observations",
            f"There is one observation: it cannot tell {names} from noise, and standard errors mean nothing.",
            "Collect more data; until then the posterior is the prior with one update.",
            n_obs=n,
        )
    told = f"{n} observations" if n else "no observations: the likelihood is made of potentials"
    return Gate(code="observations", passed=True, message=told, numbers={"n_obs": n})


def _optimum(likelihood: Likelihood, optima: Optima) -> Gate:
    kind = optima.mle.kind
    if not len(optima.mle.moved):
        return _failed("optimum", "There is no MLE: no free parameter enters the likelihood.", "")
    if kind is MinimumKind.NOWHERE:
        return _failed(
            "optimum",
            f"There is no MLE of {likelihood.name}: the likelihood still grows as parameters go to infinity, as for "
            "separable data.",
            "A proper prior makes the posterior exist, but then there is no maximum-likelihood estimate to compare it "
            "with; remove the covariate that separates the classes, or merge categories.",
            **_far(likelihood, optima),
        )
    if kind is MinimumKind.NOT_FOUND:
        return _failed(
            "optimum",
            f"The optimiser found no maximum of the likelihood of {likelihood.name}.",
            "Scale the covariates, or look at the data with model.debug().",
        )
    if kind is MinimumKind.UNBOUNDED:
        return _failed(
            "optimum",
            f"There is no MLE of {likelihood.name}: its likelihood is unbounded, "
            f"{_where(likelihood, optima.mle.u)}.",
            "A scale that can go to 0 at a data point makes it so: bound it away from 0, or fix it.",
            **_far(likelihood, optima),
        )
    message = f"the MLE exists ({kind})"
    return Gate(code="optimum", passed=True, message=message, numbers={"kind": str(kind)})


def _far(likelihood: Likelihood, optima: Optima) -> dict[str, Any]:
    u = optima.mle.u
    return {
        "far": [
            name for name, where in likelihood.slices().items() if np.max(np.abs(u[where]), initial=0) > 8
        ]
    }


def _where(likelihood: Likelihood, u: np.ndarray) -> str:
    far = [n for n, where in likelihood.slices().items() if np.max(np.abs(u[where]), initial=0.0) > 5]
    return f"as {', '.join(far)} runs to the edge of its support" if far else "far from the start"


def _information(likelihood: Likelihood, joint: Likelihood, optima: Optima) -> Gate:
    if optima.mle.kind is MinimumKind.FLAT:
        names = confounded(likelihood, optima.mle)
        hyper = [n for n in joint.free if n not in likelihood.entering and n not in joint.imputed]
        message = _confounded(names, flat=bool(names) and set(names) <= set(flat_priors(joint)))
        advice = (
            "Remove the redundant parameter or the constant or collinear covariate, or fix one parameter."
        )
        if hyper or _varying(likelihood):
            advice += (
                " In a hierarchical model, integrate the effects out: the marginal likelihood has an MLE."
            )
        return _failed("information", message, advice, confounded=names)
    values = [v for array in optima.errors.values() for v in np.ravel(array)]
    if optima.mle.kind is MinimumKind.INTERIOR and not (
        values and np.isfinite(values).all() and min(values) > 0
    ):
        return _failed("information", "The information matrix at the MLE could not be inverted.", "")
    told = {
        MinimumKind.KINK: "the likelihood has a kink at the MLE: it has no Hessian there, and needs none",
        MinimumKind.EDGE: f"{optima.mle.sentence}; standard errors hold it there",
    }
    message = told.get(optima.mle.kind, "the observed information is positive definite")
    return Gate(code="information", passed=True, message=message)


def _confounded(names: Sequence[str], *, flat: bool) -> str:
    """Say what the data leave open, and whether a prior that is not flat decides it."""
    only = "no prior says which either" if flat else "only the prior says which, not the data"
    what = "identify all parameters"
    if names:
        what = f"tell {listed(names)} apart" if len(names) > 1 else f"identify {names[0]}"
    return (
        f"The likelihood alone does not {what}: many values of {'it' if len(names) == 1 else 'them'} fit equally "
        f"well, and {only} (the information matrix is singular)."
    )


def _varying(likelihood: Likelihood) -> bool:
    return len(likelihood.free) < likelihood.n_params and likelihood.n_params > likelihood.data.n_obs


def _density(joint: Likelihood, optima: Optima) -> Gate:
    kind = optima.map.kind
    if kind is MinimumKind.UNBOUNDED:
        return _failed(
            "density",
            f"The joint density of {joint.name} is unbounded, {_where(joint, optima.map.u)}: there is no MAP.",
            "In a hierarchical model it grows without bound as the scale goes to 0: write the effects as "
            "mu + tau·z with z standard normal, or give the scale a prior that is 0 at 0.",
        )
    if not optima.map.exists or kind is MinimumKind.FLAT:
        why = optima.map.sentence or "no mode was found"
        return _failed(
            "density", f"The joint density of {joint.name} has no mode: {why}.", "Give proper priors."
        )
    return Gate(code="density", passed=True, message=f"the joint density has a mode ({kind})")


def sampling_gate(problem: str) -> Gate:
    """Return the gate of a sampler that failed."""
    return _failed("sampling", f"The posterior could not be sampled: {problem}.", "Is the posterior proper?")


def after_sampling(summaries: Sequence[Summary], n_divergent: int, settings: Settings) -> list[Gate]:
    """Judge the draws: divergences, R-hat and effective sample sizes; nan fails."""
    return [
        _divergences(n_divergent, settings),
        _r_hat(summaries),
        _effective(summaries, settings),
    ]


def _divergences(n: int, settings: Settings) -> Gate:
    total = settings.draws * settings.chains
    if n > DIVERGENT * total:
        return _failed(
            "divergences",
            f"{n} of {total} draws diverged: the sampler could not follow the posterior, as in the neck of a funnel, "
            "and part of it is missing.",
            "Write the effects as mu + tau·z with z standard normal, or give their scale a more informative prior.",
            n_divergent=n,
        )
    message = f"{n} of {total} draws diverged" if n else f"no divergent transition in {total} draws"
    return Gate(code="divergences", passed=True, message=message, numbers={"n_divergent": n})


def _r_hat(summaries: Sequence[Summary]) -> Gate:
    worst = _worst(summaries, [s.r_hat for s in summaries], largest=True)
    if not worst.r_hat <= R_HAT:
        return _failed(
            "r-hat",
            f"The chains disagree about {worst.label} (R-hat {worst.r_hat:.3g}): they have not converged, or they "
            "sit in different modes.",
            "Sample longer (more tune and draws); several modes or an unidentified direction need another model.",
            worst=worst.r_hat,
            parameter=worst.label,
        )
    return Gate(
        code="r-hat",
        passed=True,
        message=f"R-hat is at most {worst.r_hat:.4f}",
        numbers={"worst": worst.r_hat},
    )


def _effective(summaries: Sequence[Summary], settings: Settings) -> Gate:
    needed = ESS_PER_CHAIN * settings.chains
    sizes = [float(np.minimum(s.ess_bulk, s.ess_tail)) for s in summaries]  # nan stays nan
    worst = _worst(summaries, sizes, largest=False)
    least = float(np.minimum(worst.ess_bulk, worst.ess_tail))
    if not least >= needed:
        return _failed(
            "ess",
            f"The draws of {worst.label} are worth {least:.0f} independent ones, fewer than {needed}: too few for "
            "means, and far too few for intervals.",
            "Take more draws.",
            worst=least,
            parameter=worst.label,
        )
    return Gate(
        code="ess",
        passed=True,
        message=f"the effective sample size is at least {least:.0f}",
        numbers={"worst": least},
    )


def _worst(summaries: Sequence[Summary], values: list[float], *, largest: bool) -> Summary:
    array = np.array(values) if largest else -np.array(values)
    return summaries[int(np.argmax(np.where(np.isnan(array), np.inf, array)))]


def modes_gate(found: dict[str, Any] | None) -> Gate:
    """Judge whether the posterior has a second mode that counts."""
    if found is None:
        return Gate(code="modes", passed=True, message="all searches from the draws end at one mode")
    return _failed(
        "modes",
        f"The posterior has several modes: {found['parameter']} peaks near {found['one']:.4g} and near "
        f"{found['other']:.4g}. A mean with a standard deviation describes neither.",
        "Break the symmetry (order the components), or compare the modes one at a time.",
        **found,
    )


def _failed(code: str, message: str, advice: str, **numbers: Any) -> Gate:
    return Gate(code=code, passed=False, message=message, advice=advice, numbers=numbers)
