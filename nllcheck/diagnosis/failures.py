"""Why a loss is not the NLL, as far as the probes alone tell; ``unexplained`` where they do not."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from nllcheck.diagnosis.causes.search import PLAIN, Search, search
from nllcheck.diagnosis.causes.telling import tell
from nllcheck.diagnosis.only_at import only_at
from nllcheck.diagnosis.reproduce import snippet
from nllcheck.evidence.contract import broadcast_finding, combined_shape
from nllcheck.evidence.edges import check_edges
from nllcheck.evidence.values import Comparison, judge_all, tabulate
from nllcheck.relation import Relation
from nllcheck.result import Evidence, Finding, Severity, Status
from nllcheck.scene import Sample, Scene

__all__ = ["explain_failure", "explain_small"]

SMALL = 1.4  # cost up to which an explanation of a difference below limited accuracy is believed
SMALL_BUDGET = 0.8  # seconds
LEVELS = (14.0, 8.0, 4.0, 1.5, 0.5, 0.15)  # nats by which the worst row may fall, from wide to narrow
INSIDE = 10  # probes from which a relation is judged there
FAILS = 4.0  # times the limit, beyond which a relation fails for certain


def explain_failure(
    scene: Scene,
    comparison: Comparison,
    found: list[Finding],
    density: Evidence,
    densities: list[Finding],
    searched: Search | None = None,
) -> list[Finding]:
    """Return the error findings of a loss that is ``different``, at least ``unexplained``.

    Parameters
    ----------
    scene : Scene
    comparison : Comparison
    found : list of Finding
        What other evidence found already.
    density : Evidence
        Whether exp(−L/a) is a density of y.
    densities : list of Finding
        ``not-a-density`` or ``proper-score``; never told before a cause.
    searched : Search, optional
        What a search found already.
    """
    named = any(finding.severity is Severity.ERROR for finding in found)
    findings = [] if named or searched is not None else _plain(scene, comparison)
    if not findings and not named:
        broken = _mostly_broken(comparison)
        searched = searched or search(scene, comparison, plain=broken)
        believed = not broken or bool(searched.found and searched.found[0].cost <= PLAIN)
        findings += tell(scene, searched.found) if believed else []
    if not findings and not named and comparison.broken:
        findings.append(_not_finite(scene, comparison.broken))
    findings += [replace(f, advice="") if findings else f for f in densities]  # the cause says what to do
    if not named and not any(finding.severity is Severity.ERROR for finding in findings):
        findings.append(_unexplained(scene, comparison, searched, density))
    return findings


def explain_small(scene: Scene, comparison: Comparison) -> tuple[Comparison, Search | None]:
    """Return what a comparison that holds up to limited accuracy is once a plain mistake explains the rest.

    A difference that a named term or argument explains to rounding is a mistake, however small.
    """
    if not comparison.limited or comparison.profiled or scene.likelihood.is_large:
        return comparison, None
    searched = search(scene, comparison, budget=SMALL_BUDGET, everywhere=True)
    if not searched.found or searched.found[0].cost > SMALL:
        return comparison, None
    return replace(comparison, relation=Relation.DIFFERENT, limited=False), searched


def _plain(scene: Scene, comparison: Comparison) -> list[Finding]:
    """Return what needs no search: a sign, shapes, a loss without parameters, agreement in some places only."""
    if comparison.flipped:
        return [_flipped(scene)]
    for causes in (_no_parameter(scene), _broadcast(scene), _holds_inside(scene)):
        findings = list(causes)
        if findings:
            return findings
    return only_at(scene, comparison)


def _flipped(scene: Scene) -> Finding:
    return Finding(
        code="sign-flipped",
        severity=Severity.ERROR,
        message=f"{scene.loss.name} is the log-likelihood itself: minimising it minimises the likelihood.",
        advice="Return its negative.",
    )


def _no_parameter(scene: Scene) -> Iterator[Finding]:
    if not scene.prober.parts.of_loss:
        names = ", ".join(scene.likelihood.free)
        yield Finding(
            code="unexplained",
            severity=Severity.ERROR,
            message=(
                f"{scene.loss.name} depends on no parameter of {scene.likelihood.name}: what it takes "
                f"({', '.join(scene.loss.reads) or 'nothing'}) stays the same whatever {names} are."
            ),
            advice="Take something that the parameters determine, such as a pm.Deterministic of the prediction.",
        )


def _broadcast(scene: Scene) -> Iterator[Finding]:
    arguments = scene.loss.arguments(scene.prober.values(scene.prober.points[0]))
    data = set(scene.likelihood.data.injected)
    arguments = {b.argument: arguments[b.argument] for b in scene.loss.bindings if arguments[b.argument].ndim}
    pair = combined_shape(arguments)
    if pair is None:
        return
    reads = {b.argument: set(b.reads) for b in scene.loss.bindings}
    if (reads[pair[0]] | reads[pair[1]]) & data:
        yield broadcast_finding(scene, arguments, pair[2])


def _holds_inside(scene: Scene) -> list[Finding]:
    """Ask whether the relation holds closer to the optimum; if so, find where it stops."""
    closest = _inside(scene, LEVELS[-1])
    if closest is not None and closest.fit is not None and closest.fit.worst > FAILS * scene.limit:
        return []  # what fails at some probes fails at more
    for level in LEVELS:
        inner = _inside(scene, level)
        if inner is None or inner.relation is None or inner.fit is None:
            continue
        if len(scene.prober.settings) > 1 and scene.prober.parts.nuisances and level < 4:
            continue
        return [f for f in check_edges(scene, inner)[1] if f.severity is Severity.ERROR]
    return []


def _inside(scene: Scene, level: float) -> Comparison | None:
    """Compare the values where no row is worse than at the optimum by more than `level`; None for too few."""
    samples = [s for s in map(scene.sample, scene.prober.inner(level)) if np.isfinite(s.loss)]
    table = tabulate(samples, [0])
    return judge_all(scene, table) if len(table.loss) >= INSIDE else None


def _mostly_broken(comparison: Comparison) -> bool:
    """Return whether the loss is not finite at most probes: then only the plainest mistake says more than that."""
    finite = 0 if comparison.table is None else len(comparison.table.loss)
    return bool(comparison.broken) and len(comparison.broken) >= finite


def _not_finite(scene: Scene, broken: tuple[Sample, ...]) -> Finding:
    first = broken[0]
    return Finding(
        code="non-finite",
        severity=Severity.ERROR,
        message=(
            f"{scene.loss.name} returns {first.loss} at {len(broken)} probes where the NLL is finite, "
            f"{first.point.nll:.6g}.{_missing(scene)}"
        ),
        advice=snippet(scene, first.point, first.loss),
        numbers={"loss": first.loss, "nll": first.point.nll, "count": len(broken)},
    )


def _missing(scene: Scene) -> str:
    """Say that the loss reads missing data, where it does."""
    for name, present in scene.likelihood.data.masks.items():
        if name in scene.loss.reads:
            count = int(np.sum(~present))
            return f" {count} of the data {name!r} are missing (nan): take {name + '_observed'!r}, those present."
    return ""


def _unexplained(scene: Scene, comparison: Comparison, searched: Search | None, density: Evidence) -> Finding:
    fit, table = comparison.fit, comparison.table
    if fit is None or table is None or not len(table.loss):
        message = f"{scene.loss.name} could not be compared with the NLL at any probe."
        return Finding(code="unexplained", severity=Severity.ERROR, message=message)
    ratio = np.where(np.isnan(fit.ratio), np.inf, fit.ratio)
    worst = int(np.argmax(ratio))
    sample = table.samples[worst]
    scale = float(fit.scale[table.groups[worst]])
    span = float(np.ptp(table.loss))
    share = f", {abs(fit.residual[worst]) / span:.2g} of its range" if span > 0 else ""
    return Finding(
        code="unexplained",
        severity=Severity.ERROR,
        message=(
            f"{scene.loss.name} is not the NLL of {scene.likelihood.name}. The closest a·NLL + c has a = {scale:.6g}; at "
            f"the worst of {len(table.loss)} probes the loss differs from it by {fit.residual[worst]:.3g}{share}, "
            f"{ratio[worst]:.1e} times its rounding error. {_ruled_out(searched)}{_still_a_density(density)}"
        ),
        advice="To reproduce:\n" + snippet(scene, sample.point, sample.loss),
        numbers={
            "loss": sample.loss,
            "nll": sample.point.nll,
            "residual": float(fit.residual[worst]),
            "floors": float(ratio[worst]),
            "n_probes": len(table.loss),
        },
    )


def _ruled_out(searched: Search | None) -> str:
    """Say what was tried, and what there was no time for."""
    tried = [
        "another sign, a scale, an offset",
        "an increasing function",
        "clipping",
        "a special value of a nuisance",
    ]
    tried += [] if searched is None else searched.ruled_out
    text = f"Ruled out: {'; '.join(tried)}."
    if searched is not None and searched.not_reached:
        text += f" Not tried for want of time: {'; '.join(searched.not_reached)}."
    return text


def _still_a_density(density: Evidence) -> str:
    if density.status is not Status.AGREES:
        return ""
    return f" It is the likelihood of some distribution all the same: {density.summary}."
