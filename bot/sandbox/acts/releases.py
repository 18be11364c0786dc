"""Releases: drafting, publishing, changing and attaching files."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.sandbox.acts.refs import create_ref
from bot.sandbox.acts.rules import RuleViolationError
from bot.sandbox.http import UnprocessableError, invalid, refused
from bot.sandbox.shapes.releases import release as release_shape
from bot.sandbox.state.accounts import User
from bot.sandbox.state.releases import Asset, Release
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

MAX_BODY = 125_000

MakeLatest = Literal["true", "false", "legacy"]


@dataclass(slots=True)
class ReleaseChange:
    """The fields of a release that a request sets; None leaves a field as it is."""

    tag_name: str | None = None
    target_commitish: str | None = None
    name: str | None = None
    body: str | None = None
    draft: bool | None = None
    prerelease: bool | None = None
    make_latest: MakeLatest | None = None


def create_release(world: World, repository: Repository, actor: User, change: ReleaseChange) -> Release:
    """Draft or publish a release; publishing makes a lightweight tag when there is none.

    Raises:
        UnprocessableError: 422 when the tag has a release already, was used by an immutable one, or nothing to tag
            can be found.
    """
    tag = change.tag_name or ""
    _check_tag_free(repository, tag, None)
    _check_body(change.body)
    now = world.now()
    release = Release(
        world.ids.next(),
        tag,
        change.target_commitish or repository.default_branch,
        change.name,
        change.body,
        draft=True,
        prerelease=bool(change.prerelease),
        author=actor,
        created_at=now,
        published_at=None,
        updated_at=now,
    )
    draft = bool(change.draft)
    _check_latest(change.make_latest, draft=draft, prerelease=release.prerelease)
    if not draft:
        _publish(world, repository, release, actor, change.make_latest or "true")
    repository.releases[release.id] = release
    tell_release(world, repository, release, "created", actor)
    if not draft:
        tell_release(world, repository, release, "published", actor)
        tell_release(world, repository, release, "prereleased" if release.prerelease else "released", actor)
    return release


def update_release(world: World, repository: Repository, release: Release, actor: User, change: ReleaseChange) -> None:
    """Change a release, or publish a draft.

    Raises:
        UnprocessableError: 422 as on creation, and for anything but title and notes of an immutable release.
    """
    _check_body(change.body)
    was_draft, was_prerelease = release.draft, release.prerelease
    _check_immutable(release, change)
    if change.tag_name is not None and change.tag_name != release.tag_name:
        _check_tag_free(repository, change.tag_name, release)
    draft = was_draft if change.draft is None else change.draft
    prerelease = was_prerelease if change.prerelease is None else change.prerelease
    _check_latest(change.make_latest, draft=draft, prerelease=prerelease)
    if draft and not was_draft:
        raise invalid("Release", "draft")
    changes = _apply(release, change)
    if was_draft and not draft:
        _check_tag_free(repository, release.tag_name, release)
        _publish(world, repository, release, actor, change.make_latest or "true")
    elif change.make_latest is not None:
        _set_latest(repository, release, change.make_latest)
    release.updated_at = world.now()
    _tell_update(world, repository, release, actor, changes, was_draft=was_draft, was_prerelease=was_prerelease)


def delete_release(world: World, repository: Repository, release: Release, actor: User) -> None:
    """Take a release away; its tag stays."""
    del repository.releases[release.id]
    if repository.latest_release_id == release.id:
        repository.latest_release_id = None
    tell_release(world, repository, release, "deleted", actor)


def attach(
    world: World, repository: Repository, release: Release, actor: User, *, name: str, content: bytes, content_type: str,
    label: str | None = None,
) -> Asset:  # fmt: skip
    """Attach a file. Raises 422 when the name is taken or the release is immutable."""
    if release.immutable:
        raise UnprocessableError("Cannot upload assets to an immutable release.")
    if any(asset.name == name for asset in release.assets):
        raise invalid("ReleaseAsset", "name", "already_exists")
    now = world.now()
    asset = Asset(world.ids.next(), name, label, content_type, content, actor, now, now)
    release.assets.append(asset)
    return asset


def find_latest(repository: Repository) -> Release | None:
    """The release that is marked as latest, else the one with the youngest commit; no drafts, no pre-releases."""
    full = [r for r in repository.releases.values() if not r.draft and not r.prerelease]
    marked = next((r for r in full if r.id == repository.latest_release_id), None)
    return marked or max(full, key=lambda r: (r.created_at, r.id), default=None)


def tell_release(
    world: World, repository: Repository, release: Release, action: str, actor: User, **extra: Any
) -> None:
    """Send the ``release`` webhook; a draft starts no workflow."""
    payload = {"action": action, "release": release_shape(world.links, repository, release), **extra}
    world.emit(repository, "release", payload, actor, starts_workflows=not release.draft)


def _publish(world: World, repository: Repository, release: Release, actor: User, latest: MakeLatest) -> None:
    now = world.now()
    release.created_at = _ensure_tag(world, repository, release, actor)
    release.draft, release.published_at = False, now
    release.immutable = repository.immutable_releases
    if release.immutable:
        repository.burnt_tags.add(release.tag_name)
    if not release.prerelease:
        _set_latest(repository, release, latest)


def _ensure_tag(world: World, repository: Repository, release: Release, actor: User) -> datetime:
    store = repository.store
    name = f"refs/tags/{release.tag_name}"
    sha = store.find_ref(name)
    if sha is None:
        commit = store.find_commit(release.target_commitish)
        if commit is None:
            raise invalid("Release", "target_commitish")
        try:
            create_ref(world, repository, name, commit.sha, actor)
        except RuleViolationError as violation:
            raise _no_valid_tag(violation) from violation
        sha = commit.sha
    return store.commit(store.peel(sha)).committer.at


def _no_valid_tag(violation: RuleViolationError) -> UnprocessableError:
    """What publishing a release says where a rule keeps its tag from being made (googleapis/release-please-action#1194)."""
    custom = {"resource": "Release", "code": "custom"}
    return UnprocessableError(
        errors=[
            {**custom, "field": "pre_receive", "message": f"pre_receive {violation.message}"},
            {**custom, "message": "Published releases must have a valid tag"},
        ]
    )


def _set_latest(repository: Repository, release: Release, latest: MakeLatest) -> None:
    if latest == "true":
        repository.latest_release_id = release.id
    elif latest == "legacy" or repository.latest_release_id == release.id:
        repository.latest_release_id = None


def _check_body(body: str | None) -> None:
    if body is not None and len(body) > MAX_BODY:
        raise invalid("Release", "body", "custom", f"body is too long (maximum is {MAX_BODY} characters)")


def _check_tag_free(repository: Repository, tag: str, but: Release | None) -> None:
    if not tag:
        raise invalid("Release", "tag_name", "missing_field")
    if tag in repository.burnt_tags:
        raise refused("Release", "tag_name was used by an immutable release")
    others = (r for r in repository.releases.values() if r is not but and not r.draft)
    if any(other.tag_name == tag for other in others):
        raise invalid("Release", "tag_name", "already_exists")


def _check_latest(make_latest: MakeLatest | None, *, draft: bool, prerelease: bool) -> None:
    if make_latest == "true" and (draft or prerelease):
        raise refused("Release", "Latest release cannot be draft or prerelease.")


def _check_immutable(release: Release, change: ReleaseChange) -> None:
    touched = (change.tag_name, change.target_commitish, change.draft, change.prerelease)
    now = (release.tag_name, release.target_commitish, release.draft, release.prerelease)
    if release.immutable and any(new is not None and new != old for new, old in zip(touched, now, strict=True)):
        raise UnprocessableError("Cannot update an immutable release.")


def _apply(release: Release, change: ReleaseChange) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for field in ("name", "body"):
        new = getattr(change, field)
        if new is not None and new != getattr(release, field):
            changes[field] = {"from": getattr(release, field) or ""}
            setattr(release, field, new)
    release.tag_name = change.tag_name or release.tag_name
    release.target_commitish = change.target_commitish or release.target_commitish
    release.prerelease = release.prerelease if change.prerelease is None else change.prerelease
    return changes


def _tell_update(
    world: World,
    repository: Repository,
    release: Release,
    actor: User,
    changes: dict[str, Any],
    *,
    was_draft: bool,
    was_prerelease: bool,
) -> None:
    if was_draft and not release.draft:
        # GitHub's documentation of workflow triggers: a pre-release published from a draft is not `prereleased`.
        tell_release(world, repository, release, "published", actor)
        if not release.prerelease:
            tell_release(world, repository, release, "released", actor)
        return
    if was_prerelease != release.prerelease and not release.draft:
        tell_release(world, repository, release, "prereleased" if release.prerelease else "released", actor)
    tell_release(world, repository, release, "edited", actor, changes=changes)
