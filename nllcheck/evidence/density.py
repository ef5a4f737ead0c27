"""The scale a and the base measure under which exp(−l/a) of one observation comes closest to a density."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
from scipy import optimize, special

from nllcheck.evidence.integration import Function, Support, locate, place
from nllcheck.evidence.row_loss import RowLoss
from nllcheck.evidence.row_tables import Sums, Withheld, sums_of
from nllcheck.likelihood.one_row import OneRow
from nllcheck.probes import Point
from nllcheck.scene import Scene

__all__ = ["CONSTANT", "REAL_LINE", "SCALES", "Best", "best_density", "is_endless"]

CONSTANT = 1e-5  # spread of log Z that is none: densities were seen at 1e-8 and below
EXACT = 1e-7  # the same with a factor that takes its tails from the model, and so hides those of the loss
SCALES = np.geomspace(1e-2, 1e2, 41)  # of the standard deviation of one row's loss, where a is searched for
FACTORIAL, FACTOR, REAL_LINE = "1/y!", "a factor of the data", "all real numbers"
LINE_STEP = 0.04  # of the double-exponential rule over the real line


@dataclass(frozen=True, kw_only=True)
class Best:
    """The scale and base measure under which log Z of one row moves least."""

    sums: Sums
    scale: float
    measure: str = ""
    log_measure: np.ndarray | float = 0.0

    @cached_property
    def spread(self) -> float:
        """By how much log Z moves."""
        return self.sums.spread(self.scale, self.log_measure)

    @cached_property
    def error(self) -> float:
        """How inaccurate log Z may be."""
        return self.sums.error(self.scale, self.log_measure)

    @property
    def is_density(self) -> bool:
        """Whether log Z is the same at all parameters."""
        constant = EXACT if self.measure == FACTOR else CONSTANT
        return self.spread <= constant and self.error <= CONSTANT * min(1.0, self.sums.size / self.scale)


def best_density(scene: Scene, loss: RowLoss, model: OneRow, sums: Sums) -> Best:
    """Return the best scale and base measure; the first that makes a density, else the best with none."""
    bests: list[Best] = []
    for measured, measure, log_measure in _measures(scene, loss, model, sums):
        bests.append(_best_scale(measured, loss, measure, log_measure))
        if bests[-1].is_density:
            return bests[-1]
    for best in bests:
        if best.measure == FACTORIAL and not np.isfinite(sums.log_z(1.0, best.log_measure)).all():
            raise Withheld("the sum over counts goes on beyond the values that were tried")
    plain = bests[0]
    if np.isfinite(plain.spread) or is_endless(sums):
        return plain
    return min(bests, key=lambda best: best.spread)


def is_endless(sums: Sums) -> bool:
    """Return whether the integral over a continuous y is infinite at all parameters, however small the scale."""
    if sums.tables[0].nodes.is_sum:
        return False
    return bool(np.all(sums.log_z(float(SCALES[0]) * sums.size) == np.inf))


def _measures(
    scene: Scene, loss: RowLoss, model: OneRow, sums: Sums
) -> Iterator[tuple[Sums, str, np.ndarray | float]]:
    """Yield base measures, in words and as logarithms: what a loss may leave out, being free of parameters."""
    yield sums, "", 0.0
    first = sums.tables[0]
    if first.nodes.is_sum:
        yield from _count_measures(sums)
    elif first.support is not None and np.isfinite(first.support.lower):
        yield from _bounded_measures(sums, first.support)
    here, nll = _at(scene, loss, model, sums, first.point)
    with np.errstate(invalid="ignore"):
        yield replace(sums, loss=sums.loss - here), FACTOR, -nll
    if first.support is not None and not first.support.is_real_line:
        # a normal density for positive y is one over all real numbers
        yield _over_real_line(loss, sums), REAL_LINE, 0.0


def _count_measures(sums: Sums) -> Iterator[tuple[Sums, str, np.ndarray | float]]:
    y = _values(sums)
    yield sums, FACTORIAL, -special.gammaln(y + 1)
    if not any(table.nodes.edge[-1] for table in sums.tables):
        top = np.array([[float(table.nodes.y[-1])] for table in sums.tables])
        yield sums, "the binomial coefficient", -special.betaln(y + 1, top - y + 1)


def _bounded_measures(sums: Sums, support: Support) -> Iterator[tuple[Sums, str, np.ndarray | float]]:
    distance = np.log(_values(sums) - support.lower)
    name = "y" if support.lower == 0 else f"(y − {support.lower:g})"
    for power, words in ((1.0, ""), (1.5, "^(3/2)"), (2.0, "²"), (0.5, "^(1/2)")):
        yield sums, f"1/{name}{words}", -power * distance
    if np.isfinite(support.upper):
        yield sums, f"1/({name}({support.upper:g} − y))", -distance - np.log(support.upper - _values(sums))


def _values(sums: Sums) -> np.ndarray:
    """Return y at all nodes, padded as the other arrays are."""
    longest = sums.loss.shape[1]
    padded = [np.pad(t.nodes.y, (0, longest - len(t.nodes.y)), mode="edge") for t in sums.tables]
    return np.array(padded, dtype=float)


def _at(
    scene: Scene, loss: RowLoss, model: OneRow, sums: Sums, point: Point
) -> tuple[np.ndarray, np.ndarray]:
    """Return the loss and N at the parameters of `point`, on the nodes of every table."""
    row, data = sums.tables[0].row, scene.prober.settings[point.setting].data
    y = _values(sums)
    # a sum has the same values at all parameters, as many as the longest
    distinct, where = np.unique(y, return_inverse=True)
    distinct = distinct.astype(model.dtype)
    where = where.reshape(y.shape)
    return loss(point, row, distinct)[where], model(point.x, data, row, distinct)[where]


def _over_real_line(loss: RowLoss, sums: Sums) -> Sums:
    line, tables = Support(), []
    for table in sums.tables:
        row_of = partial(loss, table.point, table.row)
        start = float(table.nodes.y[np.argmax(table.nodes.log_weight - table.nll)])
        mode, width = locate(_scaled(row_of, sums.size), start, max(abs(start), 1e-3), rounds=4)
        nodes = place(line, [mode], width, LINE_STEP)
        values = row_of(nodes.y)
        if np.isnan(values).any():
            return replace(sums, loss=np.full(sums.loss.shape, np.nan))
        tables.append(
            replace(table, nodes=nodes, loss=values, nll=np.full(len(values), np.inf), support=line)
        )
    return sums_of(tuple(tables), sums.prior, sums.size)


def _scaled(function: Function, unit: float) -> Function:
    return lambda y: function(y) / unit


def _best_scale(sums: Sums, loss: RowLoss, measure: str, log_measure: np.ndarray | float) -> Best:
    """Search a > 0 for the scale at which log Z moves least; the first that makes a density is taken."""

    def at(scale: float) -> Best:
        return Best(sums=sums, scale=scale, measure=measure, log_measure=log_measure)

    if loss.prior_scale is not None:
        return at(loss.prior_scale)
    # 1 first: for a loss of a location alone every a will do
    tried = []
    for scale in (1.0, 2.0, 0.5, *(sums.size * SCALES[np.argsort(np.abs(np.log(SCALES)))])):
        tried.append(at(float(scale)))
        if tried[-1].is_density:
            return tried[-1]
    best = min(tried, key=lambda one: one.spread)
    if not np.isfinite(best.spread):
        return best
    ratio = np.log(SCALES[1] / SCALES[0])
    found = optimize.minimize_scalar(
        lambda log_scale: sums.spread(float(np.exp(log_scale)), log_measure),
        bounds=(np.log(best.scale) - ratio, np.log(best.scale) + ratio),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return at(float(np.exp(found.x))) if found.fun < best.spread else best
