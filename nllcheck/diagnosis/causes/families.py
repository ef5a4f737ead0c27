"""Other families of which the loss is exactly the NLL, and the model's own family with other arguments."""

from collections.abc import Iterator, Sequence

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.family_search import Candidate, FamilySearch
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.evidence.values import Comparison
from nllcheck.families import FAMILIES, ROOT_OF_ROWS, Family

__all__ = ["families_with_unknown", "fixed_families", "linked_families", "penalised_families"]

FOR_PENALTY = 7  # probes
LARGEST, SMALLEST = 1e6, 1e-6  # scales: beyond them one overflowing row decides
COST = {"argument-transformed": 1.2, "other-family": 1.35, "clipped": 1.35}
PLAIN = ("squared error", "absolute error", "Brier score", "Brier score of classes")
BY = {"plain": -0.05, "unknown": 0.2, "borrowed": 0.3, "linked": 0.5, "penalised": 1.2}


def fixed_families(panel: Panel) -> Iterator[Explanation]:
    """Yield the first family without unknown numbers of which the loss is a multiple, up to a constant."""
    families = [family for family in FAMILIES if family.unknown is None]
    for borrow in (False, True):
        for explanation in _explanations(panel, families, borrow=borrow):
            yield explanation
            return
    for explanation in _explanations(panel, (ROOT_OF_ROWS,), of_rows=True):
        yield explanation
        return


def families_with_unknown(panel: Panel) -> Iterator[Explanation]:
    """Yield the first family with one number that losses write as a constant, such as Huber's delta."""
    families = [family for family in FAMILIES if family.unknown is not None]
    for explanation in _explanations(panel, families):
        yield explanation
        return


def linked_families(panel: Panel) -> Iterator[Explanation]:
    """Yield the first family with a function of an argument for its scale, with an unknown number or without."""
    for explanation in _explanations(panel, FAMILIES, link=True):
        yield explanation
        return


def penalised_families(panel: Panel) -> Iterator[Explanation]:
    """Yield the first family without unknown numbers that, with a sum of squares or absolute values, is the loss."""
    search = FamilySearch(panel)
    penalties = list(search.penalties()) if len(search.loss) >= FOR_PENALTY and search.is_possible else []
    names = _distributions(panel)
    for family in [f for f in FAMILIES if f.unknown is None and f.distribution not in names]:
        if not panel.has_time or not penalties:
            return
        for candidate in search.candidates(family):
            for close in search.penalised(candidate, penalties):
                explanation = _explanation(panel, search, close, names)
                if explanation is not None:
                    yield explanation
                    return


def _explanations(
    panel: Panel,
    families: Sequence[Family],
    *,
    borrow: bool = False,
    link: bool = False,
    of_rows: bool = False,
) -> Iterator[Explanation]:
    search = FamilySearch(panel, borrow=borrow, link=link, of_rows=of_rows)
    if not search.is_possible or (borrow and not search.borrowed) or (link and not search.linked):
        return
    names = _distributions(panel)
    for family in sorted(families, key=lambda f: f.distribution not in names):
        if not panel.has_time:
            return
        for candidate in search.candidates(family):
            for close in search.close(candidate):
                explanation = _explanation(panel, search, close, names)
                if explanation is not None:
                    yield explanation
                    break


def _explanation(
    panel: Panel, search: FamilySearch, candidate: Candidate, names: Sequence[str]
) -> Explanation | None:
    if search.is_the_models(candidate):
        return None
    comparison = search.judge(candidate)
    if comparison is None or comparison.fit is None or comparison.table is None:
        return None
    scale, follows = float(comparison.fit.scale[0]), search.follows(candidate)
    if not SMALLEST < abs(scale) < LARGEST or not (follows or _is_short(candidate.unknown)):
        return None
    family = candidate.family
    plain = candidate.unknown is None and candidate.penalty is None and family.restored is None
    own = family.distribution in names and plain
    code = "argument-transformed" if own else family.code
    return Explanation(
        code=code,
        cost=COST[code] + _extra_cost(candidate, own),
        change=_change(candidate, own, scale, panel.n),
        is_family=not own,
        reading=_reading(candidate.family, own),
        advice=_advice(candidate, own, names),
        repaired=comparison,
        follows=follows,
        key="family",
        numbers=_numbers(candidate, comparison, scale),
    )


def _is_short(unknown: float | None) -> bool:
    """Return whether somebody may have written the number; one that the data explain is found in them."""
    return unknown is None or float(f"{unknown:.6g}") == unknown


def _extra_cost(candidate: Candidate, own: bool) -> float:
    plain = candidate.family.name in PLAIN and not own
    applies = {
        "plain": plain,
        "unknown": candidate.unknown is not None,
        "borrowed": candidate.borrowed,
        "linked": candidate.linked,
        "penalised": candidate.penalty is not None,
    }
    return sum(BY[name] for name, applied in applies.items() if applied)


def _numbers(candidate: Candidate, comparison: Comparison, scale: float) -> dict[str, object]:
    assert comparison.fit is not None
    assert comparison.table is not None
    numbers: dict[str, object] = {
        "family": candidate.family.name,
        "parameters": candidate.sources,
        "scale": scale,
        "residual": comparison.fit.worst,
        "n_probes": len(comparison.table.loss),
    }
    if candidate.family.unknown is not None:
        numbers[candidate.family.unknown.symbol] = candidate.unknown
    return numbers


# -- words --------------------------------------------------------------------------------------------------


def _distributions(panel: Panel) -> list[str]:
    """Return the names in PyMC of the distributions of the observed variables."""
    likelihood = panel.scene.likelihood
    operations = [v.owner.op for v in likelihood.model.observed_RVs if v.name in likelihood.observed]
    names = [getattr(op, "_print_name", (type(op).__name__,))[0] for op in operations]
    return list(dict.fromkeys(names))


def _change(candidate: Candidate, own: bool, scale: float, n: int) -> str:
    """Return what the loss is; for the model's own family, the condition under which it is the NLL."""
    if own:
        return f"if {candidate.y} were {candidate.family.distributed(candidate.sources)}"
    return (
        f"{candidate.family.phrase(candidate.sources, candidate.unknown)}{_times(scale, n)}{_plus(candidate)}"
    )


def _plus(candidate: Candidate) -> str:
    if candidate.penalty is None:
        return ""
    weight, form = candidate.penalty.weight, candidate.penalty.form.format(candidate.penalty.label)
    return f", {'plus' if weight > 0 else 'minus'} {abs(weight):.6g}·{form}"


def _times(scale: float, n: int) -> str:
    """Return the scale as a factor, as a fraction of n where it is one."""
    sign = "−" if scale < 0 else ""
    named = {"1": 1.0, "1/n": 1 / n, "2/n": 2 / n, "1/(2n)": 0.5 / n, "2": 2.0, "½": 0.5, "100/n": 100 / n}
    name = next((k for k, v in named.items() if abs(abs(scale) / v - 1) < 1e-9), f"{abs(scale):.6g}")
    return "" if name == "1" and not sign else f", × {sign}{name}"


def _reading(family: Family, own: bool) -> str:
    if own:
        return "The family is the model's own, with other arguments or of another parametrisation."
    return family.reading


def _advice(candidate: Candidate, own: bool, names: Sequence[str]) -> str:
    family = candidate.family
    line = family.declaration(candidate.sources, candidate.unknown).replace("observed=y", "observed=...")
    models = f"the NLL of pm.{names[0]}" if len(names) == 1 else "the NLL of the model"
    if own:
        return f"Give the loss what pm.{family.distribution} takes in the model; or, if this is meant, declare {line} there."
    if line:
        return f"If this is meant, declare {line} in the model; else minimise {models}."
    if family.is_density:
        return f"If this is meant, declare it in the model; else minimise {models}."
    return f'Minimise {models}; if this loss is meant, claim relation="different".'
