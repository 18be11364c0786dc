"""The files that setup.py may read: what its strings may mean among the package's own."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator
from itertools import islice

from bot.versions.backends.setup_py import MOST_NODES, SetupPy
from bot.versions.backends.source import Package
from bot.versions.layout import is_foreign, list_version_modules

MOST_CANDIDATES = 20
"""Files that are looked into."""

_MOST_SUFFIXES = 200
_LONGEST_STRING = 200
_TEXT_SUFFIXES = ("", ".txt", ".version", ".ver")


def list_candidates(package: Package, setup: SetupPy) -> Iterator[str]:
    """The files that may hold what setup.py passes: those it names, beside the version first, then the usual modules."""
    version = setup.arguments.get("version")
    named = [*(list_path_strings(version) if version is not None else ()), *list_path_strings(setup.module.tree)]
    located = dict.fromkeys(locate(package, setup, named))
    yield from located
    for path in list_version_modules(package.checkout.relative(), setup.string("name") or "", setup.packages):
        resolved = package.checkout.resolve(path)
        if resolved is not None and resolved not in located and resolved != setup.path:
            yield resolved


def locate(package: Package, setup: SetupPy, named: Iterable[str]) -> Iterator[str]:
    """The files that the ends of paths in setup.py may mean."""
    checkout, seen = package.checkout, {setup.path}
    own = checkout.relative()
    for suffix in list(dict.fromkeys(named))[:_MOST_SUFFIXES]:
        inside = [path for path in own if path == suffix or path.endswith("/" + suffix)]
        # "version.py" alone may lie in any folder; the shallowest is the package's.
        for path in sorted(inside, key=lambda path: path.count("/"))[:3]:
            resolved = checkout.resolve(path)
            if resolved is not None and resolved not in seen and not is_foreign(path):
                seen.add(resolved)
                yield resolved


def list_path_strings(tree: ast.AST) -> Iterator[str]:
    """Strings that may name a file, with the constant parts of joined paths put together."""
    for node in islice(ast.walk(tree), MOST_NODES):
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
