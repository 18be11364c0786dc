"""GraphQL: where it is asked, and what its many ways of failing mean."""

from datetime import timedelta

import pytest

from bot.github.client import GitHub, Session
from bot.github.errors import GitHubError, GraphQLError, PermissionMissing, RateLimited, Unavailable, describe
from bot.github.graphql import is_query
from bot.github.transport import Answer, TransportError
from tests.github.scripted import Clock, Script, answer, html, refusal

QUERY = "query($n: Int!) { repository { pullRequest(number: $n) { id } } }"
MUTATION = "mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"
FORBIDDEN = {"type": "FORBIDDEN", "path": ["updateRefs"], "message": "Resource not accessible by integration"}
STALE = {"type": "STALE_DATA", "path": ["updateRefs", 0], "message": "expected abc, was def"}
GAVE_UP = {"message": "Something went wrong while executing your query. This may be the result of a timeout"}


def errors(*entries: object, data: object = None, **headers: str) -> Answer:
    return answer({"data": data, "errors": list(entries)}, **headers)


async def test_data(session: Session, script: Script) -> None:
    script.on("POST", "/graphql", answer({"data": {"repository": None}}))
    assert await session.graphql(QUERY, {"n": 5}) == {"repository": None}
    assert script.asked[0].json == {"query": QUERY, "variables": {"n": 5}}
    assert script.asked[0].headers["authorization"].startswith("token ghs_")


@pytest.mark.parametrize(
    ("base", "endpoint"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://github.example.com/api/v3/", "https://github.example.com/api/graphql"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/graphql"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/graphql"),
    ],
)
async def test_the_endpoint(private_key: str, script: Script, clock: Clock, base: str, endpoint: str) -> None:
    prefix = "/api/v3" if "/api/v3" in base else ""
    script.on("POST", f"{prefix}/app/installations/7/access_tokens", script.mint)
    script.on("POST", "/api/graphql" if prefix else "/graphql", answer({"data": {}}))
    github = GitHub(12, private_key, base, script, user_agent="aweigh", clock=clock)
    assert await github.session(7, 70, {"contents": "read"}).graphql("{ viewer { login } }") == {}
    assert script.sent[-1].url == endpoint


LACK = (("repository", "environment"), ("repository", "rulesets"))
DENIED = {"type": "FORBIDDEN", "path": ["repository", "environment"], "message": FORBIDDEN["message"]}
BELOW = {"type": "NOT_FOUND", "path": ["repository", "environment", "reviewers", 0], "message": "none"}


class TestWhatMayBeLacking:
    async def test_is_null_and_no_error(self, session: Session, script: Script) -> None:
        data: dict[str, object] = {"repository": {"id": "R_1", "environment": None, "rulesets": {"nodes": []}}}
        script.on("POST", "/graphql", errors(DENIED, BELOW, data=data))
        assert await session.graphql(QUERY, {}, may_lack=LACK) == data

    async def test_is_null_where_it_is_told_in_part(self, session: Session, script: Script) -> None:
        partly = {"id": "R_1", "environment": {"name": "pypi"}, "rulesets": {"nodes": [None]}}
        hidden = {"type": "FORBIDDEN", "path": ["repository", "rulesets", "nodes", 0], "message": "hidden"}
        script.on("POST", "/graphql", errors(BELOW, hidden, data={"repository": partly}))
        told = await session.graphql(QUERY, {}, may_lack=LACK)
        assert told == {"repository": {"id": "R_1", "environment": None, "rulesets": None}}

    @pytest.mark.parametrize(
        ("data", "more"),
        [
            ({"repository": None}, ()),
            ({"repository": {"environment": None, "id": None}}, (STALE,)),
        ],
        ids=["all around it is lacking", "another error"],
    )
    async def test_does_not_hide_other_errors(
        self, session: Session, script: Script, data: dict[str, object], more: tuple[object, ...]
    ) -> None:
        script.on("POST", "/graphql", errors(BELOW, *more, data=data))
        with pytest.raises(GraphQLError):
            await session.graphql(QUERY, {}, may_lack=LACK)

    async def test_a_rate_limit_is_one_all_the_same(self, session: Session, script: Script) -> None:
        data = {"repository": {"environment": None}}
        limit = {"type": "RATE_LIMITED", "path": ["repository", "environment"], "message": "limit"}
        script.on("POST", "/graphql", errors(limit, data=data))
        with pytest.raises(RateLimited):
            await session.graphql(QUERY, {}, may_lack=LACK)


class TestErrors:
    async def test_have_their_types_and_paths(self, session: Session, script: Script) -> None:
        script.on("POST", "/graphql", errors(STALE, {"message": "odd"}, data={"updateRefs": None}))
        with pytest.raises(GraphQLError) as caught:
            await session.graphql(MUTATION, {"input": {}})
        assert caught.value.errors == (("STALE_DATA", ("updateRefs", 0), "expected abc, was def"), ("", (), "odd"))
        assert caught.value.types == {"STALE_DATA", ""}
        assert describe(caught.value) == "GitHub declined: expected abc, was def"

    async def test_beside_partial_data_they_are_errors(self, session: Session, script: Script) -> None:
        script.on("POST", "/graphql", errors(FORBIDDEN, data={"first": {"id": 1}, "second": None}))
        with pytest.raises(GraphQLError) as caught:
            await session.graphql(MUTATION)
        assert caught.value.data == {"first": {"id": 1}, "second": None}

    async def test_a_missing_permission_is_one(self, session: Session, script: Script) -> None:
        script.on("POST", "/graphql", errors(FORBIDDEN, FORBIDDEN, data={"updateRefs": None}))
        with pytest.raises(PermissionMissing):
            await session.graphql(MUTATION)
        script.on("POST", "/graphql", errors(FORBIDDEN, STALE))
        with pytest.raises(GraphQLError):
            await session.graphql(MUTATION)

    @pytest.mark.parametrize("entry", ["odd", 5, {"path": "x", "type": 5}, {"path": [None, "a", {}]}])
    async def test_of_an_odd_shape(self, session: Session, script: Script, entry: object) -> None:
        script.on("POST", "/graphql", errors(entry))
        with pytest.raises(GraphQLError):
            await session.graphql(QUERY)


class TestLimits:
    @pytest.mark.parametrize("kind", ["RATE_LIMITED", "RATE_LIMIT"])
    async def test_at_http_200(self, session: Session, script: Script, clock: Clock, kind: str) -> None:
        reset = str(int(clock.now().timestamp()) + 900)
        spent = errors({"type": kind, "message": "API rate limit exceeded"}, x_ratelimit_remaining="0")
        spent = Answer(200, {**spent.headers, "x-ratelimit-reset": reset}, spent.body)
        script.on("POST", "/graphql", spent)
        script.on("GET", "/repos/acme/widget", answer({"id": 1}))
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                await session.graphql(QUERY)
            assert caught.value.retry_after == timedelta(seconds=900)
        assert len(script.asked) == 1
        assert await session.get("/repos/{repository}") == {"id": 1}

    async def test_without_headers_it_is_a_minute(self, session: Session, script: Script) -> None:
        script.on("POST", "/graphql", errors({"type": "RATE_LIMITED", "message": "no"}))
        for _ in range(2):
            with pytest.raises(RateLimited) as caught:
                await session.graphql(QUERY)
            assert caught.value.retry_after == timedelta(seconds=60)
        assert len(script.asked) == 1

    async def test_after_a_mutation_was_carried_out_it_is_no_simple_wait(
        self, session: Session, script: Script
    ) -> None:
        script.on("POST", "/graphql", errors({"type": "RATE_LIMITED", "message": "no"}, data={"a": {}, "b": {"id": 1}}))
        with pytest.raises(GraphQLError):
            await session.graphql(MUTATION)


FAILURES = [
    errors(GAVE_UP),
    refusal(502, "Server Error"),
    html(),
    answer([]),
    answer({}),
    answer({"data": None}),
    Answer(200, {"content-type": "application/json"}, b'{"data": {'),
    TransportError("lost", sent=True),
]


class TestFailures:
    @pytest.mark.parametrize("failure", FAILURES, ids=str)
    async def test_a_query_is_repeated(self, session: Session, script: Script, failure: Answer | Exception) -> None:
        script.on("POST", "/graphql", failure, answer({"data": {"a": 1}}))
        assert await session.graphql(QUERY) == {"a": 1}

    @pytest.mark.parametrize("failure", FAILURES, ids=str)
    async def test_a_mutation_is_not(self, session: Session, script: Script, failure: Answer | Exception) -> None:
        script.on("POST", "/graphql", failure, answer({"data": {"a": 1}}))
        with pytest.raises(Unavailable) as caught:
            await session.graphql(MUTATION)
        assert caught.value.ambiguous
        assert len(script.asked) == 1

    async def test_refusals_are_those_of_rest(self, session: Session, script: Script) -> None:
        script.on("POST", "/graphql", refusal(400, "Problems parsing JSON"))
        with pytest.raises(GitHubError, match="Problems parsing JSON"):
            await session.graphql(QUERY)


@pytest.mark.parametrize("document", [QUERY, "{ viewer { login } }", "# a comment\n  query A { x }", "\ufeff,\n{x}"])
def test_queries(document: str) -> None:
    assert is_query(document)


@pytest.mark.parametrize(
    "document",
    [MUTATION, "# query\nmutation { x }", "query A { x } mutation B { y }", "", "fragment F on X { y }", "queryx"],
)
def test_what_is_not_certainly_a_query(document: str) -> None:
    assert not is_query(document)
