"""Numbers at the top of setup.py that a function puts together, with what git tells of development versions.

``MAJOR = 7`` and its like, used as ``template.format(major=MAJOR, minor=MINOR, micro=MICRO, prerelease=PRERELEASE)`` in a
function that makes the version: what it returns cannot be worked out, what it is made of can be read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from bot.versions.arithmetic import find_version
from bot.versions.backends.python_source import site_of
from bot.versions.backends.setup_py import MOST_NODES, SetupPy
from bot.versions.formats.python_evaluation import list_bound
from bot.versions.formats.python_pieces import list_names
from bot.versions.formats.python_values import Composite, Module
from bot.versions.project import Form, Piece, Site, SiteKind

_RELEASES = [[(Form.NUMBER, index) for index in range(length)] for length in (2, 3)]
_MOST_REACHED = 30


def find_constants(setup: SetupPy) -> tuple[Site, ...]:
    """The numbers that are formatted where the version is made, in the same way wherever they are."""
    module = setup.module
    made = set()
    for part in _list_reached(setup):
        # A function may have numbers of its own that are called the same.
        own = set(list_bound(part))
        nodes = islice(ast.walk(part), MOST_NODES)
        for call in (node for node in nodes if isinstance(node, ast.Call) and _is_format(node)):
            pieces = tuple(_list_parts(module, call))
            if pieces and not own.isdisjoint(module.bound.keys() & set(list_names(call))):
                return ()
            made |= {pieces} - {()}
    if len(made) != 1:
        return ()
    (pieces,) = made
    composite = Composite("version", min(map(module.pieces.line_of, pieces)), pieces)
    site = site_of(setup.path, SiteKind.SETUP_PY, composite, strict=False)
    return (site,) if site is not None else ()


def _list_reached(setup: SetupPy) -> Iterator[ast.AST]:
    """What the argument ``version`` is made of: the values of its names, and the functions that are called for them."""
    by_name = _list_by_name(setup.module.tree)
    names, argument = [*list_names(setup.arguments["version"])], setup.arguments["version"]
    yield argument
    for name in names:
        for part in by_name.get(name, ()):
            yield part
            names += [used for used in list_names(part) if used not in names][: max(0, _MOST_REACHED - len(names))]


def _list_by_name(tree: ast.Module) -> dict[str, list[ast.AST]]:
    """What names mean at the top of a module: functions, and values, those of several names at once as well."""
    found: dict[str, list[ast.AST]] = {}
    for statement in tree.body:
        match statement:
            case ast.FunctionDef(name=name):
                found.setdefault(name, []).append(statement)
            case ast.Assign(targets=targets, value=value):
                for name in (name for target in targets for name in list_names(target)):
                    found.setdefault(name, []).append(value)
            case _:
                pass
    return found


def _is_format(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "format"


def _list_parts(module: Module, call: ast.Call) -> Iterator[Piece]:
    """The numbers that ``call`` is given, all of a release, and the one string that may follow them; nothing otherwise."""
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    names = dict.fromkeys(name for value in given for name in list_names(value))
    parts = {name: piece for name in names if (piece := module.pieces.find_named(name)) is not None}
    numbers = sorted(parts.values(), key=lambda piece: piece.index)
    if [(piece.form, piece.index) for piece in numbers] not in _RELEASES:
        return
    others = [name for name in names if name not in parts and name in module.bound]
    texts = [module.pieces.find_text(name) for name in others if len(module.bound[name]) == 1]
    markers = [found for found in texts if found is not None and _is_marker(found[1])]
    if len(others) > 1 or len(markers) < len(others):
        # Whatever else is bound beside the numbers makes a version of them that is not known.
        return
    yield from numbers
    for span, text in markers:
        yield Piece(span.start, span.end, Form.MARKER, text)


def _is_marker(text: str) -> bool:
    return not text.isdigit() and find_version(f"1{text}") is not None
