"""Versions of Python projects: arithmetic by PEP 440, where a version lives, and edits of exactly that place. Pure.

What a human types and what a tag says:

* ``parse_version(typed)`` gives a ``SpelledVersion`` or raises ``VersionProblem`` (code, sentence in parts, suggestion).
* ``check_newer(version, released, line)`` raises it too; ``is_newer``, ``same_version``, ``is_prerelease``, ``normalise`` ask.
* ``find_maintenance_line(branch)`` knows which versions a branch such as ``1.1.x`` may release.
* ``tag_for(version, pattern)``, ``version_of(tag, pattern)``, ``find_tag``, ``released_versions`` and
  ``infer_tag_pattern(newest tags, project)``; a pattern is a string like ``v{version}``.

What a commit says, without executing anything:

* ``wanted_paths(tree, pyproject)`` names the few files worth reading; ``read_project(files)`` gives a ``Project`` with its
  version sites, or a ``ProjectProblem`` (code, sentence in parts).
* ``bump(project, version)`` gives one ``FileEdit`` per file, each checked to change the version and nothing else.

``read_toml(body)`` reads any TOML text of a stranger within bounds (``TomlError``); ``tomllib`` alone can be made to take
all memory. Sentences come as ``parts``, in which ``Quoted`` marks what a stranger wrote and must be escaped by whoever shows it.
"""

from bot.versions.arithmetic import (
    MaintenanceLine,
    SpelledVersion,
    VersionCode,
    VersionProblem,
    check_newer,
    find_maintenance_line,
    find_newest,
    find_version,
    is_newer,
    is_prerelease,
    normalise,
    parse_version,
    propose_next,
    same_version,
)
from bot.versions.edits import bump
from bot.versions.formats.toml_spans import TomlError, read_toml
from bot.versions.project import (
    FileEdit,
    Project,
    ProjectCode,
    ProjectProblem,
    ProjectRefused,
    Site,
    SiteKind,
)
from bot.versions.sentences import Parts, Quoted
from bot.versions.sites import read_project, wanted_paths
from bot.versions.tags import (
    DEFAULT_TAG_PATTERN,
    check_tag_pattern,
    find_tag,
    infer_tag_pattern,
    released_versions,
    tag_for,
    version_of,
)

__all__ = [
    "DEFAULT_TAG_PATTERN",
    "FileEdit",
    "MaintenanceLine",
    "Parts",
    "Project",
    "ProjectCode",
    "ProjectProblem",
    "ProjectRefused",
    "Quoted",
    "Site",
    "SiteKind",
    "SpelledVersion",
    "TomlError",
    "VersionCode",
    "VersionProblem",
    "bump",
    "check_newer",
    "check_tag_pattern",
    "find_maintenance_line",
    "find_newest",
    "find_tag",
    "find_version",
    "infer_tag_pattern",
    "is_newer",
    "is_prerelease",
    "normalise",
    "parse_version",
    "propose_next",
    "read_project",
    "read_toml",
    "released_versions",
    "same_version",
    "tag_for",
    "version_of",
    "wanted_paths",
]
