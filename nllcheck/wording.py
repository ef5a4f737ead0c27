"""The verdict in words: the sentence that answers the question, the formula, the phrase for a table."""

from collections.abc import Sequence
from typing import Any

from nllcheck.display import printable

__all__ = ["SHORT", "conditions", "formula", "headline", "listed", "number", "short"]

SHORT = 26  # columns of the phrase for a table
LOOSER = {
    "affine": 'If the scale is meant: relation="affine".',
    "constant": 'If the constant is meant to be left out: relation="constant".',
    "monotone": 'If only the order matters: relation="monotone".',
    "minimizer": 'If only the estimate matters: relation="minimizer".',
}


def headline(result: Any) -> str:
    """Answer the question in a sentence or two."""
    return printable(_answer(result)) + (_POSTERIOR if result.of == "posterior" else "")


_POSTERIOR = (
    " (Posterior: the joint log density of data and parameters on the constrained scale; its mode is the"
    " MAP on that scale.)"
)


def _answer(result: Any) -> str:
    if result.undecided or result.relation is None:
        why = result.undecided or "no reason given"
        if any(finding.severity == "error" for finding in result.findings):
            return f"No: {result.loss} cannot be {_side(result)}: {why.rstrip('.')}."
        return f"Could not decide whether {result.loss} is {_side(result)}: {why.rstrip('.')}."
    if result.claimed == "different":
        return _answer_different(result)
    if result.holds:
        return f"Yes: {_holds(result)}"
    if result.relation == "different":
        return f"No: minimising {result.loss} is not {_goal(result, 'maximising')}{_under(result)}."
    codes = [finding.code for finding in result.findings if finding.severity == "error"]
    if codes:
        return f"No: {_is(result)}, but not without error: {', '.join(codes)}."
    return (
        f"Yes: minimising {result.loss} {_goal(result, 'maximises')}. It is {_found(result)}{_under(result)};"
        f" you claimed `{result.claimed}`. {LOOSER.get(result.relation, '')}"
    ).rstrip()


def _answer_different(result: Any) -> str:
    if result.relation != "different":
        return f"No: {result.loss} was claimed different, but {_is(result)}."
    if result.holds:
        because = f" ({', '.join(result.because)})" if result.because else ""
        return f"As claimed, minimising {result.loss} is not {_goal(result, 'maximising')}{because}."
    first = next((finding.code for finding in result.findings if finding.severity == "error"), "no error")
    return (
        f"No: {result.loss} is different from {_side(result)}, but not because of"
        f" {' or '.join(result.because) or 'what was claimed'}: the first error is {first}."
    )


def _holds(result: Any) -> str:
    if result.relation == "minimizer":
        goal = _goal(result, "maximises")
        return f"minimising {result.loss} {goal}{_under(result)}, though the loss is no function of it."
    return f"{_is(result)}."


def _is(result: Any) -> str:
    """Return what the loss is, with the formula."""
    side, under = _side(result), _under(result)
    match result.relation:
        case "equal":
            return f"{result.loss} is {side}{under} (L = N)"
        case "constant":
            return f"{result.loss} is {side} up to a constant{under} ({formula(result)})"
        case "affine":
            return f"{result.loss} is {_multiple(result, side)}{under} ({formula(result)})"
        case "monotone":
            return f"{result.loss} is an increasing function of {side}{under}"
        case "minimizer":
            return f"{result.loss} has the minimiser of {side}{under}"
    return f"{result.loss} is not {side}"


def _multiple(result: Any, side: str) -> str:
    if not _summand(result):
        return f"proportional to {side}"
    return f"{_scale(result)} times {side} plus a constant{',' if _under(result) else ''}"


def _found(result: Any) -> str:
    """Return the relation found as a phrase."""
    noun = "negative log posterior" if result.of == "posterior" else "NLL"
    match result.relation:
        case "constant":
            return f"the {noun} plus a constant ({formula(result)})"
        case "affine":
            mean = " (mean reduction)" if result.scale is not None and result.scale.name == "1/n" else ""
            constant = " plus a constant" if _summand(result) else ""
            return f"the {noun} × {_scale(result)}{mean}{constant}"
        case "monotone":
            return f"an increasing function of the {noun}"
    return f"not the {noun}, though it has the same minimiser"


def _side(result: Any) -> str:
    if result.of == "posterior":
        return f"the negative log posterior of {result.model}"
    part = "" if result.of == "likelihood" else f"{listed(result.of)} in "
    return f"the negative log-likelihood of {part}{result.model}"


def _goal(result: Any, verb: str) -> str:
    what = "posterior" if result.of == "posterior" else "likelihood"
    return f"{verb} the {what} of {result.model}"


def _under(result: Any) -> str:
    phrase = conditions(result)
    return f" {phrase}" if phrase else ""


def conditions(result: Any) -> str:
    """Return how the nuisance parameters were treated, such as "for each fixed sigma"; may be empty."""
    fixed = [name for name, how in result.given.items() if how == "fixed"]
    profiled = [name for name, how in result.given.items() if how == "profiled"]
    phrases = [f"for each fixed {listed(fixed)}"] if fixed else []
    at = [f"{name} = {number(how)}" for name, how in result.given.items() if not isinstance(how, str)]
    phrases += [f"at {listed(at)}"] if at else []
    phrases += [f"with {listed(profiled)} profiled out"] if profiled else []
    return printable(" and ".join(phrases))


def formula(result: Any) -> str:
    """Return the relation as an equation, such as "L = N − n/2·log 2π"."""
    match result.relation:
        case "equal":
            return "L = N"
        case "constant":
            return f"L = N{_summand(result)}"
        case "affine":
            scale = _scale(result)
            return printable(f"L = {scale}·N{_summand(result)}")
        case "monotone":
            return "L = g(N), g increasing"
        case "minimizer":
            return "same minimiser"
    return "L ≠ N"


def short(result: Any) -> str:
    """Return the relation in the fewest words, for a line of a table."""
    noun = "−log posterior" if result.of == "posterior" else "NLL"
    if result.undecided or result.relation is None:
        broken = any(finding.severity == "error" for finding in result.findings)
        return "not comparable" if broken else "undecided"
    match result.relation:
        case "equal":
            return f"= {noun}"
        case "constant":
            return _fitting(f"= {noun}", _summand(result))
        case "affine":
            return _fitting(f"= {noun} × {_scale(result)}", _summand(result))
        case "monotone":
            return f"increases with {noun}"
        case "minimizer":
            return f"same minimiser as {noun}"
    return f"≠ {noun}"


def _fitting(start: str, summand: str) -> str:
    """Return the sum; a long name of the offset is left to the story."""
    return start + (summand if len(start) + len(summand) <= SHORT else " + c")


def _scale(result: Any) -> str:
    if result.scale is None:
        return "a"
    return printable(result.scale.name or number(result.scale.value))


def _summand(result: Any) -> str:
    """Return the offset as a summand with its sign; nothing if it is zero."""
    offset = result.offset
    if offset is None:
        return " + c"
    if offset.name == "0" or (offset.name is None and not offset.value):
        return ""
    if offset.name is None:
        return " + c"
    name = printable(offset.name)
    return f" − {name[1:].lstrip()}" if name[0] in "-−" else f" + {name}"


def number(value: Any) -> str:
    """Return a number to four digits; anything else as it is."""
    try:
        return f"{float(value):.4g}"
    except (TypeError, ValueError):
        return str(value)


def listed(names: str | Sequence[str]) -> str:
    """Join names as in a sentence: "a, b and c"."""
    if isinstance(names, str):
        return names
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
