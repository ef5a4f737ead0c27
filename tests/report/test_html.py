"""The page as a text: complete, escaped, and the same on every run."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from records import NASTY, PROBES, finding, outcome, pictured, record, sample_run, trouble, wrong

from nllcheck.outcome import Outcome, Run
from nllcheck.report.html import html

VOID = {"meta", "link", "input", "wbr", "path", "circle"}


class Page(HTMLParser):
    """Reads a page: its elements, and the text of each claim's card."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data

    def said(self) -> str:
        """Return the text with single spaces."""
        return " ".join(self.text.split())


def nasty_run(text: str) -> Run:
    """Return a run in which everything that others wrote is `text`."""
    bad = pictured(
        name=text,
        loss=text,
        model=text,
        note=text,
        source=text,
        holds=False,
        arguments={text: text},
        given={text: "fixed"},
        code={"model": text, "loss": text},
        estimates={"model": {text: 1.0}},
        curves=(replace(pictured().curves[0], name=text),),
        findings=(finding(text, "error", message=text, advice=f"{text}\n{text}", numbers={"snippet": text}),),
    )
    problem = replace(trouble(kind=text).problem, message=text, location=text)  # type: ignore[type-var]
    return Run(
        outcomes=(
            Outcome(path=text, name=text, result=bad, output=text),
            Outcome(path="b.py", name=text, problem=problem, output=text),
        )
    )


def test_every_claim_has_its_card() -> None:
    """The summary, the answer of each claim, its evidence, findings with advice, and how to repeat it."""
    page = Page(html(sample_run()))
    assert page.open == []
    assert page.tags.count("details") == 7
    said = page.said()
    assert "3 of 7 claims hold." in said
    assert "No: minimising mae is not maximising the likelihood of regression." in said
    assert "Run the snippet to see the two values side by side." in said
    assert "import numpy as np" in said
    assert "nllcheck check models/gaussian.py::mae --seed 0" in said
    assert "nllcheck explain unexplained" in said
    assert "take 'sigma' and write np.log(sigma)" in said


def test_a_record_is_drawn() -> None:
    """Both sources side by side, the agreement plot, and a panel for each parameter."""
    page = Page(html(Run(outcomes=(outcome(pictured()),))))
    assert page.tags.count("svg") == 3
    assert page.tags.count("circle") == 2 * len(PROBES) + 1
    assert "y ~ Normal(X beta, sigma)." in page.said()
    assert "np.sum(y_true[::2] < y_pred[::2])" in page.said()


def test_a_claim_without_pictures_says_what_it_can() -> None:
    """No probes, no curves, no code, no estimates: no empty frames."""
    bare = record(probes=(), estimates={}, evidence=(), note="", arguments={}, scale=None, offset=None)
    page = Page(html(Run(outcomes=(outcome(bare),))))
    assert "svg" not in page.tags
    assert "figure" not in page.tags


def test_claims_that_need_attention_are_open() -> None:
    """What holds is folded; what does not, or could not be evaluated, is there to be read."""
    page = html(sample_run())
    assert page.count("<details") == 7
    assert len(re.findall(r'<details class="claim (fails|open)" open>', page)) == 4


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No script, no frame, no address: the page is one file."""
    page = Page(html(Run(outcomes=(outcome(pictured()),))))
    assert not {"script", "img", "iframe", "object", "base", "form"} & set(page.tags)
    links = [value or "" for name, value in page.attributes if name in ("href", "src", "srcset", "action")]
    assert all(link.startswith(("#", "data:,")) for link in links)
    assert not any(name.startswith("on") for name, _ in page.attributes)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_names_are_text(text: str) -> None:
    """Whatever is written where, the page has the elements of a harmless one and obeys nothing."""
    page, harmless = html(nasty_run(text)), html(nasty_run("fine"))
    assert not set(Page(page).tags) - set(Page(harmless).tags) - {"span", "wbr"}
    assert Page(page).open == []
    assert not any(name.startswith("on") for name, _ in Page(page).attributes)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    assert not any(line.lstrip().startswith("::") for line in page.splitlines())
    assert "##[" not in page
    page.encode("utf-8")


def without_run(page: str) -> str:
    """Return the page without its block of times and versions."""
    return re.sub(r'<p id="run">.*?</p>', "", page, flags=re.DOTALL)


def test_only_the_last_block_depends_on_the_run() -> None:
    """Order and speed change nothing but the block of times and versions."""
    run = sample_run()
    slower = replace(
        run, seconds=99.0, outcomes=tuple(replace(o, seconds=9.0) for o in reversed(run.outcomes))
    )
    assert html(run) != html(slower)
    assert without_run(html(run)) == without_run(html(slower))


SCRIPT = """
import hashlib
from records import pictured, outcome, sample_run, NASTY
from test_html import nasty_run
from dataclasses import replace
from nllcheck.outcome import Run
from nllcheck.report.formats import FORMATS, rendered
runs = [sample_run(), nasty_run(NASTY["script"]), Run(outcomes=(outcome(pictured()),))]
for name in FORMATS:
    print(name, *(hashlib.sha256(rendered(run, name).encode()).hexdigest() for run in runs))
"""


def test_every_format_is_the_same_everywhere() -> None:
    """Another order of hashes, another time zone and another language give the same bytes."""
    tests = Path(__file__).parents[1]
    told = []
    for changes in (
        {"PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8"},
    ):
        environment = {**os.environ, **changes, "PYTHONPATH": f"{tests}{os.pathsep}{tests / 'report'}"}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        told.append(done.stdout)
    assert told[0] == told[1]
    assert len(told[0].splitlines()) == 7


def test_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working folder is not named, in sources neither."""
    monkeypatch.chdir(tmp_path)
    told = html(
        Run(outcomes=(outcome(wrong()), outcome(pictured(code={"model": f"open('{tmp_path}/a.csv')"}))))
    )
    assert str(tmp_path) not in told
    assert "a.csv" in told
