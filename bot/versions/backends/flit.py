"""Flit: ``__version__`` of the module (https://flit.pypa.io/en/stable/)."""

from __future__ import annotations

from bot.versions.backends.python_source import trace_version
from bot.versions.backends.source import Package, Source
from bot.versions.layout import list_version_modules
from bot.versions.project import SiteKind


def find_flit_source(package: Package, name: str, packages: tuple[str, ...]) -> Source | None:
    """The first file of the module that holds a ``__version__``; None when the backend is another.

    Raises:
        ProjectRefused: a file cannot be read, or the only ``__version__`` is no literal.
    """
    if not package.backend.startswith(("flit_core", "flit.", "flit_scm")):
        return None
    if package.backend.startswith("flit_scm"):
        return Source(derived_by="flit-scm")
    checkout = package.checkout
    paths = list_version_modules(checkout.relative(), name, packages)
    # Flit itself looks into the version modules first, then into __init__.py.
    for path in sorted(paths, key=lambda path: path.endswith("__init__.py")):
        sites = trace_version(checkout, checkout.resolve(path) or path, ("__version__",), SiteKind.FLIT_MODULE)
        if sites:
            return Source(sites)
    return Source()
