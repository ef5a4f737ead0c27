"""The run as JUnit XML: a suite a file, a case a claim, for the pages on which CI shows tests."""

import re
from collections.abc import Iterator
from itertools import groupby
from xml.etree import ElementTree

from nllcheck.display import printable
from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.facts import codes, digits_told, kind_in_words
from nllcheck.report.machine import portable
from nllcheck.story import story
from nllcheck.wording import headline

__all__ = ["junit", "properties"]

MOST = 100_000  # characters of a text; what is longer is cut, with a note
_NOT_XML = re.compile("[^\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(run: Run) -> str:
    """Return the document; times are the only thing in it that differs from run to run."""
    outcomes = sorted(run.outcomes, key=lambda outcome: outcome.id)
    root = _element(None, "testsuites", name="nllcheck", time=f"{run.seconds:.3f}", **_counts(run, outcomes))
    for path, group in groupby(outcomes, key=lambda outcome: outcome.path):
        cases = list(group)
        seconds = sum(outcome.seconds for outcome in cases)
        suite = _element(root, "testsuite", name=path, time=f"{seconds:.3f}", **_counts(run, cases))
        for outcome in cases:
            _case(suite, outcome, run)
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
                yield f"{name}_name", coefficient.name
    if digits_told(result):
        yield "digits", digits_told(result)
    if codes(result):
        yield "findings", ", ".join(codes(result))


def _counts(run: Run, outcomes: list[Outcome]) -> dict[str, str]:
    failures = sum(_is_failure(run, outcome) for outcome in outcomes)
    errors = sum(not outcome.passes(strict=run.strict) for outcome in outcomes) - failures
    return {"tests": str(len(outcomes)), "failures": str(failures), "errors": str(errors), "skipped": "0"}


def _is_failure(run: Run, outcome: Outcome) -> bool:
    """Return whether a claim was evaluated and does not pass; what could not be evaluated is an error."""
    return not outcome.passes(strict=run.strict) and outcome.verdict in (Verdict.FAILS, Verdict.HOLDS)


def _case(suite: ElementTree.Element, outcome: Outcome, run: Run) -> None:
    name = outcome.name or "(the file)"
    case = _element(suite, "testcase", classname=outcome.path, name=name, time=f"{outcome.seconds:.3f}")
    path, _, line = outcome.location.rpartition(":")
    if line.isdigit():
        case.set("file", _text(path))
        case.set("line", line)
    told = list(properties(outcome))
    if told:
        block = _element(case, "properties")
        for key, value in told:
            _element(block, "property", name=key, value=value)
    if not outcome.passes(strict=run.strict):
        _trouble(case, outcome, "failure" if _is_failure(run, outcome) else "error")
    if outcome.output:
        _element(case, "system-out").text = _text(outcome.output)


def _trouble(case: ElementTree.Element, outcome: Outcome, tag: str) -> None:
    result, problem = outcome.result, outcome.problem
    if result is not None:
        kind = next(iter(codes(result)), outcome.verdict.value)
        _element(case, tag, type=kind, message=headline(result)).text = _text(story(result))
    elif problem is not None:
        told = f"{problem.location}: {problem.message}".removeprefix(": ")
        _element(case, tag, type=kind_in_words(problem.kind), message=problem.message).text = _text(told)
    else:
        _element(case, tag, type=outcome.verdict.value, message="There is no result.")


def _element(parent: ElementTree.Element | None, tag: str, **attributes: str) -> ElementTree.Element:
    safe = {name: _text(value).replace("\n", " ") for name, value in attributes.items()}
    return ElementTree.Element(tag, safe) if parent is None else ElementTree.SubElement(parent, tag, safe)


def _text(text: str) -> str:
    """Return `text` with what XML cannot hold escaped, and bounded."""
    safe = _NOT_XML.sub(
        lambda found: f"\\u{ord(found.group()):04x}", printable(portable(text), newlines=True)
    )
    return safe if len(safe) <= MOST else f"{safe[:MOST]} … ({len(safe) - MOST} more characters)"
