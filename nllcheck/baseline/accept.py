"""Differences that are accepted, each with a reason; one that is listed and is not there is an error."""

from collections.abc import Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Protocol

from nllcheck.baseline.scope import Covers
from nllcheck.drift import FINDING, WHAT, Difference
from nllcheck.errors import UsageError

__all__ = ["Acceptance", "accepted", "require_known"]


class Acceptance(Protocol):
    """An entry of ``[tool.nllcheck] accept``."""

    @property
    def claim(self) -> str:
        """``PATH::NAME``."""

    @property
    def what(self) -> str:
        """One of `nllcheck.drift.WHAT`."""

    @property
    def reason(self) -> str:
        """Why the difference is accepted."""

    @property
    def location(self) -> str:
        """``"file:line"`` of the entry."""


def require_known(entries: Sequence[Acceptance]) -> None:
    """Raise UsageError for the first entry whose `what` is no word for a difference."""
    for entry in entries:
        if entry.what in WHAT or (entry.what.startswith(FINDING) and entry.what != FINDING):
            continue
        near = get_close_matches(entry.what, WHAT, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"{_place(entry)}accept: what = {entry.what!r} is no kind of difference{hint} There are {', '.join(WHAT)}"
        )


def accepted(
    differences: Sequence[Difference], entries: Sequence[Acceptance], covers: Covers
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Return the differences, those that are accepted with the reason, and what is wrong with the entries.

    An entry that matches no difference of a claim that was to be checked would hide the next one: it is an error.
    """
    found, errors = list(differences), []
    for entry in entries:
        matches = [
            index
            for index, difference in enumerate(found)
            if difference.fails and (difference.claim, difference.what) == (entry.claim, entry.what)
        ]
        if not matches and covers(entry.claim):
            errors.append(_unmatched(entry, differences))
        for index in matches:
            found[index] = replace(found[index], reason=entry.reason)
    return tuple(found), tuple(errors)


def _unmatched(entry: Acceptance, differences: Sequence[Difference]) -> str:
    here = [
        difference.what for difference in differences if difference.fails and difference.claim == entry.claim
    ]
    known = (
        f"it differs in {', '.join(dict.fromkeys(here))}" if here else "it does not differ from the baseline"
    )
    return f"{_place(entry)}accept lists {entry.what!r} of {entry.claim}, but {known}; correct the entry, or remove it"


def _place(entry: Acceptance) -> str:
    return f"{entry.location}: " if entry.location else ""
