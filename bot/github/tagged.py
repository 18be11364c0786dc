"""Adapter: the check runs of our App on the newest commits of a repository, in one document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from bot.github.client import Session
from bot.github.read import Json

_MOST_COMMITS: Final = 50
_MOST_BRANCHES: Final = 10
_MOST_OF_BRANCH: Final = 3
_MOST_TAGS: Final = 20
_MOST_SUITES: Final = 2
_MOST_RUNS: Final = 20
"""Together some 5,000 nodes at most, and four points of GraphQL's rate limit."""

_CHECKED = f"""
query($owner: String!, $name: String!, $base: String!, $app: Int!) {{
  repository(owner: $owner, name: $name) {{
    base: ref(qualifiedName: $base) {{ target {{ ... on Commit {{
      history(first: {_MOST_COMMITS}) {{ nodes {{ ...checked }} }}
    }} }} }}
    branches: refs(
      refPrefix: "refs/heads/", first: {_MOST_BRANCHES}, orderBy: {{field: TAG_COMMIT_DATE, direction: DESC}}
    ) {{ nodes {{ target {{ ... on Commit {{ history(first: {_MOST_OF_BRANCH}) {{ nodes {{ ...checked }} }} }} }} }} }}
    tags: refs(
      refPrefix: "refs/tags/", first: {_MOST_TAGS}, orderBy: {{field: TAG_COMMIT_DATE, direction: DESC}}
    ) {{ nodes {{ target {{ ...checked ... on Tag {{ target {{ ...checked }} }} }} }} }}
  }}
}}
fragment checked on Commit {{
  oid
  checkSuites(first: {_MOST_SUITES}, filterBy: {{appId: $app}}) {{
    nodes {{ checkRuns(first: {_MOST_RUNS}, filterBy: {{appId: $app, checkType: LATEST}}) {{
      nodes {{ databaseId name externalId }}
    }} }}
  }}
}}"""


@dataclass(frozen=True, slots=True)
class NamedCheck:
    """A check run of our App."""

    id: int
    name: str
    external_id: str


@dataclass(frozen=True, slots=True)
class CheckedCommit:
    """A commit, and the newest check run of each name that our App made on it."""

    sha: str
    checks: tuple[NamedCheck, ...]


async def list_checked(session: Session, base: str, app_id: int) -> list[CheckedCommit]:
    """The newest commits of ``base``, of the branches and of the tags that moved last, where our App made a check run.

    Raises:
        GitHubError: it cannot be told at the moment, or may not be.
    """
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "app": app_id}
    data = (await session.graphql(_CHECKED, variables | {"base": f"refs/heads/{base}"}))["repository"]
    found = {str(node["oid"]): _read_checks(node) for node in _list_commits(data) if node and node.get("oid")}
    return [CheckedCommit(sha, checks) for sha, checks in found.items() if checks]


def _list_commits(data: Json) -> Iterator[dict[str, Any]]:
    for ref in (data["base"], *data["branches"]["nodes"]):
        yield from ((ref or {}).get("target") or {}).get("history", {"nodes": ()})["nodes"]
    for ref in data["tags"]["nodes"]:
        target = ref["target"]
        yield target if "checkSuites" in target else target.get("target") or {}


def _read_checks(node: Json) -> tuple[NamedCheck, ...]:
    suites: Iterable[Any] = (node.get("checkSuites") or {"nodes": ()})["nodes"]
    runs = (run for suite in suites for run in (suite.get("checkRuns") or {"nodes": ()})["nodes"])
    return tuple(NamedCheck(int(run["databaseId"]), str(run["name"]), str(run.get("externalId") or "")) for run in runs)
