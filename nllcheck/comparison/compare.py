"""One comparison from beginning to end: build, optimise, sample, sum up, and say what the difference means."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from nllcheck.checker import Checker
from nllcheck.comparison.curves import loss_along
from nllcheck.comparison.kept import Kept, versions
from nllcheck.comparison.loss_side import loss_function, loss_side, minimizer
from nllcheck.comparison.meaning import remarks_of
from nllcheck.comparison.model_side import compare_model
from nllcheck.comparison.record import Comparison, Settings
from nllcheck.comparison.summaries import scalars
from nllcheck.errors import UnsupportedModel, UsageError
from nllcheck.likelihood.disk_cache import cache_folder, key_of
from nllcheck.likelihood.distribution import is_distribution
from nllcheck.likelihood.engine import Likelihood
from nllcheck.likelihood.posterior import Posterior, Progress, sample, sampler_versions
from nllcheck.likelihood.posterior_cache import load_posterior, store_posterior
from nllcheck.result import CheckResult

__all__ = ["Comparer", "compare"]

SAMPLING = (
    "draws",
    "tune",
    "chains",
    "seed",
    "target_accept",
    "sampler",
)  # settings that the draws depend on


@dataclass(kw_only=True)
class Comparer:
    """Compares models; builds and compiles each once, and keeps posteriors on disk.

    Attributes
    ----------
    kept : Kept
        The settings, and what was compared before.
    progressbar : bool
        Show PyMC's own while sampling.
    progress : callable, optional
        Hears from another thread how many draws are taken, of how many.
    """

    kept: Kept = field(default_factory=Kept)
    progressbar: bool = False
    progress: Progress | None = None

    def __post_init__(self) -> None:
        self.settings = self.kept.settings
        _validate(self.settings)
        self.checker = Checker(seed=self.settings.seed, build=self.kept.build)
        self._made: dict[int, Comparison] = {}  # by the identity of models that the checker keeps

    def compare(
        self,
        model: Any,
        loss: Callable[..., Any] | None = None,
        *,
        source: str = "",
        checked: CheckResult | None = None,
        **options: Any,
    ) -> Comparison:
        """Compare the estimates of `model`; `options` are those of `nllcheck.check` for the loss.

        Raises
        ------
        CannotEvaluate
            The model cannot be used at all; the message says why.
        """
        started = time.perf_counter()
        if is_distribution(model):
            raise UnsupportedModel(
                f"{model.__name__} is a distribution without data: compare needs a model that observes some"
            )
        with np.errstate(all="ignore"):
            if id(model) not in self._made:
                self._made[id(model)] = self._model_side(model)
            comparison = replace(self._made[id(model)], source=source)
            if loss is not None and comparison.stands:
                result = checked or self.checker.check(model, loss, **options)
                comparison = self._with_loss(comparison, model, loss, result, options)
        remarks = tuple(remarks_of(comparison)) if comparison.stands else ()
        return replace(comparison, remarks=remarks, seconds=time.perf_counter() - started)

    # -- the model ------------------------------------------------------------------------------------------

    def _model_side(self, model: Any) -> Comparison:
        """Return the comparison without a loss, from the cache where it is kept."""
        likelihood = self.checker.likelihood(model)
        key = self.kept.key(model)
        found = self.kept.find(key)
        if found is not None:
            return found
        joint = self.checker.likelihood(model, of="posterior")
        comparison = compare_model(likelihood, joint, self.settings, lambda: self._posterior(model, joint))
        comparison = replace(comparison, versions=versions())
        self.kept.keep(key, comparison)
        return comparison

    def _posterior(self, model: Any, joint: Likelihood) -> Posterior:
        """Return the draws, from the cache where they are kept."""
        mark, folder = self.kept.mark(model), self.kept.folder
        settings = {name: getattr(self.settings, name) for name in SAMPLING}
        key = None if mark is None else key_of("posterior", mark, settings, sampler_versions())
        shape = (self.settings.chains, self.settings.draws)
        if key is not None and folder is not None and not self.kept.refresh:
            kept = load_posterior(folder, key, joint.free, shape)
            if kept is not None:
                return kept
        options = {name: value for name, value in settings.items() if name != "sampler"}
        made = sample(joint.built, **options, progressbar=self.progressbar, progress=self.progress)
        if key is not None and folder is not None:
            store_posterior(folder, key, made)
        return made

    # -- the loss -------------------------------------------------------------------------------------------

    def _with_loss(
        self,
        comparison: Comparison,
        model: Any,
        loss: Callable[..., Any],
        result: CheckResult,
        options: Mapping[str, Any],
    ) -> Comparison:
        """Add the loss's minimiser and how it rises along each parameter."""
        likelihood = self.checker.likelihood(model)
        joint = self.checker.likelihood(model, of="posterior")
        function = loss_function(likelihood, loss, options.get("args"), options.get("convert"))
        found = minimizer(result)
        base = {**result.estimates.get("model", {}), **found}
        estimates = []
        for estimate, scalar in zip(comparison.estimates, scalars(joint), strict=True):
            value = float(found[scalar.name][scalar.index]) if scalar.name in found else None
            known = base if scalar.name in found else {}
            along = loss_along(likelihood, function, scalar, estimate.curves.at, known)
            estimates.append(
                replace(estimate, loss_minimizer=value, curves=replace(estimate.curves, loss=along))
            )
        return replace(comparison, loss=loss_side(result), estimates=tuple(estimates))


def _validate(settings: Settings) -> None:
    for name, least in (("draws", 100), ("tune", 100), ("chains", 2), ("seed", 0)):
        value = getattr(settings, name)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise UsageError(f"{name}={value!r}: give a whole number from {least}")
    if not 0.5 <= settings.prob < 1:
        raise UsageError(f"prob={settings.prob!r}: give the intervals' probability, from 0.5 to below 1")


def compare(
    model: Any,
    loss: Callable[..., Any] | None = None,
    *,
    relation: str = "constant",
    of: str | tuple[str, ...] = "likelihood",
    args: Any = None,
    given: Any = None,
    weights: str | None = None,
    convert: Callable[..., Any] | None = None,
    draws: int = 1000,
    tune: int = 1000,
    chains: int = 4,
    prob: float = 0.95,
    seed: int = 0,
    refresh: bool = False,
    cache: Path | str | None = None,
    progressbar: bool = False,
    name: str | None = None,
) -> Comparison:
    """Compare Bayesian and maximum-likelihood *estimates* of one model; to rank models use `arviz.compare`.

    Parameters
    ----------
    model : function or pymc.Model
        With data. A function that returns a model is preferred: it is then built at full precision.
    loss : callable, optional
        Its minimiser is put beside the MLE, the MAP and the posterior.
    relation, of, args, given, weights, convert, name
        About the loss, as in `nllcheck.check`.
    draws, tune, chains : int
        Draws to keep and to spend on tuning per chain, and the number of chains (at least 2).
    prob : float
        Probability of the credible and of the Wald intervals.
    seed : int
        The draws depend on it and on the settings above, not on the number of processors.
    refresh : bool
        Sample anew, whatever the cache holds.
    cache : path, optional
        Folder of the cache; by default ``NLLCHECK_CACHE`` or the user's cache folder.
    progressbar : bool
        Show the progress of sampling.

    Returns
    -------
    Comparison
        When a gate fails (no MLE, chains that disagree, …) it says so in place of numbers: see ``stands``.

    Raises
    ------
    nllcheck.errors.CannotEvaluate
        The model cannot be used: discrete parameters, no data, no log-probability.
    nllcheck.errors.UsageError
        An option makes no sense.
    """
    kept = Kept(
        settings=Settings(draws=draws, tune=tune, chains=chains, prob=prob, seed=seed),
        folder=cache_folder() if cache is None else Path(cache),
        refresh=refresh,
    )
    comparer = Comparer(kept=kept, progressbar=progressbar)
    if loss is None:
        return comparer.compare(model)
    return comparer.compare(
        model,
        loss,
        relation=relation,
        of=of,
        args=args,
        given=given,
        weights=weights,
        convert=convert,
        name=name,
    )
