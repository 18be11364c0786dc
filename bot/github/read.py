"""From GitHub's JSON to our facts. Missing and ``null`` members are normal: ghosts, deleted forks, older servers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.github.facts import (
    CheckRun,
    Comment,
    DeploymentReview,
    GitHubRelease,
    HeadCommit,
    Job,
    Person,
    PullRequest,
    ReleaseAsset,
    ReleaseRef,
    Repository,
    WorkflowRun,
)

Json = Mapping[str, Any]


def read_moment(text: str | None) -> datetime | None:
    """An ISO 8601 time of GitHub's, aware, in UTC."""
    return datetime.fromisoformat(text) if text else None


def read_person(data: Json | None) -> Person | None:
    """An account, or None for a deleted one."""
    if not data or "id" not in data:
        return None
    return Person(int(data["id"]), str(data["login"]), data.get("type") == "Bot")


def read_repository(data: Json) -> Repository:
    """A repository as ``GET /repos/{owner}/{repo}`` gives it."""
    return Repository(
        id=int(data["id"]),
        node_id=str(data["node_id"]),
        owner_id=int(data["owner"]["id"]),
        full_name=str(data["full_name"]),
        default_branch=str(data["default_branch"]),
        web_url=str(data["html_url"]),
        private=bool(data.get("private")),
        fork=bool(data.get("fork")),
        archived=bool(data.get("archived")),
    )


def read_pull(data: Json) -> PullRequest:
    """A pull request of a list or on its own; ``merge_commit_sha`` means a test merge until it was merged."""
    merged = bool(data.get("merged_at"))
    head_repository = data["head"].get("repo")
    return PullRequest(
        number=int(data["number"]),
        node_id=str(data["node_id"]),
        title=str(data["title"]),
        url=str(data["html_url"]),
        state=str(data["state"]),
        merged=merged,
        locked=bool(data.get("locked")),
        head_branch=str(data["head"]["ref"]),
        head_sha=str(data["head"]["sha"]),
        head_repository_id=int(head_repository["id"]) if head_repository else None,
        base_branch=str(data["base"]["ref"]),
        author=read_person(data.get("user")),
        created_at=datetime.fromisoformat(data["created_at"]),
        merge_commit=data.get("merge_commit_sha") if merged else None,
        merged_at=read_moment(data.get("merged_at")),
        labels=tuple(str(label["name"]) for label in data.get("labels") or ()),
    )


def read_comment(data: Json) -> Comment:
    """A comment as REST gives it; whether it was edited only GraphQL tells."""
    return Comment(
        id=int(data["id"]),
        node_id=str(data["node_id"]),
        body=str(data.get("body") or ""),
        url=str(data["html_url"]),
        author=read_person(data.get("user")),
        created_at=datetime.fromisoformat(data["created_at"]),
        by_app=data.get("performed_via_github_app") is not None,
    )


def read_account_node(data: Json | None) -> Person | None:
    """An account as GraphQL gives it, or None for a deleted one and for a kind that has no number."""
    if not data or data.get("databaseId") is None:
        return None
    is_bot = data.get("__typename") == "Bot"
    # GraphQL names a bot without the suffix that REST gives it.
    login = str(data["login"])
    return Person(int(data["databaseId"]), f"{login}[bot]" if is_bot and "[" not in login else login, is_bot)


def read_repository_node(data: Json) -> Repository | None:
    """A repository as GraphQL gives it; None for one without a commit, whose default branch it does not name."""
    branch = data.get("defaultBranchRef")
    if not branch:
        return None
    return Repository(
        id=int(data["databaseId"]),
        node_id=str(data["id"]),
        owner_id=int(data["owner"]["databaseId"]),
        full_name=str(data["nameWithOwner"]),
        default_branch=str(branch["name"]),
        web_url=str(data["url"]),
        private=bool(data["isPrivate"]),
        fork=bool(data["isFork"]),
        archived=bool(data["isArchived"]),
    )


def read_pull_node(data: Json) -> PullRequest:
    """A pull request as GraphQL gives it."""
    merge, head_repository = data.get("mergeCommit"), data.get("headRepository")
    return PullRequest(
        number=int(data["number"]),
        node_id=str(data["id"]),
        title=str(data["title"]),
        url=str(data["url"]),
        # GraphQL has a third state where REST has a second member.
        state="open" if data["state"] == "OPEN" else "closed",
        merged=bool(data["merged"]),
        locked=bool(data["locked"]),
        head_branch=str(data["headRefName"]),
        head_sha=str(data["headRefOid"]),
        head_repository_id=int(head_repository["databaseId"]) if head_repository else None,
        base_branch=str(data["baseRefName"]),
        author=read_account_node(data.get("author")),
        created_at=datetime.fromisoformat(data["createdAt"]),
        merge_commit=str(merge["oid"]) if merge and data["merged"] else None,
        merged_at=read_moment(data.get("mergedAt")),
        labels=tuple(str(node["name"]) for node in (data.get("labels") or {"nodes": ()})["nodes"] if node),
        head=_read_head_commit(data),
        queued=bool(data.get("isInMergeQueue")),
        merge_parent=_read_merge_parent(merge) if merge and data["merged"] else None,
    )


def _read_merge_parent(merge: Json) -> str | None:
    return next((str(parent["oid"]) for parent in (merge.get("parents") or {"nodes": ()})["nodes"] if parent), None)


def _read_head_commit(data: Json) -> HeadCommit | None:
    commits = [node["commit"] for node in (data.get("commits") or {"nodes": ()})["nodes"] if node]
    head = next((commit for commit in commits if commit["oid"] == data["headRefOid"]), None)
    parents = [str(parent["oid"]) for parent in (head or {}).get("parents", {"nodes": ()})["nodes"] if parent]
    if head is None or not parents:
        return None
    return HeadCommit(parents[0], str(head["message"]), read_moment(head.get("committedDate")))


def read_check_node(data: Json, sha: str) -> CheckRun:
    """A check run on the commit ``sha`` as GraphQL gives it."""
    conclusion = data.get("conclusion")
    return CheckRun(
        id=int(data["databaseId"]),
        head_sha=sha,
        conclusion=str(conclusion).lower() if conclusion else None,
        external_id=str(data.get("externalId") or ""),
        title=str(data.get("title") or ""),
        summary=str(data.get("summary") or ""),
        url=str(data.get("url") or ""),
    )


def read_release_node(data: Json) -> ReleaseRef:
    """A published release as GraphQL gives it."""
    return ReleaseRef(str(data["tagName"]), str(data["url"]))


def read_comment_node(data: Json) -> Comment:
    """A comment as GraphQL gives it."""
    return Comment(
        id=int(data["databaseId"]),
        node_id=str(data["id"]),
        body=str(data.get("body") or ""),
        url=str(data.get("url") or ""),
        author=read_account_node(data.get("author")),
        created_at=datetime.fromisoformat(data["createdAt"]),
        edited_at=read_moment(data.get("lastEditedAt")),
        minimized=bool(data.get("isMinimized")),
    )


def read_check_run(data: Json) -> CheckRun:
    """A check run."""
    output = data.get("output") or {}
    return CheckRun(
        id=int(data["id"]),
        head_sha=str(data["head_sha"]),
        conclusion=data.get("conclusion"),
        external_id=str(data.get("external_id") or ""),
        title=str(output.get("title") or ""),
        summary=str(output.get("summary") or ""),
        url=str(data.get("html_url") or ""),
    )


def read_release(data: Json) -> GitHubRelease:
    """A GitHub Release with its assets."""
    return GitHubRelease(
        id=int(data["id"]),
        tag=str(data["tag_name"]),
        draft=bool(data["draft"]),
        prerelease=bool(data["prerelease"]),
        url=str(data["html_url"]),
        upload_url=str(data["upload_url"]),
        body=str(data.get("body") or ""),
        author=read_person(data.get("author")),
        assets=tuple(
            ReleaseAsset(int(asset["id"]), str(asset["name"]), str(asset["state"]))
            for asset in data.get("assets") or ()
        ),
    )


def read_run(data: Json) -> WorkflowRun:
    """A workflow run. ``path`` may carry ``@ref`` behind the file's name."""
    return WorkflowRun(
        id=int(data["id"]),
        attempt=int(data.get("run_attempt") or 1),
        event=str(data["event"]),
        status=str(data["status"]),
        conclusion=data.get("conclusion"),
        head_sha=str(data["head_sha"]),
        head_branch=data.get("head_branch"),
        path=str(data["path"]).partition("@")[0],
        url=str(data["html_url"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        updated_at=datetime.fromisoformat(data["updated_at"]),
        actor_id=actor.id if (actor := read_person(data.get("actor"))) else None,
    )


def read_job(data: Json) -> Job:
    """A job; the failed step is the first that failed."""
    failed = [step["name"] for step in data.get("steps") or () if step.get("conclusion") == "failure"]
    return Job(
        id=int(data["id"]),
        name=str(data["name"]),
        status=str(data["status"]),
        conclusion=data.get("conclusion"),
        url=str(data.get("html_url") or ""),
        started_at=read_moment(data.get("started_at")),
        failed_step=next(iter(failed), None),
    )


def read_review(data: Json) -> DeploymentReview:
    """One entry of a run's review history."""
    return DeploymentReview(
        state=str(data["state"]),
        comment=str(data.get("comment") or ""),
        user=read_person(data.get("user")),
        environments=tuple(str(environment["name"]) for environment in data.get("environments") or ()),
    )
