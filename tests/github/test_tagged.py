"""The check runs of our App on the newest commits: each commit once, and those without any left out."""

from __future__ import annotations

from typing import Any

from graphql import parse, validate

from bot.github.client import Session
from bot.github.tagged import CheckedCommit, NamedCheck, list_checked
from bot.sandbox.graph.schema import load_schema

HEAD, OLD, TAGGED, LIGHT = ("a" * 40, "b" * 40, "c" * 40, "d" * 40)


def commit(sha: str, *runs: tuple[int, str]) -> dict[str, Any]:
    nodes = [{"databaseId": number, "name": name, "externalId": f"id {number}"} for number, name in runs]
    return {"oid": sha, "checkSuites": {"nodes": [{"checkRuns": {"nodes": nodes}}]}}


class Told:
    """A session that answers every document alike."""

    owner, name = "acme", "widget"

    def __init__(self, data: dict[str, Any]) -> None:
        self.data, self.query, self.variables = data, "", dict[str, Any]()

    async def graphql(self, query: str, variables: dict[str, Any], **_: Any) -> dict[str, Any]:
        self.query, self.variables = query, variables
        return {"repository": self.data}


DATA: dict[str, Any] = {
    "base": {"target": {"history": {"nodes": [commit(HEAD, (7, "Release v1")), commit(OLD)]}}},
    "branches": {"nodes": [{"target": {"history": {"nodes": [commit(HEAD, (7, "Release v1"))]}}}, {"target": None}]},
    "tags": {
        "nodes": [
            {"target": {"target": commit(TAGGED, (5, "Release v0"), (6, "Release"))}},
            {"target": commit(LIGHT, (4, "Other"))},
            {"target": {"target": {}}},
        ]
    },
}


async def test_commits_of_branches_and_tags_are_told_once() -> None:
    told = Told(DATA)
    session: Session = told  # type: ignore[assignment]
    assert await list_checked(session, "main", 9) == [
        CheckedCommit(HEAD, (NamedCheck(7, "Release v1", "id 7"),)),
        CheckedCommit(TAGGED, (NamedCheck(5, "Release v0", "id 5"), NamedCheck(6, "Release", "id 6"))),
        CheckedCommit(LIGHT, (NamedCheck(4, "Other", "id 4"),)),
    ]
    assert told.variables == {"owner": "acme", "name": "widget", "app": 9, "base": "refs/heads/main"}
    assert not validate(load_schema(), parse(told.query))


async def test_a_base_that_is_gone_has_no_commits() -> None:
    session: Session = Told(DATA | {"base": None, "branches": {"nodes": []}, "tags": {"nodes": []}})  # type: ignore[assignment]
    assert await list_checked(session, "main", 9) == []
