"""Mutations of refs and branches."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from bot.sandbox.acts.commits import WORKFLOWS, brings_workflows, commit_files
from bot.sandbox.acts.refs import (
    check_no_folder,
    check_ref_name,
    check_target,
    create_ref,
    delete_ref,
    is_fast_forward,
    is_told_of,
    move_ref,
)
from bot.sandbox.acts.rules import check_rules
from bot.sandbox.git.objects import ZERO
from bot.sandbox.graph.fields import mutation
from bot.sandbox.graph.lookup import get_node_of
from bot.sandbox.graph.nodes import GitNode, GraphError, RefNode, require
from bot.sandbox.http import Call
from bot.sandbox.state.repository import Repository


@dataclass(frozen=True, slots=True)
class RefUpdate:
    """One of the moves of ``updateRefs``."""

    name: str
    before: str | None
    """What the ref must point at now; forty zeros: it must not exist; None: anything."""
    after: str
    """What it shall point at; forty zeros: it shall be deleted."""
    force: bool


@mutation("updateRefs")
def update_refs(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Create, move and delete several refs, all of them or none, each only if it is where it is expected."""
    repository = _repository(call, given["repositoryId"])
    updates = [
        RefUpdate(one["name"], one.get("beforeOid"), one["afterOid"], bool(one.get("force")))
        for one in given["refUpdates"]
    ]
    for update in updates:
        _check(call, repository, update)
    tags = sum(update.name.startswith("refs/tags/") for update in updates)
    for update in updates:
        _apply(call, repository, update, told=not update.name.startswith("refs/tags/") or is_told_of(tags))
    return {}


@mutation("createRef")
def post_ref(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Create a branch or tag."""
    repository = _repository(call, given["repositoryId"])
    name, oid = given["name"], given["oid"]
    _check_workflows(call, repository, oid)
    create_ref(call.world, repository, name, oid, call.actor)
    return {"ref": RefNode(repository, name, oid)}


@mutation("updateRef")
def patch_ref(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Move a branch or tag."""
    node = get_node_of(call, given["refId"], RefNode, "write")
    _check_workflows(call, node.repository, given["oid"])
    move_ref(call.world, node.repository, node.name, given["oid"], call.actor, force=bool(given.get("force")))
    return {"ref": RefNode(node.repository, node.name, given["oid"])}


@mutation("deleteRef")
def remove_ref(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Delete a branch or tag."""
    node = get_node_of(call, given["refId"], RefNode, "write")
    delete_ref(call.world, node.repository, node.name, call.actor)
    return {}


@mutation("createCommitOnBranch")
def create_commit_on_branch(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """Commit whole files on a branch that is where it is expected; GitHub signs the commit."""
    repository, branch = _branch(call, given["branch"])
    require(call, repository, "write", "contents")
    name, expected = f"refs/heads/{branch}", given["expectedHeadOid"]
    tip = repository.store.find_ref(name)
    if tip is None:
        raise GraphError("NOT_FOUND", f"No such branch: {branch}")
    if tip != expected:
        message = f'Expected branch to point to "{expected}" but it did not.  Pull and try again.'
        raise GraphError("STALE_DATA", message)
    files = _files(repository, tip, given.get("fileChanges") or {})
    if any(path.startswith(WORKFLOWS) for path in files) and not call.token.allows("workflows", "write"):
        raise GraphError("FORBIDDEN", "Resource not accessible by integration")
    headline, body = given["message"]["headline"], given["message"].get("body")
    message = f"{headline}\n\n{body}" if body else headline
    sha = commit_files(
        call.world, repository, parent=tip, files=files, message=message, author=call.actor, signed=True
    )  # fmt: skip
    move_ref(call.world, repository, name, sha, call.actor)
    return {"commit": GitNode(repository, sha), "ref": RefNode(repository, name, sha)}


def _repository(call: Call, text: str) -> Repository:
    found = get_node_of(call, text, Repository, "read")
    return require(call, found, "write", "contents")


def _check(call: Call, repository: Repository, update: RefUpdate) -> None:
    check_ref_name(update.name)
    now = repository.store.find_ref(update.name)
    if update.before is not None and (now or ZERO) != update.before:
        shown = now or "nothing"
        raise GraphError("UNPROCESSABLE", f"Expected {update.name} to point to {update.before} but it was {shown}")
    if update.after == ZERO:
        if now is None:
            raise GraphError("UNPROCESSABLE", f"Reference does not exist: {update.name}")
        check_rules(repository, call.actor, update.name, "deletion")
        return
    check_target(repository, update.name, update.after)
    if now is None:
        check_no_folder(repository, update.name)
    check_rules(repository, call.actor, update.name, "creation" if now is None else "update")
    _check_workflows(call, repository, update.after)
    if now is not None and not is_fast_forward(repository, now, update.after):
        if not update.force:
            raise GraphError("UNPROCESSABLE", "Update is not a fast forward")
        check_rules(repository, call.actor, update.name, "non_fast_forward")


def _apply(call: Call, repository: Repository, update: RefUpdate, *, told: bool) -> None:
    if update.after == ZERO:
        delete_ref(call.world, repository, update.name, call.actor, told=told)
    elif repository.store.find_ref(update.name) is None:
        create_ref(call.world, repository, update.name, update.after, call.actor, told=told)
    else:
        move_ref(call.world, repository, update.name, update.after, call.actor, force=update.force, told=told)


def _check_workflows(call: Call, repository: Repository, oid: str) -> None:
    store = repository.store
    commit = store.peel(oid) if store.has(oid) else oid
    if not store.has(commit, "commit") or call.token.allows("workflows", "write"):
        return
    if brings_workflows(repository, commit):
        raise GraphError("FORBIDDEN", "Resource not accessible by integration")


def _branch(call: Call, given: dict[str, Any]) -> tuple[Repository, str]:
    """The branch a commit goes to: by its node id, or by repository and name, not both."""
    by_id, full_name, name = given.get("id"), given.get("repositoryNameWithOwner"), given.get("branchName")
    if bool(by_id) == bool(full_name and name):
        raise GraphError(
            "UNPROCESSABLE", "Either `id` or both `repositoryNameWithOwner` and `branchName` are required."
        )
    if by_id:
        node = get_node_of(call, by_id, RefNode, "write")
        return node.repository, node.name.removeprefix("refs/heads/")
    owner, _, repository_name = str(full_name).partition("/")
    found = call.world.find_repository(owner, repository_name)
    return require(call, found, "write", "contents"), str(name).removeprefix("refs/heads/")


def _files(repository: Repository, tip: str, changes: dict[str, Any]) -> dict[str, bytes | None]:
    files: dict[str, bytes | None] = {}
    known = repository.store.files(tip)
    for one in changes.get("deletions") or ():
        if one["path"] not in known:
            raise GraphError("UNPROCESSABLE", f"A path was requested for deletion which does not exist: {one['path']}")
        files[one["path"]] = None
    for one in changes.get("additions") or ():
        try:
            files[one["path"]] = base64.b64decode(one["contents"], validate=True)
        except binascii.Error:
            raise GraphError("UNPROCESSABLE", f"contents of {one['path']} are not valid Base64") from None
    if not files:
        raise GraphError("UNPROCESSABLE", "A commit needs at least one file change.")
    return files
