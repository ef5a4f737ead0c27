"""Both sides along each parameter, for the eye: N and L on lines through the centre of the probes."""

from collections.abc import Iterator

import numpy as np

from nllcheck.likelihood.optimum import Optimum
from nllcheck.probes import WITHIN
from nllcheck.result import Curve
from nllcheck.scene import FEW_ROWS, Scene

__all__ = ["curves"]

POINTS = 10  # on each side of the centre
MOST = 12  # parameters that are drawn
REACH = 3.0  # standard errors that are shown to each side
FARTHEST = 9.0  # standard errors to which the loss's minimiser is followed


def curves(scene: Scene, optimum: Optimum, minimiser: np.ndarray | None) -> tuple[Curve, ...]:
    """Return N and L along single parameters, the others held; none for large data, where a call is dear.

    Parameters
    ----------
    scene : Scene
    optimum : Optimum
        With the scales of N.
    minimiser : array or None, shape (n_params,)
        The loss's own, on the unconstrained scale: the curves reach it unless it is far away.
    """
    if scene.likelihood.data.n_obs > FEW_ROWS or not len(optimum.moved):
        return ()
    units = _conditional_errors(optimum)
    return tuple(
        _curve(scene, name, position, units[position], minimiser)
        for name, position in _chosen(scene)
        if position in units
    )


def _conditional_errors(optimum: Optimum) -> dict[int, float]:
    """Return the standard error of each moved position with all others held: N rises by ½ there."""
    try:
        root = np.linalg.inv(optimum.white)
    except np.linalg.LinAlgError:
        return {}
    units = 1 / np.linalg.norm(root, axis=0)
    return {int(j): float(unit) for j, unit in zip(optimum.moved, units, strict=True) if 0 < unit < np.inf}


def _chosen(scene: Scene) -> Iterator[tuple[str, int]]:
    """Yield variables and positions in u: a vector leaves room for the variables after it."""
    parts, places = scene.prober.parts, scene.likelihood.slices()
    names = (*parts.of_loss, *parts.nuisances)[:MOST]
    for name in names:
        room = max(1, MOST // len(names))
        yield from ((name, position) for position in range(places[name].start, places[name].stop)[:room])


def _curve(scene: Scene, name: str, position: int, unit: float, minimiser: np.ndarray | None) -> Curve:
    prober = scene.prober
    centre, taken = prober.optimum.u, name in prober.parts.of_loss
    away = 0.0 if minimiser is None or not taken else (minimiser[position] - centre[position]) / unit
    label, entry = _entry(scene, name, position)
    x, nll, loss = [], [], []
    for z in _grid(scene, position, unit, away if abs(away) <= FARTHEST else 0.0):
        u = centre.copy()
        u[position] += z * unit
        evaluated = prober.evaluate(u, scene.likelihood.data.values)
        x.append(z if entry is None else float(np.ravel(evaluated.values[name])[entry]))
        nll.append(evaluated.total)
        if taken:
            loss.append(scene.loss(evaluated.values).total)
    return Curve(name=label, x=np.array(x), nll=np.array(nll), loss=np.array(loss), centre=x[POINTS])


def _grid(scene: Scene, position: int, unit: float, away: float) -> np.ndarray:
    """Return lengths in standard errors from the lower end to the upper, the centre in the middle."""
    ends = []
    for sign in (-1.0, 1.0):
        direction = np.zeros(scene.likelihood.n_params)
        direction[position] = sign * unit
        longest = scene.prober.longest(scene.prober.optimum.u, direction, WITHIN)
        ends.append(sign * min(longest, max(REACH, sign * away + 1)))
    low, high = ends
    return np.concatenate([np.linspace(low, 0, POINTS + 1), np.linspace(0, high, POINTS + 1)[1:]])


def _entry(scene: Scene, name: str, position: int) -> tuple[str, int | None]:
    """Return the label and the entry of the constrained value that moves with a position of u.

    A position of a simplex moves all its shares: its curve is told in standard errors, without an entry.
    """
    where = scene.likelihood.slices()[name]
    shape = np.shape(scene.prober.points[0].x[name])
    entry = position - where.start
    if int(np.prod(shape)) != where.stop - where.start:
        return f"{name}, direction {entry + 1} (standard errors)", None
    index = ", ".join(str(int(i)) for i in np.unravel_index(entry, shape))
    return (f"{name}[{index}]" if shape else name), entry
