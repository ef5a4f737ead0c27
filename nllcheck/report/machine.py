"""The run as JSON: complete for programs, or rounded for version control."""

import json
import math
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.differences import numbers
from nllcheck.report.facts import digits, distance
from nllcheck.result import SCHEMA

__all__ = ["complete", "consistency", "dump", "portable", "rounded_text"]

DIGITS = 6  # significant digits in files meant for version control
MOST_DIGITS = 12  # of agreement told there: the last ones are noise of the machine
NOTHING = 1e-9  # nats: an offset below is rounding error
SMALLEST = 1e-6  # numbers below are noise of the machine as well, but for powers of ten: those are limits
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
_AGREEMENT = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) digits")
_FLOORS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) (noise floors|rounding errors)")
_NUMBER = re.compile(r"(?<!1 − )(?<![\w.])-?\d+(?:\.\d+)?[eE][-+]?\d+(?![\w.])|(?<![\w.])-?\d+\.\d+(?![\w.])")


def complete(run: Run) -> str:
    """Return the full records as JSON; what differs from run to run is in the block ``run``."""
    claims = [_complete_claim(outcome) for outcome in run.outcomes]
    block = {
        "seconds": run.seconds,
        "claims": {outcome.id: round(outcome.seconds, 6) for outcome in run.outcomes},
        "versions": versions(run),
    }
    drift = {} if run.drift is None else {"drift": run.drift.to_dict()}
    return dump(
        {"schema": SCHEMA, "seed": run.seed, **_summary(run), "claims": claims, **drift, "run": block},
        portable,
    )


def _complete_claim(outcome: Outcome) -> dict[str, Any]:
    record = outcome.result.to_dict() if outcome.result is not None else None
    if record is not None:
        del record["run"]
    return {**_identity(outcome), "result": record, "problem": _problem(outcome), "output": outcome.output}


def consistency(run: Run) -> str:
    """Return verdicts and rounded numbers as JSON: the same on every run, for version control."""
    claims = [_rounded_claim(outcome) for outcome in sorted(run.outcomes, key=lambda outcome: outcome.id)]
    record = {"schema": SCHEMA, "seed": run.seed, **_summary(run), "claims": claims}
    drift = {} if run.drift is None else {"drift": _rounded_drift(run.drift)}
    return dump({**record, **drift, "run": {"versions": versions(run)}}, rounded_text)


def versions(run: Run) -> dict[str, str]:
    """Return the versions that the results name."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for outcome in run.outcomes:
        found |= outcome.result.versions if outcome.result is not None else {}
    return found


def _summary(run: Run) -> dict[str, Any]:
    counts = {verdict.value: run.count(verdict) for verdict in Verdict}
    return {"exit_code": int(run.exit_code), "interrupted": run.interrupted, "summary": counts}


def _identity(outcome: Outcome) -> dict[str, Any]:
    return {"id": outcome.id, "path": outcome.path, "name": outcome.name, "verdict": outcome.verdict.value}


def _problem(outcome: Outcome) -> dict[str, str] | None:
    problem = outcome.problem
    if problem is None:
        return None
    return {"kind": problem.kind, "message": problem.message, "location": problem.location}


def _rounded_claim(outcome: Outcome) -> dict[str, Any]:
    result = outcome.result
    if result is None:
        return {**_identity(outcome), "problem": _problem(outcome)}
    agreement, delta = digits(result), distance(result)
    record = result.to_dict()
    keep = (
        "loss",
        "model",
        "of",
        "claimed",
        "relation",
        "because",
        "undecided",
        "given",
        "arguments",
        "n_obs",
        "note",
    )
    return {
        **_identity(outcome),
        **{name: _rounded(record[name]) for name in keep},
        "scale": _rounded(record["scale"]),
        "offset": _offset(record["offset"]),
        "digits": None if agreement is None else _floor(agreement),
        "distance": None if delta is None else _small(delta),
        "evidence": {evidence.question: evidence.status.value for evidence in result.evidence},
        "findings": [
            {name: record[name] for name in ("code", "severity", "message")} for record in record["findings"]
        ],
        "estimates": _estimates(record["estimates"]),
    }


def _rounded_drift(drift: Drift) -> dict[str, Any]:
    """Return what differs from the baseline, with as many digits as it takes to see it."""
    record = drift.to_dict()
    del record["versions"]  # the block `run` has those of today, the baseline its own
    for told, difference in zip(record["differences"], drift.differences, strict=True):
        pair = numbers(difference)
        if pair is not None:
            told["before"], told["after"] = map(float, pair)
        for noisy in ("ulps", "floors", "fails"):
            del told[noisy]
    return record


def _offset(record: dict[str, Any] | None) -> dict[str, Any] | None:
    """Round an offset, in nats; one that is zero but for rounding is zero."""
    told = _rounded(record)
    if told is not None and isinstance(told["value"], float) and abs(told["value"]) < NOTHING:
        told["value"] = 0.0
    return told  # type: ignore[no-any-return]


def _floor(agreement: float) -> int | str:
    return min(int(agreement), MOST_DIGITS) if math.isfinite(agreement) else MOST_DIGITS


def _small(delta: float) -> float | str:
    """Round a distance in standard errors to two digits; below a thousandth it is noise."""
    if not math.isfinite(delta):
        return str(delta)
    return float(f"{delta:.2g}") if abs(delta) >= 1e-3 else 0.0


def _estimates(estimates: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Round estimates to the digits that their standard errors give a meaning to."""
    errors = estimates.get("standard_error", {})
    return {
        kind: {name: _to_unit(value, errors.get(name)) for name, value in arrays.items()}
        for kind, arrays in estimates.items()
    }


def _to_unit(value: Any, error: Any) -> Any:
    if isinstance(value, list):
        errors = error if isinstance(error, list) and len(error) == len(value) else [None] * len(value)
        return [_to_unit(item, spread) for item, spread in zip(value, errors, strict=True)]
    spread = error if isinstance(error, int | float) else 0.0
    size = max(abs(value), abs(spread)) if isinstance(value, int | float) else 0.0
    if not size:
        return value
    return round(float(value), DIGITS - 1 - math.floor(math.log10(size))) + 0.0  # + 0.0: no -0.0


def _rounded(value: Any) -> Any:
    match value:
        case bool():
            return value
        case float():
            return float(f"{value:.{DIGITS}g}") + 0.0
        case dict():
            return {key: _rounded(item) for key, item in value.items()}
        case list():
            return [_rounded(item) for item in value]
    return value


def rounded_text(text: str) -> str:
    """Round the numbers in a sentence, so that the noise of one machine is not taken for news on another."""
    text = _AGREEMENT.sub(_rounded_agreement, portable(text))
    text = _FLOORS.sub(lambda found: f"≤ {max(1, math.ceil(float(found.group(1))))} {found.group(2)}", text)
    return _NUMBER.sub(_rounded_number, text)


def _rounded_agreement(found: re.Match[str]) -> str:
    reached = int(float(found.group(1)))
    return f"{reached} digits" if reached < MOST_DIGITS else f"{MOST_DIGITS} digits or more"


def _rounded_number(found: re.Match[str]) -> str:
    written, value = found.group(), float(found.group())
    if 0 < abs(value) < SMALLEST and not written.lstrip("-").lower().startswith(("1e", "1.0e")):
        return "<1e-6"
    return f"{value:.{DIGITS}g}" if len(written.lstrip("-")) > DIGITS + 1 else written


def portable(text: str) -> str:
    """Return `text` without memory addresses and without the folders of this machine."""
    text = _ADDRESS.sub("at 0x…", text)
    for folder, name in ((Path.cwd(), "."), (Path.home(), "~")):
        if len(folder.parts) > 1:
            text = text.replace(f"{folder}/", "" if name == "." else f"{name}/").replace(str(folder), name)
    return text


def dump(record: Any, say: Callable[[str], str]) -> str:
    """Return a record as JSON, its strings passed through `say`, its keys in order."""
    return json.dumps(_strings(record, say), sort_keys=True, indent=2, allow_nan=False) + "\n"


def _strings(value: Any, say: Callable[[str], str]) -> Any:
    """Pass every string of a record through `say`, the keys of mappings too; spell out what is not finite."""
    match value:
        case str():
            return say(value)
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {say(key): _strings(item, say) for key, item in value.items()}
        case list() | tuple():
            return [_strings(item, say) for item in value]
    return value
