"""Where functions run: in this process, or each in a supervised one. Knows nothing of claims."""

from nllcheck.execution.inprocess import InProcessExecutor
from nllcheck.execution.supervised import SupervisedExecutor

__all__ = ["InProcessExecutor", "SupervisedExecutor"]
