"""From the file that is read to the file that is written: nothing is lost, and nothing is written unasked."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import records
from baseline_records import CLAIM, everywhere, outcome, run_of, two_claims, visit

from nllcheck.baseline.file import Baseline, read, written
from nllcheck.baseline.scope import Covers
from nllcheck.baseline.session import Session
from nllcheck.drift import Drift
from nllcheck.errors import (
    BaselineDamaged,
    BaselineMismatch,
    BaselineMissing,
    BaselineNewer,
    BaselineUnusable,
    UsageError,
)
from nllcheck.outcome import ExitCode, Outcome, Run
from nllcheck.visits import Visits

OTHER = "models/other.py::mse"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An entry of `accept`."""

    claim: str = CLAIM
    what: str = "relation"
    reason: str = "the constant is dropped on purpose"
    location: str = "pyproject.toml:7"


def session(path: Path, *, seed: int = 0, update: bool = False, accept: Sequence[Entry] = ()) -> Session:
    """Open the baseline."""
    return Session(path, path.name, seed=seed, update=update, accept=accept)


def update(path: Path, run: Run, covers: Covers = everywhere, *, whole: bool = True) -> Drift:
    """Run with --update-baseline."""
    opened = session(path, update=True)
    done, text = opened.updated(opened.compared(run, covers), covers, whole=whole)
    if text is not None:
        path.write_text(text, encoding="utf-8", newline="\n")
    assert done.drift is not None
    return done.drift


def compare(path: Path, run: Run, covers: Covers = everywhere, accept: Sequence[Entry] = ()) -> Run:
    """Run with --baseline."""
    before = path.read_bytes()
    done = session(path, accept=accept).compared(run, covers)
    assert path.read_bytes() == before
    return done


def told(run: Run) -> set[tuple[str, str, bool]]:
    """Return what differs, of which claim, and whether the run fails for it."""
    assert run.drift is not None
    return {(d.claim, d.what, d.is_regression) for d in run.drift.differences}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file that holds two claims."""
    path = tmp_path / "baseline.json"
    update(path, run_of(*two_claims()))
    return path


def test_the_record_of_another_project(path: Path) -> None:
    """Where no recorded claim is made, the likeliest reason is told; where one is, it is not."""
    alien = replace(two_claims()[0], path="elsewhere/alien.py")
    done = compare(path, run_of(alien))
    assert done.drift is not None
    assert done.drift.notes == (
        "none of its claims is made here: is it the record of another project, or of another working folder?",
    )
    assert done.exit_code is ExitCode.FAILS
    for run in (run_of(two_claims()[0], alien), run_of(alien, interrupted=True)):
        drift = compare(path, run).drift
        assert drift is not None
        assert drift.notes == ()


def test_the_same_run_is_silent(path: Path) -> None:
    """The sum says how much was compared."""
    done = compare(path, run_of(*two_claims()))
    assert done.drift == Drift(path="baseline.json", compared=2, places=8)
    assert done.exit_code is ExitCode.OK


def test_a_regression_is_exit_code_one(path: Path) -> None:
    """The claim itself may hold: it holds less tightly than it did."""
    first, other = two_claims()
    assert first.result is not None
    looser = replace(first, result=replace(first.result, relation=records.Relation.AFFINE))
    done = compare(path, run_of(looser, other))
    assert told(done) == {(CLAIM, "relation", True)}
    assert done.exit_code is ExitCode.FAILS


def test_a_claim_that_disappears_fails(path: Path) -> None:
    """Also where nothing is left at all."""
    done = compare(path, run_of(two_claims()[0]))
    assert told(done) == {(OTHER, "claim", True)}
    assert compare(path, run_of()).exit_code is ExitCode.FAILS


def test_a_new_claim_is_told(path: Path) -> None:
    """It cannot be worse than it was."""
    new = outcome(records.record(name="new"))
    done = compare(path, run_of(*two_claims(), new))
    assert told(done) == {("models/gaussian.py::new", "claim", False)}
    assert done.exit_code is ExitCode.OK


def only_first(claim: str) -> bool:
    """Return what -k or a path has selected."""
    return claim == CLAIM


@pytest.mark.parametrize("changes", [{"interrupted": True}, {"stopped": True}], ids=["Ctrl-C", "--fail-fast"])
def test_a_run_that_was_cut_misses_nothing(path: Path, changes: dict[str, bool]) -> None:
    """What it has not reached is counted, not missed, and stays in the file."""
    cut = run_of(two_claims()[0], **changes)
    done = compare(path, cut)
    assert told(done) == set()
    assert done.drift is not None
    assert done.drift.unseen == 1
    before = path.read_bytes()
    update(path, cut)
    assert path.read_bytes() == before


def test_a_filtered_run_drops_nothing(path: Path) -> None:
    """Claims that were left out on purpose keep what is recorded of them."""
    part = run_of(two_claims()[0])
    assert told(compare(path, part, only_first)) == set()
    before = path.read_bytes()
    update(path, part, only_first, whole=False)
    assert path.read_bytes() == before


def test_a_claim_that_is_gone_is_dropped_when_asked(path: Path) -> None:
    """A whole run without it, with --update-baseline."""
    update(path, run_of(two_claims()[0]))
    assert list(read(path, "b").claims) == [CLAIM]


def test_what_has_not_changed_keeps_its_digits(path: Path) -> None:
    """Rounding of another machine makes no difference in the file; a real change does, in that claim alone."""
    first, other = two_claims()
    assert other.visits is not None
    noisy = replace(other, visits=rounded(other.visits))
    assert first.visits is not None
    changed = tuple(replace(v, loss=v.loss + 1) for v in first.visits.fresh)
    before = read(path, "b").claims
    drift = update(path, run_of(replace(first, visits=Visits(again=changed, fresh=changed)), noisy))
    after = read(path, "b").claims
    assert drift.written
    assert after[OTHER] == before[OTHER]
    assert after[CLAIM].probes[0].loss == before[CLAIM].probes[0].loss + 1


def rounded(visits: Visits) -> Visits:
    """Return visits on a machine that rounds differently."""
    places = tuple(replace(v, loss=v.loss * (1 + 4e-16)) for v in visits.fresh)
    return Visits(again=places, fresh=places)


def test_a_claim_that_could_not_be_evaluated_stays(path: Path) -> None:
    """A crash costs no record; the note says so. A claim without a record gets none."""
    before = path.read_bytes()
    drift = update(path, run_of(records.trouble("gaussian_nll"), records.trouble("new"), two_claims()[1]))
    assert path.read_bytes() == before
    assert drift.notes == (
        f"{CLAIM} could not be evaluated: what was recorded stays",
        "models/gaussian.py::new could not be evaluated: it is not recorded",
    )


def test_a_file_that_cannot_be_imported_loses_no_record(path: Path) -> None:
    """Its claims are lost from this run, which is a regression, and not from the file."""
    broken = replace(records.trouble(""), path="models/other.py")
    run = run_of(two_claims()[0], broken)
    assert told(compare(path, run)) == {(OTHER, "verdict", True)}
    before = path.read_bytes()
    update(path, run)
    assert path.read_bytes() == before


def test_a_run_that_evaluated_nothing_writes_nothing(tmp_path: Path) -> None:
    """Nothing was checked: that is no record."""
    path = tmp_path / "new.json"
    drift = update(path, run_of(records.trouble()))
    assert not path.exists()
    assert not drift.written


def test_a_pipe_is_no_baseline(tmp_path: Path) -> None:
    """It is refused, and not waited for."""
    os.mkfifo(tmp_path / "b.json")
    for asked in (False, True):
        with pytest.raises(BaselineUnusable, match="is no file"):
            session(tmp_path / "b.json", update=asked)


def test_a_baseline_must_be_there(tmp_path: Path) -> None:
    """Only --update-baseline makes one."""
    with pytest.raises(BaselineMissing):
        session(tmp_path / "b.json")


def test_an_edited_file_is_written_anew_by_a_whole_run_alone(path: Path) -> None:
    """A part cannot be merged with what cannot be trusted: it would drop the rest."""
    path.write_text(path.read_text().replace("22.25", "22.26"))
    edited = path.read_bytes()
    with pytest.raises(BaselineDamaged):
        session(path)
    for run, whole in ((run_of(two_claims()[0]), False), (run_of(*two_claims(), interrupted=True), True)):
        (error,) = update(path, run, whole=whole).errors
        assert "left as it is, for this run is only a part" in error
    assert path.read_bytes() == edited
    drift = update(path, run_of(*two_claims()))
    assert any("made anew" in note for note in drift.notes)
    assert len(read(path, "b").claims) == 2


def test_a_newer_file_is_never_overwritten(path: Path) -> None:
    """Not even when asked: this nllcheck does not know what it would lose."""
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))
    for asked in (False, True):
        with pytest.raises(BaselineNewer, match="upgrade nllcheck"):
            session(path, update=asked)


def test_a_file_that_somebody_else_has_written_is_not_overwritten(path: Path) -> None:
    """Two updates at once: the later one says so, and the file holds what the first has written."""
    late = session(path, update=True)
    update(path, run_of(outcome(records.record(n_obs=17)), two_claims()[1]))
    theirs = path.read_bytes()
    done, text = late.updated(late.compared(run_of(*two_claims()), everywhere), everywhere, whole=True)
    assert text is None
    assert done.exit_code is ExitCode.USAGE
    assert path.read_bytes() == theirs


def test_another_seed_is_no_comparison(path: Path) -> None:
    """Other probes may have other findings."""
    with pytest.raises(BaselineMismatch, match="--seed 0, and this run has 7"):
        session(path, seed=7)


def test_what_is_asked_of_a_file(path: Path) -> None:
    """The names and the recorded places of its claims, of no other file's."""
    asked = session(path).asked("models/other.py")
    assert list(asked) == ["mse"]
    assert [place.kind for place in asked["mse"].places] == ["near", "far", "estimate", "minimiser"]


def test_other_versions_are_told(tmp_path: Path) -> None:
    """A difference often has its reason there."""
    path = tmp_path / "b.json"
    path.write_text(written(Baseline(versions={"pymc": "6.3.0", "numpy": "2.5.5"})), encoding="utf-8")
    drift = compare(path, run_of(outcome())).drift
    assert drift is not None
    assert drift.versions == {"pymc": ("6.3.0", "6.4.0")}


# -- accepted differences ---------------------------------------------------------------------------------


def looser() -> Outcome:
    """Return the first claim, looser than it was, and with another loss."""
    done = outcome(records.record(relation="affine"))
    changed = tuple(replace(v, loss=v.loss + 1) for v in (visit(), *done.visits.fresh[1:]))  # type: ignore[union-attr]
    return replace(done, visits=Visits(again=changed, fresh=changed))


def test_an_accepted_difference_does_not_fail(path: Path) -> None:
    """It is told with its reason; the other differences of the claim still fail."""
    run = run_of(looser(), two_claims()[1])
    done = compare(path, run, accept=[Entry()])
    assert told(done) == {(CLAIM, "relation", False), (CLAIM, "loss", True)}
    done = compare(path, run, accept=[Entry(), Entry(what="loss")])
    assert done.exit_code is ExitCode.OK
    assert done.drift is not None
    assert {d.reason for d in done.drift.differences} == {"the constant is dropped on purpose"}


@pytest.mark.parametrize(
    "entry", [Entry(), Entry(claim=OTHER), Entry(claim="models/none.py::x"), Entry(what="scale")]
)
def test_an_entry_that_matches_nothing_is_an_error(path: Path, entry: Entry) -> None:
    """What is listed and is not there hides the next difference; the message has the place."""
    done = compare(path, run_of(*two_claims()), accept=[entry])
    assert done.exit_code is ExitCode.USAGE
    assert done.drift is not None
    assert done.drift.errors[0].startswith("pyproject.toml:7: accept lists")


def test_an_entry_for_a_claim_that_was_not_run_is_kept_quiet(path: Path) -> None:
    """A filtered run, or one that was cut, cannot tell."""
    part = run_of(two_claims()[0])
    for run, covered in ((part, only_first), (replace(part, interrupted=True), everywhere)):
        drift = compare(path, run, covered, [Entry(claim=OTHER)]).drift
        assert drift is not None
        assert drift.errors == ()


def test_an_entry_must_be_a_kind_of_difference(path: Path) -> None:
    """The nearest one is named."""
    with pytest.raises(UsageError, match="did you mean 'relation'"):
        session(path, accept=[Entry(what="relations")])
    session(path, accept=[Entry(what="finding:clipped")])
