"""The story of a comparison: the headline first, tables that read, and none where a gate failed."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from comparison_nasty import NASTY, nasty, nasty_failure
from comparison_records import PREDICTION, comparison, estimate, failed, many, scale_estimate

from nllcheck.comparison.record import Comparison, Gate, Remark
from nllcheck.comparison.story import html, story

SAMPLES = {"stands": comparison(), "failed": failed(), "many": many(length=10)}
UNSAFE = "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]"


def test_the_story_in_full() -> None:
    """Headline, tables with their legend, a sentence a parameter, what else to know, what was checked."""
    told = story(comparison())
    assert told.startswith(
        "The prior matters: it moves beta[gnp] by 0.8 standard errors.\n"
        "\n"
        "  estimates     MLE ± SE  loss   MAP  mean    sd  95 % interval\n"
        "  beta[gnp]  2.50 ± 0.50  2.50  2.12  2.10  0.35   1.41 to 2.79\n"
        "  sigma      1.00 ± 0.20     –  0.99  1.12  0.27   0.72 to 1.77\n"
        "  tau                  –     –  2.12  2.10  0.35   1.41 to 2.79\n"
        "\n"
        "  MLE: the maximum of the likelihood alone, and its standard error; loss: the\n"
        "  minimiser of mean_squared_error; MAP: the mode of p(y, θ) on the constrained\n"
        "  scale, without Jacobian; mean, sd and 95 % interval (equal tails): of the\n"
        "  posterior.\n"
        "  Shifts are distances from the MLE in standard errors (SE).\n"
    )
    assert (
        "  against MLE  mean shift  MAP shift  sd/SE  MLE ± 1.96 SE  same story\n"
        "  beta[gnp]         -0.80      -0.76   0.70   1.52 to 3.48          no\n"
    ) in told
    assert (
        "  sampling   R-hat  bulk ESS  tail ESS  MCSE of the mean\n"
        "  beta[gnp]  1.001      3210      2711            0.0062\n"
    ) in told
    assert (
        "  • The prior pulls beta[gnp] 0.8 standard errors towards 0 and narrows it by\n    30 %.\n" in told
    )
    assert "  ✓ 16 observations for 7 parameters; the MLE is an interior optimum;" in told
    assert told.endswith("after 1000 of tuning (nutpie, seed 0)")


def test_the_mode_is_told_on_both_scales() -> None:
    """Where a mode moves with the scale, the story says where it is on the other one."""
    told = " ".join(story(comparison()).split())
    assert "with the Jacobian of the sampler's scale it is at sigma = 1.07 on the log scale." in told
    assert "Jacobian of" not in story(comparison(estimates=(estimate(),)))


def test_a_scaled_loss_is_a_warning_told_once() -> None:
    """What a loss a·N would do to widths and penalties stands with a mark, and stands once."""
    told = story(comparison())
    assert "  ! The loss is the NLL × 1/n: it has the MLE as its minimiser" in told
    assert told.count("16 times as much") == 1


def test_what_is_the_same_is_said_once() -> None:
    """Scalars about which both analyses agree share one sentence; of nine names six are told."""
    agree = [estimate(f"b{i}", sentence=f"Both analyses agree about b{i}.") for i in range(9)]
    told = story(comparison(estimates=(*agree, estimate())))
    assert (
        "  • Both analyses agree about b0, b1, b2, b3, b4, b5 and 3 more.\n  • The prior pulls beta[gnp]"
        in told
    )
    two = story(comparison(estimates=tuple(agree[:2])))
    assert "  • Both analyses agree about b0 and b1.\n" in two


def test_remarks_of_one_kind_are_folded() -> None:
    """Forty skewed posteriors are no forty sentences: six, and how many more."""
    skewed = [
        Remark(code="not-gaussian", parameter=f"b{i}", message=f"The posterior of b{i} is skewed.")
        for i in range(40)
    ]
    told = story(comparison(remarks=tuple(skewed)))
    assert told.count("is skewed.") == 6
    assert "  • not-gaussian: so too 34 more, such as b6." in told


@pytest.mark.parametrize("estimates", [(), (estimate(), scale_estimate())], ids=["none", "some"])
@pytest.mark.parametrize("render", [story, html])
def test_a_failed_gate_leaves_no_table(estimates: tuple, render: object) -> None:
    """The gate is the headline, its advice follows, and no number of an estimate is printed."""
    told = render(failed(estimates=estimates))  # type: ignore[operator]
    assert "There is no MLE" in told.split("\n\n")[0]
    assert "Add a proper prior" in told
    for number in ("2.50", "2.12", "0.99", "1.41", "R-hat", "MAP"):
        assert number not in told


def test_several_failed_gates_are_all_told() -> None:
    """The headline is the first; the others say what they are, and what passed is told after them."""
    mixing = Gate(code="r-hat", passed=False, message="R-hat is nan.", advice="Sample longer.")
    told = story(failed(gates=(*failed().gates, mixing)))
    assert "  ✗ optimum\n    → Add a proper prior" in told
    assert "  ✗ r-hat  R-hat is nan.\n    → Sample longer.\n" in told
    assert told.index("✗ r-hat") < told.index("✓ 16 observations")


def test_a_comparison_without_gates_does_not_stand() -> None:
    """Nothing was checked: nothing is compared."""
    assert "Nothing is compared" in story(comparison(gates=()))


@pytest.mark.parametrize("record", SAMPLES.values(), ids=SAMPLES)
def test_str_is_the_story(record: Comparison) -> None:
    """What is printed is the story, and a record that went through JSON tells the same one."""
    assert str(record) == story(record) == story(Comparison.from_dict(record.to_dict()))
    assert record._repr_html_() == html(record)


@pytest.mark.parametrize("record", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("plain", [False, True], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_lines_fit(record: Comparison, width: int, plain: bool) -> None:
    """No line is longer than the terminal, and none ends in a space; columns fold instead."""
    told = story(record, width=width, plain=plain)
    assert told.isascii() or not plain
    for line in told.splitlines():
        assert len(line) <= width
        assert line == line.rstrip()


@pytest.mark.parametrize("width", [45, 80])
def test_columns_are_aligned(width: int) -> None:
    """Each table's numbers end where its heads end, folded or not."""
    told = story(comparison(), width=width, plain=True)
    for table in re.findall(
        r"(?:^  (?:estimates|against MLE|sampling|beta\[gnp\]|sigma|tau)  .*\n)+", told, re.M
    ):
        head, *rows = table.splitlines()
        assert len(rows) == 3
        assert {len(row) for row in rows} <= {len(head)}


def test_forty_parameters_are_folded() -> None:
    """The tables show the twelve that differ most, in their order, and say so."""
    rows = [replace(row, mean_shift=0.1, same_story=True) for row in many(length=10).estimates]
    rows[30] = replace(rows[30], mean_shift=-3.0)
    rows[35] = replace(rows[35], same_story=False)
    rows[38] = replace(rows[38], sd_ratio=float("nan"))
    told = story(comparison(estimates=tuple(rows)))
    assert "the 12 of 40 parameters on which the two analyses differ most" in told
    shown = re.findall(r"^  (effect\[a long lev\d+\]) ", told, flags=re.MULTILINE)
    most = [row.label for row in (*rows[:9], rows[30], rows[35], rows[38])]
    assert shown == most * (len(shown) // 12)


def test_fourteen_parameters_are_not() -> None:
    """A few rows too many are better than a fold."""
    assert "differ most" not in story(many(14, length=10))


def test_long_names_stand_unbroken() -> None:
    """A name longer than a third of the line has a line of its own."""
    told = story(many(3, length=60))
    label = many(3, length=60).estimates[0].label
    assert f"\n  {label}\n             2.50 ± 0.50" in told
    assert told.count(f"\n  {label}\n") == 3


def test_what_does_not_exist_is_a_dash_and_nan_is_nan() -> None:
    """Missing and failed numbers are told apart, and a loss that has no minimiser has no column."""
    row = estimate(
        "b", mle=None, standard_error=None, loss_minimizer=None, mean=float("nan"), sd=float("inf")
    )
    told = story(comparison(estimates=(row,), loss=None))
    assert re.search(r"^  b +– +2\.12 +nan +inf", told, flags=re.MULTILINE)
    assert "loss" not in told.split("MLE: the maximum")[0]


def test_why_there_is_no_prediction() -> None:
    """A comparison without PSIS-LOO says why."""
    told = story(comparison(prediction=replace(PREDICTION, why_not="one term for all rows", sentence="")))
    assert "No PSIS-LOO: one term for all rows" in told


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("record", [nasty, nasty_failure])
def test_nasty_names_cannot_steer(text: str, record: type) -> None:
    """Every name and message is made harmless, in the text and in its ASCII form."""
    for told in (story(record(text)), story(record(text), plain=True, width=40)):
        assert not re.search(UNSAFE, told)
        assert not any(line.lstrip().startswith("::") for line in told.splitlines())
        told.encode("utf-8")


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Keep the name, and what is no style."""
        self.tags += [tag, *(name for name, _ in attrs if name != "style")]


def tags(page: str) -> list[str]:
    parser = Tags()
    parser.feed(page)
    return parser.tags


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("record", [nasty, nasty_failure])
def test_html_is_escaped(text: str, record: type) -> None:
    """A name makes no tag: there are the same as with a plain name."""
    page = html(record(text))
    assert tags(page) == tags(html(record("plain")))
    assert not re.search(UNSAFE.replace("\x09", "\x0a"), page)


def test_html_shows_the_table() -> None:
    """A notebook shows all numbers of a scalar in one row."""
    rows = re.findall("<tr>(.*?)</tr>", html(comparison()))
    assert len(rows) == 4
    cells = re.findall("<td[^>]*>(.*?)</td>", rows[1])
    assert cells[:3] == ["beta[gnp]", "2.50 ± 0.50", "2.50"]
    assert len(cells) == len(re.findall("<th ", rows[0])) == 16
