"""Claims: a loss, a model, and the relation that is said to hold between them."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import KW_ONLY, dataclass, field
from types import FrameType
from typing import Any, TypeVar, Unpack

from nllcheck.errors import UsageError
from nllcheck.options import Options, validate
from nllcheck.relation import Relation

__all__ = ["Claim", "Collection", "claim", "collecting"]

ATTRIBUTE = "__nllcheck_claims__"
Loss = TypeVar("Loss", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False)
class Claim:
    """The claim that `loss` stands in a relation to the likelihood that `model` declares.

    At module level of a claim file, the claim takes the variable's name. It can be called like its
    loss.

    Parameters
    ----------
    model : pymc.Model, function that returns one, or PyMC distribution class
    loss : callable
        Returns a scalar, or one value per observation; lower is better.
    relation, of, args, given, weights, because, gradient, hessian, convert, potentials, constants, domain
        As in `nllcheck.check`.
    seed : int, optional
        In place of the configured seed; ``--seed`` comes before it.
    name : str, optional
        In place of the name of the variable or of the loss.

    Raises
    ------
    UsageError
        An option makes no sense; the message says what would.
    """

    model: Any
    loss: Callable[..., Any]
    _: KW_ONLY
    relation: str = "constant"
    of: str | tuple[str, ...] = "likelihood"
    args: Any = None
    given: Any = None
    weights: str | None = None
    because: str | tuple[str, ...] | None = None
    gradient: Mapping[str, Callable[..., Any]] | None = None
    hessian: Mapping[str, Callable[..., Any]] | None = None
    convert: Callable[..., Any] | None = None
    potentials: str = "likelihood"
    constants: Mapping[str, Any] | None = None
    domain: Mapping[str, str] | None = None
    seed: int | None = None
    name: str | None = None
    file: str = field(init=False, default="")
    line: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if isinstance(self.loss, Claim):
            object.__setattr__(self, "loss", self.loss.loss)
        if not callable(self.loss):
            raise UsageError(
                f"Claim(model, loss): the loss is a {type(self.loss).__name__}, not a callable; the model comes first"
            )
        validate({name: getattr(self, name) for name in Options.__annotations__})
        object.__setattr__(self, "relation", Relation.parse(self.relation))
        file, line = _register(self)
        object.__setattr__(self, "file", file)
        object.__setattr__(self, "line", line)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the loss."""
        return self.loss(*args, **kwargs)

    @property
    def __wrapped__(self) -> Callable[..., Any]:  # so that inspect.signature shows the loss's arguments
        return self.loss

    @property
    def __name__(self) -> str:
        loss: Any = self.loss
        while hasattr(loss, "func"):  # functools.partial
            loss = loss.func
        return str(getattr(loss, "__name__", type(loss).__name__))

    @property
    def options(self) -> dict[str, Any]:
        """The keyword arguments of `Checker.check` that state this claim."""
        return {name: getattr(self, name) for name in Options.__annotations__ if name not in ("name", "seed")}


def claim(model: Any, **options: Unpack[Options]) -> Callable[[Loss], Loss]:
    """Claim that the decorated loss is the negative log-likelihood (NLL) of `model`.

    The loss stays the ordinary function that it was. Several claims may be stacked; the second one
    of the function ``mse`` is called ``mse[2]`` unless `name` says otherwise.

    Parameters
    ----------
    model : pymc.Model, function that returns one, or PyMC distribution class
    **options
        As in `nllcheck.check`: ``relation="constant"``, ``of="likelihood"``, ``args``, ``given``,
        ``weights``, ``because``, ``gradient``, ``hessian``, ``convert``, ``potentials``, ``constants``,
        ``domain``, ``seed`` and ``name``.

    Raises
    ------
    UsageError
        An option is unknown or makes no sense; the message says what would.
    """
    validate(options)
    pending = _announce()

    def decorate(loss: Loss) -> Loss:
        pending.applied = True
        stated = Claim(model, loss, **options)
        with suppress(
            AttributeError, TypeError
        ):  # a ufunc takes no attribute; the collection knows the claim
            setattr(loss, ATTRIBUTE, (stated, *getattr(loss, ATTRIBUTE, ())))
        return loss

    return decorate


@dataclass
class Announcement:
    """A call of `claim(...)` and whether it has decorated a loss yet."""

    line: int
    applied: bool = False


@dataclass(kw_only=True)
class Collection:
    """What one file claims, in the order in which it was said.

    A claim belongs to the file whose module-level statement made it, also by way of a helper: what
    an imported file claims is not counted.
    """

    file: str
    claims: list[Claim] = field(default_factory=list)
    announced: list[Announcement] = field(default_factory=list)

    def line_of(self, frame: FrameType | None) -> int | None:
        """Return the line of this file that is being executed, or None if another file is."""
        while frame is not None and frame.f_code.co_name != "<module>":
            frame = frame.f_back
        if frame is None or frame.f_code.co_filename != self.file:
            return None
        return frame.f_lineno


_collection: ContextVar[Collection | None] = ContextVar("nllcheck_collection", default=None)


@contextmanager
def collecting(file: str) -> Iterator[Collection]:
    """Collect the claims that the module-level statements of `file` make."""
    collection = Collection(file=file)
    token = _collection.set(collection)
    try:
        yield collection
    finally:
        _collection.reset(token)


def _caller() -> FrameType:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename in (__file__, "<string>"):
        frame = frame.f_back
    return frame


def _register(stated: Claim) -> tuple[str, int]:
    """Add a new claim to the collection it belongs to; return its file and line."""
    frame, collection = _caller(), _collection.get()
    line = collection.line_of(frame) if collection else None
    if collection is None or line is None:
        return frame.f_code.co_filename, frame.f_lineno
    collection.claims.append(stated)
    return collection.file, line


def _announce() -> Announcement:
    collection = _collection.get()
    line = collection.line_of(_caller()) if collection else None
    announcement = Announcement(line=line or 0)
    if collection is not None and line is not None:
        collection.announced.append(announcement)
    return announcement
