"""A run with a baseline, from the file that is read to the file that is written."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nllcheck.baseline.accept import Acceptance, accepted, require_known
from nllcheck.baseline.compare import all_differences, by_id, is_complete, versions_of
from nllcheck.baseline.file import Baseline, read, written
from nllcheck.baseline.record import Recorded, remember
from nllcheck.baseline.scope import Covers
from nllcheck.drift import Drift
from nllcheck.errors import (
    BaselineDamaged,
    BaselineMismatch,
    BaselineMissing,
    BaselineNewer,
    BaselineSchema,
)
from nllcheck.outcome import Run
from nllcheck.visits import Asked

__all__ = ["Session"]

FOREIGN = (
    "none of its claims is made here: is it the record of another project, or of another working folder?"
)


class Session:
    """Reads a baseline before a run, and compares, and if asked records, after it.

    Parameters
    ----------
    path : Path
        Absolute.
    shown : str
        How messages call it.
    seed : int
        Of the run.
    update : bool
        The file is to be written; then it need not exist, nor be readable.
    accept : sequence of Acceptance
    tolerance : float
        Standard errors by which estimates may move.

    Raises
    ------
    BaselineUnusable
        The file cannot be compared with; the classes derived from it say why.
    UsageError
        An entry of `accept` is no kind of difference.
    """

    def __init__(
        self,
        path: Path,
        shown: str,
        *,
        seed: int,
        update: bool = False,
        accept: Sequence[Acceptance] = (),
        tolerance: float = 0.0,
    ) -> None:
        require_known(accept)
        self.path = path
        self.shown = shown
        self.seed = seed
        self.update = update
        self.accept = accept
        self.tolerance = tolerance
        self.lost = ""  # why nothing of the old file can be kept
        self.digest = self._digest()
        self.baseline = self._read()

    def _digest(self) -> bytes:
        """Return what tells the file from others; nothing where there is none, or it cannot be read."""
        if not self.path.is_file():  # a pipe would wait for ever
            return b""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").digest()
        except OSError:
            return b""

    def _read(self) -> Baseline:
        try:
            baseline = read(self.path, self.shown)
            if baseline.seed != self.seed:
                raise BaselineMismatch(
                    f"{self.shown} was recorded with --seed {baseline.seed}, and this run has {self.seed}: other probes "
                    "may have other findings; use the same seed"
                )
        except BaselineMissing:
            if not self.update:
                raise
            return Baseline(seed=self.seed)
        except (BaselineDamaged, BaselineMismatch, BaselineSchema) as error:
            if not self.update or isinstance(error, BaselineNewer):
                raise
            self.lost = str(error)
            return Baseline(seed=self.seed)
        return baseline

    def asked(self, path: str) -> dict[str, Asked]:
        """Return what is to be evaluated again of the claims of the file that is shown as `path`."""
        start = f"{path}::"
        return {
            claim.removeprefix(start): recorded.asked
            for claim, recorded in self.baseline.claims.items()
            if claim.startswith(start)
        }

    def compared(self, run: Run, covers: Covers) -> Run:
        """Return the run with how it differs from the baseline."""
        errors: tuple[str, ...] = ()
        found = all_differences(self.baseline, run, covers, tolerance=self.tolerance)
        if not self.update:
            whole = covers if is_complete(run) else (lambda claim: claim in by_id(run))
            found, errors = accepted(found, self.accept, whole)
        outcomes = by_id(run)
        seen = {difference.claim for difference in found}
        claims = self.baseline.claims
        foreign = (
            bool(claims)
            and is_complete(run)
            and all(difference.what == "claim" for difference in found)
            and (claims.keys() <= seen)
        )
        drift = Drift(
            path=self.shown,
            differences=found,
            compared=sum(claim in outcomes for claim in claims),
            places=sum(len(outcome.visits.again) for outcome in outcomes.values() if outcome.visits),
            unseen=sum(claim not in outcomes and claim not in seen for claim in claims),
            versions=_changed(self.baseline.versions, versions_of(run)),
            notes=(FOREIGN,) if foreign else (),
            errors=errors,
        )
        return replace(run, drift=drift)

    def updated(self, run: Run, covers: Covers, *, whole: bool) -> tuple[Run, str | None]:
        """Return the compared run with what is to be told of the new file, and its text; None to write nothing.

        Claims that this run did not check keep what is recorded; so do those that have not changed, digit by
        digit, and those that could not be evaluated. Claims that are gone are dropped. Where nothing of the old
        file can be read, and this run is only a part (not `whole`), what it did not check would be lost: that is
        an error, and so is a file that somebody else has written meanwhile.
        """
        drift = run.drift or Drift(path=self.shown)
        if not any(remember(outcome) for outcome in run.outcomes):
            note = "nothing was evaluated: the file is left as it is"
            return replace(run, drift=replace(drift, notes=(note,))), None
        refused = ""
        if self.lost and not (whole and is_complete(run)):
            refused = (
                f"{self.shown} is left as it is, for this run is only a part and cannot be merged with it "
                f"({self.lost}); run once without -k and without single claims"
            )
        elif self._digest() != self.digest:
            refused = f"{self.shown} is left as it is: it was written by somebody else meanwhile; run again"
        if refused:
            return replace(run, drift=replace(drift, errors=(refused,))), None
        claims, notes = self._merged(run, {d.claim for d in drift.differences}, covers)
        old = self.baseline
        same = claims == dict(old.claims) and not self.lost
        versions = old.versions if same and old.versions else versions_of(run)
        text = written(Baseline(seed=self.seed, versions=versions, claims=claims))
        notes += (f"it was made anew: {self.lost}",) if self.lost else ()
        return replace(run, drift=replace(drift, written=True, notes=notes)), text

    def _merged(
        self, run: Run, changed: set[str], covers: Covers
    ) -> tuple[dict[str, Recorded], tuple[str, ...]]:
        outcomes, old = by_id(run), self.baseline.claims
        gone = {
            claim
            for claim in old
            if claim not in outcomes and claim in changed and covers(claim) and self._is_gone(run, claim)
        }
        claims = {claim: recorded for claim, recorded in old.items() if claim not in gone}
        notes = []
        for claim, outcome in outcomes.items():
            new = remember(outcome)
            if new is None:
                kept = "what was recorded stays" if claim in old else "it is not recorded"
                notes.append(f"{claim} could not be evaluated: {kept}")
            elif claim not in old or claim in changed:
                claims[claim] = new
        return dict(sorted(claims.items())), tuple(notes)

    @staticmethod
    def _is_gone(run: Run, claim: str) -> bool:
        """Return whether a claim is no longer made, rather than lost with a file that could not be imported."""
        path = claim.partition("::")[0]
        return not any(outcome.path == path and not outcome.name for outcome in run.outcomes)


def _changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Return the packages that have another version now."""
    names = sorted(before.keys() & after.keys())
    return {name: (before[name], after[name]) for name in names if before[name] != after[name]}
