"""Is exp(−L/a) a density of y up to a factor free of the parameters, for some a > 0? One observation at a time."""

from functools import partial
from typing import Any

import numpy as np
from scipy import special

from nllcheck.deadline import Deadline
from nllcheck.errors import UnsupportedModel
from nllcheck.evidence.density import CONSTANT, REAL_LINE, Best, best_density, is_endless
from nllcheck.evidence.proper_score import proper_score
from nllcheck.evidence.row_loss import CannotCut, RowLoss, row_loss
from nllcheck.evidence.row_tables import Sums, Table, Unsuited, Withheld, deviation, sums_of, tabulate
from nllcheck.evidence.values import Comparison
from nllcheck.likelihood.one_row import OneRow, one_row
from nllcheck.probes import Point
from nllcheck.relation import Relation
from nllcheck.result import Evidence, Finding, Severity, Status
from nllcheck.scene import Scene

__all__ = ["check_normalization"]

ROWS = (6, 4)  # parameter values at which the first row is asked, and the second
FEWEST = 4  # parameter values below which nothing is decided
ENOUGH = 5  # of the first row, after which it is asked: where log Z moves, it can only move more over others
ACCURATE = 1e-6  # |log Z| of the model's own density, beyond which the nodes are not trusted
MOVING = 1e-3  # spread of log Z that is one: losses that are no densities were seen at 0.03 and more


def check_normalization(
    scene: Scene, comparison: Comparison, budget: float = 0.5
) -> tuple[Evidence, list[Finding]]:
    """Ask whether exp(−L/a) is a density of y, up to a factor free of the parameters.

    Parameters
    ----------
    scene : Scene
    comparison : Comparison
        What the values say; where they are affine the answer follows and nothing is computed.
    budget : float
        Seconds.

    Returns
    -------
    Evidence
    list of Finding
        ``not-a-density`` (error), ``proper-score`` (note).
    """
    deadline = Deadline(budget)
    follows = _follows(scene, comparison)
    if follows is not None:
        return follows, []
    try:
        return _decide(scene, deadline)
    except (Unsuited, CannotCut, UnsupportedModel) as error:
        return _evidence(Status.NOT_APPLICABLE, str(error)), []
    except Withheld as error:
        return _evidence(Status.UNDECIDED, str(error)), []


def _evidence(status: Status, summary: str, **numbers: object) -> Evidence:
    return Evidence(question="normalization", status=status, summary=summary, numbers=numbers)


def _follows(scene: Scene, comparison: Comparison) -> Evidence | None:
    """Answer what needs no integral."""
    if comparison.relation is None:
        return _evidence(Status.NOT_APPLICABLE, "the values could not be compared")
    if comparison.relation.implies(Relation.AFFINE) and not comparison.profiled:
        return _evidence(
            Status.AGREES,
            "follows from the values: exp(−L/a) is the declared density up to a factor free of the parameters",
        )
    if comparison.flipped:
        return _evidence(Status.NOT_APPLICABLE, "the sign of the loss is flipped")
    if comparison.is_flat or not scene.prober.parts.of_loss:
        return _evidence(Status.NOT_APPLICABLE, "the loss depends on no parameter")
    return None


def _decide(scene: Scene, deadline: Deadline) -> tuple[Evidence, list[Finding]]:
    name = _observed(scene)
    points, rows = _points(scene), _rows(scene, name)
    if len(points) < FEWEST:
        raise Withheld(f"only {len(points)} probes are finite on both sides")
    loss = row_loss(scene, name, points, rows)
    model = one_row(scene.likelihood, name)  # compiled only now: many losses are not cut into rows
    sums, moving = _tabulate(scene, model, loss, points, rows, deadline)
    tables = [table for one in sums for table in one.tables]
    again = partial(tabulate, scene, model, loss, points[0])
    score = proper_score(scene, loss, model, tables, again, deadline)
    try:
        bests = [moving] if moving else [best_density(scene, loss, model, one) for one in sums]
        evidence, findings = _judge(scene, loss, bests)
    except Withheld as error:
        evidence, findings = _evidence(Status.UNDECIDED, str(error)), []
    return evidence, [*findings, *score]


# -- what can be asked ----------------------------------------------------------------------------------


def _observed(scene: Scene) -> str:
    """Return the observed vector that the loss reads, if there is one and it can be cut into rows."""
    likelihood = scene.likelihood
    if likelihood.is_large:
        raise Unsuited("the data are large")
    if likelihood.data.masks:
        raise Unsuited("some data are missing")
    aliases = likelihood.data.aliases
    read = {aliases.get(name, name) for name in scene.loss.reads} & set(likelihood.observed)
    if not read:
        raise Unsuited("the loss does not take the observed data")
    if len(read) > 1:
        raise Unsuited(f"the loss takes more than one observed variable ({', '.join(sorted(read))})")
    name = read.pop()
    if likelihood.data.values[name].ndim != 1:
        raise Unsuited("a row has more than one observed value")
    return name


def _points(scene: Scene) -> list[Point]:
    """Return probes near and far for every value of the nuisances, the given data alone."""
    settings = [i for i, s in enumerate(scene.prober.settings) if s.data_name == "given"]
    finite = [
        [
            point
            for point in scene.prober.points
            if point.setting == setting and np.isfinite(scene.sample(point).loss) and point.excess < 15
        ]
        for setting in settings
    ]
    mixed = [_near_and_far(points) for points in finite]
    longest = max(map(len, mixed), default=0)
    return [points[k] for k in range(longest) for points in mixed if k < len(points)][: 2 * ROWS[0]]


def _near_and_far(points: list[Point]) -> list[Point]:
    """Return first some that differ much: two near the optimum, the others by how far they are."""
    near = [point for point in points if point.kind == "near"]
    far = [point for point in points if point.kind != "near"]
    return [*near[1:2], *far[::2], *near[2:3], *far[1::2]]


def _rows(scene: Scene, name: str) -> list[int]:
    n = len(scene.likelihood.data.values[name])
    return [int(row) for row in np.random.default_rng([scene.seed, 18]).permutation(n)[: len(ROWS)]]


# -- tables ---------------------------------------------------------------------------------------------


def _tabulate(
    scene: Scene, model: OneRow, loss: RowLoss, points: list[Point], rows: list[int], deadline: Deadline
) -> tuple[list[Sums], Best | None]:
    """Return the sums of each row, and the best density where a few show that there is none.

    Fewer parameter values are asked where time is short or some are too hard.
    """
    sums: list[Sums] = []
    reason = ""
    for row, count in zip(rows, ROWS, strict=False):
        tables: list[Table] = []
        failures = 0
        for point in points:
            if len(tables) == count or failures - len(tables) == FEWEST or deadline.has_passed:
                break
            if not sums and len(tables) == ENOUGH and (moving := _moves(scene, model, loss, tables)):
                return [moving.sums], moving
            try:
                tables.append(_checked(tabulate(scene, model, loss, point, row)))
            except Withheld as error:
                failures, reason = failures + 1, str(error)
        if len(tables) >= FEWEST:
            sums.append(_sums(scene, loss, tables))
    if not sums:
        raise Withheld(reason or "the loss takes too long for the time allowed")
    return sums, None


def _moves(scene: Scene, model: OneRow, loss: RowLoss, tables: list[Table]) -> Best | None:
    """Return the best density over these tables if they alone show that it is none."""
    try:
        best = best_density(scene, loss, model, _sums(scene, loss, tables))
        if not is_endless(best.sums):
            _require_accuracy([best], best)
    except Withheld:
        return None
    return best


def _sums(scene: Scene, loss: RowLoss, tables: list[Table]) -> Sums:
    prior = np.zeros(len(tables))
    if scene.likelihood.is_posterior and loss.share != 1.0:
        n = len(scene.likelihood.data.values[loss.name])
        prior = np.array([t.point.evaluated.rest / n if t.point.evaluated else 0.0 for t in tables])
    size = float(np.median([deviation(t.loss, t.nodes.log_weight - t.nll) for t in tables]))
    if not size > 0:
        raise Withheld("the loss of a single row does not depend on its observed value")
    return sums_of(tuple(tables), prior, size)


def _checked(table: Table) -> Table:
    """Return the table if the same nodes give the model's own density the integral 1, and the loss is a number."""
    with np.errstate(all="ignore"):
        log_z = float(special.logsumexp(table.nodes.log_weight - table.nll))
    if not abs(log_z) <= ACCURATE:
        raise Withheld(
            f"the model's own density of one observation comes to {np.exp(log_z):.6g} instead of 1 (an atom, an "
            "integral too hard, or constants in single precision)"
        )
    bad = np.isnan(table.loss) & (table.nodes.log_weight - table.nll > np.log(1e-9))
    if bad.any():
        raise Withheld(f"the loss of one row is not a number at y = {float(table.nodes.y[bad][0]):.6g}")
    return table


# -- the verdict ------------------------------------------------------------------------------------------


def _judge(scene: Scene, loss: RowLoss, bests: list[Best]) -> tuple[Evidence, list[Finding]]:
    worst = max(bests, key=lambda best: best.spread)
    count = sum(len(best.sums.tables) for best in bests)
    bar = max(CONSTANT, 100 * scene.relative_noise)
    if all(
        best.is_density or (scene.is_low_precision and max(best.spread, best.error) <= bar) for best in bests
    ):
        return _evidence(
            Status.AGREES,
            f"exp(−L/a) is a density of y{_except_for(worst)} for a = {worst.scale * loss.share:.4g}: "
            f"log Z moves by {worst.spread:.1g} over {count} parameter values",
            scale=worst.scale * loss.share,
            spread=worst.spread,
            error=worst.error,
        ), []
    endless = [best for best in bests if is_endless(best.sums)]
    if endless:
        finding = _endless(scene)
    else:
        _require_accuracy(bests, worst)
        finding = _moving(scene, loss, worst)
    return Evidence(
        question="normalization", status=Status.DISAGREES, summary=finding.message, numbers=finding.numbers
    ), [finding]


def _except_for(best: Best) -> str:
    if best.measure == REAL_LINE:
        return " over all real numbers, though not over those that the model allows,"
    return f" (with {best.measure}, free of the parameters)" if best.measure else ""


def _require_accuracy(bests: list[Best], worst: Best) -> None:
    """Withhold the verdict where the integrals are not good enough for it."""
    for best in bests:
        if any(np.isnan(best.sums.log_z(scale)).any() for scale in (1.0, best.sums.size)):
            raise Withheld("part of the integral over y lies beyond the places that were tried")
    if not np.isfinite(worst.spread):
        raise Withheld("the integral over y is infinite at some of the parameters")
    if not MOVING < worst.spread > 30 * worst.error:
        raise Withheld(
            f"log Z moves by {worst.spread:.1g}, with an error of {worst.error:.1g}: too little to tell"
        )


def _endless(scene: Scene) -> Finding:
    return Finding(
        code="not-a-density",
        severity=Severity.ERROR,
        message=(
            f"exp(−{scene.loss.name}/a) cannot be normalised for any a > 0: the loss of one observation grows too "
            "slowly, or stays bounded, as y moves away, so its integral over y is infinite."
        ),
        advice=(
            "No distribution has this loss as its NLL: likelihood ratios, AIC and posteriors made from it have no "
            "meaning. For heavy tails use a Student-t NLL."
        ),
        numbers={"log_z": [float("inf")]},
    )


def _moving(scene: Scene, loss: RowLoss, worst: Best) -> Finding:
    lacking = _lacking(scene, loss, worst)
    numbers = {
        "scale": worst.scale * loss.share,
        "spread": worst.spread,
        "error": worst.error,
        "log_z": worst.sums.log_z(worst.scale, worst.log_measure).tolist(),
    }
    if lacking is not None:
        return _named(scene, worst, lacking, numbers)
    log_z = worst.sums.log_z(worst.scale, worst.log_measure)
    return Finding(
        code="not-a-density",
        severity=Severity.ERROR,
        message=(
            f"exp(−{scene.loss.name}/a) is no density of y for any a > 0: its {_whole(worst)} over y depends on the "
            f"parameters. At the best a = {worst.scale * loss.share:.4g} its logarithm goes from {np.min(log_z):.5g} "
            f"to {np.max(log_z):.5g} over {_over(scene, loss, worst)}."
        ),
        advice=(
            "No distribution has this loss as its NLL: likelihood ratios, AIC and posteriors made from it have no "
            'meaning. Use the NLL, or claim relation="different" if it is meant as a score.'
        ),
        numbers=numbers,
    )


def _scalars(scene: Scene, loss: RowLoss, best: Best) -> dict[str, np.ndarray]:
    """Return what the row's loss reads of the parameters, one number a table."""
    likelihood, row = scene.likelihood, best.sums.tables[0].row
    n = len(likelihood.data.values[loss.name])
    kinds = ("free parameter", "deterministic")
    found = {}
    for name in scene.loss.reads:
        if likelihood.offers.get(name) not in kinds:
            continue
        values = [np.asarray(scene.prober.values(table.point)[name]) for table in best.sums.tables]
        if values[0].ndim == 0:
            found[name] = np.array([float(value) for value in values])
        elif values[0].shape == (n,):
            found[name] = np.array([float(value[row]) for value in values])
    return {name: values for name, values in found.items() if np.ptp(values) > 0}


def _lacking(scene: Scene, loss: RowLoss, worst: Best) -> tuple[str, str, float, float, float] | None:
    """Return the argument that log Z is linear in, or in its logarithm: name, term, slope, a and residual."""
    for scale in dict.fromkeys((1.0, worst.scale)):  # at 1 the coefficient is that of the code
        log_z = worst.sums.log_z(scale)
        if not np.isfinite(log_z).all() or not np.ptp(log_z) > MOVING:
            continue
        for name, values in _scalars(scene, loss, worst).items():
            forms = {f"log({name})": np.log(values)} if (values > 0).all() else {}
            for term, form in {**forms, name: values}.items():
                x = form - np.mean(form)
                slope = float(x @ log_z / (x @ x))
                residual = float(np.max(np.abs(log_z - np.mean(log_z) - slope * x)))
                if residual <= 1e-5 * float(np.ptp(log_z)):
                    return name, term, slope, scale, residual
    return None


def _named(
    scene: Scene, best: Best, lacking: tuple[str, str, float, float, float], numbers: dict[str, Any]
) -> Finding:
    name, term, power, scale, residual = lacking
    coefficient = power * scale
    sign, remedy = ("", "Add") if coefficient > 0 else ("−", "Subtract")
    factor = "" if abs(abs(coefficient) - 1) < 1e-6 else f"{abs(coefficient):.4g}·"
    written = term.replace("log(", "np.log(")
    return Finding(
        code="not-a-density",
        severity=Severity.ERROR,
        message=(
            f"exp(−{scene.loss.name}) is no density of y: for one observation its {_whole(best)} over y is proportional "
            f"to {_proportional(name, term, power)} (to {max(residual, 1e-16):.0e}). The loss lacks {sign}{factor}{term} "
            f"per observation; without it, {name} is estimated too {'large' if coefficient > 0 else 'small'}."
        ),
        advice=f"{remedy} {factor.replace('·', ' * ')}{written} for each observation, within the sum or mean over them.",
        numbers=numbers | {"lacks": term, "power": power, "coefficient": coefficient},
    )


def _proportional(name: str, term: str, power: float) -> str:
    if term == name:
        return f"exp({'' if abs(power - 1) < 1e-6 else f'{power:.4g}·'}{name})"
    return name if abs(power - 1) < 1e-6 else f"{name}^{power:.4g}"


def _whole(best: Best) -> str:
    return "sum" if best.sums.tables[0].nodes.is_sum else "integral"


def _over(scene: Scene, loss: RowLoss, worst: Best) -> str:
    """Return over which parameters log Z moves: the argument that it follows most closely."""
    log_z = worst.sums.log_z(worst.scale, worst.log_measure)
    scalars = _scalars(scene, loss, worst)
    if not scalars:
        return f"{len(log_z)} parameter values"

    def closeness(name: str) -> float:
        return abs(float(np.corrcoef(scalars[name], log_z)[0, 1]))

    name = max(scalars, key=closeness)
    return f"{name} = {np.min(scalars[name]):.4g} … {np.max(scalars[name]):.4g}"
