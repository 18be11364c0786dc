"""Mutations of pull requests, comments, reactions, labels and check runs."""

from typing import Any

from bot.sandbox.acts.checks import CheckChange, create_check_run, update_check_run
from bot.sandbox.acts.comments import (
    Reactable,
    add_reaction,
    create_comment,
    delete_comment,
    edit_comment,
    minimize_comment,
    set_labels,
)
from bot.sandbox.acts.merging import MergeMethod, merge_pull
from bot.sandbox.acts.pulls import close_pull, edit_pull, open_pull
from bot.sandbox.acts.queue import enqueue
from bot.sandbox.clock import parse_iso
from bot.sandbox.graph.fields import mutation
from bot.sandbox.graph.lookup import get_node, get_node_of
from bot.sandbox.graph.nodes import CommentNode, GitNode, GraphError, ReviewNode, RunNode, ThreadNode, require
from bot.sandbox.graph.thread_fields import REACTION_NAMES
from bot.sandbox.http import Call
from bot.sandbox.ids import node_id
from bot.sandbox.state.checks import CheckOutput
from bot.sandbox.state.conversation import Label, PullRequest
from bot.sandbox.state.repository import Repository

_METHODS: dict[str, MergeMethod] = {"MERGE": "merge", "SQUASH": "squash", "REBASE": "rebase"}
_REST_REACTIONS = {graph: rest for rest, graph in REACTION_NAMES.items()}


@mutation("createPullRequest")
def create_pull_request(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Open a pull request."""
    repository = get_node_of(call, given["repositoryId"], Repository, "read")
    require(call, repository, "write", "pull_requests")
    head = given["headRefName"]
    if given.get("headRepositoryId"):
        source = get_node_of(call, given["headRepositoryId"], Repository, "read")
        head = f"{source.owner.login}:{head}"
    pull = open_pull(
        call.world,
        repository,
        call.actor,
        head=head,
        base=given["baseRefName"],
        title=given["title"],
        body=given.get("body"),
        draft=bool(given.get("draft")),
    )
    return {"pullRequest": ThreadNode(repository, pull)}


@mutation("updatePullRequest")
def update_pull_request(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Change title, body, base or state."""
    node, pull = _pull(call, given["pullRequestId"])
    title, body, base = given.get("title"), given.get("body"), given.get("baseRefName")
    edit_pull(call.world, node.repository, pull, call.actor, title=title, body=body, base=base)
    if given.get("state") == "CLOSED":
        close_pull(call.world, node.repository, pull, call.actor)
    return {"pullRequest": node}


@mutation("closePullRequest")
def close_pull_request(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Close without merging."""
    node, pull = _pull(call, given["pullRequestId"])
    close_pull(call.world, node.repository, pull, call.actor)
    return {"pullRequest": node}


@mutation("mergePullRequest")
def merge_pull_request(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Merge, if the head still is the expected one."""
    node = get_node_of(call, given["pullRequestId"], ThreadNode, "read")
    require(call, node.repository, "write", "contents")
    if not isinstance(node.thread, PullRequest):
        raise GraphError("NOT_FOUND", "Could not resolve to a PullRequest node")
    merge_pull(
        call.world,
        node.repository,
        node.thread,
        call.actor,
        _METHODS[given.get("mergeMethod") or "MERGE"],
        sha=given.get("expectedHeadOid"),
        title=given.get("commitHeadline"),
        message=given.get("commitBody"),
    )
    return {"pullRequest": node}


@mutation("enqueuePullRequest")
def enqueue_pull_request(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Put a pull request into the merge queue of its base, if the head still is the expected one.

    Its REST twin merges asynchronously, and so needs what merging needs.
    """
    node = get_node_of(call, given["pullRequestId"], ThreadNode, "read")
    require(call, node.repository, "write", "contents")
    if not isinstance(node.thread, PullRequest):
        raise GraphError("NOT_FOUND", "Could not resolve to a PullRequest node")
    repository = node.repository
    entry = enqueue(call.world, repository, node.thread, call.actor, head=given.get("expectedHeadOid"))
    in_line = [one for one in repository.queue if one.base == entry.base]
    return {
        "mergeQueueEntry": {
            "id": node_id("MergeQueueEntry", str(entry.id)),
            "position": in_line.index(entry) + 1 if entry in in_line else 1,
            "headCommit": GitNode(repository, entry.group) if entry.group else None,
            "baseCommit": GitNode(repository, entry.stands_on) if entry.stands_on else None,
            "pullRequest": node,
        }
    }


@mutation("addComment")
def add_comment(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Write into a conversation."""
    node = _thread(call, given["subjectId"])
    comment = create_comment(call.world, node.repository, node.thread, call.actor, given["body"])
    edge = {
        "node": CommentNode(node.repository, node.thread, comment),
        "cursor": f"Y3Vyc29y{len(node.thread.comments) - 1}",
    }
    return {"commentEdge": edge, "subject": node}


@mutation("updateIssueComment")
def update_issue_comment(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Change the text of a comment."""
    node = _comment(call, given["id"])
    edit_comment(call.world, node.repository, node.thread, node.comment, call.actor, body=given["body"])
    return {"issueComment": node}


@mutation("deleteIssueComment")
def delete_issue_comment(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Take a comment away."""
    node = _comment(call, given["id"])
    delete_comment(call.world, node.repository, node.thread, node.comment, call.actor)
    return {}


@mutation("minimizeComment")
def minimize(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Hide a comment behind a reason."""
    node = _comment(call, given["subjectId"])
    minimize_comment(node.comment, given["classifier"])
    return {"minimizedComment": node}


@mutation("addReaction")
def react(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """React to a comment, a review or a thread; doing so twice is no error."""
    node, on = _reactable(call, given["subjectId"])
    reaction, _ = add_reaction(call.world, on, call.actor, _REST_REACTIONS[given["content"]])
    return {"reaction": reaction, "subject": node}


@mutation("removeReaction")
def unreact(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Take one's own reaction back."""
    node, on = _reactable(call, given["subjectId"])
    content = _REST_REACTIONS[given["content"]]
    found = next((one for one in on.reactions if one.content == content and one.user.id == call.actor.id), None)
    if found is None:
        raise GraphError("NOT_FOUND", "The reaction does not exist.")
    on.reactions.remove(found)
    return {"reaction": found, "subject": node}


@mutation("addLabelsToLabelable")
def add_labels(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Give an issue or pull request more labels, named by their node ids."""
    node = _thread(call, given["labelableId"])
    by_id = {label.node_id: label for label in node.repository.labels.values()}
    chosen: list[Label | None] = [by_id.get(one) for one in given["labelIds"]]
    if None in chosen:
        raise GraphError("NOT_FOUND", "Could not resolve to a node with the global id of a label")
    names = [label.name for label in (*node.thread.labels, *chosen) if label is not None]
    set_labels(call.world, node.repository, node.thread, names, call.actor)
    return {"labelable": node}


@mutation("createCheckRun")
def post_check_run(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Put a check run on a commit."""
    repository = get_node_of(call, given["repositoryId"], Repository, "read")
    require(call, repository, "write", "checks")
    run = create_check_run(call.world, repository, call.app, given["headSha"], _change(given))
    return {"checkRun": RunNode(repository, run)}


@mutation("updateCheckRun")
def patch_check_run(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Change one's own check run."""
    node = get_node_of(call, given["checkRunId"], RunNode, "write")
    update_check_run(call.world, node.repository, call.app, node.run, _change(given))
    return {"checkRun": node}


def _pull(call: Call, text: str) -> tuple[ThreadNode, PullRequest]:
    node = get_node_of(call, text, ThreadNode, "write")
    if not isinstance(node.thread, PullRequest):
        raise GraphError("NOT_FOUND", f"Could not resolve to a PullRequest with the global id of '{text}'")
    return node, node.thread


def _thread(call: Call, text: str) -> ThreadNode:
    node = get_node_of(call, text, ThreadNode, "read")
    permissions = ("issues", "pull_requests") if isinstance(node.thread, PullRequest) else ("issues",)
    require(call, node.repository, "write", *permissions)
    return node


def _comment(call: Call, text: str) -> CommentNode:
    return get_node_of(call, text, CommentNode, "write")


def _reactable(call: Call, text: str) -> tuple[CommentNode | ReviewNode | ThreadNode, Reactable]:
    """As over REST, reactions need the permission for issues, on pull requests too.

    REST has none for reviews; those to the comments of a review need the permission for pull requests.
    """
    node = get_node(call, text, "read")
    match node:
        case CommentNode():
            on: Reactable = node.comment
        case ThreadNode():
            on = node.thread
        case ReviewNode():
            on = node.review
        case _:
            raise GraphError("NOT_FOUND", f"Could not resolve to a node with the global id of '{text}'")
    require(call, node.repository, "write", "pull_requests" if isinstance(node, ReviewNode) else "issues")
    return node, on


def _change(given: dict[str, Any]) -> CheckChange:
    output = given.get("output") or {}
    annotations = [dict(one) for one in output.get("annotations") or ()]
    return CheckChange(
        name=given.get("name"),
        status=given["status"].lower() if given.get("status") else None,
        conclusion=given["conclusion"].lower() if given.get("conclusion") else None,
        started_at=parse_iso(given["startedAt"]) if given.get("startedAt") else None,
        completed_at=parse_iso(given["completedAt"]) if given.get("completedAt") else None,
        external_id=given.get("externalId"),
        details_url=given.get("detailsUrl"),
        output=CheckOutput(output["title"], output["summary"], output.get("text"), annotations) if output else None,
        actions=[dict(one) for one in given["actions"]] if given.get("actions") is not None else None,
    )
