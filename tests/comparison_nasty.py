"""Comparisons in which one text stands wherever a name or a message can stand."""

from comparison_records import GATES, LOSS, PREDICTION, comparison, estimate
from records import NASTY  # noqa: F401 - for the tests of comparisons

from nllcheck.comparison.outcome import ComparisonOutcome, ComparisonRun
from nllcheck.comparison.record import Comparison, Gate, Remark, Settings
from nllcheck.outcome import Problem


def nasty(text: str) -> Comparison:
    """Return a comparison that stands."""
    named = estimate(text, name=text, scale=text, sensitivity=text, sentence=text, map_unconstrained=2.2)
    return comparison(
        name=text,
        source=text,
        headline=text,
        gates=(Gate(code=text, passed=True, message=text, advice=text), *GATES),
        estimates=(named, estimate()),
        flat_priors=(text,),
        loss=type(LOSS)(
            name=text,
            of=text,
            scale=0.5,
            scale_name=text,
            nuisances=(text,),
            note=text,
            source=text,
            sentence=text,
        ),
        prediction=type(PREDICTION)(why_not=text),
        remarks=(Remark(code=text, message=f"{text}!", parameter=text, warning=True),),
        settings=Settings(ci_kind=text, sampler=text),
        priors={text: text},
        potentials=(text,),
    )


def nasty_failure(text: str) -> Comparison:
    """Return a comparison whose gates failed."""
    gates = (Gate(code=text, passed=False, message=f"{text}!", advice=text), GATES[0])
    return comparison(name=text, headline=text, gates=gates)


def nasty_run(text: str) -> ComparisonRun:
    """Return a run of one that stands, one that does not, and one that was not made."""
    problem = Problem(kind=text, message=text, location=text, traceback=text)
    return ComparisonRun(
        outcomes=(
            ComparisonOutcome(path=text, name=text, comparison=nasty(text), output=text),
            ComparisonOutcome(path="b.py", name=text, comparison=nasty_failure(text)),
            ComparisonOutcome(path="c.py", name=text, problem=problem),
        ),
        seconds=1.0,
    )
