"""Adapters: looking over everything the App is installed on, many repositories to a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.github.checks import NAME
from bot.github.client import Session
from bot.github.facts import RepositoryRef
from bot.github.graphql import in_batches
from bot.github.read import read_moment
from bot.github.repositories import CONTENT, exact_text
from bot.line_names import find_line_numbers

PAGE: Final = 100
_AT_ONCE: Final = 50
"""Repositories to a document: 15 connections each are 8 points together, and far from the ten seconds a query may take."""

_REPOSITORY: Final = """
  r{i}: node(id: $id{i}) {{
    ...lately
    ... on Repository {{
      line: pullRequests(headRefName: $branch{i}, first: 20, orderBy: {{field: CREATED_AT, direction: DESC}}) {{
        nodes {{ ...pull }}
      }}
    }}
  }}"""

_HOME: Final = (
    """home: repository(owner: $owner, name: $home) { defaults: object(expression: $defaults) { ...content } }"""
)

_FRAGMENTS: Final = """
fragment lately on Repository {FILES
  issues(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { updatedAt } }
  changed: pullRequests(first: 20, orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { ...pull } }
  branches: refs(refPrefix: "refs/heads/aweigh/", first: 10) {
    nodes {
      name
      associatedPullRequests(first: 20, orderBy: {field: CREATED_AT, direction: DESC}) { nodes { ...pull } }
    }
  }
  numbered: refs(refPrefix: "refs/heads/", query: ".", first: 50) {
    nodes { name target { oid ... on Commit { committedDate } } }
  }
}
fragment pull on PullRequest {
  id number state updatedAt mergedAt headRefName baseRefName isCrossRepository
  author { __typename ... on Bot { databaseId } }
}"""

_RECORDS: Final = """
query($ids: [ID!]!, $app: Int!, $name: String!) {
  nodes(ids: $ids) {
    ... on PullRequest {
      commits(last: 1) {
        nodes {
          commit {
            checkSuites(first: 3, filterBy: {appId: $app}) {
              nodes {
                checkRuns(first: 10, filterBy: {appId: $app, checkName: $name, checkType: LATEST}) {
                  nodes { databaseId externalId }
                }
              }
            }
          }
        }
      }
    }
  }
}"""


@dataclass(frozen=True, slots=True)
class Installation:
    """The App on one account."""

    id: int
    account: str
    created_at: datetime
    suspended: bool


@dataclass(frozen=True, slots=True)
class ListedRepository:
    """A repository of an installation. Nothing can happen in an archived or disabled one (``closed``).

    ``pushed_at`` is when somebody last pushed to any of its branches; None for an empty one.
    """

    ref: RepositoryRef
    node_id: str
    default_branch: str
    closed: bool
    pushed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SurveyedPull:
    """A pull request as far as a survey shows it; ``author_id`` is there for bots only."""

    node_id: str
    number: int
    author_id: int | None
    head_branch: str
    base_branch: str
    from_fork: bool
    is_open: bool
    merged_at: datetime | None


@dataclass(frozen=True, slots=True)
class SurveyedLine:
    """A branch that is called like a maintenance line, the commit it is at, and when that was made."""

    name: str
    head: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a survey shows of a repository.

    ``pulls`` are the newest of its main release line, of each release branch, and those changed last; ``branches`` are
    its release branches; ``changed_at`` is when an issue or a pull request last changed. ``lines`` are the branches that
    are called like maintenance lines, of the first fifty with a dot in their names; ``files`` and ``defaults`` are what was
    asked for of its files and of its owner's, and is there.
    """

    repository: ListedRepository
    pulls: tuple[SurveyedPull, ...]
    branches: tuple[str, ...]
    changed_at: datetime | None
    lines: tuple[SurveyedLine, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    defaults: bytes | None = None


@dataclass(frozen=True, slots=True)
class Files:
    """What comes along of each repository, which costs neither requests nor points: these ``paths`` of its default branch.

    Of one repository, ``home`` of the ``owner``, the file ``defaults``, where it is installed there.
    """

    paths: tuple[str, ...]
    owner: str
    home: str
    defaults: str


@dataclass(frozen=True, slots=True)
class Points:
    """GraphQL points: what a survey cost, and how many of this hour's ``limit`` are left."""

    cost: int
    remaining: int
    limit: int


async def list_installations(app: Session) -> list[Installation]:
    """Every installation of the App, by id."""
    found = [
        Installation(
            id=int(data["id"]),
            account=str((data.get("account") or {}).get("login") or ""),
            created_at=datetime.fromisoformat(data["created_at"]),
            suspended=data.get("suspended_at") is not None,
        )
        async for data in app.list("/app/installations")
    ]
    return sorted(found, key=lambda one: one.id)


async def list_repository_page(
    session: Session, installation_id: int, page: int
) -> tuple[list[ListedRepository], bool]:
    """A page of up to 100 repositories of the session's installation (the first is 1), and whether there are more."""
    data = await session.get("/installation/repositories", params={"per_page": PAGE, "page": page})
    found = [
        ListedRepository(
            ref=RepositoryRef(installation_id, int(one["id"]), str(one["full_name"])),
            node_id=str(one["node_id"]),
            default_branch=str(one.get("default_branch") or ""),
            closed=bool(one.get("archived")) or bool(one.get("disabled")),
            pushed_at=read_moment(one.get("pushed_at")),
        )
        for one in data["repositories"]
    ]
    return found, len(found) == PAGE


async def survey(
    session: Session, branches: Mapping[ListedRepository, str], files: Files | None = None
) -> tuple[list[Surveyed], Points]:
    """What is under way in each repository, and the name of its main release branch; those out of reach are left out."""
    found: list[Surveyed] = []
    spent, points = 0, Points(0, 1, 1)
    for some in in_batches(tuple(branches.items()), _AT_ONCE):
        declared = ", ".join(f"$id{i}: ID!, $branch{i}: String!" for i in range(len(some)))
        asked = "".join(_REPOSITORY.format(i=i) for i in range(len(some)))
        more, along, fragments = _render_files(files)
        document = f"query({declared}{more}) {{\n  rateLimit {{ cost limit remaining }}{asked}{along}\n}}{fragments}"
        variables = {f"id{i}": repository.node_id for i, (repository, _) in enumerate(some)}
        variables |= {f"branch{i}": branch for i, (_, branch) in enumerate(some)}
        variables |= _fill_in(files)
        data = await session.graphql_in_part(document, variables)
        found += [
            _read_surveyed(repository, node, files, (data.get("home") or {}).get("defaults"))
            for i, (repository, _) in enumerate(some)
            if (node := data.get(f"r{i}")) is not None
        ]
        # Enterprise Server knows no limits unless its operator sets them.
        limit = data.get("rateLimit") or {"cost": 0, "remaining": 1, "limit": 1}
        spent += int(limit["cost"])
        points = Points(spent, int(limit["remaining"]), int(limit["limit"]))
    return found, points


async def read_records(session: Session, pulls: Sequence[SurveyedPull], app_id: int) -> dict[str, str]:
    """The ``external_id`` of our check run on the last commit of each pull request, by node id, where there is one."""
    found = {}
    for some in in_batches(pulls, _AT_ONCE):
        variables = {"ids": [pull.node_id for pull in some], "app": app_id, "name": NAME}
        data = await session.graphql_in_part(_RECORDS, variables)
        for pull, node in zip(some, data["nodes"], strict=True):
            newest = max(_list_runs(node or {}), key=lambda run: int(run["databaseId"]), default=None)
            if newest is not None:
                found[pull.node_id] = str(newest.get("externalId") or "")
    return found


def _render_files(files: Files | None) -> tuple[str, str, str]:
    """What a document declares, and asks beside the repositories, for ``files``; and all fragments."""
    paths = range(len(files.paths)) if files else ()
    each = "".join(f" file{n}: object(expression: $path{n}) {{ ...content }}" for n in paths)
    fragments = _FRAGMENTS.replace("FILES", each) + (CONTENT if files else "")
    if files is None:
        return "", "", fragments
    declared = "".join(f", $path{n}: String!" for n in paths) + ", $owner: String!, $home: String!, $defaults: String!"
    return declared, f"\n  {_HOME}", fragments


def _fill_in(files: Files | None) -> dict[str, str]:
    if files is None:
        return {}
    paths = {f"path{n}": f"HEAD:{path}" for n, path in enumerate(files.paths)}
    return paths | {"owner": files.owner, "home": files.home, "defaults": f"HEAD:{files.defaults}"}


def _read_surveyed(
    repository: ListedRepository, node: dict[str, Any], files: Files | None, defaults: dict[str, Any] | None
) -> Surveyed:
    branches = node["branches"]["nodes"] if node["branches"] else []
    nodes = [*node["line"]["nodes"], *node["changed"]["nodes"]]
    for branch in branches:
        nodes += branch["associatedPullRequests"]["nodes"]
    pulls = {str(one["id"]): _read_pull(one) for one in nodes}
    changes = [datetime.fromisoformat(one["updatedAt"]) for one in (*node["issues"]["nodes"], *nodes)]
    names = tuple(f"aweigh/{branch['name'].removeprefix('aweigh/')}" for branch in branches)
    lines = tuple(_list_lines(node["numbered"]["nodes"] if node["numbered"] else ()))
    texts = {path: exact_text(node.get(f"file{n}")) for n, path in enumerate(files.paths if files else ())}
    there = {path: text for path, text in texts.items() if text is not None}
    changed_at = max(changes, default=None)
    return Surveyed(repository, tuple(pulls.values()), names, changed_at, lines, there, exact_text(defaults))


def _list_lines(refs: Iterable[dict[str, Any]]) -> Iterator[SurveyedLine]:
    for ref in refs:
        at = read_moment(ref["target"].get("committedDate"))
        if at is not None and find_line_numbers(ref["name"]) is not None:
            yield SurveyedLine(str(ref["name"]), str(ref["target"]["oid"]), at)


def _read_pull(node: dict[str, Any]) -> SurveyedPull:
    author = (node.get("author") or {}).get("databaseId")
    return SurveyedPull(
        node_id=str(node["id"]),
        number=int(node["number"]),
        author_id=int(author) if author is not None else None,
        head_branch=str(node["headRefName"]),
        base_branch=str(node["baseRefName"]),
        from_fork=bool(node.get("isCrossRepository")),
        is_open=node["state"] == "OPEN",
        merged_at=read_moment(node.get("mergedAt")),
    )


def _list_runs(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for commit in (node.get("commits") or {}).get("nodes") or ():
        for suite in (commit["commit"].get("checkSuites") or {}).get("nodes") or ():
            yield from (suite.get("checkRuns") or {}).get("nodes") or ()
