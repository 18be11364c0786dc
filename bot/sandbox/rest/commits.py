"""Commits and how they compare."""

from typing import Any
from urllib.parse import quote

from bot.sandbox.acts.landing import list_bringing
from bot.sandbox.git.history import compare, diff, list_log
from bot.sandbox.git.objects import Commit
from bot.sandbox.http import Call, NotFoundError, Response, Routes, UnprocessableError, ok, reply
from bot.sandbox.shapes.git import changed_file
from bot.sandbox.shapes.git import commit as commit_shape
from bot.sandbox.shapes.pulls import simple_pull
from bot.sandbox.shapes.repositories import repository_page, repository_url

routes = Routes()

_UNPAGED_COMMITS, _LISTED_FILES = 250, 300


@routes.get("/repos/{owner}/{repo}/commits")
def list_commits(call: Call) -> Response:
    """The commits of a branch, newest first; ``path`` keeps those that touch a file or folder."""
    repository = call.repository
    start = repository.store.find_commit(call.query("sha") or repository.default_branch)
    if start is None:
        raise NotFoundError
    since, until, path = call.query_moment("since"), call.query_moment("until"), call.query("path")
    found = [
        commit
        for commit in list_log(repository.store, start.sha)
        if (since is None or commit.committer.at >= since)
        and (until is None or commit.committer.at <= until)
        and (not path or _touches(call, commit, path))
    ]
    return call.page(found, lambda one: _commit(call, one))


@routes.get("/repos/{owner}/{repo}/commits/{ref}")
def get_commit(call: Call) -> Response:
    """One commit with the files it changed."""
    commit = find_commit(call, call.params["ref"])
    store = call.repository.store
    if call.accepts("sha"):
        return Response(200, {"content-type": "application/vnd.github.sha; charset=utf-8"}, commit.sha.encode())
    old = store.commit(commit.parents[0]).tree if commit.parents else None
    files = [changed_file(call.world.links, call.repository, one, commit.sha) for one in diff(store, old, commit.tree)]
    added, deleted = sum(f["additions"] for f in files), sum(f["deletions"] for f in files)
    stats = {"total": added + deleted, "additions": added, "deletions": deleted}
    return ok(_commit(call, commit) | {"stats": stats, "files": files[:_LISTED_FILES]})


@routes.get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls")
def list_pulls_of_commit(call: Call) -> Response:
    """The merged pull request that brought a commit, or the open ones that contain it."""
    repository, sha = call.repository, call.params["commit_sha"]
    commit = repository.store.find_commit(sha)
    if commit is None:
        raise UnprocessableError(f"No commit found for SHA: {sha}")
    found = list_bringing(repository, commit.sha)
    return call.page(found, lambda one: simple_pull(call.world.links, repository, one, None))


@routes.get("/repos/{owner}/{repo}/compare/{basehead}")
def compare_commits(call: Call) -> Response:
    """What ``head`` has that ``base`` has not. Without paging at most 250 commits; files stand on the first page."""
    base, dots, head = call.params["basehead"].partition("...")
    repository, links = call.repository, call.world.links
    if not dots:
        raise NotFoundError
    found = compare(repository.store, find_commit(call, base).sha, find_commit(call, head).sha)
    if found is None:
        raise NotFoundError(f"No common ancestor between {base} and {head}.")
    paged = "page" in call.request.query or "per_page" in call.request.query
    per_page = call.per_page if paged else _UNPAGED_COMMITS
    page = call.page_number
    commits = found.commits[(page - 1) * per_page : page * per_page]
    url, web = repository_url(links, repository), repository_page(links, repository)
    span = f"{quote(base)}...{quote(head)}"
    content = {
        "url": f"{url}/compare/{span}",
        "html_url": f"{web}/compare/{span}",
        "permalink_url": f"{web}/compare/{found.base.sha[:7]}...{found.head.sha[:7]}",
        "diff_url": f"{web}/compare/{span}.diff",
        "patch_url": f"{web}/compare/{span}.patch",
        "base_commit": _commit(call, found.base),
        "merge_base_commit": _commit(call, found.merge_base),
        "status": found.status,
        "ahead_by": len(found.commits),
        "behind_by": found.behind_by,
        "total_commits": len(found.commits),
        "commits": [_commit(call, one) for one in commits],
        "files": [changed_file(links, repository, f, found.head.sha) for f in found.files[:_LISTED_FILES]]
        if page == 1
        else [],
    }
    return reply(200, content, call.link_header(page, -(-len(found.commits) // per_page)) if paged else {})


def find_commit(call: Call, revision: str) -> Commit:
    """The commit a branch, tag or SHA of the path names. Raises 404, or 422 for a SHA that is not there."""
    commit = call.repository.store.find_commit(revision)
    if commit is None:
        if len(revision) == 40:
            raise UnprocessableError(f"No commit found for SHA: {revision}")
        raise NotFoundError
    return commit


def _commit(call: Call, commit: Commit) -> dict[str, Any]:
    return commit_shape(call.world.links, call.repository, commit, call.world.find_user_by_email)


def _touches(call: Call, commit: Commit, path: str) -> bool:
    store = call.repository.store
    new = store.find_path(commit.tree, path)
    old = store.find_path(store.commit(commit.parents[0]).tree, path) if commit.parents else None
    return (new and new.sha) != (old and old.sha)
