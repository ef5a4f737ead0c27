"""The agreement plot: the loss against −log p over the probes, the fitted line, and what is left of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nllcheck.report.page.axes import Axis, linear, logarithmic, pixel
from nllcheck.result import CheckResult, Probe
from nllcheck.rounding import LIMIT
from nllcheck.wording import listed

__all__ = ["Agreement", "Dot", "agreement"]

WIDTH, TOP, BOTTOM = 460, 250, 110  # pixels of the viewBox: the width, and the heights of the two parts
LEFT, RIGHT = 62, 12
SMALLEST, LARGEST = 1e-2, 1e18  # noise floors that are told apart
FITTED = ("equal", "constant", "affine")


@dataclass(frozen=True, kw_only=True)
class Dot:
    """A probe in pixels; `kind` is "near" or "far" from the optimum."""

    x: str
    y: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """The geometry of the plot.

    Attributes
    ----------
    x, y : Axis
        N in nats, and L.
    lines : tuple of str
        Paths, one for each value of the nuisances: of a·N + c, or through the probes in the order of N.
    says : str
        What the lines are.
    dots : tuple of Dot
    rest : Axis or None
        |L − a·N − c| in noise floors, logarithmic; None where no line was fitted.
    limit : str
        The pixel up to which it is rounding error.
    rests : tuple of Dot
    alt : str
        The plot in a sentence.
    """

    x: Axis
    y: Axis
    lines: tuple[str, ...]
    says: str
    dots: tuple[Dot, ...]
    rest: Axis | None
    limit: str
    rests: tuple[Dot, ...]
    alt: str


def agreement(result: CheckResult) -> Agreement | None:
    """Return the plot of a record; None where it has no probes to show."""
    probes = [p for p in result.probes if math.isfinite(p.loss) and math.isfinite(p.nll)]
    if len(probes) < 2:
        return None
    x = linear((p.nll for p in probes), LEFT, WIDTH - RIGHT)
    y = linear((p.loss for p in probes), TOP - 34, 10)
    bent = result.relation == "monotone"
    lined = [] if bent else [p for p in probes if math.isfinite(p.residual)]
    rest = logarithmic(-2, _decades(lined), BOTTOM - 30, 8, count=3) if lined else None
    groups = [group for group in _groups(result, probes if bent else lined) if len(group) > 1]
    return Agreement(
        x=x,
        y=y,
        lines=tuple(_curve(group, x, y) if bent else _line(group, x, y) for group in groups),
        says=_says(result, len(groups)),
        dots=tuple(Dot(x=pixel(x.at(p.nll)), y=pixel(y.at(p.loss)), kind=_kind(p)) for p in probes),
        rest=rest,
        limit=pixel(rest.at(math.log10(LIMIT))) if rest else "",
        rests=tuple(_rest(p, x, rest) for p in lined) if rest else (),
        alt=_alt(probes, lined),
    )


def _kind(probe: Probe) -> str:
    return "near" if probe.kind == "near" else "far"


def _groups(result: CheckResult, probes: Sequence[Probe]) -> list[list[Probe]]:
    """Divide the probes by the values of the nuisances: each has a line of its own."""
    groups: dict[tuple[str, ...], list[Probe]] = {}
    for probe in probes:
        values = (str(probe.parameters[name]) for name in result.given if name in probe.parameters)
        groups.setdefault((probe.data, *values), []).append(probe)
    return list(groups.values())


def _says(result: CheckResult, count: int) -> str:
    """Return what the lines are, in the legend; empty where there are none."""
    if not count:
        return ""
    what = "g(N)" if result.relation == "monotone" else "a·N + c"
    closest = "" if result.relation in FITTED or result.relation == "monotone" else "the closest "
    return f"{closest}{what}" + (
        f", a line for each {listed(tuple(result.given))}" if count > 1 and result.given else ""
    )


def _curve(group: Sequence[Probe], x: Axis, y: Axis) -> str:
    """Return the way through the probes of a group in the order of N."""
    ordered = sorted(group, key=lambda probe: probe.nll)
    return "M" + "L".join(f"{pixel(x.at(p.nll))} {pixel(y.at(p.loss))}" for p in ordered)


def _line(group: Sequence[Probe], x: Axis, y: Axis) -> str:
    """Return the line that the residuals of a group are measured from, between its outermost probes.

    It is cut where it leaves the plot.
    """
    ends = [(p.nll, p.loss - p.residual) for p in (_lowest(group), _highest(group))]
    (x0, y0), (x1, y1) = ends
    shares = [0.0, 1.0]
    if y1 != y0:
        bounds = sorted(((y.low - y0) / (y1 - y0), (y.high - y0) / (y1 - y0)))
        shares = [max(0.0, bounds[0]), min(1.0, bounds[1])]
    points = [(x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in shares]
    return "M" + "L".join(f"{pixel(x.at(a))} {pixel(y.at(b))}" for a, b in points)


def _lowest(group: Sequence[Probe]) -> Probe:
    return min(group, key=lambda probe: probe.nll)


def _highest(group: Sequence[Probe]) -> Probe:
    return max(group, key=lambda probe: probe.nll)


def _floors(probe: Probe) -> float:
    """Return the residual in noise floors, within what is told apart."""
    floors = abs(probe.residual) / probe.floor if probe.floor > 0 else math.inf
    return min(max(floors, SMALLEST), LARGEST)


def _decades(probes: Sequence[Probe]) -> int:
    return max(3, math.ceil(math.log10(max(map(_floors, probes), default=1.0))))


def _rest(probe: Probe, x: Axis, rest: Axis) -> Dot:
    floors = _floors(probe)
    return Dot(
        x=pixel(x.at(probe.nll)),
        y=pixel(rest.at(math.log10(floors))),
        kind="inside" if floors <= LIMIT else "outside",
    )


def _alt(probes: Sequence[Probe], lined: Sequence[Probe]) -> str:
    said = f"The loss against −log p at {len(probes)} probes"
    if not lined:
        return said
    worst = max(map(_floors, lined))
    return f"{said}; the largest distance from the line is {worst:.2g} rounding errors"
