"""Rust hybrids (maturin, setuptools-rust): Cargo.toml, its workspace, and the crates' entries in Cargo.lock.

Sources: https://www.maturin.rs/metadata and https://doc.rust-lang.org/cargo/reference/workspaces.html.
"""

from __future__ import annotations

import posixpath

from bot.versions.arithmetic import find_version
from bot.versions.backends.crates import OWN, SHARED, Crates, find_workspace
from bot.versions.backends.source import Package
from bot.versions.checkout import Checkout
from bot.versions.formats.lock_entries import list_lock_entries
from bot.versions.formats.text import decode_lock, line_of
from bot.versions.formats.toml_spans import Path, value_at
from bot.versions.layout import FIRST_VERSIONS
from bot.versions.project import Form, Reader, Site, SiteKind

_DIST = ("dist.toml", "dist-workspace.toml")


def find_cargo_manifest(package: Package) -> str | None:
    """The crate's Cargo.toml in the repository: the one the build is told, else the usual places."""
    given = package.string("tool", "maturin", "manifest-path")
    built = [package.string("tool", "setuptools-rust", kind, 0, "path") for kind in ("ext-modules", "bins")]
    checkout = package.checkout
    usual = ("rust/Cargo.toml", "Cargo.toml") if _is_python_first(package) else ("Cargo.toml", "rust/Cargo.toml")
    for path in (given, *built, *usual):
        resolved = checkout.resolve(path) if path else None
        if checkout.has(resolved):
            return resolved
    return None


def is_called_as_crate(package: Package) -> bool:
    """Whether maturin gives the package the name of its crate: it is told nothing but how to build."""
    return package.backend.startswith("maturin") and package.value("project") is None


def find_crate_name(package: Package) -> str | None:
    """The name that maturin gives to a package without a ``[project]`` table: the crate's, as it is written.

    Raises:
        ProjectRefused: the crate's manifest cannot be read.
    """
    if not is_called_as_crate(package):
        return None
    found = package.checkout.find_toml(find_cargo_manifest(package))
    name = value_at(found[1].values, ("package", "name")) if found else None
    return name if isinstance(name, str) else None


def _is_python_first(package: Package) -> bool:
    """Whether maturin takes the crate in ``rust`` for the package's: its Python part lies in a folder that says so."""
    if not package.backend.startswith("maturin"):
        return False
    name = package.string("project", "name") or ""
    folders = [name.replace("-", "_"), *package.strings("tool", "maturin", "python-packages")]
    modules = [package.checkout.resolve(f"src/{folder}/__init__.py") for folder in folders if folder]
    return package.string("tool", "maturin", "python-source") is not None or any(map(package.checkout.has, modules))


def find_cargo_sites(checkout: Checkout, manifest: str) -> tuple[Site, ...]:
    """The crate's version, in its own manifest or that of its workspace, and the entries of the lock that follow it.

    Raises:
        ProjectRefused: a manifest or the lock cannot be read.
    """
    found = checkout.find_toml(manifest)
    if found is None:
        return ()
    holder, key = manifest, OWN
    if value_at(found[1].values, ("package", "version", "workspace")) is True:
        holder, key = find_workspace(checkout, manifest) or manifest, SHARED
    elif value_at(found[1].values, ("package",)) is None:
        # The manifest of a workspace that is no crate itself: what its members share is all it says.
        key = SHARED
    declared = _site(checkout, holder, key, SiteKind.CARGO)
    if declared is None:
        return ()
    crates = checkout.once((Crates, manifest), lambda: Crates(checkout, manifest))
    same = crates.list_lockstep(manifest, declared.spelling)
    shared = _find_shared(checkout, crates, declared) if key == OWN else None
    if key == SHARED or shared is not None:
        same += [crate for crate in crates.list_inheriting() if crate not in same]
    paths = {crate.path for crate in same}
    siblings = [_site(checkout, crate.path, OWN, SiteKind.CARGO) for crate in same]
    required = [_site(checkout, one.path, one.key, SiteKind.CARGO) for one in crates.requirements if one.crate in paths]
    linked = [
        site for site in (shared, *siblings, *required) if site is not None and site.spelling == declared.spelling
    ]
    linked = [site for site in linked if (site.path, site.start) != (declared.path, declared.start)]
    # The lock lies at the top of the workspace, also when the crate keeps a version of its own.
    names = frozenset(crate.name for crate in same if crate.name is not None)
    return (declared, *linked, *_lock_sites(checkout, crates.top or manifest, names, declared.spelling))


def _find_shared(checkout: Checkout, crates: Crates, declared: Site) -> Site | None:
    """What a workspace gives to its crates where that is the version of a crate in it that says its own.

    What every crate begins with the two may say by chance; and where another version of such a crate is required than the
    whole of it, the two would come apart.
    """
    shared = _site(checkout, crates.top, SHARED, SiteKind.CARGO) if crates.top is not None else None
    if shared is None or shared.spelling != declared.spelling or find_version(declared.spelling) in FIRST_VERSIONS:
        return None
    if not crates.is_member(declared.path):
        return None
    following = {crate.path for crate in crates.list_inheriting()}
    required = [
        _site(checkout, one.path, one.key, SiteKind.CARGO) for one in crates.requirements if one.crate in following
    ]
    return shared if all(site is None or site.spelling == declared.spelling for site in required) else None


def find_dist_sites(checkout: Checkout) -> list[Site]:
    """The version that cargo-dist is told (https://opensource.axo.dev/cargo-dist/book/custom-builds.html)."""
    paths = [checkout.resolve(name) for name in _DIST]
    keys: tuple[Path, ...] = (OWN, ("workspace", "version"))
    found = [_site(checkout, path, key, SiteKind.CARGO_DIST) for path in paths if path is not None for key in keys]
    return [site for site in found if site is not None]


def _site(checkout: Checkout, path: str, key: Path, kind: SiteKind) -> Site | None:
    found = checkout.find_toml(path)
    if found is None:
        return None
    text, document = found
    span = document.strings.get(key)
    if span is None or text.body[span.start : span.end] != value_at(document.values, key):
        return None
    spelling = text.body[span.start : span.end]
    # A requirement on a sibling crate may carry an operator before the version.
    bare = spelling.lstrip("=^~ ")
    start = span.start + len(spelling) - len(bare)
    return Site(path, line_of(text.body, start), kind, bare, key, start, span.end, Reader.TOML, Form.SEMVER)


def _lock_sites(checkout: Checkout, holder: str, crates: frozenset[str], spelling: str) -> list[Site]:
    path = posixpath.join(posixpath.dirname(holder), "Cargo.lock")
    content = checkout.find(path)
    if content is None:
        return []
    body = decode_lock(path, content).body
    return [
        Site(
            path,
            line_of(body, entry.span.start),
            SiteKind.CARGO_LOCK,
            entry.version or "",
            (entry.name,),
            entry.span.start,
            entry.span.end,
            Reader.LOCK,
            Form.SEMVER,
        )
        for entry in list_lock_entries(body)
        if entry.name in crates and not entry.has_source and entry.span is not None and entry.version == spelling
    ]
