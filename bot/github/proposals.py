"""Adapter: what an ordinary pull request would change, read in one request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.github.client import Session
from bot.github.facts import CheckRun, PullRequest, Repository
from bot.github.read import Json, read_check_node, read_pull_node, read_repository_node
from bot.github.repositories import CONTENT, REPOSITORY, exact_text, read_blob

_MOST_FILES = 100
"""How many changed files are told; of a pull request that changes more, the files that matter are compared instead."""

_MOST_SUITES, _MOST_CHECKS, _MOST_LABELS = 2, 30, 30


@dataclass(frozen=True, slots=True)
class Proposal:
    """A pull request, and the files that were asked for. A path without a key is a file that is not there."""

    repository: Repository
    pull: PullRequest
    paths: frozenset[str] | None
    """What it changes; None when that is more than is told."""
    proposed: Mapping[str, bytes]
    """As its head has them."""
    present: Mapping[str, bytes]
    """As the default branch has them."""
    checks: Mapping[str, CheckRun] | None
    """Our newest check runs on its head by name; None when they were not told."""

    def touches(self, path: str) -> bool:
        """Whether it changes the file."""
        if self.paths is not None:
            return path in self.paths
        return self.proposed.get(path) != self.present.get(path)


async def find_proposal(
    session: Session, number: int, head: str, *, app_id: int, paths: Iterable[str]
) -> Proposal | None:
    """What the pull request ``number`` changes with its head at ``head``; None where it does not show that head.

    One request, whatever it changes, unless one of the files is no text. The head may lie in a fork: GitHub keeps the
    objects of both together. They are read as data.

    Args:
        session: Reads the repository.
        number: Of the pull request.
        head: The commit it is looked at.
        app_id: Whose check runs are ours.
        paths: Files whose content matters.

    Raises:
        GitHubError: GitHub cannot be asked, does not permit it, or has no such pull request.
    """
    wanted = list(paths)
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "number": number}
    variables |= {"head": head, "app": app_id}
    for i, path in enumerate(wanted):
        variables |= {f"proposed{i}": f"{head}:{path}", f"present{i}": f"HEAD:{path}"}
    data = (await session.graphql(_get_document(len(wanted)), variables))["repository"]
    repository = read_repository_node(data)
    pull = read_pull_node(data["pullRequest"])
    if repository is None or pull.head_sha != head:
        return None
    files = data["pullRequest"]["files"]
    whole = files is not None and not files["pageInfo"]["hasNextPage"]
    return Proposal(
        repository=repository,
        pull=pull,
        paths=frozenset(str(node["path"]) for node in files["nodes"]) if whole else None,
        proposed=await _read_files(session, {path: data[f"proposed{i}"] for i, path in enumerate(wanted)}),
        present=await _read_files(session, {path: data[f"present{i}"] for i, path in enumerate(wanted)}),
        checks=_read_checks(data["commit"], head),
    )


def _get_document(paths: int) -> str:
    declared = "".join(f", $proposed{i}: String!, $present{i}: String!" for i in range(paths))
    files = [
        f"{name}{i}: object(expression: ${name}{i}) {{ ...content }}"
        for name in ("proposed", "present")
        for i in range(paths)
    ]
    return _DOCUMENT.replace(", DECLARED", declared).replace("FILES", " ".join(files)) + CONTENT


_DOCUMENT = f"""
query($owner: String!, $name: String!, $number: Int!, $head: GitObjectID!, $app: Int!, DECLARED) {{
  repository(owner: $owner, name: $name) {{
    {REPOSITORY}
    pullRequest(number: $number) {{
      number id title url state merged locked headRefName headRefOid baseRefName createdAt mergedAt
      headRepository {{ databaseId }}
      author {{ __typename login ... on User {{ databaseId }} ... on Bot {{ databaseId }} }}
      mergeCommit {{ oid }}
      labels(first: {_MOST_LABELS}) {{ nodes {{ name }} }}
      files(first: {_MOST_FILES}) {{ pageInfo {{ hasNextPage }} nodes {{ path }} }}
    }}
    commit: object(oid: $head) {{
      ... on Commit {{
        checkSuites(first: {_MOST_SUITES}, filterBy: {{appId: $app}}) {{
          pageInfo {{ hasNextPage }}
          nodes {{ checkRuns(first: {_MOST_CHECKS}, filterBy: {{appId: $app, checkType: LATEST}}) {{
            pageInfo {{ hasNextPage }}
            nodes {{ name databaseId conclusion externalId title summary url }}
          }} }}
        }}
      }}
    }}
    FILES
  }}
}}"""


async def _read_files(session: Session, blobs: Mapping[str, Json | None]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path, blob in blobs.items():
        if blob:
            text = exact_text(blob)
            found[path] = text if text is not None else await read_blob(session, str(blob["oid"]))
    return found


def _read_checks(commit: Any, head: str) -> dict[str, CheckRun] | None:
    suites = commit["checkSuites"] if commit else None
    if suites is None or suites["pageInfo"]["hasNextPage"]:
        return None
    found: dict[str, CheckRun] = {}
    for suite in suites["nodes"]:
        if suite["checkRuns"]["pageInfo"]["hasNextPage"]:
            return None
        for node in suite["checkRuns"]["nodes"]:
            run = read_check_node(node, head)
            if node["name"] not in found or found[node["name"]].id < run.id:
                found[str(node["name"])] = run
    return found
