"""What is printed is cut where something was told, and kept within bounds."""

import random

import pytest

from nllcheck.execution.printed import LAST, MOST, Printed, mark

TOKEN = "0123456789abcdef"
MARK = mark(TOKEN)


@pytest.mark.parametrize("seed_", range(10))
def test_sections_end_at_marks(seed_: int) -> None:
    """In pieces of any size the text before each mark is taken, then the rest."""
    printed, sizes = Printed(TOKEN), random.Random(seed_)
    data = b"one" + MARK + MARK + "σ\n".encode() + MARK + b"rest"
    while data:
        size = sizes.randint(1, 30)
        printed.add(data[:size])
        data = data[size:]
    assert [printed.take() for _ in range(3)] == ["one", "", "σ\n"]
    assert printed.rest() == "rest"


def test_without_marks_all_is_taken() -> None:
    """Who closed the descriptor of the marks is told by the time."""
    printed = Printed(TOKEN)
    printed.add(b"one\xff")
    assert printed.take() == "one\\xff"
    assert printed.rest() == ""


def test_long_output_keeps_its_start_and_its_end() -> None:
    """What is between is counted."""
    printed = Printed(TOKEN)
    printed.add(b"start")
    for _ in range(20):
        printed.add(b"x" * MOST)
    printed.add(b"end")
    text = printed.rest()
    assert text.startswith("startxxx")
    assert text.endswith("xxxend")
    left_out = 20 * MOST + len("startend") - MOST - LAST
    assert f"\n… {left_out} bytes left out …\n" in text
    assert len(text) < MOST + LAST + 100
