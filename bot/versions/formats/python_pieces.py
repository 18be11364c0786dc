"""Where in a Python module the parts of a version stand: numbers, words of a level, tuples and arguments of calls."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from bot.versions.arithmetic import find_version
from bot.versions.formats.python_calls import read_arguments
from bot.versions.formats.python_elements import MOST_ELEMENTS, join_elements
from bot.versions.formats.python_literals import position_of
from bot.versions.formats.text import Span
from bot.versions.project import Form, Piece
from bot.versions.spelling import HEX_LEVEL

_MOST_NODES = 300

_PARTS = (
    (re.compile(r"(?:.*_)?major"), Form.NUMBER, 0),
    (re.compile(r"(?:.*_)?minor"), Form.NUMBER, 1),
    (re.compile(r"(?:.*_)?(?:micro|patch|build|bugfix|revision|point|maintenance)"), Form.NUMBER, 2),
    (re.compile(r"(?:.*_)?(?:releaselevel|level|stage)"), Form.LEVEL, 0),
    (re.compile(r"(?:.*_)?serial"), Form.SERIAL, 0),
    (re.compile(r"_?(?:version_)?dev"), Form.DEV, 0),
)
_LEVELS = frozenset({"alpha", "beta", "candidate", "final", "dev", "a", "b", "c", "rc", "f", ""})
_STRING = re.compile(r"""(?P<quote>["'])(?P<text>[0-9A-Za-z]*)(?P=quote)""")
_SHORT = re.compile(r"""(?P<quote>["'])(?P<text>[-+.\w]{0,20})(?P=quote)""", re.ASCII)
_MARKERS = {1: (Form.MARKER,), 2: (Form.WORD, Form.COUNT)}
"""What follows the numbers in a tuple, in so many strings."""

_PAIRS = re.compile(r"0[xX]\d{6}")
_NUMBER = re.compile(r"\d{1,9}")


class Pieces:
    """Finds the parts of a version in what a module's names are bound to."""

    def __init__(self, body: str, starts: list[int], bound: Mapping[str, list[ast.expr]]) -> None:
        self._body, self._starts, self._bound = body, starts, bound

    def line_of(self, piece: Piece) -> int:
        """The line on which a piece stands, counted from 1."""
        return 1 + sum(1 for start in self._starts[1:] if start <= piece.start)

    def list_in(self, expression: ast.expr) -> list[Piece] | None:
        """The pieces of a tuple, a list or a call with constant arguments; None when it is none."""
        if isinstance(expression, (ast.Tuple, ast.List)):
            return self._positional(expression.elts)
        if not isinstance(expression, ast.Call):
            return None
        arguments = expression.args
        if arguments and _names_a_package(arguments[0]):
            # ``Version("package", 24, 8, 1)``, as the incremental package has it.
            arguments = arguments[1:]
        if not isinstance(expression.func, (ast.Name, ast.Attribute)):
            return None
        pieces = self._positional(arguments) if arguments else []
        for keyword in expression.keywords:
            named = self._named(keyword.arg or "", keyword.value)
            if named is None or pieces is None or named.form is Form.DEV:
                return None
            pieces.append(named)
        return pieces or None

    def list_within(self, expression: ast.expr) -> list[Piece]:
        """The pieces of the one tuple or the numbers that an expression puts together, with a ``_dev`` beside them."""
        names = list(list_names(expression))
        named = {name: piece for name in names if (piece := self.find_named(name)) is not None}
        extra = [piece for piece in named.values() if piece.form is Form.DEV]
        for name in names:
            for value in self._bound.get(name, [])[-1:]:
                pieces = self.list_in(value)
                if pieces:
                    return [*pieces, *extra]
        for node in islice(ast.walk(expression), _MOST_NODES):
            if isinstance(node, (ast.Tuple, ast.List)) and (pieces := self.list_in(node)):
                return [*pieces, *extra]
        numbers = [piece.index for piece in named.values() if piece.form is Form.NUMBER]
        return list(named.values()) if sorted(numbers) in ([0, 1], [0, 1, 2]) else []

    def find_named(self, name: str) -> Piece | None:
        """The part of a version that ``name`` is bound to, once and plainly, as its name tells."""
        values = self._bound.get(name, [])
        return self._named(name, values[0]) if len(values) == 1 else None

    def find_flag(self, name: str) -> Piece | None:
        """The ``True`` or ``False`` that ``name`` is bound to, once."""
        match self._bound.get(name, ()):
            case [ast.Constant(value=bool() as flag) as node]:
                return Piece(self._start(node), self._end(node), Form.FLAG, str(flag))
            case _:
                return None

    def find_elements(self, name: str) -> Piece | None:
        """All elements of the tuple that ``name`` is bound to, which say a version joined with dots."""
        bound = self._bound.get(name, ())
        if len(bound) != 1 or not isinstance(bound[0], (ast.Tuple, ast.List)):
            return None
        elements = bound[0].elts
        if not 2 <= len(elements) <= MOST_ELEMENTS:
            return None
        span = Span(self._start(elements[0]), self._end(elements[-1]))
        text = self._body[span.start : span.end]
        is_version = find_version(join_elements(text) or "") is not None
        return Piece(span.start, span.end, Form.ELEMENTS, text) if is_version else None

    def list_row(self, row: ast.expr) -> list[Piece] | None:
        """The pieces of a tuple of numbers with what follows them in one string or two: (1, 2, 0, "rc1"), (1, 2, 0, "", "")."""
        elements = [self._part_of_row(element) for element in row.elts] if isinstance(row, ast.Tuple) else []
        numbers = [text.isdigit() and not is_quoted for _, text, is_quoted in filter(None, elements)]
        count = numbers.index(False) if False in numbers else 0
        strings = numbers[count:]
        if len(numbers) != len(elements) or count < 2 or len(strings) not in _MARKERS or any(strings):
            return None
        forms = [*[Form.NUMBER] * count, *_MARKERS[len(strings)]]
        return [
            Piece(span.start, span.end, form, text, index if form is Form.NUMBER else 0)
            for index, ((span, text, _), form) in enumerate(zip(filter(None, elements), forms, strict=True))
        ]

    def find_release(self, name: str, numbers: list[Piece]) -> Piece | None:
        """All elements of the tuple that ``name`` is bound to as one place, if these ``numbers`` are all that it has."""
        whole = self.find_elements(name)
        if whole is None or not numbers or (numbers[0].start, numbers[-1].end) != (whole.start, whole.end):
            return None
        return Piece(whole.start, whole.end, Form.RELEASE, whole.text)

    def find_arguments(self, call: ast.Call) -> Piece | None:
        """What follows the package's name in a call of incremental's; None when it says no version in plain numbers."""
        if not 2 <= len(call.args) + len(call.keywords) <= MOST_ELEMENTS or len(call.args) < 2:
            return None
        if not _names_a_package(call.args[0]):
            return None
        ends = [self._end(argument) for argument in call.args] + [self._end(keyword) for keyword in call.keywords]
        span = Span(self._start(call.args[1]), max(ends))
        text = self._body[span.start : span.end]
        is_version = find_version(read_arguments(text) or "") is not None
        return Piece(span.start, span.end, Form.ARGUMENTS, text) if is_version else None

    def find_pairs(self, name: str) -> Piece | None:
        """The number that ``name`` is bound to if it is written as three pairs of digits: ``0x021203``."""
        match self._bound.get(name):
            case [ast.Constant(value=int()) as constant]:
                start, end = self._start(constant), self._end(constant)
                text = self._body[start:end]
                return Piece(start, end, Form.PAIRS, text) if _PAIRS.fullmatch(text) else None
            case _:
                return None

    def find_text(self, name: str) -> tuple[Span, str] | None:
        """The span and text of the number or the short string that ``name`` is bound to first."""
        return self._constant(self._bound[name][0]) or self._span_of_text(self._bound[name][0])

    def _positional(self, elements: list[ast.expr]) -> list[Piece] | None:
        pieces: list[Piece] = []
        level = False
        while len(elements) > 2 and isinstance(elements[-1], ast.Constant) and elements[-1].value is None:
            # What a final version lacks: (1, 2, 0, None).
            elements = elements[:-1]
        if not 2 <= len(elements) <= MOST_ELEMENTS:
            return None
        for index, element in enumerate(elements):
            found = self._constant(element)
            if found is None:
                return None
            span, text = found
            if text.isdigit():
                form = (
                    (Form.SERIAL if level else Form.NUMBER) if Form.SERIAL not in {p.form for p in pieces} else Form.DEV
                )
            elif text.lower() in _LEVELS and index >= 2 and not level:
                form, level = Form.LEVEL, True
            else:
                return None
            pieces.append(Piece(span.start, span.end, form, text, index if form is Form.NUMBER else 0))
        return pieces if pieces[0].form is Form.NUMBER else None

    def _part_of_row(self, element: ast.expr) -> tuple[Span, str, bool] | None:
        """The span and text of a number or a short string, and whether it is a string."""
        is_quoted = isinstance(element, ast.Constant) and isinstance(element.value, str)
        if not isinstance(element, ast.Constant):
            return None
        found = self._span_of_text(element) if is_quoted else self._constant(element)
        return (*found, is_quoted) if found is not None else None

    def _named(self, name: str, value: ast.expr) -> Piece | None:
        for pattern, form, index in _PARTS:
            if pattern.fullmatch(name.lower()):
                found = self._constant(value) or (self._span_of_level(value) if form is Form.LEVEL else None)
                if found is None or (form is not Form.LEVEL) != found[1].isdigit():
                    return None
                return Piece(found[0].start, found[0].end, form, found[1], index)
        return None

    def _constant(self, element: ast.expr) -> tuple[Span, str] | None:
        """The span and text of a number or a short string, or of the one that a name stands for."""
        if isinstance(element, ast.Name) and len(self._bound.get(element.id, ())) == 1:
            element = self._bound[element.id][0]
        if not isinstance(element, ast.Constant):
            return None
        start, end = self._start(element), self._end(element)
        text = self._body[start:end]
        if type(element.value) is int and _NUMBER.fullmatch(text):
            return Span(start, end), text
        quoted = _STRING.fullmatch(text)
        return (Span(start + 1, end - 1), quoted["text"]) if quoted else None

    def _span_of_level(self, node: ast.expr) -> tuple[Span, str] | None:
        """A level as ``sys.hexversion`` has it (https://docs.python.org/3/c-api/apiabiversion.html): 0xA, 0xB, 0xC or 0xF."""
        text = self._body[self._start(node) : self._end(node)]
        is_level = isinstance(node, ast.Constant) and HEX_LEVEL.fullmatch(text)
        return (Span(self._start(node), self._end(node)), text) if is_level else None

    def _span_of_text(self, node: ast.expr) -> tuple[Span, str] | None:
        """A short string without escapes."""
        start, end = self._start(node), self._end(node)
        quoted = _SHORT.fullmatch(self._body[start:end])
        return (Span(start + 1, end - 1), quoted["text"]) if quoted else None

    def _start(self, node: ast.expr) -> int:
        return position_of(self._body, self._starts, node.lineno, node.col_offset)

    def _end(self, node: ast.expr | ast.keyword) -> int:
        return position_of(
            self._body, self._starts, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        )


def _names_a_package(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value not in _LEVELS


def list_names(expression: ast.AST) -> Iterator[str]:
    """The names in an expression or a statement, as far as it is not beyond reason."""
    for node in islice(ast.walk(expression), _MOST_NODES):
        if isinstance(node, ast.Name):
            yield node.id
