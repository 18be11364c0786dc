"""towncrier (https://towncrier.readthedocs.io): its settings and news fragments, read without running it."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from packaging.version import InvalidVersion, Version

from bot.changelog.changes import Level
from bot.changelog.document import Markup
from bot.changelog.forms import Files, Left, Refused

MOST_FRAGMENTS = 250
_MOST_TYPES = 50
_MOST_SECTIONS = 50
_MOST_IGNORED = 50
_MOST_VERSION_FILES = 3

_IGNORED = (".gitignore", ".gitkeep", ".keep", "readme", "readme.md", "readme.rst")
_TYPES = {
    "feature": ("Features", True),
    "bugfix": ("Bugfixes", True),
    "doc": ("Improved Documentation", True),
    "removal": ("Deprecations and Removals", True),
    "misc": ("Misc", False),
}
_LEVELS = {
    **dict.fromkeys(("breaking", "break", "removal", "removed", "incompat", "major", "backward"), Level.MAJOR),
    **dict.fromkeys(
        ("feature", "feat", "minor", "added", "add", "new", "enhancement", "deprecation", "deprecated"), Level.MINOR
    ),
}
"""What a type of fragment weighs; every other is a patch. A removal takes something away, so it is a major change: so the
release tooling of setuptools and its kin (jaraco.develop) reads the default types."""

_BUILT_IN = re.compile(
    r"(?:towncrier(?:\.templates)?):(?P<name>default|hr-between-versions|single-file-no-bullets)(?P<ending>\.rst|\.md)?"
)
_FIELD = re.compile(r"\{\{|\}\}|\{(?P<name>\w*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class FragmentType:
    """A type of fragment: the word in a file's name, its heading, and whether its content is shown."""

    word: str
    name: str
    shows_content: bool = True


@dataclass(frozen=True, slots=True)
class Towncrier:
    """The settings of a project that keeps news fragments.

    Attributes:
        source: the file they stand in.
        root: the folder they count from.
        folders: the folder of fragments of each section, by the section's name.
        types: the types of fragments, in the order of the sections' headings.
        filename: the changelog, with fields for its name where each version has its own.
        single: whether one file holds all versions.
        template: the path of a template of the project's own; None for the one that comes with the tool.
        built_in: which of those.
        start: what marks the place of the newest version.
        title: the format of a version's heading; None: the template writes it; empty: there is none.
        issue: the format of an issue.
        underlines: the marks of headings in reStructuredText.
        wrap: the width at which lines are wrapped; None when they are not.
        bullets: whether every fragment is a point of a list.
        orphan: what begins the name of a fragment without an issue.
        ignored: names, with wildcards, of files that are no fragments.
        project: the project's name in headings.
    """

    source: str
    root: str
    folders: Mapping[str, str]
    types: tuple[FragmentType, ...]
    filename: str
    single: bool
    template: str | None
    built_in: str
    start: str
    title: str | None
    issue: str | None
    underlines: tuple[str, ...]
    wrap: int | None
    bullets: bool
    orphan: str
    ignored: tuple[str, ...]
    project: str

    @property
    def markup(self) -> Markup:
        """The language of the changelog."""
        return Markup.MARKDOWN if self.filename.lower().endswith((".md", ".markdown")) else Markup.RESTRUCTURED

    @property
    def is_markdown(self) -> bool:
        """Whether the tool takes the text for Markdown: by the name of its template."""
        if self.template is not None:
            return self.template.lower().endswith(".md")
        return self.filename.endswith(".md")

    @property
    def path(self) -> str:
        """The changelog; where each version has its own file, the pattern of its name."""
        return posixpath.normpath(posixpath.join(self.root, self.filename))


@dataclass(frozen=True, slots=True)
class Fragment:
    """A news fragment: where it lies, its section, issue (empty for an orphan), type and counter."""

    path: str
    section: str
    issue: str
    type: FragmentType
    counter: int
    text: str = field(repr=False)

    @property
    def level(self) -> Level:
        """How much of the version it moves."""
        return next((level for word, level in _LEVELS.items() if self.type.word.lower() == word), Level.PATCH)


def list_settings_paths(root: str = ".") -> tuple[str, ...]:
    """Where the settings may stand; the first file that is there counts."""
    return tuple(posixpath.normpath(posixpath.join(root, name)) for name in ("towncrier.toml", "pyproject.toml"))


def find_towncrier(files: Files, root: str = ".") -> Towncrier | Refused | None:
    """The settings in ``files``; None when there are none."""
    own, pyproject = list_settings_paths(root)
    source = own if own in files else pyproject
    content = files.get(source)
    if content is None or b"towncrier" not in content:
        return None
    document = _load(content)
    tool = document.get("tool") if document is not None else None
    table = tool.get("towncrier") if isinstance(tool, dict) else None
    if document is None:
        return Refused(source, Left.NOT_TOML)
    if not isinstance(table, dict):
        return None
    project = (
        document.get("project") if source == pyproject else (_load(files.get(pyproject, b"")) or {}).get("project")
    )
    try:
        return _read(source, root, table, str(project.get("name", "")) if isinstance(project, dict) else "")
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        return Refused(source, Left.BAD_SETTING, str(error.args[0])[:60] if error.args else "")


def _load(content: bytes) -> dict[str, Any] | None:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError):
        return None


def _read(source: str, root: str, table: Mapping[str, Any], project: str) -> Towncrier:
    filename = _text(table, "filename", "NEWS.rst")
    package = _text(table, "package", "") or project
    name = _text(table, "name", "") or (package if project else package.title())
    template, built_in = _find_template(_text(table, "template", "towncrier:default"), root)
    markdown = posixpath.splitext(filename)[1] == ".md"
    start = _text(table, "start_string", "") or ("<!-- {} -->\n" if markdown else ".. {}\n").format(
        "towncrier release notes start"
    )
    title = table.get("title_format", "")
    if title is not False and not isinstance(title, str):
        raise ValueError("title_format")
    issue = table.get("issue_format")
    wrap = table.get("wrap", False)
    width = (79 if wrap is True else int(wrap)) if wrap is not False else None
    return Towncrier(
        source=source,
        root=root,
        folders=_list_folders(table, root, package),
        types=_list_types(table),
        filename=filename,
        single=_truth(table, "single_file"),
        template=template,
        built_in=built_in,
        start=start,
        title="" if title is False else title or None,
        issue=None if issue is None else str(issue),
        underlines=tuple(str(mark)[:1] for mark in table.get("underlines", "=-~")),
        wrap=width if width is None or width > 0 else 79,
        bullets=_truth(table, "all_bullets"),
        orphan=_text(table, "orphan_prefix", "+"),
        ignored=(*_IGNORED, *(str(one).lower()[:100] for one in (table.get("ignore") or ())))[:_MOST_IGNORED],
        project=name,
    )


def _text(table: Mapping[str, Any], key: str, default: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str) or len(value) > 500:
        raise ValueError(key)
    return value


def _truth(table: Mapping[str, Any], key: str) -> bool:
    value = table.get(key, True)
    if not isinstance(value, bool):
        raise TypeError(key)
    return value


def _find_template(setting: str, root: str) -> tuple[str | None, str]:
    """The path of a template of the project's own, or the name of one that comes with the tool."""
    built_in = _BUILT_IN.fullmatch(setting)
    if built_in:
        return None, built_in["name"]
    if re.fullmatch(r"[-\w.]+:[-\w.]+", setting):
        # A template in a package that would have to be installed.
        raise ValueError("template")
    return _within(root, setting), ""


def _within(root: str, path: str) -> str:
    """``path`` from ``root``, inside the repository."""
    found = posixpath.normpath(posixpath.join(root, path))
    if found.startswith(("../", "/")) or found == "..":
        raise ValueError(path)
    return found


def _list_folders(table: Mapping[str, Any], root: str, package: str) -> dict[str, str]:
    if table.get("directory") is not None:
        base, below = _text(table, "directory", ""), ""
    else:
        base, below = posixpath.join(_text(table, "package_dir", "."), package), "newsfragments"
    sections = table.get("section")
    named = {"": ""} if sections is None else {_text(one, "name", ""): _text(one, "path", "") for one in sections}
    if len(named) > _MOST_SECTIONS:
        raise ValueError("section")
    return {name: _within(root, posixpath.join(base, path, below)) for name, path in named.items()}


def _list_types(table: Mapping[str, Any]) -> tuple[FragmentType, ...]:
    if table.get("fragment"):
        found = [
            (word, str(options.get("name", word.capitalize())), bool(options.get("showcontent", True)))
            for word, options in sorted(table["fragment"].items())
        ]
    elif table.get("type"):
        found = [
            (str(one.get("directory", one["name"].lower())), str(one["name"]), bool(one.get("showcontent", True)))
            for one in table["type"]
        ]
    else:
        found = [(word, name, shows) for word, (name, shows) in _TYPES.items()]
    if len(found) > _MOST_TYPES:
        raise ValueError("type")
    return tuple(FragmentType(*one) for one in {one[0]: one for one in found}.values())


def list_fragment_paths(settings: Towncrier, tree_paths: Iterable[str]) -> list[str]:
    """The files that are fragments by their folder and name, in order."""
    folders = set(settings.folders.values())
    words = {one.word for one in settings.types}
    found = []
    for path in tree_paths:
        folder, name = posixpath.split(path)
        if (folder or ".") in folders and _parse_name(name, words) is not None and not _is_ignored(settings, name):
            found.append(path)
    return sorted(found)


def _is_ignored(settings: Towncrier, name: str) -> bool:
    if settings.template is not None and fnmatchcase(name.lower(), posixpath.basename(settings.template)):
        return True
    return any(fnmatchcase(name.lower(), pattern) for pattern in settings.ignored)


def _parse_name(name: str, words: set[str]) -> tuple[str, str, int] | None:
    """Issue, type and counter in a file's name: ``12.feature``, ``+lost.bugfix.md``, ``12.feature.1.rst``."""
    parts = name.split(".")
    for index in reversed(range(1, len(parts))):
        if parts[index] in words:
            issue = ".".join(parts[:index]).strip()
            follows = parts[index + 1] if len(parts) > index + 1 else ""
            return (
                str(int(issue)) if _is_number(issue) else issue,
                parts[index],
                int(follows) if _is_number(follows) else 0,
            )
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20


def read_fragments(settings: Towncrier, tree_paths: Iterable[str], files: Files) -> tuple[Fragment, ...] | Refused:
    """The fragments with what they say."""
    paths = list_fragment_paths(settings, tree_paths)
    if len(paths) > MOST_FRAGMENTS:
        return Refused(paths[MOST_FRAGMENTS], Left.TOO_MANY)
    sections = {folder: name for name, folder in settings.folders.items()}
    types = {one.word: one for one in settings.types}
    found: dict[tuple[str, str, str, int], Fragment] = {}
    orphans: dict[tuple[str, str], int] = {}
    for path in paths:
        folder, name = posixpath.split(path)
        parsed = _parse_name(name, set(types))
        content = files.get(path)
        if parsed is None or content is None:
            return Refused(path, Left.NOT_READ)
        issue, word, counter = parsed
        section = sections[folder or "."]
        if settings.orphan and issue.startswith(settings.orphan):
            issue, counter = "", orphans.get((section, word), 0)
            orphans[section, word] = counter + 1
        key = (section, issue, word, counter)
        if key in found:
            return Refused(path, Left.DOUBLE)
        text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        found[key] = Fragment(path, section, issue, types[word], counter, text)
    return tuple(found.values())


def list_version_files(settings: Towncrier, tree_paths: Iterable[str]) -> list[str]:
    """The newest files of versions, where each has its own."""
    front, _, back = settings.path.replace("{name}", settings.project).partition("{version}")
    if not back and not front:
        return []
    found = []
    for path in tree_paths:
        if path.startswith(front) and path.endswith(back) and len(path) > len(front) + len(back):
            try:
                found.append((Version(path[len(front) : len(path) - len(back)]), path))
            except InvalidVersion:
                continue
    return [path for _, path in sorted(found, reverse=True)[:_MOST_VERSION_FILES]]


def fill(form: str, values: Mapping[str, str]) -> str:
    """A format such as ``{name} {version}`` with its fields filled in.

    Raises:
        ValueError: it has a field of another kind; Python's own would let a format look into objects.
    """

    def replace(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        if match["name"] not in values:
            raise ValueError(match[0])
        return values[match["name"]]

    return _FIELD.sub(replace, form)
