"""The loss at drawn data and arguments, and families compared with it: quickly, then to rounding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nllcheck.binding import BoundLoss
from nllcheck.diagnosis.names import Condition, name_scale
from nllcheck.families.screen import Stack, closeness, totals
from nllcheck.families.unknown import find_unknown
from nllcheck.identification.draws import draw_argument, draw_data
from nllcheck.identification.guess import Guess
from nllcheck.result import Coefficient
from nllcheck.rounding import EPS, LIMIT, LIMIT_LOW, fit_affine, noise_level, spread

__all__ = ["Judged", "Trials"]

SIZES = (9, 14, 6)  # rows of the data sets; the first is that of the quick test
POINTS, AT_LEAST = 11, 8  # arguments drawn for each data set, and how many of them must give a finite loss
LOW_PRECISION = 1e4  # noise in units of eps·size from which a loss computes in less than double precision


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A guess judged to rounding on several data sets."""

    scale: Coefficient
    residual: float
    n_probes: int
    flipped: bool


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    """One data set, arguments drawn for it, and the loss there: `loss` has shape (n_points,)."""

    y: np.ndarray
    points: list[dict[str, np.ndarray]]
    loss: np.ndarray


@dataclass(kw_only=True)
class Trials:
    """Calls a loss at drawn data and arguments, once for every kind of them.

    Parameters
    ----------
    loss : BoundLoss
        Its bindings have the names of its arguments.
    data : str
        The argument that is the data.
    seed : int
    works, problem
        Whether the loss was finite at anything; the first reason why it was not.
    """

    loss: BoundLoss
    data: str
    seed: int
    works: bool = False
    problem: str = ""
    _drawn: dict[tuple[object, ...], _Drawn | None] = field(default_factory=dict)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The other arguments of the loss."""
        return tuple(name for name in self.loss.reads if name != self.data)

    def draw(self, guess: Guess, group: int = 0) -> _Drawn | None:
        """Return the loss at data and arguments as the guess has them; None where it is not finite or level."""
        domains = {a: link.source for a, link in zip(guess.arguments, guess.links, strict=True)}
        rows = guess.per_row()
        key = (guess.kind, group, *((a, domains[a], rows[a]) for a in sorted(domains)))
        if key not in self._drawn:
            self._drawn[key] = self._draw(guess.kind, domains, rows, group)
        return self._drawn[key]

    def _draw(
        self, kind: str, domains: Mapping[str, str], rows: Mapping[str, bool], group: int
    ) -> _Drawn | None:
        rng = np.random.default_rng([self.seed, group, 21])
        y = draw_data(kind, SIZES[group], rng)
        points, losses = [], []
        for _ in range(POINTS):
            point = {a: draw_argument(domains[a], rows[a], y, rng) for a in self.arguments}
            total = self.total({self.data: y, **point})
            if np.isfinite(total):
                points.append(point)
                losses.append(total)
            elif len(points) == 0:
                return None
        loss = np.array(losses)
        if len(points) < AT_LEAST or not np.ptp(loss) > 0:
            return None
        return _Drawn(y=y, points=points, loss=loss)

    def total(self, values: Mapping[str, np.ndarray]) -> float:
        """Return the loss, summed if it returns one value a row; nan where it raises."""
        returned = self.loss(values)
        if np.isfinite(returned.total):
            self.works = True
        elif not self.problem:
            self.problem = returned.problem or f"returned {returned.total}"
        return returned.total

    # -- quickly ----------------------------------------------------------------------------------------

    def stack(self, guess: Guess, drawn: _Drawn) -> Stack:
        """Return data and parameters of the guess, linked."""
        names = tuple(guess.family.parameters)
        parts = zip(names, guess.arguments, guess.links, strict=True)
        with np.errstate(all="ignore"):
            values = {name: [link.function(p[a]) for p in drawn.points] for name, a, link in parts}
        return Stack.of({"data": [drawn.y] * len(drawn.points), **values})

    def close(self, guess: Guess, bar: float) -> Iterator[tuple[Guess, float]]:
        """Yield the guess, with values of its unknown number if it has one, and its distance if that is close."""
        drawn = self.draw(guess)
        if drawn is None:
            return
        stack, names = self.stack(guess, drawn), tuple(guess.family.parameters)
        if not stack.admits(guess.family, "data"):
            return
        unknown = guess.family.unknown
        if unknown is None:
            away = float(closeness(drawn.loss, totals(stack, guess.family, "data", names))[0])
            if away <= bar:
                yield guess, away
            return

        def sums(values: np.ndarray) -> np.ndarray:
            return totals(stack, guess.family, "data", names, values)

        size = stack.size("data", names) if unknown.in_units_of_y else 1.0
        for value in find_unknown(drawn.loss, sums, unknown, size):
            away = float(closeness(drawn.loss, sums(np.array([value])))[0])
            if away <= bar:
                yield replace(guess, unknown=value), away

    # -- to rounding ------------------------------------------------------------------------------------

    def judge(self, guess: Guess) -> Judged | None:
        """Judge L = a·F + c(y), a the same for data of one size, on three data sets; None unless it holds."""
        loss, nll, floors, other, groups = [], [], [], [], []
        for group in range(len(SIZES)):
            drawn = self.draw(guess, group)
            if drawn is None:
                return None
            for point, total in zip(drawn.points, drawn.loss, strict=True):
                values, floor = self._family_at(guess, drawn.y, point)
                loss.append(total)
                nll.append(values)
                floors.append(self._floor(drawn.y, point, float(total), float(np.ptp(drawn.loss))))
                other.append(floor)
                groups.append(group)
        return self._fit(*map(np.array, (loss, nll, floors, other, groups)))

    def _fit(
        self, loss: np.ndarray, nll: np.ndarray, floor: np.ndarray, nll_floor: np.ndarray, groups: np.ndarray
    ) -> Judged | None:
        if not np.isfinite(nll).all() or not np.isfinite(floor + nll_floor).all():
            return None
        rough = fit_affine(loss, nll, floor, groups)
        fit = fit_affine(loss, nll, floor + np.abs(rough.scale)[groups] * nll_floor, groups)
        limit = LIMIT_LOW if self.is_low_precision else LIMIT
        same_sign = abs(float(np.sum(np.sign(fit.scale)))) == len(fit.scale)
        if not fit.worst <= limit or not same_sign or not (np.abs(fit.scale) > 4 * fit.uncertainty).all():
            return None
        conditions = [
            Condition(
                scale=abs(float(fit.scale[g])),
                scale_error=float(fit.uncertainty[g]),
                offset=0.0,
                offset_error=0.0,
                n_obs=SIZES[g],
                nuisances={},
                data={},
                data_name="given",
            )
            for g in range(len(SIZES))
        ]
        return Judged(
            scale=name_scale(conditions),
            residual=fit.worst,
            n_probes=len(loss),
            flipped=bool(fit.scale[0] < 0),
        )

    def _family_at(self, guess: Guess, y: np.ndarray, point: Mapping[str, np.ndarray]) -> tuple[float, float]:
        """Return F and its rounding error."""
        extra = () if guess.unknown is None else (np.asarray(guess.unknown),)
        names = tuple(guess.family.parameters)

        def rows(values: Mapping[str, np.ndarray]) -> np.ndarray:
            drawn = _Drawn(y=values[self.data], points=[dict(values)], loss=np.zeros(1))
            return self.stack(guess, drawn).rows(guess.family, "data", names, *extra)

        values = {self.data: y, **point}
        with np.errstate(all="ignore"):
            each = rows(values)
            total, size = float(np.sum(each)), float(np.sum(np.abs(each)))
            rng = np.random.default_rng([self.seed, 22])
            moved, _ = spread(
                lambda v: float(np.sum(rows(v))), values, total, size, rng=rng, frozen={}, draws=1
            )
        return total, max(4 * EPS * size, moved)

    @cached_property
    def is_low_precision(self) -> bool:
        """Whether the loss computes in float32 or worse, at the first arguments that it took."""
        drawn = next((d for d in self._drawn.values() if d is not None), None)
        if drawn is None:
            return False
        rng = np.random.default_rng([self.seed, 23])
        values = {self.data: drawn.y, **drawn.points[0]}
        size = max(abs(float(drawn.loss[0])), 1e-300)
        return noise_level(self.total, values, rng, {}) > LOW_PRECISION * EPS * size

    def _floor(self, y: np.ndarray, point: Mapping[str, np.ndarray], total: float, span: float) -> float:
        values, size = {self.data: y, **point}, max(abs(total), span)
        rng = np.random.default_rng([self.seed, 24])
        moved, _ = spread(self.total, values, total, size, rng=rng, frozen={})
        if not self.is_low_precision:
            return max(4 * EPS * size, moved)
        coarse, _ = spread(self.total, values, total, size, rng=rng, frozen={}, ulps=2.0**29)
        return max(4 * EPS * size, moved, coarse, 2.0**-23 * size)
