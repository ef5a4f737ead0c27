"""Evaluates one claim at given parameters, and chooses those worth remembering."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nllcheck.likelihood.engine import Data
from nllcheck.probes import Point
from nllcheck.result import CheckResult
from nllcheck.scene import Scene
from nllcheck.visits import MINIMISER, MODEL, STOPPED, Asked, Visit, Visits

__all__ = ["visits"]

NEAR, FAR = (1,), (2, 6)  # which of the probes near and far are remembered
MANY = 2_000  # numbers that are remembered of a claim, but for the first probe
TOO_MANY = 10_000  # parameters of which nothing is remembered
LOST = 1e4  # standard errors from the model's optimum: the loss kept falling, and where it stopped is chance
STEP, CLOSE = 0.01, 1e-4  # standard errors: a parabola through three points ends so close to a minimiser

Parameters = Mapping[str, np.ndarray]


def visits(scene: Scene, result: CheckResult, asked: Asked, *, simulated: bool) -> Visits:
    """Visit the places that are asked for, and choose fresh ones.

    Parameters
    ----------
    scene : Scene
    result : CheckResult
        Of the check; its estimates are places as well.
    asked : Asked
    simulated : bool
        The data were drawn for a distribution class: they are returned, and those of `asked` are used.
    """
    given = scene.likelihood.data.values
    data = given | {name: np.asarray(value) for name, value in asked.data.items()}
    strange = [name for name in data if name not in given or data[name].shape != given[name].shape]
    why = f"the simulated data {strange[0]!r} have another shape now" if strange else ""
    again = tuple(_again(scene, place, data, why) for place in asked.places)
    fresh, left_out = _choose(scene, result)
    kept = {name: values.tolist() for name, values in given.items()} if simulated else {}
    return Visits(again=again, fresh=fresh, data=kept, left_out=left_out)


def _again(scene: Scene, place: Visit, data: Data, problem: str) -> Visit:
    x = {name: np.asarray(value, dtype=float) for name, value in place.parameters.items()}
    problem = problem or _misfit(scene, x)
    if problem:
        return Visit(kind=place.kind, parameters=place.parameters, problem=problem)
    return _visit(scene, place.kind, x, data)


def _misfit(scene: Scene, x: Parameters) -> str:
    """Return why the model of today has no place `x`; empty where it has."""
    likelihood, parts = scene.likelihood, scene.prober.parts
    reference = likelihood.constrain(np.zeros(likelihood.n_params))
    for name, value in x.items():
        if name not in reference:
            return f"the model has no parameter {name!r} any more"
        if value.shape != reference[name].shape:
            return f"the parameter {name!r} has shape {reference[name].shape}, no longer {value.shape}"
    new = [name for name in (*parts.of_loss, *parts.nuisances) if name not in x]
    return f"the parameter {new[0]!r} is new, or plays a part now" if new else ""


def _visit(scene: Scene, kind: str, x: Parameters, data: Data | None = None) -> Visit:
    """Evaluate both sides at constrained parameters `x`, with their rounding errors."""
    prober = scene.prober
    data = scene.likelihood.data.values if data is None else data
    evaluated = scene.likelihood.evaluate(x, data)
    floor = prober.floor(x, evaluated, data) if np.isfinite(evaluated.total) else np.inf
    point = Point(
        kind=kind,
        setting=0,
        u=np.full(scene.likelihood.n_params, np.nan),  # nothing moves from here
        x=dict(x),
        nll=evaluated.total,
        size=evaluated.size,
        floor=floor,
        excess=0.0,
        evaluated=evaluated,
    )
    sample = scene.measure(point)
    problem = sample.returned.problem
    return Visit(
        kind=kind,
        parameters={name: np.asarray(value).tolist() for name, value in x.items()},
        loss=sample.loss,
        nll=point.nll,
        loss_floor=float(sample.floor),
        nll_floor=float(floor),
        problem=f"the loss {problem}" if problem else "",
    )


def _choose(scene: Scene, result: CheckResult) -> tuple[tuple[Visit, ...], str]:
    """Return a handful of probes and the estimates, where both sides are finite; or why there are none."""
    places = [*_probes(scene), *_estimates(scene, result)]
    size = sum(np.size(value) for value in places[0][1].values()) if places else 0
    if size > TOO_MANY:
        return (), f"{size} parameters are too many to remember"
    found = [_visit(scene, kind, x) for kind, x in places[: max(1, MANY // max(size, 1))]]
    chosen = tuple(visit for visit in found if visit.is_finite and not visit.problem)
    return chosen, "" if chosen else "the loss or the model is finite at none of the probes"


def _probes(scene: Scene) -> Sequence[tuple[str, Parameters]]:
    parts = scene.prober.parts
    names = [*parts.of_loss, *parts.nuisances, *parts.fixed]
    by_kind: dict[str, list[Point]] = {"near": [], "far": [], "moved": []}
    for point in scene.prober.points:
        if scene.prober.settings[point.setting].data_name == "given":
            by_kind["moved" if point.setting else point.kind].append(point)
    chosen = [
        (kind, by_kind[kind], wanted) for kind, wanted in (("near", NEAR), ("far", FAR), ("moved", NEAR))
    ]
    return [
        (kind, {name: points[index].x[name] for name in names})
        for kind, points, wanted in chosen
        for index in wanted
        if index < len(points)
    ]


def _estimates(scene: Scene, result: CheckResult) -> Sequence[tuple[str, Parameters]]:
    model = result.estimates.get("model")
    if not model:
        return []
    x: dict[str, Any] = {**model, **scene.prober.parts.fixed}
    found = [(MODEL, x)]
    loss = result.estimates.get("loss", {})
    # without a scale and standard errors there is no unit in which the minimiser of the loss could move
    if loss and (result.scale is not None or result.estimates.get("standard_error")) and _is_near(result):
        at = {**x, **loss}
        found.append((MINIMISER if _is_minimum(scene, at) else STOPPED, at))
    return [(kind, at) for kind, at in found if all(np.isfinite(value).all() for value in at.values())]


def _is_near(result: CheckResult) -> bool:
    distances = [e.numbers.get("distance", np.inf) for e in result.evidence if e.question == "minimizer"]
    return bool(distances) and distances[0] < LOST


def _is_minimum(scene: Scene, x: Parameters) -> bool:
    """Return whether the loss has a smooth minimum at `x`; at a kink, or where a search stopped early, it is chance."""
    prober, likelihood = scene.prober, scene.likelihood
    u = likelihood.unconstrain(likelihood.constrain(np.zeros(likelihood.n_params)) | dict(x))
    middle = scene.loss(prober.inject(u)).total
    for column in prober.white.T:
        up, down = (
            scene.loss(prober.inject(u + sign * STEP * column)).total - middle for sign in (1.0, -1.0)
        )
        curvature = up + down
        if not (curvature > 0 and abs(up - down) / 2 / curvature * STEP <= CLOSE):
            return False
    return True
