"""The version in the package's own modules: ``__version__`` in ``__init__.py``, ``version_info`` beside it, and the like."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress

from bot.versions.arithmetic import find_version
from bot.versions.backends.python_source import site_of
from bot.versions.checkout import Checkout
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.python_literals import Literal, parse
from bot.versions.formats.python_pieces import list_names
from bot.versions.formats.python_values import Module
from bot.versions.layout import list_version_modules
from bot.versions.project import Form, Piece, ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted
from bot.versions.spelling import write_part

_MOST_FILES = 20
_EVERYWHERE = ("__version__",)
_BESIDE = ("VERSION", "__VERSION__", "version_info", "__version_info__", "VERSION_INFO", "version_tuple")
_BUILD = "__build__"
_NAMESPACE = re.compile(rb"extend_path\(__path__|declare_namespace\(__name__")
_FLAG = re.compile(r"(?:is_?)?released", re.IGNORECASE)
_IN_VERSION_MODULES = ("version", "release")
_INSTALLERS = ("scikit_build_core", "mesonpy")
"""Backends whose builds may install the files of ``src`` itself as a package, under a name that only the build knows."""


def find_module_copies(subject: Subject) -> Finding:
    """Every literal version in the modules where a project may keep one.

    Raises:
        ProjectRefused: a module with a ``__version__`` cannot be read, or it is a string that cannot be replaced.
    """
    finding = Finding()
    for path, content in _list_modules(subject):
        finding.add(_read(subject, path, content))
    for path, content in _list_beside(subject):
        # Nothing says that it has to hold the version, so that it stops nothing either.
        with suppress(ProjectRefused):
            finding.add(_read(subject, path, content))
    return finding


def list_contradictions(subject: Subject) -> list[Site]:
    """Every ``__version__`` of the package's modules that is a real one, where pyproject.toml has but a placeholder.

    One that is assigned in several ways may be what is said where nothing is installed, and tells nothing.
    """
    checkout, sites = subject.package.checkout, list[Site]()
    for path, content in _list_modules(subject):
        text = None
        with suppress(ProjectRefused):
            text = checkout.find_python(path) if b"__version__" in content else None
        if text is None:
            continue
        module = Module(text.body, parse(path, text.body))
        if len(module.bound.get("__version__", ())) == 1 and "__version__" not in module.imported:
            found = [site_of(path, SiteKind.MODULE, value, strict=False) for value in module.values_of("__version__")]
            sites += [site for site in found if site is not None and _is_real(site.spelling)]
    return sites


def _is_real(spelling: str) -> bool:
    version = find_version(spelling)
    return version is not None and any(version.release)


def _list_modules(subject: Subject) -> Iterator[tuple[str, bytes]]:
    """The modules where a version may be kept, as far as they are known and mention one."""
    checkout = subject.package.checkout
    homes = (*subject.packages, *(("src",) if subject.package.backend.startswith(_INSTALLERS) else ()))
    paths = list_version_modules(checkout.relative(), subject.name, homes)[:_MOST_FILES]
    yield from _find_mentioning(checkout, paths)


def _list_beside(subject: Subject) -> Iterator[tuple[str, bytes]]:
    """Others that may say it: what declares it, whatever that is called, the modules of a package in a namespace, and one at the top.

    The whole repository may be a package as well, as add-ons are.
    """
    checkout, names = subject.package.checkout, {"__init__.py"}
    inside = _find_inside(checkout, subject.packages)
    listed = {path for path, _ in _list_modules(subject)}
    if inside is not None:
        names |= set(list_version_modules(checkout.relative(), inside, (inside,))[:_MOST_FILES])
    declared = subject.declared_in
    if declared is not None and declared.endswith(".py"):
        names.add(posixpath.relpath(declared, checkout.root))
    yield from ((path, content) for path, content in _find_mentioning(checkout, sorted(names)) if path not in listed)


def _find_mentioning(checkout: Checkout, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    for path in map(checkout.resolve, names):
        content = checkout.find(path)
        if content is not None and path is not None and b"version" in content.lower():
            yield path, content


def _find_inside(checkout: Checkout, homes: Iterable[str]) -> str | None:
    """The one package in folders that are none themselves: of several nothing tells which of them are the project's.

    A namespace has no ``__init__.py``, or one that only says that it is one:
    https://packaging.python.org/en/latest/guides/packaging-namespace-packages/
    """
    inits = {posixpath.dirname(name): name for name in checkout.list_called("__init__.py")}
    spaces = set()
    for home in homes:
        content = checkout.find(checkout.resolve(inits[home])) if home in inits else b""
        if home not in inits or _NAMESPACE.search(content or b""):
            spaces.add(home)
    inside = [folder for folder in inits if posixpath.dirname(folder) in spaces]
    return inside[0] if len(inside) == 1 else None


def _read(subject: Subject, path: str, content: bytes) -> Finding:
    finding = Finding()
    text = None
    if any(name.encode() in content for name in (*_EVERYWHERE, *_BESIDE, *_IN_VERSION_MODULES)):
        try:
            text = subject.package.checkout.find_python(path)
        except ProjectRefused:
            if b"__version__" in content:
                raise
    if text is None:
        return finding
    names = [*_EVERYWHERE, *_BESIDE]
    if "version" in posixpath.basename(path) or posixpath.basename(path) == "__init__.py":
        names += _IN_VERSION_MODULES
    module = Module(text.body, parse(path, text.body))
    for name in filter(text.body.__contains__, names):
        for value in module.values_of(name):
            if isinstance(value, Literal) and value.text is None and name in _EVERYWHERE:
                where = (f"{name} in ", Quoted(path), f" (line {value.line}) is not one plain string.")
                raise ProjectRefused(ProjectCode.NOT_A_LITERAL, *where, path=path, line=value.line)
            site = site_of(path, SiteKind.MODULE, value, strict=False) or _whole_tuple(subject, path, module, name)
            if site is not None and _repeats_numbers(subject, site):
                finding.sites.append(site)
            else:
                finding.add(subject.sort([site] if site else [], loosely=True))
    finding.sites += _read_build(subject, path, module)
    if finding.sites or path == subject.declared_in:
        finding.sites += _read_flags(path, module)
    return finding


def _repeats_numbers(subject: Subject, site: Site) -> bool:
    """Whether a tuple has the release numbers alone, and says them all: of a post-release it cannot say more."""
    said = find_version(site.spelling) if site.parts and all(one.form is Form.NUMBER for one in site.parts) else None
    version = subject.version
    return said is not None and version is not None and said.release == version.release and said.epoch == version.epoch


def _whole_tuple(subject: Subject, path: str, module: Module, name: str) -> Site | None:
    """A tuple that says the whole version, each of its elements and no more: ``(1, 1, 1, "rc1")``."""
    found = module.find_elements(name)
    site = site_of(path, SiteKind.MODULE, found, strict=False) if found is not None else None
    return site if site is not None and subject.says(site.spelling) else None


def _read_flags(path: str, module: Module) -> list[Site]:
    """Flags beside the version that make another one of it until it is released: ``released = False``, ``if not released:``."""
    tests = (node.test for node in ast.walk(module.tree) if isinstance(node, (ast.If, ast.IfExp)))
    asked = {name for test in tests for name in list_names(test) if _FLAG.fullmatch(name)}
    flags = ((name, module.pieces.find_flag(name)) for name in module.bound if name in asked)
    return [_site_of(path, module, SiteKind.FLAG, name, piece) for name, piece in flags if piece is not None]


def _site_of(path: str, module: Module, kind: SiteKind, name: str, piece: Piece) -> Site:
    """The place of one part of the version, which ``name`` is bound to."""
    span, line = (piece.start, piece.end), module.pieces.line_of(piece)
    return Site(path, line, kind, piece.text, (name,), *span, Reader.PYTHON, piece.form, (piece,))


def _read_build(subject: Subject, path: str, module: Module) -> list[Site]:
    """A ``__build__`` that says the release numbers in pairs of digits, beside the version."""
    piece = module.pieces.find_pairs(_BUILD)
    if piece is None or subject.version is None or write_part(piece, subject.version) != piece.text:
        return []
    return [_site_of(path, module, SiteKind.BUILD, _BUILD, piece)]
