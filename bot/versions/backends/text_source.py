"""A version that is all there is in a file: ``VERSION``, ``version.txt``."""

from __future__ import annotations

import re

from bot.versions.arithmetic import find_version
from bot.versions.checkout import Checkout
from bot.versions.formats.text import line_of
from bot.versions.project import ProjectCode, ProjectRefused, Reader, Site, SiteKind
from bot.versions.sentences import Quoted

_MOST_CHARACTERS = 2000
_WORDS = re.compile(r"\S[^\r\n]*")
"""What stands on a line."""


def whole_file_site(checkout: Checkout, path: str, kind: SiteKind, *, strict: bool = True) -> tuple[Site, ...]:
    """The version in ``path``, the only thing in it beside comments and blank lines.

    Raises:
        ProjectRefused: the file cannot be read, or (if ``strict``) holds anything else.
    """
    content = checkout.find(path)
    if content is None or (not strict and len(content) > _MOST_CHARACTERS):
        return ()
    text = checkout.find_text(path)
    body = text.body if text else ""
    words = [match for match in _WORDS.finditer(body) if not match[0].startswith("#")]
    word = words[0][0].rstrip() if len(words) == 1 else ""
    version = word.removeprefix("v")
    if find_version(version) is None:
        if not strict:
            return ()
        raise ProjectRefused(ProjectCode.NOT_A_LITERAL, Quoted(path), " does not hold just a version.", path=path)
    start = words[0].start() + len(word) - len(version)
    return (Site(path, line_of(body, start), kind, version, (), start, start + len(version), Reader.TEXT),)
