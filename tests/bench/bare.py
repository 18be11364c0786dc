"""What there is to beat: an aiohttp server that checks the signature of a delivery, and does nothing with it."""

from __future__ import annotations

import hashlib
import hmac
import socket
import sys

from aiohttp import web

from tests.bench.payloads import SECRET


async def receive(request: web.Request) -> web.Response:
    body = await request.read()
    expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        return web.Response(status=401)
    return web.Response(status=202, text="accepted\n")


async def alive(_: web.Request) -> web.Response:
    return web.Response(text="alive\n")


if __name__ == "__main__":
    app = web.Application()
    app.add_routes([web.post("/webhook", receive), web.get("/healthz", alive)])
    web.run_app(app, sock=socket.create_server(("127.0.0.1", int(sys.argv[1]))), print=None, access_log=None)
