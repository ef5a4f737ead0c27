"""The nodes of pytest's tree: a file with claims, and one item a claim."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nllcheck.discovery import ClaimFile
from nllcheck.display import printable
from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Verdict
from nllcheck.plugin import told
from nllcheck.plugin.desk import Desk, Listed
from nllcheck.plugin.recorded import Recorded
from nllcheck.plugin.stream import Stream
from nllcheck.plugin.visits import Visits
from nllcheck.report.junit import properties

__all__ = ["ClaimItem", "ClaimsFile"]

FILE = "(the file)"  # the name of what is wrong with a file whose claims can be checked all the same


class ClaimsFile(pytest.File):
    """A claim file: lists its claims in a child process, and keeps the stream of their outcomes."""

    def __init__(
        self, *, source: ClaimFile, desk: Desk, visits: Visits, recorded: Recorded, **rest: Any
    ) -> None:
        super().__init__(**rest)
        self.recorded = recorded
        self.source = source
        self.desk = desk
        self.visits = visits
        self.stream = Stream(source, desk, asked=recorded.asked(self.nodeid))

    def collect(self) -> Iterator["ClaimItem"]:
        """Yield an item for each claim, in source order, also for those that are wrongly declared."""
        listed = self.desk.listed(self.source)
        if listed.refused is not None:
            tracebacks = self.config.getoption("fulltrace")
            raise self.CollectError(told.refusal(listed.refused, output=listed.output, tracebacks=tracebacks))
        self.stream.known = frozenset(problem.message for name, problem in listed.problems if not name)
        items = list(self._items(listed))
        self.visits.claims[self.path.resolve()] = tuple(item.claim for item in items)
        self.visits.ids[self.path.resolve()] = self.nodeid
        yield from items

    def _items(self, listed: Listed) -> Iterator["ClaimItem"]:
        for name, line in listed.claims:
            yield ClaimItem.from_parent(self, name=printable(name), claim=name, line=line)
        for number, (name, problem) in enumerate(listed.problems, 1):
            outcome = Outcome(path=self.source.display, name=name, problem=problem, output=listed.output)
            shown = printable(name) if name else f"{FILE}[{number}]" if number > 1 else FILE
            line = told.location(outcome) or 1
            yield ClaimItem.from_parent(self, name=shown, claim=name, line=line, outcome=outcome)

    def teardown(self) -> None:
        """End the child that no item needs any more; tell what was wrong with the file as a whole."""
        self.stream.close()
        if self.stream.problems:
            pytest.fail("\n".join(told.refusal(problem) for problem in self.stream.problems), pytrace=False)


class ClaimItem(pytest.Item):
    """A claim: passes if it holds, fails if it does not, and is an error if that could not be decided."""

    parent: ClaimsFile

    def __init__(self, *, claim: str, line: int, outcome: Outcome | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.claim = claim
        self.line = line
        self.known = outcome
        self.outcome: Outcome | None = None
        self.drift: Drift | None = None
        self.raised: BaseException | None = None
        self.add_marker("nllcheck")

    def setup(self) -> None:
        """Get the outcome; without a verdict, the item is an error."""
        outcome = self.outcome = self.known or self.parent.stream.outcome(self.claim, self._together())
        self.drift = self.parent.recorded.drift(self.parent.nodeid, outcome)
        self.user_properties += properties(outcome)
        if outcome.output:
            self.add_report_section("call", "stdout", printable(outcome.output, newlines=True))
        if outcome.verdict not in (Verdict.HOLDS, Verdict.FAILS):
            self._fail(outcome)
        if self.drift is not None and self.drift.errors:
            pytest.fail("\n".join(map(printable, self.drift.errors)), pytrace=False)

    def runtest(self) -> None:
        """Fail unless the claim holds."""
        assert self.outcome is not None
        drifted = self.drift is not None and self.drift.fails
        if drifted or not self.outcome.passes(strict=self.parent.desk.settings.strict):
            self._fail(self.outcome)

    def _fail(self, outcome: Outcome) -> None:
        tracebacks = self.config.getoption("fulltrace")
        story = told.text(outcome, self.drift, tracebacks=tracebacks)
        self.raised = pytest.fail.Exception(story, pytrace=False)
        raise self.raised

    def _together(self) -> Sequence[str]:
        """Return the claims of this file that pytest runs from here on, as far as nothing stands between."""
        items = self.session.items
        start = next((number for number, item in enumerate(items) if item is self), None)
        names = [self.claim]
        for item in items[start + 1 :] if start is not None else ():
            if not isinstance(item, ClaimItem) or item.parent is not self.parent:
                break
            names += [item.claim] if item.known is None else []
        return names

    def story_of(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """Return what to show of the exception if it is our verdict: the story, its line, and one line of it."""
        if self.raised is None or excinfo.value is not self.raised or self.outcome is None:
            return None
        shown: Any = excinfo.getrepr(style="value")
        if shown.reprcrash is not None:
            shown.reprcrash.path = str(self.path)
            shown.reprcrash.lineno = told.location(self.outcome) or self.line
            shown.reprcrash.message = told.headline(self.outcome, self.drift)
            place = replace(shown.reprcrash, path=self.parent.source.display)
            shown.reprtraceback.reprentries[-1].reprfileloc = place
        if self.config.getoption("tbstyle") == "line":
            shown.reprtraceback.reprentries = []
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return where the claim stands."""
        return self.path, self.line - 1, self.name
