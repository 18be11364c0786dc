"""Opening, changing and closing pull requests, and how they follow their branches."""

from typing import Any

from bot.sandbox.acts.commits import signature_of
from bot.sandbox.git.history import find_base, is_ancestor
from bot.sandbox.git.merging import MergeConflictError, merge_trees
from bot.sandbox.git.objects import ZERO
from bot.sandbox.git.store import GitStore
from bot.sandbox.http import invalid, refused
from bot.sandbox.shapes.pulls import full_pull
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import ForcedPush, PullRequest
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

MAX_TITLE, MAX_BODY = 256, 65536


def open_pull(
    world: World,
    into: Repository,
    actor: User,
    *,
    head: str,
    base: str,
    title: str,
    body: str | None = None,
    draft: bool = False,
    maintainer_can_modify: bool = True,
) -> PullRequest:
    """Open a pull request; ``head`` is a branch, or ``owner:branch`` for one in a fork.

    Raises:
        UnprocessableError: 422 for a missing branch, when there is nothing to merge, or when one is open already.
    """
    check_text(title, body)
    source, branch = _find_head(world, into, head)
    tip = source.store.find_ref(f"refs/heads/{branch}") if source else None
    target = into.store.find_ref(f"refs/heads/{base}")
    if source is None or tip is None:
        raise invalid("PullRequest", "head")
    if target is None:
        raise invalid("PullRequest", "base")
    if source is not into:
        into.store.take_objects(source.store)
    _check_new(into, source, branch, base=base, tip=tip, target=target)
    now = world.now()
    pull = PullRequest(
        id=world.ids.next(),
        issue_id=world.ids.next(),
        number=into.next_number(),
        title=title,
        body=body,
        user=actor,
        created_at=now,
        updated_at=now,
        app=world.bot_app(actor),
        head_repository=source,
        head_owner=source.owner,
        head_ref=branch,
        head_sha=tip,
        base_ref=base,
        base_sha=target,
        draft=draft,
        unknown_reads=world.unknown_reads,
        maintainer_can_modify=maintainer_can_modify and source is not into,
    )
    into.issues[pull.number] = pull
    into.store.set_ref(f"refs/pull/{pull.number}/head", tip)
    tell_pull(world, into, pull, "opened", actor)
    return pull


def edit_pull(
    world: World,
    into: Repository,
    pull: PullRequest,
    actor: User,
    *,
    title: str | None = None,
    body: str | None = None,
    base: str | None = None,
) -> None:
    """Change title, body or base; what is None stays. Raises 422 for a bad base or too long a text."""
    changes: dict[str, Any] = {}
    check_text(pull.title if title is None else title, body)
    if title is not None and title != pull.title:
        changes["title"] = {"from": pull.title}
        pull.title = title
    if body is not None and body != (pull.body or ""):
        changes["body"] = {"from": pull.body or ""}
        pull.body = body or None
    if base is not None and base != pull.base_ref:
        target = into.store.find_ref(f"refs/heads/{base}")
        if target is None or pull.merged:
            raise invalid("PullRequest", "base")
        changes["base"] = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}
        pull.base_ref, pull.base_sha = base, target
    if changes:
        pull.updated_at = world.now()
        pull.last_edited_at = pull.updated_at if "body" in changes else pull.last_edited_at
        tell_pull(world, into, pull, "edited", actor, changes=changes)


def close_pull(world: World, into: Repository, pull: PullRequest, actor: User) -> None:
    """Close without merging; nothing happens when it is closed already."""
    if pull.state == "open":
        now = world.now()
        pull.state, pull.closed_at, pull.closed_by, pull.updated_at = "closed", now, actor, now
        tell_pull(world, into, pull, "closed", actor)
        _mind_queue(world, into, pull)


def reopen_pull(world: World, into: Repository, pull: PullRequest, actor: User) -> None:
    """Open it again. Raises 422 when it was merged, its branch is gone, or another one took its place."""
    if pull.state == "open":
        return
    head = pull.head_repository
    tip = head.store.find_ref(f"refs/heads/{pull.head_ref}") if head else None
    if pull.merged or head is None or tip is None:
        raise refused("PullRequest", f"state cannot be changed. The {pull.head_ref} branch has been deleted.")
    target = into.store.find_ref(f"refs/heads/{pull.base_ref}")
    if target is None:
        raise invalid("PullRequest", "base")
    _check_new(into, head, pull.head_ref, base=pull.base_ref, tip=tip, target=target)
    pull.state, pull.closed_at, pull.closed_by, pull.updated_at = "open", None, None, world.now()
    pull.head_sha = tip
    into.store.set_ref(f"refs/pull/{pull.number}/head", tip)
    tell_pull(world, into, pull, "reopened", actor)


def set_draft(world: World, into: Repository, pull: PullRequest, actor: User, *, draft: bool) -> None:
    """Turn a pull request into a draft, or a draft into one that is ready."""
    if pull.draft != draft:
        pull.draft, pull.updated_at = draft, world.now()
        tell_pull(world, into, pull, "converted_to_draft" if draft else "ready_for_review", actor)


def follow_branch(world: World, repository: Repository, actor: User, *, branch: str, before: str, after: str) -> None:
    """Let the open pull requests of a branch follow its move: those it is the head of, then those it is the base of."""
    for into in list(world.repositories.values()):
        for pull in into.pulls:
            if pull.state == "open" and pull.head_repository is repository and pull.head_ref == branch:
                _follow_head(world, into, pull, after, actor)
    for pull in repository.pulls:
        if pull.state == "open" and pull.base_ref == branch:
            _follow_base(world, repository, pull, actor, before=before, after=after)


def tell_pull(world: World, into: Repository, pull: PullRequest, action: str, actor: User, **extra: Any) -> None:
    """Send the ``pull_request`` webhook."""
    shape = full_pull(world.links, into, pull, None, mergeable=None)
    world.emit(into, "pull_request", {"action": action, "number": pull.number, "pull_request": shape, **extra}, actor)


def find_test_merge(world: World, into: Repository, pull: PullRequest) -> str | None:
    """The commit GitHub makes to see whether an open pull request can be merged; None when it cannot.

    It is the same one until the head or the base moves.
    """
    base = into.store.find_ref(f"refs/heads/{pull.base_ref}")
    if pull.state != "open" or base is None:
        return None
    ref = f"refs/pull/{pull.number}/merge"
    known = into.store.find_ref(ref)
    if known and into.store.commit(known).parents == (base, pull.head_sha):
        return known
    try:
        tree = merge_trees(into.store, base, pull.head_sha)
    except MergeConflictError:
        into.store.delete_ref(ref)
        return None
    sha = _write_test_merge(world, into.store, tree, base, pull.head_sha)
    into.store.set_ref(ref, sha)
    return sha


def check_text(title: str, body: str | None) -> None:
    """Refuse an empty or too long title and too long a body. Raises 422."""
    if not title.strip():
        raise invalid("PullRequest", "title", "missing_field")
    if len(title) > MAX_TITLE:
        raise refused("PullRequest", f"title is too long (maximum is {MAX_TITLE} characters)")
    if body is not None and len(body) > MAX_BODY:
        raise refused("PullRequest", f"body is too long (maximum is {MAX_BODY} characters)")


def _find_head(world: World, into: Repository, head: str) -> tuple[Repository | None, str]:
    owner, colon, branch = head.rpartition(":")
    if not colon or owner.lower() == into.owner.login.lower():
        return into, branch
    root = into.fork_of or into
    family = (r for r in world.repositories.values() if r.fork_of is root or r is root)
    return next((r for r in family if r.owner.login.lower() == owner.lower()), None), branch


def _check_new(into: Repository, source: Repository, branch: str, *, base: str, tip: str, target: str) -> None:
    for pull in into.pulls:
        same = pull.head_repository is source and pull.head_ref == branch and pull.base_ref == base
        if same and pull.state == "open":
            raise refused("PullRequest", f"A pull request already exists for {source.owner.login}:{branch}.")
    if is_ancestor(into.store, tip, target):
        raise refused("PullRequest", f"No commits between {base} and {branch}")
    if find_base(into.store, target, tip) is None:
        raise refused("PullRequest", f"The {branch} branch has no history in common with {base}")


def _follow_head(world: World, into: Repository, pull: PullRequest, after: str, actor: User) -> None:
    head = pull.head_repository
    if after == ZERO or head is None:
        close_pull(world, into, pull, actor)
        return
    if head is not into:
        into.store.take_objects(head.store)
    before, pull.head_sha, pull.updated_at = pull.head_sha, after, world.now()
    if not is_ancestor(into.store, before, after):
        pull.forced.append(ForcedPush(world.ids.next(), actor, before, after, world.now()))
    pull.unknown_reads = world.unknown_reads
    into.store.set_ref(f"refs/pull/{pull.number}/head", after)
    target = into.store.find_ref(f"refs/heads/{pull.base_ref}")
    if target is not None:
        pull.base_sha = target
        if is_ancestor(into.store, after, target):  # Nothing is left to merge: GitHub closes it.
            close_pull(world, into, pull, actor)
            return
    tell_pull(world, into, pull, "synchronize", actor, before=before, after=after)
    _mind_queue(world, into, pull)


def _mind_queue(world: World, into: Repository, pull: PullRequest) -> None:
    """What is closed, or shows another head, leaves the merge queue."""
    if any(entry.pull is pull for entry in into.queue):
        from bot.sandbox.acts.queue import advance  # noqa: PLC0415 (a queue merges, and merging follows pull requests)

        advance(world, into)


def _follow_base(world: World, into: Repository, pull: PullRequest, actor: User, *, before: str, after: str) -> None:
    if after == ZERO:
        close_pull(world, into, pull, actor)
    elif before != ZERO and is_ancestor(into.store, pull.head_sha, after):
        # Somebody pushed the commits by hand; GitHub calls that merged too.
        mark_merged(world, into, pull, actor, after)
        tell_pull(world, into, pull, "closed", actor)


def mark_merged(world: World, into: Repository, pull: PullRequest, actor: User, merge_commit: str) -> None:
    """Record that a pull request was merged, without telling anybody yet."""
    now = world.now()
    pull.state, pull.merged_at, pull.merged_by, pull.merge_commit_sha = "closed", now, actor, merge_commit
    pull.closed_at, pull.closed_by, pull.updated_at = now, actor, now
    into.store.delete_ref(f"refs/pull/{pull.number}/merge")


def _write_test_merge(world: World, store: GitStore, tree: str, base: str, head: str) -> str:
    who = signature_of(world, world.web_flow)
    return store.add_commit(tree, (base, head), f"Merge {head} into {base}", author=who, signed=True)
