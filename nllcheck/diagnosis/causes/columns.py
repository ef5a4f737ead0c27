"""The dictionary of terms at the probes of a search: pieces of N, N of groups of rows, and sums of arguments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from nllcheck.diagnosis.causes.atoms import atoms
from nllcheck.diagnosis.causes.numerals import named
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.likelihood.pieces import Piece
from nllcheck.probes import Point
from nllcheck.rounding import EPS

__all__ = ["Column", "Dictionary"]

LEVELS = 6  # distinct values of data up to which they divide the rows into groups
FEW_LEVELS = 3  # the same in a table, where they divide each column
ALIKE = 1e-9  # two centred columns may be one if the cosine of their angle is that near to 1
WEIGHTS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("{x}", lambda x: x),
    ("|{x}|", np.abs),
    ("{x}²", np.square),
    ("1/{x}", lambda x: 1 / x),
    ("√{x}", np.sqrt),
    ("exp({x})", np.exp),
    ("exp(−{x})", lambda x: np.exp(-x)),
    ("|{x} − its mean|", lambda x: np.abs(x - x.mean())),
)
DENSITIES = ("whole", "prior", "entry")  # kinds that are all of one −log p
NAMED = ("piece", *DENSITIES)
MOST = 16  # pieces of which pairs are formed


@dataclass(frozen=True, kw_only=True)
class Column:
    """One term at all probes.

    Attributes
    ----------
    name : str
    kind : str
        "whole", "piece" and "entry" (of a prior) are parts of N, "rows" is N of some rows, "weights" N of rows that data weigh,
        "prior" a prior that N leaves out, and "atom" a sum of arguments.
    values, sizes : array, shape (n_probes,)
        The term, and the size of what it adds up.
    twins : tuple of (str, float)
        Other parts of N that are multiples of this one: how they are called, and the multiple.
    atom, factor : str, float
        The sum of arguments that a part of N is a multiple of, and the multiple; empty where there is none.
    fine : bool
        Whether it is one of the finest terms of N.
    normalises : bool
        Whether it is a term of N without data.
    group : str
        What the rows are told apart by, for parts of N that add up to it; empty for others.
    """

    name: str
    kind: str
    values: np.ndarray
    sizes: np.ndarray
    twins: tuple[tuple[str, float], ...] = ()
    atom: str = ""
    factor: float = 0.0
    fine: bool = False
    normalises: bool = False
    group: str = ""

    @property
    def is_part(self) -> bool:
        """Whether it is a part of N."""
        return self.kind not in ("atom", "prior", "weights")


class Dictionary:
    """The terms that may explain a loss, at given probes.

    Parameters
    ----------
    panel : Panel
    points : list of Point
        Probes at which the nuisances are the same.
    """

    @classmethod
    def at(cls, panel: Panel, points: list[Point]) -> "Dictionary":
        """Return the dictionary at these probes, built once a search."""
        key = f"dictionary {[id(p) for p in points]}"
        if key not in panel.kept:
            panel.kept[key] = cls(panel, points)
        kept: Dictionary = panel.kept[key]
        return kept

    def __init__(self, panel: Panel, points: list[Point]) -> None:
        self.panel = panel
        self.points = points
        self.groups = np.array([p.setting for p in points])

    @cached_property
    def columns(self) -> list[Column]:
        """Terms that vary and differ from one another, parts of N first and named by the sums that they are."""
        parts = self._varying([*self._rows(), *self._pieces()])
        parts = [self._with_name(c) if c.kind in NAMED else c for c in parts]
        parts += self._joined(parts)
        sums = [*self._varying(list(self._weighted())), *self._sums]
        ordered = sorted(parts, key=lambda c: c.kind == "whole") + sorted(sums, key=lambda c: len(c.name))
        kept: list[Column] = []
        if not ordered:
            return kept
        units = self._units(np.array([c.values for c in ordered]))
        alike = np.abs(units @ units.T) > 1 - ALIKE
        places: list[int] = []  # in `ordered`, of what is kept
        for i, column in enumerate(ordered):
            near = [k for k, place in enumerate(places) if alike[i, place]]
            first = next((k for k in near if self._multiple(column, kept[k]) is not None), None)
            if first is not None:
                kept[first] = self._with_twin(kept[first], column)
            else:
                kept.append(column)
                places.append(i)
        return kept

    @cached_property
    def _sums(self) -> list[Column]:
        """Sums of arguments that vary, short names first."""
        return sorted(self._varying(self._atoms), key=lambda c: len(c.name))

    @cached_property
    def _units_of_sums(self) -> np.ndarray:
        return self._units(np.array([c.values for c in self._sums]).reshape(-1, len(self.points)))

    def _with_twin(self, column: Column, other: Column) -> Column:
        """Remember another part of N that is a multiple of this one, unless it is the same one again."""
        if not (column.is_part and other.is_part):
            return column
        ratio = self._multiple(other, column)
        if ratio is None or any(
            abs(ratio - known) <= 1e-9 * abs(ratio) for known in (1.0, *(r for _, r in column.twins))
        ):
            return column
        return replace(column, twins=(*column.twins, (other.name, ratio)))

    def _joined(self, parts: list[Column]) -> list[Column]:
        """Return sums of arguments that two or three pieces of N are together: Σ (y/β)^α, log B(α, β)."""
        pieces = [c for c in parts if c.kind == "piece" and c.fine][:MOST]
        if len(pieces) < 2 or not self._sums:
            return []
        some = [*combinations(range(len(pieces)), 2), *combinations(range(len(pieces)), 3)]
        table = np.array([c.values for c in pieces])
        units = self._units(np.array([table[list(chosen)].sum(axis=0) for chosen in some]))
        alike = np.any(np.abs(units @ self._units_of_sums.T) > 1 - ALIKE, axis=1)
        found = []
        for chosen in (some[i] for i in np.flatnonzero(alike)):
            together = Column(
                name=pieces[chosen[0]].name,
                kind="piece",
                values=table[list(chosen)].sum(axis=0),
                sizes=np.sum([pieces[i].sizes for i in chosen], axis=0),
            )
            named_ = self._with_name(together) if self._varying([together]) else together
            found += [named_] if named_.atom else []
        return found

    def name_of_piece(self, index: int) -> str:
        """Return how the piece of N with this number is called."""
        return self._with_name(self._of_piece(index)).name

    def _of_piece(self, index: int) -> Column:
        values, sizes = self._table_of_pieces
        piece = self.panel.pieces.pieces[index]
        return Column(
            name=piece.name,
            kind=_kind(piece),
            values=values[:, index],
            sizes=sizes[:, index],
            fine=piece.fine,
            normalises=piece.normalises,
        )

    def centred(self, values: np.ndarray) -> np.ndarray:
        """Return `values`, shape (..., n_probes), less their median over each setting.

        A mean would drown the nearer probes in the farthest.
        """
        centred = np.array(values, dtype=float)
        for group in np.unique(self.groups):
            inside = self.groups == group
            centred[..., inside] -= np.median(centred[..., inside], axis=-1, keepdims=True)
        return centred

    def _units(self, values: np.ndarray) -> np.ndarray:
        centred = self.centred(values)
        return centred / np.maximum(np.linalg.norm(centred, axis=-1, keepdims=True), 1e-300)

    def _multiple(self, column: Column, other: Column) -> float | None:
        """Return how many times `other` a column is, up to a constant a setting, at every probe; None if it is not."""
        mine, theirs = self._moves(column.values), self._moves(other.values)
        with np.errstate(all="ignore"):
            factor = float(np.sum(mine * theirs) / np.sum(theirs**2))
        sizes = column.sizes + abs(factor) * other.sizes
        first = np.array([sizes[np.argmax(self.groups == group)] for group in self.groups])
        noise = 64 * EPS * (sizes + first)
        same = np.abs(mine - factor * theirs) <= 1e-9 * np.abs(mine) + noise
        return factor if bool(np.all(same)) else None

    def _moves(self, values: np.ndarray) -> np.ndarray:
        """Return by how much a term differs from its value at the first probe of each setting."""
        return values - np.array([values[np.argmax(self.groups == group)] for group in self.groups])

    def _varying(self, columns: list[Column]) -> list[Column]:
        """Return the columns that are finite and move by more than their rounding error."""
        if not columns:
            return []
        values = np.array([c.values for c in columns])
        sizes = np.array([c.sizes for c in columns])
        finite = np.isfinite(values).all(axis=1) & np.isfinite(sizes).all(axis=1)
        values[~finite] = 0.0
        moved = np.max(np.abs(self.centred(values)), axis=1) > 1e4 * EPS * np.max(sizes, axis=1)
        return [c for c, kept in zip(columns, finite & moved, strict=True) if kept]

    def _with_name(self, column: Column) -> Column:
        """Name a piece of N by the shortest sum of arguments that it is a multiple of."""
        near = np.abs(self._units_of_sums @ self._units(column.values)) > 1 - ALIKE
        for other in (self._sums[i] for i in np.flatnonzero(near)):
            factor = self._multiple(column, other)
            if factor is None:
                continue
            text = named(factor, self.panel.n)
            number = f"{factor:.6g}" if text is None else text
            prior = f" (from log p of {column.name})" if column.kind in DENSITIES else ""
            name = (
                other.name
                if number == "1"
                else f"−{other.name}"
                if number == "−1"
                else f"{number}·{other.name}"
            )
            return replace(column, name=name + prior, atom=other.name, factor=factor)
        name = (
            f"−log p({column.name})"
            if column.kind in DENSITIES
            else f"a part of the normaliser of p({column.name})"
            if column.normalises
            else f"a term of −log p({column.name})"
        )
        return replace(column, name=name)

    # -- where the terms come from ----------------------------------------------------------------------

    @cached_property
    def _table_of_pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """The pieces of N and their sizes, both of shape (n_probes, n_pieces)."""
        return self.panel.terms_at(self.points)

    def _pieces(self) -> Iterator[Column]:
        pieces = self.panel.pieces
        values, sizes = self._table_of_pieces
        only = sum(piece.whole and not piece.prior for piece in pieces.pieces) == 1
        for index, piece in enumerate(pieces.pieces):
            if not (piece.whole and only and not piece.prior):
                if piece.prior and not piece.whole:
                    continue
                if piece.category is not None:
                    what, group = (
                        ("column", "") if piece.marginal else ("category", f"categories of {piece.name}")
                    )
                    yield Column(
                        name=f"{what} {piece.category} of {piece.name}",
                        kind="rows",
                        values=values[:, index],
                        sizes=sizes[:, index],
                        group=group,
                    )
                    continue
                yield self._of_piece(index)

    def _rows(self) -> Iterator[Column]:
        """N of the rows that share a value of some data."""
        likelihood = self.panel.scene.likelihood
        if likelihood.weights is not None:
            return
        for observed in likelihood.observed:
            rows = [p.evaluated.rows[observed] if p.evaluated else np.zeros(0) for p in self.points]
            yield from self._of_columns(observed, rows)
            if any(row.ndim != 1 or row.size < 3 for row in rows):
                continue
            for name, masks in self._masks(observed, len(rows[0])):
                values = np.array([float(np.sum(row[mask])) for row, mask in zip(rows, masks, strict=True)])
                sizes = np.array(
                    [float(np.sum(np.abs(row[mask]))) for row, mask in zip(rows, masks, strict=True)]
                )
                yield Column(
                    name=name, kind="rows", values=values, sizes=sizes, group=name.partition(" = ")[0]
                )

    def _of_columns(self, observed: str, rows: list[np.ndarray]) -> Iterator[Column]:
        """Yield N of each column of the data, where each entry has a term of its own."""
        if rows[0].ndim != 2 or not 2 <= rows[0].shape[1] <= LEVELS:
            return
        table = np.array(rows)
        for number in range(table.shape[2]):
            yield Column(
                name=f"column {number} of {observed}",
                kind="rows",
                values=table[:, :, number].sum(axis=1),
                sizes=np.abs(table[:, :, number]).sum(axis=1),
                group=f"columns of {observed}",
            )
        data = np.array([self.panel.scene.prober.settings[p.setting].data[observed] for p in self.points])
        levels = np.unique(data)
        if data.shape != table.shape or not 2 <= len(levels) <= FEW_LEVELS:
            return
        for number in range(table.shape[2]):
            for level in levels.tolist():
                there = np.where(data[:, :, number] == level, table[:, :, number], 0.0)
                yield Column(
                    name=f"{observed} = {level:g} in column {number}",
                    kind="rows",
                    values=there.sum(axis=1),
                    sizes=np.abs(there).sum(axis=1),
                    group=f"values and columns of {observed}",
                )

    def _weighted(self) -> Iterator[Column]:
        """N of the rows weighted by data, in the forms in which people weigh."""
        likelihood = self.panel.scene.likelihood
        if len(likelihood.observed) != 1 or likelihood.weights is not None:
            return
        rows = [next(iter(p.evaluated.rows.values())) if p.evaluated else np.zeros(0) for p in self.points]
        n = rows[0].size
        if n < 3 or any(row.shape != (n,) for row in rows):
            return
        offers = likelihood.offers
        for name in (*likelihood.observed, *(k for k, kind in offers.items() if kind == "data")):
            data = [np.asarray(self.panel.scene.prober.values(p)[name], dtype=float) for p in self.points]
            if any(values.shape != (n,) for values in data) or not np.ptp(data[0]) > 0:
                continue
            for text, function in WEIGHTS:
                with np.errstate(all="ignore"):
                    weights = [function(values) for values in data]
                if all(np.isfinite(w).all() for w in weights):
                    yield Column(
                        name=text.format(x=name),
                        kind="weights",
                        values=np.array([float(w @ row) for w, row in zip(weights, rows, strict=True)]),
                        sizes=np.array(
                            [float(np.abs(w) @ np.abs(row)) for w, row in zip(weights, rows, strict=True)]
                        ),
                    )

    def _masks(self, observed: str, n: int) -> Iterator[tuple[str, list[np.ndarray]]]:
        offers = self.panel.scene.likelihood.offers
        candidates = [observed] + [
            name for name, kind in offers.items() if kind == "data" and name != observed
        ]
        for name in candidates:
            data = [np.asarray(self.panel.scene.prober.values(p)[name]) for p in self.points]
            if any(values.shape != (n,) for values in data):
                continue
            levels = np.unique(np.concatenate([np.unique(values) for values in data]))
            if 2 <= len(levels) <= LEVELS:
                for level in levels.tolist():
                    yield f"{name} = {level:g}", [values == level for values in data]
            elif name == observed and bool(np.any(data[0] == 0)):
                yield f"{name} = 0", [values == 0 for values in data]

    @cached_property
    def _atoms(self) -> list[Column]:
        panel = self.panel
        loss = panel.scene.loss
        injected = set(panel.scene.likelihood.data.injected)
        free = set(panel.scene.likelihood.free)
        data = [b.argument for b in loss.bindings if injected & set(b.reads)]
        parameters = [b.argument for b in loss.bindings if b.transform is None and b.reads[0] in free]
        tables = [self._atoms_at(p, data, parameters) for p in self.points]
        first = atoms(loss.arguments(panel.scene.prober.values(self.points[0])), data, parameters)
        return [
            Column(
                name=_written(name, first[name]),
                kind="atom",
                values=np.array([table[name][0] for table in tables]),
                sizes=np.array([table[name][1] for table in tables]),
            )
            for name in tables[0]
            if all(name in table for table in tables)
        ]

    def _atoms_at(
        self, point: Point, data: list[str], parameters: list[str]
    ) -> dict[str, tuple[float, float]]:
        """Return sums of arguments at a probe and their sizes, computed once a search."""
        key = f"atoms {id(point)}"
        if key not in self.panel.kept:
            arguments = self.panel.scene.loss.arguments(self.panel.scene.prober.values(point))
            with np.errstate(all="ignore"):
                self.panel.kept[key] = {
                    name: (float(value.sum()), float(np.abs(value).sum()))
                    for name, value in atoms(arguments, data, parameters).items()
                }
        kept: dict[str, tuple[float, float]] = self.panel.kept[key]
        return kept


def _kind(piece: Piece) -> str:
    if piece.prior:
        return "prior"
    return "whole" if piece.whole else "entry" if piece.entry else "piece"


def _written(name: str, value: np.ndarray) -> str:
    """Drop the sign of summation where there is but one term."""
    return name.removeprefix("Σ ") if np.size(value) == 1 and name.startswith("Σ ") else name
