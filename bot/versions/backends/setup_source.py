"""Where the version comes from that setup.py passes: itself, a module it imports, or a file it reads or runs."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from itertools import islice

from bot.versions.backends.cargo import find_cargo_sites
from bot.versions.backends.python_source import VERSION_NAMES, site_of, trace_version
from bot.versions.backends.setup_constants import find_constants
from bot.versions.backends.setup_files import MOST_CANDIDATES, list_candidates, list_path_strings, locate
from bot.versions.backends.setup_py import MOST_NODES, SetupPy
from bot.versions.backends.source import Package, Source
from bot.versions.backends.text_source import whole_file_site
from bot.versions.formats.python_pieces import list_names
from bot.versions.formats.python_values import Elsewhere, Module
from bot.versions.project import ProjectCode, ProjectRefused, Site, SiteKind

_MOST_RUN = 10
_DEEPEST = 5
_VERSION = re.compile(r"ver|release", re.IGNORECASE)


def find_setup_source(package: Package, setup: SetupPy) -> Source | None:
    """The version that setup.py passes: its own literal, a module it imports, or a file it reads.

    Raises:
        ProjectRefused: no literal is found in any of them.
    """
    if "version" not in setup.arguments:
        return None
    checkout = package.checkout
    values = setup.module.value_of("version", setup.arguments["version"])
    run = _find_run(package, setup)
    if run:
        sites = run
    elif values and isinstance(values[0], Elsewhere):
        names = (values[0].name, *VERSION_NAMES) if values[0].name else VERSION_NAMES
        sites = trace_version(checkout, setup.path, _imported_as(setup, names), SiteKind.SETUP_PY_FILE, strict=False)
        sites = sites or _trace_import(package, setup, values[0])
    else:
        sites = tuple(
            site
            for value in values
            if (site := site_of(setup.path, SiteKind.SETUP_PY, value, strict=False)) is not None
        )
    sites = sites or _search_files(package, setup) or find_constants(setup)
    if not sites and not checkout.wanted:
        computed = "The version that setup.py passes is computed, and no file it reads holds it as a literal."
        raise ProjectRefused(
            ProjectCode.NOT_A_LITERAL, computed, path=setup.path, line=setup.arguments["version"].lineno
        )
    folders = {posixpath.dirname(site.path) for site in sites} - {"", checkout.root}
    return Source(sites, packages=(*setup.packages, *sorted(folders)))


def _find_run(package: Package, setup: SetupPy) -> tuple[Site, ...]:
    """The version in a file that setup.py runs in its own namespace, so that its own names have other values then.

    ``with open("widget/version.py") as f: exec(f.read())`` gives ``VERSION`` the value it has there, whatever was before; what
    is bound after it counts all the same.
    """
    module, seen = setup.module, set[str]()
    blocks = [block for block in _list_blocks(module.tree.body) if any(map(_runs_text, _walk(block)))]
    for block in blocks[:_MOST_RUN]:
        names = _list_used(module, setup.arguments["version"], block.lineno)
        told = [value for name in list_names(block) for value in module.bound.get(name, ())[-1:]]
        named = [suffix for tree in (block, *told) for suffix in list_path_strings(tree)]
        for path in islice(locate(package, setup, named), MOST_CANDIDATES):
            if path in seen or not path.endswith(".py") or len(seen) >= MOST_CANDIDATES:
                continue
            seen.add(path)
            sites = trace_version(package.checkout, path, names, SiteKind.SETUP_PY_FILE, strict=False)
            if sites:
                return sites
    return ()


def _list_used(module: Module, expression: ast.expr, line: int) -> tuple[str, ...]:
    """The names that ``expression`` is made of, with those that they are bound to, as far as they were bound before ``line``."""
    used = dict.fromkeys(list_names(expression))
    for name in list(used):
        for value in module.bound.get(name, ())[-1:]:
            used |= dict.fromkeys(list_names(value))
    before = (name for name in used if all(value.lineno < line for value in module.bound.get(name, ())))
    # Of an expression of several names only what is called like a version is taken for one.
    return tuple(name for name in before if isinstance(expression, ast.Name) or _VERSION.search(name))


def _list_blocks(statements: Iterable[ast.stmt], depth: int = 0) -> Iterator[ast.stmt]:
    """The statements that may run when the module does, without the definitions of functions and classes."""
    for statement in statements if depth < _DEEPEST else ():
        match statement:
            case ast.Try(body=body, handlers=handlers, orelse=orelse, finalbody=final):
                handled = [inner for handler in handlers for inner in handler.body]
                yield from _list_blocks([*body, *handled, *orelse, *final], depth + 1)
            case ast.If(body=body, orelse=orelse):
                yield from _list_blocks([*body, *orelse], depth + 1)
            case ast.With() | ast.Expr():
                yield statement
            case _:
                pass


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    return islice(ast.walk(tree), MOST_NODES)


def _runs_text(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="exec"), args=[argument], keywords=[]):
            return not isinstance(argument, ast.Constant)
        case _:
            return False


def _imported_as(setup: SetupPy, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names under which setup.py knows its version, so that the trace starts where the import stands."""
    expression = setup.arguments["version"]
    return (expression.id, *names) if isinstance(expression, ast.Name) else names


def _trace_import(package: Package, setup: SetupPy, place: Elsewhere) -> tuple[Site, ...]:
    dotted = place.module.replace(".", "/")
    for name in (f"{dotted}/__init__.py", f"{dotted}.py", f"src/{dotted}/__init__.py", f"src/{dotted}.py"):
        path = package.checkout.resolve(
            name, posixpath.relpath(posixpath.dirname(setup.path) or ".", package.checkout.root)
        )
        if package.checkout.has(path) and path is not None:
            names = (place.name, *VERSION_NAMES) if place.name else VERSION_NAMES
            return trace_version(package.checkout, path, names, SiteKind.SETUP_PY_FILE, strict=False)
    return ()


def _search_files(package: Package, setup: SetupPy) -> tuple[Site, ...]:
    """The first file named in setup.py that holds a version, those named beside the version first."""
    checkout, names = package.checkout, (*_list_keys(setup.arguments["version"]), *VERSION_NAMES[:5])
    for path in islice(list_candidates(package, setup), MOST_CANDIDATES):
        if path.endswith("Cargo.toml"):
            sites = find_cargo_sites(checkout, path)
        elif path.endswith(".py"):
            sites = trace_version(checkout, path, names, SiteKind.SETUP_PY_FILE, strict=False)
        else:
            sites = whole_file_site(checkout, path, SiteKind.SETUP_PY_FILE, strict=False)
        if sites and path != setup.path:
            return sites
    return ()


def _list_keys(expression: ast.expr) -> Iterator[str]:
    """What the version is called in the file, where setup.py takes it out by its name: ``about["VERSION_TEXT"]``."""
    match expression:
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=str() as key)) if _VERSION.search(key):
            yield key
        case _:
            pass
