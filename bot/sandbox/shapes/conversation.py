"""Issues, comments, labels, reactions and reviews."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import app_or_none, simple_user, simple_user_or_none
from bot.sandbox.shapes.repositories import issue_url, repository_page, repository_url
from bot.sandbox.state.accounts import User
from bot.sandbox.state.conversation import (
    REACTIONS,
    Comment,
    Issue,
    Label,
    PullRequest,
    Reaction,
    Review,
    ReviewComment,
)
from bot.sandbox.state.repository import Repository


def author_association(repository: Repository, user: User) -> str:
    """How an author relates to the repository: for display only, as with GitHub itself."""
    if user.id == repository.owner.id:
        return "OWNER"
    if user.id in repository.owner.members | repository.owner.owners:
        return "MEMBER"
    if user.id in repository.collaborators:
        return "COLLABORATOR"
    if any(pull.merged and pull.user is user for pull in repository.pulls):
        return "CONTRIBUTOR"
    return "NONE"


def label(links: Links, repository: Repository, found: Label) -> dict[str, Any]:
    """A label."""
    return {
        "id": found.id,
        "node_id": found.node_id,
        "url": f"{repository_url(links, repository)}/labels/{quote(found.name)}",
        "name": found.name,
        "color": found.color,
        "default": found.default,
        "description": found.description,
    }


def reaction(links: Links, found: Reaction) -> dict[str, Any]:
    """A reaction."""
    return {
        "id": found.id,
        "node_id": found.node_id,
        "user": simple_user(links, found.user),
        "content": found.content,
        "created_at": iso(found.created_at),
    }


def reaction_rollup(url: str, reactions: Sequence[Reaction]) -> dict[str, Any]:
    """The counts of reactions on one thing."""
    counts = {content: sum(1 for r in reactions if r.content == content) for content in REACTIONS}
    return {"url": f"{url}/reactions", "total_count": len(reactions), **counts}


def issue(links: Links, repository: Repository, found: Issue) -> dict[str, Any]:
    """An issue; for a pull request, the same thing seen as an issue, with ``pull_request`` in it."""
    url = issue_url(links, repository, found)
    kind = "pull" if isinstance(found, PullRequest) else "issues"
    shape: dict[str, Any] = {
        "url": url,
        "repository_url": repository_url(links, repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": f"{repository_page(links, repository)}/{kind}/{found.number}",
        "id": found.issue_id if isinstance(found, PullRequest) else found.id,
        "node_id": found.node_id,
        "number": found.number,
        "title": found.title,
        "user": simple_user(links, found.user),
        "labels": [label(links, repository, one) for one in found.labels],
        "state": found.state,
        "state_reason": None,
        "locked": found.locked,
        "active_lock_reason": found.lock_reason,
        "assignee": simple_user_or_none(links, found.assignees[0] if found.assignees else None),
        "assignees": [simple_user(links, one) for one in found.assignees],
        "milestone": None,
        "comments": len(found.comments),
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "closed_at": iso_or_none(found.closed_at),
        "author_association": author_association(repository, found.user),
        "body": found.body,
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": app_or_none(links, found.app),
        "reactions": reaction_rollup(url, found.reactions),
    }
    if isinstance(found, PullRequest):
        api = f"{repository_url(links, repository)}/pulls/{found.number}"
        page = f"{repository_page(links, repository)}/pull/{found.number}"
        shape["draft"] = found.draft
        shape["pull_request"] = {
            "url": api,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            "merged_at": iso_or_none(found.merged_at),
        }
    return shape


def comment(links: Links, repository: Repository, thread: Issue, found: Comment) -> dict[str, Any]:
    """A comment in a conversation."""
    url = f"{repository_url(links, repository)}/issues/comments/{found.id}"
    kind = "pull" if isinstance(thread, PullRequest) else "issues"
    page = f"{repository_page(links, repository)}/{kind}/{thread.number}"
    return {
        "url": url,
        "html_url": f"{page}#issuecomment-{found.id}",
        "issue_url": issue_url(links, repository, thread),
        "id": found.id,
        "node_id": found.node_id,
        "user": simple_user(links, found.user),
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "author_association": author_association(repository, found.user),
        "body": found.body,
        "performed_via_github_app": app_or_none(links, found.app),
        "reactions": reaction_rollup(url, found.reactions),
    }


def review(links: Links, repository: Repository, pull: PullRequest, found: Review) -> dict[str, Any]:
    """A review of a pull request, as REST shows it."""
    api = f"{repository_url(links, repository)}/pulls/{pull.number}"
    page = f"{repository_page(links, repository)}/pull/{pull.number}#pullrequestreview-{found.id}"
    shape: dict[str, Any] = {
        "id": found.id,
        "node_id": found.node_id,
        "user": simple_user(links, found.user),
        "body": found.body,
        "state": found.state,
        "html_url": page,
        "pull_request_url": api,
        "author_association": author_association(repository, found.user),
        "_links": {"html": {"href": page}, "pull_request": {"href": api}},
        "commit_id": found.commit_id,
    }
    if found.submitted_at is not None:
        shape["submitted_at"] = iso(found.submitted_at)
    return shape


def hooked_review(links: Links, repository: Repository, pull: PullRequest, found: Review) -> dict[str, Any]:
    """A review as webhooks carry it: the state in lower case, and null for an empty body."""
    shape = review(links, repository, pull, found)
    changed = {"state": found.state.lower(), "body": found.body or None, "updated_at": iso(found.updated_at)}
    return shape | changed | {"submitted_at": iso_or_none(found.submitted_at)}


def review_comment(links: Links, repository: Repository, pull: PullRequest, found: ReviewComment) -> dict[str, Any]:
    """A comment on a line of the diff."""
    base = repository_url(links, repository)
    url, pull_url = f"{base}/pulls/comments/{found.id}", f"{base}/pulls/{pull.number}"
    page = f"{repository_page(links, repository)}/pull/{pull.number}#discussion_r{found.id}"
    shape: dict[str, Any] = {
        "url": url,
        "pull_request_review_id": found.review_id,
        "id": found.id,
        "node_id": found.node_id,
        "diff_hunk": "@@ -1 +1 @@",
        "path": found.path,
        "commit_id": found.commit_id,
        "original_commit_id": found.commit_id,
        "user": simple_user(links, found.user),
        "body": found.body,
        "created_at": iso(found.created_at),
        "updated_at": iso(found.updated_at),
        "html_url": page,
        "pull_request_url": pull_url,
        "author_association": author_association(repository, found.user),
        "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull_url}},
        "line": found.line,
        "original_line": found.line,
        "position": found.line,
        "original_position": found.line,
        "start_line": None,
        "original_start_line": None,
        "start_side": None,
        "side": "RIGHT",
        "subject_type": "line",
        "reactions": reaction_rollup(url, found.reactions),
    }
    if found.in_reply_to_id is not None:
        shape["in_reply_to_id"] = found.in_reply_to_id
    return shape
