"""What every answer has in common."""

import pytest

from bot.sandbox.http import DOCUMENTATION
from bot.sandbox.versions import without_removed
from tests.sandbox.client import REPO, Client
from tests.sandbox.conftest import Desk


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nonsense", None, 404),
        ("GET", "/repos/acme/none", None, 404),
        ("POST", f"{REPO}/issues/1/comments", b"{", 400),
        ("POST", f"{REPO}/git/refs", {"ref": "x", "sha": "y"}, 422),
        ("PUT", f"{REPO}/pulls/1/merge", {"sha": "0" * 40}, 409),
        ("GET", "/app", None, 401),
    ],
)
async def test_errors_have_one_form(desk: Desk, method: str, path: str, body: object, status: int) -> None:
    answer = await desk.api.send(method, path, body)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    content = answer.json()
    assert content["message"]
    assert content["documentation_url"] == DOCUMENTATION
    assert content["status"] == str(status)


async def test_a_validation_names_resource_field_and_code(desk: Desk) -> None:
    ask = {"title": "t", "head": "none", "base": "main"}
    refused = await desk.api.post(f"{REPO}/pulls", ask, status=422)
    assert refused["message"] == "Validation Failed"
    assert refused["errors"] == [{"resource": "PullRequest", "field": "head", "code": "invalid"}]
    await desk.api.post(f"{REPO}/releases", {"tag_name": "v2.0.0"})
    again = await desk.api.post(f"{REPO}/releases", {"tag_name": "v2.0.0"}, status=422)
    assert again["errors"] == [{"resource": "Release", "field": "tag_name", "code": "already_exists"}]


async def test_every_answer_carries_its_headers(desk: Desk) -> None:
    answer = await desk.api.send("GET", f"{REPO}/pulls/1")
    assert answer.headers["x-github-api-version-selected"] == "2022-11-28"
    assert answer.headers["x-accepted-github-permissions"] == "pull_requests=read"
    assert answer.headers["x-github-request-id"]
    assert answer.headers["x-ratelimit-resource"] == "core"
    again = await desk.api.send("GET", f"{REPO}/pulls/1", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["x-ratelimit-used"] == answer.headers["x-ratelimit-used"]
    graph = await desk.api.send("POST", "/graphql", {"query": "{ viewer { login } }"})
    assert graph.headers["x-ratelimit-resource"] == "graphql"


async def test_two_versions_of_the_api_are_known(desk: Desk) -> None:
    for version in ("2022-11-28", "2026-03-10"):
        answer = await desk.api.send("GET", REPO, X_GitHub_Api_Version=version)
        assert answer.headers["x-github-api-version-selected"] == version
    # What the newer version leaves out, wherever it stands.
    newer = {"X_GitHub_Api_Version": "2026-03-10"}
    assert "rate" in (await desk.api.send("GET", "/rate_limit")).json()
    assert "rate" not in (await desk.api.send("GET", "/rate_limit", **newer)).json()
    assert "assignee" in (await desk.api.send("GET", f"{REPO}/issues/1")).json()
    (issue,) = (await desk.api.send("GET", f"{REPO}/issues", **newer)).json()
    assert "assignee" not in issue
    assert "assignees" in issue
    listed = {"attestations": [{"bundle": {}, "bundle_url": "https://x.test"}]}
    assert without_removed(listed, "2026-03-10") == {"attestations": [{"bundle_url": "https://x.test"}]}
    assert without_removed(listed, "2022-11-28") == listed
    unknown = await Client(desk.sandbox, desk.api.authorization).send("GET", REPO, X_GitHub_Api_Version="2021-01-01")
    assert unknown.status == 400
