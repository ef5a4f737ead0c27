"""Comparisons as JSON: complete for programs, or rounded for version control."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from nllcheck.comparison.digits import say_of
from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import SCHEMA, Comparison, Estimate
from nllcheck.report.comparisons.text import verdict
from nllcheck.report.machine import dump, portable, rounded_text

__all__ = ["complete", "rounded"]

DIGITS = 3  # of what has no unit of its own: shifts, ratios, R-hat
COARSE = 2  # of what is only as good as its order: effective sample sizes, Monte Carlo errors
IN_UNITS = ("mle", "standard_error", "map", "map_unconstrained", "loss_minimizer", "mean", "median", "sd")
PLAIN = ("mean_shift", "map_shift", "sd_ratio", "low_shift", "high_shift", "overlap", "skewness", "r_hat")
ROUGH = ("ess_bulk", "ess_tail", "mcse_mean", "prior_sensitivity", "likelihood_sensitivity")
AS_THEY_ARE = ("name", "label", "scale", "same_story", "sensitivity", "sentence")


def complete(run: ComparisonRun) -> str:
    """Return the full records as JSON; what differs from run to run is in the block ``run``."""
    block = {
        "seconds": run.seconds,
        "comparisons": {outcome.id: _times(outcome) for outcome in run.outcomes},
        "versions": _versions(run),
    }
    found = [_complete(outcome) for outcome in run.outcomes]
    return dump({**_summary(run), "comparisons": found, "run": block}, portable)


def rounded(run: ComparisonRun) -> str:
    """Return verdicts and rounded numbers as JSON, without curves and times: for version control."""
    found = [_rounded(outcome) for outcome in sorted(run.outcomes, key=lambda outcome: outcome.id)]
    return dump({**_summary(run), "comparisons": found, "run": {"versions": _versions(run)}}, rounded_text)


def _summary(run: ComparisonRun) -> dict[str, Any]:
    counts: dict[str, int] = {}
    for outcome in run.outcomes:
        counts[verdict(outcome)] = counts.get(verdict(outcome), 0) + 1
    return {
        "schema": SCHEMA,
        "settings": asdict(run.settings),
        "exit_code": int(run.exit_code),
        "interrupted": run.interrupted,
        "summary": counts,
    }


def _versions(run: ComparisonRun) -> dict[str, str]:
    return {
        name: version
        for outcome in run.outcomes
        if outcome.comparison is not None
        for name, version in outcome.comparison.versions.items()
    }


def _times(outcome: ComparisonOutcome) -> dict[str, Any]:
    record = outcome.comparison.to_dict()["run"] if outcome.comparison is not None else {}
    return {**record, "seconds": round(outcome.seconds, 6)}


def _identity(outcome: ComparisonOutcome) -> dict[str, Any]:
    problem = outcome.problem
    told = None
    if problem is not None:
        told = {"kind": problem.kind, "message": problem.message, "location": problem.location}
    return {
        "id": outcome.id,
        "path": outcome.path,
        "name": outcome.name,
        "verdict": verdict(outcome),
        "problem": told,
    }


def _complete(outcome: ComparisonOutcome) -> dict[str, Any]:
    record = outcome.comparison.to_dict() if outcome.comparison is not None else None
    if record is not None:
        del record["run"]
    return {**_identity(outcome), "comparison": record, "output": outcome.output}


def _rounded(outcome: ComparisonOutcome) -> dict[str, Any]:
    comparison = outcome.comparison
    if comparison is None:
        return _identity(outcome)
    record = comparison.to_dict()
    keep = ("headline", "n_obs", "n_parameters", "priors", "flat_priors", "potentials")
    return {
        **_identity(outcome),
        **{name: record[name] for name in keep},
        "gates": [{name: gate[name] for name in ("code", "passed", "message")} for gate in record["gates"]],
        "estimates": _estimates(comparison),
        "loss": record["loss"] and {name: _plain(value) for name, value in record["loss"].items()},
        "prediction": {name: _plain(value) for name, value in record["prediction"].items()},
        "remarks": [
            {name: remark[name] for name in ("code", "parameter", "warning", "message")}
            for remark in record["remarks"]
        ],
    }


def _estimates(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the scalars, rounded; nothing where a gate failed, for then they are no estimates."""
    return [_estimate(estimate) for estimate in comparison.estimates] if comparison.stands else []


def _estimate(estimate: Estimate) -> dict[str, Any]:
    record, say = asdict(estimate), say_of(estimate)
    told: dict[str, Any] = {name: record[name] for name in AS_THEY_ARE}
    told |= {name: _number(record[name], say) for name in IN_UNITS}
    for name in ("wald", "interval"):
        ends: Mapping[str, float] | None = record[name]
        told[name] = None if ends is None else {end: _number(value, say) for end, value in ends.items()}
    told |= {name: _plain(record[name], DIGITS) for name in PLAIN}
    return told | {name: _plain(record[name], COARSE) for name in ROUGH}


def _number(value: float | None, say: Any) -> float | None:
    return None if value is None else float(say(value)) + 0.0


def _plain(value: Any, digits: int = DIGITS) -> Any:
    return float(f"{value:.{digits}g}") + 0.0 if isinstance(value, float) else value
