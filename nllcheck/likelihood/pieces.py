"""The terms that a log-probability adds up, read from its graph: what a loss may have lost or weighed otherwise."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.continuous import FlatRV, HalfFlatRV
from pymc.logprob.utils import CheckParameterValue
from pytensor.compile.ops import ViewOp
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.replace import clone_replace
from pytensor.graph.rewriting.basic import MergeOptimizer, in2out
from pytensor.graph.traversal import ancestors
from pytensor.tensor.basic import Alloc
from pytensor.tensor.random.basic import UniformRV
from pytensor.tensor.rewriting.elemwise import flatten_nested_add_mul

from nllcheck.likelihood.engine import Data, Likelihood, Parameters
from nllcheck.likelihood.graphs import compile_graphs, model_graphs
from nllcheck.likelihood.summands import is_constant, split

__all__ = ["Piece", "Pieces"]

FLATTENED = in2out(flatten_nested_add_mul)  # PyMC writes a·b·c in one node, where the user nests two
MOST = 40  # terms, beyond which only the coarse ones are kept


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One term of N = −log p.

    Attributes
    ----------
    name : str
        How it may be called where nothing better is known: the variable that it belongs to.
    whole : bool
        Whether it is all that one variable, potential or prior adds to N.
    prior : bool
        Whether it is no part of N, but of a prior that N leaves out.
    fine : bool
        Whether it is one of the finest terms, which add up to the whole.
    """

    name: str
    whole: bool = False
    prior: bool = False
    fine: bool = False


class Pieces:
    """The terms of the N of one likelihood, evaluated as sums over rows.

    Deterministics may be given other values than their own, so that terms can be asked what they would be then.

    Parameters
    ----------
    likelihood : Likelihood
    reads : collection of str
        Names of the deterministics that may be given other values.
    """

    def __init__(self, likelihood: Likelihood, reads: Collection[str] = ()) -> None:
        self.likelihood = likelihood
        self.reads = reads
        self.pieces: list[Piece] = []
        self._terms: list[Any] = []
        self.graphs = likelihood.graphs
        if not likelihood.is_posterior and _has_priors(likelihood):
            self.graphs = model_graphs(likelihood.model, priors=True)
        for name, graph, weighed, prior in self._sources():
            fine = [g for g in split(graph) if not is_constant(g)]
            coarse = [g for g in split(graph, fine=False) if not is_constant(g)]
            fine = fine if len(fine) <= MOST else []
            self._add(Piece(name=name, whole=True, prior=prior), graph, weighed, [_unchecked(graph)])
            if max(len(coarse), len(fine)) > 1:
                self._add(Piece(name=name, prior=prior), graph, weighed, _without(coarse, fine))
                self._add(Piece(name=name, prior=prior, fine=True), graph, weighed, fine)

    def _sources(self) -> Iterator[tuple[str, Any, bool, bool]]:
        likelihood, graphs = self.likelihood, self.graphs
        yield from ((name, graphs.rows[name], True, False) for name in likelihood.observed)
        yield from ((name, graphs.potentials[name], False, False) for name in likelihood.potentials)
        for name, prior in graphs.priors.items():
            if name not in likelihood.imputed and not _is_flat(likelihood.model[name]):
                yield name, prior, False, not likelihood.is_posterior

    def _add(self, piece: Piece, graph: Any, weighed: bool, parts: Sequence[Any]) -> None:
        for part in parts:
            full = part + pt.zeros_like(graph)
            self.pieces.append(piece)
            self._terms.append(self.likelihood.weigh(-full) if weighed else -full)

    @cached_property
    def _function(self) -> tuple[Any, tuple[str, ...]]:
        """Compile; return the function and the names of the deterministics that are inputs of it."""
        outputs = [graph.sum() for graph in self._terms] + [pt.abs(graph).sum() for graph in self._terms]
        names = list(self.graphs.deterministics)
        merged = FunctionGraph(
            outputs=[*outputs, *self.graphs.deterministics.values()], clone=True, copy_inputs=False
        )
        _without_views(merged)
        FLATTENED.rewrite(merged)
        MergeOptimizer().rewrite(merged)
        outputs, named = list(merged.outputs[: len(outputs)]), merged.outputs[len(outputs) :]
        computed = {
            name: node
            for name, node in zip(names, named, strict=True)
            if node.owner is not None and name in self.reads
        }
        inputs = {node: node.type(name) for name, node in computed.items()}
        outputs = clone_replace(outputs, inputs)
        used = set(ancestors(outputs))
        kept = {name: inputs[node] for name, node in computed.items() if inputs[node] in used}
        values = [*self.graphs.values.values(), *self.graphs.data.values(), *kept.values()]
        return compile_graphs(values, outputs, large=False), tuple(kept)

    @property
    def deterministics(self) -> tuple[str, ...]:
        """Names of the deterministics that terms are computed from."""
        return self._function[1]

    def evaluate(self, x: Parameters, data: Data | None, named: Parameters) -> tuple[np.ndarray, np.ndarray]:
        """Return what each piece adds to N at `x`, and the size of its terms, both of shape (n_pieces,).

        `named` holds the values of the deterministics, their own or others.
        """
        function, names = self._function
        with np.errstate(all="ignore"):
            given = [np.asarray(named[name], dtype=self.graphs.deterministics[name].dtype) for name in names]
            outputs = function(*self.likelihood.inputs_of(x), *self.likelihood.inputs_of_data(data), *given)
        values = np.array([float(value) for value in outputs])
        return values[: len(self.pieces)], values[len(self.pieces) :]


def _without_views(graph: FunctionGraph) -> None:
    """Let what is computed from a deterministic be computed from what it is a view of."""
    for node in graph.toposort():
        if isinstance(node.op, ViewOp):
            graph.replace(node.outputs[0], node.inputs[0])


def _unchecked(graph: Any) -> Any:
    """Return a graph without its tests of parameters, which other values of a parameter may fail."""
    while graph.owner is not None and isinstance(graph.owner.op, CheckParameterValue | Alloc):
        graph = graph.owner.inputs[0]
    return graph


def _has_priors(likelihood: Likelihood) -> bool:
    return any(not _is_flat(rv) for rv in likelihood.model.free_RVs if rv.name not in likelihood.imputed)


def _is_flat(variable: Any) -> bool:
    """Return whether a free variable's log-density is the same everywhere."""
    return variable.owner is not None and isinstance(variable.owner.op, FlatRV | HalfFlatRV | UniformRV)


def _without(coarse: list[Any], fine: list[Any]) -> list[Any]:
    """Return the coarse terms that are not among the fine ones."""
    return [term for term in coarse if not any(term is other for other in fine)]
