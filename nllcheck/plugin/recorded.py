"""Claims against a baseline, one by one as pytest runs them; pytest never writes one."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from nllcheck.baseline import Session
from nllcheck.config import Settings, shown
from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Run
from nllcheck.visits import Asked

__all__ = ["Recorded"]


class Recorded:
    """The record of an earlier run; without one, nothing differs.

    Claims go by the ids of pytest, which are those of `nllcheck check` in the root folder of pytest.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    UsageError
        The baseline cannot be read, or an accepted difference is of no known kind.
    """

    def __init__(self, settings: Settings) -> None:
        self._session: Session | None = None
        if settings.baseline is not None:
            self._session = Session(
                Path(settings.baseline),
                shown(settings.baseline),
                seed=settings.seed,
                accept=settings.accept,
                tolerance=settings.tolerance,
            )

    def asked(self, file: str) -> Mapping[str, Asked] | None:
        """Return what is to be evaluated again of the claims of a file, by its id; None without a baseline."""
        return None if self._session is None else self._session.asked(file)

    def drift(self, file: str, outcome: Outcome) -> Drift | None:
        """Return how the claim differs from what was recorded; None without a baseline."""
        if self._session is None:
            return None
        known = replace(outcome, path=file)
        run = Run(outcomes=(known,), seed=self._session.seed)
        return self._session.compared(run, lambda claim: claim == known.id).drift

    def gone(self, files: Mapping[str, tuple[str, ...]], *, whole: bool) -> Iterator[str]:
        """Yield a complaint for each recorded claim that is no longer made.

        Parameters
        ----------
        files : mapping of str to tuple of str
            The files that were collected, by their ids, with the names of their claims.
        whole : bool
            All claims were to be collected: files that were not are gone as well.
        """
        if self._session is None:
            return
        accepted = {entry.claim for entry in self._session.accept if entry.what == "claim"}
        for claim in self._session.baseline.claims:
            file, _, name = claim.partition("::")
            made = name in files[file] if file in files else not whole
            if not made and claim not in accepted:
                yield (
                    f"{self._session.shown}: {claim} is recorded, and no longer claimed. If this is meant: nllcheck "
                    "check --update-baseline records it, or list it under accept with a reason"
                )
