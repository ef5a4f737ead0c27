"""What is said about a comparison, sentence by sentence, whatever it is printed on; every name in it is safe."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from nllcheck.comparison.digits import percent, say_of
from nllcheck.display import printable, unbroken
from nllcheck.wording import listed

if TYPE_CHECKING:
    from nllcheck.comparison.record import Comparison, Estimate, Remark

__all__ = [
    "NO_TABLE",
    "facts",
    "failures",
    "headline",
    "left_out",
    "legend",
    "modes",
    "passed",
    "remarks",
    "sentences",
]

NO_TABLE = "Nothing is compared: estimates that stand on this would mislead."
UNBROKEN = 40  # characters up to which a name is kept on one line
LISTED = 6  # of what is listed in a sentence, and of remarks of one kind
COMMON = (" about", " widens", " narrows")  # ends of what sentences about several scalars have in common
TOLD_ELSEWHERE = ("map-scale",)  # by `modes`


def headline(comparison: "Comparison") -> str:
    """Return the one sentence that matters."""
    return _glued(comparison.headline)


def left_out(comparison: "Comparison", shown: int) -> str:
    """Say that the tables show only the scalars on which the analyses differ most."""
    total = len(comparison.estimates)
    return (
        f"The tables show the {shown} of {total} parameters on which the two analyses differ most;"
        f" `.estimates` of the record has all."
    )


def legend(comparison: "Comparison") -> Iterator[str]:
    """Yield what the columns of the first table are."""
    settings, loss = comparison.settings, comparison.loss
    minimum = (
        f"loss: the minimiser of {_kept(loss.name)}; " if loss is not None and _minimized(comparison) else ""
    )
    kind = "equal tails" if settings.ci_kind == "eti" else settings.ci_kind
    mode = "MAP: the mode of p(y, θ) on the constrained scale, without Jacobian; "
    yield (
        f"MLE: the maximum of the likelihood alone, and its standard error; {minimum}{mode}"
        f"mean, sd and {percent(settings.prob)} interval ({printable(kind)}): of the posterior."
    )
    yield "Shifts are distances from the MLE in standard errors (SE)."
    if loss is not None and loss.nuisances and _minimized(comparison):
        yield f"The loss does not know {_names(loss.nuisances)}."


def _minimized(comparison: "Comparison") -> bool:
    return any(estimate.loss_minimizer is not None for estimate in comparison.estimates)


def modes(estimates: "Iterable[Estimate]") -> Iterator[str]:
    """Yield where a mode is on another scale than the one the MAP is on."""
    moved = [estimate for estimate in estimates if _is_elsewhere(estimate)]
    if moved:
        places = [_mode(estimate) for estimate in moved[:LISTED]]
        more = f", and {len(moved) - LISTED} more" if len(moved) > LISTED else ""
        yield f"A mode depends on its scale: with the Jacobian of the sampler's scale it is at {listed(places)}{more}."


def _is_elsewhere(estimate: "Estimate") -> bool:
    """Return whether the other mode is another number, to the digits that are printed."""
    say = say_of(estimate)
    return estimate.map_unconstrained is not None and say(estimate.map_unconstrained) != say(estimate.map)


def _mode(estimate: "Estimate") -> str:
    scale = f" on the {printable(estimate.scale)} scale" if estimate.scale else ""
    return _kept(f"{estimate.label} = {say_of(estimate)(estimate.map_unconstrained)}") + scale


def sentences(estimates: "Iterable[Estimate]") -> Iterator[str]:
    """Yield the sentence of each scalar; one that is the same about several scalars is said once."""
    about: dict[str, list[str]] = {}  # what follows a common beginning; nothing where there is none
    for estimate in estimates:
        label, sentence = printable(estimate.label), _glued(estimate.sentence)
        start, _, rest = sentence.removesuffix(".").partition(f" {label}")
        if sentence == f"{start} {label}{rest}." and start.endswith(COMMON):
            about.setdefault(start, []).append(f"{_kept(label)}{rest}")
        else:
            about[sentence.replace(label, _kept(label))] = []
    for said, rests in about.items():
        if said:
            yield f"{said} {_several(rests)}." if rests else said


def _several(texts: Sequence[str]) -> str:
    more = len(texts) - LISTED
    return f"{', '.join(texts[:LISTED])} and {more} more" if more > 0 else listed(texts)


def remarks(comparison: "Comparison") -> Iterator[tuple[bool, str]]:
    """Yield whether it is a warning, and what else there is to know; nothing is said twice.

    Of remarks of one kind about many parameters the first are told, and the others counted.
    """
    told = {estimate.sentence for estimate in comparison.estimates}
    kept, more = _first_of_each(remark for remark in comparison.remarks if remark.code not in TOLD_ELSEWHERE)
    texts = [(remark.warning, remark.message) for remark in kept]
    texts += [(False, comparison.loss.sentence)] if comparison.loss is not None else []
    prediction = comparison.prediction
    texts.append((False, prediction.sentence or _no_prediction(prediction.why_not)))
    for warning, text in texts:
        if text and text not in told:
            told.add(text)
            yield warning, _glued(text)
    yield from ((False, _glued(text)) for text in more)


def _first_of_each(found: "Iterable[Remark]") -> "tuple[list[Remark], list[str]]":
    kept, left = [], dict[str, list[str]]()
    counts: Counter[str] = Counter()
    for remark in found:
        counts[remark.code] += bool(remark.parameter)
        if counts[remark.code] <= LISTED:
            kept.append(remark)
        else:
            left.setdefault(remark.code, []).append(remark.parameter)
    return kept, [f"{code}: so too {len(labels)} more, such as {labels[0]}." for code, labels in left.items()]


def _no_prediction(why_not: str) -> str:
    return f"No PSIS-LOO: {why_not}" if why_not else ""


def failures(comparison: "Comparison") -> Iterator[tuple[str, str, str]]:
    """Yield code, message and advice of each gate that failed; the headline's message is not said again."""
    for gate in comparison.failed:
        message = "" if gate.message in comparison.headline else gate.message
        yield unbroken(printable(gate.code)), _glued(message), _glued(gate.advice)


def passed(comparison: "Comparison") -> list[str]:
    """Return the gates that passed, as one sentence."""
    messages = [_glued(gate.message).rstrip(".") for gate in comparison.gates if gate.passed]
    return [f"{'; '.join(messages)}."] if messages else []


def facts(comparison: "Comparison") -> str:
    """Return what was compared, and how the posterior was sampled."""
    settings = comparison.settings
    parts = [_kept(comparison.name)]
    parts += [f"n = {comparison.n_obs} observations"] if comparison.n_obs else []
    parts += [f"{comparison.n_parameters} parameters"] if comparison.n_parameters != 1 else ["1 parameter"]
    parts += (
        [f"potentials {_names(comparison.potentials)} count as likelihood"] if comparison.potentials else []
    )
    parts += [f"flat priors on {_names(comparison.flat_priors)}"] if comparison.flat_priors else []
    parts.append(
        f"{settings.chains} chains of {settings.draws} draws after {settings.tune} of tuning"
        f" ({printable(settings.sampler)}, seed {settings.seed})"
    )
    return "; ".join(parts)


def _names(names: Sequence[str]) -> str:
    shown, more = [_kept(name) for name in names[:LISTED]], len(names) - LISTED
    return f"{', '.join(shown)} and {more} more" if more > 0 else listed(shown)


def _glued(text: str) -> str:
    """Return the text safe to print, no percentage torn from its sign."""
    return printable(text).replace(" %", unbroken(" %"))


def _kept(text: str) -> str:
    """Return a name safe to print, and one of moderate length on one line."""
    safe = printable(text)
    return unbroken(safe) if len(safe) <= UNBROKEN else safe
