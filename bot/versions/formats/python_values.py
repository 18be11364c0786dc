"""What a Python module says its version is, traced through its own assignments without executing any of them.

Beside plain strings there are versions in pieces: ``VERSION = (9, 1, 0, "final", 0)``, ``Version(major=22, minor=8)``,
``VERSION_MAJOR = 6`` with a string put together from such numbers, and versions imported from another module.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.formats.python_calls import read_arguments
from bot.versions.formats.python_elements import MOST_ELEMENTS, join_elements
from bot.versions.formats.python_evaluation import evaluate, list_bound
from bot.versions.formats.python_literals import Literal, parse, position_of, read_literal
from bot.versions.formats.text import Span, line_starts
from bot.versions.project import Form, Piece
from bot.versions.spelling import HEX_LEVEL, compose

_DEEPEST = 8
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
_METHODS = frozenset({"short", "public", "base", "local"})
"""What a version of the incremental package calls itself as a string."""
_STRING = re.compile(r"""(?P<quote>["'])(?P<text>[0-9A-Za-z]*)(?P=quote)""")
_SHORT = re.compile(r"""(?P<quote>["'])(?P<text>[-+.\w]{0,20})(?P=quote)""", re.ASCII)
_PAIRS = re.compile(r"0[xX]\d{6}")
_NUMBER = re.compile(r"\d{1,9}")
_MOST_MARKERS = 10
_LONGEST_MARKER = 12
_A_MARKER = "rc7"
"""What no module is likely to say itself tells whether a string is put behind the numbers."""


@dataclass(frozen=True, slots=True)
class Composite:
    """A version in pieces; ``line`` is where the first stands."""

    name: str
    line: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A version that another module holds: ``from .module import name``. ``level`` counts the dots."""

    module: str
    level: int
    name: str


@dataclass(frozen=True, slots=True)
class Computed:
    """A version that only running the module would tell, or of which the module makes another one.

    ``part`` is what it is made of in the second case.
    """

    name: str
    line: int
    part: Literal | Composite | None = None


Value = Literal | Composite | Elsewhere | Computed


def read_values(path: str, body: str, names: Iterable[str], joined: str | None = None) -> list[Value]:
    """What the first of ``names`` that the module binds at its top is bound to: every plain string, else one other value.

    ``joined`` is the name whose tuple, where it is bound to one, the reader joins with dots.

    Raises:
        ProjectRefused: the file is not Python (of the version this program runs on), or nested beyond reason.
    """
    module = Module(body, parse(path, body))
    for name in names:
        whole = module.find_elements(name) if name == joined else None
        values: list[Value] = module.values_of(name) if whole is None else [whole]
        if values:
            return values
    return []


class Module:
    """A module's syntax tree with what its names are bound to at the top."""

    def __init__(self, body: str, tree: ast.Module) -> None:
        self.body = body
        self.starts = line_starts(body)
        self.tree = tree
        self.bound: dict[str, list[ast.expr]] = {}
        self.imported: dict[str, Elsewhere] = {}
        for statement in _statements(tree):
            self._bind(statement)
        self._joined = dict(self._find_joined())

    def _bind(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and statement.value is not None:
                    self.bound.setdefault(target.id, []).append(statement.value)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                self.imported[alias.asname or alias.name] = Elsewhere(
                    statement.module or "", statement.level, alias.name
                )
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                name = alias.asname or alias.name.split(".")[0]
                self.imported[name] = Elsewhere(alias.name if alias.asname else name, 0, "")

    def values_of(self, name: str) -> list[Value]:
        """What ``name`` is bound to: every plain string, else one other value, which the module makes that version of."""
        values = self._values_of(name, 0)
        told = evaluate(self.tree, name) if len(values) < 2 else None
        version = find_version(told) if isinstance(told, str) else None
        if version is None:
            return values
        if not values:
            pieces = self._pieces_of_conditions(name)
            return [self._composite(name, pieces)] if _says(pieces) == version else []
        match values[0]:
            case Composite(pieces=pieces):
                marked = self._with_marker(name, pieces)
                is_whole = _says(marked) == version
                return [self._composite(name, marked) if is_whole else Computed(name, values[0].line, values[0])]
            case Literal(text=str() as text) as literal if find_version(text) != version:
                return [Computed(name, literal.line, literal)]
            case _:
                return values

    def _values_of(self, name: str, depth: int) -> list[Value]:
        expressions = self.bound.get(name, [])
        strings = [e for e in expressions if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        if strings:
            return [read_literal(self.body, self.starts, name, string) for string in strings]
        if not expressions:
            return [self.imported[name]] if name in self.imported else []
        return self._value(name, expressions[-1], depth)

    def value_of(self, name: str, expression: ast.expr) -> list[Value]:
        """What ``expression`` says, such as an argument of a call."""
        if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
            return [read_literal(self.body, self.starts, name, expression)]
        return self._value(name, expression, 0)

    def _value(self, name: str, expression: ast.expr, depth: int) -> list[Value]:
        if depth > _DEEPEST:
            return []
        if isinstance(expression, ast.Name):
            return self._values_of(expression.id, depth + 1)
        if isinstance(expression, ast.Attribute):
            return self._attribute(name, expression)
        joined = self._joined.get(name) or self._joined.get(_joins(expression) or "")
        if joined is not None:
            return [Composite(name, self._line(joined.start), (joined,))]
        whole = self._value_of_text(expression, depth)
        if whole:
            return whole
        if isinstance(expression, ast.Call) and self._is_incremental(expression.func):
            arguments = self._find_arguments(expression)
            return [
                Composite(name, self._line(arguments.start), (arguments,))
                if arguments
                else Computed(name, expression.lineno)
            ]
        pieces = self._pieces(expression)
        if pieces is None:
            pieces = self._pieces_within(expression)
        if pieces:
            first = min(pieces, key=lambda piece: piece.start)
            return [Composite(name, self._line(first.start), tuple(pieces))]
        mentioned = (self.imported[used] for used in _names(expression) if used in self.imported)
        local = next((place for place in mentioned if place.level or "version" in place.name.lower()), None)
        if local is not None and not isinstance(expression, ast.Call):
            return [local]
        return [Computed(name, expression.lineno)]

    def _attribute(self, name: str, expression: ast.Attribute) -> list[Value]:
        dotted = _dotted(expression.value)
        if dotted is not None and len(dotted) == 1 and dotted[0] in self.bound:
            # ``__version__ = version_info.text``: whatever it computes, it does so from that tuple.
            own = self._value(name, self.bound[dotted[0]][-1], _DEEPEST)
            return own if any(isinstance(value, Composite) for value in own) else [Computed(name, expression.lineno)]
        if dotted is None or dotted[0] not in self.imported:
            return [Computed(name, expression.lineno)]
        place = self.imported[dotted[0]]
        parts = [place.module, place.name, *dotted[1:]]
        return [Elsewhere(".".join(filter(None, parts)), place.level, expression.attr)]

    def _find_joined(self) -> Iterator[tuple[str, Piece]]:
        """The tuples that the module only ever joins with dots into a version: what else uses one may count its elements."""
        joins = [name for values in self.bound.values() for value in values if (name := _joins(value)) is not None]
        if not joins:
            return
        uses = Counter(
            node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
        )
        for name, count in Counter(joins).items():
            piece = self._find_elements(name) if uses[name] == count else None
            if piece is not None:
                yield name, piece

    def find_elements(self, name: str) -> Composite | None:
        """The tuple that ``name`` is bound to, as a place for all of its elements, which say a version joined with dots."""
        piece = self._find_elements(name)
        return Composite(name, self._line(piece.start), (piece,)) if piece is not None else None

    def _find_elements(self, name: str) -> Piece | None:
        bound = self.bound.get(name, ())
        if len(bound) != 1 or not isinstance(bound[0], (ast.Tuple, ast.List)):
            return None
        elements = bound[0].elts
        if not 2 <= len(elements) <= MOST_ELEMENTS:
            return None
        span = Span(self._start(elements[0]), self._end(elements[-1]))
        text = self.body[span.start : span.end]
        is_version = find_version(join_elements(text) or "") is not None
        return Piece(span.start, span.end, Form.ELEMENTS, text) if is_version else None

    def find_pairs(self, name: str) -> Piece | None:
        """The number that ``name`` is bound to if it is written as three pairs of digits: ``0x021203``."""
        match self.bound.get(name):
            case [ast.Constant(value=int()) as constant]:
                start, end = self._start(constant), self._end(constant)
                text = self.body[start:end]
                return Piece(start, end, Form.PAIRS, text) if _PAIRS.fullmatch(text) else None
            case _:
                return None

    def line_of(self, piece: Piece) -> int:
        """The line on which a piece stands, counted from 1."""
        return self._line(piece.start)

    def _is_incremental(self, function: ast.expr) -> bool:
        """Whether a function is ``Version`` of the incremental package, by the module's imports."""
        match function:
            case ast.Name(id=name):
                return self.imported.get(name) == Elsewhere("incremental", 0, "Version")
            case ast.Attribute(value=ast.Name(id=name), attr="Version"):
                return self.imported.get(name) == Elsewhere("incremental", 0, "")
            case _:
                return False

    def _value_of_text(self, expression: ast.expr, depth: int) -> list[Value]:
        """The object that ``version.short()`` and its like make a string of: imported, or a call of incremental's here."""
        match expression:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[], keywords=[]) if (
                method in _METHODS
            ):
                pass
            case _:
                return []
        own = self.bound.get(name, [])
        if not own:
            return [self.imported[name]] if name in self.imported and self.imported[name].name else []
        is_call = isinstance(own[-1], ast.Call) and self._is_incremental(own[-1].func)
        return self._value(name, own[-1], depth + 1) if is_call else []

    def _find_arguments(self, call: ast.Call) -> Piece | None:
        """What follows the package's name in a call of incremental's; None when it says no version in plain numbers."""
        if not 2 <= len(call.args) + len(call.keywords) <= MOST_ELEMENTS or len(call.args) < 2:
            return None
        if not _names_a_package(call.args[0]):
            return None
        ends = [self._end(argument) for argument in call.args] + [self._end(keyword) for keyword in call.keywords]
        span = Span(self._start(call.args[1]), max(ends))
        text = self.body[span.start : span.end]
        is_version = find_version(read_arguments(text) or "") is not None
        return Piece(span.start, span.end, Form.ARGUMENTS, text) if is_version else None

    def _pieces_of_conditions(self, name: str) -> tuple[Piece, ...]:
        """The parts of a version behind the names in the conditions on which ``name`` is bound."""
        used = dict.fromkeys(
            node.id
            for statement in self.tree.body
            if isinstance(statement, ast.If) and name in list_bound(statement)
            for node in islice(ast.walk(statement), _MOST_NODES)
            if isinstance(node, ast.Name)
        )
        pieces = [piece for one in used if (piece := self._bound_piece(one)) is not None]
        numbers = sorted(piece.index for piece in pieces if piece.form is Form.NUMBER)
        others = [piece.form for piece in pieces if piece.form is not Form.NUMBER]
        is_whole = numbers in ([0, 1], [0, 1, 2]) and len(others) == len({*others})
        return tuple(sorted(pieces, key=lambda piece: piece.start)) if is_whole else ()

    def _with_marker(self, name: str, pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        """The pieces with the string that the module puts behind them, if there is one: ``extra = ".dev"``."""
        numbers = ".".join(piece.text for piece in sorted(pieces, key=lambda piece: piece.index))
        if any(piece.form is not Form.NUMBER for piece in pieces):
            return pieces
        for one in islice(self._list_markers(), _MOST_MARKERS):
            told = evaluate(self.tree, name, {one: _A_MARKER})
            found = self._constant(self.bound[one][0]) or self._span_of_text(self.bound[one][0])
            if isinstance(told, str) and find_version(told) == find_version(numbers + _A_MARKER) and found is not None:
                span, text = found
                return (*pieces, Piece(span.start, span.end, Form.MARKER, text))
        return pieces

    def _list_markers(self) -> Iterator[str]:
        """Names that are bound once, to what may follow the numbers of a version, or to an empty string."""
        for name, values in self.bound.items():
            match values:
                case [ast.Constant(value=str() as text)] if len(text) <= _LONGEST_MARKER and find_version(f"1{text}"):
                    yield name

    def _composite(self, name: str, pieces: tuple[Piece, ...]) -> Composite:
        return Composite(name, self._line(min(piece.start for piece in pieces)), pieces)

    def _line(self, position: int) -> int:
        return 1 + sum(1 for start in self.starts[1:] if start <= position)

    def _start(self, node: ast.expr) -> int:
        return position_of(self.body, self.starts, node.lineno, node.col_offset)

    def _end(self, node: ast.expr | ast.keyword) -> int:
        return position_of(
            self.body, self.starts, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        )

    def _pieces(self, expression: ast.expr) -> list[Piece] | None:
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

    def _positional(self, elements: list[ast.expr]) -> list[Piece] | None:
        pieces: list[Piece] = []
        level = False
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
        if isinstance(element, ast.Name) and len(self.bound.get(element.id, ())) == 1:
            element = self.bound[element.id][0]
        if not isinstance(element, ast.Constant):
            return None
        start, end = self._start(element), self._end(element)
        text = self.body[start:end]
        if type(element.value) is int and _NUMBER.fullmatch(text):
            return Span(start, end), text
        quoted = _STRING.fullmatch(text)
        return (Span(start + 1, end - 1), quoted["text"]) if quoted else None

    def _span_of_level(self, node: ast.expr) -> tuple[Span, str] | None:
        """A level as ``sys.hexversion`` has it (https://docs.python.org/3/c-api/apiabiversion.html): 0xA, 0xB, 0xC or 0xF."""
        text = self.body[self._start(node) : self._end(node)]
        is_level = isinstance(node, ast.Constant) and HEX_LEVEL.fullmatch(text)
        return (Span(self._start(node), self._end(node)), text) if is_level else None

    def _span_of_text(self, node: ast.expr) -> tuple[Span, str] | None:
        """A short string without escapes."""
        start, end = self._start(node), self._end(node)
        quoted = _SHORT.fullmatch(self.body[start:end])
        return (Span(start + 1, end - 1), quoted["text"]) if quoted else None

    def _pieces_within(self, expression: ast.expr) -> list[Piece]:
        """The pieces of the one tuple or the numbers that an expression puts together, with a ``_dev`` beside them."""
        names = list(_names(expression))
        named = {name: piece for name in names if (piece := self._bound_piece(name)) is not None}
        extra = [piece for piece in named.values() if piece.form is Form.DEV]
        for name in names:
            for value in self.bound.get(name, [])[-1:]:
                pieces = self._pieces(value)
                if pieces:
                    return [*pieces, *extra]
        for node in islice(ast.walk(expression), _MOST_NODES):
            if isinstance(node, (ast.Tuple, ast.List)) and (pieces := self._pieces(node)):
                return [*pieces, *extra]
        numbers = [piece.index for piece in named.values() if piece.form is Form.NUMBER]
        return list(named.values()) if sorted(numbers) in ([0, 1], [0, 1, 2]) else []

    def _bound_piece(self, name: str) -> Piece | None:
        values = self.bound.get(name, [])
        return self._named(name, values[0]) if len(values) == 1 else None


def _says(pieces: tuple[Piece, ...]) -> Version | None:
    return find_version(compose(pieces) or "")


def _joins(expression: ast.expr) -> str | None:
    """The name of the tuple whose elements, all of them, ``expression`` joins with dots; None when it does something else."""
    match expression:
        case ast.Call(func=ast.Attribute(value=ast.Constant(value="."), attr="join"), args=[argument], keywords=[]):
            pass
        case _:
            return None
    match argument:
        case ast.Name(id=name):
            return name
        case ast.Call(func=ast.Name(id="map"), args=[ast.Name(id="str"), ast.Name(id=name)], keywords=[]):
            return name
        case (
            ast.GeneratorExp(
                elt=ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=each)], keywords=[]),
                generators=[ast.comprehension(target=ast.Name(id=one), iter=ast.Name(id=name), ifs=[])],
            )
            | ast.ListComp(
                elt=ast.Call(func=ast.Name(id="str"), args=[ast.Name(id=each)], keywords=[]),
                generators=[ast.comprehension(target=ast.Name(id=one), iter=ast.Name(id=name), ifs=[])],
            )
        ) if each == one:
            return name
        case _:
            return None


def _names_a_package(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value not in _LEVELS


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The module's statements; imports inside a ``try`` count, for that is how a fallback is written."""
    for statement in tree.body:
        yield statement
        if isinstance(statement, ast.Try):
            yield from (inner for inner in statement.body if isinstance(inner, (ast.ImportFrom, ast.Import)))


def _names(expression: ast.expr) -> Iterator[str]:
    for node in islice(ast.walk(expression), _MOST_NODES):
        if isinstance(node, ast.Name):
            yield node.id


def _dotted(expression: ast.expr) -> list[str] | None:
    parts: list[str] = []
    while isinstance(expression, ast.Attribute) and len(parts) < _DEEPEST:
        parts.insert(0, expression.attr)
        expression = expression.value
    return [expression.id, *parts] if isinstance(expression, ast.Name) else None
