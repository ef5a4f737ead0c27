"""Source as HTML."""

from html.parser import HTMLParser

import pytest
from records import NASTY

from nllcheck.report.page.highlight import highlight


class Reader(HTMLParser):
    """Collects the text and the tags of a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(str(highlight(text)))
    reader.close()
    return reader


def test_the_code_stays_as_it_is() -> None:
    """Colours change nothing: the text is the source, slices included."""
    source = "@claim(m)\ndef f(x):\n    return x[::2] < 1.5 and not 'a' # c\n"
    assert read(source).text == source
    assert '<span class="f">f</span>' in highlight(source)


def test_a_docstring_is_told_by_its_first_line() -> None:
    """What a reader looks for is the formula below."""
    source = 'def f(x):\n    """First.\n\n    Second.\n    """\n    return x'
    assert read(source).text == 'def f(x):\n    """First. …"""\n    return x'


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_source_is_text(text: str) -> None:
    """Nothing in a source is a tag, and no control character is left."""
    for source in (text, f'"""{text}"""', f"# {text}"):
        found = read(source)
        assert found.tags <= {"span"}
        assert "\x1b" not in found.text
        assert "\u202e" not in found.text
