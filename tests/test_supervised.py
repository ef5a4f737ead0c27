"""Functions run in processes of their own: limits, streams, order, retries and interruptions."""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from misbehaving import crash, echo, fail, hang, kill_server
from records import check_quickly, claim_file

from nllcheck.errors import Crashed, TimedOut, UsageError, WorkFailed
from nllcheck.execution.launch import Server, Spawner
from nllcheck.execution.supervised import SupervisedExecutor
from nllcheck.outcome import ExitCode, Run, Verdict
from nllcheck.paths import find_files
from nllcheck.runner import run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are supervised on POSIX only")
SLACK = 2.0  # seconds after the deadline
PATH = os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parent)])
TWO = "@nllcheck.claim('m')\ndef one(): {one}\n@nllcheck.claim('m')\ndef two(): {two}\n"


def supervised(**options: Any) -> Callable[..., SupervisedExecutor]:
    """Return what makes an executor whose server has imported no PyMC."""
    return partial(SupervisedExecutor, **{"timeout": 60.0, **options})


def check(folder: Path, *paths: str, jobs: int = 1, timeout: float = 60.0, **options: Any) -> Run:
    """Check the claims below a folder in processes of their own, without PyMC."""
    executor = supervised(jobs=jobs, timeout=timeout)
    sources = find_files(paths or ["."], folder=folder)
    return run(sources, work=check_quickly, executor=executor, jobs=jobs, **options)


def verdicts(done: Run) -> dict[str, str]:
    """Return what became of each claim."""
    return {outcome.id: outcome.verdict.value for outcome in done.outcomes}


@pytest.fixture(scope="module", params=[Server, Spawner])
def executor(request: pytest.FixtureRequest) -> Iterator[SupervisedExecutor]:
    """Return an executor, by a server that forks and by interpreters that are started."""
    heard: list[Any] = []
    with SupervisedExecutor(lambda record, event: heard.append(event), launcher=request.param()) as pool:
        pool.heard = heard  # type: ignore[attr-defined]
        yield pool


def test_records_go_there_and_back(executor: SupervisedExecutor) -> None:
    """The function runs in another process; what it tells and prints until then is heard as it happens."""
    executor.heard.clear()  # type: ignore[attr-defined]
    record = executor.submit(echo, {"a": [1, None, "σ"]}).result()
    assert record["a"] == [1, None, "σ"]
    assert record["pid"] != os.getpid()
    (event,) = executor.heard  # type: ignore[attr-defined]
    assert (event["event"], event["pid"]) == ("half", record["pid"])
    assert event["printed"].split() == ["python", "child"]


def test_errors_come_back(executor: SupervisedExecutor) -> None:
    """An exception keeps its message and its traceback; a crash has its signal; the next call works."""
    with pytest.raises(WorkFailed, match="ValueError: ours") as failed:
        executor.submit(fail, {}).result()
    assert "in fail" in failed.value.details
    with pytest.raises(Crashed, match="SIGSEGV"):
        executor.submit(crash, {}).result()
    assert executor.submit(echo, {"a": 1}).result()["a"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="finds its grandparent in /proc")
def test_a_killed_server_is_replaced() -> None:
    """What kills the server costs no other call its result."""
    with SupervisedExecutor() as pool:
        pool.submit(kill_server, {}).exception()
        assert pool.submit(echo, {"a": 1}).result()["a"] == 1


@pytest.mark.skipif(sys.platform != "linux", reason="sessions of their own are reached on Linux only")
def test_the_deadline(tmp_path: Path) -> None:
    """At the deadline the whole tree is dead, those in sessions of their own too, within two seconds."""
    begun: list[float] = []
    ready = Server(["misbehaving"])  # what the function needs is imported before its time begins
    with SupervisedExecutor(lambda *_: begun.append(time.monotonic()), timeout=2.0, launcher=ready) as pool:
        error = pool.submit(hang, {"pids": str(tmp_path / "pids")}).exception()
        took = time.monotonic() - begun[0]
    assert isinstance(error, TimedOut)
    assert "timed out after 2 s in hang (line" in str(error)
    assert took <= 2.0 + SLACK
    pids = [int(path.name) for path in (tmp_path / "pids").iterdir()]
    assert len(pids) == 3
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_the_deadline_is_a_claim_s(tmp_path: Path) -> None:
    """Several claims may take longer together than each of them may; one that hangs ends the file."""
    bodies = ["time.sleep(1.2)", "time.sleep(1.2)", "time.sleep(1.2)", "time.sleep(600)"]
    claims = [f"@nllcheck.claim('m')\ndef f{n}(): {body}\n" for n, body in enumerate(bodies)]
    claim_file(tmp_path, "a.py", "import time\n" + "".join(claims))
    found = verdicts(check(tmp_path, timeout=3.0))
    assert list(found.values()) == ["holds", "holds", "holds", "not evaluated"]


def test_without_a_deadline(tmp_path: Path) -> None:
    """A timeout of 0 is no limit: results come as ever, and there may be more processes than files."""
    claim_file(tmp_path, "a.py", TWO.format(one="...", two="os.abort()") + "import os\n")
    found = verdicts(check(tmp_path, timeout=0.0, jobs=100))
    assert list(found.values()) == ["holds", "not evaluated"]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_nobody_survives_the_end_of_the_command(tmp_path: Path) -> None:
    """When this side is killed, all others end by themselves."""
    script = (
        "import sys; from test_supervised import hang; from nllcheck.execution.supervised import SupervisedExecutor\n"
        "SupervisedExecutor(lambda *_: print('hangs', flush=True), timeout=60).submit(hang, {'pids': sys.argv[1]}).result()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "pids")],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": PATH},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"hangs\n"
    time.sleep(0.3)
    process.kill()
    process.communicate()
    ends = time.monotonic() + 10
    pids = [Path("/proc", path.name) for path in (tmp_path / "pids").iterdir()]
    while any(pid.exists() for pid in pids) and time.monotonic() < ends:
        time.sleep(0.05)
    assert not any(pid.exists() for pid in pids)


@pytest.mark.parametrize("function", [lambda record: record, partial(echo)], ids=["lambda", "partial"])
def test_what_cannot_be_imported_is_refused(function: Any) -> None:
    """A child imports the function by its name; a function without one is an error at once."""
    with SupervisedExecutor() as pool, pytest.raises(TypeError, match="cannot be imported"):
        pool.submit(function, {})


def test_a_small_memory_limit_is_refused() -> None:
    """PyMC would not even start."""
    with pytest.raises(UsageError, match="give at least 2 GiB"):
        SupervisedExecutor(memory=2**30)


def test_the_order_of_files_not_of_ends(tmp_path: Path) -> None:
    """The outcomes stand in the order of the files, though the first one ends last."""
    claim_file(tmp_path, "a.py", "import time\ntime.sleep(1)\n" + TWO.format(one="...", two="..."))
    claim_file(tmp_path, "b.py", TWO.format(one="...", two="..."))
    claim_file(tmp_path, "c.py", "1 / 0\n")
    heard: list[str] = []

    class Notes:
        def __getattr__(self, kind: str) -> Callable[..., None]:
            return lambda *news: heard.append(f"{kind} {getattr(news[0], 'id', news[0])}")

    done = check(tmp_path, jobs=3, listener=Notes())
    assert list(verdicts(done)) == ["a.py::one", "a.py::two", "b.py::one", "b.py::two", "c.py"]
    assert [text for text in heard if text.startswith("loaded")] == [f"loaded {n}.py" for n in "abc"]
    assert heard.index("finished a.py::two") < heard.index("loading b.py")


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
os.umask(0o777)
"""
SEE = """
import logging, os, random, sys, warnings
import numpy as np

@nllcheck.claim("m")
def seen():
    print(np.geterr(), np.random.rand(), np.get_printoptions()["precision"], random.random(), len(warnings.filters),
        sorted(os.environ), os.getcwd(), sys.path, logging.root.manager.disable, os.umask(0), sorted(sys.modules))
"""


def test_files_share_no_state(tmp_path: Path) -> None:
    """After a file that changes every global state the next one sees what it sees alone."""
    claim_file(tmp_path, "a.py", CHANGE_EVERYTHING)
    claim_file(tmp_path, "b.py", SEE)
    together, alone = check(tmp_path).outcomes[-1], check(tmp_path, "b.py").outcomes[-1]
    assert "'divide': 'warn'" in alone.output
    assert together.output == alone.output


def test_output_belongs_to_its_claim(tmp_path: Path) -> None:
    """What Python, C and children print is kept with the claim that ran, in the order in which it was printed."""
    one = "import ctypes; print('py'); ctypes.CDLL(None).puts(b'c'); os.system('echo sh')"
    claim_file(tmp_path, "a.py", "import os\nprint('import')\n" + TWO.format(one=one, two="print('two')"))
    first, second = check(tmp_path).outcomes
    assert sorted(first.output.split()) == ["c", "py", "sh"]
    assert second.output == "two\n"


def test_fail_fast_stops_the_others(tmp_path: Path) -> None:
    """The first failure in the order of files ends the run; what still works is killed."""
    claim_file(tmp_path, "a.py", "1 / 0\n")
    claim_file(tmp_path, "b.py", "import time\ntime.sleep(600)\n")
    started = time.monotonic()
    done = check(tmp_path, jobs=2, fail_fast=True)
    assert verdicts(done) == {"a.py": "not evaluated"}
    assert done.stopped
    assert time.monotonic() - started < 60


FLAKY = """
import os
from pathlib import Path

def crash_once(name):
    mark = Path(__file__).with_name(name)
    if not mark.exists():
        mark.touch()
        os.abort()
"""


@pytest.mark.parametrize("where", ["import", "claim"])
def test_a_retry_is_told(tmp_path: Path, where: str) -> None:
    """A claim that crashes first and holds then has a warning, which fails under --strict; others have none."""
    body = "crash_once('x')\n" if where == "import" else ""
    claims = TWO.format(one="...", two="crash_once('x')" if where == "claim" else "...")
    claim_file(tmp_path, "a.py", FLAKY + body + claims)
    done = check(tmp_path, retries=1)
    assert verdicts(done) == {"a.py::one": "holds", "a.py::two": "holds"}
    flaky = [outcome.name for outcome in done.outcomes if outcome.warnings]
    assert flaky == (["one", "two"] if where == "import" else ["two"])
    result = done.outcomes[1].result
    assert result is not None
    assert result.findings[0].code == "flaky"
    assert "killed by SIGABRT" in result.findings[0].message
    assert done.exit_code is ExitCode.OK
    assert check(tmp_path, "a.py", strict=True).exit_code is ExitCode.OK  # no longer flaky
    (tmp_path / "x").unlink()
    assert check(tmp_path, "a.py", retries=1, strict=True).exit_code is ExitCode.FAILS


def test_without_a_retry_nothing_turns_green(tmp_path: Path) -> None:
    """A crash is reported at once, and after all retries; claims behind it are tried as well."""
    claim_file(tmp_path, "a.py", FLAKY + TWO.format(one="crash_once('x')", two="..."))
    assert set(verdicts(check(tmp_path)).values()) == {Verdict.NOT_EVALUATED.value}
    claim_file(tmp_path, "b.py", FLAKY + TWO.format(one="os.abort()", two="..."))
    assert set(verdicts(check(tmp_path, "b.py", retries=2)).values()) == {Verdict.NOT_EVALUATED.value}


COMMAND = """
import sys
from functools import partial
from nllcheck import cli, runner
from nllcheck.execution.choice import chosen_executor
from records import check_quickly
runner.run.__kwdefaults__["work"] = check_quickly
cli._executor = lambda options: chosen_executor(
    in_process=False, jobs=options.jobs, timeout=options.timeout, memory=options.memory, preload=("records",)
)
sys.exit(cli.main())
"""


@pytest.mark.parametrize("moment", range(4))
def test_ctrl_c_at_any_moment(tmp_path: Path, moment: int) -> None:
    """Finished results are printed and summed up, no child is left, and the exit code is 130."""
    for name in "abcdef":
        slow = "__import__('time').sleep(0.4)"
        claim_file(tmp_path, f"{name}.py", TWO.format(one=slow, two=slow))
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "check", ".", "-j", "2"],
            cwd=tmp_path,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": PATH},
        )
    while moment and not (tmp_path / "out").stat().st_size:  # moment 0: while it starts
        time.sleep(0.05)
    time.sleep(0.4 + random.Random(moment).uniform(0.0, 1.5))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")
    if moment:
        said = (tmp_path / "out").read_text(encoding="utf-8")
        (count,) = re.findall(r"(?m)^(\d+) claims? holds? — .*\(interrupted\)$", said)
        assert int(count) == said.count("✓") > 0
    left = [entry for entry in Path("/proc").glob("[0-9]*/cwd") if is_link_to(entry, tmp_path)]
    assert left == []


def is_link_to(entry: Path, place: Path) -> bool:
    try:
        return entry.readlink() == place
    except OSError:
        return False


def test_json_from_another_process_has_the_output(tmp_path: Path) -> None:
    """What claims print to descriptor 1 is inside of the document, and nowhere else."""
    junk = "os.write(1, b'{::error::x\\n\\x1b[31m')"
    claim_file(tmp_path, "a.py", "import os\n" + TWO.format(one=junk, two=junk))
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "check", ".", "--format", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": PATH},
    )
    claims = json.loads(done.stdout)["claims"]
    assert [claim["output"] for claim in claims] == ["{::error::x\n\x1b[31m"] * 2
    assert (done.returncode, done.stderr) == (0, "")
