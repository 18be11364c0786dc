"""Pull requests."""

from typing import Any

from bot.sandbox.acts.merging import bring_base_into_head, merge_pull
from bot.sandbox.acts.pulls import close_pull, edit_pull, find_test_merge, open_pull, reopen_pull
from bot.sandbox.git.history import compare
from bot.sandbox.http import (
    Call,
    NotFoundError,
    Response,
    Routes,
    UnprocessableError,
    created,
    ok,
    reply,
)
from bot.sandbox.shapes.git import changed_file
from bot.sandbox.shapes.git import commit as commit_shape
from bot.sandbox.shapes.pulls import full_pull, simple_pull
from bot.sandbox.state.conversation import PullRequest

routes = Routes()

_SORTS = {
    "created": lambda pull: (pull.created_at, pull.number),
    "updated": lambda pull: (pull.updated_at, pull.number),
    "popularity": lambda pull: (len(pull.comments), pull.number),
    "long-running": lambda pull: (pull.created_at, pull.number),
}
_LISTED_COMMITS, _LISTED_FILES = 250, 3000


@routes.get("/repos/{owner}/{repo}/pulls")
def list_pulls(call: Call) -> Response:
    """Pull requests by state, head (``owner:branch``) and base."""
    state = call.query_choice("state", "open", ("open", "closed", "all"), "PullRequest")
    sort = call.query_choice("sort", "created", tuple(_SORTS), "PullRequest")
    direction = call.query_choice("direction", "desc" if sort == "created" else "asc", ("asc", "desc"), "PullRequest")
    head, base = call.query("head"), call.query("base")
    found = [
        pull
        for pull in call.repository.pulls
        if state in ("all", pull.state) and base in ("", pull.base_ref) and _is_head(pull, head)
    ]
    found.sort(key=_SORTS[sort], reverse=direction == "desc")
    return call.page(found, lambda one: simple_pull(call.world.links, call.repository, one, _test_merge(call, one)))


@routes.post("/repos/{owner}/{repo}/pulls")
def create_pull(call: Call) -> Response:
    """Open a pull request."""
    body = call.json()
    pull = open_pull(
        call.world,
        call.repository,
        call.actor,
        head=body.text("head"),
        base=body.text("base"),
        title=body.text("title"),
        body=body.get("body", (str, type(None)), None),
        draft=body.get("draft", bool, default=False),
        maintainer_can_modify=body.get("maintainer_can_modify", bool, default=True),
    )
    # GitHub works out whether it can be merged only after this answer.
    shape = full_pull(call.world.links, call.repository, pull, None, mergeable=None)
    return created(shape, shape["url"])


@routes.get("/repos/{owner}/{repo}/pulls/{pull_number}")
def get_pull(call: Call) -> Response:
    """One pull request; ``mergeable`` is null as long as GitHub has not worked it out."""
    pull = find_pull(call)
    if pull.unknown_reads > 0:
        pull.unknown_reads -= 1
        return ok(full_pull(call.world.links, call.repository, pull, None, mergeable=None))
    return ok(_full(call, pull))


@routes.patch("/repos/{owner}/{repo}/pulls/{pull_number}")
def patch_pull(call: Call) -> Response:
    """Change title, body, base or state."""
    body, pull = call.json(), find_pull(call)
    title, text = body.text("title", None), body.get("body", (str, type(None)), None)
    state, base = body.choice("state", ("open", "closed"), None), body.text("base", None)
    edit_pull(call.world, call.repository, pull, call.actor, title=title, body=text, base=base)
    if state == "closed":
        close_pull(call.world, call.repository, pull, call.actor)
    if state == "open":
        reopen_pull(call.world, call.repository, pull, call.actor)
    return ok(_full(call, pull))


@routes.get("/repos/{owner}/{repo}/pulls/{pull_number}/files")
def list_files(call: Call) -> Response:
    """The files a pull request changes."""
    repository, pull = call.repository, find_pull(call)
    found = compare(repository.store, pull.base_sha, pull.head_sha)
    files = list(found.files)[:_LISTED_FILES] if found else []
    return call.page(files, lambda one: changed_file(call.world.links, repository, one, pull.head_sha))


@routes.get("/repos/{owner}/{repo}/pulls/{pull_number}/commits")
def list_commits(call: Call) -> Response:
    """The commits a pull request brings, oldest first."""
    repository, pull = call.repository, find_pull(call)
    found = compare(repository.store, pull.base_sha, pull.head_sha)
    commits = list(found.commits)[:_LISTED_COMMITS] if found else []
    return call.page(
        commits, lambda one: commit_shape(call.world.links, repository, one, call.world.find_user_by_email)
    )


@routes.get("/repos/{owner}/{repo}/pulls/{pull_number}/merge")
def check_merged(call: Call) -> Response:
    """204 when merged, 404 when not."""
    if not find_pull(call).merged:
        raise NotFoundError
    return Response(204)


@routes.put("/repos/{owner}/{repo}/pulls/{pull_number}/merge")
def put_merge(call: Call) -> Response:
    """Merge, if the head still is ``sha``."""
    body, pull = call.json(), find_pull(call)
    sha = merge_pull(
        call.world,
        call.repository,
        pull,
        call.actor,
        body.choice("merge_method", ("merge", "squash", "rebase"), "merge"),
        sha=body.text("sha", None),
        title=body.get("commit_title", (str, type(None)), None),
        message=body.get("commit_message", (str, type(None)), None),
    )
    return ok({"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@routes.put("/repos/{owner}/{repo}/pulls/{pull_number}/update-branch")
def update_branch(call: Call) -> Response:
    """Merge the base into the head. 422 when the head is another one than expected, or nothing is to be done."""
    world, repository, pull = call.world, call.repository, find_pull(call)
    expected = call.json().text("expected_head_sha", None)
    if expected is not None and expected != pull.head_sha:
        raise UnprocessableError(f"expected head sha didn't match current head ref. head is now {pull.head_sha}")
    bring_base_into_head(world, repository, pull, call.actor)
    return reply(202, {"message": "Updating pull request branch.", "url": f"{world.links.web}/{repository.full_name}"})


def find_pull(call: Call) -> PullRequest:
    """The pull request the path names. Raises 404."""
    pull = call.repository.find_pull(call.number("pull_number"))
    if pull is None:
        raise NotFoundError
    return pull


def _is_head(pull: PullRequest, head: str) -> bool:
    """GitHub ignores a ``head`` filter that names no owner, so the sandbox does, too."""
    owner, colon, branch = head.partition(":")
    if not colon:
        return True
    login = pull.head_owner.login if pull.head_owner else ""
    return login.lower() == owner.lower() and pull.head_ref == branch


def _test_merge(call: Call, pull: PullRequest) -> str | None:
    return find_test_merge(call.world, call.repository, pull)


def _full(call: Call, pull: PullRequest) -> dict[str, Any]:
    merge = _test_merge(call, pull)
    mergeable = (merge is not None) if pull.state == "open" else None
    return full_pull(call.world.links, call.repository, pull, merge, mergeable=mergeable)
