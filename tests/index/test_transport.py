from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web

from bot.index import transport
from bot.index.transport import AiohttpTransport, NoAnswerError


async def _echo(request: web.Request) -> web.Response:
    return web.json_response(
        {"path": request.raw_path, "agent": request.headers["user-agent"]}, headers={"ETag": '"x"'}
    )


async def _redirect(_: web.Request) -> web.Response:
    return web.Response(status=302, headers={"location": "/echo"})


async def _large(_: web.Request) -> web.Response:
    response = web.Response(body=b"x" * 100_000)
    response.enable_compression(web.ContentCoding.gzip)
    return response


async def _slow(_: web.Request) -> web.Response:
    await asyncio.sleep(5)
    return web.Response()


async def _cut(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-length": "100"})
    await response.prepare(request)
    await response.write(b"x")
    assert request.transport is not None
    request.transport.close()
    return response


@pytest.fixture
async def server() -> AsyncIterator[str]:
    app = web.Application()
    handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
        "echo": _echo,
        "redirect": _redirect,
        "large": _large,
        "slow": _slow,
        "cut": _cut,
    }
    for name, handler in handlers.items():
        app.router.add_get(f"/{name}{{rest:.*}}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def send() -> AsyncIterator[AiohttpTransport]:
    async with aiohttp.ClientSession() as session:
        yield AiohttpTransport(session, total_seconds=0.5)


async def test_an_answer_comes_whole_with_lower_case_headers(server: str, send: AiohttpTransport) -> None:
    answer = await send("GET", f"{server}/echo/a%2Fb", {"user-agent": "me"}, b"")
    assert (answer.status, answer.headers["etag"]) == (200, '"x"')
    assert answer.body == b'{"path": "/echo/a%2Fb", "agent": "me"}'


async def test_a_redirect_is_an_answer_and_is_not_followed(server: str, send: AiohttpTransport) -> None:
    answer = await send("GET", f"{server}/redirect", {}, b"")
    assert (answer.status, answer.headers["location"]) == (302, "/echo")


async def test_a_small_answer_that_unfolds_to_a_large_one_is_cut_off(
    server: str, send: AiohttpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len((await send("GET", f"{server}/large", {}, b"")).body) == 100_000
    monkeypatch.setattr(transport, "MOST_BYTES", 50_000)
    with pytest.raises(NoAnswerError, match="larger"):
        await send("GET", f"{server}/large", {}, b"")


@pytest.mark.parametrize(("path", "why"), [("slow", "in time"), ("cut", "connection failed")])
async def test_half_an_answer_is_none(server: str, send: AiohttpTransport, path: str, why: str) -> None:
    with pytest.raises(NoAnswerError, match=why):
        await send("GET", f"{server}/{path}", {}, b"")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://", "nonsense", "ftp://127.0.0.1/", "http://127.0.0.1:99999/"]
)
async def test_an_address_that_leads_nowhere(send: AiohttpTransport, url: str) -> None:
    with pytest.raises(NoAnswerError):
        await send("GET", url, {}, b"")
