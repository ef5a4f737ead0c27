"""A catalogue of families: distributions, and losses that are used like one, row by row."""

from nllcheck.families.distances import DISTANCES, ROOT_OF_ROWS
from nllcheck.families.family import SUPPORTS, Family, Unknown
from nllcheck.families.labels import CLASSES, COUNTS, LABELS
from nllcheck.families.moments import MOMENTS
from nllcheck.families.positive import POSITIVE, RELATIVE, SHARES
from nllcheck.families.real_line import REAL
from nllcheck.families.scores import SCORES
from nllcheck.families.survival import SURVIVAL

__all__ = ["FAMILIES", "ROOT_OF_ROWS", "SUPPORTS", "Family", "Unknown"]

FAMILIES: tuple[Family, ...] = (
    *LABELS,
    *CLASSES,
    *COUNTS,
    *SHARES,
    *POSITIVE,
    *REAL,
    *RELATIVE,
    *MOMENTS,
    *SURVIVAL,
    *DISTANCES,
    *SCORES,
)
"""Those of special data first: of two names of one loss the first is told."""
