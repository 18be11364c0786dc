"""Three-valued logic: what can be decided before a workflow runs, and what cannot."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Truth(Enum):
    """Kleene's strong logic. ``UNKNOWN`` never turns into an answer by itself; the other operand may decide."""

    FALSE = "false"
    UNKNOWN = "unknown"
    TRUE = "true"

    @classmethod
    def of(cls, known: object) -> Truth:
        """The truth of something known."""
        return cls.TRUE if known else cls.FALSE

    def __and__(self, other: Truth) -> Truth:
        if Truth.FALSE in (self, other):
            return Truth.FALSE
        return Truth.TRUE if self is other is Truth.TRUE else Truth.UNKNOWN

    def __or__(self, other: Truth) -> Truth:
        return ~(~self & ~other)

    def __invert__(self) -> Truth:
        if self is Truth.UNKNOWN:
            return self
        return Truth.FALSE if self is Truth.TRUE else Truth.TRUE

    def __bool__(self) -> bool:
        raise TypeError("a Truth has three values: compare it with `is`")

    @property
    def possible(self) -> bool:
        """Whether it is true or may turn out to be."""
        return self is not Truth.FALSE


def all_of(truths: Iterable[Truth]) -> Truth:
    """Conjunction; true when empty."""
    result = Truth.TRUE
    for truth in truths:
        result &= truth
    return result


def any_of(truths: Iterable[Truth]) -> Truth:
    """Disjunction; false when empty."""
    result = Truth.FALSE
    for truth in truths:
        result |= truth
    return result
