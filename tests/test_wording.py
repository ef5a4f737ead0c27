"""The first line answers the question."""

from dataclasses import replace
from typing import Any

import pytest
from records import finding, looser, mse, record, undecided, wrong

from nllcheck.result import Coefficient
from nllcheck.wording import conditions, formula, headline, listed, short

HEADLINES = [
    (
        record(),
        "Yes: gaussian_nll is the negative log-likelihood of regression up to a constant (L = N − n/2·log 2π).",
    ),
    (record(relation="equal"), "Yes: gaussian_nll is the negative log-likelihood of regression (L = N)."),
    (
        mse(),
        (
            "Yes: mse is 2σ²/n times the negative log-likelihood of regression plus a constant, for each fixed sigma"
            " (L = 2σ²/n·N + c)."
        ),
    ),
    (
        record(
            relation="affine", claimed="affine", offset=Coefficient(value=0.0), scale=Coefficient(value=2.0)
        ),
        "Yes: gaussian_nll is proportional to the negative log-likelihood of regression (L = 2·N).",
    ),
    (
        looser(),
        (
            "Yes: minimising mean_nll maximises the likelihood of regression. It is the NLL × 1/n (mean reduction)"
            ' plus a constant; you claimed `constant`. If the scale is meant: relation="affine".'
        ),
    ),
    (
        record(relation="monotone", claimed="monotone", given={"sigma": "fixed"}),
        (
            "Yes: gaussian_nll is an increasing function of the negative log-likelihood of regression for each fixed"
            " sigma."
        ),
    ),
    (
        record(relation="minimizer", claimed="minimizer"),
        "Yes: minimising gaussian_nll maximises the likelihood of regression, though the loss is no function of it.",
    ),
    (wrong(), "No: minimising mae is not maximising the likelihood of regression."),
    (
        record(holds=False, findings=(finding("mutates-input", "error"),)),
        (
            "No: gaussian_nll is the negative log-likelihood of regression up to a constant (L = N − n/2·log 2π),"
            " but not without error: mutates-input."
        ),
    ),
    (
        record(relation="different", claimed="different", because=("missing-term",)),
        "As claimed, minimising gaussian_nll is not maximising the likelihood of regression (missing-term).",
    ),
    (
        record(relation="equal", claimed="different", holds=False),
        (
            "No: gaussian_nll was claimed different, but gaussian_nll is the negative log-likelihood of regression"
            " (L = N)."
        ),
    ),
    (
        record(
            relation="different",
            claimed="different",
            holds=False,
            because=("missing-term",),
            findings=(finding("sign-flipped", "error"),),
        ),
        (
            "No: gaussian_nll is different from the negative log-likelihood of regression, but not because of"
            " missing-term: the first error is sign-flipped."
        ),
    ),
    (
        replace(undecided(), findings=(finding("bad-return", "error"),)),
        "No: flat cannot be the negative log-likelihood of regression: the loss is nan at every probe.",
    ),
    (
        undecided(),
        "Could not decide whether flat is the negative log-likelihood of regression: the loss is nan at every probe.",
    ),
]


@pytest.mark.parametrize(("result", "sentence"), HEADLINES, ids=range(len(HEADLINES)))
def test_headline(result: Any, sentence: str) -> None:
    """Each verdict has its sentence."""
    assert headline(result) == sentence


def test_posterior_is_explained() -> None:
    """A posterior is called by its name, and which mode it has is said."""
    said = headline(record(of="posterior", model="ridge"))
    assert said.startswith("Yes: gaussian_nll is the negative log posterior of ridge up to a constant")
    assert "constrained scale; its mode is the MAP" in said


def test_selected_variables_are_named() -> None:
    """A likelihood of one of several observed variables names it."""
    assert "the negative log-likelihood of y1 in regression" in headline(record(of="y1"))


@pytest.mark.parametrize(
    ("given", "phrase"),
    [
        ({}, ""),
        ({"sigma": "fixed"}, "for each fixed sigma"),
        ({"a": "fixed", "b": "fixed", "c": "fixed"}, "for each fixed a, b and c"),
        ({"sigma": 1.5}, "at sigma = 1.5"),
        ({"sigma": "profiled", "nu": 4.0}, "at nu = 4 and with sigma profiled out"),
    ],
)
def test_conditions_tell_how_nuisances_were_treated(given: dict[str, Any], phrase: str) -> None:
    """Held fixed, held at a value, or profiled out."""
    assert conditions(record(given=given)) == phrase


@pytest.mark.parametrize(
    ("scale", "offset", "equation", "phrase"),
    [
        (Coefficient(value=0.5, name="1/n"), Coefficient(value=0.0), "L = 1/n·N", "= NLL × 1/n"),
        (Coefficient(value=0.123456), Coefficient(value=2.0), "L = 0.1235·N + c", "= NLL × 0.1235 + c"),
        (
            Coefficient(value=2.0),
            Coefficient(value=1.0, name="Σ log y!"),
            "L = 2·N + Σ log y!",
            "= NLL × 2 + Σ log y!",
        ),
        (Coefficient(value=0.5), Coefficient(value=1e-16, name="0"), "L = 0.5·N", "= NLL × 0.5"),
        (
            Coefficient(value=2.0),
            Coefficient(value=1.0, name="a·(−Σ log y! − Σ y)"),
            "L = 2·N + a·(−Σ log y! − Σ y)",
            "= NLL × 2 + c",
        ),
        (None, None, "L = a·N + c", "= NLL × a + c"),
    ],
)
def test_formula_and_its_short_form(scale: Any, offset: Any, equation: str, phrase: str) -> None:
    """Coefficients go by their names where they have one; an offset of zero is left out."""
    result = record(relation="affine", claimed="affine", scale=scale, offset=offset)
    assert formula(result) == equation
    assert short(result) == phrase


def test_listed_reads_as_a_sentence() -> None:
    """Names are joined by commas and one "and"."""
    assert [listed(names) for names in ("ab", ("a",), ("a", "b"), ("a", "b", "c"))] == [
        "ab",
        "a",
        "a and b",
        "a, b and c",
    ]
