"""The run as JUnit XML: a suite a file, a case a claim, for the pages on which CI shows tests."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from xml.etree import ElementTree

from nllcheck.display import printable
from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Run
from nllcheck.report.differences import Case, cases, complaint
from nllcheck.report.drift import drift_lines
from nllcheck.report.facts import codes, digits_told, kind_in_words
from nllcheck.report.machine import portable
from nllcheck.report.text import Style
from nllcheck.story import story
from nllcheck.wording import headline

__all__ = ["junit", "properties"]

MOST = 100_000  # characters of a text; what is longer is cut, with a note
_NOT_XML = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run) -> str:
    """Return the document; times are the only thing in it that differs from run to run."""
    told, errors = cases(run), run.drift.errors if run.drift is not None else ()
    counts = _counts(told, len(errors))
    root = _element(None, "testsuites", name="nllcheck", time=f"{run.seconds:.3f}", **counts)
    for path, group in groupby(told, key=lambda case: case.outcome.path):
        members = list(group)
        seconds = sum(case.outcome.seconds for case in members)
        suite = _element(root, "testsuite", name=path, time=f"{seconds:.3f}", **_counts(members))
        for case in members:
            _case(suite, case, run.drift)
    if run.drift is not None and errors:
        _complaints(root, run.drift)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'


def properties(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Yield what a claim's case tells besides its verdict: relation, scale, offset and digits."""
    result = outcome.result
    if result is None:
        return
    yield "claimed", str(result.claimed)
    yield "relation", str(result.relation or "undecided")
    for name, coefficient in (("scale", result.scale), ("offset", result.offset)):
        if coefficient is not None:
            yield name, f"{coefficient.value:.17g}"
            if coefficient.name:
                yield f"{name}_name", printable(coefficient.name)
    if digits_told(result):
        yield "digits", digits_told(result)
    if codes(result):
        yield "findings", printable(", ".join(codes(result)))


def _counts(told: list[Case], more: int = 0) -> dict[str, str]:
    failures = sum(case.is_failure for case in told)
    errors = sum(not case.passes for case in told) - failures + more
    return {
        "tests": str(len(told) + more),
        "failures": str(failures),
        "errors": str(errors),
        "skipped": "0",
    }


def _case(suite: ElementTree.Element, case: Case, drift: Drift | None) -> None:
    outcome = case.outcome
    name = outcome.name or "(the file)"
    element = _element(suite, "testcase", classname=outcome.path, name=name, time=f"{outcome.seconds:.3f}")
    path, _, line = outcome.location.rpartition(":")
    if line.isdigit():
        element.set("file", _text(path))
        element.set("line", line)
    told = list(properties(outcome))
    if told:
        block = _element(element, "properties")
        for key, value in told:
            _element(block, "property", name=key, value=value)
    if not case.passes:
        kind, message, text = _trouble(case, drift)
        tag = "failure" if case.is_failure else "error"
        _element(element, tag, type=kind, message=message).text = _text(text)
    if outcome.output:
        _element(element, "system-out").text = _text(outcome.output)


def _trouble(case: Case, drift: Drift | None) -> tuple[str, str, str]:
    """Return the type, the message and the text of a claim that does not pass."""
    kind, message, text = _verdict(case.outcome)
    if drift is None or not case.regressions:
        return kind, message, text
    differs = complaint(case, drift)
    lines = "\n".join(drift_lines(replace(drift, differences=case.differences, errors=()), Style()))
    if case.only_drifts:
        return "regression", differs, f"{lines.lstrip()}\n\n{text}" if not case.is_absent else lines.lstrip()
    return kind, message, f"{text}\n{lines}"


def _verdict(outcome: Outcome) -> tuple[str, str, str]:
    result, problem = outcome.result, outcome.problem
    if result is not None:
        return next(iter(codes(result)), outcome.verdict.value), headline(result), story(result)
    if problem is not None:
        told = f"{problem.location}: {problem.message}".removeprefix(": ")
        return kind_in_words(problem.kind), problem.message, told
    return outcome.verdict.value, "There is no result.", ""


def _complaints(root: ElementTree.Element, drift: Drift) -> None:
    """Add a suite for the baseline itself: a case for each error of the comparison."""
    count = str(len(drift.errors))
    counts = {"tests": count, "failures": "0", "errors": count, "skipped": "0"}
    suite = _element(root, "testsuite", name=drift.path, time="0.000", **counts)
    for number, error in enumerate(drift.errors, 1):
        case = _element(suite, "testcase", classname=drift.path, name=f"baseline[{number}]", time="0.000")
        _element(case, "error", type="baseline", message=error).text = _text(error)


def _element(parent: ElementTree.Element | None, tag: str, **attributes: str) -> ElementTree.Element:
    safe = {name: _text(value).replace("\n", " ") for name, value in attributes.items()}
    return ElementTree.Element(tag, safe) if parent is None else ElementTree.SubElement(parent, tag, safe)


def _text(text: str) -> str:
    """Return `text` with what XML cannot hold escaped, and bounded."""
    safe = _NOT_XML.sub(
        lambda found: f"\\u{ord(found.group()):04x}", printable(portable(text), newlines=True)
    )
    return safe if len(safe) <= MOST else f"{safe[:MOST]} … ({len(safe) - MOST} more characters)"
