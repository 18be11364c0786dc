"""Pull requests, issues, comments, reviews, reactions, accounts and check runs."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.acts.pulls import find_test_merge
from bot.sandbox.acts.rules import find_queue, find_unmet_check
from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.git.history import compare, list_log
from bot.sandbox.git.patch import Patch, render_patch
from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import (
    CommentNode,
    GitNode,
    RefNode,
    ReviewNode,
    RunNode,
    ThreadNode,
    connection,
    require,
)
from bot.sandbox.graph.repository_fields import pull_state
from bot.sandbox.http import Call
from bot.sandbox.ids import node_id
from bot.sandbox.shapes.pulls import pull_page
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import Comment, Issue, PullRequest, Reaction, Review
from bot.sandbox.state.repository import Repository

#: REST's names of the reactions and GraphQL's.
REACTION_NAMES = {
    "+1": "THUMBS_UP",
    "-1": "THUMBS_DOWN",
    "laugh": "LAUGH",
    "confused": "CONFUSED",
    "heart": "HEART",
    "hooray": "HOORAY",
    "rocket": "ROCKET",
    "eyes": "EYES",
}

Read = Callable[[Any], Any]


def _facts(type_name: str, facts: dict[str, Read]) -> None:
    """Register fields that only read the parent."""
    for name, read in facts.items():
        field(type_name, name)(lambda node, _call, read=read: read(node))


_THREAD: dict[str, Read] = {
    "id": lambda n: n.thread.node_id,
    "databaseId": lambda n: n.thread.id,
    "number": lambda n: n.thread.number,
    "title": lambda n: n.thread.title,
    "body": lambda n: n.thread.body or "",
    "author": lambda n: n.thread.user,
    "locked": lambda n: n.thread.locked,
    "closed": lambda n: n.thread.state == "closed",
}
_facts("Issue", _THREAD | {"state": lambda n: n.thread.state.upper(), "updatedAt": lambda n: iso(n.thread.updated_at)})
_facts(
    "PullRequest",
    _THREAD
    | {
        "state": lambda n: pull_state(n.thread),
        "merged": lambda n: n.thread.merged,
        "mergedAt": lambda n: iso_or_none(n.thread.merged_at),
        "mergedBy": lambda n: n.thread.merged_by,
        "closedAt": lambda n: iso_or_none(n.thread.closed_at),
        "createdAt": lambda n: iso(n.thread.created_at),
        "updatedAt": lambda n: iso(n.thread.updated_at),
        "lastEditedAt": lambda n: iso_or_none(n.thread.last_edited_at),
        "isDraft": lambda n: n.thread.draft,
        "isInMergeQueue": lambda n: any(entry.pull is n.thread for entry in n.repository.queue),
        "isMergeQueueEnabled": lambda n: find_queue(n.repository, n.thread.base_ref) is not None,
        "isCrossRepository": lambda n: n.thread.head_repository is not n.repository,
        "headRefName": lambda n: n.thread.head_ref,
        "headRefOid": lambda n: n.thread.head_sha,
        "headRepository": lambda n: n.thread.head_repository,
        "headRepositoryOwner": lambda n: n.thread.head_owner,
        "baseRefName": lambda n: n.thread.base_ref,
        "baseRefOid": lambda n: n.thread.base_sha,
        "baseRef": lambda n: _branch(n.repository, n.thread.base_ref),
        "headRef": lambda n: _branch(n.thread.head_repository, n.thread.head_ref),
        "mergeCommit": lambda n: _maybe_commit(n.repository, n.thread.merge_commit_sha if n.thread.merged else None),
    },
)
_facts(
    "IssueComment",
    {
        "id": lambda n: n.comment.node_id,
        "databaseId": lambda n: n.comment.id,
        "body": lambda n: n.comment.body,
        "author": lambda n: n.comment.user,
        "editor": lambda n: n.comment.edited_by,
        "createdAt": lambda n: iso(n.comment.created_at),
        "updatedAt": lambda n: iso(n.comment.updated_at),
        "lastEditedAt": lambda n: iso_or_none(n.comment.last_edited_at),
        "includesCreatedEdit": lambda n: n.comment.last_edited_at is not None,
        "isMinimized": lambda n: n.comment.minimized_reason is not None,
        "minimizedReason": lambda n: n.comment.minimized_reason,
    },
)
_facts(
    "PullRequestReview",
    {
        "id": lambda n: n.review.node_id,
        "databaseId": lambda n: n.review.id,
        "body": lambda n: n.review.body,
        "author": lambda n: n.review.user,
        "state": lambda n: n.review.state,
        "createdAt": lambda n: iso(n.review.submitted_at or n.review.updated_at),
        "submittedAt": lambda n: iso_or_none(n.review.submitted_at),
        "lastEditedAt": lambda n: iso_or_none(n.review.last_edited_at),
        "commit": lambda n: _maybe_commit(n.repository, n.review.commit_id),
        "isMinimized": lambda _n: False,
        "minimizedReason": lambda _n: None,
    },
)
_facts("Label", {"id": lambda n: n.node_id})
_facts(
    "Reaction",
    {
        "id": lambda n: n.node_id,
        "databaseId": lambda n: n.id,
        "content": lambda n: REACTION_NAMES[n.content],
        "createdAt": lambda n: iso(n.created_at),
        "user": lambda n: n.user if n.user.type == "User" else None,
    },
)
_facts("App", {"id": lambda n: n.node_id, "databaseId": lambda n: n.id})
_facts(
    "CheckSuite",
    {
        "id": lambda n: n.suite.node_id,
        "databaseId": lambda n: n.suite.id,
        "app": lambda n: n.suite.app,
        "status": lambda n: (n.suite.status or "queued").upper(),
        "conclusion": lambda n: n.suite.conclusion.upper() if n.suite.conclusion else None,
    },
)
_facts(
    "CheckRun",
    {
        "id": lambda n: n.run.node_id,
        "databaseId": lambda n: n.run.id,
        "name": lambda n: n.run.name,
        "externalId": lambda n: n.run.external_id,
        "status": lambda n: n.run.status.upper(),
        "conclusion": lambda n: n.run.conclusion.upper() if n.run.conclusion else None,
        "title": lambda n: n.run.output.title,
        "summary": lambda n: n.run.output.summary,
        "text": lambda n: n.run.output.text,
        "startedAt": lambda n: iso_or_none(n.run.started_at),
        "completedAt": lambda n: iso_or_none(n.run.completed_at),
        "detailsUrl": lambda n: n.run.details_url,
    },
)


def _register_accounts() -> None:
    for name in ("Bot", "Organization", "User"):
        field(name, "id")(lambda user, _call: user.node_id)
        field(name, "databaseId")(lambda user, _call: user.id)
        # GraphQL names a bot by its App: the account ``aweigh[bot]`` is the Bot ``aweigh``.
        field(name, "login")(_login)
        field(name, "url")(_account_url)


def _login(user: User, _call: Call) -> str:
    return user.login.removesuffix("[bot]") if user.type == "Bot" else user.login


def _account_url(user: User, call: Call) -> str:
    page = f"apps/{user.login.removesuffix('[bot]')}" if user.type == "Bot" else user.login
    return f"{call.world.links.web}/{page}"


_register_accounts()


@field("PullRequest", "mergeable")
def mergeable(node: ThreadNode, call: Call) -> str:
    """MERGEABLE, CONFLICTING, or UNKNOWN for one that is not open."""
    pull = _pull(node)
    if pull.state != "open" or pull.unknown_reads > 0:
        pull.unknown_reads = max(pull.unknown_reads - 1, 0)
        return "UNKNOWN"
    return "MERGEABLE" if find_test_merge(call.world, node.repository, pull) else "CONFLICTING"


@field("PullRequest", "mergeStateStatus")
def merge_state(node: ThreadNode, call: Call) -> str:
    """Whether it can be merged, with what its checks say, required ones and others."""
    pull, repository = _pull(node), node.repository
    if pull.state != "open" or pull.unknown_reads > 0:
        return "UNKNOWN"
    if find_test_merge(call.world, repository, pull) is None:
        return "DIRTY"
    if pull.draft or find_unmet_check(repository, pull.base_ref, pull.head_sha) is not None:
        return "BLOCKED"
    runs = sorted(repository.check_runs.values(), key=lambda run: run.id)
    newest = {(run.app.id, run.name): run for run in runs if run.head_sha == pull.head_sha}
    passed = all(run.conclusion in ("success", "neutral", "skipped") for run in newest.values())
    return "CLEAN" if passed else "UNSTABLE"


@field("PullRequest", "potentialMergeCommit")
def potential_merge_commit(node: ThreadNode, call: Call) -> GitNode | None:
    """The test merge of an open pull request."""
    return _maybe_commit(node.repository, find_test_merge(call.world, node.repository, _pull(node)))


@field("PullRequest", "changedFiles")
def changed_files(node: ThreadNode, _call: Call) -> int:
    """How many files it changes."""
    pull = _pull(node)
    found = compare(node.repository.store, pull.base_sha, pull.head_sha)
    return len(found.files) if found else 0


@field("PullRequest", "files")
def changed_file_nodes(node: ThreadNode, _call: Call, **page: Any) -> dict[str, Any]:
    """The files it changes since it left its base; of a renamed one only the new name."""
    pull, store = _pull(node), node.repository.store
    found = compare(store, pull.base_sha, pull.head_sha)
    shown = [
        {"path": one.path, "changeType": _CHANGES.get(one.status, "MODIFIED"), **_counted(render_patch(store, one))}
        for one in (list(found.files)[:_MOST_FILES] if found else ())
    ]
    return connection("files", shown, **page)


def _counted(patch: Patch) -> dict[str, int]:
    return {"additions": patch.additions, "deletions": patch.deletions}


_MOST_FILES = 3000
_CHANGES = {"added": "ADDED", "removed": "DELETED", "renamed": "RENAMED", "modified": "MODIFIED"}


@field("PullRequest", "commits")
def commits(node: ThreadNode, _call: Call, **page: Any) -> dict[str, Any]:
    """The commits it brings, oldest first."""
    pull, repository = _pull(node), node.repository
    shown = [
        {"id": node_id("Commit", f"{pull.id}:{one.sha}"), "commit": GitNode(repository, one.sha)}
        for one in reversed(list_log(repository.store, pull.head_sha, without=pull.base_sha))
    ]
    return connection("commits", shown, **page)


@field("PullRequest", "reviews")
def reviews(
    node: ThreadNode, call: Call, *, states: list[str] | None = None, author: str | None = None, **page: Any
) -> dict[str, Any]:
    """Its reviews; pending ones only their author sees."""
    pull = _pull(node)
    found = [
        ReviewNode(node.repository, pull, one)
        for one in pull.reviews
        if (one.state != "PENDING" or one.user.id == call.actor.id)
        and (states is None or one.state in states)
        and author in (None, one.user.login)
    ]
    return connection("reviews", found, **page)


@field("PullRequest", "url")
def pull_url(node: ThreadNode, call: Call) -> str:
    """Its page."""
    return pull_page(call.world.links, node.repository, _pull(node))


@field("Issue", "url")
def issue_url(node: ThreadNode, call: Call) -> str:
    """Its page."""
    return f"{repository_page(call.world.links, node.repository)}/issues/{node.thread.number}"


def comments(node: ThreadNode, call: Call, *, order_by: dict[str, str] | None = None, **page: Any) -> dict[str, Any]:
    """The conversation, oldest first."""
    require(call, node.repository, "read", *conversation_permissions(node.thread))
    found = list(node.thread.comments)
    if order_by:
        found.sort(key=lambda one: (one.updated_at, one.id), reverse=order_by["direction"] == "DESC")
    return connection("comments", [CommentNode(node.repository, node.thread, one) for one in found], **page)


def labels(node: ThreadNode, _call: Call, **page: Any) -> dict[str, Any]:
    """The labels of an issue or pull request."""
    page.pop("order_by", None)
    return connection("labels", node.thread.labels, **page)


field("PullRequest", "comments")(comments)
field("Issue", "comments")(comments)
field("PullRequest", "labels")(labels)
field("Issue", "labels")(labels)


@field("IssueComment", "url")
def comment_url(node: CommentNode, call: Call) -> str:
    """Where it stands on its page."""
    kind = "pull" if isinstance(node.thread, PullRequest) else "issues"
    page = repository_page(call.world.links, node.repository)
    return f"{page}/{kind}/{node.thread.number}#issuecomment-{node.comment.id}"


@field("PullRequestReview", "url")
def review_url(node: ReviewNode, call: Call) -> str:
    """Where it stands on its page."""
    return f"{pull_page(call.world.links, node.repository, node.pull)}#pullrequestreview-{node.review.id}"


@field("CheckRun", "url")
def run_url(node: RunNode, call: Call) -> str:
    """Its page."""
    return f"{repository_page(call.world.links, node.repository)}/runs/{node.run.id}"


def reactions(node: Any, _call: Call, *, content: str | None = None, **page: Any) -> dict[str, Any]:
    """The reactions on something."""
    page.pop("order_by", None)
    found = [one for one in reactions_of(node) if content in (None, REACTION_NAMES[one.content])]
    return connection("reactions", found, **page)


def reaction_groups(node: Any, call: Call) -> list[dict[str, Any]]:
    """The reactions by emoji: one group for each there is, empty ones too. Unlike ``reactions`` they know of bots."""
    return [_group(call, name, [one for one in reactions_of(node) if one.content == content])
            for content, name in REACTION_NAMES.items()]  # fmt: skip


def _group(call: Call, name: str, found: list[Reaction]) -> dict[str, Any]:
    def reactors(_info: object, **page: Any) -> dict[str, Any]:
        return connection("reactors", [one.user for one in found], **page)

    mine = any(one.user.id == call.actor.id for one in found)
    return {"content": name, "viewerHasReacted": mine, "reactors": reactors}


for _type in ("IssueComment", "PullRequest", "Issue", "PullRequestReview"):
    field(_type, "reactions")(reactions)
    field(_type, "reactionGroups")(reaction_groups)


@field("IssueComment", "viewerDidAuthor")
@field("PullRequest", "viewerDidAuthor")
@field("PullRequestReview", "viewerDidAuthor")
def viewer_did_author(node: Any, call: Call) -> bool:
    """Whether the App itself wrote it."""
    written = {CommentNode: "comment", ThreadNode: "thread", ReviewNode: "review"}[type(node)]
    author: User = getattr(node, written).user
    return author.id == call.actor.id


def reactions_of(node: Any) -> list[Reaction]:
    """The reactions to a comment, a review or a thread."""
    on: Comment | Issue | Review
    match node:
        case CommentNode():
            on = node.comment
        case ReviewNode():
            on = node.review
        case _:
            on = node.thread
    return on.reactions


def conversation_permissions(thread: Issue) -> tuple[str, ...]:
    """Any one of these lets an App into a conversation."""
    return ("issues", "pull_requests") if isinstance(thread, PullRequest) else ("issues",)


def _pull(node: ThreadNode) -> PullRequest:
    if not isinstance(node.thread, PullRequest):
        raise TypeError(node.thread)
    return node.thread


def _branch(repository: Repository | None, name: str) -> RefNode | None:
    full = f"refs/heads/{name}"
    sha = repository.store.find_ref(full) if repository else None
    return RefNode(repository, full, sha) if repository and sha else None


def _maybe_commit(repository: Repository, sha: str | None) -> GitNode | None:
    return GitNode(repository, sha) if sha else None
