"""setup.py, read and never run: the arguments of its ``setup()`` call, and the files it reads its version from."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.versions.backends.cargo import find_cargo_sites
from bot.versions.backends.python_source import VERSION_NAMES, follow_import, site_of, trace_version
from bot.versions.backends.source import Package, Source
from bot.versions.backends.text_source import whole_file_site
from bot.versions.formats.python_literals import Literal, parse
from bot.versions.formats.python_pieces import list_names
from bot.versions.formats.python_values import Elsewhere, Module, Value, read_values
from bot.versions.layout import is_foreign, list_version_modules
from bot.versions.project import ProjectCode, ProjectRefused, Site, SiteKind

_MOST_NODES = 50_000
_MOST_CANDIDATES = 20
_MOST_SUFFIXES = 200
_LONGEST_STRING = 200
_DEEPEST = 5
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
_TEXT_SUFFIXES = ("", ".txt", ".version", ".ver")


@dataclass(frozen=True)
class SetupPy:
    """What ``setup()`` is called with.

    Attributes:
        path: setup.py in the repository.
        module: its syntax tree.
        arguments: the keywords of the call.
        tag_tool: the tool that derives the version from a tag; None when none does.
    """

    path: str
    module: Module
    arguments: dict[str, ast.expr]
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
    call = next(filter(_is_setup, islice(ast.walk(tree), _MOST_NODES)), None)
    if not isinstance(call, ast.Call):
        return None
    arguments = _arguments(module, call)
    return SetupPy(path, module, arguments, _find_tag_tool(module, arguments))


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
    sites = sites or _search_files(package, setup)
    if not sites and not checkout.wanted:
        computed = "The version that setup.py passes is computed, and no file it reads holds it as a literal."
        raise ProjectRefused(
            ProjectCode.NOT_A_LITERAL, computed, path=setup.path, line=setup.arguments["version"].lineno
        )
    folders = {posixpath.dirname(site.path) for site in sites} - {"", checkout.root}
    return Source(sites, packages=(*setup.packages, *sorted(folders)))


def find_setup_name(package: Package, setup: SetupPy) -> str | None:
    """The name that setup.py passes: its own literal, what is said where an environment variable is missing, that of a module.

    The module is one that it imports or reads (``name=about["__title__"]``).
    """
    value, expression = setup.value("name"), setup.arguments.get("name")
    if isinstance(value, Elsewhere):
        name = _imported_string(package, setup, value)
    else:
        name = value.text if isinstance(value, Literal) else _string_of(setup.module, expression)
    keys = _list_keys(expression) if name is None else ()
    if not keys or "version" not in setup.arguments:
        return name
    for path in islice(_candidates(package, setup), _MOST_CANDIDATES):
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
        expression = next(iter(module.bound.get(expression.id, ())), None)
    match expression:
        case ast.Constant(value=str() as text):
            return text
        case ast.Call(
            func=ast.Attribute(value=replaced, attr="replace"),
            args=[ast.Constant(value=str() as old), ast.Constant(value=str() as new)],
        ):
            made_of = _string_of(module, replaced, depth + 1) if depth < _DEEPEST else None
            return made_of.replace(old, new)[:_LONGEST_STRING] if made_of is not None else None
        case ast.Call(
            func=ast.Attribute(attr="getenv" | "get") as asked, args=[_, ast.Constant(value=str() as default)]
        ) if "os" in set(list_names(asked)):
            return default
        case _:
            return None


def _find_run(package: Package, setup: SetupPy) -> tuple[Site, ...]:
    """The version in a file that setup.py runs in its own namespace, so that its own names have other values then.

    ``with open("widget/version.py") as f: exec(f.read())`` gives ``VERSION`` the value it has there, whatever was before.
    """
    names = _list_used(setup.module, setup.arguments["version"])
    for block in _list_blocks(setup.module.tree.body):
        if not any(map(_runs_text, islice(ast.walk(block), _MOST_NODES))):
            continue
        for path in _locate(package, setup, [*_path_strings(block)]):
            if path.endswith(".py"):
                sites = trace_version(package.checkout, path, names, SiteKind.SETUP_PY_FILE, strict=False)
                if sites:
                    return sites
    return ()


def _list_used(module: Module, expression: ast.expr) -> tuple[str, ...]:
    """The names that ``expression`` is made of, with those that they are bound to at the top."""
    used = dict.fromkeys(list_names(expression))
    for name in list(used):
        for value in module.bound.get(name, ())[-1:]:
            used |= dict.fromkeys(list_names(value))
    return tuple(used)


def _list_blocks(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module does, as far as they open no block but ``with``."""
    for statement in statements:
        if isinstance(statement, ast.Try):
            handled = (inner for handler in statement.handlers for inner in handler.body)
            yield from _list_blocks([*statement.body, *handled, *statement.orelse, *statement.finalbody])
        elif isinstance(statement, (ast.With, ast.Expr)):
            yield statement


def _runs_text(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="exec"), args=[argument], keywords=[]):
            return not isinstance(argument, ast.Constant)
        case _:
            return False


def _list_keys(expression: ast.expr | None) -> tuple[str, ...]:
    """What a name may be called in the module that is read for it; ``find_meta("title")`` looks for ``__title__``, mostly."""
    match expression:
        case ast.Attribute(attr=key) | ast.Subscript(slice=ast.Constant(value=str() as key)):
            return (key,)
        case ast.Call(func=ast.Name(), args=[ast.Constant(value=str() as key)], keywords=[]):
            return (f"__{key}__",)
        case _:
            return ()


def _is_setup(node: ast.AST) -> bool:
    match node:
        case (
            ast.Call(func=ast.Name(id="setup"))
            | ast.Call(func=ast.Attribute(value=ast.Name(), attr="setup"))
            | ast.Call(func=ast.Attribute(value=ast.Name(id="pipcl"), attr="Package"))
        ):
            return True
        case _:
            return False


def _arguments(module: Module, call: ast.Call) -> dict[str, ast.expr]:
    """The keywords of the call, with those of a dictionary that is passed as ``**metadata``.

    ``setup()`` takes nothing else; the first arguments of ``pipcl.Package`` are the name and the version
    (https://github.com/pymupdf/PyMuPDF/blob/main/pipcl.py).
    """
    found: dict[str, ast.expr] = {}
    if isinstance(call.func, ast.Attribute) and call.func.attr == "Package":
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
    for node in islice(ast.walk(module.tree), _MOST_NODES):
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
    names = {node.id for node in islice(ast.walk(version), _MOST_NODES) if isinstance(node, ast.Name)}
    for name in sorted(names):
        place = module.imported.get(name)
        tool = place.module.split(".")[0] if place else ""
        if tool in _TAG_MODULES:
            return tool
    return None


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
    checkout = package.checkout
    for path in islice(_candidates(package, setup), _MOST_CANDIDATES):
        if path.endswith("Cargo.toml"):
            sites = find_cargo_sites(checkout, path)
        elif path.endswith(".py"):
            sites = trace_version(checkout, path, VERSION_NAMES[:5], SiteKind.SETUP_PY_FILE, strict=False)
        else:
            sites = whole_file_site(checkout, path, SiteKind.SETUP_PY_FILE, strict=False)
        if sites and path != setup.path:
            return sites
    return ()


def _candidates(package: Package, setup: SetupPy) -> Iterator[str]:
    named = [*_path_strings(setup.arguments["version"]), *_path_strings(setup.module.tree)]
    located = dict.fromkeys(_locate(package, setup, named))
    yield from located
    for path in list_version_modules(package.checkout.relative(), setup.string("name") or "", setup.packages):
        resolved = package.checkout.resolve(path)
        if resolved is not None and resolved not in located and resolved != setup.path:
            yield resolved


def _locate(package: Package, setup: SetupPy, named: Iterable[str]) -> Iterator[str]:
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


def _path_strings(tree: ast.AST) -> Iterator[str]:
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
