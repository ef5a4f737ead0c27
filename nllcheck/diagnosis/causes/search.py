"""The search over causes: cheap and plain ones first, until one explains the loss to rounding."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from nllcheck.deadline import Deadline
from nllcheck.diagnosis.causes.entries import one_entry
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.families import (
    families_with_unknown,
    fixed_families,
    linked_families,
    penalised_families,
)
from nllcheck.diagnosis.causes.labels import relabelled
from nllcheck.diagnosis.causes.one_place import replaced_in_one_place
from nllcheck.diagnosis.causes.one_use import replaced_beneath, replaced_in_likelihood
from nllcheck.diagnosis.causes.pairing import unpaired
from nllcheck.diagnosis.causes.pairs import combined, relabelled_and_transformed, swapped_and_transformed
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.diagnosis.causes.parametric import parametric
from nllcheck.diagnosis.causes.places import in_another_place
from nllcheck.diagnosis.causes.rows import weighted_rows
from nllcheck.diagnosis.causes.swapped import swapped
from nllcheck.diagnosis.causes.terms import terms
from nllcheck.diagnosis.causes.together import map_and_rows, map_and_term
from nllcheck.diagnosis.causes.transformed import composed, plainly_transformed, transformed
from nllcheck.diagnosis.causes.use_and_term import use_and_term
from nllcheck.evidence.values import Comparison
from nllcheck.scene import Scene

__all__ = ["BUDGET", "PLAIN", "Search", "search"]

BUDGET = (
    8.0  # seconds of work, for a small model: nearly all searches end by themselves, and so alike everywhere
)
DEAR = 3.5  # cost from which an explanation says less than none
PLAIN = 1.0  # cost up to which an explanation is believed of a loss that is hardly finite anywhere
NOT_FOLLOWING = 0.12  # what an explanation costs more that does not explain simulated data

Cause = Callable[[Panel], Iterator[Explanation]]

# Each tier ends the search if it, or one before it, found an explanation that costs no more than its number.
TIERS: tuple[tuple[str, tuple[Cause, ...], float], ...] = (
    ("pairing of rows", (unpaired,), 0.85),
    ("exchanged arguments, transformed arguments, other labels", (swapped, transformed, relabelled), 0.0),
    ("rows and their weights", (weighted_rows,), 0.0),
    ("missing, added and misweighted terms", (terms,), 1.31),
    ("other variables in an argument's place", (in_another_place, one_entry), 1.4),
    ("other distributions", (fixed_families,), 1.4),
    ("other parameters inside the likelihood", (replaced_in_likelihood,), 1.35),
    ("another parameter in one place of the likelihood", (replaced_in_one_place,), 1.4),
    ("parameters that the loss computes itself", (replaced_beneath,), 1.4),
    ("other parameters inside the likelihood and a term together", (use_and_term,), 0.0),
    ("shifted and scaled arguments", (parametric, plainly_transformed), 1.7),
    ("distributions with an unknown parameter", (families_with_unknown,), 2.0),
    ("a map and a term together", (map_and_term,), 2.35),
    ("two arguments at once", (swapped_and_transformed, relabelled_and_transformed, combined), 2.2),
    (
        "distributions with a function of an argument for their scale, or a penalty",
        (linked_families, penalised_families),
        2.2,
    ),
    ("a map and weights of the rows together", (map_and_rows,), 2.6),
    ("compositions of two maps", (composed,), 3.0),
)
PLAIN_TIERS = 5  # the first ones: no other has explanations that are `PLAIN`


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a search found.

    Attributes
    ----------
    found : tuple of Explanation
        Cheapest first, one of each kind.
    ruled_out : tuple of str
        What was tried in full and explains nothing.
    not_reached : tuple of str
        What there was no time for.
    """

    found: tuple[Explanation, ...]
    ruled_out: tuple[str, ...]
    not_reached: tuple[str, ...]


def search(
    scene: Scene,
    comparison: Comparison,
    *,
    budget: float | None = None,
    everywhere: bool = False,
    plain: bool = False,
) -> Search:
    """Search for exact explanations of a loss that disagrees; only for the plainest ones if `plain`."""
    panel = Panel(
        scene=scene,
        comparison=comparison,
        deadline=Deadline(BUDGET if budget is None else budget),
        everywhere=everywhere,
    )
    found: list[Explanation] = []
    ruled_out: list[str] = []
    not_reached: list[str] = []
    for name, causes, enough in TIERS[:PLAIN_TIERS] if plain else TIERS:
        if not panel.has_time:
            not_reached.append(name)
            continue
        proposed = [explanation for cause in causes for explanation in cause(panel)]
        found += [e for e in map(_settled, proposed) if e.cost < DEAR]
        if not proposed:
            (ruled_out if panel.has_time else not_reached).append(name)
        if found and min(e.cost for e in found) <= enough:
            break
    return Search(found=_distinct(found), ruled_out=tuple(ruled_out), not_reached=tuple(not_reached))


def _settled(explanation: Explanation) -> Explanation:
    """Charge what does not explain simulated data, and a sign that is flipped besides."""
    cost = explanation.cost
    also = explanation.also
    if not explanation.follows:
        cost += NOT_FOLLOWING
    if explanation.repaired is not None and explanation.repaired.flipped:
        cost += 0.6 if len(explanation.numbers.get("terms", ())) < 2 else 1.0
        also = ("sign-flipped", *also)
    return replace(explanation, cost=cost, also=also)


def _distinct(found: list[Explanation]) -> tuple[Explanation, ...]:
    kept: list[Explanation] = []
    for explanation in sorted(found, key=lambda e: e.cost):
        if not any(explanation.key and explanation.key == other.key for other in kept):
            kept.append(explanation)
    return tuple(kept)
