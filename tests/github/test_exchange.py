"""What happens around one request: stored answers, figures."""

import pytest

from bot.github.client import Exchange, GitHub, Session
from bot.github.errors import Unavailable
from bot.github.transport import Answer, TransportError
from tests.github.scripted import Script, Sent, answer, refusal

PATH = "/repos/acme/widget/pulls/5"


def tagged(sent: Sent) -> Answer:
    """An answer with an ETag, as long as the request does not have it."""
    if sent.headers.get("if-none-match") == '"a"':
        return Answer(304, {"etag": '"a"', "x-ratelimit-remaining": "4000"}, b"")
    return answer({"number": 5, "labels": []}, etag='"a"', link=f'<https://api.github.com{PATH}?page=2>; rel="next"')


async def get(session: Session) -> dict[str, object]:
    found = await session.get("/repos/{repository}/pulls/{number}", number=5)
    assert isinstance(found, dict)
    return found


class TestStoredAnswers:
    async def test_an_answer_that_did_not_change_is_used_again(
        self, session: Session, script: Script, exchanges: list[Exchange]
    ) -> None:
        script.on("GET", PATH, tagged)
        first = await get(session)
        # Whatever a caller does to its answer is its own affair.
        first["labels"] = "changed"
        assert await get(session) == {"number": 5, "labels": []}
        assert [exchange.status for exchange in exchanges] == [201, 200, 304]

    async def test_pages_are_found_again(self, session: Session, script: Script) -> None:
        def page(sent: Sent) -> Answer:
            number = int(sent.query.get("page", "1"))
            etag = f'"{number}"'
            if sent.headers.get("if-none-match") == etag:
                return Answer(304, {"etag": etag}, b"")
            link = f'<https://api.github.com/repos/acme/widget/pulls?page={number + 1}>; rel="next"'
            return answer([number], etag=etag, **({"link": link} if number < 3 else {}))

        script.on("GET", "/repos/acme/widget/pulls", page)
        for _ in range(2):
            assert [entry async for entry in session.list("/repos/{repository}/pulls")] == [1, 2, 3]

    @pytest.mark.rule(24)
    async def test_nothing_is_shared_between_tokens(self, github: GitHub, session: Session, script: Script) -> None:
        # The weaker token would otherwise read what only the stronger one may.
        script.on("GET", PATH, tagged)
        await get(session)
        weaker = github.session(7, 70, {"metadata": "read"}, repository="acme/widget")
        await get(weaker)
        assert "if-none-match" not in script.asked[-1].headers

    async def test_sessions_of_one_scope_share_them(self, github: GitHub, session: Session, script: Script) -> None:
        script.on("GET", PATH, tagged)
        await get(session)
        await get(github.session(7, 70, {"contents": "write"}, repository="acme/widget"))
        assert script.asked[-1].headers["if-none-match"] == '"a"'

    async def test_another_form_of_the_same_thing_is_another_answer(self, session: Session, script: Script) -> None:
        script.on("GET", PATH, tagged)
        await get(session)
        await session.get_text("/repos/{repository}/pulls/{number}", number=5, accept="application/vnd.github.diff")
        assert "if-none-match" not in script.asked[-1].headers

    async def test_refusals_are_not_stored(self, session: Session, script: Script) -> None:
        script.on("GET", PATH, refusal(404, "Not Found", etag='"a"'), tagged)
        assert await session.find("/repos/{repository}/pulls/{number}", number=5) is None
        await get(session)
        assert "if-none-match" not in script.asked[-1].headers

    async def test_half_an_answer_is_not_stored(self, session: Session, script: Script) -> None:
        whole = tagged(Sent("GET", "", {}, b""))
        script.on("GET", PATH, Answer(200, whole.headers, whole.body[:-5]), tagged)
        assert await get(session) == {"number": 5, "labels": []}
        assert "if-none-match" not in script.asked[-1].headers

    async def test_a_304_that_was_not_asked_for(self, session: Session, script: Script) -> None:
        script.on("GET", PATH, Answer(304, {"x-github-request-id": "A"}, b""))
        with pytest.raises(Unavailable):
            await get(session)

    async def test_large_answers_are_not_stored(self, session: Session, script: Script) -> None:
        script.on("GET", PATH, answer({"body": "x" * 600_000}, etag='"a"'))
        await get(session)
        await get(session)
        assert "if-none-match" not in script.asked[-1].headers

    async def test_what_is_stored_is_bounded(self, session: Session, script: Script) -> None:
        for number in range(30):
            path = f"/repos/acme/widget/pulls/{number}"
            script.on("GET", path, answer({"body": "x" * 500_000}, etag='"a"'))
            await session.get("/repos/{repository}/pulls/{number}", number=number)
        for number, known in ((29, True), (0, False)):
            await session.get("/repos/{repository}/pulls/{number}", number=number)
            assert ("if-none-match" in script.asked[-1].headers) is known


class TestFigures:
    async def test_every_request_is_told_of(self, session: Session, script: Script, exchanges: list[Exchange]) -> None:
        limits = {"x_ratelimit_remaining": "4999", "x_ratelimit_resource": "core"}
        script.on("GET", PATH, TransportError("lost"), answer({"number": 5}, **limits))
        await get(session)
        told = [(exchange.method, exchange.path, exchange.status, exchange.remaining) for exchange in exchanges]
        assert told == [
            ("POST", "/app/installations/{installation}/access_tokens", 201, None),
            ("GET", "/repos/{repository}/pulls/{number}", 0, None),
            ("GET", "/repos/{repository}/pulls/{number}", 200, 4999),
        ]
        assert [exchange.installation_id for exchange in exchanges] == [None, 7, 7]
        assert all(0 <= exchange.seconds < 1 for exchange in exchanges)
