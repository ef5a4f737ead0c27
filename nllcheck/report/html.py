"""The run as one HTML page that needs nothing else: no script, no network, no other file."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from nllcheck.display import printable
from nllcheck.outcome import Run, Verdict
from nllcheck.report.differences import cases
from nllcheck.report.machine import portable, versions
from nllcheck.report.page.claims import ClaimView, advice
from nllcheck.report.page.drifted import baseline_view
from nllcheck.report.page.highlight import highlight

__all__ = ["html"]

_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)  # a line that begins with :: is a command to GitHub


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A choice of claims by their class; `name` is what it is called."""

    key: str
    name: str
    count: int


def html(run: Run) -> str:
    """Return the page; times and versions stand in its last block, and all else depends on the results alone."""
    views = [ClaimView(case, number, run.drift) for number, case in enumerate(cases(run), start=1)]
    files = [(path, list(group)) for path, group in groupby(views, key=lambda view: view.outcome.path)]
    page = (
        _environment()
        .get_template("page.jinja")
        .render(
            run=run,
            views=views,
            files=files,
            baseline=baseline_view(run),
            filters=list(_filters(views)),
            sentence=_sentence(run, views),
            versions=versions(run),
        )
    )
    return _COMMAND.sub(r"\1&#58;", page).replace("##[", "#&#35;[")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("nllcheck.report.page"),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "highlight": lambda text: highlight(portable(text)),
        "advice": advice,
        "breaking": _breaking,
    }
    return environment


def _breaking(name: str) -> Markup:
    """Return a name that may be broken after its underscores, and nowhere else unless there is no room."""
    return escape(_shown(name)).replace("_", Markup("_<wbr>"))


def _shown(value: Any) -> Any:
    """Return what is written for a value of a template: no character of a name can steer what shows it."""
    if value is None or isinstance(value, Markup | int):
        return value
    return printable(portable(str(value)), newlines=True)


def _filters(views: Iterable[ClaimView]) -> Iterator[Filter]:
    views = list(views)
    yield Filter(key="all", name="all claims", count=len(views))
    for key, name in (
        ("holds", "hold"),
        ("fails", "fail" if any(view.case.regressions for view in views) else "do not hold"),
        ("open", "undecided or not evaluated"),
        ("warned", "with warnings"),
        ("drifted", "differ from the baseline"),
    ):
        count = sum(key in view.classes.split() for view in views)
        if count:
            yield Filter(key=key, name=name, count=count)


def _sentence(run: Run, views: list[ClaimView]) -> str:
    """Sum up the run."""
    total, holds = len(run.outcomes), run.count(Verdict.HOLDS)
    ending = (
        " The run was interrupted." if run.interrupted else " The run stopped early." if run.stopped else ""
    )
    drifted = _drifted(run, views)
    if not total:
        text = "No claims were found or selected"
    elif holds == total:
        text = "The claim holds" if holds == 1 else f"All {holds} claims hold"
    else:
        text = f"{holds} of {total} claims hold"
    return f"{text}{f', but {drifted}' if drifted else ''}.{ending}"


def _drifted(run: Run, views: list[ClaimView]) -> str:
    """Return for how many claims the run fails because of its baseline; empty where it does not."""
    if run.drift is None or not (run.drift.fails or run.drift.errors):
        return ""
    regressed = [view.case for view in views if view.case.regressions]
    missing = sum(case.is_absent for case in regressed)
    differ, path = len(regressed) - missing, run.drift.path
    parts = [f"{differ} {'differs' if differ == 1 else 'differ'} from {path}"] if differ else []
    where = "" if differ else f" of {path}"
    parts += [f"{missing}{where} {'is' if missing == 1 else 'are'} missing"] if missing else []
    return " and ".join(parts) or f"the comparison with {path} failed"
