"""A version that a module reads from a file and passes on as it is: ``(HERE / "VERSION").read_text().strip()``."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping, Sequence

_DEEPEST = 12
_LONGEST = 200
_TRIMS = frozenset({"strip", "rstrip", "lstrip", "decode"})
_LINES = frozenset({"splitlines", "split", "readlines"})
_WRAPS = frozenset({"Path", "PurePath", "str", "abspath", "realpath", "fspath", "files"})
_SAME = frozenset({"resolve", "absolute"})

Bound = Mapping[str, Sequence[ast.expr]]
"""What names are bound to, also by ``with ... as name``."""


def find_read_file(expression: ast.expr, bound: Bound) -> str | None:
    """The end of the path of the file that ``expression`` is the whole text of, but for blanks; None when it is something else.

    What is computed of the text, or of several files, is none: only its value as a whole may be replaced there.
    """
    path = _find_text(expression, bound, 0)
    parts = [] if path is None else list(_list_parts(path, bound, 0))
    if not parts or any(not part or len(part) > _LONGEST for part in parts):
        return None
    end = posixpath.normpath("/".join(part.strip("/") for part in parts))
    return None if end.startswith("..") or end in (".", "/") else end


def _find_text(expression: ast.expr, bound: Bound, depth: int) -> ast.expr | None:
    """The path of the file whose text ``expression`` is."""
    if depth > _DEEPEST:
        return None
    match expression:
        case ast.Name(id=name):
            values = bound.get(name, ())
            return _find_text(values[0], bound, depth + 1) if len(values) == 1 else None
        case ast.Subscript(
            value=ast.Call(func=ast.Attribute(value=inner, attr=attribute)), slice=ast.Constant(value=0)
        ) if attribute in _LINES:
            return (_find_opened if attribute == "readlines" else _find_text)(inner, bound, depth + 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if attribute in _TRIMS:
            return _find_text(inner, bound, depth + 1)
        case ast.Call(func=ast.Attribute(attr="get_data" | "read_text"), args=[_, ast.Constant(value=str()) as path]):
            # pkgutil.get_data(package, name), importlib.resources.read_text(package, name)
            return path
        case ast.Call(func=ast.Attribute(value=inner, attr="read_text" | "read_bytes")):
            return inner
        case ast.Call(func=ast.Attribute(value=inner, attr="read" | "readline"), args=[]):
            return _find_opened(inner, bound, depth + 1)
        case _:
            return None


def _find_opened(expression: ast.expr, bound: Bound, depth: int) -> ast.expr | None:
    """The path of the file that is open."""
    match expression:
        case ast.Name(id=name) if depth <= _DEEPEST:
            values = bound.get(name, ())
            return _find_opened(values[0], bound, depth + 1) if len(values) == 1 else None
        case ast.Call(func=ast.Name(id="open"), args=[path, *_]):
            return path
        case ast.Call(func=ast.Attribute(value=ast.Name(id="io" | "codecs"), attr="open"), args=[path, *_]):
            return path
        case ast.Call(func=ast.Attribute(value=path, attr="open")):
            return path
        case _:
            return None


def _list_parts(path: ast.expr, bound: Bound, depth: int) -> Iterator[str]:
    """The constant parts of a path behind what only running tells; an empty one where something else stands behind them."""
    if depth > _DEEPEST:
        yield ""
        return
    match path:
        case ast.Constant(value=str() as part):
            yield part
        case ast.Name(id=name) if len(bound.get(name, ())) == 1:
            yield from _list_parts(bound[name][0], bound, depth + 1)
        case ast.BinOp(left=left, op=ast.Div() | ast.Add(), right=right):
            yield from _list_parts(left, bound, depth + 1)
            yield right.value if isinstance(right, ast.Constant) and isinstance(right.value, str) else ""
        case ast.Call(func=ast.Attribute(value=folder, attr="joinpath"), args=args):
            yield from _list_parts(folder, bound, depth + 1)
            yield from _list_last(args)
        case ast.Call(func=ast.Attribute(attr="join"), args=[first, *args]):
            yield from _list_parts(first, bound, depth + 1)
            yield from _list_last(args)
        case ast.Call(func=ast.Attribute(attr="with_name"), args=[ast.Constant(value=str() as part)]):
            yield part
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner, *args]) if name in _WRAPS:
            yield from _list_parts(inner, bound, depth + 1)
            yield from _list_last(args)
        case ast.Call(func=ast.Attribute(value=inner, attr=attribute), args=[]) if attribute in _SAME:
            yield from _list_parts(inner, bound, depth + 1)
        case _:
            # The folder of the module, or one above: what follows tells where in it.
            pass


def _list_last(args: Sequence[ast.expr]) -> Iterator[str]:
    for arg in args:
        yield arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else ""
