"""Is the gradient right? The one given against differences of the loss and the model's exact one, else stationarity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nllcheck.errors import UsageError
from nllcheck.evidence.minimizer import Minimizers
from nllcheck.likelihood.optimum import Optimum
from nllcheck.result import Evidence, Finding, Severity, Status
from nllcheck.scene import Scene

__all__ = ["check_gradient"]

ELEMENTS = 24  # of each argument at which derivatives are compared
Derivatives = Mapping[str, Callable[..., Any]]


def check_gradient(
    scene: Scene,
    optimum: Optimum,
    minimizers: Minimizers,
    scale: float | None,
    gradient: Derivatives | None,
    hessian: Derivatives | None,
) -> tuple[Evidence, list[Finding]]:
    """Compare derivatives given by the user, or ask whether the loss is stationary at the model's optimum."""
    for kind, derivatives in (("gradient", gradient), ("hessian", hessian)):
        unknown = set(derivatives or {}) - {binding.argument for binding in scene.loss.bindings}
        if unknown:
            takes = ", ".join(binding.argument for binding in scene.loss.bindings)
            raise UsageError(f"{kind}= names {sorted(unknown)[0]!r}; {scene.loss.name} takes {takes}")
    if not gradient and not hessian:
        return _stationarity(scene, optimum, minimizers), []
    findings = []
    for name, function in (gradient or {}).items():
        findings += _against_differences(scene, name, function, "gradient")
    if gradient and scale is not None and not findings:
        findings += _against_model(scene, gradient, scale)
    for name, function in (hessian or {}).items():
        findings += _against_differences(scene, name, function, "hessian")
    if findings:
        return Evidence(question="gradient", status=Status.DISAGREES, summary=findings[0].message), findings
    given = ", ".join([*(gradient or {}), *(f"{name} (second)" for name in hessian or {})])
    return Evidence(
        question="gradient",
        status=Status.AGREES,
        summary=f"the derivatives given by {given} are those of the loss, and of the NLL where it has them",
    ), []


def _stationarity(scene: Scene, optimum: Optimum, minimizers: Minimizers) -> Evidence:
    if not optimum.exists or optimum.kind != "interior":
        reason = optimum.sentence or "the optimum is a kink, where no gradient exists"
        return Evidence(question="gradient", status=Status.NOT_APPLICABLE, summary=reason)
    if minimizers.status in (Status.UNDECIDED, Status.NOT_APPLICABLE):
        return Evidence(question="gradient", status=minimizers.status, summary=minimizers.sentence)
    steepness = _steepness(scene, optimum)
    if not np.isfinite(steepness):
        return Evidence(
            question="gradient", status=Status.UNDECIDED, summary="the loss is not finite around the optimum"
        )
    noise = max(scene.relative_noise, 4e-16) * scene.prober.points[0].size
    stationary = steepness <= 1e-6 + 50 * noise ** (2 / 3)
    return Evidence(
        question="gradient",
        status=Status.AGREES if stationary else Status.DISAGREES,
        summary=(
            f"the loss is {'' if stationary else 'not '}stationary at the model's optimum "
            f"(slope {steepness:.1e} per standard error)"
        ),
        numbers={"slope": steepness},
    )


def _steepness(scene: Scene, optimum: Optimum) -> float:
    """Return the length of the gradient of L / a in standard errors at the model's optimum."""
    noise = max(scene.relative_noise, 2e-16) * scene.prober.points[0].size
    step = float(np.clip((3 * noise) ** (1 / 3), 1e-6, 0.1))
    slopes = []
    for column in scene.prober.white.T:
        ends = [scene.loss(scene.prober.inject(optimum.u + sign * step * column)).total for sign in (1, -1)]
        slopes.append((ends[0] - ends[1]) / (2 * step * scene.slope))
    return float(np.linalg.norm(slopes))


@dataclass(frozen=True)
class _Compared:
    """Derivatives at some elements of an argument: those given, the numerical ones and their errors."""

    given: np.ndarray
    numerical: np.ndarray
    error: np.ndarray

    @property
    def agree(self) -> bool:
        scale = np.max(np.abs(self.numerical), initial=0.0)
        tolerance = 10 * self.error + 1e-7 * np.abs(self.numerical) + 1e-9 * scale
        return bool(np.all(np.abs(self.given - self.numerical) <= tolerance))

    @property
    def factor(self) -> float:
        """The one factor between the two, where there is one; nan otherwise."""
        kept = np.abs(self.numerical) > 1e-3 * np.max(np.abs(self.numerical), initial=0.0)
        ratios = self.given[kept] / self.numerical[kept]
        if not ratios.size or not np.isfinite(ratios).all() or np.ptp(ratios) > 1e-4 * np.abs(ratios).max():
            return np.nan
        return float(np.median(ratios))


def _against_differences(scene: Scene, name: str, function: Callable[..., Any], kind: str) -> list[Finding]:
    points = [point for point in scene.prober.points if point.setting == 0 and point.excess < 8][1:3]
    for point in points or scene.prober.points[:1]:
        arguments = scene.loss.arguments(scene.prober.values(point))
        given, problem = _call(scene, function, arguments, name)
        if problem:
            return [_mismatch(scene, kind, name, problem)]
        total = _total(scene, name, arguments)
        elements = _elements(given.size)
        compared = [_difference(total, arguments[name], int(i), kind) for i in elements]
        result = _Compared(
            given=given.ravel()[elements],
            numerical=np.array([value for value, _ in compared]),
            error=np.array([error for _, error in compared]),
        )
        if not result.agree:
            return [_mismatch(scene, kind, name, _difference_sentence(result, elements), result.factor)]
    return []


def _total(scene: Scene, name: str, arguments: Mapping[str, np.ndarray]) -> Callable[[np.ndarray], float]:
    return lambda value: scene.loss.call({**arguments, name: value}).total


def _call(
    scene: Scene, function: Callable[..., Any], arguments: Mapping[str, np.ndarray], name: str
) -> tuple[np.ndarray, str]:
    """Call a derivative; return it in the shape of its argument, or what is wrong with it."""
    value: list[Any] = []

    def keep(*positional: Any, **named: Any) -> float:
        result = function(*positional, **named)
        value.append(result.detach() if callable(getattr(result, "detach", None)) else result)
        return 0.0

    returned = scene.loss.call(arguments, keep)
    if returned.error is not None:
        return np.zeros(0), returned.problem
    try:
        given = np.asarray(value[0], dtype=float)
    except (TypeError, ValueError):
        return np.zeros(0), f"returned a {type(value[0]).__name__} instead of numbers"
    if value[0] is None:
        return np.zeros(0), "returned None; end the function with `return`"
    wanted = np.shape(arguments[name])
    if given.size != int(np.prod(wanted)):
        return given, f"has shape {given.shape}; the argument has {wanted}"
    return given, ""


def _elements(size: int) -> np.ndarray:
    """Return the positions that are compared, all of them where they are few."""
    return np.unique(np.linspace(0, size - 1, min(size, ELEMENTS)).astype(int))


def _difference(
    total: Callable[[np.ndarray], float], at: np.ndarray, i: int, kind: str
) -> tuple[float, float]:
    """Return a first or second derivative by Richardson's differences, and an estimate of its error."""
    value = float(at.ravel()[i])
    base = (2e-4 if kind == "gradient" else 4e-3) * max(abs(value), 1e-2)
    base = min(base, 0.2 * abs(value)) if value else base

    def moved(shift: float) -> float:
        changed = np.array(at, dtype=float)
        changed.ravel()[i] = value + shift
        return total(changed)

    middle = total(np.array(at, dtype=float))
    estimates = []
    for step in (base, base / 2):
        up, down = moved(step), moved(-step)
        first = (up - down) / (2 * step)
        estimates.append(first if kind == "gradient" else (up - 2 * middle + down) / step**2)
    best = (4 * estimates[1] - estimates[0]) / 3
    rounding = 1e-14 * abs(middle) / (base if kind == "gradient" else base**2)
    return best, abs(best - estimates[1]) * 0.1 + rounding


def _against_model(scene: Scene, gradient: Derivatives, scale: float) -> list[Finding]:
    """Compare along directions in the parameters: Σ ∂L/∂argument · d argument against a · ∇N."""
    if not _covers(scene, gradient):
        return []
    rng = np.random.default_rng([scene.seed, 9])
    given, exact = [], []
    for point in [p for p in scene.prober.points if p.setting == 0 and p.excess < 8][:4]:
        data = scene.prober.settings[0].data
        arguments = scene.loss.arguments(scene.prober.values(point))
        parts = {
            n: _call(scene, f, arguments, n)[0].reshape(np.shape(arguments[n])) for n, f in gradient.items()
        }
        direction = scene.prober.direction(rng)
        up, down = (_arguments(scene, point.u + s * 1e-4 * direction) for s in (1, -1))
        given.append(sum(float(np.sum(parts[n] * (up[n] - down[n]))) / 2e-4 for n in parts))
        exact.append(scale * float(scene.likelihood.objective(point.u, data)[1] @ direction))
    result = _Compared(
        np.array(given), np.array(exact), 1e-7 * np.max(np.abs(exact), initial=0) * np.ones(len(exact))
    )
    if result.agree:
        return []
    return [_mismatch(scene, "gradient", ", ".join(gradient), "is not that of the NLL", result.factor)]


def _covers(scene: Scene, gradient: Derivatives) -> bool:
    """Return whether a derivative is given for each argument that depends on the parameters."""
    return all(
        binding.argument in gradient or not any(scene.likelihood.parents(name) for name in binding.reads)
        for binding in scene.loss.bindings
    )


def _arguments(scene: Scene, u: np.ndarray) -> dict[str, np.ndarray]:
    return scene.loss.arguments(scene.prober.inject(u))


def _difference_sentence(result: _Compared, elements: np.ndarray) -> str:
    worst = int(np.argmax(np.abs(result.given - result.numerical)))
    return (
        f"is {result.given[worst]:.6g} at element {int(elements[worst])}, where differences of the loss give "
        f"{result.numerical[worst]:.6g}"
    )


def _mismatch(scene: Scene, kind: str, name: str, problem: str, factor: float = np.nan) -> Finding:
    by = f" Everywhere it is {factor:.6g} times the right one." if np.isfinite(factor) else ""
    return Finding(
        code="gradient-mismatch",
        severity=Severity.ERROR,
        message=f"The {kind} given for {name!r} of {scene.loss.name} {problem}.{by}",
        advice="It must be the derivative of the value that the loss returns, summed over rows.",
        numbers={"argument": name, "factor": factor},
    )
