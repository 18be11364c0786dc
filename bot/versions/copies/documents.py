"""Documents that state the version: Sphinx's conf.py, CITATION.cff, codemeta.json and .zenodo.json."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress

from packaging.version import Version

from bot.versions.arithmetic import find_version
from bot.versions.backends.json_source import json_version_site
from bot.versions.backends.python_source import site_of
from bot.versions.copies.finding import Finding, Subject
from bot.versions.formats.python_evaluation import evaluate
from bot.versions.formats.python_literals import Literal, parse
from bot.versions.formats.python_values import read_values
from bot.versions.formats.text import line_of
from bot.versions.formats.version_text import ends_version, find_all
from bot.versions.project import Form, Lookalike, ProjectRefused, Reader, Site, SiteKind

SPHINX = ("docs/conf.py", "doc/conf.py", "docs/source/conf.py", "doc/source/conf.py", "docs/src/conf.py")
_DEEPEST, _MOST_CONFS = 3, 3
_NOT_OURS = frozenset(
    {
        "tests",
        "test",
        "testing",
        "testdata",
        "fixtures",
        "templates",
        "template",
        "examples",
        "example",
        "vendor",
        "_vendor",
    }
)
METADATA = ("codemeta.json", ".zenodo.json")
CITATION = "CITATION.cff"

# https://github.com/citation-file-format/citation-file-format: both are scalars at the top, of at most one line.
_CITED = re.compile(r"^version:[ \t]*(?P<quote>[\"']?)v?(?P<text>[^\s\"'#]+)(?P=quote)[ \t]*(?:#.*)?\r?$", re.MULTILINE)
_DATED = re.compile(
    r"^date-released:[ \t]*(?P<quote>[\"']?)(?P<text>\d{4}-\d\d-\d\d)(?P=quote)[ \t]*(?:#.*)?\r?$", re.MULTILINE
)
_PUT_TOGETHER = "The release is this and more, which would not be that of the new version."
_PROBE = "71.72.73"
"""A version that no file says itself tells what else is made of the one that it says."""

_MENTIONED = "It mentions the version, but nothing says that it has to follow."


def find_document_copies(subject: Subject) -> Finding:
    """The versions that documents of the package state. A document that cannot be read is passed over."""
    finding = Finding()
    for path in (*SPHINX, *_list_other_confs(subject)):
        with suppress(ProjectRefused):
            finding.add(find_sphinx(subject, path))
    for name in (CITATION, *METADATA):
        finding.add(read_document(subject, name) or Finding())
    return finding


def read_document(subject: Subject, name: str) -> Finding | None:
    """What a CITATION.cff, codemeta.json or .zenodo.json says; nothing where it cannot be read, None for any other file."""
    finding, checkout, kind = Finding(), subject.package.checkout, posixpath.basename(name)
    if kind == CITATION:
        with suppress(ProjectRefused):
            finding.add(_citation(subject, name))
        return finding
    if kind not in METADATA:
        return None
    for key in ("version", "softwareVersion"):
        with suppress(ProjectRefused):
            sites = json_version_site(checkout, checkout.resolve(name), SiteKind.CODEMETA, (key,), Form.TYPED)
            finding.add(subject.sort(sites))
    return finding


def _list_other_confs(subject: Subject) -> list[str]:
    """Sphinx's conf.py in folders of other names: one beside the index of the documents it is for."""
    confs = [
        name
        for name in subject.package.checkout.list_called("conf.py")
        if name.endswith("conf.py") and name not in SPHINX and name.count("/") <= _DEEPEST
    ]
    if not confs:
        return []
    known = frozenset(subject.package.checkout.relative())
    found = []
    for name in confs:
        folder = posixpath.dirname(name)
        is_own = _NOT_OURS.isdisjoint(folder.lower().split("/"))
        index = next(
            (path for ending in (".rst", ".md") if (path := posixpath.join(folder, f"index{ending}")) in known), None
        )
        if is_own and index is not None:
            found.append((name, index))
    for _, index in found[:_MOST_CONFS]:
        # Only what was read is known in the end, so that the index is read as well.
        subject.package.checkout.find(subject.package.checkout.resolve(index))
    return [name for name, _ in found[:_MOST_CONFS]]


def find_sphinx(subject: Subject, name: str, *, is_named: bool = False) -> Finding:
    """``release`` is the whole version, ``version`` often only its first two numbers; both may name the last release.

    A file that ``is_named`` by the settings follows however far it is behind.

    Raises:
        ProjectRefused: the file cannot be read.
    """
    finding, checkout = Finding(), subject.package.checkout
    path = checkout.resolve(name)
    text = checkout.find_python(path)
    if text is None or path is None:
        return finding
    literals = [
        value
        for variable in ("release", "version")
        for value in read_values(path, text.body, (variable,))
        if isinstance(value, Literal) and value.text
    ]
    if _is_put_together(path, text.body, literals):
        finding.lookalikes += [Lookalike(path, one.line, one.text or "", _PUT_TOGETHER) for one in literals]
        return finding
    for literal in literals:
        site = site_of(path, SiteKind.DOCS_CONF, literal, strict=False)
        if site is None or find_version(site.spelling) is None:
            continue
        if subject.says(site.spelling) and (site.spelling.count(".") == subject.spelling.count(".") or _is_whole(site)):
            finding.sites.append(site)
        elif _is_prefix(subject, site):
            finding.sites.append(_as_prefix(site))
        elif _is_last_release(subject, site) or (is_named and _is_behind(subject, site)):
            finding.sites.append(_as_prefix(site) if _is_short(subject, site) else site)
        else:
            finding.add(subject.sort([site], loosely=True))
    return finding


def _is_put_together(path: str, body: str, literals: list[Literal]) -> bool:
    """Whether ``release`` is the ``version`` and more of it: ``release = version + ".3"`` would say a wrong one."""
    if len(literals) != 1 or literals[0].name == "release" or literals[0].text is None:
        return False
    module, stated = parse(path, body), literals[0].text
    now, made = evaluate(module, "release"), evaluate(module, "release", {"version": _PROBE})
    if not isinstance(now, str) or not isinstance(made, str):
        return False
    if stated not in now:
        return not _PROBE.startswith(made.rstrip("."))
    at = now.index(stated)
    return made != now.replace(stated, _PROBE) or not ends_version(made, at + len(_PROBE))


def _is_whole(site: Site) -> bool:
    return site.key == ("release",)


def _is_prefix(subject: Subject, site: Site) -> bool:
    current, stated = subject.version, find_version(site.spelling)
    if current is None or stated is None or site.key != ("version",) or str(stated) != stated.base_version:
        return False
    numbers = stated.release
    return len(numbers) < len(current.release) and current.release[: len(numbers)] == numbers


def _as_prefix(site: Site) -> Site:
    return Site(
        site.path, site.line, site.kind, site.spelling, site.key, site.start, site.end, site.reader, Form.PREFIX
    )


def _is_last_release(subject: Subject, site: Site) -> bool:
    """While the project is between releases, its documentation may stay with the last one.

    It names that one only if nothing was released since: neither the pre-release that the files say, where that is more
    than a marker, nor any version in between. A file that missed releases is kept up to date by nobody.
    """
    current, stated = subject.version, find_version(site.spelling)
    if current is None or stated is None or stated.is_prerelease or not _is_marker(current):
        return False
    count = max(len(current.release), len(stated.release))
    now, then = ((*version.release, *[0] * count)[:count] for version in (current, stated))
    at = next((at for at in range(count) if now[at] != then[at]), None)
    return at is not None and now[at] == then[at] + 1 and not any(now[at + 1 :])


def _is_marker(version: Version) -> bool:
    """Whether a version only says that development goes on: 1.3.0.dev0, 1.3.0a0, 1.2.0+dev."""
    return version.is_devrelease or version.local is not None or (version.pre is not None and version.pre[1] == 0)


def _is_behind(subject: Subject, site: Site) -> bool:
    stated = find_version(site.spelling)
    return subject.version is not None and stated is not None and stated < subject.version


def _is_short(subject: Subject, site: Site) -> bool:
    """Whether ``version`` has fewer numbers than the project's: the first two of three, as Sphinx means it."""
    return site.key == ("version",) and site.spelling.count(".") < subject.spelling.count(".")


def _citation(subject: Subject, name: str) -> Finding:
    checkout = subject.package.checkout
    path = checkout.resolve(name)
    text = checkout.find_text(path)
    versions = list(_CITED.finditer(text.body)) if text else []
    if text is None or path is None or len(versions) != 1:
        return Finding()
    start, end = versions[0].span("text")
    line = line_of(text.body, start)
    finding = subject.sort([Site(path, line, SiteKind.CITATION, versions[0]["text"], (), start, end, Reader.TEXT)])
    dates = list(_DATED.finditer(text.body))
    if finding.sites and len(dates) == 1:
        start, end = dates[0].span("text")
        line, spelling = line_of(text.body, start), dates[0]["text"]
        dated = Site(
            path, line, SiteKind.RELEASE_DATE, spelling, ("date-released",), start, end, Reader.TEXT, Form.DATE
        )
        finding.sites.append(dated)
    return finding


def lookalikes_in_pyproject(subject: Subject) -> list[Lookalike]:
    """Values of pyproject.toml that are the version and nothing else, such as one that a tool of the project's own reads."""
    package, found = subject.package, []
    if package.text is None or package.document is None or subject.version is None:
        return []
    for key, span in package.document.strings.items():
        value = package.text.body[span.start : span.end]
        if value in subject.spellings() and key[0] == "tool":
            line = line_of(package.text.body, span.start)
            found.append(Lookalike(package.path, line, value, _MENTIONED, package.path))
    return found


def lookalikes_in_text(subject: Subject, paths: tuple[str, ...]) -> list[Lookalike]:
    """Mentions of the version in running text, such as the ``rev:`` of a pre-commit hook: offered, never changed."""
    checkout, found = subject.package.checkout, []
    for name in paths:
        path = checkout.resolve(name)
        text = None
        with suppress(ProjectRefused):
            text = checkout.find_text(path)
        if text is None or path is None or subject.version is None:
            continue
        for spelling in subject.spellings():
            spans = list(find_all(text.body, spelling))[:10]
            found += [Lookalike(path, line_of(text.body, span.start), spelling, _MENTIONED, path) for span in spans]
    return found
