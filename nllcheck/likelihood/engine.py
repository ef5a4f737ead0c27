"""Compiled functions of one model: N = −log p per observation, its derivatives, and named values.

Parameters live on two scales: *constrained* ``x = {name: array}``, as the user knows them, and
*unconstrained* ``u``, one flat vector of shape (n_params,), in which the optimiser and the probes move.
Data are an input of every function, so other data sets need no recompilation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.replace import graph_replace
from pytensor.graph.traversal import ancestors

from nllcheck.errors import UnsupportedModel
from nllcheck.likelihood.build import BuiltModel
from nllcheck.likelihood.data import ObservedData, read_data
from nllcheck.likelihood.graphs import (
    Graphs,
    compile_graphs,
    computes_in_single_precision,
    model_graphs,
)
from nllcheck.likelihood.structure import imputed_names, read_weights, require_parameters, select_observed
from nllcheck.likelihood.summands import Split, split
from nllcheck.likelihood.unconstrained import Unconstrained

__all__ = ["Data", "Evaluated", "Likelihood", "Parameters"]

LARGE = 1_000_000  # observations from which compiled loops are worth their compile time
Parameters = Mapping[str, np.ndarray]
Data = Mapping[str, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """N at one point.

    Attributes
    ----------
    rows : dict of str to array
        Per observed variable, N per observation in nats (weights applied).
    rest : float
        The part of N that belongs to no observation: potentials and priors.
    total : float
        N in all.
    size : float
        Sum of the absolute values of the terms that were added up: what rounding is relative to.
    values : dict of str to array
        Everything that can be injected into a loss.
    """

    rows: dict[str, np.ndarray]
    rest: float
    total: float
    size: float
    values: dict[str, np.ndarray]

    @cached_property
    def flat_rows(self) -> np.ndarray:
        """All rows of all observed variables, shape (n_rows,)."""
        return np.concatenate([np.zeros(0), *(rows.ravel() for rows in self.rows.values())])


class Likelihood:
    """The negative log-likelihood, or negative joint log-density, of one model.

    Parameters
    ----------
    built : BuiltModel
    of : "likelihood", "posterior" or tuple of str
        What p is; a tuple selects among several observed variables.
    potentials : "likelihood" or "prior"
        Where `pm.Potential` terms count.
    weights : str, optional
        Name of a `pm.Data` that multiplies the rows of N.

    Raises
    ------
    UnsupportedModel
        The model has no parameters, nothing observed, discrete parameters, or no log-probability.
    UsageError
        `of` or `weights` names something that the model does not have.
    BadData
        The observed data are empty or hold nan.
    """

    def __init__(
        self,
        built: BuiltModel,
        *,
        of: str | tuple[str, ...] = "likelihood",
        potentials: str = "likelihood",
        weights: str | None = None,
    ) -> None:
        self.built = built
        self.model = built.model
        self.name = built.name
        self.of = of
        self.is_posterior = of == "posterior"
        require_parameters(self.model, self.name)
        self.observed: tuple[str, ...] = select_observed(self.model, self.name, of)
        self.data: ObservedData = read_data(self.model, built.raw_data)
        self.graphs: Graphs = model_graphs(self.model, priors=self.is_posterior)
        self.free: tuple[str, ...] = tuple(rv.name for rv in self.model.free_RVs)
        self.imputed: frozenset[str] = imputed_names(self.model)
        counted = self.is_posterior or potentials == "likelihood"
        self.potentials: tuple[str, ...] = tuple(self.graphs.potentials) if counted else ()
        if not self.observed and not self.potentials:
            raise UnsupportedModel(
                f"the model {self.name} observes nothing: give one variable observed=..., or add a pm.Potential"
            )
        self.weights = weights
        self._weights = read_weights(self.model, self.name, weights, self.observed, self.data)
        self.is_large = self.data.n_obs >= LARGE
        self._scale = Unconstrained(self.model, self.graphs)
        self.n_params = self._scale.n_params
        self.kept: dict[Any, Any] = {}  # what others compile once for this likelihood

    # -- what the model has -----------------------------------------------------------------------------

    @cached_property
    def full_precision(self) -> bool:
        """Whether no constant of the graph is evaluated in float32."""
        return self.built.full_precision or not computes_in_single_precision(self._terms)

    @cached_property
    def is_discrete(self) -> bool:
        """Whether all observations are integers, so that N of a row is −log of a probability."""
        kinds = {self.data.values[name].dtype.kind for name in self.observed}
        return bool(kinds) and kinds <= set("iub")

    @cached_property
    def entering(self) -> frozenset[str]:
        """Free variables that N depends on."""
        return self._below(self._terms)

    def parents(self, name: str) -> frozenset[str]:
        """Return the free variables that the variable called `name` is computed from."""
        if name in self.free:
            return frozenset({name})
        graph = self.graphs.deterministics.get(name)
        return frozenset() if graph is None else self._below([graph])

    def _below(self, graphs: list[Any]) -> frozenset[str]:
        found = set(ancestors(graphs))
        return frozenset(rv.name for rv, value in self.graphs.values.items() if value in found) - self.imputed

    @cached_property
    def offers(self) -> dict[str, str]:
        """Names that can be injected, and what each of them is."""
        kinds = {name: "free parameter" for name in self.free if name not in self.imputed}
        kinds |= dict.fromkeys(self.graphs.deterministics, "deterministic")
        kinds |= {variable.name: "data" for variable in self.model.data_vars}
        return kinds | dict.fromkeys(self.data.injected, "observed")

    @cached_property
    def _terms(self) -> list[Any]:
        """Graphs of the terms of log p: rows first, then potentials and priors."""
        terms = [self.graphs.rows[name] for name in self.observed]
        terms += [self.graphs.potentials[name] for name in self.potentials]
        if self.is_posterior:
            terms += [prior for name, prior in self.graphs.priors.items() if name not in self.imputed]
        return terms

    # -- evaluation -------------------------------------------------------------------------------------

    @cached_property
    def _summands(self) -> list[list[Any]]:
        """What each of the terms adds up; empty where that is one thing, for large data means over the rows."""
        parts = [split(graph, how=Split.BRANCHES) for graph in self._terms]
        parts = [part if len(part) > 1 else [] for part in parts]
        return (
            [[pt.abs(term).sum() / pt.maximum(term.size, 1) for term in part] for part in parts]
            if self.is_large
            else parts
        )

    @cached_property
    def _evaluate(self) -> Any:
        outputs = [*self._terms, *chain(*self._summands), *self.graphs.deterministics.values()]
        return compile_graphs(
            [*self.graphs.values.values(), *self.graphs.data.values()], outputs, large=self.is_large
        )

    @cached_property
    def _reference(self) -> dict[str, np.ndarray]:
        return self.constrain(np.zeros(self.n_params))

    def inputs_of(self, x: Parameters) -> list[np.ndarray]:
        """Return `x` as the inputs of compiled functions; variables that play no part may be missing."""
        return [
            np.asarray(x[rv.name] if rv.name in x else self._reference[rv.name], dtype=value.dtype)
            for rv, value in self.graphs.values.items()
        ]

    def inputs_of_data(self, data: Data | None) -> list[np.ndarray]:
        """Return `data`, or the observed data, as the inputs of compiled functions."""
        data = self.data.values if data is None else data
        return [np.asarray(data[rv.name], dtype=value.dtype) for rv, value in self.graphs.data.items()]

    def evaluate(self, x: Parameters, data: Data | None = None) -> Evaluated:
        """Return N and all named values at constrained parameters `x`; nothing is raised out of support."""
        n_rows = len(self.observed)
        with np.errstate(all="ignore"):
            outputs = iter(self._evaluate(*self.inputs_of(x), *self.inputs_of_data(data)))
            terms = [next(outputs) for _ in self._terms]
            sizes = [
                _size(term, [next(outputs) for _ in parts])
                for term, parts in zip(terms, self._summands, strict=True)
            ]
            rows = {name: self.weigh(-part) for name, part in zip(self.observed, terms[:n_rows], strict=True)}
            rest = -sum(float(np.sum(term)) for term in terms[n_rows:])
            total = sum((float(np.sum(part)) for part in rows.values()), start=rest)
        values = {name: np.asarray(x[name]) for name in self.free if name in x and name not in self.imputed}
        values |= dict(zip(self.graphs.deterministics, outputs, strict=True))
        size = sum(sizes)
        if self._weights is not None:
            size *= max(1.0, float(np.max(np.abs(self._weights))))
        return Evaluated(rows=rows, rest=rest, total=total, size=size, values=values | self._named_data(data))

    def weigh(self, rows: Any) -> Any:
        """Multiply rows, an array or a graph, by the weights."""
        if self._weights is None:
            return rows
        return rows * self._weights.reshape(self._weights.shape + (1,) * (rows.ndim - self._weights.ndim))

    def _named_data(self, data: Data | None) -> dict[str, np.ndarray]:
        named = {variable.name: variable.get_value(borrow=True) for variable in self.model.data_vars}
        return named | self.data.inject(self.data.values if data is None else data)

    @cached_property
    def _place(self) -> Any:
        outputs = list(self.graphs.deterministics.values())
        placed = graph_replace(outputs, self._scale.replacements, strict=False) if outputs else []
        inputs = [*self._scale.inputs, *self.graphs.data.values()]
        return compile_graphs(inputs, [*self._scale.constrained, *placed], large=self.is_large)

    def inject(
        self, u: np.ndarray, data: Data | None = None, fixed: Parameters | None = None
    ) -> dict[str, np.ndarray]:
        """Return everything that can be injected at `u`, without N; `fixed` values replace those of `u`."""
        if fixed:
            return self.evaluate(self.constrain(u) | dict(fixed), data).values
        with np.errstate(all="ignore"):
            outputs = self._place(*self._scale.split(u), *self.inputs_of_data(data))
        values = dict(zip((*self.free, *self.graphs.deterministics), outputs, strict=True))
        for name in self.imputed:
            del values[name]
        return values | self._named_data(data)

    # -- the unconstrained scale ------------------------------------------------------------------------

    def slices(self) -> dict[str, slice]:
        """Return where each free variable stands in `u`."""
        return self._scale.slices

    def positions(self, names: Iterable[str]) -> np.ndarray:
        """Return the positions in `u` of the free variables called `names`, shape (n,)."""
        return self._scale.positions(names)

    def constrain(self, u: np.ndarray) -> dict[str, np.ndarray]:
        """Return the constrained values of `u` by name."""
        return self._scale.constrain(u)

    def unconstrain(self, x: Parameters) -> np.ndarray:
        """Return `u` of constrained values, which must be complete."""
        return self._scale.unconstrain(x)

    def initial_point(self) -> np.ndarray:
        """Return PyMC's own starting point, shape (n_params,)."""
        initial = self.model.initial_point(random_seed=0)
        parts = [np.ravel(initial[variable.name]) for variable in self._scale.inputs]
        return np.concatenate([np.zeros(0), *parts]).astype(float)

    # -- derivatives ------------------------------------------------------------------------------------

    @cached_property
    def _objective_graph(self) -> Any:
        n_rows = len(self.observed)
        rows = [self.weigh(graph).sum() for graph in self._terms[:n_rows]]
        total = -pt.add(0.0, *rows, *(term.sum() for term in self._terms[n_rows:]))
        return graph_replace([total], self._scale.replacements, strict=False)[0]

    @cached_property
    def _gradient_graph(self) -> Any:
        try:
            parts = pytensor.grad(self._objective_graph, self._scale.inputs, disconnected_inputs="ignore")
        except (NotImplementedError, pytensor.gradient.NullTypeGradError) as error:
            raise UnsupportedModel(f"the log-probability of {self.name} has no gradient: {error}") from error
        return pt.concatenate([pt.zeros(0), *(part.ravel() for part in parts)])

    @cached_property
    def _gradient(self) -> Any:
        inputs = [*self._scale.inputs, *self.graphs.data.values()]
        return compile_graphs(inputs, [self._objective_graph, self._gradient_graph], large=self.is_large)

    @cached_property
    def _hessian(self) -> Any:
        gradient = self._gradient_graph
        try:
            blocks = [
                pytensor.gradient.jacobian(gradient, value, vectorize=True, disconnected_inputs="ignore")
                for value in self._scale.inputs
            ]
        except (NotImplementedError, pytensor.gradient.NullTypeGradError) as error:
            raise UnsupportedModel(f"the log-probability of {self.name} has no Hessian: {error}") from error
        columns = [block.reshape((gradient.shape[0], -1)) for block in blocks]
        inputs = [*self._scale.inputs, *self.graphs.data.values()]
        return compile_graphs(inputs, [pt.concatenate(columns, axis=1)], large=self.is_large)

    def objective(self, u: np.ndarray, data: Data | None = None) -> tuple[float, np.ndarray]:
        """Return N and its exact gradient in `u`, shape (n_params,).

        Raises
        ------
        UnsupportedModel
            The log-probability has no gradient.
        """
        with np.errstate(all="ignore"):
            value, gradient = self._gradient(*self._scale.split(u), *self.inputs_of_data(data))
        return float(value), np.asarray(gradient, dtype=float)

    def hessian(self, u: np.ndarray, data: Data | None = None) -> np.ndarray:
        """Return the exact Hessian of N in `u`, shape (n_params, n_params); dear to compile.

        Raises
        ------
        UnsupportedModel
            The log-probability has no second derivatives.
        """
        with np.errstate(all="ignore"):
            (hessian,) = self._hessian(*self._scale.split(u), *self.inputs_of_data(data))
        return np.asarray((hessian + hessian.T) / 2)


def _size(whole: np.ndarray, parts: list[np.ndarray]) -> float:
    """Return the sum of the absolute values of the parts that were added up to `whole`, each in all its rows.

    Parts may be nan or infinite where the whole is not, behind a test that leaves them out: the whole is what
    is left to go by.
    """
    size = sum(float(np.sum(np.abs(part))) * (whole.size / max(part.size, 1)) for part in parts)
    return size if parts and np.isfinite(size) else float(np.sum(np.abs(whole)))
