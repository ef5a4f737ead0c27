"""Log-densities of draws, term by term: many draws in one call where the graph allows it, else one by one."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor
from pytensor.graph.replace import vectorize_graph

from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.graphs import compile_graphs
from nllcheck.likelihood.posterior import Posterior

__all__ = ["LogDensities", "log_densities"]

TABLE = 20_000_000  # log-densities of draws and rows that are kept side by side
AT_ONCE = 200_000  # of draws and rows that are worked on in one call: what fits into a processor's cache
SAME = 1e-9  # relative difference of two ways to add up the same terms


@dataclass(frozen=True, kw_only=True)
class LogDensities:
    """log p of every draw, in nats.

    Attributes
    ----------
    rows : array, shape (n_chains, n_draws, n_rows)
        Per observation; n_rows is 0 where the table would not fit into `TABLE`.
    likelihood, prior : array, shape (n_chains, n_draws)
        Observations with potentials; and the prior on the constrained scale.
    """

    rows: np.ndarray
    likelihood: np.ndarray
    prior: np.ndarray


def log_densities(joint: Likelihood, posterior: Posterior) -> LogDensities:
    """Evaluate the terms of `joint`, a likelihood of ``of="posterior"``, at every draw."""
    n_chains, n_draws = posterior.shape
    found = None
    fits = posterior.diverging.size * joint.data.n_obs <= TABLE
    if fits:
        with suppress(Exception):  # an operation that cannot be batched, or is batched wrongly
            found = _all_at_once(joint, posterior)
    rows, totals = _one_by_one(joint, posterior, fits=fits) if found is None else found
    sums = totals.T.reshape(2, n_chains, n_draws)
    return LogDensities(
        rows=rows.reshape(n_chains, n_draws, rows.shape[1]), likelihood=sums[0], prior=sums[1]
    )


def _terms(joint: Likelihood) -> list[Any]:
    """Return the graphs of the rows, of all potentials together, and of the prior."""
    graphs = joint.graphs
    others = [list(graphs.potentials.values()), list(graphs.priors.values())]
    added = [pytensor.tensor.add(0.0, *(term.sum() for term in terms)) for terms in others]
    return [*(graphs.rows[name] for name in joint.observed), *added]


def _one_by_one(joint: Likelihood, posterior: Posterior, *, fits: bool) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows, shape (n, n_rows), none unless they fit, and likelihood and prior, shape (n, 2), of n draws."""
    inputs = [*joint.graphs.values.values(), *joint.graphs.data.values()]
    function = compile_graphs(inputs, _terms(joint), large=joint.is_large)
    data = joint.inputs_of_data(None)
    table, totals = [], []
    for chain, draw in np.ndindex(*posterior.shape):
        *terms, potentials, prior = function(*joint.inputs_of(posterior.at(chain, draw)), *data)
        table.append(np.concatenate([np.zeros(0), *(np.ravel(term) for term in terms if fits)]))
        totals.append((sum(float(np.sum(term)) for term in terms) + float(potentials), float(prior)))
    return np.array(table), np.array(totals)


def _all_at_once(joint: Likelihood, posterior: Posterior) -> tuple[np.ndarray, np.ndarray]:
    """Return the same by calls for many draws each, or raise; the sum at one draw is known otherwise."""
    values = joint.graphs.values
    many = {value: value.type.clone(shape=(None, *value.type.shape))() for value in values.values()}
    terms = vectorize_graph(_terms(joint), many)
    function = compile_graphs([*many.values(), *joint.graphs.data.values()], terms, large=joint.is_large)
    pieces = [_piece(function, joint, draws) for draws in _blocks(joint, posterior)]
    rows, totals = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    alone = -joint.evaluate(posterior.at(0, 0)).total
    if not abs(totals[0].sum() - alone) <= SAME * (1 + abs(alone)):
        raise ArithmeticError
    return rows, totals


def _blocks(joint: Likelihood, posterior: Posterior) -> Iterator[Mapping[str, np.ndarray]]:
    """Yield the draws of all chains, as many together as can be worked on at once."""
    n = posterior.diverging.size
    length = max(1, AT_ONCE // max(joint.data.n_obs, 1))
    flat = {name: draws.reshape(n, *draws.shape[2:]) for name, draws in posterior.draws.items()}
    for start in range(0, n, length):
        yield {name: draws[start : start + length] for name, draws in flat.items()}


def _piece(
    function: Any, joint: Likelihood, draws: Mapping[str, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    k = len(next(iter(draws.values())))
    arguments = [np.asarray(draws[rv.name], dtype=value.dtype) for rv, value in joint.graphs.values.items()]
    with np.errstate(all="ignore"):
        *terms, potentials, prior = function(*arguments, *joint.inputs_of_data(None))
    rows = np.concatenate([np.zeros((k, 0)), *(np.reshape(term, (k, -1)) for term in terms)], axis=1)
    likelihood = rows.sum(axis=1) + potentials
    return rows, np.column_stack([np.broadcast_to(likelihood, k), np.broadcast_to(prior, k)])
