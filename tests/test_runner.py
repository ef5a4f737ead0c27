"""Claims are run file by file, and what one does costs no other its result."""

import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from records import FakeChecker, claim_file, fake_engine, finding, looser, record

from nllcheck.errors import BadData, UnknownArgument, UsageError
from nllcheck.outcome import ExitCode, Outcome, Run, Verdict
from nllcheck.paths import find_files
from nllcheck.runner import run

THREE = "".join(f"{name} = nllcheck.Claim('m', len)\n" for name in ("one", "two", "three"))


def check(folder: Path, *paths: str, answers: dict[str, Any] | None = None, **options: Any) -> Run:
    """Run the claims below a folder on the fake engine."""
    return run(find_files(paths or ["."], folder=folder), checker=fake_engine(answers), **options)


def verdicts(done: Run) -> dict[str, str]:
    """Return what became of each claim."""
    return {outcome.id: outcome.verdict.value for outcome in done.outcomes}


def test_every_claim_is_checked(tmp_path: Path) -> None:
    """Files are sorted, claims are in source order, and each tells the engine its name and place."""
    claim_file(tmp_path, "b.py", THREE)
    claim_file(tmp_path, "a.py", "@nllcheck.claim('m', relation='affine', given='s')\ndef mse(y): ...\n")
    engine = FakeChecker()
    done = run(find_files(["."], folder=tmp_path), checker=lambda seed: engine)
    assert list(verdicts(done)) == ["a.py::mse", "b.py::one", "b.py::two", "b.py::three"]
    assert done.exit_code is ExitCode.OK
    asked = engine.asked[0]
    assert (asked["model"], asked["name"], asked["source"]) == ("m", "mse", "a.py:2")
    assert (asked["relation"], asked["given"], asked["loss"].__name__) == ("affine", "s", "mse")


def test_one_checker_a_file_and_seed(tmp_path: Path) -> None:
    """Models are built once a file; a claim with a seed of its own gets a checker for it."""
    claim_file(tmp_path, "a.py", THREE + "four = nllcheck.Claim('m', len, seed=9)\n")
    claim_file(tmp_path, "b.py", THREE)
    seeds: list[int] = []

    def engine(seed: int) -> FakeChecker:
        seeds.append(seed)
        return FakeChecker()

    run(find_files(["."], folder=tmp_path), checker=engine, seed=4)
    assert seeds == [4, 9, 4]
    seeds.clear()
    run(find_files(["."], folder=tmp_path), checker=engine, seed=4, seed_given=True)
    assert seeds == [4, 4], "an argument comes before what a claim says"


ANSWERS = {
    "fails": (looser(), "does not hold"),
    "unknown argument": (UnknownArgument("no 'x'"), "not evaluated"),
    "bad data": (BadData("nan in y"), "not evaluated"),
    "usage": (UsageError("given"), "usage error"),
    "exit": (SystemExit(0), "not evaluated"),
    "memory": (MemoryError(), "not evaluated"),
    "bug": (ZeroDivisionError("ours"), "internal error"),
    "no record": (lambda loss: None, "internal error"),
}


@pytest.mark.parametrize(("answer", "verdict"), ANSWERS.values(), ids=ANSWERS)
def test_a_bad_claim_costs_only_itself(tmp_path: Path, answer: Any, verdict: str) -> None:
    """Whatever the engine raises for one claim, those around it and other files have their results."""
    claim_file(tmp_path, "a.py", THREE)
    claim_file(tmp_path, "b.py", THREE.replace("two", "other"))
    found = verdicts(check(tmp_path, answers={"two": answer}))
    assert found.pop("a.py::two") == verdict
    assert set(found.values()) == {"holds"}
    assert len(found) == 5


def test_a_bug_says_so(tmp_path: Path) -> None:
    """Our own failure is told apart from the user's, and has its traceback."""
    claim_file(tmp_path, "a.py", THREE)
    done = check(tmp_path, answers={"two": ZeroDivisionError("ours")})
    problem = done.outcomes[1].problem
    assert problem is not None
    assert "ZeroDivisionError: ours: this is a bug of nllcheck" in problem.message
    assert problem.location == "a.py:3"
    assert "Traceback" in problem.traceback
    assert done.exit_code is ExitCode.INTERNAL


def test_a_bad_file_costs_only_itself(tmp_path: Path) -> None:
    """The claims of other files have their results."""
    claim_file(tmp_path, "a.py", "import sys\nsys.exit(0)\n")
    claim_file(tmp_path, "b.py", THREE)
    done = check(tmp_path)
    assert verdicts(done) == {
        "a.py": "not evaluated",
        "b.py::one": "holds",
        "b.py::two": "holds",
        "b.py::three": "holds",
    }
    assert done.exit_code is ExitCode.NOT_EVALUATED


CHANGE_EVERYTHING = """
import logging, os, random, sys, warnings
import numpy as np
np.seterr(all="raise")
np.random.seed(1)
np.set_printoptions(precision=1)
random.seed(1)
warnings.simplefilter("error")
os.environ["X"] = "1"
os.chdir("/")
sys.path.insert(0, "/nowhere")
sys.stdout = None
logging.disable()
"""
SEE = """
import logging, os, random, sys, warnings
import numpy as np

@nllcheck.claim("m")
def seen():
    return (
        np.geterr(), np.random.rand(), np.get_printoptions()["precision"], random.random(), len(warnings.filters),
        dict(os.environ), os.getcwd(), list(sys.path), logging.root.manager.disable,
    )
"""


def test_files_do_not_see_each_other(tmp_path: Path) -> None:
    """After a file that changes every global state the next one sees what it sees alone."""
    seen: list[Any] = []

    def see(loss: Any) -> Any:
        seen.append(loss())
        return record()

    claim_file(tmp_path, "a.py", CHANGE_EVERYTHING)
    claim_file(tmp_path, "b.py", SEE)
    check(tmp_path, "b.py", answers={"seen": see})
    check(tmp_path, answers={"seen": see})
    assert seen[0] == seen[1]


def test_the_process_is_left_as_it_was(tmp_path: Path) -> None:
    """Not even the last file leaves a trace."""
    claim_file(tmp_path, "a.py", CHANGE_EVERYTHING)
    before = (np.geterr(), list(sys.path), sys.stdout, Path.cwd(), list(warnings.filters), set(sys.modules))
    check(tmp_path)
    assert before == (
        np.geterr(),
        list(sys.path),
        sys.stdout,
        Path.cwd(),
        list(warnings.filters),
        set(sys.modules),
    )


def test_the_working_folder_can_be_imported_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim file finds the project's own package, as it would from python -m."""
    (tmp_path / "project_of_mine.py").write_text("loss = len\n")
    claim_file(
        tmp_path, "claims/a.py", "import project_of_mine\nx = nllcheck.Claim('m', project_of_mine.loss)\n"
    )
    monkeypatch.chdir(tmp_path)
    assert verdicts(check(tmp_path)) == {"claims/a.py::x": "holds"}
    monkeypatch.delitem(sys.modules, "project_of_mine")


def test_what_claims_print_is_kept_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a file nor a claim prints to our output; each outcome has what its claim printed."""
    body = "import sys\nprint('importing')\n@nllcheck.claim('m')\ndef one():\n    print('one', file=sys.stderr)\n"
    claim_file(tmp_path, "a.py", body + "    sys.stdout.buffer.write(b'\\xff')\n    sys.stdout.close()\n")

    def call(loss: Any) -> Any:
        loss()
        return record()

    done = check(tmp_path, answers={"one": call})
    assert done.outcomes[0].output == "one\n\\xff"
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("expression", "chosen", "deselected"), [("two", ["a.py::two"], 2), ("zzz", [], 3), ("a.py", None, 0)]
)
def test_selection(tmp_path: Path, expression: str, chosen: list[str] | None, deselected: int) -> None:
    """Only the claims that match are run; the others are counted."""
    claim_file(tmp_path, "a.py", THREE)
    done = check(tmp_path, select=expression)
    assert list(verdicts(done)) == (
        chosen if chosen is not None else ["a.py::one", "a.py::two", "a.py::three"]
    )
    assert done.deselected == deselected
    assert done.exit_code is (ExitCode.NO_CLAIMS if chosen == [] else ExitCode.OK)


def test_a_bad_file_is_never_deselected(tmp_path: Path) -> None:
    """What cannot be imported may have had a claim that matches."""
    claim_file(tmp_path, "a.py", "1 / 0\n")
    assert verdicts(check(tmp_path, select="x")) == {"a.py": "not evaluated"}


@pytest.mark.parametrize(
    ("answer", "strict", "count"),
    [
        (looser(), False, 2),
        (BadData("x"), False, 2),
        (record(findings=(finding(),)), False, 6),
        (record(findings=(finding(),)), True, 2),
    ],
)
def test_fail_fast(tmp_path: Path, answer: Any, strict: bool, count: int) -> None:
    """The run ends at the first claim that does not pass."""
    claim_file(tmp_path, "a.py", THREE)
    claim_file(tmp_path, "b.py", THREE)
    done = check(tmp_path, answers={"two": answer}, fail_fast=True, strict=strict)
    assert len(done.outcomes) == count
    assert done.stopped is (count == 2)


@pytest.mark.parametrize("where", ["import", "check"])
def test_ctrl_c_keeps_what_was_finished(tmp_path: Path, where: str) -> None:
    """The finished results are there, the exit code is 130, and the process is left as it was."""
    claim_file(tmp_path, "a.py", THREE)
    claim_file(
        tmp_path, "b.py", "raise KeyboardInterrupt\n" if where == "import" else THREE.replace("two", "stop")
    )
    before = list(sys.path)
    done = check(tmp_path, answers={"stop": KeyboardInterrupt()})
    assert len(done.outcomes) == (3 if where == "import" else 4)
    assert done.interrupted
    assert done.exit_code is ExitCode.INTERRUPTED
    assert sys.path == before


class Diary:
    """A listener that writes everything down."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def loading(self, path: str) -> None:
        """Write it down."""
        self.events.append(("loading", path))

    def loaded(self, path: str, names: Sequence[str], output: str) -> None:
        """Write it down."""
        self.events.append(("loaded", path, list(names), output))

    def checking(self, path: str, name: str) -> None:
        """Write it down."""
        self.events.append(("checking", path, name))

    def finished(self, outcome: Outcome) -> None:
        """Write it down."""
        self.events.append(("finished", outcome.id))


def test_a_listener_hears_everything_in_order(tmp_path: Path) -> None:
    """Loading, what will be checked and what was printed, each claim, each outcome."""
    claim_file(tmp_path, "a.py", "print('hello')\nx = nllcheck.Claim('m', len)\n")
    diary = Diary()
    check(tmp_path, listener=diary)
    assert diary.events == [
        ("loading", "a.py"),
        ("loaded", "a.py", ["x"], "hello\n"),
        ("checking", "a.py", "x"),
        ("finished", "a.py::x"),
    ]


def test_nothing_is_no_success(tmp_path: Path) -> None:
    """A folder without claims is told by an exit code of its own."""
    claim_file(tmp_path, "a.py", "")
    assert check(tmp_path).exit_code is ExitCode.NO_CLAIMS
    assert check(tmp_path).count(Verdict.HOLDS) == 0
