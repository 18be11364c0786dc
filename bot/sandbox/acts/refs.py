"""Creating, moving and deleting refs, with everything that follows: activity, webhooks, pull requests."""

from collections.abc import Mapping
from typing import Any, Literal

from bot.sandbox.acts.checks import request_suites
from bot.sandbox.acts.pulls import follow_branch
from bot.sandbox.acts.rules import RuleViolationError, check_rules, find_queue
from bot.sandbox.git.history import is_ancestor, list_log
from bot.sandbox.git.objects import ZERO
from bot.sandbox.http import UnprocessableError
from bot.sandbox.shapes.git import pushed_commit
from bot.sandbox.shapes.releases import release as release_shape
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.accounts import User
from bot.sandbox.state.repository import Activity, Repository
from bot.sandbox.world import World

ActivityKind = Literal["push", "force_push", "branch_creation", "branch_deletion", "pr_merge", "merge_queue_merge"]

_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_LISTED_COMMITS = 2048
_MOST_TAGS_TOLD = 3


def push_tags(world: World, repository: Repository, tags: Mapping[str, str], actor: User) -> None:
    """Push several tags in one go, each at its object; more than three of them are not told of at all.

    Source: "Webhook events and payloads", the notes at ``create`` and ``push``.

    Raises:
        UnprocessableError: 422 when one of them is taken or is no ref; those before it are there then.
    """
    told = is_told_of(len(tags))
    for tag, sha in tags.items():
        create_ref(world, repository, _TAGS + tag, sha, actor, told=told)


def is_told_of(tags: int) -> bool:
    """Whether anybody hears of a push that creates, moves or deletes so many tags."""
    return tags <= _MOST_TAGS_TOLD


def create_ref(world: World, repository: Repository, name: str, sha: str, actor: User, *, told: bool = True) -> None:
    """Make a branch or tag; ``told`` False sends no webhooks, which is how a push of many tags looks.

    Raises:
        UnprocessableError: 422 when the name is no ref or is taken, when there is no such object, or when a rule
            forbids it.
    """
    check_ref_name(name)
    if repository.store.find_ref(name) is not None:
        raise UnprocessableError("Reference already exists")
    check_target(repository, name, sha)
    check_no_folder(repository, name)
    check_rules(repository, actor, name, "creation")
    repository.store.set_ref(name, sha)
    if told:
        _tell_created(world, repository, name, actor)
    _after_move(world, repository, actor, name=name, before=ZERO, after=sha, kind="branch_creation", told=told)


def move_ref(
    world: World,
    repository: Repository,
    name: str,
    sha: str,
    actor: User,
    *,
    force: bool = False,
    kind: ActivityKind | None = None,
    told: bool = True,
) -> None:
    """Let a ref point somewhere else.

    Raises:
        UnprocessableError: 422 when there is no such ref or object, when the move is no fast-forward and not forced,
            or when a rule forbids it.
    """
    before = repository.store.find_ref(name)
    if before is None:
        raise UnprocessableError("Reference does not exist")
    check_target(repository, name, sha)
    if before == sha:
        return
    check_rules(repository, actor, name, "update")
    if kind is None and name.startswith(_HEADS):
        _check_queue(repository, actor, name)
    forced = not is_fast_forward(repository, before, sha)
    if forced and not force:
        raise UnprocessableError("Update is not a fast forward")
    if forced:
        check_rules(repository, actor, name, "non_fast_forward")
    repository.store.set_ref(name, sha)
    kind = kind or ("force_push" if forced else "push")
    _after_move(world, repository, actor, name=name, before=before, after=sha, kind=kind, told=told)


def _check_queue(repository: Repository, actor: User, name: str) -> None:
    """Nothing is pushed past a merge queue. Raises 422."""
    queue = find_queue(repository, name.removeprefix(_HEADS))
    if queue is not None and queue.binds(actor.id):
        raise RuleViolationError("merge_queue")


def delete_ref(world: World, repository: Repository, name: str, actor: User, *, told: bool = True) -> None:
    """Remove a branch or tag.

    Raises:
        UnprocessableError: 422 when it is not there, is the default branch, or a rule forbids it.
    """
    before = repository.store.find_ref(name)
    if before is None:
        raise UnprocessableError("Reference does not exist")
    if name == _HEADS + repository.default_branch:
        raise UnprocessableError("Cannot delete the default branch")
    check_rules(repository, actor, name, "deletion")
    repository.store.delete_ref(name)
    if told:
        world.emit(repository, "delete", _ref_payload(name), actor)
    _after_move(world, repository, actor, name=name, before=before, after=ZERO, kind="branch_deletion", told=told)
    if name.startswith(_TAGS):
        _unpublish(world, repository, name.removeprefix(_TAGS), actor)


def check_ref_name(name: str) -> None:
    """Refuse what GitHub does not take as a full ref name. Raises 422."""
    if name.startswith("refs/pull/"):
        raise UnprocessableError(f"{name} is reserved by GitHub.")
    parts = name.split("/")
    bad = any(not part or part.startswith(".") or part.endswith((".", ".lock")) for part in parts)
    if not name.startswith("refs/") or len(parts) < 3:
        raise UnprocessableError("Reference name must start with 'refs/' and contain at least two slashes")
    if bad or ".." in name or "@{" in name or any(c in " ~^:?*[\\" or ord(c) < 32 or ord(c) == 127 for c in name):
        raise UnprocessableError(f"{name} is not a valid ref name.")


def check_no_folder(repository: Repository, name: str) -> None:
    """Refuse ``refs/heads/a/b`` beside ``refs/heads/a``: git keeps refs as files in folders. Raises 422."""
    parts = name.split("/")
    above = ("/".join(parts[:length]) for length in range(3, len(parts)))
    if any(repository.store.find_ref(one) for one in above) or repository.store.refs(f"{name}/"):
        raise UnprocessableError("Reference update failed")


def check_target(repository: Repository, name: str, sha: str) -> None:
    """Refuse to point a ref at what is not there, and a branch at anything but a commit. Raises 422."""
    store = repository.store
    if not store.has(sha) or (name.startswith(_HEADS) and not store.has(sha, "commit")):
        raise UnprocessableError("Object does not exist")


def is_fast_forward(repository: Repository, before: str, after: str) -> bool:
    """Whether ``after`` has all of ``before``; tags that are no commits never have."""
    store = repository.store
    return store.has(before, "commit") and store.has(after, "commit") and is_ancestor(store, before, after)


def _unpublish(world: World, repository: Repository, tag: str, actor: User) -> None:
    """A published release whose tag is deleted turns back into a draft."""
    for release in repository.releases.values():
        if release.tag_name == tag and not release.draft:
            release.draft, release.published_at = True, None
            payload = {"action": "unpublished", "release": release_shape(world.links, repository, release)}
            world.emit(repository, "release", payload, actor, starts_workflows=False)


def _tell_created(world: World, repository: Repository, name: str, actor: User) -> None:
    extra = {"master_branch": repository.default_branch, "description": repository.description}
    world.emit(repository, "create", _ref_payload(name) | extra, actor)


def _ref_payload(name: str) -> dict[str, Any]:
    kind = "tag" if name.startswith(_TAGS) else "branch"
    short = name.removeprefix(_TAGS).removeprefix(_HEADS)
    return {"ref": short, "ref_type": kind, "pusher_type": "user"}


def _after_move(
    world: World,
    repository: Repository,
    actor: User,
    *,
    name: str,
    before: str,
    after: str,
    kind: ActivityKind,
    told: bool,
) -> None:
    now = world.now()
    repository.pushed_at = now
    if name.startswith(_HEADS):
        repository.activity.append(Activity(world.ids.next(), name, before, after, kind, actor, now))
    if told and name.startswith((_HEADS, _TAGS)):
        world.emit(
            repository, "push", push_payload(world, repository, actor, name=name, before=before, after=after), actor
        )
    if name.startswith(_HEADS):
        branch = name.removeprefix(_HEADS)
        if after != ZERO:
            request_suites(world, repository, actor, branch=branch, before=before, after=after)
        follow_branch(world, repository, actor, branch=branch, before=before, after=after)


def push_payload(
    world: World, repository: Repository, actor: User, *, name: str, before: str, after: str
) -> dict[str, Any]:
    """What the ``push`` webhook says: for an annotated tag ``after`` is the tag, ``head_commit`` the commit."""
    store, links = repository.store, world.links
    created, deleted = before == ZERO, after == ZERO
    head = None if deleted else store.commit(store.peel(after))
    listed = [] if head is None or not name.startswith(_HEADS) else _new_commits(repository, name, before, head.sha)
    shown = [pushed_commit(links, repository, one, world.find_user_by_email) for one in listed]
    page = repository_page(links, repository)
    span = after[:12] if created else f"{before[:12]}...{after[:12]}"
    return {
        "ref": name,
        "before": before,
        "after": after,
        "base_ref": _branch_at(repository, head.sha) if head and name.startswith(_TAGS) else None,
        "pusher": {"name": actor.login, "email": actor.git_email},
        "created": created,
        "deleted": deleted,
        "forced": not created and not deleted and not is_fast_forward(repository, before, after),
        "compare": f"{page}/compare/{span}",
        "commits": shown,
        "head_commit": pushed_commit(links, repository, head, world.find_user_by_email) if head else None,
    }


def _new_commits(repository: Repository, name: str, before: str, head: str) -> list[Any]:
    store = repository.store
    if before != ZERO:
        return list(reversed(list_log(store, head, without=before)))[-_LISTED_COMMITS:]
    main = store.find_ref(_HEADS + repository.default_branch)
    known = main if main and name != _HEADS + repository.default_branch else None
    return list(reversed(list_log(store, head, without=known)))[-_LISTED_COMMITS:]


def _branch_at(repository: Repository, sha: str) -> str | None:
    heads = repository.store.refs(_HEADS)
    names = [name for name, at in heads.items() if at == sha]
    main = _HEADS + repository.default_branch
    return main if main in names else next(iter(names), None)
