"""Where both sides are evaluated: near the optimum, farther away, for several values of the nuisances."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nllcheck.likelihood.engine import Data, Evaluated, Likelihood
from nllcheck.likelihood.optimum import Optimum
from nllcheck.likelihood.simulation import CannotSimulate, Simulator
from nllcheck.parts import Parts
from nllcheck.rounding import EPS, spread

__all__ = ["Path", "Point", "Prober", "Setting"]

NEAR = (0.1, 1.5, 1.5, 1.5, 1.5)  # standard errors
FAR = (1.0, 2.0, 4.0, 6.0, 8.0, 11.0, 14.0, 17.0, 20.0)  # nats by which the worst row may fall
INNER = tuple(np.geomspace(0.01, 14.0, 34))  # the same, ever closer
ROUGHLY = (0.5, 1.0)  # of such a level, that is reached
EDGES = (18.4, 36.8, 100.0, 800.0)  # nats: probabilities 1e-8 and 1e-16, logits 800, 40 standard deviations
MOST = 4  # parameters that are pushed to their edges, both ways
# How far |u| may go for positive parameters and for shares: among the probes from 1/1000 to 1000 times the
# estimate and to probabilities of 1e-11, on the way to the edges to 1e-12, 1e12 and half an ulp of 1.
WITHIN, OUTERMOST = (6.9, 25.3), (27.6, 39.0)
FARTHEST = 1e5  # standard errors
REGULAR = 25.3  # −log of the probability 1e-11; 7 standard deviations are 24.5


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A data set and a value of the nuisances, under which a and c of L = a·N + c are the same.

    Attributes
    ----------
    data_name : str
        ``"given"``, ``"simulated 1"``, …
    data : mapping of str to array
    u : array, shape (n_params,)
        Reference point; nuisances are held at its values.
    """

    data_name: str
    data: Data
    u: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Point:
    """One probe and the model's side of it.

    `floor` is the rounding error of `nll` in nats; `values` is what can be injected, or None for large data.
    """

    kind: str
    setting: int
    u: np.ndarray
    x: dict[str, np.ndarray]
    nll: float
    size: float
    floor: float
    excess: float
    evaluated: Evaluated | None


@dataclass(frozen=True, kw_only=True)
class Path:
    """A way from the optimum outwards: a direction in u, and N at lengths where the worst row falls by `EDGES`.

    `name` is the parameter that is moved.
    """

    name: str
    direction: np.ndarray
    places: list[tuple[float, Evaluated]]


class Prober:
    """Chooses probes for one likelihood and one division of its parameters, the same for every loss.

    Parameters
    ----------
    likelihood : Likelihood
    simulator : Simulator
    optimum : Optimum
        What the probes surround.
    parts : Parts
    seed : int
    """

    def __init__(
        self, likelihood: Likelihood, simulator: Simulator, optimum: Optimum, parts: Parts, seed: int
    ) -> None:
        self.likelihood = likelihood
        self.simulator = simulator
        self.optimum = optimum
        self.parts = parts
        self.seed = seed
        self.theta = likelihood.positions(n for n in likelihood.free if n in parts.of_loss)
        self.nu = likelihood.positions(n for n in likelihood.free if n in parts.nuisances)
        self.white = self._white()
        self.frozen = {"given": self._frozen(likelihood.data.values, optimum.u)}
        self.settings: list[Setting] = self._given_settings()
        self._inner: list[Point] = []
        self.points: list[Point] = [
            point for index in range(len(self.settings)) for point in self._probe(index, NEAR, FAR)
        ]

    # -- geometry ---------------------------------------------------------------------------------------

    def _white(self) -> np.ndarray:
        """Return W, shape (n_params, n_theta): one standard error a column, in the parameters of the loss."""
        full = np.zeros((self.likelihood.n_params, self.likelihood.n_params))
        moved = self.optimum.moved
        full[np.ix_(moved, moved)] = self.optimum.white
        for position in np.setdiff1d(np.arange(self.likelihood.n_params), moved):
            full[position, position] = 1.0
        if len(self.nu) == 0 and len(self.theta) == len(moved):
            return full[:, moved]
        # the information on theta with the nuisances held: its root is the R of these columns of W⁻¹
        root = np.linalg.qr(np.linalg.inv(full)[:, self.theta], mode="r")
        white = np.zeros((self.likelihood.n_params, len(self.theta)))
        white[self.theta] = np.linalg.inv(root)
        return white

    def direction(self, rng: np.random.Generator) -> np.ndarray:
        """Return a random direction in u of one standard error, shape (n_params,)."""
        z = rng.normal(size=self.white.shape[1])
        return self.white @ (z / max(float(np.linalg.norm(z)), 1e-300))

    def _given_settings(self) -> list[Setting]:
        data, u = self.likelihood.data.values, self.optimum.u
        settings = [Setting(data_name="given", data=data, u=u)]
        rng = np.random.default_rng([self.seed, 1])
        for length in (0.45, -0.6) if len(self.nu) else ():
            for _ in range(20):
                moved = u.copy()
                moved[self.nu] += length * (0.6 + 0.4 * rng.random(len(self.nu)))
                if np.isfinite(self._nll(moved, data)):
                    settings.append(Setting(data_name="given", data=data, u=moved))
                    break
                length *= 0.5
        return settings

    # -- the model's side -------------------------------------------------------------------------------

    def _nll(self, u: np.ndarray, data: Data) -> float:
        return self.evaluate(u, data).total

    def constrain(self, u: np.ndarray) -> dict[str, np.ndarray]:
        """Return constrained values, with the fixed parameters at exactly the values given."""
        return self.likelihood.constrain(u) | dict(self.parts.fixed)

    def inject(self, u: np.ndarray, data: Data | None = None) -> dict[str, np.ndarray]:
        """Return what can be injected at `u`, without N."""
        return self.likelihood.inject(u, data, self.parts.fixed)

    def evaluate(self, u: np.ndarray, data: Data) -> Evaluated:
        """Return N and named values at `u`."""
        return self.likelihood.evaluate(self.constrain(u), data)

    def point(self, kind: str, setting: int, u: np.ndarray, excess: float = 0.0) -> Point:
        """Evaluate the model's side at `u`, with the rounding error of N."""
        data = self.settings[setting].data
        x = self.constrain(u)
        evaluated = self.likelihood.evaluate(x, data)
        return Point(
            kind=kind,
            setting=setting,
            u=u,
            x=x,
            nll=evaluated.total,
            size=evaluated.size,
            floor=self.floor(x, evaluated, data),
            excess=excess,
            evaluated=None if self.likelihood.is_large else evaluated,
        )

    def values(self, point: Point) -> dict[str, np.ndarray]:
        """Return what can be injected at `point`."""
        if point.evaluated is not None:
            return point.evaluated.values
        return self.inject(point.u, self.settings[point.setting].data)

    def floor(self, x: Mapping[str, np.ndarray], evaluated: Evaluated, data: Data) -> float:
        """Return the rounding error of N at constrained parameters `x`, where it is `evaluated`."""
        size = evaluated.size
        precision = EPS if self.likelihood.full_precision else 2.0**-23
        base = precision * (size + abs(evaluated.total))
        if self.likelihood.data.n_obs > 100_000:
            return 4 * base
        rng = np.random.default_rng([self.seed, 2])
        moved, _ = spread(
            lambda values: self.likelihood.evaluate(values, data).total,
            x,
            evaluated.total,
            size,
            rng=rng,
            frozen={},
            draws=1,
        )
        return max(base, moved if np.isfinite(moved) else 0.0)

    def _frozen(self, data: Data, u: np.ndarray) -> dict[str, np.ndarray]:
        """Find data that sit on an atom or a bound: a move by one ulp changes their row of N by a jump."""
        frozen: dict[str, np.ndarray] = {}
        if self.likelihood.data.n_obs > 100_000:
            return frozen
        rows = self.evaluate(u, data).rows
        for name, values in data.items():
            if values.dtype.kind != "f" or name not in rows or rows[name].shape != values.shape:
                continue
            jumps = np.zeros(values.shape, dtype=bool)
            for sign in (np.inf, -np.inf):
                moved = self.evaluate(u, {**data, name: np.nextafter(values, sign)}).rows[name]
                with np.errstate(all="ignore"):
                    jumps |= ~(np.abs(moved - rows[name]) <= 1e-6 * (1 + np.abs(rows[name])))
            frozen[name] = jumps
        offers = self.likelihood.offers
        for name, values in self.evaluate(u, data).values.items():
            if offers.get(name) in ("data", "observed") and values.dtype.kind == "f":
                # whole numbers in floats are flags and counts: a loss may compare them
                frozen[name] = frozen.get(name, False) | (values == np.round(values))
        aliases = {
            alias: frozen[name] for alias, name in self.likelihood.data.aliases.items() if name in frozen
        }
        return frozen | aliases

    # -- choosing ---------------------------------------------------------------------------------------

    def _probe(
        self, index: int, near: tuple[float, ...], far: tuple[float, ...], stream: int = 3
    ) -> list[Point]:
        rng = np.random.default_rng([self.seed, stream, index])
        setting = self.settings[index]
        base = self.evaluate(setting.u, setting.data)
        points = []
        for radius in near:
            direction = self.direction(rng)
            length = min(radius, self.longest(setting.u, direction, WITHIN))
            u, excess = self._shrink(setting, base, length * direction)
            points.append(self.point("near", index, u, excess))
        for level in far:
            direction = self.direction(rng)
            longest = self.longest(setting.u, direction, WITHIN)
            u, excess = self.reach(setting, base, direction, level, longest=longest)
            points.append(self.point("far", index, u, excess))
        return [point for point in points if np.isfinite(point.nll)]

    def excess(self, evaluated: Evaluated, base: Evaluated) -> float:
        """Return by how many nats the worst row, or the prior, is worse than at `base`; inf if not finite."""
        if not np.isfinite(evaluated.total):
            return np.inf
        if not evaluated.rows:
            return max(0.0, evaluated.rest - base.rest)
        rows = evaluated.flat_rows - base.flat_rows
        worst = max(float(np.max(rows, initial=0.0)), evaluated.rest - base.rest)
        if self.likelihood.is_discrete:  # N of a row is then −log of a probability, whatever it was at `base`
            worst = max(worst, float(np.max(evaluated.flat_rows[rows > 0.5], initial=0.0)))
        return worst

    def _shrink(self, setting: Setting, base: Evaluated, step: np.ndarray) -> tuple[np.ndarray, float]:
        """Halve a step until no row leaves the regular region."""
        for _ in range(60):
            excess = self.excess(self.evaluate(setting.u + step, setting.data), base)
            if excess <= FAR[-1]:
                return setting.u + step, excess
            step = step / 2
        return setting.u, 0.0

    def reach(
        self,
        setting: Setting,
        base: Evaluated,
        direction: np.ndarray,
        level: float,
        window: tuple[float, float] = (0.75, 1.0),
        start: float = 0.0,
        longest: float = FARTHEST,
    ) -> tuple[np.ndarray, float]:
        """Return u and the worst row's excess along `direction`, where it is about `level` nats; else below it.

        `window` is what "about" means, relative to `level`; the search begins at length `start` and ends at
        `longest`.
        """
        inside, outside, reached = start, np.inf, 0.0
        length = start or 0.5 * self.likelihood.data.n_obs**0.5
        for _ in range(40):
            excess = self.excess(self.evaluate(setting.u + length * direction, setting.data), base)
            if window[0] * level <= excess <= window[1] * level:
                return setting.u + length * direction, excess
            if excess > level:
                outside = length
            else:
                inside, reached = length, excess
            if length > longest:
                break
            length = _next_length(length, excess, level * (window[0] + window[1]) / 2, inside, outside)
        return setting.u + inside * direction, reached

    @cached_property
    def fresh(self) -> list[Point]:
        """As many more probes of the first setting, for questions asked of losses that disagree."""
        return self._probe(0, NEAR, FAR, stream=18)

    def inner(self, level: float) -> list[Point]:
        """Return probes ever farther from the optimum, for relations that hold only there.

        At none of them the worst row falls by more than `level`, in nats. Those of a lower level are among them.
        """
        setting = self.settings[0]
        base = self.evaluate(setting.u, setting.data)
        for number in range(len(self._inner), int(np.searchsorted(INNER, level, side="right"))):
            direction = self.direction(np.random.default_rng([self.seed, 17, number]))
            longest = self.longest(setting.u, direction, WITHIN)
            u, excess = self.reach(setting, base, direction, INNER[number], ROUGHLY, longest=longest)
            self._inner.append(self.point("inner", 0, u, excess))
        return [point for point in self._inner if point.excess <= level]

    @cached_property
    def outward(self) -> list[Path]:
        """Paths to the edges: single parameters both ways, and one direction across all of them."""
        rng = np.random.default_rng([self.seed, 11])
        directions = []
        for position in self.theta[:MOST]:
            for sign in (1.0, -1.0):
                direction = np.zeros(self.likelihood.n_params)
                direction[position] = sign * max(float(np.max(np.abs(self.white[position]))), 1e-12)
                directions.append((self._name(int(position)), direction))
        directions.append(("all parameters", self.direction(rng)))
        return [Path(name=name, direction=d, places=self._places(d)) for name, d in directions]

    def _name(self, position: int) -> str:
        for name, where in self.likelihood.slices().items():
            if where.start <= position < where.stop:
                return name
        return ""

    def _places(self, direction: np.ndarray) -> list[tuple[float, Evaluated]]:
        """Return lengths along `direction`, and N there, up to the last level that is reached."""
        setting = self.settings[0]
        base = self.evaluate(setting.u, setting.data)
        places: list[tuple[float, Evaluated]] = []
        longest = self.longest(setting.u, direction, OUTERMOST)
        for level in EDGES:
            start = places[-1][0] if places else 0.0
            u, excess = self.reach(setting, base, direction, level, (0.7, 1.8), start, longest)
            if excess < 0.7 * level:
                break
            length = float((u - setting.u) @ direction) / float(direction @ direction)
            places.append((length, self.evaluate(setting.u + length * direction, setting.data)))
        if longest < FARTHEST and np.count_nonzero(direction) == 1:
            last = places[-1][0] if places else 0.0
            farther = (last + share * (longest - last) for share in (0.3, 1.0))
            places += [
                (t, self.evaluate(setting.u + t * direction, setting.data)) for t in farther if t > last
            ]
        return places

    @cached_property
    def _kinds(self) -> tuple[np.ndarray, np.ndarray]:
        """Which positions of u stand for positive parameters, and which for shares, both shape (n_params,)."""
        n = self.likelihood.n_params
        low, high = (self.likelihood.constrain(np.full(n, sign * 1e4)) for sign in (-1.0, 1.0))
        positives, shares = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        for name, where in self.likelihood.slices().items():
            if not np.array_equal(np.ravel(high[name]), np.full(high[name].size, 1e4)):
                is_share = np.isfinite(low[name]).all() and np.isfinite(high[name]).all()
                (shares if is_share else positives)[where] = True
        return positives, shares

    def longest(self, u: np.ndarray, direction: np.ndarray, limits: tuple[float, float]) -> float:
        """Return the length along `direction` at which the first parameter is at its limit.

        Within probes positive parameters are limited relative to `u`, on the way to the edges absolutely.
        """
        positives, shares = self._kinds
        with np.errstate(divide="ignore"):
            travelled = np.sign(direction) * u
            room = np.where(positives, limits[0] - (travelled if limits is OUTERMOST else 0.0), np.inf)
            room = np.where(shares, limits[1] - travelled, room)
            lengths = np.maximum(room, 0.0) / np.abs(direction)
        return float(min(FARTHEST, np.min(lengths[direction != 0], initial=FARTHEST)))

    def simulated(self, count: int) -> list[int]:
        """Add settings with data drawn from the likelihood; return their indices.

        Raises
        ------
        CannotSimulate
            PyMC cannot draw from this likelihood.
        """
        added = [i for i, setting in enumerate(self.settings) if setting.data_name != "given"]
        if added:
            return added
        rng = np.random.default_rng([self.seed, 4])
        for number in range(count):
            u = self.settings[0].u + 0.5 * self.direction(rng)
            x = self.constrain(u)
            data = self.simulator.draw(x, seed=int(rng.integers(2**31)))
            setting = Setting(data_name=f"simulated {number + 1}", data=data, u=u)
            evaluated = self.evaluate(u, data)
            if not np.isfinite(evaluated.total):
                raise CannotSimulate("data drawn from this likelihood have probability 0 under it")
            self.settings.append(setting)
            self.frozen[setting.data_name] = self._frozen(data, u)
            index = len(self.settings) - 1
            self.points.extend(self._probe(index, NEAR[:3], (1.0, 4.0, 8.0)))
            added.append(index)
        return added


def _next_length(length: float, excess: float, level: float, inside: float, outside: float) -> float:
    """Return the next length to try: as if the excess grew with its square, kept within the bracket."""
    guess = length * np.sqrt(level / excess) if 0 < excess < np.inf else 2 * length
    guess = float(np.clip(guess, length / 4, 4 * length))
    if not np.isfinite(outside):
        return max(guess, 1.05 * length)
    return guess if inside < guess < outside and excess < np.inf else (inside + outside) / 2
