"""Meson: ``project('name', 'c', version: '1.2.0')`` at the top of meson.build (https://mesonbuild.com/Reference-manual_functions.html#project)."""

from __future__ import annotations

import posixpath
import re

from bot.versions.backends.source import Package
from bot.versions.backends.text_source import whole_file_site
from bot.versions.formats.text import line_of
from bot.versions.project import Reader, Site, SiteKind

_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<string>'''[\s\S]*?'''|'(?:[^'\\\n]|\\.)*')|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<word>[A-Za-z_]\w*)|(?P<mark>[:,])"
)
_PROJECT = re.compile(r"^[ \t]*project[ \t\r\n]*\(", re.MULTILINE)
_MODULE = re.compile(r"""["'](?P<path>[\w./-]{1,200}\.py)["']""")
_MOST_TOKENS = 2000
_MOST_ARGUMENTS = 12


def find_meson_sites(package: Package) -> tuple[Site, ...]:
    """The version that meson.build gives to its project, or the file it names; none when it runs a command for it.

    Raises:
        ProjectRefused: the file cannot be read.
    """
    path, (body, words) = package.checkout.resolve("meson.build") or "", _version_words(package)
    if not words:
        return ()
    value = words[0]
    if value["string"] and not value[0].startswith("'''") and "\\" not in value[0]:
        line, first = line_of(body, value.start()), value.start() + 1
        return (Site(path, line, SiteKind.MESON, value[0][1:-1], (), first, value.end() - 1, Reader.TEXT),)
    if value[0] == "files" and len(words) > 2 and words[2]["string"]:
        named = package.checkout.resolve(words[2][0].strip("'"))
        return whole_file_site(package.checkout, named, SiteKind.MESON) if named else ()
    return ()


def find_read_modules(package: Package) -> list[str] | None:
    """The modules that a script names from which meson.build takes the version; None when no script looks for one there.

    Nothing is run: what such a script finds is the literal ``__version__``. One that asks git finds something else.

    Raises:
        ProjectRefused: a file cannot be read.
    """
    _, words = _version_words(package)
    if not words or words[0][0] != "run_command":
        return None
    for word in words[1:_MOST_ARGUMENTS]:
        if word["close"]:
            return None
        named = package.checkout.resolve(word[0].strip("'")) if word["string"] else None
        text = package.checkout.find_text(named) if named is not None and named.endswith(".py") else None
        if text is not None and named is not None:
            reads = "__version__" in text.body and "describe" not in text.body
            return _named_modules(package, named, text.body) if reads else None
    return None


def _named_modules(package: Package, script: str, body: str) -> list[str]:
    """The files of the repository that a script names, by where it lies itself or from the top."""
    folder, checkout = posixpath.dirname(script), package.checkout
    named = list(dict.fromkeys(match["path"] for match in _MODULE.finditer(body)))[:_MOST_ARGUMENTS]
    places = [posixpath.normpath(posixpath.join(base, path)) for path in named for base in (folder, checkout.root)]
    return [path for path in dict.fromkeys(places) if path != script and checkout.has(path)]


def _version_words(package: Package) -> tuple[str, list[re.Match[str]]]:
    """The text of meson.build, and the words behind ``version:`` in its call of ``project()``."""
    text = package.checkout.find_text(package.checkout.resolve("meson.build"))
    start = _PROJECT.search(text.body) if text else None
    if text is None or start is None:
        return "", []
    words: list[re.Match[str]] = []
    depth = 1
    for token in _TOKEN.finditer(text.body, start.end()):
        depth += bool(token["open"]) - bool(token["close"])
        if depth == 0 or len(words) > _MOST_TOKENS:
            break
        if not token["comment"]:
            words.append(token)
    texts = [word[0] for word in words]
    at = next((at for at in range(len(words) - 2) if texts[at : at + 2] == ["version", ":"]), None)
    return text.body, words[at + 2 :] if at is not None else []
