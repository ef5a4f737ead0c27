"""Draws from the posterior of a model, every setting explicit."""

import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np
import pymc as pm
import pytensor
from pymc.sampling import mcmc

from nllcheck.errors import SamplingFailed
from nllcheck.likelihood.build import BuiltModel

__all__ = ["Posterior", "Progress", "sample", "sampler_versions", "some_model", "warm_up"]

Progress = Callable[[int, int], None]
STARTS = (
    8  # a gradient that takes few values, as beside kinks, may have a 0 at a chain's start: nutpie panics
)
NEXT_SEED = 1_000_003  # apart from the seeds that a user tries one after the other


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Draws of the free variables on their constrained scale.

    Attributes
    ----------
    draws : mapping of str to array, shape (n_chains, n_draws, *variable)
    diverging : array of bool, shape (n_chains, n_draws)
    seconds : float
        Spent on compiling and sampling.
    """

    draws: Mapping[str, np.ndarray]
    diverging: np.ndarray
    seconds: float

    @property
    def shape(self) -> tuple[int, int]:
        """Number of chains and of draws."""
        n_chains, n_draws = self.diverging.shape
        return n_chains, n_draws

    def scalar(self, name: str, index: tuple[int, ...]) -> np.ndarray:
        """Return the draws of one scalar, shape (n_chains, n_draws)."""
        where: tuple[Any, ...] = (slice(None), slice(None), *index)
        return np.asarray(self.draws[name][where])

    def thinned(self, most: int) -> "Posterior":
        """Return evenly spaced draws of every chain, about `most` in all; all of them if there are no more."""
        step = max(1, int(np.ceil(self.diverging.size / most)))
        draws = {name: values[:, ::step] for name, values in self.draws.items()}
        return Posterior(draws=draws, diverging=self.diverging[:, ::step], seconds=self.seconds)

    def at(self, chain: int, draw: int) -> dict[str, np.ndarray]:
        """Return the values of one draw by name."""
        return {name: values[chain, draw] for name, values in self.draws.items()}


def sampler_versions() -> dict[str, str]:
    """Return the versions of everything that takes part in sampling."""
    packages = ("pymc", "pytensor", "nutpie", "numba", "numpy")
    return {package: metadata.version(package) for package in packages}


def sample(
    built: BuiltModel,
    *,
    draws: int,
    tune: int,
    chains: int,
    seed: int,
    target_accept: float,
    progressbar: bool = False,
    progress: Progress | None = None,
) -> Posterior:
    """Sample the posterior of a model by NUTS; the draws depend on these arguments alone.

    Deterministics are left out: compiling them often takes longer than all the sampling. `progress` hears from
    another thread how many draws are taken, of how many, those of tuning included.

    Raises
    ------
    SamplingFailed
        The sampler raised, or stopped before the end.
    KeyboardInterrupt
    """
    started = time.perf_counter()
    names = [rv.name for rv in built.model.free_RVs]
    if not names:
        raise SamplingFailed(f"{built.name} has no free parameter")
    options = {"draws": draws, "tune": tune, "chains": chains, "progressbar": progressbar}
    for attempt in range(STARTS):
        try:
            with _told(progress):
                tree = _nuts(built, names, seed + attempt * NEXT_SEED, target_accept, options)
            break
        except Exception as error:  # nutpie raises what it likes
            raise SamplingFailed(f"the sampler failed on {built.name}: {error}") from error
        except BaseException as error:  # a panic of its Rust core is no Exception
            if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit):
                raise
            if attempt == STARTS - 1:
                reason = (str(error).splitlines() or ["it panicked"])[0]
                raise SamplingFailed(f"the sampler failed on {built.name}: {reason}") from error
    found = tree.posterior.to_dataset()
    diverging = np.asarray(tree.sample_stats["diverging"].values, dtype=bool)
    if diverging.shape != (chains, draws):  # nutpie returns what it has after Ctrl-C
        raise KeyboardInterrupt
    values = {name: np.array(found[name].values, dtype=float) for name in names}
    return Posterior(draws=values, diverging=diverging, seconds=time.perf_counter() - started)


def _nuts(
    built: BuiltModel, names: list[str], seed: int, target_accept: float, options: Mapping[str, Any]
) -> Any:
    """Run the sampler once; `options` are those that `pymc.sample` takes as they are."""
    with (
        built.model,
        warnings.catch_warnings(),
        pytensor.config.change_flags(cast_policy="numpy+floatX"),
        _without_backtraces(),
    ):
        warnings.simplefilter("ignore")  # numba and nutpie warn of what no user can mend
        return pm.sample(
            **options,
            cores=min(options["chains"], os.cpu_count() or 1),
            random_seed=seed,
            nuts_sampler="nutpie",
            nuts={"target_accept": target_accept},
            var_names=names,
            quiet=True,
            compute_convergence_checks=False,
            discard_tuned_samples=True,
        )


@contextmanager
def _told(progress: Progress | None) -> Iterator[None]:
    """Let `progress` hear what PyMC's bar would show; `pymc.sample` passes no callback on to nutpie."""
    original = getattr(mcmc, "NutpieProgressBarManager", None)
    if progress is None or original is None:
        yield
        return

    hear = progress

    class Telling(original):  # type: ignore[misc, valid-type]
        def update(self, chains: Sequence[Any]) -> None:
            hear(sum(c.finished_draws for c in chains), sum(c.total_draws for c in chains))

    mcmc.NutpieProgressBarManager = Telling
    try:
        yield
    finally:
        mcmc.NutpieProgressBarManager = original


def some_model() -> pm.Model:
    """Return a small model of nothing, for what is done once a process, whatever the model is."""
    rng = np.random.default_rng(0)
    with pytensor.config.change_flags(cast_policy="numpy+floatX"), pm.Model() as model:
        beta, sigma = pm.Normal("beta", 0, 2, shape=2), pm.HalfNormal("sigma", 2)
        pm.Normal("y", pm.math.dot(rng.normal(size=(5, 2)), beta), sigma, observed=rng.normal(size=5))
    return model


def warm_up() -> None:
    """Compile a model, and with it what numba compiles once a process."""
    import nutpie  # with numba it takes a second, which only sampling is worth

    with warnings.catch_warnings(), pytensor.config.change_flags(cast_policy="numpy+floatX"):
        warnings.simplefilter("ignore")
        nutpie.compile_pymc_model(some_model(), var_names=["beta", "sigma"])


@contextmanager
def _without_backtraces() -> Iterator[None]:
    """Keep a panic of the sampler's Rust core, which is told or mended, from filling the terminal."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no such stream
        yield
        return
    sys.stderr.flush()
    try:
        with tempfile.TemporaryFile() as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
