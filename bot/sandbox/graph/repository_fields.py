"""Repositories and refs."""

from collections.abc import Sequence
from typing import Any

from bot.sandbox.git.history import compare
from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import GitNode, GraphError, RefNode, ThreadNode, connection, require
from bot.sandbox.http import Call
from bot.sandbox.ids import node_id
from bot.sandbox.shapes.repositories import repository_page
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import Issue, PullRequest
from bot.sandbox.state.repository import Repository


@field("Repository", "id")
def repository_id(repository: Repository, _call: Call) -> str:
    """The node id."""
    return repository.node_id


@field("Repository", "databaseId")
def database_id(repository: Repository, _call: Call) -> int:
    """The numeric id."""
    return repository.id


@field("Repository", "nameWithOwner")
def name_with_owner(repository: Repository, _call: Call) -> str:
    """``owner/name``."""
    return repository.full_name


@field("Repository", "isPrivate")
def is_private(repository: Repository, _call: Call) -> bool:
    """Whether only members see it."""
    return repository.private


@field("Repository", "isFork")
def is_fork(repository: Repository, _call: Call) -> bool:
    """Whether it was made from another one."""
    return repository.fork_of is not None


@field("Repository", "isArchived")
def is_archived(repository: Repository, _call: Call) -> bool:
    """Whether it is read-only."""
    return repository.archived


@field("Repository", "url")
def url(repository: Repository, call: Call) -> str:
    """Its page."""
    return repository_page(call.world.links, repository)


@field("Repository", "mergeCommitAllowed")
def merge_commit_allowed(repository: Repository, _call: Call) -> bool:
    """Whether merge commits are offered."""
    return repository.merge_settings.merge


@field("Repository", "squashMergeAllowed")
def squash_merge_allowed(repository: Repository, _call: Call) -> bool:
    """Whether squashing is offered."""
    return repository.merge_settings.squash


@field("Repository", "rebaseMergeAllowed")
def rebase_merge_allowed(repository: Repository, _call: Call) -> bool:
    """Whether rebasing is offered."""
    return repository.merge_settings.rebase


@field("Repository", "deleteBranchOnMerge")
def delete_branch_on_merge(repository: Repository, _call: Call) -> bool:
    """Whether merged branches vanish."""
    return repository.merge_settings.delete_branch_on_merge


@field("Repository", "defaultBranchRef")
def default_branch_ref(repository: Repository, call: Call) -> RefNode | None:
    """The default branch."""
    require(call, repository, "read", "contents")
    return _find_ref(repository, f"refs/heads/{repository.default_branch}")


@field("Repository", "ref")
def ref(repository: Repository, call: Call, *, qualified_name: str) -> RefNode | None:
    """One ref; a short name is looked for among branches, then tags."""
    require(call, repository, "read", "contents")
    names = (qualified_name, f"refs/heads/{qualified_name}", f"refs/tags/{qualified_name}")
    found = (_find_ref(repository, name) for name in names if name.startswith("refs/"))
    return next((one for one in found if one is not None), None)


def _find_ref(repository: Repository, name: str) -> RefNode | None:
    sha = repository.store.find_ref(name)
    return RefNode(repository, name, sha) if sha else None


@field("Repository", "refs")
def refs(
    repository: Repository,
    call: Call,
    *,
    ref_prefix: str,
    query: str | None = None,
    order_by: dict[str, str] | None = None,
    direction: str | None = None,
    **page: Any,
) -> dict[str, Any]:
    """The refs below a prefix, by name, or tags by the date of their commit."""
    require(call, repository, "read", "contents")
    store, prefix = repository.store, ref_prefix.rstrip("/") + "/"
    nodes = [RefNode(repository, name, sha) for name, sha in store.refs(prefix).items()]
    nodes = [one for one in nodes if not query or query in one.name]
    order = order_by or {"field": "ALPHABETICAL", "direction": direction or "ASC"}
    if order["field"] == "TAG_COMMIT_DATE":
        nodes.sort(key=lambda one: (_commit_time(one), one.name))
    if order["direction"] == "DESC":
        nodes.reverse()
    return connection("refs", nodes, **page)


@field("Repository", "object")
def git_object(repository: Repository, call: Call, *, expression: str = "", oid: str = "") -> GitNode | None:
    """A git object by its oid, or by ``revision`` or ``revision:path``."""
    require(call, repository, "read", "contents")
    store = repository.store
    if oid:
        return GitNode(repository, oid) if store.has(oid) else None
    revision, colon, path = expression.partition(":")
    commit = store.find_commit(revision)
    if not colon:
        tag = store.find_ref(revision) if revision.startswith("refs/tags/") else None
        if tag is not None:
            return GitNode(repository, tag)
        if commit is None:
            return GitNode(repository, revision) if store.has(revision) else None
        return GitNode(repository, commit.sha)
    entry = store.find_path(commit.tree, path) if commit else None
    return GitNode(repository, entry.sha) if entry and entry.kind != "commit" else None


@field("Repository", "pullRequest")
def pull_request(repository: Repository, call: Call, *, number: int) -> ThreadNode:
    """One pull request."""
    require(call, repository, "read", "pull_requests")
    pull = repository.find_pull(number)
    if pull is None:
        raise GraphError("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
    return ThreadNode(repository, pull)


@field("Repository", "issueOrPullRequest")
def issue_or_pull_request(repository: Repository, call: Call, *, number: int) -> ThreadNode:
    """The issue or pull request with a number."""
    thread = repository.issues.get(number)
    require(call, repository, "read", "pull_requests" if isinstance(thread, PullRequest) else "issues")
    if thread is None:
        raise GraphError("NOT_FOUND", f"Could not resolve to an issue or pull request with the number of {number}.")
    return ThreadNode(repository, thread)


@field("Repository", "pullRequests")
def pull_requests(
    repository: Repository,
    call: Call,
    *,
    states: list[str] | None = None,
    labels: list[str] | None = None,
    head_ref_name: str | None = None,
    base_ref_name: str | None = None,
    order_by: dict[str, str] | None = None,
    **page: Any,
) -> dict[str, Any]:
    """Pull requests by branch names, states and labels."""
    require(call, repository, "read", "pull_requests")
    wanted = {name.lower() for name in labels or ()}
    found = [
        pull
        for pull in repository.pulls
        if (states is None or pull_state(pull) in states)
        and head_ref_name in (None, pull.head_ref)
        and base_ref_name in (None, pull.base_ref)
        and (not wanted or wanted & {label.name.lower() for label in pull.labels})
    ]
    return connection("pullRequests", _in_order(repository, found, order_by), **page)


@field("Repository", "issues")
def issues(
    repository: Repository,
    call: Call,
    *,
    states: list[str] | None = None,
    order_by: dict[str, str] | None = None,
    first: int | None = None,
    last: int | None = None,
    after: str | None = None,
    before: str | None = None,
) -> dict[str, Any]:
    """Issues, without pull requests. Labels and further filters are not served: a query that names them fails."""
    require(call, repository, "read", "issues")
    found = [
        issue
        for issue in repository.issues.values()
        if not isinstance(issue, PullRequest) and (states is None or issue.state.upper() in states)
    ]
    page: dict[str, Any] = {"first": first, "last": last, "after": after, "before": before}
    return connection("issues", _in_order(repository, found, order_by), **page)


def _in_order(repository: Repository, threads: Sequence[Issue], order_by: dict[str, str] | None) -> list[ThreadNode]:
    order = order_by or {"field": "CREATED_AT", "direction": "ASC"}
    found = list(threads)
    if order["field"] == "UPDATED_AT":
        found.sort(key=lambda thread: (thread.updated_at, thread.number))
    if order["direction"] == "DESC":
        found.reverse()
    return [ThreadNode(repository, thread) for thread in found]


def pull_state(pull: PullRequest) -> str:
    """OPEN, CLOSED or MERGED."""
    return "MERGED" if pull.merged else pull.state.upper()


# Refs


@field("Ref", "name")
def ref_name(node: RefNode, _call: Call) -> str:
    """The name without its prefix."""
    return node.name.removeprefix("refs/heads/").removeprefix("refs/tags/")


@field("Ref", "prefix")
def ref_prefix(node: RefNode, _call: Call) -> str:
    """``refs/heads/`` or ``refs/tags/``."""
    return "/".join(node.name.split("/")[:2]) + "/"


@field("Ref", "target")
def ref_target(node: RefNode, _call: Call) -> GitNode:
    """What it points at: a commit, or an annotated tag."""
    return GitNode(node.repository, node.sha)


@field("Ref", "associatedPullRequests")
def ref_pull_requests(node: RefNode, call: Call, **wanted: Any) -> dict[str, Any]:
    """The pull requests whose head this branch is. As with GitHub those of forks count that have such a branch."""
    found: dict[str, Any] = pull_requests(node.repository, call, **{**wanted, "head_ref_name": ref_name(node, call)})
    return found


@field("Ref", "compare")
def ref_compare(node: RefNode, call: Call, *, head_ref: str) -> dict[str, Any] | None:
    """What another revision has that this ref has not."""
    repository, store = node.repository, node.repository.store
    head = store.find_commit(head_ref)
    found = compare(store, store.peel(node.sha), head.sha, with_files=False) if head else None
    if head is None or found is None:
        return None

    def commits(_info: object, **page: Any) -> dict[str, Any]:
        return connection("commits", [GitNode(repository, one.sha) for one in found.commits], **page)

    del call
    return {
        "id": node_id("Commit", f"{repository.id}:{found.base.sha}-{head.sha}"),
        "aheadBy": len(found.commits),
        "behindBy": found.behind_by,
        "status": found.status.upper(),
        "baseTarget": GitNode(repository, found.base.sha),
        "headTarget": GitNode(repository, head.sha),
        "commits": commits,
    }


@field("Repository", "owner")
def owner(repository: Repository, _call: Call) -> User:
    """Whose it is."""
    return repository.owner


def _commit_time(node: RefNode) -> float:
    store = node.repository.store
    sha = store.peel(node.sha)
    return store.commit(sha).committer.at.timestamp() if store.has(sha, "commit") else 0.0
