"""Requirements of siblings in the same repository on this package: ``widget==1.2.0`` follows, ``widget>=1.0`` stays.

Source of the grammar: https://packaging.python.org/specifications/dependency-specifiers/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from packaging.utils import canonicalize_name

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import Text, line_of
from bot.versions.formats.toml_spans import Path, TomlDocument, value_at
from bot.versions.layout import FIRST_VERSIONS, is_foreign
from bot.versions.project import Lookalike, ProjectRefused, Reader, Site, SiteKind

_MOST_SIBLINGS = 100
_MOST_BYTES = 2 * 1024 * 1024
"""Of all siblings together: reading TOML takes about a second for as much."""

_REQUIREMENT = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,98})[ \t]*(?:\[[^\]]{0,200}\])?[ \t]*\(?[ \t]*"
    r"(?P<operator>===|==|~=)[ \t]*(?P<version>[0-9A-Za-z.!+_-]{1,64})[ \t]*\)?[ \t]*(?:;|$)"
)
_POETRY = re.compile(r"(?:==?|~=?|\^)?[ \t]*(?P<version>\d[0-9A-Za-z.!+_-]{0,63})")
_LOOSER = "The requirement still allows the new version, or asks for another one."
_OF_SIBLING = "It asks for another package of this repository, whose own release changes it."
_TABLES = (("project", "dependencies"), ("build-system", "requires"))
_NAMED = (("project",), ("tool", "poetry"))
_GROUPS = (("project", "optional-dependencies"), ("dependency-groups",))


def list_siblings(subject: Subject) -> list[str]:
    """The other pyproject.toml files of the repository, at most 100."""
    own = subject.package.path
    manifests = [path for path in subject.package.checkout.listing if path.split("/")[-1] == "pyproject.toml"]
    return [path for path in manifests if path != own and not is_foreign(path)][:_MOST_SIBLINGS]


def find_pins(subject: Subject) -> Finding:
    """Every exact (``==``) or compatible (``~=``) requirement on the version the project has now."""
    finding, names = Finding(), set[str]()
    read = 0
    for path in list_siblings(subject):
        read += len(subject.package.checkout.find(path) or b"")
        if read > _MOST_BYTES:
            break
        with suppress(ProjectRefused):
            found = subject.package.checkout.find_toml(path)
            if found is not None:
                _read(subject, finding, path, *found)
                names |= {name} if (name := _find_name(found[1])) is not None else set()
    _name_siblings(subject, finding, names)
    return finding


def _name_siblings(subject: Subject, finding: Finding, names: set[str]) -> None:
    """What the package itself requires of siblings at this very version: their own release changes it."""
    package = subject.package
    if package.text is None or package.document is None:
        return
    for key, requirement in _requirements(package.document):
        match = _REQUIREMENT.match(requirement)
        span = package.document.strings.get(key)
        if match is None or span is None or canonicalize_name(match["name"]) not in names:
            continue
        if subject.says(match["version"]):
            line = line_of(package.text.body, span.start)
            finding.lookalikes.append(Lookalike(package.path, line, requirement[:80], _OF_SIBLING, package.path))


def find_companions(subject: Subject, leading: str) -> Finding:
    """What a package in lockstep requires at this very version of one called after the ``leading`` one: its own wheels, perhaps.

    Another package may be built of the same sources under another name; then nothing in the repository declares it. One
    that a pyproject.toml of the repository declares goes on by itself, or is found as one of those in lockstep.
    """
    finding, package = Finding(), subject.package
    if package.text is None or package.document is None or subject.version in FIRST_VERSIONS:
        return finding
    declared = list_sibling_names(subject)
    for key, requirement in _requirements(package.document):
        match = _REQUIREMENT.match(requirement)
        if match is None or key[0] != "project" or match["operator"] == "~=" or not subject.says(match["version"]):
            continue
        called = canonicalize_name(match["name"])
        if called.startswith(f"{canonicalize_name(leading)}-") and called not in declared:
            _add(subject, finding, package.path, package.text, package.document, key, match)
    return finding


def list_sibling_names(subject: Subject) -> frozenset[str]:
    """The canonical names of the other packages that a pyproject.toml of the repository declares."""
    return subject.package.checkout.once(list_sibling_names, lambda: frozenset(_find_names(subject)))


def _find_names(subject: Subject) -> Iterator[str]:
    for path in list_siblings(subject):
        with suppress(ProjectRefused):
            found = subject.package.checkout.find_toml(path)
            if found is not None and (name := _find_name(found[1])) is not None:
                yield name


def _find_name(document: TomlDocument) -> str | None:
    stated = (value_at(document.values, (*table, "name")) for table in _NAMED)
    return next((canonicalize_name(name) for name in stated if isinstance(name, str)), None)


def _read(subject: Subject, finding: Finding, path: str, text: Text, document: TomlDocument) -> None:
    name = canonicalize_name(subject.name)
    for key, requirement in _requirements(document):
        match = _REQUIREMENT.match(requirement)
        if match is not None and canonicalize_name(match["name"]) == name:
            _add(subject, finding, path, text, document, key, match)
    dependencies = value_at(document.values, ("tool", "poetry", "dependencies"))
    for dependency, value in dependencies.items() if isinstance(dependencies, dict) else ():
        if canonicalize_name(str(dependency)) == name:
            place: Path = ("tool", "poetry", "dependencies", dependency)
            place = (*place, "version") if isinstance(value, dict) else place
            stated = value_at(document.values, place)
            match = _POETRY.fullmatch(stated) if isinstance(stated, str) else None
            if match is not None:
                _add(subject, finding, path, text, document, place, match)


def _add(
    subject: Subject, finding: Finding, path: str, text: Text, document: TomlDocument, key: Path, match: re.Match[str]
) -> None:
    span = document.strings.get(key)
    if span is None or not text.body.startswith(match.string[: match.end("version")], span.start):
        # Behind the version escapes do no harm, as in a marker: "widget == 1.2.0; python_version < \"3.11\"".
        return
    start, end = span.start + match.start("version"), span.start + match.end("version")
    line, version = line_of(text.body, start), match["version"]
    if subject.says(version) and not match[0].startswith("^"):
        finding.sites.append(Site(path, line, SiteKind.PIN, version, key, start, end, Reader.TOML))
    else:
        finding.lookalikes.append(Lookalike(path, line, match.string[:80], _LOOSER, path))


def _requirements(document: TomlDocument) -> Iterator[tuple[Path, str]]:
    lists: list[Path] = list(_TABLES)
    for group in _GROUPS:
        table = value_at(document.values, group)
        lists += [(*group, name) for name in table] if isinstance(table, dict) else []
    for keys in lists:
        items = value_at(document.values, keys)
        for index, item in enumerate(items if isinstance(items, list) else []):
            if isinstance(item, str):
                yield (*keys, index), item
