"""What a Python module says its version is, traced through its own assignments without executing any of them.

Beside plain strings there are versions in pieces: ``VERSION = (9, 1, 0, "final", 0)``, ``Version(major=22, minor=8)``,
``VERSION_MAJOR = 6`` with a string put together from such numbers, and versions imported from another module.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.formats.python_evaluation import evaluate, list_bound
from bot.versions.formats.python_literals import Literal, parse, read_literal
from bot.versions.formats.python_making import Making
from bot.versions.formats.python_pieces import Pieces, list_names
from bot.versions.formats.python_reading import ReadFile, find_read_file, find_text_of
from bot.versions.formats.text import line_starts
from bot.versions.project import Piece
from bot.versions.spelling import compose

_DEEPEST = 8
_CLASSES = frozenset({"Version", "StrictVersion", "LooseVersion", "parse_version"})
"""What packaging, distutils and setuptools make of a string that says a version."""

_METHODS = frozenset({"short", "public", "base", "local"})
"""What a version of the incremental package calls itself as a string."""


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

    ``part`` is what it is made of in the second case. ``read_from`` is the file that it is the text of.
    """

    name: str
    line: int
    part: Literal | Composite | None = None
    read_from: ReadFile | None = None


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
        match values:
            case [Computed(part=None) as computed]:
                return [replace(computed, read_from=module.find_read_file(name))]
            case [_, *_]:
                return values
            case _:
                pass
    return []


class Module:
    """A module's syntax tree with what its names are bound to at the top."""

    def __init__(self, body: str, tree: ast.Module) -> None:
        self.body = body
        self.starts = line_starts(body)
        self.tree = tree
        self.bound: dict[str, list[ast.expr]] = {}
        self.imported: dict[str, Elsewhere] = {}
        self._read: dict[str, ast.expr] = {}
        for statement in _statements(tree):
            self._bind(statement)
        self.pieces = Pieces(body, self.starts, self.bound)
        self._making = Making(tree, self.bound, self.pieces)
        self._joined = dict(self._find_joined())

    def _bind(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            for target in targets:
                if isinstance(target, ast.Name) and statement.value is not None:
                    self.bound.setdefault(target.id, []).append(statement.value)
        elif isinstance(statement, ast.With):
            self._bind_read(statement)
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                self.imported[alias.asname or alias.name] = Elsewhere(
                    statement.module or "", statement.level, alias.name
                )
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                name = alias.asname or alias.name.split(".")[0]
                self.imported[name] = Elsewhere(alias.name if alias.asname else name, 0, "")

    def _bind_read(self, statement: ast.With) -> None:
        """Take note of the names that a block sets to the text of a file that it opens; blocks call their files alike."""
        opened = {
            item.optional_vars.id: item.context_expr
            for item in statement.items
            if isinstance(item.optional_vars, ast.Name)
        }
        for inner in statement.body:
            match inner:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    text = find_text_of(value, opened)
                    self._read |= {name: text} if text is not None else {}
                case _:
                    pass

    def values_of(self, name: str) -> list[Value]:
        """What ``name`` is bound to: every plain string, else one other value, which the module makes that version of."""
        values = self._values_of(name, 0)
        told = evaluate(self.tree, name) if len(values) < 2 else None
        version = find_version(told) if isinstance(told, str) else None
        if version is None:
            return values
        if not values:
            pieces = self._making.list_in_conditions(name)
            return [self._composite(name, pieces)] if _says(pieces) == version else []
        row = self._making.find_row(name) if isinstance(values[0], (Composite, Computed)) else None
        if row is not None and _says(row) == version:
            return [self._composite(name, row)]
        match values[0]:
            case Composite(pieces=pieces):
                marked = self._making.with_whole_release(name, self._making.with_marker(name, pieces))
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
        if not expressions and name in self._read:
            return [Computed(name, self._read[name].lineno)]
        if not expressions:
            return [self.imported[name]] if name in self.imported else []
        return self._value(name, expressions[-1], depth)

    def find_read_file(self, name: str) -> ReadFile | None:
        """The file whose whole text ``name`` is bound to, as it stays."""
        stored = Counter(list_bound(self.tree))
        bound = self._read | {one: values[0] for one, values in self.bound.items() if len(values) == 1}
        once = {one: value for one, value in bound.items() if stored[one] == 1}
        return find_read_file(once[name], once) if name in once else None

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
        wrapped = _find_wrapped(expression)
        if wrapped is not None:
            return [read_literal(self.body, self.starts, name, wrapped)]
        joined = self._joined.get(name) or self._joined.get(_joins(expression) or "")
        if joined is not None:
            return [self._composite(name, (joined,))]
        whole = self._value_of_text(expression, depth)
        if whole:
            return whole
        if isinstance(expression, ast.Call) and self._is_incremental(expression.func):
            arguments = self.pieces.find_arguments(expression)
            return [self._composite(name, (arguments,)) if arguments else Computed(name, expression.lineno)]
        pieces = self.pieces.list_in(expression)
        if pieces is None:
            pieces = self.pieces.list_within(expression)
        if pieces:
            return [self._composite(name, tuple(pieces))]
        mentioned = (self.imported[used] for used in list_names(expression) if used in self.imported)
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
            piece = self.pieces.find_elements(name) if uses[name] == count else None
            if piece is not None:
                yield name, piece

    def find_elements(self, name: str) -> Composite | None:
        """The tuple that ``name`` is bound to, as a place for all of its elements, which say a version joined with dots."""
        piece = self.pieces.find_elements(name)
        return self._composite(name, (piece,)) if piece is not None else None

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

    def _composite(self, name: str, pieces: tuple[Piece, ...]) -> Composite:
        return Composite(name, self.pieces.line_of(min(pieces, key=lambda piece: piece.start)), pieces)


def _says(pieces: tuple[Piece, ...]) -> Version | None:
    return find_version(compose(pieces) or "")


def _find_wrapped(expression: ast.expr) -> ast.Constant | None:
    """The one string of which an object is made that stands for a version: ``Version("1.2.0")``."""
    match expression:
        case ast.Call(
            func=ast.Name(id=called) | ast.Attribute(attr=called), args=[ast.Constant(value=str()) as text], keywords=[]
        ) if called in _CLASSES:
            return text
        case _:
            return None


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


def _statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """The module's statements; imports inside a ``try`` count, for that is how a fallback is written."""
    for statement in tree.body:
        yield statement
        if isinstance(statement, ast.Try):
            yield from (inner for inner in statement.body if isinstance(inner, (ast.ImportFrom, ast.Import)))


def _dotted(expression: ast.expr) -> list[str] | None:
    parts: list[str] = []
    while isinstance(expression, ast.Attribute) and len(parts) < _DEEPEST:
        parts.insert(0, expression.attr)
        expression = expression.value
    return [expression.id, *parts] if isinstance(expression, ast.Name) else None
