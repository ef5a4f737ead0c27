"""Pictures of a comparison: pure functions of its record, drawn by matplotlib (the extra ``plots``)."""

from nllcheck.errors import MissingPackage

try:
    import matplotlib  # noqa: F401 - all that follows needs it
except ImportError as error:
    raise MissingPackage(
        "pictures need matplotlib, which is not installed; run: pip install 'nllcheck[plots]'"
    ) from error

from nllcheck.comparison.pictures.gallery import Pictures, plot

__all__ = ["Pictures", "plot"]
