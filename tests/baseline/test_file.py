"""The file of a baseline says what was written, or it is refused with a reason."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import records
from baseline_records import CLAIM, FRESH, HERE, outcome, recorded, visit

from nllcheck.baseline import file
from nllcheck.baseline.file import SCHEMA, Baseline, read, written
from nllcheck.errors import (
    BaselineDamaged,
    BaselineEdited,
    BaselineMissing,
    BaselineSchema,
    BaselineUnusable,
    UsageError,
)
from nllcheck.visits import Visits

SCHEMAS = sorted((HERE / "baseline" / "schemas").glob("*.json"))


def baseline() -> Baseline:
    """Return a baseline of two claims, one of them of a distribution class, with a name that is hard to write."""
    simulated = Visits(fresh=(visit(parameters={"mu": [0.25, -1.5]}),), data={"y": [1.5, 2.25]})
    claims = {
        CLAIM: recorded(),
        'models/\udce4"σ".py::mse[2]': recorded(outcome(records.mse(), visits=simulated)),
        "models/wrong.py::mae": recorded(outcome(records.wrong())),
        "models/flat.py::flat": recorded(
            outcome(records.undecided(), visits=Visits(left_out="nan everywhere"))
        ),
    }
    return Baseline(seed=3, versions={"pymc": "6.4.0"}, claims=claims)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with that baseline."""
    path = tmp_path / "baseline.json"
    path.write_text(written(baseline()), encoding="utf-8", newline="\n")
    return path


def test_what_was_written_is_read(path: Path) -> None:
    """Nothing is lost on the way through the file, and the same content is the same file."""
    assert read(path, "b.json") == baseline()
    assert written(read(path, "b.json")) == path.read_text(encoding="utf-8")


def test_the_file_is_made_for_people(path: Path) -> None:
    """A block a claim, sorted; a line a probe; words in their own letters."""
    text = path.read_text(encoding="utf-8")
    lines, claims = text.splitlines(), list(json.loads(text)["claims"])
    assert claims == sorted(claims)
    assert sum(line.startswith('    "models/') and line.endswith(": {") for line in lines) == len(claims)
    assert sum('"kind": ' in line for line in lines) == 2 * len(FRESH) + 1
    assert '      "scale": {"name": "2σ²/n", "value": 11619.0, "varies_with": ["sigma", "n"]},' in lines
    assert max(map(len, lines)) < 200


def test_line_ends_of_a_checkout_are_no_edit(path: Path) -> None:
    """Git on Windows writes other line ends; the content is the same."""
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert read(path, "b.json") == baseline()


def small() -> str:
    """Return the file of one claim with one probe."""
    probe = visit(parameters={"mu": 0.25})
    claim = recorded(outcome(records.record(estimates={}), visits=Visits(fresh=(probe,))))
    return written(Baseline(claims={CLAIM: claim}))


def test_a_file_that_is_cut_anywhere_is_refused(path: Path, tmp_path: Path) -> None:
    """Truncation at every byte is an error with a name, and the file stays as it is."""
    whole = small().encode()
    short = tmp_path / "short.json"
    for length in range(len(whole)):
        short.write_bytes(whole[:length])
        with pytest.raises(BaselineDamaged, match=r"short\.json .*--update-baseline"):
            read(short, "short.json")
    assert short.read_bytes() == whole[:-1]


def test_a_bit_that_flips_anywhere_is_seen(tmp_path: Path) -> None:
    """Every bit counts, those of spaces and of the checksum too."""
    whole = bytearray(small().encode())
    flipped = tmp_path / "flipped.json"
    for position in range(len(whole)):
        for bit in (0, 5):
            whole[position] ^= 1 << bit
            flipped.write_bytes(whole)
            with pytest.raises(BaselineUnusable):
                read(flipped, "flipped.json")
            whole[position] ^= 1 << bit
    flipped.write_bytes(whole)
    read(flipped, "flipped.json")


EDITS: dict[str, tuple[Callable[[str], str], type[UsageError], str]] = {
    "a number": (lambda t: t.replace("22.25", "22.26", 1), BaselineEdited, "was edited or damaged"),
    "the layout": (lambda t: json.dumps(json.loads(t)), BaselineEdited, "was laid out anew"),
    "the checksum": (lambda t: t.replace("sha256:", "sha256:0"), BaselineEdited, "checksum"),
    "a newer schema": (
        lambda t: t.replace(f'"schema": {SCHEMA}', f'"schema": {SCHEMA + 1}'),
        BaselineSchema,
        "upgrade",
    ),
    "an older schema": (
        lambda t: t.replace(f'"schema": {SCHEMA}', '"schema": 0'),
        BaselineSchema,
        "not read any more",
    ),
    "no schema": (lambda t: t.replace('"schema"', '"scheme"'), BaselineDamaged, "is no baseline"),
    "a schema of text": (
        lambda t: t.replace(f'"schema": {SCHEMA}', '"schema": "1"'),
        BaselineDamaged,
        "no number",
    ),
    "a claim twice": (lambda t: t.replace("models/wrong.py::mae", CLAIM), BaselineDamaged, "is there twice"),
    "a key twice": (
        lambda t: t.replace('"n_obs": 16', '"n_obs": 16,\n"n_obs": 17', 1),
        BaselineDamaged,
        "twice",
    ),
    "nan": (lambda t: t.replace("22.25", "NaN", 1), BaselineDamaged, "no number of JSON"),
    "1e999": (lambda t: t.replace("22.25", "1e999", 1), BaselineDamaged, "too large"),
    "digits": (
        lambda t: t.replace('"n_obs": 16', f'"n_obs": {"9" * 5000}', 1),
        BaselineDamaged,
        "cannot be read",
    ),
    "depth": (lambda t: "[" * 200_000 + "]" * 200_000, BaselineDamaged, "too deep"),
    "something else": (lambda t: "[1, 2]", BaselineDamaged, "is no baseline"),
    "nothing": (lambda t: "", BaselineDamaged, "cannot be read"),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_refused(name: str, path: Path) -> None:
    """Each has an error of its class that says what to do, and the file is not touched."""
    change, error, words = EDITS[name]
    text = change(path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="\n")
    with pytest.raises(error, match=words):
        read(path, "b.json")
    assert path.read_text(encoding="utf-8") == text


def signed(change: Callable[[dict[str, Any]], Any]) -> str:
    """Return a file whose checksum is right and whose content is not."""
    content = json.loads(written(baseline()))
    del content["checksum"]
    change(content["claims"][CLAIM])
    return file._text({**content, "checksum": file._checksum(content)})


WRONG_KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a missing key": lambda claim: claim.pop("n_obs"),
    "an unknown key": lambda claim: claim.update(extra=1),
    "a relation": lambda claim: claim.update(relation="similar"),
    "a verdict": lambda claim: claim.update(verdict="fine"),
    "a severity": lambda claim: claim["findings"].update(clipped="fatal"),
    "a list for a number": lambda claim: claim.update(n_obs=[16]),
    "truth for a number": lambda claim: claim.update(n_obs=True),
    "a ragged array": lambda claim: claim["probes"][0]["at"].update(beta=[1.0, [2.0]]),
    "text in an array": lambda claim: claim["probes"][0]["at"].update(beta=["1"]),
    "a huge integer": lambda claim: claim["probes"][0]["at"].update(beta=10**400),
    "an infinite value": lambda claim: claim["probes"][0].update(loss="inf"),
    "a kind of probe": lambda claim: claim["probes"][0].update(kind="other"),
    "deep arrays": lambda claim: claim["probes"][0]["at"].update(beta=nest(900)),
}


def nest(depth: int) -> Any:
    """Return a number in that many lists."""
    value: Any = 1.0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("name", WRONG_KINDS)
def test_content_of_the_wrong_kind_is_refused(name: str, path: Path) -> None:
    """A checksum does not make it right: types are checked, and the message names the claim."""
    path.write_text(signed(WRONG_KINDS[name]), encoding="utf-8", newline="\n")
    with pytest.raises(BaselineDamaged, match=r"b\.json"):
        read(path, "b.json")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The message says how to make one; a folder is no file."""
    with pytest.raises(BaselineMissing, match=r"there is no baseline b\.json; --update-baseline makes it"):
        read(tmp_path / "b.json", "b.json")
    with pytest.raises(BaselineUnusable, match="is no file"):
        read(tmp_path, "b.json")


def test_a_file_that_is_too_big(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more is read than a baseline can be."""
    monkeypatch.setattr(file, "LARGEST", 1000)
    with pytest.raises(BaselineDamaged, match="at most 1000 bytes are read"):
        read(path, "b.json")


@pytest.mark.parametrize("old", SCHEMAS, ids=lambda path: f"schema {path.stem}")
def test_files_of_every_schema_are_kept(old: Path) -> None:
    """Each is read, or refused as too old; the present one is among them."""
    if int(old.stem) < SCHEMA:
        with pytest.raises(BaselineSchema):
            read(old, old.name)
    else:
        assert read(old, old.name).claims


def test_the_present_schema_is_kept() -> None:
    """Whoever raises the schema keeps a file of the one before."""
    assert [path.stem for path in SCHEMAS] == [str(number) for number in range(1, SCHEMA + 1)]
