"""Does the relation hold for other data? The same question on data drawn from the likelihood."""

from dataclasses import dataclass

from nllcheck.evidence.values import Comparison, Table, in_range, judge, tabulate
from nllcheck.likelihood.simulation import CannotSimulate
from nllcheck.relation import Relation
from nllcheck.result import Finding, Severity
from nllcheck.rounding import Fit
from nllcheck.scene import Scene

__all__ = ["Simulated", "compare_on_simulated_data"]

SETS = 2


@dataclass(frozen=True, kw_only=True)
class Simulated:
    """The relation on simulated data: the settings, both sides and the fit; empty where there are none."""

    settings: tuple[int, ...] = ()
    table: Table | None = None
    fit: Fit | None = None
    finding: Finding | None = None
    reason: str = ""


def compare_on_simulated_data(scene: Scene, comparison: Comparison) -> Simulated:
    """Judge the relation found on data drawn from the likelihood; a failure is a warning only."""
    relation = comparison.relation
    if relation not in (Relation.EQUAL, Relation.CONSTANT, Relation.AFFINE) or comparison.profiled:
        return Simulated(reason="no relation with a scale to compare")
    if not set(scene.loss.reads) & set(scene.likelihood.data.injected):
        return Simulated(reason="the loss does not take the data, so it cannot follow other data")
    if scene.likelihood.is_large:
        return Simulated(reason="the data are large")
    try:
        settings = scene.prober.simulated(SETS)
    except CannotSimulate as error:
        return Simulated(reason=str(error))
    samples = [sample for sample in scene.samples(settings) if in_range(scene, sample)]
    table = tabulate(samples, settings)
    if len(table.loss) < 3 * len(settings):
        return Simulated(reason="too few probes are finite on simulated data")
    judged = Relation.AFFINE if relation is Relation.AFFINE else Relation.CONSTANT
    fit = judge(judged, table)
    tolerance = scene.limit if not comparison.limited else float("inf")
    if fit.worst <= tolerance:
        return Simulated(settings=tuple(settings), table=table, fit=fit)
    return Simulated(settings=tuple(settings), table=table, fit=fit, finding=_finding(scene, relation))


def _finding(scene: Scene, relation: Relation) -> Finding:
    offers, injected = scene.likelihood.offers, set(scene.likelihood.data.injected)
    stuck = [name for name in scene.loss.reads if offers.get(name) == "data" and name not in injected]
    named = [
        name for name in ([scene.likelihood.weights] if scene.likelihood.weights else []) if name not in stuck
    ]
    what = ", ".join(repr(name) for name in [*stuck, *named])
    could_not = (
        f"{what} could not follow"
        if what
        else f"something that {scene.loss.name} holds besides its arguments could not follow"
    )
    return Finding(
        code="holds-for-these-data",
        severity=Severity.WARNING,
        message=(
            f"The relation `{relation}` holds for the data given, but not for data simulated from the likelihood: "
            f"{could_not}."
        ),
        advice="That is fine for a censoring flag, weights or lags; otherwise take the data as an argument.",
        numbers={"arguments": stuck},
    )
