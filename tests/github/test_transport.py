"""The transport over the network, against a server on this machine that misbehaves."""

import asyncio
import socket
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.github.client import GitHub
from bot.github.transport import AiohttpTransport, AnswerTooLargeError, TransportError, open_session
from tests.github.scripted import Clock

MEBIBYTE = 1024 * 1024


class Server:
    def __init__(self) -> None:
        self.seen: list[web.Request] = []
        self.bodies: list[bytes] = []
        self.reply: Callable[[web.Request], Awaitable[web.StreamResponse]]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        self.bodies.append(await request.read())
        return await self.reply(request)


@pytest.fixture
async def server() -> Server:
    return Server()


@pytest.fixture
async def base(server: Server) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.handle)
    async with TestServer(app, host="127.0.0.1") as running:
        yield str(running.make_url("")).rstrip("/")


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    async with open_session() as session:
        yield AiohttpTransport(session, total_seconds=0.5, connect_seconds=0.5, most_bytes=MEBIBYTE)


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def test_an_answer(server: Server, base: str, transport: AiohttpTransport) -> None:
    async def reply(request: web.Request) -> web.Response:
        return web.Response(status=418, body=b"\x00\xff", headers={"X-Odd": "Yes"})

    server.reply = reply
    answer = await transport("PATCH", f"{base}/a%2Fb%7e?c=%26%3A", {"x-one": "1"}, b"sent")
    assert (answer.status, answer.headers["x-odd"], answer.body) == (418, "Yes", b"\x00\xff")
    assert (server.seen[0].raw_path, server.seen[0].headers["x-one"]) == ("/a%2Fb%7e?c=%26%3A", "1")
    assert server.bodies == [b"sent"]


async def test_no_redirect_is_followed(server: Server, base: str, transport: AiohttpTransport) -> None:
    async def reply(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"location": f"{base}/elsewhere"})

    server.reply = reply
    answer = await transport("GET", f"{base}/", {}, b"")
    assert (answer.status, answer.headers["location"]) == (302, f"{base}/elsewhere")
    assert len(server.seen) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_connection_that_breaks_is_not_tried_again(
    server: Server, base: str, transport: AiohttpTransport, method: str
) -> None:
    # aiohttp itself would send a PUT or DELETE twice, which a merge or an approval may not be.
    server.reply = hang_up
    with pytest.raises(TransportError) as caught:
        await transport(method, f"{base}/", {}, b"{}")
    assert caught.value.sent
    assert len(server.seen) == 1


async def test_an_answer_that_ends_early(server: Server, base: str, transport: AiohttpTransport) -> None:
    async def reply(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        return await hang_up(request)

    server.reply = reply
    with pytest.raises(TransportError) as caught:
        await transport("GET", f"{base}/", {}, b"")
    assert caught.value.sent


async def test_an_answer_that_never_comes(server: Server, base: str, transport: AiohttpTransport) -> None:
    async def reply(request: web.Request) -> web.Response:
        await asyncio.sleep(5)
        return web.Response()

    server.reply = reply
    with pytest.raises(TransportError, match="in time") as caught:
        await transport("POST", f"{base}/", {}, b"")
    assert caught.value.sent


async def test_nobody_there(transport: AiohttpTransport) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(TransportError) as caught:
        await transport("POST", f"http://127.0.0.1:{port}/", {}, b"")
    assert not caught.value.sent


async def test_a_server_without_the_tls_that_was_asked_for(base: str, transport: AiohttpTransport) -> None:
    with pytest.raises(TransportError) as caught:
        await transport("POST", base.replace("http:", "https:"), {}, b"")
    assert not caught.value.sent


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_too_large(server: Server, base: str, transport: AiohttpTransport, packed: bool) -> None:
    content = b"x" * (MEBIBYTE + 1)

    async def reply(request: web.Request) -> web.Response:
        if packed:
            return web.Response(body=zlib.compress(content), headers={"content-encoding": "deflate"})
        return web.Response(body=content)

    server.reply = reply
    with pytest.raises(AnswerTooLargeError, match="1 MiB"):
        await transport("GET", f"{base}/", {}, b"")


async def test_cookies_are_not_kept(server: Server, base: str, transport: AiohttpTransport) -> None:
    async def reply(request: web.Request) -> web.Response:
        return web.Response(headers={"set-cookie": "a=b"})

    server.reply = reply
    for _ in range(2):  # By name: a cookie jar takes nothing from a bare address anyway.
        await transport("GET", base.replace("127.0.0.1", "localhost"), {}, b"")
    assert "cookie" not in server.seen[1].headers


async def test_the_client_over_the_network(
    server: Server, base: str, transport: AiohttpTransport, private_key: str, clock: Clock
) -> None:
    async def reply(request: web.Request) -> web.Response:
        if request.path.endswith("/access_tokens"):
            expires = (clock.now() + timedelta(hours=1)).isoformat()
            return web.json_response({"token": "ghs_x", "expires_at": expires}, status=201)
        if request.method == "DELETE":
            return web.Response(status=204)
        return web.json_response({"path": request.path, "length": request.headers.get("content-length")})

    server.reply = reply
    github = GitHub(12, private_key, base, transport, user_agent="aweigh", clock=clock)
    session = github.session(7, 70, {"contents": "write"}, repository="acme/widget")
    branch = await session.get("/repos/{repository}/git/ref/heads/{branch}", branch="fix/#1")
    assert branch["path"] == "/repos/acme/widget/git/ref/heads/fix/#1"
    assert server.seen[-1].raw_path.endswith("/heads/fix%2F%231")
    assert (await session.post("/repos/{repository}/x", {"a": "é"}))["length"] == "15"
    assert (await session.put("/repos/{repository}/x"))["length"] == "0"
    assert await session.delete("/repos/{repository}/x") is None
    assert (await session.upload(f"{base}/assets", b"\x00\xff", "application/json", params={"name": "a b"}))[
        "length"
    ] == "2"
    assert server.bodies[-1] == b"\x00\xff"
