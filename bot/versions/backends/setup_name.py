"""The name that setup.py passes, as far as nothing has to run to tell it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice

from bot.versions.backends.python_source import follow_import, locate_module
from bot.versions.backends.setup_files import MOST_CANDIDATES, list_candidates
from bot.versions.backends.setup_py import MOST_NODES, SetupPy
from bot.versions.backends.source import Package
from bot.versions.formats.python_evaluation import list_bound_by
from bot.versions.formats.python_literals import Literal
from bot.versions.formats.python_pieces import list_names
from bot.versions.formats.python_values import Elsewhere, Module, read_values

_LONGEST_STRING = 200
_DEEPEST = 5


def find_setup_name(package: Package, setup: SetupPy) -> str | None:
    """The name that setup.py passes: its own literal, what is said where an environment variable is missing, that of a module.

    The module is one that it imports or reads (``name=about["__title__"]``).
    """
    if isinstance(setup.scope, ast.FunctionDef) and (local := _find_main(package, setup)) is not None:
        return local
    value, expression = setup.value("name"), setup.arguments.get("name")
    if isinstance(value, Elsewhere) and value.name == "__name__":
        name = value.module if not value.level else None
    elif isinstance(value, Elsewhere):
        name = _imported_string(package, setup, value)
    else:
        name = value.text if isinstance(value, Literal) else _string_of(setup.module, expression)
        name = name or _find_main(package, setup)
    keys = _list_keys(expression) if name is None else ()
    if not keys:
        return name
    for path in islice(list_candidates(package, setup), MOST_CANDIDATES):
        text = package.checkout.find_python(path) if path.endswith(".py") else None
        values = read_values(path, text.body, keys) if text is not None else []
        if values and isinstance(values[0], Literal) and values[0].text is not None:
            return values[0].text
    return None


def _imported_string(package: Package, setup: SetupPy, place: Elsewhere) -> str | None:
    """The string that a module of the package has under a name that setup.py imports."""
    path = follow_import(package.checkout, setup.path, place)
    text = package.checkout.find_python(path) if path is not None else None
    values = read_values(path, text.body, (place.name,)) if path is not None and text is not None else []
    return values[0].text if values and isinstance(values[0], Literal) else None


def _string_of(module: Module, expression: ast.expr | None, depth: int = 0) -> str | None:
    """The string that takes the place of an environment variable (``os.getenv("NAME", "widget")``), or that one is made of.

    ``NAME.replace("_", "-")`` is what turns the name of a module into that of a project.
    """
    if isinstance(expression, ast.Name):
        bound = module.bound.get(expression.id, ())
        expression = bound[0] if len(bound) == 1 and not _is_added_to(module, expression.id) else None
    match expression:
        case ast.Constant(value=str() as text) if len(text) <= _LONGEST_STRING:
            return text
        case ast.Call(
            func=ast.Attribute(value=replaced, attr="replace"),
            args=[ast.Constant(value=str() as old), ast.Constant(value=str() as new)],
        ) if len(new) <= _LONGEST_STRING:
            made_of = _string_of(module, replaced, depth + 1) if depth < _DEEPEST else None
            return made_of.replace(old, new)[:_LONGEST_STRING] if made_of is not None else None
        case ast.Call(
            func=ast.Attribute(attr="getenv" | "get") as asked, args=[_, ast.Constant(value=str() as default)]
        ) if "os" in set(list_names(asked)):
            return default
        case _:
            return None


def _find_main(package: Package, setup: SetupPy) -> str | None:
    """The name that setup.py assigns plainly, in a function or under a condition, where it is bound in no other way.

    Of several, by which a package is called as it is built, that of its module is its own: the others begin with it.
    """
    expression = setup.arguments.get("name")
    name = expression.id if isinstance(expression, ast.Name) else ""
    is_free = name not in setup.module.bound or isinstance(setup.scope, ast.FunctionDef)
    nodes = list(islice(_walk_scope(setup.scope), MOST_NODES)) if name and is_free else []
    values = [node.value for node in nodes if isinstance(node, ast.Assign) and _binds_only(node, name)]
    bound = [one for node in nodes for one in list_bound_by(node) if one == name]
    texts = [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    main = min(texts, key=len, default="")
    if not main or len(texts) != len(bound) or _is_shared(setup.module.tree, name):
        return None
    if len(set(texts)) == 1:
        return main
    is_module = locate_module(package.checkout, main.replace("-", "_")) is not None
    return main if is_module and all(text.startswith(main) for text in texts) else None


def _binds_only(node: ast.Assign, name: str) -> bool:
    match node.targets:
        case [ast.Name(id=one)]:
            return one == name
        case _:
            return False


def _is_shared(tree: ast.Module, name: str) -> bool:
    """Whether a function may bind it elsewhere than in itself, or another module brings it along."""
    nodes = list(islice(ast.walk(tree), MOST_NODES))
    shared = any(name in node.names for node in nodes if isinstance(node, ast.Global | ast.Nonlocal))
    return shared or any(
        alias.name == "*" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    )


def _walk_scope(scope: ast.Module | ast.FunctionDef) -> Iterator[ast.AST]:
    """What stands in a module or a function, but for what functions and classes in it have to themselves."""
    waiting: list[ast.AST] = [*scope.body, *([scope.args] if isinstance(scope, ast.FunctionDef) else [])]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)


def _is_added_to(module: Module, name: str) -> bool:
    added = (node.target for node in module.tree.body if isinstance(node, ast.AugAssign))
    return any(isinstance(target, ast.Name) and target.id == name for target in added)


def _list_keys(expression: ast.expr | None) -> tuple[str, ...]:
    """What a name may be called in the module that is read for it; ``find_meta("title")`` looks for ``__title__``, mostly."""
    match expression:
        case ast.Attribute(attr=key) | ast.Subscript(slice=ast.Constant(value=str() as key)):
            return (key,)
        case ast.Call(func=ast.Name(), args=[ast.Constant(value=str() as key)], keywords=[]):
            return (f"__{key}__",)
        case _:
            return ()
