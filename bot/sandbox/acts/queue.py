"""The merge queue of a branch: pull requests are merged one after the other, each tested on top of those before it.

Source: "Managing a merge queue" and "Merging a pull request with a merge queue" in GitHub's documentation. Every entry
gets a branch ``gh-readonly-queue/<base>/pr-<number>-<sha of what it stands on>``; once the checks that the branch
requires have succeeded on that commit, the base is moved to exactly it.
"""

from collections.abc import Iterator

from bot.sandbox.acts.merging import write_merge
from bot.sandbox.acts.pulls import mark_merged, tell_pull
from bot.sandbox.acts.refs import create_ref, delete_ref, move_ref
from bot.sandbox.acts.rules import RuleViolationError, find_queue, find_unmet_check, list_required_checks
from bot.sandbox.git.merging import MergeConflictError
from bot.sandbox.http import UnprocessableError
from bot.sandbox.shapes.git import pushed_commit
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.queue import QueueEntry
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

_HEADS = "refs/heads/"
_BRANCHES = "gh-readonly-queue"
_FAILED = ("failure", "timed_out", "cancelled", "action_required", "stale")


def enqueue(world: World, into: Repository, pull: PullRequest, actor: User, *, head: str | None = None) -> QueueEntry:
    """Put an open pull request at the end of the queue of its base.

    Raises:
        UnprocessableError: 422: there is no queue, its head is another one than ``head``, it stands in the queue, or it
            could not be merged anyhow: closed, a draft, or without a check that is required.
    """
    if find_queue(into, pull.base_ref) is None:
        raise UnprocessableError("Merge queue is not enabled for this branch")
    if head is not None and head != pull.head_sha:
        raise UnprocessableError("Head branch was modified. Review and try the merge again.")
    if pull.state != "open" or pull.draft:
        raise UnprocessableError("Pull Request is not mergeable")
    if find_entry(into, pull) is not None:
        raise UnprocessableError("Pull request is already in the queue")
    unmet = find_unmet_check(into, pull.base_ref, pull.head_sha)
    if unmet is not None:
        raise RuleViolationError("required_status_checks", unmet)
    entry = QueueEntry(world.ids.next(), pull, actor, pull.base_ref, world.now())
    into.queue.append(entry)
    tell_pull(world, into, pull, "enqueued", actor)
    advance(world, into)
    return entry


def dequeue(world: World, into: Repository, pull: PullRequest, actor: User, reason: str = "MANUAL") -> None:
    """Take a pull request out of the queue again, and test anew what stood behind it."""
    entry = find_entry(into, pull)
    if entry is not None:
        _leave(world, into, entry, actor, reason, "dequeued")
        advance(world, into)


def find_entry(into: Repository, pull: PullRequest) -> QueueEntry | None:
    """The place of a pull request in the queue."""
    return next((entry for entry in into.queue if entry.pull is pull), None)


def advance(world: World, into: Repository) -> None:
    """Test what is not tested yet, merge what has passed at the front, take out what has failed; until nothing moves."""
    while any(_advance_one(world, into, base) for base in {entry.base for entry in into.queue}):
        pass


def _advance_one(world: World, into: Repository, base: str) -> bool:
    entries = [entry for entry in into.queue if entry.base == base]
    for entry in entries:
        if entry.pull.state != "open" or entry.head != entry.pull.head_sha:
            _leave(world, into, entry, world.merge_queue, "UNKNOWN_REMOVAL_REASON", "dequeued")
            return True
    stands_on = into.store.find_ref(_HEADS + base)
    for entry in entries:
        if entry.group is None:
            return stands_on is not None and _test(world, into, entry, stands_on)
        if entry.stands_on != stands_on:
            _drop_group(world, into, entry, "invalidated")
            return True
        stands_on = entry.group
    for place, entry in enumerate(entries):
        failed = any(state in _FAILED for state in _states(into, entry))
        if failed:
            _leave(world, into, entry, world.merge_queue, "CI_FAILURE", "dequeued")
            return True
        if place == 0 and all(state in ("success", "neutral", "skipped") for state in _states(into, entry)):
            _merge(world, into, entry)
            return True
    return False


def _states(into: Repository, entry: QueueEntry) -> Iterator[str]:
    """What the newest run of each required check concluded on the group; empty for one that has not."""
    for name in sorted(list_required_checks(into, entry.base)):
        runs = [run for run in into.check_runs.values() if run.head_sha == entry.group and run.name == name]
        newest = max(runs, key=lambda run: run.id, default=None)
        yield newest.conclusion or "" if newest is not None else ""


def _test(world: World, into: Repository, entry: QueueEntry, stands_on: str) -> bool:
    pull, bot = entry.pull, world.merge_queue
    rule = find_queue(into, entry.base)
    if rule is None:
        _leave(world, into, entry, bot, "QUEUE_CLEARED", "dequeued")
        return True
    try:
        group = write_merge(world, into, pull, bot, base=stands_on, method=rule.queue_method)
    except MergeConflictError:
        _leave(world, into, entry, bot, "MERGE_CONFLICT", "dequeued")
        return True
    entry.group, entry.stands_on = group, stands_on
    name = f"{_HEADS}{_BRANCHES}/{entry.base}/pr-{pull.number}-{stands_on}"
    entry.branch = name
    create_ref(world, into, name, group, bot)
    _tell(world, into, entry, "checks_requested")
    return True


def _merge(world: World, into: Repository, entry: QueueEntry) -> None:
    pull, bot = entry.pull, world.merge_queue
    group, base = entry.group or "", entry.stands_on or ""
    into.queue.remove(entry)
    pull.base_sha = base
    mark_merged(world, into, pull, bot, group)
    tell_pull(world, into, pull, "dequeued", bot, reason="MERGE")
    tell_pull(world, into, pull, "closed", bot)
    move_ref(world, into, _HEADS + entry.base, group, bot, kind="merge_queue_merge")
    _drop_group(world, into, entry, "merged")
    if into.merge_settings.delete_branch_on_merge and pull.head_repository is into:
        delete_ref(world, into, f"{_HEADS}{pull.head_ref}", bot)


def _leave(world: World, into: Repository, entry: QueueEntry, actor: User, reason: str, how: str) -> None:
    into.queue.remove(entry)
    tell_pull(world, into, entry.pull, "dequeued", actor, reason=reason)
    _drop_group(world, into, entry, how)


def _drop_group(world: World, into: Repository, entry: QueueEntry, reason: str) -> None:
    if entry.group is None:
        return
    _tell(world, into, entry, "destroyed", reason=reason)
    delete_ref(world, into, entry.branch, world.merge_queue)
    entry.group = entry.stands_on = None


def _tell(world: World, into: Repository, entry: QueueEntry, action: str, **more: str) -> None:
    commit = pushed_commit(world.links, into, into.store.commit(entry.group or ""), world.find_user_by_email)
    people = {who: {key: commit[who][key] for key in ("name", "email")} for who in ("author", "committer")}
    group = {
        "head_sha": entry.group,
        "head_ref": entry.branch,
        "base_sha": entry.stands_on,
        "base_ref": _HEADS + entry.base,
        "head_commit": {key: commit[key] for key in ("id", "tree_id", "message", "timestamp")} | people,
    }
    world.emit(into, "merge_group", {"action": action, **more, "merge_group": group}, world.merge_queue)
