"""Settings of a repository: ``[tool.aweigh]`` in pyproject.toml, or ``.github/aweigh.toml``, of the default branch.

They are read from the default branch only, so that nobody changes who may approve in the pull request that is to be
approved. All are optional. A file that cannot be read is a problem, never a silent default: a mistyped
``approval.required`` must not open a gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Any, Literal

from packaging.utils import canonicalize_name
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from bot.changelog import SKIP_LABELS, Rules, Style, Wish
from bot.github.facts import MergeMethod, Role
from bot.settings.bounds import MOST_APPROVALS
from bot.settings.freeze import FreezeWindow
from bot.settings.values import (
    Branch,
    ChangelogStyle,
    Development,
    FileName,
    Input,
    Label,
    LeastRole,
    PackageName,
    Path,
    Pattern,
    PlacePath,
    Tag,
    Team,
    Versioning,
    each_once,
)
from bot.versions import (
    PackagePlace,
    Project,
    TomlError,
    VersionFile,
    infer_package_tag_pattern,
    infer_tag_pattern,
    join_lockstep,
    read_toml,
)

SETTINGS_PATHS = (".github/aweigh.toml", "pyproject.toml")
"""Where settings live; the first that has any is the one that counts."""

_MAINTENANCE = ("*.x",)

DEFAULTS_NAME = "aweigh.toml of the organisation's .github repository"

_APPROVAL = "approval"
_OURS = ("source", "unknown", "shadowed")
"""Members of the settings that no file can set."""

_MOST_BYTES = 512 * 1024
_REMEMBERED_BYTES = 64 * 1024
"""Larger files than nearly anybody has are read anew each time, so that what is remembered stays small."""


def _as_place(entry: Any) -> Any:
    return {"path": entry} if isinstance(entry, str) else entry


class _Table(BaseModel):
    # Unknown keys are reported with a suggestion instead of refused: a key of a newer Aweigh must not stop a release.
    # Python's own regular expressions, since those of pydantic's take 15 MB for what these patterns may repeat.
    # The texts below the members are what an editor shows that knows our JSON Schema.
    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        regex_engine="python-re",
        use_attribute_docstrings=True,
    )


class VersionPlace(_Table):
    """One entry of ``version-files``: a file or glob of the package, and how the version stands in it.

    Without ``pattern`` the marked places of the file count, or every mention of the version where none is marked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    path: PlacePath
    """A file of the package, or a glob."""
    pattern: Pattern | None = None
    """The text around the version, which stands as {version} in it."""


_Place = Annotated[VersionPlace, BeforeValidator(_as_place, json_schema_input_type=PlacePath | VersionPlace)]


class _Authority(_Table):
    # An unknown key is a problem here, and no mere warning: a mistyped ``required`` must not open a gate.
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class ReleaseSettings(_Authority):
    """``release``: who may ask for releases, and steer them."""

    role: LeastRole = Role.WRITE
    """Least role to ask for a release and to steer it."""


class MergeSettings(_Authority):
    """``merge``: whether and how release pull requests are merged without anybody's word."""

    auto: Annotated[bool, Field(strict=True)] = False
    """Whether a release pull request is merged by itself once nothing that is required is missing and no check fails or runs."""
    method: MergeMethod | None = None
    """How it is merged; by default the first that the repository offers of squash, merge and rebase."""


class ApprovalSettings(_Authority):
    """``approval``: who must agree before anything is published.

    ``teams`` are those of the owning organisation whose members may approve whatever their role, from triage up.
    """

    role: LeastRole = Role.MAINTAIN
    """Least role to approve."""
    teams: Annotated[tuple[Team, ...], Field(max_length=10)] = ()
    """Teams of the owning organisation whose members may approve too, from triage up."""
    required: Annotated[int | None, Field(strict=True, ge=0, le=MOST_APPROVALS)] = None
    """How many approvals a release takes; by default 1 at the gate of the App and 0 without it."""
    self_: Annotated[bool, Field(strict=True, alias="self")] = False
    """Whether whoever asked for the release or pushed to its branch may approve it."""


class ChangelogSettings(_Table):
    """``changelog``: where the changelog is, how it is kept, and what it leaves out."""

    file: Path | None = None
    """Path of the changelog; by default it is found by its name, or by the settings of the tool that keeps it."""
    style: ChangelogStyle = Style.DETECT
    """How it is kept: detect lists what was merged where nobody wrote anything, generate beside what people wrote, by-hand only what people wrote, and none leaves every file alone."""
    skip_labels: Annotated[tuple[Label, ...], Field(alias="skip-labels", max_length=50)] = SKIP_LABELS
    """Labels that keep a pull request out of the changelog."""


class PackageSettings(_Table):
    """``packages.NAME``: what holds for one of several packages."""

    path: Path | None = None
    """Its folder, where nothing leads to it."""
    tag: Tag | None = None
    """Shape of its tag, such as core-v{version}; by default that of the newest tags called after it."""
    changelog: Path | None = None
    """Path of its changelog in the repository; by default the one in its folder."""
    workflow: FileName | None = None
    """File name of the workflow that publishes it; by default the only one that its tag starts."""
    development: Development | None = None
    """Whether a second pull request brings its files back to development, or with which marker; by default as for all."""


class RepositorySettings(_Table):
    """Everything a repository can set; the defaults are what most projects need."""

    mode: Literal["auto", "on-demand", "tag-only"] | None = None
    """Whether release pull requests open by themselves (auto), on a command (on-demand), or never, since a command tags the head of the branch (tag-only); by default auto with any setting, or after the first release."""
    branches: Annotated[tuple[Branch, ...], Field(max_length=20)] | None = None
    """Branches beside the default one that releases are made from, by name or glob; by default *.x, on demand alone."""
    tag: Tag | None = None
    """Shape of the tag, such as v{version}; by default that of the newest tags."""
    versioning: Versioning | None = None
    """What minor and the like lead to: semver, semver:0.x, or calver: with a pattern such as YYYY.MM.MICRO."""
    version_files: Annotated[tuple[_Place, ...], Field(alias="version-files", max_length=50)] = ()
    """Further places of the version."""
    development: Development = False
    """Whether a second pull request brings the files back to development, or with which marker, such as {next_minor}.dev0."""
    workflow: FileName | None = None
    """File name of the publish workflow; by default the only one with a publishing job."""
    workflow_inputs: Annotated[dict[str, Input], Field(alias="workflow-inputs", max_length=25)] = {}
    """Inputs for a dispatch; {tag}, {version} and {package} are filled in."""
    environment: Annotated[str | None, StringConstraints(min_length=1, max_length=255)] = None
    """Environment of the publishing job, where the workflow computes its name."""
    release: ReleaseSettings = ReleaseSettings()
    """Who may ask for releases."""
    merge: MergeSettings = MergeSettings()
    """Whether release pull requests are merged by themselves."""
    approval: ApprovalSettings = ApprovalSettings()
    """Who must agree before anything is published."""
    preview: Annotated[bool, Field(strict=True)] | Literal["required"] = False
    """Whether a check run shows the entry that a pull request will add and the version it leads to; required fails where an entry is missing."""
    forward_port: Annotated[bool, Field(strict=True, alias="forward-port")] = True
    """Whether the section of a release from another branch is carried into the default branch's changelog."""
    freeze: Annotated[tuple[FreezeWindow, ...], Field(max_length=50)] = ()
    """Windows in which nothing is tagged or published."""
    changelog: ChangelogSettings = ChangelogSettings()
    """Where the changelog is, and how it is kept."""
    packages: Annotated[dict[PackageName, PackageSettings], Field(max_length=200), AfterValidator(each_once)] = {}
    """Where the packages of a repository with several lie, by their names, and what holds for each."""
    lockstep: Annotated[bool, Field(strict=True)] | Annotated[tuple[PackageName, ...], Field(max_length=200)] | None = (
        None
    )
    """Which packages go on together under one version and one tag: all, none, or those named, the leading one first; by default those that did so far."""
    source: Annotated[str | None, Field(exclude=True)] = None
    unknown: Annotated[tuple[tuple[str, str | None], ...], Field(exclude=True)] = ()
    shadowed: Annotated[str | None, Field(exclude=True)] = None
    """A second file with settings, which count for nothing beside those of ``source``."""

    @property
    def places(self) -> tuple[VersionFile, ...]:
        """``version-files`` as the version engine takes them."""
        return tuple(VersionFile(place.path, place.pattern) for place in self.version_files)

    @property
    def folders(self) -> dict[str, str]:
        """The folders of packages that are named, by canonical name."""
        named = {canonicalize_name(name): package.path for name, package in self.packages.items()}
        return {name: path for name, path in named.items() if path is not None}

    def join(self, packages: Sequence[PackagePlace], tags: Iterable[str]) -> list[PackagePlace]:
        """The packages of a repository, those that go on together as one; ``tags`` are names."""
        return join_lockstep(packages, tags, self.lockstep)

    def development_of(self, name: str) -> bool | str:
        """Whether, or with which marker, the files of a package go back to development."""
        own = self.get_package(name).development
        return self.development if own is None else own

    def wish(self, project: Project) -> Wish:
        """Which changelog is that of a project, and how it is kept. The setting of a package comes before that for all."""
        own = self.get_package(project.name).changelog
        file = own or (self.changelog.file if project.root == "." or not project.siblings else None)
        return Wish(file, self.changelog.style, project.root)

    def has_line(self, base: str, default_branch: str) -> bool:
        """Whether releases are made from ``base``."""
        others = _MAINTENANCE if self.branches is None else self.branches
        return base == default_branch or any(fnmatchcase(base, pattern) for pattern in others)

    def names_line(self, base: str, default_branch: str) -> bool:
        """Whether releases of ``base`` may begin where nobody agrees to them by merging: other branches must be named for that.

        Anybody with write access can make a branch that is called like a maintenance line.
        """
        return base == default_branch or (self.branches is not None and self.has_line(base, default_branch))

    def rules(self, own_login: str | None = None) -> Rules:
        """How changes are weighed; ``own_login`` is our bot's."""
        return Rules(self.changelog.skip_labels, own_login)

    def get_package(self, name: str) -> PackageSettings:
        """What holds for the package of this name, in any spelling."""
        wanted = canonicalize_name(name)
        named = (package for known, package in self.packages.items() if canonicalize_name(known) == wanted)
        return next(named, PackageSettings())

    def tag_pattern(self, project: Project, newest_first: Iterable[str]) -> str:
        """The shape of a project's tags: the setting, else that of its newest tags.

        ``tag`` alone is that of the package at the top, or of the only one there is.
        """
        own = self.get_package(project.name).tag
        if own is not None:
            return own
        if project.together:
            # One tag for all of them is called after none.
            return self.tag or infer_tag_pattern(newest_first, project.name)
        if project.root != "." and project.siblings:
            return infer_package_tag_pattern(newest_first, project.place, project.siblings)
        if self.tag is not None or project.root == ".":
            return self.tag or infer_tag_pattern(newest_first, project.name)
        return infer_package_tag_pattern(newest_first, project.place, ())


@dataclass(frozen=True, slots=True)
class SettingsProblem:
    """Settings that cannot be used: the file, and what is wrong in one line."""

    path: str
    detail: str


def read_settings(files: Mapping[str, bytes], defaults: bytes | None = None) -> RepositorySettings | SettingsProblem:
    """The settings in ``files`` (path to content, of the default branch).

    ``defaults`` are the organisation's, in the same form as ``.github/aweigh.toml``: they hold for every key that the
    repository does not set.
    """
    given = tuple((path, files[path]) for path in SETTINGS_PATHS if path in files)
    is_usual = sum(len(content) for _, content in given) + len(defaults or b"") <= _REMEMBERED_BYTES
    return (_read_again if is_usual else _read)(given, defaults)


def _read(files: tuple[tuple[str, bytes], ...], defaults: bytes | None) -> RepositorySettings | SettingsProblem:
    given: dict[str, Any] = {}
    if defaults is not None:
        table = find_table(DEFAULTS_NAME, defaults)
        common = _validate(DEFAULTS_NAME, table) if isinstance(table, dict) else table
        if isinstance(common, SettingsProblem):
            return common
        given = table if isinstance(table, dict) else {}
    found: list[tuple[str, dict[str, Any]]] = []
    for path, content in files:
        table = find_table(path, content)
        if isinstance(table, SettingsProblem) and not found:
            return table
        if isinstance(table, dict):
            found.append((path, table))
    if not found:
        return _validate(DEFAULTS_NAME, given) if given else RepositorySettings()
    (path, table), *others = found
    settings = _validate(path, _over(given, table))
    if isinstance(settings, SettingsProblem) or not others:
        return settings
    return settings.model_copy(update={"shadowed": others[0][0]})


# A repository is looked at many times in a release, and its settings hardly ever change.
_read_again = lru_cache(maxsize=64)(_read)


def _over(defaults: dict[str, Any], table: dict[str, Any]) -> dict[str, Any]:
    """``table`` with what only ``defaults`` say; tables in it are taken key by key, anything else as a whole."""
    merged = defaults | table
    for key, value in defaults.items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merged[key] = value | table[key]
    return merged


def find_table(path: str, content: bytes) -> dict[str, Any] | SettingsProblem | None:
    """The table of settings in a file; None when the file holds none."""
    if len(content) > _MOST_BYTES:
        return SettingsProblem(path, "files above 512 kB are not read")
    try:
        document = dict(read_toml(content.decode()).values)
    except (TomlError, UnicodeDecodeError) as error:
        return SettingsProblem(path, f"it is not TOML: {error}")
    if path != "pyproject.toml":
        # One without any settings, all commented out perhaps, must not put those of pyproject.toml out of force.
        return document or None
    tool = document.get("tool", {})
    table = tool.get("aweigh") if isinstance(tool, dict) else None
    if table is None:
        return None
    return table if isinstance(table, dict) else SettingsProblem(path, "[tool.aweigh] is not a table")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a table of settings: where, and what. ``key`` names it for people."""

    where: tuple[str | int, ...]
    key: str
    message: str

    @property
    def detail(self) -> str:
        """Both in one line."""
        return f"{self.key}: {self.message}" if self.message else self.key


def check_table(table: Mapping[str, Any]) -> RepositorySettings | tuple[Fault, ...]:
    """The settings in a table, or everything for which they cannot be used, at least one thing."""
    given = {key: value for key, value in table.items() if key not in _OURS}
    unknown = [
        (_name_key(where), _name_key((*where[:-1], meant)) if meant else None) for where, meant in list_unknown(table)
    ]
    # With any other name the settings do without; with this one nobody would be asked.
    mistyped = [
        Fault((key,), key, f"there is no such setting; it is called {meant}")
        for key, meant in unknown
        if meant == _APPROVAL
    ]
    try:
        settings = RepositorySettings.model_validate(given)
    except ValidationError as error:
        faults = [
            Fault(one["loc"], _unknown(where), "")
            if one["type"] == "extra_forbidden"
            else Fault(one["loc"], where, one["msg"])
            for one in error.errors()
            if (where := ".".join(str(part) for part in one["loc"]))
        ]
        return (*faults, *mistyped)
    return tuple(mistyped) or settings.model_copy(update={"unknown": tuple(unknown)})


def _name_key(where: tuple[str, ...]) -> str:
    return ".".join(where)


def list_unknown(table: Mapping[str, Any]) -> tuple[tuple[tuple[str, ...], str | None], ...]:
    """Where a table has keys that are no settings, each with the one that may be meant."""
    known = {field.alias or name for name, field in RepositorySettings.model_fields.items() if not field.exclude}
    found: list[tuple[tuple[str, ...], str | None]] = []
    found += [((key,), _find_close(key, known)) for key in table if key not in known]
    changelog = table.get("changelog")
    names = {field.alias or name for name, field in ChangelogSettings.model_fields.items()}
    keys = changelog if isinstance(changelog, dict) else ()
    found += [(("changelog", key), _find_close(key, names)) for key in keys if key not in names]
    packages = table.get("packages")
    for name, package in packages.items() if isinstance(packages, dict) else ():
        # Whether there is a package of this name only a commit tells.
        keys = package if isinstance(package, dict) else ()
        names = set(PackageSettings.model_fields)
        found += [(("packages", name, key), _find_close(key, names)) for key in keys if key not in names]
    return tuple(found)


def _find_close(key: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(key, known, 1)), None)


def _validate(path: str, table: dict[str, Any]) -> RepositorySettings | SettingsProblem:
    checked = check_table(table)
    if isinstance(checked, RepositorySettings):
        return checked.model_copy(update={"source": path})
    return SettingsProblem(path, checked[0].detail)


def _unknown(where: str) -> str:
    """What to say of a key that does not exist where a mistyped one must not be passed over."""
    table = where.partition(".")[0]
    tables: dict[str, type[BaseModel]] = {
        "release": ReleaseSettings,
        "approval": ApprovalSettings,
        "merge": MergeSettings,
    }
    tables["version-files"] = VersionPlace
    fields = tables.get(table, FreezeWindow).model_fields
    known = [f"{table}.{field.alias or name}" for name, field in fields.items()]
    close = get_close_matches(where, known, 1)
    return f"{where} is no setting" + (f", did you mean {close[0]}?" if close else "")
