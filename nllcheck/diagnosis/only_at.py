"""A relation that holds at one particular value of a nuisance, and nowhere else."""

import numpy as np
from scipy import optimize

from nllcheck.diagnosis.names import symbol
from nllcheck.evidence.values import Comparison, judge_all, tabulate
from nllcheck.likelihood.engine import Parameters
from nllcheck.result import Finding, Severity
from nllcheck.rounding import EPS
from nllcheck.scene import Sample, Scene

__all__ = ["only_at"]

GRID = np.linspace(-6.0, 6.0, 25)  # around the estimate, on the unconstrained scale
PROMISING = 1e-3  # residual, relative to the spread of L, from which a value is refined
NEXT_TO_NOTHING = 1e-6  # the same, from which it is asked whether it holds to rounding
PLAIN = (0.0, 1.0)
CLOSE = 1e-11  # relative distance of a decimal that is tried in a value's place, and distance of zero


def only_at(scene: Scene, comparison: Comparison) -> list[Finding]:
    """Search each scalar nuisance, the others held, for a value at which L is affine in N."""
    likelihood, parts = scene.likelihood, scene.prober.parts
    table = comparison.table
    if table is None or likelihood.is_large:
        return []
    samples = [s for s in table.samples if s.point.setting == 0][:12]
    if len(samples) < 10:
        return []
    for name in parts.nuisances:
        where = likelihood.slices()[name]
        if where.stop - where.start != 1:
            continue
        search = _Search(scene, samples, where.start)
        plain = search.plain(name)
        if plain is not None:
            return [_finding(scene, name, plain)]
        found = search.run()
        if found is not None:
            return [_finding(scene, name, search.shortened(name, found))]
    return []


class _Search:
    """A search over one position of u for the value at which the residual of the affine fit vanishes."""

    def __init__(self, scene: Scene, samples: list[Sample], position: int) -> None:
        self.scene = scene
        self.samples = samples
        self.position = position
        self.loss = np.array([s.loss for s in samples])
        self.reference = float(scene.prober.settings[0].u[position])

    def plain(self, name: str) -> float | None:
        """Return 0 or 1 if the relation holds there: of several such values these are meant."""
        likelihood = self.scene.likelihood
        x = likelihood.constrain(self.scene.prober.settings[0].u)
        for value in PLAIN:
            u = self._place(x, name, value)
            if np.isfinite(u) and self._size(u) < NEXT_TO_NOTHING and self._holds(u):
                return value
        return None

    def run(self) -> float | None:
        """Return the value of u at which the relation holds to rounding, or None."""
        values = self.reference + GRID
        sizes = [self._size(value) for value in values]
        best = int(np.nanargmin(np.where(np.isfinite(sizes), sizes, np.inf)))
        if not 0 < best < len(values) - 1:
            return None
        bounds = (float(values[best - 1]), float(values[best + 1]))
        closest = optimize.minimize_scalar(
            self._size, bounds=bounds, method="bounded", options={"xatol": 1e-4}
        )
        if not closest.fun < PROMISING:
            return None
        low, high = closest.x - 0.02, closest.x + 0.02
        direction = self._residual(low) - self._residual(high)

        def signed(value: float) -> float:
            return float(self._residual(value) @ direction)

        if not signed(low) * signed(high) < 0:
            return None
        width = float(high - low)
        root = float(optimize.brentq(signed, low, high, xtol=EPS * width, rtol=4 * EPS))
        return root if self._holds(root) else None

    def shortened(self, name: str, root: float) -> float:
        """Return the value of the nuisance at `root`, as the shortest decimal at which the relation holds too."""
        likelihood = self.scene.likelihood
        u = self.scene.prober.settings[0].u.copy()
        u[self.position] = root
        x = likelihood.constrain(u)
        value = float(np.ravel(x[name])[0])
        for short in _decimals(value):
            there = self._place(x, name, short)
            if np.isfinite(there) and self._holds(there):
                return short
        return value

    def _place(self, x: Parameters, name: str, value: float) -> float:
        """Return where in u the nuisance called `name` has this value; not finite where it cannot."""
        with np.errstate(all="ignore"):
            u = self.scene.likelihood.unconstrain({**x, name: np.full(np.shape(x[name]), value)})
        return float(u[self.position])

    def _size(self, value: float) -> float:
        """Return the residual relative to the spread of L."""
        residual = self._residual(value)
        return float(np.linalg.norm(residual)) / max(
            float(np.linalg.norm(self.loss - self.loss.mean())), 1e-300
        )

    def _moved(self, sample: Sample, value: float) -> np.ndarray:
        u = sample.point.u.copy()
        u[self.position] = value
        return u

    def _residual(self, value: float) -> np.ndarray:
        """Return L minus its least-squares fit on N and 1, shape (n_probes,)."""
        data = self.scene.prober.settings[0].data
        nll = np.array([self.scene.prober.evaluate(self._moved(s, value), data).total for s in self.samples])
        if not np.isfinite(nll).all():
            return np.full(len(nll), np.nan)
        centred, loss = nll - nll.mean(), self.loss - self.loss.mean()
        return loss - centred * float(centred @ loss) / max(float(centred @ centred), 1e-300)

    def _holds(self, value: float) -> bool:
        points = [self.scene.prober.point("near", 0, self._moved(s, value)) for s in self.samples]
        samples = [self.scene.sample(point) for point in points]
        return judge_all(self.scene, tabulate(samples, [0])).relation is not None


def _decimals(value: float) -> list[float]:
    """Return what a number may stand for but for rounding, shortest first: zero, and fewer digits."""
    shorter = [float(f"{value:.{digits}g}") for digits in range(1, 9)]
    near = [short for short in dict.fromkeys(shorter) if abs(short - value) <= CLOSE * abs(value)]
    return [0.0, *near] if abs(value) <= CLOSE else near


def _finding(scene: Scene, name: str, value: float) -> Finding:
    square = f" ({symbol(name)}² = {value**2:.10g})" if value else ""
    return Finding(
        code="holds-only-at",
        severity=Severity.ERROR,
        message=(
            f"{scene.loss.name} is the NLL up to scale and offset only at {name} = {value:.10g}{square}; "
            "at any other value the two weigh their terms differently."
        ),
        advice=f"If {name} is meant to be known, fix it in the model or claim it with given={{{name!r}: {value!r}}}.",
        numbers={name: value},
    )
