"""Settings of a repository: ``[tool.aweigh]`` in pyproject.toml, or ``.github/aweigh.toml``, of the default branch.

They are read from the default branch only, so that nobody changes who may approve in the pull request that is to be
approved. All are optional.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from packaging.utils import canonicalize_name
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
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
    VersionFile,
    infer_package_tag_pattern,
    infer_tag_pattern,
    join_lockstep,
)

_MAINTENANCE = ("*.x",)


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
