"""The sandbox on a loopback port: the API, uploads, storage, and git for cloning and fetching."""

import asyncio
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, cast

from aiohttp import web
from dulwich.protocol import ReceivableProtocol
from dulwich.server import BackendRepo, DictBackend, UploadPackHandler

from bot.sandbox.faults import ConnectionLostError
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.http import Request
from bot.sandbox.state.repository import Repository

_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}
_LARGEST_BODY = 512 * 1024 * 1024
_UPLOAD_PACK = "git-upload-pack"


class SandboxServer:
    """Serves one `GitHubSandbox` on ``127.0.0.1``; an asynchronous context manager.

    After `start` the world's links name the real port. ``mounts`` may add further routes (the index, the demo's
    pages) to the application before it starts; they win over the API.
    """

    def __init__(
        self,
        sandbox: GitHubSandbox,
        *,
        port: int = 0,
        mounts: Iterable[Callable[[web.Application], None]] = (),
        web_base: str | None = None,
    ) -> None:
        self.sandbox = sandbox
        self.port = port
        self.web_base = web_base
        self._mounts = tuple(mounts)
        self._runner: web.AppRunner | None = None

    @property
    def base(self) -> str:
        """The server's address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to listen, and tell the world where."""
        app = web.Application(client_max_size=_LARGEST_BODY)
        for mount in self._mounts:
            mount(app)
        app.router.add_get("/{owner}/{repo}.git/info/refs", self._git_refs)
        app.router.add_post("/{owner}/{repo}.git/git-upload-pack", self._git_pack)
        app.router.add_post("/{owner}/{repo}.git/git-receive-pack", self._git_push)
        app.router.add_route("*", "/{tail:.*}", self._api)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        # Logs and archives lie on another host than the API, which must not be sent the caller's token.
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        storage = next(port for _, port, *_ in self._runner.addresses if port != self.port)
        self.sandbox.place(self.base, web=self.web_base, storage=f"http://127.0.0.1:{storage}")

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "SandboxServer":
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def _api(self, incoming: web.Request) -> web.StreamResponse:
        request = Request.of(incoming.method, incoming.raw_path, incoming.headers, await incoming.read())
        try:
            answer = await self.sandbox.handle(request)
        except ConnectionLostError:
            if incoming.transport is not None:
                incoming.transport.abort()
            return web.Response(status=500)
        return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)

    # Git

    def _find_repository(self, incoming: web.Request) -> Repository:
        found = self.sandbox.world.find_repository(incoming.match_info["owner"], incoming.match_info["repo"])
        if found is None or found.private:
            raise web.HTTPNotFound(text="Repository not found.")
        return found

    async def _git_refs(self, incoming: web.Request) -> web.Response:
        service = incoming.query.get("service", "")
        repository = self._find_repository(incoming)
        if service != _UPLOAD_PACK:
            raise web.HTTPForbidden(text="The sandbox takes no pushes; ask a person of the sandbox to push.")
        content = await asyncio.to_thread(_speak, repository, b"", advertise=True)
        headers = {"Content-Type": f"application/x-{service}-advertisement", **_NO_CACHE}
        return web.Response(body=content, headers=headers)

    async def _git_pack(self, incoming: web.Request) -> web.Response:
        # aiohttp has already undone the gzip that git uses for long requests.
        content = await asyncio.to_thread(_speak, self._find_repository(incoming), await incoming.read())
        return web.Response(body=content, headers={"Content-Type": f"application/x-{_UPLOAD_PACK}-result", **_NO_CACHE})

    async def _git_push(self, incoming: web.Request) -> web.Response:
        self._find_repository(incoming)
        raise web.HTTPForbidden(text="The sandbox takes no pushes; ask a person of the sandbox to push.")


def _speak(repository: Repository, request: bytes, *, advertise: bool = False) -> bytes:
    """Let dulwich's upload-pack answer one stateless request."""
    out = BytesIO()
    backend = DictBackend({b".": cast("BackendRepo", repository.store.repo)})
    protocol = ReceivableProtocol(BytesIO(request).read, out.write)
    arguments: dict[str, Any] = {"stateless_rpc": True, "advertise_refs": advertise}
    handler = UploadPackHandler(backend, ["."], protocol, **arguments)
    if advertise:
        handler.proto.write_pkt_line(b"# service=git-upload-pack\n")
        handler.proto.write_pkt_line(None)
    handler.handle()
    return out.getvalue()
