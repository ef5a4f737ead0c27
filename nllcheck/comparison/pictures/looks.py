"""How each estimate looks in every picture: told apart by colour, and without it by marker, line or weight."""

import math
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

__all__ = ["GRID", "LOSS", "MAP", "MLE", "NLL", "POSTERIOR", "PRIOR", "STYLE", "Look", "styled"]

STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "svg.hashsalt": "nllcheck",
}
GRID = "0.8"


@dataclass(frozen=True, kw_only=True)
class Look:
    """The look of one estimate; the colours are those of Okabe and Ito, made for colour-blind readers."""

    colour: str
    marker: str = ""
    filled: bool = True
    line: Literal["-", "--", ":"] = "-"
    width: float = 1.2

    def mark(self, axes: Axes, x: Sequence[float], y: Sequence[float], *, size: float = 5.5) -> None:
        """Draw the markers of values; one that is nan or infinite has none."""
        places = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(a)]
        if places:
            across, up = zip(*places, strict=True)
            axes.plot(across, up, **self._marker(size), linestyle="none", zorder=4, clip_on=False)

    def draw(self, axes: Axes, x: Sequence[float], y: Sequence[float]) -> None:
        """Draw a curve; it is interrupted where a value is nan."""
        axes.plot(x, y, self.line, color=self.colour, linewidth=self.width)

    def bars(self, axes: Axes, y: Sequence[float], low: Sequence[float], high: Sequence[float]) -> None:
        """Draw intervals at the heights `y`."""
        if y:
            axes.hlines(y, low, high, colors=self.colour, linewidth=self.width, linestyles=self.line)

    def key(self, name: str, *, line: bool = True, marker: bool = True) -> Line2D:
        """Return the entry of a legend."""
        style = {"linestyle": self.line, "linewidth": self.width} if line else {"linestyle": "none"}
        mark = self._marker(5) if marker else {"color": self.colour}
        return Line2D([], [], label=name, **mark, **style)

    def _marker(self, size: float) -> dict[str, Any]:
        face = self.colour if self.filled else "white"
        return {
            "marker": self.marker or "none",
            "markersize": size,
            "color": self.colour,
            "markerfacecolor": face,
            "markeredgecolor": self.colour,
            "markeredgewidth": 1.3,
        }


POSTERIOR = Look(colour="#0072B2", marker="o", width=3)
MLE = Look(colour="#D55E00", marker="D", filled=False, line="--", width=1.4)
MAP = Look(colour="#009E73", marker="^", filled=False)
LOSS = Look(colour="black", marker="x", line="--", width=1.2)
PRIOR = Look(colour="0.35", line=":", width=1.5)
NLL = Look(colour="#56B4E9", marker="o", width=3.5)


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the look of nllcheck, whatever the user's matplotlibrc says.

    A character that the font lacks is a box in a PNG, and as it should be in an SVG.
    """
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield
