"""The README's code runs, its commands exist, and its table of public names is complete."""

import contextlib
import io
import re
import shlex
import sys
from pathlib import Path

import pytest

import nllcheck
from nllcheck import cli
from nllcheck.cli import main
from nllcheck.config import load

ROOT = Path(__file__).parents[1]
MAIN_JOB = "nllcheck check models"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in `language`."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_python_blocks_run_and_print_what_they_show() -> None:
    """Each Python block runs by itself; two print what stands below them."""
    printed = []
    for block in blocks("python"):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block, "README.md", "exec"), {"__name__": "readme"})
        printed.append(out.getvalue())
    (shown,) = blocks("text")
    assert printed[0].startswith(shown)
    (finding,) = re.findall(r"```\n(  ✗ error .*?)```", README, flags=re.DOTALL)
    assert said(finding) in said("".join(printed))


def said(text: str) -> str:
    """Return a text without its line ends, and without the noise of one machine."""
    return re.sub(r"residual [\d.]+", "residual …", " ".join(text.split()))


@pytest.mark.parametrize(
    "line",
    [
        line
        for block in blocks("bash")
        for line in (text.split("#")[0].strip() for text in block.splitlines())
        if line.startswith("nllcheck ") and line != MAIN_JOB  # which .ci/run runs as it stands
    ],
)
def test_commands_do_what_they_say(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `nllcheck` line of the README succeeds in the checkout; reports go elsewhere."""
    monkeypatch.chdir(ROOT)
    arguments = shlex.split(line)[1:]
    if "--report" in arguments:
        arguments[arguments.index("--report") + 1] = str(tmp_path)
    path = list(sys.path)
    try:
        assert main(arguments) == 0
    finally:
        sys.path[:] = path


def test_the_configuration_is_understood(tmp_path: Path) -> None:
    """Every key that the README shows exists and takes the value that stands there."""
    known = set()
    for block in blocks("toml"):
        (tmp_path / "pyproject.toml").write_text(block, encoding="utf-8")
        known |= set(load(tmp_path))
    assert known >= {"paths", "seed", "strict", "timeout", "memory", "jobs", "accept"}


def test_commands_in_other_files_are_understood() -> None:
    """The commands of the workflow and of the hooks, in the README and in the manifest, can be parsed."""
    manifest = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    lines = re.findall(r"(?:run|entry): nllcheck (.+)", "".join([manifest, *blocks("yaml")]))
    assert len(lines) == 3
    for line in lines:
        assert cli._parser().parse_args(shlex.split(line)).command is cli._check


def test_every_public_name_has_its_line() -> None:
    """The table of public names lists exactly those that the package offers."""
    rows = re.findall(r"^\| `nllcheck\.(\w+)", README, flags=re.MULTILINE)
    assert sorted(rows) == sorted(nllcheck.__all__)
