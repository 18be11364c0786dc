"""Meson: ``project('name', 'c', version: '1.2.0')`` at the top of meson.build (https://mesonbuild.com/Reference-manual_functions.html#project)."""

from __future__ import annotations

import re

from bot.versions.backends.source import Package
from bot.versions.backends.text_source import whole_file_site
from bot.versions.formats.text import line_of
from bot.versions.project import Reader, Site, SiteKind

_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<string>'''[\s\S]*?'''|'(?:[^'\\\n]|\\.)*')|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<word>[A-Za-z_]\w*)|(?P<mark>[:,])"
)
_PROJECT = re.compile(r"^[ \t]*project[ \t\r\n]*\(", re.MULTILINE)
_MOST_TOKENS = 2000


def find_meson_sites(package: Package) -> tuple[Site, ...]:
    """The version that meson.build gives to its project, or the file it names; none when it runs a command for it.

    Raises:
        ProjectRefused: the file cannot be read.
    """
    path = package.checkout.resolve("meson.build")
    text = package.checkout.find_text(path)
    start = _PROJECT.search(text.body) if text else None
    if text is None or path is None or start is None:
        return ()
    words: list[re.Match[str]] = []
    depth = 1
    for token in _TOKEN.finditer(text.body, start.end()):
        depth += bool(token["open"]) - bool(token["close"])
        if depth == 0 or len(words) > _MOST_TOKENS:
            break
        if not token["comment"]:
            words.append(token)
    texts = [word[0] for word in words]
    for at in range(len(words) - 2):
        if texts[at : at + 2] == ["version", ":"]:
            value = words[at + 2]
            if value["string"] and not value[0].startswith("'''") and "\\" not in value[0]:
                line, first = line_of(text.body, value.start()), value.start() + 1
                spelling = value[0][1:-1]
                return (Site(path, line, SiteKind.MESON, spelling, (), first, value.end() - 1, Reader.TEXT),)
            if value[0] == "files" and at + 4 < len(words) and words[at + 4]["string"]:
                named = package.checkout.resolve(texts[at + 4].strip("'"))
                return whole_file_site(package.checkout, named, SiteKind.MESON) if named else ()
            return ()
    return ()
