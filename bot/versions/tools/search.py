"""What the configurations of release tools have in common: files to search, and templates with the version in them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice

from packaging.utils import canonicalize_name

from bot.versions.backends.pattern_source import line_around
from bot.versions.copies.finding import Finding, Subject
from bot.versions.copies.pins import list_sibling_names
from bot.versions.formats.text import Span, Text, line_of
from bot.versions.formats.toml_spans import Path, value_at
from bot.versions.formats.version_text import begins_version, ends_version, find_all
from bot.versions.project import Form, Lookalike, ProjectRefused, Reader, Site, SiteKind

MOST_ENTRIES = 100
"""Entries of one configuration that are followed."""

_MOST_FILES = 30
_MOST_PLACES = 200
_MOST_LINES = 2000
"""Lines of a file that a template means and that are searched for mentions."""

_LONGEST_LINE = 2000
_MAGIC = re.compile(r"[*?\[]")
_MOST_CHARACTERS = 200_000_000
"""That are searched for the places of all tools together: a second's work."""

_MOST_FOLDERS = 1_000_000
"""Folders that are held against globs, of all of them together: about a second's work."""

_LONGEST_REQUIREMENT = 120
_REQUIRED = re.compile(
    r"(?<![<A-Za-z0-9._/-])(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,60})(?:\[[^\]\n]{0,60}\])?"
    r"(?:[\"']?[ \t]*[:=,][ \t]*[\"']?(?=[~^<>=!])|[ \t]*\(?)"
    r"(?:[~<>=!]{1,3}[ \t]{0,9}[0-9][0-9A-Za-z.*+!-]{0,30}[ \t]{0,9},[ \t]{0,9}){0,9}"
    r"(?:===|[~!<>=]=|~>|[<>^~])[ \t]{0,9}[\"']?v?\Z"
)
"""What stands before a version that is required of a package: ``six>=1.0,!=``, or ``six = "^``."""
_LONGEST_TEMPLATE = 2000
NOT_THERE = "The configuration names this place, but the version is not there."
UNSUPPORTED = "The configuration asks for more than the version to be replaced here."


def list_files(subject: Subject, name: str, excluded: Iterable[object] = ()) -> list[str]:
    """The files of the repository that ``name`` (a path or a glob, relative to the package) means; at most 30.

    As in the shell ``*`` stays within a folder, and ``**`` stands for any number of them. ``excluded`` are globs as well.
    """
    checkout = subject.package.checkout
    path = checkout.resolve(name)
    if path is None:
        return []
    left = [checkout.resolve(one) for one in islice(excluded, MOST_ENTRIES) if isinstance(one, str)]
    unwanted = [one for one in left if one is not None]
    effort = checkout.once(list_files, lambda: [_MOST_FOLDERS])
    if checkout.has(path) or not any(mark in name for mark in "*?["):
        found: Iterable[str] = [path] if checkout.has(path) else []
    else:
        found = _list_meant(checkout.listing, path, effort)
    wanted = (one for one in found if not any(_is_meant(one, glob, effort, hidden=True) for glob in unwanted))
    return list(islice(wanted, _MOST_FILES))


def _list_meant(paths: Iterable[str], glob: str, effort: list[int]) -> Iterator[str]:
    """Those of ``paths`` that ``glob`` means."""
    fixed = _MAGIC.split(glob, maxsplit=1)[0]
    count = glob.count("/") if "**" not in glob else None
    near = (path for path in paths if path.startswith(fixed) and count in (None, path.count("/")))
    return (path for path in near if _is_meant(path, glob, effort))


def _is_meant(path: str, glob: str, effort: list[int], *, hidden: bool = False) -> bool:
    """Whether ``glob`` means ``path``, tried folder by folder so that no glob takes long.

    A name that begins with a dot is hidden from all patterns that do not, as in the shell; ``effort`` is what is left of the
    work that all globs together may make: where it is used up, nothing is meant.
    """
    names, reached = path.split("/"), {0}
    for pattern in glob.replace("[^", "[!").split("/"):
        effort[0] -= len(reached)
        if effort[0] < 0:
            return False
        shown = [hidden or pattern[:1] == "." or name[:1] != "." for name in names]
        if pattern == "**":
            reached = set(_pass_folders(reached, shown))
        else:
            near = (at for at in reached if at < len(names) and shown[at])
            reached = {at + 1 for at in near if fnmatch.fnmatchcase(names[at], pattern)}
    return len(names) in reached


def _pass_folders(reached: set[int], shown: list[bool]) -> Iterator[int]:
    """Where ``**`` leads from the places in a path that were ``reached``."""
    at = min(reached, default=len(shown) + 1)
    while at <= len(shown):
        yield at
        if at < len(shown) and not shown[at]:
            at = min((one for one in reached if one > at), default=len(shown) + 1)
        else:
            at += 1


def read_any(subject: Subject, path: str) -> Text | None:
    """The text of a file of any kind; None when it is not known yet or cannot be read."""
    checkout = subject.package.checkout
    try:
        return checkout.find_any(path)
    except ProjectRefused:
        return None


def find_in_file(
    subject: Subject,
    path: str,
    template: str,
    kind: SiteKind,
    spellings: Iterable[str],
    mark: str = "{current_version}",
    *,
    whole_lines: bool = False,
) -> Finding:
    """Every place in ``path`` where ``template`` stands with the version in place of ``mark``.

    Args:
        subject: the project.
        path: a file of the repository.
        template: text with ``mark`` in it; other places to fill in are not supported.
        kind: why the place counts.
        spellings: forms the version may have there.
        mark: what stands for the version.
        whole_lines: whether the template only tells the lines, and every mention of the version on them counts.
    """
    finding = Finding()
    text = read_any(subject, path)
    if text is None or subject.version is None or mark not in template or len(template) > _LONGEST_TEMPLATE:
        return finding
    left = subject.package.checkout.once(find_in_file, lambda: [_MOST_CHARACTERS])
    left[0] -= len(text.body)
    if left[0] < 0:
        finding.lookalikes.append(Lookalike(path, 1, template[:80], UNSUPPORTED, path))
        return finding
    for spelling in spellings:
        found = _matches(text.body, template, mark, spelling)
        if template == mark:
            mentions = islice(found, 2 * _MOST_PLACES)
            found = (span for span in mentions if not _is_required_of_another(subject, text.body, span))
        spans = list(islice(_widen(text.body, found, spelling) if whole_lines else found, _MOST_PLACES))
        line, counted = 1, 0
        for span in spans:
            line, counted = line + line_of(text.body, span.start, counted) - 1, span.start
            finding.sites.append(_text_site(path, text, span, kind, line))
        if spans:
            return finding
    finding.lookalikes.append(Lookalike(path, 1, template[:80], NOT_THERE, path))
    return finding


def text_site(path: str, text: Text, span: Span, kind: SiteKind, form: Form = Form.TYPED) -> Site:
    """The version at ``span`` of running text; a ``v`` that it begins with stays as it is."""
    return _text_site(path, text, span, kind, line_of(text.body, span.start), form)


def without_v(body: str, span: Span) -> Span:
    """``span`` without the ``v`` before the digits."""
    first = body[span.start : min(span.start + 2, span.end)]
    return Span(span.start + (first[:1] in ("v", "V") and first[1:].isdigit()), span.end)


def toml_site(subject: Subject, path: str | None, key: Path, kind: SiteKind) -> list[Site]:
    """The plain string at ``key`` of a TOML file; none when there is none.

    Raises:
        ProjectRefused: the file cannot be read.
    """
    found = subject.package.checkout.find_toml(path)
    if found is None or path is None:
        return []
    text, document = found
    span = document.strings.get(key)
    if span is None or value_at(document.values, key) != text.body[span.start : span.end]:
        return []
    bare = without_v(text.body, span)
    line, spelling = line_of(text.body, bare.start), text.body[bare.start : bare.end]
    return [Site(path, line, kind, spelling, key, bare.start, bare.end, Reader.TOML)]


def read_record(subject: Subject, name: str, key: Path, kind: SiteKind) -> list[Site]:
    """The same of the file ``name`` of the package; none where that cannot be read."""
    with suppress(ProjectRefused):
        return toml_site(subject, subject.package.checkout.resolve(name), key, kind)
    return []


def _text_site(path: str, text: Text, span: Span, kind: SiteKind, line: int, form: Form = Form.TYPED) -> Site:
    span = without_v(text.body, span)
    spelling = text.body[span.start : span.end]
    return Site(path, line, kind, spelling, (), span.start, span.end, Reader.TEXT, form)


def _matches(body: str, template: str, mark: str, spelling: str) -> Iterator[Span]:
    """Every version that stands where ``template`` has ``mark``, and is no part of a longer one."""
    if template == mark:
        yield from find_all(body, spelling)
        return
    if "\r\n" in body:
        template = template.replace("\r\n", "\n").replace("\n", "\r\n")
    pieces = template.split(mark)
    literal = spelling.join(pieces)
    at = body.find(literal)
    while at >= 0:
        found, start = [], at
        for piece in pieces[:-1]:
            start += len(piece)
            found.append(Span(start, start + len(spelling)))
            start += len(spelling)
        # Where the template has more before or behind the version, it says itself what may stand there.
        begins = bool(pieces[0]) or begins_version(body, found[0].start)
        if begins and (pieces[-1] or ends_version(body, found[-1].end)):
            yield from found
        at = body.find(literal, at + len(literal))


def _is_required_of_another(subject: Subject, body: str, span: Span) -> bool:
    """Whether a version that stands alone is what is required of another package: ``six>=1.12.2`` says it by chance.

    Of those of the same repository, and those that are called after the project, it is said on purpose.
    """
    before = _REQUIRED.search(body, max(0, span.start - _LONGEST_REQUIREMENT), span.start)
    if before is None:
        return False
    name, own = canonicalize_name(before["name"]), canonicalize_name(subject.name)
    return name != own and not name.startswith(f"{own}-") and name not in list_sibling_names(subject)


def _widen(body: str, spans: Iterable[Span], spelling: str) -> Iterator[Span]:
    """Every mention of ``spelling`` on the lines of ``spans``."""
    done, lines = 0, 0
    for span in spans:
        if span.start < done:
            continue
        lines += 1
        if lines > _MOST_LINES:
            return
        # What lies further back was searched already, or no person reads it as one line.
        line = line_around(body, span, max(done, span.start - _LONGEST_LINE))
        done = line.end
        yield from find_all(body, spelling, line.start, done)
