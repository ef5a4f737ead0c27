"""Whatever is heard of a file, and however its work ends, every claim gets exactly one outcome."""

from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest
from records import outcome, record

from nllcheck.errors import Crashed, WorkFailed
from nllcheck.filed import File
from nllcheck.outcome import Outcome, Verdict

NAMES = ["one", "two", "three"]


def future(result: Any) -> "Future[Any]":
    """Return a future that has ended."""
    done: Future[Any] = Future()
    if isinstance(result, BaseException):
        done.set_exception(result)
    else:
        done.set_result(result)
    return done


def told(name: str, **changes: Any) -> dict[str, Any]:
    """Return the event that a claim holds."""
    done = Outcome(path="a.py", name=name, result=record(name=name))
    return {"event": "finished", "outcome": {**done.to_dict(), **changes}}


def returned(*names: str, **changes: Any) -> dict[str, Any]:
    """Return what the work returns."""
    return {
        "outcomes": [told(name)["outcome"] for name in names],
        "deselected": 0,
        "stopped": False,
        **changes,
    }


def loaded() -> File:
    """Return a file whose first claim has ended, and whose second is checked."""
    file = File(path="a.py")
    for event in (
        {"event": "loading"},
        {"event": "loaded", "names": NAMES, "deselected": 2, "output": ""},
        {"event": "checking", "name": "one"},
        told("one"),
        {"event": "checking", "name": "two"},
    ):
        file.hear(event)
    return file


def verdicts(file: File) -> dict[str, Verdict]:
    """Return what became of each claim."""
    list(file.news())
    return {outcome.name: outcome.verdict for outcome in file.outcomes}


LOST = {
    "crash": (Crashed("killed"), "Crashed", Verdict.NOT_EVALUATED),
    "cancelled": (CancelledError(), "CancelledError", Verdict.NOT_EVALUATED),
    "another executor's pool": (
        BrokenProcessPool("a child died"),
        "BrokenProcessPool",
        Verdict.NOT_EVALUATED,
    ),
    "our bug": (WorkFailed("KeyError: 'x'"), "NotReported", Verdict.INTERNAL),
    "another bug": (KeyError("x"), "NotReported", Verdict.INTERNAL),
    "no record": (None, "NotReported", Verdict.INTERNAL),
    "less than was promised": (returned("one"), "NotReported", Verdict.NOT_EVALUATED),
    "not typed": ({**returned(), "outcomes": "none"}, "NotReported", Verdict.INTERNAL),
}


@pytest.mark.parametrize(("result", "kind", "verdict"), LOST.values(), ids=LOST)
def test_what_never_reported(result: Any, kind: str, verdict: Verdict) -> None:
    """The finished claim keeps its result, the others have a problem; which one was checked is said."""
    file = loaded()
    assert file.end(future(result)) is None
    assert verdicts(file) == {"one": Verdict.HOLDS, "two": verdict, "three": verdict}
    problems = [outcome.problem for outcome in file.outcomes[1:]]
    assert [problem.kind for problem in problems if problem] == [kind, kind]
    assert problems[1] is not None
    assert problems[1].message.startswith("not reached, because of two: ")
    assert file.ended


def test_a_file_that_was_never_imported() -> None:
    """It has one outcome of its own, under its heading."""
    file = File(path="a.py")
    file.end(future(Crashed("killed")))
    assert [kind for kind, *_ in file.news()] == ["loaded", "finished"]
    assert [outcome.id for outcome in file.outcomes] == ["a.py"]


def test_an_executor_without_events() -> None:
    """What is returned is enough."""
    file = File(path="a.py")
    file.end(future(returned("one", "two", deselected=3)))
    assert verdicts(file) == {"one": Verdict.HOLDS, "two": Verdict.HOLDS}
    assert file.deselected == 3


def test_nothing_is_counted_twice() -> None:
    """What was heard and is returned as well is one outcome."""
    file = loaded()
    file.end(future(returned(*NAMES)))
    assert list(verdicts(file)) == NAMES


GARBLED = {
    "no event": {},
    "no outcome": {"event": "finished", "outcome": None},
    "a pass without a result": told("two", result={}),
    "a result of another schema": told("two", result={**record().to_dict(), "schema": 99}),
    "a problem that passes": told(
        "two", problem={"kind": "", "message": "", "location": "", "traceback": "", "verdict": "holds"}
    ),
    "names that are none": {"event": "checking", "name": 7},
}


@pytest.mark.parametrize("event", GARBLED.values(), ids=GARBLED)
def test_events_that_cannot_be_read(event: dict[str, Any]) -> None:
    """From there on nothing is believed, and no claim passes."""
    file = loaded()
    file.hear(event)
    file.hear(told("two"))
    file.end(future(returned(*NAMES)))
    assert verdicts(file) == {"one": Verdict.HOLDS, "two": Verdict.INTERNAL, "three": Verdict.INTERNAL}


def test_output_before_a_claim_is_the_file_s() -> None:
    """A problem of the file shows what its import printed; a claim what it printed itself."""
    file = File(path="a.py")
    file.hear({"event": "loaded", "names": ["one"], "deselected": 0, "output": "", "printed": "import\n"})
    file.hear({**told("", output=""), "printed": ""})
    file.hear({"event": "checking", "name": "one", "printed": ""})
    file.hear({**told("one", output=""), "printed": "one\n"})
    list(file.news())
    assert [outcome.output for outcome in file.outcomes] == ["import\n", "one\n"]


def test_another_try() -> None:
    """What never reported is asked for again; the one that crashed then has a warning, and no result is lost."""
    file = loaded()
    assert file.end(future(Crashed("killed by SIGSEGV")), again=True) == ("two", "three")
    assert not file.ended
    for name in ("two", "three"):
        file.hear({"event": "checking", "name": name})
        file.hear(told(name))
    assert file.end(future(returned("two", "three", deselected=1))) is None
    assert set(verdicts(file).values()) == {Verdict.HOLDS}
    assert [outcome.warnings for outcome in file.outcomes] == [0, 1, 0]
    assert file.deselected == 2


@pytest.mark.parametrize("error", [KeyError("ours"), WorkFailed("ours")])
def test_our_bugs_are_not_tried_again(error: Exception) -> None:
    """They would only hide."""
    file = loaded()
    assert file.end(future(error), again=True) is None
    assert file.ended


def test_a_round_trip() -> None:
    """An outcome is the same after its dictionary."""
    before = outcome(record())
    assert Outcome.from_dict(before.to_dict()) == before
