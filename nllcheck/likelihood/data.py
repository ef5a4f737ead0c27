"""The observed data of a model: what PyMC holds, what it was given, and how a loss sees them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from pytensor.graph.basic import Constant
from pytensor.graph.traversal import ancestors

from nllcheck.errors import BadData, UnsupportedModel

__all__ = ["Cast", "ObservedData", "read_data"]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Data that PyMC changed in silence: the first value of `name` that changed, at `index`."""

    name: str
    index: tuple[int, ...]
    given: float
    used: float
    count: int


@dataclass(frozen=True, kw_only=True)
class ObservedData:
    """The observed variables of a model.

    Attributes
    ----------
    values : dict of str to array
        The data as the model uses them; masked variables hold their present entries (``y_observed``).
    masks : dict of str to array of bool
        For masked data, the name that the user gave (``y``) and where the entries are present.
    aliases : dict of str to str
        Each `pm.Data` that is observed, and the variable that observes it.
    casts : tuple of Cast
    """

    values: dict[str, np.ndarray]
    masks: dict[str, np.ndarray]
    aliases: dict[str, str]
    casts: tuple[Cast, ...]

    @property
    def n_obs(self) -> int:
        """Number of observed values, the largest over the observed variables."""
        return max((values.size for values in self.values.values()), default=0)

    @property
    def injected(self) -> tuple[str, ...]:
        """Names under which a loss can ask for these data."""
        return (*self.values, *self.masks, *self.aliases)

    def inject(self, values: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return `values` under all their names, masked data with nan where missing."""
        named = dict(values)
        for name, present in self.masks.items():
            full = np.full(present.shape, np.nan)
            full[present] = values[f"{name}_observed"]
            named[name] = full
        return named | {alias: values[name] for alias, name in self.aliases.items()}


def read_data(model: pm.Model, raw: Mapping[str, Any]) -> ObservedData:
    """Read the data of `model`; `raw` is what was passed as observed, where that is known.

    Raises
    ------
    BadData
        Data are empty or hold nan.
    """
    values = {rv.name: _value(model.rvs_to_values[rv], rv.name) for rv in model.observed_RVs}
    for name, data in values.items():
        if data.size == 0:
            raise BadData(f"the observed data {name!r} are empty (shape {data.shape}): give at least one row")
        bad = np.argwhere(np.isnan(data)) if data.dtype.kind == "f" else np.zeros((0, data.ndim))
        if len(bad):
            raise BadData(
                f"the observed data {name!r} hold nan at index {tuple(int(i) for i in bad[0])} ({len(bad)} in "
                "all): drop these rows, or pass a masked array (np.ma.masked_invalid) if they are missing"
            )
    masks = {}
    for rv in model.observed_RVs:
        name = rv.name.removesuffix("_observed")
        if name != rv.name and name in model.named_vars and f"{name}_unobserved" in model.named_vars:
            masks[name] = _present(model, name)
    return ObservedData(
        values=values,
        masks=masks,
        aliases=_aliases(model),
        casts=tuple(cast for name in values for cast in _cast(model, name, values[name], raw)),
    )


def _value(variable: Any, name: str) -> np.ndarray:
    if isinstance(variable, Constant):
        data = variable.data
    elif hasattr(variable, "get_value"):
        data = variable.get_value()
    else:
        with pytensor.config.change_flags(cxx=""):
            data = variable.eval(mode="FAST_COMPILE")
    if not isinstance(data, np.ndarray | np.generic):
        raise UnsupportedModel(f"the observed data {name!r} are a {type(data).__name__}; pass a dense array")
    return np.asarray(data)


def _present(model: pm.Model, name: str) -> np.ndarray:
    """Return where the masked variable `name` is present, from the graph that joins its two parts."""
    observed, missing = model[f"{name}_observed"], model[f"{name}_unobserved"]
    with pytensor.config.change_flags(cxx=""):
        joined = model[name].eval(
            {
                observed: np.ones(
                    model.rvs_to_values[observed].shape.eval(mode="FAST_COMPILE"), observed.dtype
                ),
                missing: np.zeros(missing.shape.eval(mode="FAST_COMPILE"), missing.dtype),
            },
            mode="FAST_COMPILE",
        )
    return np.asarray(joined, dtype=bool)


def _aliases(model: pm.Model) -> dict[str, str]:
    aliases = {}
    named = set(model.data_vars)
    for rv in model.observed_RVs:
        shared = [node for node in ancestors([model.rvs_to_values[rv]]) if node in named]
        if len(shared) == 1 and shared[0].type.ndim == model.rvs_to_values[rv].type.ndim:
            aliases[shared[0].name] = rv.name
    return aliases


def _cast(model: pm.Model, name: str, used: np.ndarray, raw: Mapping[str, Any]) -> list[Cast]:
    """Compare the data that the model uses with those that it was given."""
    given = raw.get(name)
    if given is None or isinstance(given, pytensor.graph.basic.Variable):
        shared = [n for n in ancestors([model.rvs_to_values[model[name]]]) if n in set(model.data_vars)]
        given = shared[0].get_value() if len(shared) == 1 else None
    given = None if given is None else np.ma.asarray(given)
    if given is not None and given.dtype.kind == "c":
        raise BadData(
            f"the observed data {name!r} are complex; PyMC would drop their imaginary part in silence"
        )
    if given is None or given.dtype.kind not in "fiub" or np.ma.getmaskarray(given).any():
        return []
    if given.shape != used.shape or used.dtype.kind == "f":
        return []
    changed = np.argwhere(np.asarray(given, dtype=float) != used)
    if not len(changed):
        return []
    index = tuple(int(i) for i in changed[0])
    return [
        Cast(name=name, index=index, given=float(given[index]), used=float(used[index]), count=len(changed))
    ]
