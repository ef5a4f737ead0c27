"""Compiled functions of one model: N = −log p per observation, its derivatives, named values, simulation.

Parameters live on two scales: *constrained* ``x = {name: array}``, as the user knows them, and
*unconstrained* ``u``, one flat vector of shape (n_params,), in which the optimiser and the probes move.
Data are an input of every function, so other data sets need no recompilation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pymc.distributions.moments.means import mean
from pymc.logprob.utils import replace_rvs_by_values
from pymc.pytensorf import reseed_rngs
from pytensor.graph.replace import clone_replace, graph_replace
from pytensor.graph.traversal import ancestors

from nllcheck.errors import UnsupportedModel, UsageError
from nllcheck.likelihood.build import BuiltModel
from nllcheck.likelihood.data import ObservedData, read_data
from nllcheck.likelihood.graphs import (
    Graphs,
    compile_draws,
    compile_graphs,
    computes_in_single_precision,
    model_graphs,
    summands,
)

__all__ = ["CannotSimulate", "Evaluated", "Likelihood"]

LARGE = 1_000_000  # observations from which compiled loops are worth their compile time
Parameters = Mapping[str, np.ndarray]
Data = Mapping[str, np.ndarray]


class CannotSimulate(Exception):
    """The model cannot draw data sets; the message says why."""


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

    @property
    def flat_rows(self) -> np.ndarray:
        """All rows of all observed variables, shape (n_rows,)."""
        if not self.rows:
            return np.zeros(0)
        return np.concatenate([rows.ravel() for rows in self.rows.values()])


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
        self._check_parameters()
        self.graphs: Graphs = model_graphs(self.model, priors=self.is_posterior)
        self.data: ObservedData = read_data(self.model, built.raw_data)
        self.free: tuple[str, ...] = tuple(rv.name for rv in self.model.free_RVs)
        self.observed: tuple[str, ...] = self._select(of)
        self.potentials: tuple[str, ...] = (
            tuple(self.graphs.potentials) if self.is_posterior or potentials == "likelihood" else ()
        )
        self.weights = weights
        self._weights = self._read_weights(weights)
        if not self.observed and not self.potentials:
            raise UnsupportedModel(
                f"the model {self.name} observes nothing: give one variable observed=..., or add a pm.Potential"
            )
        self.is_large = self.data.n_obs >= LARGE
        self._layout = self._measure()
        self.n_params = sum(size for _, size in self._layout.values())

    # -- what the model has -----------------------------------------------------------------------------

    def _check_parameters(self) -> None:
        if not self.model.free_RVs:
            raise UnsupportedModel(
                f"the model {self.name} has no free parameters, so there is nothing to minimise over: "
                "give at least one parameter a prior, such as pm.Flat"
            )
        discrete = [rv.name for rv in self.model.free_RVs if rv.type.dtype.startswith(("int", "uint", "bool"))]
        imputed = self._imputed_names()
        discrete = [name for name in discrete if name not in imputed]
        if discrete:
            raise UnsupportedModel(
                f"the free parameter {discrete[0]!r} is discrete: a loss has no gradient in it; marginalise it "
                "(pm.Mixture, pymc_extras.marginalize) or observe it"
            )

    def _imputed_names(self) -> set[str]:
        observed = {rv.name for rv in self.model.observed_RVs}
        return {
            rv.name
            for rv in self.model.free_RVs
            if rv.name.endswith("_unobserved")
            and rv.name.removesuffix("_unobserved") + "_observed" in observed
        }

    def _select(self, of: str | tuple[str, ...]) -> tuple[str, ...]:
        names = tuple(rv.name for rv in self.model.observed_RVs)
        if of in ("likelihood", "posterior"):
            return names
        wanted = (of,) if isinstance(of, str) else tuple(of)
        for name in wanted:
            if name not in names and f"{name}_observed" not in names:
                raise UsageError(
                    f"of={of!r}: {name!r} is no observed variable of {self.name}; use 'likelihood', 'posterior' "
                    f"or some of {', '.join(names) or '(none are observed)'}"
                )
        return tuple(name for name in names if name in wanted or name.removesuffix("_observed") in wanted)

    def _read_weights(self, name: str | None) -> np.ndarray | None:
        if name is None:
            return None
        known = {variable.name: variable for variable in self.model.data_vars}
        if name not in known:
            raise UsageError(
                f"weights={name!r} is no pm.Data of {self.name}; it has {', '.join(known) or 'none'}"
            )
        weights = np.asarray(known[name].get_value(), dtype=float)
        for variable in self.observed:
            shape = self.data.values[variable].shape
            if weights.shape != shape[: weights.ndim]:
                raise UsageError(
                    f"weights={name!r} has shape {weights.shape}, the observations {variable!r} have {shape}"
                )
        return weights

    @cached_property
    def imputed(self) -> frozenset[str]:
        """Free variables that stand for missing data; never injected, never part of N."""
        return frozenset(self._imputed_names())

    @cached_property
    def is_discrete(self) -> bool:
        """Whether every selected observed variable takes integer values."""
        return bool(self.observed) and all(
            self.data.values[name].dtype.kind in "iub" for name in self.observed
        )

    @cached_property
    def full_precision(self) -> bool:
        """Whether no constant of the graph is evaluated in float32."""
        return self.built.full_precision or not computes_in_single_precision(self._terms())

    @cached_property
    def entering(self) -> frozenset[str]:
        """Free variables that N depends on."""
        found = set(ancestors(self._terms()))
        return frozenset(rv.name for rv, value in self.graphs.values.items() if value in found) - self.imputed

    def parents(self, name: str) -> frozenset[str]:
        """Return the free variables that the variable called `name` is computed from."""
        if name in self.free:
            return frozenset({name})
        if name not in self.graphs.deterministics:
            return frozenset()
        found = set(ancestors([self.graphs.deterministics[name]]))
        return frozenset(rv.name for rv, value in self.graphs.values.items() if value in found) - self.imputed

    @cached_property
    def offers(self) -> dict[str, str]:
        """Names that can be injected, and what each of them is."""
        kinds = {name: "free parameter" for name in self.free if name not in self.imputed}
        kinds |= {name: "deterministic" for name in self.graphs.deterministics}
        kinds |= {variable.name: "data" for variable in self.model.data_vars}
        kinds |= {name: "observed" for name in self.data.injected}
        return kinds

    def _terms(self) -> list[Any]:
        terms = [self.graphs.rows[name] for name in self.observed]
        terms += [self.graphs.potentials[name] for name in self.potentials]
        if self.is_posterior:
            terms += [prior for name, prior in self.graphs.priors.items() if name not in self.imputed]
        return terms

    # -- evaluation -------------------------------------------------------------------------------------

    @cached_property
    def _evaluate(self) -> Any:
        rows = [self.graphs.rows[name] for name in self.observed]
        rest = self._terms()[len(rows) :]
        size = sum(
            (pt.abs(term).sum() * (graph.size / pt.maximum(term.size, 1)) for graph in self._terms() for term in summands(graph)),
            start=pt.as_tensor(0.0),
        )
        outputs = [*rows, *[term.sum() for term in rest], size, *self.graphs.deterministics.values()]
        return compile_graphs(self._inputs, outputs, large=self.is_large)

    @property
    def _inputs(self) -> list[Any]:
        return [*self.graphs.values.values(), *self.graphs.data.values()]

    def _values(self, x: Parameters) -> list[np.ndarray]:
        return [
            np.asarray(x[rv.name] if rv.name in x else self._reference_values[rv.name], dtype=value.dtype)
            for rv, value in self.graphs.values.items()
        ]

    def _arguments(self, x: Parameters, data: Data) -> list[np.ndarray]:
        inputs = [np.asarray(data[rv.name], dtype=v.dtype) for rv, v in self.graphs.data.items()]
        return self._values(x) + inputs

    def evaluate(self, x: Parameters, data: Data | None = None) -> Evaluated:
        """Return N and all named values at constrained parameters `x`; nothing is raised out of support."""
        data = self.data.values if data is None else data
        with np.errstate(all="ignore"):
            outputs = self._evaluate(*self._arguments(x, data))
        n_rows, n_rest = len(self.observed), len(self._terms()) - len(self.observed)
        rows = {name: self._weigh(-rows) for name, rows in zip(self.observed, outputs[:n_rows], strict=True)}
        rest = -float(sum(float(term) for term in outputs[n_rows : n_rows + n_rest]))
        with np.errstate(all="ignore"):
            total = sum((float(np.sum(part)) for part in rows.values()), start=rest)
        values = {name: np.asarray(x[name]) for name in self.free if name in x and name not in self.imputed}
        values |= dict(zip(self.graphs.deterministics, outputs[n_rows + n_rest + 1 :], strict=True))
        values |= self._named_data(data)
        return Evaluated(
            rows=rows, rest=rest, total=total, size=self._scaled(float(outputs[n_rows + n_rest])), values=values
        )

    def _weigh(self, rows: np.ndarray) -> np.ndarray:
        if self._weights is None:
            return rows
        return rows * self._weights.reshape(self._weights.shape + (1,) * (rows.ndim - self._weights.ndim))

    def _scaled(self, size: float) -> float:
        return size if self._weights is None else size * max(1.0, float(np.max(np.abs(self._weights))))

    # -- the unconstrained scale ------------------------------------------------------------------------

    @cached_property
    def _unconstrained_inputs(self) -> list[Any]:
        return [self.model.rvs_to_values[rv] for rv in self.model.free_RVs]

    @cached_property
    def _constrained_graphs(self) -> list[Any]:
        return replace_rvs_by_values(
            list(self.model.free_RVs),
            rvs_to_values={rv: self.model.rvs_to_values[rv] for rv in self.model.free_RVs},
            rvs_to_transforms=self.model.rvs_to_transforms,
        )

    @cached_property
    def _to_constrained(self) -> Any:
        return compile_graphs(self._unconstrained_inputs, self._constrained_graphs, large=False)

    @cached_property
    def _to_deterministics(self) -> Any:
        outputs = list(self.graphs.deterministics.values())
        return compile_graphs(self._inputs, outputs, large=self.is_large)

    def inject(self, x: Parameters, data: Data | None = None) -> dict[str, np.ndarray]:
        """Return everything that can be injected at `x`, without N."""
        data = self.data.values if data is None else data
        values = {name: np.asarray(x[name]) for name in self.free if name in x and name not in self.imputed}
        if self.graphs.deterministics:
            with np.errstate(all="ignore"):
                outputs = self._to_deterministics(*self._arguments(x, data))
            values |= dict(zip(self.graphs.deterministics, outputs, strict=True))
        return values | self._named_data(data)

    def _named_data(self, data: Data) -> dict[str, np.ndarray]:
        named = {variable.name: variable.get_value(borrow=True) for variable in self.model.data_vars}
        return named | self.data.inject(data)

    @cached_property
    def _to_unconstrained(self) -> Any:
        outputs = []
        for rv in self.model.free_RVs:
            transform = self.model.rvs_to_transforms.get(rv)
            value = self.graphs.values[rv]
            if transform is None:
                outputs.append(value)
                continue
            inputs = replace_rvs_by_values(
                list(rv.owner.inputs), rvs_to_values=self.graphs.values, rvs_to_transforms=None
            )
            outputs.append(transform.forward(value, *inputs))
        return compile_graphs(list(self.graphs.values.values()), outputs, large=False)

    def _measure(self) -> dict[str, tuple[tuple[int, ...], int]]:
        """Find the shape of every free variable on the unconstrained scale."""
        layout = {}
        for rv in self.model.free_RVs:
            value = self.model.rvs_to_values[rv]
            shape = value.type.shape
            if any(length is None for length in shape):
                transform = self.model.rvs_to_transforms.get(rv)
                symbolic = rv.shape if transform is None else transform.forward(rv, *rv.owner.inputs).shape
                with pytensor.config.change_flags(cxx=""):
                    shape = tuple(int(n) for n in symbolic.eval(mode="FAST_COMPILE"))
            layout[rv.name] = (tuple(shape), int(np.prod(shape, dtype=int)))
        return layout

    def slices(self) -> dict[str, slice]:
        """Return where each free variable stands in `u`."""
        bounds, start = {}, 0
        for name, (_, size) in self._layout.items():
            bounds[name] = slice(start, start + size)
            start += size
        return bounds

    def positions(self, names: Iterable[str]) -> np.ndarray:
        """Return the positions in `u` of the free variables called `names`, shape (n,)."""
        bounds = self.slices()
        return np.concatenate([np.zeros(0, int), *(np.arange(self.n_params)[bounds[n]] for n in names)])

    def _split(self, u: np.ndarray) -> list[np.ndarray]:
        bounds = self.slices()
        return [np.asarray(u[bounds[name]].reshape(shape)) for name, (shape, _) in self._layout.items()]

    def constrain(self, u: np.ndarray) -> dict[str, np.ndarray]:
        """Return the constrained values of `u`, shape (n_params,), by name."""
        parts = [
            np.asarray(part, dtype=variable.dtype)
            for part, variable in zip(self._split(u), self._unconstrained_inputs, strict=True)
        ]
        with np.errstate(all="ignore"):
            values = self._to_constrained(*parts)
        return {name: np.array(value) for name, value in zip(self.free, values, strict=True)}

    def unconstrain(self, x: Parameters) -> np.ndarray:
        """Return `u`, shape (n_params,), of constrained values; the rest of `x` must be complete."""
        arguments = [np.asarray(x[rv.name], dtype=v.dtype) for rv, v in self.graphs.values.items()]
        with np.errstate(all="ignore"):
            parts = self._to_unconstrained(*arguments)
        return np.concatenate([np.zeros(0), *(np.ravel(part) for part in parts)])

    @cached_property
    def _reference_values(self) -> dict[str, np.ndarray]:
        return self.constrain(np.zeros(self.n_params))

    def initial_point(self) -> np.ndarray:
        """Return PyMC's own starting point, shape (n_params,)."""
        initial = self.model.initial_point(random_seed=0)
        parts = [np.ravel(initial[variable.name]) for variable in self._unconstrained_inputs]
        return np.concatenate([np.zeros(0), *parts]).astype(float)

    # -- derivatives ------------------------------------------------------------------------------------

    @cached_property
    def _objective_graph(self) -> Any:
        total = pt.as_tensor(0.0)
        rows = set(self.observed)
        for name, graph in self.graphs.rows.items():
            if name in rows:
                total = total - (graph if self._weights is None else self._weighted(graph)).sum()
        for term in self._terms()[len(self.observed) :]:
            total = total - term.sum()
        constrained = dict(zip(self.graphs.values.values(), self._constrained_graphs, strict=True))
        return graph_replace([total], constrained, strict=False)[0]

    def _weighted(self, graph: Any) -> Any:
        weights = pt.as_tensor(self._weights)
        return graph * weights.reshape((*self._weights.shape, *(1,) * (graph.ndim - self._weights.ndim)))  # type: ignore[union-attr]

    @cached_property
    def _gradient_graph(self) -> Any:
        try:
            parts = pytensor.grad(
                self._objective_graph, self._unconstrained_inputs, disconnected_inputs="ignore"
            )
        except (NotImplementedError, pytensor.gradient.NullTypeGradError) as error:
            raise UnsupportedModel(f"the log-probability of {self.name} has no gradient: {error}") from error
        return pt.concatenate([pt.zeros(0), *(part.ravel() for part in parts)])

    @cached_property
    def _gradient(self) -> Any:
        inputs = [*self._unconstrained_inputs, *self.graphs.data.values()]
        outputs = [self._objective_graph, self._gradient_graph]
        return compile_graphs(inputs, outputs, large=self.is_large)

    @cached_property
    def _hessian(self) -> Any:
        inputs = [*self._unconstrained_inputs, *self.graphs.data.values()]
        gradient = self._gradient_graph
        try:
            blocks = [
                pytensor.gradient.jacobian(gradient, value, vectorize=True, disconnected_inputs="ignore")
                for value in self._unconstrained_inputs
            ]
        except (NotImplementedError, pytensor.gradient.NullTypeGradError) as error:
            raise UnsupportedModel(f"the log-probability of {self.name} has no Hessian: {error}") from error
        columns = [block.reshape((gradient.shape[0], -1)) for block in blocks]
        return compile_graphs(inputs, [pt.concatenate(columns, axis=1)], large=self.is_large)

    def _unconstrained_arguments(self, u: np.ndarray, data: Data | None) -> list[np.ndarray]:
        data = self.data.values if data is None else data
        parts = [
            np.asarray(part, dtype=variable.dtype)
            for part, variable in zip(self._split(u), self._unconstrained_inputs, strict=True)
        ]
        return parts + [np.asarray(data[rv.name], dtype=v.dtype) for rv, v in self.graphs.data.items()]

    def objective(self, u: np.ndarray, data: Data | None = None) -> tuple[float, np.ndarray]:
        """Return N and its exact gradient in `u`, shape (n_params,)."""
        with np.errstate(all="ignore"):
            value, gradient = self._gradient(*self._unconstrained_arguments(u, data))
        return float(value), np.asarray(gradient, dtype=float)

    def hessian(self, u: np.ndarray, data: Data | None = None) -> np.ndarray:
        """Return the exact Hessian of N in `u`, shape (n_params, n_params); dear to compile."""
        with np.errstate(all="ignore"):
            (hessian,) = self._hessian(*self._unconstrained_arguments(u, data))
        return np.asarray((hessian + hessian.T) / 2)

    def moves_location(self, name: str, u: np.ndarray) -> bool:
        """Return whether the expected observations depend on the free variable called `name`."""
        means = []
        for rv in self.model.observed_RVs:
            try:
                means.append(mean(rv))
            except (NotImplementedError, TypeError, ValueError):
                continue
        if not means:
            return False
        replaced = replace_rvs_by_values(means, rvs_to_values=self.graphs.values, rvs_to_transforms=None)
        function = compile_graphs(list(self.graphs.values.values()), replaced, large=False)
        moved = u.copy()
        moved[self.slices()[name]] += 0.3
        with np.errstate(all="ignore"):
            before, after = (function(*self._values(self.constrain(v))) for v in (u, moved))
        return any(
            np.any(np.abs(new - old) > 1e-9 * (1e-300 + np.abs(old)))
            for old, new in zip(before, after, strict=True)
        )

    # -- simulation -------------------------------------------------------------------------------------

    @cached_property
    def _simulate(self) -> Any:
        if not self.model.observed_RVs:
            raise CannotSimulate("the model has potentials only")
        replacements = dict(self.graphs.values)
        try:
            draws = clone_replace(list(self.model.observed_RVs), replace=replacements)
            return compile_draws(list(self.graphs.values.values()), draws)
        except (NotImplementedError, TypeError, ValueError) as error:
            raise CannotSimulate(f"PyMC cannot draw from this likelihood: {error}") from error

    def simulate(self, x: Parameters, seed: int) -> dict[str, np.ndarray]:
        """Draw a data set of the same shapes from the likelihood at `x`.

        Raises
        ------
        CannotSimulate
            PyMC cannot draw from this likelihood (a CustomDist without `random`, a potential).
        """
        arguments = self._values(x)
        try:
            function, generators = self._simulate
            reseed_rngs(generators, seed)
            with np.errstate(all="ignore"):
                draws = function(*arguments)
        except (NotImplementedError, ValueError, RuntimeError, OverflowError) as error:
            raise CannotSimulate(f"PyMC cannot draw from this likelihood: {error}") from error
        names = [rv.name for rv in self.model.observed_RVs]
        drawn = dict(zip(names, draws, strict=True))
        for name, values in drawn.items():
            if values.shape != self.data.values[name].shape:
                raise CannotSimulate(f"a draw of {name!r} has shape {values.shape}, not that of the data")
        return {name: np.asarray(values, self.data.values[name].dtype) for name, values in drawn.items()}
