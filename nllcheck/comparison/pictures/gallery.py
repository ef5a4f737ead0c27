"""All pictures of one comparison."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import batched
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from nllcheck.comparison.pictures.densities import densities, has_density
from nllcheck.comparison.pictures.forest import forest
from nllcheck.comparison.pictures.looks import styled
from nllcheck.comparison.pictures.profiles import has_profile, profiles
from nllcheck.comparison.pictures.sheet import svg
from nllcheck.display import printable
from nllcheck.errors import CannotEvaluate

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate

__all__ = ["Pictures", "plot"]

NAMED = 5  # of what is left out
PAGE = 45  # scalars a picture; of more there are several pages
Drawing = Callable[..., Figure]  # of a comparison, some of its estimates, a title and a note


@dataclass(frozen=True, kw_only=True)
class Pictures(Mapping[str, Figure]):
    """The figures of a comparison by their names; shown one below the other in a notebook.

    Attributes
    ----------
    figures : mapping of str to matplotlib Figure
        ``"forest"``, ``"densities"``, ``"profiles"``; further pages are ``"forest-2"``, …
    """

    figures: Mapping[str, Figure]

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    def svgs(self) -> dict[str, str]:
        """Return each picture as SVG."""
        return {name: svg(figure) for name, figure in self.figures.items()}

    def _repr_html_(self) -> str:
        return "".join(
            _image(figure.get_label(), text)
            for figure, text in zip(self.values(), self.svgs().values(), strict=True)
        )


def _image(title: object, text: str) -> str:
    """Return an image of its own: SVGs that stand in one page share their ids."""
    data = b64encode(text.encode()).decode()
    return f'<p><img alt="{escape(printable(title))}" src="data:image/svg+xml;base64,{data}"></p>'


def plot(comparison: "Comparison") -> Pictures:
    """Draw the comparison; a scalar without a curve is left out where the curve would be.

    Raises
    ------
    CannotEvaluate
        A gate failed: there is no comparison to draw.
    """
    if not comparison.stands:
        raise CannotEvaluate(f"there is no comparison to draw: {comparison.headline}")
    with styled():
        return Pictures(figures=dict(_figures(comparison)))


def _figures(comparison: "Comparison") -> Iterator[tuple[str, Figure]]:
    for kind, draw, about, wanted in KINDS:
        estimates = [estimate for estimate in comparison.estimates if wanted(estimate)]
        note = _without([estimate.label for estimate in comparison.estimates if not wanted(estimate)])
        pages = list(batched(estimates, PAGE))
        for number, page in enumerate(pages, 1):
            which = f" ({number} of {len(pages)})" if len(pages) > 1 else ""
            title = f"{printable(comparison.name)}: {about}{which}"
            yield kind if number == 1 else f"{kind}-{number}", draw(comparison, page, title, note)


def _without(labels: Sequence[str]) -> str:
    """Say what is not drawn because it has no curve."""
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return f"Without a curve: {', '.join(map(printable, labels[:NAMED]))}{more}." if labels else ""


def _always(_: "Estimate") -> bool:
    return True


KINDS: "tuple[tuple[str, Drawing, str, Callable[[Estimate], bool]], ...]" = (
    ("forest", forest, "all estimates in standard errors", _always),
    ("densities", densities, "what is known of each parameter", has_density),
    ("profiles", profiles, "loss and NLL along each parameter", has_profile),
)
