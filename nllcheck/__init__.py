"""Tells whether minimising a loss is the same as maximising a likelihood, with evidence."""

TYPE_CHECKING = False  # typing's constant, without the time to import typing
if TYPE_CHECKING:
    from nllcheck import losses
    from nllcheck.checker import assert_nll, check
    from nllcheck.claims import Claim, claim
    from nllcheck.comparison.compare import compare
    from nllcheck.comparison.record import Comparison
    from nllcheck.identification import identify
    from nllcheck.relation import Relation
    from nllcheck.result import CheckResult, Finding

    __version__: str

__all__ = [
    "CheckResult",
    "Claim",
    "Comparison",
    "Finding",
    "Relation",
    "assert_nll",
    "check",
    "claim",
    "compare",
    "identify",
    "losses",
]

_HOMES = {
    "CheckResult": "nllcheck.result",
    "Claim": "nllcheck.claims",
    "Comparison": "nllcheck.comparison.record",
    "Finding": "nllcheck.result",
    "Relation": "nllcheck.relation",
    "assert_nll": "nllcheck.checker",
    "check": "nllcheck.checker",
    "claim": "nllcheck.claims",
    "compare": "nllcheck.comparison.compare",
    "identify": "nllcheck.identification",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: `import nllcheck` alone costs nothing."""
    from importlib import import_module

    if name == "__version__":
        from importlib.metadata import version

        value: object = version("nllcheck")
    elif name == "losses":
        value = import_module("nllcheck.losses")
    elif name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'nllcheck' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
