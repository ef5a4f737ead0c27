"""Runs functions here and now: for debuggers, coverage, notebooks, and where no process can be forked."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from typing import Any

from nllcheck.events import Event, heard_by

__all__ = ["InProcessExecutor"]

Hear = Callable[[Mapping[str, Any], Event], None]


class InProcessExecutor(Executor):
    """An executor whose `submit` returns when the function has ended.

    Parameters
    ----------
    hear : callable, optional
        Gets the record that was submitted, and each event that the function tells.
    """

    def __init__(self, hear: Hear | None = None) -> None:
        self._hear = hear or _nobody

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Run ``fn(record)`` at once; KeyboardInterrupt, and what the listener raises, are raised here."""
        (record,) = (*args, *kwargs.values())
        future: Future[Any] = Future()
        ears = _Ears(record, self._hear)
        try:
            with heard_by(ears):
                future.set_result(fn(record))
        except Exception as error:
            if error is ears.failed:
                raise
            future.set_exception(error)
        return future


class _Ears:
    """A listener that remembers what it raised itself."""

    def __init__(self, record: Mapping[str, Any], hear: Hear) -> None:
        self.record = record
        self.hear = hear
        self.failed: BaseException | None = None

    def __call__(self, event: Event) -> None:
        try:
            self.hear(self.record, event)
        except BaseException as error:
            self.failed = error
            raise


def _nobody(record: Mapping[str, Any], event: Event) -> None:
    """Hear nothing."""
