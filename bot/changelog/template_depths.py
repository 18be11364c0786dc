"""How deep the lists and tables of a template lie in each other.

A few lines could make one of millions of parts (``{% set a = [a, a] %}``, again and again), which any comparison or sorting
would go through one by one.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.changelog.template_values import TemplateRefused, Value

_DEEPEST = 4


class Depths:
    """What one reading of a template has measured; what it is ``given`` counts as flat, however deep it is."""

    def __init__(self, given: Iterable[Value]) -> None:
        # What is measured is kept as well, so that its number stands for nothing else.
        self._known: dict[int, tuple[int, Value]] = {}
        for value in given:
            self._know(value)

    def check(self, made: Value) -> Value:
        """``made`` as it is.

        Raises:
            TemplateRefused: it is too deep.
        """
        if self.measure(made) > _DEEPEST:
            raise TemplateRefused("it makes lists of lists of lists")
        return made

    def measure(self, value: Value, level: int = 0) -> int:
        """How many lists or tables a value is, one in the other; 0 for a text."""
        if not isinstance(value, list | dict) or level > _DEEPEST:
            return 0
        if id(value) not in self._known:
            items = value.values() if isinstance(value, dict) else value
            depth = 1 + max((self.measure(item, level + 1) for item in items), default=0)
            self._known[id(value)] = (depth, value)
        return self._known[id(value)][0]

    def _know(self, given: Value) -> None:
        if isinstance(given, list | dict):
            self._known[id(given)] = (0, given)
            for item in given.values() if isinstance(given, dict) else given:
                self._know(item)
