"""The hooks of pytest that are registered where there are claims to collect."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from nllcheck.claims import ATTRIBUTE, Claim
from nllcheck.config import Settings
from nllcheck.execution.choice import unlimited
from nllcheck.plugin.desk import Desk
from nllcheck.plugin.distribution import scheduler
from nllcheck.plugin.nodes import ClaimItem, ClaimsFile
from nllcheck.plugin.recorded import Recorded
from nllcheck.plugin.visits import NARROWED, Visits

__all__ = ["Hooks"]


class Hooks:
    """Collects claims, and says what was not collected.

    Parameters
    ----------
    settings : Settings
    visits : Visits
    desk : Desk
        Where claims are listed and checked.
    recorded : Recorded
        The baseline.
    """

    def __init__(self, settings: Settings, visits: Visits, desk: Desk, recorded: Recorded) -> None:
        self.recorded = recorded
        self.settings = settings
        self.visits = visits
        self.desk = desk
        self.files = visits.by_path()

    def pytest_report_header(self) -> str:
        """Say which claims are collected, or why they are not."""
        paths = ", ".join(self.visits.files)
        where = " (checked in this process)" if self.desk.in_process else ""
        note = unlimited(self.settings.memory)
        return f"nllcheck: claims of {paths}{where}" + (f"\nnllcheck: {note}" if note else "")

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(
        self, file_path: Path, parent: pytest.Collector
    ) -> Generator[None, list[Any], list[Any]]:
        """Add the claims of a claim file, which is no test module for being named on the command line."""
        found = yield
        source = self.files.get(file_path.resolve())
        if source is None:
            return found
        if self._will_visit(file_path, parent.config):
            self.desk.expect(source)
        if not any(file_path.match(pattern) for pattern in parent.config.getini("python_files")):
            found = [node for node in found if not isinstance(node, pytest.Module)]
        claims = ClaimsFile.from_parent(
            parent,
            path=file_path,
            source=source,
            desk=self.desk,
            visits=self.visits,
            recorded=self.recorded,
        )
        return [*found, claims]

    def _will_visit(self, path: Path, config: pytest.Config) -> bool:
        """Return whether pytest goes on to collect a file: it makes nodes also of the neighbours of its paths."""
        return not config.getoption("lf", False) and any(
            path.resolve().is_relative_to(place) for place in _places(config)
        )

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        """Take down that pytest visits a claim file; it makes nodes also of the neighbours of what it visits."""
        if isinstance(collector, ClaimsFile):
            self.visits.seen.add(collector.path.resolve())

    def pytest_pycollect_makeitem(self, obj: object) -> list[pytest.Item] | None:
        """Leave claims of a test module to their own nodes: a loss has no fixtures for arguments."""
        claimed = isinstance(obj, Claim) or bool(getattr(obj, ATTRIBUTE, None))
        return [] if claimed else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, session: pytest.Session) -> None:
        """Report paths that were never visited, and those without a claim, as errors of the collection."""
        for complaint in self.visits.complaints():
            session.ihook.pytest_collectreport(report=_failed("[tool.nllcheck]", complaint))
        for complaint in self.recorded.gone(self.visits.collected(), whole=self._is_whole(session.config)):
            session.ihook.pytest_collectreport(report=_failed("baseline", complaint))

    def _is_whole(self, config: pytest.Config) -> bool:
        return not (
            self.visits.narrowed or config.getoption("lf", False) or config.getoption("nllcheck_paths")
        )

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report of a claim be its story, and nothing of how it came here."""
        report = yield
        if isinstance(item, ClaimItem) and call.excinfo is not None:
            longrepr = item.story_of(call.excinfo)
            report.longrepr = longrepr if longrepr is not None else report.longrepr
        return report

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tell a worker of xdist what only the controller knows: what the user typed."""
        node.workerinput[NARROWED] = self.visits.narrowed

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> Any:
        """Hand out the claims of a file together."""
        return scheduler(config, log, self.files.keys())

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which claims were left out because other folders were named."""
        for line in _left_out(self.visits, terminalreporter.config):
            terminalreporter.write_line(line)

    def pytest_unconfigure(self) -> None:
        """End what still runs."""
        self.desk.close()


def _failed(nodeid: str, message: str) -> pytest.CollectReport:
    return pytest.CollectReport(nodeid=nodeid, outcome="failed", longrepr=message, result=[])


def _places(config: pytest.Config) -> list[Path]:
    """Return the files and folders where pytest collects."""
    here = config.invocation_params.dir
    return [(here / argument.partition("::")[0]).resolve() for argument in config.args]


def _left_out(visits: Visits, config: pytest.Config) -> Iterator[str]:
    """Yield a line for each path that the folders on the command line leave out; a file or a test is meant."""
    here = config.invocation_params.dir
    places = _places(config)
    if not visits.narrowed or not any(place.is_dir() for place in places):
        return
    for path in visits.files:
        own = (here / path.partition("::")[0]).resolve()
        if not any(own.is_relative_to(place) or place.is_relative_to(own) for place in places):
            yield f"nllcheck: the claims of {path} were not checked: the paths on the command line leave them out"
