"""The maximum of a likelihood or posterior, with standard errors, or why there is none, in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from nllcheck.errors import UnsupportedModel
from nllcheck.likelihood.engine import Data, Likelihood
from nllcheck.optimise import Minimum, MinimumKind, minimise
from nllcheck.rounding import EPS
from nllcheck.whitening import DENSE_LIMIT, Objective, calibrate

__all__ = ["Optimum", "find_optimum", "standard_errors", "surroundings"]

TOLD = 1e-8  # rounding error of N, in nats or relative to N, up to which an optimum can be told
AXES = 12  # coordinates along which a starting point is sought


@dataclass(frozen=True, kw_only=True)
class Optimum:
    """Where N is smallest over some of the parameters.

    Attributes
    ----------
    kind : MinimumKind
    u : array, shape (n_params,)
    value : float
        N at `u`, in nats.
    moved : array of int, shape (n_moved,)
        Positions in `u` that were moved; the others were held.
    white : array, shape (n_moved, n_moved)
        u[moved] + W z has z in standard errors.
    sentence : str
        The answer in words, where it is no plain optimum.
    """

    kind: MinimumKind
    u: np.ndarray
    value: float
    moved: np.ndarray
    white: np.ndarray
    sentence: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is an optimum to speak of."""
        return self.kind in (MinimumKind.INTERIOR, MinimumKind.KINK, MinimumKind.EDGE, MinimumKind.FLAT)


def find_optimum(
    likelihood: Likelihood,
    *,
    data: Data | None = None,
    start: np.ndarray | None = None,
    moved: np.ndarray | None = None,
) -> Optimum:
    """Minimise N over the positions `moved` of u, the others held at `start`.

    Raises
    ------
    UnsupportedModel
        N has no gradient, or is finite nowhere.
    """
    base = starting_point(likelihood, data) if start is None else np.array(start, dtype=float)
    moved = np.arange(likelihood.n_params) if moved is None else moved

    def full(v: np.ndarray) -> np.ndarray:
        u = base.copy()
        u[moved] = v
        return u

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        value, gradient = likelihood.objective(full(v), data)
        return value, gradient[moved]

    found = minimise(objective, base[moved])
    if not likelihood.is_large and _is_noise(likelihood, full(found.v), data):
        found = _minimise_where_told(likelihood, objective, full, base[moved], data)
    u = full(found.v)
    kind, edge = found.kind, ""
    if kind not in (MinimumKind.INTERIOR, MinimumKind.UNBOUNDED):
        edge = _edge(likelihood, u)
        kind = MinimumKind.EDGE if edge else kind
    sentence = _SENTENCES[kind].format(edge=edge, name=likelihood.name)
    return Optimum(kind=kind, u=u, value=found.value, moved=moved, white=found.white, sentence=sentence)


def _is_noise(likelihood: Likelihood, u: np.ndarray, data: Data | None) -> bool:
    """Return whether terms of N cancel there to so few digits that no optimum can be told."""
    evaluated = likelihood.evaluate(likelihood.constrain(u), data)
    return bool(np.isfinite(evaluated.size) and EPS * evaluated.size > TOLD * max(1.0, abs(evaluated.total)))


def _minimise_where_told(
    likelihood: Likelihood,
    objective: Objective,
    full: Callable[[np.ndarray], np.ndarray],
    start: np.ndarray,
    data: Data | None,
) -> Minimum:
    """Minimise over the points at which N is more than rounding error; none there is none at all."""

    def barred(v: np.ndarray) -> tuple[float, np.ndarray]:
        if _is_noise(likelihood, full(v), data):
            return np.inf, np.full(len(v), np.nan)
        return objective(v)

    found = minimise(barred, start)
    if found.kind in (MinimumKind.INTERIOR, MinimumKind.UNBOUNDED):
        return found
    return replace(found, kind=MinimumKind.NOWHERE)


def surroundings(
    likelihood: Likelihood,
    u: np.ndarray,
    moved: np.ndarray,
    sentence: str,
    kind: MinimumKind = MinimumKind.DECLARED,
) -> Optimum:
    """Return `u` as the centre of probes, with the scales of N around it: no optimum, and `sentence` says why.

    `kind` is what the search for one ended with, where there was a search.
    """

    def objective(v: np.ndarray) -> tuple[float, np.ndarray]:
        full = u.copy()
        full[moved] = v
        value, gradient = likelihood.objective(full)
        return value, gradient[moved]

    return Optimum(
        kind=kind,
        u=u,
        value=objective(u[moved])[0],
        moved=moved,
        white=calibrate(objective, u[moved], np.eye(len(moved))),
        sentence=sentence,
    )


_SENTENCES = {
    MinimumKind.INTERIOR: "",
    MinimumKind.KINK: "",
    MinimumKind.EDGE: "the optimum lies on the edge of the support: {edge}",
    MinimumKind.FLAT: "the optimum is not unique: some direction of the parameters changes nothing",
    MinimumKind.NOWHERE: (
        "the optimum is attained nowhere: the likelihood still grows as parameters go to infinity (separable data?)"
    ),
    MinimumKind.UNBOUNDED: "the likelihood is unbounded: there is no maximum",
    MinimumKind.NOT_FOUND: "no optimum of {name} was found",
}


def starting_point(likelihood: Likelihood, data: Data | None = None) -> np.ndarray:
    """Return a point of finite N and gradient, shape (n_params,): zero, else the best of some others."""
    zero = np.zeros(likelihood.n_params)
    if _is_finite(likelihood, zero, data):
        return zero
    feasible = [u for u in _tries(likelihood.n_params) if _is_finite(likelihood, u, data)]
    if feasible:
        return min(feasible, key=lambda u: likelihood.objective(u, data)[0])
    try:
        initial = likelihood.initial_point()
    except Exception as error:
        raise UnsupportedModel(f"no starting point of {likelihood.name} could be found: {error}") from error
    if _is_finite(likelihood, initial, data):
        return initial
    raise UnsupportedModel(
        f"the log-probability of {likelihood.name} is not finite at any starting point: are the data inside "
        "the support of the likelihood? model.debug() tells where it fails"
    )


def _tries(n: int) -> Iterator[np.ndarray]:
    """Yield points about zero: at random, and along single coordinates.

    One of those is an intercept: with it alone a mean is on the right side of zero whatever the covariates are.
    """
    rng = np.random.default_rng(20)
    for scale in (0.1, 0.5, 1, 2, 4):
        yield rng.normal(scale=scale, size=n)
    for j in range(min(n, AXES)):
        for length in (0.01, 1.0, 10.0, -0.01, -1.0):
            yield np.where(np.arange(n) == j, length, 0.0)


def _is_finite(likelihood: Likelihood, u: np.ndarray, data: Data | None) -> bool:
    value, gradient = likelihood.objective(u, data)
    return bool(np.isfinite(value) and np.isfinite(gradient).all())


def _edge(likelihood: Likelihood, u: np.ndarray) -> str:
    """Return which parameter sits on a finite bound of its support, in words."""
    x, limit = likelihood.constrain(u), likelihood.constrain(np.sign(u) * 1e4)
    for name, where in likelihood.slices().items():
        inside, bound = np.ravel(x[name]), np.ravel(limit[name])
        if inside.shape != u[where].shape or np.array_equal(u[where], inside):
            continue
        near = (
            (np.abs(u[where]) > 9)
            & np.isfinite(bound)
            & (np.abs(inside - bound) < 1e-3 * (1 + np.abs(bound)))
        )
        if near.any():
            return f"{name} = {bound[near][0]:.6g}"
    return ""


def standard_errors(likelihood: Likelihood, optimum: Optimum) -> dict[str, np.ndarray]:
    """Return standard errors on the constrained scale, by the delta method from the observed information.

    Empty where there is no information matrix: kinks, edges, directions that change nothing. Parameters
    that were held are left out.
    """
    if optimum.kind is not MinimumKind.INTERIOR or len(optimum.moved) > DENSE_LIMIT:
        return {}
    moved = set(optimum.moved.tolist())
    names = [
        name
        for name, where in likelihood.slices().items()
        if moved.issuperset(range(where.start, where.stop))
    ]
    squares = {name: np.zeros(np.shape(likelihood.constrain(optimum.u)[name])) for name in names}
    step = 1e-4
    for column in optimum.white.T:
        shift = np.zeros_like(optimum.u)
        shift[optimum.moved] = step * column
        up, down = likelihood.constrain(optimum.u + shift), likelihood.constrain(optimum.u - shift)
        for name in names:
            squares[name] = squares[name] + np.square((up[name] - down[name]) / (2 * step))
    return {name: np.sqrt(square) for name, square in squares.items()}
