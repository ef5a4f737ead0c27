"""The unconstrained scale: one flat vector u of shape (n_params,), and the way to constrained values and back."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from pymc.logprob.utils import replace_rvs_by_values

from nllcheck.likelihood.graphs import Graphs, compile_graphs

__all__ = ["Unconstrained"]


class Unconstrained:
    """The transforms of a model's free variables.

    Parameters
    ----------
    model : pymc.Model
    graphs : Graphs
    """

    def __init__(self, model: pm.Model, graphs: Graphs) -> None:
        self.model = model
        self.graphs = graphs
        self.names = tuple(rv.name for rv in model.free_RVs)
        self.inputs: list[Any] = [model.rvs_to_values[rv] for rv in model.free_RVs]
        self.shapes = [self._shape(rv) for rv in model.free_RVs]
        sizes = [int(np.prod(shape, dtype=int)) for shape in self.shapes]
        ends = np.cumsum([0, *sizes])
        self.n_params = int(ends[-1])
        self.slices = {
            name: slice(int(a), int(b)) for name, a, b in zip(self.names, ends, ends[1:], strict=False)
        }

    def _shape(self, rv: Any) -> tuple[int, ...]:
        shape = self.model.rvs_to_values[rv].type.shape
        if any(length is None for length in shape):
            transform = self.model.rvs_to_transforms.get(rv)
            symbolic = rv.shape if transform is None else transform.forward(rv, *rv.owner.inputs).shape
            with pytensor.config.change_flags(cxx=""):
                shape = symbolic.eval(mode="FAST_COMPILE")
        return tuple(int(length) for length in shape)

    @cached_property
    def constrained(self) -> list[Any]:
        """Graphs of the constrained values over `inputs`."""
        return replace_rvs_by_values(
            list(self.model.free_RVs),
            rvs_to_values={rv: self.model.rvs_to_values[rv] for rv in self.model.free_RVs},
            rvs_to_transforms=self.model.rvs_to_transforms,
        )

    @cached_property
    def replacements(self) -> dict[Any, Any]:
        """What turns a graph over constrained values into one over `inputs`."""
        return dict(zip(self.graphs.values.values(), self.constrained, strict=True))

    @cached_property
    def _forward(self) -> Any:
        return compile_graphs(self.inputs, self.constrained, large=False)

    @cached_property
    def _backward(self) -> Any:
        outputs = []
        for rv, value in self.graphs.values.items():
            transform = self.model.rvs_to_transforms.get(rv)
            if transform is None:
                outputs.append(value)
                continue
            inputs = replace_rvs_by_values(
                list(rv.owner.inputs), rvs_to_values=self.graphs.values, rvs_to_transforms=None
            )
            outputs.append(transform.forward(value, *inputs))
        return compile_graphs(list(self.graphs.values.values()), outputs, large=False)

    def positions(self, names: Iterable[str]) -> np.ndarray:
        """Return the positions in `u` of the variables called `names`, shape (n,)."""
        every = np.arange(self.n_params)
        return np.concatenate([np.zeros(0, int), *(every[self.slices[name]] for name in names)])

    def split(self, u: np.ndarray) -> list[np.ndarray]:
        """Return the parts of `u` as the inputs of compiled functions."""
        return [
            np.asarray(u[where].reshape(shape), dtype=variable.dtype)
            for where, shape, variable in zip(self.slices.values(), self.shapes, self.inputs, strict=True)
        ]

    def constrain(self, u: np.ndarray) -> dict[str, np.ndarray]:
        """Return the constrained values of `u` by name."""
        with np.errstate(all="ignore"):
            values = self._forward(*self.split(u))
        return {name: np.array(value) for name, value in zip(self.names, values, strict=True)}

    def unconstrain(self, x: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return `u` of constrained values, which must be complete."""
        arguments = [np.asarray(x[rv.name], dtype=value.dtype) for rv, value in self.graphs.values.items()]
        with np.errstate(all="ignore"):
            parts = self._backward(*arguments)
        return np.concatenate([np.zeros(0), *(np.ravel(part) for part in parts)])
