"""The verdict on a claim and the records that carry it."""

from dataclasses import replace
from typing import Any

import numpy as np

from nllcheck.evidence.contract import is_breach
from nllcheck.evidence.minimizer import Minimizers
from nllcheck.evidence.values import Comparison
from nllcheck.likelihood.optimum import Optimum, standard_errors
from nllcheck.parts import Parts
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Evidence, Finding, Probe, Severity, Status
from nllcheck.scene import Scene

__all__ = [
    "as_note",
    "as_remark",
    "by_severity",
    "described",
    "estimates_of",
    "holds",
    "holds_different",
    "is_enough",
    "probes_of",
    "values_evidence",
]

ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)


def described(parts: Parts, *, profiled: bool) -> dict[str, Any]:
    """Return each nuisance and how it was treated, and the values of those that were fixed."""
    return dict.fromkeys(parts.nuisances, "profiled" if profiled else "fixed") | {
        name: value.item() if value.ndim == 0 else value.tolist() for name, value in parts.fixed.items()
    }


def values_evidence(comparison: Comparison) -> Evidence:
    """Return what the values say, as evidence."""
    numbers: dict[str, Any] = {"digits": comparison.digits}
    if comparison.relation is None:
        return Evidence(question="values", status=Status.UNDECIDED, summary=comparison.reason)
    if comparison.fit is not None and comparison.table is not None:
        numbers |= {"residual": comparison.fit.worst, "n_probes": len(comparison.table.loss)}
    if comparison.relation is Relation.DIFFERENT:
        why = "the loss is no increasing function of the NLL"
        if comparison.broken:
            why = f"the loss is not finite at {len(comparison.broken)} probes where the NLL is"
        if comparison.flipped:
            why = "the loss falls where the NLL rises"
        return Evidence(question="values", status=Status.DISAGREES, summary=why, numbers=numbers)
    if comparison.relation is Relation.MONOTONE:
        summary = "an increasing function of the NLL: equal on its level sets, to rounding"
        return Evidence(question="values", status=Status.AGREES, summary=summary, numbers=numbers)
    precise = "to rounding" if not comparison.limited else "not quite to rounding"
    summary = (
        f"{comparison.relation.meaning} {precise}: largest residual {comparison.fit.worst:.2g} noise floors "  # type: ignore[union-attr]
        f"over {numbers['n_probes']} probes, {comparison.digits:.0f} digits"
    )
    return Evidence(question="values", status=Status.AGREES, summary=summary, numbers=numbers)


def as_note(evidence: Evidence) -> Evidence:
    """Where the values prove equal minimisers, a search that fails to find them proves nothing."""
    if evidence.status is not Status.DISAGREES:
        return evidence
    return replace(
        evidence,
        status=Status.UNDECIDED,
        summary=f"equal minimisers follow from the values; the search stopped early ({evidence.summary})",
    )


def is_enough(relation: Relation | None, claimed: Relation) -> bool:
    """Return whether equal minimisers are found and are all that was claimed."""
    return relation is Relation.MINIMIZER and relation.implies(claimed) and claimed is not Relation.DIFFERENT


def as_remark(finding: Finding) -> Finding:
    """Why a relation is not tighter than the one claimed is a note."""
    return replace(finding, severity=Severity.NOTE) if finding.severity is Severity.ERROR else finding


def estimates_of(scene: Scene, optimum: Optimum, minimizers: Minimizers) -> dict[str, dict[str, np.ndarray]]:
    """Return both minimisers and standard errors on the constrained scale; empty where there is no optimum."""
    if not optimum.exists:
        return {}
    parts = scene.prober.parts
    model = scene.prober.constrain(optimum.u)
    estimates = {"model": {n: v for n, v in model.items() if n in (*parts.of_loss, *parts.nuisances)}}
    if minimizers.u is not None:
        loss = scene.prober.constrain(minimizers.u)
        estimates["loss"] = {name: loss[name] for name in parts.of_loss}
    errors = standard_errors(scene.likelihood, optimum)
    if errors:
        estimates["standard_error"] = errors
    return estimates


def probes_of(scene: Scene, comparison: Comparison) -> tuple[Probe, ...]:
    """Return the probes as records."""
    if comparison.table is None:
        return ()
    residuals, scale = np.full(len(comparison.table.loss), np.nan), 1.0
    if comparison.fit is not None:
        residuals, scale = comparison.fit.residual, np.abs(comparison.fit.scale)[comparison.table.groups]
    names = [n for n in scene.likelihood.free if n not in scene.likelihood.imputed]
    many = scene.likelihood.n_params > 200
    return tuple(
        Probe(
            kind=sample.point.kind,
            data=scene.prober.settings[sample.point.setting].data_name,
            parameters={} if many else {name: sample.point.x[name] for name in names},
            loss=sample.loss,
            nll=float(nll),
            floor=float(floor),
            residual=float(residual),
        )
        for sample, nll, floor, residual in zip(
            comparison.table.samples,
            comparison.table.nll,
            comparison.table.loss_floor + scale * comparison.table.nll_floor,
            residuals,
            strict=True,
        )
    )


def by_severity(findings: list[Finding]) -> list[Finding]:
    """Return errors first, notes last."""
    return sorted(findings, key=lambda finding: ORDER.index(finding.severity))


def holds(result: CheckResult) -> bool:
    """Return whether the claim holds, as the definition in the documentation of `check` says."""
    if result.relation is None:
        return False
    if result.claimed is Relation.DIFFERENT:
        return holds_different(result)
    return result.relation.implies(result.claimed) and not result.errors()


def holds_different(result: CheckResult, *, breach: bool = False) -> bool:
    """Return whether a claim of ``different`` holds; a breach of contract must have been named."""
    if result.claimed is not Relation.DIFFERENT or (result.relation is not Relation.DIFFERENT and not breach):
        return False
    errors = result.errors()
    if not result.because:
        return not any(is_breach(finding) for finding in errors)
    return bool(errors) and errors[0].code in result.because
