"""Regression baselines: what a run found, recorded in a file, and how later runs differ from it."""

from nllcheck.baseline.scope import Covers, covers
from nllcheck.baseline.session import Session

__all__ = ["Covers", "Session", "covers"]
