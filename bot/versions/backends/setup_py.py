"""setup.py, read and never run: the arguments of its ``setup()`` call."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import islice

from bot.versions.backends.source import Package
from bot.versions.formats.python_literals import Literal, parse
from bot.versions.formats.python_values import Module, Value

MOST_NODES = 50_000
"""Of a syntax tree that are looked at."""

_MOST_CANDIDATES = 20
_TAG_ARGUMENTS = {
    "use_scm_version": "setuptools-scm",
    "pbr": "pbr",
    "use_incremental": None,
    "vcversioner": "vcversioner",
}
_TAG_ARGUMENTS |= {
    "version_config": "setuptools-git-versioning",
    "setuptools_git_versioning": "setuptools-git-versioning",
}
_TAG_MODULES = ("versioneer", "setuptools_scm", "versioningit", "dunamai", "miniver")


@dataclass(frozen=True)
class SetupPy:
    """What ``setup()`` is called with.

    Attributes:
        path: setup.py in the repository.
        module: its syntax tree.
        arguments: the keywords of the call.
        scope: the function that makes the call, else the module.
        tag_tool: the tool that derives the version from a tag; None when none does.
    """

    path: str
    module: Module
    arguments: dict[str, ast.expr]
    scope: ast.Module | ast.FunctionDef
    tag_tool: str | None

    def string(self, name: str) -> str | None:
        """The argument ``name`` if it is a string, or a name bound to one."""
        value = self.value(name)
        return value.text if isinstance(value, Literal) else None

    def value(self, name: str) -> Value | None:
        """What the argument ``name`` says."""
        expression = self.arguments.get(name)
        values = self.module.value_of(name, expression) if expression is not None else []
        return values[0] if values else None

    @property
    def has_literal_version(self) -> bool:
        """Whether a string is passed as the version."""
        return self.string("version") is not None

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages and modules that are listed by name."""
        found: list[str] = []
        for name in ("packages", "py_modules"):
            value = self.arguments.get(name)
            if isinstance(value, ast.List):
                found += [e.value for e in value.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)]
        return tuple(dict.fromkeys(package.split(".")[0] for package in found))[:_MOST_CANDIDATES]


def read_setup_py(package: Package) -> SetupPy | None:
    """The setup.py of the package, None when there is none that calls ``setup()``.

    Raises:
        ProjectRefused: it is not Python, or nested beyond reason.
    """
    path = package.checkout.resolve("setup.py")
    text = package.checkout.find_python(path)
    if text is None or path is None:
        return None
    tree = parse(path, text.body)
    module = Module(text.body, tree)
    calls = [node for node in islice(ast.walk(tree), MOST_NODES) if isinstance(node, ast.Call) and _is_setup(node)]
    if not calls:
        return None
    # Of several packages of pipcl's those before are wheels that the last one requires.
    call = max(filter(_is_pipcl, calls), key=lambda node: node.lineno) if _is_pipcl(calls[0]) else calls[0]
    arguments = _arguments(module, call)
    return SetupPy(path, module, arguments, _find_scope(tree, call), _find_tag_tool(module, arguments))


def _find_scope(tree: ast.Module, call: ast.Call) -> ast.Module | ast.FunctionDef:
    """The innermost function that makes ``call``, else the module."""
    functions = (node for node in islice(ast.walk(tree), MOST_NODES) if isinstance(node, ast.FunctionDef))
    within = [node for node in functions if node.lineno <= call.lineno <= (node.end_lineno or 0)]
    return max(within, key=lambda node: node.lineno, default=tree)


def _is_setup(node: ast.AST) -> bool:
    match node:
        case (
            ast.Call(func=ast.Name(id="setup"))
            | ast.Call(func=ast.Attribute(value=ast.Name(), attr="setup"))
            | ast.Call(func=ast.Attribute(value=ast.Attribute(attr="core"), attr="setup"))
            | ast.Call(func=ast.Attribute(value=ast.Name(id="pipcl"), attr="Package"))
        ):
            return True
        case _:
            return False


def _is_pipcl(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "Package"


def _arguments(module: Module, call: ast.Call) -> dict[str, ast.expr]:
    """The keywords of the call, with those of a dictionary that is passed as ``**metadata``.

    ``setup()`` takes nothing else; the first arguments of ``pipcl.Package`` are the name and the version
    (https://github.com/pymupdf/PyMuPDF/blob/main/pipcl.py).
    """
    found: dict[str, ast.expr] = {}
    if _is_pipcl(call):
        found |= zip(("name", "version"), call.args, strict=False)
    for keyword in call.keywords:
        value = keyword.value
        if keyword.arg is not None:
            found[keyword.arg] = value
            continue
        if isinstance(value, ast.Name):
            value = _dictionary(module, value.id) or value
        if isinstance(value, ast.Dict):
            pairs = zip(value.keys, value.values, strict=True)
            found |= {
                key.value: item for key, item in pairs if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
        elif isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
            found |= {inner.arg: inner.value for inner in value.keywords if inner.arg is not None}
    return found


def _dictionary(module: Module, name: str) -> ast.expr | None:
    """What ``name`` is bound to at the top, or in the function that calls ``setup()``."""
    if module.bound.get(name):
        return module.bound[name][0]
    for node in islice(ast.walk(module.tree), MOST_NODES):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
            return node.value
    return None


def _find_tag_tool(module: Module, arguments: dict[str, ast.expr]) -> str | None:
    for name, tool in _TAG_ARGUMENTS.items():
        value = arguments.get(name)
        if tool and value is not None and not (isinstance(value, ast.Constant) and not value.value):
            return tool
    version = arguments.get("version")
    if version is None:
        return None
    names = {node.id for node in islice(ast.walk(version), MOST_NODES) if isinstance(node, ast.Name)}
    for name in sorted(names):
        place = module.imported.get(name)
        tool = place.module.split(".")[0] if place else ""
        if tool in _TAG_MODULES:
            return tool
    return None
