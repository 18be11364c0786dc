"""Adapters: commits, branches and tags are made here, each by its natural key."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from bot.github.client import Session
from bot.github.errors import GraphQLError, Unprocessable
from bot.github.facts import TagRef
from bot.github.listing import Tree
from bot.github.repositories import find_branch, find_tag

ZERO = "0" * 40
"""As ``beforeOid``: the branch must not exist yet."""

_MOVE = """
mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"""


_AGAINST_A_RULE = "rule violations found"

_MOST_FILES = 300
"""How many files of a commit GitHub tells."""


class BranchMovedError(Exception):
    """The branch is not where it was seen: somebody pushed to it, so it is not ours to move."""


async def ensure_commit(
    session: Session,
    *,
    parent: str,
    base: Tree,
    files: Mapping[str, bytes | None],
    message: str,
    there: str | None = None,
) -> Tree:
    """A commit on ``parent`` with ``files`` of ``base`` replaced (None: deleted), and what it lists.

    It is ``there`` when that is such a commit already, else a new one.

    Neither author nor committer is sent: only then does GitHub sign it for the App and show it as *Verified*. So the
    name of a commit holds the moment it was made, and only parent, tree and message tell that two are the same.
    """
    modes = base.find_modes(files)
    entries = [await _make_entry(session, path, modes[path], content) for path, content in files.items()]
    if entries:
        tree = (await session.post("/repos/{repository}/git/trees", {"base_tree": base.sha, "tree": entries}))["sha"]
    else:
        tree = base.sha if base.sha != base.commit else await _find_tree(session, base.commit)
    if there is not None and await _is_commit(session, there, parent=parent, tree=tree, message=message):
        return base.with_files(there, tree, files)
    body = {"message": message, "tree": tree, "parents": [parent]}
    made = await session.post("/repos/{repository}/git/commits", body)
    return base.with_files(str(made["sha"]), tree, files)


async def _make_entry(session: Session, path: str, mode: str, content: bytes | None) -> dict[str, str | None]:
    entry: dict[str, str | None] = {"path": path, "mode": mode, "type": "blob"}
    if content is None:
        # Only what the base tree has may be taken out; anything else GitHub refuses.
        return entry | {"sha": None}
    try:
        return entry | {"content": content.decode()}
    except UnicodeDecodeError:
        # A tree takes text only; a file in another encoding must keep its bytes.
        blob = {"content": base64.b64encode(content).decode(), "encoding": "base64"}
        return entry | {"sha": (await session.post("/repos/{repository}/git/blobs", blob))["sha"]}


async def list_changes(session: Session, sha: str) -> list[str]:
    """The paths that a commit changes against its first parent (at most 300, says GitHub); none when it is gone."""
    data = await session.find("/repos/{repository}/commits/{sha}", sha=sha) or {}
    return [str(file["filename"]) for file in data.get("files") or ()]


async def list_touched(session: Session, sha: str) -> list[str] | None:
    """The paths that a commit touches, of a renamed file both; None: GitHub does not tell all of them, or it is gone."""
    data = await session.find("/repos/{repository}/commits/{sha}", sha=sha) or {}
    files = data.get("files")
    if files is None or len(files) >= _MOST_FILES:
        return None
    return [str(file[name]) for file in files for name in ("filename", "previous_filename") if file.get(name)]


async def find_parent(session: Session, sha: str) -> str | None:
    """The first parent of a commit; None when it has none, or is gone."""
    data = await session.find("/repos/{repository}/git/commits/{sha}", sha=sha) or {}
    return next((str(parent["sha"]) for parent in data.get("parents") or ()), None)


async def _find_tree(session: Session, commit: str) -> str:
    return str((await session.get("/repos/{repository}/git/commits/{sha}", sha=commit))["tree"]["sha"])


async def _is_commit(session: Session, sha: str, *, parent: str, tree: str, message: str) -> bool:
    data = await session.get("/repos/{repository}/git/commits/{sha}", sha=sha)
    parents = [one["sha"] for one in data["parents"]]
    return (parents, data["tree"]["sha"], data["message"].strip()) == ([parent], tree, message.strip())


async def move_branch(
    session: Session, repository_node_id: str, branch: str, *, before: str | None, after: str
) -> None:
    """Point ``branch`` at ``after`` if it still is at ``before`` (None: if it does not exist).

    Raises:
        BranchMovedError: it is somewhere else by now.
        GraphQLError: a rule of the repository forbids it.
    """
    update = {"name": f"refs/heads/{branch}", "beforeOid": before or ZERO, "afterOid": after, "force": True}
    try:
        await session.graphql(_MOVE, {"input": {"repositoryId": repository_node_id, "refUpdates": [update]}})
    except GraphQLError as error:
        # A ruleset says no however often we ask; taken for a move of the branch it would be asked for ever.
        if error.types & {"FORBIDDEN", "RATE_LIMITED"} or _AGAINST_A_RULE in error.message.casefold():
            raise
        if await find_branch(session, branch) == after:
            return
        raise BranchMovedError(branch) from error


async def ensure_tag(session: Session, *, name: str, commit: str, message: str) -> tuple[TagRef, bool]:
    """The annotated tag ``name``, and whether it was made just now.

    One that is there already is read back, whatever commit it is on.
    """
    tag = {"tag": name, "message": message, "object": commit, "type": "commit"}
    made = await session.post("/repos/{repository}/git/tags", tag)
    try:
        await session.post("/repos/{repository}/git/refs", {"ref": f"refs/tags/{name}", "sha": made["sha"]})
    except Unprocessable as error:
        if not error.reference_exists:
            raise
        there = await find_tag(session, name)
        if there is None:
            raise
        return there, False
    return TagRef(name, commit, annotated=True), True
