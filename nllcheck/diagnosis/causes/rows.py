"""Some rows only, or rows with weights: how much of each row's N the loss contains."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from nllcheck.binding import BoundLoss
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.panel import Arguments, Panel
from nllcheck.diagnosis.causes.weights import described, named_weights, shared_by
from nllcheck.evidence.values import Comparison
from nllcheck.probes import Point
from nllcheck.rounding import EPS

__all__ = ["n_rows", "rows_of_altered", "weighted_rows"]

MOST = 400  # rows that are looked at one by one
PROBES = 8
PARTNERS = (1, 5, 11)  # which other rows a row is overwritten by
ASKED = 4  # rows that are asked before all of them are
FEW = 0.3  # share of the rows below which agreement may be chance
SAME = 1e-7  # two weights are one if they differ by less, relatively
ZERO = 1e-7


@dataclass(frozen=True, kw_only=True)
class _Weights:
    """How much of N of each row the loss contains, with an error; nan where it is no multiple of it."""

    weights: np.ndarray
    errors: np.ndarray


def weighted_rows(panel: Panel) -> Iterator[Explanation]:
    """Yield weights of the rows, or the rows left out, for losses whose arguments have one entry a row."""
    yield from _missing_counted(panel)
    n = n_rows(panel)
    if n is None:
        return
    found = next(_found(panel, panel.scene.loss, n), None)
    if found is not None:
        yield found
    else:
        yield from _by_parameter(panel, n)


def _missing_counted(panel: Panel) -> Iterator[Explanation]:
    """Yield that rows without an observation are counted, where the loss is the NLL without them."""
    if panel.comparison.broken:  # it is nan there, and that is the finding
        return
    for name, present in panel.scene.likelihood.data.masks.items():
        if name not in panel.scene.loss.reads or present.ndim != 1:
            continue
        bound = panel.altered(partial(_only_present, present=present))
        repaired = panel.accept(bound)
        if repaired is not None:
            yield Explanation(
                code="row-subset",
                cost=0.98,
                change=f"of the {np.count_nonzero(present)} rows where `{name}` is present",
                reading=f"It counts the {np.count_nonzero(~present)} rows where it is missing too, with some value in its place.",
                advice=f"Take `{name}_observed`, those present, or drop rows where `{name}` is nan before summing.",
                repaired=repaired,
                key="rows",
                numbers={"missing": np.flatnonzero(~present)[:20].tolist()},
            )


def _only_present(arguments: Arguments, *, present: np.ndarray) -> Arguments:
    n = len(present)
    return {k: v[present] if v.ndim and v.shape[0] == n else v for k, v in arguments.items()}


def rows_of_altered(panel: Panel, bound: BoundLoss) -> Iterator[Explanation]:
    """Yield the same for the loss with its arguments changed."""
    n = n_rows(panel)
    if n is not None and _is_worth_it(panel, bound, n):
        yield from (found for found in _found(panel, bound, n) if found.repaired is not None)


def _found(panel: Panel, bound: BoundLoss, n: int) -> Iterator[Explanation]:
    for found in (_by_slices(panel, bound, n), _by_copies(panel, bound, range(n), n)):
        if found is not None:
            told = _told(panel, bound, found)
            if told is not None:
                yield told
                return


def _is_worth_it(panel: Panel, bound: BoundLoss, n: int) -> bool:
    """Ask of a few rows whether the loss contains a multiple of their N."""
    rows = np.random.default_rng([panel.scene.seed, 23]).permutation(n)[:ASKED].tolist()
    found = _by_copies(panel, bound, rows, n)
    if found is not None and np.count_nonzero(np.abs(found.weights[rows]) > ZERO) >= 2:
        return True
    points = _probes(panel)
    nll = np.array([_rows(p)[rows] for p in points])
    loss = np.array([[_of_row(panel, bound, p, i, n) for i in rows] for p in points])
    if not np.isfinite(loss).all():
        return False
    loss, nll = loss - loss.mean(axis=0), nll - nll.mean(axis=0)
    weights = np.sum(loss * nll, axis=0) / np.maximum(np.sum(nll**2, axis=0), 1e-300)
    left = np.max(np.abs(loss - weights * nll), axis=0)
    size = np.max(np.abs(loss), axis=0)
    return bool(np.count_nonzero((left <= 1e-8 * size) & (size > 0)) >= ASKED - 1)


def _of_row(panel: Panel, bound: BoundLoss, point: Point, i: int, n: int) -> float:
    """Return L of one row alone."""
    arguments = _arguments(panel, bound, point)
    names = _by_row(arguments, n)
    return bound.call({k: v[i : i + 1] if k in names else v for k, v in arguments.items()}).total


# -- where rows are -----------------------------------------------------------------------------------------


def n_rows(panel: Panel) -> int | None:
    """Return the number of rows where N has one term a row; None where rows cannot be told apart."""
    likelihood = panel.scene.likelihood
    if len(likelihood.observed) != 1 or likelihood.is_large or likelihood.data.masks:
        return None
    rows = _rows(panel.reference[0]) if panel.reference else np.zeros(0)
    data = likelihood.data.values[likelihood.observed[0]]
    if rows.ndim != 1 or not 3 <= len(rows) <= MOST or data.ndim == 0 or data.shape[0] != len(rows):
        return None
    return len(rows)


def _rows(point: Point) -> np.ndarray:
    return next(iter(point.evaluated.rows.values())) if point.evaluated else np.zeros(0)


def _arguments(panel: Panel, bound: BoundLoss, point: Point) -> Arguments:
    """Return what is injected at a probe, before any change of the arguments."""
    if bound.bindings is panel.scene.loss.bindings:
        return panel.arguments[id(point)]
    return bound.arguments(panel.scene.prober.values(point))


def _by_row(arguments: Mapping[str, np.ndarray], n: int) -> list[str]:
    return [name for name, value in arguments.items() if value.ndim and value.shape[0] == n]


def _probes(panel: Panel) -> list[Point]:
    kept = [p for p in panel.reference if p.excess <= 9.0]
    return kept[:: max(1, len(kept) // PROBES)][:PROBES]


# -- the loss of each row -------------------------------------------------------------------------------------


def _row_losses(panel: Panel, loss: BoundLoss, n: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Return L and N of each row at a few probes, shape (n_probes, n_rows); None where L is no sum of them."""
    points = _probes(panel)
    first = _arguments(panel, loss, points[0]) if points else {}
    names = _by_row(first, n)
    if len(points) < 5 or not names:
        return None
    losses = []
    for point in points:
        arguments = _arguments(panel, loss, point)
        rows = np.array([_of_row(panel, loss, point, i, n) for i in range(n)])
        total = loss.call(arguments).total
        size = 1e-9 * float(np.abs(rows).sum())
        if not np.isfinite(rows).all() or min(abs(rows.sum() - total), abs(rows.mean() - total) * n) > size:
            return None
        losses.append(rows)
    return np.array(losses), np.array([_rows(p) for p in points])


def _by_slices(panel: Panel, bound: BoundLoss, n: int) -> _Weights | None:
    """Fit L of each row by a_i·N of the row, over probes."""
    both = _row_losses(panel, bound, n)
    if both is None:
        return None
    loss, nll = both
    loss, nll = loss - loss.mean(axis=0), nll - nll.mean(axis=0)
    with np.errstate(all="ignore"):
        weights = np.sum(loss * nll, axis=0) / np.sum(nll**2, axis=0)
        left = np.max(np.abs(loss - weights * nll), axis=0)
    size = np.max(np.abs(loss), axis=0)
    scale = float(np.max(np.abs(loss)))
    exact = (left <= 1e-8 * size) | (size <= 1e-12 * scale)
    errors = left / np.maximum(np.max(np.abs(nll), axis=0), 1e-300)
    return _Weights(weights=np.where(exact, weights, np.nan), errors=errors)


def _by_copies(panel: Panel, bound: BoundLoss, rows: Sequence[int], n: int) -> _Weights | None:
    """Overwrite a row by another: L changes by a_i times what N changes by."""
    points = _probes(panel)[-2:]
    if len(points) < 2:
        return None
    near, far = points
    names = _by_row(_arguments(panel, bound, far), n)
    if not names:
        return None
    weights, errors = np.full(n, np.nan), np.zeros(n)
    before = [bound.call(_arguments(panel, bound, p)).total for p in (near, far)]
    nll = _rows(far) - _rows(near)
    typical = float(np.median(np.abs(nll - nll.mean())))
    for i in rows:
        guesses = []
        for step in PARTNERS:
            j = (i + step) % n
            changes = nll[j] - nll[i]
            if abs(changes) < 1e-3 * typical:
                continue
            moved = [_copied(panel, bound, point, names, i, j) for point in (near, far)]
            guesses.append((moved[1] - before[1] - moved[0] + before[0]) / changes)
        if guesses and np.isfinite(guesses).all():
            middle = float(np.median(guesses))
            if all(
                abs(guess - middle) <= 1e-6 * (abs(middle) + 1e-3 * abs(panel.scene.slope))
                for guess in guesses
            ):
                weights[i] = middle
                errors[i] = max(abs(guess - middle) for guess in guesses)
    return _Weights(weights=weights, errors=errors)


def _copied(panel: Panel, bound: BoundLoss, point: Point, names: list[str], i: int, j: int) -> float:
    """Return L with row i overwritten by row j."""
    arguments: Arguments = dict(_arguments(panel, bound, point))
    for name in names:
        value = np.array(arguments[name])
        value[i] = value[j]
        arguments[name] = value
    return bound.call(arguments).total


# -- what the weights are -------------------------------------------------------------------------------------


def _told(panel: Panel, bound: BoundLoss, found: _Weights) -> Explanation | None:
    weights = found.weights
    exact = np.isfinite(weights)
    if np.count_nonzero(exact) < max(2, 0.15 * len(weights)):
        return None
    largest = float(np.max(np.abs(weights[exact])))
    if not largest > 0:
        return None
    if not exact.all():
        return _partly(panel, weights)
    kept = np.abs(weights) > ZERO * largest
    values = weights[kept]
    if float(np.ptp(values)) <= SAME * largest:
        return None if kept.all() else _subset(panel, bound, kept)
    least = float(np.min(np.abs(values)))  # so that the rows that count least count once
    return _weighted(panel, bound, weights / least, found.errors / least)


def _subset(panel: Panel, bound: BoundLoss, kept: np.ndarray) -> Explanation | None:
    repaired = _judged(panel, bound, kept.astype(float))
    if repaired is None:
        return None
    left_out = described(panel, ~kept)
    return Explanation(
        code="row-subset",
        cost=0.98,
        change=f"of {np.count_nonzero(kept)} of the {len(kept)} rows: it leaves out {left_out}",
        advice="Sum over all rows, or leave these out of the model too.",
        repaired=repaired,
        key="rows",
        numbers={"left_out": np.flatnonzero(~kept)[:20].tolist(), "count": int(np.count_nonzero(~kept))},
    )


def _partly(panel: Panel, weights: np.ndarray) -> Explanation | None:
    """Tell of rows that agree where the others are no multiple of their N."""
    exact = np.isfinite(weights)
    values = weights[exact]
    if float(np.ptp(values)) > SAME * float(np.max(np.abs(values))) or not np.min(values) > 0:
        return None
    rule = shared_by(panel, exact)
    if not rule:
        return None
    share = np.count_nonzero(exact) / len(exact)
    if share < FEW:
        return None
    return Explanation(
        code="row-subset",
        cost=1.45 if share >= 0.5 else 2.6,  # what explains all rows says more
        change="",
        reading=(
            f"It is, up to scale and offset, that of {np.count_nonzero(exact)} of the {len(exact)} rows, those with {rule}; "
            "the other rows have another loss."
        ),
        advice="Look at what the loss does with the other rows.",
        key="rows",
        numbers={"rule": rule, "count": int(np.count_nonzero(exact))},
    )


def _weighted(panel: Panel, bound: BoundLoss, weights: np.ndarray, errors: np.ndarray) -> Explanation | None:
    name, exactly = named_weights(panel, weights)
    repaired = _judged(panel, bound, weights, errors) if exactly is None else _judged(panel, bound, exactly)
    if repaired is None:
        return None
    shown = ", ".join(f"{w:.4g}" for w in (weights / weights[0])[:3])
    return Explanation(
        code="weighted-rows",
        cost=0.99 if name else 1.06,
        change=f"with rows weighted {f'by {name}' if name else f'as {shown}, …'}",
        reading=""
        if panel.scene.likelihood.weights is None
        else "The model's rows have weights of their own.",
        advice="Drop the weights, or weigh the rows of the model too (weights=).",
        repaired=repaired,
        key="rows",
        numbers={"weights": weights[:20].tolist(), "by": name},
    )


def _judged(
    panel: Panel, bound: BoundLoss, weights: np.ndarray, errors: np.ndarray | float = 0.0
) -> Comparison | None:
    """Judge L against the weighted sum of rows, to rounding and to what is known of the weights."""
    scene = panel.scene_of(bound) if bound is not panel.scene.loss else panel.scene
    table = panel.table if scene is panel.scene else panel.tabulate(scene, panel.points)
    rows = np.array([_rows(sample.point) for sample in table.samples])
    sizes = np.sum(np.abs(rows * weights), axis=1)
    floor = table.nll_floor * float(np.max(np.abs(weights))) + 64 * EPS * sizes
    floor = floor + np.sum(np.abs(rows) * np.minimum(errors, SAME), axis=1)
    return panel.affine(scene, replace(table, nll=rows @ weights, nll_floor=floor), len(table.loss))


# -- weights that depend on the parameters ----------------------------------------------------------------------


def _by_parameter(panel: Panel, n: int) -> Iterator[Explanation]:
    """Yield weights that are functions of an argument which the parameters move: L_i/g(x_i) is the NLL of the row."""
    both = _row_losses(panel, panel.scene.loss, n)
    if both is None:
        return
    loss, nll = both
    points = _probes(panel)
    arguments = [panel.arguments[id(p)] for p in points]
    for name, value in arguments[0].items():
        if value.shape not in ((n,), ()) or np.array_equal(value, arguments[-1][name]):
            continue
        x = np.array([np.broadcast_to(a[name], (n,)) for a in arguments], dtype=float)
        with np.errstate(all="ignore"):
            for text, weights in (
                (name, x), (f"1/{name}", 1 / x), (f"{name}**2", x**2), (f"1/{name}**2", x**-2.0), (f"np.sqrt({name})", np.sqrt(x)),
                (f"1-{name}", 1 - x), (f"(1-{name})**2", (1 - x) ** 2), (f"np.exp({name})", np.exp(x)),
            ):  # fmt: skip
                rest = loss / weights
                if not np.isfinite(rest).all():
                    continue
                left, right = rest - rest.mean(axis=0), nll - nll.mean(axis=0)
                factor = float(np.sum(left * right)) / max(float(np.sum(right**2)), 1e-300)
                if factor > 0 and float(np.max(np.abs(left - factor * right))) <= 1e-8 * float(
                    np.max(np.abs(left))
                ):
                    yield _moving(text)
                    return


def _moving(text: str) -> Explanation:
    return Explanation(
        code="weighted-rows",
        cost=1.1,
        change="",
        reading=(
            f"Each row is the NLL of the row times `{text}`, which the parameters move: as a function of them it is "
            "no likelihood, unless that weight is held constant when gradients are taken."
        ),
        advice=f"Drop the factor `{text}`; where a stop-gradient is meant, no loss of the parameters has that gradient.",
        key="rows",
        numbers={"by": text},
    )
