"""When to stop trying: after so much work of this thread, or after a few times as much on the clock."""

import time

__all__ = ["Deadline"]

PATIENCE = 8.0  # how much longer it may take by the clock: the machine may be busy, the loss may wait


class Deadline:
    """A budget of seconds that begins now.

    Work of other processes does not count, so that the same question gets the same answer on a busy machine.

    Parameters
    ----------
    seconds : float
    """

    def __init__(self, seconds: float) -> None:
        self._work = time.thread_time() + seconds
        self._clock = time.perf_counter() + PATIENCE * seconds

    @property
    def has_passed(self) -> bool:
        """Whether the budget is spent."""
        return time.thread_time() > self._work or time.perf_counter() > self._clock
