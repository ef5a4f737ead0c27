"""Do both sides have the same minimiser? The model's optimum against one found for the loss on its own."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import optimize

from nllcheck.likelihood.engine import Data
from nllcheck.likelihood.optimum import Optimum, find_optimum
from nllcheck.likelihood.simulation import CannotSimulate
from nllcheck.optimise import MinimumKind
from nllcheck.result import Evidence, Status
from nllcheck.scene import Scene

__all__ = ["Minimizers", "compare_minimizers", "same_on_several_data_sets"]

MANY = 120  # parameters of the loss beyond which differences along each of them are too many calls


@dataclass(frozen=True, kw_only=True)
class Minimizers:
    """The two minimisers for one data set.

    Attributes
    ----------
    status : Status
    sentence : str
    distance : float
        Root deviance √(2(N(θ_L) − N(θ̂))), in standard errors where N is smooth.
    tolerance : float
        The distance that rounding alone could cause.
    u : array or None
        The loss's minimiser on the unconstrained scale, shape (n_params,).
    digits : dict of str to float
        Digits to which each parameter agrees.
    """

    status: Status
    sentence: str
    distance: float = np.nan
    tolerance: float = np.nan
    u: np.ndarray | None = None
    digits: dict[str, float] = field(default_factory=dict)

    def evidence(self) -> Evidence:
        """Return this as evidence."""
        numbers = (
            {"distance": self.distance, "tolerance": self.tolerance, "digits": self.digits}
            if np.isfinite(self.distance)
            else {}
        )
        return Evidence(question="minimizer", status=self.status, summary=self.sentence, numbers=numbers)


def compare_minimizers(
    scene: Scene, optimum: Optimum, *, data: Data | None = None, n_starts: int = 2
) -> Minimizers:
    """Find the minimiser of the loss from several starts and compare it with the model's `optimum`."""
    if not optimum.exists:
        return Minimizers(status=Status.NOT_APPLICABLE, sentence=optimum.sentence)
    if scene.prober.white.shape[1] > MANY:
        return Minimizers(
            status=Status.NOT_APPLICABLE, sentence=f"more than {MANY} parameters: the loss was not minimised"
        )
    search = _Search(scene, optimum, data)
    thorough = n_starts > 1 and search.is_stationary()
    found = search.run(n_starts, 200) if thorough else search.run(1, 40)
    if found is None:
        return Minimizers(
            status=Status.UNDECIDED, sentence="the loss is not finite near the optimum of the model"
        )
    return search.compare(found)


class _Search:
    """A search for the minimiser of the loss in coordinates whitened by the model's information."""

    def __init__(self, scene: Scene, optimum: Optimum, data: Data | None) -> None:
        self.scene = scene
        self.optimum = optimum
        self.data = scene.likelihood.data.values if data is None else data
        self.white = scene.prober.white
        self.slope = 1.0
        self.slope = self._local_slope() or scene.slope
        noise = max(scene.relative_noise, 2e-16)
        point = scene.prober.points[0]
        self.size = point.size + abs(scene.loss(scene.prober.values(point)).total) / self.slope
        self.step = float(np.clip((3 * noise * self.size) ** (1 / 3), 1e-6, 0.1))
        noise = 4e-16 * self.size + scene.relative_noise * self.size
        self.noise = noise + max(p.floor for p in scene.prober.points if p.setting == 0)
        self.tolerance = float(np.sqrt(2 * scene.limit * self.noise))
        self.flat = 0.1 * self.tolerance

    def loss(self, z: np.ndarray) -> float:
        """Return L / a at z standard errors from the model's optimum."""
        return (
            self.scene.loss(self.scene.prober.inject(self.optimum.u + self.white @ z, self.data)).total
            / self.slope
        )

    def _local_slope(self) -> float:
        """Return by how much faster L rises than N one standard error around the optimum; 0 if it does not."""
        n = self.white.shape[1]
        steps = [sign * direction for direction in np.eye(n)[:4] for sign in (1.0, -1.0)]
        loss, nll = self.loss(np.zeros(n)), self.nll(np.zeros(n))
        rises = [self.loss(z) - loss for z in steps]
        nll_rises = [self.nll(z) - nll for z in steps]
        slope = float(np.sum(rises)) / max(float(np.sum(nll_rises)), 1e-300)
        return slope if np.isfinite(slope) and 0 < slope < 1e290 else 0.0

    def nll(self, z: np.ndarray) -> float:
        """Return N at z standard errors from the model's optimum."""
        return self.scene.prober.evaluate(self.optimum.u + self.white @ z, self.data).total

    def gradient(self, z: np.ndarray) -> np.ndarray:
        """Return central differences of L / a, shape (n_theta,)."""
        parts = np.empty(len(z))
        for j in range(len(z)):
            up, down = z.copy(), z.copy()
            up[j] += self.step
            down[j] -= self.step
            parts[j] = (self.loss(up) - self.loss(down)) / (up[j] - down[j])
        return parts

    def _objective(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = self.loss(z), self.gradient(z)
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return 1e300, np.zeros(len(z))
        return value, gradient

    def is_stationary(self) -> bool:
        """Return whether the loss has no slope at the model's optimum, so that a thorough search is worth it."""
        return bool(np.linalg.norm(self.gradient(np.zeros(self.white.shape[1]))) < 1e-3)

    def run(self, n_starts: int, patience: int) -> np.ndarray | None:
        """Return the best z over the starts, none of them the model's optimum; None if L is finite nowhere."""
        rng = np.random.default_rng([self.scene.seed, 8])
        options = {"maxiter": patience, "ftol": 0.0, "gtol": self.flat, "maxfun": patience, "maxcor": 20}
        best: np.ndarray | None = None
        best_value = np.inf
        for number in range(n_starts):
            direction = rng.normal(size=(self.white.shape[1],))
            direction *= (1.0 + number) / max(float(np.linalg.norm(direction)), 1e-300)
            if not np.isfinite(self.loss(direction)):
                direction *= 0.05
            result = optimize.minimize(
                self._objective, direction, jac=True, method="L-BFGS-B", options=options
            )
            value = self.loss(result.x)
            if np.isfinite(value) and value < best_value:
                best, best_value = result.x, value
        return best

    def compare(self, z: np.ndarray) -> Minimizers:
        """Judge the minimiser found by the values reached on both sides."""
        scene, zero = self.scene, np.zeros_like(z)
        deviance = 2 * (self.nll(z) - self.nll(zero))
        distance = float(np.sqrt(max(deviance, 0.0))) if not np.isnan(deviance) else np.inf
        u = self.optimum.u + self.white @ z
        digits = self._digits(u)
        common = {"distance": distance, "tolerance": self.tolerance, "u": u, "digits": digits}
        if distance <= self.tolerance:
            return Minimizers(
                status=Status.AGREES,
                sentence=f"same minimiser, {distance:.1e} standard errors apart",
                **common,
            )
        excess = self.loss(zero) - self.loss(z)
        if abs(excess) <= scene.limit * self.noise:
            return Minimizers(
                status=Status.DISAGREES,
                sentence=f"the loss is as low elsewhere, {distance:.2g} standard errors from the model's optimum",
                **common,
            )
        if excess < 0 and self._rises_around():
            return Minimizers(
                status=Status.AGREES,
                sentence="the model's optimum also minimises the loss: no lower value was found",
                **common,
            )
        if excess < 0:
            return Minimizers(
                status=Status.DISAGREES, sentence="the loss is flat around the model's optimum", **common
            )
        return Minimizers(
            status=Status.DISAGREES,
            sentence=_another(distance),
            **common,
        )

    def _rises_around(self) -> bool:
        """Return whether the loss is greater than at the model's optimum in all directions close by."""
        n, length = self.white.shape[1], max(1e-3, 30 * self.tolerance)
        rng = np.random.default_rng([self.scene.seed, 19])
        directions = np.vstack([np.eye(n), rng.normal(size=(4, n)) / np.sqrt(n)])
        middle = self.loss(np.zeros(n))
        rises = [self.loss(sign * length * d) - middle for d in directions for sign in (1, -1)]
        return bool(min(rises) > self.noise)

    def _digits(self, u: np.ndarray) -> dict[str, float]:
        likelihood = self.scene.likelihood
        ours, theirs = likelihood.constrain(self.optimum.u), likelihood.constrain(u)
        digits = {}
        for name in self.scene.prober.parts.of_loss:
            scale = np.maximum(np.abs(ours[name]), 1e-300)
            with np.errstate(all="ignore"):
                apart = float(np.max(np.abs(theirs[name] - ours[name]) / scale, initial=0.0))
            digits[name] = float(np.clip(-np.log10(max(apart, 1e-16)), 0, 16)) if np.isfinite(apart) else 0.0
        return digits


def _another(distance: float) -> str:
    if not distance < 1e4:
        return "the loss keeps falling far from the model's optimum: no minimiser was found near it"
    return f"the loss has another minimiser, {distance:.2g} standard errors from the model's optimum"


def same_on_several_data_sets(
    scene: Scene, draw: Callable[[int], Data], moved: np.ndarray, n_sets: int = 3
) -> Minimizers:
    """Compare the minimisers on data sets drawn from the likelihood; the first that differ decide.

    `draw` returns the data set of a number; those whose optimum does not exist are passed over.
    """
    agreed = 0
    for number in range(3 * n_sets):
        try:
            data = draw(number)
        except CannotSimulate as error:
            return Minimizers(status=Status.UNDECIDED, sentence=f"no other data sets to compare on: {error}")
        optimum = find_optimum(scene.likelihood, data=data, start=scene.prober.optimum.u, moved=moved)
        if optimum.kind not in (MinimumKind.INTERIOR, MinimumKind.KINK):
            continue
        found = compare_minimizers(scene, optimum, data=data, n_starts=2)
        if found.status is not Status.AGREES:
            return found
        agreed += 1
        if agreed == n_sets:
            return found
    return Minimizers(
        status=Status.UNDECIDED,
        sentence="too few simulated data sets have an optimum to compare minimisers on",
    )
