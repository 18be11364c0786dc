"""What a commit offers: its project, changelog and publish route."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

from bot.github.facts import AppAccount, Repository, TagRef
from bot.index.addresses import Index
from bot.publishing.files import is_workflow_path
from bot.publishing.route import NoRoute, PublishSettings, ReleaseFacts, Route, choose_route
from bot.release.commits import Commits
from bot.release.naming import name_tag, tag_pattern
from bot.release.snapshot import Candidate, Line
from bot.release.wanted import find_line, find_word, get_wanted
from bot.settings.repository import RepositorySettings
from bot.versions import (
    MaintenanceLine,
    Project,
    VersionProblem,
    find_maintenance_line,
    find_newest_spelling,
    find_version,
    released_versions,
)


async def gather_candidate(
    commits: Commits,
    *,
    app: AppAccount,
    repository: Repository,
    line: Line,
    settings: RepositorySettings,
    target: Index,
    tags: tuple[TagRef, ...],
    commit: str,
    version: str | None = None,
    tag: str | None = None,
    released: str | None = None,
    day: date,
) -> Candidate:
    """What ``commit`` offers for a release of ``version`` under ``tag``.

    ``version`` is what is asked for, which may be a word such as ``minor``; None: what the files say. ``tag`` is the one
    that was promised; None: the usual one. ``released`` is what a commit is released as whose files do not say it, since
    a tool derives it from the tags. ``day`` is when it was asked for, in UTC.
    """
    own_line = find_line(line.base, repository.default_branch)
    content = await commits.get_content(commit, line.package)
    tree, files, project = content.tree, content.files, content.project
    if isinstance(project, Project) and project.derived_by is not None:
        stated = released
        if version is not None:
            # Where a word leads is reckoned from what was released last.
            own = project.at(released)
            stated = _wanted(version, own, settings, tags, own_line, day) if find_word(version) is None else None
        newest = _newest_release(settings, tags, project, line)
        project = await asyncio.to_thread(content.at_release, newest)
        known = stated is not None and find_version(stated) is not None
        if isinstance(project, Project):
            project = project.at(stated if known else newest and str(find_version(newest)))
    route = None
    if isinstance(project, Project):
        wanted = _wanted(version, project, settings, tags, own_line, day)
        facts = _release_facts(app, repository, line, settings, tags, project, wanted, commit, tag)
        if facts is not None:
            inputs = {
                name: _fill(value, facts.tag, wanted, project) for name, value in settings.workflow_inputs.items()
            }
            # A hostile workflow can take a while to decide about; other repositories must not wait for that.
            workflow = settings.get_package(project.name).workflow or settings.workflow
            publish = PublishSettings(workflow, inputs, settings.environment, target)
            route = await asyncio.to_thread(_choose, files, facts, publish)
    return Candidate(commit=commit, tree=tree, project=project, route=route, changelog=content.changelog)


def _wanted(
    asked: str | None,
    project: Project,
    settings: RepositorySettings,
    tags: tuple[TagRef, ...],
    line: MaintenanceLine | None,
    day: date,
) -> str:
    """The version that is released; what cannot be one is refused by the decision, with the reason."""
    if asked is None:
        return project.spelling
    try:
        return get_wanted(asked, project, settings, tags, line, day).spelling
    except VersionProblem:
        return asked


def _newest_release(settings: RepositorySettings, tags: tuple[TagRef, ...], project: Project, line: Line) -> str | None:
    """What was released last on this line, as its tag spells it, for a project whose version only its tags tell."""
    released = released_versions((tag.name for tag in tags), tag_pattern(settings, tags, project))
    return find_newest_spelling(released, find_maintenance_line(line.base))


def _release_facts(
    app: AppAccount,
    repository: Repository,
    line: Line,
    settings: RepositorySettings,
    tags: tuple[TagRef, ...],
    project: Project,
    version: str,
    commit: str,
    tag: str | None,
) -> ReleaseFacts | None:
    try:
        tag = tag or name_tag(settings, tags, project, version)
    except VersionProblem:
        return None
    parsed = find_version(version)
    return ReleaseFacts(
        repository=repository,
        tag=tag,
        base_branch=line.base,
        prerelease=parsed is not None and parsed.is_prerelease,
        actor=app.bot.login,
        sha=commit,
    )


def _choose(files: Mapping[str, bytes], facts: ReleaseFacts, publish: PublishSettings) -> Route | NoRoute:
    texts = {path: content.decode(errors="replace") for path, content in files.items() if is_workflow_path(path)}
    return choose_route(texts, facts, publish)


def _fill(value: str, tag: str, version: str, project: Project) -> str:
    return value.replace("{tag}", tag).replace("{version}", version).replace("{package}", project.name)
