"""What a module makes a version of beside one name: found by letting it make another one of other numbers and words."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from itertools import islice

from bot.versions.arithmetic import find_version
from bot.versions.formats.python_evaluation import Instead, evaluate, list_bound
from bot.versions.formats.python_pieces import Pieces
from bot.versions.formats.text import Span
from bot.versions.project import Form, Piece

_MOST_NODES = 300
_MOST_MARKERS = 10
_MOST_TUPLES = 10
_LONGEST_MARKER = 12
_A_MARKER = "rc7"
"""What no module is likely to say itself tells whether a string is put behind the numbers."""
_RELEASE = (71, 72, 73, 74, 75, 76)
"""The same for the numbers, with more of them than a module has."""


class Making:
    """A module's syntax tree, with what its names are bound to and the parts of versions in that."""

    def __init__(self, tree: ast.Module, bound: Mapping[str, list[ast.expr]], pieces: Pieces) -> None:
        self._tree, self._bound, self._pieces = tree, bound, pieces

    def list_in_conditions(self, name: str) -> tuple[Piece, ...]:
        """The parts of a version behind the names in the conditions on which ``name`` is bound."""
        used = dict.fromkeys(
            node.id
            for statement in self._tree.body
            if isinstance(statement, ast.If) and name in list_bound(statement)
            for node in islice(ast.walk(statement), _MOST_NODES)
            if isinstance(node, ast.Name)
        )
        pieces = [piece for one in used if (piece := self._pieces.find_named(one)) is not None]
        numbers = sorted(piece.index for piece in pieces if piece.form is Form.NUMBER)
        others = [piece.form for piece in pieces if piece.form is not Form.NUMBER]
        is_whole = numbers in ([0, 1], [0, 1, 2]) and len(others) == len({*others})
        return tuple(sorted(pieces, key=lambda piece: piece.start)) if is_whole else ()

    def with_marker(self, name: str, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """The pieces with the string that the module puts behind them, if there is one: ``extra = ".dev"``."""
        numbers = [piece for piece in pieces if piece.form is Form.NUMBER]
        others = [piece for piece in pieces if piece.form is not Form.NUMBER]
        if others and [piece.form for piece in others] != [Form.LEVEL]:
            return pieces
        said = ".".join(piece.text for piece in sorted(numbers, key=lambda piece: piece.index))
        for one in islice(self._list_markers(), _MOST_MARKERS):
            told = evaluate(self._tree, name, {one: _A_MARKER})
            found = self._pieces.find_text(one)
            if not isinstance(told, str) or find_version(told) != find_version(said + _A_MARKER) or found is None:
                continue
            span, text = found
            if all((piece.start, piece.end) == (span.start, span.end) for piece in others):
                # What looks like the word of a level may be all that follows: _extra = "dev".
                return (*numbers, Piece(span.start, span.end, Form.MARKER, text))
        return pieces

    def with_whole_release(self, name: str, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """The pieces with all numbers as one, where they are a tuple that the module joins with dots, however long it is."""
        numbers = [piece for piece in pieces if piece.form is Form.NUMBER]
        markers = [piece for piece in pieces if piece.form is Form.MARKER]
        if len(markers) != 1 or len(pieces) != len(numbers) + 1:
            return pieces
        for one in self._list_tuples():
            release = self._pieces.find_release(one, numbers)
            told = evaluate(self._tree, name, {one: _RELEASE, **self._name_of(markers[0])}) if release else None
            # What else uses the tuple may count its elements.
            if release is not None and told == ".".join(map(str, _RELEASE)) + _A_MARKER and self._count_uses(one) == 1:
                return (release, *markers)
        return pieces

    def _name_of(self, marker: Piece) -> dict[str, Instead]:
        """The name that is bound to ``marker``, with one that tells whether it is put behind the numbers."""
        place = (Span(marker.start, marker.end), marker.text)
        return {name: _A_MARKER for name in self._list_markers() if self._pieces.find_text(name) == place}

    def find_row(self, name: str) -> tuple[Piece, ...] | None:
        """The tuple of numbers, and of strings behind them, that the module makes ``name`` of."""
        for one in self._list_tuples():
            pieces = self._pieces.list_row(self._bound[one][0])
            if pieces is None:
                continue
            numbers = _RELEASE[: sum(piece.form is Form.NUMBER for piece in pieces)]
            strings = (_A_MARKER,) if pieces[-1].form is Form.MARKER else (_A_MARKER[:-1], _A_MARKER[-1:])
            told = evaluate(self._tree, name, {one: (*numbers, *strings)})
            if told == ".".join(map(str, numbers)) + _A_MARKER:
                return tuple(pieces)
        return None

    def _list_tuples(self) -> Iterator[str]:
        """Names that are bound once, to a tuple."""
        names = (name for name, values in self._bound.items() if len(values) == 1 and isinstance(values[0], ast.Tuple))
        return islice(names, _MOST_TUPLES)

    def _count_uses(self, name: str) -> int:
        return sum(
            isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
            for node in ast.walk(self._tree)
        )

    def _list_markers(self) -> Iterator[str]:
        """Names that are bound once, to what may follow the numbers of a version, or to an empty string."""
        for name, values in self._bound.items():
            match values:
                case [ast.Constant(value=str() as text)] if len(text) <= _LONGEST_MARKER and find_version(f"1{text}"):
                    yield name
