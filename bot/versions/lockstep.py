"""Packages of one repository that go on together: they carry one version, and one tag releases them all.

Such packages are one choice: the one that leads, with the others beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from bot.versions.arithmetic import find_version
from bot.versions.places import PackagePlace
from bot.versions.tags import part_tags

_LEAST_RELEASES = 2
"""What is equal after one release may be so by chance: most packages begin with the same version."""


_LATELY = 10
"""A package whose own tags are behind so many of all is not released by them any more."""


def join_lockstep(
    packages: Sequence[PackagePlace], tags: Iterable[str], wish: bool | Collection[str] | None = None
) -> list[PackagePlace]:
    """``packages`` with those that go on together as one of them: the one that leads has the others in ``together``.

    Args:
        packages: every package of the repository, each by itself.
        tags: names of tags, the newest first.
        wish: what the settings say: True for all that are published, False for none, or the names of those that do, the
            leading one first; None to tell by the files and the tags.

    Returns:
        The packages in their order, without those that only follow. Without a wish they are those whose manifests say one
        version, as the leading one's does, which was released under plain tags at least twice, and not lately under tags
        called after one of them.
    """
    if wish is False:
        return list(packages)
    public = [package for package in packages if not package.is_private]
    if wish is None:
        together = _detect(public, list(tags))
    elif wish is True:
        together = _lead(public)
    else:
        named = {str(canonicalize_name(name)): at for at, name in enumerate(wish)}
        together = sorted(
            (one for one in packages if one.normalised_name in named), key=lambda one: named[one.normalised_name]
        )
    if len(together) < 2:
        return list(packages)
    leading = replace(together[0], together=tuple(together[1:]))
    return [leading if one is together[0] else one for one in packages if one not in together[1:]]


def may_go_together(tags: Iterable[str]) -> bool:
    """Whether tags tell of so many releases of all packages at once that some may go on together."""
    return len(part_tags(tags, _LATELY)[0]) >= _LEAST_RELEASES


def _lead(packages: Iterable[PackagePlace]) -> list[PackagePlace]:
    """The leading one first: the one at the top, else the one with the shortest name (``acme`` before ``acme-core``)."""
    return sorted(packages, key=lambda one: (one.root != ".", len(one.normalised_name)))


def _detect(public: Iterable[PackagePlace], tags: list[str]) -> list[PackagePlace]:
    released, others = part_tags(tags, _LATELY)
    if len(released) < _LEAST_RELEASES:
        return []
    stated = [(one, find_version(one.version or "")) for one in public]
    candidates = _lead(one for one, version in stated if version is not None and version > min(released))
    if not candidates or _is_apart(candidates[0], others):
        return []
    common = find_version(candidates[0].version or "")
    return [one for one in candidates if find_version(one.version or "") == common and not _is_apart(one, others)]


def _is_apart(package: PackagePlace, called: Collection[str]) -> bool:
    """Whether tags are called after a package: its name, its folder, or the end of its name (``pool-1.2`` for acme-pool)."""
    parts = package.normalised_name.split("-")
    names = {canonicalize_name(name) for name in package.names}
    return not names.isdisjoint(called) or any("-".join(parts[at:]) in called for at in range(1, len(parts)))
