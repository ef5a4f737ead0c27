"""One claim under examination: the loss, the model's probes, and the loss evaluated at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from nllcheck.binding import BoundLoss, Returned
from nllcheck.likelihood.engine import Likelihood
from nllcheck.probes import Point, Prober
from nllcheck.rounding import EPS, LIMIT, LIMIT_LOW, noise_level, spread

__all__ = ["Sample", "Scene"]

LOW_PRECISION = 1e4  # noise in units of eps·size from which a loss computes in less than double precision
PAIRS = 4  # of probes that give an idea of the scale
FEW_ROWS = 100_000  # beyond this the noise floor is measured at a few probes and carried over to the others


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The loss at one probe.

    Attributes
    ----------
    point : Point
    loss : float
        L, summed where the loss returns one value per observation.
    floor : float
        Rounding error of L; inf where L is not finite nearby.
    returned : Returned
    jumped : bool
        Whether a move by one unit in the last place made L jump.
    """

    point: Point
    loss: float
    floor: float
    returned: Returned
    jumped: bool = False


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A loss before a likelihood.

    Attributes
    ----------
    likelihood : Likelihood
    loss : BoundLoss
    prober : Prober
    seed : int
    """

    likelihood: Likelihood
    loss: BoundLoss
    prober: Prober
    seed: int
    _cache: dict[int, Sample] = field(default_factory=dict)

    @cached_property
    def slope(self) -> float:
        """A first idea of the scale a, the least over pairs of probes; 1 where there is none.

        For a loss that is a·N + c every pair gives a; for others a steep stretch must not widen the floors of
        all probes.
        """
        points = sorted((p for p in self.prober.points if p.setting == 0), key=lambda p: p.nll)
        if not points:
            return 1.0
        low, span = points[0], points[-1].nll - points[0].nll
        others = [p for p in points[1:] if p.nll - low.nll > max(0.1, 1e-3 * span)] or points[-1:]
        large = self.likelihood.data.n_obs > FEW_ROWS
        chosen = others[-1:] if large else others[:: max(1, len(others) // PAIRS)] + others[-1:]
        first = self.loss(self.prober.values(low)).total
        slopes = [
            abs(self.loss(self.prober.values(p)).total - first) / (p.nll - low.nll)
            for p in chosen
            if p.nll > low.nll
        ]
        usable = [slope for slope in slopes if np.isfinite(slope) and slope > 0]
        return float(min(usable, default=1.0))

    @cached_property
    def relative_noise(self) -> float:
        """Noise of the loss relative to the size of its terms; about 1e-16 for float64, 1e-8 for float32."""
        points = [p for p in self.prober.points if p.setting == 0]
        rng = np.random.default_rng([self.seed, 5])
        count = 1 if self.likelihood.data.n_obs > FEW_ROWS else 3
        levels = []
        for point in points[:: max(1, len(points) // count)][:count]:
            values, frozen = self.read(point), self._frozen(point)
            at = self.loss(values).total
            size = max(self._size(point, abs(at)), 1e-300)
            level = noise_level(self._total, values, rng, frozen)
            moved, _ = spread(self._total, values, at, size, rng=rng, frozen=frozen)
            # noise that one unit in the last place explains is conditioning, not low precision
            levels.append(level / size if level > 30 * moved else min(level / size, EPS))
        return max((level for level in levels if np.isfinite(level)), default=0.0)

    @property
    def is_low_precision(self) -> bool:
        """Whether the loss computes in float32 or worse."""
        return self.relative_noise > LOW_PRECISION * EPS

    @property
    def limit(self) -> float:
        """Number of noise floors up to which a residual agrees."""
        low = self.is_low_precision or not self.likelihood.full_precision
        return LIMIT_LOW if low else LIMIT

    def read(self, point: Point) -> dict[str, np.ndarray]:
        """Return the named values at `point` that the loss sees."""
        values = self.prober.values(point)
        return {name: np.asarray(values[name]) for name in self.loss.reads}

    def _total(self, values: Mapping[str, np.ndarray]) -> float:
        return self.loss(values).total

    def _frozen(self, point: Point) -> Mapping[str, np.ndarray]:
        return self.prober.frozen.get(self.prober.settings[point.setting].data_name, {})

    def _size(self, point: Point, size: float) -> float:
        return self.slope * point.size + size

    def sample(self, point: Point) -> Sample:
        """Evaluate the loss at `point`, with its rounding error."""
        if id(point) not in self._cache:
            self._cache[id(point)] = self.measure(point)
        return self._cache[id(point)]

    def measure(self, point: Point) -> Sample:
        """Evaluate the loss at a `point` that is none of the probes, and forget it."""
        values = self.read(point)
        returned = self.loss(values)
        if not np.isfinite(returned.total):
            return Sample(point=point, loss=returned.total, floor=np.inf, returned=returned)
        floor, jumped = self.floor(point, values, returned)
        return Sample(point=point, loss=returned.total, floor=floor, returned=returned, jumped=jumped)

    def floor(self, point: Point, values: Mapping[str, np.ndarray], returned: Returned) -> tuple[float, bool]:
        """Return the rounding error of L at `values`, and whether it jumped."""
        size = self._size(point, max(returned.size, abs(returned.total)))
        base = 3 * EPS * size
        rng = np.random.default_rng([self.seed, 6])
        large = self.likelihood.data.n_obs > FEW_ROWS
        if large and point is not self.prober.points[0]:
            first = self.sample(self.prober.points[0])
            base = max(base, 2 * first.floor * size / max(self._size(first.point, abs(first.loss)), 1e-300))
            return max(base, self.relative_noise * size), False
        options: dict[str, Any] = {"rng": rng, "frozen": self._frozen(point), "draws": 1 if large else 2}
        moved, jumped = spread(self._total, values, returned.total, size, **options)
        if not self.is_low_precision:
            return max(base, moved), jumped
        ulps = 2.0 ** np.ceil(np.log2(self.relative_noise / EPS))
        coarse, _ = spread(self._total, values, returned.total, size, ulps=min(ulps, 2.0**42), **options)
        return max(base, moved, coarse, self.relative_noise * size), jumped

    def samples(self, settings: Sequence[int]) -> list[Sample]:
        """Evaluate the loss at every probe of these settings."""
        return [self.sample(point) for point in self.prober.points if point.setting in settings]
