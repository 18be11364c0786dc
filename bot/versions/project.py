"""What the version engine finds in a commit: a project with its version sites, or the reason why it cannot tell."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from packaging.utils import canonicalize_name
from packaging.version import Version

from bot.versions.sentences import Parts, Quoted, render_plain


class SiteKind(StrEnum):
    """Why a literal counts as the project's version. The value is how it is named to readers."""

    PROJECT_TABLE = "[project] version"
    POETRY_TABLE = "[tool.poetry] version"
    HATCH_PATH = "file named by [tool.hatch.version] path"
    FLIT_MODULE = "__version__ that Flit reads"
    MODULE = "__version__ of the package"


@dataclass(frozen=True, slots=True)
class Site:
    """One literal that holds the version.

    Attributes:
        path: file inside the repository.
        line: line of the literal, counted from 1.
        kind: why this is a version site.
        spelling: the version as it stands there.
        key: what the literal is bound to: keys of a TOML document or the name of a Python variable.
        start: first character of the version in the decoded file.
        end: first character after it. Quotes, and a ``v`` before the digits, lie outside.
    """

    path: str
    line: int
    kind: SiteKind
    spelling: str
    key: tuple[str | int, ...]
    start: int = field(repr=False)
    end: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file with version sites, as it is at the commit."""

    path: str
    content: bytes = field(repr=False)
    sites: tuple[Site, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """A Python project at one commit.

    Attributes:
        name: as its metadata spells it; a valid project name.
        version: what all its sites say.
        spelling: the version as its first (declared) site spells it.
        files: the files that hold it, the declared site's first.
    """

    name: str
    version: Version
    spelling: str
    files: tuple[SourceFile, ...]

    @property
    def normalised_name(self) -> str:
        """The name as the index addresses it (PEP 503)."""
        return canonicalize_name(self.name)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every place that holds the version, the declared one first."""
        return tuple(site for file in self.files for site in file.sites)


class ProjectCode(StrEnum):
    """Why a commit's version cannot be told, or not be changed."""

    NO_PYPROJECT = "no-pyproject"
    TOO_BIG = "too-big"
    NOT_TEXT = "not-text"
    NOT_TOML = "not-toml"
    NOT_PYTHON = "not-python"
    NO_NAME = "no-name"
    BAD_NAME = "bad-name"
    NO_VERSION = "no-version"
    NOT_A_STRING = "not-a-string"
    NOT_A_LITERAL = "not-a-literal"
    NOT_PEP440 = "not-pep440"
    DYNAMIC = "dynamic-version"
    FILE_MISSING = "file-missing"
    OUTSIDE_ROOT = "outside-root"
    SITES_DISAGREE = "sites-disagree"
    EDIT_NOT_EXACT = "edit-not-exact"


@dataclass(frozen=True, slots=True)
class ProjectProblem:
    """Why there is no version to work with, as one sentence that says what to change.

    Attributes:
        code: the cause, from a closed set.
        parts: the sentence in pieces, so that what stands in a file can be escaped.
        path: the file in question, None when it is the repository as a whole.
        line: its line, counted from 1, where one can be named.
        sites: the places that contradict each other, for ``sites-disagree``.
    """

    code: ProjectCode
    parts: Parts
    path: str | None = None
    line: int | None = None
    sites: tuple[Site, ...] = ()

    @property
    def sentence(self) -> str:
        """The sentence as plain text on one line."""
        return render_plain(self.parts)


class ProjectRefused(Exception):  # noqa: N818 - a refusal on its way to the one who asked, not a fault
    """Carries a ``ProjectProblem`` out of the depths of reading or editing."""

    def __init__(
        self, code: ProjectCode, *parts: str | Quoted, path: str | None = None, line: int | None = None
    ) -> None:
        self.problem = ProjectProblem(code, parts, path, line)
        super().__init__(self.problem)

    def __str__(self) -> str:
        return self.problem.sentence


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One file before and after.

    Attributes:
        path: file inside the repository.
        old: its bytes at the commit the edit was computed for.
        new: its bytes afterwards.
        description: what changes, in one line of plain text for people (it quotes the file; escape it).
    """

    path: str
    old: bytes = field(repr=False)
    new: bytes = field(repr=False)
    description: str
