"""Adapter: the merge queue of a branch, read from the branches on which GitHub tests what waits in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.github.checks import NAME
from bot.github.client import Session
from bot.github.facts import CheckRun, PullRequest, Repository
from bot.github.read import Json, read_check_node, read_pull_node, read_repository_node
from bot.github.repositories import REPOSITORY

BRANCHES = "gh-readonly-queue/"
"""What the names begin with of the branches on which GitHub tests what waits in a merge queue."""

_NAME = re.compile(r"pr-(\d{1,10})-([0-9a-f]{40,64})")
_MOST_GROUPS, _MOST_CHECKS, _MOST_PULLS, _MOST_LABELS = 100, 10, 50, 30


@dataclass(frozen=True, slots=True)
class QueueGroup:
    """A pull request in the queue, and the commit on which it is tested together with everything before it."""

    number: int
    head: str
    stands_on: str
    """The commit of the base, or of the group before it."""
    check: CheckRun | None
    """Our newest check run there."""


async def list_groups(session: Session, base: str, app_id: int) -> tuple[Repository | None, tuple[QueueGroup, ...]]:
    """The repository, and what is tested for ``base`` now, in no order. Raises GitHubError."""
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "app": app_id, "check": NAME}
    variables["prefix"] = f"refs/heads/{BRANCHES}{base}/"
    data = (await session.graphql(_GROUPS, variables))["repository"]
    found = (_read_group(node) for node in data["refs"]["nodes"])
    return read_repository_node(data), tuple(group for group in found if group is not None)


def list_contained(groups: Iterable[QueueGroup], head: str) -> tuple[QueueGroup, ...]:
    """The group of the commit ``head`` and those that it stands on, the newest first; empty when there is none."""
    by_head = {group.head: group for group in groups}
    contained: list[QueueGroup] = []
    while head in by_head:
        group = by_head.pop(head)
        contained.append(group)
        head = group.stands_on
    return tuple(contained)


async def list_pulls_of(session: Session, numbers: Iterable[int]) -> list[PullRequest]:
    """The pull requests of these numbers, as many as fit into one request. Raises GitHubError."""
    wanted = sorted(set(numbers))[:_MOST_PULLS]
    if not wanted:
        return []
    fields = " ".join(f"p{number}: pullRequest(number: {number}) {{ ...pull }}" for number in wanted)
    document = _PULLS.replace("FIELDS", fields)
    data = (await session.graphql(document, {"owner": session.owner, "name": session.name}))["repository"]
    return [read_pull_node(node) for number in wanted if (node := data[f"p{number}"])]


def _read_group(node: Json) -> QueueGroup | None:
    name, target = _NAME.fullmatch(str(node["name"]).rpartition("/")[2]), node["target"]
    if name is None or not target or "checkSuites" not in target:
        return None
    head = str(target["oid"])
    suites = (target["checkSuites"] or {"nodes": ()})["nodes"]
    runs = [read_check_node(run, head) for suite in suites for run in suite["checkRuns"]["nodes"]]
    return QueueGroup(int(name[1]), head, name[2], max(runs, key=lambda run: run.id, default=None))


_GROUPS = f"""
query($owner: String!, $name: String!, $prefix: String!, $app: Int!, $check: String!) {{
  repository(owner: $owner, name: $name) {{
    {REPOSITORY}
    refs(refPrefix: $prefix, first: {_MOST_GROUPS}) {{
      nodes {{ name target {{ oid ... on Commit {{
        checkSuites(first: 1, filterBy: {{appId: $app}}) {{ nodes {{
          checkRuns(first: {_MOST_CHECKS}, filterBy: {{appId: $app, checkName: $check, checkType: ALL}}) {{
            nodes {{ databaseId conclusion externalId title summary url }}
          }}
        }} }}
      }} }} }}
    }}
  }}
}}"""

_PULLS = f"""
query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ FIELDS }} }}
fragment pull on PullRequest {{
  number id title url state merged locked headRefName headRefOid baseRefName createdAt mergedAt isInMergeQueue
  headRepository {{ databaseId }}
  author {{ __typename login ... on User {{ databaseId }} ... on Bot {{ databaseId }} }}
  mergeCommit {{ oid }}
  labels(first: {_MOST_LABELS}) {{ nodes {{ name }} }}
}}"""
