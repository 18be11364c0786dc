"""Reading and writing files."""

import base64
import binascii
from typing import Any
from urllib.parse import quote

from bot.sandbox.acts.commits import WORKFLOWS, commit_files
from bot.sandbox.acts.refs import move_ref
from bot.sandbox.git.objects import Entry
from bot.sandbox.http import (
    Call,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    Response,
    Routes,
    UnprocessableError,
    created,
    ok,
    refused,
)
from bot.sandbox.shapes.git import git_commit
from bot.sandbox.shapes.repositories import repository_page, repository_url

routes = Routes()

_INLINE, _READABLE = 1024 * 1024, 100 * 1024 * 1024
"""Bytes: up to the first a file's content stands in the JSON, up to the second it can be read raw."""


@routes.get("/repos/{owner}/{repo}/contents")
def get_root(call: Call) -> Response:
    """The files at the top."""
    return _get(call, "")


@routes.get("/repos/{owner}/{repo}/contents/{path}")
def get_contents(call: Call) -> Response:
    """A file or the entries of a folder, in JSON or raw."""
    return _get(call, call.params["path"].strip("/"))


@routes.put("/repos/{owner}/{repo}/contents/{path}")
def put_contents(call: Call) -> Response:
    """Create or replace one file in one commit. 409 when ``sha`` is not the file's present blob."""
    body, path = call.json(), call.params["path"]
    message = body.text("message")
    content = _decode(body.text("content"))
    old = _writable(call, path, body.text("branch", call.repository.default_branch), body.text("sha", None))
    done = _commit(call, path, content, message)
    return (ok if old else created)(done)


@routes.delete("/repos/{owner}/{repo}/contents/{path}")
def delete_contents(call: Call) -> Response:
    """Remove one file in one commit."""
    body, path = call.json(), call.params["path"]
    message, sha = body.text("message"), body.text("sha")
    if _writable(call, path, body.text("branch", call.repository.default_branch), sha) is None:
        raise NotFoundError
    return ok(_commit(call, path, None, message))


def _get(call: Call, path: str) -> Response:
    repository, ref = call.repository, call.query("ref")
    commit = repository.store.find_commit(ref or repository.default_branch)
    if commit is None:
        raise NotFoundError(f"No commit found for the ref {ref}" if ref else "This repository is empty.")
    entry = repository.store.find_path(commit.tree, path)
    if entry is None:
        raise NotFoundError
    if entry.kind == "tree":
        children = repository.store.tree(entry.sha)
        prefix = f"{path}/" if path else ""
        inside = [Entry(prefix + child.path, child.mode, child.kind, child.sha) for child in children]
        return ok([_entry(call, child, ref) for child in inside])
    return _file(call, entry, ref)


def _file(call: Call, entry: Entry, ref: str) -> Response:
    content = call.repository.store.blob(entry.sha)
    if len(content) > _READABLE:
        raise ForbiddenError("This API returns blobs up to 100 MB in size.")
    if call.accepts("raw"):
        return Response(200, {"content-type": "application/vnd.github.raw+json; charset=utf-8"}, content)
    small = len(content) <= _INLINE
    shown = base64.encodebytes(content).decode() if small else ""
    return ok(_entry(call, entry, ref) | {"content": shown, "encoding": "base64" if small else "none"})


def _entry(call: Call, entry: Entry, ref: str) -> dict[str, Any]:
    api, page = repository_url(call.world.links, call.repository), repository_page(call.world.links, call.repository)
    at = ref or call.repository.default_branch
    path, folder = quote(entry.path), entry.kind == "tree"
    url = f"{api}/contents/{path}?ref={quote(at, safe='')}"
    git_url = f"{api}/git/{'trees' if folder else 'blobs'}/{entry.sha}"
    html = f"{page}/{'tree' if folder else 'blob'}/{quote(at)}/{path}"
    size = 0 if entry.kind != "blob" else len(call.repository.store.blob(entry.sha))
    kinds = {"tree": "dir", "blob": "symlink" if entry.mode == "120000" else "file", "commit": "submodule"}
    return {
        "type": kinds[entry.kind],
        "size": size,
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "url": url,
        "git_url": git_url,
        "html_url": html,
        "download_url": None if folder else f"{page}/raw/{quote(at)}/{path}",
        "_links": {"self": url, "git": git_url, "html": html},
    }


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=False)
    except (binascii.Error, ValueError):
        raise UnprocessableError("content is not valid Base64") from None


def _writable(call: Call, path: str, branch: str, sha: str | None) -> Entry | None:
    """The file to be written, if it is there, once everything speaks for writing it."""
    store = call.repository.store
    tip = store.find_ref(f"refs/heads/{branch}")
    if tip is None:
        raise NotFoundError(f"Branch {branch} not found")
    if path.startswith(WORKFLOWS) and not call.token.allows("workflows", "write"):
        raise ForbiddenError
    if path.endswith("/") or any(part in ("", ".", "..", ".git") for part in path.split("/")):
        raise UnprocessableError("path contains a malformed path component")
    old = store.find_path(store.commit(tip).tree, path)
    if old is not None and old.kind == "tree":
        raise refused("Commit", "path is a directory")
    if old is not None and sha is None:
        raise UnprocessableError('Invalid request.\n\n"sha" wasn\'t supplied.')
    if sha is not None and (old is None or old.sha != sha):
        raise ConflictError(f"{path} does not match {sha}")
    return old


def _commit(call: Call, path: str, content: bytes | None, message: str) -> dict[str, Any]:
    world, repository, store = call.world, call.repository, call.repository.store
    branch = f"refs/heads/{call.json().text('branch', repository.default_branch)}"
    sha = commit_files(
        world,
        repository,
        parent=store.find_ref(branch),
        files={path: content},
        message=message,
        author=call.actor,
        signed=True,
    )
    move_ref(world, repository, branch, sha, call.actor)
    commit = store.commit(sha)
    entry = store.find_path(commit.tree, path)
    shown = _entry(call, entry, branch.removeprefix("refs/heads/")) if entry else None
    return {"content": shown, "commit": git_commit(world.links, repository, commit)}
