"""Sessions: paths, lists, writes, texts, uploads, and what happens when something goes wrong on the way."""

from datetime import timedelta
from typing import Any

import pytest

from bot.github.client import Exchange, GitHub, Session
from bot.github.errors import (
    BadCredentials,
    GitHubError,
    Moved,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
    Unprocessable,
)
from bot.github.limits import asked_by_a_person
from bot.github.transport import Answer, AnswerTooLargeError, TransportError
from tests.github.scripted import API, Clock, Script, answer, html, refusal

PULL = "/repos/acme/widget/pulls/5"
PULLS = "/repos/acme/widget/pulls"
LOST = TransportError("the connection broke", sent=True)
UNSENT = TransportError("no connection", sent=False)


class TestAsking:
    async def test_a_path_is_bound_to_the_repository(self, session: Session, script: Script) -> None:
        script.on("GET", PULL, answer({"number": 5}))
        assert await session.get("/repos/{repository}/pulls/{number}", number=5) == {"number": 5}
        assert (session.owner, session.name) == ("acme", "widget")

    async def test_the_headers_are_what_github_asks_for(self, session: Session, script: Script) -> None:
        script.on("GET", PULL, answer({}))
        await session.get("/repos/{repository}/pulls/{number}", number=5)
        headers = script.asked[0].headers
        assert headers["x-github-api-version"] == "2022-11-28"
        assert headers["user-agent"] == "aweigh"
        assert headers["accept"] == "application/vnd.github+json"
        assert headers["authorization"].startswith("token ghs_")

    async def test_a_variable_is_one_segment(self, session: Session, script: Script) -> None:
        await session.find("/repos/{repository}/git/ref/heads/{branch}", branch="fix/é?#&x")
        assert script.asked[0].url == f"{API}/repos/acme/widget/git/ref/heads/fix%2F%C3%A9%3F%23%26x"

    @pytest.mark.parametrize("value", ["..", ".", "../../../user", "a/../b", "%2e%2e"])
    async def test_a_variable_cannot_leave_its_place(self, session: Session, script: Script, value: str) -> None:
        script.on("GET", "/repos/acme/widget/contents/%252e%252e", refusal(404, "Not Found"))
        with pytest.raises((Refused, NotFound)) as caught:
            await session.get("/repos/{repository}/contents/{path}", path=value)
        assert isinstance(caught.value, NotFound if value == "%2e%2e" else Refused)

    async def test_an_empty_variable_is_refused(self, session: Session, script: Script) -> None:
        with pytest.raises(Refused, match="path is empty"):
            await session.get("/repos/{repository}/contents/{path}", path="")
        assert not script.asked

    @pytest.mark.parametrize("variables", [{}, {"nubmer": 5}, {"number": 5, "more": 1}])
    async def test_variables_must_be_those_of_the_template(self, session: Session, variables: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"number|more"):
            await session.get("/repos/{repository}/pulls/{number}", **variables)

    async def test_braces_in_a_value_are_not_a_template(self, session: Session, script: Script) -> None:
        await session.find("/repos/{repository}/git/ref/heads/{branch}", branch="{repository}{x}")
        assert script.asked[0].url.endswith("/heads/%7Brepository%7D%7Bx%7D")

    async def test_params_are_written_as_github_reads_them(self, session: Session, script: Script) -> None:
        script.on("GET", PULLS, answer([]))
        await session.get("/repos/{repository}/pulls", params={"head": "acme:a b", "x": True, "no": None, "page": 2})
        assert script.asked[0].query == {"head": "acme:a b", "x": "true", "page": "2"}

    async def test_find_is_none_only_for_githubs_own_404(self, session: Session, script: Script) -> None:
        script.on("GET", PULL, refusal(404, "Not Found"))
        assert await session.find("/repos/{repository}/pulls/{number}", number=5) is None
        script.on("GET", PULL, html(404))
        with pytest.raises(Unavailable):
            await session.find("/repos/{repository}/pulls/{number}", number=5)
        script.on("GET", PULL, Answer(404, {}, b""))
        with pytest.raises(Unavailable):
            await session.find("/repos/{repository}/pulls/{number}", number=5)

    def test_a_repository_has_a_full_name(self, github: GitHub) -> None:
        for name in ("widget", "acme/widget/x", "acme/..", "a?/b", "acme/{x}", "", "acme/widget\n"):
            with pytest.raises(Refused):
                github.session(7, 70, {"contents": "read"}, repository=name)

    async def test_a_session_without_a_repository_has_no_repository_paths(self, github: GitHub) -> None:
        with pytest.raises(ValueError, match="has none"):
            await github.app_session().get("/repos/{repository}/pulls")


class TestAddressesFromPayloads:
    CALLBACK = f"{API}/repos/acme/widget/actions/runs/9/deployment_protection_rule"

    async def test_an_address_of_the_api_is_taken(
        self, session: Session, script: Script, exchanges: list[Exchange]
    ) -> None:
        script.on("POST", "/repos/acme/widget/actions/runs/9/deployment_protection_rule", answer(None, 204))
        assert await session.post(self.CALLBACK, {"state": "approved"}) is None
        assert script.asked[0].json == {"state": "approved"}
        assert exchanges[-1].path == "/repos/{repository}/actions/runs/{number}/deployment_protection_rule"

    async def test_an_address_takes_no_variables(self, session: Session) -> None:
        with pytest.raises(ValueError, match="no variables"):
            await session.get(f"{API}/repos/{{repository}}", repository="acme/widget")

    @pytest.mark.parametrize(
        "url",
        [
            "https://api.github.com.evil.example/repos/acme/widget",
            "https://evil.example/repos/acme/widget",
            "http://api.github.com/repos/acme/widget",
            "https://api.github.com:8443/repos/acme/widget",
            "https://api.github.com@evil.example/repos/acme/widget",
            "https://evil.example\\@api.github.com/repos/acme/widget",
            "https://api.github.com/repos/acme/widget/../../../app",
            "https://api.github.com/repos/acme/widget/%2e%2e/%2E%2E/other",
            "https://api.github.com/repos/{+x}",
            "https://api.github.com/repos/a\r\nb",
            "https://[api.github.com/",
            "file:///etc/passwd",
            "",
        ],
    )
    async def test_any_other_address_is_refused(self, session: Session, script: Script, url: str) -> None:
        for ask in (session.get, session.get_text, session.find, session.delete):
            with pytest.raises(Refused):
                await ask(url)
        assert not script.asked

    async def test_a_page_elsewhere_is_refused(self, session: Session, script: Script) -> None:
        script.on("GET", PULLS, answer([1], link='<https://evil.example/page>; rel="next"'))
        with pytest.raises(Refused):
            _ = [entry async for entry in session.list("/repos/{repository}/pulls")]
        assert all(sent.url.startswith(API) for sent in script.sent)


class TestLists:
    def pages(self, script: Script, *pages: object) -> None:
        more = f'<{API}{PULLS}?page=2>; rel="next", <{API}{PULLS}?page=9>; rel="last"'
        script.on("GET", PULLS, *[answer(page, link=more) for page in pages[:-1]], answer(pages[-1]))

    async def test_pages_follow_one_another(self, session: Session, script: Script) -> None:
        self.pages(script, [1, 2], [3])
        assert [entry async for entry in session.list("/repos/{repository}/pulls")] == [1, 2, 3]
        assert [sent.query for sent in script.asked] == [{"per_page": "100"}, {"page": "2"}]

    async def test_a_limit_saves_requests(self, session: Session, script: Script) -> None:
        self.pages(script, [1, 2], [3])
        assert [entry async for entry in session.list("/repos/{repository}/pulls", limit=2)] == [1, 2]
        assert [sent.query for sent in script.asked] == [{"per_page": "2"}]
        assert [entry async for entry in session.list("/repos/{repository}/pulls", limit=0)] == []
        assert len(script.asked) == 1

    async def test_the_members_of_an_object(self, session: Session, script: Script) -> None:
        self.pages(script, {"total_count": 2, "check_runs": [1]}, {"total_count": 2, "check_runs": [2]})
        assert [entry async for entry in session.list("/repos/{repository}/pulls", items="check_runs")] == [1, 2]

    @pytest.mark.parametrize("page", [{"total_count": 1}, {"check_runs": {}}, [1], "x"])
    async def test_a_page_without_the_members(self, session: Session, script: Script, page: object) -> None:
        # gidgethub would give the keys of the object as its entries.
        script.on("GET", PULLS, answer(page))
        with pytest.raises(Unavailable, match="not a list"):
            _ = [entry async for entry in session.list("/repos/{repository}/pulls", items="check_runs")]

    async def test_a_list_without_end(self, session: Session, script: Script) -> None:
        script.on("GET", PULLS, answer([1], link=f'<{API}{PULLS}?page=2>; rel="next"'))
        with pytest.raises(Refused, match="more than 100 pages"):
            _ = [entry async for entry in session.list("/repos/{repository}/pulls")]
        assert len(script.asked) == 100


class TestReadsThatFail:
    @pytest.mark.parametrize(
        "failure",
        [
            refusal(500, "oops"),
            refusal(502, "Server Error"),
            html(200),
            html(403),
            html(503),
            Answer(520, {}, b""),
            Answer(200, {"content-type": "application/json"}, b'{"number": '),
            Answer(200, {"content-type": "application/json"}, b"\xff\xfe"),
            Answer(200, {"content-type": "application/json; charset=klingon"}, b"{}"),
            Answer(200, {"content-type": "application/json"}, b"[" * 100_000),
            Answer(200, {"content-type": "application/json"}, b""),
            Answer(200, {}, b"{}"),
            answer({}, x_ratelimit_limit="x", x_ratelimit_remaining="x", x_ratelimit_reset="x"),
            Answer(404, {"content-type": "application/json"}, b'{"mess'),
            Answer(304, {}, b""),
            LOST,
            UNSENT,
        ],
        ids=str,
    )
    async def test_are_repeated_a_few_times(
        self, session: Session, script: Script, clock: Clock, failure: Answer | Exception
    ) -> None:
        script.on("GET", PULL, failure, failure, answer({"number": 5}))
        assert await session.get("/repos/{repository}/pulls/{number}", number=5) == {"number": 5}
        assert clock.naps == [0.5, 1.0]
        script.on("GET", PULL, failure)
        with pytest.raises(Unavailable) as caught:
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert not caught.value.ambiguous
        assert caught.value.path == PULL
        assert len(script.asked) == 6

    async def test_an_answer_too_large_is_not_asked_for_again(self, session: Session, script: Script) -> None:
        script.on("GET", PULL, AnswerTooLargeError("the answer is larger than 64 MiB"))
        with pytest.raises(GitHubError, match="64 MiB"):
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert len(script.asked) == 1

    async def test_a_refusal_is_not_repeated(self, session: Session, script: Script, clock: Clock) -> None:
        script.on("GET", PULL, refusal(422, "Validation Failed"))
        with pytest.raises(Unprocessable):
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert (len(script.asked), clock.naps) == (1, [])


class TestWrites:
    @pytest.mark.parametrize("verb", ["post", "patch", "put", "delete"])
    async def test_bodies(self, session: Session, script: Script, verb: str) -> None:
        script.on(verb.upper(), PULL, answer({"ok": True}, 201))
        write = getattr(session, verb)
        assert await write("/repos/{repository}/pulls/{number}", {"title": "é"}, number=5) == {"ok": True}
        assert await write("/repos/{repository}/pulls/{number}", number=5) == {"ok": True}
        assert [sent.body for sent in script.asked] == [b'{"title": "\\u00e9"}', b""]
        assert script.asked[0].headers["content-type"] == "application/json; charset=utf-8"

    async def test_an_answer_without_a_body(self, session: Session, script: Script) -> None:
        for empty in (answer(None, 204), Answer(201, {}, b""), Answer(202, {"content-type": "application/json"}, b"")):
            script.on("POST", PULLS, empty)
            assert await session.post("/repos/{repository}/pulls") is None

    @pytest.mark.parametrize(
        "failure",
        [
            refusal(502, "Server Error"),
            html(200),
            html(403),
            Answer(201, {"content-type": "application/json"}, b'{"number": '),
            AnswerTooLargeError("large"),
            LOST,
        ],
        ids=str,
    )
    async def test_an_unknown_outcome_is_said_to_be_one(
        self, session: Session, script: Script, failure: Answer | Exception
    ) -> None:
        script.on("POST", PULLS, failure, answer({}, 201))
        with pytest.raises(Unavailable) as caught:
            await session.post("/repos/{repository}/pulls", {})
        assert caught.value.ambiguous
        assert len(script.asked) == 1

    async def test_what_was_never_sent_is_sent_again(self, session: Session, script: Script) -> None:
        script.on("POST", PULLS, UNSENT, answer({"number": 5}, 201))
        assert await session.post("/repos/{repository}/pulls", {}) == {"number": 5}
        script.on("POST", PULLS, UNSENT)
        with pytest.raises(Unavailable) as caught:
            await session.post("/repos/{repository}/pulls", {})
        assert not caught.value.ambiguous

    async def test_a_repeatable_write_is_repeated(self, session: Session, script: Script) -> None:
        script.on("POST", PULLS, LOST, answer({"number": 5}, 201))
        assert await session.post("/repos/{repository}/pulls", {}, repeatable=True) == {"number": 5}
        script.on("POST", PULLS, LOST)
        with pytest.raises(Unavailable) as caught:
            await session.post("/repos/{repository}/pulls", {}, repeatable=True)
        assert caught.value.ambiguous


class TestLimits:
    @pytest.mark.parametrize("status", [403, 429])
    @pytest.mark.parametrize("seconds", [1, 60])
    async def test_waiting_is_the_callers(
        self, session: Session, script: Script, clock: Clock, status: int, seconds: int
    ) -> None:
        limited = refusal(status, "You have exceeded a secondary rate limit.", retry_after=str(seconds))
        script.on("GET", PULL, limited, answer({"number": 5}))
        with pytest.raises(RateLimited) as caught:
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert caught.value.retry_after == timedelta(seconds=seconds)
        assert clock.naps == []

    @pytest.mark.parametrize("status", [403, 429])
    async def test_without_a_time_it_is_a_minute_and_then_two(
        self, session: Session, script: Script, clock: Clock, status: int
    ) -> None:
        script.on("GET", PULL, refusal(status, "You have exceeded a secondary rate limit."))
        for minutes in (1, 2, 4):
            with pytest.raises(RateLimited) as caught:
                await session.get("/repos/{repository}/pulls/{number}", number=5)
            assert caught.value.retry_after == timedelta(minutes=minutes)
            clock.move(seconds=60 * minutes)
        assert len(script.asked) == 3

    @pytest.mark.parametrize("status", [403, 429])
    async def test_an_empty_hour_lasts_until_its_reset(
        self, session: Session, script: Script, clock: Clock, status: int
    ) -> None:
        spent = {"x_ratelimit_remaining": "0", "x_ratelimit_reset": str(int(clock.now().timestamp()) + 1800)}
        script.on("GET", PULL, refusal(status, "API rate limit exceeded for installation ID 7.", **spent))
        with pytest.raises(RateLimited) as caught:
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert (caught.value.retry_after, caught.value.resource) == (timedelta(minutes=30), "core")

    async def test_what_would_be_refused_is_not_sent(self, session: Session, script: Script, clock: Clock) -> None:
        script.on("POST", PULLS, answer({"number": 5}, 201))
        for _ in range(56):
            await session.post("/repos/{repository}/pulls", {})
        with pytest.raises(RateLimited) as caught:
            await session.post("/repos/{repository}/pulls", {})
        assert len(script.asked) == 56
        assert caught.value.retry_after == timedelta(seconds=60)
        assert clock.naps == []
        clock.move(seconds=60)
        assert await session.post("/repos/{repository}/pulls", {}) == {"number": 5}

    async def test_mutations_are_content_as_well(self, session: Session, script: Script) -> None:
        script.on("POST", "/graphql", answer({"data": {"x": {"id": 1}}}))
        for _ in range(56):
            await session.graphql("mutation { x { id } }")
        with pytest.raises(RateLimited):
            await session.graphql("mutation { x { id } }")
        assert len(script.asked) == 56

    async def test_tokens_are_counted_for_the_app_and_are_no_content(
        self, github: GitHub, script: Script, clock: Clock
    ) -> None:
        script.on("GET", PULL, answer({"number": 5}))
        sessions = [github.session(7, number, {"contents": "read"}, repository="acme/widget") for number in range(127)]
        for session in sessions[:-1]:
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        with pytest.raises(RateLimited):
            await sessions[-1].get("/repos/{repository}/pulls/{number}", number=5)
        assert len(script.minted) == 126

    async def test_the_rest_of_an_hour_is_for_what_people_ask(
        self, session: Session, script: Script, clock: Clock
    ) -> None:
        reset = str(int(clock.now().timestamp()) + 600)
        left = {"x_ratelimit_remaining": "499", "x_ratelimit_limit": "5000", "x_ratelimit_reset": reset}
        script.on("GET", PULL, answer({"number": 5}, **left))
        await session.get("/repos/{repository}/pulls/{number}", number=5)
        with pytest.raises(RateLimited) as caught:
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert caught.value.retry_after == timedelta(seconds=600)
        with asked_by_a_person():
            assert await session.get("/repos/{repository}/pulls/{number}", number=5) == {"number": 5}

    async def test_nobody_of_the_installation_asks_while_it_lasts(
        self, github: GitHub, session: Session, script: Script, clock: Clock
    ) -> None:
        script.on("GET", PULL, refusal(429, "Too many requests", retry_after="60"), answer({"number": 5}))
        with pytest.raises(RateLimited):
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        clock.move(seconds=20)
        neighbour = github.session(7, 71, {"issues": "write"}, repository="acme/other")
        for other in (session.find("/repos/{repository}"), neighbour.graphql("{ viewer { login } }")):
            with pytest.raises(RateLimited) as caught:
                await other
            assert caught.value.retry_after == timedelta(seconds=40)
        assert len(script.asked) == 1
        clock.move(seconds=40)
        assert await session.get("/repos/{repository}/pulls/{number}", number=5) == {"number": 5}

    async def test_other_installations_go_on(self, github: GitHub, session: Session, script: Script) -> None:
        script.on("GET", PULL, refusal(429, "Too many requests", retry_after="60"))
        script.on("POST", "/app/installations/8/access_tokens", script.mint)
        script.on("GET", "/repos/b/b", answer({"id": 1}))
        with pytest.raises(RateLimited):
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        other = github.session(8, 80, {"contents": "read"}, repository="b/b")
        assert await other.get("/repos/{repository}") == {"id": 1}

    async def test_an_empty_bucket_is_not_asked_from(self, session: Session, script: Script, clock: Clock) -> None:
        reset = str(int(clock.now().timestamp()) + 600)
        last = answer({}, x_ratelimit_remaining="0", x_ratelimit_reset=reset, x_ratelimit_resource="core")
        script.on("GET", PULL, last)
        script.on("POST", "/graphql", answer({"data": {"viewer": {}}}))
        await session.get("/repos/{repository}/pulls/{number}", number=5)
        with pytest.raises(RateLimited) as caught:
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert caught.value.retry_after == timedelta(seconds=600)
        assert await session.graphql("{ viewer { login } }") == {"viewer": {}}


class TestCredentials:
    async def test_a_revoked_token_is_replaced_once(self, session: Session, script: Script) -> None:
        script.on("POST", PULLS, answer({}, 201), refusal(401, "Bad credentials"), answer({"number": 5}, 201))
        await session.post("/repos/{repository}/pulls", {})
        assert await session.post("/repos/{repository}/pulls", {}) == {"number": 5}
        used = [sent.headers["authorization"] for sent in script.asked]
        assert used[0] == used[1] != used[2]
        script.on("POST", PULLS, refusal(401, "Bad credentials"))
        with pytest.raises(BadCredentials):
            await session.post("/repos/{repository}/pulls", {})
        assert len(script.asked) == 5

    async def test_the_apps_key_is_not_tried_twice(self, github: GitHub, script: Script) -> None:
        script.on("GET", "/app", refusal(401, "A JSON web token could not be decoded"))
        with pytest.raises(BadCredentials):
            await github.app_session().get("/app")
        assert len(script.sent) == 1
        assert script.sent[0].headers["authorization"].startswith("bearer eyJ")


class TestRedirects:
    RENAMED = "/repositories/70/pulls/5"

    async def test_a_renamed_repository_is_found(self, session: Session, script: Script) -> None:
        script.on("GET", PULL, refusal(301, "Moved Permanently", location=f"{API}{self.RENAMED}"))
        script.on("GET", self.RENAMED, answer({"number": 5}))
        assert await session.get("/repos/{repository}/pulls/{number}", number=5) == {"number": 5}

    async def test_a_write_follows_only_what_keeps_it_a_write(self, session: Session, script: Script) -> None:
        script.on("PATCH", self.RENAMED, answer({"number": 5}))
        script.on("PATCH", PULL, refusal(307, "Temporary Redirect", location=f"{API}{self.RENAMED}"))
        assert await session.patch("/repos/{repository}/pulls/{number}", {"a": 1}, number=5) == {"number": 5}
        assert script.asked[-1].json == {"a": 1}
        script.on("PATCH", PULL, refusal(303, "See Other", location=f"{API}{self.RENAMED}"))
        with pytest.raises(Moved) as caught:
            await session.patch("/repos/{repository}/pulls/{number}", {"a": 1}, number=5)
        assert caught.value.location == f"{API}{self.RENAMED}"

    @pytest.mark.parametrize("location", ["https://evil.example/x", "//evil.example/x", ""])
    async def test_no_redirect_leads_elsewhere(self, session: Session, script: Script, location: str) -> None:
        script.on("GET", PULL, refusal(302, "Found", location=location))
        with pytest.raises(Moved):
            await session.get("/repos/{repository}/pulls/{number}", number=5)
        assert len(script.asked) == 1

    async def test_no_redirect_is_followed_twice(self, session: Session, script: Script) -> None:
        script.on("GET", PULL, refusal(301, "Moved Permanently", location=f"{API}{self.RENAMED}"))
        script.on("GET", self.RENAMED, refusal(301, "Moved Permanently", location=f"{API}{PULL}"))
        with pytest.raises(Moved):
            await session.get("/repos/{repository}/pulls/{number}", number=5)


class TestTexts:
    LOGS = "/repos/acme/widget/actions/jobs/3/logs"
    STORAGE = "https://blob.storage.example/log.txt?sig=SECRET"

    def stored(self, script: Script, *steps: Answer | Exception) -> None:
        script.on("GET", self.LOGS, Answer(302, {"location": self.STORAGE}, b""))
        script.on("GET", "/log.txt", *steps)

    async def get(self, session: Session) -> str:
        return await session.get_text("/repos/{repository}/actions/jobs/{job}/logs", job=3)

    async def test_a_log_is_fetched_without_our_token(
        self, session: Session, script: Script, exchanges: list[Exchange]
    ) -> None:
        self.stored(script, Answer(200, {"content-type": "text/plain"}, "bö\xff".encode("latin-1")))
        assert await self.get(session) == "b\ufffd\ufffd"
        first, second = script.asked
        assert "authorization" in first.headers
        assert second.url == self.STORAGE
        assert "authorization" not in second.headers
        assert "ghs_" not in str(second)
        assert "SECRET" not in str(exchanges)

    async def test_only_the_end_of_a_long_log_is_kept(self, session: Session, script: Script) -> None:
        lines = b"".join(b"line %07d\n" % number for number in range(500_000))
        self.stored(script, Answer(200, {}, lines))
        text = await self.get(session)
        assert 4 * 1024 * 1024 - 20 < len(text) <= 4 * 1024 * 1024
        assert text.startswith("line ")
        assert text.endswith("line 0499999\n")

    async def test_an_address_that_died_is_asked_for_again(self, session: Session, script: Script) -> None:
        self.stored(script, Answer(403, {}, b"<Error/>"), LOST, Answer(200, {}, b"done"))
        assert await self.get(session) == "done"
        assert [sent.path for sent in script.asked] == [self.LOGS, "/log.txt"] * 3

    @pytest.mark.parametrize(
        "location", ["http://blob.storage.example/x", "ftp://x/y", "https://u:p@x/y", "https://x/../y", "", "/relative"]
    )
    async def test_an_address_that_is_no_storage(self, session: Session, script: Script, location: str) -> None:
        script.on("GET", self.LOGS, Answer(302, {"location": location}, b""))
        with pytest.raises((Refused, Moved)):
            await self.get(session)
        assert len(script.asked) == 1

    async def test_a_repository_that_was_renamed_is_no_storage(self, session: Session, script: Script) -> None:
        script.on("GET", self.LOGS, refusal(301, "Moved Permanently", location=f"{API}/repositories/70/logs"))
        with pytest.raises(Moved):
            await self.get(session)
        assert len(script.asked) == 1

    async def test_a_second_redirect_is_not_followed(self, session: Session, script: Script) -> None:
        self.stored(script, Answer(302, {"location": "https://third.example/"}, b""))
        with pytest.raises(Unavailable):
            await self.get(session)
        assert all("third" not in sent.url for sent in script.sent)

    async def test_a_log_that_is_gone(self, session: Session, script: Script) -> None:
        script.on("GET", self.LOGS, refusal(410, "Gone"))
        with pytest.raises(GitHubError) as caught:
            await self.get(session)
        assert caught.value.status == 410

    async def test_a_text_that_lies_at_github(self, session: Session, script: Script) -> None:
        script.on("GET", "/repos/acme/widget/contents/a", Answer(200, {"content-type": "application/json"}, b"{"))
        accept = "application/vnd.github.raw+json"
        assert await session.get_text("/repos/{repository}/contents/{path}", path="a", accept=accept) == "{"
        assert script.asked[0].headers["accept"] == accept


class TestUploads:
    URL = "https://uploads.github.com/repos/acme/widget/releases/1/assets{?name,label}"
    PATH = "/repos/acme/widget/releases/1/assets"

    @pytest.mark.parametrize("content_type", ["application/json", "application/octet-stream", "text/plain"])
    async def test_the_bytes_arrive_as_they_are(self, session: Session, script: Script, content_type: str) -> None:
        script.on("POST", self.PATH, answer({"id": 1}, 201))
        params = {"name": "widget 1.2.0+x.whl"}
        assert await session.upload(self.URL, b"\x00\xff{}", content_type, params=params) == {"id": 1}
        sent = script.asked[0]
        assert (sent.body, sent.query) == (b"\x00\xff{}", params)
        assert sent.headers["content-type"].startswith(content_type)
        assert sent.headers["content-length"] == "4"

    @pytest.mark.parametrize("host", ["https://api.github.com", "https://evil.example", "http://uploads.github.com"])
    async def test_no_other_host_is_sent_anything(self, session: Session, script: Script, host: str) -> None:
        with pytest.raises(Refused):
            await session.upload(f"{host}{self.PATH}", b"x", "text/plain")
        assert not script.asked

    async def test_a_lost_upload_is_ambiguous(self, session: Session, script: Script) -> None:
        script.on("POST", self.PATH, LOST)
        with pytest.raises(Unavailable) as caught:
            await session.upload(self.URL, b"x", "text/plain")
        assert caught.value.ambiguous
