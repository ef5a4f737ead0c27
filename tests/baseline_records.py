"""Records of claims with visits: tests of baselines need no PyMC."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import records

from nllcheck.baseline.record import Recorded, remember
from nllcheck.outcome import Outcome, Run
from nllcheck.result import CheckResult
from nllcheck.visits import MINIMISER, MODEL, Visit, Visits

CLAIM = "models/gaussian.py::gaussian_nll"


def visit(kind: str = "near", **changes: Any) -> Visit:
    """Return a visit at which L = N − 14.703."""
    values: dict[str, Any] = {
        "kind": kind,
        "parameters": {"intercept": -12.5, "beta": [2.5, 0.1, 2.25]},
        "loss": 7.547,
        "nll": 22.25,
        "loss_floor": 2.1e-14,
        "nll_floor": 1.1e-14,
    }
    return Visit(**{**values, **changes})


FRESH = (
    visit(),
    visit("far", parameters={"intercept": -10.0, "beta": [2.0, 0.2, 1.5]}, loss=15.797, nll=30.5),
    visit(MODEL, parameters={"intercept": -13.021347, "beta": [2.826113, 0.0951577, 2.378688]}),
    visit(MINIMISER, parameters={"intercept": -13.021347, "beta": [2.826113, 0.0951577, 2.378688]}),
)


def outcome(result: CheckResult | None = None, *, visits: Visits | None = None, path: str = "") -> Outcome:
    """Return an outcome whose visits again are as fresh ones."""
    done = records.outcome(result or records.record(), path or "models/gaussian.py")
    return replace(done, visits=visits or Visits(again=FRESH, fresh=FRESH))


def recorded(done: Outcome | None = None) -> Recorded:
    """Return what is remembered of an outcome."""
    remembered = remember(done or outcome())
    assert remembered is not None
    return remembered


def run_of(*outcomes: Outcome, **changes: Any) -> Run:
    """Return a run."""
    return Run(outcomes=outcomes, **changes)


def two_claims() -> tuple[Outcome, Outcome]:
    """Return outcomes of two files."""
    return outcome(), outcome(records.mse(), path="models/other.py")


def everywhere(claim: str) -> bool:
    """Return that a claim was to be checked."""
    return True


HERE = Path(__file__).parent
