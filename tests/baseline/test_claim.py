"""A claim against its record: what fails, what is only told, and what is rounding."""

import math
from dataclasses import replace
from typing import Any

import pytest
import records
from baseline_records import CLAIM, FRESH, outcome, recorded, visit

from nllcheck.baseline.claim import differences
from nllcheck.drift import Difference
from nllcheck.outcome import Outcome
from nllcheck.result import CheckResult, Coefficient, Finding
from nllcheck.visits import MINIMISER, MODEL, STOPPED, Visit, Visits

FLOOR = FRESH[0].loss_floor


def compare(before: CheckResult, after: CheckResult, visits: Visits | None = None) -> list[Difference]:
    """Return how one record differs from another; the values are the same unless `visits` says otherwise."""
    return list(differences(CLAIM, recorded(outcome(before)), outcome(after, visits=visits)))


def told(found: list[Difference]) -> dict[str, bool]:
    """Return what differs, and whether it fails."""
    return {difference.what: difference.fails for difference in found}


def test_the_same_is_the_same() -> None:
    """No word where nothing has changed: of records that hold, that do not, and that are undecided."""
    for result in (records.record(), records.mse(), records.wrong(), records.looser(), records.undecided()):
        assert compare(result, result) == []


RECORD = records.record


def different(*findings: Finding) -> CheckResult:
    """Return the record of a loss that is claimed and found to be no NLL."""
    return RECORD(claimed="different", relation="different", scale=None, offset=None, findings=findings)


SCALE = Coefficient(value=0.0625, name="1/n", varies_with=("n",))
CHANGES: dict[str, tuple[CheckResult, CheckResult, dict[str, bool]]] = {
    "a looser relation": (RECORD(), RECORD(relation="affine"), {"relation": True}),
    "a tighter relation": (RECORD(), RECORD(relation="equal"), {"relation": False}),
    "no verdict any more": (RECORD(), records.undecided(), {"verdict": True}),
    "a verdict at last": (records.undecided(), RECORD(), {"verdict": False, "relation": False}),
    "decided to fail": (
        records.undecided(),
        RECORD(holds=False, relation="affine"),
        {"verdict": False, "relation": False},
    ),
    "undecided, and failed": (
        RECORD(holds=False, relation="affine"),
        records.undecided(),
        {"verdict": True},
    ),
    "failing, and holding now": (RECORD(holds=False), RECORD(), {"verdict": False}),
    "holding, and failing now": (RECORD(), RECORD(holds=False), {"verdict": True}),
    "another claim": (RECORD(), RECORD(claimed="affine"), {"claimed": False}),
    "more observations": (RECORD(), RECORD(n_obs=17), {"data": True}),
    "a new warning": (RECORD(), RECORD(findings=(records.finding(),)), {"finding:clipped": True}),
    "a new error": (RECORD(), RECORD(findings=(records.finding(severity="error"),)), {"finding:clipped": True}),
    "a new note": (RECORD(), RECORD(findings=(records.finding(severity="note"),)), {"finding:clipped": False}),
    "a warning gone": (RECORD(findings=(records.finding(),)), RECORD(), {"finding:clipped": False}),
    "a warning that is an error": (
        RECORD(findings=(records.finding(),)),
        RECORD(findings=(records.finding(severity="error"),)),
        {"finding:clipped": True},
    ),
    "an error that is a warning": (
        RECORD(findings=(records.finding(severity="error"),)),
        RECORD(findings=(records.finding(),)),
        {"finding:clipped": False},
    ),
    "another cause of a difference that was there": (
        different(records.finding("other-family", "error")),
        different(records.finding("unexplained", "error"), records.finding("not-a-density", "error")),
        {"finding:other-family": False, "finding:unexplained": False, "finding:not-a-density": False},
    ),
    "a warning about a difference that was there": (
        different(),
        different(records.finding()),
        {"finding:clipped": True},
    ),
    "a difference that was not there": (
        RECORD(),
        different(records.finding("unexplained", "error")),
        {"claimed": False, "relation": True, "finding:unexplained": True},
    ),
    "a note that a budget of time decides": (
        RECORD(findings=(records.finding("proper-score", "note"),)),
        RECORD(),
        {},
    ),
    "a scale": (RECORD(scale=SCALE), RECORD(scale=replace(SCALE, value=0.0626)), {"scale": True}),
    "a scale that is nan": (RECORD(scale=SCALE), RECORD(scale=replace(SCALE, value=math.nan)), {"scale": True}),
    "a scale within what is known of it": (
        RECORD(scale=SCALE),
        RECORD(scale=replace(SCALE, value=0.0625 * (1 + 1e-7))),
        {},
    ),
    "a name of the scale": (RECORD(scale=SCALE), RECORD(scale=replace(SCALE, name="2/n")), {"scale": True}),
    "no name of the scale": (RECORD(scale=SCALE), RECORD(scale=replace(SCALE, name=None)), {"scale": True}),
    "a name at last": (RECORD(scale=replace(SCALE, name=None)), RECORD(scale=SCALE), {"scale": False}),
    "what the scale varies with": (
        RECORD(scale=SCALE),
        RECORD(scale=replace(SCALE, varies_with=("n", "sigma"))),
        {"scale": True},
    ),
    "an offset": (RECORD(), RECORD(offset=Coefficient(value=-14.8, name="−n/2·log 2π")), {"offset": True}),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_differs(name: str) -> None:
    """What is worse fails, what is better or new is told, and nothing else is said."""
    before, after, expected = CHANGES[name]
    assert told(compare(before, after)) == expected


def test_a_claim_that_cannot_be_evaluated_any_more() -> None:
    """It is a regression, and says why."""
    (found,) = differences(CLAIM, recorded(), records.trouble("gaussian_nll"))
    assert (found.what, found.fails) == ("verdict", True)
    assert "take 'sigma' and write np.log(sigma)" in found.message


def again(*changed: Visit, fresh: tuple[Visit, ...] = FRESH) -> Visits:
    """Return visits with others in the first places."""
    return Visits(again=(*changed, *FRESH[len(changed) :]), fresh=fresh)


def values(visits: Visits | None, done: Outcome | None = None) -> list[Difference]:
    """Compare a claim of which only the values have changed."""
    return list(differences(CLAIM, recorded(), replace(done or outcome(), visits=visits)))


@pytest.mark.parametrize("floors", [0.0, 1.0, 8.0, 30.0])
def test_rounding_is_silent(floors: float) -> None:
    """Another machine rounds differently: by a few noise floors."""
    assert values(again(visit(loss=FRESH[0].loss + floors * FLOOR))) == []


@pytest.mark.parametrize("field", ["loss", "nll"])
def test_one_part_in_a_billion_is_told(field: str) -> None:
    """With both values, in units in the last place and in noise floors."""
    value = getattr(FRESH[0], field)
    (found,) = values(again(visit(**{field: value * (1 + 1e-9)})))
    assert (found.what, found.fails) == ("loss" if field == "loss" else "likelihood", True)
    assert (found.before, found.after) == (value, value * (1 + 1e-9))
    assert found.ulps == pytest.approx(value * 1e-9 / math.ulp(value), rel=1e-3)
    assert found.floors is not None
    assert found.floors > 1e5
    assert "at 1 of 4 recorded probes" in found.message


def test_a_floor_that_grows_gives_no_licence() -> None:
    """A loss that computes in float32 now has large floors, and is not excused by them."""
    (found,) = values(again(visit(loss=FRESH[0].loss + 1e-8, loss_floor=1e-6)))
    assert found.what == "loss"


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_never_the_same(value: float) -> None:
    """The loss was finite there."""
    (found,) = values(again(visit(loss=value, loss_floor=math.inf)))
    assert (found.what, found.fails) == ("loss", True)


@pytest.mark.parametrize("field", ["loss", "nll"])
def test_a_pattern_is_said(field: str) -> None:
    """All values times one factor, or plus one number, is what a reader wants to know."""
    scaled = [replace(v, **{field: getattr(v, field) / 16}) for v in FRESH]
    moved = [replace(v, **{field: getattr(v, field) + 0.5}) for v in FRESH]
    for visits, words in ((scaled, "× 0.0625 at each"), (moved, "by +0.5 at each")):
        (found,) = values(Visits(again=tuple(visits), fresh=tuple(visits)))
        assert words in found.message


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        (None, "were not evaluated"),
        (Visits(fresh=FRESH), "were not evaluated"),
        (
            again(visit(loss=math.nan, nll=math.nan, problem="the model has no parameter 'b' any more")),
            "no parameter 'b'",
        ),
    ],
    ids=["none", "too few", "misfit"],
)
def test_probes_that_were_not_evaluated_are_no_agreement(visits: Visits | None, words: str) -> None:
    """What was not compared fails."""
    found = values(visits)
    assert any(difference.fails and words in difference.message for difference in found)


def moved(kind: str, rise: float, **changes: Any) -> Visits:
    """Return visits after which an estimate is elsewhere, where N and L are higher."""
    there = {"intercept": -13.0, "beta": [2.826113, 0.0951577, 2.378688]}
    side = "nll" if kind == MODEL else "loss"
    estimate = visit(kind, parameters=there, **{side: getattr(FRESH[0], side) + rise}, **changes)
    return Visits(again=FRESH, fresh=tuple(estimate if v.kind == kind else v for v in FRESH))


def test_an_estimate_that_moves_is_told_in_standard_errors() -> None:
    """The distance is the root deviance; the parameter that moved most is named."""
    (found,) = values(moved(MODEL, 0.5e-4))
    assert (found.what, found.fails, found.before, found.after) == ("estimate", True, -13.021347, -13.0)
    assert "moved by 0.01 standard errors, most in intercept" in found.message


def test_an_estimate_that_n_cannot_tell_apart_is_the_same() -> None:
    """Along a flat direction estimates may be far apart, and mean the same."""
    assert values(moved(MODEL, 4e-14)) == []


def test_estimates_may_move_by_a_stated_tolerance() -> None:
    """The tolerance counts standard errors, of the model's estimate and of the loss's minimiser."""
    done = outcome(visits=moved(MODEL, 0.5e-4))
    assert list(differences(CLAIM, recorded(), done, tolerance=0.02)) == []
    assert len(list(differences(CLAIM, recorded(), done, tolerance=0.005))) == 1


def test_the_minimiser_of_the_loss_is_known_to_a_thousandth() -> None:
    """It comes from a search by differences; where that stopped early, it is compared all the same."""
    assert values(moved(MINIMISER, 0.4e-6)) == []
    (found,) = values(moved(MINIMISER, 0.5e-2))
    assert (found.what, found.fails) == ("minimiser", True)
    stopped = moved(MINIMISER, 0.5e-2)
    stopped = replace(
        stopped, fresh=tuple(replace(v, kind=STOPPED) if v.kind == MINIMISER else v for v in stopped.fresh)
    )
    assert told(values(stopped)) == {"minimiser": True}


def test_where_a_search_stopped_early_is_not_remembered() -> None:
    """That place is chance."""
    fresh = (FRESH[0], replace(FRESH[3], kind=STOPPED))
    assert [v.kind for v in recorded(outcome(visits=Visits(fresh=fresh))).probes] == ["near"]


def test_an_estimate_that_is_gone() -> None:
    """A model that had an optimum, and has none now."""
    assert told(values(Visits(again=FRESH, fresh=FRESH[:2]))) == {"estimate": True, "minimiser": True}
    assert told(values(Visits(again=FRESH, fresh=FRESH[:3]))) == {"minimiser": True}
