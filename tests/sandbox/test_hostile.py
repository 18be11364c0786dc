"""Whatever is sent, the answer is GitHub's and never a crash."""

from itertools import chain
from typing import Any

import pytest

from bot.sandbox import rest
from bot.sandbox.http import Route
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk
from tests.sandbox.test_permissions import name_of, path_of

FIELDS = (
    "actions", "base", "base_tree", "body", "branch", "commit_id", "completed_at", "conclusion", "content", "description",
    "draft", "encoding", "event", "expected_head_sha", "external_id", "force", "head", "head_sha", "labels", "line",
    "lock_reason", "make_latest", "message", "merge_method", "name", "object", "output", "parents", "path", "permissions",
    "prerelease", "ref", "repositories", "repository_ids", "sha", "started_at", "state", "status", "tag", "tag_name",
    "target_commitish", "title", "tree", "type",
)  # fmt: skip
ODDITIES: tuple[Any, ...] = (
    None, True, -1, 1.5, "", "\0", "../..", "refs/heads/../x", "x" * 70000, [], [None], [{}], [[]], ["\n"], {}, {"a": None},
    {"title": "t", "summary": "s"}, "2026-13-45", "main", "\ud83d",
)  # fmt: skip
WRITING = [route for route in chain.from_iterable(p.all for p in rest.PARTS) if route.method not in ("GET", "DELETE")]


@pytest.mark.parametrize("route", WRITING, ids=name_of)
async def test_odd_bodies_are_answered(desk: Desk, route: Route) -> None:
    client = desk.app if route.auth == "app" else desk.api
    paths = [path_of(route)]
    if "installation_id" in route.template:
        paths.append(f"/app/installations/{desk.acme.installation.id}/access_tokens")
    for path in paths:
        for oddity in ODDITIES:
            answer = await client.send(route.method, path, dict.fromkeys(FIELDS, oddity))
            assert answer.status < 500
        for field in FIELDS:
            sound = {
                "title": "t",
                "head": "turn-widgets",
                "base": "main",
                "name": "n",
                "head_sha": desk.head,
                "body": "b",
            }
            for oddity in (None, [None], {"a": 1}, "\0"):
                answer = await client.send(route.method, path, sound | {field: oddity})
                assert answer.status < 500


@pytest.mark.parametrize(
    "path",
    [
        "/git/ref/%00", "/git/ref/heads%2Fmain", "/git/matching-refs/", "/contents/%2e%2e/x", "/contents//", "/commits/%20",
        "/compare/...", "/compare/main", "/compare/main...main...main", "/branches/a%2Fb", "/releases/tags/%0a",
        "/issues/1/comments?per_page=-1&page=999999999", "/commits?since=never", "/pulls/99999999999999999999",
        "/commits/main/check-runs?filter=x", "/activity?per_page=abc", "/collaborators/%00/permission", "/git/trees/%ff",
    ],
)  # fmt: skip
async def test_odd_addresses_are_answered(desk: Desk, path: str) -> None:
    answer = await desk.api.send("GET", REPO + path)
    assert answer.status < 500
    if answer.status >= 400:
        assert set(answer.json()) >= {"message", "documentation_url", "status"}


@pytest.mark.parametrize(
    "content",
    [{"query": None}, {"query": "{ viewer { login } }", "variables": []}, {"query": "query($a: Int!) { viewer { login } }"},
     {"query": "mutation { addComment(input: {subjectId: \"x\", body: \"y\"}) { subject { id } } }"},
     {"query": "{" * 500}, {"query": "{ node(id: \"R_\") { id } }"}, {"query": "{ node(id: \"PR_UHVsbFJlcXVlc3Q6eA\") { id } }"}],
)  # fmt: skip
async def test_odd_documents_are_answered(desk: Desk, content: dict[str, Any]) -> None:
    assert (await desk.api.send("POST", "/graphql", content)).status in (200, 400)
