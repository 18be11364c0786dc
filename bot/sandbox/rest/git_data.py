"""Git's own objects: blobs, trees, commits and tags."""

import base64
import binascii
from typing import Any

from bot.sandbox.acts.commits import signature_of
from bot.sandbox.clock import parse_iso
from bot.sandbox.git.objects import MODES, Entry, Signature, UnknownObjectError
from bot.sandbox.http import Body, Call, NotFoundError, Response, Routes, UnprocessableError, created, invalid, ok
from bot.sandbox.ids import node_id
from bot.sandbox.shapes.git import git_commit, tag_object
from bot.sandbox.shapes.repositories import repository_url

routes = Routes()

_LARGEST_LISTING = 100_000
_KINDS = ("blob", "tree", "commit")


@routes.post("/repos/{owner}/{repo}/git/blobs")
def create_blob(call: Call) -> Response:
    """Store a file's content."""
    body = call.json()
    content = body.text("content")
    if body.choice("encoding", ("utf-8", "base64"), "utf-8") == "base64":
        try:
            raw = base64.b64decode(content)
        except (binascii.Error, ValueError):
            raise UnprocessableError("content is not valid Base64") from None
    else:
        raw = content.encode()
    sha = call.repository.store.add_blob(raw)
    url = f"{repository_url(call.world.links, call.repository)}/git/blobs/{sha}"
    return created({"sha": sha, "url": url}, url)


@routes.get("/repos/{owner}/{repo}/git/blobs/{file_sha}")
def get_blob(call: Call) -> Response:
    """A file's content by its SHA, in Base64 or raw."""
    sha = call.params["file_sha"]
    try:
        content = call.repository.store.blob(sha)
    except UnknownObjectError:
        raise NotFoundError from None
    if call.accepts("raw"):
        return Response(200, {"content-type": "application/vnd.github.raw; charset=utf-8"}, content)
    return ok(
        {
            "sha": sha,
            "node_id": node_id("Blob", f"{call.repository.id}:{sha}"),
            "size": len(content),
            "url": f"{repository_url(call.world.links, call.repository)}/git/blobs/{sha}",
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        }
    )


@routes.post("/repos/{owner}/{repo}/git/trees")
def create_tree(call: Call) -> Response:
    """Store a tree: ``base_tree`` with entries set, or taken out by ``"sha": null``."""
    body, store = call.json(), call.repository.store
    base = body.get("base_tree", (str, type(None)), None)
    if base is not None:
        base = _tree_of(call, base)
        if base is None:
            raise UnprocessableError("base_tree is not a valid tree oid")
    changes = dict(_change(call, entry) for entry in body.get("tree", list))
    if not changes:
        raise UnprocessableError("Invalid tree info")
    known = {entry.path for entry in store.walk_tree(base)} if base else set()
    if any(change is None and path not in known for path, change in changes.items()):
        raise UnprocessableError("GitRPC::BadObjectState")
    sha = store.add_tree(base, changes)
    return created(_tree(call, sha, sha, recursive=False))


@routes.get("/repos/{owner}/{repo}/git/trees/{tree_sha}")
def get_tree(call: Call) -> Response:
    """A tree by its SHA, that of a commit, or the name of a branch; any value of ``recursive`` opens all folders.

    Asked for by a commit it bears the commit's name: https://github.com/cscheid/rgithub/issues/43.
    """
    name = call.params["tree_sha"]
    sha, asked = _tree_of(call, name), name
    if sha is None:
        commit = call.repository.store.find_commit(name)
        sha, asked = (commit.tree, commit.sha) if commit else (None, name)
    if sha is None:
        raise NotFoundError
    return ok(_tree(call, sha, asked, recursive="recursive" in call.request.query))


@routes.post("/repos/{owner}/{repo}/git/commits")
def create_commit(call: Call) -> Response:
    """Store a commit. Without author, committer and signature it is the App's own, and GitHub vouches for it."""
    body, store = call.json(), call.repository.store
    message, tree = body.text("message"), body.text("tree")
    parents = body.texts("parents", [])
    if not store.has(tree, "tree"):
        raise UnprocessableError("Tree SHA does not exist")
    if not all(store.has(parent, "commit") for parent in parents):
        raise UnprocessableError("Parent SHA does not exist or is not a commit object")
    signed = not any(name in body for name in ("author", "committer", "signature"))
    bot = signature_of(call.world, call.actor)
    author = _signature(call, body, "author") or bot
    committer = _signature(call, body, "committer") or author
    sha = store.add_commit(tree, parents, message, author=author, committer=committer, signed=signed)
    shape = git_commit(call.world.links, call.repository, store.commit(sha))
    return created(shape, shape["url"])


@routes.get("/repos/{owner}/{repo}/git/commits/{commit_sha}")
def get_commit(call: Call) -> Response:
    """A commit as git has it."""
    try:
        commit = call.repository.store.commit(call.params["commit_sha"])
    except UnknownObjectError:
        raise NotFoundError from None
    return ok(git_commit(call.world.links, call.repository, commit))


@routes.post("/repos/{owner}/{repo}/git/tags")
def create_tag(call: Call) -> Response:
    """Store an annotated tag object; it is no tag until a ref points at it."""
    body, store = call.json(), call.repository.store
    name, message, target = body.text("tag"), body.text("message"), body.text("object")
    kind = body.choice("type", _KINDS)
    if not store.has(target, kind):
        raise UnprocessableError("Could not resolve to a Git object")
    tagger = _signature(call, body, "tagger") or signature_of(call.world, call.actor)
    shape = tag_object(call.world.links, call.repository, store.tag(store.add_tag(name, target, message, tagger)))
    return created(shape, shape["url"])


@routes.get("/repos/{owner}/{repo}/git/tags/{tag_sha}")
def get_tag(call: Call) -> Response:
    """An annotated tag object by its SHA."""
    try:
        tag = call.repository.store.tag(call.params["tag_sha"])
    except UnknownObjectError:
        raise NotFoundError from None
    return ok(tag_object(call.world.links, call.repository, tag))


def _tree_of(call: Call, sha: str) -> str | None:
    store = call.repository.store
    if store.has(sha, "commit"):
        return store.commit(sha).tree
    return sha if store.has(sha, "tree") else None


def _change(call: Call, entry: Any) -> tuple[str, tuple[str, str] | None]:
    if not isinstance(entry, dict):
        raise UnprocessableError("Invalid tree info")
    fields, store = Body(entry), call.repository.store
    path, mode = fields.text("path"), fields.choice("mode", tuple(MODES))
    if any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise UnprocessableError("tree.path contains a malformed path component")
    if "content" in fields:
        if "sha" in fields:
            raise UnprocessableError("Must supply either tree.sha or tree.content, not both")
        return path, (mode, store.add_blob(fields.text("content").encode()))
    sha = fields.get("sha", (str, type(None)))
    if sha is None:
        return path, None
    kind = MODES[mode]
    if fields.choice("type", _KINDS, kind) != kind or (kind != "commit" and not store.has(sha, kind)):
        raise UnprocessableError(f"tree.sha {sha} is not a valid {kind}")
    return path, (mode, sha)


def _tree(call: Call, sha: str, asked: str, *, recursive: bool) -> dict[str, Any]:
    store, url = call.repository.store, repository_url(call.world.links, call.repository)
    entries = store.walk_tree(sha) if recursive else store.tree(sha)

    def shape(entry: Entry) -> dict[str, Any]:
        line: dict[str, Any] = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
        if entry.kind == "blob":
            line["size"] = len(store.blob(entry.sha))
        if entry.kind != "commit":
            line["url"] = f"{url}/git/{entry.kind}s/{entry.sha}"
        return line

    shown = [shape(entry) for entry in entries[:_LARGEST_LISTING]]
    return {"sha": asked, "url": f"{url}/git/trees/{asked}", "tree": shown, "truncated": len(entries) > len(shown)}


def _signature(call: Call, body: Body, name: str) -> Signature | None:
    given = body.get(name, dict, None)
    if given is None:
        return None
    fields = Body(given)
    date = fields.text("date", None)
    try:
        at = parse_iso(date) if date else call.world.now()
    except ValueError:
        raise invalid("Commit", name) from None
    return Signature(fields.text("name"), fields.text("email"), at)
