"""The section of a release put together from news fragments, as towncrier would write it."""

from __future__ import annotations

import posixpath
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.changelog.document import Markup
from bot.changelog.forms import Act, FileChange, Files, Left, Naming, Outcome, Refused, Released, Unchanged, decode
from bot.changelog.headings import list_version_headings
from bot.changelog.keepachangelog import section
from bot.changelog.links import Edit, apply_edits
from bot.changelog.reading import read_document
from bot.changelog.results import Entry
from bot.changelog.sections import find_anchors
from bot.changelog.template_values import TemplateRefused, Value
from bot.changelog.templates import render_template
from bot.changelog.to_markdown import inline_to_markdown
from bot.changelog.towncrier import Fragment, Towncrier, fill, read_fragments

_TRAILING_CODE = re.compile(r"::\n\n(?:[ ]{2}[ \t]+[^\n]*\n|\n)*[ ]{2}[ \t]+[^\n]*\Z")

Section = dict[str, dict[str, list[str]]]
"""By the word of the type: texts, and the issues of each."""


def release_fragments(settings: Towncrier, tree_paths: Iterable[str], files: Files, naming: Naming) -> Outcome:
    """What a release makes of a project that keeps news fragments."""
    fragments = read_fragments(settings, tree_paths, files)
    if isinstance(fragments, Refused):
        return fragments
    try:
        path, top, form = _name_parts(settings, naming)
    except ValueError as error:
        return Refused(settings.source, Left.BAD_SETTING, str(error)[:60])
    if not settings.single and path in files:
        return Unchanged(find_assembled(settings, files[path].decode("utf-8", "replace"), naming.version))
    there = files.get(path) if settings.single else None
    old = decode(path, there) if there is not None else ""
    if isinstance(old, Refused):
        return old
    notes = find_assembled(settings, old, naming.version)
    if notes is not None:
        return Unchanged(notes)
    try:
        content = _render(settings, fragments, files, naming, top, form)
        before = _name_as_before(settings, naming, old, content)
        if before is not None:
            _, top, form = _name_parts(*before)
            content = _render(before[0], fragments, files, before[1], top, form)
    except TemplateRefused as error:
        return Refused(settings.template or settings.source, Left.NEEDS_CODE, str(error))
    new = _insert(settings, old, content)
    act = Act.ASSEMBLED if settings.single else Act.CREATED
    changes = [FileChange(path, there, new.encode(), act)]
    changes += [FileChange(one.path, files[one.path], None, Act.CONSUMED) for one in fragments]
    notes = find_assembled(settings, new, naming.version) or ""
    return Released(tuple(changes), notes, _list_entries(settings, fragments))


def _name_as_before(settings: Towncrier, naming: Naming, old: str, content: str) -> tuple[Towncrier, Naming] | None:
    """What the release is called where the newest section differs from ``content`` in a ``v`` or the letters of the name.

    Both may come with the command that a project calls the tool by, which stands in no file: ``--version v1.2.0``.
    """
    earlier = old.replace("\r\n", "\n").rpartition(settings.start)[2]
    before, now = (list_version_headings(read_document(text, settings.markup)) for text in (earlier, content))
    if not before or not now:
        return None
    # Where the version stands behind a v already, as in a link to its tag, it is spelled without one.
    is_lacking = before[0].match["v"] and f"v{naming.version}" not in content
    spelled = f"v{naming.version}" if is_lacking else naming.version
    lead = (before[0].match["lead"] or "").strip()
    name = lead if lead.casefold() == settings.project.casefold() else settings.project
    if (spelled, name) == (naming.version, settings.project):
        return None
    return replace(settings, project=name), replace(naming, version=spelled)


def find_assembled(settings: Towncrier, text: str, version: str) -> str | None:
    """What the changelog says of the version, as Markdown; None when it has no section for it."""
    found = section(text, version, settings.markup)
    if found is not None or not settings.title:
        return found
    # A title such as "widget 1.2.0" is one to nobody who does not know the format.
    words = settings.title.replace("{name}", settings.project).replace("{version}", version)
    front = words.partition("{")[0].lstrip("# ").strip()
    document = read_document(text, settings.markup)
    for heading in document.headings:
        if front and version in front and heading.text.startswith(front):
            return section(text, version, settings.markup, heading=heading)
    return None


def _name_parts(settings: Towncrier, naming: Naming) -> tuple[str, str, str]:
    """The changelog's path, the heading of the version, and the format of an issue.

    Raises:
        ValueError: a format has a field that is not known.
    """
    values = {"name": settings.project, "version": naming.version, "project_date": naming.day.isoformat()}
    filename = settings.filename if settings.single else fill(settings.filename, values)
    path = posixpath.normpath(posixpath.join(settings.root, filename))
    if path.startswith(("../", "/")):
        raise ValueError("filename")
    form = settings.issue or ""
    fill(form, {"issue": ""})
    return path, fill(settings.title or "", values), form


def _render(
    settings: Towncrier, fragments: Sequence[Fragment], files: Files, naming: Naming, top: str, form: str
) -> str:
    sections = _split(settings, fragments)
    title = [top] if settings.is_markdown else [top, settings.underlines[0] * len(top)]
    if settings.template is not None:
        content = files.get(settings.template)
        source = decode(settings.template, content)
        if isinstance(source, Refused):
            raise TemplateRefused(f"it {source.why}")
        rendered = render_template(source.replace("\r\n", "\n"), _list_names(settings, sections, naming, form))
    elif settings.built_in != "default":
        raise TemplateRefused(f"it is the template {settings.built_in}")
    elif settings.markup is Markup.MARKDOWN:
        rendered = _render_markdown(settings, sections, naming, form)
    else:
        rendered = _render_restructured(settings, sections, naming, form)
    wrapped = "\n".join(_wrap(settings, line) for line in rendered.split("\n"))
    return "\n".join([*title, wrapped]) if settings.title else wrapped


def _split(settings: Towncrier, fragments: Sequence[Fragment]) -> dict[str, Section]:
    """The texts by section and type; those that several issues share stand once."""
    found: dict[str, Section] = {name: {} for name in settings.folders}
    for fragment in fragments:
        text = textwrap.indent(fragment.text.strip(), "  ")[2:] if settings.bullets else fragment.text.rstrip()
        text = "" if not fragment.type.shows_content and fragment.issue else text
        issues = found[fragment.section].setdefault(fragment.type.word, {}).setdefault(text, [])
        issues += [fragment.issue] if fragment.issue else []
    return {name: {word: _sort(settings, texts) for word, texts in one.items()} for name, one in found.items()}


def _sort(settings: Towncrier, texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Issues within a text, then texts by their issues; those without any come by their words, and first."""
    entries = [(text, sorted(issues, key=_issue_key)) for text, issues in texts.items()]
    entries.sort(key=lambda entry: ("" if entry[1] else entry[0], [_issue_key(issue) for issue in entry[1]]))
    if not settings.bullets:
        entries.sort(key=lambda entry: _bullet_key(entry[0]))
    return {text + ("\n\n " if _TRAILING_CODE.search(text) else ""): issues for text, issues in entries}


def _issue_key(issue: str) -> tuple[bool, bool, str, int]:
    if issue.isdigit() and issue.isascii():
        return (True, True, "", int(issue[:30]))
    match = re.search(r"[0-9]{1,30}", issue)
    if not match:
        return (False, False, issue, -1)
    return (False, True, issue[: match.start()] + issue[match.end() :], int(match[0]))


def _bullet_key(text: str) -> int:
    starts = ("- ", "* ", "#. ")
    return next((index for index, start in enumerate(starts) if text.startswith(start)), 3 if text else -1)


def _show_issue(form: str, issue: str) -> str:
    if form:
        return fill(form, {"issue": issue})
    return f"#{issue}" if issue.isdigit() else issue


def _list_issues(form: str, texts: dict[str, list[str]]) -> list[str]:
    """All issues of a type, for link definitions."""
    found = sorted({issue for issues in texts.values() for issue in issues}, key=_issue_key)
    return [_show_issue(form, issue) for issue in found]


def _list_names(settings: Towncrier, sections: dict[str, Section], naming: Naming, form: str) -> dict[str, Value]:
    """What a template may use, by the names it knows."""
    shown = {
        name: {word: {text: [_show_issue(form, one) for one in issues] for text, issues in texts.items()}
               for word, texts in one.items()} for name, one in sections.items()
    }  # fmt: skip
    return {
        "render_title": settings.title is None,
        "sections": shown,
        "definitions": {
            one.word: {"name": one.name, "showcontent": one.shows_content, "check": True} for one in settings.types
        },
        "underlines": list(settings.underlines[1:]),
        "versiondata": {"name": settings.project, "version": naming.version, "date": naming.day.isoformat()},
        "top_underline": settings.underlines[0],
        "get_indent": lambda text: _indent_of(settings, text),
        "issues_by_category": {
            name: {word: _list_issues(form, texts) for word, texts in one.items()} for name, one in sections.items()
        },
        "header_prefix": "#" * _find_level(settings),
    }


def _indent_of(settings: Towncrier, text: str) -> str:
    if settings.bullets or text[:2] in {"- ", "* "}:
        return "  "
    return "   " if text[:3] == "#. " else ""


def _wrap(settings: Towncrier, line: str) -> str:
    if settings.wrap is None:
        return line
    indent = _indent_of(settings, line)
    return textwrap.fill(line, settings.wrap, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _find_level(settings: Towncrier) -> int:
    """The level of the version's heading in Markdown, which the headings of a template count from."""
    if not settings.is_markdown or settings.title is None:
        return 1
    marks = re.search(r"^#+(?=\s)", settings.title, re.MULTILINE)
    return len(marks[0]) if marks else 0


def _title(settings: Towncrier, naming: Naming) -> str:
    return f"{settings.project} {naming.version} ({naming.day.isoformat()})".strip()


def _render_restructured(settings: Towncrier, sections: dict[str, Section], naming: Naming, form: str) -> str:
    """As the tool's own template for reStructuredText has it, blank line by blank line."""
    title = _title(settings, naming)
    done = [title, settings.underlines[0] * len(title)] if settings.title is None else []
    for name, found in sections.items():
        marks = settings.underlines[1:]
        done += [name, marks[0] * len(name), ""] if name else [""]
        mark = marks[1] if name else marks[0]
        if not found:
            done += ["No significant changes.", "", ""]
        for one in settings.types:
            if one.word in found:
                done += [one.name, mark * len(one.name), ""]
                done += [_render_entry(text, issues, form) for text, issues in found[one.word].items()]
                done += ["", ""]
    return "\n".join(done) + "\n"


def _render_entry(text: str, issues: list[str], form: str) -> str:
    shown = ", ".join(_show_issue(form, issue) for issue in issues)
    return f"- {text} ({shown})" if text and shown else f"- {text or shown}"


def _render_markdown(settings: Towncrier, sections: dict[str, Section], naming: Naming, form: str) -> str:
    """As the tool's own template for Markdown has it."""
    base = _find_level(settings)
    done = [f"{'#' * base} {_title(settings, naming)}", ""] if settings.title is None else [""]
    for name, found in sections.items():
        done += ["", f"{'#' * (base + 1)} {name}", ""] if name else []
        if not found:
            done += ["No significant changes.", ""]
        for one in settings.types:
            if one.word in found:
                done += [f"{'#' * (base + (2 if name else 1))} {one.name}", ""]
                done += _list_markdown(found[one.word], form)
    return "\n".join(done) + "\n\n"


def _list_markdown(texts: dict[str, list[str]], form: str) -> list[str]:
    done = []
    for text, issues in texts.items():
        # An issue may be a link definition: its label stands here, the whole below.
        shown = ", ".join(_show_issue(form, issue).split(": ", 1)[0] for issue in issues)
        if text and shown and ("\n  - " in text or "\n  * " in text):
            done += [f"- {text}", "", f"  ({shown})"]
        elif text or shown:
            done.append(f"- {text} ({shown})" if text and shown else f"- {text or shown}")
    definitions = _list_issues(form, texts)
    is_defined = bool(definitions) and "]: " in definitions[0]
    return [*done, "", *(definitions if is_defined else []), *([""] if is_defined else [])]


def _insert(settings: Towncrier, old: str, content: str) -> str:
    """The changelog with ``content`` behind its mark, or above the newest version where it has none."""
    newline = "\r\n" if "\r\n" in old else "\n"
    text, bom = old.removeprefix("\ufeff").replace("\r\n", "\n"), "\ufeff" if old.startswith("\ufeff") else ""
    head, mark, body = text.partition(settings.start)
    if not settings.single or not text.strip():
        new = content.rstrip() + "\n"
    elif mark:
        body = body.lstrip()
        new = f"{head.rstrip()}\n\n{mark}\n" + (content + body if body else content.rstrip() + "\n")
    else:
        new = _insert_above(settings, text, content)
    return bom + new.replace("\n", newline)


def _insert_above(settings: Towncrier, text: str, content: str) -> str:
    document = read_document(text, settings.markup)
    versions = list_version_headings(document)
    if not versions:
        return content + text.lstrip()
    line = find_anchors(document, versions[0].heading.line).start
    start = document.lines[line].start
    return apply_edits(text, [Edit(start, start, content.lstrip("\n"))])


def _list_entries(settings: Towncrier, fragments: Sequence[Fragment]) -> tuple[Entry, ...]:
    def show(text: str) -> str:
        line = " ".join(text.split())
        return line if settings.markup is Markup.MARKDOWN else inline_to_markdown(line)

    found = (
        Entry(one.type.name, f"{show(one.text)} ({one.issue})" if one.issue else show(one.text)) for one in fragments
    )
    return tuple(found)
