"""Python Semantic Release: ``[tool.semantic_release]`` (https://python-semantic-release.readthedocs.io/en/stable/configuration/)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import Span
from bot.versions.formats.version_text import find_all
from bot.versions.project import ProjectRefused, Site, SiteKind
from bot.versions.tools.search import MOST_ENTRIES, list_files, read_any, text_site, toml_site

FILES = ("releaserc.toml", ".releaserc.toml")

_KIND = SiteKind.SEMANTIC_RELEASE
_KEYS = ("tool", "semantic_release")
_BETWEEN = re.compile(r"""["']?[ \t]*(?:(?::=|==|[:=@])[ \t]*|[ \t])["']?v?""")
_MOST_PLACES = 100
_LONGEST_VARIABLE = 200


def find_semantic_release_copies(subject: Subject) -> Finding:
    """The keys and variables that the tool would change."""
    finding, package = Finding(), subject.package
    for entry in package.strings(*_KEYS, "version_toml")[:MOST_ENTRIES]:
        with suppress(ProjectRefused):
            finding.add(subject.sort(_toml(subject, entry)))
    for name in ("version_variables", "version_variable"):
        for listed in package.strings(*_KEYS, name)[:MOST_ENTRIES]:
            for entry in listed.split(",")[:MOST_ENTRIES] if name == "version_variable" else [listed]:
                finding.add(_variable(subject, entry.strip()))
    return finding


def _toml(subject: Subject, entry: str) -> Iterator[Site]:
    file, _, rest = entry.partition(":")
    for path in list_files(subject, file):
        yield from toml_site(subject, path, tuple(rest.split(":")[0].split(".")), _KIND)


def _variable(subject: Subject, entry: str) -> Finding:
    """``path:variable``: every ``variable = version``, ``variable: version``, ``variable==version`` or ``variable@version``."""
    finding = Finding()
    file, _, rest = entry.partition(":")
    variable = re.sub(r":(?:nf|tf)$", "", rest)
    if not variable or len(variable) > _LONGEST_VARIABLE:
        return finding
    for path in list_files(subject, file):
        text = read_any(subject, path)
        for spelling in subject.spellings() if text is not None else ():
            spans = list(find_all(text.body, spelling))[:_MOST_PLACES] if text is not None else []
            own = [span for span in spans if text is not None and _belongs(text.body, span, variable)]
            finding.sites += [text_site(path, text, span, _KIND) for span in own if text is not None]
    return finding


def _belongs(body: str, span: Span, variable: str) -> bool:
    if variable == "*":
        return True
    line = max(body.rfind("\n", 0, span.start), body.rfind("\r", 0, span.start)) + 1
    at = body.rfind(variable, line, span.start)
    if at < 0 or (at > 0 and (body[at - 1].isalnum() or body[at - 1] == "_") and variable[0].isalnum()):
        return False
    between = body[at + len(variable) : span.start]
    return len(between) < 40 and _BETWEEN.fullmatch(between) is not None
