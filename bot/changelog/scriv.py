"""scriv (https://scriv.readthedocs.io): its settings and fragments, and the section it would collect, without running it."""

from __future__ import annotations

import configparser
import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from bot.changelog.changes import Level
from bot.changelog.document import Markup
from bot.changelog.forms import Act, FileChange, Files, Left, Naming, Outcome, Refused, Released, Unchanged, decode
from bot.changelog.headings import list_version_headings
from bot.changelog.keepachangelog import section
from bot.changelog.reading import read_document
from bot.changelog.results import Entry
from bot.changelog.sections import find_anchors
from bot.changelog.template_values import TemplateRefused
from bot.changelog.templates import render_template
from bot.changelog.to_markdown import inline_to_markdown

MOST_FRAGMENTS = 250
_MOST_CATEGORIES = 30

_CATEGORIES = ("Removed", "Added", "Changed", "Deprecated", "Fixed", "Security")
_TITLE = "{% if version %}{{ version }} — {% endif %}{{ date.strftime('%Y-%m-%d') }}"
_OLD_NAMES = {"output_file": "changelog", "insert_marker": "start_marker"}
_INDIRECT = ("file:", "literal:", "command:")
_LEVELS = {
    "removed": Level.MAJOR,
    "breaking": Level.MAJOR,
    "added": Level.MINOR,
    "deprecated": Level.MINOR,
    "features": Level.MINOR,
}

_MARKS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_DIRECTIVE = re.compile(r"\.\. [\w+:.-]{1,80}::")
_RST_ANCHOR = re.compile(r"\.\. _[-.\w]{1,200}:")
_MD_ANCHOR = re.compile(r"<a id=(['\"])[-.\w]{1,200}\1></a>")

Sections = dict[str | None, list[str]]
"""By category: the paragraphs."""


@dataclass(frozen=True, slots=True)
class Scriv:
    """The settings of a project that collects fragments.

    Attributes:
        source: the file that says so.
        folder: where fragments lie.
        markup: the language of the changelog.
        path: the changelog.
        categories: the groups, in order.
        start: what marks the line below which the newest version goes.
        end: what marks the line where the changelog ends.
        marks: the marks of headings in reStructuredText: of versions, and of categories.
        level: of a version's heading in Markdown.
        setext: the marks of underlined headings in Markdown; empty when they are not underlined.
        anchors: whether headings in Markdown get a name to link to.
        compact: whether no blank line stands between fragments.
        title: the template of a version's heading.
        skipped: names, with wildcards, of files that are no fragments.
    """

    source: str
    folder: str
    markup: Markup
    path: str
    categories: tuple[str, ...]
    start: str
    end: str
    marks: str
    level: int
    setext: str
    anchors: bool
    compact: bool
    title: str
    skipped: str


def list_settings_paths(tree_paths: Iterable[str]) -> tuple[str, ...]:
    """The files that may hold the settings."""
    inis = (path for path in tree_paths if posixpath.basename(path) == "scriv.ini" and path.count("/") <= 1)
    return ("setup.cfg", "tox.ini", "pyproject.toml", *sorted(inis)[:3])


def find_scriv(files: Files) -> Scriv | Refused | None:
    """The settings in ``files``; None when the project does not use it."""
    values: dict[str, Any] = {}
    source = None
    for path in ("setup.cfg", "tox.ini", "pyproject.toml"):
        table = _find_table(path, files.get(path, b""))
        if table is not None:
            source, values = path, values | table
    folder = str(values.get("fragment_directory", "changelog.d"))
    path = posixpath.normpath(posixpath.join(folder, "scriv.ini"))
    table = _find_table(path, files.get(path, b""))
    if table is not None:
        source, values = path, values | table
    if source is None:
        return None
    try:
        return _read(source, {_OLD_NAMES.get(key, key): value for key, value in values.items()})
    except (TypeError, ValueError) as error:
        return Refused(source, Left.BAD_SETTING, str(error.args[0])[:60] if error.args else "")


def _find_table(path: str, content: bytes) -> dict[str, Any] | None:
    if b"scriv" not in content:
        return None
    try:
        text = content.decode("utf-8")
        if path.endswith(".toml"):
            tool = tomllib.loads(text).get("tool")
            table = tool.get("scriv") if isinstance(tool, dict) else None
            return table if isinstance(table, dict) else None
        parser = configparser.ConfigParser()
        parser.read_string(text)
        name = next((name for name in ("scriv", "tool.scriv") if parser.has_section(name)), None)
        return dict(parser[name]) if name else None
    except (tomllib.TOMLDecodeError, configparser.Error, UnicodeDecodeError, RecursionError):
        return None


def _read(source: str, values: Mapping[str, Any]) -> Scriv:
    form = values.get("format")
    changelog = values.get("changelog")
    if form is None:
        named = isinstance(changelog, str) and "${" not in changelog
        form = posixpath.splitext(str(changelog))[1][1:] if named else "rst"
    if form not in ("rst", "md"):
        raise ValueError("format")
    path = _text(values, "changelog", "CHANGELOG.${config:format}").replace("${config:format}", form)
    folder = _text(values, "fragment_directory", "changelog.d")
    path, folder = posixpath.normpath(path), posixpath.normpath(folder)
    if any(one.startswith(("../", "/")) or one == ".." for one in (path, folder)):
        raise ValueError("changelog")
    level = int(values.get("md_header_level", 1))
    marks, setext = _text(values, "rst_header_chars", "=-"), _text(values, "md_setext_chars", "")
    if not 1 <= level <= 5 or len(marks) != 2 or len(setext) not in (0, 2):
        raise ValueError("md_header_level")
    return Scriv(
        source=source,
        folder=folder,
        markup=Markup.RESTRUCTURED if form == "rst" else Markup.MARKDOWN,
        path=path,
        categories=_list(values.get("categories", _CATEGORIES))[:_MOST_CATEGORIES],
        start=_text(values, "start_marker", "scriv-insert-here"),
        end=_text(values, "end_marker", "scriv-end-here"),
        marks=marks,
        level=level,
        setext=setext,
        anchors=_truth(values.get("md_html_anchors", True)),
        compact=_truth(values.get("compact_fragments", False)),
        title=_text(values, "entry_title_template", _TITLE),
        skipped=_text(values, "skip_fragments", "README.*"),
    )


def _text(values: Mapping[str, Any], key: str, default: str) -> str:
    value = values.get(key, default)
    if not isinstance(value, str) or len(value) > 1000 or value.startswith(_INDIRECT):
        raise ValueError(key)
    return value


def _truth(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() in {"true", "t", "yes", "y", "on", "1"}


def _list(value: Any) -> tuple[str, ...]:
    parts = re.split(r"[\n,]", value) if isinstance(value, str) else value
    return tuple(str(part).strip() for part in parts if str(part).strip())


def list_fragment_paths(settings: Scriv, tree_paths: Iterable[str]) -> list[str]:
    """The fragments, in the order in which they are collected."""
    found = [
        path
        for path in tree_paths
        if posixpath.dirname(path) == settings.folder
        and path.endswith((".rst", ".md"))
        and not fnmatchcase(posixpath.basename(path), settings.skipped)
    ]
    return sorted(found)


def collect(settings: Scriv, tree_paths: Iterable[str], files: Files, naming: Naming) -> Outcome:
    """What a release makes of a project that collects fragments with scriv."""
    paths = list_fragment_paths(settings, tree_paths)
    if len(paths) > MOST_FRAGMENTS:
        return Refused(paths[MOST_FRAGMENTS], Left.TOO_MANY)
    there = files.get(settings.path)
    old = decode(settings.path, there) if there is not None else ""
    if isinstance(old, Refused):
        return old
    notes = section(old, naming.version, settings.markup)
    if notes is not None or not paths:
        return Unchanged(notes)
    combined: Sections = {}
    for path in paths:
        text = decode(path, files.get(path))
        if isinstance(text, Refused):
            return text
        markup = Markup.MARKDOWN if path.endswith(".md") else Markup.RESTRUCTURED
        for category, paragraphs in _parse(text.rstrip(), settings, markup).items():
            combined.setdefault(category, []).extend(paragraphs)
    ordered = {key: combined[key] for key in (None, *settings.categories, *combined) if key in combined}
    try:
        title = render_template(settings.title, {"version": naming.version, "date": naming.day})
    except TemplateRefused as error:
        return Refused(settings.source, Left.NEEDS_CODE, str(error))
    new = _insert(settings, old, _render_header(settings, title, naming.version) + _render(settings, ordered))
    changes = [FileChange(settings.path, there, new.encode(), Act.ASSEMBLED)]
    changes += [FileChange(path, files[path], None, Act.CONSUMED) for path in paths]
    return Released(
        tuple(changes), section(new, naming.version, settings.markup) or "", _list_entries(settings, ordered)
    )


def find_level(settings: Scriv, text: str, markup: Markup) -> Level:
    """How much of the version a fragment moves: what its strongest category does."""
    found = _parse(text, settings, markup)
    return max((_LEVELS.get((category or "").lower(), Level.PATCH) for category in found), default=Level.NONE)


def _parse(text: str, settings: Scriv, markup: Markup) -> Sections:
    lines = text.splitlines()
    start = next((index + 1 for index, line in enumerate(lines) if settings.start in line), 0)
    read = _parse_markdown if markup is Markup.MARKDOWN else _parse_restructured
    sections = read([line.rstrip() for line in lines[start:]])
    return {name: [one.rstrip() for one in found if one] for name, found in sections.items() if found}


def _parse_markdown(lines: list[str]) -> Sections:
    sections: Sections = {}
    found: list[str] | None = None
    mark, in_comment = "", False
    for line in lines:
        if in_comment or line.lstrip().startswith("<!--"):
            in_comment = not line.endswith("-->")
        elif _MD_ANCHOR.fullmatch(line):
            continue
        elif re.match(r"#+ ", line) and (not mark or line.startswith(mark)):
            found = sections.setdefault(line.split(maxsplit=1)[1] if " " in line.strip() else "", [])
            found.append("")
            mark = line.partition(" ")[0] + " "
        else:
            found = _take(sections, found, line)
    return sections


def _parse_restructured(lines: list[str]) -> Sections:
    sections: Sections = {}
    found: list[str] | None = None
    mark, before = "", ""
    for line in [*lines, ""]:
        if _is_comment(line) or _RST_ANCHOR.fullmatch(line):
            continue
        is_underline = len(line) >= 3 and line[0] in _MARKS and not line.strip(line[0])
        if is_underline and (not mark or line[0] == mark):
            if not found or found[-1] == "":
                continue
            if found[-1] == f"{before}\n":
                found.pop()
                found = sections.setdefault(before, [])
                found.append("")
                mark = line[0]
                continue
        found = _take(sections, found, line)
        before = line or before
    return sections


def _is_comment(line: str) -> bool:
    if not line.startswith("..") or line.startswith(("...", ".. _", ".. [", ".. |")):
        return False
    return not _DIRECTIVE.match(line)


def _take(sections: Sections, found: list[str] | None, line: str) -> list[str] | None:
    """Add a line to the paragraph that is under way; a blank one begins another."""
    if not line:
        if found is not None:
            found.append("")
        return found
    if found is None:
        found = sections.setdefault(None, [])
        found.append("")
    found[-1] += f"{line}\n"
    return found


def _render_header(settings: Scriv, title: str, version: str) -> str:
    if not title.strip():
        return ""
    if settings.markup is Markup.RESTRUCTURED:
        return f"\n.. _changelog-{version}:\n\n{title}\n{settings.marks[0] * len(title)}\n"
    anchor = f"<a id='changelog-{version}'></a>\n" if settings.anchors else ""
    if settings.setext:
        return f"\n{anchor}{title}\n{settings.setext[0] * len(title)}\n"
    return f"\n{anchor}{'#' * settings.level} {title}\n"


def _render(settings: Scriv, sections: Sections) -> str:
    lines = [""]
    for category, paragraphs in sections.items():
        if category:
            lines += [*_render_category(settings, category), ""]
        for paragraph in paragraphs:
            lines += [paragraph] if settings.compact else [paragraph, ""]
        if settings.compact and lines[-1]:
            lines.append("")
    return "\n".join(lines)


def _render_category(settings: Scriv, category: str) -> list[str]:
    marks = settings.marks if settings.markup is Markup.RESTRUCTURED else settings.setext
    if marks:
        return [category, marks[1] * len(category)]
    return [f"{'#' * (settings.level + 1)} {category}"]


def _insert(settings: Scriv, old: str, entry: str) -> str:
    """The changelog with ``entry`` below its mark, or above the newest version where it has none."""
    newline = "\r\n" if "\r\n" in old else "\n"
    lines = old.replace("\r\n", "\n").splitlines(keepends=True)
    at = next((index + 1 for index, line in enumerate(lines) if settings.start in line), None)
    if at is None:
        document = read_document("".join(lines), settings.markup)
        versions = list_version_headings(document)
        at = find_anchors(document, versions[0].heading.line).start if versions else 0
        entry = entry.lstrip("\n") + ("\n" if versions else "")
    return "".join((*lines[:at], entry, *lines[at:])).replace("\n", newline)


def _list_entries(settings: Scriv, sections: Sections) -> tuple[Entry, ...]:
    def show(text: str) -> str:
        line = re.sub(r"\A[-*+] ", "", " ".join(text.split()))
        return line if settings.markup is Markup.MARKDOWN else inline_to_markdown(line)

    return tuple(Entry(category, show(text)) for category, found in sections.items() for text in found)
