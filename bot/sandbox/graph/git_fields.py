"""Git objects: blobs, trees, commits and tags."""

from typing import Any

from graphql import GraphQLError

from bot.sandbox.acts.landing import list_bringing
from bot.sandbox.clock import iso, parse_iso
from bot.sandbox.git.history import list_log
from bot.sandbox.git.objects import Commit, Signature
from bot.sandbox.graph.fields import field
from bot.sandbox.graph.nodes import GitNode, RunNode, SuiteNode, ThreadNode, connection, require
from bot.sandbox.http import Call
from bot.sandbox.shapes.repositories import repository_page

_TRUNCATED_AT = 512_000
"""Bytes: GitHub shortens the text of larger blobs."""

_LISTED_IN_TIME = 2_000
"""Entries of folders. How many GitHub manages is written nowhere."""

_GAVE_UP = (
    "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug."
)


def _commit(node: GitNode) -> Commit:
    return node.repository.store.commit(node.sha)


def _register_oids() -> None:
    for name in ("Blob", "Commit", "Tag", "Tree"):
        field(name, "oid")(lambda node, _call: node.sha)
        field(name, "abbreviatedOid")(lambda node, _call: node.sha[:7])


_register_oids()


@field("Blob", "byteSize")
def byte_size(node: GitNode, _call: Call) -> int:
    """The size of the file."""
    return len(node.repository.store.blob(node.sha))


@field("Blob", "isBinary")
def is_binary(node: GitNode, _call: Call) -> bool:
    """Whether it holds a NUL, which is how git tells."""
    return b"\0" in node.repository.store.blob(node.sha)


@field("Blob", "isTruncated")
def is_truncated(node: GitNode, call: Call) -> bool:
    """Whether ``text`` leaves something out."""
    return byte_size(node, call) > _TRUNCATED_AT and not is_binary(node, call)


@field("Blob", "text")
def text(node: GitNode, call: Call) -> str | None:
    """The content as UTF-8; None when it is binary."""
    content = node.repository.store.blob(node.sha)
    return None if is_binary(node, call) else content[:_TRUNCATED_AT].decode(errors="replace")


@field("Tree", "entries")
def entries(node: GitNode, call: Call) -> list[dict[str, Any]]:
    """The entries of a tree. No page bounds them; a document that lists very many runs into GitHub's ten seconds."""
    repository, store = node.repository, node.repository.store
    found = store.tree(node.sha)
    call.listed += len(found)
    if call.listed > _LISTED_IN_TIME:
        raise GraphQLError(_GAVE_UP)
    return [
        {
            "name": one.path,
            "path": one.path,
            "mode": int(one.mode, 8),
            "oid": one.sha,
            "type": one.kind,
            "size": len(store.blob(one.sha)) if one.kind == "blob" else 0,
            "object": GitNode(repository, one.sha) if one.kind != "commit" else None,
        }
        for one in found
    ]


@field("Tag", "name")
def tag_name(node: GitNode, _call: Call) -> str:
    """The name written into the tag object."""
    return node.repository.store.tag(node.sha).name


@field("Tag", "message")
def tag_message(node: GitNode, _call: Call) -> str:
    """The message of the tag object."""
    return node.repository.store.tag(node.sha).message


@field("Tag", "target")
def tag_target(node: GitNode, _call: Call) -> GitNode:
    """What it tags."""
    return GitNode(node.repository, node.repository.store.tag(node.sha).target)


@field("Tag", "tagger")
def tagger(node: GitNode, call: Call) -> dict[str, Any]:
    """Who tagged."""
    return _actor(call, node.repository.store.tag(node.sha).tagger)


@field("Commit", "message")
def message(node: GitNode, _call: Call) -> str:
    """The whole message."""
    return _commit(node).message


@field("Commit", "messageHeadline")
def headline(node: GitNode, _call: Call) -> str:
    """The first line."""
    return _commit(node).headline


@field("Commit", "messageBody")
def body(node: GitNode, _call: Call) -> str:
    """The rest."""
    return _commit(node).message.partition("\n")[2].strip("\n")


@field("Commit", "author")
def author(node: GitNode, call: Call) -> dict[str, Any]:
    """Who wrote it."""
    return _actor(call, _commit(node).author)


@field("Commit", "committer")
def committer(node: GitNode, call: Call) -> dict[str, Any]:
    """Who committed it."""
    return _actor(call, _commit(node).committer)


@field("Commit", "authoredDate")
def authored_date(node: GitNode, _call: Call) -> str:
    """When it was written."""
    return iso(_commit(node).author.at)


@field("Commit", "committedDate")
def committed_date(node: GitNode, _call: Call) -> str:
    """When it was committed."""
    return iso(_commit(node).committer.at)


@field("Commit", "url")
def commit_url(node: GitNode, call: Call) -> str:
    """Its page."""
    return f"{repository_page(call.world.links, node.repository)}/commit/{node.sha}"


@field("Commit", "tree")
def tree(node: GitNode, _call: Call) -> GitNode:
    """Its files."""
    return GitNode(node.repository, _commit(node).tree)


@field("Commit", "parents")
def parents(node: GitNode, _call: Call, **page: Any) -> dict[str, Any]:
    """Its parents."""
    return connection("parents", [GitNode(node.repository, sha) for sha in _commit(node).parents], **page)


@field("Commit", "file")
def file(node: GitNode, _call: Call, *, path: str) -> dict[str, Any] | None:
    """One file at this commit."""
    entry = node.repository.store.find_path(_commit(node).tree, path)
    if entry is None:
        return None
    return {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "mode": int(entry.mode, 8),
        "oid": entry.sha,
        "type": entry.kind,
        "size": len(node.repository.store.blob(entry.sha)) if entry.kind == "blob" else 0,
        "object": GitNode(node.repository, entry.sha) if entry.kind != "commit" else None,
    }


@field("Commit", "history")
def history(
    node: GitNode, _call: Call, *, since: str | None = None, until: str | None = None, path: str | None = None, **page: Any
) -> dict[str, Any]:  # fmt: skip
    """The commits behind this one, newest first."""
    page.pop("author", None)
    store = node.repository.store
    low, high = (parse_iso(one) if one else None for one in (since, until))
    found = [
        one
        for one in list_log(store, node.sha)
        if (low is None or one.committer.at >= low)
        and (high is None or one.committer.at <= high)
        and (not path or store.find_path(one.tree, path) is not None)
    ]
    return connection("history", [GitNode(node.repository, one.sha) for one in found], **page)


@field("Commit", "associatedPullRequests")
def associated_pull_requests(node: GitNode, call: Call, **page: Any) -> dict[str, Any]:
    """The merged pull request that brought the commit, or open ones that hold it."""
    repository = require(call, node.repository, "read", "pull_requests")
    page.pop("order_by", None)
    found = list_bringing(repository, node.sha)
    return connection("associatedPullRequests", [ThreadNode(repository, pull) for pull in found], **page)


@field("Commit", "signature")
def commit_signature(node: GitNode, _call: Call) -> dict[str, Any] | None:
    """GitHub's own signature, where there is one."""
    if node.sha not in node.repository.store.signed:
        return None
    return {"__typename": "GpgSignature", "isValid": True, "state": "VALID", "wasSignedByGitHub": True}


@field("Commit", "checkSuites")
def check_suites(node: GitNode, call: Call, *, filter_by: dict[str, Any] | None = None, **page: Any) -> dict[str, Any]:
    """The check suites on the commit, by App."""
    repository = require(call, node.repository, "read", "checks")
    wanted = filter_by or {}
    found = [
        SuiteNode(repository, suite)
        for suite in repository.check_suites.values()
        if suite.head_sha == node.sha and wanted.get("appId") in (None, suite.app.id)
    ]
    return connection("checkSuites", found, **page)


@field("CheckSuite", "checkRuns")
def check_runs(node: SuiteNode, _call: Call, *, filter_by: dict[str, Any] | None = None, **page: Any) -> dict[str, Any]:
    """The runs of a suite; by default only the newest of each name."""
    wanted = filter_by or {}
    runs = [run for run in node.repository.check_runs.values() if run.suite is node.suite]
    if wanted.get("checkType", "LATEST") == "LATEST":
        runs = list({run.name: run for run in runs}.values())
    found = [
        RunNode(node.repository, run)
        for run in runs
        if wanted.get("checkName") in (None, run.name)
        and wanted.get("appId") in (None, run.app.id)
        and wanted.get("status") in (None, run.status.upper())
    ]
    return connection("checkRuns", found, **page)


def _actor(call: Call, who: Signature) -> dict[str, Any]:
    user = call.world.find_user_by_email(who.email)
    return {
        "name": who.name,
        "email": who.email,
        "date": iso(who.at),
        "user": user if user and user.type == "User" else None,
    }
