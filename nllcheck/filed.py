"""What is known of one file while it is worked on, and what that comes to: every claim gets an outcome."""

from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from typing import Any

from nllcheck.errors import NotReported, UsageError
from nllcheck.events import Event
from nllcheck.jsonio import take
from nllcheck.outcome import Outcome
from nllcheck.trouble import left_problem, missing_problem

__all__ = ["File"]

News = tuple[Any, ...]


@dataclass(kw_only=True)
class File:
    """The events and the outcomes of one file.

    Attributes
    ----------
    path : str
    outcomes : list of Outcome
        Those that were told, in order.
    deselected : int
    ended : bool
        Nothing more will come.
    """

    path: str
    outcomes: list[Outcome] = field(default_factory=list)
    deselected: int = 0
    ended: bool = False
    names: tuple[str, ...] | None = None  # None: it was not imported yet
    checking: str = ""
    output: str = ""  # what the import printed
    finished: list[str] = field(default_factory=list)
    heard: list[News] = field(default_factory=list)
    unreadable: UsageError | None = None

    def news(self) -> Iterator[News]:
        """Yield what was heard since the last time: the name of a listener's method, and its arguments."""
        while self.heard:
            kind, *rest = self.heard.pop(0)
            if kind == "finished":
                self.outcomes.append(rest[0])
            yield kind, *rest

    def hear(self, event: Event) -> None:
        """Take down an event of `nllcheck.work.check_file`; after one that cannot be read, no other."""
        if self.unreadable is not None:
            return
        try:
            self._hear(event)
        except UsageError as error:
            self.unreadable = error

    def _hear(self, event: Event) -> None:
        printed = str(event.get("printed", ""))
        match take(event, "event", str):
            case "loading":
                self.heard.append(("loading", self.path))
            case "loaded":
                self.names = tuple(map(str, take(event, "names", list)))
                self.deselected = take(event, "deselected", int)
                self.output = take(event, "output", str) + printed
                self.heard.append(("loaded", self.path, self.names, self.output))
            case "checking":
                self.checking = take(event, "name", str)
                self.heard.append(("checking", self.path, self.checking))
            case "finished":
                self._finished(take(event, "outcome", dict), printed)
            case "left":
                problem = left_problem(self.path, take(event, "processes", int))
                outcome = Outcome(path=self.path, name="", problem=problem, output=printed)
                self.heard.append(("finished", outcome))

    def _finished(self, record: Mapping[str, Any], printed: str = "") -> None:
        output = take(record, "output", str) + printed
        if not self.checking:  # what is wrong with the file has what the import printed
            output = self.output or output
        outcome = Outcome.from_dict({**record, "output": output})
        self.finished.append(outcome.name)
        self.heard.append(("finished", outcome))

    def end(self, future: "Future[Any]") -> None:
        """Take down how the work ended; claims that never reported get the reason as their outcome."""
        self.ended = True
        try:
            if self.unreadable is not None:
                raise self.unreadable
            self._returned(future.result(timeout=0))
        except (Exception, CancelledError) as error:
            self._broken(error)

    def _returned(self, record: Mapping[str, Any]) -> None:
        outcomes = take(record, "outcomes", list)
        for outcome in outcomes[len(self.finished) :]:  # an executor that passes no events on
            self._finished(outcome)
        self.deselected = take(record, "deselected", int)
        if not take(record, "stopped", bool) and set(self.names or ()) - set(self.finished):
            self._broken(NotReported("it was left out of what was returned"))

    def _broken(self, error: BaseException) -> None:
        names = [name for name in self.names or () if name not in self.finished] or [""]
        for name in names:
            problem = missing_problem(error, self.path, name, self.checking)
            self.heard.append(("finished", Outcome(path=self.path, name=name, problem=problem)))
