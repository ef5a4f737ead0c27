"""Losses of rows that are vectors: distances and angles between a row of data and its prediction."""

from collections.abc import Callable

import numpy as np

from nllcheck.families.family import Array, Family, Unknown

__all__ = ["DISTANCES", "ROOT_OF_ROWS"]


def _norm(r: Array) -> Array:
    return np.sqrt(np.sum(r**2, axis=-1, keepdims=True))


def _cosine(y: Array, mu: Array) -> Array:
    return np.sum(y * mu, axis=-1, keepdims=True) / (_norm(y) * _norm(mu))


def _one_row(name: str, row: Callable[..., Array], reading: str, unknown: Unknown | None = None) -> Family:
    """Return a loss with one value a row, which the entries of the row share evenly."""

    def rows(y: Array, mu: Array, *extra: Array) -> Array:
        return np.broadcast_to(row(y, mu, *extra), np.broadcast_shapes(y.shape, mu.shape)) / y.shape[-1]

    return Family(
        name=name,
        data="one row of reals",
        parameters={"mu": "logits"},
        rows=rows,
        unknown=unknown,
        is_density=False,
        reading=reading,
    )


_MEDIAN = "It is not squared: it estimates the spatial median of the rows, not their mean."
_ANGLE = "It is blind to the lengths of the predictions."

DISTANCES: tuple[Family, ...] = (
    _one_row("distance", lambda y, mu: _norm(y - mu), _MEDIAN),
    _one_row("largest error of a row", lambda y, mu: np.max(np.abs(y - mu), axis=-1, keepdims=True), _MEDIAN),
    _one_row("cosine distance", lambda y, mu: 1 - _cosine(y, mu), _ANGLE),
    _one_row("squared cosine distance", lambda y, mu: (1 - _cosine(y, mu)) ** 2, _ANGLE),
    _one_row(
        "smoothed distance",
        lambda y, mu, epsilon: np.sqrt(_norm(y - mu) ** 2 + epsilon**2),
        _MEDIAN,
        Unknown(
            symbol="epsilon",
            grid=tuple(np.geomspace(0.03, 30.0, 26).tolist()),
            usual=(1.0, 1e-3),
            bounds=(0.0, np.inf),
            in_units_of_y=True,
        ),
    ),
)

ROOT_OF_ROWS = Family(
    name="sum of distances, the square roots of each row of the NLL less m,",
    data="real",
    parameters={},
    rows=lambda nll, m: np.sqrt(np.maximum(nll - m, 0.0)),
    unknown=Unknown(
        symbol="m", grid=tuple(np.geomspace(1e-5, 10.0, 26).tolist()), usual=(), bounds=(0.0, np.inf)
    ),
    is_density=False,
    reading=f"For a multivariate normal that is the Mahalanobis distance. {_MEDIAN}",
)
"""Of the rows of the NLL of a model instead of data; its grid is that of the least row less m."""
