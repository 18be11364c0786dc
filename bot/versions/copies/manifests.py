"""Other manifests of the same package: setup.cfg, setup.py, Cargo.toml, meson.build or package.json beside a declared version."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from contextlib import suppress

from bot.versions.backends.cargo import find_cargo_manifest, find_cargo_sites, find_dist_sites
from bot.versions.backends.json_source import json_version_site
from bot.versions.backends.meson import find_meson_sites
from bot.versions.backends.poetry import PLACEHOLDERS
from bot.versions.backends.python_source import site_of
from bot.versions.backends.setup_py import read_setup_py
from bot.versions.backends.source import Package
from bot.versions.checkout import Checkout
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.json_spans import JsonError, read_json
from bot.versions.formats.npm_lock import find_own_entries
from bot.versions.formats.text import decode_lock, line_of
from bot.versions.layout import FIRST_VERSIONS, is_foreign
from bot.versions.project import Form, ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.pyproject import POETRY_VERSION
from bot.versions.sentences import Quoted
from bot.versions.tools.search import toml_site

_MOST_WEB_PARTS = 10
_PYTHON_MANIFESTS = ("pyproject.toml", "setup.py", "setup.cfg")
_RUST_BUILDS = frozenset({"maturin", "setuptools-rust"})


def find_manifest_copies(subject: Subject) -> Finding:
    """The versions that other build files of the package repeat."""
    package, finding = subject.package, Finding()
    for find in (_setup_cfg, _setup_py, _poetry_table):
        with suppress(ProjectRefused):
            finding.add(subject.sort(find(subject)))
    manifest = find_cargo_manifest(package)
    if manifest is not None and builds_rust(package):
        try:
            finding.add(subject.sort(find_cargo_sites(package.checkout, manifest)))
        except ProjectRefused as refused:
            finding.pass_over(manifest, refused)
    with suppress(ProjectRefused):
        finding.add(subject.sort(find_dist_sites(package.checkout)))
    if package.backend.startswith("mesonpy"):
        with suppress(ProjectRefused):
            finding.add(subject.sort(find_meson_sites(package)))
    return finding


def find_web_parts(subject: Subject) -> Finding:
    """The package.json files of the package that say its version: in real projects each of these had gone along before.

    What every package begins with they may say by chance. Where one makes others its workspaces, npm's own tools change
    them all; what lies in another package's folder is that one's.
    """
    checkout, finding = subject.package.checkout, Finding()
    if subject.version in FIRST_VERSIONS:
        return finding
    names = [name for name in checkout.list_called("package.json") if not is_foreign(name)]
    left: set[str] = set()
    for name in sorted(names, key=lambda name: (name.count("/"), name))[:_MOST_WEB_PARTS]:
        folders = _list_folders(name)
        path = checkout.resolve(name)
        if _has_workspaces(checkout, path):
            left.add(folders[-1])
        if left.isdisjoint(folders) and not any(_is_package(checkout, folder) for folder in folders if folder):
            with suppress(ProjectRefused):
                finding.add(subject.sort(json_version_site(checkout, path, SiteKind.WEB_PART)))
    return finding


def _list_folders(name: str) -> list[str]:
    """The folders that a file lies in, an empty name for the top, the outermost first."""
    parts = posixpath.dirname(name).split("/") if "/" in name else []
    return ["", *("/".join(parts[: count + 1]) for count in range(len(parts)))]


def _is_package(checkout: Checkout, folder: str) -> bool:
    """Whether a folder below has a manifest of its own, which is read so that it is known in the end."""
    paths = [checkout.resolve(posixpath.join(folder, name)) for name in _PYTHON_MANIFESTS]
    return any([checkout.find(path) is not None for path in paths])  # noqa: C419 - each of them is to be known


def _has_workspaces(checkout: Checkout, path: str | None) -> bool:
    with suppress(ProjectRefused, JsonError):
        text = checkout.find_text(path)
        values = read_json(text.body)[0] if text is not None else None
        return isinstance(values, dict) and "workspaces" in values
    return False


def find_npm_lock_copies(subject: Subject, sites: Iterable[Site]) -> Finding:
    """The package's own entries in package-lock.json, wherever the version of the package.json beside it is among ``sites``.

    npm copies what package.json says, so that the lock says what is written there, whatever named that place.
    """
    finding, checkout = Finding(), subject.package.checkout
    for mirrored in _list_npm_versions(checkout, sites):
        lock = posixpath.join(posixpath.dirname(mirrored.path), "package-lock.json")
        content = checkout.find(lock)
        if content is None:
            continue
        try:
            finding.add(subject.sort(_npm_sites(lock, decode_lock(lock, content).body, mirrored)))
        except ProjectRefused as refused:
            finding.pass_over(lock, refused)
    return finding


def _list_npm_versions(checkout: Checkout, sites: Iterable[Site]) -> list[Site]:
    """Those of ``sites`` that are the version of a package.json, one of each file."""
    found: dict[str, Site] = {}
    for site in sites:
        if posixpath.basename(site.path) != "package.json" or site.path in found:
            continue
        with suppress(ProjectRefused, JsonError):
            text = checkout.find_text(site.path)
            span = read_json(text.body)[1].get(("version",)) if text is not None else None
            if span is not None and span.start <= site.start and site.end <= span.end:
                found[site.path] = site
    return list(found.values())


def _npm_sites(lock: str, body: str, mirrored: Site) -> list[Site]:
    found = find_own_entries(body)
    if found is None:
        raise ProjectRefused(ProjectCode.NOT_TEXT, Quoted(lock), " is no lock of npm's.", path=lock)
    return [
        Site(
            lock,
            line_of(body, span.start),
            SiteKind.NPM_LOCK,
            body[span.start : span.end],
            key,
            span.start,
            span.end,
            Reader.NPM,
            Form.SEMVER if mirrored.form is Form.SEMVER else Form.TYPED,
            model=mirrored.spelling,
        )
        for key, span in found.items()
    ]


def builds_rust(package: Package) -> bool:
    """Whether a crate of the repository is part of the package: as its build says, or its setup.py does when it runs."""
    if package.requires & _RUST_BUILDS or package.backend.startswith("maturin"):
        return True
    with suppress(ProjectRefused):
        setup = read_setup_py(package)
        return setup is not None and "setuptools_rust" in setup.module.body
    return False


def _setup_cfg(subject: Subject) -> list[Site]:
    checkout = subject.package.checkout
    path = checkout.resolve("setup.cfg")
    value = subject.package.setup_cfg.get(("metadata", "version"))
    text = checkout.find_text(path)
    if value is None or text is None or path is None:
        return []
    span, line = value.span, line_of(text.body, value.span.start)
    key = ("metadata", "version")
    return [Site(path, line, SiteKind.SETUP_CFG, value.text, key, span.start, span.end, Reader.CFG)]


def _poetry_table(subject: Subject) -> list[Site]:
    """The table of Poetry's where the version comes from elsewhere; a placeholder in it lags behind nothing."""
    sites = toml_site(subject, subject.package.path, POETRY_VERSION, SiteKind.POETRY_TABLE)
    return [site for site in sites if site.spelling not in PLACEHOLDERS or subject.says(site.spelling)]


def _setup_py(subject: Subject) -> list[Site]:
    setup = read_setup_py(subject.package)
    expression = setup.arguments.get("version") if setup is not None else None
    if setup is None or expression is None:
        return []
    values = setup.module.value_of("version", expression)
    sites = (site_of(setup.path, SiteKind.SETUP_PY, value, strict=False) for value in values)
    return [site for site in sites if site is not None]
