"""What was identified: the record, and its text, a pure function of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nllcheck.display import printable, unbroken, wrap
from nllcheck.result import Coefficient

__all__ = ["Identified", "Match"]


@dataclass(frozen=True, kw_only=True)
class Match:
    """One family that a loss is, to rounding, or nearly.

    Attributes
    ----------
    family : str
    phrase : str
        The same as a noun phrase, with its arguments.
    data : str
        What y is: ``"real"``, ``"counts"``, ``"binary"``, …
    arguments : mapping of str to str
        What stands for each parameter of the family, in terms of the arguments of the loss.
    unknown : mapping of str to float
        The number that was found, by its symbol, if the family has one.
    scale : Coefficient
        a of L = a·F + c(y).
    residual : float
        The largest residual in noise floors; for a candidate that is none, inf.
    distance : float
        The largest residual relative to the range of L, at the probes of the quick test.
    n_probes : int
    is_likelihood : bool
        Whether the loss is the NLL of a distribution.
    declaration : str
        The line that declares it in PyMC; empty where none does.
    reading : str
    """

    family: str
    phrase: str
    data: str
    arguments: Mapping[str, str]
    unknown: Mapping[str, float] = field(default_factory=dict)
    scale: Coefficient
    residual: float
    distance: float
    n_probes: int
    is_likelihood: bool
    declaration: str = ""
    reading: str = ""


@dataclass(frozen=True, kw_only=True)
class Identified:
    """The answer of `nllcheck.identify`.

    Attributes
    ----------
    loss : str
    data : str
        The argument that was taken for the data.
    matches : tuple of Match
        What the loss is, best first; empty if nothing was found.
    model : str
        A model of PyMC, as text, with which the first match was proven; ``x`` is a covariate.
    verdict : str
        What `nllcheck.check` said about it.
    nearest : Match or None
        The nearest candidate where nothing matches.
    tried : str
        What was tried.
    seed : int
    """

    loss: str
    data: str
    matches: tuple[Match, ...]
    model: str = ""
    verdict: str = ""
    nearest: Match | None = None
    tried: str = ""
    seed: int = 0

    @property
    def found(self) -> bool:
        """Whether the loss is the NLL of a distribution that PyMC can declare, proven by a check."""
        return bool(self.model)

    def __str__(self) -> str:
        return "\n".join(line.rstrip() for line in _story(self))


def _story(result: Identified) -> Iterator[str]:
    name = printable(result.loss)
    if not result.matches:
        yield from wrap(f"No: {name} is the NLL of no distribution that was tried, whatever its scale.")
        yield from _nearest(result)
        yield from wrap(result.tried, first="  tried    ")
        return
    best = result.matches[0]
    answer = f"{name} is {printable(best.phrase)}{_times(best.scale)}, up to what depends on y only."
    unproven = "Perhaps" if best.is_likelihood else "No likelihood"
    yield from wrap(f"{'Yes' if result.found else unproven}: {answer}")
    yield ""
    if best.reading:
        yield from wrap(best.reading, first="  meaning  ")
    yield from wrap(_what(best.data, result.data, best.arguments), first="  data     ")
    yield from wrap(
        f"{best.n_probes} probes on three data sets of different sizes; the largest residual is "
        f"{best.residual:.2g} of the rounding error",
        first="  evidence ",
    )
    yield from _also(result)
    if result.verdict and not result.model:
        yield from wrap(printable(result.verdict), first="  proof    ")
    if result.model:
        trials = ", trials their numbers of trials" if "trials" in result.model else ""
        proof = f"{printable(result.verdict)}, with this model (x is a covariate, y the data{trials}):"
        yield from wrap(proof, first="  proof    ")
        yield ""
        yield from (f"    {line}" for line in result.model.splitlines())


def _nearest(result: Identified) -> Iterator[str]:
    if result.nearest is not None:
        near = result.nearest
        text = f"{printable(near.phrase)}, {near.distance:.2g} of the range of the loss away"
        yield from wrap(text, first="  nearest  ")


def _also(result: Identified) -> Iterator[str]:
    others = [match for match in result.matches[1:] if match.is_likelihood == result.found]
    for other in others[:2]:
        yield from wrap(f"{printable(other.phrase)}, for y {_ARE[other.data]}", first="  also     ")


def _times(scale: Coefficient) -> str:
    if scale.name == "1":
        return ""
    if scale.name is not None:
        return f", × {scale.name}"
    elsewhere = " here, another number for other data" if scale.varies_with else ""
    return f", × {scale.value:.6g}{elsewhere}"


_ARE = {
    "real": "real", "angle": "an angle", "nonnegative": "not negative", "positive": "positive",
    "nonzero": "not zero", "share": "between 0 and 1", "unit": "between 0 and 1", "counts": "0, 1, 2, …",
    "positive counts": "1, 2, …", "tries": "1, 2, …", "binary": "0 or 1",
    "signed": "−1 or 1",
    "classes": "the number of a class, from 0", "one row of shares": "one row of shares each",
    "one-hot": "one row of 0 and 1 each", "one row of counts": "one row of counts each",
}  # fmt: skip


def _what(kind: str, data: str, arguments: Mapping[str, str]) -> str:
    where = unbroken(printable(data))
    given = ", ".join(f"{p} = {printable(a)}" for p, a in arguments.items() if p != a)
    return f"{where} is {_ARE[kind]}" + (f"; {given}" if given else "")
