"""The link definitions at the end of a Keep a Changelog file: which version's changes can be compared where."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from packaging.version import InvalidVersion, Version

from bot.changelog.document import Definition, Document
from bot.changelog.headings import list_version_headings

# GitHub, Gitea and GitLab compare with three dots, Bitbucket with two.
_COMPARE = re.compile(r"(?P<front>\S*/compare/)(?P<base>[^.\s].*?)(?P<dots>\.{2,3})(?P<head>[^.\s]\S*)")
_VERSION_LABEL = re.compile(r"v?(?P<version>\d\S*)", re.IGNORECASE)
_UNRELEASED_LABELS = frozenset({"unreleased", "next", "upcoming", "head", "development"})
_MOVING_HEADS = frozenset({"head", "main", "master", "develop", "development", "trunk"})


@dataclass(frozen=True, slots=True)
class Release:
    """What is released.

    Attributes:
        version: as files and tags spell it, without ``v``.
        day: its date.
        tag: its tag.
        base: the tag it is compared with; None for the first release.
        repository_url: the page of the repository.
    """

    version: str
    day: date
    tag: str
    base: str | None
    repository_url: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Put ``new`` in the place of the characters from ``start`` up to and without ``end``."""

    start: int
    end: int
    new: str


def apply_edits(text: str, edits: list[Edit]) -> str:
    """``text`` with all ``edits``; those at one place follow each other in the order given.

    Raises:
        ValueError: two of them overlap: better no release than a file that nobody wrote.
    """
    pieces, rest = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < rest:
            raise ValueError("edits overlap")
        pieces += [text[rest : edit.start], edit.new]
        rest = edit.end
    return "".join((*pieces, text[rest:]))


def find_unreleased_definition(document: Document) -> Definition | None:
    """The definition for the heading of unreleased changes."""
    labels = (definition for definition in document.definitions if definition.label.casefold() in _UNRELEASED_LABELS)
    return next(labels, None)


def list_version_definitions(document: Document) -> list[tuple[Version, Definition]]:
    """The definitions whose labels are versions, in the order of the file.

    A number alone is one where the file has a heading of it: else it is that of an issue (``.. _88054: https://...``).
    """
    found, headed = [], {heading.version for heading in list_version_headings(document)}
    for definition in document.definitions:
        match = _VERSION_LABEL.fullmatch(definition.label)
        try:
            version = Version(match["version"]) if match else None
        except InvalidVersion:
            continue
        if version is not None and ("." in definition.label or version in headed):
            found.append((version, definition))
    return found


def moved_url(url: str, release: Release) -> str:
    """The URL that compares unreleased changes with the new tag; another kind of URL stays as it is."""
    match = _COMPARE.fullmatch(url)
    return f"{match['front']}{_quote(release.tag)}{match['dots']}{match['head']}" if match else url


def version_url(release: Release, *examples: str | None) -> str:
    """The URL for the new version, in the form of the first example that compares two release.

    Without one it is GitHub's: the comparison with the base tag, or the tag's release when it is the first.
    """
    matches = (_COMPARE.fullmatch(example) for example in examples if example)
    match = next(filter(None, matches), None)
    front, dots = (
        (match["front"], match["dots"]) if match else (f"{release.repository_url.rstrip('/')}/compare/", "...")
    )
    base = _quote(release.base) if release.base else None
    if base is None and match is not None and match["head"].lower() in _MOVING_HEADS:
        base = match["base"]
    if base is None:
        return f"{release.repository_url.rstrip('/')}/releases/tag/{_quote(release.tag)}"
    return f"{front}{base}{dots}{_quote(release.tag)}"


def settled_url(url: str, release: Release) -> str:
    """The URL of a version that was compared with a branch until now, compared with its tag."""
    match = _COMPARE.fullmatch(url)
    is_moving = match is not None and match["head"].lower() in _MOVING_HEADS
    return url[: match.start("head")] + _quote(release.tag) if match and is_moving else url


def list_definition_edits(document: Document, label: str | None, release: Release) -> list[Edit]:
    """What changes among the link definitions with a release.

    Args:
        document: the changelog before the release.
        label: what stands in the brackets of the version's heading; None when it has none, or a link of its own.
        release: what is released.

    Returns:
        Edits for the definition of the unreleased changes and for the version's own. A file without any definitions
        stays without.
    """
    unreleased, versions = find_unreleased_definition(document), list_version_definitions(document)
    edits = [_change(unreleased, moved_url(_bare(unreleased), release))] if unreleased else []
    own = next((definition for other, definition in versions if other == Version(release.version)), None)
    if own is not None:
        return [*edits, _change(own, settled_url(_bare(own), release))]
    newest = max(versions, key=lambda found: found[0])[1] if versions else None
    model = unreleased or newest
    if label is None and newest is not None:
        # The headings carry no brackets, yet versions are defined: text elsewhere refers to them.
        label = f"{'v' if newest.label.lower().startswith('v') else ''}{release.version}"
    if model is None or label is None:
        return edits
    examples = [_bare(definition) for definition in (unreleased, newest) if definition]
    line = f"{model.before}{label}{model.between}{_like(model, version_url(release, *examples))}"
    is_rising = len(versions) > 1 and versions[-1][1] is newest
    return [*edits, _insert(document, line, _line_for(unreleased, newest, is_rising=is_rising))]


def _line_for(unreleased: Definition | None, newest: Definition | None, *, is_rising: bool) -> int:
    """The line on which a definition is added: below the newest version where the oldest comes first, else above it."""
    if newest is not None and is_rising:
        return newest.line + 1
    if unreleased is not None and (newest is None or unreleased.line < newest.line):
        return unreleased.line + 1
    return newest.line if newest is not None else 0


def _insert(document: Document, line: str, index: int) -> Edit:
    if index < len(document.lines):
        start = document.lines[index].start
        return Edit(start, start, line + document.newline)
    end = len(document.text)
    has_newline = document.text.endswith(("\n", "\r"))
    # A file without a final line end stays without.
    return Edit(end, end, line + document.newline if has_newline else document.newline + line)


def _change(definition: Definition, url: str) -> Edit:
    return Edit(definition.start, definition.end, _like(definition, url))


def _bare(definition: Definition) -> str:
    return definition.url[1:-1] if definition.url.startswith("<") else definition.url


def _like(definition: Definition, url: str) -> str:
    return f"<{url}>" if definition.url.startswith("<") else url


def _quote(tag: str) -> str:
    return quote(tag, safe="/@=!+:,~")
