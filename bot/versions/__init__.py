"""Versions of Python projects: arithmetic by PEP 440, where a version lives, and edits of exactly that place. Pure.

What a human types and what a tag says:

* ``parse_version(typed)`` gives a ``SpelledVersion`` or raises ``VersionProblem`` (code, sentence in parts, suggestion).
* ``check_newer(version, released, line)`` raises it too; ``is_newer``, ``same_version``, ``is_prerelease``, ``normalise`` ask.
* ``find_maintenance_line(branch)`` knows which versions a branch such as ``1.1.x`` may release.
* ``follow(step, versioning, stated=, released=, day=)`` is the version that ``minor``, ``rc``, ``final`` ... lead to under
  the project's scheme: ``next_version(step, stated=, released=)``, or ``next_calver(pattern, day, released)``.
* ``tag_for(version, pattern)``, ``version_of(tag, pattern)``, ``find_tag``, ``released_versions`` and
  ``infer_tag_pattern(newest tags, project)``; a pattern is a string like ``v{version}``.

What a commit says, without executing anything:

* ``wanted_paths(tree, files)`` names the few files worth reading, until it names none; ``read_project(files)`` gives a
  ``Project`` with its version sites and lookalikes, or a ``ProjectProblem`` (code, sentence in parts). A project whose
  version a tool derives from the newest tag declares none: ``Project.derived_by`` names the tool, and its sites are what
  another tool would change that keeps a record of the version.
* ``list_manifests(tree)``, then ``list_further_manifests(tree, files)``, are what ``list_packages_of(files)`` needs to name the
  packages of a repository, ``find_package`` one of them; ``wanted_paths`` and ``read_project`` take its folder.
  ``join_lockstep`` tells which of them go on together.
* ``bump(project, version, day=)`` gives one ``FileEdit`` per file, each checked to change the version and nothing
  else; ``list_changes`` says the same place by place, for people.

What the files say afterwards:

* ``find_development(released, before)`` is the marker of the next development version (``1.3.0.dev0``) in the project's own
  spelling, and ``list_development_edits(project, before, version)`` writes it where markers stood before.

``read_toml(body)`` reads any TOML text of a stranger within bounds (``TomlError``), and ``find_keys(body)`` tells the lines;
``tomllib`` alone can be made to take all memory. Sentences come as ``parts``, in which ``Quoted`` marks what a stranger wrote and must be escaped by whoever shows it.
"""

from bot.versions.arithmetic import (
    MaintenanceLine,
    SpelledVersion,
    VersionCode,
    VersionProblem,
    check_newer,
    find_maintenance_line,
    find_newest,
    find_newest_spelling,
    find_version,
    is_newer,
    is_prerelease,
    normalise,
    parse_as_released,
    parse_version,
    propose_next,
    same_version,
)
from bot.versions.calver import check_calver, infer_calver, next_calver
from bot.versions.copies.finding import VersionFile
from bot.versions.development import check_development_pattern, find_development, list_development_edits
from bot.versions.edits import bump, list_changes
from bot.versions.formats.text import most_bytes
from bot.versions.formats.toml_spans import TomlError, find_keys, read_toml
from bot.versions.lockstep import join_lockstep, may_go_together
from bot.versions.places import PackagePlace, find_package, list_touched
from bot.versions.project import (
    FileEdit,
    Form,
    Lookalike,
    Project,
    ProjectCode,
    ProjectProblem,
    ProjectRefused,
    Site,
    SiteChange,
    SiteKind,
)
from bot.versions.schemes import check_versioning, follow
from bot.versions.sentences import Parts, Quoted
from bot.versions.sites import read_project, wanted_paths
from bot.versions.steps import Dialect, VersionStep, next_version
from bot.versions.tags import (
    DEFAULT_TAG_PATTERN,
    check_tag_pattern,
    find_tag,
    infer_package_tag_pattern,
    infer_tag_pattern,
    is_tagged_apart,
    released_versions,
    tag_for,
    version_of,
)
from bot.versions.workspace import (
    list_further_manifests,
    list_manifests,
    list_manifests_in,
    list_packages_of,
    list_version_sources,
)

__all__ = [
    "DEFAULT_TAG_PATTERN",
    "Dialect",
    "FileEdit",
    "Form",
    "Lookalike",
    "MaintenanceLine",
    "PackagePlace",
    "Parts",
    "Project",
    "ProjectCode",
    "ProjectProblem",
    "ProjectRefused",
    "Quoted",
    "Site",
    "SiteChange",
    "SiteKind",
    "SpelledVersion",
    "TomlError",
    "VersionCode",
    "VersionFile",
    "VersionProblem",
    "VersionStep",
    "bump",
    "check_calver",
    "check_development_pattern",
    "check_newer",
    "check_tag_pattern",
    "check_versioning",
    "find_development",
    "find_keys",
    "find_maintenance_line",
    "find_newest",
    "find_newest_spelling",
    "find_package",
    "find_tag",
    "find_version",
    "follow",
    "infer_calver",
    "infer_package_tag_pattern",
    "infer_tag_pattern",
    "is_newer",
    "is_prerelease",
    "is_tagged_apart",
    "join_lockstep",
    "list_changes",
    "list_development_edits",
    "list_further_manifests",
    "list_manifests",
    "list_manifests_in",
    "list_packages_of",
    "list_touched",
    "list_version_sources",
    "may_go_together",
    "most_bytes",
    "next_calver",
    "next_version",
    "normalise",
    "parse_as_released",
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
