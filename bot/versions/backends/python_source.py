"""A version that a backend reads from a Python file: the literal there, or in the module it is imported from."""

from __future__ import annotations

import posixpath

from bot.versions.arithmetic import find_version
from bot.versions.backends.text_source import whole_file_site
from bot.versions.checkout import Checkout
from bot.versions.formats.python_literals import Literal
from bot.versions.formats.python_reading import ReadFile
from bot.versions.formats.python_values import Composite, Computed, Elsewhere, Value, read_values
from bot.versions.project import ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted
from bot.versions.spelling import compose

VERSION_NAMES = (
    "__version__",
    "VERSION",
    "__VERSION__",
    "__ver__",
    "version",
    "_version",
    "version_info",
    "__version_info__",
)
"""Names of a version in a file that is known to hold it, in the order of preference."""

_BASES = ("", "src", "lib", "python")
_MOST_STEPS = 5


def locate_module(checkout: Checkout, dotted: str, bases: tuple[str, ...] = _BASES) -> str | None:
    """The file of the module ``dotted`` (``a.b`` is ``a/b.py`` or ``a/b/__init__.py``) in the package's folders."""
    inside = dotted.replace(".", "/")
    for base in bases:
        for name in (f"{inside}/__init__.py", f"{inside}.py"):
            path = checkout.resolve(name, base or ".")
            if checkout.has(path):
                return path
    return None


def trace_version(
    checkout: Checkout,
    path: str,
    names: tuple[str, ...],
    kind: SiteKind,
    *,
    bases: tuple[str, ...] = _BASES,
    strict: bool = True,
    joins: bool = False,
) -> tuple[Site, ...]:
    """The literals that ``path`` binds to the first of ``names``, followed through its imports.

    Args:
        checkout: the commit.
        path: a Python file of the repository.
        names: variables, the likeliest first.
        kind: why the file counts.
        bases: folders in which absolute imports are looked for.
        strict: refuse what is not a literal, instead of finding nothing.
        joins: whether who reads the first of ``names`` joins the elements of a tuple with dots.

    Raises:
        ProjectRefused: the file cannot be read, or (if ``strict``) the version is not a literal.
    """
    for _ in range(_MOST_STEPS):
        text = checkout.find_python(path)
        if text is None:
            return ()
        values = read_values(path, text.body, names, names[0] if joins else None)
        place = values[0] if values else None
        if isinstance(place, Computed) and place.read_from is not None:
            sites = _find_read(checkout, path, place.read_from, kind)
            if sites is not None:
                return sites
        if not isinstance(place, Elsewhere):
            return tuple(site for value in values if (site := site_of(path, kind, value, strict=strict)) is not None)
        target = follow_import(checkout, path, place, bases)
        if target is None or target == path:
            return ()
        path, names = target, (place.name, *VERSION_NAMES) if place.name else VERSION_NAMES
    return ()


def _find_read(checkout: Checkout, path: str, read: ReadFile, kind: SiteKind) -> tuple[Site, ...] | None:
    """The version in the file that ``path`` reads; none while it is not known; None when it has none.

    Where nothing tells in which folder it lies, the nearest counts, beside the module or above it.
    """
    folders = [posixpath.dirname(path)]
    while folders[-1] not in ("", checkout.root) and len(folders) < _MOST_STEPS:
        folders.append(posixpath.dirname(folders[-1]))
    if read.folders is not None:
        folders = folders[read.folders - 1 : read.folders] if read.folders else []
    places = (posixpath.normpath(posixpath.join(folder, read.end)) for folder in folders)
    place = next((place for place in places if checkout.has(place)), None)
    if place is None:
        return None
    return (whole_file_site(checkout, place, kind, strict=False) or None) if checkout.find(place) is not None else ()


def site_of(path: str, kind: SiteKind, value: Value, *, strict: bool = True) -> Site | None:
    """``value`` of the Python file ``path`` as a site, None when it is not a literal.

    Raises:
        ProjectRefused: if ``strict``, instead of None.
    """
    if isinstance(value, Computed) and value.part is not None and not strict:
        # What repeats the version in part goes along with it.
        value = value.part
    if isinstance(value, Literal) and value.text is not None:
        span = value.span
        return Site(path, value.line, kind, value.text, (value.name,), span.start, span.end, Reader.PYTHON)
    if isinstance(value, Composite):
        spelling = compose(value.pieces)
        if spelling is not None and find_version(spelling) is not None:
            first = value.pieces[0]
            return Site(
                path,
                value.line,
                kind,
                spelling,
                (value.name,),
                first.start,
                first.end,
                Reader.PYTHON,
                parts=value.pieces,
            )
    if strict and isinstance(value, (Literal, Composite, Computed)):
        problem = " is not one plain string." if isinstance(value, Literal) else " is not a literal; it is computed."
        where = (f"{value.name} in ", Quoted(path), f" (line {value.line}){problem}")
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, *where, path=path, line=value.line)
    return None


def follow_import(checkout: Checkout, path: str, place: Elsewhere, bases: tuple[str, ...] = _BASES) -> str | None:
    """The file of the repository that ``path`` imports ``place`` from, None when it is none."""
    inside = place.module.replace(".", "/")
    if not place.level:
        found = locate_module(checkout, place.module, bases) if place.module else None
        return found or (locate_module(checkout, f"{place.module}.{place.name}", bases) if place.name else None)
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), *[".."] * (place.level - 1)))
    names = [f"{inside}.py", f"{inside}/__init__.py"] if inside else ["__init__.py"]
    candidates = [posixpath.normpath(posixpath.join(folder, name)) for name in names]
    return next((candidate for candidate in candidates if checkout.has(candidate)), None)
