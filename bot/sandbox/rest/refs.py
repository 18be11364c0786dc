"""Refs: branches and tags as pointers."""

from bot.sandbox.acts.commits import brings_workflows
from bot.sandbox.acts.refs import check_target, create_ref, delete_ref, move_ref
from bot.sandbox.http import (
    Call,
    ForbiddenError,
    NotFoundError,
    Response,
    Routes,
    UnprocessableError,
    created,
    no_content,
    ok,
)
from bot.sandbox.shapes.git import ref as ref_shape

routes = Routes()


@routes.get("/repos/{owner}/{repo}/git/ref/{ref}")
def get_ref(call: Call) -> Response:
    """One ref, named without ``refs/``."""
    name = f"refs/{call.params['ref']}"
    sha = call.repository.store.find_ref(name)
    if sha is None:
        raise NotFoundError
    return ok(ref_shape(call.world.links, call.repository, name, sha))


@routes.get("/repos/{owner}/{repo}/git/matching-refs/{ref}")
def list_matching_refs(call: Call) -> Response:
    """All refs whose name starts so."""
    found = call.repository.store.refs(f"refs/{call.params['ref']}")
    return call.page(list(found.items()), lambda one: ref_shape(call.world.links, call.repository, one[0], one[1]))


@routes.post("/repos/{owner}/{repo}/git/refs")
def post_ref(call: Call) -> Response:
    """Create a branch or tag."""
    body = call.json()
    name, sha = body.text("ref"), body.text("sha")
    if call.repository.store.find_ref(name) is None:
        check_workflows(call, name, sha)
    create_ref(call.world, call.repository, name, sha, call.actor)
    shape = ref_shape(call.world.links, call.repository, name, sha)
    return created(shape, shape["url"])


@routes.patch("/repos/{owner}/{repo}/git/refs/{ref}")
def patch_ref(call: Call) -> Response:
    """Move a branch or tag, as a fast forward unless ``force`` is set."""
    body, name = call.json(), f"refs/{call.params['ref']}"
    sha, force = body.text("sha"), body.get("force", bool, default=False)
    if call.repository.store.find_ref(name) is not None:
        check_workflows(call, name, sha)
    move_ref(call.world, call.repository, name, sha, call.actor, force=force)
    return ok(ref_shape(call.world.links, call.repository, name, sha))


@routes.delete("/repos/{owner}/{repo}/git/refs/{ref}")
def remove_ref(call: Call) -> Response:
    """Delete a branch or tag."""
    name = f"refs/{call.params['ref']}"
    if not name.startswith(("refs/heads/", "refs/tags/")):
        raise UnprocessableError("Reference cannot be deleted")
    delete_ref(call.world, call.repository, name, call.actor)
    return no_content()


def check_workflows(call: Call, name: str, sha: str) -> None:
    """Refuse to point a ref at a commit with other workflow files than the default branch without that permission.

    Raises:
        ForbiddenError: 403 in GitHub's words.
    """
    check_target(call.repository, name, sha)
    store = call.repository.store
    commit = store.peel(sha)
    allowed = call.token.allows("workflows", "write") or not store.has(commit, "commit")
    if not allowed and brings_workflows(call.repository, commit):
        raise ForbiddenError
