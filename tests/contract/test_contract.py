"""The contract can fail: everything it is there to notice is noticed."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.sandbox.acme import EVENTS
from bot.sandbox.http import Request, Response, reply
from bot.sandbox.state.deliveries import Delivery
from tests.contract.contract import DATA, Contract
from tests.contract.documents import check_document
from tests.contract.excuses import find_excuse
from tests.contract.findings import Finding
from tests.contract.graph_answers import check_graph_answer
from tests.contract.json_schema import to_json_schema
from tests.contract.sketches import draw_sketch
from tests.contract.trim import list_routes
from tests.contract.watching import MOST_SOFT, SOFT_SEEN, Judged, held_to_contract, load_contract
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk, desk

__all__ = ["desk"]

RUNS = f"{REPO}/actions/runs"
REF = {"ref": "refs/heads/x", "node_id": "REF_1", "url": "https://api.example/r"}
GOOD_REF = REF | {"object": {"type": "commit", "sha": "a" * 40, "url": "https://api.example/c"}}


def check(method: str, url: str, status: int, answer: Any, body: Any = None) -> list[Finding]:
    request = Request.of(method, url, {}, b"" if body is None else json.dumps(body).encode())
    return load_contract().check_exchange(request, Response(204) if answer is None else reply(status, answer))


def problems(findings: list[Finding], *, soft: bool = False) -> list[str]:
    return [f"{one.place}: {one.problem}" for one in findings if one.soft is soft]


def test_what_is_right_has_no_finding() -> None:
    assert check("GET", f"{REPO}/git/ref/heads/x", 200, GOOD_REF) == []
    assert check("POST", f"{REPO}/git/refs", 201, GOOD_REF, {"ref": "refs/heads/x", "sha": "a" * 40}) == []
    assert check("GET", f"{REPO}/git/ref/heads/x", 404, {"message": "Not Found"}) == []


def test_a_member_that_is_missing_or_of_another_type_is_a_breach() -> None:
    assert problems(check("GET", f"{REPO}/git/ref/heads/x", 200, REF)) == ['answer: "object" is a required property']
    wrong = GOOD_REF | {"ref": 7}
    assert problems(check("GET", f"{REPO}/git/ref/heads/x", 200, wrong)) == ['answer/ref: 7 is not of type "string"']


def test_a_member_that_is_not_listed_is_soft_in_an_answer_and_a_breach_in_a_request() -> None:
    invented = GOOD_REF | {"mood": "good"}
    assert problems(check("GET", f"{REPO}/git/ref/heads/x", 200, invented), soft=True) == [
        "answer/mood: is not documented"
    ]
    body = {"ref": "refs/heads/x", "sha": "a" * 40, "mood": "good"}
    assert problems(check("POST", f"{REPO}/git/refs", 201, GOOD_REF, body)) == ["request/mood: is not documented"]


@pytest.mark.parametrize(
    ("method", "url", "status", "answer", "body", "problem"),
    [
        ("GET", "/repos/acme/widget/mood", 200, {}, None, "request: is not in the description of the API"),
        ("PATCH", f"{REPO}/git/ref/heads/x", 200, {}, None, "request: is not in the description of the API"),
        ("GET", f"{REPO}/releases?mood=good", 200, [], None, "query/mood: is not documented"),
        ("GET", f"{REPO}/pulls?state=odd", 200, [], None, 'query/state: "odd" is not one of "open", "closed" or "all"'),
        ("POST", f"{REPO}/git/refs", 201, GOOD_REF, None, "request: has no body, and one is required"),
        ("POST", f"{REPO}/git/refs", 201, GOOD_REF, {"ref": "x"}, 'request: "sha" is a required property'),
        ("DELETE", f"{REPO}/git/refs/heads/x", 204, {}, None, "answer: has a body, and none is documented"),
        ("GET", f"{REPO}/git/ref/heads/x", 200, None, None, "answer: is a status that is not documented"),
        ("GET", f"{REPO}/git/ref/heads/x", 404, {"error": "?"}, None, "answer: is an error without a message"),
    ],
)
def test_breaches(method: str, url: str, status: int, answer: Any, body: Any, problem: str) -> None:
    found = problems(check(method, url, status, answer, body))
    assert any(one.startswith(problem) for one in found), found


def test_a_refused_request_may_have_been_wrong() -> None:
    refused = {"message": "Invalid request.", "documentation_url": "https://docs.example"}
    assert check("POST", f"{REPO}/git/refs", 422, refused, {"ref": 1}) == []


async def test_a_webhook_that_lacks_a_member_is_a_breach(desk: Desk) -> None:
    desk.acme.mona.comment(1, "x")
    (told,) = desk.world.take_deliveries()
    payload = json.loads(told.body)
    assert load_contract().check_delivery("issue_comment", told.body) == []
    del payload["comment"]["id"]
    found = load_contract().check_delivery("issue_comment", json.dumps(payload).encode())
    assert problems(found) == ['payload/comment: "id" is a required property']
    assert problems(load_contract().check_delivery("mood", b"{}")) == ["payload: is not in the description of webhooks"]


async def test_whatever_is_told_in_a_watched_world_is_held_against_the_description(desk: Desk) -> None:
    body = b'{"action": "created"}'
    with pytest.raises(AssertionError, match='"comment" is a required property'), held_to_contract(desk.sandbox):
        desk.world.deliveries.append(
            Delivery(1, "guid", desk.acme.app, None, None, "issue_comment", "created", body, desk.world.now())
        )
    desk.world.deliveries.clear()


async def test_whatever_is_asked_in_a_watched_world_is_held_against_the_description(desk: Desk) -> None:
    with pytest.raises(AssertionError, match="query/mood: is not documented"), held_to_contract(desk.sandbox):
        await desk.api.get(f"{REPO}/releases?mood=good")
    with pytest.raises(AssertionError, match=r"Cannot query field 'mood'"), held_to_contract(desk.sandbox):
        await desk.api.graphql("{ viewer { mood } }")


@pytest.mark.parametrize(
    ("query", "variables", "problem"),
    [
        ("{ viewer { mood } }", {}, "Cannot query field 'mood'"),
        ("query($n: Int!) { viewer { login } }", {"n": 1}, "Variable '$n' is never used"),
        ('{ repository(owner: "a") { id } }', {}, "is required, but it was not provided"),
        ("query($o: String!) { organization(login: $o) { id } }", {"o": 1}, "String cannot represent"),
        ("{ viewer { login } }", {"n": 1}, 'the variable "$n" is sent and not declared'),
        ("{ viewer {", {}, "Syntax Error"),
    ],
)
def test_wrong_documents(query: str, variables: dict[str, Any], problem: str) -> None:
    found = check_document(json.dumps({"query": query, "variables": variables}).encode())
    assert any(problem in one.problem for one in found), found


def test_a_right_document_has_no_finding() -> None:
    query = "query($o: String!) { organization(login: $o) { id } }"
    assert check_document(json.dumps({"query": query, "variables": {"o": "acme"}}).encode()) == []


RELEASE = """query($o: String!) { repository(owner: $o, name: "widget") { id named: name
  pullRequest(number: 1) { state headRefOid createdAt url author { login ... on Bot { databaseId } } }
  object(expression: "HEAD") { __typename oid ... on Commit { message } ... on Tag { name } } } }"""
RIGHT: dict[str, Any] = {
    "id": "R_1",
    "named": "widget",
    "pullRequest": {
        "state": "OPEN",
        "headRefOid": "a" * 40,
        "createdAt": "2026-11-20T12:00:00Z",
        "url": "https://git.example/acme/widget/pull/1",
        "author": {"login": "aweigh", "databaseId": 7},
    },
    "object": {"__typename": "Commit", "oid": "b" * 40, "message": "Bump"},
}


def check_graph(answer: Any) -> list[str]:
    asked = {"query": RELEASE, "variables": {"o": "acme"}}
    found = check_graph_answer(json.dumps(asked).encode(), json.dumps(answer).encode())
    assert all(one.subject == "GraphQL query {repository}" and not one.soft for one in found)
    return [one.problem for one in found]


@pytest.mark.parametrize(
    "answer",
    [
        {"data": {"repository": RIGHT}},
        {"data": {"repository": RIGHT | {"pullRequest": None, "object": None}}},
        {"data": {"repository": RIGHT | {"object": {"__typename": "Tag", "oid": "b" * 40, "name": "v1"}}}},
        {"data": {"repository": RIGHT | {"pullRequest": RIGHT["pullRequest"] | {"author": {"login": "mona"}}}}},
        {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "path": ["repository"], "message": "?"}]},
        {"errors": [{"message": "Something went wrong"}]},
    ],
)
def test_a_right_answer_of_graphql_has_no_finding(answer: Any) -> None:
    assert check_graph(answer) == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ({"data": {"repository": {k: v for k, v in RIGHT.items() if k != "named"}}}, "/repository/named is missing"),
        ({"data": {"repository": RIGHT | {"id": None}}}, "Cannot return null for non-nullable field Repository.id"),
        ({"data": {"repository": RIGHT | {"mood": 1}}}, "is not what the document asks for"),
        (
            {"data": {"repository": RIGHT | {"pullRequest": RIGHT["pullRequest"] | {"state": "open"}}}},
            "Enum 'PullRequestState' cannot represent value: 'open'",
        ),
        (
            {"data": {"repository": RIGHT | {"pullRequest": RIGHT["pullRequest"] | {"headRefOid": "main"}}}},
            "/repository/pullRequest/headRefOid 'main' is not a GitObjectID",
        ),
        (
            {"data": {"repository": RIGHT | {"pullRequest": RIGHT["pullRequest"] | {"createdAt": "yesterday"}}}},
            "'yesterday' is not a DateTime",
        ),
        (
            {"data": {"repository": RIGHT | {"pullRequest": RIGHT["pullRequest"] | {"author": {"databaseId": 7}}}}},
            "fits no type that it may be of",
        ),
        ({"data": {"repository": RIGHT | {"object": {"__typename": "Repository"}}}}, "is not a possible type for"),
        ({"data": {"repository": RIGHT | {"pullRequest": []}}}, "/repository/pullRequest"),
        ({"data": None}, "has neither data nor errors"),
        ({"errors": [{"type": "NOT_FOUND"}]}, "has an error without a message"),
        ({"errors": [{"message": "x", "code": 1}]}, "has an error with 'code', which no error has"),
        ({"data": {"repository": RIGHT}, "cost": 1}, "has the member 'cost', which no answer has"),
    ],
)
def test_wrong_answers_of_graphql(answer: Any, problem: str) -> None:
    found = check_graph(answer)
    assert any(problem in one for one in found), found


OTHER = RIGHT["pullRequest"] | {"headRefOid": "c" * 40, "url": "https://x.example", "author": {"login": "a b"}}
SKETCHED: list[tuple[Any, Any, bool]] = [
    (RIGHT | {"id": "R_kg1"}, RIGHT | {"id": "R_kg2", "named": "Gadget: the *whole* story"}, True),
    (RIGHT["pullRequest"] | {"author": {"login": "mona"}}, OTHER, True),
    ([{"n": 1}, {"n": 2}], [{"n": 3}], True),
    ([{"n": 1}], [], False),
    ([{"n": 1}], [{"n": 3}, {"n": None}], False),
    ([1], 1, False),
    (1, "1", False),
    (1, 1.0, False),
    (1, True, False),
    (1, 2**31, False),
    (0, False, False),
    (True, False, False),
    ("None", None, False),
    ({"a": "OPEN"}, {"a": "CLOSED"}, False),
    ({"a": "OPEN"}, {"a": "open"}, False),
    ({"__typename": "Tag"}, {"__typename": "commit"}, False),
    ({"a": "b"}, {"b": "b"}, False),
    ({"a": "b"}, {}, False),
    ({"a": "2026-11-20T12:00:00Z"}, {"a": "2026-11-20"}, False),
    ({"a": "https://a.example"}, {"a": "a.example"}, False),
    ({"a": "a" * 40}, {"a": "a" * 39}, False),
    ({"a": "git@a.example:b"}, {"a": "a.example:b"}, False),
]


@pytest.mark.parametrize(("one", "other", "alike"), SKETCHED)
def test_answers_of_graphql_that_are_right_or_wrong_alike_have_one_sketch(one: Any, other: Any, alike: bool) -> None:
    assert (draw_sketch(one) == draw_sketch(other)) is alike


async def test_a_wrong_answer_of_graphql_fails_a_watched_world(desk: Desk) -> None:
    asked = json.dumps({"query": "{ viewer { login } }"}).encode()
    path = urlsplit(desk.world.links.graphql).path

    def answer(*logins: str | None) -> None:
        with held_to_contract(desk.sandbox) as watch:
            for login in logins:
                watch.note(Request.of("POST", path, {}, asked), reply(200, {"data": {"viewer": {"login": login}}}))

    answer("mona", "hugo")
    with pytest.raises(AssertionError, match="HARD: GraphQL query"):
        answer("mona", None)


async def test_too_many_kinds_of_soft_findings_fail_a_watched_world(desk: Desk) -> None:
    def whisper(count: int) -> None:
        odd = {f"odd{n}": n for n in range(count)}
        with held_to_contract(desk.sandbox) as watch:
            watch.note(Request.of("GET", f"{REPO}/git/ref/heads/x", {}, b""), reply(200, GOOD_REF | odd))

    before = SOFT_SEEN.copy()
    try:
        whisper(MOST_SOFT)
        with pytest.raises(AssertionError, match="odd0: is not documented"):
            whisper(MOST_SOFT + 1)
    finally:
        # What was made up here is no finding of this run.
        SOFT_SEEN.clear()
        SOFT_SEEN.update(before)


def test_what_githubs_own_examples_violate_is_soft() -> None:
    excused = json.loads((DATA / "baseline.json").read_bytes())
    assert 'webhook push | payload/repository | "visibility" is a required property' in excused
    payload = json.dumps({"repository": {"id": 1}}).encode()
    place = ("payload/repository", '"visibility" is a required property')
    for contract, soft in ((load_contract(), True), (Contract(calibrated=False), False)):
        found = {(one.place, one.problem): one.soft for one in contract.check_delivery("push", payload)}
        assert found[place] is soft


def test_findings_at_other_items_and_with_other_values_are_of_one_kind() -> None:
    one, other = (Finding("GET /x 200", f"answer/{n}/id", f'"{n}" is not of type "integer"') for n in (1, 22))
    assert one.kind == other.kind
    assert find_excuse(one) is None


def test_nullable_becomes_a_type() -> None:
    schema = {
        "type": "object",
        "description": "x",
        "properties": {"title": {"type": "string", "nullable": True}, "a": {"$ref": "#/components/schemas/a"}},
    }
    assert to_json_schema(schema, "urn:x") == {
        "type": "object",
        "properties": {"title": {"type": ["string", "null"]}, "a": {"$ref": "urn:x#/schemas/a"}},
    }
    assert to_json_schema({"enum": ["a"], "nullable": True, "type": "string"}, "urn:x")["enum"] == ["a", None]
    assert to_json_schema({"allOf": [{}], "nullable": True}, "urn:x") == {"anyOf": [{"allOf": [{}]}, {"type": "null"}]}


def test_everything_that_is_served_and_told_is_described() -> None:
    operations = json.loads((DATA / "rest.json").read_bytes())["operations"]
    served = {f"{method} {template}" for method, template in list_routes()}
    # The root of a repository's files: GitHub serves it, and describes it as a path that is empty.
    assert served - set(operations) == {"GET /repos/{owner}/{repo}/contents"}
    payloads = json.loads((DATA / "webhooks.json").read_bytes())["payloads"]
    for event in EVENTS:
        assert any(name.startswith(event.replace("_", "-")) for name in payloads), event


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (f'{{"sha": "{"0a" * 20}"}}', f'{{"sha": "{"1b" * 20}"}}', True),
        (f'{{"sha": "{"0a" * 20}"}}', f'{{"sha": "{"1b" * 20}0"}}', False),
        (f'{{"sha": "{"0a" * 20}"}}', f'{{"sha": "{"1B" * 20}"}}', False),
        ('{"at": "2026-05-01T12:00:00Z"}', '{"at": "2027-12-28T23:59:59Z"}', True),
        ('{"at": "2026-05-01T12:00:00Z"}', '{"at": "2026-05-01T12:00:00.123Z"}', True),
        ('{"at": "2026-05-01T12:00:00Z"}', '{"at": "2026-13-01T12:00:00Z"}', False),
        ('{"at": "2026-05-01T12:00:00Z"}', '{"at": "2026-05-01 12:00:00"}', False),
        ('{"at": "2026-05-01T12:00:00Z"}', '{"at": null}', False),
        ('{"url": "http://127.0.0.1:4711/a"}', '{"url": "http://127.0.0.1:815/a"}', True),
        ('{"url": "http://127.0.0.1:4711/a"}', '{"url": "http://127.0.0.1:x/a"}', False),
        ('{"ssh_url": "git@127.0.0.1:4711:acme/a"}', '{"ssh_url": "git@127.0.0.1:815:acme/a"}', True),
        ('{"id": 1}', '{"id": "1"}', False),
        ('{"id": 1004}', '{"id": 1815}', True),
        ('{"id": 1004}', '{"id": "1815"}', False),
        ('{"id": 1004}', '{"id": 1815.5}', False),
        ('{"id": 1004}', '{"id": 4}', False),
        ('{"node_id": "IC_SWM6MTAwNA"}', '{"node_id": "IC_SWM6MTgxNQ=="}', True),
        ('{"node_id": "IC_SWM6MTAwNA"}', '{"node_id": "PR_SWM6MTgxNQ"}', False),
        ('{"node_id": "IC_SWM6MTAwNA"}', '{"node_id": null}', False),
        ('{"state": "IN_PROGRESS"}', '{"state": "IN_SWM6MTgxNQ"}', False),
        ('{"compare": "a/0a0a0a0a0a0a"}', '{"compare": "a/1b1b1b1b1b1b"}', True),
        ('{"compare": "a/0a0a0a0a0a0a"}', f'{{"compare": "a/{"0a" * 20}"}}', False),
    ],
)
def test_what_differs_in_names_numbers_and_times_alone_is_judged_once(one: str, other: str, alike: bool) -> None:
    judged, asked = Judged(), list[str]()

    def judge() -> list[Finding]:
        asked.append("again")
        return []

    for said in (one, other):
        judged.find(("answer", said), judge)
    assert len(asked) == (1 if alike else 2)


def test_what_was_found_once_is_found_again() -> None:
    judged, finding = Judged(), Finding("GET /app 200", "answer", "is wrong")
    assert judged.find(("a", "b"), lambda: [finding]) == (finding,)
    assert judged.find(("a", "b"), list) == (finding,)
    assert judged.find(("ab", ""), list) == ()
