"""What keeps a claim from being evaluated: one class a situation, each with a message that says what to try."""

__all__ = [
    "BUG",
    "BadData",
    "BaselineDamaged",
    "BaselineEdited",
    "BaselineMismatch",
    "BaselineMissing",
    "BaselineNewer",
    "BaselineSchema",
    "BaselineUnusable",
    "CannotEvaluate",
    "ClaimFileFailed",
    "ConfigurationError",
    "Crashed",
    "DuplicateClaim",
    "ExitedEarly",
    "MissingPackage",
    "ModelFailed",
    "NllcheckError",
    "NotReported",
    "OutOfMemory",
    "PathNotFound",
    "SamplingFailed",
    "TimedOut",
    "UnknownArgument",
    "UnreadableSignature",
    "UnsupportedModel",
    "UsageError",
    "WorkFailed",
]

BUG = "this is a bug of nllcheck, not of your claims; run again with --debug and report the traceback"


class NllcheckError(Exception):
    """Base of everything that nllcheck raises on purpose."""


class UsageError(NllcheckError, ValueError):
    """nllcheck was called with something that it does not understand (exit code 2)."""


class ConfigurationError(UsageError):
    """[tool.nllcheck] in pyproject.toml says something that cannot be meant; the message names the line."""


class PathNotFound(UsageError, FileNotFoundError):
    """A path on the command line does not exist."""


class BaselineUnusable(UsageError):
    """A baseline cannot be compared with, or not be written."""


class BaselineMissing(BaselineUnusable, FileNotFoundError):
    """There is no file of that name."""


class BaselineDamaged(BaselineUnusable):
    """The file is not what nllcheck has written: cut, changed, no JSON, or of the wrong kinds."""


class BaselineEdited(BaselineDamaged):
    """The content is not that of the checksum."""


class BaselineSchema(BaselineUnusable):
    """The file was written by a version of nllcheck that is too old, or too new."""


class BaselineNewer(BaselineSchema):
    """The file was written by a later version: what it says is not known here, so it is never overwritten."""


class BaselineMismatch(BaselineUnusable):
    """The file is of a run with other settings."""


class CannotEvaluate(NllcheckError):
    """The claim could not be evaluated at all; that is never a pass (exit code 4)."""


class UnknownArgument(CannotEvaluate, TypeError):
    """The loss takes an argument that the model does not have."""


class UnreadableSignature(CannotEvaluate, TypeError):
    """The loss does not say by which names it takes its arguments."""


class UnsupportedModel(CannotEvaluate, ValueError):
    """The model has something that cannot be checked; the message names the variable."""


class ModelFailed(CannotEvaluate, RuntimeError):
    """The function that should return the model raised, or returned something else."""


class BadData(CannotEvaluate, ValueError):
    """The observed data are empty or hold nan."""


class SamplingFailed(CannotEvaluate, RuntimeError):
    """The sampler raised on a model that could be built and optimised."""


class ClaimFileFailed(CannotEvaluate, ImportError):
    """A claim file could not be imported."""


class DuplicateClaim(CannotEvaluate, ValueError):
    """Two claims of one file have the same name."""


class MissingPackage(NllcheckError, ImportError):
    """Something needs a package that is installed on demand only; the message has the command."""


class NotReported(CannotEvaluate, RuntimeError):
    """The process that worked on a claim ended before it had told the result."""

    def __init__(self, message: str, *, details: str = "") -> None:
        super().__init__(message)
        self.details = details  # where the process was, as far as it could say


class Crashed(NotReported):
    """The process was killed by a signal, such as that of a segmentation fault."""


class ExitedEarly(NotReported):
    """The process exited by itself: `os._exit`, or an interpreter that failed."""


class TimedOut(NotReported, TimeoutError):
    """The process was killed at its deadline."""


class OutOfMemory(NotReported):
    """The process met its memory limit."""


class WorkFailed(NllcheckError, RuntimeError):
    """What nllcheck did in another process raised: a bug of its own."""

    def __init__(self, message: str, *, details: str = "") -> None:
        super().__init__(message)
        self.details = details
