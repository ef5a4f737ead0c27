"""A claim that needs no file: `nllcheck check package.module:loss --against Normal`."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nllcheck.claims import Claim
from nllcheck.discovery import Found, Loaded
from nllcheck.display import exception_text
from nllcheck.errors import ClaimFileFailed, UsageError
from nllcheck.relation import Relation
from nllcheck.trouble import check_problem

__all__ = ["NamedLoss", "import_loss", "named_losses", "parse_args"]


@dataclass(frozen=True, kw_only=True)
class NamedLoss:
    """A loss by its import path, claimed against a distribution of PyMC by its name.

    Attributes
    ----------
    module, attribute : str
        ``package.module`` and ``loss``, or ``Class.method``.
    against : str
        Name of a distribution, such as ``"Normal"``.
    relation : str
    args : tuple or mapping, optional
        As in `nllcheck.check`.
    """

    module: str
    attribute: str
    against: str
    relation: str = "constant"
    args: Any = None

    @property
    def display(self) -> str:
        """The module's name, in the place of a file's."""
        return self.module

    def to_dict(self) -> dict[str, Any]:
        """Return what another process needs to load the loss."""
        args = list(self.args) if isinstance(self.args, tuple) else self.args
        texts = {name: str(getattr(self, name)) for name in ("module", "attribute", "against", "relation")}
        return {"kind": "loss", **texts, "args": args}

    def load(self) -> Loaded:
        """Import the loss and look the distribution up."""
        try:
            loss = import_loss(self.module, self.attribute)
            from nllcheck.likelihood.lookup import distribution_called

            claim = Claim(distribution_called(self.against), loss, relation=self.relation, args=self.args)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return Loaded(problems=((self.attribute, check_problem(error, self.module)),))
        return Loaded(
            claims=(Found(name=self.attribute, claim=claim, location=_location(loss, self.module)),)
        )


def named_losses(
    paths: Sequence[str], against: str, relation: str | None = None, args: str | None = None
) -> tuple[NamedLoss, ...]:
    """Return the claims that the command line states: each of `paths` is ``package.module:loss``."""
    claimed = Relation.parse(relation or "constant")
    injected = parse_args(args) if args is not None else None
    pairs = [path.split(":") for path in paths]
    return tuple(
        NamedLoss(module=module, attribute=name, against=against, relation=claimed, args=injected)
        for module, name in pairs
    )


def import_loss(module: str, attribute: str) -> Callable[..., Any]:
    """Return the loss called `attribute` in `module`.

    Raises
    ------
    UsageError
        There is no such module, no such name in it, or it is no callable.
    ClaimFileFailed
        The module cannot be imported.
    """
    try:
        value: Any = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except ModuleNotFoundError as error:
        if error.name and f"{module}.".startswith(f"{error.name}."):
            raise UsageError(
                f"there is no module {error.name!r}; the working folder and the installed packages were searched"
            ) from error
        raise ClaimFileFailed(f"{module} cannot be imported: {error}. Install what it needs.") from error
    except BaseException as error:
        raise ClaimFileFailed(f"{module} cannot be imported: {exception_text(error)}") from error
    for name in attribute.split("."):
        if not hasattr(value, name):
            raise UsageError(
                _missing(module, name, [key for key in dir(value) if callable(getattr(value, key))])
            )
        value = getattr(value, name)
    if not callable(value):
        raise UsageError(f"{module}:{attribute} is a {type(value).__name__}, not a loss")
    return value  # type: ignore[no-any-return]


def parse_args(text: str) -> tuple[str, ...] | dict[str, str]:
    """Read ``y,mu`` as positions and ``y_true=y,y_pred=mu`` as names, or raise UsageError."""
    parts = [part.strip() for part in text.split(",")]
    if all(part.isidentifier() for part in parts):
        return tuple(parts)
    pairs = [tuple(side.strip() for side in part.split("=")) for part in parts]
    if all(len(pair) == 2 and pair[0].isidentifier() and pair[1] for pair in pairs):
        return {pair[0]: pair[1] for pair in pairs}
    raise UsageError(f"--args {text!r}: write y,mu or y_true=y,y_pred=mu")


def _missing(where: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1) or [key for key in known if key.lower() == name.lower()]
    return f"{where} has no {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _location(loss: Any, module: str) -> str:
    code = getattr(loss, "__code__", None)
    return f"{module}:{code.co_firstlineno}" if code is not None else module
