"""A regression in PyMC with the family that was found, as text, and the check of the loss against it."""

import keyword
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nllcheck.binding import BoundLoss
from nllcheck.checker import check
from nllcheck.errors import NllcheckError
from nllcheck.identification.draws import CLASSES, draw_data
from nllcheck.identification.guess import Guess
from nllcheck.likelihood.written import model_of_text, simulate

__all__ = ["model_text", "prove"]

ROWS = 23
TAKEN = (
    "pm",
    "np",
    "x",
    "y",
    "model",
    "intercept",
    "slope",
    "intercept_2",
    "slope_2",
    "intercept_3",
    "slope_3",
)
_BY_ROW = {
    "positive": "pm.math.exp({line})",
    "unit": "pm.math.sigmoid({line})",
    "log probability": "-pm.math.log1pexp({line})",
    "real": "{line}",
}
_OF_CLASSES = {
    "simplex": "pm.math.softmax({scores}, axis=-1)",
    "log simplex": "pm.math.log_softmax({scores}, axis=-1)",
    "logits": "{scores}",
    "shares": "pm.math.sigmoid({scores})",
    "concentrations": "pm.math.exp({scores})",
}
_SCALAR = {
    "real": "pm.Flat('{name}')",
    "positive": "pm.HalfFlat('{name}')",
    "unit": "pm.Uniform('{name}', 0, 1)",
    "log probability": "pm.Deterministic('{name}', -pm.math.log1pexp(pm.Flat('score')))",
    "bound": "pm.Uniform('{name}', 0, y.min())",
    "simplex": f"pm.Dirichlet('{{name}}', np.ones({CLASSES}))",
    "concentrations": f"pm.HalfFlat('{{name}}', shape={CLASSES})",
    "ordered": (
        f"pm.Flat('{{name}}', shape={CLASSES - 1}, transform=pm.distributions.transforms.ordered, "
        f"initval={np.linspace(-0.6, 0.7, CLASSES - 1).tolist()})"
    ),
    "trials": "pm.Data('{name}', trials)",
    "fixed share": "pm.Data('{name}', 0.37)",
    "fixed number": "pm.Data('{name}', 1.7)",
}


def model_text(guess: Guess) -> str:
    """Return a model with free parameters for all arguments, those that differ by row regressed on ``x``."""
    names = variable_names(guess.arguments)
    rows = guess.per_row()
    has_cutpoints = "ordered" in guess.family.parameters.values()  # they hold the intercept
    lines: list[str] = []
    regressed = 0
    for argument, link in zip(guess.arguments, guess.links, strict=True):
        of_classes = link.source in _OF_CLASSES
        if (rows[argument] and link.source != "trials") or (of_classes and link.source not in _SCALAR):
            regressed += 1
            lines += _regressed(names[argument], link.source, regressed, intercept=not has_cutpoints)
        else:
            lines.append(f"{names[argument]} = {_SCALAR[link.source].format(name=names[argument])}")
    sources = {p: link.of(names[a]) for p, link, a in _parts(guess)}
    lines.append(guess.family.declaration(sources, guess.unknown))
    return "\n".join(["with pm.Model() as model:", *(f"    {line}" for line in lines)]).replace("'", '"')


def _parts(guess: Guess) -> Iterator[tuple[str, Any, str]]:
    return zip(guess.family.parameters, guess.links, guess.arguments, strict=True)


def variable_names(arguments: tuple[str, ...]) -> dict[str, str]:
    """Return names of variables for the arguments: their own where nothing else has that name."""
    return {
        a: a if a.isidentifier() and not keyword.iskeyword(a) and a not in TAKEN else f"{a}_"
        for a in arguments
    }


def _regressed(name: str, domain: str, number: int, *, intercept: bool) -> Iterator[str]:
    """Yield the lines of a regression on ``x``."""
    mark = "" if number == 1 else f"_{number}"
    first, slope = f"intercept{mark}", f"slope{mark}"
    if domain in _OF_CLASSES:
        count = CLASSES if domain == "shares" else CLASSES - 1
        yield f"{first}, {slope} = (pm.Flat(name, shape={count}) for name in ('{first}', '{slope}'))"
        yield f"scores{mark} = {first} + {slope} * x[:, None]"
        if domain != "shares":
            zero = "np.zeros((len(x), 1))"
            yield f"scores{mark} = pm.math.concatenate([{zero}, scores{mark}], axis=-1)"
        yield f"{name} = pm.Deterministic('{name}', {_OF_CLASSES[domain].format(scores=f'scores{mark}')})"
        return
    yield (
        f"{first}, {slope} = pm.Flat('{first}'), pm.Flat('{slope}')"
        if intercept
        else f"{slope} = pm.Flat('{slope}')"
    )
    line = f"{first} + {slope} * x" if intercept else f"{slope} * x"
    yield f"{name} = pm.Deterministic('{name}', {_BY_ROW[domain].format(line=line)})"


def prove(guess: Guess, loss: BoundLoss, data: str, seed: int) -> tuple[str, str]:
    """Check the loss against the model; return its text, empty unless the claim holds, and the verdict."""
    text = model_text(guess)
    names = {**variable_names(guess.arguments), data: "y"}
    args: Any = {b.argument: names[b.reads[0]] for b in loss.bindings}
    restored = guess.family.restored
    if restored is not None:
        args[next(b.argument for b in loss.bindings if b.reads[0] == data)] = lambda y: restored(y)
    if any(b.positional for b in loss.bindings):
        args = tuple(args.values())
    try:
        model = model_of_text(text, _values(guess, text, seed))
        result = check(model, loss.loss, relation="affine", args=args, seed=seed)
    except NllcheckError as error:
        return "", f"nllcheck.check could not confirm it: {error}"
    if result.holds:
        return text, f"nllcheck.check finds `{result.relation}`"
    codes = ", ".join(finding.code for finding in result.errors()) or result.undecided
    return "", f"nllcheck.check does not confirm it: {codes}"


def _values(guess: Guess, text: str, seed: int) -> Mapping[str, np.ndarray]:
    """Return the covariate and data, simulated from the model where it can be, so that it has an optimum."""
    rng = np.random.default_rng([seed, 25])
    y = draw_data(guess.kind, ROWS, rng)
    trials = np.asarray(y).astype(int) + 1 + (np.arange(ROWS) * 5) % 4 if y.ndim == 1 else np.ones(1)
    values = {"x": rng.gamma(2.3, 0.6, size=ROWS) - 0.8, "y": y, "trials": trials}
    simulated = simulate(model_of_text(text, values), seed)
    if simulated is None or not np.ptp(simulated.astype(float)) > 0:
        return values
    restored = guess.family.restored
    return values | {"y": simulated if restored is None else restored(simulated)}
