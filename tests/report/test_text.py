"""The lines of a run: aligned, complete, and what the place can show."""

import io
import re

import pytest
from records import NASTY, finding, outcome, record, sample_run, trouble

from nllcheck.outcome import Outcome, Run, Verdict
from nllcheck.report.live import Live, Progress, style_of
from nllcheck.report.text import Style, details, header, line, summary
from nllcheck.result import Evidence, Status

PLAIN = Style()


def lines(run: Run, style: Style = PLAIN) -> list[str]:
    """Return heading and lines of the claims as of one file."""
    names = [found.name for found in run.outcomes]
    return [
        header("models/gaussian.py", names, style),
        *(line(found, names, style) for found in run.outcomes),
    ]


def test_lines_in_full() -> None:
    """One aligned line a claim, under a heading with the names of the columns."""
    assert lines(sample_run()) == [
        "models/gaussian.py  the loss is                 digits      Δ/se     time",
        "  ✓ gaussian_nll  = NLL − n/2·log 2π              15    <0.001   0.12 s",
        "  ✓ clip          = NLL − n/2·log 2π              15    <0.001   0.12 s  ! clipped",
        "  ✓ mse           = NLL × 2σ²/n + c               15    <0.001   0.12 s",
        "  ✗ mean_nll      = NLL × 1/n − ½·log 2π          15    <0.001   0.12 s  ! claimed constant",
        "  ✗ mae           ≠ NLL                                 <0.001   0.12 s  ! unexplained",
        "  ? flat          undecided                             <0.001   0.12 s",
        "  ? typo          unknown argument",
    ]


def test_lines_in_ascii() -> None:
    """Plain ASCII is aligned as well."""
    told = lines(sample_run(), Style(ascii=True))
    assert "".join(told).isascii()
    assert told[3] == "  ok mse           = NLL * 2sigma^2/n + c          15    <0.001   0.12 s"
    assert told[5].startswith("  NO mae           != NLL ")


def test_names_are_never_cut() -> None:
    """A long name is complete, and does not push the other lines aside."""
    long = "x" * 200
    told = lines(Run(outcomes=(outcome(record(name=long)), outcome(record()))))
    assert long in told[1]
    assert len(told[2]) < 120


def test_profiled_and_fixed_values_are_part_of_the_relation() -> None:
    """That a nuisance was profiled out, or held at one value, is told in the line."""
    assert "= NLL + c, sigma profiled  " in line(
        outcome(record(offset=None, given={"sigma": "profiled"})), [], PLAIN
    )
    assert "= NLL + c, at sigma = 2  " in line(outcome(record(offset=None, given={"sigma": 2.0})), [], PLAIN)


def test_what_is_unknown_is_left_blank() -> None:
    """Without evidence there are no digits and no distance; without a limit all digits agree."""
    bare = record(evidence=(), seconds=123.4)
    assert re.search(r"2π {20,}123 s$", line(outcome(bare), [], PLAIN))


@pytest.mark.parametrize(
    ("distance", "shown"),
    [
        (0.0, "0"),
        (2e-9, "<0.001"),
        (0.0134, "0.013"),
        (4.21, "4.2"),
        (132.4, "132"),
        (1e9, "1e+09"),
        (float("inf"), "inf"),
    ],
)
def test_distances(distance: float, shown: str) -> None:
    """A distance that means nothing is told as such, and a large one is no power of ten."""
    evidence = Evidence(
        question="minimizer", status=Status.AGREES, summary="", numbers={"distance": distance}
    )
    told = line(outcome(record(evidence=(evidence,))), [], PLAIN)
    assert told.split()[-3] == shown


def test_digits_are_those_of_a_sum() -> None:
    """A loss that is no a·N + c agrees to no number of digits."""
    for relation in ("monotone", "minimizer", "different"):
        told = line(outcome(record(relation=relation, claimed=relation, offset=None)), [], PLAIN)
        assert " 15 " not in told


def test_details_of_failures_only() -> None:
    """The stories of the claims that do not pass, under --strict also of those with warnings."""
    told = "\n".join(details(sample_run(), PLAIN))
    titles = re.findall(r"^[✓✗?] (.*)$", told, flags=re.MULTILINE)
    assert [title.split("::")[1] for title in titles] == ["mean_nll", "mae", "flat", "typo"]
    assert "  models/gaussian.py:12: mse takes 'sigma_log__'; take 'sigma' and write\n  np.log(sigma)" in told
    assert "Traceback" not in told
    assert "::clip" in "\n".join(details(sample_run(strict=True), PLAIN))


def test_details_on_request() -> None:
    """Verbose tells every story, debug the tracebacks."""
    told = "\n".join(details(sample_run(), PLAIN, verbose=True, debug=True))
    assert len(re.findall(r"^[✓✗?] ", told, flags=re.MULTILINE)) == 7
    assert "Traceback" in told


@pytest.mark.parametrize("style", [PLAIN, Style(ascii=True)], ids=["unicode", "ascii"])
def test_stories_fit_eighty_columns(style: Style) -> None:
    """Stories are indented and still wrapped."""
    assert max(map(len, details(sample_run(), style, verbose=True))) <= 80


def test_summary() -> None:
    """The sum names each kind that there is, and how the run ended."""
    assert summary(sample_run(), PLAIN) == (
        "3 claims hold, 2 do not, 1 is undecided, 1 could not be evaluated, 1 warning — 2.1 s"
    )
    assert summary(Run(outcomes=(outcome(record()),)), PLAIN) == "1 claim holds — 0.0 s"
    assert summary(sample_run(interrupted=True), PLAIN).endswith("(interrupted)")
    assert summary(sample_run(stopped=True), PLAIN).endswith("(stopped at the first failure)")
    assert summary(Run(), PLAIN).startswith("no claims found")
    assert summary(Run(deselected=3), PLAIN).startswith("no claim was selected")
    assert "1 met a bug in nllcheck" in summary(Run(outcomes=(trouble(verdict=Verdict.INTERNAL),)), PLAIN)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("style", [PLAIN, Style(ascii=True)], ids=["unicode", "ascii"])
def test_nasty_names_cannot_steer(text: str, style: Style) -> None:
    """One line stays one line, without controls or commands, whatever a claim, file or error is called."""
    bad = record(name=text, loss=text, holds=False, findings=(finding(text, "error", message=text),))
    run = Run(
        outcomes=(
            Outcome(path=text, name=text, result=bad),
            Outcome(path=text, name=text, problem=trouble(kind=text).problem),
        )
    )
    told = [header(text, [text], style), *(line(found, [text], style) for found in run.outcomes)]
    assert not any("\n" in part for part in told)
    whole = "\n".join([*told, *details(run, style, verbose=True, debug=True)])
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", whole)
    assert not any(part.lstrip().startswith("::") for part in whole.splitlines())
    assert "##[" not in whole


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Latin(io.StringIO):
    """A stream that can encode little."""

    encoding = "latin-1"


def test_style_of_a_place() -> None:
    """Colours only on a terminal without NO_COLOR, ASCII only where it must be."""
    assert style_of(Terminal(), {}) == Style(colour=True, ascii=True)
    assert style_of(Terminal(), {"NO_COLOR": "1"}).colour is False
    assert style_of(Terminal(), {"NO_COLOR": ""}).colour is True
    assert style_of(Terminal(), {"TERM": "dumb"}).colour is False
    assert style_of(io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), {}) == PLAIN
    assert style_of(Latin(), {}) == Style(ascii=True)


def test_colours_end_where_they_begin() -> None:
    """Each escape is ours, and is taken back on its line; without colours none is left."""
    coloured = Style(colour=True)
    for text in [
        *lines(sample_run(), coloured),
        *details(sample_run(), coloured),
        summary(sample_run(), coloured),
    ]:
        assert re.fullmatch("([^\x1b]|\x1b\\[[0-9;]+m[^\x1b]*\x1b\\[0m)*", text)
    stripped = [re.sub("\x1b\\[[0-9;]+m", "", text).rstrip() for text in lines(sample_run(), coloured)]
    assert stripped == lines(sample_run())


def tell(out: io.StringIO, progress: io.StringIO, *, verbose: bool = False) -> None:
    """Tell a run of two files to a pair of streams."""
    live = Live(out, Progress(progress, style=PLAIN), style=PLAIN, verbose=verbose)
    for path in ("a.py", "empty.py", "b.py"):
        live.loading(path)
        live.loaded(path, [] if path == "empty.py" else ["one"], "hello\n" if path == "a.py" else "")
        if path != "empty.py":
            live.checking(path, "one")
            live.finished(Outcome(path=path, name="one", result=record(), output="::error::said\n"))


def test_piped_lines_come_as_they_finish() -> None:
    """Without a terminal there is no progress and no escape; files without claims are not listed."""
    out, progress = io.StringIO(), io.StringIO()
    tell(out, progress)
    told = out.getvalue().splitlines()
    assert [text.split()[0] if text else "" for text in told] == ["a.py", "✓", "", "b.py", "✓"]
    assert progress.getvalue() == ""


def test_verbose_shows_what_was_printed() -> None:
    """What a file and a claim printed is indented, and cannot be taken for ours."""
    out = io.StringIO()
    tell(out, io.StringIO(), verbose=True)
    assert "    │ hello\n" in out.getvalue()
    assert "    │ : :error::said\n" in out.getvalue()


def test_progress_is_written_over() -> None:
    """On a terminal one line shows what is being done, and is gone before anything else is printed."""
    out, progress = io.StringIO(), Terminal()
    tell(out, progress)
    shown = progress.getvalue().split("\r\x1b[K")
    assert shown == [
        "importing a.py …",
        "checking a.py::one (1/1)",
        "importing empty.py …",
        "importing b.py …",
        "checking b.py::one (1/1)",
        "",
    ]
