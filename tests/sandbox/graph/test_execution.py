"""Plans answer as graphql-core does: in a whole release, in odd documents, and in those that go wrong."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import parse

from bot.sandbox.graph.execution import Plan
from bot.sandbox.graph.schema import load_schema
from tests.crash.matrix import Matrix
from tests.sandbox.conftest import Desk
from tests.sandbox.graph.conftest import Twice

_ODD = {
    "one field under two names, and one name twice": """
        { repository(owner: "acme", name: "widget") { id again: id owner { login } owner { id } } }""",
    "fragments in fragments, and one of them twice": """
        { repository(owner: "acme", name: "widget") { ...a ...b ...a } }
        fragment a on Repository { name ...b } fragment b on Repository { owner { ...c } }
        fragment c on RepositoryOwner { __typename login ... on Organization { databaseId } ... on User { id } }""",
    "an error below a fragment that is merged": """
        { repository(owner: "acme", name: "widget") { ref(qualifiedName: "refs/tags/v1.1.0") { ...a } }
          repository(owner: "acme", name: "widget") { ref(qualifiedName: "refs/tags/v1.1.0") { ...a } } }
        fragment a on Ref { compare(headRef: "nothing") { aheadBy } }""",
    "a fragment on what the object is not": """
        { repository(owner: "acme", name: "widget") { defaultBranchRef { target {
            __typename ... on Blob { text } ... on Commit { message } ... { oid } } } } }""",
    "a list of what may be null": """
        { nodes(ids: ["IC_nothing", "IC_nothing", "I_"]) { id ... on Issue { number } } }""",
    "null where there may be none": """
        { repository(owner: "acme", name: "widget") { ref(qualifiedName: "refs/tags/v1.1.0") {
            compare(headRef: "nothing") { aheadBy } } } }""",
    "nothing at all": '{ repository(owner: "acme", name: "nothing") { id } }',
    "variables in objects": """
        query($field: RefOrderField!, $first: Int, $none: String) { repository(owner: "acme", name: "widget") {
            refs(refPrefix: "refs/tags/", first: $first, after: $none, orderBy: {field: $field, direction: DESC}) {
                nodes { name } } } }""",
    "directives": """
        query($yes: Boolean = true) { repository(owner: "acme", name: "widget") {
            id @include(if: $yes) name @skip(if: $yes) ... @include(if: false) { url } } }""",
    "introspection": '{ __schema { queryType { name } } __type(name: "Ref") { kind } }',
}


@pytest.mark.parametrize("kind", _ODD)
async def test_odd_documents(desk: Desk, twice: Twice, kind: str) -> None:
    await desk.api.graphql(_ODD[kind], field="TAG_COMMIT_DATE", first=5)
    assert (twice.planned, twice.left) == ((0, 1) if kind in ("directives", "introspection") else (1, 0))


async def test_many_wrong_variables(desk: Desk, twice: Twice) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    await desk.api.send("POST", "/graphql", {"query": query, "variables": {"ids": [{}] * 60}})
    assert twice.planned == 1


@pytest.mark.parametrize("variables", [{}, {"first": "many"}, {"first": None}, {"first": 1, "x": 2}])
async def test_wrong_variables(desk: Desk, twice: Twice, variables: dict[str, Any]) -> None:
    query = """query($first: Int!) { repository(owner: "acme", name: "widget") {
        issues(first: $first) { totalCount } } }"""
    await desk.api.send("POST", "/graphql", {"query": query, "variables": variables})
    assert twice.planned == 1


async def test_a_mutation_in_the_middle_fails_and_the_next_one_runs(desk: Desk, twice: Twice) -> None:
    comment = desk.acme.mona.comment(1, "x")
    answer = await desk.api.graphql(
        """mutation($id: ID!) {
            a: addReaction(input: {subjectId: $id, content: ROCKET}) { reaction { content user { login } } }
            b: addReaction(input: {subjectId: "nothing", content: ROCKET}) { reaction { content } }
            c: addReaction(input: {subjectId: $id, content: EYES}) { subject { id ... on IssueComment { body } } } }""",
        id=comment.node_id,
    )
    assert [error["path"] for error in answer["errors"]] == [["b"]]
    assert [one.content for one in comment.reactions] == ["rocket", "eyes"]
    assert twice.planned == 1


async def test_a_whole_release(twice: Twice) -> None:
    await Matrix.draw("release-published")
    assert twice.planned > 10
    assert not twice.left


def test_several_operations_have_no_plan() -> None:
    with pytest.raises(ValueError, match="unpack"):
        Plan(load_schema(), parse("query a { viewer { login } } query b { viewer { login } }"))
