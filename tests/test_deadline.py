"""A budget is spent by work, not by what else the machine does; waiting counts only in the long run."""

import time

from nllcheck.deadline import PATIENCE, Deadline


def test_work_spends_it() -> None:
    """After more work than the budget it has passed."""
    deadline = Deadline(0.02)
    assert not deadline.has_passed
    until = time.thread_time() + 0.03
    while time.thread_time() < until:
        pass
    assert deadline.has_passed


def test_waiting_spends_it_in_the_long_run() -> None:
    """A loss that waits is given up after a few times the budget."""
    deadline = Deadline(0.02)
    time.sleep(0.02 * PATIENCE + 0.01)
    assert deadline.has_passed
