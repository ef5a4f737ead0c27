"""Which likelihood has this loss as its NLL: a search over families, proven with a model of PyMC."""

from nllcheck.identification.record import Identified, Match
from nllcheck.identification.search import identify

__all__ = ["Identified", "Match", "identify"]
