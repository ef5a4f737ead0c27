"""The story of one check as text: pure functions of its record, and of nothing else."""

import html as markup
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nllcheck.display import ascii_only, printable, unbroken, wrap
from nllcheck.wording import formula, headline, listed, number

__all__ = ["command", "headline", "html", "scalars", "story"]

WIDTH = 80
ROWS = 8  # of the table of estimates
MARKS = {"agrees": "✓", "disagrees": "✗", "not applicable": "–", "undecided": "?"}
LABELS = {"error": "✗ error", "warning": "! warning", "note": "• note"}


def story(result: Any, *, width: int = WIDTH, plain: bool = False) -> str:
    """Tell what was asked, what was found, and what to do, in about ten lines."""
    say = ascii_only if plain else str
    equation = formula(result)
    answer = headline(result).replace(equation, unbroken(equation))
    lines = wrap(say(answer), width=width)
    for block in (_evidence(result), _findings(result), _estimates(result), _footer(result)):
        told = [line for first, text in block for line in _told(say(first), say(text), width)]
        lines += ["", *told] if told else []
    return "\n".join(line.rstrip() for line in lines)


def html(result: Any) -> str:
    """Render the story for a notebook: escaped text, the answer in bold, coloured by the verdict."""
    colour = "#b8860b" if result.undecided else "#2e7d32" if result.holds else "#c62828"
    answer = markup.escape(headline(result))
    body = story(result).split("\n\n", 1)
    rest = markup.escape(body[1]) if len(body) > 1 else ""
    return (
        f'<div style="border-left: 4px solid {colour}; padding: 0.2em 0 0.2em 0.8em">'
        f'<p style="margin: 0.2em 0"><b>{answer}</b></p>'
        f'<pre style="margin: 0.4em 0; white-space: pre-wrap">{rest}</pre></div>'
    )


def _evidence(result: Any) -> Iterator[tuple[str, str]]:
    widest = max((len(evidence.question) for evidence in result.evidence), default=0)
    for evidence in result.evidence:
        said = "" if evidence.status in ("agrees", "disagrees") else f"{evidence.status}: "
        label = f"  {MARKS[evidence.status]} {printable(evidence.question):<{widest}}  "
        yield label, said + printable(evidence.summary, newlines=True)


def _findings(result: Any) -> Iterator[tuple[str, str]]:
    proof = result.holds and result.claimed == "different"
    for finding in result.findings:
        message = printable(finding.message, newlines=True)
        label = "• because" if proof and finding.severity == "error" else LABELS[finding.severity]
        yield f"  {label} ", f"{unbroken(printable(finding.code))}: {message}"
        if finding.advice:
            what, *code = printable(finding.advice, newlines=True).split("\n")
            yield "    → ", what
            yield from ((f"      {line}", "") for line in code)  # as it stands: it is there to be copied
        snippet = finding.numbers.get("snippet")
        if isinstance(snippet, str):
            for line in printable(snippet, newlines=True).splitlines():
                yield f"      {line}", ""


def _estimates(result: Any) -> Iterator[tuple[str, str]]:
    model = dict(scalars(result.estimates.get("model", {})))
    loss = dict(scalars(result.estimates.get("loss", {})))
    error = dict(scalars(result.estimates.get("standard_error", {})))
    names = list(model) or list(loss)
    if not names:
        return
    kind = "MAP" if result.of == "posterior" else "MLE"
    rows = [("", kind, "± standard error", "minimiser of the loss")]
    for name in names[:ROWS]:
        spread = f"± {error[name]:.2g}" if name in error else ""
        rows.append((printable(name), _estimate(model.get(name)), spread, _estimate(loss.get(name))))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for name, estimate, spread, minimiser in rows:
        start = f"  {name:<{widths[0]}}  {estimate:>{widths[1]}} {spread:<{widths[2]}}"
        yield f"{start}  {minimiser:>{widths[3]}}", ""
    if len(names) > ROWS:
        yield f"  … and {len(names) - ROWS} more", ""


def _estimate(value: float | None) -> str:
    return "–" if value is None else f"{value:.6g}"


def scalars(arrays: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield every number in `arrays` with its label, such as ``beta[0]``."""
    for name, array in arrays.items():
        value = array.tolist() if hasattr(array, "tolist") else array
        yield from _entries(str(name), value, ())


def _entries(name: str, value: Any, index: tuple[int, ...]) -> Iterator[tuple[str, float]]:
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _entries(name, item, (*index, position))
        return
    yield (f"{name}[{', '.join(map(str, index))}]" if index else name), float(value)


def _footer(result: Any) -> Iterator[tuple[str, str]]:
    injected = [
        argument if argument == source else f"{argument} ← {source}"
        for argument, source in result.arguments.items()
    ]
    facts = [f"n = {result.n_obs} observations"] if result.n_obs else []
    facts += [f"the loss takes {', '.join(injected)}"] if injected else []
    if result.offset is not None and result.offset.name is None and result.offset.value:
        varies = f" (varies with {listed(result.offset.varies_with)})" if result.offset.varies_with else ""
        facts.append(f"c = {number(result.offset.value)}{varies}")
    if facts:
        yield (
            "  ",
            "; ".join(
                unbroken(printable(fact)) if len(fact) < WIDTH // 2 else printable(fact) for fact in facts
            ),
        )
    yield f"  again: {printable(command(result))}", ""
    first = next((finding.code for finding in result.findings if finding.severity == "error"), "")
    if first and not result.holds:
        yield f"  more:  nllcheck explain {printable(first)}", ""


def command(result: Any) -> str:
    """Return what repeats the check."""
    path, _, line = result.source.rpartition(":")
    if path.endswith(".py") and line.isdigit():
        return f"nllcheck check {shlex.quote(f'{path}::{result.name}')} --seed {result.seed}"
    return _call(result) or f"the same call of nllcheck.check with seed={result.seed}"


def _call(result: Any) -> str:
    """Return the call in Python as far as the record knows it; empty where that would be another claim."""
    names = (*result.model.split("."), *result.loss.split("."))
    if not all(name.isidentifier() for name in names):
        return ""  # a distribution class with what was declared about it, or a lambda
    if any(source.startswith("f(") for source in result.arguments.values()):
        return ""
    options: dict[str, Any] = {"relation": str(result.claimed)}
    if result.of != "likelihood":
        options["of"] = result.of if result.of == "posterior" else tuple(result.of.split(", "))
    options |= _renamed(result.arguments) | _given(result)
    if result.because:
        options["because"] = result.because[0] if len(result.because) == 1 else tuple(result.because)
    options["seed"] = result.seed
    told = ", ".join(f"{name}={value!r}" for name, value in options.items())
    return f"nllcheck.check({result.model}, {result.loss}, {told})"


def _renamed(arguments: Mapping[str, str]) -> dict[str, Any]:
    """Return `args` as it was given: names by position, or those that differ from the argument's own."""
    if arguments and all(argument.startswith("argument ") for argument in arguments):
        return {"args": tuple(arguments.values())}
    renamed = {argument: source for argument, source in arguments.items() if argument != source}
    return {"args": renamed} if renamed else {}


def _given(result: Any) -> dict[str, Any]:
    """Return `given`: the values that were fixed, else the nuisances that no warning says were not announced."""
    values = {name: value for name, value in result.given.items() if not isinstance(value, str)}
    if values:
        return {"given": values}
    warned = {f.numbers.get("name") for f in result.findings if f.code == "unannounced-nuisance"}
    names = tuple(name for name in result.given if name not in warned)
    if not names:
        return {}
    return {"given": names[0] if len(names) == 1 else names}


def _told(first: str, text: str, width: int) -> Sequence[str]:
    """Wrap a labelled text; a label alone is a line that is already laid out."""
    return wrap(text, first=first, width=width) if text else [first]
