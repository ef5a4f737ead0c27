"""N of one observation as a function of the value observed there, at many values in one call."""

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.rewriting import inline_ofg_node
from pytensor.graph.basic import Apply
from pytensor.graph.replace import graph_replace, vectorize_graph
from pytensor.graph.rewriting.basic import dfs_rewriter, node_rewriter
from pytensor.graph.rewriting.utils import rewrite_graph

from nllcheck.errors import UnsupportedModel
from nllcheck.likelihood.engine import Data, Likelihood, Parameters
from nllcheck.likelihood.graphs import compile_graphs

__all__ = ["OneRow", "one_row"]


@node_rewriter([OpFromGraph])
def _inline(_: Any, node: Apply[Any]) -> Any:
    """Open what would be called once for each value: graphs within the graph, as of a log-sum-exp."""
    return inline_ofg_node(node)


_INLINED = dfs_rewriter(_inline)
_compiled: WeakKeyDictionary[Likelihood, dict[str, "OneRow"]] = WeakKeyDictionary()


class OneRow:
    """−log p of one entry of an observed vector, without weights.

    Parameters
    ----------
    likelihood : Likelihood
    name : str
        The observed variable.

    Raises
    ------
    UnsupportedModel
        It is no vector with one log-probability an entry, or its graph cannot be evaluated at many values.
    """

    def __init__(self, likelihood: Likelihood, name: str) -> None:
        self._likelihood = likelihood
        graphs = likelihood.graphs
        (y,) = (value for rv, value in graphs.data.items() if rv.name == name)
        if y.type.ndim != 1 or graphs.rows[name].type.ndim != 1:
            raise UnsupportedModel(f"{name!r} does not have one number and one log-probability a row")
        self.dtype = np.dtype(y.type.dtype)
        value, index = pt.scalar("value", dtype=y.type.dtype), pt.lscalar("index")
        values = pt.vector("values", dtype=y.type.dtype)
        moved = {y: pt.set_subtensor(y[index], value)}
        try:
            row = graph_replace([graphs.rows[name]], moved, strict=False)[0][index]
            row = rewrite_graph(row, custom_rewrite=_INLINED)
            rows = vectorize_graph(row, {value: values})
            inputs = [*graphs.values.values(), *graphs.data.values(), index, values]
            self._function: Callable[..., Any] = compile_graphs(inputs, [rows], large=False)
        except (NotImplementedError, TypeError, ValueError) as error:
            raise UnsupportedModel(f"the log-probability of {name!r} takes one data set at a time") from error

    def __call__(self, x: Parameters, data: Data, index: int, nodes: np.ndarray) -> np.ndarray:
        """Return N of row `index` in nats were its value each of `nodes`, shape (n_nodes,); nan becomes inf."""
        graphs = self._likelihood.graphs
        given = [np.asarray(data[rv.name], dtype=value.dtype) for rv, value in graphs.data.items()]
        with np.errstate(all="ignore"):
            (logp,) = self._function(
                *self._likelihood.inputs_of(x), *given, np.asarray(index), np.asarray(nodes, dtype=self.dtype)
            )
        nll = -np.broadcast_to(np.asarray(logp, dtype=float), np.shape(nodes))
        return np.where(np.isnan(nll), np.inf, nll)


def one_row(likelihood: Likelihood, name: str) -> OneRow:
    """Return the compiled row of `name`, the same for every loss that is compared with this likelihood.

    Raises
    ------
    UnsupportedModel
        See `OneRow`.
    """
    known = _compiled.setdefault(likelihood, {})
    if name not in known:
        known[name] = OneRow(likelihood, name)
    return known[name]
