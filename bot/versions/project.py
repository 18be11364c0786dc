"""What the version engine finds in a commit: a project with its version sites, or the reason why it cannot tell."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

from packaging.utils import canonicalize_name
from packaging.version import Version

from bot.versions.formats.version_parts import Field
from bot.versions.places import PackagePlace
from bot.versions.sentences import Parts, Quoted, render_plain


class SiteKind(StrEnum):
    """Why a literal counts as the project's version. The value is how it is named to readers."""

    PROJECT_TABLE = "[project] version"
    POETRY_TABLE = "[tool.poetry] version"
    POETRY_INIT = "__version__ that poetry-version-plugin reads"
    HATCH_PATH = "file named by [tool.hatch.version] path"
    INCREMENTAL = "file that incremental reads"
    PDM_PATH = "file named by [tool.pdm.version] path"
    FLIT_MODULE = "__version__ that Flit reads"
    SETUPTOOLS_ATTR = "attribute that setuptools reads"
    SETUPTOOLS_FILE = "file that setuptools reads"
    SETUP_CFG = "[metadata] version of setup.cfg"
    VARIANT = "version of another build of the package"
    SETUP_PY = "version of setup.py"
    SETUP_PY_FILE = "file that setup.py reads"
    DYNAMIC_METADATA = "place that the provider of dynamic metadata reads"
    CARGO = "version of the crate"
    CARGO_LOCK = "the crate's entry in Cargo.lock"
    CARGO_DIST = "package of cargo-dist"
    MESON = "version of meson.build"
    PACKAGE_JSON = "version of package.json"
    WEB_PART = "package.json of the package's web part"
    NPM_LOCK = "the package's own entry in package-lock.json"
    MODULE = "__version__ of the package"
    BUILD = "__build__ of the package"
    FLAG = "whether this is a release"
    WHOLE_FILE = "file that holds the version alone"
    HEADER = "version in a header of the package"
    LOCK = "the project's own entry in the lock file"
    PIN = "requirement of a sibling on this package"
    DOCS_CONF = "version of the documentation"
    CITATION = "version to cite"
    CODEMETA = "version of the software's metadata"
    RELEASE_DATE = "date of the release"
    BUMPVERSION = "configuration of bumpversion"
    BUMPVER = "configuration of bumpver"
    TBUMP = "configuration of tbump"
    COMMITIZEN = "configuration of Commitizen"
    SEMANTIC_RELEASE = "configuration of Python Semantic Release"
    RELEASE_PLEASE = "configuration of release-please"
    LIBRARIAN = "record of Librarian"
    ROOSTER = "configuration of Rooster"
    OWN_TABLE = "table of a tool called after the package"
    ANNOTATION = "place marked in the file"
    VERSION_FILES = "place named by version-files"


class Reader(StrEnum):
    """Which reader found a site, and checks the edit afterwards."""

    TOML = "toml"
    PYTHON = "python"
    CFG = "cfg"
    JSON = "json"
    LOCK = "lock"
    NPM = "npm"
    TEXT = "text"


class Form(StrEnum):
    """How a place writes the version."""

    TYPED = "typed"
    """As the human typed it."""
    NORMALISED = "normalised"
    """In the form of the index, as lock files write it."""
    PADDED = "padded"
    """In the form of the index with three numbers at least, as lock files write the version of a crate."""
    SEMVER = "semver"
    """As Cargo and npm want it: three numbers, and a hyphen before a pre-release."""
    PREFIX = "prefix"
    """Only as many release numbers as stand there now (``1.2`` for 1.2.3)."""
    NUMBER = "number"
    """One of the release numbers."""
    PAIRS = "pairs"
    """The first three release numbers as pairs of decimal digits: ``0x021203`` for 2.12.3; what has no pair is left as it is."""
    LEVEL = "level"
    """The word for alpha, beta, candidate or final."""
    SERIAL = "serial"
    """The number of the pre-release; 0 in a final one."""
    MARKER = "marker"
    """What follows the release numbers: ``rc1``, or nothing in a final version."""
    WORD = "word"
    """What of it comes before its last number: ``rc`` of rc1, ``.dev`` of .dev0, or nothing."""
    COUNT = "count"
    """The last number of it, or nothing."""
    RELEASE = "release"
    """All release numbers, as elements of a tuple that is joined with dots: as many as the version takes."""
    REST = "rest"
    """One of the release numbers and all that follows it: ``0rc1`` for 1.2.0rc1."""
    DEV = "dev"
    """The number of the development release; 0 in any other."""
    CANDIDATE = "candidate"
    """The number of the candidate; 0 in any other."""
    ELEMENTS = "elements"
    """All elements of a tuple that is joined with dots: as many as the version takes."""
    ARGUMENTS = "arguments"
    """The arguments of a call that say a version of the incremental package: those that the version takes."""
    FLAG = "flag"
    """``True`` in what is released, ``False`` in a development release."""
    FIELD = "field"
    """One part of the version, as a release tool takes it apart by its own pattern."""
    DATE = "date"
    """The day of the release, ``YYYY-MM-DD``."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One literal of a version that is written in several, such as an element of a tuple.

    Attributes:
        start: first character in the decoded file.
        end: first character after it.
        form: what of the version stands there.
        text: what stands there now.
        index: which release number it is, for ``Form.NUMBER`` and ``Form.REST``.
        candidate: the project's own word for a candidate, for ``Form.LEVEL``; empty where its text tells none.
        field: which part it is and of what tool, for ``Form.FIELD``.
    """

    start: int
    end: int
    form: Form
    text: str
    index: int = 0
    candidate: str = ""
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One place that holds the version.

    Attributes:
        path: file inside the repository.
        line: line of the literal, counted from 1.
        kind: why this is a version site.
        spelling: the version as it stands there.
        key: what the literal is bound to: keys of a TOML document or the name of a Python variable.
        start: first character of the version in the decoded file.
        end: first character after it. Quotes, and a ``v`` before the digits, lie outside.
        reader: the kind of text it stands in.
        form: how the version is written there.
        parts: the literals it is put together from, when there is more than one; ``start`` to ``end`` is the first then.
        model: the text of the place that tells how the version is spelled here; empty where the place's own does.
    """

    path: str
    line: int
    kind: SiteKind
    spelling: str
    key: tuple[str | int, ...]
    start: int = field(repr=False)
    end: int = field(repr=False)
    reader: Reader = Reader.TEXT
    form: Form = Form.TYPED
    parts: tuple[Piece, ...] = field(default=(), repr=False)
    model: str = field(default="", repr=False)

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The literals to change."""
        return self.parts or (Piece(self.start, self.end, self.form, self.spelling),)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A place that looks like the version and is not changed.

    Attributes:
        path: file inside the repository.
        line: its line, counted from 1.
        text: what stands there.
        reason: why it is left alone, as one plain sentence of ours.
        setting: what to write into ``version-files`` to have it changed; None when nothing would.
    """

    path: str
    line: int
    text: str
    reason: str
    setting: str | None = None


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
        lookalikes: places that look like the version and are not changed.
        derived_by: the tool that takes the version from the newest tag; None when files hold it. Such a project has no
            declared site, and its version is what the caller said was released last. Its sites are places that a release
            tool would change, and bind nobody.
        root: the package's folder, ``.`` for the top of the repository.
        siblings: the other packages that are released from the same repository, as far as anybody looked.
        together: the packages that go on with it; their sites are among its own.
    """

    name: str
    version: Version
    spelling: str
    files: tuple[SourceFile, ...]
    lookalikes: tuple[Lookalike, ...] = ()
    derived_by: str | None = None
    root: str = "."
    siblings: tuple[PackagePlace, ...] = ()
    together: tuple[PackagePlace, ...] = ()

    @property
    def place(self) -> PackagePlace:
        """Where it lies."""
        return PackagePlace(self.name, self.root, together=self.together)

    @property
    def normalised_name(self) -> str:
        """The name as the index addresses it (PEP 503)."""
        return canonicalize_name(self.name)

    @property
    def sites(self) -> tuple[Site, ...]:
        """Every place that holds the version, the declared one first."""
        return tuple(site for file in self.files for site in file.sites)

    def is_past(self, version: Version) -> bool:
        """Whether the files say something newer than ``version``.

        A marker between releases binds nobody: 26.2.1 may follow a 26.3.dev0 that they say meanwhile, and 1.2.0 a 1.2.0+dev.
        """
        is_marker = self.version.is_devrelease or self.version.local is not None
        return version < self.version and not is_marker

    def at(self, spelling: str | None) -> Project:
        """The same project at another version: that of its newest tag, when no file holds it. None is no release at all."""
        version = Version(spelling) if spelling else Version("0")
        return replace(self, version=version, spelling=spelling or "0")


class ProjectCode(StrEnum):
    """Why a commit's version cannot be told, or not be changed."""

    NO_PYPROJECT = "no-pyproject"
    NO_PACKAGE = "no-package"
    TOO_MANY_FILES = "too-many-files"
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
    INEXPRESSIBLE = "inexpressible"


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
class SiteChange:
    """What a bump makes of one place.

    Attributes:
        site: the place, and why it counts.
        new: the version as it stands there afterwards; what stood there before when the place says so already.
    """

    site: Site
    new: str


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
