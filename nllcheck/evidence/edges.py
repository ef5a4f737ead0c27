"""How far does the relation hold? Parameters and data pushed to their bounds and far into the tails."""

from dataclasses import dataclass

import numpy as np

from nllcheck.binding import Returned
from nllcheck.evidence.values import Comparison
from nllcheck.likelihood.engine import Evaluated
from nllcheck.probes import REGULAR, WITHIN, Path, Setting
from nllcheck.relation import Relation
from nllcheck.result import Evidence, Finding, Severity, Status
from nllcheck.rounding import EPS, nudges
from nllcheck.scene import Scene

__all__ = ["check_edges"]

COUNTS = (100, 1000, 10_000)
SMALLEST, LARGEST = 1e-20, 1e13  # arguments beyond are not asked about
VISIBLE = 1e-7  # relative departures below are rounding inside the loss, nothing that anyone could see
CANDIDATES = 200  # rows that are tried for the one that departs
TAILS = (40.0, 50.0)  # standard deviations
POINTS = 6  # at which other data are tried


@dataclass(frozen=True, kw_only=True)
class _Departure:
    """The first place along a path at which the loss is no longer a·N + c."""

    path: str
    kind: str  # "clipped" or "non-finite"
    argument: str
    value: float
    inside: float
    excess: float
    loss: float
    expected: float
    problem: str = ""  # why the loss gave no number there
    is_near: bool = True

    @property
    def is_inside(self) -> bool:
        """Whether it happens where data live: no row is impossible, and no parameter absurdly far off."""
        return self.excess <= REGULAR and self.is_near


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """Both sides at one place of a path."""

    evaluated: Evaluated
    excess: float
    returned: Returned
    values: dict[str, np.ndarray]


def check_edges(scene: Scene, comparison: Comparison) -> tuple[Evidence, list[Finding]]:
    """Follow the relation outwards; departures inside the regular region are errors, beyond it warnings."""
    if comparison.fit is None or comparison.relation not in (
        Relation.EQUAL,
        Relation.CONSTANT,
        Relation.AFFINE,
    ):
        return _not_applicable("the relation has no scale that could be followed outwards"), []
    if comparison.profiled or scene.likelihood.is_large:
        reason = "the nuisances were profiled out" if comparison.profiled else "the data are large"
        return _not_applicable(reason), []
    walker = _Walker(scene, comparison)
    departures = [d for path in scene.prober.outward if (d := walker.walk(path)) is not None]
    departures += walker.exact_bounds()
    departures += walker.data_tails()
    findings = _findings(scene, departures)
    if not findings:
        summary = "holds to probabilities of 1e-16, logits of 800 and 40 standard deviations, where it could be judged"
        return Evidence(question="edges", status=Status.AGREES, summary=summary), []
    inside = [finding for finding in findings if finding.severity is Severity.ERROR]
    return Evidence(
        question="edges",
        status=Status.DISAGREES if inside else Status.AGREES,
        summary=(inside or findings)[0].message,
        numbers=dict((inside or findings)[0].numbers),
    ), findings


def _not_applicable(reason: str) -> Evidence:
    return Evidence(question="edges", status=Status.NOT_APPLICABLE, summary=reason)


class _Walker:
    """Follows L = a·N + c from the optimum outwards."""

    def __init__(self, scene: Scene, comparison: Comparison) -> None:
        assert comparison.fit is not None
        self.scene = scene
        self.scale = float(comparison.fit.scale[0])
        self.offset = float(comparison.fit.offset[0])
        self.accuracy = max(1e-6 if comparison.limited else VISIBLE, scene.relative_noise)
        if not scene.likelihood.full_precision:
            self.accuracy = max(self.accuracy, 2.0**-23)
        self.setting: Setting = scene.prober.settings[0]
        self.base = scene.prober.evaluate(self.setting.u, self.setting.data)

    def see(self, direction: np.ndarray, length: float, evaluated: Evaluated | None = None) -> _Seen:
        """Evaluate both sides, or the loss alone, at a place of a path."""
        if evaluated is None:
            u = self.setting.u + length * direction
            evaluated = self.scene.prober.evaluate(u, self.setting.data)
        values = {name: np.asarray(evaluated.values[name]) for name in self.scene.loss.reads}
        return _Seen(
            evaluated=evaluated,
            excess=self.scene.prober.excess(evaluated, self.base),
            returned=self.scene.loss(values),
            values=values,
        )

    def walk(self, path: Path) -> _Departure | None:
        """Return the first departure along a path, located by bisection; None if there is none."""
        agreed = 0.0
        for length, evaluated in path.places:
            verdict = self.verdict(self.see(path.direction, length, evaluated))
            if verdict == "":
                agreed = length
            elif verdict in ("clipped", "non-finite"):
                return self._locate(path.name, path.direction, agreed, length)
        return None

    def verdict(self, seen: _Seen) -> str:
        """Return ``""`` for agreement, a kind of departure, or ``"?"`` where it cannot be judged."""
        nll, loss = seen.evaluated.total, seen.returned.total
        if not np.isfinite(nll) or any(_is_beyond(value) for value in seen.values.values()):
            return "?"
        expected = self.scale * nll + self.offset
        if not np.isfinite(loss):
            return "?" if self._is_rounded_argument(seen) else "non-finite"
        size = self.scale * seen.evaluated.size + abs(loss) + abs(expected)
        gap = abs(loss - expected)
        if gap <= self.scene.limit * self.accuracy * size:
            return ""
        floor = self._floor(seen)
        if not np.isfinite(floor) or floor > 1e-3 * max(1.0, abs(expected)) * self.scale:
            return "?"
        return "" if gap <= 2 * self.scene.limit * (floor + 4 * EPS * size) else "clipped"

    def _floor(self, seen: _Seen) -> float:
        """Return by how much L moves when its inputs do so by one unit in the last place."""
        rng = np.random.default_rng([self.scene.seed, 12])
        frozen = self.scene.prober.frozen["given"]
        changes = [
            abs(self.scene.loss(moved).total - seen.returned.total)
            for moved in nudges(seen.values, rng, 1.0, frozen)
        ]
        return float(max(changes)) + self.scale * EPS * seen.evaluated.size

    def _is_rounded_argument(self, seen: _Seen) -> bool:
        """Return whether the loss is finite one unit in the last place away: its argument was rounded to a bound."""
        rng = np.random.default_rng([self.scene.seed, 13])
        inner = {
            name: np.clip(value, np.nextafter(0, 1), np.nextafter(1, 0))
            if value.dtype.kind == "f" and value.size and value.min() >= 0 and value.max() <= 1
            else value
            for name, value in seen.values.items()
        }
        candidates = [inner, *nudges(seen.values, rng, 1.0, {})]
        return any(np.isfinite(self.scene.loss(candidate).total) for candidate in candidates)

    def _locate(self, path: str, direction: np.ndarray, agreed: float, departed: float) -> _Departure:
        for _ in range(50):
            middle = (agreed + departed) / 2
            if not agreed < middle < departed or departed - agreed < 1e-9 * departed:
                break
            if self.verdict(self.see(direction, middle)) in ("clipped", "non-finite"):
                departed = middle
            else:
                agreed = middle
        inside, outside = self.see(direction, agreed), self.see(direction, departed)
        argument, index = self._departing_entry(outside)
        return _Departure(
            path=path,
            kind=self.verdict(outside),
            argument=argument,
            value=float(np.ravel(outside.values[argument])[index]),
            inside=float(np.ravel(inside.values[argument])[index]),
            excess=outside.excess,
            loss=outside.returned.total,
            problem=outside.returned.problem,
            expected=self.scale * outside.evaluated.total + self.offset,
            is_near=outside.returned.error is None  # an exception out here is told, and no breach
            and departed <= 100 * self.scene.likelihood.data.n_obs**0.5
            and departed <= self.scene.prober.longest(self.setting.u, direction, WITHIN),
        )

    def _departing_entry(self, seen: _Seen) -> tuple[str, int]:
        """Return which argument of the loss moved, and its entry in the row that departs."""
        data = set(self.scene.likelihood.data.injected)
        moved = [
            name
            for name, value in seen.values.items()
            if name not in data and not np.array_equal(value, self.base.values[name], equal_nan=True)
        ] or list(seen.values)
        name = max(moved, key=lambda n: seen.values[n].size)
        value = seen.values[name]
        n_rows = seen.evaluated.flat_rows.size
        if not value.ndim or value.shape[0] != n_rows:
            return name, int(np.argmax(np.abs(np.ravel(value)))) if value.size else 0
        row = self._departing_row(seen, n_rows)
        block = np.ravel(value[row])
        return name, row * block.size + int(np.argmin(block))

    def _departing_row(self, seen: _Seen, n_rows: int) -> int:
        """Return the row without which the loss agrees: replaced by its values at the optimum, one at a time."""
        change = seen.evaluated.flat_rows - self.base.flat_rows
        candidates = np.argsort(-np.abs(change))[:CANDIDATES]
        gaps = []
        for row in candidates:
            values = dict(seen.values)
            for name, value in seen.values.items():
                if value.ndim and value.shape[0] == n_rows:
                    values[name] = np.array(value)
                    values[name][row] = self.base.values[name][row]
            expected = self.scale * (seen.evaluated.total - float(change[row])) + self.offset
            gap = abs(self.scene.loss(values).total - expected)
            gaps.append(gap if np.isfinite(gap) else np.inf)
        return int(candidates[int(np.argmin(gaps))])

    def exact_bounds(self) -> list[_Departure]:
        """Set each bounded parameter that the loss reads to exactly its bound."""
        scene, found = self.scene, []
        x = scene.prober.constrain(self.setting.u)
        for name in scene.loss.reads:
            if name not in scene.prober.parts.of_loss:  # fixed, or taken and never used
                continue
            for bound in self._bounds(name, x[name]):
                value = np.array(x[name], dtype=float)
                value[(0,) * value.ndim] = bound
                evaluated = scene.likelihood.evaluate({**x, name: value}, self.setting.data)
                if evaluated.total != np.inf or not self._grows_towards(name, bound, x):
                    continue
                returned = scene.loss({n: np.asarray(evaluated.values[n]) for n in scene.loss.reads})
                if np.isfinite(returned.total):
                    found.append(
                        _Departure(
                            path=name,
                            kind="clipped",
                            argument=name,
                            value=bound,
                            inside=float(np.ravel(x[name])[0]),
                            excess=np.inf,
                            loss=returned.total,
                            expected=np.inf,
                        )
                    )
        return found

    def _grows_towards(self, name: str, bound: float, x: dict[str, np.ndarray]) -> bool:
        """Return whether N grows without limit towards a bound, or is infinite only on it."""
        value = np.array(x[name], dtype=float)
        first = (0,) * value.ndim
        value[first] = bound + 1e-14 * (float(x[name][first]) - bound)
        near = self.scene.likelihood.evaluate({**x, name: value}, self.setting.data)
        return self.scene.prober.excess(near, self.base) > 15.0

    def _bounds(self, name: str, value: np.ndarray) -> list[float]:
        """Return the finite bounds of a parameter's support."""
        likelihood = self.scene.likelihood
        where = likelihood.slices()[name]
        bounds = []
        for sign in (1.0, -1.0):
            u = self.setting.u.copy()
            u[where] = sign * 1e4
            limit = np.ravel(likelihood.constrain(u)[name])
            if (
                limit.size == value.size == where.stop - where.start
                and np.isfinite(limit[0])
                and abs(limit[0]) < 1e4
            ):
                bounds.append(float(limit[0]))
        return bounds

    def data_tails(self) -> list[_Departure]:
        """Move one observation far into the tails, and compare differences between two points."""
        scene = self.scene
        found = []
        for name in scene.likelihood.observed:
            data = self.setting.data[name]
            reads = {name, *(a for a, o in scene.likelihood.data.aliases.items() if o == name)}
            if not reads & set(scene.loss.reads) or not data.ndim:
                continue
            for value in self._extremes(data):
                changed = np.array(data)
                changed[(0,) * data.ndim] = value
                departure = self._at_data(name, float(value), {**self.setting.data, name: changed})
                if departure is not None:
                    found.append(departure)
                    break
        return found

    def _extremes(self, data: np.ndarray) -> list[float]:
        if data.dtype.kind in "iu":
            return [count for count in COUNTS if data.max() > 1 and count > data.max()]
        if data.dtype.kind != "f":
            return []
        first, spread = float(np.ravel(data)[0]), float(np.std(data)) or 1.0
        return [first + sign * tail * spread for tail in TAILS for sign in (1, -1)]

    def _at_data(self, name: str, value: float, data: dict[str, np.ndarray]) -> _Departure | None:
        scene = self.scene
        points = [p for p in scene.prober.points if p.setting == 0][:POINTS]
        sides = [scene.likelihood.evaluate(p.x, data) for p in points]
        losses = [scene.loss(side.values) for side in sides]
        nll, loss = (np.array([side.total for side in both]) for both in (sides, losses))
        if not np.isfinite(nll).all():
            return None
        gap = loss[0] - loss[1] - self.scale * (nll[0] - nll[1])
        size = sum(
            self.scale * side.size + abs(returned.total)
            for side, returned in zip(sides[:2], losses[:2], strict=True)
        )
        bar = 100 * scene.limit * self.accuracy * size
        if np.isfinite(gap) and (abs(gap) <= bar or _is_affine(loss, nll, bar)):
            return None
        rows = sides[0].flat_rows
        excess = float(np.max(rows - self.base.flat_rows)) if rows.size else 0.0
        shown = int(np.argmin(np.isfinite(loss[:2])))  # the first that is no number, if any
        return _Departure(
            path=name,
            kind="clipped" if np.isfinite(gap) else "non-finite",
            argument=name,
            value=value,
            inside=float(np.ravel(self.setting.data[name])[0]),
            excess=excess,
            loss=losses[shown].total,
            problem=losses[shown].problem,
            expected=self.scale * sides[shown].total + self.offset,
        )


def _is_affine(loss: np.ndarray, nll: np.ndarray, bar: float) -> bool:
    """Return whether L = a·N + c for an a > 0 of these data's own: a scale that depends on y, no departure."""
    if not np.isfinite(loss).all() or len(loss) < POINTS:
        return False
    dx, dy = nll - nll.mean(), loss - loss.mean()
    slope = float(dx @ dy) / max(float(dx @ dx), 1e-300)
    return slope > 0 and bool(np.max(np.abs(dy - slope * dx)) <= min(bar, 1e-6 * float(np.ptp(loss))))


def _is_beyond(value: np.ndarray) -> bool:
    """Return whether an argument is so large or small that nobody asks what a loss does there."""
    size = np.abs(value)
    return value.dtype.kind == "f" and bool(((size > LARGEST) | ((size > 0) & (size < SMALLEST))).any())


def _findings(scene: Scene, departures: list[_Departure]) -> list[Finding]:
    """Say each kind of departure once an argument, the one that comes soonest."""
    findings = []
    for key in dict.fromkeys((d.kind, d.argument) for d in departures):
        group = [d for d in departures if (d.kind, d.argument) == key]
        findings.append(_finding(scene, min(group, key=lambda d: d.excess), group))
    return findings


def _finding(scene: Scene, first: _Departure, group: list[_Departure]) -> Finding:
    inside = first.is_inside and not scene.is_low_precision
    places = list(dict.fromkeys(_place(d) for d in sorted(group, key=lambda d: d.excess)))
    broken = first.problem or f"returns {first.loss:g}"
    what = broken if first.kind == "non-finite" else "no longer follows the NLL"
    where = "inside the region where data live" if inside else "outside the region where data live"
    return Finding(
        code=first.kind,
        severity=Severity.ERROR if inside else Severity.WARNING,
        message=f"{scene.loss.name} {what} from {' and '.join(places[:2])} on, {where}.",
        advice=(
            "Compute on the log scale (logits, log σ, logaddexp) instead of clipping."
            if first.kind == "clipped"
            else "Use a stable form: np.logaddexp(0, z), scipy.special.log1p, xlogy, logsumexp."
        ),
        numbers={
            "argument": first.argument,
            "from": [d.value for d in group],
            "holds_at": first.inside,
            "loss": first.loss,
            "expected": first.expected,
            "excess": first.excess,
        },
    )


def _place(departure: _Departure) -> str:
    """Return where a departure begins, such as ``p = 1e-15`` or ``p = 1 − 1e-15``."""
    value = departure.value
    if 0.99 < value < 1:
        return f"{departure.argument} = 1 − {1 - value:.3g}"
    return f"{departure.argument} = {value:.3g}"
