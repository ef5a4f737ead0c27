"""The log-probability of a PyMC model as PyTensor graphs over constrained values and data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pymc as pm
import pytensor
from pymc.distributions.simulator import SimulatorRV
from pymc.logprob.basic import transformed_conditional_logp
from pymc.logprob.utils import replace_rvs_by_values
from pytensor.compile.mode import Mode
from pytensor.graph.replace import graph_replace
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.graph.traversal import ancestors
from pytensor.link.vm import VMLinker
from pytensor.scalar import basic as scalar_ops
from pytensor.tensor.elemwise import Elemwise

from nllcheck.errors import UnsupportedModel

__all__ = ["Graphs", "compile_draws", "compile_graphs", "model_graphs"]

# Without a compiler a function is ready in a tenth of a second and nothing is written to disk; the rewrites
# for numerical stability stay on. The loss of speed per call matters only for very large data.
_SMALL = Mode(
    VMLinker(use_cloop=False, c_thunks=False),
    RewriteDatabaseQuery(
        include=["fast_run", "py_only"], exclude=["fusion", "inplace", "local_pow_to_nested_squaring"]
    ),
)


@dataclass(frozen=True, kw_only=True)
class Graphs:
    """Symbolic log-probabilities, log p not −log p, all over `values` (constrained) and `data`.

    Attributes
    ----------
    values : dict of random variable to input
    data : dict of observed random variable to input
    rows : dict of str to tensor
        Per observed variable, its log-probability per observation.
    potentials : dict of str to tensor
    priors : dict of str to tensor
        Per free variable, its log-density on the constrained scale, without Jacobian.
    deterministics : dict of str to tensor
    """

    values: dict[Any, Any]
    data: dict[Any, Any]
    rows: dict[str, Any]
    potentials: dict[str, Any]
    priors: dict[str, Any]
    deterministics: dict[str, Any]


def model_graphs(model: pm.Model, *, priors: bool) -> Graphs:
    """Build the graphs of `model`; those of the priors only where asked for."""
    for rv in model.observed_RVs:
        if isinstance(rv.owner.op, SimulatorRV):
            raise UnsupportedModel(
                f"the observed variable {rv.name!r} is a pm.Simulator, which has no log-probability to compare with"
            )
    values = {rv: rv.type(rv.name) for rv in model.free_RVs}
    data = {rv: model.rvs_to_values[rv].type(rv.name) for rv in model.observed_RVs}
    everything = {**values, **data}
    wanted = list(model.observed_RVs) + (list(model.free_RVs) if priors else [])
    try:
        # PyMC builds constants here too, those of a normal distribution function among them
        with pytensor.config.change_flags(cast_policy="numpy+floatX"):
            logps = (
                transformed_conditional_logp(
                    rvs=wanted, rvs_to_values=everything, rvs_to_transforms={}, jacobian=False
                )
                if wanted
                else []
            )
    except (NotImplementedError, RuntimeError, ValueError, TypeError) as error:
        raise UnsupportedModel(_no_log_probability(model, error)) from error
    names = [rv.name for rv in wanted]
    deterministics = replace_rvs_by_values(
        [*model.potentials, *model.deterministics], rvs_to_values=everything, rvs_to_transforms=None
    )
    aliases = data_aliases(model, data)
    outputs = _replace([*logps, *deterministics], aliases)
    n_logps, n_potentials, n_observed = len(logps), len(model.potentials), len(model.observed_RVs)
    return Graphs(
        values=values,
        data=data,
        rows=dict(zip(names[:n_observed], outputs[:n_observed], strict=True)),
        priors=dict(zip(names[n_observed:], outputs[n_observed:n_logps], strict=True)),
        potentials={
            rv.name: out
            for rv, out in zip(model.potentials, outputs[n_logps : n_logps + n_potentials], strict=True)
        },
        deterministics={
            rv.name: out
            for rv, out in zip(model.deterministics, outputs[n_logps + n_potentials :], strict=True)
        },
    )


def _no_log_probability(model: pm.Model, error: Exception) -> str:
    names = ", ".join(rv.name for rv in model.observed_RVs)
    return f"PyMC has no log-probability for the observed variables ({names}) of this model: {error}"


def data_aliases(model: pm.Model, data: dict[Any, Any]) -> dict[Any, Any]:
    """Map each `pm.Data` that is observed to the input that stands for those data."""
    aliases: dict[Any, Any] = {}
    named = set(model.data_vars)
    for rv, given in data.items():
        shared = [node for node in ancestors([model.rvs_to_values[rv]]) if node in named]
        if len(shared) == 1 and shared[0].type.ndim == given.type.ndim:
            aliases[shared[0]] = given.astype(shared[0].dtype)
    return aliases


def _replace(outputs: Sequence[Any], replacements: dict[Any, Any]) -> list[Any]:
    if not replacements or not outputs:
        return list(outputs)
    return graph_replace(list(outputs), replacements, strict=False)


def computes_in_single_precision(outputs: Sequence[Any]) -> bool:
    """Return whether a function of a constant is evaluated in float32 anywhere below `outputs`."""
    for variable in ancestors(list(outputs)):
        node = variable.owner
        if node is None or getattr(variable.type, "dtype", "") != "float32":
            continue
        if isinstance(node.op, Elemwise) and not isinstance(
            node.op.scalar_op, scalar_ops.Cast | scalar_ops.Identity
        ):
            return True
    return False


def compile_graphs(inputs: Sequence[Any], outputs: Sequence[Any], *, large: bool) -> Any:
    """Compile without a compiler for small data, with PyTensor's default for large."""
    options: dict[str, Any] = {"on_unused_input": "ignore", "trust_input": True}
    if large:
        return pm.pytensorf.compile(list(inputs), list(outputs), **options)
    with pytensor.config.change_flags(cxx="", cast_policy="numpy+floatX"):
        return pm.pytensorf.compile(list(inputs), list(outputs), mode=_SMALL, **options)


def compile_draws(inputs: Sequence[Any], outputs: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Compile random draws; return the function and its generators, for `reseed_rngs` before each call."""
    with pytensor.config.change_flags(cxx="", cast_policy="numpy+floatX"):
        function, updates = pm.pytensorf.compile(
            list(inputs),
            list(outputs),
            mode=_SMALL,
            random_seed=False,
            return_updates=True,
            on_unused_input="ignore",
            trust_input=True,
        )
    return function, list(updates)
