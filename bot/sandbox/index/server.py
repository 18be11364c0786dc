"""The index on a port."""

from aiohttp import web

from bot.sandbox.http import Request
from bot.sandbox.index.package_index import ConnectionLostError, PackageIndex

# The real index takes files of up to 100 MB.
_MAX_BODY = 110 * 2**20


def index_app(index: PackageIndex) -> web.Application:
    """An aiohttp application that answers everything with the index."""

    async def answer(request: web.Request) -> web.StreamResponse:
        asked = Request.of(request.method, request.path_qs, dict(request.headers), await request.read())
        # aiohttp decodes `path_qs`; the handler splits on slashes before it decodes, so it gets the path as sent.
        asked = Request(asked.method, request.rel_url.raw_path, asked.query, asked.headers, asked.body)
        try:
            response = index.handle(asked)
        except ConnectionLostError:
            if request.transport is not None:
                request.transport.close()
            return web.Response(status=503)
        return web.Response(status=response.status, headers=response.headers, body=response.body)

    app = web.Application(client_max_size=_MAX_BODY)
    app.router.add_route("*", "/{path:.*}", answer)
    return app
