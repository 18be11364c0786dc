"""Back to development: what the files say between releases, as the project wrote it before this one. Pure.

How a project marks what is not released yet (``1.3.0.dev0``, ``1.3.0.dev``, ``1.3.0-dev``, ``1.2.0+dev`` ...) is seen in
what its files said before the release, and how far ahead it looks in how that lay behind the release before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from packaging.version import Version

from bot.versions.arithmetic import (
    MaintenanceLine,
    SpelledVersion,
    VersionCode,
    VersionProblem,
    find_newest,
    find_version,
    same_version,
)
from bot.versions.edits import bump
from bot.versions.project import FileEdit, Form, Project, Site, SiteKind, SourceFile
from bot.versions.schemes import is_by_date
from bot.versions.sentences import Quoted
from bot.versions.steps import Dialect

_MARKER = re.compile(
    r"(?P<base>\d+(?:\.\d+)*)(?P<pre>[-_.]?a(?:lpha)?[-_.]?\d*)?(?P<post>[-_.]?post[-_.]?\d*)?(?P<dev>[-_.+]?dev[-_.]?\d*)?",
    re.IGNORECASE,
)
_DEV_PART = re.compile(r"(?P<base>\d+(?:\.\d+)*)[^+]*?(?P<dev>[-_.+]?dev[-_.]?\d*)", re.IGNORECASE)
_USUAL = ".dev0"

_PATTERN = re.compile(r"\{(?P<of>version|next_major|next_minor|next_patch)\}(?P<marker>[0-9A-Za-z.+_-]{1,20})")
_PLACES = {"next_major": 0, "next_minor": 1, "next_patch": 2}

_OF_RELEASES = frozenset(
    {
        SiteKind.DOCS_CONF,
        SiteKind.CITATION,
        SiteKind.CODEMETA,
        SiteKind.VERSION_FILES,
        SiteKind.ANNOTATION,
        SiteKind.PIN,
    }
)
"""Places that speak of what people can install, and say a marker only where they said the last one too.

A sibling that required a marker would be released with a requirement that nobody can meet.
"""


def check_development_pattern(pattern: str) -> None:
    """Refuse what makes no version, or one that would pass for a release.

    Raises:
        VersionProblem: with the code ``bad-development-pattern``.
    """
    match = _PATTERN.fullmatch(pattern)
    sample = find_version(f"1.2.3{match['marker']}") if match else None
    at_least = Version("1.2.3") if match and match["of"] == "version" else Version("0")
    if sample is None or not _is_marker(sample) or sample < at_least:
        raise VersionProblem(
            VersionCode.BAD_DEVELOPMENT_PATTERN,
            Quoted(pattern),
            " makes no development version: it is {next_minor}, {next_patch}, {next_major} or {version}, and then a marker"
            " such as .dev0.",
            suggestion="{next_minor}.dev0",
        )


def find_development(
    released: str,
    before: str,
    *,
    pattern: str | None = None,
    earlier: Iterable[str] = (),
    versioning: str | None = None,
    line: MaintenanceLine | None = None,
) -> SpelledVersion:
    """What the files say once ``released`` is out. It is written by ``bump`` and never released, so it may be local.

    Args:
        released: the version that was released just now, as its files spell it.
        before: what the files said before the release.
        pattern: how the settings want it; None: as the project wrote it before, else ``.dev0`` behind the next minor one.
        earlier: every version that was ever released, in the project's spelling, in any order.
        versioning: how the project counts, as for ``follow``.
        line: the maintenance line that was released from.
    """
    earlier = tuple(text for text in earlier if not same_version(text, released))
    newest = Version(released)
    if pattern is not None and (match := _PATTERN.fullmatch(pattern)) is not None:
        place = _PLACES.get(match["of"])
        return _write(newest, released, before, place, match["marker"], 0)
    base, marker = _find_marker(before, earlier)
    finals = [text for text in earlier if (known := find_version(text)) is not None and not known.is_prerelease]
    ahead = find_newest((text for text in finals if Version(text) < newest), line)
    if base is not None and marker is not None and _looks_back(base, marker, newest, ahead):
        return _write(newest, released, before, None, marker, 0)
    place = _find_place(newest, base, ahead)
    if place is None:
        place = len(newest.release) - 1 if is_by_date(versioning, (*earlier, released)) else 1
    if line is not None:
        place = max(place, len(line.numbers))
    length = base.count(".") + 1 if base else 0
    return _write(newest, released, before, place, marker or _USUAL, length)


def list_development_edits(project: Project, before: Project, version: SpelledVersion) -> list[FileEdit]:
    """The edits that make ``project`` say the marker ``version``.

    Args:
        project: as it is now, with the released version.
        before: as it was before the release: places that speak of releases alone said no marker then.
        version: as ``find_development`` gave it.

    Raises:
        ProjectRefused: a place cannot hold such a version, or not be changed exactly.
    """
    marked = {_where(site) for site in before.sites if _says(site, before.version)}
    known = {_where(site) for site in before.sites}
    has_markers = before.version != project.version and _is_marker(before.version)

    def follows(site: Site) -> bool:
        if site.form is Form.DATE:
            return False
        if has_markers and _where(site) in known:
            return _where(site) in marked
        return site.kind not in _OF_RELEASES

    files = []
    for file in project.files:
        sites = tuple(site for site in file.sites if follows(site))
        if sites:
            files.append(SourceFile(file.path, file.content, sites))
    return bump(replace(project, files=tuple(files)), version)


def _find_marker(before: str, earlier: Iterable[str]) -> tuple[str | None, str | None]:
    """The numbers and the marker of what the files said before; None for what was a release itself."""
    if any(same_version(before, text) for text in earlier):
        return None, None
    match = _MARKER.fullmatch(before)
    if match is not None and (match["pre"] or match["post"] or match["dev"]):
        dev = match["dev"] or ""
        return match["base"], f"{match['pre'] or ''}{match['post'] or ''}{_at_zero(dev)}"
    if (other := _DEV_PART.fullmatch(before)) is not None:
        # A candidate under way (1.2.0rc2.dev0) says how the marker is written, and not that the next one is a candidate.
        return other["base"], _at_zero(other["dev"])
    return None, None


def _looks_back(base: str, marker: str, newest: Version, ahead: Version | None) -> bool:
    """Whether the marker stands behind the release that was: 1.2.0+dev and 1.2.0.post0 come after 1.2.0."""
    if not marker.startswith("+") and "post" not in marker.lower():
        return False
    return Version(base) != Version(newest.base_version) or (ahead is not None and Version(base) == ahead)


def _at_zero(dev: str) -> str:
    return re.sub(r"\d+\Z", "0", dev)


def _find_place(newest: Version, base: str | None, ahead: Version | None) -> int | None:
    """Which number the marker raised against the release before; one major release does not announce the next."""
    if base is None or ahead is None:
        return None
    count = max(len(newest.release), base.count(".") + 1, len(ahead.release))
    marked, last = ((*version.release, *[0] * count)[:count] for version in (Version(base), ahead))
    place = next((place for place in range(count) if marked[place] != last[place]), None)
    return None if place is None or marked < last else min(max(place, 1), count - 1)


def _write(newest: Version, released: str, before: str, place: int | None, marker: str, length: int) -> SpelledVersion:
    """``newest`` raised at ``place``, or as it is, in the project's own zeros and with at least ``length`` numbers."""
    numbers = [*newest.release]
    if place is not None:
        place = min(place, len(numbers) - 1) if len(numbers) == 1 else place
        numbers += [0] * (max(place + 1, length) - len(numbers))
        numbers = [*numbers[:place], numbers[place] + 1, *[0] * (len(numbers) - place - 1)]
    epoch = f"{newest.epoch}!" if newest.epoch else ""
    text = epoch + Dialect((released, before)).write_numbers(tuple(numbers)) + marker
    return SpelledVersion(text, Version(text))


def _where(site: Site) -> tuple[object, ...]:
    return site.path, site.kind, site.key


def _is_marker(version: Version) -> bool:
    return version.is_prerelease or version.is_postrelease or version.local is not None


def _says(site: Site, version: Version) -> bool:
    stated = find_version(site.spelling)
    if site.kind is SiteKind.HEADER:
        # It says its numbers one by one, and is a place of the project only where all of them were the version's.
        return True
    if site.form is Form.PREFIX and stated is not None:
        return stated.release == (*version.release, *stated.release)[: len(stated.release)]
    return stated == version
