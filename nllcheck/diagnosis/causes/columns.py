"""The dictionary of terms at the probes of a search: pieces of N, N of groups of rows, and sums of arguments."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations

import numpy as np

from nllcheck.diagnosis.causes.atoms import atoms
from nllcheck.diagnosis.causes.numerals import named
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.probes import Point
from nllcheck.rounding import EPS

__all__ = ["Column", "Dictionary"]

LEVELS = 6  # distinct values of data up to which they divide the rows into groups
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
NAMED = ("piece", "whole", "prior")
MOST = 16  # pieces of which pairs are formed


@dataclass(frozen=True, kw_only=True)
class Column:
    """One term at all probes.

    Attributes
    ----------
    name : str
    kind : str
        "whole" and "piece" are parts of N, "rows" is N of some rows, "weights" N of rows that data weigh,
        "prior" a prior that N leaves out, and "atom" a sum of arguments.
    values, sizes : array, shape (n_probes,)
        The term, and the size of what it adds up.
    twins : tuple of (str, float)
        Other parts of N that are multiples of this one: how they are called, and the multiple.
    atom, factor : str, float
        The sum of arguments that a part of N is a multiple of, and the multiple; empty where there is none.
    fine : bool
        Whether it is one of the finest terms of N.
    """

    name: str
    kind: str
    values: np.ndarray
    sizes: np.ndarray
    twins: tuple[tuple[str, float], ...] = ()
    atom: str = ""
    factor: float = 0.0
    fine: bool = False

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
        parts = [c for c in (*self._rows(), *self._pieces()) if self._varies(c)]
        sums = [c for c in self._atoms if self._varies(c)]
        parts = [self._with_name(c, sums) if c.kind in NAMED else c for c in parts]
        parts += self._joined(parts, sums)
        sums = [*(c for c in self._weighted() if self._varies(c)), *sums]
        kept: list[Column] = []
        units = np.zeros((0, len(self.points)))
        for column in sorted(parts, key=lambda c: c.kind == "whole") + sorted(
            sums, key=lambda c: len(c.name)
        ):
            unit = self._unit(column.values)
            alike = np.flatnonzero(np.abs(units @ unit) > 1 - ALIKE) if len(units) else ()
            first = next((int(i) for i in alike if self._multiple(column, kept[i]) is not None), None)
            if first is not None:
                kept[first] = self._with_twin(kept[first], column)
                continue
            kept.append(column)
            units = np.vstack([units, unit])
        return kept

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

    def _joined(self, parts: list[Column], sums: list[Column]) -> list[Column]:
        """Return sums of arguments that two or three pieces of N are together: Σ (y/β)^α, log B(α, β)."""
        pieces = [c for c in parts if c.kind == "piece" and c.fine][:MOST]
        if len(pieces) < 2 or not sums:
            return []
        units = np.array([self._unit(c.values) for c in sums])
        found = []
        for some in (*combinations(pieces, 2), *combinations(pieces, 3)):
            values = np.sum([c.values for c in some], axis=0)
            if bool(np.any(np.abs(units @ self._unit(values)) > 1 - ALIKE)):
                sizes = np.sum([c.sizes for c in some], axis=0)
                together = Column(name=some[0].name, kind="piece", values=values, sizes=sizes)
                named_ = self._with_name(together, sums) if self._varies(together) else together
                found += [named_] if named_.atom else []
        return found

    def name_of_piece(self, index: int) -> str:
        """Return how the piece of N with this number is called."""
        values, sizes = self._table_of_pieces
        piece = self.panel.pieces.pieces[index]
        kind = "whole" if piece.whole else "piece"
        column = Column(name=piece.name, kind=kind, values=values[:, index], sizes=sizes[:, index])
        return self._with_name(column, [c for c in self._atoms if self._varies(c)]).name

    def centred(self, values: np.ndarray) -> np.ndarray:
        """Return `values` less their median over each setting: a mean would drown the nearer probes in the farthest."""
        centred = np.array(values, dtype=float)
        for group in np.unique(self.groups):
            inside = self.groups == group
            centred[inside] -= np.median(centred[inside])
        return centred

    def _unit(self, values: np.ndarray) -> np.ndarray:
        centred = self.centred(values)
        return centred / max(float(np.linalg.norm(centred)), 1e-300)

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

    def _varies(self, column: Column) -> bool:
        if not np.isfinite(column.values).all() or not np.isfinite(column.sizes).all():
            return False
        return float(np.max(np.abs(self.centred(column.values)))) > 1e4 * EPS * float(np.max(column.sizes))

    def _with_name(self, column: Column, sums: list[Column]) -> Column:
        """Name a piece of N by the shortest sum of arguments that it is a multiple of."""
        unit = self._unit(column.values)
        for other in sorted(sums, key=lambda c: len(c.name)):
            if abs(float(unit @ self._unit(other.values))) < 1 - ALIKE:
                continue
            factor = self._multiple(column, other)
            if factor is None:
                continue
            text = named(factor, self.panel.n)
            number = f"{factor:.6g}" if text is None else text
            prior = f" (from log p of {column.name})" if column.kind in ("whole", "prior") else ""
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
            if column.kind in ("whole", "prior")
            else f"a term of −log p({column.name})"
        )
        return replace(column, name=name)

    # -- where the terms come from ----------------------------------------------------------------------

    @cached_property
    def _table_of_pieces(self) -> tuple[np.ndarray, np.ndarray]:
        """The pieces of N and their sizes, both of shape (n_probes, n_pieces)."""
        pieces, prober = self.panel.pieces, self.panel.scene.prober
        table = [pieces.evaluate(p.x, prober.settings[p.setting].data, prober.values(p)) for p in self.points]
        return np.array([row[0] for row in table]), np.array([row[1] for row in table])

    def _pieces(self) -> Iterator[Column]:
        pieces = self.panel.pieces
        values, sizes = self._table_of_pieces
        only = sum(piece.whole and not piece.prior for piece in pieces.pieces) == 1
        for index, piece in enumerate(pieces.pieces):
            if not (piece.whole and only and not piece.prior):
                if piece.prior and not piece.whole:
                    continue
                kind = "prior" if piece.prior else "whole" if piece.whole else "piece"
                yield Column(
                    name=piece.name,
                    kind=kind,
                    values=values[:, index],
                    sizes=sizes[:, index],
                    fine=piece.fine,
                )

    def _rows(self) -> Iterator[Column]:
        """N of the rows that share a value of some data."""
        likelihood = self.panel.scene.likelihood
        if likelihood.weights is not None:
            return
        for observed in likelihood.observed:
            rows = [p.evaluated.rows[observed] if p.evaluated else np.zeros(0) for p in self.points]
            if any(row.ndim != 1 or row.size < 3 for row in rows):
                continue
            for name, masks in self._masks(observed, len(rows[0])):
                values = np.array([float(np.sum(row[mask])) for row, mask in zip(rows, masks, strict=True)])
                sizes = np.array(
                    [float(np.sum(np.abs(row[mask]))) for row, mask in zip(rows, masks, strict=True)]
                )
                yield Column(name=name, kind="rows", values=values, sizes=sizes)

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
        tables = [atoms(loss.arguments(panel.scene.prober.values(p)), data, parameters) for p in self.points]
        found = []
        for name in tables[0]:
            if all(name in table for table in tables):
                with np.errstate(all="ignore"):
                    values = np.array([float(np.sum(table[name])) for table in tables])
                    sizes = np.array([float(np.sum(np.abs(table[name]))) for table in tables])
                found.append(
                    Column(name=_written(name, tables[0][name]), kind="atom", values=values, sizes=sizes)
                )
        return found


def _written(name: str, value: np.ndarray) -> str:
    """Drop the sign of summation where there is but one term."""
    return name.removeprefix("Σ ") if np.size(value) == 1 and name.startswith("Σ ") else name
