"""Two mistakes at once: a parameter is replaced inside the likelihood, and one term is misweighed, lost or added."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from nllcheck.diagnosis.causes.columns import Column, Dictionary
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.numerals import near
from nllcheck.diagnosis.causes.one_use import (
    CANCELLING,
    Use,
    cancels,
    names_in_likelihood,
    terms_after,
    uses_of,
)
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.diagnosis.causes.readings import Reading, the_term
from nllcheck.evidence.values import Comparison, Table, tabulate
from nllcheck.probes import Point
from nllcheck.rounding import EPS

__all__ = ["use_and_term"]

PROBES = 14  # of the quick test
CLOSE, CLOSE_LOW = 1e-7, 1e-4
AT_ONCE = 24  # uses that are asked in one call
NEAR = 1e-5  # relative distance from a simple number at which that is tried
COST = 1.25  # of the replacement; the term adds its own


@dataclass(frozen=True, kw_only=True)
class _Changed:
    """N with a parameter replaced, in all of it or in one piece, and the terms that may be misweighed then."""

    name: str
    use: Use
    chosen: tuple[int, ...]  # pieces that are replaced; all of N if that is their whole


def use_and_term(panel: Panel) -> Iterator[Explanation]:
    """Yield replacements inside the likelihood after which one term is all that is left to explain."""
    points = [p for p in panel.reference if p.excess <= 9.0]
    points = points[:: max(1, len(points) // PROBES)][:PROBES]
    if panel.scene.likelihood.is_large or len(points) < 11:
        return
    loss = np.array([panel.scene.sample(p).loss for p in points])
    if not np.isfinite(loss).all():
        return
    others = Dictionary.at(panel, points).columns
    for name in names_in_likelihood(panel):
        uses = [use for use in uses_of(np.asarray(panel.named(points[0])[name])) if not use.clip]
        for some in (uses[i : i + AT_ONCE] for i in range(0, len(uses), AT_ONCE)):
            for use in some:
                if not panel.has_time:
                    return
                for changed, column in _promising(panel, points, loss, name, use, others):
                    found = _explained(panel, changed, column)
                    if found is not None:
                        yield replace(found, cost=found.cost + CANCELLING * _cancels(panel, points, changed))
                        return


def _cancels(panel: Panel, points: Sequence[Point], changed: _Changed) -> bool:
    (number, *others) = changed.chosen
    if others or panel.pieces.pieces[number].whole:
        return False
    after = terms_after(panel, points, changed.name, changed.use)[0]
    return cancels(panel, points, number, (after - panel.terms_at(points)[0])[:, number])


def _kept(panel: Panel) -> list[int]:
    """Return the pieces that N adds up: finest terms, or what has none."""
    return [k for k, piece in enumerate(panel.pieces.pieces) if not piece.prior and piece.category is None]


def _choices(panel: Panel) -> list[tuple[int, ...]]:
    pieces = panel.pieces.pieces
    whole = tuple(k for k in _kept(panel) if pieces[k].whole)
    return [whole, *((k,) for k in _kept(panel) if len(whole) > 1 or not pieces[k].whole)]


def _promising(
    panel: Panel, points: Sequence[Point], loss: np.ndarray, name: str, use: Use, others: Sequence[Column]
) -> Iterator[tuple[_Changed, Column | int]]:
    """Yield a change, and the one term that explains the rest at a few probes: a column, or a piece after it."""
    try:
        after = terms_after(panel, points, name, use)[0]
    except (ValueError, np.linalg.LinAlgError):
        return
    before = panel.terms_at(points)[0]
    nll = np.array([p.nll for p in points])
    close = CLOSE_LOW if panel.scene.is_low_precision else CLOSE
    tried = set()
    for chosen in _choices(panel):
        change = (after - before)[:, list(chosen)].sum(axis=1)
        if change.tobytes() in tried or not np.isfinite(change).all() or not np.any(change):
            continue
        tried.add(change.tobytes())
        pieces = [k for k in _kept(panel) if np.isfinite(after[:, k]).all()]
        options: list[Column | int] = [*pieces, *others]
        table = np.array([*(after[:, k] for k in pieces), *(c.values for c in others)])
        left = _left(loss, nll + change, table)
        best = int(np.argmin(left))
        if left[best] <= close:
            yield _Changed(name=name, use=use, chosen=chosen), options[best]


def _left(loss: np.ndarray, nll: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Return the relative residual of L by N, each row of the table and a constant, shape (n_rows,)."""
    y = loss - loss.mean()
    size = float(np.linalg.norm(y))
    base = nll - nll.mean()
    base = base / max(float(np.linalg.norm(base)), 1e-300)
    units = table - table.mean(axis=1, keepdims=True)
    units = units / np.maximum(np.linalg.norm(units, axis=1, keepdims=True), 1e-300)
    for _ in range(2):
        units = units - (units @ base)[:, None] * base
        y = y - (base @ y) * base
    sizes = np.linalg.norm(units, axis=1)
    units = units / np.maximum(sizes, 1e-300)[:, None]
    residuals = np.linalg.norm(y - units * (units @ y)[:, None], axis=1) / max(size, 1e-300)
    return np.where(sizes > 1e-7, residuals, np.inf)


def _explained(panel: Panel, changed: _Changed, option: Column | int) -> Explanation | None:
    """Judge L less the term against the changed N to rounding, at the probes of the reference setting."""
    samples = [panel.scene.sample(p) for p in panel.reference]
    table = tabulate(samples, [0])
    points = [s.point for s in table.samples]
    try:
        after, sizes = terms_after(panel, points, changed.name, changed.use)
        moved = terms_after(panel, points, changed.name, changed.use, ulps=1.0)[0]
    except (ValueError, np.linalg.LinAlgError):
        return None
    before = panel.terms_at(points)[0]
    chosen = list(changed.chosen)
    nll = table.nll + (after - before)[:, chosen].sum(axis=1)
    floor = table.nll_floor + np.abs(moved - after)[:, chosen].sum(axis=1)
    floor = floor + 16 * EPS * sizes[:, chosen].sum(axis=1)
    column = _column(panel, points, option, after, sizes)
    if column is None or not np.isfinite(nll).all() or not np.isfinite(column.values).all():
        return None
    against = replace(table, nll=nll, nll_floor=floor)
    fitted = _fitted(panel, against, column)
    if fitted is None:
        return None
    value, repaired = fitted
    reading = Reading.of(
        column, value, 1e-10 * abs(value), panel.n, joint=panel.scene.likelihood.is_posterior
    )
    return _told(panel, changed, reading, repaired)


def _column(
    panel: Panel, points: list[Point], option: Column | int, after: np.ndarray, sizes: np.ndarray
) -> Column | None:
    dictionary = Dictionary.at(panel, points)
    if isinstance(option, Column):
        return next((c for c in dictionary.columns if c.name == option.name), None)
    name = dictionary.name_of_piece(option)
    return Column(name=name, kind="piece", values=after[:, option], sizes=sizes[:, option])


def _fitted(panel: Panel, table: Table, column: Column) -> tuple[float, Comparison] | None:
    """Return the coefficient of the term in L/a, and what is found without the term."""
    weight = 1 / np.maximum(table.floor(panel.scene.slope), 1e-300)
    design = np.column_stack([table.nll, column.values, np.ones(len(weight))])
    scales = np.max(np.abs(design), axis=0)
    solved, *_ = np.linalg.lstsq(
        design / scales * weight[:, None] / weight.max(), table.loss * weight / weight.max(), rcond=1e-14
    )
    a, beta = (solved / scales)[:2].tolist()
    if a == 0:
        return None
    simple = near(beta / a, panel.n, NEAR)
    for value in (simple, float(f"{beta / a:.6g}"), beta / a):
        if value is None:
            continue
        loss = table.loss - a * value * column.values
        floor = table.loss_floor + 8 * EPS * abs(a * value) * column.sizes
        judged = panel.affine(panel.scene, replace(table, loss=loss, loss_floor=floor), len(loss))
        if judged is not None:
            return value, judged
    return None


def _told(panel: Panel, changed: _Changed, reading: Reading, repaired: Comparison) -> Explanation:
    text = changed.use.text.format(x=changed.name)
    whole = all(panel.pieces.pieces[k].whole for k in changed.chosen)
    where = ""
    if not whole:
        where = f" in {the_term(Dictionary.at(panel, panel.reference).name_of_piece(changed.chosen[0]))}"
    return Explanation(
        code="argument-transformed",
        cost=COST + reading.cost + (0.0 if whole else 0.05),
        change=f"but for `{text}` in the place of `{changed.name}`{where}, and {reading.text}",
        reading=reading.meaning,
        advice=f"Use `{changed.name}` there, as the likelihood does. {reading.advice}",
        repaired=repaired,
        key="use and term",
        also=(reading.code,),
        numbers={
            "argument": changed.name,
            "used": text,
            "terms": [reading.column.name],
            "coefficients": [reading.value],
        },
    )
