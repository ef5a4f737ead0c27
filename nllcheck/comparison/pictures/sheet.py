"""A sheet with a title, a legend and a note, on which panels have their places in inches.

Matplotlib's own layout engines would find the places by drawing everything several times.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import FuncFormatter, MaxNLocator

from nllcheck.comparison.pictures.looks import STYLE, styled
from nllcheck.comparison.pictures.names import fitted

__all__ = ["COLUMNS", "Sheet", "ends", "inches", "mark_axis", "svg"]

WIDTH = 7.2  # inches; 690 pixels of a browser
EDGE = 0.12
FONT = STYLE["font.size"]
COLUMNS = 3  # of panels side by side
LINE = 0.145  # of text, inches
TITLE, KEYS, HEAD, AXIS = (
    0.34,
    0.165,
    0.1,
    0.28,
)  # heights: title, row of the legend, over a panel, numbers of an axis
KEY = 0.62  # width of a key of the legend without its text
_PATH = re.compile(r'(?<= d=")[^"]*')
_COORDINATE = re.compile(r"-?\d+\.\d+")
_TRAILING = re.compile(r"[ \t]+\n")


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands around the panels of a picture.

    Attributes
    ----------
    title : str
    keys : sequence of matplotlib artists
        Of the legend, each with its label.
    note : str
        Stands below; may be empty.
    """

    title: str
    keys: Sequence[Artist]
    note: str = ""

    def single(self, *, height: float, left: float, right: float, below: float) -> tuple[Figure, Axes]:
        """Return a figure with one panel of a height; `left`, `right` and `below` hold what labels it."""
        figure, top = self._figure(height + AXIS + below)
        return figure, _axes(figure, (left, top - height, WIDTH - left - right, height))

    def panels(self, names: Sequence[str], *, height: float, left: float) -> tuple[Figure, list[Axes]]:
        """Return a figure with a titled panel for each name, and in each `left` for the numbers of its axis."""
        columns = min(COLUMNS, len(names))
        titles = [fitted(name, 96 // columns) for name in names]
        head = LINE * (1 + max(title.count("\n") for title in titles)) + HEAD
        step, across = head + height + AXIS, (WIDTH - EDGE) / columns
        figure, top = self._figure(math.ceil(len(names) / columns) * step)
        grid = []
        for i, title in enumerate(titles):
            row, column = divmod(i, columns)
            place = (column * across + left, top - row * step - head - height, across - left - EDGE, height)
            grid.append(_axes(figure, place))
            grid[-1].set_title(title, fontweight="bold")
        return figure, grid

    def _figure(self, body: float) -> tuple[Figure, float]:
        """Return a figure with room for a body of a height, and where that begins, from below."""
        note = fitted(self.note, 118, lines=5)
        below = EDGE + (LINE * (1 + note.count("\n")) if note else 0)
        widest = max(inches(str(key.get_label())) for key in self.keys) + KEY
        columns = max(min(int(WIDTH / widest), len(self.keys)), 1)
        above = TITLE + KEYS * math.ceil(len(self.keys) / columns)
        figure = Figure(figsize=(WIDTH, above + body + below), label=self.title)
        figure.legend(
            handles=list(self.keys),
            title=fitted(self.title, 90, lines=1),
            title_fontproperties={"weight": "bold", "size": 9},
            alignment="left",
            loc="upper left",
            bbox_to_anchor=(0, 1),
            borderaxespad=0.2,
            ncols=columns,
            frameon=False,
            handlelength=2.4,
            columnspacing=1.6,
        )
        if note:
            figure.text(
                EDGE / WIDTH, 0.04 / (above + body + below), note, fontsize=7.5, color="0.25", va="bottom"
            )
        return figure, body + below


def _axes(figure: Figure, place: tuple[float, float, float, float]) -> Axes:
    """Return new axes at a place in inches: left, bottom, width and height."""
    width, height = figure.get_size_inches()
    left, bottom, across, up = place
    return figure.add_axes((left / width, bottom / height, across / width, up / height))


def inches(text: str) -> float:
    """Return how wide a text is, the widest of its lines."""
    font = FontProperties(size=FONT)
    widths = [
        text_to_path.get_text_width_height_descent(line, font, ismath=False)[0] for line in text.split("\n")
    ]
    return max(widths) / 72


def ends(values: Sequence[float]) -> tuple[float, float]:
    """Return where an axis over `values` begins and ends; a single value has room on both sides."""
    low, high = values[0], values[-1]
    return (low, high) if low < high else (low - 1, high + 1)


def mark_axis(axes: Axes, ticks: int = 4) -> None:
    """Mark few values along x, written out."""
    axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}".replace("-", "−")))


def svg(figure: Figure) -> str:
    """Return the figure as SVG: the same text whenever it is drawn with one matplotlib.

    Coordinates are kept to a hundredth of a point: more is invisible, and twice as long.
    """
    out, title = BytesIO(), str(figure.get_label())
    with styled():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    text = _PATH.sub(lambda path: _COORDINATE.sub(_shortened, path.group()), out.getvalue().decode("utf-8"))
    return _TRAILING.sub("\n", text)


def _shortened(coordinate: re.Match[str]) -> str:
    return f"{float(coordinate.group()):.2f}".rstrip("0").rstrip(".")
