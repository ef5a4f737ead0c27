"""The explanations of findings: complete, true to what a check says, and printed without NumPy or PyMC."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import nllcheck
from nllcheck import cli
from nllcheck.display import printable
from nllcheck.errors import UsageError
from nllcheck.explain import explanation, explanations

ROOT = Path(nllcheck.__file__).parent
SEVERITIES = {
    "sign-flipped": "error",
    "argument-transformed": "error",
    "arguments-swapped": "error",
    "label-encoding": "error",
    "missing-term": "error",
    "extra-term": "error",
    "wrong-coefficient": "error",
    "other-family": "error",
    "row-subset": "error",
    "weighted-rows": "error",
    "not-a-density": "error",
    "holds-only-at": "error",
    "broadcast": "error",
    "not-deterministic": "error",
    "mutates-input": "error",
    "bad-return": "error",
    "loss-raised": "error",
    "data-cast": "error",
    "gradient-mismatch": "error",
    "unexplained": "error",
    "clipped": "error",
    "non-finite": "error",
    "low-precision": "note",
    "unused-argument": "warning",
    "holds-for-these-data": "warning",
    "unannounced-nuisance": "warning",
    "flaky": "warning",
    "scaled-posterior": "note",
    "data-dependent-offset": "note",
    "data-dependent-scale": "note",
    "not-additive": "note",
    "proper-score": "note",
}
EACH = pytest.mark.parametrize("code", SEVERITIES)


def blocks(code: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", explanation(code), flags=re.DOTALL)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_every_code_is_explained() -> None:
    """The files are the codes of the table, and no others."""
    assert set(explanations()) == set(SEVERITIES)
    assert {path.name for path in (ROOT / "explanations").iterdir()} == {f"{code}.md" for code in SEVERITIES}


def test_every_code_in_use_is_explained() -> None:
    """Whatever a check writes as ``code="..."`` can be asked about; a comparison says it in its sentences."""
    checking = [path for path in ROOT.rglob("*.py") if ROOT / "comparison" not in path.parents]
    used = {
        keyword.value.value
        for path in checking
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
    }
    assert len(used) >= 18
    assert used <= set(explanations())


@EACH
def test_every_file_has_the_same_form(code: str) -> None:
    """Code, severity, meaning in one sentence; how, what to do, one example; short, and safe to print."""
    text = explanation(code)
    assert re.match(rf"# {code}\n\nSeverity: {SEVERITIES[code]}\b.*\n\n[A-Z][^\n]+\.?\n", text)
    meaning = text.split("\n\n")[2]
    assert meaning.endswith(".")
    assert meaning.count(". ") == 0
    assert [text.count(f"**{part}.**") for part in ("How it is found", "What to do", "Example")] == [1, 1, 1]
    (example,) = blocks(code, "python")
    assert 10 <= len(example.splitlines()) <= 22
    assert len(text.splitlines()) <= 52
    assert max(map(len, text.splitlines())) <= 88
    assert printable(text, newlines=True) == text


@pytest.mark.parametrize("code", sorted(set(SEVERITIES) - {"flaky"}))  # test_hostile.py runs that one
def test_every_example_gives_its_code(code: str) -> None:
    """The example runs as it stands; an error comes first among errors; what it is said to print it prints."""
    (example,) = blocks(code, "python")
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example, f"{code}.md", "exec"), names)
    result = names["result"]
    found = [f.code for f in result.findings if f.severity == SEVERITIES[code]]
    assert found[:1] == [code] if SEVERITIES[code] == "error" else code in found, str(result)
    shown = [part for block in blocks(code, "text") for part in block.split("…")]
    told = flat(str(result))
    assert [part for part in shown if flat(part) not in told] == []


def test_the_table_names_every_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a code all are listed by severity, with their meaning, on 80 columns."""
    assert cli.main(["explain"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert [line for line in out.splitlines() if line in ("errors", "warnings", "notes")] == [
        "errors",
        "warnings",
        "notes",
    ]
    for severity, section in zip(("error", "warning", "note"), out.split("\n\n")[:3], strict=True):
        listed = {
            line.split()[0] for line in section.splitlines()[1:] if line.startswith("  ") and line[2] != " "
        }
        assert listed == {code for code, of in SEVERITIES.items() if of == severity}
    assert "The loss is the NLL if two of its arguments are exchanged." in flat(out)


def test_one_code_is_printed_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    """Markdown reads well as it is, and its code can be copied."""
    assert cli.main(["explain", "clipped"]) == 0
    assert capsys.readouterr().out == explanation("clipped")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("argument-transform", "; did you mean 'argument-transformed'?"),
        ("Clipped", "; did you mean 'clipped'?"),
        ("low_precision", "; did you mean 'low-precision'?"),
        ("xyzzy", "'xyzzy'. `nllcheck explain` lists them all."),
        ("../README", "there is no finding '../README'"),
        ("", "there is no finding ''"),
    ],
)
def test_an_unknown_code(asked: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and the nearest code; nothing on standard output."""
    with pytest.raises(UsageError):
        explanation(asked)
    assert cli.main(["explain", asked]) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert out == ""


def command(*arguments: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(ROOT.parent), **(env or {})},
        timeout=60,
    )


@pytest.mark.parametrize("code", [[], ["clipped"]], ids=["table", "text"])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_piped_output(code: list[str], encoding: str) -> None:
    """Nothing is coloured; where the encoding needs it, all signs are spelled out."""
    done = command("-m", "nllcheck", "explain", *code, env={"PYTHONIOENCODING": encoding})
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert done.stdout.isascii() == (encoding == "ascii")


def test_it_is_quick() -> None:
    """Neither NumPy nor PyMC is imported to print a text."""
    script = (
        "import sys; from nllcheck.cli import main; main(['explain']); main(['explain', 'clipped']);"
        "print([name for name in ('numpy', 'scipy', 'pymc', 'pytensor') if name in sys.modules])"
    )
    assert command("-c", script).stdout.splitlines()[-1] == "[]"
