"""A term is missing, added, or has another coefficient: the loss as a·N plus a few named terms."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nllcheck.binding import BoundLoss
from nllcheck.diagnosis.causes.columns import Column, Dictionary
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.numerals import named, near
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.diagnosis.causes.readings import Reading
from nllcheck.evidence.values import Comparison, Table, tabulate
from nllcheck.probes import Point
from nllcheck.rounding import EPS
from nllcheck.scene import Scene

__all__ = ["Screen", "explain_by_terms", "terms"]

LOOSE = 1e-5  # relative distance from a simple number at which that is tried
NEGLIGIBLE = 1e-7  # of the norm: what a fit may leave before it is judged to rounding
NEGLIGIBLE_LOW = 1e-4
SCREENED = 14  # probes of the quick test of one term
MOST_JUDGED = 8  # fits of one size that are judged
TELLING = 2.3  # cost below which longer sums need not be tried
DEAR = 3.0  # cost from which a sum of terms says less than nothing


def terms(panel: Panel) -> Iterator[Explanation]:
    """Yield short sums of named terms by which the loss differs from a·N, simplest first."""
    yield from explain_by_terms(panel, panel.scene)


def explain_by_terms(panel: Panel, scene: Scene, *, most: int = 3) -> Iterator[Explanation]:
    """Explain the loss of `scene`, that of the panel or an altered one, by up to `most` terms."""
    if scene.likelihood.is_large:
        return
    given = [p for p in panel.reference if np.isfinite(p.nll)]
    places = [[*given, *panel.simulated], given] if panel.simulated else [given]
    problems: dict[int, _Problem | None] = {}  # made when they are come to
    for count in range(1, most + 1):
        for position, points in enumerate(places):
            if not panel.has_time:
                continue
            if position not in problems:
                problems[position] = _problem(panel, scene, points)
            problem = problems[position]
            if problem is None:
                continue
            follows = position < len(places) - 1
            found = list(_explained(panel, scene, problem, count, follows or not panel.simulated))
            yield from found
            if found and found[0].cost < TELLING:
                return


@dataclass(frozen=True, kw_only=True)
class _Problem:
    """L and N and the dictionary at the probes of one fit; everything is centred within settings and weighed."""

    table: Table
    dictionary: Dictionary
    loss: np.ndarray
    nll: np.ndarray
    columns: list[Column]
    matrix: np.ndarray
    weight: np.ndarray


def _problem(panel: Panel, scene: Scene, points: list[Point]) -> _Problem | None:
    settings = sorted({p.setting for p in points})
    samples = [s for s in map(scene.sample, points) if not scene.is_low_precision or s.point.excess <= 11.5]
    table = tabulate(samples, settings)
    if len(table.loss) < 2 * len(settings) + 8:
        return None
    dictionary = Dictionary.at(panel, [s.point for s in table.samples])
    columns = dictionary.columns
    if not columns:
        return None
    weight = 1 / np.maximum(table.floor(scene.slope), 1e-300)
    weight /= weight.max()
    return _Problem(
        table=table,
        dictionary=dictionary,
        loss=_centred(table.loss, weight, table.groups) * weight,
        nll=_centred(table.nll, weight, table.groups) * weight,
        columns=columns,
        matrix=np.array([_centred(c.values, weight, table.groups) for c in columns]) * weight,
        weight=weight,
    )


def _centred(values: np.ndarray, weight: np.ndarray, groups: np.ndarray) -> np.ndarray:
    centred = values.astype(np.longdouble)
    for group in np.unique(groups):
        inside = groups == group
        w = weight[inside].astype(np.longdouble) ** 2
        centred[inside] -= (w * centred[inside]).sum() / w.sum()
    return centred.astype(float)


@dataclass(frozen=True, kw_only=True)
class Screen:
    """A quick test whether one term explains another loss at the same probes.

    `nll` is centred and of length 1; `units` are the terms, centred, without their part along N, of length 1.
    """

    panel: Panel
    points: list[Point]
    nll: np.ndarray
    units: np.ndarray

    @classmethod
    def of(cls, panel: Panel) -> "Screen | None":
        """Return the test at the nearer probes of the reference setting; None where there are too few."""
        points = [p for p in panel.reference if p.excess <= 9.0]
        points = points[:: max(1, len(points) // SCREENED)][:SCREENED]
        if len(points) < 12 or panel.scene.likelihood.is_large:
            return None
        dictionary = Dictionary.at(panel, points)
        if not dictionary.columns:
            return None
        base = _orthonormal([_about_mean(np.array([p.nll for p in points]))])
        units = np.array([_about_mean(c.values) for c in dictionary.columns])
        units /= np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-300)
        for _ in range(2):
            units = units - (units @ base.T) @ base
        sizes = np.linalg.norm(units, axis=1)
        kept = sizes > 1e-9
        return cls(panel=panel, points=points, nll=base[0], units=units[kept] / sizes[kept, None])

    def admits(self, bound: BoundLoss) -> bool:
        """Return whether N and one term leave next to nothing of the loss."""
        loss = np.empty(len(self.points))
        for i, point in enumerate(self.points):
            loss[i] = bound(self.panel.scene.prober.values(point)).total
            if not np.isfinite(loss[i]):
                return False
        loss = _about_mean(loss)
        size = float(np.linalg.norm(loss))
        if not size > 0 or not len(self.units):
            return False
        for _ in range(2):
            loss = loss - (self.nll @ loss) * self.nll
        residuals = np.linalg.norm(loss - self.units * (self.units @ loss)[:, None], axis=1)
        bar = NEGLIGIBLE_LOW if self.panel.scene.is_low_precision else 1e-6
        return bool(np.any(residuals < bar * size))


def _about_mean(values: np.ndarray) -> np.ndarray:
    return values - values.mean()


# -- the search ---------------------------------------------------------------------------------------------


def _explained(
    panel: Panel, scene: Scene, problem: _Problem, count: int, follows: bool
) -> Iterator[Explanation]:
    bar = NEGLIGIBLE_LOW if scene.is_low_precision else NEGLIGIBLE
    size = float(np.linalg.norm(problem.loss))
    candidates = sorted(_candidates(problem, count, panel), key=lambda found: found[0])
    promising = [chosen for residual, chosen in candidates if residual < bar * size][: 4 * MOST_JUDGED]
    promising.sort(key=lambda chosen: sum(not problem.columns[j].is_part for j in chosen))
    judged = [_judged(panel, scene, problem, chosen, follows) for chosen in promising[:MOST_JUDGED]]
    yield from sorted((e for e in judged if e is not None and e.cost < DEAR), key=lambda e: e.cost)


def _candidates(problem: _Problem, count: int, panel: Panel) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield the residual and the columns of fits of L by N and `count` columns."""
    parts = [j for j, column in enumerate(problem.columns) if column.is_part]
    base = _orthonormal([problem.nll])
    if count == 1:
        yield from _last(problem, base, ())
        yield from _grouped(problem)
        return
    firsts = range(len(problem.columns)) if count == 2 else parts
    for i in firsts:
        if not panel.has_time:
            return
        first = _orthonormal([problem.nll, problem.matrix[i]])
        if len(first) < 2:
            continue
        if count == 2:
            yield from _last(problem, first, (i,))
            continue
        for j in parts:
            if j > i:
                second = _orthonormal([problem.nll, problem.matrix[i], problem.matrix[j]])
                if len(second) == 3:
                    yield from _last(problem, second, (i, j))


def _grouped(problem: _Problem) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield fits by the parts of N that rows with each value of some data add, all but the first of them."""
    names = dict.fromkeys(c.group for c in problem.columns if c.group)
    for name in names:
        members = tuple(j for j, c in enumerate(problem.columns) if c.group == name)[1:]
        basis = _orthonormal([problem.nll, *(problem.matrix[j] for j in members)])
        if len(members) > 1 and len(basis) == len(members) + 1:
            rest = problem.loss
            for _ in range(2):
                rest = rest - (basis @ rest) @ basis
            yield float(np.linalg.norm(rest)), members


def _orthonormal(vectors: Sequence[np.ndarray]) -> np.ndarray:
    """Return an orthonormal basis, shape (n_vectors, n_probes); fewer vectors where some depend on others."""
    basis = np.zeros((0, len(vectors[0])))
    for vector in vectors:
        rest = vector / max(float(np.linalg.norm(vector)), 1e-300)
        for _ in range(2):
            rest = rest - (basis @ rest) @ basis
        size = float(np.linalg.norm(rest))
        if size > 1e-9:
            basis = np.vstack([basis, rest / size])
    return basis


def _last(
    problem: _Problem, basis: np.ndarray, chosen: tuple[int, ...]
) -> Iterator[tuple[float, tuple[int, ...]]]:
    """Yield fits with each further column, all at once."""
    usable, residuals = _left(problem.loss, basis, problem.matrix)
    first = chosen[-1] if chosen else -1
    for j in np.flatnonzero(usable & (residuals < 1e-3 * np.linalg.norm(problem.loss))):
        if int(j) not in chosen and (int(j) > first or not problem.columns[j].is_part):
            yield float(residuals[j]), (*chosen, int(j))


def _left(loss: np.ndarray, basis: np.ndarray, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which columns are independent of the basis, and the norm of what basis and column leave of L."""
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    rest = matrix / np.maximum(norms, 1e-300)
    for _ in range(2):
        rest = rest - (rest @ basis.T) @ basis
        loss = loss - (basis @ loss) @ basis
    sizes = np.linalg.norm(rest, axis=1)
    rest = rest / np.maximum(sizes, 1e-300)[:, None]
    residuals = np.linalg.norm(loss - rest * (rest @ loss)[:, None], axis=1)
    return sizes > 1e-9, np.where(sizes > 1e-9, residuals, np.inf)


# -- judging and telling --------------------------------------------------------------------------------------


def _judged(
    panel: Panel, scene: Scene, problem: _Problem, chosen: tuple[int, ...], follows: bool
) -> Explanation | None:
    """Judge L less the terms against N to rounding; None if it does not hold."""
    design = np.array([problem.nll, *problem.matrix[list(chosen)]]).T
    scales = np.linalg.norm(design, axis=0)
    coefficients = np.zeros(design.shape[1])
    target = problem.loss.astype(np.longdouble)
    for _ in range(3):
        rest = target - design.astype(np.longdouble) @ coefficients.astype(np.longdouble)
        step, *_ = np.linalg.lstsq(design / scales, rest.astype(float), rcond=1e-13)
        coefficients = coefficients + step / scales
    a, betas = float(coefficients[0]), coefficients[1:]
    errors = _errors(problem, chosen)
    grouped = len(chosen) > 1 and len({problem.columns[j].group for j in chosen}) == 1
    if not grouped and not all(abs(b) > 100 * error for b, error in zip(betas, errors[1:], strict=True)):
        # terms that nearly cancel are told by what people do to them: leave them all out
        if not all(problem.columns[j].is_part for j in chosen):
            return None
        left = problem.nll - problem.matrix[list(chosen)].sum(axis=0)
        a = float(left @ problem.loss) / max(float(left @ left), 1e-300)
        betas, errors = np.full(len(chosen), -a), np.zeros(len(chosen) + 1)
    repaired = _repaired(panel, scene, problem, chosen, betas)
    if abs(a) <= max(30 * errors[0], 1e-9 * float(np.max(np.abs(betas)))):
        return _only(problem, chosen, betas, panel, scene)
    if repaired is None:
        return None
    simple = _simplified(a, betas, panel.n)
    if simple is not None:  # ill-conditioned fits leave fewer digits than the simple numbers behind them have
        again = _repaired(panel, scene, problem, chosen, simple)
        if again is not None:
            betas, repaired = simple, again
            errors = np.maximum(errors, LOOSE * np.abs(coefficients) / 30)
    return _told(panel, problem, chosen, a, betas, errors, repaired, follows)


def _simplified(a: float, betas: np.ndarray, n: int) -> np.ndarray | None:
    """Return the coefficients as the simple numbers that they are next to; None where one is next to none."""
    numbers = [near(float(beta) / a, n, LOOSE) for beta in betas]
    return None if any(number is None for number in numbers) else a * np.array(numbers)


def _errors(problem: _Problem, chosen: tuple[int, ...]) -> np.ndarray:
    """Return the rounding error of a and of each coefficient."""
    floor = problem.table.floor(1.0)
    design = (
        np.array([problem.nll, *problem.matrix[list(chosen)]]).T / problem.weight[:, None] / floor[:, None]
    )
    scales = np.linalg.norm(design, axis=0)
    covariance = np.linalg.pinv((design / scales).T @ (design / scales), rcond=1e-14)
    return np.sqrt(np.abs(np.diag(covariance))) / scales


def _repaired(
    panel: Panel, scene: Scene, problem: _Problem, chosen: tuple[int, ...], betas: np.ndarray
) -> Comparison | None:
    terms_ = [problem.columns[j] for j in chosen]
    added = sum(beta * column.values for beta, column in zip(betas, terms_, strict=True))
    size = sum(abs(beta) * column.sizes for beta, column in zip(betas, terms_, strict=True))
    table = replace(
        problem.table, loss=problem.table.loss - added, loss_floor=problem.table.loss_floor + 8 * EPS * size
    )
    return panel.affine(scene, table, len(table.loss))


def _only(
    problem: _Problem, chosen: tuple[int, ...], betas: np.ndarray, panel: Panel, scene: Scene
) -> Explanation | None:
    """Nothing of N is left but one term."""
    column = problem.columns[chosen[0]]
    if len(chosen) > 1 or column.kind not in ("piece", "whole", "rows", "weights"):
        return None
    table = replace(problem.table, nll=column.values, nll_floor=8 * EPS * column.sizes)
    judged = panel.affine(scene, table, len(table.loss))
    if judged is None:
        return None
    beta = float(betas[0])
    number = named(abs(beta), panel.n) or f"{abs(beta):.6g}"
    times = "" if number == "1" else f", × {number}"
    if column.kind == "weights":
        return _only_weights(column, beta, judged)
    rows = column.kind == "rows"
    which = f"the rows with {column.name}" if "=" in column.name else column.name
    return Explanation(
        code="row-subset" if rows else "missing-term",
        cost=1.02 if rows else 1.2,
        change="",
        reading=(
            f"It is the NLL of {which}{times}; the others are left out."
            if rows
            else f"Of the NLL only the term {column.name} is left{times}; what else depends on the parameters is missing."
        ),
        advice="Sum over all rows."
        if rows
        else "Add the other terms of the NLL: they are no constants, they move with the parameters.",
        key="terms",
        also=("sign-flipped",) if beta < 0 else (),
        numbers={"terms": [column.name], "coefficients": [beta]},
    )


def _only_weights(column: Column, beta: float, judged: Comparison) -> Explanation:
    return Explanation(
        code="weighted-rows",
        cost=1.05,
        change=f"with rows weighted by {column.name}",
        advice="Drop the weights, or weigh the rows of the model too (weights=).",
        repaired=judged,
        key="rows",
        also=("sign-flipped",) if beta < 0 else (),
        numbers={"by": column.name},
    )


def _told(
    panel: Panel,
    problem: _Problem,
    chosen: tuple[int, ...],
    a: float,
    betas: np.ndarray,
    errors: np.ndarray,
    repaired: Comparison,
    follows: bool,
) -> Explanation:
    readings = [
        Reading.of(
            problem.columns[j],
            float(beta) / a,
            float(error + abs(beta / a) * errors[0]) / abs(a),
            panel.n,
            joint=panel.scene.likelihood.is_posterior,
        )
        for j, beta, error in zip(chosen, betas, errors[1:], strict=True)
    ]
    readings.sort(key=lambda reading: reading.cost)
    codes = list(dict.fromkeys(reading.code for reading in readings))
    unnamed = sum(reading.coefficient is None for reading in readings)
    cost = sum(reading.cost for reading in readings)
    together = {problem.columns[j].group for j in chosen}
    if len(chosen) > 1 and len(together) == 1 and "" not in together:  # weights of one kind are one mistake
        cost, unnamed = readings[-1].cost + 0.05 * len(chosen), 0
        readings = [reading for reading in readings if abs(reading.value) > LOOSE] or readings
    elif codes == ["missing-term"] and all(problem.columns[j].normalises for j in chosen):
        cost = readings[-1].cost + 0.25 * (
            len(chosen) - 1
        )  # so are parts of the normaliser taken for constants
    scale = named(abs(a), panel.n, errors[0])
    if not panel.scene.prober.parts.nuisances:  # else the scale is whatever the nuisances make of it
        cost += _scale_cost(a, errors[0], scale)
    turned = a < 0 and scale is None
    cost += 1.5 if unnamed + turned > 1 else 0.0  # numbers without a meaning can be fitted to much
    cost += 0.11 if {"missing-term", "extra-term"} <= set(codes) else 0.0
    return Explanation(
        code=codes[0],
        cost=cost,
        change="but for " + _listed([reading.text for reading in readings]),
        reading=" ".join(dict.fromkeys(reading.meaning for reading in readings if reading.meaning)),
        advice=" ".join(dict.fromkeys(reading.advice for reading in readings)) + _to_scale(a, scale),
        repaired=repaired,
        follows=follows,
        key="rows" if set(codes) <= {"row-subset", "weighted-rows"} else "terms",
        also=tuple(codes[1:]),
        numbers={
            "terms": [reading.column.name for reading in readings],
            "coefficients": [reading.value for reading in readings],
        },
    )


def _listed(texts: Sequence[str]) -> str:
    """Join what is said of each term; the same said twice is said once."""
    once = [text if texts.count(text) == 1 else _counted(text, texts.count(text)) for text in texts]
    once = list(dict.fromkeys(once))
    return once[0] if len(once) == 1 else f"{', '.join(once[:-1])} and {once[-1]}"


def _counted(text: str, count: int) -> str:
    """Say of terms that have no name of their own how many they are: "2 terms of −log p(y), which are missing"."""
    words = {2: "two", 3: "three"}
    many = re.sub(r"^a (term|part) of", rf"{words.get(count, str(count))} \1s of", text)
    return many.replace("which is", "which are").replace("which has", "which have")


def _to_scale(a: float, number: str | None) -> str:
    """Say by what to multiply the terms in the advice, where the loss is not on the scale of N."""
    return "" if number == "1" else f" (In the loss: times {number or f'{abs(a):.6g}'}.)"


def _scale_cost(a: float, error: float, number: str | None) -> float:
    if abs(abs(a) - 1) <= max(1e-9, 30 * error):
        return 0.0
    return 0.1 if number is not None else 0.3
