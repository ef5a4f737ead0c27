"""One real run through every format: what the checker records is what is drawn and described."""

import json
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from records import claim_file

from nllcheck.outcome import Run
from nllcheck.paths import find_files
from nllcheck.report.formats import FORMATS, write_reports
from nllcheck.report.schema import schema
from nllcheck.runner import run

CLAIMS = """
import numpy as np
import pymc as pm

y_data = np.array([1.7, 2.1, 4.4, 6.2, 9.7])

def location():
    with pm.Model() as model:
        pm.Normal("y", pm.Flat("mu"), pm.HalfFlat("sigma"), observed=y_data)
    return model

@nllcheck.claim(location, relation="affine", given="sigma")
def mse(y, mu):
    return np.mean((y - mu) ** 2)

@nllcheck.claim(location)
def variance(y, mu, sigma):
    return 0.5 * np.sum((y - mu) ** 2 / sigma) + len(y) / 2 * np.log(sigma)

@nllcheck.claim(location)
def typo(y, mean):
    return y
"""


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Check three claims, one of each kind."""
    folder = tmp_path_factory.mktemp("models")
    claim_file(folder, "claims.py", CLAIMS)
    return run(find_files([str(folder)]), curves=True)


def test_all_reports_of_a_real_run(done: Run, tmp_path: Path) -> None:
    """Every file is valid in its own terms and tells the same verdicts."""
    write_reports(done, tmp_path, FORMATS)
    for name in ("json", "consistency"):
        found = json.loads((tmp_path / FORMATS[name].file).read_text())
        jsonschema.validate(found, json.loads(schema(name)), jsonschema.Draft202012Validator)
        assert {claim["name"]: claim["verdict"] for claim in found["claims"]} == {
            "mse": "holds",
            "variance": "does not hold",
            "typo": "not evaluated",
        }
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert [root.get(key) for key in ("tests", "failures", "errors")] == ["3", "1", "1"]
    assert (tmp_path / "annotations.txt").read_text().count("::error file=") == 1
    assert "1 of 3 claims hold" in (tmp_path / "consistency.md").read_text()


def test_the_page_draws_it(done: Run, tmp_path: Path) -> None:
    """Both sources, the agreement plot and a panel for each parameter of both claims that were evaluated."""
    write_reports(done, tmp_path, ["html"])
    page = (tmp_path / "report.html").read_text()
    assert page.count("<svg") == 6
    assert page.count('class="outside"') > 5
    assert "a·N + c, a line for each sigma" in page
    assert "argument-transformed" in page


def test_reports_under_version_control_stay_small(done: Run, tmp_path: Path) -> None:
    """Curves, probes and sources are for the page, not for the rounded report."""
    write_reports(done, tmp_path, ["consistency", "json"])
    small = json.loads((tmp_path / "consistency.json").read_text())
    assert not {"curves", "code", "probes"} & set(small["claims"][0])
    assert {"curves", "code", "probes"} <= set(
        json.loads((tmp_path / "report.json").read_text())["claims"][0]["result"]
    )
