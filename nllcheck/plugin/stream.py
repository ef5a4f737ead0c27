"""The outcomes of one file's claims, as the process that checks them tells them."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from nllcheck.discovery import ClaimFile
from nllcheck.errors import NotReported
from nllcheck.filed import File
from nllcheck.outcome import Outcome, Problem
from nllcheck.plugin.desk import Desk, Job
from nllcheck.trouble import missing_problem
from nllcheck.visits import Asked

__all__ = ["Stream"]


class Stream:
    """Lets one process check the claims that pytest is going to ask for, in the order in which they stand.

    It works ahead while pytest reports. What is asked for out of turn gets a process of its own.

    Parameters
    ----------
    source : ClaimFile
    desk : Desk
    asked : mapping of str to Asked, optional
        What a baseline asks of each claim.

    Attributes
    ----------
    known : frozenset of str
        Messages of problems of the whole file that have items of their own.
    problems : list of Problem
        What else was wrong with the file as a whole.
    """

    def __init__(self, source: ClaimFile, desk: Desk, *, asked: Mapping[str, Asked] | None = None) -> None:
        self._asked = asked
        self.known: frozenset[str] = frozenset()
        self.problems: list[Problem] = []
        self._source = source
        self._desk = desk
        self._job: Job | None = None
        self._file = File(path=source.display)
        self._wanted: list[str] = []
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
            self._start([name] if self._desk.in_process else list(together))
        while name not in self._outcomes and not self._file.ended:
            self._listen()
        self._wanted.remove(name)  # not before: Ctrl-C above must find it wanted
        return self._outcomes.pop(name, None) or self._missing(name)

    def close(self) -> None:
        """End the process: at once if somebody else has the claims that are left, else when it ends by itself."""
        if self._job is not None and self._wanted:
            self._desk.cancel(self._job)
        elif self._job is not None:
            while not self._file.ended:
                self._listen()
        self._job, self._wanted = None, []

    def _start(self, names: list[str]) -> None:
        self._file, self._outcomes = File(path=self._source.display), {}
        self._wanted = names
        self._job = self._desk.check(self._source, tuple(names), self._asked)

    def _listen(self) -> None:
        """Wait for an event, or for the end."""
        assert self._job is not None
        message = self._job.inbox.get()
        if isinstance(message, Future):
            self._file.end(message)
        else:
            self._file.hear(message)
        for kind, *news in self._file.news():
            if kind == "finished":
                self._take(news[0])

    def _take(self, outcome: Outcome) -> None:
        if outcome.name:
            self._outcomes[outcome.name] = outcome
        elif outcome.problem is not None and outcome.problem.message not in self.known:
            self.problems.append(outcome.problem)

    def _missing(self, name: str) -> Outcome:
        """Return the outcome of a claim of which nothing was told: the file's problem, or that it is gone."""
        error = NotReported("the file no longer claims it: it has changed since it was collected")
        problem = (
            self.problems[-1] if self.problems else missing_problem(error, self._source.display, name, "")
        )
        return Outcome(path=self._source.display, name=name, problem=problem)
