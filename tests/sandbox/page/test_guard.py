"""Who gets in, what a foreign page can do, and what a browser may load."""

import pytest

from tests.sandbox.page.conftest import HOME, Booth


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1", "127.0.0.1:1", ""])
async def test_a_foreign_host_name_is_turned_away(booth: Booth, host: str) -> None:
    answer = await booth.get("/", Host=host)
    assert answer.status == 421
    assert "mona" not in answer.text


async def test_localhost_is_the_same_server(booth: Booth) -> None:
    assert (await booth.get("/", Host=f"localhost:{booth.server.port}")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_from_a_foreign_page_changes_nothing(booth: Booth, headers: dict[str, str]) -> None:
    answer = await booth.post(f"{HOME}/pull/1/comment", {"body": "hello"}, **headers)
    assert answer.status == 403
    assert booth.acme.feature.comments == []


@pytest.mark.parametrize("token", ["", "wrong", "é"])
async def test_a_form_without_the_token_changes_nothing(booth: Booth, token: str) -> None:
    answer = await booth.post(f"{HOME}/pull/1/comment", {"body": "hello", "token": token})
    assert answer.status == 403
    assert booth.acme.feature.comments == []


async def test_only_forms_are_taken(booth: Booth) -> None:
    url = f"{booth.server.base}{HOME}/pull/1/comment"
    async with booth.session.post(url, json={"body": "hello", "token": booth.house.token}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("path", ["/_/story", "/_/world", "/_/switch", "/_/speak", f"{HOME}/pull/1/merge"])
async def test_nothing_changes_by_looking(booth: Booth, path: str) -> None:
    assert (await booth.get(path)).status in (404, 405)


@pytest.mark.parametrize("path", ["/", f"{HOME}/pull/1", "/nowhere", "/_/assets/page.js", "/_/assets/secret"])
async def test_every_answer_forbids_what_is_not_ours(booth: Booth, path: str) -> None:
    policy = (await booth.get(path)).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_pages_have_nothing_inline(booth: Booth) -> None:
    booth.acme.mona.comment(1, "hello")
    for path in ("/", HOME, f"{HOME}/pull/1", f"{HOME}/pull/1/files", "/nowhere"):
        text = (await booth.get(path)).text
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert text.count("<script") == text.count('<script src="/_/assets/page.js" defer></script>') == 1


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b"])
async def test_a_form_leads_nowhere_else(booth: Booth, back: str) -> None:
    answer = await booth.post("/_/speak", {"speaker": "hugo", "back": back})
    assert (answer.status, answer.headers["Location"]) == (303, "/")


async def test_the_cookie_is_for_the_server_alone(booth: Booth) -> None:
    answer = await booth.post("/_/speak", {"speaker": "hugo", "back": "/"})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_a_form_cannot_be_huge(booth: Booth) -> None:
    assert (await booth.post(f"{HOME}/pull/1/comment", {"body": "x" * 700_000})).status == 413
