"""How a project spells its tags: ``v{version}`` by default, or as its newest tags do.

A tag pattern is a string with ``{version}`` in it exactly once. Legal names: https://git-scm.com/docs/git-check-ref-format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import Version

from bot.versions.arithmetic import VersionCode, VersionProblem, find_version
from bot.versions.places import PackagePlace
from bot.versions.sentences import Quoted

DEFAULT_TAG_PATTERN = "v{version}"

_PLACE = "{version}"
_LONGEST_PATTERN = 100
# A subset of what git allows: nothing a shell, a URL or Markdown could take for something else.
_TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/@=+!-]*")
_VERSION_MAY_START = re.compile(r"(?<![0-9.])[0-9]")
_PLAIN_PREFIX = re.compile(r"(?:(?:release|rel|version)[-_/]?)?v?", re.IGNORECASE)
_PACKAGE_PREFIX = re.compile(r"(?P<package>.+?)(?:==|[-_@/])v?")


def tag_for(version: str, pattern: str = DEFAULT_TAG_PATTERN) -> str:
    """The tag of ``version``, in the spelling given.

    Raises:
        VersionProblem: ``pattern`` is not one (``bad-tag-pattern``), or git would refuse the tag.
    """
    check_tag_pattern(pattern)
    tag = pattern.replace(_PLACE, version)
    if not _is_tag_name(tag):
        raise VersionProblem(VersionCode.BAD_TAG_PATTERN, Quoted(tag), " cannot be the name of a tag.")
    return tag


def version_of(tag: str, pattern: str = DEFAULT_TAG_PATTERN) -> str | None:
    """The version in ``tag`` as it is spelled there, None when the tag has another shape or holds no version."""
    prefix, _, suffix = pattern.partition(_PLACE)
    if not (tag.startswith(prefix) and tag.endswith(suffix) and len(tag) > len(prefix) + len(suffix)):
        return None
    spelling = tag[len(prefix) : len(tag) - len(suffix)]
    # "vv1.0" is not a tag of "v{version}", although "v1.0" is a spelling of 1.0.
    return spelling if spelling[0].isdigit() and find_version(spelling) is not None else None


def find_tag(tags: Iterable[str], version: str, pattern: str = DEFAULT_TAG_PATTERN) -> str | None:
    """The tag among ``tags`` that stands for ``version`` in any spelling (``v1.2`` for ``1.2.0``); the exact one first."""
    wanted = find_version(version)
    spellings = {tag: version_of(tag, pattern) for tag in tags}
    if wanted is None:
        return None
    exact = (tag for tag, spelling in spellings.items() if spelling == version)
    equal = (tag for tag, spelling in spellings.items() if spelling is not None and find_version(spelling) == wanted)
    return next(exact, None) or next(equal, None)


def released_versions(tags: Iterable[str], pattern: str = DEFAULT_TAG_PATTERN) -> list[str]:
    """The versions of all tags of this shape, lowest first, each as its tag spells it.

    Of tags for one version the one with the most numbers counts: beside ``v1.2.0``, ``v1.2`` and ``v1`` move along.
    """
    found: list[tuple[Version, int, str]] = []
    for tag in tags:
        spelling = version_of(tag, pattern)
        version = find_version(spelling) if spelling else None
        if spelling and version is not None:
            found.append((version, len(version.release), spelling))
    return list({version: spelling for version, _, spelling in sorted(found)}.values())


def check_tag_pattern(pattern: str) -> None:
    """Refuse a setting that is no tag pattern.

    Raises:
        VersionProblem: with the code ``bad-tag-pattern``.
    """
    if len(pattern) > _LONGEST_PATTERN or pattern.count(_PLACE) != 1:
        wrong = " is not a tag pattern: it needs {version} exactly once and has at most 100 characters."
        raise VersionProblem(VersionCode.BAD_TAG_PATTERN, Quoted(pattern), wrong, suggestion=DEFAULT_TAG_PATTERN)
    if not _is_tag_name(pattern.replace(_PLACE, "1.0")):
        illegal = " gives names that git does not accept for tags."
        raise VersionProblem(VersionCode.BAD_TAG_PATTERN, Quoted(pattern), illegal, suggestion=DEFAULT_TAG_PATTERN)


def infer_tag_pattern(newest_first: Iterable[str], package: str | None = None) -> str:
    """The shape of the project's newest tag that holds a version.

    Args:
        newest_first: names of tags, the newest first. Tags of other components (``helm-chart-0.3``) are passed over.
        package: the project's name, so that ``widget-1.2`` and ``widget@1.2`` are recognised as its own.

    Returns:
        A tag pattern; ``v{version}`` when no tag tells.
    """
    moving = None
    for tag in newest_first:
        prefix = _find_prefix(tag, package)
        if prefix is None:
            continue
        if "." in tag[len(prefix) :]:
            return prefix + _PLACE
        # "v1" is usually a tag that moves with every 1.x; it tells only when no other tag does.
        moving = moving or prefix + _PLACE
    return moving or DEFAULT_TAG_PATTERN


def infer_package_tag_pattern(
    newest_first: Iterable[str], package: PackagePlace, siblings: Iterable[PackagePlace]
) -> str:
    """The shape of the tags of a package in a folder of its own.

    Args:
        newest_first: names of tags, the newest first.
        package: the package, after whose name or folder its tags may be called.
        siblings: the other packages that are released from the repository.

    Returns:
        The shape of its own newest tag; else that of a sibling's, with its own name in place of the sibling's. A package
        without siblings may have plain tags. Where nothing tells it is ``name-v{version}``.
    """
    tags, others = list(newest_first), list(siblings)
    for tag in tags:
        own = _find_named_prefix(tag, package.names)
        if own is not None:
            return own + _PLACE
    for tag in tags:
        for sibling in others:
            found = _find_named_prefix(tag, sibling.names)
            if found is not None:
                return _renamed(found, sibling, package) + _PLACE
    if not others:
        return infer_tag_pattern(tags, package.name)
    return f"{package.name}-{DEFAULT_TAG_PATTERN}"


def is_tagged_apart(tags: Iterable[str], package: PackagePlace) -> bool:
    """Whether there are tags of this package alone, called after it."""
    return any(_find_named_prefix(tag, package.names) is not None for tag in tags)


def part_tags(tags: Iterable[str], lately: int) -> tuple[set[Version], set[str]]:
    """The versions of tags that are called after nothing (``v1.2``, ``release-1.2``), and the canonical names of what others are.

    Of the others those count which are not behind so many plain ones: ``tags`` begin with the newest.
    """
    plain, called = set[Version](), set[str]()
    for tag in tags:
        start = _find_version_start(tag)
        prefix = tag[:start] if start is not None else None
        version = find_version(tag[start:]) if start is not None else None
        if prefix is None or version is None:
            continue
        named = _PACKAGE_PREFIX.fullmatch(prefix)
        if _PLAIN_PREFIX.fullmatch(prefix):
            plain.add(version)
        elif named is not None and len(plain) < lately:
            called.add(canonicalize_name(named["package"]))
    return plain, called


def _find_named_prefix(tag: str, names: Iterable[str]) -> str | None:
    """What stands before the version in ``tag``, when it names the package."""
    for name in names:
        prefix = _find_prefix(tag, name)
        if prefix is not None and not _PLAIN_PREFIX.fullmatch(prefix):
            return prefix
    return None


def _renamed(prefix: str, sibling: PackagePlace, package: PackagePlace) -> str:
    """The prefix of a sibling's tags with the name of ``package``: its folder where the sibling's is called after that."""
    named = _PACKAGE_PREFIX.fullmatch(prefix)
    if named is None:
        return prefix
    spelled = named["package"]
    by_folder = canonicalize_name(spelled) != sibling.normalised_name
    own = package.names[-1] if by_folder else package.name
    if "_" in spelled and "-" not in spelled:
        own = own.replace("-", "_")
    return own + prefix[len(spelled) :]


def _find_prefix(tag: str, package: str | None) -> str | None:
    start = _find_version_start(tag)
    if start is None:
        return None
    prefix = tag[:start]
    if _PLAIN_PREFIX.fullmatch(prefix):
        return prefix
    named = _PACKAGE_PREFIX.fullmatch(prefix)
    own = (
        named is not None and package is not None and canonicalize_name(named["package"]) == canonicalize_name(package)
    )
    return prefix if own else None


def _find_version_start(tag: str) -> int | None:
    if len(tag) > _LONGEST_PATTERN or not _is_tag_name(tag):
        return None
    starts = (match.start() for match in _VERSION_MAY_START.finditer(tag))
    return next((start for start in starts if find_version(tag[start:]) is not None), None)


def _is_tag_name(name: str) -> bool:
    parts = name.split("/")
    return (
        _TAG.fullmatch(name) is not None
        and ".." not in name
        and not name.endswith(".")
        and all(part and not part.startswith(".") and not part.endswith(".lock") for part in parts)
    )
