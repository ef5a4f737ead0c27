"""Pictures of a comparison: complete, safe, the same bytes each time, and readable without colours."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from comparison_nasty import NASTY, nasty
from comparison_records import LOSS as LOSS_SIDE
from comparison_records import comparison, curves, estimate, failed, hyperparameter, many, scale_estimate
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from nllcheck.comparison.pictures import Pictures, gallery, plot
from nllcheck.comparison.pictures.looks import LOSS, MAP, MLE, NLL, POSTERIOR, PRIOR
from nllcheck.comparison.pictures.names import fitted
from nllcheck.comparison.record import Comparison, Curves, Interval, LossSide
from nllcheck.errors import CannotEvaluate

SVG = "{http://www.w3.org/2000/svg}"
WITHOUT_MATPLOTLIB = """
import sys
sys.modules["matplotlib"] = None
from comparison_records import comparison
try:
    comparison().plot()
except ImportError as error:
    print(type(error).__name__, error)
"""


def texts(svg: str) -> list[str]:
    """Return the texts that a picture shows."""
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def lines(pictures: Pictures, kind: str, colour: str) -> list:
    """Return the lines of a colour in the panels of a picture."""
    return [line for axes in pictures[kind].axes for line in axes.get_lines() if line.get_color() == colour]


def intervals(axes: Axes) -> list:
    """Return the segments of the posterior's and of the MLE's intervals."""
    found = {
        tuple(c.get_colors()[0]): c.get_segments() for c in axes.collections if isinstance(c, LineCollection)
    }
    return [found[to_rgba(look.colour)] for look in (POSTERIOR, MLE)]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    """Draw a coefficient, a scale and a hyperparameter."""
    return plot(comparison())


def test_there_are_three(pictures: Pictures) -> None:
    """A forest of all scalars; densities and profiles of those that have curves, and it says which have not."""
    assert list(pictures) == ["forest", "densities", "profiles"]
    shown = {kind: " ".join(texts(svg)) for kind, svg in pictures.svgs().items()}
    assert all(name in shown["forest"] for name in ("beta[gnp]", "sigma", "tau", "MAP", "MLE ± 1.96 SE"))
    assert "minimiser of mean_squared_error" in shown["forest"]
    for kind in ("densities", "profiles"):
        assert "Without a curve: tau." in re.sub(r"\s+", " ", shown[kind])
        assert {"beta[gnp]", "sigma"} <= {axes.get_title() for axes in pictures[kind].axes}
    assert "mean_squared_error, divided by 1/n, and its minimiser" in shown["profiles"]


def test_every_number_is_drawn(pictures: Pictures) -> None:
    """In the forest each interval and each point that exists is at its place, in standard errors from the MLE."""
    beta = comparison().estimates[0]
    posterior, wald = intervals(pictures["forest"].axes[0])
    assert list(posterior[0][:, 0]) == pytest.approx([(1.41 - 2.5) / 0.5, (2.79 - 2.5) / 0.5])
    assert list(wald[1][:, 0]) == pytest.approx([-1.96, 1.96], abs=1e-3)
    assert (len(posterior), len(wald)) == (3, 2)  # tau has no MLE
    marks = {
        look.colour: list(line.get_xdata())
        for look in (POSTERIOR, MAP, MLE, LOSS)
        for line in lines(pictures, "forest", look.colour)
    }
    assert marks[POSTERIOR.colour] == pytest.approx([beta.mean_shift, 0.6, 0.0])
    assert marks[MAP.colour] == pytest.approx([beta.map_shift, -0.05, 0.02 / 0.35])
    assert (marks[MLE.colour], marks[LOSS.colour]) == ([0.0, 0.0], [0.0])


def test_a_scaled_loss_lies_over_the_nll(pictures: Pictures) -> None:
    """The loss is divided by its scale, so that a loss that is the NLL covers it; both minimisers are marked."""
    nll, least = lines(pictures, "profiles", NLL.colour)[:2]
    loss, minimum = lines(pictures, "profiles", LOSS.colour)
    assert list(loss.get_ydata()) == pytest.approx(list(nll.get_ydata()))
    assert (list(least.get_xdata()), list(minimum.get_xdata())) == ([2.5], [2.5])


def test_a_loss_without_a_scale_is_stretched_and_says_so() -> None:
    """A loss that is no multiple of the NLL is drawn as high as the NLL."""
    record = comparison()
    told = plot(replace(record, loss=replace(record.loss, scale=None, scale_name="")))
    loss, nll = (lines(told, "profiles", look.colour)[0].get_ydata() for look in (LOSS, NLL))
    assert max(loss) == pytest.approx(max(nll))
    assert "stretched to the NLL's height" in " ".join(texts(told.svgs()["profiles"]))


def test_the_gaussian_is_that_of_the_mle(pictures: Pictures) -> None:
    """Its height over the MLE is 1/(SE·√2π), and it is not drawn without a standard error."""
    gaussian = max(lines(pictures, "densities", MLE.colour)[0].get_ydata())
    assert gaussian == pytest.approx(1 / (0.5 * 2.50662827), rel=0.01)
    bare = plot(comparison(estimates=(estimate(standard_error=None, wald=None),)))
    assert [len(line.get_xdata()) for line in lines(bare, "densities", MLE.colour)] == [1]  # the marker
    assert len(lines(pictures, "densities", PRIOR.colour)) == 1  # sigma's is flat


def test_the_same_record_gives_the_same_bytes(pictures: Pictures) -> None:
    """Drawn twice, under another matplotlibrc, and after a round trip through JSON."""
    with mpl.rc_context({"font.size": 20, "svg.fonttype": "path", "lines.linewidth": 7, "text.usetex": True}):
        again = plot(Comparison.from_dict(comparison().to_dict())).svgs()
    assert again == pictures.svgs()
    assert not re.search(r"\d{4}-\d\d-\d\d|\s\n", "".join(again.values()))


def test_the_same_bytes_from_another_process(pictures: Pictures) -> None:
    """Nothing in a picture depends on the order of a hash."""
    code = "from comparison_records import comparison as c; print(end=c().plot().svgs()['forest'])"
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "2", "PYTHONIOENCODING": "utf-8"},
    )
    assert told.stdout == pictures.svgs()["forest"], told.stderr


def test_looks_differ_without_colour() -> None:
    """Printed in grey, what stands in one picture is told apart by marker, line or weight."""
    for looks in ((POSTERIOR, MLE, MAP, LOSS), (POSTERIOR, MLE, PRIOR), (NLL, LOSS)):
        assert len({(look.marker, look.filled) for look in looks}) == len(looks) or len(
            {(look.line, look.width) for look in looks}
        ) == len(looks)


def test_forty_parameters_with_long_names_fit() -> None:
    """Each has a row and a panel; no text leaves the picture, and no name lies over another."""
    told = plot(many())
    assert list(told) == ["forest", "densities", "profiles"]
    for kind in ("forest", "densities"):
        figure = told[kind]
        figure.canvas.draw()
        rows = [axes.title for axes in figure.axes]
        labels = figure.axes[0].get_yticklabels() if kind == "forest" else rows
        assert len(labels) == 40
        boxes = [label.get_window_extent() for label in labels]
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
        assert not any(first.overlaps(second) for first, second in pairwise(boxes))


def test_more_parameters_have_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture stays as long as can be read; no scalar is left out."""
    monkeypatch.setattr(gallery, "PAGE", 3)
    told = plot(many(7, length=10))
    assert [kind for kind in told if kind.startswith("forest")] == ["forest", "forest-2", "forest-3"]
    assert str(told["forest-3"].get_label()).endswith("(3 of 3)")
    assert [len(told[kind].axes[0].get_yticks()) for kind in told if kind.startswith("forest")] == [3, 3, 1]
    assert [len(told[kind].axes) for kind in told if kind.startswith("profiles")] == [3, 3, 1]


def test_what_lies_far_out_is_an_arrow() -> None:
    """A mean 50 standard errors away does not squeeze the others: an arrow at the edge points to it."""
    far = estimate("far", mean=27.5, interval=Interval(low=26.0, high=29.0))
    told = plot(comparison(estimates=(far, estimate())))
    axes = told["forest"].axes[0]
    assert axes.get_xlim() == (-8, 8)
    (arrow,) = (line for line in axes.get_lines() if line.get_marker() == ">")
    assert list(arrow.get_xdata()) == [8]


NAN = float("nan")


ODD = {
    "nan posterior": estimate(mean=NAN, sd=NAN, interval=Interval(low=NAN, high=NAN)),
    "nan MLE": estimate(mle=NAN, standard_error=NAN),
    "infinite MLE": estimate(mle=float("inf"), standard_error=0.0),
    "nan profile": estimate(curves=replace(curves(2.5, 0.5, 2.1, 0.4), nll=(NAN,) * 41)),
    "flat loss": estimate(curves=replace(curves(2.5, 0.5, 2.1, 0.4), loss=(0.0,) * 41)),
    "flat NLL": estimate(curves=replace(curves(2.5, 0.5, 2.1, 0.4), nll=(0.0,) * 41)),
    "points": estimate(curves=Curves(x=(1.0,), posterior=(1.0,), at=(1.0,), nll=(0.0,))),
    "nan density": estimate(curves=replace(curves(2.5, 0.5, 2.1, 0.4), posterior=(NAN,) * 64)),
    "no curves": estimate(curves=Curves()),
    "huge": estimate(mle=2.5e300, standard_error=1e290, mean=2.5e300, sd=1e-300),
}


@pytest.mark.parametrize("loss", [LOSS_SIDE, replace(LOSS_SIDE, scale=None)], ids=["scaled", "no scale"])
def test_numbers_that_failed_do_not_break_pictures(loss: LossSide) -> None:
    """What is nan is not drawn, and the rest is."""
    rows = (*(replace(row, label=label) for label, row in ODD.items()), scale_estimate())
    told = plot(comparison(estimates=rows, loss=loss)).svgs()
    assert {*ODD, "sigma"} <= set(texts(told["forest"]))
    assert "nan" not in re.sub("<text.*?</text>|<title.*?</title>", "", "".join(told.values()))
    assert "Without a curve: nan density, no curves." in " ".join(texts(told["densities"]))


def test_without_a_loss_there_is_none_in_the_pictures() -> None:
    """The NLL alone is drawn, and no legend speaks of a loss."""
    row = estimate(loss_minimizer=None, curves=replace(estimate().curves, loss=()))
    told = plot(comparison(loss=None, estimates=(row,))).svgs()
    assert not any("minimiser" in text for svg in told.values() for text in texts(svg))


def test_nothing_to_draw_but_the_forest() -> None:
    """Without any curve there are no empty panels."""
    assert list(plot(comparison(estimates=(hyperparameter(),)))) == ["forest"]


def test_a_failed_gate_is_not_drawn() -> None:
    """No picture is made of what is no comparison; the error says why."""
    with pytest.raises(CannotEvaluate, match="no comparison to draw: There is no MLE"):
        failed(estimates=(estimate(),)).plot()


def test_without_matplotlib_the_command_is_told() -> None:
    """Matplotlib is an extra; who lacks it reads what to install."""
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_MATPLOTLIB],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert told.stdout.startswith("MissingPackage pictures need matplotlib"), told.stderr
    assert "pip install 'nllcheck[plots]'" in told.stdout


def elements(svg: str) -> set[str]:
    return {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}


def test_nasty_names_are_text() -> None:
    """A name is no markup: the SVG parses, and has the elements of a plain one."""
    rows = tuple(estimate(text) for text in NASTY.values())
    plain = [elements(svg) for svg in plot(comparison()).svgs().values()]
    assert [elements(svg) for svg in plot(comparison(estimates=rows)).svgs().values()] == plain


@pytest.mark.parametrize("key", ["script", "cdata", "nul", "surrogate", "fence", "long"])
def test_nasty_models_and_losses_are_text(key: str) -> None:
    """The names in titles and legends are no markup either, and a notebook's page has no tag of theirs."""
    record = nasty(NASTY[key])
    told = plot(replace(record, estimates=record.estimates[:1]))
    assert [elements(svg) for svg in told.svgs().values()]
    assert re.findall("<(.).*?>", told._repr_html_()) == ["p", "i", "/"] * 3


NAMES = ("a$b$c", "$x", r"\alpha", "β₁ (σ²)", "名前")


def test_names_are_no_formulas() -> None:
    """Dollars and backslashes are shown as they stand, letters that the font lacks too."""
    told = plot(comparison(estimates=tuple(map(estimate, NAMES)))).svgs()
    assert all(set(NAMES) <= set(texts(svg)) for svg in told.values())


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("short", ["short"]),
        ("beta[gross national product]", ["beta[gross national", "product]"]),
        ("a_rather_long_name_of_one", ["a_rather_long_name_", "of_one"]),
        ("x" * 30, ["x" * 20, "x" * 10]),
        (f"start{'x' * 100}end[3]", [f"start{'x' * 15}", f"…{'x' * 13}end[3]"]),
    ],
)
def test_names_fit(name: str, lines: list[str]) -> None:
    """A name is broken where it reads well, and only the middle of a very long one is left out."""
    assert fitted(name, 20).split("\n") == lines


def test_a_notebook_shows_all_pictures(pictures: Pictures) -> None:
    """Each is an image of its own, with a text for who cannot see it."""
    page = pictures._repr_html_()
    assert page.count('src="data:image/svg+xml;base64,') == 3
    assert 'alt="regression: all estimates in standard errors"' in page
