"""Mistakes that people made in public or make all the time, one file a theme.

`source` names the thread in which somebody made the mistake, or suspected it; the losses here are our own words for
it. What has no thread is common.
"""

from dataclasses import replace

from cases.mistakes import (
    boosting,
    computed,
    counts,
    deep_learning,
    gradients,
    labels,
    places,
    positive,
    priors,
    real_line,
    robust,
    survival,
    two_at_once,
    vectors,
)

__all__ = ["MISTAKES", "NOT_NAMED_YET"]

THEMES = (
    deep_learning,
    labels,
    boosting,
    counts,
    positive,
    survival,
    real_line,
    robust,
    vectors,
    places,
    computed,
    priors,
    two_at_once,
    gradients,
)

MISTAKES = tuple(replace(row, source=row.source or "common") for theme in THEMES for row in theme.ROWS)

# What the search does not name yet, or names otherwise: none of these losses is accepted.
NOT_NAMED_YET = frozenset(
    {
        "epsilon added to a rate and its logarithm penalised",
        "quantile loss that is negative below",
    }
)
