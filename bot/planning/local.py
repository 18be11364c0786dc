"""The plan of a release in a checkout: the same places, edits and refusals as in the pull request the bot would open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.changelog import (
    NO_CHANGELOG,
    Changelog,
    FileChange,
    Naming,
    NoChangelog,
    Refused,
    Released,
    Unchanged,
    Wish,
    find_book,
    list_wanted,
    release_changelog,
)
from bot.planning.folder import Folder
from bot.settings.reading import SETTINGS_PATHS, SettingsProblem, read_settings
from bot.settings.repository import RepositorySettings
from bot.versions import (
    FileEdit,
    MaintenanceLine,
    PackagePlace,
    Project,
    SiteChange,
    SpelledVersion,
    VersionStep,
    bump,
    check_newer,
    find_maintenance_line,
    find_newest,
    find_newest_spelling,
    find_package,
    find_tag,
    find_version,
    follow,
    list_changes,
    list_further_manifests,
    list_manifests,
    list_manifests_in,
    list_packages_of,
    list_version_sources,
    may_go_together,
    parse_as_released,
    parse_version,
    propose_next,
    read_project,
    released_versions,
    tag_for,
    wanted_paths,
)

_HOMELESS = re.compile(r"^\[[^\]]*\]: /", re.MULTILINE)
_MOST_ROUNDS = 6
_MOST_NAMED = 10


class Unplannable(Exception):  # noqa: N818 - a refusal on its way to the one who asked, not a fault
    """Why there is no plan, as one sentence."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What was read of the checkout.

    Attributes:
        project: the package that is planned for, at the version it has now.
        settings: of the repository.
        changelog: the project's own, or why there is none.
        tag_pattern: shape of its tags.
        tags: all names, the newest first.
        line: the maintenance line that is checked out, None when every version may be released.
        web_url: the repository's page, None when nothing tells.
    """

    project: Project
    settings: RepositorySettings
    changelog: Changelog | NoChangelog
    tag_pattern: str
    tags: tuple[str, ...]
    line: MaintenanceLine | None
    web_url: str | None

    @property
    def released(self) -> list[str]:
        """The versions of the project's tags, lowest first."""
        return released_versions(self.tags, self.tag_pattern)


@dataclass(frozen=True, slots=True)
class LocalPlan:
    """What a release of ``version`` changes; ``outcome`` is what becomes of the changelog, or why nothing does."""

    checkout: Checkout
    version: SpelledVersion
    tag: str
    changes: tuple[SiteChange, ...]
    edits: tuple[FileEdit, ...]
    outcome: Released | Unchanged | NoChangelog

    @property
    def changelog(self) -> tuple[FileChange, ...]:
        """The files of the changelog that change."""
        return self.outcome.changes if isinstance(self.outcome, Released) else ()

    @property
    def files(self) -> tuple[FileEdit | FileChange, ...]:
        """Every file that is written."""
        return (*self.edits, *self.changelog)


def read_checkout(folder: Folder, package: str | None = None) -> Checkout:
    """What ``folder`` holds of ``package`` (its name or folder; None: the one at the top).

    Raises:
        Unplannable: no such package, or its version or the settings cannot be read.
        FolderError: a file cannot be read.
    """
    listing = folder.list_files()
    settings = read_settings(folder.read(SETTINGS_PATHS))
    if isinstance(settings, SettingsProblem):
        raise Unplannable(f"The settings in {settings.path} cannot be used: {settings.detail}.")
    tags = tuple(folder.list_tags())
    packages = settings.join(_list_packages(folder, listing, settings), tags)
    place = _find_place(packages, package)
    root = place.root if place is not None else "."
    project = _read_project(folder, listing, root, settings, place.together if place is not None else ())
    others = tuple(other for other in packages if other.root != root and not other.is_private) if package else ()
    project = replace(project, siblings=others)
    pattern = settings.tag_pattern(project, tags)
    line = _find_line(folder.find_branch())
    if project.derived_by is not None:
        newest = find_newest_spelling(released_versions(tags, pattern), line)
        project = _read_project(folder, listing, project.root, settings, project.together, newest)
        project = replace(project.at(newest and str(find_version(newest))), siblings=others)
    book = _read_book(folder, listing, project, settings)
    return Checkout(project, settings, book, pattern, tags, line, folder.find_web_url())


def next_after(checkout: Checkout, step: VersionStep | None, day: date) -> SpelledVersion:
    """The version that ``step`` leads to; None: the smallest step after all that is released and stated.

    Raises:
        VersionProblem: the step leads nowhere from here.
    """
    project = checkout.project
    if step is None:
        newest = find_newest([*checkout.released, project.spelling], checkout.line)
        return parse_version(propose_next(newest or project.version))
    versioning = checkout.settings.versioning
    line = checkout.line
    return follow(step, versioning, stated=project.spelling, released=checkout.released, day=day, line=line)


def _read_version(asked: str, checkout: Checkout) -> SpelledVersion:
    return parse_as_released(asked, checkout.released, checkout.project.spelling)


def plan_locally(checkout: Checkout, asked: str, day: date) -> LocalPlan:
    """The plan of what ``asked`` (a version or a word) means.

    Raises:
        VersionProblem: it is none, is released already, or is not newer.
        ProjectRefused: a place cannot be changed exactly.
        Unplannable: the files say a later version already.
    """
    is_word = asked in set(VersionStep)
    version = next_after(checkout, VersionStep(asked), day) if is_word else _read_version(asked, checkout)
    project = checkout.project
    check_newer(version, checkout.released, checkout.line)
    if project.is_past(version.version):
        raise Unplannable(
            f"{version} is not newer than {project.spelling}, which the files say. To release what they say, ask for that;"
            f" the next one after it is {next_after(checkout, None, day)}."
        )
    tag = find_tag(checkout.tags, version.spelling, checkout.tag_pattern) or tag_for(
        version.spelling, checkout.tag_pattern
    )
    edits = tuple(bump(project, version, day=day))
    changes = list_changes(project, version, day=day)
    return LocalPlan(checkout, version, tag, changes, edits, _release_changelog(checkout, version, tag, day))


def _release_changelog(
    checkout: Checkout, version: SpelledVersion, tag: str, day: date
) -> Released | Unchanged | NoChangelog:
    """What becomes of the changelog, or why nothing does."""
    changelog = checkout.changelog
    if isinstance(changelog, NoChangelog):
        return changelog
    lower = [s for s in checkout.released if (found := find_version(s)) is not None and found < version.version]
    base = tag_for(lower[-1], checkout.tag_pattern) if lower else None
    url = checkout.web_url or ""
    outcome = release_changelog(changelog, Naming(version.spelling, day, tag, base, url, checkout.project.name))
    if isinstance(outcome, Refused):
        return NoChangelog(outcome.path, outcome.reason)
    if isinstance(outcome, Released) and not url and any(map(_is_homeless, outcome.changes)):
        # A link that would lead nowhere: the bot, which knows the repository's address, stamps the file better.
        return NoChangelog(changelog.path, "would get links, and nothing here tells the repository's address")
    return outcome


def _is_homeless(change: FileChange) -> bool:
    return change.new is not None and _HOMELESS.search(change.new.decode("utf-8", "replace")) is not None


def _read_book(
    folder: Folder, listing: list[str], project: Project, settings: RepositorySettings
) -> Changelog | NoChangelog:
    """The project's own changelog."""
    wish = settings.wish(project)
    book = _open_book(folder, listing, wish)
    if project.root != "." and not project.siblings and book == NO_CHANGELOG:
        # A package alone keeps it at the top, perhaps.
        return _open_book(folder, listing, replace(wish, root="."))
    return book


def _open_book(folder: Folder, listing: list[str], wish: Wish) -> Changelog | NoChangelog:
    files: dict[str, bytes] = {}
    # One news fragment of several issues is often a file and links to it.
    links = folder.list_links()
    for _ in range(_MOST_ROUNDS):
        more = list_wanted(listing, files, wish, links)
        if not more:
            break
        files |= dict.fromkeys(more, b"") | folder.read(more, through_links=True)
    return find_book(listing, files, wish, links)


def _read_project(
    folder: Folder,
    listing: list[str],
    root: str,
    settings: RepositorySettings,
    together: Iterable[PackagePlace],
    released: str | None = None,
) -> Project:
    files: dict[str, bytes] = {}
    folders = tuple(place.root for place in together)
    for _ in range(_MOST_ROUNDS):
        more = wanted_paths(listing, files, root, settings.places, folders)
        if not more:
            break
        files |= dict.fromkeys(more, b"") | folder.read(more)
    project = read_project(files, root, settings.places, folders, released)
    if isinstance(project, Project):
        return project
    packages = _list_packages(folder, listing, settings) if root == "." else []
    others = ", ".join(f"{place.name} ({place.root})" for place in packages[:_MOST_NAMED])
    raise Unplannable(project.sentence + (f" There are packages below, for --package: {others}." if others else ""))


def _list_packages(folder: Folder, listing: Sequence[str], settings: RepositorySettings) -> list[PackagePlace]:
    folders = settings.folders
    named = [path for place in folders.values() for path in list_manifests_in(place)]
    files = folder.read([*list_manifests(listing), *named])
    files |= folder.read(list_further_manifests(listing, files))
    if may_go_together(folder.list_tags()):
        files |= folder.read(list_version_sources(listing, files))
    return list_packages_of(files, folders)


def _find_place(packages: list[PackagePlace], name: str | None) -> PackagePlace | None:
    """The package that is meant; None: the one at the top, or that all others go on with, if there is any."""
    if name is None:
        public = [place for place in packages if not place.is_private]
        alone = public[0] if len(public) == 1 and public[0].together else None
        return next((place for place in public if place.root == "."), alone)
    found = find_package(packages, name)
    if found is not None:
        return found
    known = ", ".join(f"{place.name} ({place.root})" for place in packages[:_MOST_NAMED])
    raise Unplannable(f"There is no package {name} here." + (f" There are: {known}." if known else ""))


def _find_line(branch: str | None) -> MaintenanceLine | None:
    """A branch is a line when its name ends as one does, since nobody tells here which is the default branch."""
    return find_maintenance_line(branch) if branch and branch.endswith(".x") else None
