"""Annotations for GitHub, read back by the rules of workflow commands."""

import re
from dataclasses import replace

import pytest
from records import NASTY, finding, outcome, record, sample_run, trouble, wrong

from nllcheck.outcome import Outcome, Run
from nllcheck.report.annotations import annotations

COMMAND = re.compile(r"^::(?P<name>[a-z]+) (?P<properties>[^:]*)::(?P<message>.*)$")


def unescaped(text: str) -> str:
    """Undo the escapes of a property or a message, as the runner does."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def commands(run: Run) -> list[tuple[str, dict[str, str], str]]:
    """Return what a runner reads: every line must be a command."""
    found = []
    for line in annotations(run).splitlines():
        match = COMMAND.match(line)
        assert match is not None, line
        pairs = (pair.split("=", 1) for pair in match["properties"].split(","))
        found.append((match["name"], {k: unescaped(v) for k, v in pairs}, unescaped(match["message"])))
    return found


def test_one_a_failing_file() -> None:
    """Each file with a claim that does not pass is annotated once, at the line of the first."""
    found = commands(sample_run())
    assert [(name, at["file"], at["line"]) for name, at, _ in found] == [
        ("error", "models/gaussian.py", "12"),
        ("error", "models/gaussian.py", "35"),
    ]
    _, at, message = found[0]
    assert at["title"] == "3 claims do not pass in models/gaussian.py"
    assert message.splitlines()[0].startswith("typo: mse takes 'sigma_log__'")
    assert any(line.startswith("mae: No: minimising mae") for line in message.splitlines())


def test_nothing_where_all_claims_pass() -> None:
    """A run that passes prints nothing; under --strict a warning is annotated."""
    run = Run(outcomes=(outcome(record(findings=(finding(),))),))
    assert annotations(run) == ""
    assert len(commands(replace(run, strict=True))) == 1


def test_a_file_that_fails_as_a_whole_has_no_line() -> None:
    """Where no line is known none is named."""
    problem = replace(trouble().problem, location="models/a.py")  # type: ignore[type-var]
    ((_, at, _),) = commands(Run(outcomes=(Outcome(path="models/a.py", name="", problem=problem),)))
    assert "line" not in at
    assert at["file"] == "models/a.py"


@pytest.mark.parametrize("text", [*NASTY.values(), "100%25%0A::,:"], ids=[*NASTY, "escapes"])
def test_nasty_names_make_no_command(text: str) -> None:
    """Whatever a name holds, there is one command a file, and it is ours."""
    bad = record(name=text, loss=text, holds=False, findings=(finding(text, "error", message=text),))
    run = Run(
        outcomes=(
            Outcome(path=text, name=text, result=bad),
            Outcome(
                path="b.py",
                name=text,
                problem=replace(trouble(kind=text).problem, message=text, location=text),
            ),  # type: ignore[type-var]
        )
    )
    found = commands(run)
    assert [name for name, _, _ in found] == ["error"] * 2
    assert all(set(at) <= {"file", "line", "title"} for _, at, _ in found)
    assert len(annotations(run)) < 10_000


def test_many_claims_of_one_file_are_counted() -> None:
    """Ten claims are named, the others counted."""
    run = Run(outcomes=tuple(outcome(replace(wrong(), name=f"claim {i:02}")) for i in range(25)))
    ((_, at, message),) = commands(run)
    assert at["title"].startswith("25 claims do not pass")
    assert message.splitlines()[-1] == "… and 15 more"
