"""Labels in another encoding: exchanged, -1 and +1, counted from 1, permuted."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from nllcheck.diagnosis.causes.explanation import Explanation
from nllcheck.diagnosis.causes.handling import (
    at_first,
    carries_data,
    is_fixed,
    is_whole,
    relabelled_arguments,
)
from nllcheck.diagnosis.causes.maps import SMOOTHED, TABLES, label_maps
from nllcheck.diagnosis.causes.panel import Panel

__all__ = ["n_classes", "relabelled"]


def relabelled(panel: Panel) -> Iterator[Explanation]:
    """Yield other encodings of whole-number data under which the loss is the NLL."""
    for name, value in at_first(panel).items():
        binary = is_fixed(panel, name) and set(np.unique(value).tolist()) <= {0, 1} and value.ndim == 1
        if not is_whole(value) or not (carries_data(panel, name) or binary):
            continue
        encodings = [*label_maps(value, n_classes(panel, value))] if value.ndim < 2 else [*TABLES]
        encodings += SMOOTHED if binary else ()
        for candidate in encodings:
            bound = panel.altered(partial(relabelled_arguments, name=name, function=candidate.apply))
            repaired = panel.accept(bound)
            if repaired is None:
                continue
            text = candidate.of(name)
            yield Explanation(
                code="label-encoding",
                cost=0.95,
                change=f"if `{name}` is replaced by `{text}`",
                reading=f"It expects {candidate.said(name)}.",
                advice=f"Pass `{text}` for `{name}`, or let the loss count as the model does.",
                repaired=repaired,
                follows=panel.follows(bound),
                key=f"labels {name}",
                numbers={"argument": name, "replacement": text},
            )


def n_classes(panel: Panel, labels: np.ndarray) -> int:
    """Return the number of columns of a table of probabilities or scores, one row an observation; 0 if none."""
    for value in at_first(panel).values():
        if (
            value.ndim == 2
            and labels.ndim == 1
            and value.shape[0] == len(labels)
            and 2 < value.shape[1] <= 50
        ):
            return int(value.shape[1])
    return 0
