"""What all pictures share: the look, names that fit, and SVG that is the same byte for byte."""

import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import batched
from typing import Any

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nllcheck.display import printable

__all__ = [
    "COLUMNS",
    "GRID",
    "LOSS",
    "MAP",
    "MLE",
    "NLL",
    "POSTERIOR",
    "PRIOR",
    "Look",
    "canvas",
    "escaped",
    "fitted",
    "legend",
    "numeric_axis",
    "panels",
    "styled",
    "svg",
]

WIDTH = 7.2  # inches; 690 pixels of a browser
COLUMNS = 3
STYLE: dict[Any, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "svg.hashsalt": "nllcheck",
}
GRID = "0.8"
_PATH = re.compile(r'(?<= d=")[^"]*')
_COORDINATE = re.compile(r"-?\d+\.\d+")
_TRAILING = re.compile(r"[ \t]+\n")


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one estimate is drawn: told apart by colour, and without it by marker, line and weight.

    The colours are those of Okabe and Ito, which colour-blind readers can tell apart.
    """

    colour: str
    marker: str = ""
    filled: bool = True
    line: str = "-"
    width: float = 1.2

    def mark(self, axes: Axes, x: float, y: float, *, size: float = 5.5) -> None:
        """Draw the marker of a value; a value that is nan or infinite has none."""
        if math.isfinite(x):
            axes.plot([x], [y], **self._marker(size), linestyle="none", zorder=4, clip_on=False)

    def draw(self, axes: Axes, x: Sequence[float], y: Sequence[float]) -> None:
        """Draw a line; it is interrupted where a value is nan."""
        axes.plot(x, y, self.line, color=self.colour, linewidth=self.width, solid_capstyle="butt")

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


def svg(figure: Figure) -> str:
    """Return the figure as SVG: the same text whenever it is drawn with one matplotlib.

    Coordinates are kept to a hundredth of a point: more is invisible, and twice as long.
    """
    out = BytesIO()
    with styled():
        figure.savefig(
            out, format="svg", metadata={"Date": None, "Creator": None, "Title": figure.get_label()}
        )
    text = _PATH.sub(lambda path: _COORDINATE.sub(_shortened, path.group()), out.getvalue().decode("utf-8"))
    return _TRAILING.sub("\n", text)


def _shortened(coordinate: re.Match[str]) -> str:
    return f"{float(coordinate.group()):.2f}".rstrip("0").rstrip(".")


def canvas(title: str, height: float) -> Figure:
    """Return an empty figure of a height in inches; `title` is its label."""
    layout = ConstrainedLayoutEngine(h_pad=0.06, w_pad=0.06)
    return Figure(figsize=(WIDTH, height), layout=layout, label=title)


def panels(title: str, names: Sequence[str], *, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with a titled panel for each name, up to three side by side."""
    columns = min(COLUMNS, len(names))
    rows = math.ceil(len(names) / columns)
    figure = canvas(title, 0.85 + rows * height)
    grid = figure.subplots(rows, columns, squeeze=False).ravel().tolist()
    for axes in grid[len(names) :]:
        axes.remove()
    for axes, name in zip(grid, names, strict=False):
        axes.set_title(fitted(name, 90 // columns), fontweight="bold")
        numeric_axis(axes)
    return figure, grid[: len(names)]


def numeric_axis(axes: Axes, ticks: int = 4) -> None:
    """Mark few values along x, written out."""
    axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−")))
    axes.tick_params(width=0.6, length=2.5)


def legend(figure: Figure, keys: Sequence[Artist], note: str = "") -> None:
    """Put title and legend over the panels, and a note below them."""
    figure.legend(
        handles=list(keys),
        title=fitted(str(figure.get_label()), 90),
        title_fontproperties={"weight": "bold", "size": 9},
        alignment="left",
        loc="outside upper left",
        ncols=4,
        frameon=False,
        handlelength=2.4,
        columnspacing=1.6,
    )
    if note:
        figure.supxlabel(fitted(note, 115, lines=4), fontsize=7.5, x=0.01, ha="left", color="0.25")


def fitted(name: str, width: int, lines: int = 2) -> str:
    """Return a name on as many `lines` of `width` characters as it needs; what is longer loses its middle."""
    text, room = printable(name), width * lines
    if len(text) > room:
        tail = room // 2 - 1
        text = f"{text[: room - tail - 1]}…{text[-tail:]}"
    return escaped("\n".join(_broken(text, width, lines)))


def _broken(text: str, width: int, lines: int) -> list[str]:
    """Break at a space, an underscore, a comma or a bracket where that fills no more lines; else anywhere."""
    parts = re.findall(r"[^\s_,\[\].:]*[\s_,\[\].:]?", text)
    broken = [""]
    for part in parts:
        if broken[-1] and len(broken[-1]) + len(part.rstrip()) > width:
            broken.append("")
        broken[-1] += part
    if len(broken) > lines or max(map(len, broken)) > width + 1:
        broken = ["".join(letters) for letters in batched(text, width)]
    return [line.strip() for line in broken]


def escaped(text: str) -> str:
    """Return text that matplotlib does not take for a formula."""
    return text.replace("$", r"\$")
