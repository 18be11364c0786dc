"""The files that Python code names: what the strings of an expression say together, as the ends of paths."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from itertools import islice

_MOST_NODES = 50_000
_LONGEST_STRING = 200
_TEXT_SUFFIXES = ("", ".txt", ".version", ".ver")


def list_path_strings(tree: ast.AST) -> Iterator[str]:
    """Strings that may name a file, with the constant parts of joined paths put together."""
    for node in islice(ast.walk(tree), _MOST_NODES):
        parts: list[str] = []
        if isinstance(node, ast.Call):
            parts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        elif isinstance(node, ast.BinOp):
            parts = list(_divided(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = [node.value]
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[-1] if node.values else None, ast.Constant):
            parts = [str(node.values[-1].value)]  # type: ignore[attr-defined]
        joined = "/".join(part.strip("/") for part in parts if 0 < len(part) <= _LONGEST_STRING)
        suffix = posixpath.normpath(joined.replace("\\", "/")) if joined else ""
        name = posixpath.basename(suffix)
        if suffix.startswith("..") or "\n" in suffix or not name:
            continue
        extension = posixpath.splitext(name)[1]
        if extension == ".py" or name == "Cargo.toml" or ("version" in name.lower() and extension in _TEXT_SUFFIXES):
            yield suffix


def _divided(node: ast.expr) -> Iterator[str]:
    """The constant parts of ``root / "package" / "version.py"``, and of ``root + "/version.py"``."""
    parts: list[str] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Div, ast.Add)) and len(parts) < 10:
        if isinstance(node.right, ast.Constant) and isinstance(node.right.value, str):
            parts.insert(0, node.right.value)
        node = node.left
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        parts.insert(0, node.value)
    yield from parts
