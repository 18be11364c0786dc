"""Adapters: the repository, its files at a commit, its tags and branches."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from bot.github.client import Session
from bot.github.errors import Gone
from bot.github.facts import Repository, TagRef, ThreadRef
from bot.github.listing import Tree, TreeEntry
from bot.github.read import read_repository

MOST_TAGS = 100
"""How many of the newest tags are read in one request."""

TAG = """
fragment tag on Ref { name target { __typename oid ... on Tag { target { __typename oid } } } }"""

CONTENT = """
fragment content on Blob { oid byteSize isTruncated text }"""

REPOSITORY = """id databaseId nameWithOwner url isPrivate isFork isArchived
    owner { ... on Organization { databaseId } ... on User { databaseId } }
    defaultBranchRef { name }"""
"""What a document asks of a repository, for ``read_repository_node``."""

_TAGS = f"""
query($owner: String!, $name: String!, $first: Int!) {{
  repository(owner: $owner, name: $name) {{
    refs(refPrefix: "refs/tags/", first: $first, orderBy: {{field: TAG_COMMIT_DATE, direction: DESC}}) {{
      nodes {{ ...tag }}
    }}
  }}
}}{TAG}"""

_TAG_OF = f"""
query($owner: String!, $name: String!, $tag: String!) {{
  repository(owner: $owner, name: $name) {{ ref(qualifiedName: $tag) {{ ...tag }} }}
}}{TAG}"""

_TAGS_CONTAINING = _TAGS.replace("$first: Int!", "$first: Int!, $query: String!").replace(
    'refs/tags/",', 'refs/tags/", query: $query,'
)

_TAGS_AFTER = (
    _TAGS.replace("$first: Int!", "$first: Int!, $after: String")
    .replace("first: $first,", "first: $first, after: $after,")
    .replace("nodes {", "pageInfo { hasNextPage endCursor } nodes {")
)

_BLOBS = f"""
query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ FIELDS }} }}{CONTENT}"""


async def get_repository(session: Session) -> Repository:
    """The repository the session is for."""
    return read_repository(await session.get("/repos/{repository}"))


async def find_repository_id(session: Session) -> int | None:
    """The id of the repository the session is for, or None when there is none that we may see."""
    data = await session.find("/repos/{repository}")
    return int(data["id"]) if data else None


async def find_branch(session: Session, branch: str) -> str | None:
    """The commit a branch points to."""
    ref = await session.find("/repos/{repository}/git/ref/heads/{branch}", branch=branch)
    return str(ref["object"]["sha"]) if ref else None


async def contains(session: Session, branch: str, commit: str) -> bool:
    """Whether ``commit`` is in the history of ``branch``."""
    path = "/repos/{repository}/compare/{commit}...{branch}"
    found = await session.find(path, commit=commit, branch=branch, params={"per_page": "1"})
    return found is not None and found["status"] in ("ahead", "identical")


async def list_branches(session: Session, prefix: str) -> list[str]:
    """The names of all branches that start with ``prefix``."""
    refs = await session.get("/repos/{repository}/git/matching-refs/heads/{prefix}", prefix=prefix)
    return [str(ref["ref"]).removeprefix("refs/heads/") for ref in refs]


async def list_tags(session: Session, containing: str | None = None) -> tuple[TagRef, ...]:
    """The newest tags, at most ``MOST_TAGS``, each with the commit it leads to; only those with ``containing`` in their names."""
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "first": MOST_TAGS}
    if containing is None:
        data = await session.graphql(_TAGS, variables)
    else:
        data = await session.graphql(_TAGS_CONTAINING, {**variables, "query": containing})
    nodes = data["repository"]["refs"]["nodes"]
    return tuple(read_tag_node(node) for node in nodes)


async def page_tags(session: Session) -> AsyncIterator[tuple[TagRef, ...]]:
    """All tags, the newest first, ``MOST_TAGS`` at a time, each with the commit it leads to."""
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "first": MOST_TAGS}
    after: str | None = None
    while True:
        refs = (await session.graphql(_TAGS_AFTER, variables | {"after": after}))["repository"]["refs"]
        yield tuple(read_tag_node(node) for node in refs["nodes"])
        if not refs["pageInfo"]["hasNextPage"]:
            return
        after = str(refs["pageInfo"]["endCursor"])


async def find_tag(session: Session, name: str) -> TagRef | None:
    """The tag called exactly ``name``, with the commit it leads to."""
    variables = {"owner": session.owner, "name": session.name, "tag": f"refs/tags/{name}"}
    node = (await session.graphql(_TAG_OF, variables))["repository"]["ref"]
    return read_tag_node(node) if node else None


async def get_tree(session: Session, commit: str) -> Tree:
    """Every blob of ``commit``, symbolic links apart. Submodules are left out: a release edits plain files only."""
    data = await session.get("/repos/{repository}/git/trees/{commit}", commit=commit, params={"recursive": "1"})
    entries = (
        TreeEntry(str(entry["path"]), str(entry["sha"]), str(entry["mode"]), int(entry.get("size") or 0))
        for entry in data["tree"]
        if entry["type"] == "blob"
    )
    return Tree.of(commit, str(data["sha"]), entries, truncated=bool(data.get("truncated")))


async def read_blobs(session: Session, entries: Iterable[TreeEntry]) -> dict[str, bytes]:
    """The exact bytes of ``entries`` by path, in one request where they are text."""
    wanted = list(entries)
    if not wanted:
        return {}
    # Blobs are asked for by object name, never as "branch:path": aliases of a moving branch are not one snapshot.
    fields = " ".join(f'b{i}: object(oid: "{entry.sha}") {{ ...content }}' for i, entry in enumerate(wanted))
    query = _BLOBS.replace("FIELDS", fields)
    data = await session.graphql(query, {"owner": session.owner, "name": session.name})
    found: dict[str, bytes] = {}
    for i, entry in enumerate(wanted):
        text = exact_text(data["repository"].get(f"b{i}"))
        found[entry.path] = text if text is not None else await read_blob(session, entry.sha)
    return found


def exact_text(blob: Mapping[str, Any] | None) -> bytes | None:
    """A blob's bytes when GraphQL gave all of them: it cuts long texts and replaces what is not UTF-8."""
    if not blob or blob.get("isTruncated") or blob.get("text") is None:
        return None
    content = str(blob["text"]).encode()
    return content if len(content) == blob.get("byteSize") else None


async def read_blob(session: Session, sha: str) -> bytes:
    """The exact bytes of a blob of any kind. Raises NotFound."""
    data = await session.get("/repos/{repository}/git/blobs/{sha}", sha=sha)
    return base64.b64decode(data["content"])


def read_tag_node(node: Mapping[str, Any]) -> TagRef:
    """A tag as GraphQL gives it."""
    target = node["target"]
    annotated = target["__typename"] == "Tag"
    commit = target["target"]["oid"] if annotated else target["oid"]
    return TagRef(str(node["name"]), str(commit), annotated)


async def read_files_at(session: Session, paths: Iterable[str], at: str = "HEAD") -> dict[str, bytes]:
    """The files among ``paths`` that a commit has, that of the default branch unless told otherwise, in one request."""
    wanted = list(paths)
    fields = " ".join(
        f"b{i}: object(expression: {json.dumps(f'{at}:{path}')}) {{ ...content }}" for i, path in enumerate(wanted)
    )
    data = await session.graphql(_BLOBS.replace("FIELDS", fields), {"owner": session.owner, "name": session.name})
    found = {}
    for i, path in enumerate(wanted):
        blob = data["repository"].get(f"b{i}")
        if blob:
            text = exact_text(blob)
            found[path] = text if text is not None else await read_blob(session, str(blob["oid"]))
    return found


async def find_thread(session: Session, number: int) -> ThreadRef | None:
    """An issue or pull request as a place to talk; None when it is gone.

    One that was deleted answers 410, and one that was moved to another repository 301, to which it leads: what is said
    there, by whoever may write there, is said in another thread.
    """
    try:
        data = await session.find("/repos/{repository}/issues/{number}", number=number)
    except Gone:
        return None
    if data is None or not _is_in(session, str(data["repository_url"])):
        return None
    labels = tuple(str(label["name"]) for label in data.get("labels") or () if isinstance(label, dict))
    return ThreadRef(str(data["node_id"]), str(data["html_url"]), bool(data.get("locked")), labels)


def _is_in(session: Session, repository_url: str) -> bool:
    here = f"/{session.owner}/{session.name}".lower()
    return repository_url.lower().endswith(here)


async def is_issue_locked(session: Session, number: int) -> bool:
    """Whether the conversation of an issue is locked. Raises NotFound."""
    return bool((await session.get("/repos/{repository}/issues/{number}", number=number)).get("locked"))
