"""Pull requests."""

from typing import Any

from bot.sandbox.clock import iso, iso_or_none
from bot.sandbox.git.history import compare
from bot.sandbox.git.patch import render_patch
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import simple_user, simple_user_or_none
from bot.sandbox.shapes.conversation import author_association, label
from bot.sandbox.shapes.repositories import issue_url, repository, repository_page, repository_url
from bot.sandbox.state.conversation import PullRequest
from bot.sandbox.state.repository import Repository


def pull_url(links: Links, into: Repository, pull: PullRequest) -> str:
    """The pull request's address in the API."""
    return f"{repository_url(links, into)}/pulls/{pull.number}"


def pull_page(links: Links, into: Repository, pull: PullRequest) -> str:
    """The pull request's address in a browser."""
    return f"{repository_page(links, into)}/pull/{pull.number}"


def simple_pull(links: Links, into: Repository, pull: PullRequest, test_merge: str | None) -> dict[str, Any]:
    """A pull request as lists show it; ``test_merge`` is what ``merge_commit_sha`` shows while it is open."""
    api, page, as_issue = pull_url(links, into, pull), pull_page(links, into, pull), issue_url(links, into, pull)
    base_api = repository_url(links, into)
    return {
        "url": api,
        "id": pull.id,
        "node_id": pull.node_id,
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": as_issue,
        "number": pull.number,
        "state": pull.state,
        "locked": pull.locked,
        "title": pull.title,
        "user": simple_user(links, pull.user),
        "body": pull.body,
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": iso_or_none(pull.closed_at),
        "merged_at": iso_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha if pull.merged else test_merge,
        "assignee": simple_user_or_none(links, pull.assignees[0] if pull.assignees else None),
        "assignees": [simple_user(links, one) for one in pull.assignees],
        "requested_reviewers": [simple_user(links, one) for one in pull.requested_reviewers],
        "requested_teams": [],
        "labels": [label(links, into, one) for one in pull.labels],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": f"{api}/commits",
        "review_comments_url": f"{api}/comments",
        "review_comment_url": f"{base_api}/pulls/comments{{/number}}",
        "comments_url": f"{as_issue}/comments",
        "statuses_url": f"{base_api}/statuses/{pull.head_sha}",
        "head": _side(links, pull.head_repository, pull.head_owner, pull.head_ref, pull.head_sha),
        "base": _side(links, into, into.owner, pull.base_ref, pull.base_sha),
        "_links": {
            "self": {"href": api},
            "html": {"href": page},
            "issue": {"href": as_issue},
            "comments": {"href": f"{as_issue}/comments"},
            "review_comments": {"href": f"{api}/comments"},
            "review_comment": {"href": f"{base_api}/pulls/comments{{/number}}"},
            "commits": {"href": f"{api}/commits"},
            "statuses": {"href": f"{base_api}/statuses/{pull.head_sha}"},
        },
        "author_association": author_association(into, pull.user),
        "auto_merge": None,
        "active_lock_reason": pull.lock_reason,
    }


def full_pull(
    links: Links, into: Repository, pull: PullRequest, test_merge: str | None, *, mergeable: bool | None
) -> dict[str, Any]:
    """A pull request on its own, as REST and webhooks show it.

    ``mergeable`` None means GitHub has not worked it out yet, as it is for a merged or closed one.
    """
    changes = compare(into.store, pull.base_sha, pull.head_sha)
    patches = [render_patch(into.store, change) for change in changes.files] if changes else []
    state = {None: "unknown", True: "clean", False: "dirty"}[mergeable]
    return {
        **simple_pull(links, into, pull, test_merge),
        "merged": pull.merged,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": "draft" if pull.draft and mergeable else state,
        "merged_by": simple_user_or_none(links, pull.merged_by),
        "comments": len(pull.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": len(changes.commits) if changes else 0,
        "additions": sum(patch.additions for patch in patches),
        "deletions": sum(patch.deletions for patch in patches),
        "changed_files": len(patches),
    }


def pull_stub(links: Links, into: Repository, pull: PullRequest) -> dict[str, Any]:
    """The few facts of a pull request that checks and runs name."""
    head = pull.head_repository or into
    return {
        "url": pull_url(links, into, pull),
        "id": pull.id,
        "number": pull.number,
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": _repository_stub(links, head)},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": _repository_stub(links, into)},
    }


def _repository_stub(links: Links, found: Repository) -> dict[str, Any]:
    return {"id": found.id, "url": repository_url(links, found), "name": found.name}


def _side(links: Links, found: Repository | None, owner: Any, ref: str, sha: str) -> dict[str, Any]:
    login = owner.login if owner else "unknown repository"
    return {
        "label": f"{login}:{ref}" if owner else ref,
        "ref": ref,
        "sha": sha,
        "user": simple_user_or_none(links, owner),
        "repo": repository(links, found) if found else None,
    }
