"""The command line: what it prints, where, and its exit code."""

import json
import os
import re
import shlex
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from records import claim_file, fake_engine, finding, looser, record, wrong

from nllcheck import cli, work
from nllcheck.errors import UnknownArgument
from nllcheck.execution.inprocess import InProcessExecutor

THREE = "".join(f"{name} = nllcheck.Claim('m', len)\n" for name in ("one", "two", "three"))
ROOT = Path(__file__).parents[1]
PATH = os.pathsep.join([str(ROOT), str(ROOT / "tests")])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, on a fake engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(cli, "_executor", lambda options: nullcontext(InProcessExecutor))
    answer(monkeypatch)
    return tmp_path


def answer(monkeypatch: pytest.MonkeyPatch, **answers: Any) -> None:
    """Let the fake engine answer by the names of claims."""
    monkeypatch.setattr(work, "engine", fake_engine(answers))


def command(*arguments: str, env: Mapping[str, str] | None = None, code: str | None = None) -> Any:
    """Run the real command in a process of its own."""
    start = ["-c", code] if code else ["-m", "nllcheck"]
    environment = {**os.environ, "PYTHONPATH": PATH, **(env or {})}
    return subprocess.run(
        [sys.executable, *start, *arguments], capture_output=True, text=True, env=environment, timeout=120
    )


FAKE = """
import sys
from contextlib import nullcontext
from nllcheck import cli, work
from nllcheck.execution.inprocess import InProcessExecutor
from records import fake_engine
work.engine = fake_engine()
cli._executor = lambda options: nullcontext(InProcessExecutor)
sys.exit(cli.main())
"""


def test_claims_that_hold(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The default path is models; one line a claim and the sum; exit code 0."""
    claim_file(folder, "models/a.py", THREE)
    assert cli.main(["check"]) == 0
    out, err = capsys.readouterr()
    assert re.sub(r"\d+\.\d+ s", "T", out) == (
        "models/a.py  the loss is                 digits      Δ/se     time\n"
        "  ✓ one    = NLL − n/2·log 2π              15    <0.001   T\n"
        "  ✓ two    = NLL − n/2·log 2π              15    <0.001   T\n"
        "  ✓ three  = NLL − n/2·log 2π              15    <0.001   T\n"
        "\n"
        "3 claims hold — T\n"
    ).replace("models/a.py  the", "models/a.py  the")
    assert err == ""


def test_claims_that_do_not(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stories of those that fail follow the lines; exit code 1, whatever else could not be evaluated."""
    claim_file(folder, "models/a.py", THREE)
    answer(
        monkeypatch, two=looser(), three=UnknownArgument("the loss takes 'x', which the model does not have")
    )
    assert cli.main(["check"]) == 1
    out = capsys.readouterr().out
    assert "✗ models/a.py::two\n\n  Yes: minimising mean_nll maximises" in out
    assert "? models/a.py::three\n\n  models/a.py:4: the loss takes 'x'" in out
    assert "1 claim holds, 1 does not, 1 could not be evaluated" in out


EXITS = [
    (["check", "models/a.py::one"], {}, 0),
    (["check", "models/a.py::one", "-k", "one"], {"one": wrong()}, 1),
    (["check", "--strict"], {"one": record(findings=(finding(),))}, 1),
    (["check"], {"one": record(findings=(finding(),))}, 0),
    (["check", "models/a.py::nothing"], {}, 2),
    (["check", "nowhere"], {}, 2),
    (["check", "-k", "and"], {}, 2),
    (["check", "package.module:loss"], {}, 2),
    (["check", "--against", "Normal"], {}, 2),
    (["check", "--args", "y,mu"], {}, 2),
    (["check"], {"one": ZeroDivisionError()}, 3),
    (["check"], {"one": UnknownArgument("x")}, 4),
    (["check", "bad.py"], {}, 4),
    (["check", "empty.py"], {}, 5),
    (["check", "-k", "nothing"], {}, 5),
    (["check"], {"one": KeyboardInterrupt()}, 130),
    (["list"], {}, 0),
    (["list", "bad.py", "models"], {}, 4),
    (["list", "models/a.py::nothing"], {}, 2),
    (["list", "empty.py"], {}, 5),
    (["list", "-k", "nothing"], {}, 5),
    (["explain"], {}, 0),
    (["explain", "clipped"], {}, 0),
    (["explain", "cliped"], {}, 2),
]


@pytest.mark.parametrize(
    ("arguments", "answers", "code"), EXITS, ids=[f"{' '.join(row[0])} {row[2]}" for row in EXITS]
)
def test_exit_codes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], answers: dict[str, Any], code: int
) -> None:
    """Each situation has the code that promises.md gives it, in text and in JSON."""
    claim_file(folder, "models/a.py", THREE)
    claim_file(folder, "bad.py", "1 / 0\n")
    claim_file(folder, "empty.py", "")
    answer(monkeypatch, **answers)
    assert cli.main(arguments) == code
    if arguments[0] == "check":
        assert cli.main([*arguments, "--format", "json"]) == code


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["check", "model"], "nllcheck: 'model' does not exist; did you mean 'models'?"),
        (["check", "a.b:loss"], "'a.b:loss' is a loss; say what it is checked against: --against Normal"),
        (["check", "--against", "Normal"], "--against needs a loss by its import path"),
        (["check", "a.b:loss", "models", "--against", "Normal"], "--against needs a loss by its import path"),
        (["check", "--relation", "equal"], "--relation goes with --against"),
        (["check", "-k", "(a"], "lacks a closing parenthesis"),
        (["explain", "cliped"], "there is no finding 'cliped'; did you mean 'clipped'?"),
    ],
)
def test_usage_errors(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """One line on stderr with what to try; no traceback."""
    claim_file(folder, "models/a.py", THREE)
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert err.count("\n") == 1
    assert out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["check", "--seed", "-1"],
        ["check", "--seed", "x"],
        ["check", "-j", "0"],
        ["check", "--timeout", "-1"],
        ["check", "--timeout", "nan"],
        ["check", "--timeout", "1e300"],
        ["check", "--memory", "1e300"],
        ["check", "--form", "json"],
        ["chek"],
        ["explain", "-k", "x"],
    ],
)
def test_argparse_errors(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown commands and options, and abbreviations, exit 2 as argparse does."""
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    assert "usage: nllcheck" in capsys.readouterr().err


def test_nothing_found_says_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing checked is no success, and the message says what a claim is."""
    claim_file(folder, "models/a.py", "")
    assert cli.main(["check"]) == 5
    assert "no claims found" in (out := capsys.readouterr().out)
    assert "in models; a claim is a loss under @nllcheck.claim(model)" in out
    claim_file(folder, "models/a.py", THREE)
    assert cli.main(["check", "-k", "x"]) == 5
    assert "-k 'x' matches none of 3 claims" in capsys.readouterr().out


def test_debug_shows_tracebacks(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A traceback is shown only on request, for a bad file as for our own bug."""
    claim_file(folder, "models/a.py", "def f():\n    1 / 0\nf()\n")
    claim_file(folder, "models/b.py", THREE)
    answer(monkeypatch, one=KeyError("ours"))
    cli.main(["check"])
    assert "Traceback" not in capsys.readouterr().out
    cli.main(["check", "--debug"])
    assert capsys.readouterr().out.count("Traceback") == 2


def test_json_is_all_there_is_on_stdout(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever claims print, standard output is one JSON document."""
    claim_file(folder, "models/a.py", f"print('{{')\n{THREE}")
    answer(monkeypatch, one=lambda loss: print("::error::") or record())
    assert cli.main(["check", "--format", "json", "-v"]) == 0
    out = capsys.readouterr().out
    found = json.loads(out)
    assert [claim["id"] for claim in found["claims"]] == [
        f"models/a.py::{name}" for name in ("one", "two", "three")
    ]
    assert found["claims"][0]["output"] == "::error::\n"


def test_the_report_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both files, in a folder that is made, the same again on the next run, also when claims fail."""
    claim_file(folder, "models/a.py", f"import os\nos.chdir('/')\n{THREE}")
    answer(monkeypatch, two=wrong())
    written = []
    for _ in range(2):
        assert cli.main(["check", "--report", "new/reports"]) == 1
        written.append(
            [(folder / "new/reports" / name).read_bytes() for name in ("consistency.json", "consistency.md")]
        )
    assert written[0] == written[1]
    assert str(folder).encode() not in b"".join(written[0])
    assert [claim["verdict"] for claim in json.loads(written[0][0])["claims"]] == [
        "holds",
        "holds",
        "does not hold",
    ]


def test_the_formats_of_reports(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are named are written, and no others."""
    claim_file(folder, "models/a.py", THREE)
    answer(monkeypatch, two=wrong())
    assert cli.main(["check", "--report", "out", "--report-formats", "html,junit,github"]) == 1
    assert {path.name for path in (folder / "out").iterdir()} == {
        "report.html",
        "junit.xml",
        "annotations.txt",
    }
    assert (folder / "out/annotations.txt").read_text().startswith("::error file=models/a.py,line=")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--report-formats", "html"], "--report-formats needs --report DIR"),
        (["--report", "out", "--report-formats", "htlm"], "no report format 'htlm'; did you mean 'html'?"),
        (["--report", "out", "--report-formats", ""], "no report format ''"),
    ],
)
def test_formats_that_make_no_sense(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    """Wrong usage is told before anything is checked."""
    claim_file(folder, "models/a.py", THREE)
    assert cli.main(["check", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err


@pytest.mark.parametrize(
    ("name", "starts"),
    [("html", "<!doctype html>"), ("junit", "<?xml"), ("md", "# Consistency"), ("github", "::error ")],
)
def test_one_format_on_stdout(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, starts: str
) -> None:
    """--format prints that report and nothing else, whatever claims print."""
    claim_file(folder, "models/a.py", f"print('hello')\n{THREE}")
    answer(monkeypatch, two=wrong())
    assert cli.main(["check", "--format", name]) == 1
    assert capsys.readouterr().out.startswith(starts)


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The published schema of each format is one command away."""
    for arguments, title in (([], "full records"), (["consistency"], "the consistency report")):
        assert cli.main(["schema", *arguments]) == 0
        assert json.loads(capsys.readouterr().out)["title"] == f"nllcheck: {title}"


def test_a_report_that_cannot_be_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The results are printed, then the reason is."""
    claim_file(folder, "models/a.py", THREE)
    (folder / "file").touch()
    assert cli.main(["check", "--report", "file"]) == 2
    out, err = capsys.readouterr()
    assert "3 claims hold" in out
    assert err.startswith("nllcheck: cannot write")


def test_an_interruption_prints_what_was_finished(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C keeps and sums the finished results."""
    claim_file(folder, "models/a.py", THREE)
    answer(monkeypatch, three=KeyboardInterrupt())
    assert cli.main(["check"]) == 130
    assert re.search(r"2 claims hold — \d\.\d s \(interrupted\)", capsys.readouterr().out)


def test_list(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ids one a line, as `check` takes them; what is wrong with a file goes to stderr."""
    claim_file(folder, "models/a.py", f"print('noise')\n{THREE}")
    claim_file(folder, "models/b.py", "1 / 0\n")
    assert cli.main(["list", "-k", "t"]) == 4
    out, err = capsys.readouterr()
    assert out == "models/a.py::two\nmodels/a.py::three\n"
    assert err.startswith("models/b.py:2: the file raised ZeroDivisionError")


def test_a_list_of_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says why there is nothing."""
    claim_file(folder, "models/a.py", THREE)
    assert cli.main(["list", "-k", "x"]) == 5
    assert capsys.readouterr().err == "nllcheck: no claims found; -k 'x' matches none of them\n"
    claim_file(folder, "models/a.py", "")
    assert cli.main(["list"]) == 5
    assert "no claims found; a claim is a loss under @nllcheck.claim(model)" in capsys.readouterr().err


def test_a_loss_against_a_distribution(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A loss needs no file; the working folder is searched for its module."""
    (folder / "mine_to_import.py").write_text("def nll(y, mu): ...\n")
    assert cli.main(["check", "mine_to_import:nll", "--against", "Normal", "--args", "y,mu"]) == 0
    assert capsys.readouterr().out.startswith("mine_to_import")
    sys.modules.pop("mine_to_import")


def test_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of each command has them."""
    for arguments in (["--help"], ["check", "--help"], ["list", "--help"], ["explain", "--help"]):
        with pytest.raises(SystemExit) as stop:
            cli.main(arguments)
        assert stop.value.code == 0
        assert "130 interrupted" in capsys.readouterr().out


def test_help_is_fast() -> None:
    """The help costs at most four times an empty Python, and imports nothing of weight."""

    def cost(*arguments: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], capture_output=True, check=True, cwd=ROOT)
        return time.perf_counter() - started

    times = [(cost("-c", "pass"), cost("-m", "nllcheck", "--help")) for _ in range(5)]
    bare, helped = (statistics.median(column) for column in zip(*times, strict=True))
    assert helped <= 4 * bare
    heavy = (
        "import sys, nllcheck.cli; print([m for m in ('numpy', 'dataclasses', 'pymc') if m in sys.modules])"
    )
    assert command(code=heavy).stdout == "[]\n"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (THREE, 0),
        ("import sys\nsys.exit(0)\n", 4),
        ("x = (\n", 4),
        ("", 5),
    ],
)
def test_exit_codes_of_a_real_process(folder: Path, body: str, code: int) -> None:
    """The process exits with the code, also when a file exits first."""
    claim_file(folder, "models/a.py", body)
    assert command("check", code=FAKE).returncode == code


def test_python_m_is_the_command() -> None:
    """`python -m nllcheck` takes the same arguments."""
    done = command("check", "nowhere")
    assert done.returncode == 2
    assert done.stderr.startswith("nllcheck: 'nowhere' does not exist")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_raw_writes_cannot_corrupt_json(folder: Path, kind: str) -> None:
    """What a file writes past Python to descriptor 1 goes to stderr, not into the document."""
    claim_file(folder, "models/a.py", f"import os\nos.write(1, b'raw')\nos.system('echo child')\n{THREE}")
    done = command("check", "--format", kind, code=FAKE)
    assert done.returncode == 0
    if kind == "json":
        assert len(json.loads(done.stdout)["claims"]) == 3
        assert "raw" in done.stderr
        assert "child" in done.stderr


def test_json_is_the_same_twice(folder: Path) -> None:
    """Another hash seed, locale and time zone change nothing but the block `run`."""
    claim_file(folder, "models/a.py", THREE)
    found = []
    for seed, zone in (("0", "UTC"), ("1", "Asia/Tokyo")):
        done = command(
            "check", "--format", "json", code=FAKE, env={"PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C"}
        )
        record = json.loads(done.stdout)
        del record["run"]
        found.append(json.dumps(record))
    assert found[0] == found[1]


def test_piped_output_is_whole(folder: Path) -> None:
    """Without a terminal nothing is cut at 80 columns, nothing is coloured, and there is no progress."""
    name = "x" * 150
    claim_file(folder, "models/a.py", f"{name} = nllcheck.Claim('m', len)\n")
    done = command("check", code=FAKE, env={"COLUMNS": "80"})
    assert name in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_ascii_where_the_encoding_needs_it(folder: Path) -> None:
    """Under an encoding without the signs they are spelled out."""
    claim_file(folder, "models/a.py", "β = nllcheck.Claim('m', len)\n")
    done = command("check", code=FAKE, env={"PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert "ok beta  = NLL - n/2*log 2pi" in done.stdout


def test_a_closed_pipe_is_quiet(folder: Path) -> None:
    """When the reader goes away nothing is complained about, and the code is not that of a failing claim."""
    claim_file(folder, "models/a.py", THREE)
    read, write = os.pipe()
    os.close(read)
    environment = {**os.environ, "PYTHONPATH": PATH}
    process = subprocess.run(
        [sys.executable, "-c", FAKE, "check"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    os.close(write)
    assert process.stderr == ""
    assert process.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("shell", "code", "err"),
    [
        ("check > /dev/full", 2, "nllcheck: cannot write what was found: No space left on device\n"),
        ("explain > /dev/full", 2, "nllcheck: cannot write what was found: No space left on device\n"),
        ("check nowhere 2> /dev/full", 2, ""),
        ("check >&-", 0, ""),
        ("check 2>&-", 0, ""),
        ("check -v <&- >&- 2>&-", 0, ""),
        ("check nowhere >&- 2>&-", 2, ""),
    ],
)
def test_outputs_that_take_nothing(folder: Path, shell: str, code: int, err: str) -> None:
    """A full disk is told as what it is; closed streams change no exit code."""
    claim_file(folder, "models/a.py", THREE)
    (folder / "fake.py").write_text(FAKE)
    done = subprocess.run(
        f"{shlex.quote(sys.executable)} fake.py {shell}",
        shell=True,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": PATH},
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (code, err)


@pytest.mark.skipif(os.name != "posix", reason="signals are sent to process groups on POSIX only")
def test_ctrl_c_in_a_real_process(folder: Path) -> None:
    """SIGINT ends the run with what was finished and exit code 130."""
    claim_file(folder, "models/a.py", THREE)
    claim_file(folder, "models/b.py", "import time\ntime.sleep(60)\n")
    environment = {**os.environ, "PYTHONPATH": PATH}
    process = subprocess.Popen(
        [sys.executable, "-c", FAKE, "check"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert "✓ three" in lines[3]
    assert "3 claims hold" in out
    assert "(interrupted)" in out
    assert err == ""
    assert process.returncode == 130


def test_configured_paths_and_options(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without PATH the configured paths are checked; an argument comes before the configuration."""
    claim_file(folder, "claims/a.py", THREE)
    claim_file(folder, "other/b.py", THREE)
    (folder / "pyproject.toml").write_text(
        "[tool.nllcheck]\npaths = ['claims']\nseed = 5\nreport = 'out'\n", encoding="utf-8"
    )
    assert cli.main(["check", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["seed"], record["claims"][0]["id"]) == (5, "claims/a.py::one")
    assert (folder / "out" / "consistency.json").exists()
    assert cli.main(["check", "other", "--seed", "0", "--format", "json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["seed"], record["claims"][0]["id"]) == (0, "other/b.py::one")


def test_configured_strictness_can_be_lifted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`strict = true` fails a claim with a warning, `--no-strict` does not."""
    claim_file(folder, "models/a.py", THREE)
    (folder / "pyproject.toml").write_text("[tool.nllcheck]\nstrict = true\n", encoding="utf-8")
    answer(monkeypatch, one=record(findings=(finding(),)))
    assert cli.main(["check"]) == 1
    assert cli.main(["check", "--no-strict"]) == 0


def test_a_configured_path_that_does_not_exist(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error names the configuration, not only the path; so does one in the configuration itself."""
    (folder / "pyproject.toml").write_text("[tool.nllcheck]\npaths = ['modls']\n", encoding="utf-8")
    assert cli.main(["list"]) == 2
    assert "pyproject.toml: [tool.nllcheck] paths: 'modls' does not exist" in capsys.readouterr().err
    (folder / "pyproject.toml").write_text("[tool.nllcheck]\npath = ['modls']\n", encoding="utf-8")
    assert cli.main(["check", "models"]) == 2
    assert "pyproject.toml:2: [tool.nllcheck] has no key 'path'" in capsys.readouterr().err
