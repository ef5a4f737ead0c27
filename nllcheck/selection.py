"""The expressions of -k: substrings joined by `and`, `or` and `not`."""

import re
from collections.abc import Callable

from nllcheck.errors import UsageError

__all__ = ["selector"]

Predicate = Callable[[str], bool]
_TOKEN = re.compile(r"[()]|[^\s()]+")


def selector(expression: str) -> Predicate:
    """Return the predicate of claim ids that `expression` stands for.

    A word matches the ids that contain it, in upper or lower case; ``not`` binds tighter than
    ``and``, and ``and`` tighter than ``or``; parentheses group.

    Raises
    ------
    UsageError
        The expression is incomplete; the message says where.
    """
    return _Parser(expression).parse()


class _Parser:
    """Recursive descent, one token ahead; nothing is evaluated as code."""

    def __init__(self, expression: str) -> None:
        self.expression = expression
        self.tokens = [(found.group(), found.start()) for found in _TOKEN.finditer(expression)]
        self.position = 0

    def parse(self) -> Predicate:
        if not self.tokens:
            self._fail("is empty")
        predicate = self._or()
        if self.position < len(self.tokens):
            self._fail(f"does not go on with {self._peek()!r}")
        return predicate

    def _peek(self) -> str:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else ""

    def _accept(self, token: str) -> bool:
        if self._peek().lower() != token:
            return False
        self.position += 1
        return True

    def _or(self) -> Predicate:
        left = self._and()
        while self._accept("or"):
            left = _either(left, self._and())
        return left

    def _and(self) -> Predicate:
        left = self._not()
        while self._accept("and"):
            left = _both(left, self._not())
        return left

    def _not(self) -> Predicate:
        negations = 0
        while self._accept("not"):
            negations += 1
        operand = self._operand()
        return _negated(operand) if negations % 2 else operand

    def _operand(self) -> Predicate:
        if self._accept("("):
            inner = self._or()
            if not self._accept(")"):
                self._fail("lacks a closing parenthesis")
            return inner
        word = self._peek()
        if word.lower() in ("", ")", "and", "or"):
            self._fail(f"lacks a word before {word!r}" if word else "ends where a word is missing")
        self.position += 1
        return _contains(word.lower())

    def _fail(self, what: str) -> None:
        at = (
            self.tokens[self.position][1] + 1
            if self.position < len(self.tokens)
            else len(self.expression) + 1
        )
        raise UsageError(
            f"-k {self.expression!r} {what} (column {at}); write words joined by and, or, not: -k 'mse and not mean'"
        )


def _contains(word: str) -> Predicate:
    return lambda claim: word in claim.lower()


def _negated(inner: Predicate) -> Predicate:
    return lambda claim: not inner(claim)


def _both(left: Predicate, right: Predicate) -> Predicate:
    return lambda claim: left(claim) and right(claim)


def _either(left: Predicate, right: Predicate) -> Predicate:
    return lambda claim: left(claim) or right(claim)
