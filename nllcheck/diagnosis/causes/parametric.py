"""Maps of an argument with an unknown number: an epsilon added, a temperature, smoothed labels, a power."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import optimize, special

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import at_first, carries_data, changed, is_fixed, is_whole
from nllcheck.diagnosis.causes.numerals import plain
from nllcheck.diagnosis.causes.panel import Arguments, Panel

__all__ = ["parametric"]

PROBES = 12
PROMISING = 3e-3  # residual after the first steps, relative to the spread of L, from which it goes on
FOUND = 1e-6


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A map with unknown numbers.

    Attributes
    ----------
    apply : callable
        (x, *numbers) to what makes the loss the NLL.
    used : callable
        The numbers and the argument's name, to what the loss uses in the argument's place, as Python writes it.
    start : tuple of float
        The numbers at which the map is the identity.
    """

    apply: Callable[..., np.ndarray]
    used: Callable[..., str]
    start: tuple[float, ...]


def _signed(value: float) -> str:
    return f"+ {plain(value)}" if value >= 0 else f"- {plain(-value)}"


SHIFT = Curve(apply=lambda x, d: x - d, used=lambda x, d: f"{x} {_signed(d)}", start=(0.0,))
SCALE = Curve(apply=lambda x, k: x / k, used=lambda x, k: f"{plain(k)}*{x}", start=(1.0,))
LINE = Curve(
    apply=lambda x, k, d: (x - d) / k, used=lambda x, k, d: f"{plain(k)}*{x} {_signed(d)}", start=(1.0, 0.0)
)
POWER = Curve(
    apply=lambda x, k: np.sign(x) * np.abs(x) ** (1 / k), used=lambda x, k: f"{x}**{plain(k)}", start=(1.0,)
)
SQUARED = Curve(
    apply=lambda x, d: np.sqrt(x**2 - d), used=lambda x, d: f"np.sqrt({x}**2 {_signed(d)})", start=(0.0,)
)
INVERSE = Curve(apply=lambda x, d: 1 / (1 / x - d), used=lambda x, d: f"1/(1/{x} {_signed(d)})", start=(0.0,))
PRECISION = Curve(
    apply=lambda x, d: 1 / np.sqrt(1 / x**2 - d),
    used=lambda x, d: f"1/np.sqrt(1/{x}**2 {_signed(d)})",
    start=(0.0,),
)
TEMPERATURE = Curve(
    apply=lambda p, k, d: special.expit((special.logit(p) - d) / k),
    used=lambda p, k, d: f"expit({plain(k)}*logit({p}) {_signed(d)})",
    start=(1.0, 0.0),
)


def _curves(panel: Panel, name: str) -> list[Curve]:
    value = at_first(panel)[name]
    if is_fixed(panel, name):
        powers = [POWER] if np.all(value > 0) and not is_whole(value) else []
        return [LINE, SHIFT, *powers] if carries_data(panel, name) else [SHIFT, SCALE]
    every = [panel.arguments[id(p)][name] for p in panel.screened]
    curves = [SHIFT, SCALE]
    if all(np.all(x > 0) for x in every):
        curves += [SQUARED, POWER, INVERSE, PRECISION]
        if all(np.all(x < 1) for x in every):
            curves += [TEMPERATURE, LINE]
    elif value.ndim:
        curves += [LINE]
    return curves


def parametric(panel: Panel) -> Iterator[Explanation]:
    """Yield maps of one argument with unknown numbers, found by least squares, under which the loss is the NLL."""
    for name in at_first(panel):
        for curve in _curves(panel, name):
            if not panel.has_time:
                return
            found = _fitted(panel, name, curve)
            if found is not None:
                yield found


def _fitted(panel: Panel, name: str, curve: Curve) -> Explanation | None:
    numbers = _solved(panel, name, curve)
    if numbers is None:
        return None
    for candidate in (tuple(float(plain(value)) for value in numbers), numbers):
        bound = panel.altered(partial(_curved, name=name, curve=curve, numbers=candidate))
        repaired = panel.accept(bound)
        if repaired is not None and not _is_identity(curve, candidate):
            return _explanation(panel, name, curve, candidate, repaired, panel.follows(bound))
    return None


def _is_identity(curve: Curve, numbers: tuple[float, ...]) -> bool:
    return all(abs(a - b) < 1e-14 for a, b in zip(numbers, curve.start, strict=True))


def _explanation(
    panel: Panel, name: str, curve: Curve, numbers: tuple[float, ...], repaired: object, follows: bool
) -> Explanation | None:
    used = curve.used(name, *numbers)
    labels = carries_data(panel, name) and is_whole(at_first(panel)[name])
    unnamed = sum(len(plain(value).strip("-0.")) > 5 for value in numbers)
    if unnamed and (labels or not follows):  # a number that nobody wrote and that fits these data only
        return None
    return Explanation(
        code="label-encoding" if labels else "argument-transformed",
        cost=(1.05 if labels else 1.35 if curve is not SCALE else 1.65)
        + 0.2 * unnamed
        + 0.1 * (len(numbers) - 1),
        change=f"but for `{used}` in the place of `{name}`",
        reading="Such labels are smoothed." if labels and len(numbers) == 2 else "",
        advice=f"Use `{name}` as it is, or let the model have what the loss has: `{used}`.",
        repaired=repaired,  # type: ignore[arg-type]
        follows=follows,
        key=f"curve {name}",
        numbers={"argument": name, "used": used, "numbers": list(numbers)},
    )


def _curved(arguments: Arguments, *, name: str, curve: Curve, numbers: tuple[float, ...]) -> Arguments:
    return changed(arguments, name=name, function=lambda x: curve.apply(x, *numbers))


def _solved(panel: Panel, name: str, curve: Curve) -> tuple[float, ...] | None:
    """Return the numbers at which the residual of the affine fit vanishes, or None."""
    usable = [p for p in panel.reference if p.excess <= 9.0]
    points = usable[:: max(1, len(usable) // PROBES)][:PROBES]
    nll = np.array([p.nll for p in points])
    if len(points) < len(curve.start) + 5:
        return None
    nll = nll - nll.mean()

    def residual(numbers: np.ndarray) -> np.ndarray:
        alter = partial(_curved, name=name, curve=curve, numbers=tuple(numbers))
        loss = []
        for point in points:
            with np.errstate(all="ignore"):
                loss.append(panel.scene.loss.call(alter(dict(panel.arguments[id(point)]))).total)
        values = np.array(loss)
        if not np.isfinite(values).all():
            return np.full(len(points), 1e3)
        values = values - values.mean()
        size = float(np.linalg.norm(values))
        if not size > 0:
            return np.full(len(points), 1e3)
        return (values - nll * float(nll @ values) / float(nll @ nll)) / size

    start = np.array(curve.start)
    if not np.linalg.norm(residual(start)) < 10:
        return None
    options = {"xtol": 1e-15, "ftol": 1e-15, "gtol": 1e-15, "x_scale": 1.0}
    try:
        rough = optimize.least_squares(residual, start, diff_step=1e-6, max_nfev=15, **options)
        if not np.linalg.norm(rough.fun) < PROMISING:
            return None
        fine = optimize.least_squares(residual, rough.x, diff_step=1e-7, max_nfev=25, **options)
    except (ValueError, np.linalg.LinAlgError):
        return None
    return tuple(float(x) for x in fine.x) if np.linalg.norm(fine.fun) < FOUND else None
