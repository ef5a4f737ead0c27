"""What keeps a claim from being evaluated: one class a situation, each with a message that says what to try."""

__all__ = [
    "BadData",
    "CannotEvaluate",
    "ClaimFileFailed",
    "DuplicateClaim",
    "MissingPackage",
    "ModelFailed",
    "NllcheckError",
    "PathNotFound",
    "SamplingFailed",
    "UnknownArgument",
    "UnreadableSignature",
    "UnsupportedModel",
    "UsageError",
]


class NllcheckError(Exception):
    """Base of everything that nllcheck raises on purpose."""


class UsageError(NllcheckError, ValueError):
    """nllcheck was called with something that it does not understand (exit code 2)."""


class PathNotFound(UsageError, FileNotFoundError):
    """A path on the command line does not exist."""


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
