"""A parameter is replaced in the likelihood itself, in all of it or in one term: log(p + eps), a clip, a jitter."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from nllcheck.diagnosis.causes.columns import Dictionary
from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.maps import plus
from nllcheck.diagnosis.causes.panel import Panel
from nllcheck.diagnosis.causes.readings import the_term
from nllcheck.evidence.values import Comparison
from nllcheck.likelihood.engine import Data, Parameters
from nllcheck.probes import Point
from nllcheck.rounding import EPS

__all__ = [
    "CANCELLING",
    "USES",
    "Use",
    "cancels",
    "is_close",
    "names_in_likelihood",
    "probes_of_uses",
    "replaced_beneath",
    "replaced_in_likelihood",
    "terms_after",
    "uses_of",
]

FEW, SCREENED = 5, 10
AT_ONCE = 24  # uses that are asked in one call
CLOSE, CLOSE_LOW = 1e-6, 3e-3
CANCELLING, RESTATING = 1.0, 0.3  # what it costs more


Function = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a loss may use in the place of a parameter: how it is written, and what it is."""

    text: str
    apply: Function
    epsilon: bool = False
    clip: bool = False


def _clipped(low: float | None, high: float | None) -> Function:
    return lambda x: np.clip(x, low, high)


def _ridged(epsilon: float) -> Function:
    return lambda x: x + epsilon * np.eye(x.shape[-1])


def _correlation(x: np.ndarray) -> np.ndarray:
    return x / np.sqrt(np.outer(np.diag(x), np.diag(x)))


def _correlations_beside_variances(x: np.ndarray) -> np.ndarray:
    return _correlation(x) * (1 - np.eye(len(x))) + np.diag(np.diag(x))


def _deviations_beside_covariances(x: np.ndarray) -> np.ndarray:
    return x * (1 - np.eye(len(x))) + np.diag(np.sqrt(np.diag(x)))


def _inverse_of_diagonal_precision(x: np.ndarray) -> np.ndarray:
    return np.diag(1 / np.diag(np.linalg.inv(x)))


def _rescaled(power: float) -> Function:
    """Return D^power·R·D^power of a covariance D·R·D."""

    def apply(x: np.ndarray) -> np.ndarray:
        scale = np.sqrt(np.diag(x)) ** power
        return _correlation(x) * np.outer(scale, scale)

    return apply


EPSILONS = tuple(
    Use(text=f"{{x}} + {e:g}", apply=plus(e), epsilon=True)
    for e in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 0.5, 5e-3)
)
CLIPS = tuple(
    Use(text=f"np.clip({{x}}, {e:g}, {1 - e:g})", apply=_clipped(e, 1 - e), clip=True)
    for e in (0.2, 0.1, 0.05, 0.02, 0.01, 5e-3, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7)
)
BOUNDS = tuple(
    use
    for e in (0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 1e-2, 1e-3)
    for use in (
        Use(text=f"np.maximum({{x}}, {e:g})", apply=_clipped(e, None), clip=True),
        Use(text=f"np.minimum({{x}}, {e:g})", apply=_clipped(None, e), clip=True),
        Use(text=f"np.clip({{x}}, {-e:g}, {e:g})", apply=_clipped(-e, e), clip=True),
    )
)
USES = (
    *EPSILONS,
    Use(text="{x}**2", apply=np.square),
    Use(text="np.sqrt({x})", apply=np.sqrt),
    Use(text="1/{x}", apply=lambda x: 1 / x),
    Use(text="1/{x}**2", apply=lambda x: x**-2.0),
    Use(text="1/np.sqrt({x})", apply=lambda x: x**-0.5),
    Use(text="np.exp({x})", apply=np.exp),
    Use(text="np.exp({x}/2)", apply=lambda x: np.exp(x / 2)),
    Use(text="np.exp(2*{x})", apply=lambda x: np.exp(2 * x)),
    Use(text="np.log({x})", apply=np.log),
    Use(text="np.log1p({x})", apply=np.log1p),
    Use(text="{x}/2", apply=lambda x: x / 2),
    Use(text="2*{x}", apply=lambda x: 2 * x),
    Use(text="{x} + 1", apply=lambda x: x + 1),
    Use(text="{x} - 1", apply=lambda x: x - 1),
    Use(text="1 - {x}", apply=lambda x: 1 - x),
    Use(text="-{x}", apply=lambda x: -x),
    Use(text="1", apply=np.ones_like),
    Use(text="0", apply=np.zeros_like),
    Use(text="np.abs({x})", apply=np.abs),
    Use(text="np.maximum({x}, 0)", apply=lambda x: np.maximum(x, 0.0)),
    Use(text="sigmoid({x})", apply=special.expit),
    Use(text="np.mean({x})", apply=lambda x: np.full_like(x, np.mean(x))),
)
VECTORS = (
    Use(text="softmax({x})", apply=lambda x: special.softmax(x, axis=-1)),
    Use(text="{x}[::-1]", apply=lambda x: x[..., ::-1]),
)
MATRICES = (
    Use(text="np.diag(np.diag({x}))", apply=lambda x: x * np.eye(x.shape[-1])),
    *(
        Use(text=f"{{x}} + {e:g}*np.eye(k)", apply=_ridged(e), epsilon=True)
        for e in (1.0, 0.1, 0.05, 0.02, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8)
    ),
    Use(text="{x} @ {x}", apply=lambda x: x @ x),
    Use(text="np.linalg.inv({x})", apply=np.linalg.inv),
    Use(text="{x} @ {x}.T", apply=lambda x: x @ x.T),
    Use(text="np.eye(k)", apply=lambda x: np.eye(x.shape[-1])),
    Use(text="the correlation of {x}", apply=_correlation),
    Use(text="the inverse of the correlation of {x}", apply=lambda x: np.linalg.inv(_correlation(x))),
    Use(text="{x} with correlations for covariances", apply=_correlations_beside_variances),
    Use(text="{x} with standard deviations for variances", apply=_deviations_beside_covariances),
    Use(text="{x} without the off-diagonal of its inverse", apply=_inverse_of_diagonal_precision),
    Use(text="{x} with the opposite off-diagonal", apply=lambda x: 2 * x * np.eye(x.shape[-1]) - x),
    Use(text="{x} with half of its off-diagonal", apply=lambda x: (x + x * np.eye(x.shape[-1])) / 2),
    Use(text="its correlation scaled by 1/deviations", apply=_rescaled(-1.0)),
    Use(text="its correlation scaled by √deviations", apply=_rescaled(0.5)),
    Use(text="its correlation scaled by variances", apply=_rescaled(2.0)),
)


def replaced_in_likelihood(panel: Panel) -> Iterator[Explanation]:
    """Yield replacements of one parameter of the model, in N or in one term of it, that make it the loss."""
    points = probes_of_uses(panel)
    if panel.scene.likelihood.is_large or not points:
        return
    loss = np.array([panel.scene.sample(p).loss for p in points])
    for name in names_in_likelihood(panel):
        value = np.asarray(panel.named(points[0])[name])
        uses = [use for use in uses_of(value) if not use.clip or _bites(panel, points, name, use)]
        for some in (uses[i : i + AT_ONCE] for i in range(0, len(uses), AT_ONCE)):
            if not panel.has_time:
                return
            for use in _promising(panel, points[:FEW], loss[:FEW], name, some):
                yield from _tried(panel, points, loss, name, use)


def replaced_beneath(panel: Panel) -> Iterator[Explanation]:
    """Yield the same of what the loss does not take but may compute itself: a clip of its own probabilities."""
    likelihood = panel.scene.likelihood
    below = frozenset().union(*(likelihood.parents(name) for name in panel.scene.loss.reads))
    names = tuple(
        name
        for name in likelihood.graphs.deterministics
        if name not in panel.scene.loss.reads
        and likelihood.parents(name)
        and likelihood.parents(name) <= below
    )
    if names and not likelihood.is_large:
        yield from replaced_in_likelihood(replace(panel, beneath=names, kept={}))


def probes_of_uses(panel: Panel) -> list[Point]:
    """Return some of the nearer probes of the reference setting; none where they are few or the loss is not finite."""
    points = [p for p in panel.reference if p.excess <= 9.0]
    points = points[:: max(1, len(points) // SCREENED)][:SCREENED]
    finite = all(np.isfinite(panel.scene.sample(p).loss) for p in points)
    return points if len(points) >= 6 and finite else []


def is_close(panel: Panel, loss: np.ndarray, nll: np.ndarray) -> bool:
    """Return whether a loss is roughly a·N + c at a few probes."""
    return _close(loss, nll, CLOSE_LOW if panel.scene.is_low_precision else CLOSE)


def names_in_likelihood(panel: Panel) -> list[str]:
    """Return free parameters and deterministics that both the loss and the terms of N read, or those beneath it."""
    parts = panel.scene.prober.parts
    reads = () if panel.beneath else panel.scene.loss.reads
    return [*(name for name in parts.of_loss if name in reads), *panel.pieces.deterministics]


def uses_of(value: np.ndarray) -> tuple[Use, ...]:
    """Return what a loss may use in the place of a parameter with this value."""
    if value.ndim == 2 and value.shape[0] == value.shape[1]:
        return MATRICES
    uses = USES + (CLIPS if np.all((value > 0) & (value < 1)) else BOUNDS)
    return uses + VECTORS if value.ndim and value.shape[-1] > 1 else uses


def _place(
    panel: Panel, point: Point, name: str, use: Use | None, ulps: float = 0.0
) -> tuple[Parameters, Data | None, Parameters]:
    """Return where N is evaluated: a probe with one parameter replaced, or moved by some ulps."""
    x, named = dict(point.x), panel.named(point)
    value = np.asarray(named[name], dtype=float)
    value = value + ulps * np.spacing(np.abs(value)) if ulps else value
    with np.errstate(all="ignore"):
        used = value if use is None else use.apply(value)
    if name in x:
        x[name] = used
    named[name] = used
    return x, panel.scene.prober.settings[point.setting].data, named


def terms_after(
    panel: Panel, points: Sequence[Point], name: str, use: Use | None, ulps: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return the pieces of N there and their sizes, both of shape (n_points, n_pieces)."""
    return panel.pieces.evaluate_all([_place(panel, p, name, use, ulps) for p in points])


def _promising(
    panel: Panel, points: Sequence[Point], loss: np.ndarray, name: str, uses: Sequence[Use]
) -> list[Use]:
    """Return the uses that may explain the loss at a few probes, asked all at once."""
    own = panel.terms_at(points)[0]
    found, places = [], []
    for use in uses:
        try:
            places += [_place(panel, p, name, use) for p in points]
            found.append(use)
        except (ValueError, np.linalg.LinAlgError):
            continue
    if not found:
        return []
    try:
        table = panel.pieces.evaluate_all(places)[0].reshape(len(found), *own.shape)
    except (ValueError, np.linalg.LinAlgError):
        return found
    return [
        use for use, terms in zip(found, table, strict=True) if _may_explain(panel, points, loss, terms - own)
    ]


def _tried(panel: Panel, points: list[Point], loss: np.ndarray, name: str, use: Use) -> Iterator[Explanation]:
    try:
        changes = terms_after(panel, points, name, use)[0] - panel.terms_at(points)[0]
    except (ValueError, np.linalg.LinAlgError):
        return
    whole = np.array([piece.whole and not piece.prior for piece in panel.pieces.pieces])
    nll = np.array([p.nll for p in points])
    everywhere = np.flatnonzero(whole)
    choices = [everywhere] + [
        np.array([k])
        for k, piece in enumerate(panel.pieces.pieces)
        if not piece.prior and piece.category is None
    ]
    close = CLOSE_LOW if panel.scene.is_low_precision else CLOSE
    tried = set()
    for chosen in choices:
        change = changes[:, chosen].sum(axis=1)
        key = change.tobytes()
        if key in tried or not np.isfinite(change).all() or not np.any(change):
            continue
        tried.add(key)
        if _close(loss, nll + change, close):
            repaired = _judged(panel, name, ((use, chosen),))
            if repaired is not None:
                all_of_it = np.array_equal(chosen, everywhere)
                told = _told(panel, name, use, chosen, repaired, everywhere=all_of_it)
                if not all_of_it:
                    number = int(chosen[0])
                    dearer = CANCELLING * cancels(panel, points, number, change)
                    dearer += RESTATING * _restates(panel, points, number, change)
                    told = replace(told, cost=told.cost + dearer)
                yield told
                return
    if use.epsilon and bool(np.all(np.asarray(panel.named(points[0])[name]) < 1)):
        yield from _on_both_sides(panel, points, loss, nll, name, use, changes, close)


def cancels(panel: Panel, points: Sequence[Point], number: int, change: np.ndarray) -> bool:
    """Return whether a changed piece of N only takes another one away: both are missing, which says more."""
    own = panel.terms_at(points)[0]
    changed = own[:, number] + change
    others = [
        k for k, piece in enumerate(panel.pieces.pieces) if piece.fine and not piece.prior and k != number
    ]
    spans = [(np.ptp(changed + own[:, k]), np.ptp(own[:, k])) for k in others]
    return any(left <= CLOSE * span for left, span in spans if span > 0)


def _restates(panel: Panel, points: Sequence[Point], number: int, change: np.ndarray) -> bool:
    """Return whether a changed piece of N is a multiple of itself: a root in a logarithm is half a coefficient."""
    own = panel.terms_at(points)[0][:, number]
    return _close(own + change, own, CLOSE)


def _bites(panel: Panel, points: list[Point], name: str, use: Use) -> bool:
    """Return whether a clip changes some values of the parameter, and leaves most as they are."""
    values = np.concatenate([np.ravel(panel.named(p)[name]) for p in points]).astype(float)
    touched = use.apply(values) != values
    return bool(0 < np.count_nonzero(touched) <= 0.6 * len(values))


def _may_explain(panel: Panel, points: Sequence[Point], loss: np.ndarray, changes: np.ndarray) -> bool:
    """Ask at a few probes whether N with one piece, all of them, or two (of a share) changed is near L."""
    pieces = panel.pieces.pieces
    kept = [k for k, piece in enumerate(pieces) if not piece.prior and piece.category is None]
    whole = changes[:, [k for k in kept if pieces[k].whole]].sum(axis=1)
    nll = np.array([p.nll for p in points])
    close = 1e3 * (CLOSE_LOW if panel.scene.is_low_precision else CLOSE)
    options = [whole, *(changes[:, k] for k in kept)]
    return any(np.isfinite(c).all() and _close(loss, nll + c, close) for c in options) or len(kept) <= 6


def _on_both_sides(
    panel: Panel,
    points: list[Point],
    loss: np.ndarray,
    nll: np.ndarray,
    name: str,
    use: Use,
    changes: np.ndarray,
    close: float,
) -> Iterator[Explanation]:
    """Try log(p + ε) in one term together with log(1 − p + ε) in another."""
    back = Use(text=f"1 - ({use.text} of 1 - {{x}})", apply=lambda x: 1 - use.apply(1 - x))
    other = terms_after(panel, points, name, back)[0] - panel.terms_at(points)[0]
    pieces = [
        k
        for k, piece in enumerate(panel.pieces.pieces)
        if not (piece.prior or piece.whole) and piece.category is None
    ]
    for i in pieces:
        for j in pieces:
            change = changes[:, i] + other[:, j]
            if i == j or not np.any(changes[:, i]) or not np.any(other[:, j]):
                continue
            if not np.isfinite(change).all() or not _close(loss, nll + change, close):
                continue
            repaired = _judged(panel, name, ((use, np.array([i])), (back, np.array([j]))))
            if repaired is not None:
                told = _told(panel, name, use, np.array([i]), repaired, everywhere=True)
                both = f"but for `{use.text.format(x=name)}` and `{use.text.format(x=f'(1 - {name})')}`"
                yield replace(told, change=f"{both} in the logarithms")
                return


def _close(loss: np.ndarray, nll: np.ndarray, close: float) -> bool:
    y, x = loss - loss.mean(), nll - nll.mean()
    spread = float(x @ x)
    if not spread > 0:
        return False
    slope = float(x @ y) / spread
    return slope != 0 and float(np.max(np.abs(y - slope * x))) <= close * float(np.max(np.abs(y)))


def _judged(panel: Panel, name: str, uses: tuple[tuple[Use, np.ndarray], ...]) -> Comparison | None:
    """Judge L against N with pieces replaced by what they are when the parameter is replaced."""
    table = panel.table
    nll, floor = table.nll.copy(), table.nll_floor.copy()
    points = [sample.point for sample in table.samples]
    old = panel.terms_at(points)[0]
    moved = terms_after(panel, points, name, None, ulps=1.0)[0]
    for use, chosen in uses:
        new, sizes = terms_after(panel, points, name, use)
        shaken = terms_after(panel, points, name, use, ulps=1.0)[0]
        nll += np.sum((new - old)[:, chosen], axis=1)
        noise = np.abs(moved - old)[:, chosen] + np.abs(shaken - new)[:, chosen]
        floor += 16 * EPS * np.sum(sizes[:, chosen], axis=1) + np.sum(noise, axis=1)
    kept = np.isfinite(nll)
    if np.count_nonzero(kept) < len(kept) // 2:
        return None
    judged = table.against(nll, floor, kept)
    return panel.affine(panel.scene, judged, len(table.loss))


def _told(
    panel: Panel, name: str, use: Use, chosen: np.ndarray, repaired: Comparison, *, everywhere: bool
) -> Explanation:
    text = use.text.format(x=name)
    where = ""
    if not everywhere:
        where = f" in {the_term(Dictionary.at(panel, panel.reference).name_of_piece(int(chosen[0])))}"
    constant = "{x}" not in use.text
    plain = constant or use.text in ("2*{x}", "{x}/2", "-{x}")
    code = "clipped" if use.clip else "missing-term" if constant and where else "argument-transformed"
    return Explanation(
        code=code,
        cost=(1.1 if use.epsilon or use.clip else 1.4 if plain else 1.2) + (0.0 if everywhere else 0.05),
        change=f"but for `{text}` in the place of `{name}`{where}",
        reading="Such a number keeps logarithms and quotients finite, at the price of another likelihood."
        if use.epsilon
        else "",
        advice=(
            "Leave it out and compute from logits or log-parameters, which need none."
            if use.epsilon
            else f"Use `{name}` there, as the likelihood does."
        ),
        repaired=repaired,
        key=f"use {name}",
        numbers={"argument": name, "used": text, "everywhere": everywhere},
    )
