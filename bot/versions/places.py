"""Where the packages of a repository lie."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name


@dataclass(frozen=True, slots=True)
class PackagePlace:
    """A package of the repository.

    Attributes:
        name: as its metadata spells it.
        root: its folder, ``.`` for the top.
        is_member: whether a workspace at the top, or the settings, name it.
        is_private: whether it says itself that it is never published.
        version: what its manifest says of its version, None when that stands elsewhere.
        together: the packages that go on with it, under one version and one tag.
    """

    name: str
    root: str
    is_member: bool = False
    is_private: bool = False
    version: str | None = field(default=None, compare=False)
    together: tuple[PackagePlace, ...] = ()

    @property
    def normalised_name(self) -> str:
        """The name as the index addresses it (PEP 503)."""
        return canonicalize_name(self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """What its tags may be called after: its name, or its folder, as ``core-v1.2`` in ``libs/core`` of acme-core."""
        folder = posixpath.basename(self.root)
        return (self.name,) if self.root == "." or folder == self.name else (self.name, folder)

    @property
    def roots(self) -> tuple[str, ...]:
        """Its folder, and those of the packages that go on with it."""
        return (self.root, *(one.root for one in self.together))

    def has(self, path: str) -> bool:
        """Whether a file lies in its folder, or in that of a package that goes on with it."""
        return any(root == "." or path.startswith(f"{root}/") for root in self.roots)


def find_package(packages: Iterable[PackagePlace], name: str) -> PackagePlace | None:
    """The package that ``name`` means: its name in any spelling, or its folder; or one that leads the package of that name."""
    known = [(package, one) for package in packages for one in (package, *package.together)]
    wanted = canonicalize_name(name)
    by_name = (package for package, one in known if one.normalised_name == wanted)
    by_root = (package for package, one in known if one.root == name.strip("/"))
    return next(by_name, None) or next(by_root, None)


def list_touched(packages: Iterable[PackagePlace], paths: Iterable[str]) -> tuple[PackagePlace, ...]:
    """The packages that changed files belong to, in the order of ``packages``.

    A file is of the package in whose folder it lies, the innermost where folders lie in each other. What lies in no
    package's folder, as a lock file above all of them, is of none; a package at the top has all that no other one has.
    """
    known = list(packages)
    innermost = sorted(known, key=lambda package: package.root == "." or -len(package.root))
    touched = {next((package for package in innermost if package.has(path)), None) for path in paths}
    return tuple(package for package in known if package in touched)
