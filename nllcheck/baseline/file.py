"""The file of a baseline: readable JSON of one fixed form, with a checksum of what it says."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nllcheck.baseline.record import Recorded
from nllcheck.errors import (
    BaselineDamaged,
    BaselineEdited,
    BaselineMissing,
    BaselineNewer,
    BaselineSchema,
    BaselineUnusable,
    UsageError,
)
from nllcheck.jsonio import read_json, take

__all__ = ["LARGEST", "SCHEMA", "Baseline", "read", "written"]

SCHEMA = 1
LARGEST = 64 * 2**20  # bytes
ABOUT = "What `nllcheck check` found. Written by --update-baseline; not to be edited."
UPDATE = "--update-baseline writes it anew"
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """A recorded run.

    Attributes
    ----------
    seed : int
    versions : mapping of str to str
        Of the packages that it was recorded with.
    claims : mapping of str to Recorded
        By ``PATH::NAME``.
    """

    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, Recorded] = field(default_factory=dict)


def written(baseline: Baseline) -> str:
    """Return the text of the file: sorted keys, a block a claim, a line a probe; the same for the same content."""
    content = {
        "about": ABOUT,
        "schema": SCHEMA,
        "seed": baseline.seed,
        "versions": dict(baseline.versions),
        "claims": {name: claim.to_dict() for name, claim in baseline.claims.items()},
    }
    return _text({**content, "checksum": _checksum(content)})


def read(path: Path, shown: str) -> Baseline:
    """Return the baseline at `path`, which messages call `shown`.

    Raises
    ------
    BaselineMissing
        There is no such file.
    BaselineSchema, BaselineNewer
        It is of another version of nllcheck.
    BaselineEdited
        The checksum is of another content.
    BaselineDamaged
        It is anything else but what was written.
    BaselineUnusable
        It is a folder, or may not be read.
    """
    text = _load(path, shown)
    try:
        record = read_json(text, what=shown, largest=LARGEST)
    except UsageError as error:
        raise BaselineDamaged(f"{error}; restore it, or {UPDATE}") from error
    _require_schema(record, shown)
    try:
        _require_checksum(record, text, shown)
        return _baseline(record)
    except BaselineUnusable:
        raise
    except (UsageError, OverflowError) as error:
        raise BaselineDamaged(f"{shown} is no baseline: {error}; {UPDATE}") from error
    except RecursionError:
        raise BaselineDamaged(f"{shown} is nested too deeply; {UPDATE}") from None


def _load(path: Path, shown: str) -> str:
    try:
        if not path.is_file() and path.exists():
            raise BaselineUnusable(f"{shown} is no file; name the JSON file that --update-baseline wrote")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise BaselineDamaged(
                f"{shown} is too big for a baseline: at most {LARGEST} bytes are read; {UPDATE}"
            )
        return data.decode("utf-8").replace("\r\n", "\n")  # a checkout may have changed the line ends
    except FileNotFoundError:
        raise BaselineMissing(f"there is no baseline {shown}; --update-baseline makes it") from None
    except UnicodeDecodeError as error:
        raise BaselineDamaged(f"{shown} cannot be read: it is no UTF-8 ({error}); {UPDATE}") from error
    except OSError as error:
        raise BaselineUnusable(f"cannot read {shown}: {error.strerror or error}") from error


def _require_schema(record: Any, shown: str) -> None:
    if not isinstance(record, dict) or "schema" not in record or "checksum" not in record:
        raise BaselineDamaged(
            f"{shown} is no baseline of nllcheck; name the file that --update-baseline wrote"
        )
    schema = record["schema"]
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise BaselineDamaged(f"{shown} has the schema {schema!r}, which is no number; {UPDATE}")
    if schema > SCHEMA:
        raise BaselineNewer(
            f"{shown} has schema {schema}: a newer nllcheck wrote it, and this one reads {SCHEMA}; upgrade nllcheck"
        )
    if schema < SCHEMA:
        raise BaselineSchema(f"{shown} has schema {schema}, which is not read any more; {UPDATE}")


def _require_checksum(record: Mapping[str, Any], text: str, shown: str) -> None:
    content = {key: value for key, value in record.items() if key != "checksum"}
    if record["checksum"] != _checksum(content):
        raise BaselineEdited(
            f"{shown} was edited or damaged: its checksum is that of another content; restore it, or {UPDATE}"
        )
    if text != _text(record):
        raise BaselineEdited(f"{shown} was laid out anew or damaged: it is not as it was written; {UPDATE}")


def _baseline(record: Mapping[str, Any]) -> Baseline:
    claims = {}
    for name, block in take(record, "claims", dict).items():
        try:
            claims[name] = Recorded.from_dict(block)
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from error
    versions = take(record, "versions", dict)
    return Baseline(
        seed=take(record, "seed", int),
        versions={name: take(versions, name, str) for name in versions},
        claims=claims,
    )


def _checksum(content: Mapping[str, Any]) -> str:
    return f"sha256:{hashlib.sha256(_text(content).encode()).hexdigest()}"


def _text(content: Mapping[str, Any]) -> str:
    text = "".join(_laid_out(content)) + "\n"
    return _HALF.sub(lambda half: f"\\u{ord(half.group()):04x}", text)  # half a character: a name of a file


def _laid_out(value: Any, depth: int = 0, name: str = "") -> Iterator[str]:
    """Yield JSON with line breaks down to the fields of a claim, and one a probe; the rest is one line."""
    space = "  " * (depth + 1)
    if isinstance(value, dict) and value and depth < 3:
        yield "{\n"
        for number, key in enumerate(sorted(value)):
            yield f"{',' * bool(number)}{chr(10) * bool(number)}{space}{_line(key)}: "
            yield from _laid_out(value[key], depth + 1, key)
        yield f"\n{space[2:]}}}"
    elif name == "probes" and value:
        yield "[\n" + ",\n".join(space + _line(item) for item in value) + f"\n{space[2:]}]"
    else:
        yield _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False)
