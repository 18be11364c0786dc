"""Adapter: what landed on a branch since a tag, a page of a hundred commits with their pull requests in one document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from bot.github.client import Session
from bot.github.errors import Unavailable
from bot.github.landed import MOST_PARENTS, History, Landed, LandedPull
from bot.github.read import Json, read_account_node, read_moment

MOST_COMMITS: Final = 2_500
"""How many commits are read. A project that did not release for so long is told that the list is cut."""

PAGE: Final = 100
_SMALL_PAGE: Final = 20
"""Tried where GitHub gave up on a whole page: release-please has to ask for ten at a time since its associations are deep."""

PAGE_WITH_PATHS: Final = 25
_SMALL_PAGE_WITH_PATHS: Final = 5
"""With the files of each pull request a page is as dear as several without."""

_MOST_PULLS: Final = 3
_MOST_LABELS: Final = 20
_MOST_FILES: Final = 100
_OTHER_NAMES: Final = frozenset({"RENAMED", "COPIED"})
"""GraphQL tells where such a file is now, and not where it was."""

_NUMBER: Final = re.compile(r"\(#(\d{1,9})\)\s*\Z|\AMerge pull request #(\d{1,9}) from ", re.ASCII)
"""Where GitHub itself writes the number: behind the headline of a squash, and in that of a merge."""

PULL: Final = f"""
fragment landed on PullRequest {{
  number title body merged baseRefName headRefName mergedAt lastEditedAt
  author {{ __typename login ... on User {{ databaseId }} ... on Bot {{ databaseId }} }}
  mergeCommit {{ oid }}
  labels(first: {_MOST_LABELS}) {{ nodes {{ name }} }}
  FILES
}}"""
FILES: Final = f"files(first: {_MOST_FILES}) {{ pageInfo {{ hasNextPage }} nodes {{ path changeType }} }}"

COMMIT: Final = f"""
        oid message
        author {{ user {{ login }} }}
        parents(first: {MOST_PARENTS}) {{ totalCount nodes {{ oid }} }}
        associatedPullRequests(first: {_MOST_PULLS}) {{ nodes {{ ...landed }} }}"""
"""What is asked of each commit, with ``PULL`` behind the document."""

_PAGES = f"""
query($owner: String!, $name: String!, $tag: String!, $head: String!, $first: Int!, $after: String) {{
  repository(owner: $owner, name: $name) {{ ref(qualifiedName: $tag) {{ compare(headRef: $head) {{
    headTarget {{ oid }} behindBy
    commits(first: $first, after: $after) {{
      pageInfo {{ hasNextPage endCursor }}
      nodes {{{COMMIT}
      }}
    }}
  }} }} }}
}}{PULL}"""

_NAMED = f"""
query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ FIELDS }} }}{PULL}"""


async def read_history(session: Session, *, tag: str, branch: str, paths: bool = False) -> History | None:
    """What landed on ``branch`` since ``tag``; None when there is no such tag or both share no history.

    ``Ref.compare`` is exact where a history by dates misses what was merged late (facts of GitHub's GraphQL reference;
    release-please stops at the tag instead and so needs a linear history). With ``paths`` each pull request tells its files,
    as far as one page of them goes.

    Raises:
        GitHubError: GitHub cannot be asked at the moment.
    """
    commits: list[Landed] = []
    after: str | None = None
    size, smaller = (PAGE_WITH_PATHS, _SMALL_PAGE_WITH_PATHS) if paths else (PAGE, _SMALL_PAGE)
    document = _PAGES.replace("FILES", FILES if paths else "")
    while True:
        variables = {"owner": session.owner, "name": session.name, "tag": f"refs/tags/{tag}", "head": branch}
        try:
            data = await session.graphql_in_part(document, variables | {"first": size, "after": after})
        except Unavailable:
            if size == smaller:
                raise
            size = smaller
            continue
        compared = ((data["repository"] or {}).get("ref") or {}).get("compare")
        if compared is None:
            return None
        page = compared["commits"]
        commits += await read_commits(session, branch, page["nodes"], paths=paths)
        more = bool(page["pageInfo"]["hasNextPage"])
        if not more or len(commits) >= MOST_COMMITS:
            head, is_beside = str(compared["headTarget"]["oid"]), int(compared["behindBy"]) > 0
            return History(head, tuple(commits), complete=not more, is_beside=is_beside)
        after = str(page["pageInfo"]["endCursor"])


async def read_commits(session: Session, branch: str, nodes: Iterable[Json], *, paths: bool) -> list[Landed]:
    """Commits of ``branch`` from what ``COMMIT`` asks, with the pull requests that brought them."""
    return await _with_named(session, branch, [_read_commit(node, branch) for node in nodes], paths=paths)


async def _with_named(session: Session, branch: str, commits: list[Landed], *, paths: bool) -> list[Landed]:
    """``commits`` with the pull requests that GitHub does not associate yet with what it just merged.

    The association lags behind the merge (release-drafter#322); the number in the headline does not. Anybody can write
    one, so the pull request must agree that this is its merge commit.
    """
    named = {number: commit for commit in commits if commit.pull is None and (number := _find_number(commit.message))}
    if not named:
        return commits
    fields = " ".join(f"p{n}: issueOrPullRequest(number: {n}) {{ ...landed }}" for n in named)
    document = _NAMED.replace("FIELDS", fields).replace("FILES", FILES if paths else "")
    data = await session.graphql_in_part(document, {"owner": session.owner, "name": session.name})
    found: dict[str, LandedPull] = {}
    for number, commit in named.items():
        pull = choose_pull([(data["repository"] or {}).get(f"p{number}")], branch)
        if pull is not None and pull.merge_commit == commit.sha:
            found[commit.sha] = replace(pull, is_late=True)
    return [replace(commit, pull=found.get(commit.sha, commit.pull)) for commit in commits]


def _find_number(message: str) -> int | None:
    match = _NUMBER.search(message.partition("\n")[0])
    # A number is a 32-bit integer in GitHub's schema.
    number = int(match[1] or match[2]) if match else 0
    return number if 0 < number < 2**31 else None


def _read_commit(node: Json, branch: str) -> Landed:
    author = (node.get("author") or {}).get("user") or {}
    pulls = (node.get("associatedPullRequests") or {"nodes": ()})["nodes"]
    return Landed(
        sha=str(node["oid"]),
        message=str(node["message"]),
        author=str(author["login"]) if author.get("login") else None,
        is_merge=int(node["parents"]["totalCount"]) > 1,
        pull=choose_pull(pulls, branch),
        parents=tuple(str(one["oid"]) for one in node["parents"]["nodes"] if one),
    )


def choose_pull(pulls: Iterable[Mapping[str, Any] | None], branch: str) -> LandedPull | None:
    """The one that was merged into ``branch``: of stacked ones the commit belongs to several."""
    merged = (pull for pull in pulls if pull and pull.get("merged") and pull["baseRefName"] == branch)
    pull = next(merged, None)
    if pull is None:
        return None
    merge = pull.get("mergeCommit")
    return LandedPull(
        number=int(pull["number"]),
        title=str(pull["title"]),
        body="" if _is_edited_late(pull) else str(pull.get("body") or ""),
        author=read_account_node(pull.get("author")),
        labels=tuple(str(node["name"]) for node in (pull.get("labels") or {"nodes": ()})["nodes"] if node),
        head_branch=str(pull["headRefName"]),
        merge_commit=str(merge["oid"]) if merge else None,
        paths=_read_paths(pull.get("files")),
    )


def _is_edited_late(pull: Mapping[str, Any]) -> bool:
    """Whether its text is another one than whoever merged it has seen: its author can edit it, and need not be a writer."""
    edited, merged = read_moment(pull.get("lastEditedAt")), read_moment(pull.get("mergedAt"))
    # GitHub tells whole seconds only.
    return edited is not None and merged is not None and edited >= merged


def _read_paths(files: Json | None) -> tuple[str, ...] | None:
    """The files of a pull request, if these are all; of one that was renamed its old name would be missing."""
    nodes = files["nodes"] if files else None
    if not files or nodes is None or files["pageInfo"]["hasNextPage"]:
        return None
    if any(node is None or node["changeType"] in _OTHER_NAMES for node in nodes):
        return None
    return tuple(str(node["path"]) for node in nodes)
