"""The loss in a comparison: what a check found, and what a scale other than 1 would do to a posterior."""

from collections.abc import Callable, Mapping

import numpy as np

from nllcheck.binding import bind
from nllcheck.comparison.record import LossSide
from nllcheck.likelihood.engine import Likelihood
from nllcheck.relation import Relation
from nllcheck.result import CheckResult

__all__ = ["loss_function", "loss_side", "minimizer"]


def loss_side(result: CheckResult) -> LossSide:
    """Return what a comparison says about the loss whose check gave `result`."""
    scale = None if result.scale is None else float(result.scale.value)
    name = (result.scale.name or "") if result.scale is not None else ""
    side = LossSide(
        name=result.name,
        of=result.of,
        relation="" if result.relation is None else str(result.relation),
        holds=result.holds,
        scale=scale,
        scale_name=name,
        nuisances=tuple(result.given),
        note=result.note,
        source=result.source,
    )
    return LossSide(**{**side.__dict__, "sentence": _sentence(side, result)})


def _sentence(side: LossSide, result: CheckResult) -> str:
    what = "MAP" if side.of == "posterior" else "MLE"
    if result.relation is None:
        return f"Whether {side.name} is the NLL is undecided: {result.undecided}."
    if not result.relation.implies(Relation.MINIMIZER) or not (side.holds or not result.errors()):
        return f"{side.name} is not the NLL: its minimiser is no {what}. Run nllcheck check to see why."
    if result.relation.implies(Relation.CONSTANT):
        return f"{side.name} is the NLL up to a constant: minimising it gives the {what}."
    if not result.relation.implies(Relation.AFFINE) or side.scale is None or not side.scale > 0:
        return f"{side.name} has the {what} as its minimiser, but is no multiple of the NLL: exp(−loss) is no likelihood."
    return _scaled(side, what)


def _scaled(side: LossSide, what: str) -> str:
    assert side.scale is not None
    a = side.scale
    width, weight = 1 / np.sqrt(a), 1 / a
    wide = f"{width:.3g} times too wide" if width > 1 else f"{1 / width:.3g} times too narrow"
    heavy = f"{weight:.3g} times too much" if weight > 1 else f"{1 / weight:.3g} times too little"
    at = f" with {' and '.join(side.nuisances)} at the estimate" if side.nuisances else ""
    return (
        f"{side.name} is {_factor(side)} the NLL{at}. Minimising it gives the {what}; but taken for −log p it makes "
        f"a posterior {wide}, and a prior or penalty added to it counts {heavy}."
    )


def _factor(side: LossSide) -> str:
    """Return a of L = a·N as words: "2 times", "1/n (0.0625) times"."""
    value = f"{side.scale:.4g}"
    if not side.scale_name or side.scale_name == value:
        return f"{value} times"
    return f"{side.scale_name} ({value}) times"


def minimizer(result: CheckResult) -> Mapping[str, np.ndarray]:
    """Return the loss's own minimiser by variable, where it was found."""
    return {name: np.asarray(value, dtype=float) for name, value in result.estimates.get("loss", {}).items()}


def loss_function(
    likelihood: Likelihood, loss: Callable[..., object], args: object, convert: Callable[..., object] | None
) -> Callable[[Mapping[str, np.ndarray]], float]:
    """Return the loss as a function of the model's named values."""
    bound = bind(loss, likelihood.offers, args=args, convert=convert, model=likelihood.name)
    return lambda values: bound(values).total
