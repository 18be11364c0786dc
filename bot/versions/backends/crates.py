"""The crates of a Rust workspace, what they require of each other, and which of them keep one version together.

Source: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html#specifying-path-dependencies.
"""

from __future__ import annotations

import fnmatch
import posixpath
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.versions.arithmetic import find_version
from bot.versions.checkout import Checkout
from bot.versions.formats.toml_spans import Path, TomlDocument, value_at
from bot.versions.layout import FIRST_VERSIONS
from bot.versions.project import ProjectRefused

OWN: Path = ("package", "version")
SHARED: Path = ("workspace", "package", "version")

_MOST_MEMBERS = 100
_MOST_LISTED = 2_000
"""Manifests of a repository that are held against the patterns of its workspace."""

_MOST_BYTES = 2 * 1024 * 1024
"""Of all manifests together: reading TOML takes about a second for as much."""

_TABLES = ("dependencies", "dev-dependencies", "build-dependencies")
_MANY = 3
"""So many crates do not say the same version by chance."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a manifest requires of a crate in a folder of the repository.

    Attributes:
        path: the manifest that says so.
        key: where the requirement's version stands, if it has one.
        crate: the manifest of the crate.
    """

    path: str
    key: Path
    crate: str


@dataclass(frozen=True, slots=True)
class Crate:
    """One crate; ``version`` is None where it takes that of its workspace."""

    path: str
    name: str | None
    version: str | None
    inherits: bool
    needs: frozenset[str]
    """The manifests of the crates that it requires."""


class Crates:
    """Every crate that has to do with the one at ``manifest``, as far as it can be read."""

    def __init__(self, checkout: Checkout, manifest: str) -> None:
        self.checkout = checkout
        self.top = find_workspace(checkout, manifest)
        self.requirements: list[Requirement] = []
        self.crates: dict[str, Crate] = {}
        top = checkout.find_toml(self.top) if self.top else None
        self._members = _members(checkout, self.top, top[1]) if self.top and top else []
        self._shared: dict[str, str] = {}
        if self.top and top:
            table = value_at(top[1].values, ("workspace", "dependencies"))
            for requirement, name in self._in_table(self.top, ("workspace", "dependencies"), table):
                self._shared[name] = requirement.crate
        self._read([manifest, *self._members])

    def list_lockstep(self, manifest: str, spelling: str) -> list[Crate]:
        """The crates that keep the version of the one at ``manifest``: they say the same, and one requires the other.

        Where several do, every other that says the same keeps it, too.
        """
        if find_version(spelling) in FIRST_VERSIONS:
            return [self.crates[manifest]] if manifest in self.crates else []
        same = {path for path, crate in self.crates.items() if crate.version == spelling or crate.inherits}
        found, waiting = {manifest}, [manifest]
        while waiting:
            crate = self.crates.get(waiting.pop())
            needs = crate.needs if crate else frozenset()
            near = {path for path in same if path in needs or (crate and crate.path in self.crates[path].needs)}
            waiting += sorted(near - found)
            found |= near
        if len(found) >= _MANY:
            found |= same
        return [crate for path, crate in self.crates.items() if path in found]

    def is_member(self, manifest: str) -> bool:
        """Whether a crate is at the top of the workspace, or listed as one of its members."""
        return manifest == self.top or manifest in self._members

    def list_inheriting(self) -> list[Crate]:
        """The crates that take their version from the workspace."""
        return [crate for crate in self.crates.values() if crate.inherits]

    def _read(self, manifests: list[str]) -> None:
        waiting, read = list(dict.fromkeys(manifests)), 0
        for path in waiting:
            read += len(self.checkout.find(path) or b"")
            if len(self.crates) >= _MOST_MEMBERS or read > _MOST_BYTES:
                return
            crate = None
            with suppress(ProjectRefused):
                crate = self._crate(path)
            if crate is not None:
                self.crates[path] = crate
                waiting += [other for other in sorted(crate.needs) if other not in waiting]

    def _crate(self, path: str) -> Crate | None:
        found = self.checkout.find_toml(path)
        if found is None:
            return None
        values, needs = found[1].values, set()
        for table in _list_tables(values):
            for requirement, _ in self._in_table(path, table, value_at(values, table)):
                needs.add(requirement.crate)
        name, version = value_at(values, ("package", "name")), value_at(values, OWN)
        inherits = value_at(values, (*OWN, "workspace")) is True
        return Crate(
            path,
            name if isinstance(name, str) else None,
            version if isinstance(version, str) else None,
            inherits,
            frozenset(needs),
        )

    def _in_table(self, path: str, table: Path, entries: object) -> Iterator[tuple[Requirement, str]]:
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            folder = entry.get("path") if isinstance(entry, dict) else None
            if isinstance(folder, str):
                inside = posixpath.normpath(posixpath.join(posixpath.dirname(path), folder, "Cargo.toml"))
                if self.checkout.has(inside):
                    requirement = Requirement(path, (*table, name, "version"), inside)
                    self.requirements.append(requirement)
                    yield requirement, name
            elif isinstance(entry, dict) and entry.get("workspace") is True and name in self._shared:
                yield Requirement(path, (*table, name, "version"), self._shared[name]), name


def find_workspace(checkout: Checkout, manifest: str) -> str | None:
    """The manifest of the workspace that the crate at ``manifest`` belongs to."""
    folder = posixpath.dirname(manifest)
    while True:
        path = posixpath.join(folder, "Cargo.toml")
        found = checkout.find_toml(path)
        if found is not None and value_at(found[1].values, ("workspace",)) is not None:
            return path
        if not folder:
            return None
        folder = posixpath.dirname(folder)


def _members(checkout: Checkout, top: str, document: TomlDocument) -> list[str]:
    folder = posixpath.dirname(top)

    def patterns(key: str) -> list[str]:
        listed = value_at(document.values, ("workspace", key))
        names = [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []
        return [posixpath.normpath(posixpath.join(folder, name, "Cargo.toml")) for name in names[:50]]

    wanted, unwanted = patterns("members"), patterns("exclude")
    manifests = [path for path in checkout.listing if path.endswith("Cargo.toml")][:_MOST_LISTED]
    members = [path for path in manifests if any(fnmatch.fnmatchcase(path, pattern) for pattern in wanted)]
    return [path for path in members if path not in unwanted][:_MOST_MEMBERS]


def _list_tables(values: Mapping[str, object]) -> list[Path]:
    targets = value_at(values, ("target",))
    platforms = list(targets)[:20] if isinstance(targets, dict) else []
    return [(table,) for table in _TABLES] + [("target", name, table) for name in platforms for table in _TABLES]
