"""Tells a run while it goes: a line for each claim as it ends, and on a terminal what is being done."""

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import TextIO

from nllcheck.display import printable
from nllcheck.outcome import Outcome
from nllcheck.report.text import Style, header, line, output_lines

__all__ = ["Live", "Progress", "style_of"]


def style_of(stream: TextIO, environment: Mapping[str, str] = os.environ) -> Style:
    """Return what `stream` can show: colours only on a terminal, and only without NO_COLOR."""
    terminal = stream.isatty() and environment.get("TERM") != "dumb"
    return Style(ascii=not _encodes(stream, "✓✗σ²·−Δ"), colour=terminal and not environment.get("NO_COLOR"))


def _encodes(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


class Progress:
    """One line on a terminal that is written over, and gone when something is printed."""

    def __init__(self, stream: TextIO, *, style: Style) -> None:
        self.stream = stream if stream.isatty() else None
        self.style = style
        self.shown = False

    def show(self, text: str) -> None:
        """Write over the line."""
        if self.stream is None:
            return
        room = shutil.get_terminal_size().columns - 1
        self.clear()
        self.stream.write(self.style.say(printable(text))[:room])
        self.stream.flush()
        self.shown = True

    def clear(self) -> None:
        """Remove the line."""
        if self.stream is not None and self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()
            self.shown = False


class Live:
    """A listener of the runner that prints.

    Parameters
    ----------
    out : text stream or None
        Where the lines go; None for a run whose only output is JSON.
    progress : Progress
    style : Style
        Of `out`.
    verbose : bool
        Print what claims print as well.
    """

    def __init__(
        self, out: TextIO | None, progress: Progress, *, style: Style, verbose: bool = False
    ) -> None:
        self.out = out
        self.progress = progress
        self.style = style
        self.verbose = verbose
        self.names: Sequence[str] = ()
        self.heading: str | None = None
        self.done = 0
        self.printed = False

    def loading(self, path: str) -> None:
        """Show which file is imported."""
        self.progress.show(f"importing {path} …")

    def loaded(self, path: str, names: Sequence[str], output: str) -> None:
        """Keep the heading until there is a line below it."""
        self.names, self.done = names, 0
        self.heading = header(path, names, self.style)
        if self.verbose and output:
            self._print(*output_lines(output, self.style))

    def checking(self, path: str, name: str) -> None:
        """Show which claim is checked."""
        self.done += 1
        self.progress.show(f"checking {path}::{name} ({self.done}/{len(self.names)})")

    def finished(self, outcome: Outcome) -> None:
        """Print the line of the claim."""
        self._print(line(outcome, self.names, self.style))
        if self.verbose and outcome.result is not None and outcome.output:
            self._print(*output_lines(outcome.output, self.style))

    def _print(self, *lines: str) -> None:
        self.progress.clear()
        if self.out is None:
            return
        if self.heading is not None:
            lines = (*([""] if self.printed else []), self.heading, *lines)
            self.heading, self.printed = None, True
        self.out.write("".join(f"{text}\n" for text in lines))
        self.out.flush()
