"""Sample records, and a checker that returns them: tests of the faces need no PyMC."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nllcheck.drift import Difference, Drift
from nllcheck.outcome import Outcome, Problem, Run, Verdict
from nllcheck.relation import Relation
from nllcheck.result import CheckResult, Coefficient, Curve, Evidence, Finding, Probe, Severity, Status
from nllcheck.work import check_file

NASTY = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "cdata": "]]>",
    "escape": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "command": "::error::stop",
    "old command": "##[error]stop",
    "rich": "[/red][bold]",
    "right to left": "\u202egnp.exe",
    "nul": "a\x00b",
    "newline": "a\nb\r\n::error::c",
    "c1": "a\x9b31mb",
    "surrogate": "a\udce4b",
    "pipe": "a|b`c`*d*_e_",
    "fence": "```\n# heading\n```",
    "long": "x" * 10_000,
    "invisible": "a\u200b\u2066b\ufeff",
}

EVIDENCE = (
    Evidence(
        question="contract", status=Status.AGREES, summary="the same value twice; reads y, mu and sigma"
    ),
    Evidence(
        question="values",
        status=Status.AGREES,
        summary="L − N is constant over 64 probes, to 15 digits",
        numbers={"digits": 15.3},
    ),
    Evidence(
        question="minimizer",
        status=Status.AGREES,
        summary="both end at the same point, 2e-09 standard errors apart",
        numbers={"distance": 2e-9},
    ),
    Evidence(question="gradient", status=Status.NOT_APPLICABLE, summary="none was given"),
    Evidence(question="edges", status=Status.AGREES, summary="finite and equal up to 50 standard deviations"),
)

ESTIMATES = {
    "model": {"intercept": np.array(-13.021347), "beta": np.array([2.826113, 0.0951577, 2.378688])},
    "loss": {"intercept": np.array(-13.021347), "beta": np.array([2.826113, 0.0951577, 2.378688])},
    "standard_error": {"intercept": np.array(4.931), "beta": np.array([1.263, 0.1416, 1.065])},
}

PROBE = Probe(
    kind="near",
    data="given",
    parameters={"mu": np.array([0.3, np.inf])},
    loss=12.25,
    nll=float("nan"),
    floor=1e-15,
    residual=2e-16,
)


PROBES = tuple(
    Probe(
        kind="near" if nll < 20 else "far",
        data="given",
        parameters={"sigma": np.array(0.9)},
        loss=nll - 14.703,
        nll=nll,
        floor=2e-15,
        residual=residual,
    )
    for nll, residual in (
        (17.2, 3e-16),
        (17.9, -1e-15),
        (19.4, 0.0),
        (26.1, 2e-15),
        (45.7, -4e-15),
        (83.3, 9e-15),
    )
)

STEPS = np.linspace(-3.0, 3.0, 21)
CURVES = (
    Curve(
        name="intercept",
        x=-13.02 + 1.3 * STEPS,
        nll=17.0 + STEPS**2 / 2,
        loss=2.3 + STEPS**2 / 2,
        centre=-13.02,
    ),
    Curve(name="sigma", x=0.9 * np.exp(0.2 * STEPS), nll=17.0 + STEPS**2, loss=np.zeros(0), centre=0.9),
)

CODE = {
    "model": 'def regression():\n    """y ~ Normal(X beta, sigma)."""\n    return model',
    "loss": "def gaussian_nll(y_true, y_pred, sigma):\n    return np.sum(y_true[::2] < y_pred[::2])  # not really",
}


def pictured(**changes: Any) -> CheckResult:
    """Return a record with everything that a page draws."""
    return record(**{"probes": PROBES, "curves": CURVES, "code": CODE, **changes})


def finding(code: str = "clipped", severity: str = "warning", **changes: Any) -> Finding:
    """Return a finding."""
    message = changes.pop(
        "message", "For p below 1e-15 the loss stays at 34.5, where the NLL goes on to rise."
    )
    return Finding(code=code, severity=Severity(severity), message=message, **changes)


def record(**changes: Any) -> CheckResult:
    """Return a record that holds: the Gaussian NLL without its constant."""
    values: dict[str, Any] = {
        "name": "gaussian_nll",
        "loss": "gaussian_nll",
        "model": "regression",
        "of": "likelihood",
        "claimed": Relation.CONSTANT,
        "relation": Relation.CONSTANT,
        "holds": True,
        "scale": Coefficient(value=1.0),
        "offset": Coefficient(value=-14.703, name="−n/2·log 2π", varies_with=("n",)),
        "arguments": {"y_true": "y", "y_pred": "mu", "sigma": "sigma"},
        "n_obs": 16,
        "evidence": EVIDENCE,
        "estimates": ESTIMATES,
        "probes": (PROBE,),
        "note": "The Gaussian NLL, constants left out.",
        "source": "models/gaussian.py:35",
        "seconds": 0.123,
        "versions": {"pymc": "6.4.0", "numpy": "2.5.5"},
    }
    changes = {
        name: Relation(value) if name in _RELATIONS and value else value for name, value in changes.items()
    }
    return CheckResult(**{**values, **changes})


_RELATIONS = ("claimed", "relation")


def looser() -> CheckResult:
    """Return the record of a mean reduction that was claimed to be the NLL up to a constant."""
    return record(
        name="mean_nll",
        loss="mean_nll",
        relation="affine",
        holds=False,
        scale=Coefficient(value=0.0625, name="1/n", varies_with=("n",)),
        offset=Coefficient(value=-0.919, name="−½·log 2π"),
    )


def mse() -> CheckResult:
    """Return the record of squared error: affine for each fixed sigma."""
    return record(
        name="mse",
        loss="mse",
        claimed="affine",
        relation="affine",
        scale=Coefficient(value=11_619.0, name="2σ²/n", varies_with=("sigma", "n")),
        offset=Coefficient(value=-3.2, varies_with=("sigma",)),
        given={"sigma": "fixed"},
    )


def wrong() -> CheckResult:
    """Return the record of a loss that is no NLL."""
    return record(
        name="mae",
        loss="mae",
        relation="different",
        holds=False,
        scale=None,
        offset=None,
        findings=(
            finding(
                "unexplained",
                "error",
                message="L − a·N − c is 3.21 at the worst of 64 probes, 1e13 times its rounding error.",
                advice="Run the snippet to see the two values side by side.",
                numbers={"snippet": "import numpy as np\nprint(mae(y, mu))"},
            ),
        ),
    )


def undecided() -> CheckResult:
    """Return a record without a verdict."""
    return record(
        name="flat", loss="flat", relation=None, holds=False, undecided="the loss is nan at every probe"
    )


def outcome(result: CheckResult, path: str = "models/gaussian.py") -> Outcome:
    """Return the outcome that holds a record."""
    return Outcome(path=path, name=result.name, result=result, seconds=result.seconds)


def trouble(
    name: str = "mse", *, kind: str = "UnknownArgument", verdict: Verdict = Verdict.NOT_EVALUATED
) -> Outcome:
    """Return the outcome of a claim that could not be evaluated."""
    problem = Problem(
        kind=kind,
        message="mse takes 'sigma_log__'; take 'sigma' and write np.log(sigma)",
        location="models/gaussian.py:12",
        verdict=verdict,
        traceback="Traceback (most recent call last): ...",
    )
    return Outcome(path="models/gaussian.py", name=name, problem=problem)


def sample_run(**changes: Any) -> Run:
    """Return a run with one outcome of each kind."""
    outcomes = (
        outcome(record()),
        outcome(record(name="clip", loss="clip", findings=(finding(),))),
        outcome(mse()),
        outcome(looser()),
        outcome(wrong()),
        outcome(undecided(), "models/other.py"),
        trouble("typo"),
    )
    return Run(**{"outcomes": outcomes, "seconds": 2.13, **changes})


class FakeChecker:
    """Answers by the name of the claim: a record, or an exception that is raised."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[dict[str, Any]] = []

    def check(self, model: Any, loss: Any, **options: Any) -> CheckResult:
        """Return what was prepared for this name; by default a record that holds."""
        self.asked.append({"model": model, "loss": loss, **options})
        answer = self.answers.get(options["name"], record())
        if callable(answer):
            answer = answer(loss)
        if isinstance(answer, BaseException):
            raise answer
        if not isinstance(answer, CheckResult):
            raise TypeError(f"no answer for {options['name']}")
        changes = {
            "name": options["name"],
            "source": options["source"],
            "claimed": Relation(options["relation"]),
        }
        return CheckResult(**{**{f: getattr(answer, f) for f in answer.__dataclass_fields__}, **changes})


def fake_engine(answers: Mapping[str, Any] | None = None) -> Callable[[int], FakeChecker]:
    """Return what makes the fake checker for a seed."""
    return lambda seed, **_: FakeChecker(answers)


class Caller(FakeChecker):
    """Calls each loss without arguments, and says that it holds."""

    def check(self, model: Any, loss: Any, **options: Any) -> CheckResult:
        """Call the loss, and return the record."""
        loss()
        return super().check(model, loss, **options)


def check_quickly(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do as `check_file` does, without PyMC; another process can import it."""
    return check_file(request, checker=lambda seed: Caller())


def claim_file(folder: Path, name: str, body: str) -> Path:
    """Write a claim file that imports nllcheck."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"import nllcheck\n{body}", encoding="utf-8")
    return path


def drifting_run(text: str = "") -> Run:
    """Return a run of claims that hold and do not stand as they were recorded; `text` in every name and word."""
    name = text or "gaussian_nll"
    path = text or "models/gaussian.py"
    claim = f"{path}::{name}"
    differences = (
        Difference(
            claim=claim,
            what="loss",
            message=text or "the loss has changed at 6 of 6 recorded probes",
            before=7.547,
            after=7.547 * (1 + 1e-9),
            ulps=8.5e6,
            floors=3.6e5,
        ),
        Difference(
            claim=claim,
            what="scale",
            message=text or "it has another name",
            before=text or "1/n",
            after=text or "2/n",
        ),
        Difference(claim=claim, what=f"finding:{text or 'clipped'}", message=text or "new", reason="meant"),
        Difference(
            claim=f"models/gone.py::{text or 'lost'}", what="claim", message="it is no longer claimed"
        ),
        Difference(
            claim="models/gone.py::dropped", what="claim", message="it is no longer claimed", reason="old"
        ),
    )
    drift = Drift(path=text or "reports/baseline.json", differences=differences, compared=2, places=12)
    outcomes = (
        Outcome(path=path, name=name, result=pictured(name=name, loss=name), seconds=0.1),
        outcome(mse(), "models/other.py"),
    )
    return Run(outcomes=outcomes, drift=drift, seconds=2.13)
