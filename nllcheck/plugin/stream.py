"""The outcomes of one file's claims, as the process that checks them tells them."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future

from nllcheck.discovery import ClaimFile
from nllcheck.errors import NotReported
from nllcheck.filed import File
from nllcheck.outcome import Outcome, Problem
from nllcheck.plugin.desk import Desk, Job
from nllcheck.trouble import missing_problem

__all__ = ["Stream"]


class Stream:
    """Lets one process check the claims that pytest is going to ask for, in the order in which they stand.

    It works ahead while pytest reports. What is asked for out of turn gets a process of its own.

    Parameters
    ----------
    source : ClaimFile
    desk : Desk
    """

    def __init__(self, source: ClaimFile, desk: Desk) -> None:
        self._source = source
        self._desk = desk
        self._job: Job | None = None
        self._file = File(path=source.display)
        self._wanted: deque[str] = deque()
        self._outcomes: dict[str, Outcome] = {}

    def outcome(self, name: str, together: Sequence[str]) -> Outcome:
        """Return the outcome of the claim called `name`.

        Parameters
        ----------
        name : str
        together : sequence of str
            The claims that will be asked for from here on, this one first; they are checked in one go.
        """
        if name not in self._wanted:
            self.close()
            self._start((name,) if self._desk.in_process else tuple(together))
        self._wanted.remove(name)
        while name not in self._outcomes and not self._file.ended:
            self._listen()
        return self._outcomes.pop(name, None) or self._missing(name)
