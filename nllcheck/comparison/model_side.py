"""The comparison of one model without a loss: optima, gates, draws, and what they come to."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from nllcheck.comparison.curves import curves_of
from nllcheck.comparison.gates import after_sampling, before_sampling, modes_gate, sampling_gate
from nllcheck.comparison.meaning import Sides, estimate_of, headline
from nllcheck.comparison.multimodal import second_mode
from nllcheck.comparison.optima import Optima, find_optima, with_unconstrained_mode
from nllcheck.comparison.prediction import predict
from nllcheck.comparison.record import Comparison, Estimate, Gate, Prediction, Settings
from nllcheck.comparison.sensitivity import sensitivities
from nllcheck.comparison.summaries import Scalar, Summary, scalars, summarise
from nllcheck.errors import SamplingFailed
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.log_densities import log_densities
from nllcheck.likelihood.modes import Unconstrained, flat_priors, prior_words, scale_name
from nllcheck.likelihood.posterior import Posterior
from nllcheck.optimise import MinimumKind

__all__ = ["compare_model"]

DENSITIES = (
    1000  # draws whose log-densities are taken: PSIS wants about that many, and each costs an evaluation
)


def compare_model(
    likelihood: Likelihood, joint: Likelihood, settings: Settings, draw: Callable[[], Posterior]
) -> Comparison:
    """Compare the estimates of one model; `draw` samples its posterior, and is called only if there is a use.

    Raises
    ------
    UnsupportedModel
    """
    base = _base(likelihood, joint, settings)
    optima = find_optima(likelihood, joint, base.flat_priors)
    gates = before_sampling(likelihood, joint, optima)
    if not gates[-1].passed:
        return _stopped(base, gates)
    try:
        posterior = draw()
    except SamplingFailed as error:
        return _stopped(base, [*gates, sampling_gate(str(error))])
    base = replace(base, sampling_seconds=posterior.seconds, n_divergent=int(posterior.diverging.sum()))
    return _summed_up(base, likelihood, joint, optima, gates, posterior)


def _base(likelihood: Likelihood, joint: Likelihood, settings: Settings) -> Comparison:
    flat = flat_priors(joint)
    names = [name for name in joint.free if name not in joint.imputed]
    return Comparison(
        name=likelihood.name,
        headline="",
        flat_priors=flat,
        prior_free=set(names) == set(flat),
        n_obs=likelihood.data.n_obs,
        n_parameters=len(scalars(joint)),
        settings=settings,
        priors=prior_words(joint),
        potentials=likelihood.potentials,
    )


def _stopped(base: Comparison, gates: Sequence[Gate]) -> Comparison:
    """Return the comparison whose headline is the first gate that failed."""
    first = next(gate for gate in gates if not gate.passed)
    why_not = "a gate failed"
    return replace(
        base, gates=tuple(gates), headline=first.message, prediction=Prediction(why_not=why_not), estimates=()
    )


def _summed_up(
    base: Comparison,
    likelihood: Likelihood,
    joint: Likelihood,
    optima: Optima,
    gates: list[Gate],
    posterior: Posterior,
) -> Comparison:
    every = scalars(joint)
    summaries = [summarise(posterior, scalar, base.settings) for scalar in every]
    sampled = Unconstrained(joint)
    if optima.map.kind is MinimumKind.INTERIOR:  # kinks make many small dents, and each search slow
        gates = [*gates, modes_gate(second_mode(joint, sampled, posterior, every))]
    gates = gates + after_sampling(summaries, base.n_divergent, base.settings)
    if not all(gate.passed for gate in gates):
        return _stopped(base, gates)
    optima = with_unconstrained_mode(optima, joint, sampled)
    some = posterior.thinned(DENSITIES)
    densities = log_densities(joint, some)
    estimates = _estimates(base, likelihood, joint, optima, every, summaries)
    told = {} if base.prior_free else sensitivities(some, densities, every)
    widths = {e.label: e.standard_error or e.sd for e in estimates}
    curves = curves_of(joint, likelihood, posterior, every, optima.at_mle, widths)
    estimates = [
        replace(
            e,
            curves=c,
            prior_sensitivity=told[e.label].prior if e.label in told else None,
            likelihood_sensitivity=told[e.label].likelihood if e.label in told else None,
            sensitivity=told[e.label].diagnosis if e.label in told else "",
        )
        for e, c in zip(estimates, curves, strict=True)
    ]
    return replace(
        base,
        gates=tuple(gates),
        estimates=tuple(estimates),
        headline=headline(estimates, prior_free=base.prior_free),
        prediction=predict(likelihood, optima, some, densities),
    )


def _estimates(
    base: Comparison,
    likelihood: Likelihood,
    joint: Likelihood,
    optima: Optima,
    every: Sequence[Scalar],
    summaries: Sequence[Summary],
) -> list[Estimate]:
    def pick(values: dict[str, np.ndarray], scalar: Scalar) -> float | None:
        found = float(values[scalar.name][scalar.index]) if scalar.name in values else np.nan
        return found if np.isfinite(found) else None

    names = {scalar.name: scale_name(joint, scalar.name) for scalar in every}
    on_edge = optima.mle.kind == "edge"
    return [
        estimate_of(
            Sides(
                name=scalar.name,
                scale=names[scalar.name],
                mle=pick(optima.at_mle, scalar),
                standard_error=pick(optima.errors, scalar) or None,
                map=pick(optima.at_map, scalar),
                map_unconstrained=pick(optima.unconstrained, scalar),
                enters=scalar.name in likelihood.entering,
                on_edge=on_edge and pick(optima.errors, scalar) is None,
            ),
            summary,
            base.settings,
            prior_free=base.prior_free,
        )
        for scalar, summary in zip(every, summaries, strict=True)
    ]
