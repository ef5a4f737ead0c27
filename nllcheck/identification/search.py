"""The search: families with the arguments of the loss as they are, then with links, then with constants."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np

from nllcheck.binding import Binding, BoundLoss, loss_name, parameters_to_inject
from nllcheck.errors import UsageError
from nllcheck.families import Family
from nllcheck.identification.draws import KINDS
from nllcheck.identification.guess import Guess, ways
from nllcheck.identification.links import Link, links_to
from nllcheck.identification.model import prove
from nllcheck.identification.record import Identified, Match
from nllcheck.identification.stages import STAGES, Stage
from nllcheck.identification.trials import Judged, Trials
from nllcheck.result import Coefficient

__all__ = ["identify"]

CLOSE = 1e-6  # residual relative to the range of L, of what is worth judging to rounding
CLOSE_LOW = 3e-3  # the same for losses that compute in less than double precision
FAR = 0.5  # of the range of the loss: what is farther away is no candidate
MOST = 4  # matches that are told
DATA = (
    "y", "y_true", "target", "targets", "label", "labels", "y_obs", "obs", "observed", "observation", "data", "truth",
    "value", "values", "ys", "true", "actual", "y_i", "count", "counts", "t", "time", "k", "x",
)  # fmt: skip
NARROW = {
    "nonnegative": 1, "positive": 1, "angle": 1, "share": 2, "unit": 2, "counts": 2, "tries": 3, "log probability": 2,
    "classes": 2, "simplex": 2, "binary": 3, "signed": 3, "labels": 3,
    "one row of counts": 5, "one row of shares": 4,
}  # fmt: skip


def identify(
    loss: Callable[..., Any], *, args: Any = None, data: str | None = None, seed: int = 0
) -> Identified:
    """Ask which likelihood has `loss` as its negative logarithm, up to a scale and what depends on the data only.

    Parameters
    ----------
    loss : callable
        Returns a real scalar or one value per observation; lower is better.
    args : tuple of str, optional
        Names for its arguments by position, ``("y", "mu")``, if it does not name them.
    data : str, optional
        Which argument is the data; guessed by its name otherwise, such as ``y`` or ``target``.
    seed : int
        Of the data and arguments at which the loss is tried.

    Returns
    -------
    Identified
        Its `matches` best first, and a model in PyMC with which the first was proven by `nllcheck.check`.

    Raises
    ------
    nllcheck.errors.UsageError
        The loss takes no argument besides its data, or `args` or `data` make no sense.
    nllcheck.errors.UnreadableSignature
        The loss does not name its arguments and `args` is not given.
    """
    bound = _bind(loss, args)
    taken = _data_of(bound, data)
    trials = Trials(loss=bound, data=taken, seed=seed)
    if not trials.arguments:
        raise UsageError(f"{bound.name} takes {taken} alone; a likelihood has at least one parameter")
    found = _Found()
    for number, stage in enumerate(STAGES):
        with np.errstate(all="ignore"):
            _search(trials, stage, found)
        found.tried.append(stage.name)
        if found.is_likelihood or (found.exact and number):
            break
    return _answer(trials, found, seed)


class _Found:
    """What was found so far."""

    def __init__(self) -> None:
        self.exact: list[tuple[Guess, Judged, float]] = []
        self.nearest: tuple[float, Guess] | None = None
        self.tried: list[str] = []

    @property
    def is_likelihood(self) -> bool:
        """Whether a likelihood is among what was found."""
        return any(_is_likelihood(guess) and not judged.flipped for guess, judged, _ in self.exact)

    def note(self, guess: Guess, away: float) -> None:
        """Remember the guess if it is the nearest."""
        if away < FAR and (self.nearest is None or _far(away, guess) < _far(*self.nearest)):
            self.nearest = (away, guess)


def _bind(loss: Callable[..., Any], args: Any) -> BoundLoss:
    if not callable(loss):
        raise UsageError(f"the loss is a {type(loss).__name__}, not a callable")
    if args is not None:
        if isinstance(args, str) or not all(isinstance(name, str) for name in args) or hasattr(args, "keys"):
            raise UsageError(f"args={args!r}: pass a tuple of names such as ('y', 'mu')")
        bindings = [
            Binding(argument=f"argument {i + 1}", reads=(name,), positional=True)
            for i, name in enumerate(args)
        ]
        return BoundLoss(loss, tuple(bindings))
    required = [p for p in parameters_to_inject(loss) if p.default is p.empty]
    return BoundLoss(
        loss,
        tuple(
            Binding(argument=p.name, reads=(p.name,), positional=p.kind is p.POSITIONAL_ONLY)
            for p in required
        ),
    )


def _data_of(bound: BoundLoss, data: str | None) -> str:
    names = bound.reads
    if not names:
        raise UsageError(f"{loss_name(bound.loss)} takes no argument; say what it takes: args=('y', 'mu')")
    if data is None:
        return next((name for known in DATA for name in names if name.lower() == known), names[0])
    if data not in names:
        raise UsageError(f"data={data!r}, but {bound.name} takes {', '.join(names)}")
    return data


def _search(trials: Trials, stage: Stage, found: _Found) -> None:
    for family in stage.families:
        if len(family.parameters) != len(trials.arguments) or len(family.parameters) < stage.linked:
            continue
        for guess in _guesses(trials, family, stage.linked):
            if _try(trials, guess, found):
                break


def _guesses(trials: Trials, family: Family, linked: int) -> Iterator[Guess]:
    """Yield what may stand for the parameters of a family, with as many links as the stage has."""
    options = [tuple(enumerate(links_to(domain))) for domain in family.parameters.values()]
    for chosen in product(*options):
        if sum(position > 0 for position, _ in chosen) != linked:
            continue
        links: tuple[Link, ...] = tuple(link for _, link in chosen)
        for arguments in permutations(trials.arguments):
            for kind in KINDS.get(family.data, (family.data,)):
                for way in ways(family):
                    yield Guess(family=family, kind=kind, arguments=arguments, links=links, way=way)


def _try(trials: Trials, guess: Guess, found: _Found) -> bool:
    """Return whether the guess holds to rounding, and keep it then."""
    for close, away in trials.close(guess, np.inf):
        found.note(close, away)
        if away <= (CLOSE_LOW if trials.is_low_precision else CLOSE):
            judged = trials.judge(close)
            if judged is not None:
                found.exact.append((close, judged, away))
                return True
    return False


def _answer(trials: Trials, found: _Found, seed: int) -> Identified:
    ranked = sorted(found.exact, key=_rank)
    model, verdict = "", ""
    for item in [r for r in ranked if _is_likelihood(r[0]) and not r[1].flipped]:
        model, verdict = _proof(trials, item[0], seed)
        if model:
            ranked = [item, *(other for other in ranked if other is not item)]
            break
    nearest = None
    if found.nearest is not None and not found.exact:
        away, guess = found.nearest
        nearest = _match(guess, None, away)
    return Identified(
        loss=trials.loss.name,
        data=trials.data,
        matches=tuple(_match(*item) for item in ranked[:MOST]),
        model=model,
        verdict=verdict,
        nearest=nearest,
        tried=_tried(trials, found),
        seed=seed,
    )


def _proof(trials: Trials, guess: Guess, seed: int) -> tuple[str, str]:
    """Return the model and the verdict of the first proof that succeeds, by rows or without; else of the first."""
    model, verdict = prove(guess, trials.loss, trials.data, seed)
    shared = replace(guess, way="one for all")
    if not model and shared.per_row() != guess.per_row() and trials.draw(shared) is not None:
        model, other = prove(shared, trials.loss, trials.data, seed)
        verdict = other if model else verdict
    return model, verdict


def _rank(item: tuple[Guess, Judged, float]) -> tuple[bool, bool, int]:
    """Return what orders matches: likelihoods first, then the one with the widest domains."""
    guess, judged, _ = item
    return judged.flipped, not _is_likelihood(guess), _narrowness(guess)


def _narrowness(guess: Guess) -> int:
    """Return how special the data and arguments are at which the guess was tried."""
    domains = (guess.family.data, *(link.source for link in guess.links))
    return sum(NARROW.get(domain, 0) for domain in domains)


def _far(away: float, guess: Guess) -> float:
    """Return what orders candidates that are not it: on special data everything is near."""
    return away * (1 + _narrowness(guess)) ** 2


def _is_likelihood(guess: Guess) -> bool:
    return guess.family.is_density and bool(guess.family.pymc)


def _match(guess: Guess, judged: Judged | None, away: float) -> Match:
    family = guess.family
    flipped = judged is not None and judged.flipped
    phrase = family.phrase(guess.sources, guess.unknown)
    reading = family.reading
    if flipped:
        reading = "Minimising it minimises the likelihood: return its negative."
    return Match(
        family=family.name,
        phrase=f"minus {phrase}" if flipped else phrase,
        data=guess.kind,
        arguments=guess.sources,
        unknown={family.unknown.symbol: guess.unknown}
        if family.unknown and guess.unknown is not None
        else {},
        scale=Coefficient(value=np.nan) if judged is None else judged.scale,
        residual=np.inf if judged is None else judged.residual,
        distance=away,
        n_probes=0 if judged is None else judged.n_probes,
        is_likelihood=_is_likelihood(guess) and not flipped,
        declaration=family.declaration(guess.sources, guess.unknown),
        reading=reading,
    )


def _tried(trials: Trials, found: _Found) -> str:
    if not trials.works:
        return f"the loss was finite at nothing that it was given; at first it {trials.problem}"
    count = len({family.name for stage in STAGES for family in stage.families})
    arguments = ", ".join(trials.arguments)
    return (
        f"{count} families, with {trials.data} as the data and {arguments} as the parameters: the arguments "
        f"{'; '.join(found.tried)}"
    )
