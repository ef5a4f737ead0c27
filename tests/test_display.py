"""Text that is shown can steer neither a terminal nor a log."""

import re

import pytest
from records import NASTY

from nllcheck.display import ascii_only, printable, unbroken, wrap

STEERS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("newlines", [False, True])
def test_nothing_that_steers_is_left(text: str, newlines: bool) -> None:
    """No control, no bidirectional override and no GitHub command survives, and all can be encoded."""
    safe = printable(text, newlines=newlines)
    assert not STEERS.search(safe)
    assert not any(line.lstrip().startswith("::") for line in safe.splitlines())
    assert "##[" not in safe
    safe.encode("utf-8")


def test_newlines_stay_only_on_request() -> None:
    """A name is one line; a message may have several."""
    assert printable("a\nb\r\nc") == "a\\nb\\nc"
    assert printable("a\nb\r\nc", newlines=True) == "a\nb\nc"


def test_ordinary_text_is_untouched() -> None:
    """Letters of any language, operators and the :: of a claim's id are shown as they are."""
    text = "models/größe.py::β̂ = 2σ²/n · Σ log y! 中文"
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("2σ²/n", "2sigma^2/n"),
        ("L = N − n/2·log 2π", "L = N - n/2*log 2pi"),
        ("✓ ± ≠ ½ …", "ok +/- != 1/2 ..."),
        ("ŷ é", "y e"),
        ("中", "\\u4e2d"),
        ("𝒩", "N"),
    ],
)
def test_ascii_only_spells_out(text: str, spelled: str) -> None:
    """Greek, operators and signs become words, accents are dropped, the rest is escaped."""
    assert ascii_only(text) == spelled


def test_wrap_keeps_words_and_hangs() -> None:
    """A long word is not cut, later lines are indented below the first word."""
    lines = wrap("a " + "b" * 90 + " c", first="  * ")
    assert lines == ["  * a", "    " + "b" * 90, "    c"]


def test_wrap_keeps_unbroken_text_on_one_line() -> None:
    """A formula stays on one line, and its spaces are ordinary ones in the end."""
    assert wrap(f"aaaa {unbroken('L = N + c')}", width=12) == ["aaaa", "L = N + c"]
