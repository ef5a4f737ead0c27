"""Candidates of the search for families: what may stand for data and parameters, a quick test, the judge."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.evidence.values import Comparison, Table
from nllcheck.families import Family
from nllcheck.families.screen import Stack, admissible, closeness, totals, typical_closeness
from nllcheck.families.unknown import PROMISING, find_unknown, short_numbers
from nllcheck.probes import Point
from nllcheck.rounding import EPS, spread

__all__ = ["Candidate", "FamilySearch", "Penalty"]

CLOSE = 1e-6  # residual relative to the range of L, of what is worth judging to rounding
CLOSE_LOW = 3e-3  # the same for losses that compute in less than double precision
EXACT = 1e-9  # the same with a penalty, whose weight is fitted
PROMISING_LINKED = 0.07  # how near the grid must come, where many candidates share the time
ROWS = "rows of the NLL"
LOOSER = 1e3  # by how much the typical probe may be farther from the loss than the farthest, relatively
PROBES = 8  # of the quick test
BORROWED = 6  # names that the loss does not take itself
LINKS: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {
    "({} ** 0.5)": np.sqrt,
    "({} ** 2)": np.square,
    "(1 / {})": np.reciprocal,
    "pm.math.exp({})": np.exp,
}


PENALTIES: Mapping[str, Callable[[np.ndarray], np.ndarray]] = {"Σ {}²": np.square, "Σ |{}|": np.abs}


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """A sum over an argument of the loss or a parameter of the model, with its weight in the loss."""

    form: str
    label: str
    weight: float = 1.0

    def of(self, value: np.ndarray) -> float:
        """Return its term of the loss."""
        return self.weight * float(np.sum(PENALTIES[self.form](value)))


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A family, with the labels of what stands for its data and parameters, and its unknown number if it has one.

    `borrowed` says whether one of them is no argument of the loss, `linked` whether one is a function of such.
    """

    family: Family
    y: str
    parameters: tuple[str, ...]
    borrowed: bool = False
    linked: bool = False
    unknown: float | None = None
    penalty: Penalty | None = None

    @property
    def sources(self) -> dict[str, str]:
        """What stands for each parameter."""
        return dict(zip(self.family.parameters, self.parameters, strict=True))


class FamilySearch:
    """Quick tests of candidates at a few probes of the reference setting, and the judge at all probes.

    Parameters
    ----------
    panel : Panel
    borrow : bool
        Whether parameters may be what the model offers and the loss does not take.
    link : bool
        Whether one parameter that stands for a scale is a function of an argument, such as its square.
    of_rows : bool
        Whether the rows of the NLL stand for the data.
    """

    def __init__(
        self, panel: Panel, *, borrow: bool = False, link: bool = False, of_rows: bool = False
    ) -> None:
        self.panel = panel
        samples = [panel.scene.sample(point) for point in panel.screened[:PROBES]]
        samples = [s for s in samples if np.isfinite(s.loss)]
        self.points = [s.point for s in samples]
        self.loss = np.array([s.loss for s in samples])
        bindings = panel.scene.loss.bindings
        self._arguments = {(b.argument if b.transform else b.reads[0]): b.argument for b in bindings}
        injected = set(panel.scene.likelihood.data.injected)
        taken = [b for b in bindings if injected & set(b.reads)]
        # a loss that closes over its data takes none
        self.data = [(b.argument if b.transform else b.reads[0]) for b in taken] or list(
            panel.scene.likelihood.observed
        )
        self.of_rows = of_rows
        if of_rows:
            self.data = [ROWS]
        self.borrowed = self._offered() if borrow and self.points else []
        self.linked = self._links() if link and self.points else {}
        values = [self.at(point) for point in self.points]
        labels = dict.fromkeys((*self._arguments, *self.borrowed, *self.linked, *self.data))
        self.stack = Stack.of({label: [v[label] for v in values] for label in labels})

    @property
    def is_possible(self) -> bool:
        """Whether there are probes enough at which the loss moves."""
        return len(self.loss) >= 5 and bool(np.ptp(self.loss) > 0) and bool(self.stack.values)

    def _offered(self) -> list[str]:
        """Return what the model offers and the loss does not read: scalars and what has the shape of y.

        Nuisances, which are held at the probes, would pass for a scale.
        """
        first, last = (self.panel.scene.prober.values(self.points[i]) for i in (0, -1))
        likelihood = self.panel.scene.likelihood
        taken = {*self.panel.scene.loss.reads, *likelihood.data.injected}
        shapes = {first[name].shape for name in self.data if name in first} | {()}
        moved = [
            name
            for name, kind in likelihood.offers.items()
            if name not in taken and (kind == "data" or not np.array_equal(first[name], last[name]))
        ]
        return [name for name in moved if np.shape(first[name]) in shapes][:BORROWED]

    def at(self, point: Point) -> dict[str, np.ndarray]:
        """Return everything by label at a probe, what the loss gets before what the model offers."""
        values = {name: np.asarray(v) for name, v in self.panel.scene.prober.values(point).items()}
        injected = self.panel.scene.loss.arguments(values)
        values |= {label: injected[argument] for label, argument in self._arguments.items()}
        if self.of_rows:
            values[ROWS] = np.array([]) if point.evaluated is None else np.asarray(point.evaluated.flat_rows)
        with np.errstate(all="ignore"):
            linked = {text: LINKS[form](values[label]) for text, (form, label) in self.linked.items()}
        return values | linked

    def _links(self) -> dict[str, tuple[str, str]]:
        """Return the functions of arguments that may be a scale: form and argument of each."""
        self.linked = {}
        values = self.at(self.points[0])
        arguments = [a for a in self._arguments if a not in self.data and values[a].dtype.kind == "f"]
        return {form.format(label): (form, label) for label in arguments for form in LINKS}

    def candidates(self, family: Family) -> Iterator[Candidate]:
        """Yield the family with every assignment that its domains and shapes admit."""
        domains = family.parameters.values()
        for y in self.data:
            if not self.stack.admits(family, y):
                continue
            labels = [label for label in self.stack.values if label != y]
            options = [[x for x in labels if self._may_be(family, y, x, d)] for d in domains]
            for chosen in product(*options):
                borrowed, linked = (any(x in names for x in chosen) for names in (self.borrowed, self.linked))
                if borrowed != bool(self.borrowed) or linked != bool(self.linked):
                    continue
                if len({self.linked.get(x, ("", x))[1] for x in chosen}) == len(chosen):
                    yield Candidate(family=family, y=y, parameters=chosen, borrowed=borrowed, linked=linked)

    def _may_be(self, family: Family, y: str, label: str, domain: str) -> bool:
        if label in self.linked and (domain != "positive" or len(family.parameters) < 2):
            return False
        return admissible(self.stack, family, y, label, domain)

    # -- the quick test ---------------------------------------------------------------------------------

    def sums(self, candidate: Candidate, unknown: np.ndarray | None = None) -> np.ndarray:
        """Return F at the probes, shape (n_values, n_points)."""
        if unknown is None and candidate.unknown is not None:
            unknown = np.array([candidate.unknown])
        return totals(self.stack, candidate.family, candidate.y, candidate.parameters, unknown)

    def is_close(self, candidate: Candidate) -> bool:
        """Return whether a candidate is worth judging."""
        close = CLOSE_LOW if self.panel.scene.is_low_precision else CLOSE
        sums = self.sums(candidate)
        if not closeness(self.loss, sums)[0] <= close:
            return False
        return bool(typical_closeness(self.loss, sums)[0] <= LOOSER * close)

    def close(self, candidate: Candidate) -> Iterator[Candidate]:
        """Yield the candidate if it is close; if its family has an unknown number, with close values of it."""
        if candidate.family.unknown is None:
            found: Iterator[Candidate] = iter([candidate])
        else:
            found = (replace(candidate, unknown=value) for value in self._values(candidate))
        yield from (c for c in found if self.is_close(c))

    def _values(self, candidate: Candidate) -> Iterator[float]:
        unknown = candidate.family.unknown
        assert unknown is not None
        if candidate.y == ROWS:
            least = float(np.min(self.stack.values[ROWS]))
            for below in find_unknown(self.loss, lambda v: self.sums(candidate, least - v), unknown, 1.0):
                yield least - below
            return
        size = self.stack.size(candidate.y, candidate.parameters) if unknown.in_units_of_y else 1.0
        bar = PROMISING_LINKED if candidate.linked else PROMISING
        yield from find_unknown(self.loss, lambda values: self.sums(candidate, values), unknown, size, bar)

    # -- with a penalty ---------------------------------------------------------------------------------

    def penalties(self) -> Iterator[tuple[Penalty, np.ndarray]]:
        """Yield sums of squares and of absolute values that move, with their values at the probes."""
        free = [name for name in self.panel.scene.likelihood.free if name not in self._arguments]
        labels = [label for label in (*self._arguments, *free) if label not in self.data]
        at = [self.at(point) for point in self.points]
        for label, form in product(labels, PENALTIES):
            penalty = Penalty(form=form, label=label)
            with np.errstate(all="ignore"):
                values = np.array([penalty.of(v[label]) if label in v else np.nan for v in at])
            if np.isfinite(values).all() and np.ptp(values) > 0:
                yield penalty, values

    def penalised(
        self, candidate: Candidate, penalties: Sequence[tuple[Penalty, np.ndarray]]
    ) -> Iterator[Candidate]:
        """Yield the candidate with a penalty if L = a·F + b·P + c at the probes, short b first.

        A penalty has the sign of the family; one of the other sign takes the place of a term.
        """
        sums = self.sums(candidate)[0]
        if not np.isfinite(sums).all() or not np.ptp(sums) > 0:
            return
        for penalty, values in penalties:
            columns = np.column_stack([sums, values, np.ones(len(sums))])
            columns = columns / np.max(np.abs(columns), axis=0)
            solved, _, rank, _ = np.linalg.lstsq(columns, self.loss, rcond=1e-9)
            rest = np.max(np.abs(self.loss - columns @ solved))
            parts = np.abs(solved[:2]) * np.ptp(columns[:, :2], axis=0)
            if (
                rank < 3
                or not solved[0] * solved[1] > 0
                or not rest <= EXACT * np.ptp(self.loss)
                or not parts.min() > 1e-3 * np.ptp(self.loss)
            ):
                continue
            weight = float(solved[1] / np.max(np.abs(values)))
            for short in (*short_numbers(abs(weight)), abs(weight)):
                yield replace(candidate, penalty=replace(penalty, weight=float(np.copysign(short, weight))))

    # -- the judge --------------------------------------------------------------------------------------

    def is_the_models(self, candidate: Candidate) -> bool:
        """Return whether F is the NLL itself, or that of its rows weighed otherwise: that is another cause."""
        sums = self.sums(candidate)
        nll = np.array([point.nll for point in self.points])
        if closeness(nll, sums)[0] <= CLOSE:
            return True
        evaluated = [point.evaluated for point in self.points]
        models = [e.flat_rows for e in evaluated if e is not None and e.rows]
        if len(models) < len(self.points):
            return False
        by_row = np.array(models)
        if closeness(by_row.sum(axis=1), sums)[0] <= CLOSE:
            return True
        unknown = None if candidate.unknown is None else np.array([candidate.unknown])
        chosen = (candidate.family, candidate.y, candidate.parameters, unknown)
        rows = totals(self.stack, *chosen, by_row=True)[0]
        if rows.shape != by_row.shape:
            return False
        return all(closeness(by_row[:, i], rows[None, :, i])[0] <= CLOSE for i in range(rows.shape[1]))

    def judge(self, candidate: Candidate) -> Comparison | None:
        """Judge L = a·F + c to rounding at all probes of the data given; None unless it holds."""
        return self._judge(candidate, self.panel.table, len(self.panel.points))

    def follows(self, candidate: Candidate) -> bool:
        """Return whether the same holds on simulated data; True where that cannot be told."""
        points = self.panel.simulated
        if len(points) < 6:
            return True
        return self._judge(candidate, self.panel.tabulate(self.panel.scene, points), len(points)) is not None

    def _judge(self, candidate: Candidate, table: Table, wanted: int) -> Comparison | None:
        if not len(table.loss):
            return None
        measured = [self._measure(candidate, sample.point) for sample in table.samples]
        nll, floor = np.array(measured).reshape(-1, 2).T
        kept = np.isfinite(nll) & np.isfinite(floor)
        if np.min(np.bincount(table.groups[kept], minlength=table.groups.max() + 1)) < 4:
            return None
        if candidate.penalty is not None:
            label, terms = candidate.penalty.label, candidate.penalty.of
            added = np.array([terms(self.at(sample.point)[label]) for sample in table.samples])
            table = replace(
                table, loss=table.loss - added, loss_floor=table.loss_floor + 4 * EPS * np.abs(added)
            )
        against = table.against(nll, floor, kept)
        return self.panel.affine(self.panel.scene, against, wanted)

    def _measure(self, candidate: Candidate, point: Point) -> tuple[float, float]:
        """Return F at a probe, and its rounding error: by its size, and by what an ulp of the arguments moves."""
        at = self.at(point)
        values = {label: at[label] for label in (candidate.y, *candidate.parameters)}
        extra = () if candidate.unknown is None else (np.asarray(candidate.unknown),)

        def rows(v: Mapping[str, np.ndarray]) -> np.ndarray:
            stack = Stack.of({label: [value] for label, value in v.items()})
            return stack.rows(candidate.family, candidate.y, candidate.parameters, *extra)

        with np.errstate(all="ignore"):
            each = rows(values)
            total, size = float(np.sum(each)), float(np.sum(np.abs(each)))
            if not np.isfinite(total):
                return total, np.inf
            frozen = self.panel.scene.prober.frozen.get(self._data_name(point), {})
            rng = np.random.default_rng([self.panel.scene.seed, 19])
            moved, _ = spread(
                lambda v: float(np.sum(rows(v))), values, total, size, rng=rng, frozen=frozen, draws=1
            )
        return total, max(4 * EPS * size, moved)

    def _data_name(self, point: Point) -> str:
        return self.panel.scene.prober.settings[point.setting].data_name
