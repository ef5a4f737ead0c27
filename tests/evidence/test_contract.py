"""The contract of a loss: the same value twice, inputs left alone, a real scalar or one value a row."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scenes import N, ask, codes, evidence, finding, labels, line

from nllcheck.result import Status


def gaussian(y: Any, mu: Any, sigma: Any) -> Any:
    return 0.5 * np.sum(((y - mu) / sigma) ** 2) + len(y) * np.log(sigma)


def forgets_return(y: Any, mu: Any, sigma: Any) -> None:
    gaussian(y, mu, sigma)


def says_words(y: Any, mu: Any, sigma: Any) -> str:
    return f"{gaussian(y, mu, sigma):.3f}"


def too_long(y: Any, mu: Any, sigma: Any) -> Any:
    return np.ones(len(y) + 1) * gaussian(y, mu, sigma)


def complex_numbers(y: Any, mu: Any, sigma: Any) -> Any:
    return gaussian(y, mu, sigma) + 0.1j


def truth(y: Any, mu: Any, sigma: Any) -> Any:
    return gaussian(y, mu, sigma) > 0


def nothing(y: Any, mu: Any, sigma: Any) -> Any:
    return ((y - mu) / sigma)[:0]


def value_and_extras(y: Any, mu: Any, sigma: Any) -> Any:
    return gaussian(y, mu, sigma), {"n": len(y)}


def raises(y: Any, mu: Any, sigma: Any) -> Any:
    raise ValueError("shapes (23,) and (4,) do not match")


def exits(y: Any, mu: Any, sigma: Any) -> Any:
    raise SystemExit(2)


def dropout(y: Any, mu: Any, sigma: Any) -> Any:
    return gaussian(y, mu, sigma) * np.random.default_rng().uniform(0.9, 1.1)


_CALLS = [0]


def counts_calls(y: Any, mu: Any, sigma: Any) -> Any:
    _CALLS[0] += 1
    return gaussian(y, mu, sigma) + 1e-9 * _CALLS[0]


def subtracts_in_place(y: Any, mu: Any, sigma: Any) -> Any:
    y -= mu
    return gaussian(y, 0.0, sigma)


def sorts_in_place(y: Any, mu: Any, sigma: Any) -> Any:
    y.sort()
    return gaussian(y, mu, sigma)


def writes_if_it_can(y: Any, mu: Any, sigma: Any) -> Any:
    value = gaussian(y, mu, sigma)
    if isinstance(y, np.ndarray) and y.flags.writeable:
        y[0] += 1.0
    return value


def all_pairs(y: Any, mu: Any, sigma: Any) -> Any:
    return 0.5 * ((y - mu[:, None]) / sigma) ** 2 + np.log(sigma)


@pytest.mark.parametrize(
    ("loss", "code", "says"),
    [
        (forgets_return, "bad-return", "returned None; end the function with `return`"),
        (says_words, "bad-return", "a str"),
        (too_long, "bad-return", rf"shape \({N + 1},\).*one value for each of the {N} observations"),
        (complex_numbers, "bad-return", "complex numbers"),
        (truth, "bad-return", "True|truth value"),
        (nothing, "bad-return", r"an empty array, shape \(0,\)"),
        (value_and_extras, "bad-return", "objects|tuple"),
        (
            raises,
            "loss-raised",
            r"ValueError: shapes \(23,\) and \(4,\) do not match.*line \d+ of test_contract.py",
        ),
        (exits, "loss-raised", "SystemExit: 2"),
        (dropout, "not-deterministic", "called twice with the same arguments gave"),
        (counts_calls, "not-deterministic", "called twice"),
        (subtracts_in_place, "mutates-input", "subtracts_in_place writes to its arguments"),
        (sorts_in_place, "mutates-input", "sorts_in_place writes to its arguments"),
        (writes_if_it_can, "mutates-input", "it changed y"),
        (all_pairs, "broadcast", rf"\({N}, {N}\)"),
    ],
)
def test_a_breach_is_named(loss: Callable[..., Any], code: str, says: str) -> None:
    """Each breach is an error with its code that names the loss and what it did; the claim does not hold."""
    result = ask(line, loss, relation="affine")
    assert not result.holds
    assert codes(result, "error")[0] == code
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(finding(result, code).message)
    assert evidence(result, "contract").status is Status.DISAGREES


@pytest.mark.parametrize("relation", ["equal", "different"])
def test_a_breach_is_no_proof_of_difference(relation: str) -> None:
    """A loss that cannot be judged does not hold as `different` either, unless its breach was named."""
    assert not ask(line, forgets_return, relation=relation).holds
    assert ask(line, forgets_return, relation="different", because="bad-return").holds


def test_an_args_function_that_raises_is_named() -> None:
    """What a function in args raises is told like what the loss raises."""
    result = ask(line, gaussian, args={"sigma": lambda mu: mu["sigma"]})
    assert codes(result, "error") == ["loss-raised"]
    assert "`args`" in finding(result, "loss-raised").message


def unused(y: Any, mu: Any, sigma: Any) -> Any:
    return np.mean((y - mu) ** 2)


def test_an_unused_argument_is_a_warning() -> None:
    """An argument that changes nothing is often a forgotten term."""
    result = ask(line, unused, relation="affine")
    assert finding(result, "unused-argument").numbers["argument"] == "sigma"
    assert codes(result, "error") == []
    assert result.holds


def test_a_label_is_no_unused_argument() -> None:
    """Integer labels are varied as integers, so a loss that indexes with them is understood."""
    result = ask(
        labels, lambda y, p: -np.sum(np.log(np.stack([1 - p, p])[y, np.arange(len(y))])), relation="equal"
    )
    assert "unused-argument" not in codes(result)
    assert result.holds


def column_against_rows(y: Any, column: Any, sigma: Any) -> Any:
    return 0.5 * np.sum(((y - column) / sigma) ** 2) + len(y) * np.log(sigma)


def test_shapes_as_injected_that_combine_are_named() -> None:
    """Rows (n,) against a column (n, 1) give (n, n): every observation meets every prediction."""
    result = ask(line, column_against_rows)
    assert codes(result, "error")[0] == "broadcast"
    message = finding(result, "broadcast").message
    assert f"y ({N},) and column ({N}, 1)" in message
    assert f"({N}, {N})" in message


def test_a_column_that_is_used_rightly_is_no_broadcast() -> None:
    """The same shapes, reduced by the loss itself, are no error."""
    result = ask(line, lambda y, column, sigma: gaussian(y, column[:, 0], sigma))
    assert result.holds
    assert "broadcast" not in codes(result)


def test_warnings_of_the_loss_are_told() -> None:
    """A RuntimeWarning inside the loss is part of the evidence."""

    def warns(y: Any, mu: Any, sigma: Any) -> Any:
        np.log(np.zeros(1))
        return gaussian(y, mu, sigma)

    result = ask(line, warns)
    assert result.holds
    assert "divide by zero encountered in log" in evidence(result, "contract").summary


@pytest.mark.parametrize("shape", ["scalar", "rows", "one"])
def test_a_right_loss_keeps_the_contract(shape: str) -> None:
    """A scalar, one value a row, and an array of one are all fine."""

    def loss(y: Any, mu: Any, sigma: Any) -> Any:
        rows = 0.5 * ((y - mu) / sigma) ** 2 + np.log(sigma)
        return {"scalar": rows.sum(), "rows": rows, "one": rows.sum(keepdims=True)}[shape]

    result = ask(line, loss)
    assert result.holds
    assert codes(result) == []
    assert evidence(result, "contract").status is Status.AGREES
