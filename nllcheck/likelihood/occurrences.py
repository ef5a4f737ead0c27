"""The places in which N uses a parameter, each of which may be given another value than the others."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
from pytensor.graph.fg import FunctionGraph
from pytensor.printing import pprint
from pytensor.scalar.basic import Cast, Identity, Sign
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise

from nllcheck.likelihood.engine import Data, Likelihood, Parameters
from nllcheck.likelihood.graphs import compile_graphs
from nllcheck.likelihood.pieces import share, unchecked
from nllcheck.likelihood.summands import is_constant

__all__ = ["Occurrences", "Place", "occurrences_of"]

MOST = 8  # places of one parameter
LONGEST = 60  # characters of an expression that is shown


@dataclass(frozen=True, kw_only=True)
class Place:
    """One use of a parameter: its name, and the expression that it is part of (empty where that is long)."""

    name: str
    within: str


class Occurrences:
    """N of the observed variables as a function of the value that a parameter has in each of its places.

    Parameters
    ----------
    likelihood : Likelihood
    reads : collection of str
        Free parameters and deterministics whose places are told apart.
    """

    def __init__(self, likelihood: Likelihood, reads: Collection[str]) -> None:
        self.likelihood = likelihood
        self.places: list[Place] = []
        self._stand_ins: list[Any] = []
        graphs = likelihood.graphs
        rows = [graphs.rows[name] for name in likelihood.observed]
        total = sum(likelihood.weigh(-unchecked(row)).sum() for row in rows)
        self._graph = FunctionGraph(
            outputs=[total, *graphs.deterministics.values()], clone=True, copy_inputs=False
        )
        share(self._graph, range(1, len(self._graph.outputs)))
        nodes = dict(zip(graphs.deterministics, self._graph.outputs[1:], strict=True))
        nodes |= {rv.name: value for rv, value in graphs.values.items()}
        for name in reads:
            if name in nodes:
                self._tell_apart(name, nodes[name])

    def _tell_apart(self, name: str, variable: Any) -> None:
        """Let each use of a parameter read a stand-in of its own, where there are several uses."""
        uses = [use for use in self._uses(variable, ()) if not _is_comparison(use[0])]
        if not 2 <= len(uses) <= MOST:
            return
        for node, position, views in uses:
            stand_in = variable.type(name)
            seen = stand_in
            for view in views:
                seen = view(seen)
            within = _written(node)
            self._graph.change_node_input(node, position, seen, import_missing=True)
            self.places.append(Place(name=name, within=within))
            self._stand_ins.append(stand_in)

    def _uses(self, variable: Any, views: tuple[Any, ...]) -> list[tuple[Any, int, tuple[Any, ...]]]:
        """Return the nodes that compute with a variable, seen through changes of its shape or type."""
        found = []
        for node, position in self._graph.clients.get(variable, ()):
            if not getattr(node, "inputs", None) or node.op.__class__.__name__ == "Output":
                continue
            shared = _is_function_of_one(node) and len(self._graph.clients.get(node.outputs[0], ())) > 1
            if _is_view(node) or shared:
                found += self._uses(node.outputs[0], (*views, partial(_again, node, position)))
            elif not isinstance(node.op, Alloc):
                found.append((node, position, views))
        return found

    @cached_property
    def _function(self) -> Any:
        graphs = self.likelihood.graphs
        inputs = [*graphs.values.values(), *graphs.data.values(), *self._stand_ins]
        return compile_graphs(inputs, [self._graph.outputs[0]], large=False)

    def evaluate(
        self,
        x: Parameters,
        data: Data | None,
        named: Mapping[str, np.ndarray],
        used: Mapping[int, np.ndarray],
    ) -> float:
        """Return N in nats at `x`, with other values used in the places with these numbers."""
        own: Sequence[np.ndarray] = [
            np.asarray(used.get(i, named[place.name]), dtype=stand_in.dtype)
            for i, (place, stand_in) in enumerate(zip(self.places, self._stand_ins, strict=True))
        ]
        with np.errstate(all="ignore"):
            (total,) = self._function(
                *self.likelihood.inputs_of(x), *self.likelihood.inputs_of_data(data), *own
            )
        return float(total)


def occurrences_of(likelihood: Likelihood, reads: Collection[str]) -> Occurrences:
    """Return the places of these names, compiled once for all losses that read them."""
    key = ("occurrences", frozenset(reads) & {*likelihood.graphs.deterministics, *likelihood.free})
    if key not in likelihood.kept:
        likelihood.kept[key] = Occurrences(likelihood, sorted(key[1]))
    kept: Occurrences = likelihood.kept[key]
    return kept


def _again(node: Any, position: int, value: Any) -> Any:
    """Return what a node computes with another value in the place of one of its inputs."""
    inputs = list(node.inputs)
    inputs[position] = value
    return node.op(*inputs)


def _is_function_of_one(node: Any) -> bool:
    """Return whether a node is a function of one variable, such as sigma ** -2."""
    others = [i for i in node.inputs if not is_constant(i)]
    return isinstance(node.op, Elemwise) and len(others) == 1 and node.outputs[0].type.dtype != "bool"


def _is_view(node: Any) -> bool:
    if isinstance(node.op, DimShuffle):
        return True
    return isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Cast | Identity)


def _is_comparison(node: Any) -> bool:
    """Return whether a node only asks where a value lies."""
    is_sign = isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Sign)
    return is_sign or bool(getattr(node.outputs[0].type, "dtype", "") == "bool")


def _written(node: Any) -> str:
    """Return the expression that a node computes, as PyTensor writes it; empty where that is long."""
    text = str(pprint(node.outputs[0])).replace("ExpandDims{axis=0}", "")
    return text if len(text) <= LONGEST and not set("{[") & set(text) else ""
