"""Librarian, the release tool of Google's client libraries: its record of the version, and the modules that are marked for it.

The record names each library by ``id`` with its ``version`` below (seen in the state files of public repositories); the
marks are those of release-please, which it took the place of.
"""

from __future__ import annotations

import posixpath
import re

from packaging.utils import canonicalize_name

from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.text import Span
from bot.versions.layout import is_foreign
from bot.versions.project import SiteKind
from bot.versions.tools.annotations import find_annotated
from bot.versions.tools.search import read_any, text_site

STATE = ".librarian/state.yaml"

_MOST_MODULES = 20
_LIBRARY = re.compile(
    r"^[ \t]*-[ \t]+id:[ \t]*[\"']?(?P<id>[\w.-]{1,100})[\"']?[ \t]*\r?\n"
    r"[ \t]+version:[ \t]*[\"']?(?P<version>[0-9][^\s\"'#]{0,63})[\"']?[ \t]*\r?$",
    re.MULTILINE,
)


def find_librarian_copies(subject: Subject) -> Finding:
    """The tool's own record of the version, and the modules with marked places."""
    finding, checkout = Finding(), subject.package.checkout
    if not checkout.has(STATE):
        return finding
    text = read_any(subject, STATE)
    for library in _LIBRARY.finditer(text.body) if text is not None else ():
        if text is not None and canonicalize_name(library["id"]) == canonicalize_name(subject.name):
            span = Span(*library.span("version"))
            finding.add(subject.sort([text_site(STATE, text, span, SiteKind.LIBRARIAN)]))
    modules = [path for path in checkout.relative() if posixpath.basename(path).endswith("version.py")]
    for path in [path for path in modules if not is_foreign(path)][:_MOST_MODULES]:
        finding.add(find_annotated(subject, path))
    return finding
