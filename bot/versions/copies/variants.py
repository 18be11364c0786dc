"""Manifests of another build of the same package, ``setup-mini.cfg`` or ``pyproject-light.toml``, and its own tool's table.

Somebody copies them into place before such a build, so that nothing but their names and what they say tells whose they are.
"""

from __future__ import annotations

import re
from contextlib import suppress

from packaging.utils import canonicalize_name

from bot.versions.checkout import Checkout
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.cfg_lines import read_cfg
from bot.versions.formats.text import line_of
from bot.versions.formats.toml_spans import value_at
from bot.versions.layout import FIRST_VERSIONS
from bot.versions.project import ProjectRefused, Reader, Site, SiteKind
from bot.versions.tools.search import toml_site

_MOST_VARIANTS = 10
_VARIANT = re.compile(r"(?:setup|pyproject)[-_.][A-Za-z0-9_.-]{1,60}\.(?:cfg|toml)")
_LEFT = frozenset(
    {
        "old",
        "orig",
        "bak",
        "backup",
        "prev",
        "previous",
        "legacy",
        "example",
        "sample",
        "template",
        "test",
        "plugin",
        "contrib",
    }
)
"""Words of names of files that nobody builds this package of."""

_WORDS = re.compile(r"[a-z0-9]+")
_OWN_KEY = re.compile(r"(?:(?:current|latest|stable|release|package|docs?)[-_])?version|release", re.IGNORECASE)
"""Keys that say which version there is; others say which one is asked for, or was there once."""

_MOST_TABLES = 100
_NAME, _VERSION = ("project", "name"), ("project", "version")


def find_variants(subject: Subject) -> Finding:
    """The versions of those manifests at the top of the package that name it, or something called after it."""
    checkout, finding = subject.package.checkout, Finding()
    if subject.version in FIRST_VERSIONS:
        return finding
    prefix = "" if checkout.root == "." else f"{checkout.root}/"
    # Of twenty thousand files nearly none begins so.
    near = [
        path[len(prefix) :] for path in checkout.listing if path.startswith((f"{prefix}setup", f"{prefix}pyproject"))
    ]
    meant = (name for name in near if _VARIANT.fullmatch(name) and _LEFT.isdisjoint(_WORDS.findall(name.lower())))
    names = sorted(meant)
    for name in names[:_MOST_VARIANTS]:
        with suppress(ProjectRefused):
            path = checkout.resolve(name)
            read = _read_cfg if name.endswith(".cfg") else _read_toml
            finding.add(subject.sort(read(subject, checkout, path)))
    return finding


def find_own_table(subject: Subject) -> Finding:
    """Versions in the table of pyproject.toml that a tool called after the package reads: ``[tool.widget_docs] version``.

    Other tools' tables may say anything, such as the version of the tool that is asked for.
    """
    package, finding = subject.package, Finding()
    tools = value_at(package.document.values, ("tool",)) if package.document is not None else None
    if not isinstance(tools, dict) or subject.version in FIRST_VERSIONS:
        return finding
    for name, table in list(tools.items())[:_MOST_TABLES]:
        keys = list(table)[:_MOST_TABLES] if isinstance(table, dict) and _is_called_after(subject, str(name)) else []
        for key in filter(_OWN_KEY.fullmatch, keys):
            place = ("tool", name, key)
            finding.add(subject.sort(toml_site(subject, package.path, place, SiteKind.OWN_TABLE)))
    finding.lookalikes.clear()
    return finding


def _read_cfg(subject: Subject, checkout: Checkout, path: str | None) -> list[Site]:
    text = checkout.find_text(path)
    values = read_cfg(text.body) if text is not None else {}
    key = ("metadata", "version")
    named, stated = values.get(("metadata", "name")), values.get(key)
    if text is None or path is None or named is None or stated is None or not _is_called_after(subject, named.text):
        return []
    line = line_of(text.body, stated.span.start)
    return [Site(path, line, SiteKind.VARIANT, stated.text, key, stated.span.start, stated.span.end, Reader.CFG)]


def _read_toml(subject: Subject, checkout: Checkout, path: str | None) -> list[Site]:
    found = checkout.find_toml(path)
    name = value_at(found[1].values, _NAME) if found is not None else None
    called = isinstance(name, str) and _is_called_after(subject, name)
    return toml_site(subject, path, _VERSION, SiteKind.VARIANT) if called else []


def _is_called_after(subject: Subject, name: str) -> bool:
    own, other = canonicalize_name(subject.name), canonicalize_name(name)
    return other == own or other.startswith(f"{own}-")
