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
from pytensor.graph.basic import Constant
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.replace import clone_replace
from pytensor.graph.rewriting.basic import MergeOptimizer, in2out
from pytensor.graph.traversal import ancestors
from pytensor.scalar import basic as scalar_ops
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Sum
from pytensor.tensor.random.basic import UniformRV
from pytensor.tensor.rewriting.elemwise import flatten_nested_add_mul

from nllcheck.likelihood.engine import Data, Likelihood, Parameters
from nllcheck.likelihood.graphs import compile_graphs, model_graphs

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
    """

    name: str
    whole: bool
    prior: bool = False


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
            fine = [g for g in _flat(graph) if not _is_constant(g)]
            coarse = [g for g in _flat(graph, fine=False) if not _is_constant(g)]
            parts = coarse if len(fine) > MOST else _merged(coarse, fine)
            self._add(Piece(name=name, whole=True, prior=prior), graph, weighed, [_unchecked(graph)])
            if len(parts) > 1:
                self._add(Piece(name=name, whole=False, prior=prior), graph, weighed, parts)

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


def _merged(coarse: list[Any], fine: list[Any]) -> list[Any]:
    """Return both, without those fine terms that are coarse ones unchanged."""
    return coarse + [term for term in fine if not any(term is other for other in coarse)]


# -- splitting ------------------------------------------------------------------------------------------------


def _flat(graph: Any, *, fine: bool = True) -> list[Any]:
    """Return terms that add up to `graph`, elementwise; `fine` splits products, quotients and logarithms too."""
    node = graph.owner
    if node is None:
        return [graph]
    if isinstance(node.op, CheckParameterValue | Alloc):
        return _flat(node.inputs[0], fine=fine)
    if isinstance(node.op, DimShuffle):
        return [
            node.op(term) if term.type.ndim == node.inputs[0].type.ndim else term
            for term in _flat(node.inputs[0], fine=fine)
        ]
    if isinstance(node.op, Sum):
        terms = _flat(node.inputs[0], fine=fine)
        if all(term.type.ndim == node.inputs[0].type.ndim for term in terms):
            like = node.inputs[0]
            return [
                node.op(term + pt.zeros_like(like)) if len(terms) > 1 else node.op(term) for term in terms
            ]
        return [graph]
    if isinstance(node.op, Elemwise):
        return _flat_elementwise(graph, node, fine=fine)
    return [graph]


def _flat_elementwise(graph: Any, node: Any, *, fine: bool) -> list[Any]:
    match node.op.scalar_op:
        case scalar_ops.Add():
            return [term for part in node.inputs for term in _flat(part, fine=fine)]
        case scalar_ops.Sub():
            first, second = node.inputs
            return _flat(first, fine=fine) + [-term for term in _flat(second, fine=fine)]
        case scalar_ops.Neg():
            return [-term for term in _flat(node.inputs[0], fine=fine)]
        case scalar_ops.Switch():
            return _flat_switch(*node.inputs, fine=fine)
        case scalar_ops.Mul() if fine or any(_is_constant(part) for part in node.inputs):
            return _flat_product(graph, list(node.inputs), fine=fine)
        case scalar_ops.TrueDiv() if fine or _is_constant(node.inputs[1]):
            above, below = node.inputs
            terms = _flat(above, fine=fine)
            return [term / below for term in terms] if len(terms) > 1 else [graph]
        case scalar_ops.Log() if fine:
            return _flat_logarithm(graph, node.inputs[0])
    return [graph]


def _flat_product(graph: Any, factors: list[Any], *, fine: bool) -> list[Any]:
    """Distribute a product over the first factor that is a sum."""
    for position, factor in enumerate(factors):
        terms = _flat(factor, fine=fine)
        if len(terms) > 1 and not _is_constant(factor):
            rest = factors[:position] + factors[position + 1 :]
            others = rest[0]
            for other in rest[1:]:
                others = others * other
            return [others * term for term in terms]
    return [graph]


def _flat_switch(condition: Any, yes: Any, no: Any, *, fine: bool) -> list[Any]:
    """Return the branch that is not −inf; of two finite ones, the terms of each where it counts."""
    if _is_guard(yes, barred=True):
        return _flat(no, fine=fine)
    if _is_guard(no, barred=True):
        return _flat(yes, fine=fine)
    if _is_guard(yes):
        return [pt.switch(condition, 0.0, term) for term in _flat(no, fine=fine)]
    if _is_guard(no):
        return [pt.switch(condition, term, 0.0) for term in _flat(yes, fine=fine)]
    return [pt.switch(condition, term, 0.0) for term in _flat(yes, fine=fine)] + [
        pt.switch(condition, 0.0, term) for term in _flat(no, fine=fine)
    ]


def _flat_logarithm(graph: Any, argument: Any) -> list[Any]:
    """Split the logarithm of a product, quotient, root or power."""
    node = argument.owner
    if node is None:
        return [graph]
    if isinstance(node.op, DimShuffle):
        inner = _flat_logarithm(pt.log(node.inputs[0]), node.inputs[0])
        return [node.op(term) for term in inner] if len(inner) > 1 else [graph]
    if not isinstance(node.op, Elemwise):
        return [graph]
    match node.op.scalar_op:
        case scalar_ops.Mul():
            return [term for part in node.inputs for term in _flat_logarithm(pt.log(part), part)]
        case scalar_ops.TrueDiv():
            above, below = node.inputs
            return _flat_logarithm(pt.log(above), above) + [
                -term for term in _flat_logarithm(pt.log(below), below)
            ]
        case scalar_ops.Sqrt():
            return [0.5 * term for term in _flat_logarithm(pt.log(node.inputs[0]), node.inputs[0])]
        case scalar_ops.Reciprocal():
            return [-term for term in _flat_logarithm(pt.log(node.inputs[0]), node.inputs[0])]
        case scalar_ops.Pow() if _is_constant(node.inputs[1]):
            base, power = node.inputs
            return [power * term for term in _flat_logarithm(pt.log(base), base)]
    return [graph]


def _constant_of(graph: Any) -> Any:
    """Return the constant behind shape changes, or None."""
    while graph.owner is not None and isinstance(graph.owner.op, DimShuffle | Alloc):
        graph = graph.owner.inputs[0]
    return graph.data if isinstance(graph, Constant) else None


def _is_constant(graph: Any) -> bool:
    """Return whether a graph is a number, however it is computed."""
    if _constant_of(graph) is not None:
        return bool(np.size(_constant_of(graph)) == 1)
    node = graph.owner
    if node is None or not isinstance(node.op, Elemwise | DimShuffle | Alloc):
        return False
    inputs = node.inputs[:1] if isinstance(node.op, Alloc) else node.inputs
    return all(_is_constant(part) for part in inputs)


def _is_guard(graph: Any, *, barred: bool = False) -> bool:
    """Return whether a branch is only there for exact bounds: −inf if `barred`, else 0 or −inf."""
    constant = _constant_of(graph)
    if constant is not None:
        return bool(np.all(np.isneginf(constant))) or (not barred and bool(np.all(np.asarray(constant) == 0)))
    node = graph.owner
    if (
        node is not None
        and isinstance(node.op, Elemwise)
        and isinstance(node.op.scalar_op, scalar_ops.Switch)
    ):
        return not barred and all(_is_guard(branch) for branch in node.inputs[1:])
    return False
