"""What a function tells while it runs, to whoever runs it: events are dictionaries that JSON can hold."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = ["MEANWHILE", "UNPREPARED", "Event", "heard_by", "listener", "tell"]

Event = Mapping[str, Any]
MEANWHILE = "meanwhile"  # set in events that tell how far something is: they give it no more time
UNPREPARED = "unprepared"  # the event of work that needs more than was preloaded for it
_listener: ContextVar[Callable[[Event], None] | None] = ContextVar("nllcheck_events", default=None)


def tell(event: Event) -> None:
    """Pass `event` on; nobody may be listening."""
    hear = _listener.get()
    if hear is not None:
        hear(event)


def listener() -> Callable[[Event], None] | None:
    """Return who listens here, so that another thread can tell; None if nobody does."""
    return _listener.get()


@contextmanager
def heard_by(hear: Callable[[Event], None]) -> Iterator[None]:
    """Let `hear` hear what is told inside the block."""
    token = _listener.set(hear)
    try:
        yield
    finally:
        _listener.reset(token)
