"""The loss and N of one observation at the nodes of an integral over its value."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from nllcheck.evidence.integration import (
    MOST_COUNTS,
    TAIL,
    Function,
    Nodes,
    Support,
    count_values,
    find_support,
    locate,
    place,
)
from nllcheck.evidence.row_loss import RowLoss
from nllcheck.likelihood.one_row import OneRow
from nllcheck.probes import Point
from nllcheck.scene import Scene

__all__ = ["Sums", "Table", "Unsuited", "Withheld", "deviation", "sums_of", "tabulate"]

STEP = 0.08  # of the double-exponential rule; halved up to HALVINGS times
HALVINGS = 2
CONVERGED = (
    3e-6  # change of log Z on the last halving, below which the step is small enough: the next is 1e-10
)
LOST, ENDLESS = 1e-7, 1e-3  # shares of the outermost nodes: not all of the integral, and no end of it
QUANTILES = np.linspace(0.04, 0.96, 12)


class Withheld(ValueError):
    """No verdict is possible; says why."""


class Unsuited(ValueError):
    """The question makes no sense here; says why."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """One row at one probe: the loss and N at the nodes."""

    point: Point
    row: int
    nodes: Nodes
    loss: np.ndarray
    nll: np.ndarray
    support: Support | None = None


@dataclass(frozen=True, kw_only=True)
class Sums:
    """Judges log Z of one row over its tables, all arrays padded to shape (n_points, n_nodes)."""

    tables: tuple[Table, ...]
    loss: np.ndarray
    log_weight: np.ndarray
    coarse: np.ndarray
    edge: np.ndarray
    prior: np.ndarray
    size: float

    def terms(self, scale: float, log_measure: np.ndarray | float) -> np.ndarray:
        """Return log of the terms of Z."""
        with np.errstate(all="ignore"):
            terms = self.log_weight + log_measure - self.loss / scale
        return np.where(np.isnan(terms), -np.inf, terms)

    def log_z(self, scale: float, log_measure: np.ndarray | float = 0.0) -> np.ndarray:
        """Return log Z, shape (n_points,), what the prior contributes taken out.

        inf where the integral has no end, nan where some of it lies beyond the nodes.
        """
        terms = self.terms(scale, log_measure)
        with np.errstate(all="ignore"):
            highest, shares = _shares(terms)
            total = shares.sum(axis=1)
            log_z = highest + np.log(total)
            outermost = np.log(np.where(self.edge, shares, 0.0).sum(axis=1) / total)
            rising = (self.edge[:, 1:] & self.edge[:, :-1] & (terms[:, 1:] > terms[:, :-1])).any(axis=1)
        log_z = np.where((outermost > np.log(ENDLESS)) | rising, np.inf, log_z)
        log_z = np.where((outermost > np.log(LOST)) & np.isfinite(log_z), np.nan, log_z)
        return np.asarray(log_z + self.prior)

    def error(self, scale: float, log_measure: np.ndarray | float = 0.0) -> float:
        """Return by how much log Z changes with every other node left out."""
        terms = self.terms(scale, log_measure)
        doubled = np.log(2.0) * (not self.tables[0].nodes.is_sum)
        with np.errstate(all="ignore"):
            _, shares = _shares(terms)
            half = np.where(self.coarse, shares, 0.0).sum(axis=1)
            gaps = np.abs(doubled + np.log(half / shares.sum(axis=1)))
        return float(np.max(gaps)) if np.isfinite(gaps).all() else np.inf

    def spread(self, scale: float, log_measure: np.ndarray | float = 0.0) -> float:
        """Return the range of log Z over the parameters; inf where any is not finite.

        A large scale makes every loss look flat: beyond that of the loss itself its range is taken relative
        to what is left of it.
        """
        log_z = self.log_z(scale, log_measure)
        if not np.isfinite(log_z).all():
            return np.inf
        return float(np.ptp(log_z)) * max(1.0, scale / self.size)


def _shares(terms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest of each row's terms, shape (n_points,), and all relative to it, no longer logarithms."""
    highest = np.max(terms, axis=1)
    highest = np.where(np.isfinite(highest), highest, 0.0)
    return highest, np.exp(terms - highest[:, None])


def tabulate(scene: Scene, model: OneRow, loss: RowLoss, point: Point, row: int) -> Table:
    """Return the loss and N of `row` at the parameters of `point`.

    Raises
    ------
    Unsuited
        The observed value may be a negative integer.
    Withheld
        No nodes are found on which both sides can be judged.
    """
    data = scene.prober.settings[point.setting].data

    def nll(y: np.ndarray) -> np.ndarray:
        return model(point.x, data, row, y)

    def row_of(y: np.ndarray) -> np.ndarray:
        return loss(point, row, y)

    if model.dtype.kind in "iub":
        return _count_table(point, row, nll, row_of)
    return _density_table(scene, loss, point, row, nll, row_of)


def _count_table(point: Point, row: int, nll: Function, row_of: Function) -> Table:
    if np.isfinite(nll(np.array([-2, -1]))).any():
        raise Unsuited("the observed integers may be negative")

    def relative(y: np.ndarray) -> np.ndarray:
        """Return the loss in units of its own spread, so that its sum ends as that of a likelihood does."""
        values = row_of(y)
        return np.asarray(values / max(deviation(values, -nll(y)), 1e-300))

    def without_factorials(y: np.ndarray) -> np.ndarray:
        """Return the terms of a loss that leaves out log y!, as many of counts do."""
        return np.asarray(row_of(y) + special.gammaln(y + 1.0))

    nodes = count_values(nll, [relative, without_factorials])
    if nodes is None:
        raise Withheld(f"the sum over counts has not ended after {MOST_COUNTS} terms")
    return Table(point=point, row=row, nodes=nodes, loss=row_of(nodes.y), nll=nll(nodes.y))


def _density_table(
    scene: Scene, loss: RowLoss, point: Point, row: int, nll: Function, row_of: Function
) -> Table:
    data = scene.prober.settings[point.setting].data[loss.name]
    inside, scale = float(data[row]), float(np.std(data)) or max(1.0, abs(float(data[row])))
    if not np.isfinite(nll(np.array([inside])))[0]:
        raise Withheld("the model gives an observation no probability")
    support = find_support(nll, inside, scale)
    start = float(support.coordinate(inside))
    width = scale if support.is_real_line else 1.0

    def height(function: Function, unit: float = 1.0) -> Function:
        def inside_only(u: np.ndarray) -> np.ndarray:
            y = support.value(u)
            return np.where(support.contains(y), function(y) / unit - support.log_slope(u), np.inf)

        return inside_only

    mode, width = locate(height(nll), start, width)
    nodes = place(support, [mode], width, STEP)
    if not len(nodes.y):
        raise Withheld("no nodes could be placed over the model's own distribution")
    table = _filled(None, _quantiles(nodes, nll(nodes.y)), support, nll, row_of, point, row)
    unit = deviation(table.loss, table.nodes.log_weight - table.nll)
    if not unit > 0:
        raise Withheld("the loss of a single row is not finite, or does not depend on y")
    other, other_width = locate(height(row_of, unit), mode, width, rounds=3)
    other = _kink(row_of, support, other, loss.named(point, row))
    width = float(np.sqrt(width * np.clip(other_width, width / 1e4, 1e4 * width)))
    for halving in range(HALVINGS + 1):
        nodes = place(support, [mode, other], width, STEP / 2**halving)
        table = _filled(table if halving else None, nodes, support, nll, row_of, point, row)
        alone = sums_of((table,), np.zeros(1), unit)
        errors = (alone.error(unit), alone.error(1.0), _model_error(table))
        if max(errors) <= CONVERGED:
            break
    return table


def _kink(row_of: Function, support: Support, mode: float, named: np.ndarray) -> float:
    """Return the place of an argument instead of `mode`, where the loss is no larger there: it may have a kink."""
    inside = named[support.contains(named)]
    if not len(inside):
        return mode
    losses = row_of(np.append(inside, support.value(np.array(mode))))
    best = int(np.argmin(np.where(np.isnan(losses), np.inf, losses)[:-1]))
    return float(support.coordinate(inside[best])) if losses[best] <= losses[-1] else mode


def _filled(
    coarser: Table | None,
    nodes: Nodes,
    support: Support,
    nll: Function,
    row_of: Function,
    point: Point,
    row: int,
) -> Table:
    """Return the table at `nodes`; a coarser one has every other of them, and its losses are kept."""
    if coarser is None:
        losses = row_of(nodes.y)
    else:
        order = np.argsort(coarser.nodes.y)
        places = coarser.nodes.y[order]
        at = np.minimum(np.searchsorted(places, nodes.y), len(places) - 1)
        losses = coarser.loss[order][at]
        fresh = places[at] != nodes.y
        losses[fresh] = row_of(nodes.y[fresh])
    return Table(point=point, row=row, nodes=nodes, loss=losses, nll=nll(nodes.y), support=support)


def _quantiles(nodes: Nodes, nll: np.ndarray) -> Nodes:
    """Return a few nodes that are spread over the model's distribution, with equal weights."""
    order = np.argsort(nodes.y)
    mass = np.cumsum(np.exp((nodes.log_weight - nll)[order]))
    picked = order[np.minimum(np.searchsorted(mass, QUANTILES * mass[-1]), len(order) - 1)]
    return Nodes(
        y=nodes.y[picked],
        log_weight=nll[picked],
        coarse=nodes.coarse[picked],
        edge=nodes.edge[picked],
    )


def deviation(values: np.ndarray, log_weight: np.ndarray) -> float:
    """Return the weighted standard deviation of the values that are finite; 0 where there are none."""
    kept = np.isfinite(values) & (log_weight > -TAIL)
    if not kept.any():
        return 0.0
    weight = special.softmax(log_weight[kept])
    return float(np.sqrt(weight @ (values[kept] - weight @ values[kept]) ** 2))


def _model_error(table: Table) -> float:
    model = replace(table, loss=table.nll)
    return sums_of((model,), np.zeros(1), 1.0).error(1.0)


def sums_of(tables: tuple[Table, ...], prior: np.ndarray, size: float) -> Sums:
    """Return the tables of one row side by side."""
    longest = max(len(table.loss) for table in tables)

    def padded(arrays: list[np.ndarray], fill: float) -> np.ndarray:
        return np.array([np.pad(a, (0, longest - len(a)), constant_values=fill) for a in arrays])

    return Sums(
        tables=tables,
        loss=padded([table.loss for table in tables], 0.0),
        log_weight=padded([table.nodes.log_weight for table in tables], -np.inf),
        coarse=padded([table.nodes.coarse for table in tables], False),
        edge=padded([table.nodes.edge for table in tables], False),
        prior=prior,
        size=size,
    )
