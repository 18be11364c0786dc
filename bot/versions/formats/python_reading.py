"""A version that a module reads from a file and passes on as it is: ``(HERE / "VERSION").read_text().strip()``."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_DEEPEST = 12
_LONGEST = 200
_TRIMS = frozenset({"strip", "rstrip", "lstrip", "decode"})
_WRAPS = frozenset({"Path", "PurePath", "str", "abspath", "realpath", "fspath", "files"})
_SAME = frozenset({"resolve", "absolute"})

Bound = Mapping[str, ast.expr]
"""What names are bound to, each in one place of the module, or by the ``with`` that a block stands in."""


@dataclass(frozen=True, slots=True)
class ReadFile:
    """Where a file lies that a module reads: ``end`` of its path behind the folder, ``folders`` above the module's file.

    One folder above is the module's own; None where only running tells which one.
    """

    end: str
    folders: int | None


def find_read_file(expression: ast.expr, bound: Bound) -> ReadFile | None:
    """The file whose whole text ``expression`` is, but for blanks around it; None when it is something else.

    What is computed of a text, or of several files, is none: only its value as a whole may be replaced there.
    """
    path = _find_text(expression, bound, 0)
    parts = [] if path is None else list(_list_parts(path, bound, 0))
    if path is None or not parts or any(not part or len(part) > _LONGEST for part in parts):
        return None
    folders = _count_folders(path, bound, 0)
    end = posixpath.normpath("/".join(part.strip("/") for part in parts))
    leads_up = end.startswith("..") and not folders
    return None if leads_up or end in (".", "/") or parts[0].startswith("/") else ReadFile(end, folders)


def find_text_of(expression: ast.expr, opened: Bound) -> ast.expr | None:
    """``path.read_text()`` where ``expression`` is the whole text of a file of ``opened``; None when it is something else."""
    path = _find_text(expression, opened, 0)
    if path is None:
        return None
    return ast.copy_location(ast.Call(ast.Attribute(path, "read_text", ast.Load()), [], []), expression)


def _find_text(expression: ast.expr, bound: Bound, depth: int) -> ast.expr | None:
    """The path of the file whose text ``expression`` is."""
    if depth > _DEEPEST:
        return None
    match expression:
        case ast.Name(id=name) if name in bound:
            return _find_text(bound[name], bound, depth + 1)
        case ast.Subscript(
            value=ast.Call(func=ast.Attribute(value=inner, attr="splitlines" | "split"), args=[], keywords=[]),
            slice=ast.Constant(value=0),
        ):
            return _find_text(inner, bound, depth + 1)
        case ast.Call(func=ast.Attribute(value=inner, attr=attribute), args=args) if attribute in _TRIMS:
            # ``strip("v")`` takes more than blanks away.
            return _find_text(inner, bound, depth + 1) if attribute == "decode" or not args else None
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
        case ast.Name(id=name) if name in bound and depth <= _DEEPEST:
            return _find_opened(bound[name], bound, depth + 1)
        case ast.Call(func=ast.Name(id="open"), args=[path, *_]):
            return path
        case ast.Call(func=ast.Attribute(value=ast.Name(id="io" | "codecs"), attr="open"), args=[path, *_]):
            return path
        case ast.Call(func=ast.Attribute(value=path, attr="open")):
            return path
        case _:
            return None


def _list_parts(path: ast.expr, bound: Bound, depth: int) -> Iterator[str]:
    """The constant parts of a path behind its folder; an empty one where something else stands behind them."""
    if depth > _DEEPEST:
        yield ""
        return
    match path:
        case ast.Constant(value=str() as part):
            yield part
        case ast.Name(id=name) if name in bound:
            yield from _list_parts(bound[name], bound, depth + 1)
        case ast.BinOp(left=first, op=ast.Div() | ast.Add(), right=last):
            yield from _list_parts(first, bound, depth + 1)
            yield from _list_last([last])
        case ast.Call(func=ast.Attribute(value=first, attr="joinpath"), args=args):
            yield from _list_parts(first, bound, depth + 1)
            yield from _list_last(args)
        case ast.Call(func=ast.Attribute(attr="join"), args=[first, *args]):
            yield from _list_parts(first, bound, depth + 1)
            yield from _list_last(args)
        case ast.Call(func=ast.Attribute(attr="with_name"), args=[ast.Constant(value=str() as part)]):
            yield part
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[first, *args]) if name in _WRAPS:
            yield from _list_parts(first, bound, depth + 1)
            yield from _list_last(args)
        case ast.Call(func=ast.Attribute(value=first, attr=attribute), args=[]) if attribute in _SAME:
            yield from _list_parts(first, bound, depth + 1)
        case _:
            # The folder that is counted from.
            pass


def _list_last(args: Sequence[ast.expr]) -> Iterator[str]:
    for arg in args:
        yield arg.value if isinstance(arg, ast.Constant) and isinstance(arg.value, str) else ""


def _count_folders(path: ast.expr, bound: Bound, depth: int) -> int | None:
    """How many folders above ``__file__`` a path is counted from; None where it does not begin there."""
    if depth > _DEEPEST:
        return None
    above, inner = 0, path
    match path:
        case ast.Name(id="__file__"):
            return 0
        case ast.Name(id=name) if name in bound:
            inner = bound[name]
        case ast.BinOp(left=inner):
            pass
        case ast.Attribute(value=inner, attr="parent"):
            above = 1
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(value=int() as above)):
            above += 1
        case ast.Call(func=ast.Attribute(value=inner, attr="with_name")):
            above = 1
        case ast.Call(func=ast.Attribute(attr="dirname") | ast.Name(id="dirname"), args=[inner]):
            above = 1
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner, *_]):
            pass
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[inner, *_]) if name in _WRAPS:
            pass
        case ast.Call(func=ast.Attribute(value=inner, attr=attribute)) if attribute in {"joinpath", *_SAME}:
            pass
        case _:
            return None
    found = _count_folders(inner, bound, depth + 1)
    return None if found is None else found + above
