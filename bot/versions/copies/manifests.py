"""Other manifests of the same package: setup.cfg, setup.py, Cargo.toml or meson.build beside a declared version."""

from __future__ import annotations

from contextlib import suppress

from bot.versions.backends.cargo import find_cargo_manifest, find_cargo_sites
from bot.versions.backends.meson import find_meson_sites
from bot.versions.backends.python_source import site_of
from bot.versions.backends.setup_py import read_setup_py
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import line_of
from bot.versions.project import ProjectRefused, Reader, Site, SiteKind

_RUST_BUILDS = frozenset({"maturin", "setuptools-rust"})


def find_manifest_copies(subject: Subject) -> Finding:
    """The versions that other build files of the package repeat."""
    package, finding = subject.package, Finding()
    for find in (_setup_cfg, _setup_py):
        with suppress(ProjectRefused):
            finding.add(subject.sort(find(subject)))
    manifest = find_cargo_manifest(package)
    if manifest is not None and (package.requires & _RUST_BUILDS or package.backend.startswith("maturin")):
        with suppress(ProjectRefused):
            finding.add(subject.sort(find_cargo_sites(package.checkout, manifest)))
    if package.backend.startswith("mesonpy"):
        with suppress(ProjectRefused):
            finding.add(subject.sort(find_meson_sites(package)))
    return finding


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


def _setup_py(subject: Subject) -> list[Site]:
    setup = read_setup_py(subject.package)
    expression = setup.arguments.get("version") if setup is not None else None
    if setup is None or expression is None:
        return []
    values = setup.module.value_of("version", expression)
    sites = (site_of(setup.path, SiteKind.SETUP_PY, value, strict=False) for value in values)
    return [site for site in sites if site is not None]
