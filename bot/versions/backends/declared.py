"""Which backend a package uses, and where the version it declares comes from."""

from __future__ import annotations

from collections.abc import Callable

from bot.versions.backends.cargo import find_cargo_manifest, find_cargo_sites
from bot.versions.backends.dynamic_metadata import find_dynamic_metadata_source
from bot.versions.backends.flit import find_flit_source
from bot.versions.backends.hatch import find_hatch_source
from bot.versions.backends.incremental import find_incremental_source
from bot.versions.backends.meson import find_meson_sites, find_read_modules
from bot.versions.backends.pdm import find_pdm_source
from bot.versions.backends.poetry import find_plugin_source
from bot.versions.backends.python_source import trace_version
from bot.versions.backends.setup_py import SetupPy
from bot.versions.backends.setuptools import find_setuptools_source
from bot.versions.backends.source import Package, Source
from bot.versions.backends.tag_tools import find_tag_tool
from bot.versions.layout import list_version_modules
from bot.versions.project import ProjectCode, ProjectRefused, Site, SiteKind
from bot.versions.pyproject import list_static_sites
from bot.versions.sentences import Quoted

_MOST_MODULES = 20
_OTHERS = ("hatchling", "flit", "pdm", "poetry", "uv_build", "maturin", "mesonpy", "scikit_build_core")


def find_source(package: Package, name: str, packages: tuple[str, ...], setup: SetupPy | None) -> Source:
    """Where the version comes from.

    Raises:
        ProjectRefused: nothing says, or the place that is named cannot be read or holds no literal.
    """
    replaced = find_plugin_source(package, name)
    if replaced is not None:
        return replaced
    static = list_static_sites(package)
    if static:
        return Source(static)
    legacy = package.value("project") is None
    # maturin has always taken the version of its crate where none is written, whatever ``dynamic`` says.
    may_be_elsewhere = legacy or package.is_dynamic or package.backend.startswith("maturin")
    if not may_be_elsewhere:
        raise _no_version(package)
    for find in (find_incremental_source, find_hatch_source, find_pdm_source, find_dynamic_metadata_source):
        source = _unless_from_tag(package, find)
        if source is not None:
            return source
    source = find_flit_source(package, name, packages) or _find_native(package)
    if source is None and not package.backend.startswith(_OTHERS):
        # An unknown backend is nearly always a project's own wrapper around setuptools.
        source = find_setuptools_source(package, setup)
    if source is None and (package.is_dynamic or legacy):
        tool = find_tag_tool(package)
        source = Source(derived_by=tool) if tool else None
    named = find_read_modules(package) if package.backend.startswith("mesonpy") else None
    if source is None and named:
        source = _find_named(package, named)
    if source is None and package.is_dynamic and (not package.backend.startswith(_OTHERS) or named is not None):
        # A backend that we know reads only what it is told, and would fail here.
        source = _find_convention(package, name, packages)
    if source is None:
        raise _unknown(package) if package.is_dynamic and not legacy else _no_version(package)
    return source


def _find_named(package: Package, paths: list[str]) -> Source | None:
    """The ``__version__`` in the first of some modules that has one."""
    for path in paths:
        sites = trace_version(package.checkout, path, ("__version__",), SiteKind.MODULE, strict=False)
        if sites:
            return Source(sites)
    return Source() if package.checkout.wanted else None


def _find_convention(package: Package, name: str, packages: tuple[str, ...]) -> Source | None:
    """What a backend that we do not know reads, by all likelihood: the ``__version__`` of the package, if all that is there agrees."""
    checkout, sites = package.checkout, list[Site]()
    for path in list_version_modules(checkout.relative(), name, packages)[:_MOST_MODULES]:
        resolved = checkout.resolve(path) or path
        sites += trace_version(checkout, resolved, ("__version__",), SiteKind.MODULE, strict=False)
    if not sites:
        return Source() if checkout.wanted else None
    return Source(tuple({(site.path, site.start): site for site in sites}.values()))


def _unless_from_tag(package: Package, find: Callable[[Package], Source | None]) -> Source | None:
    """What ``find`` finds; a version that code computes comes from the tag where the build requires a tool for that.

    Raises:
        ProjectRefused: there is no such tool, and the place holds no literal.
    """
    tool = find_tag_tool(package)
    try:
        source = find(package)
    except ProjectRefused:
        if tool is None:
            raise
        return Source(derived_by=tool)
    if source is not None and not source.sites and source.derived_by is None and tool and not package.checkout.wanted:
        return Source(derived_by=tool)
    return source


def _find_native(package: Package) -> Source | None:
    if package.backend.startswith("maturin"):
        manifest = find_cargo_manifest(package)
        return Source(find_cargo_sites(package.checkout, manifest)) if manifest else None
    if package.backend.startswith("mesonpy"):
        sites = find_meson_sites(package)
        return Source(sites) if sites or package.checkout.wanted else None
    return None


def _no_version(package: Package) -> ProjectRefused:
    where = "neither [project] version nor [tool.poetry] version is set."
    return ProjectRefused(ProjectCode.NO_VERSION, Quoted(package.path), f" has no version: {where}", path=package.path)


def _unknown(package: Package) -> ProjectRefused:
    return ProjectRefused(
        ProjectCode.DYNAMIC,
        "The version is dynamic, and where it comes from is not known: write it into [project] version, or name its "
        "file in the settings of your build backend.",
        path=package.path,
    )
