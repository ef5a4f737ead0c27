"""Claim files that misbehave, through pytest: each costs itself alone, and is reported as what it was."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hostile import GOOD, HOSTILE, IN_LOSSES, LIMITS, Hostile, write
from plugin.conftest import LEAN

from nllcheck.outcome import Verdict
from nllcheck.report.facts import kind_in_words

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are supervised on POSIX only")
TAGS = {Verdict.HOLDS: "passed", Verdict.FAILS: "failure", Verdict.NOT_EVALUATED: "error"}
GOODS = ("00_a_good", "zz_good")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What pytest did in a folder: its exit code, and what JUnit says of each file, by its stem."""

    code: int
    cases: Mapping[str, Mapping[str, ElementTree.Element]]
    stems: Mapping[str, str]


def checked(folder: Path, rows: Mapping[str, Hostile], timeout: float) -> Done:
    """Run pytest over the files of `rows` between two good ones."""
    names = write(folder, rows)
    for good in GOODS:
        (folder / f"{good}.py").write_text(GOOD, encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        f"[tool.nllcheck]\npaths = ['.']\ntimeout = {timeout}\nmemory = {LIMITS['memory']}\njobs = 4\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *LEAN, "--continue-on-collection-errors", "--junitxml=junit.xml"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )
    root = ElementTree.parse(folder / "junit.xml").getroot()
    cases: dict[str, dict[str, ElementTree.Element]] = {}
    for case in root.iter("testcase"):
        whole = not case.attrib["classname"]  # an error of the collection is about the file
        file = case.attrib["name" if whole else "classname"].removesuffix(".py")
        cases.setdefault(file, {})["" if whole else case.attrib["name"]] = case
    stems = {name: Path(file).stem for name, file in names.items()}
    return Done(code=done.returncode, cases=cases, stems=stems)


@pytest.fixture(scope="module")
def at_import(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Collect all files that misbehave when they are imported."""
    return checked(tmp_path_factory.mktemp("at_import"), HOSTILE, LIMITS["timeout"])


@pytest.fixture(scope="module")
def in_losses(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Check all files whose second claim misbehaves."""
    return checked(tmp_path_factory.mktemp("in_losses"), IN_LOSSES, 30)


def trouble(case: ElementTree.Element) -> ElementTree.Element | None:
    """Return the failure or the error of a case."""
    return next((child for child in case if child.tag in ("failure", "error", "skipped")), None)


def verdicts(cases: Mapping[str, ElementTree.Element]) -> dict[str, str]:
    """Return passed, failure or error of each case."""
    found = {name: trouble(case) for name, case in cases.items()}
    return {name: "passed" if element is None else element.tag for name, element in found.items()}


def texts(cases: Mapping[str, ElementTree.Element]) -> Iterator[str]:
    """Yield what is said of each case that does not pass, on one line."""
    for case in cases.values():
        element = trouble(case)
        if element is not None:
            yield " ".join(f"{element.attrib['message']} {element.text}".split())


def judge(done: Done, name: str, row: Hostile) -> None:
    """Compare what JUnit says of a row's file with what must be said."""
    cases = done.cases[done.stems[name]]
    assert verdicts(cases) == {claim: TAGS[Verdict(verdict)] for claim, verdict in row.verdicts.items()}
    if row.kind:
        told = next(texts(cases))
        assert row.says.lower() in told.lower()
        assert not next(iter(cases)) or kind_in_words(row.kind) in told


@pytest.mark.parametrize("name", HOSTILE)
def test_files_that_misbehave(at_import: Done, name: str) -> None:
    """Each is an error with the reason that its row gives."""
    judge(at_import, name, HOSTILE[name])


@pytest.mark.parametrize("name", IN_LOSSES)
def test_losses_that_misbehave(in_losses: Done, name: str) -> None:
    """What was finished before keeps its result; what never reported is an error."""
    judge(in_losses, name, IN_LOSSES[name])


def test_good_files_keep_their_results(at_import: Done, in_losses: Done) -> None:
    """The files around pass, with the same numbers whatever their neighbours did; the run fails."""
    numbers = []
    for done in (at_import, in_losses):
        assert done.code == pytest.ExitCode.TESTS_FAILED
        for good in GOODS:
            assert verdicts(done.cases[good]) == dict.fromkeys(("first", "second", "third"), "passed")
            numbers.append(
                [
                    sorted(entry.attrib.items())
                    for case in done.cases[good].values()
                    for entry in case.iter("property")
                ]
            )
    assert all(found == numbers[0] for found in numbers)


def test_every_row_was_run(at_import: Done, in_losses: Done) -> None:
    """No file of the table is lost, and none is reported that is not in it."""
    for done in (at_import, in_losses):
        assert set(done.cases) == {*done.stems.values(), *GOODS}
