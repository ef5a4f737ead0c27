"""The published schemas describe what is written, and refuse what is not."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
import numpy as np
import pytest
from records import NASTY, drifting_run, finding, outcome, pictured, record, sample_run

from nllcheck.outcome import Outcome, Run
from nllcheck.relation import Relation
from nllcheck.report.machine import complete, consistency
from nllcheck.report.schema import SCHEMAS, schema

RENDER = {"json": complete, "consistency": consistency}


def validator(name: str) -> jsonschema.Draft202012Validator:
    """Return what judges a document by a published schema."""
    return jsonschema.Draft202012Validator(json.loads(schema(name)))


def rich_run() -> Run:
    """Return a run that fills every field, with numbers that JSON lacks."""
    odd = pictured(
        given={"sigma": "fixed", "tau": 2.0, "rho": [0.5, float("nan")]},
        because=("clipped",),
        estimates={"model": {"beta": np.array([[1.0, np.inf]])}},
        findings=(finding(numbers={"worst": float("nan"), "names": ["a", {"b": True}], "none": None}),),
    )
    named = (Outcome(path="a.py", name=text, result=record(name=text, note=text)) for text in NASTY.values())
    return Run(outcomes=(*sample_run().outcomes, outcome(odd), *named), interrupted=True, seconds=1.5)


def odd_drift() -> Run:
    """Return a run whose drift has numbers that JSON lacks, notes, errors and other versions."""
    run = drifting_run()
    assert run.drift is not None
    worst = replace(run.drift.differences[0], before=float("nan"), after=float("inf"), ulps=float("inf"))
    drift = replace(
        run.drift, differences=(worst,), versions={"numpy": ("2.1.0", "2.5.5")}, notes=("a",), errors=("b",)
    )
    return replace(run, drift=drift)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    """Each published schema follows the rules of JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(json.loads(schema(name)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_written_is_valid(name: str) -> None:
    """Records of every kind, and none at all, are described; so is what differs from a baseline."""
    for run in (rich_run(), Run(), drifting_run(), odd_drift()):
        validator(name).validate(json.loads(RENDER[name](run)))


def first(document: Any) -> Any:
    return document["claims"][0]


SPOILED: dict[str, Callable[[Any], Any]] = {
    "a claim without verdict": lambda d: first(d).pop("verdict"),
    "an unknown verdict": lambda d: first(d).update(verdict="maybe"),
    "an unknown key": lambda d: first(d).update(extra=1),
    "another schema number": lambda d: d.update(schema=2),
    "an unknown exit code": lambda d: d.update(exit_code=7),
    "a count below zero": lambda d: d["summary"].update(holds=-1),
    "no run block": lambda d: d.pop("run"),
    "drift without its baseline": lambda d: d["drift"].pop("baseline"),
    "an unknown key of a difference": lambda d: d["drift"]["differences"][0].update(extra=1),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_spoiled_is_refused(name: str, spoil: Callable[[Any], Any]) -> None:
    """The schemas are closed: they say what is there, not only what might be."""
    document = json.loads(RENDER[name](drifting_run()))
    spoil(document)
    assert not validator(name).is_valid(document)


def test_every_field_of_a_record_is_described() -> None:
    """The schema of full records names exactly the fields that a record has."""
    properties = json.loads(schema("json"))["$defs"]["result"]["properties"]
    assert set(properties) == set(record().to_dict()) - {"run"}


def test_every_relation_is_described() -> None:
    """The schemas know all relations."""
    for name in SCHEMAS:
        assert json.loads(schema(name))["$defs"]["relation"]["enum"] == [r.value for r in Relation]
