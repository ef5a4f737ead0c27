"""What the page shows of one claim: words and numbers from its outcome, nothing computed anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nllcheck.drift import Drift
from nllcheck.outcome import Outcome, Verdict
from nllcheck.report.differences import Case, kind
from nllcheck.report.facts import codes, digits_told, distance_told, kind_in_words
from nllcheck.report.page.agreement import Agreement, agreement
from nllcheck.report.page.drifted import Row, rows
from nllcheck.report.page.slices import Slice, slices
from nllcheck.result import CheckResult
from nllcheck.story import command, scalars
from nllcheck.wording import conditions, formula, headline, number, short

__all__ = ["ClaimView", "Estimate"]

STATUS = {Verdict.HOLDS: "holds", Verdict.FAILS: "fails"}  # all others are open
MARKS = {"holds": "✓", "fails": "✗", "open": "?"}
ROWS = 60  # of the table of estimates
SIGNS = {"agrees": "✓", "disagrees": "✗", "not applicable": "–", "undecided": "?"}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A row of the table of estimates, as text."""

    name: str
    model: str
    error: str
    loss: str


@dataclass(frozen=True)
class ClaimView:
    """A claim as the page shows it.

    Parameters
    ----------
    case : Case
    number : int
        Its place on the page, which its anchor is made of.
    drift : Drift or None
        What its differences are part of.
    """

    case: Case
    number: int
    drift: Drift | None = None

    @property
    def outcome(self) -> Outcome:
        """What became of the claim."""
        return self.case.outcome

    @property
    def result(self) -> CheckResult | None:
        """The record, where there is one."""
        return self.outcome.result

    @property
    def status(self) -> str:
        """What the filter goes by: holds, fails or open; a regression fails."""
        return "fails" if self.case.regressions else STATUS.get(self.outcome.verdict, "open")

    @property
    def classes(self) -> str:
        """The status, and whether there are warnings, or regressions."""
        more = (" warned" if self.outcome.warnings else "", " drifted" if self.case.regressions else "")
        return self.status + "".join(more)

    @property
    def mark(self) -> str:
        """The sign of the verdict."""
        return MARKS[self.status]

    @property
    def verdict(self) -> str:
        """The verdict in a few words."""
        if self.case.is_absent:
            return "not in this run"
        if self.case.only_drifts:
            return "has drifted"
        result = self.result
        if result is not None and result.holds and result.claimed == "different":
            return "as claimed"
        return self.outcome.verdict.value

    @cached_property
    def title(self) -> str:
        """The claim's name; that of the file where the whole file has failed."""
        return self.outcome.name or "(the file)"

    @property
    def answer(self) -> str:
        """The verdict in a sentence."""
        if self.result is not None:
            return headline(self.result)
        problem = self.outcome.problem
        return problem.message if problem is not None else "There is no result."

    @property
    def location(self) -> str:
        """``file:line``, where known."""
        return self.outcome.location

    @property
    def relation(self) -> str:
        """What the loss is, for the table."""
        if self.case.is_absent:
            return "not in this run"
        if self.result is None:
            return kind_in_words(self.outcome.problem.kind) if self.outcome.problem else ""
        treated = conditions(self.result)
        return f"{short(self.result)}, {treated}" if treated else short(self.result)

    @property
    def digits(self) -> str:
        """The digits of agreement."""
        return digits_told(self.result)

    @property
    def distance(self) -> str:
        """The distance of the minimisers in standard errors."""
        return distance_told(self.result)

    @property
    def codes(self) -> list[str]:
        """The codes of errors and warnings."""
        return codes(self.result)

    @cached_property
    def differences(self) -> list[Row]:
        """How it differs from a baseline."""
        return list(rows(self.case.differences, self.drift)) if self.drift is not None else []

    @property
    def drifted(self) -> str:
        """What has drifted, for the table."""
        return ", ".join(dict.fromkeys(kind(difference) for difference in self.case.regressions))

    @property
    def formula(self) -> str:
        """The relation found as an equation."""
        return formula(self.result) if self.result is not None and self.result.relation else ""

    @property
    def warrants(self) -> list[tuple[str, Any]]:
        """The findings, each with the label of its severity; errors that were claimed are reasons."""
        result = self.result
        if result is None:
            return []
        proof = result.holds and result.claimed == "different"
        return [
            ("because" if proof and finding.severity == "error" else finding.severity.value, finding)
            for finding in result.findings
        ]

    @property
    def evidence(self) -> list[tuple[str, Any]]:
        """The questions that were asked, each with the sign of its answer."""
        return [(SIGNS[e.status], e) for e in self.result.evidence] if self.result is not None else []

    @cached_property
    def agreement(self) -> Agreement | None:
        """The agreement plot."""
        return agreement(self.result) if self.result is not None else None

    @cached_property
    def slices(self) -> list[Slice]:
        """The panels of the profile plot."""
        return slices(self.result) if self.result is not None else []

    @cached_property
    def estimates(self) -> list[Estimate]:
        """The table of estimates."""
        return list(_estimates(self.result)) if self.result is not None else []

    @property
    def unlisted(self) -> int:
        """How many estimates the table leaves out."""
        return max(0, len(self.estimates) - ROWS)

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Small numbers with their names."""
        return list(_facts(self.result)) if self.result is not None else []

    @property
    def commands(self) -> list[str]:
        """What repeats the check, and what explains its first finding."""
        if self.case.is_absent:
            return [f"nllcheck check {self.outcome.path}"]
        if self.result is None:
            return [f"nllcheck check {self.outcome.id} --debug"]
        first = self.codes[:1] or [finding.code for finding in self.result.errors()[:1]]
        return [command(self.result), *(f"nllcheck explain {code}" for code in first)]


def advice(text: str) -> tuple[str, str]:
    """Divide advice into its sentence and the lines of code below it."""
    what, _, code = text.partition("\n")
    return what, code


def _estimates(result: CheckResult) -> Iterator[Estimate]:
    model, loss, error = (
        dict(scalars(result.estimates.get(kind, {}))) for kind in ("model", "loss", "standard_error")
    )
    for name in model or loss:
        yield Estimate(
            name=name,
            model=f"{model[name]:.6g}" if name in model else "–",
            error=f"± {error[name]:.2g}" if name in error else "",
            loss=f"{loss[name]:.6g}" if name in loss else "–",
        )


def _facts(result: CheckResult) -> Iterator[tuple[str, str]]:
    yield "claimed", str(result.claimed)
    yield "found", str(result.relation or "undecided")
    for symbol, coefficient in (("scale a", result.scale), ("offset c", result.offset)):
        if coefficient is not None:
            value = number(coefficient.value)
            named = f"{coefficient.name} = " if coefficient.name not in (None, value) else ""
            varies = f", varies with {', '.join(coefficient.varies_with)}" if coefficient.varies_with else ""
            yield symbol, f"{named}{value}{varies}"
    yield "observations", str(result.n_obs)
    takes = (a if a == source else f"{a} ← {source}" for a, source in result.arguments.items())
    yield "the loss takes", ", ".join(takes)
    yield "seed", str(result.seed)
