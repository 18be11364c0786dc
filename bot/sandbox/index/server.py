"""The index on a port of its own, as the real one is a host of its own."""

from collections.abc import Callable, Iterable

from aiohttp import web

from bot.sandbox.http import Request
from bot.sandbox.index.package_index import ConnectionLostError, PackageIndex

# The real index takes files of up to 100 MB.
_MAX_BODY = 110 * 2**20


class IndexServer:
    """Serves one index on ``127.0.0.1``; an asynchronous context manager. Once started `index.base` is its address.

    ``mounts`` may add routes (the demo's page of a package) that win over the index's own.
    """

    def __init__(
        self, index: PackageIndex, *, port: int = 0, mounts: Iterable[Callable[[web.Application], None]] = ()
    ) -> None:
        self.index = index
        self.port = port
        self._mounts = tuple(mounts)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Begin to listen."""
        app = web.Application(client_max_size=_MAX_BODY)
        for mount in self._mounts:
            mount(app)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        self.index.base = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "IndexServer":
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def _answer(self, incoming: web.Request) -> web.StreamResponse:
        request = Request.of(incoming.method, incoming.raw_path, incoming.headers, await incoming.read())
        try:
            answer = self.index.handle(request)
        except ConnectionLostError:
            if incoming.transport is not None:
                incoming.transport.abort()
            return web.Response(status=500)
        return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body)
