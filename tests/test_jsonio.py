"""JSON of others is read within bounds, and says one thing only."""

from typing import Any

import pytest

from nllcheck.errors import UsageError
from nllcheck.jsonio import read_json, take

REFUSED = {
    "too long": ('"' + "x" * 100 + '"', "102 bytes long; at most 100"),
    "too deep": ("[" * 100_000, "nested too deeply"),
    "a key twice": ('{"a": {"b": 1, "b": 2}}', "'b' is there twice"),
    "nan": ('{"a": NaN}', "NaN is no number of JSON"),
    "infinity": ("-Infinity", "-Infinity is no number of JSON"),
    "too large": ("[1e999]", "1e999 is too large"),
    "huge integer": ("9" * 5000, "cannot be read"),
    "cut": ('{"a": [1, 2', "cannot be read"),
    "no UTF-8": (b'"\xff"', "cannot be read"),
    "empty": ("", "cannot be read"),
    "python": ("{'a': 1}", "cannot be read"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(text: str, says: str) -> None:
    """Each gives an error that says what it is, and names the text."""
    largest = 100 if "long" in says else 1_000_000
    with pytest.raises(UsageError, match=r"^the file ") as refused:
        read_json(text, what="the file", largest=largest)
    assert says in str(refused.value)


def test_what_is_read() -> None:
    """Numbers keep their kind and all their digits."""
    assert read_json('{"a": [1, 2.5, 1e-300, true, null, "σ"]}') == {"a": [1, 2.5, 1e-300, True, None, "σ"]}
    assert read_json(b"12345678901234567890") == 12345678901234567890


@pytest.mark.parametrize(
    ("record", "kind", "says"),
    [
        ({}, int, "lacks 'a'"),
        ({"a": "1"}, int, "'a' is a str, not a int"),
        ({"a": True}, int, "'a' is a bool, not a int"),
        ({"a": None}, (str, dict), "not a str or dict"),
        (["a"], str, "a record was expected, not a list"),
    ],
)
def test_values_of_another_kind(record: Any, kind: Any, says: str) -> None:
    """The error names the key, and what there is instead; True is no number."""
    with pytest.raises(UsageError, match=says):
        take(record, "a", kind)


def test_values_of_the_right_kind() -> None:
    """They are returned as they are."""
    assert take({"a": 1}, "a", (int, float)) == 1
    assert take({"a": False}, "a", bool) is False
