"""What a function tells while it runs, to whoever runs it: events are dictionaries that JSON can hold."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

__all__ = ["Event", "heard_by", "tell"]

Event = Mapping[str, Any]
_listener: ContextVar[Callable[[Event], None] | None] = ContextVar("nllcheck_events", default=None)


def tell(event: Event) -> None:
    """Pass `event` on; nobody may be listening."""
    listener = _listener.get()
    if listener is not None:
        listener(event)


@contextmanager
def heard_by(listener: Callable[[Event], None]) -> Iterator[None]:
    """Let `listener` hear what is told inside the block."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
