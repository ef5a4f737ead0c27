"""A snippet that reproduces a disagreement with PyMC and NumPy alone."""

import numpy as np

from nllcheck.probes import Point
from nllcheck.scene import Scene

__all__ = ["snippet"]

SHORT = 12  # numbers that are written out


def snippet(scene: Scene, point: Point, loss: float) -> str:
    """Return Python lines that evaluate both sides at `point`."""
    likelihood, values = scene.likelihood, scene.prober.values(point)
    lines = ["import numpy as np"]
    lines += [f"{name} = {_literal(point.x[name])}" for name in _parameters(scene, point)]
    needed = [name for name in scene.loss.reads if name not in likelihood.free]
    lines += [f"{name} = {_literal(values[name])}" for name in needed]
    lines.append(f"{scene.loss.name}({_call(scene)})  # {loss!r}")
    lines.append(f"# -log p of {likelihood.name} there: {point.nll!r}")
    return "\n".join(lines)


def _parameters(scene: Scene, point: Point) -> list[str]:
    shown = {*scene.prober.parts.of_loss, *scene.prober.parts.nuisances, *scene.prober.parts.fixed}
    return [name for name in scene.likelihood.free if name in shown and name in point.x]


def _literal(value: np.ndarray) -> str:
    array = np.asarray(value)
    if array.ndim == 0:
        return repr(array.item())
    if array.size <= SHORT:
        return f"np.array({array.tolist()!r})"
    start = ", ".join(repr(item) for item in np.ravel(array)[:3].tolist())
    return f"...  # shape {array.shape}, starts {start}"


def _call(scene: Scene) -> str:
    parts = []
    for binding in scene.loss.bindings:
        read = binding.reads[0] if binding.transform is None else f"...  # {binding.describe()}"
        parts.append(read if binding.positional or " " in binding.argument else f"{binding.argument}={read}")
    return ", ".join(parts)
