"""A distribution in place of a model: declare ``y ~ Dist(...)`` with free parameters, and simulate data."""

import inspect
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pymc.distributions.moments.means import mean
from pymc.pytensorf import reseed_rngs
from pytensor.graph.traversal import ancestors

from nllcheck.binding import parameters_to_inject
from nllcheck.errors import UnsupportedModel, UsageError
from nllcheck.likelihood.build import BuiltModel
from nllcheck.likelihood.domains import DOMAINS, Domain, find_domain
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.graphs import compile_draws, compile_graphs

__all__ = ["Declaration", "Declared", "is_distribution", "wanted_names"]

ROWS = 12
CLASSES = 3
TRIALS = (0.5, 2.0, -1.0, 0.9, 3.5, 0.1, 7.0)  # values that a parameter is offered until all are accepted
COUNTS = (7, 12, 3, 20)  # the same, for integers
TELLING = 20  # attempts to draw counts that tell log y! from nothing
DATA_NAMES = ("y_true", "target", "targets", "labels", "y_obs", "observed")
LOCATION_NAMES = ("y_pred", "y_hat", "y_pred_prob", "pred", "prediction", "predictions", "prob", "probs")
SYNONYMS = {"logits": "logit_p", "std": "sigma", "sd": "sigma", "n_trials": "n"}
Functions = tuple[Any, list[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A model that was declared from a distribution, and the parameters that its data were drawn at.

    `names` says what conventional argument names of the loss stand for; `sentence`, why there is no optimum.
    """

    built: BuiltModel
    values: Mapping[str, np.ndarray]
    names: Mapping[str, str]
    sentence: str

    def truth(self, likelihood: Likelihood) -> np.ndarray:
        """Return the parameters of the simulation on the unconstrained scale, shape (n_params,)."""
        return likelihood.unconstrain(self.values)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep PyTensor from telling of graphs that are only tried."""
    logger = logging.getLogger("pytensor.graph.rewriting.basic")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def is_distribution(model: Any) -> bool:
    """Return whether `model` is a PyMC distribution class."""
    return (
        inspect.isclass(model) and callable(getattr(model, "dist", None)) and not issubclass(model, pm.Model)
    )


def synonyms(names: list[str], signature: list[str], location: str) -> dict[str, str]:
    """Return what conventional argument names such as ``y_true`` mean for a distribution."""
    table = dict.fromkeys(DATA_NAMES, "y") | dict.fromkeys(LOCATION_NAMES, location) | SYNONYMS
    table["rate"] = "lam" if "lam" in signature else location
    known = {"y", *signature}
    return {name: table[name] for name in names if name not in known and table.get(name) in known}


def wanted_names(loss: Callable[..., Any], args: Any) -> list[str]:
    """Return the names that `loss` will read, as far as its signature and `args` tell."""
    if args is not None and not isinstance(args, Mapping):
        sources = list(args)
    else:
        given = dict(args or {})
        sources = [given.get(p.name, p.name) for p in parameters_to_inject(loss)]
    names = []
    for source in sources:
        names += [p.name for p in parameters_to_inject(source)] if callable(source) else [str(source)]
    return names


class Declaration:
    """The parameters of one distribution: which of them to use, their domains, and values it accepts.

    Parameters
    ----------
    distribution : PyMC distribution class
    loss, args : callable and its `args`
        Decide which parameters must be among them.
    constants, domain : mapping, optional
        As in `nllcheck.check`.
    keep_defaults : bool
        Whether parameters that the loss does not take stay at numbers that are their defaults.

    Raises
    ------
    UnsupportedModel
        The distribution takes other distributions or matrices, or no parameters were found that it accepts.
    UsageError
        `constants` or `domain` names something that it does not take.
    """

    def __init__(
        self,
        distribution: type,
        loss: Callable[..., Any],
        args: Any,
        constants: Mapping[str, Any] | None,
        domain: Mapping[str, str] | None,
        *,
        keep_defaults: bool = False,
    ) -> None:
        wanted, constants, domain = wanted_names(loss, args), dict(constants or {}), dict(domain or {})
        self.distribution = distribution
        self.name = distribution.__name__
        self.signature = self._signature()
        self.constants = constants
        for option, given in (("constants", constants), ("domain", domain)):
            for key in given:
                if key not in self.signature:
                    raise UsageError(
                        f"{option} names {key!r}; {self.name} takes {', '.join(self.signature) or 'no parameters'}"
                    )
        for key, value in domain.items():
            if value not in DOMAINS:
                raise UsageError(f"domain[{key!r}]={value!r}; use one of {', '.join(DOMAINS)}")
        if keep_defaults:
            self.signature = [n for n in self.signature if n in wanted or n not in self._numeric_defaults()]
        self.wanted = [name for name in wanted if name in self.signature]
        self.unknown = [name for name in wanted if name not in self.signature]
        self.wanted += [n for n in (SYNONYMS.get(u) for u in self.unknown) if n in self.signature]
        self.given_domain = domain
        self._base: dict[str, np.ndarray] = {}
        self._rv: Any = None
        self._functions: Functions = (None, [], None)
        self._placeholders: dict[str, Any] = {}
        self.parameters, self.ndims = self._choose()

    def _signature(self) -> list[str]:
        try:
            parameters = inspect.signature(self.distribution.dist).parameters.values()  # type: ignore[attr-defined]
        except (TypeError, ValueError) as error:
            raise self._unsupported(f"its parameters cannot be read ({error})") from error
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        nested = {
            "dist",
            "comp_dists",
            "init_dist",
            "innovation_dist",
            "sd_dist",
            "fn",
            "sde_fn",
            "dist_params",
        }
        taken = nested.intersection(named)
        if taken or not named:
            what = f"it is built from {sorted(taken)[0]!r}" if taken else "it has no parameters to be free"
            raise self._unsupported(what)
        return [
            name
            for name in named
            if name not in ("steps", "lower_", "ar_order", "constant", "n_zerosum_axes")
        ]

    def _numeric_defaults(self) -> set[str]:
        """Return the parameters whose default is a number."""
        parameters = inspect.signature(self.distribution.dist).parameters.values()  # type: ignore[attr-defined]
        return {
            p.name for p in parameters if isinstance(p.default, int | float) and p.name not in self.constants
        }

    @property
    def has_defaults(self) -> bool:
        """Whether parameters that the loss does not take have numbers as defaults."""
        return bool(self._numeric_defaults() & set(self.parameters) - set(self.wanted))

    def _unsupported(self, why: str) -> UnsupportedModel:
        return UnsupportedModel(
            f"{self.name} cannot stand in for a model: {why}. Write a function that returns a pymc.Model with "
            f"pm.{self.name}(..., observed=y) instead"
        )

    # -- which parameters ---------------------------------------------------------------------------------

    def _choose(self) -> tuple[tuple[str, ...], dict[str, int]]:
        """Return the largest set of parameters that holds all wanted ones and that the distribution uses."""
        names = self.signature
        must = {*self.wanted, *self.constants}
        sets = [
            chosen
            for size in range(min(len(names), 5), 0, -1)
            for chosen in combinations(names, size)
            if must.issubset(chosen)
        ]
        for chosen in sets:
            for ndims, integers in product(self._ndims(chosen), self._integer_sets(chosen)):
                if any(ndims[name] for name in integers):
                    continue
                if self._uses(chosen, ndims, integers):
                    self.integers = set(integers)
                    return chosen, self._with_more_vectors(chosen, ndims, integers)
        raise self._unsupported("no set of scalar or vector parameters, one of them continuous, was accepted")

    def _with_more_vectors(
        self, chosen: tuple[str, ...], ndims: dict[str, int], integers: tuple[str, ...]
    ) -> dict[str, int]:
        """Return the most parameters that may be vectors while y stays what it is; else `ndims`."""
        ndim = self._rv.ndim
        for more in reversed(list(self._ndims(chosen))):
            if any(more[name] for name in integers) or sum(more.values()) <= sum(ndims.values()):
                continue
            kept = self._base, self._rv, self._functions, self._placeholders
            if self._uses(chosen, more, integers, ndim):
                return more
            self._base, self._rv, self._functions, self._placeholders = kept
        return ndims

    def _ndims(self, chosen: tuple[str, ...]) -> Iterator[dict[str, int]]:
        fixed = {name: np.ndim(self.constants[name]) for name in chosen if name in self.constants}
        free = [name for name in chosen if name not in fixed]
        for dims in sorted(product((0, 1), repeat=len(free)), key=sum):
            yield fixed | dict(zip(free, dims, strict=True))

    def _integer_sets(self, chosen: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """Yield which parameters to offer as integers: none first, then ever more."""
        free = [name for name in chosen if name not in self.constants]
        for size in range(len(free)):
            yield from combinations(free, size)

    def _uses(
        self,
        chosen: tuple[str, ...],
        ndims: dict[str, int],
        integers: tuple[str, ...],
        ndim: int | None = None,
    ) -> bool:
        """Return whether the distribution takes these parameters and depends on each; keep what it takes.

        `ndim` is what one draw must have, where that is known.
        """
        with _quiet():
            return self._try(chosen, ndims, integers, ndim)

    def _try(
        self, chosen: tuple[str, ...], ndims: dict[str, int], integers: tuple[str, ...], ndim: int | None
    ) -> bool:
        dtypes = {name: "int64" if name in integers else "float64" for name in chosen}
        placeholders = {n: pt.tensor(n, dtype=dtypes[n], shape=(None,) * ndims[n]) for n in chosen}
        for name in set(chosen) & set(self.constants):
            placeholders[name] = pt.as_tensor(self.constants[name])
        try:
            with pytensor.config.change_flags(cast_policy="numpy+floatX"):
                rv = self.distribution.dist(**placeholders)  # type: ignore[attr-defined]
        except Exception:
            return False
        found = set(ancestors([rv]))
        if ndim is not None and rv.ndim != ndim:
            return False
        if not all(placeholders[name] in found for name in chosen):
            return False
        try:
            inputs = [placeholders[name] for name in chosen if name not in self.constants]
            functions = self._compile(rv, inputs)
            base = self._accepted_values(chosen, ndims, integers, functions)
            if base is None or any(self._has_no_effect(functions, base, name) for name in base):
                return False
        except Exception:
            return False
        self._base, self._rv, self._functions = base, rv, functions
        self._placeholders = placeholders
        return True

    def _compile(self, rv: Any, inputs: list[Any]) -> Functions:
        with pytensor.config.change_flags(cast_policy="numpy+floatX", on_opt_error="raise"):
            draw, generators = compile_draws(inputs, [rv])
            y = rv.type("y")
            logp = compile_graphs([y, *inputs], [pm.logp(rv, y)], large=False)
        return draw, generators, logp

    def _accepts(self, functions: Functions, values: list[np.ndarray]) -> bool:
        """Return whether the distribution draws at these parameters, and finds its draws possible."""
        draw, generators, logp = functions
        with np.errstate(all="ignore"):
            try:
                reseed_rngs(generators, 1)
                ys = [draw(*values)[0]]
                return all(np.isfinite(np.asarray(logp(y, *values)[0])).all() for y in ys)
            except Exception:
                return False

    def _accepted_values(
        self, chosen: tuple[str, ...], ndims: dict[str, int], integers: tuple[str, ...], functions: Functions
    ) -> dict[str, np.ndarray] | None:
        free = [name for name in chosen if name not in self.constants]
        lengths = [np.shape(value)[-1] for value in self.constants.values() if np.ndim(value)]
        k = max(lengths, default=CLASSES)
        share = np.arange(2.0, k + 2)
        vectors = (share / share.sum(), 0.7 + 0.9 * np.arange(k), -0.4 + 0.65 * np.arange(k))
        options = [
            [np.array(v) for v in (vectors if ndims[name] else COUNTS if name in integers else TRIALS)]
            for name in free
        ]
        ranked = sorted(product(*(range(len(values)) for values in options)), key=sum)
        for choice in ranked[:400]:
            values = [options[k][i] for k, i in enumerate(choice)]
            if self._accepts(functions, values):
                return dict(zip(free, values, strict=True))
        return None

    def _has_no_effect(self, functions: Functions, base: dict[str, np.ndarray], name: str) -> bool:
        """Return whether a small change of a parameter changes no log-probability: it is rounded, or ignored."""
        draw, generators, logp = functions
        value = base[name]
        change = np.linspace(1.05, 1.0, max(value.size, 1)).reshape(value.shape)
        moved = base | {name: value + 1 if value.dtype.kind == "i" else value * change}
        with np.errstate(all="ignore"):
            reseed_rngs(generators, 2)
            ys = [draw(*base.values())[0] for _ in range(4)]
            return all(np.array_equal(logp(y, *base.values())[0], logp(y, *moved.values())[0]) for y in ys)

    # -- their domains and shapes -------------------------------------------------------------------------

    @property
    def free(self) -> list[str]:
        """Parameters that are free: neither constants nor integers."""
        return [name for name in self.parameters if name not in self.constants and name not in self.integers]

    def _domain(self, name: str) -> Domain:
        if name in self.given_domain:
            return DOMAINS[self.given_domain[name]]
        position = [n for n in self.parameters if n not in self.constants].index(name)
        values = list(self._base.values())

        def accepts(value: np.ndarray) -> bool:
            arguments = [*values[:position], value, *values[position + 1 :]]
            with np.errstate(all="ignore"):
                try:
                    return any(np.isfinite(self._functions[2](y, *arguments)[0]).all() for y in self._pool)
                except Exception:
                    return False

        return find_domain(accepts, values[position])

    @cached_property
    def _pool(self) -> list[np.ndarray]:
        """Data drawn at the accepted values, for asking what else is possible."""
        draw, generators, _ = self._functions
        reseed_rngs(generators, 3)
        with np.errstate(all="ignore"):
            return [draw(*self._base.values())[0] for _ in range(8)]

    @cached_property
    def domains(self) -> dict[str, Domain]:
        """The domain of each free parameter, found by asking the distribution unless the user says."""
        return {name: self._domain(name) for name in self.free}

    @cached_property
    def location(self) -> str:
        """The parameter that says where y is: ``mu`` where there is one, else the first that moves its mean."""
        if "mu" in self.free:
            return "mu"
        try:
            found = set(ancestors([mean(self._rv)]))
        except Exception:  # PyMC knows no mean of it
            found = set()
        moving = [name for name in self.free if self._placeholders[name] in found]
        return next(iter([n for n in moving if n in self.wanted] + moving + self.free), "")

    def declare(self, shapes: str, seed: int) -> Declared | None:
        """Build the model with one value a row or one for all, and data drawn from it.

        None where these `shapes` are those of another.
        """
        if shapes == "all per row" and len(self.free) == 1:
            return None
        if not self.free:
            raise self._unsupported("none of its parameters is continuous")
        rows = {"location per row": {self.location}, "all per row": set(self.free), "all shared": set()}[
            shapes
        ]
        for attempt in range(60):
            rng = np.random.default_rng([seed, attempt, 18])
            values = {name: self._value(name, name in rows, rng, attempt) for name in self.free}
            fixed = {name: self._integer(name, rng) for name in self.integers if name not in self.constants}
            y = self._draw(values, fixed, seed + attempt, telling=attempt < TELLING)
            if y is not None:
                return self._model(values, fixed, y, rows)
        raise self._unsupported("no data could be simulated; say domain= or constants= for its parameters")

    def _value(self, name: str, per_row: bool, rng: np.random.Generator, attempt: int) -> np.ndarray:
        base = self._base[name]
        shape = (ROWS, *base.shape) if per_row else base.shape
        return self.domains[name].around(base, shape, rng, 0.5 * 0.93**attempt)

    def _integer(self, name: str, rng: np.random.Generator) -> np.ndarray:
        base = int(np.ceil(float(self._base[name])))
        return rng.integers(max(base, 5), max(base, 5) + 9, size=ROWS)

    def _draw(
        self, values: dict[str, np.ndarray], fixed: dict[str, np.ndarray], seed: int, *, telling: bool
    ) -> np.ndarray | None:
        """Return data; None where none can be drawn, or where counts below 2, if `telling`: log y! is 0 there."""
        arguments = {**values, **fixed, **self.constants}
        event = self._rv.ndim
        try:
            with np.errstate(all="ignore"), pytensor.config.change_flags(cast_policy="numpy+floatX"):
                rv = self.distribution.dist(**arguments, size=ROWS)  # type: ignore[attr-defined]
                draw, generators = compile_draws([], [rv])
                reseed_rngs(generators, seed)
                y = np.asarray(draw()[0])
                y_ = rv.type("y")
                log_density = compile_graphs([y_], [pm.logp(rv, y_)], large=False)
                logp = log_density(y)[0]
                few = y.dtype.kind in "iu" and not event and bool(np.all((y == 0) | (y == 1)))
                if telling and few and np.isfinite(log_density(np.full_like(y, 2))[0]).any():
                    return None
        except Exception:
            return None
        if y.shape[0] != ROWS or y.ndim != event + 1 or not np.isfinite(logp).all():
            return None
        return y if event or np.ptp(y.astype(float)) > 0 else None

    def _model(
        self, values: dict[str, np.ndarray], fixed: dict[str, np.ndarray], y: np.ndarray, rows: set[str]
    ) -> Declared:
        with pytensor.config.change_flags(cast_policy="numpy+floatX"), pm.Model() as model:
            variables: dict[str, Any] = {
                name: self.domains[name].variable(name, value.shape) for name, value in values.items()
            }
            variables |= {name: pm.Data(name, value) for name, value in {**fixed, **self.constants}.items()}
            self.distribution("y", **variables, observed=y)
        how = f"{self.name}({', '.join(values)})"
        sentence = (
            f"{', '.join(sorted(rows))} has one value a row, so the likelihood has no maximum; give a model to compare "
            "minimisers"
            if rows
            else "the parameters are those that the data were simulated at; give a model to compare minimisers"
        )
        built = BuiltModel(model=model, name=how, raw_data={}, full_precision=True)
        names = synonyms(self.unknown, self.signature, self.location)
        return Declared(built=built, values=values, names=names, sentence=sentence)
