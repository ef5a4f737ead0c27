"""The terms that a log-probability adds up, read from its graph: what a loss may have lost or weighed otherwise."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.distributions.continuous import FlatRV, HalfFlatRV
from pymc.logprob.utils import CheckParameterValue, replace_rvs_by_values
from pytensor.compile.ops import ViewOp
from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.replace import clone_replace, vectorize_graph
from pytensor.graph.rewriting.basic import MergeOptimizer, in2out
from pytensor.graph.traversal import ancestors
from pytensor.scalar.basic import Neg
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Sum
from pytensor.tensor.random.basic import MvNormalRV, UniformRV
from pytensor.tensor.rewriting.elemwise import flatten_nested_add_mul, local_dimshuffle_lift

from nllcheck.likelihood.engine import Data, Likelihood, Parameters
from nllcheck.likelihood.graphs import compile_graphs, model_graphs
from nllcheck.likelihood.summands import Split, is_constant, split

__all__ = ["Piece", "Pieces", "pieces_of", "share", "unchecked"]

LIFTED = in2out(local_dimshuffle_lift)
FLATTENED = in2out(flatten_nested_add_mul)  # PyMC writes a·b·c in one node, where the user nests two
CATEGORIES = 6  # up to which the terms of each are kept apart
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
    category : int or None
        The category whose part of a term it is, where the term is a sum over the last axis of the data.
    marginal : bool
        Whether the category is a column of a multivariate normal, and this −log of its density alone: no part of N.
    entry : bool
        Whether it is the prior of one entry of a short vector, a part of a whole one.
    normalises : bool
        Whether it holds no data, as what makes a density integrate to 1.
    """

    name: str
    whole: bool = False
    prior: bool = False
    fine: bool = False
    category: int | None = None
    marginal: bool = False
    entry: bool = False
    normalises: bool = False


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
        self.kept: dict[int, tuple[Any, np.ndarray, np.ndarray]] = {}  # what the probes of a search gave
        self.pieces: list[Piece] = []
        self._terms: list[Any] = []
        self.covariances = dict(_covariances(likelihood))
        self.graphs = likelihood.graphs
        if not likelihood.is_posterior and _has_priors(likelihood):
            self.graphs = model_graphs(likelihood.model, priors=True)
        for name, graph, weighed, prior in self._sources():
            fine = [g for g in split(graph) if not is_constant(g)]
            coarse = [g for g in split(graph, how=Split.SUMS) if not is_constant(g)]
            fine = fine if len(fine) <= MOST else []
            self._add(Piece(name=name, whole=True, prior=prior), graph, weighed, [unchecked(graph)])
            if max(len(coarse), len(fine)) > 1:
                self._add(Piece(name=name, prior=prior), graph, weighed, _without(coarse, fine))
                self._add(Piece(name=name, prior=prior, fine=True), graph, weighed, fine)
            if name in likelihood.observed:
                self._add_categories(name, graph, weighed, fine)
            elif name in self.graphs.priors and not prior:
                self._add_entries(name, graph)

    def _sources(self) -> Iterator[tuple[str, Any, bool, bool]]:
        likelihood, graphs = self.likelihood, self.graphs
        yield from ((name, graphs.rows[name], True, False) for name in likelihood.observed)
        yield from ((name, graphs.potentials[name], False, False) for name in likelihood.potentials)
        for name, prior in graphs.priors.items():
            if name not in likelihood.imputed and not _is_flat(likelihood.model[name]):
                yield name, prior, False, not likelihood.is_posterior

    def _add(self, piece: Piece, graph: Any, weighed: bool, parts: Sequence[Any]) -> None:
        data = set(self.graphs.data.values())
        for part in parts:
            full = part + pt.zeros_like(graph)
            normalises = (
                not piece.whole
                and piece.name in self.likelihood.observed
                and not data & set(ancestors([part]))
            )
            self.pieces.append(replace(piece, normalises=normalises))
            self._terms.append(self.likelihood.weigh(-full) if weighed else -full)

    def _add_categories(self, name: str, graph: Any, weighed: bool, fine: Sequence[Any]) -> None:
        """Add the parts of the categories, where each term of a row is a sum over the last axis of its data."""
        shape = self.likelihood.data.values[name].shape
        if len(shape) != 2 or not 2 <= shape[1] <= CATEGORIES or graph.type.ndim != 1:
            return
        for number in range(shape[1]):
            parts = [part for term in fine if (part := _of_category(term, number)) is not None]
            if parts:
                piece = Piece(name=name, category=number)
                self._add(piece, graph, weighed, [sum(parts[1:], start=parts[0])])
        for number, part in enumerate(self._marginals(name, shape[1])):
            self._add(Piece(name=name, category=number, marginal=True), graph, weighed, [part])

    def _marginals(self, name: str, count: int) -> Iterator[Any]:
        """Yield the log-density of each column of a multivariate normal alone, up to a constant."""
        covariance = self.covariances.get(covariance_name(name))
        if covariance is None:
            return
        values = {**self.likelihood.graphs.values, **self.likelihood.graphs.data}
        (rv,) = (rv for rv in self.likelihood.model.observed_RVs if rv.name == name)
        mean, *_ = replace_rvs_by_values(
            [rv.owner.op.dist_params(rv.owner)[0]], rvs_to_values=values, rvs_to_transforms=None
        )
        for number in range(count):
            residual = (values[rv] - mean)[:, number]
            variance = covariance[number, number]
            yield -0.5 * residual**2 / variance - 0.5 * pt.log(variance)

    def _add_entries(self, name: str, graph: Any) -> None:
        """Add the prior of each entry of a short vector: of an intercept, which penalties leave out."""
        shape = np.shape(self.likelihood.constrain(self.likelihood.initial_point())[name])
        if len(shape) == 1 and 2 <= shape[0] <= CATEGORIES and graph.type.ndim == 1:
            for number in range(shape[0]):
                self._add(
                    Piece(name=f"{name}[{number}]", entry=True),
                    graph[number],
                    False,
                    [unchecked(graph)[number]],
                )

    @cached_property
    def _graphs(self) -> tuple[list[Any], list[Any], tuple[str, ...]]:
        """The inputs, the terms and their sizes, and the names of the deterministics that are inputs."""
        outputs = [graph.sum() for graph in self._terms] + [pt.abs(graph).sum() for graph in self._terms]
        told = {**self.graphs.deterministics, **self.covariances}
        names = list(told)
        merged = FunctionGraph(outputs=[*outputs, *told.values()], clone=True, copy_inputs=False)
        share(merged, range(len(outputs), len(merged.outputs)))
        outputs, named = list(merged.outputs[: len(outputs)]), merged.outputs[len(outputs) :]
        computed = {
            name: node
            for name, node in zip(names, named, strict=True)
            if (node.owner is not None and name in self.reads) or name in self.covariances
        }
        first = {node: name for name, node in reversed(computed.items())}  # of two names for one variable
        computed = {name: node for node, name in first.items()}
        inputs = {node: node.type(name) for name, node in computed.items()}
        again = {
            other: inputs[node].reshape(other.data.shape)
            for node in computed.values()
            if isinstance(node, Constant)
            for other in merged.variables
            if other is not node and _is_same_constant(other, node)
        }
        outputs = clone_replace(outputs, {**inputs, **again})
        used = set(ancestors(outputs))
        kept = {name: inputs[node] for name, node in computed.items() if inputs[node] in used}
        values = [*self.graphs.values.values(), *self.graphs.data.values(), *kept.values()]
        return values, outputs, tuple(kept)

    @cached_property
    def _one_by_one(self) -> Any:
        inputs, outputs, _ = self._graphs
        return compile_graphs(inputs, outputs, large=False)

    @cached_property
    def _all_at_once(self) -> Any:
        """The same for a stack of inputs, along a first axis; None where PyTensor cannot stack an operation."""
        inputs, outputs, _ = self._graphs
        stacked = [pt.tensor(dtype=i.type.dtype, shape=(None, *i.type.shape)) for i in inputs]
        try:
            many = vectorize_graph(outputs, dict(zip(inputs, stacked, strict=True)))
            return compile_graphs(stacked, many, large=False)
        except (NotImplementedError, TypeError, ValueError):
            return None

    @property
    def deterministics(self) -> tuple[str, ...]:
        """Names of the deterministics, and of covariances, that terms are computed from."""
        return self._graphs[2]

    @cached_property
    def _function_of_covariances(self) -> Any:
        inputs = [*self.graphs.values.values(), *self.graphs.data.values()]
        return compile_graphs(inputs, list(self.covariances.values()), large=False)

    def covariances_at(self, x: Parameters, data: Data | None) -> dict[str, np.ndarray]:
        """Return the covariance matrices of the observed variables that have one."""
        if not self.covariances:
            return {}
        with np.errstate(all="ignore"):
            found = self._function_of_covariances(
                *self.likelihood.inputs_of(x), *self.likelihood.inputs_of_data(data)
            )
        return dict(zip(self.covariances, map(np.asarray, found), strict=True))

    def _inputs(self, x: Parameters, data: Data | None, named: Parameters) -> list[np.ndarray]:
        types = {**self.graphs.deterministics, **self.covariances}
        if not set(self.deterministics) <= set(named):
            named = {**self.covariances_at(x, data), **named}
        given = [np.asarray(named[name], dtype=types[name].dtype) for name in self.deterministics]
        return [*self.likelihood.inputs_of(x), *self.likelihood.inputs_of_data(data), *given]

    def evaluate(self, x: Parameters, data: Data | None, named: Parameters) -> tuple[np.ndarray, np.ndarray]:
        """Return what each piece adds to N at `x`, and the size of its terms, both of shape (n_pieces,).

        `named` holds the values of the deterministics, their own or others.
        """
        values, sizes = self.evaluate_all([(x, data, named)])
        return values[0], sizes[0]

    def evaluate_all(
        self, places: Sequence[tuple[Parameters, Data | None, Parameters]]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the same at several places, both of shape (n_places, n_pieces)."""
        inputs = [self._inputs(*place) for place in places]
        count = 2 * len(self.pieces)
        table = self._stacked(inputs, count)
        if table is None:
            with np.errstate(all="ignore"):
                rows = [[float(v) for v in self._one_by_one(*one)] for one in inputs]
            table = np.array(rows).reshape(len(inputs), count)
        return table[:, : len(self.pieces)], table[:, len(self.pieces) :]

    def _stacked(self, inputs: list[list[np.ndarray]], count: int) -> np.ndarray | None:
        """Evaluate all places in one call; None where that is not possible."""
        if self._all_at_once is None or len({tuple(v.shape for v in one) for one in inputs}) > 1:
            return None
        stacked = [np.stack(values) for values in zip(*inputs, strict=True)]
        try:
            with np.errstate(all="ignore"):
                outputs = self._all_at_once(*stacked)
        except (ValueError, TypeError, NotImplementedError, np.linalg.LinAlgError):
            return None
        table = np.array([np.broadcast_to(np.asarray(v, dtype=float), len(inputs)) for v in outputs])
        return table.reshape(count, len(inputs)).T


def pieces_of(likelihood: Likelihood, reads: Collection[str]) -> Pieces:
    """Return the pieces of a likelihood, compiled once for all losses that read the same deterministics."""
    key = ("pieces", frozenset(reads) & frozenset(likelihood.graphs.deterministics))
    if key not in likelihood.kept:
        likelihood.kept[key] = Pieces(likelihood, reads)
    kept: Pieces = likelihood.kept[key]
    return kept


def share(graph: FunctionGraph, named: Iterable[int]) -> None:
    """Let what is the same in a graph be computed once, and from the outputs with the numbers `named` where it is those.

    PyMC gives the inputs of a scalar such as exp(log_sigma) their axes before it computes it again for the rows.
    """
    _without_views(graph)
    padded = []
    for number in named:
        variable = graph.outputs[number]
        for axes in range(1, max(3 - variable.type.ndim, 2)) if variable.owner is not None else ():
            again = FunctionGraph(outputs=[pt.shape_padleft(variable, axes)], clone=True, copy_inputs=False)
            LIFTED.rewrite(again)
            graph.add_output(again.outputs[0], import_missing=True)
            padded.append((number, axes))
    FLATTENED.rewrite(graph)
    MergeOptimizer().rewrite(graph)
    first = len(graph.outputs) - len(padded)
    for number, axes in reversed(padded):
        last = graph.outputs[-1]
        graph.remove_output(len(graph.outputs) - 1)
        if last in graph.variables and graph.outputs[number].owner is not None:
            graph.replace(last, pt.shape_padleft(graph.outputs[number], axes), import_missing=True)
    assert len(graph.outputs) == first


def _without_views(graph: FunctionGraph) -> None:
    """Let what is computed from a deterministic be computed from what it is a view of."""
    for node in graph.toposort():
        if isinstance(node.op, ViewOp):
            graph.replace(node.outputs[0], node.inputs[0])


def unchecked(graph: Any) -> Any:
    """Return a graph without its tests of parameters, which other values of a parameter may fail."""
    while graph.owner is not None and isinstance(graph.owner.op, CheckParameterValue | Alloc):
        graph = graph.owner.inputs[0]
    return graph


def covariance_name(observed: str) -> str:
    """Return how the covariance matrix of an observed variable is called."""
    return f"the covariance of {observed}"


def _covariances(likelihood: Likelihood) -> Iterator[tuple[str, Any]]:
    """Yield how the covariance matrix of each observed variable is called, and its graph."""
    values = {**likelihood.graphs.values, **likelihood.graphs.data}
    for rv in likelihood.model.observed_RVs:
        if rv.name in likelihood.observed and isinstance(rv.owner.op, MvNormalRV):
            covariance = rv.owner.op.dist_params(rv.owner)[1]
            if covariance.owner is not None and isinstance(covariance.owner.op, DimShuffle):
                covariance = covariance.owner.inputs[0]  # one for all rows
            if covariance.type.ndim == 2:
                replaced = replace_rvs_by_values([covariance], rvs_to_values=values, rvs_to_transforms=None)
                yield covariance_name(rv.name), replaced[0]


def _is_same_constant(one: Any, other: Any) -> bool:
    """Return whether two constants differ in their axes of length 1 at most."""
    if not isinstance(one, Constant) or np.size(one.data) != np.size(other.data):
        return False
    return bool(np.array_equal(np.squeeze(one.data), np.squeeze(other.data)))


def _of_category(term: Any, number: int) -> Any:
    """Return what one entry of the last axis adds to a term; None where the term is no sum over that axis."""
    node, sign = term.owner, 1.0
    while node is not None and isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Neg):
        node, sign = node.inputs[0].owner, -sign
    if node is None or not isinstance(node.op, Sum) or node.inputs[0].type.ndim != 2:
        return None
    return sign * node.inputs[0][:, number] if node.op.axis == (1,) else None


def _has_priors(likelihood: Likelihood) -> bool:
    return any(not _is_flat(rv) for rv in likelihood.model.free_RVs if rv.name not in likelihood.imputed)


def _is_flat(variable: Any) -> bool:
    """Return whether a free variable's log-density is the same everywhere."""
    return variable.owner is not None and isinstance(variable.owner.op, FlatRV | HalfFlatRV | UniformRV)


def _without(coarse: list[Any], fine: list[Any]) -> list[Any]:
    """Return the coarse terms that are not among the fine ones."""
    return [term for term in coarse if not any(term is other for other in fine)]
