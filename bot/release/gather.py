"""Reading what a commit offers: its project, changelog and publish route. Nothing of it is ever executed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from bot.changelog import Changelog, find_changelog, read_changelog
from bot.github.facts import AppAccount, Repository, TagRef, Tree
from bot.index.addresses import Index
from bot.publishing.files import is_workflow_path
from bot.publishing.route import NoRoute, PublishSettings, ReleaseFacts, Route, choose_route
from bot.release.commits import Commits
from bot.release.naming import name_tag, tag_pattern
from bot.release.snapshot import Candidate, Line
from bot.settings.repository import RepositorySettings
from bot.versions import (
    Project,
    VersionProblem,
    find_maintenance_line,
    find_newest,
    find_version,
    read_project,
    released_versions,
    wanted_paths,
)

_MOST_BYTES = 1024 * 1024
"""Larger files hold no version and no changelog that a person keeps; they are passed over unread."""

_MOST_BYTES_OF_LOCKS = 8 * 1024 * 1024
_MOST_ROUNDS = 4
"""A file that names the next one: configuration, module, the module it imports its version from."""


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
) -> Candidate:
    """What ``commit`` offers for a release of ``version`` (None: of what its files say) under ``tag`` (None: the usual one)."""
    tree = await commits.get_tree(commit)
    files = await _read_files(commits, tree)
    # Hostile files can take seconds to read and to decide about; other repositories must not wait for that.
    project = await asyncio.to_thread(read_project, files)
    if isinstance(project, Project) and project.derived_by is not None:
        project = project.at(version or _newest_release(settings, tags, project, line))
    route = None
    if isinstance(project, Project):
        wanted = version or project.spelling
        facts = _release_facts(app, repository, line, settings, tags, project, wanted, commit, tag)
        if facts is not None:
            inputs = {name: _fill(value, facts.tag, wanted) for name, value in settings.workflow_inputs.items()}
            route = await asyncio.to_thread(_choose, files, facts, settings, target, inputs)
    return Candidate(commit=commit, tree=tree, project=project, route=route, changelog=_changelog(files, tree))


async def _read_files(commits: Commits, tree: Tree) -> dict[str, bytes]:
    """The few files that tell: one to three requests, since some files name others that may hold the version."""
    changelog = find_changelog(tree.paths)
    first = [*([changelog] if changelog else []), *filter(is_workflow_path, tree.paths)]
    first += wanted_paths(tree.paths, {})
    # What is known already names its files now, so that they come along.
    known = commits.find_known(entry for path in first if (entry := tree.find(path)) is not None)
    files = await _read(commits, tree, [*first, *await asyncio.to_thread(wanted_paths, tree.paths, known)])
    for _ in range(_MOST_ROUNDS):
        more = await asyncio.to_thread(wanted_paths, tree.paths, files)
        if not more:
            break
        files |= await _read(commits, tree, more)
    return files


async def _read(commits: Commits, tree: Tree, paths: list[str]) -> dict[str, bytes]:
    entries = [entry for path in dict.fromkeys(paths) if (entry := tree.find(path)) is not None]
    files = await commits.read([entry for entry in entries if entry.size <= _most_bytes(entry.path)])
    # A file that is too large to read is there all the same: what is said about it is its size, not that it is missing.
    return files | {entry.path: b" " * _MOST_BYTES for entry in entries if entry.size > _most_bytes(entry.path)}


def _most_bytes(path: str) -> int:
    return _MOST_BYTES_OF_LOCKS if path.endswith(".lock") else _MOST_BYTES


def _newest_release(settings: RepositorySettings, tags: tuple[TagRef, ...], project: Project, line: Line) -> str | None:
    """What was released last on this line, for a project whose version only its tags tell."""
    released = released_versions((tag.name for tag in tags), tag_pattern(settings, tags, project))
    newest = find_newest(released, find_maintenance_line(line.base))
    return str(newest) if newest is not None else None


def _changelog(files: Mapping[str, bytes], tree: Tree) -> Changelog | None:
    path = find_changelog(tree.paths)
    if path is None or path not in files:
        return None
    changelog = read_changelog(path, files[path])
    return changelog if isinstance(changelog, Changelog) else None


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


def _choose(
    files: Mapping[str, bytes],
    facts: ReleaseFacts,
    settings: RepositorySettings,
    target: Index,
    inputs: Mapping[str, str],
) -> Route | NoRoute:
    texts = {path: content.decode(errors="replace") for path, content in files.items() if is_workflow_path(path)}
    publish = PublishSettings(workflow=settings.workflow, inputs=inputs, environment=settings.environment, index=target)
    return choose_route(texts, facts, publish)


def _fill(value: str, tag: str, version: str) -> str:
    return value.replace("{tag}", tag).replace("{version}", version)
