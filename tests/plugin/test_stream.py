"""The stream of one file's outcomes, from jobs made by hand: order, work ahead, and what never came."""

import queue
from collections.abc import Iterable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nllcheck.discovery import ClaimFile
from nllcheck.errors import Crashed, TimedOut
from nllcheck.outcome import Outcome, Problem, Verdict
from nllcheck.plugin.desk import Job
from nllcheck.plugin.stream import Stream

SOURCE = ClaimFile(path=Path("/project/models/a.py"), display="models/a.py")


def finished(name: str, **changes: Any) -> dict[str, Any]:
    """Return the event of an outcome: a problem that carries the name."""
    problem = Problem(kind="UnknownArgument", message=f"about {name}", **changes)
    outcome = Outcome(path="models/a.py", name=name, problem=problem)
    return {"event": "finished", "outcome": outcome.to_dict()}


def loaded(*names: str) -> dict[str, Any]:
    """Return the event of an import."""
    return {"event": "loaded", "names": list(names), "deselected": 0, "output": ""}


class FakeDesk:
    """Answers each job by the next script: events, and at last what is returned or raised."""

    def __init__(self, *scripts: tuple[Iterable[Mapping[str, Any]], Any], in_process: bool = False) -> None:
        self.scripts = list(scripts)
        self.in_process = in_process
        self.asked: list[tuple[str, ...]] = []
        self.cancelled: list[int] = []

    def check(self, source: ClaimFile, names: tuple[str, ...], asked: Any = None) -> Job:
        """Start the next script."""
        self.asked.append(names)
        inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        events, end = self.scripts.pop(0)
        for event in events:
            inbox.put(event)
        future: Future[Any] = Future()
        if isinstance(end, BaseException):
            future.set_exception(end)
        elif end is not None:
            future.set_result(end)
        if end is not None:
            inbox.put(future)
        return Job(record={"number": len(self.asked)}, future=future, inbox=inbox)

    def cancel(self, job: Job) -> None:
        """Take down what was cancelled."""
        self.cancelled.append(job.record["number"])


def returned(*names: str) -> dict[str, Any]:
    """Return what `check_file` returns."""
    outcomes = [finished(name)["outcome"] for name in names]
    return {"path": "models/a.py", "outcomes": outcomes, "deselected": 0, "stopped": False}


def stream(desk: FakeDesk) -> Stream:
    """Return a stream of that desk."""
    return Stream(SOURCE, desk)  # type: ignore[arg-type]


def message(outcome: Outcome) -> str:
    """Return what an outcome says."""
    assert outcome.problem is not None
    return outcome.problem.message


def test_one_job_serves_what_is_asked_for_in_turn() -> None:
    """Claims that are asked for one after the other come from one process, whatever order it told them in."""
    desk = FakeDesk(([loaded("a", "b", "c"), *map(finished, "bac")], returned(*"bac")))
    outcomes = stream(desk)
    assert [message(outcomes.outcome(name, "abc")) for name in "abc"] == ["about a", "about b", "about c"]
    outcomes.close()
    assert (desk.asked, desk.cancelled, outcomes.problems) == ([("a", "b", "c")], [], [])


def test_an_outcome_is_given_before_the_job_ends() -> None:
    """pytest reports a claim while the process works on the next one; nobody waits for the end."""
    desk = FakeDesk(([loaded("a", "b"), finished("a")], None))
    assert message(stream(desk).outcome("a", "ab")) == "about a"


def test_what_is_asked_for_out_of_turn_gets_a_job_of_its_own() -> None:
    """Claims that another worker of xdist has are cancelled; a claim asked for again is checked again."""
    desk = FakeDesk(
        ([loaded(*"abc"), finished("a")], None),
        ([loaded("d"), finished("d")], returned("d")),
        ([loaded("d"), finished("d")], returned("d")),
    )
    outcomes = stream(desk)
    outcomes.outcome("a", "abc")
    outcomes.outcome("d", "d")
    outcomes.outcome("d", "d")
    assert (desk.asked, desk.cancelled) == ([("a", "b", "c"), ("d",), ("d",)], [1])


def test_closing_cancels_what_nobody_waits_for() -> None:
    """A stream that is left with claims does not wait for them."""
    desk = FakeDesk(([loaded("a", "b"), finished("a")], None))
    outcomes = stream(desk)
    outcomes.outcome("a", "ab")
    outcomes.close()
    outcomes.close()
    assert desk.cancelled == [1]


def test_in_this_process_claims_are_checked_one_by_one() -> None:
    """A debugger sees one claim, not all those that come after it."""
    desk = FakeDesk(*(([loaded(n), finished(n)], returned(n)) for n in "ab"), in_process=True)
    outcomes = stream(desk)
    for name in "ab":
        outcomes.outcome(name, "ab")
    assert desk.asked == [("a",), ("b",)]


def test_a_crash_is_told_by_every_claim_that_never_reported() -> None:
    """The first claims keep their results; the others say that they were not reached, and why."""
    events = [loaded("a", "b", "c"), finished("a"), {"event": "checking", "name": "b"}]
    desk = FakeDesk((events, Crashed("the process was killed by SIGSEGV")))
    outcomes = stream(desk)
    assert message(outcomes.outcome("a", "abc")) == "about a"
    assert message(outcomes.outcome("b", "abc")) == "the process was killed by SIGSEGV"
    assert (
        message(outcomes.outcome("c", "abc"))
        == "not reached, because of b: the process was killed by SIGSEGV"
    )


def test_a_file_that_can_no_longer_be_imported() -> None:
    """Each claim gets what became of the file between collection and check, never a pass."""
    desk = FakeDesk(([{"event": "loading"}], TimedOut("timed out after 3 s")))
    outcome = stream(desk).outcome("a", "a")
    assert message(outcome) == "timed out after 3 s"
    assert outcome.verdict is Verdict.NOT_EVALUATED


def test_a_claim_that_is_gone() -> None:
    """A claim that was collected and is no longer in the file is no pass."""
    desk = FakeDesk(([loaded()], returned()))
    outcome = stream(desk).outcome("a", "a")
    assert "no longer claims it" in message(outcome)
    assert outcome.verdict is Verdict.NOT_EVALUATED


def test_what_is_wrong_with_the_file_as_a_whole_is_kept() -> None:
    """Processes left running are told at the end; what has an item of its own is not told again."""
    events = [loaded("a"), finished(""), finished("a"), {"event": "left", "processes": 2, "printed": ""}]
    desk = FakeDesk((events, returned("", "a")))
    outcomes = stream(desk)
    outcomes.known = frozenset({"about "})
    assert message(outcomes.outcome("a", "a")) == "about a"
    outcomes.close()
    (problem,) = outcomes.problems
    assert "left 2 processes running" in problem.message


def test_news_that_cannot_be_read_is_no_result() -> None:
    """What does not fit the protocol costs the claims their results, and is called a bug."""
    desk = FakeDesk(([loaded("a"), {"event": "finished", "outcome": {"path": 3}}], returned("a")))
    outcome = stream(desk).outcome("a", "a")
    assert outcome.verdict is Verdict.INTERNAL


def test_an_interrupt_while_waiting_leaves_nothing_to_wait_for() -> None:
    """Ctrl-C comes while a claim is waited for: closing then ends its process instead of waiting on."""
    desk = FakeDesk(([loaded("a")], None))
    outcomes = stream(desk)

    class Interrupted:
        def get(self) -> Any:
            raise KeyboardInterrupt

    check = desk.check

    def interrupted(source: ClaimFile, names: tuple[str, ...], asked: Any = None) -> Job:
        return replace(check(source, names), inbox=Interrupted())  # type: ignore[arg-type]

    desk.check = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        outcomes.outcome("a", "a")
    outcomes.close()
    assert desk.cancelled == [1]
