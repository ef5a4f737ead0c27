"""Some rows only, or rows with weights."""

from collections.abc import Iterator

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.panel import Panel

__all__ = ["weighted_rows"]


def weighted_rows(panel: Panel) -> Iterator[Explanation]:
    """Yield weights of the rows, or the rows left out."""
    yield from ()
