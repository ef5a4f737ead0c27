"""Tells a run of comparisons while it goes: each story as it ends, and on a terminal what is being done."""

import shutil
from collections.abc import Sequence
from typing import TextIO

from nllcheck.comparison.outcome import ComparisonOutcome
from nllcheck.report.comparisons.text import block
from nllcheck.report.live import Progress
from nllcheck.report.text import Style

__all__ = ["Telling", "width_of"]

NARROWEST, PIPED, WIDEST = 40, 80, 100


def width_of(stream: TextIO) -> int:
    """Return the columns of a terminal, within what reads well; 80 elsewhere."""
    if not stream.isatty():
        return PIPED
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)


class Telling:
    """A listener of the comparisons that prints.

    Parameters
    ----------
    out : text stream or None
        Where the stories go; None for a run whose only output is JSON.
    progress : Progress
    style : Style
        Of `out`.
    debug : bool
        Show tracebacks.
    """

    def __init__(self, out: TextIO | None, progress: Progress, *, style: Style, debug: bool = False) -> None:
        self.out = out
        self.progress = progress
        self.style = style
        self.debug = debug
        self.done = 0
        self.total = 0
        self.model = ""

    def loading(self, path: str) -> None:
        """Show which file is imported."""
        self.progress.show(f"importing {path} …")

    def loaded(self, path: str, names: Sequence[str], output: str) -> None:  # noqa: ARG002 - a listener's signature
        """Count the models of the file."""
        self.done, self.total = 0, len(names)

    def checking(self, path: str, name: str) -> None:
        """Show which model is compiled, maximised and sampled."""
        self.done += 1
        self.model = f"{path}::{name} ({self.done}/{self.total})"
        self.progress.show(f"comparing {self.model} …")

    def sampling(self, drawn: int, of: int) -> None:
        """Show how many of the draws are taken."""
        self.progress.show(f"comparing {self.model}: {drawn} of {of} draws …")

    def finished(self, outcome: ComparisonOutcome) -> None:
        """Print the story of the model."""
        self.progress.clear()
        if self.out is not None:
            lines = block(outcome, self.style, width=width_of(self.out), debug=self.debug)
            self.out.write("".join(f"{line}\n" for line in [*lines, ""]))
            self.out.flush()
