"""setuptools: ``[tool.setuptools.dynamic]``, setup.cfg and setup.py.

Source: https://setuptools.pypa.io/en/latest/userguide/declarative_config.html.
"""

from __future__ import annotations

import posixpath

from bot.versions.arithmetic import find_version
from bot.versions.backends.python_source import VERSION_NAMES, locate_module, trace_version
from bot.versions.backends.setup_py import SetupPy
from bot.versions.backends.setup_source import find_setup_source
from bot.versions.backends.source import Package, Source
from bot.versions.backends.tag_tools import find_tag_tool
from bot.versions.backends.text_source import whole_file_site
from bot.versions.formats.text import line_of
from bot.versions.project import ProjectCode, ProjectRefused, Reader, Site, SiteKind

_METADATA = ("metadata", "version")


def find_setuptools_source(package: Package, setup: SetupPy | None) -> Source | None:
    """Where setuptools takes the version from; None when nothing says.

    Raises:
        ProjectRefused: the place that is named cannot be read, or holds no literal.
    """
    tool = find_tag_tool(package)
    written = {package.string("tool", "setuptools_scm", key) for key in ("write_to", "version_file")} - {None}
    for find in (_from_dynamic_table, _from_setup_cfg):
        try:
            source = find(package)
        except ProjectRefused:
            if tool is None:
                raise
            # The module asks the tag tool's generated file, or the installed package.
            return Source(derived_by=tool)
        if source is not None and not (tool and {site.path for site in source.sites} <= written):
            return source
    if setup is not None and setup.tag_tool:
        return Source(derived_by=setup.tag_tool)
    if tool is not None and (package.is_dynamic or setup is None or not setup.has_literal_version):
        return Source(derived_by=tool)
    return find_setup_source(package, setup) if setup is not None else None


def _from_dynamic_table(package: Package) -> Source | None:
    keys = ("tool", "setuptools", "dynamic", "version")
    attr = package.string(*keys, "attr")
    if attr is not None:
        return _from_attr(package, attr, _bases_of_pyproject(package))
    files = package.strings(*keys, "file")
    return _from_files(package, files) if files else None


def _from_setup_cfg(package: Package) -> Source | None:
    value = package.setup_cfg.get(_METADATA)
    if value is None or not value.text:
        return None
    directive, separator, rest = value.text.partition(":")
    if separator and directive.strip() == "attr":
        return _from_attr(package, rest.strip(), _bases_of_setup_cfg(package))
    if separator and directive.strip() == "file":
        return _from_files(package, [part.strip() for part in rest.split(",")])
    path = package.checkout.resolve("setup.cfg")
    text = package.checkout.find_text(path)
    word = value.text.split("#")[0].split(";")[0].strip()
    if text is None or path is None or find_version(word) is None:
        return None
    line, start = line_of(text.body, value.span.start), value.span.start
    return Source((Site(path, line, SiteKind.SETUP_CFG, word, _METADATA, start, start + len(word), Reader.CFG),))


def _from_attr(package: Package, attr: str, bases: tuple[str, ...]) -> Source | None:
    """``pkg.module.NAME``: setuptools reads the first assignment of a literal, or runs the module.

    It joins the elements of a tuple with dots (``setuptools.config.expand.version``), so that (1, 2, 0, "rc1") is 1.2.0rc1.
    """
    module, _, name = attr.replace(":", ".").rpartition(".")
    path = locate_module(package.checkout, module or "__init__", bases)
    if path is None:
        path = locate_module(package.checkout, module, ("",)) if module else None
    if path is None:
        missing = "The module that setuptools reads the version from is not in the repository."
        raise ProjectRefused(ProjectCode.FILE_MISSING, missing, path=package.path)
    names, bases = (name, *VERSION_NAMES), (*bases, "", "src")
    sites = trace_version(package.checkout, path, names, SiteKind.SETUPTOOLS_ATTR, bases=bases, joins=True)
    if not sites and package.checkout.find(path) is not None and not package.checkout.wanted:
        computed = "The attribute that setuptools reads the version from is not a literal of the repository."
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, computed, path=path)
    return Source(sites, packages=(posixpath.dirname(path),) if posixpath.dirname(path) else ())


def _from_files(package: Package, files: list[str]) -> Source | None:
    if len(files) != 1:
        raise ProjectRefused(ProjectCode.DYNAMIC, "The version is put together from several files.", path=package.path)
    path = package.checkout.resolve(files[0])
    if path is None:
        outside = "The file that setuptools reads the version from lies outside the repository."
        raise ProjectRefused(ProjectCode.OUTSIDE_ROOT, outside, path=package.path)
    if not package.checkout.has(path):
        missing = "The file that setuptools reads the version from is not in the repository."
        raise ProjectRefused(ProjectCode.FILE_MISSING, missing, path=path)
    return Source(whole_file_site(package.checkout, path, SiteKind.SETUPTOOLS_FILE))


def _bases_of_pyproject(package: Package) -> tuple[str, ...]:
    mapping = package.value("tool", "setuptools", "package-dir")
    where = package.strings("tool", "setuptools", "packages", "find", "where")
    root = mapping.get("") if isinstance(mapping, dict) else None
    return tuple(base for base in (*([root] if isinstance(root, str) else []), *where, "", "src", "lib", "python"))


def _bases_of_setup_cfg(package: Package) -> tuple[str, ...]:
    mapping = package.setup_cfg.get(("options", "package_dir"))
    where = package.setup_cfg.get(("options.packages.find", "where"))
    roots = [line.partition("=")[2].strip() for line in (mapping.lines if mapping else ()) if line.startswith("=")]
    return (*roots, *([where.text] if where and where.text else []), "", "src", "lib", "python")
