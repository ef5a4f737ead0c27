"""What is known of one file while it is worked on, and what that comes to: every claim gets an outcome."""

from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from typing import Any

from nllcheck.errors import NotReported, UsageError
from nllcheck.events import Event
from nllcheck.jsonio import take
from nllcheck.outcome import Outcome
from nllcheck.result import Finding, Severity
from nllcheck.trouble import left_problem, missing_problem

__all__ = ["File"]

News = tuple[Any, ...]


@dataclass(kw_only=True)
class File:
    """The events and the outcomes of one file.

    Attributes
    ----------
    path : str
    kind : type
        Of its outcomes.
    outcomes : list
        Those that were told, in order.
    deselected : int
    ended : bool
        Nothing more will come.
    """

    path: str
    kind: type[Any] = Outcome
    outcomes: list[Any] = field(default_factory=list)
    deselected: int = 0
    ended: bool = False
    _heard: list[News] = field(default_factory=list)
    _names: tuple[str, ...] | None = None  # None: it was not imported yet
    _checking: str = ""
    _output: str = ""  # what the import printed
    _finished: list[str] = field(default_factory=list)  # names of outcomes
    _told: int = 0  # outcomes of this try
    _unreadable: UsageError | None = None
    _failed: dict[str | None, NotReported] = field(default_factory=dict)  # of the try before; None: of all

    def news(self) -> Iterator[News]:
        """Yield what was heard since the last time: the name of a listener's method, and its arguments."""
        while self._heard:
            kind, *rest = self._heard.pop(0)
            if kind == "finished":
                self.outcomes.append(rest[0])
            yield kind, *rest

    def hear(self, event: Event) -> None:
        """Take down an event of `nllcheck.work.check_file`; after one that cannot be read, no other."""
        if self._unreadable is not None:
            return
        try:
            self._hear(event)
        except UsageError as error:
            self._unreadable = error

    def _hear(self, event: Event) -> None:
        printed = str(event.get("printed", ""))
        match take(event, "event", str):
            case "loading":
                self._heard.append(("loading", self.path))
            case "loaded":
                self._loaded(event, printed)
            case "checking":
                self._checking = take(event, "name", str)
                self._heard.append(("checking", self.path, self._checking))
            case "sampling":
                self._heard.append(("sampling", take(event, "drawn", int), take(event, "of", int)))
            case "finished":
                self._take(take(event, "outcome", dict), printed)
            case "left":
                problem = left_problem(self.path, take(event, "processes", int))
                self._add(self.kind(path=self.path, name="", problem=problem, output=printed))

    def _loaded(self, event: Event, printed: str) -> None:
        if self._names is not None:
            return  # tried again
        self._names = tuple(map(str, take(event, "names", list)))
        self.deselected = take(event, "deselected", int)
        self._output = take(event, "output", str) + printed
        self._heard.append(("loaded", self.path, self._names, self._output))

    def _take(self, record: Mapping[str, Any], printed: str = "") -> None:
        self._told += 1
        output = take(record, "output", str) + printed
        if not self._checking:  # what is wrong with the file has what the import printed
            output = self._output or output
        outcome = self.kind.from_dict({**record, "output": output})
        if not (self._failed and outcome.name in self._finished):  # the file's own problems, found again
            self._add(self._marked(outcome))

    def _add(self, outcome: Any) -> None:
        self._finished.append(outcome.name)
        self._heard.append(("finished", outcome))

    def _marked(self, outcome: Any) -> Any:
        """Return `outcome` with a warning if the claim did not come to an end before."""
        error = self._failed.get(outcome.name) or self._failed.get(None)
        if error is None or outcome.result is None:
            return outcome
        flaky = Finding(
            code="flaky",
            severity=Severity.WARNING,
            message=f"It holds or fails only now: the try before never ended ({error}).",
            advice="Find out what differs between two runs: threads, a random seed, other processes, the machine.",
        )
        findings = (*outcome.result.errors(), flaky, *(f for f in outcome.result.findings if _minor(f)))
        return replace(outcome, result=replace(outcome.result, findings=findings))

    def end(self, future: "Future[Any]", *, again: bool = False) -> tuple[str, ...] | None:
        """Take down how the work ended; claims that never reported get the reason as their outcome.

        Parameters
        ----------
        future : Future
        again : bool
            What never reported may be tried again.

        Returns
        -------
        tuple of str, or None
            The claims to try again (all, if it is empty); None where nothing is.
        """
        error = self._error(future)
        missing = tuple(name for name in self._names or () if name not in self._finished)
        if again and isinstance(error, NotReported) and (missing or not self._finished):
            self._failed = {self._checking or None: error}
            self._checking, self._told = "", 0
            return missing
        self.ended = True
        if error is not None and self._names is None:
            self._heard.append(("loaded", self.path, (), ""))
        for name in (missing or ("",)) if error is not None else ():
            assert error is not None
            problem = missing_problem(error, self.path, name, self._checking)
            self._add(self.kind(path=self.path, name=name, problem=problem))
        return None

    def _error(self, future: "Future[Any]") -> BaseException | None:
        """Take down what was returned; return why there is nothing, or less than was promised."""
        try:
            if self._unreadable is not None:
                raise self._unreadable
            record = future.result(timeout=0)
            for outcome in take(record, "outcomes", list)[self._told :]:  # by an executor without events
                self._take(outcome)
            if not self._failed:
                self.deselected = take(record, "deselected", int)
            missing = set(self._names or ()) - set(self._finished)
            if missing and not take(record, "stopped", bool):
                raise NotReported("it was left out of what was returned")
        except (Exception, CancelledError) as error:
            return error
        return None


def _minor(finding: Finding) -> bool:
    return finding.severity is not Severity.ERROR
