"""The story of a check: complete, safe, and a pure function of the record."""

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from records import EVIDENCE, NASTY, finding, looser, mse, record, undecided, wrong

from nllcheck.result import CheckResult
from nllcheck.story import html, story

SAMPLES = {"holds": record(), "mse": mse(), "looser": looser(), "wrong": wrong(), "undecided": undecided()}


def nasty(text: str) -> CheckResult:
    """Return a record with `text` wherever a name or a message can stand."""
    bad = finding(text, "error", message=text, advice=text, numbers={"snippet": text})
    return record(
        name=text,
        loss=text,
        model=text,
        holds=False,
        of=text,
        undecided="",
        given={text: "fixed"},
        arguments={text: text},
        findings=(bad,),
        estimates={"model": {text: np.array([1.0])}},
        note=text,
        source=f"{text}.py:3",
    )


def test_the_story_in_full() -> None:
    """Answer, evidence, estimates, what was injected, and how to repeat it."""
    assert story(record()) == (
        "Yes: gaussian_nll is the negative log-likelihood of regression up to a constant\n"
        "(L = N − n/2·log 2π).\n"
        "\n"
        "  ✓ contract   the same value twice; reads y, mu and sigma\n"
        "  ✓ values     L − N is constant over 64 probes, to 15 digits\n"
        "  ✓ minimizer  both end at the same point, 2e-09 standard errors apart\n"
        "  – gradient   not applicable: none was given\n"
        "  ✓ edges      finite and equal up to 50 standard deviations\n"
        "\n"
        "                   MLE ± standard error  minimiser of the loss\n"
        "  intercept   -13.0213 ± 4.9                          -13.0213\n"
        "  beta[0]      2.82611 ± 1.3                           2.82611\n"
        "  beta[1]    0.0951577 ± 0.14                        0.0951577\n"
        "  beta[2]      2.37869 ± 1.1                           2.37869\n"
        "\n"
        "  n = 16 observations; the loss takes y_true ← y, y_pred ← mu, sigma\n"
        "  again: nllcheck check models/gaussian.py::gaussian_nll --seed 0"
    )


@pytest.mark.parametrize("result", SAMPLES.values(), ids=SAMPLES)
def test_str_of_a_record_is_its_story(result: CheckResult) -> None:
    """What is printed is the story, and a record that went through JSON tells the same one."""
    assert str(result) == story(result) == story(CheckResult.from_dict(result.to_dict()))


@pytest.mark.parametrize("result", SAMPLES.values(), ids=SAMPLES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_are_wrapped(result: CheckResult, width: int) -> None:
    """No line is longer than asked for, and none ends in a space."""
    for line in story(result, width=width).splitlines():
        assert len(line) <= max(width, 66)
        assert line == line.rstrip()


@pytest.mark.parametrize("result", SAMPLES.values(), ids=SAMPLES)
def test_ascii_story(result: CheckResult) -> None:
    """Where the encoding needs it the story is plain ASCII, and still wrapped."""
    plain = story(result, plain=True)
    assert plain.isascii()
    assert max(map(len, plain.splitlines())) <= 80


def test_findings_have_advice_and_snippet() -> None:
    """A finding shows its code, its sentence, what to do, and the lines that reproduce it as they stand."""
    told = story(wrong())
    assert "✗ error unexplained: L − a·N − c is 3.21" in told
    assert "    → Run the snippet" in told
    assert "\n      import numpy as np\n      print(mae(y, mu))\n" in told


def test_code_in_advice_is_not_wrapped() -> None:
    """After its first line an advice stands as it is, to be copied."""
    code = "beta = np.array([" + ", ".join(["1.2345"] * 20) + "])"
    told = story(record(findings=(finding(advice=f"To reproduce:\n{code}"),)))
    assert f"\n    → To reproduce:\n      {code}\n" in told


def test_errors_prove_a_claim_of_different() -> None:
    """The errors of a loss that was claimed different are its evidence, not its failure."""
    told = story(
        record(claimed="different", relation="different", findings=(finding("extra-term", "error"),))
    )
    assert "• because extra-term:" in told
    assert "✗" not in told


def test_many_parameters_are_counted() -> None:
    """The table stops after eight rows and says how many are left."""
    many = {"beta": np.arange(1.0, 21.0)}
    told = story(record(estimates={"model": many, "loss": many, "standard_error": many}))
    assert "beta[7]" in told
    assert "beta[8]" not in told
    assert "… and 12 more" in told


def test_estimates_may_be_partial() -> None:
    """A missing minimiser, a matrix and non-finite numbers are shown as such."""
    told = story(record(estimates={"model": {"w": np.array([[1.5, np.nan]])}, "loss": {}}))
    assert re.search(r"w\[0, 0\] +1\.5 +–", told)
    assert re.search(r"w\[0, 1\] +nan +–", told)
    assert "MLE" not in story(record(estimates={}))


def test_posterior_estimates_are_called_map() -> None:
    """The mode of a posterior is no MLE."""
    told = story(record(of="posterior"))
    assert "MAP ± standard error" in told
    assert "MLE" not in told


def again(**changes: Any) -> str:
    """Return how a check that was called from Python is repeated, on one line."""
    told = story(record(source="", **changes), width=500)
    (line,) = (line for line in told.splitlines() if line.startswith("  again: "))
    return line.removeprefix("  again: ")


OWN = {"y": "y", "mu": "mu"}
FORGOTTEN = finding("unannounced-nuisance", numbers={"name": "a"})


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        pytest.param({}, "relation='constant', args={'y_true': 'y', 'y_pred': 'mu'}", id="renamed"),
        pytest.param({"arguments": OWN}, "relation='constant'", id="own names"),
        pytest.param(
            {"arguments": {"argument 1": "y", "argument 2": "mu"}},
            "relation='constant', args=('y', 'mu')",
            id="by position",
        ),
        pytest.param(
            {"arguments": OWN, "of": "posterior"}, "relation='constant', of='posterior'", id="posterior"
        ),
        pytest.param(
            {"arguments": OWN, "of": "y, z"}, "relation='constant', of=('y', 'z')", id="two of them"
        ),
        pytest.param({"arguments": OWN, "of": "y"}, "relation='constant', of=('y',)", id="one of them"),
        pytest.param(
            {"arguments": OWN, "given": {"sigma": "fixed"}}, "relation='constant', given='sigma'", id="given"
        ),
        pytest.param(
            {"arguments": OWN, "given": {"sigma": "profiled", "tau": "profiled"}},
            "relation='constant', given=('sigma', 'tau')",
            id="profiled",
        ),
        pytest.param(
            {"arguments": OWN, "given": {"b": "fixed", "sigma": 1.5}},
            "relation='constant', given={'sigma': 1.5}",
            id="values",
        ),
        pytest.param(
            {"arguments": OWN, "given": {"a": "fixed", "sigma": "fixed"}, "findings": (FORGOTTEN,)},
            "relation='constant', given='sigma'",
            id="not announced",
        ),
        pytest.param(
            {"arguments": OWN, "claimed": "different", "because": ("extra-term",)},
            "relation='different', because='extra-term'",
            id="because",
        ),
    ],
)
def test_without_a_file_the_call_is_shown(changes: dict[str, Any], options: str) -> None:
    """A check that was called from Python is repeated in Python, with all that makes it this claim."""
    assert again(**changes) == f"nllcheck.check(regression, gaussian_nll, {options}, seed=0)"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"arguments": {"y": "y", "log_var": "f(sigma)"}}, id="a function of names"),
        pytest.param({"loss": "<lambda>"}, id="a lambda"),
        pytest.param({"model": "Normal(mu, sigma)"}, id="a distribution"),
    ],
)
def test_a_call_that_the_record_does_not_know_is_not_made_up(changes: dict[str, Any]) -> None:
    """Functions have no text: better no call than that of another claim."""
    assert again(**changes) == "the same call of nllcheck.check with seed=0"


def test_a_failure_says_where_to_read_on() -> None:
    """The last line of a claim that fails explains its first error; one that holds has no such line."""
    bad = record(holds=False, findings=(finding("clipped", "error"), finding("unexplained", "error")))
    assert story(bad).endswith("--seed 0\n  more:  nllcheck explain clipped")
    proof = record(claimed="different", relation="different", findings=(finding("extra-term", "error"),))
    for result in (proof, looser(), record(findings=(finding(),))):
        assert "nllcheck explain" not in story(result)


def test_a_stacked_claim_is_quoted_for_the_shell() -> None:
    """Brackets mean something to a shell."""
    assert "check 'models/gaussian.py::mse[2]' --seed 0" in story(record(name="mse[2]"))


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_nasty_names_cannot_steer(text: str) -> None:
    """Every name and message is made harmless, in the text and in its ASCII form."""
    for told in (story(nasty(text)), story(nasty(text), plain=True)):
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", told)
        assert not any(line.lstrip().startswith("::") for line in told.splitlines())
        told.encode("utf-8")


class Tags(HTMLParser):
    """Collects the tags of a page and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Keep the name."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.text += data


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_html_is_escaped(text: str) -> None:
    """A notebook gets four tags of ours and none of a name's, and reads back as the text."""
    parser = Tags()
    parser.feed(html(nasty(text)))
    assert parser.tags == ["div", "p", "b", "pre"]
    assert parser.text.endswith(story(nasty(text)).split("\n\n", 1)[1])


def test_evidence_statuses_have_marks() -> None:
    """What disagrees is marked, what was not asked says why."""
    told = story(record(evidence=EVIDENCE[3:4]))
    assert "– gradient  not applicable: none was given" in told
