"""The agreement plot tells what the probes tell."""

from dataclasses import replace

import numpy as np
from records import PROBES, pictured

from nllcheck.report.page.agreement import agreement
from nllcheck.result import Probe


def path(text: str) -> list[tuple[float, float]]:
    """Return the corners of a path."""
    pairs = (pair.split() for pair in text.removeprefix("M").split("L"))
    return [(float(x), float(y)) for x, y in pairs]


def test_a_dot_a_probe_on_its_line() -> None:
    """Where L is a·N + c all dots lie on one straight line, and all residuals are inside."""
    plot = agreement(pictured())
    assert plot is not None
    assert [dot.kind for dot in plot.dots] == ["near"] * 3 + ["far"] * 3
    ((x0, y0), (x1, y1)) = path(plot.lines[0])
    for dot in plot.dots:
        on_line = y0 + (float(dot.x) - x0) * (y1 - y0) / (x1 - x0)
        assert abs(float(dot.y) - on_line) < 0.2
    assert {dot.kind for dot in plot.rests} == {"inside"}
    assert plot.says == "a·N + c"
    assert "at 6 probes; the largest distance from the line is 4.5 rounding errors" in plot.alt


def test_a_wrong_loss_is_outside() -> None:
    """A residual of 1e13 rounding errors is far from the shaded part, and the line is only the closest."""
    probes = (*PROBES[:-1], replace(PROBES[-1], loss=90.0, residual=21.4))
    plot = agreement(pictured(relation="different", holds=False, probes=probes))
    assert plot is not None
    assert plot.rests[-1].kind == "outside"
    assert float(plot.rests[-1].y) < float(plot.limit)
    assert plot.says == "the closest a·N + c"


def test_each_value_of_a_nuisance_has_its_line() -> None:
    """Squared error has another slope for each sigma."""
    others = tuple(
        replace(p, parameters={"sigma": np.array(1.7)}, loss=2 * p.loss, residual=0.0) for p in PROBES
    )
    plot = agreement(pictured(probes=PROBES + others, given={"sigma": "fixed"}, relation="affine"))
    assert plot is not None
    assert len(plot.lines) == 2
    assert plot.says == "a·N + c, a line for each sigma"


def test_an_increasing_function_is_a_curve() -> None:
    """Where only the order agrees, the probes are joined in the order of N, and no residual is told."""
    probes = tuple(replace(p, loss=p.nll**0.5) for p in reversed(PROBES))
    plot = agreement(pictured(relation="monotone", probes=probes))
    assert plot is not None
    heights = [y for _, y in path(plot.lines[0])]
    assert heights == sorted(heights, reverse=True)
    assert plot.rest is None
    assert plot.says == "g(N)"


def test_what_is_not_finite_is_left_out() -> None:
    """Without two finite probes there is no plot; odd floors and residuals are no error."""
    odd = tuple(replace(p, nll=float("nan")) for p in PROBES)
    assert agreement(pictured(probes=odd)) is None
    assert agreement(pictured(probes=())) is None
    spoiled: tuple[Probe, ...] = (
        replace(PROBES[0], floor=0.0, residual=1.0),
        replace(PROBES[1], floor=float("nan")),
        replace(PROBES[2], residual=float("inf")),
        replace(PROBES[3], loss=1e300, residual=1e300, floor=1e-300),
    )
    plot = agreement(pictured(probes=spoiled))
    assert plot is not None
    assert "nan" not in str(plot)
