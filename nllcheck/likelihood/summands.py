"""Splitting the graph of a log-probability into the terms that it adds up."""

from enum import IntEnum
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pymc.logprob.utils import CheckParameterValue
from pytensor.graph.basic import Constant
from pytensor.scalar import basic as scalar_ops
from pytensor.tensor.basic import Alloc
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Sum

__all__ = ["Split", "is_constant", "split"]


class Split(IntEnum):
    """How far a graph is split; each splits what those before it do."""

    SUMS = 1
    BRANCHES = 2  # of a choice too: two formulas of one function, each where it is accurate
    FACTORS = 3  # of products, quotients and logarithms too


def split(graph: Any, *, how: Split = Split.FACTORS) -> list[Any]:
    """Return terms that add up to `graph`, elementwise."""
    node = graph.owner
    if node is None:
        return [graph]
    if isinstance(node.op, CheckParameterValue | Alloc):
        return split(node.inputs[0], how=how)
    if isinstance(node.op, DimShuffle):
        return [
            node.op(term) if term.type.ndim == node.inputs[0].type.ndim else term
            for term in split(node.inputs[0], how=how)
        ]
    if isinstance(node.op, Sum):
        terms = split(node.inputs[0], how=how)
        if all(term.type.ndim == node.inputs[0].type.ndim for term in terms):
            like = node.inputs[0]
            return [
                node.op(term + pt.zeros_like(like)) if len(terms) > 1 else node.op(term) for term in terms
            ]
        return [graph]
    if isinstance(node.op, Elemwise):
        return _split_elementwise(graph, node, how=how)
    return [graph]


def _split_elementwise(graph: Any, node: Any, *, how: Split) -> list[Any]:
    match node.op.scalar_op:
        case scalar_ops.Add():
            return [term for part in node.inputs for term in split(part, how=how)]
        case scalar_ops.Sub():
            first, second = node.inputs
            return split(first, how=how) + [-term for term in split(second, how=how)]
        case scalar_ops.Neg():
            return [-term for term in split(node.inputs[0], how=how)]
        case scalar_ops.Switch():
            return _split_switch(graph, *node.inputs, how=how)
        case scalar_ops.Mul() if how >= Split.FACTORS or any(is_constant(part) for part in node.inputs):
            return _split_product(graph, list(node.inputs), how=how)
        case scalar_ops.TrueDiv() if how >= Split.FACTORS or is_constant(node.inputs[1]):
            above, below = node.inputs
            terms = split(above, how=how)
            return [term / below for term in terms] if len(terms) > 1 else [graph]
        case scalar_ops.Log() if how >= Split.FACTORS:
            return _split_logarithm(graph, node.inputs[0])
    return [graph]


def _split_product(graph: Any, factors: list[Any], *, how: Split) -> list[Any]:
    """Distribute a product over the first factor that is a sum."""
    for position, factor in enumerate(factors):
        terms = split(factor, how=how)
        if len(terms) > 1 and not is_constant(factor):
            rest = factors[:position] + factors[position + 1 :]
            others = rest[0]
            for other in rest[1:]:
                others = others * other
            return [others * term for term in terms]
    return [graph]


def _split_switch(graph: Any, condition: Any, yes: Any, no: Any, *, how: Split) -> list[Any]:
    """Return the branch that is not −inf; of two finite ones, the terms of each where it counts, or all as one."""
    if _is_guard(yes, barred=True):
        return split(no, how=how)
    if _is_guard(no, barred=True):
        return split(yes, how=how)
    if _is_guard(yes):
        return [pt.switch(condition, 0.0, term) for term in split(no, how=how)]
    if _is_guard(no):
        return [pt.switch(condition, term, 0.0) for term in split(yes, how=how)]
    if how < Split.BRANCHES:
        return [graph]
    return [pt.switch(condition, term, 0.0) for term in split(yes, how=how)] + [
        pt.switch(condition, 0.0, term) for term in split(no, how=how)
    ]


def _split_logarithm(graph: Any, argument: Any) -> list[Any]:
    """Split the logarithm of a product, quotient, root or power."""
    node = argument.owner
    if node is None:
        return [graph]
    if isinstance(node.op, DimShuffle):
        inner = _split_logarithm(pt.log(node.inputs[0]), node.inputs[0])
        return [node.op(term) for term in inner] if len(inner) > 1 else [graph]
    if not isinstance(node.op, Elemwise):
        return [graph]
    match node.op.scalar_op:
        case scalar_ops.Mul():
            return [term for part in node.inputs for term in _split_logarithm(pt.log(part), part)]
        case scalar_ops.TrueDiv():
            above, below = node.inputs
            return _split_logarithm(pt.log(above), above) + [
                -term for term in _split_logarithm(pt.log(below), below)
            ]
        case scalar_ops.Sqrt():
            return [0.5 * term for term in _split_logarithm(pt.log(node.inputs[0]), node.inputs[0])]
        case scalar_ops.Reciprocal():
            return [-term for term in _split_logarithm(pt.log(node.inputs[0]), node.inputs[0])]
        case scalar_ops.Pow() if is_constant(node.inputs[1]):
            base, power = node.inputs
            return [power * term for term in _split_logarithm(pt.log(base), base)]
    return [graph]


def _constant_of(graph: Any) -> Any:
    """Return the constant behind shape changes, or None."""
    while graph.owner is not None and isinstance(graph.owner.op, DimShuffle | Alloc):
        graph = graph.owner.inputs[0]
    return graph.data if isinstance(graph, Constant) else None


def is_constant(graph: Any) -> bool:
    """Return whether a graph is a number, however it is computed."""
    if _constant_of(graph) is not None:
        return bool(np.size(_constant_of(graph)) == 1)
    node = graph.owner
    if node is None or not isinstance(node.op, Elemwise | DimShuffle | Alloc):
        return False
    inputs = node.inputs[:1] if isinstance(node.op, Alloc) else node.inputs
    return all(is_constant(part) for part in inputs)


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
